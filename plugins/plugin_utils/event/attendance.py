# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How long the rooms of an event were sent and watched, by day."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta, timezone, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from ansible_collections.eventops.cloudflare.plugins.module_utils.times import unix_seconds

Row = dict[str, Any]
_OFFSET = re.compile(r"([+-])([0-9]{2}):?([0-9]{2})")
BEGAN = ("started_time", "invoked_time", "created_at")  # when a session began: the first of these that is a time


def sessions_by_day(
    rooms: Sequence[Mapping[str, Any]],
    zone: str | Sequence[str | None] | None = None,
    first: Any = None,
    last: Any = None,
    only: Sequence[str] = (),
    talks: Sequence[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    """What ``realtime_analytics_info`` returns of the rooms of an event, by day, and the sums of each room.

    Returns ``days`` (``day``, YYYY-MM-DD in ``zone``; ``rooms`` with ``name``, ``title``, ``began`` and ``ended``,
    HH:MM, ``on_air``, and the sums; the sums of the day), ``rooms`` and the sums of all, ``lines``, which say the same
    of the rooms, and ``zone``: of those given the first one that is known here, or ``UTC``. It may be an offset, such
    as +02:00.

    ``first`` and ``last`` are the days of the event, and ``only`` those of them that are meant, YYYY-MM-DD, where not
    all are: what began on others is in ``outside``, a number of sessions, and nowhere else. A session belongs to the
    day on which it began. Until the last of the ``talks`` of a day (``day``, ``start``, ``end``) has ended, this is
    that day, also after midnight. One without a time has no day: None.
    """
    zones = [zone] if isinstance(zone, str) else zone or []
    name, known = next(((name, found) for name in zones for found in _zone(name)), ("UTC", timezone.utc))
    nights = nights_of(talks, known)
    days: dict[str | None, dict[int, list[Row]]] = {}
    outside = 0
    for place, room in enumerate(rooms):
        for session in room["sessions"] or ():
            began = next(filter(None, (_moment(session.get(key), known) for key in BEGAN)), None)
            day = None if began is None else _day_of(began, nights)
            within = day is None or (str(first or day)[:10] <= day <= str(last or day)[:10] and day in (only or [day]))
            if not within:
                outside += 1
                continue
            ended = _moment(session.get("stopped_time"), known)
            days.setdefault(day, {}).setdefault(place, []).append({**session, "began": began, "ended": ended})
    by_room = [[item for found in days.values() for item in found.get(place, ())] for place in range(len(rooms))]
    return {
        "zone": name,
        "days": [_day(day, rooms, of) for day, of in sorted(days.items(), key=lambda pair: pair[0] or "")],
        "rooms": [
            {
                **_named(room),
                "listed": room["listed"],
                "on_air": room.get("on_air"),
                "failed": bool(room.get("failed")),
                **_sums(found, room),
            }
            for room, found in zip(rooms, by_room)
        ],
        "outside": outside,
        "lines": [_line(room, _sums(found, room)) for room, found in zip(rooms, by_room)],
        **_sums([item for found in by_room for item in found]),
    }


def _line(room: Mapping[str, Any], sums: Mapping[str, Any]) -> str:
    """A room in a line. Times are hours and minutes."""
    title = _named(room)["title"]
    if sums["count"] is None:
        return f"{title}: could not be read"
    sent, watched = (round(sums[key] / 60) for key in ("total_ingest_seconds", "total_viewer_seconds"))
    times = f"sent {sent // 60}:{sent % 60:02}, watched {watched // 60}:{watched % 60:02}"
    on_air = ", on the air" if room.get("on_air") else ""
    return f"{title}: {sums['count']} {'session' if sums['count'] == 1 else 'sessions'}, {times}{on_air}"


def nights_of(talks: Sequence[Mapping[str, Any]], zone: tzinfo) -> dict[str, tuple[datetime, datetime]]:
    """When the first talk of each day begins, and the last one ends.

    Raises KeyError, OverflowError, TypeError or ValueError for what has no day, no start or no end.
    """
    found: dict[str, tuple[datetime, datetime]] = {}
    for talk in talks:
        start, end = (datetime.fromisoformat(talk[key]).astimezone(zone) for key in ("start", "end"))
        earliest, latest = found.get(talk["day"], (start, end))
        found[talk["day"]] = (min(earliest, start), max(latest, end))
    return found


def _day_of(began: datetime, nights: Mapping[str, tuple[datetime, datetime]]) -> str:
    """The day to which a moment belongs."""
    day, before = began.date().isoformat(), (began.date() - timedelta(days=1)).isoformat()
    late = before in nights and began < nights[before][1]
    return before if late and not (day in nights and began >= nights[day][0]) else day


def _day(day: str | None, rooms: Sequence[Mapping[str, Any]], sessions: Mapping[int, Sequence[Row]]) -> Row:
    """A day, and the rooms that had sessions on it."""
    shown = [{**_named(rooms[place]), **_times(found), **_sums(found)} for place, found in sorted(sessions.items())]
    return {"day": day, "rooms": shown, **_sums([item for found in sessions.values() for item in found])}


def _zone(name: str | None) -> Iterator[tzinfo]:
    """The time zone of a name or an offset, if it is known here."""
    offset = _OFFSET.fullmatch(name or "")
    with contextlib.suppress(KeyError, ValueError, OSError):
        if offset:
            minutes = int(offset.group(2)) * 60 + int(offset.group(3))
            yield timezone(timedelta(minutes=-minutes if offset.group(1) == "-" else minutes))
        elif name:
            yield ZoneInfo(name)


def _moment(text: str | None, zone: tzinfo) -> datetime | None:
    seconds = unix_seconds(text)
    return None if seconds is None else datetime.fromtimestamp(seconds, zone)


def _named(room: Mapping[str, Any]) -> Row:
    return {"name": room["name"], "title": room.get("title") or room.get("meeting_title") or room["name"]}


def _times(sessions: Sequence[Row]) -> Row:
    """When the first of these sessions began and the last one ended; ``ended`` is None where one has no end."""
    began = [item["began"] for item in sessions if item["began"] is not None]
    ended = [item["ended"] for item in sessions]
    return {
        "began": min(began).strftime("%H:%M") if began else None,
        "ended": None if None in ended else max(ended).strftime("%H:%M"),
        "on_air": any(item.get("on_air") is True for item in sessions),
    }


def _sums(sessions: Sequence[Row], room: Mapping[str, Any] | None = None) -> Row:
    """The sums of sessions. Of a room that could not be read, nobody knows them."""
    keys = {"total_ingest_seconds": "ingest_seconds", "total_viewer_seconds": "viewer_seconds"}
    if room is not None and room["sessions"] is None:
        return dict.fromkeys(("count", *keys))
    return {"count": len(sessions), **{key: sum(item.get(own) or 0 for item in sessions) for key, own in keys.items()}}
