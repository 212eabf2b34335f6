# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Version 1 of the JSON format: days with rooms with events (frab, pretalx, hub).

https://github.com/voc/schedule/blob/main/validator/json/schema.json
"""

from __future__ import annotations

from ansible_collections.eventops.cloudflare.plugins.plugin_utils.schedule.conference import (
    Conference,
    OpenRoom,
    title_of,
)
from ansible_collections.eventops.cloudflare.plugins.plugin_utils.schedule.model import Schedule
from ansible_collections.eventops.cloudflare.plugins.plugin_utils.schedule.values import Node


def read(schedule: Node) -> Schedule:
    """Read it. A room is its name: that is all by which an event can refer to one."""
    conference = Conference(schedule)
    rooms: dict[str, OpenRoom] = {}
    for listed in conference.node.field("rooms").elements():
        rooms.setdefault(title_of(listed), OpenRoom(title_of(listed), None))
    days = []
    listing = conference.node.field("days")
    if listing.value is None:
        raise listing.expect("a list")
    for node in listing.elements():
        day = conference.day(node)
        days.append(day.first)
        for title, events in node.field("rooms").entries():
            if not title:
                raise events.wrong("a room without a name")
            room = rooms.setdefault(title, OpenRoom(title, None))
            for event in events.elements():
                room.talks.append(conference.talk(event, day.first, conference.start(event, day)))
    return conference.complete(days, rooms.values())
