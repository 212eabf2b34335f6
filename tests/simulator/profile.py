# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the simulated service looks like and how it behaves: one field for each point that is not certain.

``Settings`` holds durations, limits and other numbers; ``Profile`` adds the fields that change the wire: the shape of
an answer, a type, a status code. Every field's docstring says what is unknown and where its values come from:

- "Cloudflare API reference": https://developers.cloudflare.com/api/resources/realtime_kit/ (schema or example);
- "seen on the wire": captured, or relied on by clients in production;
- "nobody says: open": no public material answers it, so a client has to cope with every value.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, model_validator


class Settings(BaseModel):
    """Durations (simulated seconds unless a field says otherwise), limits and counts. Never part of a variant."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    live_delay: float = Field(default=0.0, ge=0)
    """Seconds a livestream stays INVOKED. Up to about 30 s in reality (seen on the wire). With 0 the answer to the
    start says INVOKED and every later read says LIVE."""

    playback_delay: float = Field(default=0.0, ge=0)
    """Seconds after a start before `playback_url` is known. Up to 90 s in reality (seen on the wire)."""

    manifest_delay: float = Field(default=0.0, ge=0)
    """Seconds of video that are ingested before its playback URL answers with a manifest."""

    stop_delay: float = Field(default=0.0, ge=0)
    """Seconds a stop takes to settle. A few seconds in reality (seen on the wire)."""

    failure_delay: float = Field(default=0.0, ge=0)
    """Seconds a livestream that is bound to fail (`invoked_then_...`) stays INVOKED."""

    unknown_status_seconds: float = Field(default=5.0, ge=0)
    """How long the status of `status_of_unknown` is shown between INVOKED and LIVE."""

    max_live_seconds: float = Field(default=86_400.0, gt=0)
    """The longest livestream: 24 hours (Cloudflare documentation)."""

    auto_stop: bool = False
    """Stop a livestream when nobody was in its meeting for `auto_stop_seconds` (older documentation)."""

    auto_stop_seconds: float = Field(default=120.0, ge=0)
    """See `auto_stop`."""

    default_participants: int = Field(default=0, ge=0)
    """How many people are in a meeting that was just created."""

    default_per_page: int = Field(default=20, ge=1)
    """Page size when a request names none (nobody says: open)."""

    rate_limit: int = Field(default=1_200, ge=0)
    """Requests in `rate_window`, over all credentials of the user (Cloudflare documentation: 1,200 in 5 minutes). 0
    switches it off."""

    rate_window: float = Field(default=300.0, gt=0)
    """See `rate_limit`."""

    block_seconds: float = Field(default=300.0, gt=0)
    """For how long everything is answered with 429 past `rate_limit` (Cloudflare documentation: 5 minutes)."""

    address_limit: int = Field(default=0, ge=0)
    """Requests per second from one IP address (Cloudflare documentation: 200). 0, the default, switches it off: on one
    machine nothing takes as long as it does on the way to Cloudflare."""

    latency: float = Field(default=0.0, ge=0)
    """Real seconds added to every answer of the API."""

    stale_list: float = Field(default=0.0, ge=0)
    """The list of livestreams shows the statuses of this many seconds ago (nobody says how consistent it is: open)."""

    stale_read: float = Field(default=0.0, ge=0)
    """Reads of one livestream, of a meeting's livestreams and of sessions show what was this many seconds ago: what is
    newer does not exist yet (nobody says how consistent they are: open)."""

    list_lag: float = Field(default=0.0, ge=0)
    """Seconds before a new livestream appears in the list (nobody says: open)."""

    meeting_lag: float = Field(default=0.0, ge=0)
    """Seconds before a new meeting appears in the list of meetings (nobody says: open)."""

    playback_base: str | None = None
    """Scheme and host of playback URLs. None: the simulator's own address, which serves a playlist while LIVE."""


