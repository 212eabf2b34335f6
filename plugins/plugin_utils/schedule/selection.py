# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The days and rooms of a schedule that are wanted, as plain data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta, timezone, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from ansible_collections.eventops.cloudflare.plugins.plugin_utils.schedule import names
from ansible_collections.eventops.cloudflare.plugins.plugin_utils.schedule.errors import ScheduleError
from ansible_collections.eventops.cloudflare.plugins.plugin_utils.schedule.model import Room, Schedule, Talk
from ansible_collections.eventops.cloudflare.plugins.plugin_utils.schedule.values import clean, enumerated, kind, quoted

RELATIVE = {"today": 0, "tomorrow": 1}


def select(
    schedule: Schedule,
    *,
    days: Any = None,
    rooms: Any = None,
    prefix: str | None = None,
    now: datetime | None = None,
) -> dict[str, Any]:
    """See ``read_schedule``."""
    if prefix is not None and not isinstance(prefix, str):
        raise ScheduleError(f"prefix: expected a text, found {kind(prefix)}")
    lead = names.prefix(schedule.acronym, schedule.title) if prefix is None else names.slug(prefix)
    named = _named(schedule.rooms, lead)
    listed_days = _listed("days", days)
    wanted_days = set(_days(schedule, listed_days, now or datetime.now(timezone.utc)))
    wanted_rooms = set(_rooms(named, _listed("rooms", rooms)))
    result, others = [], []
    for name, room in named.items():
        talks = [talk.plain() for talk in room.talks if not listed_days or talk.day in wanted_days]
        if (talks or not listed_days) and (name in wanted_rooms or not wanted_rooms):
            result.append({"name": name, "title": room.title, "talks": talks})
        else:
            others.append({"name": name, "title": room.title})
    conference = {**schedule.plain(), "days": list(_hours(schedule))}
    return {"conference": conference, "rooms": result, "others": others}


def _hours(schedule: Schedule) -> Iterator[dict[str, str]]:
    """When the first talk of each day begins, and the last one ends, whatever was asked for."""
    by_day: dict[date, list[Talk]] = {}
    for room in schedule.rooms:
        for talk in room.talks:
            by_day.setdefault(talk.day, []).append(talk)
    for _day, talks in sorted(by_day.items()):
        first, last = min(talks, key=lambda talk: talk.start).plain(), max(talks, key=lambda talk: talk.end).plain()
        yield {"day": first["day"], "start": first["start"], "end": last["end"]}


def _named(rooms: Iterable[Room], lead: str) -> dict[str, Room]:
    """The rooms by their streams' names."""
    found: dict[str, Room] = {}
    for room in rooms:
        name = names.stream_name(lead, room.title)
        if name in found:
            both = f"{quoted(found[name].title)} and {quoted(room.title)}"
            raise ScheduleError(
                f"the rooms {both} would both get the stream {name}; rename one of them in the schedule"
            )
        found[name] = room
    return found


def _listed(option: str, value: Any) -> list[Any]:
    """An option's values; blank ones count as not given, and a single one as a list of it."""
    single = isinstance(value, (str, bytes, Mapping)) or not isinstance(value, Iterable)
    values = [value] if single else list(value)
    for entry in values:
        if isinstance(entry, bool) or not isinstance(entry, (str, int, date, type(None))):
            raise ScheduleError(f"{option}: expected a list of texts or numbers, found {kind(entry)} in it")
    return [entry for entry in values if entry is not None and entry != ""]


def _zone(schedule: Schedule) -> tzinfo:
    """The time zone of the conference. Where it is not known, the talks tell the offset from UTC."""
    try:
        if schedule.time_zone:
            return ZoneInfo(schedule.time_zone)
    except (KeyError, ValueError, OSError):
        pass
    offset = next((talk.start.tzinfo for room in schedule.rooms for talk in room.talks), None)
    return offset or timezone.utc


def _days(schedule: Schedule, values: Iterable[Any], now: datetime) -> Iterator[date]:
    """The days of these dates or numbers. ``today`` and ``tomorrow`` need not be days of the conference."""
    numbered = {str(number): day for number, day in enumerate(schedule.days, 1)}
    by_date = {day.isoformat(): day for day in schedule.days}
    for value in values:
        if isinstance(value, date):  # as YAML reads a date
            text = (value.date() if isinstance(value, datetime) else value).isoformat()
        else:
            text = clean(str(value))
        if text.lower() in RELATIVE:
            yield now.astimezone(_zone(schedule)).date() + timedelta(days=RELATIVE[text.lower()])
            continue
        found = by_date.get(text) or numbered.get(text.lstrip("0") or text)
        if found is None:
            has = enumerated(f"{number} ({day})" for number, day in numbered.items())
            raise ScheduleError(f"days: the schedule has no day {quoted(text)}; it has {has}")
        yield found


def _rooms(named: dict[str, Room], values: Iterable[Any]) -> Iterator[str]:
    """The stream names of the rooms of these published names or stream names. A published name comes first."""
    titled = {room.title: name for name, room in reversed(named.items())}
    for value in values:
        text = clean(str(value))
        found = titled.get(text, text)
        if found not in named:
            has = enumerated(f"{quoted(room.title)} ({name})" for name, room in named.items())
            raise ScheduleError(f"rooms: the schedule has no room {quoted(text)}; it has {has}")
        yield found
