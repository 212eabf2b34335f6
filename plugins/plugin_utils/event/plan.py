# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From the answers about an event to its streams, and from what was found to what became of them. Pure decisions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Callable

from ansible_collections.eventops.cloudflare.plugins.module_utils.errors import InvalidRequest, StateUnreachable
from ansible_collections.eventops.cloudflare.plugins.module_utils.files import check_names
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.common import MOST_SECONDS
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.naming import Named
from ansible_collections.eventops.cloudflare.plugins.plugin_utils.event.answers import (
    InvalidAnswer,
    Spec,
    validated,
)

STATES = ["present", "started", "stopped"]
# How a stream says what it is a livestream of: exactly one of them.
SORTS = ("meeting_id", "meeting_title", "independent")
# What is known of an event, as far as its schedule says it.
EVENT = ("title", "acronym", "version", "time_zone", "url", "start", "end")
# What a stream takes over from its livestream; msg is what failed.
OBSERVED = ("id", "status", "playback_url", "ingest_server", "msg")

# The answers, by the names of the role's variables without their prefix. The role documents them.
ANSWERS: Spec = {
    "state": {"type": "str", "choices": STATES, "default": "present"},
    "title": {"type": "str"},
    "streams": {"type": "list", "elements": "dict", "default": []},
    "schedule": {"type": "str"},
    "schedule_days": {"type": "list", "elements": "str", "default": []},
    "schedule_rooms": {"type": "list", "elements": "str", "default": []},
    "schedule_independent": {"type": "bool", "default": False},
    "auto_start": {"type": "bool"},
    "exclusive": {"type": "bool", "default": False},
    "wait": {"type": "bool", "default": True},
    "wait_timeout": {"type": "float", "default": 120.0},
    "concurrency": {"type": "int", "default": 4},
    "verify": {"type": "str", "choices": ["warn", "fail", "no"], "default": "warn"},
    "verify_timeout": {"type": "float", "default": 60.0},
    "run_sheet": {"type": "str"},
    "credentials": {"type": "str"},
    "credentials_host": {"type": "str"},
}
_STREAM: Spec = {
    "name": {"type": "str", "required": True},
    "title": {"type": "str"},
    "meeting_id": {"type": "str"},
    "meeting_title": {"type": "str"},
    "independent": {"type": "bool", "default": False},
    "video_config": {"type": "dict"},
    "encoder": {"type": "str"},
    "state": {"type": "str", "choices": STATES},
}
_VIDEO: Spec = {"width": {"type": "int"}, "height": {"type": "int"}}

# What is read of streams and of what was found of them: a text or nothing, unless it is said here.
_OTHERWISE: dict[str, tuple[type, ...]] = {"independent": (bool,), "video_config": (Mapping,)}
_OF_STREAM = ("name", "meeting_id", "meeting_title", "independent", "state")
_OF_PLANNED = ("name", "meeting_id", "independent", "video_config", "state")

# From a schedule's place, days and rooms to the schedule (see plugin_utils/schedule).
ReadSchedule = Callable[[str, Sequence[str], Sequence[str]], Mapping[str, Any]]
Stream = dict[str, Any]


def plan_event(answers: Mapping[str, Any], read_schedule: ReadSchedule, prefix: str = "") -> dict[str, Any]:
    """What an event is to be: ``options`` (the answers in their types), ``event``, ``streams`` and ``meetings``.

    ``meetings`` is what the module realtime_meetings is to bring about. Raises :class:`~.answers.InvalidAnswer`, and
    whatever ``read_schedule`` raises. ``prefix`` is what the names of answers begin with in messages.
    """
    # YAML reads a bare "no" as a boolean.
    verify = {True: "warn", False: "no", "yes": "warn", "true": "warn", "false": "no"}
    given = answers.get("verify")
    key = given.strip().lower() if isinstance(given, str) else given
    if isinstance(key, (str, bool)):
        answers = {**answers, "verify": verify.get(key, key)}
    options = validated(answers, ANSWERS, prefix)
    _check_options(options, prefix)
    schedule: Mapping[str, Any] = {"conference": {}, "rooms": []}
    if options["schedule"]:
        schedule = read_schedule(options["schedule"], options["schedule_days"], options["schedule_rooms"])
    elif options["schedule_days"] or options["schedule_rooms"]:
        raise InvalidAnswer(f"{prefix}schedule_days and {prefix}schedule_rooms need {prefix}schedule")
    streams = _streams(options, schedule, prefix)
    # Also with exclusive: a survey left blank must not end everything that is on the air.
    if not streams:
        raise InvalidAnswer(f"nothing to livestream: give {prefix}streams or {prefix}schedule")
    if options["credentials"]:
        try:
            check_names([stream["name"] for stream in streams if stream["state"] != "stopped"])
        except InvalidRequest as error:
            raise InvalidAnswer(f"{prefix}credentials are in folders: {error}") from None
    event = {**dict.fromkeys(EVENT), **schedule["conference"]}
    event["title"] = options["title"] or event["title"]
    return {"options": options, "event": event, "streams": streams, "meetings": _meetings(streams, options)}