class Profile(Settings):
    """Everything that differs between plausible services. Frozen: derive another one with :meth:`but`."""

    # --- shapes of answers -------------------------------------------------------------------------------------------

    list_shape: Literal["list", "object_livestreams", "object_data", "single"] = "list"
    """Answer of the list. `list`: `data` is a list and `paging` is at top level (example, seen on the wire).
    `object_livestreams` and `object_data`: an object with the list and `paging` inside. `single`: one livestream with
    `paging` among its fields, one per page (schema of the Cloudflare API reference, SDKs)."""

    by_id_shape: Literal["wrapped", "session_object", "flat"] = "wrapped"
    """Answer for one livestream. `wrapped`: `data.livestream` and `data.sessions` (example, seen on the wire).
    `session_object`: `data.livestream`, `data.session`, `data.paging` (schema). `flat`: fields in `data` (a guide)."""

    by_meeting_shape: Literal["livestream_sessions", "livestreams", "livestreams_object"] = "livestream_sessions"
    """Answer for the livestreams of a meeting. `livestream_sessions`: the newest one in `data.livestream` and its
    `data.sessions` (example). `livestreams`: `data.livestreams` and `data.sessions` as lists. `livestreams_object`: the
    same with one session as an object in `data.sessions` (schema)."""

    by_meeting_none: Literal["404", "empty"] = "404"
    """The same call for a meeting that was never livestreamed (nobody says: open)."""

    active_shape: Literal["object", "list"] = "object"
    """Answer for a meeting's active livestream. A list was never seen."""

    active_has_key: bool = False
    """Whether that answer holds `stream_key` and `ingest_server`: not in the example, but in the schema."""

    active_none: Literal["404", "400", "null", "empty", "empty_list", "message", "no_data", "idle"] = "404"
    """The same call with nothing active (nobody says: open). `null`, `empty`, `empty_list`, `message`: 200 with such a
    `data`; `no_data`: 200 without `data`; `idle`: the last livestream, whose status is not active."""

    active_unknown_meeting: Literal["404", "as_none"] = "404"
    """The same call for a meeting that does not exist: an error, or the answer of `active_none` (nobody says: open)."""

    paging_total: Literal["present", "absent", "no_paging"] = "present"
    """Whether `paging` tells `total_count`, or is there at all (nobody says it always is: open)."""

    list_none: Literal["empty", "404"] = "empty"
    """A page without livestreams: 404 meaning "empty" was seen for webhooks; for livestreams nobody says: open."""

    webhooks_none: Literal["404", "empty"] = "404"
    """The list of webhooks when there are none: 404 was seen on the wire, the schema says an empty list."""

    max_per_page: int = Field(default=100, ge=1)
    """The largest page; who asks for more silently gets this (50 and 100 are used in production: open)."""

    default_sort: Literal["DSC", "ASC"] = "DSC"
    """Order of the list when the request names none: newest or oldest first (nobody says: open)."""

    # --- types and fields --------------------------------------------------------------------------------------------

    disabled_type: Literal["bool", "string"] = "bool"
    """`disabled` as in the examples, or the schema's string ("true", "false")."""

    seconds_type: Literal["int", "float", "string"] = "int"
    """`ingest_seconds` and `viewer_seconds`: int in the examples; schemas say integer, number or string."""

    nulls: Literal["null", "missing"] = "null"
    """Fields without a value: null (examples), or left out."""

    playback_pending: Literal["missing", "null", "empty"] = "missing"
    """`playback_url` before it is known: missing was seen on the wire, null and "" are plausible."""

    extra_fields: bool = False
    """Whether livestreams and sessions carry fields that no document lists (`org_id`, `manual_ingest`: seen)."""

    meeting_configs: Literal["as_sent", "null", "filled"] = "as_sent"
    """`ai_config` and `recording_config` of a meeting: as they were set (unset ones left out), unset ones null, or
    filled up with the documented defaults (nobody says: open)."""

    status_of_unknown: Literal["none", "PAUSED"] = "none"
    """A status outside the documented enum, shown for `unknown_status_seconds` before LIVE (others were seen)."""

    stopped_status: Literal["IDLE", "OFFLINE"] = "IDLE"
    """The status after a livestream ended: IDLE (schema); OFFLINE appears in guides and webhooks."""

    # --- starting and stopping ---------------------------------------------------------------------------------------

    start_duplicate: Literal["400", "409"] = "409"
    """Start while a livestream is active: rejected (seen on the wire), nobody says with which status: open."""

    start_while_stopping: Literal["400", "409"] = "400"
    """Start while an earlier livestream is still stopping: 400 (seen on the wire)."""

    stopping_shows: Literal["active", "none"] = "active"
    """While a stop settles, reads still show the livestream as it was, or already as stopped (nobody says: open)."""

    stop_none: Literal["404", "400", "409", "message"] = "404"
    """Stop with nothing active: 400, 404 and 409 (all seen on the wire), or 200 with a message (open)."""

    stop_while_stopping: Literal["200", "400", "404", "409"] = "200"
    """A second stop while the first one settles (nobody says: open)."""

    start_unknown_meeting: Literal["404", "400", "invoked_then_errored"] = "404"
    """Start on a meeting that does not exist (nobody says: open)."""

    start_inactive_meeting: Literal["400", "403", "invoked_then_idle", "invoked_then_errored", "accepted"] = "400"
    """Start on a meeting that was retired with status INACTIVE (nobody says: open)."""

    start_empty_meeting: Literal["accepted", "error", "invoked_then_idle", "invoked_then_errored"] = "accepted"
    """Start with nobody in the meeting (nobody says: open). With `accepted` it does not matter who is there."""

    restart_keeps_id: bool = False
    """Whether a meeting's next livestream has the id and the stream key of the one before (nobody says: open)."""

    # --- independent livestreams -------------------------------------------------------------------------------------

    create_offered: Literal["201", "404", "405", "410", "7003"] = "201"
    """Creating an independent livestream: in the specification, but dropped from the SDKs (nobody says: open)."""

    create_status: Literal["INVOKED", "OFFLINE"] = "INVOKED"
    """Its status in the answer to the creation: INVOKED (schema, example) or OFFLINE (a guide)."""

    created_later_status: Literal["IDLE", "OFFLINE", "INVOKED"] = "IDLE"
    """Its status in later reads until an encoder pushes for the first time (nobody says: open)."""

    # --- requests ----------------------------------------------------------------------------------------------------

    name_pattern: Literal["ignored", "enforced"] = "ignored"
    """The pattern `^[a-zA-Z0-9-_]*$` of livestream names: in the schema, while production clients send spaces."""

    name_form: Literal["exact", "trimmed", "nfc", "escaped", "cut"] = "exact"
    """What becomes of names of livestreams and titles of meetings that are sent (nobody says: open). `exact`: they are
    kept. `trimmed`: blanks at both ends go, and several in a row become one. `nfc`: letters and their accents are
    composed. `escaped`: they are escaped for HTML. `cut`: nothing is kept after 64 characters."""

    unknown_query: Literal["ignored", "rejected"] = "ignored"
    """Query parameters that no document lists (unknown *body* fields are rejected; for these nobody says: open)."""

    patch_recording_config: Literal["accepted", "rejected"] = "accepted"
    """`recording_config` in a PATCH of a meeting: documented for POST and PUT only."""

    analytics_time: Literal["unix", "iso", "both"] = "unix"
    """`start_time` and `end_time` of livestream analytics: Unix seconds (schema), ISO 8601 (older schema)."""

    analytics_time_error: Literal["422", "400"] = "422"
    """How the other form is refused (nobody says: open)."""

    analytics_overall_shape: Literal["object", "list"] = "object"
    """Overall livestream analytics: an object (schema) or a list of one (an older example)."""

    # --- errors ------------------------------------------------------------------------------------------------------

    unauthorized_shape: Literal["edge", "service"] = "edge"
    """Who refuses a credential: Cloudflare's edge (`errors`, code 10000) or the service (`message`)."""

    unknown_app: Literal["404", "7003"] = "404"
    """An app id that does not exist: the service's error object, or the edge's routing error (nobody says: open)."""

    token_verify: Literal["active", "expiring", "account", "refused"] = "active"
    """What is said of an API token: it is active, active for one more hour, one of the account (which the user's own
    call refuses: documented), or nothing (the call may need a permission: open)."""

    apps_listed: Literal["listed", "403"] = "listed"
    """Whether the account's apps can be listed: a token may lack the permission (open)."""

    stream_offered: Literal["object", "list", "403"] = "object"
    """The list of Stream's live inputs: an object (documented), a bare list (seen), or refused without a subscription
    or a permission."""

    retry_after_format: Literal["seconds", "date", "absent", "garbage"] = "seconds"
    """`Retry-After` of a 429: HTTP allows seconds and a date; proxies lose or damage it."""

    ratelimit_header: Literal["present", "several", "garbage", "absent"] = "present"
    """`Ratelimit` and `Ratelimit-Policy`, which Cloudflare documents since 2025-09 as part of every answer, in the form
    of an IETF draft. `several`: another limit is listed first, which is far away. `garbage`: no numbers."""

    throttle_body: Literal["edge", "empty", "text"] = "edge"
    """Body of a 429: the edge's error object (code 971), nothing, or plain text."""

    @model_validator(mode="before")
    @classmethod
    def _codes_are_text(cls, values: Any) -> Any:
        """Let `active_none=404` mean `"404"`: fields that mix codes and words are text."""
        if not isinstance(values, Mapping):
            return values
        return {
            name: str(value) if name in _CHOICES and isinstance(value, int) and not isinstance(value, bool) else value
            for name, value in values.items()
        }

    def but(self, **changes: Any) -> Profile:
        """The same profile with some fields changed; raises ``pydantic.ValidationError`` for what does not exist."""
        return Profile.model_validate({**self.model_dump(), **changes})


