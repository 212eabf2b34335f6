# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the API's answers mean: one typed, normalised model each, whatever shape came over the wire.

The shapes are those of Cloudflare's RealtimeKit API reference (schemas and examples, which disagree) and those seen on
the wire. Everything unknown, missing or of an unexpected type becomes None; nothing here raises on a strange answer.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Union

LIVE = "LIVE"
INVOKED = "INVOKED"
IDLE = "IDLE"
ERRORED = "ERRORED"
OFFLINE = "OFFLINE"  # in guides and webhooks, not in the API's own list
ENDED = frozenset({IDLE, OFFLINE, ERRORED})

LIVESTREAM_EVENT = "livestreaming.statusUpdate"

Number = Union[int, float]


class Livestream(NamedTuple):
    """A livestream. ``status`` is upper case and may be one nobody has documented; times are ISO 8601 as sent."""

    id: str | None = None
    name: str | None = None
    meeting_id: str | None = None
    status: str | None = None
    disabled: bool | None = None
    ingest_server: str | None = None
    playback_url: str | None = None
    created_at: str | None = None
    updated_at: str | None = None
    stream_key: str | None = None

    def __repr__(self) -> str:
        """Without the stream key."""
        return f"Livestream({self.public()})"

    @property
    def active(self) -> bool:
        """Started and not yet ended: INVOKED, LIVE, or a status nobody has documented.

        An unknown one must not be taken for the end: it would be started twice, or be reported as stopped.
        """
        return self.status is not None and self.status not in ENDED

    @property
    def playable(self) -> bool:
        """LIVE, and viewers can be told where."""
        return self.status == LIVE and self.playback_url is not None

    def merged_with(self, earlier: Livestream | None) -> Livestream:
        """This, completed by what an earlier answer about the same livestream said and this one does not."""
        if earlier is None or (self.id and earlier.id and self.id != earlier.id):
            return self
        return Livestream._make(theirs if ours is None else ours for ours, theirs in zip(self, earlier))

    def public(self) -> dict[str, Any]:
        """The keys every module returns: all but the stream key."""
        values = self._asdict()
        del values["stream_key"]
        return values


class Session(NamedTuple):
    """One time a livestream was on. Counters are seconds; the service says 60 for the first 40 to 50 of them."""

    id: str | None = None
    livestream_id: str | None = None
    err_message: str | None = None
    ingest_seconds: Number | None = None
    viewer_seconds: Number | None = None
    invoked_time: str | None = None
    started_time: str | None = None
    stopped_time: str | None = None
    created_at: str | None = None
    updated_at: str | None = None

    @property
    def began(self) -> str | None:
        """When it began, ISO 8601 as sent: it was asked for, or else was created or went live."""
        return self.invoked_time or self.created_at or self.started_time

    def public(self) -> dict[str, Any]:
        """The keys that modules return."""
        return self._asdict()


class LivestreamDetails(NamedTuple):
    """A livestream and those of its sessions that were fetched.

    ``told``: the answer says which sessions it has. Some shapes hold no sessions, or do not say whose they are.
    """

    livestream: Livestream
    sessions: tuple[Session, ...] = ()
    told: bool = True

    @property
    def newest(self) -> Session | None:
        """The session that began last; None when none was fetched."""
        return max(self.sessions, key=lambda session: session.began or "", default=None)


# Settings of a meeting that only ever travel to the service, or hold somebody's stream key: never returned.
HIDDEN = frozenset({"access_key", "secret", "password", "private_key", "rtmp_url", "stream_key"})
# Those of them that the service never tells, so that they cannot be compared.
WRITE_ONLY = HIDDEN - {"rtmp_url", "stream_key"}


class Meeting(NamedTuple):
    """A meeting. ``status`` is ACTIVE or INACTIVE; nobody can join an INACTIVE one.

    ``ai_config`` and ``recording_config`` are objects as Cloudflare's API reference describes them.
    """

    id: str | None = None
    title: str | None = None
    status: str | None = None
    live_stream_on_start: bool | None = None
    record_on_start: bool | None = None
    persist_chat: bool | None = None
    summarize_on_end: bool | None = None
    transcribe_on_end: bool | None = None
    session_keep_alive_time_in_secs: Number | None = None
    ai_config: Mapping[str, Any] | None = None
    recording_config: Mapping[str, Any] | None = None
    created_at: str | None = None
    updated_at: str | None = None

    def __repr__(self) -> str:
        """Without secrets."""
        return f"Meeting({self.public()})"

    def merged_with(self, earlier: Meeting) -> Meeting:
        """This, completed by what an earlier answer said and this one does not."""
        return Meeting._make(theirs if ours is None else ours for ours, theirs in zip(self, earlier))

    def public(self) -> dict[str, Any]:
        """The keys that modules return, without secrets."""
        return {name: without_hidden(value) for name, value in self._asdict().items()}


