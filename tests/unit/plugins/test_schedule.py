# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Schedules in all formats become the same; filters; what real files look like."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import FrozenInstanceError
from datetime import date
from typing import Any

import jsonschema
import pytest

from ansible_collections.eventops.cloudflare.plugins.plugin_utils.schedule import ScheduleError, read_schedule
from ansible_collections.eventops.cloudflare.plugins.plugin_utils.schedule.document import parse
from schedules import PUBLISHED, SAMPLE, Json, listing, sample, version_2, xml

WRITERS: dict[str, Callable[[Json], str]] = {
    "v1": json.dumps,
    "v2": lambda document: json.dumps(version_2(document)),
    "xml": xml,
}
EVENT = {"guid": "e1", "date": "2027-08-20T10:00:00+02:00", "duration": "01:00", "title": "Talk"}


def small(event: Json | None = None, room: str = "Curie", **conference: Any) -> Json:
    """A schedule of one event, in version 1."""
    days = [{"date": "2027-08-20", "rooms": {room: [{**EVENT, **(event or {})}]}}]
    return {"schedule": {"conference": {"acronym": "mast", "days": days, **conference}}}


def only(document: Json) -> Json:
    """Its only talk."""
    (room,) = read_schedule(json.dumps(document))["rooms"]
    (talk,) = room["talks"]
    return dict(talk)


def rooms_of(found: Json) -> dict[str, int]:
    """How many talks each stream has."""
    return {room["name"]: len(room["talks"]) for room in found["rooms"]}


class TestFormats:
    """One conference in all of them."""

    def test_the_sample(self) -> None:
        found = read_schedule(SAMPLE.read_text())
        days = found["conference"].pop("days")
        assert [item["day"] for item in days] == ["2027-08-20", "2027-08-21", "2027-08-22"]
        assert found["conference"] == {
            "title": "Mast 2027",
            "acronym": "mast2027",
            "version": "1.2",
            "time_zone": "Europe/Berlin",
            "url": "https://fahrplan.example.org/mast2027/",
            "start": "2027-08-20",
            "end": "2027-08-22",
        }
        assert rooms_of(found) == {
            "mast2027-Curie": 8,
            "mast2027-Gray-Room": 5,
            "mast2027-Monheim-Rhein-6e7c72": 6,
            "mast2027-Gaengeviertel-16c836": 5,
        }
        assert [room["title"] for room in found["rooms"]] == ["Curie", "Gray Room", "Monheim/Rhein", "Gängeviertel"]
        assert found["rooms"][3]["talks"][2:4] == [
            {
                "id": "4349f122-a89f-57af-bff5-3f0955254103",
                "title": "Night concert for modular synthesisers",
                "subtitle": None,
                "speakers": ["Wanda Öztürk", "Lior Marchetti"],
                "track": "Art",
                "language": "en",
                "day": "2027-08-21",
                "start": "2027-08-21T23:30:00+02:00",
                "end": "2027-08-22T00:30:00+02:00",
                "url": "https://fahrplan.example.org/mast2027/talk/117/",
            },
            {
                "id": "323c92a1-3b19-5f15-a54f-a0826d17885c",
                "title": "Radio plays from the archive",
                "subtitle": "Bring a blanket",
                "speakers": ["Fenja Aubert"],
                "track": "Art",
                "language": "en",
                "day": "2027-08-21",
                "start": "2027-08-22T00:45:00+02:00",
                "end": "2027-08-22T01:30:00+02:00",
                "url": "https://fahrplan.example.org/mast2027/talk/118/",
            },
        ]

    @pytest.mark.parametrize("name", WRITERS)
    def test_all_formats_are_one_schedule(self, name: str) -> None:
        text = WRITERS[name](sample())
        assert parse(text) == parse(SAMPLE.read_text())
        assert read_schedule("\ufeff \r\n" + text) == read_schedule(SAMPLE.read_text())

    def test_what_was_already_read_works(self) -> None:
        assert parse(sample()) == parse(SAMPLE.read_text())

    @pytest.mark.parametrize("name", WRITERS)
    def test_talks_are_in_order_of_time(self, name: str) -> None:
        document = sample()
        for _day, _name, events in listing(document):
            events.reverse()
        assert parse(WRITERS[name](document)) == parse(SAMPLE.read_text())

    def test_a_schedule_cannot_be_changed(self) -> None:
        with pytest.raises(FrozenInstanceError):
            parse(sample()).title = "another"  # type: ignore[misc]

    def test_rooms_without_talks_are_rooms(self) -> None:
        document = sample()
        document["schedule"]["conference"]["rooms"].insert(0, {"name": "Kitchen", "guid": "k"})
        for text in (json.dumps(document), json.dumps(version_2(document))):
            assert read_schedule(text)["rooms"][0] == {"name": "mast2027-Kitchen", "title": "Kitchen", "talks": []}

    def test_rooms_that_are_not_listed_come_as_they_appear(self) -> None:
        document = sample()
        del document["schedule"]["conference"]["rooms"][0:2]
        assert [room.title for room in parse(document).rooms] == ["Monheim/Rhein", "Gängeviertel", "Curie", "Gray Room"]
        del document["schedule"]["conference"]["rooms"]
        assert [room.title for room in parse(document).rooms] == ["Curie", "Gray Room", "Monheim/Rhein", "Gängeviertel"]

    def test_one_name_in_two_encodings_is_one_room(self) -> None:
        document = small(room="Ga\u0308nge")
        document["schedule"]["conference"]["days"][0]["rooms"]["Gänge "] = [{**EVENT, "title": "Other"}]
        (room,) = parse(document).rooms
        assert room.title == "Gänge"
        assert [talk.title for talk in room.talks] == ["Other", "Talk"]


