# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From the answers about an event to its streams: pure decisions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Callable, Union

from ansible_collections.eventops.cloudflare.plugins.module_utils.errors import InvalidRequest
from ansible_collections.eventops.cloudflare.plugins.module_utils.files import check_names
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.common import MOST_SECONDS
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.slugs import name_with, title_with
from ansible_collections.eventops.cloudflare.plugins.plugin_utils.event.answers import (
    InvalidOption,
    Spec,
    validated,
)
from ansible_collections.eventops.cloudflare.plugins.plugin_utils.schedule import names

STATES = ["present", "started", "stopped", "retired"]
# How a stream says what it is a livestream of: exactly one of them.
SORTS = ("meeting_id", "meeting_title", "independent")
# In these states of the event, no stream is on the air.
ENDS = ("stopped", "retired")
# What is known of an event, as far as its schedule says it.
EVENT = ("title", "acronym", "version", "time_zone", "url", "start", "end", "days")
# The answers, by the names of the role's variables without their prefix. The role documents them.
ANSWERS: Spec = {
    "state": {"type": "str", "choices": STATES, "default": "present"},
    "event": {"type": "str"},
    "title": {"type": "str"},
    "streams": {"type": "list", "elements": "dict", "default": []},
    "only": {"type": "list", "elements": "str", "default": []},
    "schedule": {"type": "str"},
    "schedule_days": {"type": "list", "elements": "str", "default": []},
    "schedule_rooms": {"type": "list", "elements": "str", "default": []},
    "schedule_independent": {"type": "bool", "default": False},
    "auto_start": {"type": "bool"},
    "exclusive": {"type": "str", "choices": ["no", "event", "app"]},
    "missing": {"type": "str", "choices": ["fail", "warn"], "default": "fail"},
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
    "state": {"type": "str", "choices": STATES[:3]},
    "wait": {"type": "bool"},
}
_VIDEO: Spec = {"width": {"type": "int"}, "height": {"type": "int"}}

# From a schedule's place, days, rooms and the slug, if it was given, to the schedule (see plugin_utils/schedule).
ReadSchedule = Callable[[str, Sequence[str], Sequence[str], Union[str, None]], Mapping[str, Any]]
Stream = dict[str, Any]


def plan_event(
    answers: Mapping[str, Any], read_schedule: ReadSchedule, prefix: str = "", reports: bool = False
) -> dict[str, Any]:
    """What an event is to be: ``options`` (the answers in their types), ``event``, ``streams`` and ``others``.

    ``streams`` are those that this run is about, ``others`` the rest of the event, when only some rooms or days were
    asked for. Raises :class:`~.answers.InvalidOption`, and whatever ``read_schedule`` raises. ``prefix`` is what the
    names of answers begin with in messages. ``reports``: the event is only reported on, so that its slug is enough.
    """
    answers = {**answers, "verify": _switch(answers.get("verify"), "warn")}
    # A boolean is what it was before it could say "event".
    answers["exclusive"] = _switch(answers.get("exclusive"), "app")
    options = validated(answers, ANSWERS, prefix)
    _check_options(options, prefix)
    slug = None
    if options["event"]:
        slug = names.slug(options["event"]).lower()
        if not slug:
            raise InvalidOption(f"{prefix}event must hold ASCII letters or digits, not {options['event']!r}")
    schedule: Mapping[str, Any] = {"conference": {}, "rooms": [], "others": []}
    if options["schedule"]:
        days, rooms = options["schedule_days"], options["schedule_rooms"]
        schedule = read_schedule(options["schedule"], days, rooms, slug)
        conference = schedule["conference"]
        slug = slug or names.prefix(conference.get("acronym"), conference.get("title")) or None
    elif options["schedule_days"] or options["schedule_rooms"]:
        raise InvalidOption(f"{prefix}schedule_days and {prefix}schedule_rooms need {prefix}schedule")
    streams, unwanted = _streams(options, schedule, slug, prefix)
    streams, others = _chosen(streams, options["only"], slug, prefix)
    others += [stream for stream in unwanted if stream["name"] not in _names(streams)]
    # A whole event is stopped or reported on by its slug alone. Otherwise a survey left blank must not end what is on
    # the air.
    if not streams and not others and not (slug and (options["state"] in ENDS or reports)):
        if options["schedule"]:
            raise InvalidOption(f"nothing to livestream: the schedule of {prefix}schedule has no rooms")
        raise InvalidOption(
            f"nothing to livestream: give {prefix}streams or {prefix}schedule, or, to stop an event, {prefix}event"
        )
    if options["exclusive"] is None:
        whole = options["state"] == "stopped" and slug and not others
        options["exclusive"] = "event" if whole else "no"
    if options["credentials"] and options["state"] == "retired" and not streams:
        raise InvalidOption(
            f"{prefix}credentials needs {prefix}streams or {prefix}schedule: whose key files are to be removed?"
        )
    if options["credentials"]:
        try:
            check_names([stream["name"] for stream in streams if stream["state"] != "stopped"])
        except InvalidRequest as error:
            raise InvalidOption(f"{prefix}credentials are in folders: {error}") from None
    event = {**dict.fromkeys(EVENT), **schedule["conference"], "slug": slug}
    event["title"] = options["title"] or event["title"]
    kept = ("name", "meeting_id", "meeting_title")
    listed = [{key: item[key] for key in kept} for item in others]
    return {"options": options, "event": event, "streams": streams, "others": listed}