def _check_options(options: Mapping[str, Any], prefix: str) -> None:
    """Refuse now what a later task would refuse when meetings have been made already."""
    if not 1 <= options["concurrency"] <= 32:
        raise InvalidAnswer(f"{prefix}concurrency must be from 1 to 32, not {options['concurrency']}")
    for name in ("wait_timeout", "verify_timeout"):
        if not 0 <= options[name] <= MOST_SECONDS:
            raise InvalidAnswer(f"{prefix}{name} must be from 0 to {MOST_SECONDS} seconds, not {options[name]:g}")
    if options["verify"] != "no" and not options["verify_timeout"]:
        raise InvalidAnswer(f"{prefix}verify_timeout must be more than 0, unless {prefix}verify is no")
    for name in ("run_sheet", "credentials"):
        path = options[name] or ""
        if "\0" in path or (name == "credentials" and path.startswith(("/", "~")) and ".." in path.split("/")):
            raise InvalidAnswer(f"{prefix}{name} cannot be a path: {path!r}")


def _streams(options: Mapping[str, Any], schedule: Mapping[str, Any], prefix: str) -> list[Stream]:
    """The rooms of the schedule, each with what the list says of it, then the rest of the list."""
    streams = {room["name"]: _of_room(room, schedule["conference"], options) for room in schedule["rooms"]}
    places: dict[str, int] = {}
    for index, item in enumerate(options["streams"]):
        place = f"{prefix}streams[{index}]"
        stream = _listed_stream(item, place, known=streams)
        if stream["name"] in places:
            raise InvalidAnswer(f"{place} has the name {stream['name']!r} of {prefix}streams[{places[stream['name']]}]")
        places[stream["name"]] = index
        streams[stream["name"]] = stream
    found = list(streams.values())
    _check_meetings(found)
    return [{**stream, "state": stream["state"] or options["state"]} for stream in found]


def _of_room(room: Mapping[str, Any], conference: Mapping[str, Any], options: Mapping[str, Any]) -> Stream:
    """The stream of a room. The acronym, which lasts longer than a title, tells meetings of two events apart."""
    independent = options["schedule_independent"]
    event = conference.get("acronym") or conference.get("title")
    title = f"{event}: {room['title']}" if event else room["title"]
    blank = dict.fromkeys(_STREAM)
    return {
        **blank,
        "name": room["name"],
        "title": room["title"],
        "meeting_title": None if independent else title,
        "independent": independent,
        "talks": room["talks"],
    }


def _listed_stream(item: Mapping[str, Any], place: str, known: Mapping[str, Stream]) -> Stream:
    stream = validated(item, _STREAM, f"{place}.")
    if stream["video_config"] is not None:
        video = validated(stream["video_config"], _VIDEO, f"{place}.video_config.")
        stream["video_config"] = {name: pixels for name, pixels in video.items() if pixels is not None} or None
    room = known.get(stream["name"], {"title": stream["name"], "talks": []})
    sorts = [sort for sort in SORTS if stream[sort]]
    if not sorts and stream["name"] in known:
        stream.update({sort: room[sort] for sort in SORTS})
    elif len(sorts) != 1:
        raise InvalidAnswer(
            f"{place} ({stream['name']}) needs exactly one of meeting_id, meeting_title and independent: true, "
            f"and has {' and '.join(sorts) or 'none'}"
        )
    return {**stream, "title": stream["title"] or room["title"], "talks": room["talks"]}


def _check_meetings(streams: Iterable[Stream]) -> None:
    """A meeting has one livestream."""
    taken: dict[tuple[str, str], str] = {}
    for stream in streams:
        for sort in ("meeting_id", "meeting_title"):
            if stream[sort]:
                other = taken.setdefault((sort, stream[sort]), stream["name"])
                if other != stream["name"]:
                    raise InvalidAnswer(f"{other} and {stream['name']} have the same {sort}, {stream[sort]!r}")


