# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Schedules that are refused: with what is wrong and where, and never with any other exception."""

from __future__ import annotations

import contextlib
import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.eventops.cloudflare.plugins.plugin_utils.schedule import ScheduleError, read_schedule
from schedules import SAMPLE, Json, sample, version_2, xml

DELETED = type("Deleted", (), {"__repr__": lambda _self: "deleted"})()  # equal names in every worker
DAY = ("schedule", "conference", "days", 2)
TALK = (*DAY, "rooms", "Curie", 1)
XML = xml(sample())


def refusal(text: Any) -> str:
    """What is said of it."""
    with pytest.raises(ScheduleError) as caught:
        read_schedule(text)
    return str(caught.value)


def changed(document: Json, place: tuple[Any, ...], value: Any) -> Json:
    """A copy in which one value is another, or missing."""
    document = copy.deepcopy(document)
    parent: Any = document
    for step in place[:-1]:
        parent = parent[step]
    if value is DELETED:
        del parent[place[-1]]
    else:
        parent[place[-1]] = value
    return document


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the schedule is empty"),
        (" \n\ufeff", "the schedule is empty"),
        (None, "a schedule is a text, and not nothing"),
        (["a"], "a schedule is a text, and not a list"),
        ("BEGIN:VCALENDAR", 'this is neither JSON nor XML: it begins with "BEGIN:VCALENDAR"'),
        (
            "<!DOCTYPE html><html><head><title>Log in&nbsp;\n Hub</title>",
            'this is an HTML page with the title "Log in Hub", and not a schedule; does the address need a login, or '
            "is it another one?",
        ),
        (
            '<?xml version="1.0"?><!-- x --><html xmlns="x"><body>',
            "this is an HTML page, and not a schedule; does the address need a login, or is it another one?",
        ),
        ("[1]", "this is JSON, but not a schedule: a list instead of an object"),
        (
            '{"message": "Not found", "code": 404}',
            'this is JSON, but not a schedule: it has no object "schedule", only "message", "code"',
        ),
        ("{}", 'this is JSON, but not a schedule: it has no object "schedule", only no key at all'),
        ('{"schedule": []}', 'this is JSON, but not a schedule: it has no object "schedule", only "schedule"'),
        ('\n{"schedule":\n  {]}', "line 3, column 4: broken JSON: Expecting property name enclosed in double quotes"),
        ("[" * 200_000, "broken JSON: it is nested deeper than any schedule"),
        ('{"schedule": ' + "9" * 5000 + "}", "broken JSON: a number in it has more digits than can be read"),
        (
            " " * (16 * 1024 * 1024 + 1),
            "this is too large for a schedule: 16,777,217 characters; at most 16,777,216 are read",
        ),
        ("<rss/>", 'this is XML, but not a schedule: its root is "rss" and not "schedule"'),
        ("<schedule/>", "line 1: <schedule> has no <conference>"),
        ("<schedule>\n  <conference></schedule>", "line 2, column 17: broken XML: mismatched tag"),
        ("<schedule>\x00", "line 1, column 11: broken XML: not well-formed (invalid token)"),
        ("<schedule>&name;</schedule>", "line 1, column 11: broken XML: undefined entity"),
        ("<schedule>", "line 1, column 11: broken XML: no element found"),
        (
            '<?xml version="1.0"?>\n<!DOCTYPE schedule [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><schedule>&b;</schedule>',
            "line 2: a document type (<!DOCTYPE ...>) is declared; schedules have none, and it is refused because it "
            "can make a small file huge",
        ),
        ("<a>" * 101, "line 1: more elements than any schedule has"),
        ("<a>" + "<b/>" * 500_001, "line 1: more elements than any schedule has"),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_what_is_no_schedule(text: Any, message: str) -> None:
    assert refusal(text) == message


