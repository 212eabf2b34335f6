# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Version 2 of the JSON format: one list of events, which refer to rooms by their GUID (hub).

https://github.com/voc/schedule/blob/main/validator/json/schema2.json
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from heapq import heappop, heappush

from ansible_collections.eventops.cloudflare.plugins.plugin_utils.schedule.conference import (
    Conference,
    OpenRoom,
    title_of,
)
from ansible_collections.eventops.cloudflare.plugins.plugin_utils.schedule.model import Schedule
from ansible_collections.eventops.cloudflare.plugins.plugin_utils.schedule.values import Node, enumerated, quoted

# Events in these states do not happen.
CANCELLED = frozenset({"REJECTED", "CANCELED", "CANCELLED", "WITHDRAWN", "DELETED"})


@dataclass(frozen=True)
class Span:
    """A day of the schedule, and from when to when it is; that is not always said."""

    date: date
    start: datetime | None
    end: datetime | None


class Days:
    """The days of a schedule. Which of them lists a moment is found without reading each of them."""

    def __init__(self, spans: Sequence[Span]) -> None:
        self._dates: dict[date, int] = {}
        bounded: list[tuple[datetime, int, datetime]] = []
        for position, span in enumerate(spans):
            if span.start is None or span.end is None:
                self._dates.setdefault(span.date, position)
            else:
                bounded.append((span.start, position, span.end))
        self._spans = spans
        self._moments = sorted({moment for start, _position, end in bounded for moment in (start, end)})
        self._positions = list(self._first_of_each(bounded))

    def _first_of_each(self, bounded: list[tuple[datetime, int, datetime]]) -> Iterator[int | None]:
        """Of each moment at which a day begins or ends, which one is the first in the schedule from then on."""
        waiting = sorted(bounded, reverse=True)
        open_days: list[tuple[int, datetime]] = []
        for moment in self._moments:
            while waiting and waiting[-1][0] <= moment:
                _start, position, end = waiting.pop()
                heappush(open_days, (position, end))
            while open_days and open_days[0][1] <= moment:
                heappop(open_days)
            yield open_days[0][0] if open_days else None

    def of(self, when: datetime) -> date:
        """The day that lists what starts then: the first one in the schedule, or else the date."""
        index = bisect_right(self._moments, when) - 1
        found = (self._dates.get(when.date()), self._positions[index] if index >= 0 else None)
        listing = [position for position in found if position is not None]
        return self._spans[min(listing)].date if listing else when.date()


class Rooms:
    """The rooms of a conference, in order. They are found by name and by GUID without reading each of them."""

    def __init__(self) -> None:
        self.listed: list[OpenRoom] = []
        self._by_name: dict[str, int] = {}
        self._by_both: dict[tuple[str, str | None], int] = {}
        self._by_guid: dict[str, list[OpenRoom]] = {}

    def add(self, title: str, guid: str | None) -> OpenRoom:
        """The room of that name, and of that GUID if both have one; new if there is none."""
        if guid is None:
            positions = [self._by_name.get(title)]
        else:
            positions = [self._by_both.get((title, None)), self._by_both.get((title, guid))]
        known = [position for position in positions if position is not None]
        if known:
            return self.listed[min(known)]
        room = OpenRoom(title, guid)
        position = len(self.listed)
        self.listed.append(room)
        self._by_name.setdefault(title, position)
        self._by_both.setdefault((title, guid), position)
        if guid is not None:
            self._by_guid.setdefault(guid, []).append(room)
        return room

    def of(self, node: Node) -> OpenRoom:
        """The room that an event refers to: by GUID, or by name where the GUID says nothing."""
        if isinstance(node.value, str):
            return self.add(title_of(node), None)
        guid, title = node.field("guid").label(), node.field("name").text()
        known = self._by_guid.get(guid or "", [])
        if len(known) == 1:
            return known[0]
        if title:
            return self.add(title, guid)
        if known:
            raise node.wrong(f"the rooms {enumerated(quoted(room.title) for room in known)} have this GUID")
        raise node.wrong(
            "no room of the conference has this GUID, and it has no name" if guid else "a room without a name"
        )


def read(schedule: Node) -> Schedule:
    """Read it. Events without a room (breaks, not yet scheduled) and cancelled ones are left out."""
    conference = Conference(schedule)
    rooms = Rooms()
    for listed in conference.node.field("rooms").elements():
        rooms.add(title_of(listed), None if isinstance(listed.value, str) else listed.field("guid").label())
    spans = []
    for node in conference.node.field("days").elements():
        start, end = (
            None if node.field(name).blank else conference.zone.moment(node.field(name)) for name in ("start", "end")
        )
        spans.append(Span(conference.day(node).first, start, end))
    listed_days = [span.date for span in spans]
    days = Days(spans)
    strays = set()
    for event in schedule.field("events").elements():
        if event.field("room").blank or (event.field("state").text() or "").upper() in CANCELLED:
            continue
        room = rooms.of(event.field("room"))
        start = conference.start(event, None)
        day = days.of(start)
        strays.add(day)
        room.talks.append(conference.talk(event, day, start))
    return conference.complete([*listed_days, *sorted(strays - set(listed_days))], rooms.listed)