_CHOICES: Final = {
    name: get_args(field.annotation)
    for name, field in Profile.model_fields.items()
    if get_origin(field.annotation) is Literal
}

DEFAULT: Final = Profile()

NAMED: Final[dict[str, Profile]] = {
    "default": DEFAULT,
    # What the published schema declares, where the examples contradict it.
    "schema": DEFAULT.but(
        list_shape="single",
        by_id_shape="session_object",
        by_meeting_shape="livestreams_object",
        active_has_key=True,
        disabled_type="string",
        seconds_type="string",
        webhooks_none="empty",
        name_pattern="enforced",
        unknown_query="rejected",
        ratelimit_header="absent",
        patch_recording_config="rejected",
    ),
    # What guides and documents of the product's earlier name describe.
    "guides": DEFAULT.but(
        by_id_shape="flat",
        create_status="OFFLINE",
        created_later_status="OFFLINE",
        stopped_status="OFFLINE",
        analytics_time="iso",
        analytics_overall_shape="list",
        unauthorized_shape="service",
    ),
    # Everything drifts at once, and yet every operation can be carried out.
    "hostile": DEFAULT.but(
        list_shape="object_livestreams",
        by_id_shape="session_object",
        by_meeting_shape="livestreams",
        by_meeting_none="empty",
        active_shape="list",
        active_has_key=True,
        active_none="message",
        active_unknown_meeting="as_none",
        paging_total="absent",
        list_none="404",
        max_per_page=7,
        default_sort="ASC",
        disabled_type="string",
        seconds_type="string",
        nulls="missing",
        playback_pending="null",
        extra_fields=True,
        meeting_configs="filled",
        status_of_unknown="PAUSED",
        stopped_status="OFFLINE",
        start_duplicate="400",
        start_while_stopping="409",
        stopping_shows="none",
        stop_none="message",
        stop_while_stopping="409",
        start_unknown_meeting="invoked_then_errored",
        start_inactive_meeting="invoked_then_errored",
        restart_keeps_id=True,
        name_form="trimmed",
        create_status="OFFLINE",
        created_later_status="OFFLINE",
        analytics_time="both",
        analytics_overall_shape="list",
        unauthorized_shape="service",
        unknown_app="7003",
        retry_after_format="date",
        ratelimit_header="several",
        throttle_body="text",
    ),
}

_OTHER_NUMBERS: Final[dict[str, tuple[int, ...]]] = {"max_per_page": (50, 7)}


def wire_fields() -> dict[str, tuple[Any, ...]]:
    """Every field that changes the wire with all its values (for ``max_per_page``: some), the default first."""
    fields: dict[str, tuple[Any, ...]] = {}
    for name in Profile.model_fields:
        if name in Settings.model_fields:
            continue
        default = getattr(DEFAULT, name)
        if name in _CHOICES:
            others: tuple[Any, ...] = tuple(value for value in _CHOICES[name] if value != default)
        else:
            others = (not default,) if isinstance(default, bool) else _OTHER_NUMBERS[name]
        fields[name] = (default, *others)
    return fields


def variants() -> Iterator[tuple[str, Profile]]:
    """``("default", DEFAULT)``, then one profile per value that is not a default, named like ``active_none=400``."""
    yield "default", DEFAULT
    for name, (_default, *others) in wire_fields().items():
        for value in others:
            label = str(value).lower() if isinstance(value, bool) else value
            yield f"{name}={label}", DEFAULT.but(**{name: value})
