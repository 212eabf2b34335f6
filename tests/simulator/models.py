# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bodies and queries of the API's requests, as the Cloudflare API reference declares them.

Bodies are strict: a field that is not declared, and a value of another type, are refused with 422 (seen on the wire).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, AnyUrl, BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter

_ISO: Final = re.compile(r"\d{4}-\d{2}-\d{2}(?:[Tt ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:[Zz]|[+-]\d{2}:?\d{2})?)?")
_URL: Final = TypeAdapter(AnyUrl)


def parse_iso(text: Any) -> datetime:
    """An ISO 8601 date or date-time, UTC unless it says otherwise; raises ValueError, also for a bare number."""
    if not isinstance(text, str) or not _ISO.fullmatch(text):
        raise ValueError("must be in ISO 8601 date format")
    moment = datetime.fromisoformat(text.upper().replace(" ", "T"))
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _boolean(text: Any) -> Any:
    if isinstance(text, str):
        if text.lower() not in ("true", "false"):
            raise ValueError("must be a boolean")
        return text.lower() == "true"
    return text


def _whole(number: float) -> float:
    # The schema says "number"; 60 must not come back as 60.0.
    return int(number) if number.is_integer() else number


def _url(text: str) -> str:
    _URL.validate_python(text)
    return text


Moment = Annotated[datetime, BeforeValidator(parse_iso)]
Flag = Annotated[bool, BeforeValidator(_boolean)]
Number = Annotated[float, AfterValidator(_whole)]
Url = Annotated[str, AfterValidator(_url)]
Page = Annotated[int, Field(ge=1)]

MeetingStatus = Literal["ACTIVE", "INACTIVE"]
Event = Literal[
    "meeting.started",
    "meeting.ended",
    "meeting.participantJoined",
    "meeting.participantLeft",
    "meeting.chatSynced",
    "recording.statusUpdate",
    "livestreaming.statusUpdate",
    "meeting.transcript",
    "meeting.summary",
]


class Body(BaseModel):
    """A JSON object without unknown fields and without conversions between types."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Empty(Body):
    """``{}``"""


# --- livestreams -----------------------------------------------------------------------------------------------------


class VideoSize(Body):
    """Size of a livestream's picture in pixels."""

    width: int | None = None
    height: int | None = None


class StartLivestream(Body):
    """Start of a meeting's livestream; ``{}`` is legal."""

    name: str | None = None
    video_config: VideoSize | None = None


class CreateLivestream(Body):
    """Creation of an independent livestream."""

    name: str | None = None


# --- meetings --------------------------------------------------------------------------------------------------------


class Summarization(Body):
    """``ai_config.summarization``"""

    summary_type: Literal[
        "general",
        "team_meeting",
        "sales_call",
        "client_check_in",
        "interview",
        "daily_standup",
        "one_on_one_meeting",
        "lecture",
        "code_review",
    ] = "general"
    text_format: Literal["plain_text", "markdown"] = "markdown"
    word_limit: int = Field(default=500, ge=150, le=1000)


class Transcription(Body):
    """``ai_config.transcription``"""

    keywords: list[str] = Field(default_factory=list)
    language: Literal["en-US", "en-IN", "de", "hi", "sv", "ru", "pl", "el", "fr", "nl"] = "en-US"
    profanity_filter: bool = False


class AIConfig(Body):
    """How a meeting's transcript and summary are made."""

    summarization: Summarization = Field(default_factory=Summarization)
    transcription: Transcription = Field(default_factory=Transcription)


class Audio(Body):
    """``recording_config.audio_config``"""

    channel: Literal["mono", "stereo"] = "stereo"
    codec: Literal["MP3", "AAC"] = "AAC"
    export_file: bool = True


class WatermarkSize(Body):
    """Pixels."""

    width: int | None = Field(default=None, ge=1)
    height: int | None = Field(default=None, ge=1)


class Watermark(Body):
    """``recording_config.video_config.watermark``"""

    position: Literal["left top", "right top", "left bottom", "right bottom"] = "left top"
    size: WatermarkSize | None = None
    url: Url | None = None


class Video(Body):
    """``recording_config.video_config``; VP9 is in the newest SDK, not in the schema."""

    codec: Literal["H264", "VP8", "VP9"] = "H264"
    export_file: bool = True
    height: int = Field(default=720, ge=1, le=1920)
    width: int = Field(default=1280, ge=1, le=1920)
    watermark: Watermark | None = None


class LiveStreamingConfig(Body):
    """``recording_config.live_streaming_config``"""

    rtmp_url: Url | None = None


class Bucket(Body):
    """``recording_config.realtimekit_bucket_config``"""

    enabled: bool


class Storage(Body):
    """Where recordings go. The secrets in it can be written, never read."""

    type: Literal["aws", "azure", "digitalocean", "gcs", "sftp"]
    access_key: str | None = None
    secret: str | None = None
    bucket: str | None = None
    region: str | None = None
    path: str | None = None
    auth_method: Literal["KEY", "PASSWORD"] | None = None
    username: str | None = None
    password: str | None = None
    host: str | None = None
    port: Number | None = None
    private_key: str | None = None


