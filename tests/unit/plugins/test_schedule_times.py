# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Times of talks, around the moments at which clocks are set: in every format, and in zones of all sorts."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.eventops.cloudflare.plugins.plugin_utils.schedule import ScheduleError, read_schedule

Json = dict[str, Any]
BERLIN = "Europe/Berlin"
# By an hour in either direction, by half an hour, in both halves of the year, in winter instead of summer, and never.
ZONES = (
    BERLIN,
    "Europe/London",
    "Europe/Dublin",
    "America/New_York",
    "America/St_Johns",
    "America/Santiago",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "Asia/Kathmandu",
    "UTC",
)
MINUTE = timedelta(minutes=1)


def version_1(event: Json, zone: str) -> str:
    """A schedule of one talk; JSON, version 1."""
    days = [{"date": "2027-01-01", "rooms": {"Curie": [event]}}]
    return json.dumps({"schedule": {"conference": {"time_zone_name": zone, "days": days}}})


def version_2(event: Json, zone: str) -> str:
    """The same in version 2. It has no ``date``."""
    moved = {("start" if key == "date" else key): value for key, value in event.items()}
    return json.dumps({"schedule": {"conference": {"time_zone_name": zone}, "events": [{**moved, "room": "Curie"}]}})


def xml(event: Json, zone: str) -> str:
    """The same in XML."""
    root = ElementTree.Element("schedule")
    ElementTree.SubElement(ElementTree.SubElement(root, "conference"), "time_zone_name").text = zone
    room = ElementTree.SubElement(ElementTree.SubElement(root, "day", date="2027-01-01"), "room", name="Curie")
    found = ElementTree.SubElement(room, "event", id="1")
    for key, value in event.items():
        ElementTree.SubElement(found, key).text = value
    return ElementTree.tostring(root, encoding="unicode")


FORMATS: Mapping[str, Callable[[Json, str], str]] = {"v1": version_1, "v2": version_2, "xml": xml}


def times(event: Json, zone: str = BERLIN, form: str = "v1") -> tuple[str, str]:
    """Start and end of a talk."""
    (room,) = read_schedule(FORMATS[form]({"title": "T", **event}, zone))["rooms"]
    (talk,) = room["talks"]
    return talk["start"], talk["end"]


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(
    ("event", "expected"),
    [
        # To winter time: 03:00+02:00 is 02:00+01:00.
        (
            {"date": "2027-10-31T01:30:00+02:00", "duration": "02:00"},
            ("2027-10-31T01:30:00+02:00", "2027-10-31T02:30:00+01:00"),
        ),
        (
            {"date": "2027-10-31T01:30:00", "duration": "02:00"},
            ("2027-10-31T01:30:00+02:00", "2027-10-31T02:30:00+01:00"),
        ),
        (
            {"date": "2027-10-31T00:30:00Z", "duration": "01:00"},
            ("2027-10-31T02:30:00+02:00", "2027-10-31T02:30:00+01:00"),
        ),
        (
            {"date": "2027-10-31T01:30:00+02:00", "end": "2027-10-31T03:30:00+02:00"},
            ("2027-10-31T01:30:00+02:00", "2027-10-31T02:30:00+01:00"),
        ),
        # Without offsets, the end is the second 02:15 of this day.
        (
            {"date": "2027-10-31T02:45:00", "end": "2027-10-31T02:15:00"},
            ("2027-10-31T02:45:00+02:00", "2027-10-31T02:15:00+01:00"),
        ),
        # To summer time: 02:00+01:00 is 03:00+02:00.
        (
            {"date": "2027-03-28T01:30:00+01:00", "duration": "01:00"},
            ("2027-03-28T01:30:00+01:00", "2027-03-28T03:30:00+02:00"),
        ),
        (
            {"date": "2027-03-28T02:30:00", "duration": "01:00"},
            ("2027-03-28T03:30:00+02:00", "2027-03-28T04:30:00+02:00"),
        ),
        # Somebody's own offset stays.
        (
            {"date": "2027-10-31T01:30:00+03:00", "duration": "02:00"},
            ("2027-10-31T01:30:00+03:00", "2027-10-31T03:30:00+03:00"),
        ),
    ],
)
def test_a_talk_while_clocks_are_set(form: str, event: Json, expected: tuple[str, str]) -> None:
    assert times(event, form=form) == expected


def test_a_clock_in_the_night_in_which_clocks_are_set() -> None:
    """Pentabarf has a time of day only, and the day changes in the morning."""
    event = {"title": "T", "start": "01:30", "duration": "02:00"}
    day = {"date": "2027-10-30", "rooms": {"Curie": [event]}}
    conference = {"time_zone_name": BERLIN, "day_change": "06:00", "days": [day]}
    (room,) = read_schedule({"schedule": {"conference": conference}})["rooms"]
    (talk,) = room["talks"]
    assert (talk["start"], talk["end"]) == ("2027-10-31T01:30:00+02:00", "2027-10-31T02:30:00+01:00")
    assert talk["day"] == "2027-10-30"