class TestDrift:
    """What programs write in spite of the schemas."""

    @pytest.mark.parametrize(
        ("event", "field", "value"),
        [
            ({"persons": [{"public_name": "A"}, {"name": "B"}, "C", {"name": None}, {}]}, "speakers", ["A", "B", "C"]),
            ({"persons": None, "participants": [{"name": "A"}]}, "speakers", ["A"]),
            ({"persons": None}, "speakers", []),
            ({"title": {"de": "Vortrag", "en": "Talk"}}, "title", "Talk"),
            ({"title": {"de": "Vortrag", "en": "Talk"}, "language": "de"}, "title", "Vortrag"),
            ({"title": {"fr": None, "de": "Vortrag"}}, "title", "Vortrag"),
            ({"title": "  A\tB\x00\r\n\u202eC "}, "title", "A B C"),
            ({"title": "\ud800T"}, "title", "T"),
            ({"title": "{{ 7 * 7 }}"}, "title", "{{ 7 * 7 }}"),
            ({"subtitle": " "}, "subtitle", None),
            ({"track": {"name": "Radio", "slug": "r"}}, "track", "Radio"),
            ({"track": {"slug": "r"}}, "track", "r"),
            ({"track": {"slug": "known"}}, "track", "Known"),
            ({"track": {"en": "Radio"}}, "track", "Radio"),
            ({"url": "javascript:alert(1)"}, "url", None),
            ({"url": "https://example.org/" + "x" * 2000}, "url", None),
            ({"url": "HTTPS://example.org/x"}, "url", "HTTPS://example.org/x"),
            ({"guid": None, "code": "ABC", "id": 7}, "id", "ABC"),
            ({"guid": None, "id": 7}, "id", "7"),
            ({"guid": None}, "id", "2027-08-20T10:00:00+02:00"),
            ({"end": "2027-08-20T11:30:00+02:00"}, "end", "2027-08-20T11:30:00+02:00"),
            ({"end": None}, "end", "2027-08-20T11:00:00+02:00"),
            ({"duration": "0:45"}, "end", "2027-08-20T10:45:00+02:00"),
            ({"duration": "26:00"}, "end", "2027-08-21T12:00:00+02:00"),
            ({"duration": "1:02:30"}, "end", "2027-08-21T12:30:00+02:00"),
            ({"duration": "00:50:00"}, "end", "2027-08-20T10:50:00+02:00"),
            ({"duration": "PT1H30M"}, "end", "2027-08-20T11:30:00+02:00"),
            ({"duration": "P1DT15M"}, "end", "2027-08-21T10:15:00+02:00"),
            ({"duration": 45}, "end", "2027-08-20T10:45:00+02:00"),
            ({"duration": "45"}, "end", "2027-08-20T10:45:00+02:00"),
            # Where the time comes from
            ({"date": "2027-08-20T10:00:00+2:00"}, "start", "2027-08-20T10:00:00+02:00"),
            ({"date": "2027-08-20 10:00:00+02:00"}, "start", "2027-08-20T10:00:00+02:00"),
            ({"date": "2027-08-20T08:00:00Z"}, "start", "2027-08-20T10:00:00+02:00"),
            ({"date": "2027-08-20T10:00:00"}, "start", "2027-08-20T10:00:00+02:00"),
            ({"date": "2027-08-20", "start": "10:00"}, "start", "2027-08-20T10:00:00+02:00"),
            ({"date": None, "start": "9:00"}, "start", "2027-08-20T09:00:00+02:00"),
            ({"date": "2027-08-20T10:00:00+01:00", "start": "10:00"}, "start", "2027-08-20T10:00:00+01:00"),
            ({"date": None, "start": "2027-08-20T10:00:00+02:00"}, "start", "2027-08-20T10:00:00+02:00"),
        ],
    )
    def test_events(self, event: Json, field: str, value: Any) -> None:
        document = small(event, time_zone_name="Europe/Berlin", tracks=[{"name": "Known", "slug": "known"}])
        assert only(document)[field] == value

    def test_a_zone_that_is_not_known_matters_only_where_it_is_needed(self) -> None:
        assert only(small(time_zone_name="Mars/Base"))["start"] == "2027-08-20T10:00:00+02:00"
        assert (
            only(small({"date": "2027-08-20T08:00:00Z"}, time_zone_name="../x"))["start"] == "2027-08-20T08:00:00+00:00"
        )

    def test_conferences(self) -> None:
        found = read_schedule(
            {
                "schedule": {
                    "version": 1.5,
                    "base_url": "https://example.org/",
                    "conference": {
                        "title": {"de": "Der Mast"},
                        "start": "2027-08-20T09:30:00+02:00",
                        "rooms": ["Curie", {"name": "Meitner", "guid": None, "description": None}],
                        "days": [{"date": "2027-08-20", "rooms": []}, {"date": "2027-08-21", "rooms": {}}],
                    },
                    "unknown": [{"anything": 1}],
                }
            }
        )
        assert found["conference"] == {
            "title": "Der Mast",
            "acronym": None,
            "version": "1.5",
            "time_zone": None,
            "url": "https://example.org/",
            "start": "2027-08-20",
            "end": "2027-08-21",
            "days": [],
        }
        assert rooms_of(found) == {"der-mast-Curie": 0, "der-mast-Meitner": 0}

    def test_pentabarf(self) -> None:
        """As FOSDEM published it for years: neither GUIDs nor dates of events nor a time zone, but a change of day."""
        found = read_schedule(
            """<?xml version="1.0" encoding="ISO-8859-1"?>
            <schedule>
              <conference>
                <title>FOSDEM 2018</title><venue>ULB</venue><days>2</days><day_change>09:00:00</day_change>
                <timeslot_duration>00:05:00</timeslot_duration>
              </conference>
              <day index="1" date="2018-02-03">
                <room name="Janson">
                  <event id="7001"><start>00:30</start><duration>00:20</duration><language/>
                    <title>Late &amp; <![CDATA[<b>]]></title></event>
                  <event id="6245"><start>10:00</start><duration>00:50</duration><title>Consensus</title>
                    <persons><person id="228">Simon</person><person id="3"/></persons></event>
                </room>
                <room name="K.1.105 (La Fontaine)"/>
              </day>
            </schedule>"""
        )
        assert rooms_of(found) == {"fosdem-2018-Janson": 2, "fosdem-2018-K-1-105-La-Fontaine-9eda90": 0}
        early, late = found["rooms"][0]["talks"]
        assert (early["id"], early["start"], early["speakers"]) == ("6245", "2018-02-03T10:00:00+00:00", ["Simon"])
        assert (late["title"], late["day"], late["start"]) == ("Late & <b>", "2018-02-03", "2018-02-04T00:30:00+00:00")

    def test_frab_xml_after_midnight_by_the_start_of_the_day(self) -> None:
        found = read_schedule(
            '<s:schedule xmlns:s="urn:x">'
            "<s:conference><s:time_zone_name>Europe/Berlin</s:time_zone_name></s:conference>"
            '<s:day date="2027-08-20" start="2027-08-20T06:00:00+02:00"><s:room name="A"><s:event id="1"><s:start>01:00'
            "</s:start><s:duration>01:00</s:duration><s:title>T</s:title></s:event></s:room></s:day></s:schedule>"
        )
        assert found["rooms"][0]["talks"][0]["start"] == "2027-08-21T01:00:00+02:00"