class RecordingConfig(Body):
    """How a meeting is recorded."""

    audio_config: Audio = Field(default_factory=Audio)
    video_config: Video = Field(default_factory=Video)
    file_name_prefix: str | None = None
    live_streaming_config: LiveStreamingConfig | None = None
    max_seconds: Number | None = Field(default=None, ge=60, le=86_400)
    realtimekit_bucket_config: Bucket | None = None
    storage_config: Storage | None = None


class _MeetingFields(Body):
    persist_chat: bool = False
    summarize_on_end: bool = False
    # In the newest documents only; the schema of the subset beside the tests does not have it.
    transcribe_on_end: bool = False
    session_keep_alive_time_in_secs: Number = Field(default=60, ge=60, le=600)
    ai_config: AIConfig | None = None
    recording_config: RecordingConfig | None = None


class WriteMeeting(_MeetingFields):
    """Creation (POST) or replacement (PUT) of a meeting: what is not named becomes its default."""

    title: str | None = None
    live_stream_on_start: bool | None = False
    record_on_start: bool | None = False


class PatchMeeting(_MeetingFields):
    """Change of a meeting: only what is named changes."""

    title: str = ""
    live_stream_on_start: bool = False
    record_on_start: bool = False
    status: MeetingStatus = "ACTIVE"


# --- webhooks --------------------------------------------------------------------------------------------------------


class WriteWebhook(Body):
    """Creation (POST) or replacement (PUT) of a webhook."""

    name: str
    url: Url
    events: list[Event]
    enabled: bool = True


class PatchWebhook(Body):
    """Change of a webhook: only what is named changes."""

    name: str = ""
    url: Url = ""
    events: list[Event] = Field(default_factory=list)
    enabled: bool = True


# --- queries ---------------------------------------------------------------------------------------------------------


class Paging(BaseModel):
    """1-based paging."""

    page_no: Page = 1
    per_page: Page | None = None


class ListLivestreams(Paging):
    """Filters of the list of livestreams; times filter by creation."""

    exclude_meetings: Flag = False
    status: Literal["LIVE", "IDLE", "ERRORED", "INVOKED"] | None = None
    start_time: Moment | None = None
    end_time: Moment | None = None
    sort_order: Literal["ASC", "DSC"] | None = None


def _page_number(text: Any) -> Any:
    # Meetings declare `minimum: 0` and `allowEmptyValue`: both mean the default.
    return None if text in ("", "0") else text


class ListApps(Paging):
    """Filters of the list of apps."""

    search: str | None = None
    sort_order: Literal["ASC", "DESC"] = "DESC"


class ListLiveInputs(BaseModel):
    """What the list of Stream's live inputs can be asked for."""

    include_counts: bool = False


class ListMeetings(BaseModel):
    """Filters of the list of meetings; times filter by creation, ``search`` by id or title."""

    page_no: Annotated[Page | None, BeforeValidator(_page_number)] = None
    per_page: Annotated[Page | None, BeforeValidator(_page_number)] = None
    start_time: Moment | None = None
    end_time: Moment | None = None
    search: str | None = None
    status: MeetingStatus | None = None


class GetMeeting(BaseModel):
    """``name`` is declared without a meaning, and ignored."""

    name: str | None = None


class Period(BaseModel):
    """Times of livestream analytics; whether they are Unix seconds or ISO 8601 is up to the profile."""

    start_time: str | None = None
    end_time: str | None = None
    filters: str | None = None


class Days(BaseModel):
    """First and last day, YYYY-MM-DD; the last 30 days when missing."""

    start_date: str | None = Field(default=None, pattern=r"^\d{4}-\d{2}-\d{2}$")
    end_date: str | None = Field(default=None, pattern=r"^\d{4}-\d{2}-\d{2}$")


# --- messages --------------------------------------------------------------------------------------------------------

_NOTES: Final = {
    "extra_forbidden": "is not allowed",
    "missing": "is required",
    "string_type": "must be a string",
    "bool_type": "must be a boolean",
    "int_type": "must be an integer",
    "int_parsing": "must be a number",
    "int_from_float": "must be an integer",
    "float_type": "must be a number",
    "list_type": "must be an array",
    "dict_type": "must be of type object",
    "model_type": "must be of type object",
    "model_attributes_type": "must be of type object",
}


def validation_message(error: dict[str, Any]) -> str:
    """The service's sentence for one pydantic error, like ``[body] "destinations" is not allowed`` (seen)."""
    place, *path = error["loc"]
    name = ".".join(str(part) for part in path) or "value"
    context = error.get("ctx", {})
    kind = error["type"]
    if kind in _NOTES:
        note = _NOTES[kind]
    elif kind == "literal_error":
        note = f"must be one of {context['expected']}"
    elif kind == "greater_than_equal":
        note = f"must be greater than or equal to {context['ge']}"
    elif kind == "less_than_equal":
        note = f"must be less than or equal to {context['le']}"
    else:
        note = str(context.get("error", error["msg"]))
    return f'[{place}] "{name}" {note}'
