# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A schedule as published: a conference, its rooms, and their talks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True)
class Talk:
    """Something that happens in a room. ``day`` is the schedule's day that lists it: it may start after midnight."""

    id: str
    title: str
    subtitle: str | None
    speakers: tuple[str, ...]
    track: str | None
    language: str | None
    day: date
    start: datetime
    end: datetime
    url: str | None

    def plain(self) -> dict[str, Any]:
        """As a dictionary of texts."""
        return {
            **vars(self),
            "speakers": list(self.speakers),
            "day": self.day.isoformat(),
            "start": self.start.isoformat(timespec="seconds"),
            "end": self.end.isoformat(timespec="seconds"),
        }


@dataclass(frozen=True)
class Room:
    """A room and its talks, by time. It may have none."""

    title: str
    talks: tuple[Talk, ...]


@dataclass(frozen=True)
class Schedule:
    """A conference. ``days`` are in published order."""

    title: str | None
    acronym: str | None
    version: str | None
    time_zone: str | None
    url: str | None
    start: date | None
    end: date | None
    days: tuple[date, ...]
    rooms: tuple[Room, ...]

    def plain(self) -> dict[str, Any]:
        """What is known of the conference itself, as a dictionary of texts."""
        known = {name: value for name, value in vars(self).items() if name not in ("days", "rooms")}
        return {name: value.isoformat() if isinstance(value, date) else value for name, value in known.items()}
