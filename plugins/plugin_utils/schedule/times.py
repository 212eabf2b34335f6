# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Dates, times and durations as schedules write them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from ansible_collections.eventops.cloudflare.plugins.plugin_utils.schedule.values import Node, quoted

YEARS = range(1970, 2971)  # everything else is a slip, and some of it would overflow
LONGEST = timedelta(days=366)
CLOCK = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9]))?")
DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
ISO_DURATION = re.compile(
    r"P(?=.)(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?=.)(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+(?:\.\d+)?)S)?)?"
)


def read_date(node: Node) -> date | None:
    """The date of a date or a time, ``2019-08-21`` or ``2019-08-21T11:00:00+02:00``; None if blank."""
    text = node.plain()
    if text is None:
        return None
    try:
        found = date.fromisoformat(text[:10]) if DATE.fullmatch(text[:10]) else None
        if found and (len(text) == 10 or parse(text)) and found.year in YEARS:
            return found
    except ValueError:
        pass
    raise node.wrong(f"{quoted(text)} is not a date (YYYY-MM-DD)")


def read_clock(node: Node) -> time:
    """The time of day, ``9:30``, ``09:30`` or ``09:30:00``."""
    text = node.plain() or ""
    found = CLOCK.fullmatch(text)
    if not found:
        raise node.wrong(f"{quoted(text)} is not a time")
    return time(int(found[1]), int(found[2]), int(found[3] or 0))


def read_duration(node: Node) -> timedelta:
    """``HH:MM``, ``HH:MM:SS`` (pentabarf), ``D:HH:MM`` (pretalx; a day has one digit), ISO 8601, or minutes."""
    text = node.label() or ""
    clock = re.fullmatch(r"(?:(\d):)?(\d+):(\d{2})", text)
    long = re.fullmatch(r"(\d{2}):(\d{2}):(\d{1,2})", text)
    iso = ISO_DURATION.fullmatch(text)
    try:
        if re.fullmatch(r"\d+(\.\d+)?", text):
            found = timedelta(minutes=float(text))
        elif clock:
            days, hours, minutes = (int(part or 0) for part in clock.groups())
            found = timedelta(days=days, hours=hours, minutes=minutes)
        elif long:
            hours, minutes, seconds = (int(part) for part in long.groups())
            found = timedelta(hours=hours, minutes=minutes, seconds=seconds)
        elif iso:
            found = timedelta(**{unit: float(count) for unit, count in iso.groupdict().items() if count})
        else:
            raise ValueError
        if found <= LONGEST:
            return found
    except (ValueError, OverflowError):
        pass
    raise node.wrong(f"{quoted(text)} is not a duration (HH:MM)")


def parse(text: str) -> datetime:
    """A date with a time, with or without an offset. Raises ValueError."""
    if DATE.fullmatch(text):
        raise ValueError
    # Offsets like +2:00 are allowed by the XML format; Python before 3.11 does not read the Z.
    text = re.sub(r"([+-])(\d:\d{2})$", r"\g<1>0\2", text)
    found = datetime.fromisoformat(re.sub(r"\s?[zZ]$", "+00:00", text))
    if found.year not in YEARS:
        raise ValueError
    return found


@dataclass(frozen=True)
class Zone:
    """The time zone of a conference, by its name as published; every time gets a fixed offset."""

    node: Node

    @property
    def name(self) -> str | None:
        """Such as Europe/Berlin."""
        return self.node.plain()

    def known(self) -> tzinfo | None:
        """The zone; None if there is none of that name on this machine."""
        try:
            return ZoneInfo(self.name) if self.name else timezone.utc
        except (KeyError, ValueError, OSError):
            return None

    def moment(self, node: Node, fold: int = 0) -> datetime:
        """The time of a date with a time. ``fold`` is 1 for the second one of a time that clocks show twice."""
        text = node.plain()
        try:
            return self.fix(parse(text or ""), fold)
        except ValueError:
            raise (node.wrong(f"{quoted(text)} is not a time") if text else node.expect("a time")) from None

    def fix(self, when: datetime, fold: int = 0) -> datetime:
        """Give it the offset that it has. What is published in UTC is told in the conference's zone, if that is known.

        Without zone and offset, as old pentabarf writes, it is taken for UTC: the time of day stays as published.
        """
        zone = self.known()
        if when.tzinfo is None:
            if zone is None:
                raise self.node.wrong(f"{quoted(self.name or '')} is not a time zone that is known here")
            # By way of UTC: a time that clocks skip becomes the one that they show instead.
            when = when.replace(tzinfo=zone, fold=fold).astimezone(timezone.utc).astimezone(zone)
        elif zone is not None and not when.utcoffset():
            when = when.astimezone(zone)
        return _fixed(when)

    def end(self, start: datetime, end: datetime) -> datetime:
        """``end`` with the offset that clocks have by then; as it is, if ``start`` has not the offset of its time."""
        zone = self.known()
        if zone is None or start.astimezone(zone).utcoffset() != start.utcoffset():
            return end
        return _fixed(end.astimezone(zone))


def _fixed(when: datetime) -> datetime:
    """The same time, with its offset instead of its zone."""
    return when.replace(tzinfo=timezone(when.utcoffset() or timedelta(0)))