@pytest.mark.parametrize(
    ("place", "value", "message"),
    [
        (("schedule", "conference"), DELETED, "schedule.conference: missing"),
        (("schedule", "conference"), [], "schedule.conference: expected an object, found a list"),
        (("schedule", "version"), {}, "schedule.version: expected a text, found an object"),
        (DAY[:-1], DELETED, "schedule.conference.days: missing"),
        (DAY[:-1], 3, "schedule.conference.days: expected a list, found a number"),
        (DAY[:-1], "3", 'schedule.conference.days: expected a list, found the text "3"'),
        (("schedule", "conference", "title"), 1, "schedule.conference.title: expected a text, found a number"),
        (
            ("schedule", "conference", "title"),
            {"x-y": []},
            'schedule.conference.title["x-y"]: expected a text, found a list',
        ),
        (
            ("schedule", "conference", "start"),
            "soon",
            'schedule.conference.start: "soon" is not a date (YYYY-MM-DD)',
        ),
        (("schedule", "conference", "rooms"), {}, "schedule.conference.rooms: expected a list, found an object"),
        (("schedule", "conference", "rooms", 1), None, "schedule.conference.rooms[1]: missing"),
        (
            ("schedule", "conference", "rooms", 1, "name"),
            " ",
            "schedule.conference.rooms[1].name: a room without a name",
        ),
        (
            ("schedule", "conference", "tracks"),
            [7],
            "schedule.conference.tracks[0]: expected an object, found a number",
        ),
        (DAY, None, "schedule.conference.days[2]: missing"),
        ((*DAY, "date"), DELETED, "schedule.conference.days[2].date: missing"),
        (
            (*DAY, "date"),
            "2027-02-30",
            'schedule.conference.days[2].date: "2027-02-30" is not a date (YYYY-MM-DD)',
        ),
        ((*DAY, "day_start"), "early", 'schedule.conference.days[2].day_start: "early" is not a time'),
        ((*DAY, "rooms"), DELETED, "schedule.conference.days[2].rooms: missing"),
        ((*DAY, "rooms"), [1], "schedule.conference.days[2].rooms: expected an object, found a list"),
        ((*DAY, "rooms", "\n"), [], 'schedule.conference.days[2].rooms[""]: a room without a name'),
        (
            (*DAY, "rooms", 'A "b"'),
            True,
            'schedule.conference.days[2].rooms["A \\"b\\""]: expected a list, found true',
        ),
        (TALK, "x", 'schedule.conference.days[2].rooms["Curie"][1]: expected an object, found the text "x"'),
        ((*TALK, "title"), None, 'schedule.conference.days[2].rooms["Curie"][1].title: missing'),
        ((*TALK, "start"), "25:99", 'schedule.conference.days[2].rooms["Curie"][1].start: "25:99" is not a time'),
        (
            (*TALK, "date"),
            "2027-08-22T25:00:00+02:00",
            'schedule.conference.days[2].rooms["Curie"][1].date: "2027-08-22T25:00:00+02:00" is not a time',
        ),
        (
            (*TALK, "date"),
            "9999-12-31T23:00:00+02:00",
            'schedule.conference.days[2].rooms["Curie"][1].date: "9999-12-31T23:00:00+02:00" is not a time',
        ),
        (
            (*TALK, "duration"),
            "long",
            'schedule.conference.days[2].rooms["Curie"][1].duration: "long" is not a duration (HH:MM)',
        ),
        (
            (*TALK, "duration"),
            "99999999:00",
            'schedule.conference.days[2].rooms["Curie"][1].duration: "99999999:00" is not a duration (HH:MM)',
        ),
        (
            (*TALK, "duration"),
            -5,
            'schedule.conference.days[2].rooms["Curie"][1].duration: "-5" is not a duration (HH:MM)',
        ),
        (
            (*TALK, "duration"),
            None,
            'schedule.conference.days[2].rooms["Curie"][1].end: missing, and there is no duration',
        ),
        (
            (*TALK, "end"),
            "2027-08-22T15:00:00+02:00",
            'schedule.conference.days[2].rooms["Curie"][1].end: 2027-08-22T15:00:00+02:00 is before the start, '
            "2027-08-22T16:00:00+02:00",
        ),
        (
            (*TALK, "title"),
            "x" * 2001,
            'schedule.conference.days[2].rooms["Curie"][1].title: a text of 2,001 characters; at most 2,000 are read',
        ),
        (
            (*DAY, "rooms", "x" * 2001),
            [],
            "schedule.conference.days[2].rooms: a text of 2,001 characters; at most 2,000 are read",
        ),
        (
            (*TALK, "persons", 0),
            7,
            'schedule.conference.days[2].rooms["Curie"][1].persons[0]: expected an object, found a number',
        ),
        (
            (*TALK, "guid"),
            10**30,
            'schedule.conference.days[2].rooms["Curie"][1].guid: a number that is too large',
        ),
        (
            (*TALK, "title"),
            ["x"],
            'schedule.conference.days[2].rooms["Curie"][1].title: expected a text, found a list',
        ),
    ],
    ids=lambda value: repr(value)[-40:],
)
def test_the_place_in_version_1(place: tuple[Any, ...], value: Any, message: str) -> None:
    assert refusal(json.dumps(changed(sample(), place, value))) == message