def test_an_end_before_the_start_is_still_refused() -> None:
    with pytest.raises(ScheduleError, match=r"2027-10-31T02:15:00\+01:00 is before the start"):
        times({"date": "2027-10-31T02:45:00+01:00", "end": "2027-10-31T02:15:00"})


@functools.cache
def changes(zone: str) -> list[datetime]:
    """When the clocks of a zone are set, to the minute and in UTC: the last minute before, for three years."""
    found = []
    hours = (datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=number) for number in range(3 * 366 * 24))
    known = ZoneInfo(zone)
    for hour in hours:
        if hour.astimezone(known).utcoffset() != (hour + timedelta(hours=1)).astimezone(known).utcoffset():
            minutes = (hour + number * MINUTE for number in range(60))
            offset = hour.astimezone(known).utcoffset()
            found.append(max(minute for minute in minutes if minute.astimezone(known).utcoffset() == offset))
    return found


@st.composite
def moments(draw: st.DrawFn) -> tuple[str, datetime]:
    """A zone, and a moment in UTC: mostly one within three hours of a change of its clocks."""
    zone = draw(st.sampled_from(ZONES))
    anywhen = st.integers(0, 3 * 365 * 24 * 60).map(lambda number: datetime(2026, 1, 1, tzinfo=UTC) + number * MINUTE)
    if not changes(zone):
        return zone, draw(anywhen)
    near = st.builds(
        lambda change, number: change + number * MINUTE, st.sampled_from(changes(zone)), st.integers(-180, 180)
    )
    return zone, draw(near | near | near | anywhen)


# How a moment is written: in the zone, in UTC, or without its offset where that is no question.
def with_offset(moment: datetime, zone: str) -> str:
    return moment.astimezone(ZoneInfo(zone)).isoformat()


def in_utc(moment: datetime, _zone: str) -> str:
    return moment.isoformat()


def without_offset(moment: datetime, zone: str) -> str:
    local = moment.astimezone(ZoneInfo(zone))
    return local.isoformat() if local.fold else local.replace(tzinfo=None).isoformat()


MINUTES = st.integers(0, 48 * 60)
WRITTEN = st.sampled_from([with_offset, in_utc, without_offset])
FORM = st.sampled_from(sorted(FORMATS))


def checked(found: tuple[str, str], zone: str, start: datetime, end: datetime) -> None:
    """These are the moments, and what clocks show then."""
    assert [datetime.fromisoformat(text) for text in found] == [start, end]
    assert list(found) == [moment.astimezone(ZoneInfo(zone)).isoformat() for moment in (start, end)]


@given(when=moments(), minutes=MINUTES, form=FORM, written=WRITTEN)
def test_start_and_duration_make_the_end(
    when: tuple[str, datetime], minutes: int, form: str, written: Callable[[datetime, str], str]
) -> None:
    zone, start = when
    event = {"date": written(start, zone), "duration": f"{minutes // 60}:{minutes % 60:02}"}
    checked(times(event, zone, form), zone, start, start + minutes * MINUTE)


@given(when=moments(), minutes=MINUTES, form=FORM, written=WRITTEN, ended=WRITTEN | st.none())
def test_a_published_end_is_told_by_the_clocks_of_the_zone(
    when: tuple[str, datetime],
    minutes: int,
    form: str,
    written: Callable[[datetime, str], str],
    ended: Callable[[datetime, str], str] | None,
) -> None:
    """Without ``ended``, the end is published with the offset of the start."""
    zone, start = when
    end = start + minutes * MINUTE
    offset = start.astimezone(ZoneInfo(zone)).utcoffset() or timedelta(0)
    text = ended(end, zone) if ended else end.astimezone(timezone(offset)).isoformat()
    checked(times({"date": written(start, zone), "end": text}, zone, form), zone, start, end)


@given(when=moments(), offset=st.integers(-14 * 60, 14 * 60), minutes=MINUTES)
def test_whatever_the_offset_the_moments_are_right(when: tuple[str, datetime], offset: int, minutes: int) -> None:
    zone, start = when
    published = start.astimezone(timezone(offset * MINUTE)).isoformat()
    begin, end = times({"date": published, "duration": f"{minutes // 60}:{minutes % 60:02}"}, zone)
    assert datetime.fromisoformat(begin) == start
    assert datetime.fromisoformat(end) == start + minutes * MINUTE
