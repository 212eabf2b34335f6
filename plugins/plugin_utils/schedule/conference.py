# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What all formats share: what is said of the conference, and one of its events."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from ansible_collections.eventops.cloudflare.plugins.plugin_utils.schedule.model import Room, Schedule, Talk
from ansible_collections.eventops.cloudflare.plugins.plugin_utils.schedule.times import (
    DATE,
    Zone,
    read_clock,
    read_date,
    read_duration,
)
from ansible_collections.eventops.cloudflare.plugins.plugin_utils.schedule.values import Node, quoted


@dataclass
class OpenRoom:
    """A room whose talks are still being read."""

    title: str
    guid: str | None
    talks: list[Talk] = field(default_factory=list)


@dataclass(frozen=True)
class Day:
    """A day of the schedule, and the time of day at which it begins."""

    first: date
    change: time

    def of(self, clock: time) -> date:
        """The date of a time of this day: it may be after midnight."""
        return self.first + timedelta(days=clock < self.change)


class Conference:
    """The part of a schedule that says what, where and when; it reads events, and makes the schedule of them."""

    def __init__(self, schedule: Node) -> None:
        self.schedule = schedule
        self.node = schedule.field("conference")
        self.zone = Zone(self.node.field("time_zone_name"))
        self.tracks: dict[str, str] = {}
        for track in self.node.field("tracks").elements():
            slug, name = track.field("slug").text(), track.field("name").text()
            if slug and name:
                self.tracks[slug] = name

    def day(self, node: Node) -> Day:
        """One of the listed days."""
        found = read_date(node.field("date"))
        if found is None:
            raise node.field("date").expect("a date")
        start, change = node.field("day_start", "start"), self.node.field("day_change")
        if not start.blank:
            # Some write only the date
            return Day(found, time(0) if DATE.fullmatch(start.plain() or "") else self.zone.moment(start).time())
        return Day(found, time(0) if change.blank else read_clock(change))

    def start(self, event: Node, day: Day | None) -> datetime:
        """When an event starts: as ``date``, ``date`` and ``start``, ``start``, or ``day`` and ``start`` say."""
        when, start = event.field("date"), event.field("start")
        clock = None if start.blank or re.match(r"\d{4}-", start.plain() or "") else read_clock(start)
        if not when.blank and not DATE.fullmatch(when.plain() or ""):
            return self.zone.moment(when)
        if clock is None:
            return self.zone.moment(start)
        own = read_date(when) or (day.of(clock) if day else None)
        if own is None:
            raise start.wrong(f"{quoted(start.plain() or '')} is a time without a date")
        return self.zone.fix(datetime.combine(own, clock))

    def end(self, event: Node, start: datetime) -> datetime:
        """When it ends."""
        node, duration = event.field("end"), event.field("duration")
        if node.blank and duration.blank:
            raise node.wrong("missing, and there is no duration")
        if node.blank:
            # ``start`` has a fixed offset: this adds elapsed time, and not hours of a clock that may be set meanwhile.
            return self.zone.end(start, start + read_duration(duration))
        end = self.zone.moment(node)
        if end < start:
            end = self.zone.moment(node, fold=1)
        if end < start:
            raise node.wrong(f"{end.isoformat()} is before the start, {start.isoformat()}")
        return self.zone.end(start, end)

    def talk(self, event: Node, day: date, start: datetime) -> Talk:
        """An event."""
        language = event.field("language").text()
        title = event.field("title")
        found = title.text(language)
        if not found:
            raise title.wrong("missing")
        ids = (event.field(name).label() for name in ("guid", "code", "id", "slug"))
        return Talk(
            id=next((label for label in ids if label), start.isoformat()),
            title=found,
            subtitle=event.field("subtitle").text(language),
            speakers=tuple(self.speakers(event.field("persons", "participants", "speakers"))),
            track=self.track(event.field("track"), language),
            language=language,
            day=day,
            start=start,
            end=self.end(event, start),
            url=event.field("url").link(),
        )

    @staticmethod
    def speakers(persons: Node) -> Iterable[str]:
        """Their names; nobody's name is no error."""
        for person in persons.elements():
            named = person if isinstance(person.value, str) else person.field("public_name", "name", "full_public_name")
            name = named.text()
            if name:
                yield name

    def track(self, node: Node, language: str | None) -> str | None:
        """The name of a track: given, or by its slug."""
        if isinstance(node.value, Mapping) and {"name", "slug"} & set(node.value):
            slug = node.field("slug").text()
            return node.field("name").text(language) or self.tracks.get(slug or "", slug)
        return node.text(language)

    def complete(self, days: Iterable[date], rooms: Iterable[OpenRoom]) -> Schedule:
        """The schedule, after all was read."""
        listed = tuple(days)
        return Schedule(
            title=self.node.field("title").text(),
            acronym=self.node.field("acronym").text(),
            version=self.schedule.field("version").label(),
            time_zone=self.zone.name,
            url=self.node.field("url").link() or self.schedule.field("url", "base_url").link(),
            start=read_date(self.node.field("start")) or min(listed, default=None),
            end=read_date(self.node.field("end")) or max(listed, default=None),
            days=listed,
            rooms=tuple(
                Room(room.title, tuple(sorted(room.talks, key=lambda talk: (talk.start, talk.end, talk.title))))
                for room in rooms
            ),
        )


def title_of(room: Node) -> str:
    """The name of a listed room: an object with one, or just that."""
    named = room if isinstance(room.value, str) else room.field("name")
    title = named.text()
    if not title:
        raise named.wrong("a room without a name")
    return title