def without_hidden(value: Any) -> Any:
    """Settings without their secrets, at any depth."""
    if isinstance(value, Mapping):
        return {key: without_hidden(item) for key, item in value.items() if key not in HIDDEN}
    return [without_hidden(item) for item in value] if isinstance(value, list) else value


class Paging(NamedTuple):
    """Where a page lies: the API's counts, when it sent them."""

    total: int | None = None
    start: int | None = None
    end: int | None = None


def text(value: Any) -> str | None:
    """A string; a number becomes one; empty and everything else is None."""
    if isinstance(value, str):
        return value or None
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)
    return None


def identifier(value: Any) -> str | None:
    """An ID. Dots alone are none: in a path, they would lead elsewhere."""
    found = text(value)
    return found if found is not None and found.strip(".") else None


def flag(value: Any) -> bool | None:
    """A boolean, sent as one or as "true" and "false"."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        return {"true": True, "false": False}.get(value.strip().lower())
    return None


def number(value: Any) -> Number | None:
    """A count, sent as int, float or numeric string; whole ones become int."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return None
    try:
        finite = isinstance(value, (int, float)) and math.isfinite(value)
    except OverflowError:  # an integer of hundreds of digits
        return None
    if not finite:
        return None
    return int(value) if value == int(value) else value


def mapping(value: Any) -> Mapping[str, Any]:
    """The object, or an empty one."""
    return value if isinstance(value, dict) else {}


def objects(value: Any) -> list[Mapping[str, Any]]:
    """The objects of a list; a single object counts as a list of one."""
    if isinstance(value, dict):
        return [value] if value else []
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def data_of(body: Any) -> Any:
    """What the envelope holds: ``data``, Cloudflare's usual ``result``, or the body itself when there is none."""
    if isinstance(body, dict):
        for key in ("data", "result"):
            if key in body:
                return body[key]
        return None if "success" in body or not body else body
    return body


def paging_of(body: Any) -> Paging:
    """The counts, from the top level or from inside ``data``."""
    found = mapping(mapping(body).get("paging")) or mapping(mapping(data_of(body)).get("paging"))
    counts = (number(found.get(key)) for key in ("total_count", "start_offset", "end_offset"))
    return Paging._make(None if count is None else int(count) for count in counts)


def livestream_from(wire: Mapping[str, Any]) -> Livestream:
    """One livestream object."""
    status = text(wire.get("status"))
    return Livestream(
        id=identifier(wire.get("id")),
        name=text(wire.get("name")),
        meeting_id=identifier(wire.get("meeting_id")),
        status=status.upper() if status else None,
        disabled=flag(wire.get("disabled")),
        ingest_server=text(wire.get("ingest_server")),
        playback_url=text(wire.get("playback_url")),
        created_at=text(wire.get("created_at")),
        updated_at=text(wire.get("updated_at")),
        stream_key=text(wire.get("stream_key")),
    )


def session_from(wire: Mapping[str, Any]) -> Session:
    """One session object."""
    return Session(
        id=identifier(wire.get("id")),
        livestream_id=identifier(wire.get("livestream_id")),
        err_message=text(wire.get("err_message")),
        ingest_seconds=number(wire.get("ingest_seconds")),
        viewer_seconds=number(wire.get("viewer_seconds")),
        invoked_time=text(wire.get("invoked_time")),
        started_time=text(wire.get("started_time")),
        stopped_time=text(wire.get("stopped_time")),
        created_at=text(wire.get("created_at")),
        updated_at=text(wire.get("updated_at")),
    )


def meeting_from(wire: Mapping[str, Any]) -> Meeting:
    """One meeting object."""
    status = text(wire.get("status"))
    flags = ("live_stream_on_start", "record_on_start", "persist_chat", "summarize_on_end", "transcribe_on_end")
    return Meeting(
        id=identifier(wire.get("id")),
        title=text(wire.get("title")),
        status=status.upper() if status else None,
        session_keep_alive_time_in_secs=number(wire.get("session_keep_alive_time_in_secs")),
        ai_config=mapping(wire.get("ai_config")) or None,
        recording_config=mapping(wire.get("recording_config")) or None,
        created_at=text(wire.get("created_at")),
        updated_at=text(wire.get("updated_at")),
        **{name: flag(wire.get(name)) for name in flags},
    )


def meetings_in(body: Any) -> list[Meeting]:
    """The meetings of a list answer, or the one of an answer about one."""
    return [meeting_from(item) for item in _listed(body, "meetings", "data", "meeting")]


def _listed(body: Any, *keys: str) -> list[Mapping[str, Any]]:
    """The objects with an ID: in the list, in what is under one of the keys, or the single one."""
    data = data_of(body)
    if isinstance(data, dict):
        data = next((data[key] for key in keys if isinstance(data.get(key), (list, dict))), data)
    return [item for item in objects(data) if identifier(item.get("id"))]


