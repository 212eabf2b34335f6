# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The XML format (pentabarf, frab, pretalx): the same as version 1 of the JSON format, in elements and attributes.

https://github.com/voc/schedule/blob/main/validator/xsd/schedule.xml.xsd
"""

from __future__ import annotations

from typing import Any
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from ansible_collections.eventops.cloudflare.plugins.plugin_utils.schedule.errors import (
    Name,
    Place,
    ScheduleError,
    path,
)
from ansible_collections.eventops.cloudflare.plugins.plugin_utils.schedule.json_v1 import read as read_v1
from ansible_collections.eventops.cloudflare.plugins.plugin_utils.schedule.model import Schedule
from ansible_collections.eventops.cloudflare.plugins.plugin_utils.schedule.values import SHOWN, Node, clean, quoted

DEEPEST = 100
MOST_ELEMENTS = 500_000
LINE = "@line"  # no element is called so


def read(text: str) -> Schedule:
    """Read it."""
    root = _Tree().read(text)
    if root.tag != "schedule":
        raise ScheduleError(f'this is XML, but not a schedule: its root is {quoted(root.tag)} and not "schedule"')
    schedule = _schedule(root)
    try:
        return read_v1(Node(schedule, ()))
    except ScheduleError as error:
        raise ScheduleError(f"{_where(schedule, error.place)}: {error.problem}") from None


class _Tree:
    """Makes elements of XML, without any of what makes XML dangerous: document types, and so entities, are refused."""

    def __init__(self) -> None:
        self.builder = TreeBuilder()
        self.parser = expat.ParserCreate("utf-8")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.builder.data
        self.parser.StartDoctypeDeclHandler = self.refuse
        self.parser.EntityDeclHandler = self.refuse
        self.depth = self.elements = 0

    def read(self, text: str) -> Element:
        """The root element."""
        try:
            self.parser.Parse(text.encode("utf-8", "replace"), True)
        except expat.ExpatError as error:
            problem = expat.ErrorString(error.code)
            raise ScheduleError(f"line {error.lineno}, column {error.offset + 1}: broken XML: {problem}") from None
        return self.builder.close()

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        self.depth += 1
        self.elements += 1
        if self.depth > DEEPEST or self.elements > MOST_ELEMENTS:
            raise ScheduleError(f"line {self.parser.CurrentLineNumber}: more elements than any schedule has")
        self.builder.start(tag.rpartition(":")[2], {**attributes, LINE: str(self.parser.CurrentLineNumber)})

    def end(self, tag: str) -> None:
        """An element ends."""
        self.depth -= 1
        self.builder.end(tag.rpartition(":")[2])

    def refuse(self, *_declaration: Any) -> None:
        """A document type or an entity is declared."""
        line = self.parser.CurrentLineNumber
        raise ScheduleError(
            f"line {line}: a document type (<!DOCTYPE ...>) is declared; schedules have none, and it is refused "
            "because it can make a small file huge"
        )


def _texts(element: Element, *names: str) -> dict[str, Any]:
    """The texts of those child elements that are there."""
    found = {name: element.find(name) for name in names}
    return {name: child.text for name, child in found.items() if child is not None}


def _schedule(root: Element) -> dict[str, Any]:
    """The schedule in the form of version 1."""
    conference = root.find("conference")
    if conference is None:
        raise ScheduleError(f"line {root.get(LINE)}: <schedule> has no <conference>")
    known = ("title", "acronym", "start", "end", "time_zone_name", "url", "base_url", "day_change")
    days = [_day(number, day) for number, day in enumerate(root.findall("day"), 1)]
    return {**_texts(root, "version", "url"), "conference": {**_texts(conference, *known), "days": days}}


def _day(number: int, day: Element) -> dict[str, Any]:
    rooms: dict[str, list[dict[str, Any]]] = {}
    for room in day.findall("room"):
        place = f"day {number}, line {room.get(LINE)}"
        try:
            name = Node(room.get("name"), ()).plain()
        except ScheduleError as error:
            raise ScheduleError(f"{place}: {error.problem}") from None
        if not name:
            raise ScheduleError(f"{place}: a room without a name")
        rooms.setdefault(name, []).extend(_event(event) for event in room.findall("event"))
    return {"date": day.get("date"), "start": day.get("start"), "rooms": rooms, LINE: day.get(LINE)}


def _event(event: Element) -> dict[str, Any]:
    known = ("date", "start", "end", "duration", "title", "subtitle", "track", "language", "slug", "url")
    persons = [{"public_name": "".join(person.itertext())} for person in event.findall("persons/person")]
    return {**_texts(event, *known), **event.attrib, "persons": persons}


def _where(schedule: dict[str, Any], place: Place) -> str:
    """A place as the XML has it: ``day 2, room "Curie", event 10386 (line 99), start``."""
    if place[:2] != ("conference", "days"):
        return path(place)
    day = schedule["conference"]["days"][place[2]]
    words = [f"day {int(place[2]) + 1}"]
    rest = place[3:]
    if len(rest) > 1 and isinstance(rest[1], Name):
        words.append(f"room {quoted(rest[1])}")
        rest = rest[2:]
        if rest:
            event = day["rooms"][place[4]][rest[0]]
            label = clean((event.get("id") or event.get("guid") or "")[:SHOWN])
            words.append(f"event {label} (line {event[LINE]})" if label else f"event in line {event[LINE]}")
            rest = rest[1:]
    else:
        words[0] += f" (line {day[LINE]})"
    return ", ".join([*words, *([path(rest)] if rest else [])])
