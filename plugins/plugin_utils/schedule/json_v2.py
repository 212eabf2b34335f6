# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Version 2 of the JSON format: one list of events, which refer to rooms by their GUID (hub).

https://github.com/voc/schedule/blob/main/validator/json/schema2.json
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from ansible_collections.eventops.cloudflare.plugins.plugin_utils.schedule.conference import (
    Conference,
    OpenRoom,
    title_of,
)
from ansible_collections.eventops.cloudflare.plugins.plugin_utils.schedule.model import Schedule
from ansible_collections.eventops.cloudflare.plugins.plugin_utils.schedule.values import Node, quoted

# Events in these states do not happen.
CANCELLED = frozenset({"REJECTED", "CANCELED", "CANCELLED", "WITHDRAWN", "DELETED"})


@dataclass(frozen=True)
class Span:
    """A day of the schedule, and from when to when it is; that is not always said."""

    date: date
    start: datetime | None
    end: datetime | None

    def holds(self, when: datetime) -> bool:
        """Whether this day lists what starts then."""
        if self.start is None or self.end is None:
            return when.date() == self.date
        return self.start <= when < self.end


def read(schedule: Node) -> Schedule:
    """Read it. Events without a room (breaks, not yet scheduled) and cancelled ones are left out."""
    conference = Conference(schedule)
    rooms: list[OpenRoom] = []
    for listed in conference.node.field("rooms").elements():
        _add(rooms, title_of(listed), None if isinstance(listed.value, str) else listed.field("guid").label())
    spans = []
    for node in conference.node.field("days").elements():
        start, end = (
            None if node.field(name).blank else conference.zone.moment(node.field(name)) for name in ("start", "end")
        )
        spans.append(Span(conference.day(node).first, start, end))
    days = [span.date for span in spans]
    strays = set()
    for event in schedule.field("events").elements():
        if event.field("room").blank or (event.field("state").text() or "").upper() in CANCELLED:
            continue
        room = _room(rooms, event.field("room"))
        start = conference.start(event, None)
        day = next((span.date for span in spans if span.holds(start)), start.date())
        strays.add(day)
        room.talks.append(conference.talk(event, day, start))
    return conference.complete([*days, *sorted(strays - set(days))], rooms)


def _add(rooms: list[OpenRoom], title: str, guid: str | None) -> OpenRoom:
    """The room of that name, and of that GUID if both have one; new if there is none."""
    for room in rooms:
        if room.title == title and (guid is None or room.guid in (None, guid)):
            return room
    rooms.append(OpenRoom(title, guid))
    return rooms[-1]


def _room(rooms: list[OpenRoom], node: Node) -> OpenRoom:
    """The room that an event refers to: by GUID, or by name where the GUID says nothing."""
    if isinstance(node.value, str):
        return _add(rooms, title_of(node), None)
    guid, title = node.field("guid").label(), node.field("name").text()
    known = [room for room in rooms if guid and room.guid == guid]
    if len(known) == 1:
        return known[0]
    if title:
        return _add(rooms, title, guid)
    if known:
        raise node.wrong(f"the rooms {' and '.join(quoted(room.title) for room in known)} have this GUID")
    raise node.wrong("no room of the conference has this GUID, and it has no name" if guid else "a room without a name")
