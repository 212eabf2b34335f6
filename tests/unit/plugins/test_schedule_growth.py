# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Twice the rooms, talks or days are twice the work: in every format, and in the plan that is made of a schedule."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.eventops.cloudflare.plugins.plugin_utils.event.plan import plan_event
from ansible_collections.eventops.cloudflare.plugins.plugin_utils.schedule import ScheduleError, read_schedule
from ansible_collections.eventops.cloudflare.plugins.plugin_utils.schedule.conference import OpenRoom
from ansible_collections.eventops.cloudflare.plugins.plugin_utils.schedule.json_v2 import Days, Rooms, Span
from ansible_collections.eventops.cloudflare.plugins.plugin_utils.schedule.values import Node
from work import work

Json = dict[str, Any]
MANY = 100
# Of twice as much, to once as much. The count has no noise: what is linear comes to 1.99, and what grows with the
# square in one small part is above 2.1 already.
MOST = 2.05
TALK = {"start": "2027-08-20T10:00:00+02:00", "duration": "01:00", "title": "T"}


def grows(make: Callable[[int], Callable[[], object]]) -> float:
    """How many times the work twice as much is."""
    make(8)()  # what is done once only
    once, twice = (work(make(number)) for number in (MANY, 2 * MANY))
    return twice / once


def version_1(number: int) -> Json:
    """So many rooms with a talk each, on two days."""
    rooms = {f"Room {item}": [{**TALK, "date": TALK["start"]}] for item in range(number)}
    days = [{"date": day, "rooms": rooms} for day in ("2027-08-20", "2027-08-21")]
    return {"schedule": {"conference": {"acronym": "m", "time_zone_name": "Europe/Berlin", "days": days}}}


def version_2(number: int, refer: str = "guid", rooms: str = "different", days: str = "few") -> Json:
    """So many rooms with a talk each; ``refer`` is how talks refer to them."""
    titles = ["Room" if rooms == "one name" else f"Room {item}" for item in range(number)]
    guids = ["g" if rooms == "one GUID" else f"g{item}" for item in range(number)]
    listed = [{"name": title, "guid": guid} for title, guid in zip(titles, guids, strict=True)]
    references: list[Any] = {
        "guid": [{"guid": guid} for guid in guids],
        "name": list(titles),
        "both": listed,
        "another": [{"guid": f"x{item}", "name": f"New {item}"} for item in range(number)],
    }[refer]
    first = date(2027, 8, 20)
    listing = [
        {"date": (first + timedelta(days=item)).isoformat()} for item in range(2 if days == "few" else number)
    ]  # fmt: skip
    if days == "many overlapping":
        bounds = {"start": "2027-08-20T00:00:00+02:00", "end": "2027-08-20T09:00:00+02:00"}
        listing = [{**day, **bounds} for day in listing]
    conference = {"acronym": "m", "time_zone_name": "Europe/Berlin", "rooms": listed, "days": listing}
    return {"schedule": {"conference": conference, "events": [{**TALK, "room": room} for room in references]}}


def xml(number: int) -> str:
    """So many rooms with a talk each."""
    talk = "".join(f"<{key}>{text}</{key}>" for key, text in {**TALK, "date": TALK["start"]}.items() if key != "start")
    rooms = "".join(f'<room name="Room {item}"><event>{talk}</event></room>' for item in range(number))
    conference = "<conference><acronym>m</acronym></conference>"
    return f'<schedule>{conference}<day date="2027-08-20">{rooms}</day></schedule>'


def read(document: Any, **options: Any) -> object:
    """Read it, or refuse it."""
    try:
        return read_schedule(document, **options)
    except ScheduleError as error:
        return error


SHAPES: Mapping[str, Callable[[int], Callable[[], object]]] = {
    "v1": lambda number: lambda: read_schedule(json.dumps(version_1(number))),
    "v2": lambda number: lambda: read_schedule(json.dumps(version_2(number))),
    "xml": lambda number: lambda: read_schedule(xml(number)),
    "every room asked for by its name": lambda number: (
        lambda: read_schedule(version_1(number), rooms=[f"Room {item}" for item in range(number)])
    ),
    "every room asked for by its stream": lambda number: (
        lambda: read_schedule(version_1(number), rooms=[f"m-Room-{item}" for item in range(number)])
    ),
    "every day asked for": lambda number: (
        lambda: read_schedule(version_2(number, days="many"), days=list(range(1, number)))
    ),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_schedule_of_twice_the_size_is_twice_the_work(shape: str) -> None:
    assert grows(SHAPES[shape]) < MOST


@settings(max_examples=12)
@given(
    refer=st.sampled_from(["guid", "name", "both", "another"]),
    rooms=st.sampled_from(["different", "one name", "one GUID"]),
    days=st.sampled_from(["few", "many", "many overlapping"]),
)
def test_so_is_any_of_version_2(refer: str, rooms: str, days: str) -> None:
    def make(number: int) -> Callable[[], object]:
        document = version_2(number, refer, rooms, days)
        return lambda: read(document)

    assert grows(make) < MOST


def test_so_is_the_plan() -> None:
    def make(number: int) -> Callable[[], object]:
        schedule = read_schedule(version_1(number))
        streams = [{"name": f"m-Room-{item}", "encoder": "desk"} for item in range(number)]
        answers = {"schedule": "x", "streams": streams, "credentials": "/keys"}
        return lambda: plan_event(answers, lambda _place, _days, _rooms, _slug: schedule)

    assert grows(make) < MOST


# What is found at once is what a look at each one finds.


def add(rooms: list[OpenRoom], title: str, guid: str | None) -> OpenRoom:
    """The first room of that name, and of that GUID if both have one."""
    for room in rooms:
        if room.title == title and (guid is None or room.guid in (None, guid)):
            return room
    rooms.append(OpenRoom(title, guid))
    return rooms[-1]


@given(st.lists(st.tuples(st.sampled_from("ABC"), st.sampled_from(["a", "b", "c", None])), max_size=12))
def test_rooms_are_found_by_name_and_guid(named: list[tuple[str, str | None]]) -> None:
    rooms, expected = Rooms(), list[OpenRoom]()
    for title, guid in named:
        assert rooms.add(title, guid) == add(expected, title, guid)
        known = [room for room in expected if guid and room.guid == guid]
        found = rooms.of(Node({"guid": guid, "name": title}, ()))
        assert found == (known[0] if len(known) == 1 else add(expected, title, guid))
    assert rooms.listed == expected


MOMENTS = st.integers(0, 96).map(lambda hours: datetime(2027, 8, 20, tzinfo=UTC) + timedelta(hours=hours))
SPANS = st.builds(
    Span,
    st.integers(0, 5).map(lambda days: date(2027, 8, 20) + timedelta(days=days)),
    MOMENTS | st.none(),
    MOMENTS | st.none(),
)


@given(st.lists(SPANS, max_size=8), st.lists(MOMENTS, min_size=1, max_size=8))
def test_a_moment_is_of_the_first_day_that_holds_it(spans: list[Span], moments: list[datetime]) -> None:
    days = Days(spans)
    for when in moments:
        expected = (
            span.date
            for span in spans
            if (span.start <= when < span.end if span.start and span.end else when.date() == span.date)
        )
        assert days.of(when) == next(expected, when.date())