def _switch(given: Any, on: str) -> Any:
    """An answer that may be a boolean, such as YAML makes of a bare "no": ``on``, or "no"."""
    said = given.strip().lower() if isinstance(given, str) else given
    if isinstance(said, (str, bool)):
        return {True: on, False: "no", "yes": on, "true": on, "false": "no"}.get(said, said)
    return given


def _check_options(options: Mapping[str, Any], prefix: str) -> None:
    """Refuse now what a later task would refuse when meetings have been made already."""
    if not 1 <= options["concurrency"] <= 32:
        raise InvalidOption(f"{prefix}concurrency must be from 1 to 32, not {options['concurrency']}")
    for name in ("wait_timeout", "verify_timeout"):
        if not 0 <= options[name] <= MOST_SECONDS:
            raise InvalidOption(f"{prefix}{name} must be from 0 to {MOST_SECONDS} seconds, not {options[name]:g}")
    if options["verify"] != "no" and not options["verify_timeout"]:
        raise InvalidOption(f"{prefix}verify_timeout must be more than 0, unless {prefix}verify is no")
    for name in ("run_sheet", "credentials"):
        path = options[name] or ""
        if "\0" in path or (name == "credentials" and path.startswith(("/", "~")) and ".." in path.split("/")):
            raise InvalidOption(f"{prefix}{name} cannot be a path: {path!r}")


def _names(streams: Iterable[Stream]) -> set[str]:
    return {stream["name"] for stream in streams}


def _chosen(
    streams: Sequence[Stream], only: Sequence[str], slug: str | None, prefix: str
) -> tuple[list[Stream], list[Stream]]:
    """The streams that ``only`` names, by their names (with or without the slug) or their titles, and the others."""
    chosen: set[str] = set()
    for index, wanted in enumerate(only):
        found = [item for item in streams if wanted in (item["name"], item["title"], item["meeting_title"])]
        named = name_with(slug, wanted), title_with(slug, wanted)
        found = found or [item for item in streams if item["name"] == named[0] or item["meeting_title"] == named[1]]
        if not found:
            known = ", ".join(sorted(_names(streams)))
            raise InvalidOption(f"{prefix}only[{index}] is {wanted!r}, which is none of the streams: {known}")
        chosen |= _names(found)
    picked = [item for item in streams if item["name"] in chosen or not only]
    return picked, [item for item in streams if only and item["name"] not in chosen]


def _streams(
    options: Mapping[str, Any], schedule: Mapping[str, Any], slug: str | None, prefix: str
) -> tuple[list[Stream], list[Stream]]:
    """The rooms of the schedule, each with what the list says of it, then the rest of the list.

    Apart from these, the rooms that were not asked for, also with what the list says of them.
    """
    streams = {room["name"]: _of_room(room, slug, options) for room in schedule["rooms"]}
    unwanted = {room["name"]: _of_room(room, slug, options) for room in schedule["others"]}
    places: dict[str, int] = {}
    for index, item in enumerate(options["streams"]):
        place = f"{prefix}streams[{index}]"
        stream = _listed_stream(item, place, {**streams, **unwanted}, slug)
        if stream["name"] in unwanted:
            # Its room has no talk on these days, or was not asked for.
            unwanted[stream["name"]] = stream
            continue
        if stream["name"] in places:
            raise InvalidOption(f"{place} has the name {stream['name']!r} of {prefix}streams[{places[stream['name']]}]")
        places[stream["name"]] = index
        streams[stream["name"]] = stream
    found = list(streams.values())
    _check_meetings(found)
    # Who stops an event means all of it, also what its list says is to be started.
    if options["state"] in ENDS:
        return [{**stream, "state": "stopped"} for stream in found], list(unwanted.values())
    states = [{**stream, "state": stream["state"] or options["state"]} for stream in found]
    return states, list(unwanted.values())


def _of_room(room: Mapping[str, Any], slug: str | None, options: Mapping[str, Any]) -> Stream:
    """The stream of a room."""
    independent = options["schedule_independent"]
    title = title_with(slug, room["title"])
    blank = dict.fromkeys(_STREAM)
    return {
        **blank,
        "name": room["name"],
        "title": room["title"],
        "meeting_title": None if independent else title,
        "independent": independent,
        "talks": room.get("talks", []),
    }


def _listed_stream(item: Mapping[str, Any], place: str, known: Mapping[str, Stream], slug: str | None) -> Stream:
    stream = validated(item, _STREAM, f"{place}.")
    short, stream["name"] = stream["name"], name_with(slug, stream["name"])
    if stream["meeting_title"]:
        stream["meeting_title"] = title_with(slug, stream["meeting_title"])
    if stream["video_config"] is not None:
        video = validated(stream["video_config"], _VIDEO, f"{place}.video_config.")
        stream["video_config"] = {name: pixels for name, pixels in video.items() if pixels is not None} or None
    room = known.get(stream["name"], {"title": short, "talks": []})
    sorts = [sort for sort in SORTS if stream[sort]]
    if not sorts and stream["name"] in known:
        stream.update({sort: room[sort] for sort in SORTS})
    elif len(sorts) != 1:
        raise InvalidOption(
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
                    raise InvalidOption(f"{other} and {stream['name']} have the same {sort}, {stream[sort]!r}")