def _meetings(streams: Iterable[Stream], options: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The meetings that have to be there, and what they are to do when somebody joins, if that was said."""
    wish = {} if options["auto_start"] is None else {"live_stream_on_start": options["auto_start"]}
    wanted = [stream for stream in streams if stream["state"] != "stopped"]
    titled = [{"title": stream["meeting_title"], **wish} for stream in wanted if stream["meeting_title"]]
    known = [{"meeting_id": stream["meeting_id"], **wish} for stream in wanted if stream["meeting_id"] and wish]
    return titled + known


def _objects(value: Any, name: str, fields: Sequence[str], required: bool = False) -> list[Any]:
    """A list of objects whose ``fields`` can be used; raises :class:`~.answers.InvalidAnswer`."""
    if isinstance(value, (str, Mapping)) or not isinstance(value, Iterable):
        raise InvalidAnswer(f"{name} must be a list, not {type(value).__name__}")
    found = list(value)
    for index, item in enumerate(found):
        if not isinstance(item, Mapping):
            raise InvalidAnswer(f"{name}[{index}] must be an object, not {type(item).__name__}")
        for field in fields:
            if required and field not in item:
                raise InvalidAnswer(f"{name}[{index}] has no {field}")
            if not isinstance(item.get(field), (*_OTHERWISE.get(field, (str,)), type(None))):
                raise InvalidAnswer(f"{name}[{index}].{field} cannot be {type(item[field]).__name__}")
    return found


def with_observed(streams: Any, meetings: Any = (), livestreams: Any = None) -> list[Stream]:
    """The streams with the IDs of their meetings, and with what was found of their livestreams (else None).

    ``livestreams`` is None as long as nobody has looked.
    Of several active meetings of a title the oldest is the one, as for the module realtime_meetings.
    Raises :class:`~.answers.InvalidAnswer` where one of them is something else.
    """
    streams = _objects(streams, "streams", _OF_STREAM, required=True)
    meetings = _objects(meetings, "meetings", ("id", "title"))
    if livestreams is not None:
        livestreams = _objects(livestreams, "livestreams", ("name", "meeting_id"))
    by_title = Named((meeting.get("title"), meeting) for meeting in sorted(meetings, key=_age))
    of_meeting = {item.get("meeting_id"): item for item in livestreams or () if item.get("meeting_id")}
    by_name = Named((item.get("name"), item) for item in livestreams or () if not item.get("meeting_id"))
    found = []
    for stream in streams:
        meeting_id = stream["meeting_id"]
        if not meeting_id and stream["meeting_title"]:
            meeting_id = (_first(by_title, stream["meeting_title"], "the meeting") or {}).get("id")
        if stream["independent"]:
            livestream = _first(by_name, stream["name"], "the livestream")
        else:
            livestream = of_meeting.get(meeting_id)
        observed = {field: (livestream or {}).get(field) for field in OBSERVED}
        if livestreams is not None and stream["state"] == "stopped" and not stream["independent"]:
            observed = _stopped(observed)
        found.append({**stream, "meeting_id": meeting_id, **observed})
    return found


def _first(named: Named[Any], name: str | None, thing: str) -> Any:
    """The first of a name, in the form in which the service keeps it; None when there is none."""
    if not name:
        return None
    try:
        _form, found = named.find(name, f"{thing} {name!r}")
    except StateUnreachable as unsure:
        raise InvalidAnswer(str(unsure)) from None
    return found[0] if found else None


def _stopped(observed: dict[str, Any]) -> dict[str, Any]:
    """A meeting's livestream that has ended is the past: only the run that ended it could tell its ID."""
    ended = observed["status"] in (None, "IDLE", "OFFLINE", "ERRORED") and observed["msg"] is None
    return {**dict.fromkeys(OBSERVED), "status": "IDLE"} if ended else observed


def _age(meeting: Mapping[str, Any]) -> tuple[bool, str, str]:
    created = meeting.get("created_at")
    return created is None, str(created), str(meeting.get("id"))


def to_bring_about(streams: Any) -> list[dict[str, Any]]:
    """What the module realtime_livestreams is to bring about.

    Only starting makes the livestream of a meeting: there is nothing to do for it to be present. And a meeting that
    is not there (when stopping, and in check mode) has none.
    Raises :class:`~.answers.InvalidAnswer` where there are no streams.
    """
    wanted = [
        stream
        for stream in _objects(streams, "streams", _OF_PLANNED, required=True)
        if stream["independent"] or (stream["meeting_id"] is not None and stream["state"] != "present")
    ]
    fields = ("name", "meeting_id", "video_config", "state")
    return [{field: stream[field] for field in fields if stream[field] is not None} for stream in wanted]