class TestVersion2:
    """What is only in version 2: references, states, events outside of rooms and days."""

    @staticmethod
    def read(events: list[Json], rooms: list[Any] | None = None, days: list[Json] | None = None) -> Json:
        conference = {"acronym": "mast", "rooms": rooms or [], "days": days or []}
        complete = [{"title": "T", "start": "2027-08-20T10:00:00Z", "duration": 30, **event} for event in events]
        return read_schedule({"schedule": {"conference": conference, "events": complete}})

    @pytest.mark.parametrize(
        "reference",
        [{"guid": "a"}, {"guid": "a", "name": "Old name"}, {"name": "Curie"}, {"name": "Curie", "guid": "a"}, "Curie"],
    )
    def test_references_to_rooms(self, reference: Any) -> None:
        rooms = [{"name": "Curie", "guid": "a"}, {"name": "Meitner", "guid": "b"}]
        assert rooms_of(self.read([{"room": reference}], rooms)) == {"mast-Curie": 1, "mast-Meitner": 0}

    def test_a_guid_of_two_rooms_says_nothing(self) -> None:
        rooms = [{"name": "Curie", "guid": "a"}, {"name": "Meitner", "guid": "a"}]
        found = self.read([{"room": {"guid": "a", "name": "Meitner"}}], rooms)
        assert rooms_of(found) == {"mast-Curie": 0, "mast-Meitner": 1}

    def test_rooms_that_only_events_name(self) -> None:
        references = [{"guid": "a", "name": "Curie"}, {"guid": "a"}, {"name": "Curie"}, "Meitner"]
        assert rooms_of(self.read([{"room": room} for room in references])) == {"mast-Curie": 3, "mast-Meitner": 1}

    def test_what_does_not_happen_in_a_room(self) -> None:
        events = [{"room": None}, {}, {"room": "Curie", "state": "CANCELED"}, {"room": "Curie", "state": "DELAYED"}]
        assert rooms_of(self.read(events)) == {"mast-Curie": 1}

    def test_days_are_those_that_hold_the_start(self) -> None:
        day = {"date": "2027-08-20", "start": "2027-08-20T06:00:00+02:00", "end": "2027-08-21T06:00:00+02:00"}
        next_day = {"date": "2027-08-21", "start": "2027-08-21T06:00:00+02:00", "end": "2027-08-22T06:00:00+02:00"}
        starts = ["2027-08-21T05:59:00+02:00", "2027-08-21T06:00:00+02:00", "2027-08-25T10:00:00+02:00"]
        events = [{"room": "Curie", "start": start} for start in starts]
        (room,) = self.read(events, days=[day, next_day])["rooms"]
        assert [talk["day"] for talk in room["talks"]] == ["2027-08-20", "2027-08-21", "2027-08-25"]
        (room,) = self.read(events, days=[{"date": "2027-08-21"}])["rooms"]
        assert [talk["day"] for talk in room["talks"]] == ["2027-08-21", "2027-08-21", "2027-08-25"]

    def test_the_schema_says_version_2_even_without_events(self) -> None:
        conference = {"acronym": "mast", "rooms": [{"name": "Curie"}], "days": [{"date": "2027-08-20"}]}
        found = read_schedule({"$schema": "../schema2.json", "schedule": {"conference": conference}})
        assert rooms_of(found) == {"mast-Curie": 0}