def test_a_zone_that_is_needed_and_not_known() -> None:
    document = changed(sample(), ("schedule", "conference", "time_zone_name"), "Mars/Base")
    document = changed(document, (*TALK, "date"), "2027-08-22")
    message = 'schedule.conference.time_zone_name: "Mars/Base" is not a time zone that is known here'
    assert refusal(document) == message


@pytest.mark.parametrize(
    ("place", "value", "message"),
    [
        (("events",), {}, "schedule.events: expected a list, found an object"),
        (("events", 3), 1, "schedule.events[3]: expected an object, found a number"),
        (
            ("events", 3, "room"),
            {"guid": "gone"},
            "schedule.events[3].room: no room of the conference has this GUID, and it has no name",
        ),
        (("events", 3, "room"), {"slug": "x"}, "schedule.events[3].room: a room without a name"),
        (("events", 3, "room"), 5, "schedule.events[3].room: expected an object, found a number"),
        (("events", 3, "start"), "10:00", 'schedule.events[3].start: "10:00" is a time without a date'),
        (("events", 3, "start"), DELETED, "schedule.events[3].start: missing"),
        (("events", 3, "state"), 1, "schedule.events[3].state: expected a text, found a number"),
        (("events", 3, "track"), 1, "schedule.events[3].track: expected a text, found a number"),
        (("conference", "days", 1, "end"), "late", 'schedule.conference.days[1].end: "late" is not a time'),
        (
            ("conference", "rooms", 1, "name"),
            "Curie",
            'the rooms "Curie" and "Curie" would both get the stream mast2027-Curie; rename one of them in the '
            "schedule",
        ),
    ],
    ids=lambda value: repr(value)[-40:],
)
def test_the_place_in_version_2(place: tuple[Any, ...], value: Any, message: str) -> None:
    assert refusal(changed(version_2(sample()), ("schedule", *place), value)) == message


def test_a_guid_that_two_rooms_have() -> None:
    document = version_2(sample())
    rooms = document["schedule"]["conference"]["rooms"]
    rooms[1]["guid"] = rooms[0]["guid"]
    assert refusal(document) == 'schedule.events[0].room: the rooms "Curie", "Gray Room" have this GUID'