def readable(body: Any) -> bool:
    """Whether an answer says which objects there are: objects with IDs, or plainly none.

    What cannot be read must not pass for "there is none": it would be created again, or reported as stopped.
    """
    if not isinstance(body, dict) or not body:
        return False
    data = data_of(body)
    if isinstance(data, dict):
        inner = next((data[key] for key in _HOLDERS if isinstance(data.get(key), (list, dict))), None)
        if inner is None:
            return bool(identifier(data.get("id"))) or not data.keys() - _BESIDES
        data = inner
    items = [data] if isinstance(data, dict) else data
    return items is None or (
        isinstance(items, list) and all(isinstance(item, dict) and identifier(item.get("id")) for item in items)
    )


def livestreams_in(body: Any) -> list[Livestream]:
    """The livestreams of a list answer: a list, an object that holds one, or a single livestream."""
    return [livestream_from(item) for item in _listed(body, "livestreams", "data", "livestream")]


def active_livestream_in(body: Any) -> Livestream | None:
    """The livestream of an answer about a meeting's active one, or None when it names none.

    Its status may still be one that is not active.
    """
    found = livestreams_in(body)
    return next((livestream for livestream in found if livestream.active), found[0] if found else None)


def single_livestream_in(body: Any) -> Livestream | None:
    """The livestream of an answer to a start or a create."""
    return next(iter(livestreams_in(body)), None)


def details_in(body: Any) -> list[LivestreamDetails]:
    """The livestreams of an answer with their sessions.

    Shapes: ``livestream`` or ``livestreams``, with ``sessions`` (a list or an object) or ``session``; or flat.
    """
    data = mapping(data_of(body))
    told = "sessions" in data or "session" in data
    sessions = [session_from(item) for key in ("sessions", "session") for item in objects(data.get(key))]
    found = livestreams_in(body)
    if len(found) == 1:
        # Beside a meeting's newest livestream, there may be sessions of its earlier ones.
        own = tuple(session for session in sessions if session.livestream_id in (None, found[0].id))
        return [LivestreamDetails(found[0], own, told and bool(own or not sessions))]
    told = told and {session.livestream_id for session in sessions} <= {livestream.id for livestream in found}
    return [
        LivestreamDetails(livestream, tuple(s for s in sessions if s.livestream_id == livestream.id), told)
        for livestream in found
    ]


def session_in(body: Any) -> Session | None:
    """The session of an answer: flat, or under ``session``."""
    data = mapping(data_of(body))
    wire = mapping(data.get("session")) or data
    return session_from(wire) if identifier(wire.get("id")) else None


def distinct(sessions: Sequence[Session]) -> list[Session]:
    """Without repetitions: the last mention of an ID counts, at the place of the first."""
    return list({session.id: session for session in sessions}.values())


def livestream_totals(body: Any) -> dict[str, Number]:
    """The totals of livestream analytics, an object today and a list of them in an older example."""
    rows = objects(data_of(body))
    return {key: sum(number(row.get(key)) or 0 for row in rows) for key in _TOTALS}


def livestream_days(body: Any) -> list[dict[str, Any]]:
    """Livestream analytics by day."""
    return [
        {"date": text(row.get("date")), **{key: number(row.get(key)) or 0 for key in _TOTALS}}
        for row in objects(data_of(body))
    ]


def app_days(body: Any) -> dict[str, Any]:
    """The app's sessions and recordings by day: ``session_stats`` and ``recording_stats``, numbers as numbers."""
    data = mapping(data_of(body))
    return {key: _numbers(mapping(data.get(key))) for key in ("session_stats", "recording_stats")}


# What an answer keeps its objects under, and what stands there without any.
_HOLDERS = ("livestreams", "livestream", "meetings", "meeting", "data")
_BESIDES = frozenset({"message", "paging", "session", "sessions"})
_TOTALS = ("count", "total_ingest_seconds", "total_viewer_seconds")


def list_in(body: Any, *keys: str) -> list[Mapping[str, Any]] | None:
    """The objects of a list, or of one that an object holds under one of the keys; None for anything else."""
    data = data_of(body)
    if isinstance(data, dict):
        data = next((data[key] for key in keys if isinstance(data.get(key), list)), None)
    return data if isinstance(data, list) and all(isinstance(item, dict) for item in data) else None


def livestream_webhooks_in(webhooks: Sequence[Mapping[str, Any]]) -> list[str]:
    """The names of enabled webhooks that are told of livestreams."""
    return [
        text(item.get("name")) or "no name"
        for item in webhooks
        if isinstance(item.get("events"), list)
        and LIVESTREAM_EVENT in item["events"]
        and flag(item.get("enabled")) is not False
    ]


def _numbers(wire: Mapping[str, Any]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key, value in wire.items():
        if isinstance(value, list):
            result[key] = [_numbers(item) for item in objects(value)]
        else:
            result[key] = text(value) if key == "day" else number(value)
    return result