class TestSelection:
    """Days, rooms and prefix."""

    @pytest.mark.parametrize(
        ("days", "count"),
        [
            (None, 24),
            ([], 24),
            ("", 24),
            (["", None], 24),
            ([1], 8),
            ("1", 8),
            ([" 01 "], 8),
            (["2027-08-21"], 10),
            (date(2027, 8, 21), 10),
            ([1, "2027-08-20", "1"], 8),
            ((1, 3), 14),
            ({1: "", 3: ""}.keys(), 14),
        ],
    )
    def test_days(self, days: Any, count: int) -> None:
        assert sum(rooms_of(read_schedule(sample(), days=days)).values()) == count

    def test_a_talk_after_midnight_belongs_to_the_day_that_lists_it(self) -> None:
        found = read_schedule(sample(), days=[2], rooms=["Gängeviertel"])
        assert [talk["start"][:10] for talk in found["rooms"][0]["talks"]] == ["2027-08-21", "2027-08-21", "2027-08-22"]

    def test_the_hours_of_each_day_are_told_whatever_is_asked_for(self) -> None:
        found = read_schedule(sample(), days=[1], rooms=["Gängeviertel"])["conference"]["days"]
        assert found == read_schedule(sample())["conference"]["days"]
        assert [item["day"] for item in found] == ["2027-08-20", "2027-08-21", "2027-08-22"]
        assert found[1]["start"] < found[1]["end"]
        assert found[1]["end"][:10] == "2027-08-22"

    def test_a_day_leaves_rooms_without_talks_out_and_a_list_of_rooms_does_not(self) -> None:
        document = sample()
        document["schedule"]["conference"]["rooms"].append({"name": "Kitchen"})
        assert "mast2027-Kitchen" in rooms_of(read_schedule(document))
        assert "mast2027-Kitchen" not in rooms_of(read_schedule(document, days=[1, 2, 3]))
        assert rooms_of(read_schedule(document, rooms=["Kitchen"])) == {"mast2027-Kitchen": 0}
        assert rooms_of(read_schedule(document, rooms=["Kitchen"], days=[1])) == {}

    @pytest.mark.parametrize(
        "rooms",
        ["Gängeviertel", ["Ga\u0308ngeviertel"], ["mast2027-Gaengeviertel-16c836"], ["Gängeviertel", "", None]],
    )
    def test_rooms(self, rooms: Any) -> None:
        assert rooms_of(read_schedule(sample(), rooms=rooms)) == {"mast2027-Gaengeviertel-16c836": 5}

    def test_rooms_stay_in_published_order(self) -> None:
        found = read_schedule(sample(), rooms=["Gray Room", "Curie"])
        assert list(rooms_of(found)) == ["mast2027-Curie", "mast2027-Gray-Room"]

    def test_nothing_but_the_room_decides_its_name(self) -> None:
        every = {room["title"]: room["name"] for room in read_schedule(sample())["rooms"]}
        document = sample()
        document["schedule"]["conference"]["rooms"].reverse()
        for title, name in every.items():
            assert [room["name"] for room in read_schedule(document, rooms=[title], days=[1])["rooms"]] == [name]

    @pytest.mark.parametrize(
        ("prefix", "name"),
        [(None, "mast2027-Curie"), ("", "Curie"), ("Test 1", "Test-1-Curie"), ("/", "Curie")],
    )
    def test_prefix(self, prefix: str | None, name: str) -> None:
        assert read_schedule(sample(), prefix=prefix, rooms=["Curie"])["rooms"][0]["name"] == name

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            (
                {"days": [4]},
                'days: the schedule has no day "4"; it has 1 (2027-08-20), 2 (2027-08-21), 3 (2027-08-22)',
            ),
            (
                {"days": ["2027-08-19"]},
                'days: the schedule has no day "2027-08-19"; it has 1 (2027-08-20), 2 (2027-08-21), 3 (2027-08-22)',
            ),
            ({"days": [True]}, "days: expected a list of texts or numbers, found true in it"),
            ({"days": {"a": 1}}, "days: expected a list of texts or numbers, found an object in it"),
            ({"rooms": [["Curie"]]}, "rooms: expected a list of texts or numbers, found a list in it"),
            (
                {"rooms": ["curie"]},
                'rooms: the schedule has no room "curie"; it has "Curie" (mast2027-Curie), "Gray Room" '
                '(mast2027-Gray-Room), "Monheim/Rhein" (mast2027-Monheim-Rhein-6e7c72), "Gängeviertel" '
                "(mast2027-Gaengeviertel-16c836)",
            ),
            ({"prefix": 1}, "prefix: expected a text, found a number"),
        ],
    )
    def test_what_the_schedule_does_not_have(self, options: Json, message: str) -> None:
        with pytest.raises(ScheduleError) as caught:
            read_schedule(sample(), **options)
        assert str(caught.value) == message

    def test_long_lists_are_cut(self) -> None:
        conference = {"rooms": [f"Room {number}" for number in range(100)], "days": []}
        with pytest.raises(ScheduleError, match=r'"Room 39" \(Room-39\) and 60 more$'):
            read_schedule({"schedule": {"conference": conference}}, rooms=["None"])
        with pytest.raises(ScheduleError, match=r'no day "1"; it has none$'):
            read_schedule({"schedule": {"conference": conference}}, days=[1])


