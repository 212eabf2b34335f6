# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The sessions of an event by day."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.eventops.cloudflare.plugins.plugin_utils.event.attendance import sessions_by_day

ZONE = "Europe/Berlin"


def session(began: str | None, ended: str | None = None, sent: Any = 3600, watched: Any = 7200) -> dict[str, Any]:
    """A session as the module returns it."""
    return {"started_time": began, "stopped_time": ended, "ingest_seconds": sent, "viewer_seconds": watched}


def room(name: str, *sessions: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A room as the module returns it."""
    return {"name": name, "listed": True, "sessions": list(sessions), **more}


def test_a_line_says_what_is_on_the_air_and_rounds_as_the_page_does() -> None:
    rooms = [
        room("curie", session("2027-08-20T08:00:00Z", sent=3599, watched=30), on_air=True),
        room("gray", on_air=False),
    ]
    found = sessions_by_day(rooms, ZONE)
    assert found["lines"] == [
        "curie: 1 session, sent 1:00, watched 0:00, on the air",
        "gray: 0 sessions, sent 0:00, watched 0:00",
    ]
    assert [item["on_air"] for item in found["rooms"]] == [True, False]


def test_days_are_those_of_the_clocks_of_the_event() -> None:
    late = session("2027-08-20T22:30:00.000Z", "2027-08-21T00:15:00.000Z")
    found = sessions_by_day([room("curie", late)], ZONE)
    (day,) = found["days"]
    assert (day["day"], day["rooms"][0]["began"], day["rooms"][0]["ended"]) == ("2027-08-21", "00:30", "02:15")
    assert [day["day"] for day in sessions_by_day([room("curie", late)])["days"]] == ["2027-08-20"]


def test_a_session_belongs_to_the_day_on_which_it_began() -> None:
    night = session("2027-08-20T20:00:00Z", "2027-08-21T06:00:00Z", sent=36_000)
    found = sessions_by_day([room("curie", night)], ZONE)
    assert [(day["day"], day["total_ingest_seconds"]) for day in found["days"]] == [("2027-08-20", 36_000)]


def test_rooms_and_days_are_added_up() -> None:
    rooms = [
        room("curie", session("2027-08-20T08:00:00Z", "2027-08-20T09:00:00Z"), session("2027-08-20T10:00:00Z")),
        room("gray", session("2027-08-21T08:00:00Z", "2027-08-21T09:00:00Z", sent=60, watched=None)),
        room("never"),
    ]
    found = sessions_by_day(rooms, ZONE)
    assert [(day["day"], [item["name"] for item in day["rooms"]], day["count"]) for day in found["days"]] == [
        ("2027-08-20", ["curie"], 2),
        ("2027-08-21", ["gray"], 1),
    ]
    # One of its sessions goes on.
    assert (found["days"][0]["rooms"][0]["began"], found["days"][0]["rooms"][0]["ended"]) == ("10:00", None)
    assert [item["count"] for item in found["rooms"]] == [2, 1, 0]
    assert (found["count"], found["total_ingest_seconds"], found["total_viewer_seconds"]) == (3, 7260, 14_400)


def test_what_began_on_other_days_is_counted_apart() -> None:
    rooms = [room("curie", *(session(f"2027-08-{day}T08:00:00Z", None) for day in (19, 20, 21, 22)))]
    found = sessions_by_day(rooms, ZONE, "2027-08-20", "2027-08-21T23:59:00+02:00")
    assert ([day["day"] for day in found["days"]], found["outside"]) == (["2027-08-20", "2027-08-21"], 2)
    assert found["rooms"][0]["count"] == found["count"] == 2


def test_only_some_days_of_the_event_may_be_meant() -> None:
    rooms = [room("curie", *(session(f"2027-08-{day}T08:00:00Z", None) for day in (19, 20, 21, 22)))]
    found = sessions_by_day(rooms, ZONE, "2027-08-20", "2027-08-22", ["2027-08-20", "2027-08-22", "2027-08-23"])
    assert ([day["day"] for day in found["days"]], found["outside"]) == (["2027-08-20", "2027-08-22"], 2)


def test_after_midnight_it_is_the_day_before_until_its_last_talk_has_ended() -> None:
    times = [("20", "20:00", "20", "23:00"), ("20", "00:30", "21", "01:30"), ("21", "10:00", "21", "11:00")]
    talks = [
        {"day": f"2027-08-{day}", "start": f"2027-08-{date}T{start}:00+02:00", "end": f"2027-08-{date}T{end}:00+02:00"}
        for day, start, date, end in times
    ]
    night, morning = session("2027-08-20T22:30:00Z", None), session("2027-08-21T07:59:00Z", None)
    found = sessions_by_day([room("curie", night, morning)], ZONE, "2027-08-20", "2027-08-20", talks=talks)
    assert ([(day["day"], day["count"]) for day in found["days"]], found["outside"]) == ([("2027-08-20", 1)], 1)
    found = sessions_by_day([room("curie", night, morning)], ZONE, talks=talks)
    assert [day["day"] for day in found["days"]] == ["2027-08-20", "2027-08-21"]


def test_on_the_air_is_what_is_said_to_be() -> None:
    over = {**session("2027-08-20T08:00:00Z", "when it was over"), "on_air": False}
    going = {**session("2027-08-20T09:00:00Z"), "on_air": True}
    assert _times_of(over) == (None, False)
    assert _times_of(over, going) == (None, True)


def _times_of(*sessions: dict[str, Any]) -> tuple[Any, Any]:
    row = sessions_by_day([room("curie", *sessions)])["days"][0]["rooms"][0]
    return row["ended"], row["on_air"]


def test_of_two_times_the_first_that_is_one_counts() -> None:
    odd = {**session("soon"), "invoked_time": "2027-08-20T08:00:00Z"}
    assert [day["day"] for day in sessions_by_day([room("curie", odd)])["days"]] == ["2027-08-20"]


def test_a_session_without_a_time_counts_and_has_no_day() -> None:
    found = sessions_by_day([room("curie", session(None), session("at noon"))], ZONE, "2027-08-20", "2027-08-21")
    assert [(day["day"], day["count"], day["rooms"][0]["began"]) for day in found["days"]] == [(None, 2, None)]
    assert found["outside"] == 0


def test_a_session_that_never_went_live_has_the_time_at_which_it_was_asked_for() -> None:
    asked = {**session(None), "invoked_time": "2027-08-20T08:00:00Z", "created_at": "2027-08-20T07:00:00Z"}
    assert sessions_by_day([room("curie", asked)], "UTC")["days"][0]["rooms"][0]["began"] == "08:00"


def test_of_a_room_that_could_not_be_read_nothing_is_known() -> None:
    lost = {"name": "curie", "listed": True, "sessions": None, "failed": True}
    found = sessions_by_day([lost, room("gray", session("2027-08-20T08:00:00Z"))], ZONE)
    assert (found["rooms"][0]["failed"], found["rooms"][0]["count"], found["rooms"][0]["total_ingest_seconds"]) == (
        True,
        None,
        None,
    )
    assert found["count"] == 1


def test_an_offset_is_a_zone() -> None:
    late = session("2027-08-20T22:30:00.000Z", "2027-08-21T00:15:00.000Z")
    for zone, day, began in (("+02:00", "2027-08-21", "00:30"), ("-0330", "2027-08-20", "19:00")):
        found = sessions_by_day([room("curie", late)], zone)
        assert (found["days"][0]["day"], found["days"][0]["rooms"][0]["began"], found["zone"]) == (day, began, zone)


def test_lines_say_how_long() -> None:
    rooms = [
        room("curie", session("2027-08-20T08:00:00Z", None, sent=3661, watched=7200), title="Curie"),
        room("gray", session("2027-08-20T08:00:00Z"), session("2027-08-20T09:00:00Z")),
        {"name": "lost", "listed": True, "sessions": None},
    ]
    assert sessions_by_day(rooms)["lines"] == [
        "Curie: 1 session, sent 1:01, watched 2:00",
        "gray: 2 sessions, sent 2:00, watched 4:00",
        "lost: could not be read",
    ]


@pytest.mark.parametrize(("zone", "shown"), [(ZONE, ZONE), (None, "UTC"), ("Mars/Olympus", "UTC"), ("../etc", "UTC")])
def test_an_unknown_zone_is_not_claimed(zone: str | None, shown: str) -> None:
    assert sessions_by_day([], zone)["zone"] == shown


def test_the_title_of_the_room_or_of_its_meeting_is_shown() -> None:
    rooms = [room("a", title="A", meeting_title="camp: A"), room("b", title=None, meeting_title="camp: B"), room("c")]
    assert [item["title"] for item in sessions_by_day(rooms)["rooms"]] == ["A", "camp: B", "c"]