def line_of(text: str, part: str) -> int:
    """The number of the line in which it first is."""
    return text[: text.index(part)].count("\n") + 1


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "<start>16:00</start>",
            "<start>25:99</start>",
            'day 1, room "Monheim/Rhein", event {event}, start: "25:99" is not a time',
        ),
        ("<title>Opening</title>", "<title/>", 'day 1, room "Curie", event {event}, title: missing'),
        (
            "<duration>00:30</duration>",
            "",
            'day 1, room "Curie", event {event}, end: missing, and there is no duration',
        ),
        ('date="2027-08-21"', 'date="Friday"', 'day 2 (line {line}), date: "Friday" is not a date (YYYY-MM-DD)'),
        ('date="2027-08-21"', "", "day 2 (line {line}), date: missing"),
        (
            'start="2027-08-21T06:00:00+02:00"',
            'start="6"',
            'day 2 (line {line}), start: "6" is not a time',
        ),
        (
            '<room name="Gray Room">',
            f'<room name="{2001 * "x"}">',
            "day 1, line {line}: a text of 2,001 characters; at most 2,000 are read",
        ),
        ('<room name="Gray Room">', "<room>", "day 1, line {line}: a room without a name"),
        ("<start>2027-08-20</start>", "<start>x</start>", 'conference.start: "x" is not a date (YYYY-MM-DD)'),
    ],
)
def test_the_place_in_xml(old: str, new: str, message: str) -> None:
    text = XML.replace(old, new, 1)
    event = XML[: XML.index(old)].rpartition('<event id="')[2].partition('"')[0]
    event_line = XML[: XML.rfind("<event ", 0, XML.index(old))].count("\n") + 1 if event.isdigit() else 0
    assert refusal(text) == message.format(line=line_of(XML, old), event=f"{event} (line {event_line})")


def test_an_event_without_an_id_is_found_by_its_line() -> None:
    text = '<schedule><conference/><day date="2027-08-20">\n<room name="A">\n<event/></room></day></schedule>'
    assert refusal(text) == 'day 1, room "A", event in line 3, start: missing'


def test_broken_xml_says_where() -> None:
    text = XML.replace("</conference>", "")
    assert refusal(text) == f"line {line_of(text, '</schedule>')}, column 3: broken XML: mismatched tag"


def places(value: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The places of all values."""
    if place:
        yield place
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in steps:
        yield from places(inner, (*place, step))


def shortened() -> Json:
    """The sample with a single talk in each room, so that each field is hit often."""
    document = sample()
    conference = document["schedule"]["conference"]
    del conference["days"][1:]
    for events in conference["days"][0]["rooms"].values():
        del events[1:]
    return document


SHORT = shortened()
DOCUMENTS = [(document, list(places(document))) for document in (SHORT, version_2(SHORT))]
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(
        ["24:00", "2027-08-20", "2027-08-20T10:00:00", "0001-01-01T00:00:00+14:00", "P1D", "Europe", "..", "Curie"]
    ),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4) | st.just("name"), inner, max_size=3)
    ),
    max_leaves=6,
)


def survives(text: Any, **options: Any) -> None:
    """It is read or refused, and a result can be written down."""
    try:
        found = read_schedule(text, **options)
    except ScheduleError as error:
        found, message = {"rooms": []}, str(error)
    else:
        message = "none"
    assert message.strip()
    assert "\n" not in message
    assert (message + json.dumps(found, ensure_ascii=False)).encode()
    names = [room["name"] for room in found["rooms"]]
    assert len(set(names)) == len(names)


@given(values)
def test_any_value(value: Any) -> None:
    survives(value)
    survives({"schedule": value})
    survives({"schedule": {"conference": value, "events": value}})


@given(st.text())
def test_any_text(text: str) -> None:
    survives(text)
    survives("<schedule>" + text)
    survives("{" + text)


@settings(max_examples=400)
@given(st.data())
def test_any_change_of_a_schedule(data: st.DataObject) -> None:
    document, known = data.draw(st.sampled_from(DOCUMENTS))
    for place in data.draw(st.lists(st.sampled_from(known), min_size=1, max_size=3)):
        with contextlib.suppress(LookupError, TypeError):  # an earlier change may have removed it
            document = changed(document, place, data.draw(st.just(DELETED) | values))
    survives(document)


@settings(max_examples=300)
@given(st.sampled_from([xml(SHORT), json.dumps(SHORT, indent=1)]), st.data())
def test_any_change_of_a_text(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 40)))
    survives(text[:start] + data.draw(st.text(max_size=5) | st.sampled_from(["<", "&", '"', "\x00"])) + text[end:])


@given(days=values, rooms=values, prefix=values)
def test_any_option(days: Any, rooms: Any, prefix: Any) -> None:
    survives(SHORT, days=days, rooms=rooms, prefix=prefix)


def test_the_sample_survives() -> None:
    survives(SAMPLE.read_text())