class TestPublished:
    """Against the format's own schemas, and real schedules."""

    @pytest.mark.parametrize(("name", "schema"), [("v1", "schema.json"), ("v2", "schema2.json")])
    def test_the_sample_is_valid(self, name: str, schema: str) -> None:
        path = PUBLISHED / schema
        if not path.exists():
            pytest.skip("the published schema of schedules: no copy beside the checkout")
        rules = json.loads(path.read_text())
        validator = jsonschema.validators.validator_for(rules)(rules)
        document = json.loads(WRITERS[name](sample()))
        assert [error.message for error in validator.iter_errors(document)] == []

    @pytest.mark.parametrize(
        ("name", "rooms"),
        [
            ("frab-camp2019.json", {"camp2019-Curie": 41, "camp2019-Meitner": 38}),
            ("pretalx-democon.json", {"democon-Gray-Room": 27, "democon-Tan-Room": 9}),
        ],
    )
    def test_real_schedules(self, name: str, rooms: dict[str, int]) -> None:
        path = PUBLISHED / name
        if not path.exists():
            pytest.skip("published schedules: none beside the checkout")
        found = read_schedule(path.read_text())
        assert rooms_of(found) == rooms
        for day, room, events in listing(json.loads(path.read_text())):
            talks = next(item["talks"] for item in found["rooms"] if item["title"] == room)
            listed = [(talk["title"], talk["start"]) for talk in talks if talk["day"] == day["date"]]
            assert listed == [(" ".join(event["title"].split()), event["date"]) for event in events]
