# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The modules realtime_event and realtime_event_info: an event from nothing to its end, and what goes wrong with it."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.client import Control

ROOMS = [
    {"name": "camp-curie", "meeting_title": "camp: Curie"},
    {"name": "camp-meitner", "meeting_title": "camp: Meitner"},
]
FEED = {"name": "camp-mast", "independent": True}
ACTIVE = ("LIVE", "INVOKED")


@pytest.fixture
def event(actor: Any) -> Any:
    """Runs realtime_event for the event ``camp``, unless something else is said."""

    def run(*streams: dict[str, Any], state: str = "present", check: bool = False, **options: Any) -> Any:
        options = {"event": "camp", "state": state, "streams": [dict(item) for item in streams], **options}
        return actor("realtime_event", check=check, **options)

    return run


@pytest.fixture
def info(actor: Any) -> Any:
    """The same with realtime_event_info."""

    def run(*streams: dict[str, Any], **options: Any) -> Any:
        return actor("realtime_event_info", **{"event": "camp", "streams": [dict(item) for item in streams], **options})

    return run


def on_air(sim: Control) -> dict[str, str]:
    """The names of what is on the air, by meeting."""
    return {item["meeting_id"]: item["name"] for item in sim.livestreams() if item["status"] in ACTIVE}


def meetings(ran: Any) -> list[str]:
    """The meetings of the rooms."""
    return [item["meeting_id"] for item in ran.values["streams"]]


def left(ran: Any) -> list[tuple[str, bool]]:
    """What is left over, and whether it is on the air."""
    return [(item["meeting_title"] or item["name"], item["on_air"]) for item in ran.values["leftovers"]]


@pytest.mark.parametrize("exclusive", ["event", "app"])
def test_what_is_in_the_list_is_never_stopped_by_exclusive(event: Any, sim: Control, exclusive: str) -> None:
    event(*ROOMS, state="started")
    before = on_air(sim)
    assert len(before) == 2
    for streams in (ROOMS, [{**ROOMS[0], "state": "present"}, ROOMS[1]]):
        ran = event(*streams, exclusive=exclusive)
        assert not ran.values["changed"], ran.values
        assert [item["status"] for item in ran.values["streams"]] == ["LIVE", "LIVE"]
    ran = event({**ROOMS[0], "state": "present"}, ROOMS[1], state="started", exclusive=exclusive)
    assert not ran.values["changed"]
    ran = event(ROOMS[0], others=[dict(ROOMS[1])], exclusive=exclusive)
    assert (ran.values["changed"], ran.values["leftovers"]) == (False, [])
    assert on_air(sim) == before


def test_a_title_that_names_no_meeting_is_an_error_of_that_room(event: Any, sim: Control) -> None:
    event(*ROOMS, state="started")
    typo = {"name": "camp-curei", "meeting_title": "camp: Curei"}
    ran = event(typo, ROOMS[1], state="stopped")
    failed, stopped = ran.values["streams"]
    assert ran.values["failed"]
    assert failed["msg"] == "no meeting is titled 'camp: Curei': did you mean 'camp: Curie'?"
    assert (failed["status"], failed["on_air"], failed["meeting_id"]) == (None, None, None)
    assert (stopped["status"], stopped["on_air"]) == ("IDLE", False)
    assert left(ran) == [("camp: Curie", True)]
    assert "'camp: Curie' (on the air)" in ran.warnings[0]


@pytest.mark.parametrize("kind", [{"meeting_id": "nobody"}, {"independent": True}])
def test_what_does_not_exist_was_not_seen_to_be_stopped(event: Any, sim: Control, kind: dict[str, Any]) -> None:
    ran = event({"name": "camp-x", **kind}, state="stopped")
    (room,) = ran.values["streams"]
    assert ran.values["failed"]
    assert (room["status"], room["on_air"]) == (None, None)


@pytest.mark.parametrize("listed", [True, False], ids=["by its list", "by its slug"])
@pytest.mark.parametrize("change", [{"title": "Overflow"}, {"status": "INACTIVE"}], ids=["renamed", "retired"])
def test_a_meeting_that_was_changed_on_the_air_is_stopped(
    event: Any, actor: Any, sim: Control, change: dict[str, str], listed: bool
) -> None:
    first = meetings(event(*ROOMS, state="started"))
    if "title" in change:
        actor("realtime_meeting", meeting_id=first[0], title=change["title"])
    else:
        actor("realtime_meeting", meeting_id=first[0], state="inactive")
    ran = event(*(ROOMS if listed else ()), state="stopped")
    assert not ran.values.get("failed"), ran.values
    assert on_air(sim) == {}
    again = event(*(ROOMS if listed else ()), state="stopped")
    assert (again.values["changed"], again.values.get("failed")) == (False, None)
    if listed:
        assert [item["status"] for item in again.values["streams"]] == ["IDLE", "IDLE"]


def test_a_renamed_room_is_left_over_and_stopped_when_asked_for(event: Any, sim: Control) -> None:
    other = {"event": "camp-2027", "streams": [{"name": "camp-2027-hall", "meeting_title": "camp-2027: Hall"}]}
    event(**other, state="started")
    old = meetings(event(*ROOMS, state="started"))
    renamed = [{"name": "camp-marie-curie", "meeting_title": "camp: Marie Curie"}, ROOMS[1]]
    ran = event(*renamed, state="started")
    assert left(ran) == [("camp: Curie", True)]
    check = event(*renamed, state="started", exclusive="event", check=True)
    ran = event(*renamed, state="started", exclusive="event")
    assert check.values["changed"] is ran.values["changed"] is True
    assert left(ran) == left(check) == [("camp: Curie", False)]
    assert ran.values["leftovers"][0]["changed"]
    assert old[0] not in on_air(sim)
    # Of another event, whose slug begins like this one, nothing is touched.
    assert sorted(on_air(sim).values()) == ["camp-2027-hall", "camp-marie-curie", "camp-meitner"]
    again = event(*renamed, state="started", exclusive="event")
    assert not again.values["changed"]
    ran = event(*renamed, state="started", exclusive="app")
    assert sorted(on_air(sim).values()) == ["camp-marie-curie", "camp-meitner"]
    assert [item["name"] for item in ran.values["unlisted"]] == ["camp-2027-hall"]


def test_a_livestream_of_a_renamed_meeting_is_that_of_the_longest_slug(event: Any, actor: Any, sim: Control) -> None:
    hall = {"name": "camp-2027-hall", "meeting_title": "camp-2027: Hall"}
    desk = {"name": "camp-2027-desk", "meeting_title": "camp-2027: Desk"}
    (first, _second) = meetings(event(hall, desk, event="camp-2027", state="started"))
    actor("realtime_meeting", meeting_id=first, title="Renamed by hand")
    event(state="stopped")
    assert sorted(on_air(sim).values()) == ["camp-2027-desk", "camp-2027-hall"]


def test_a_livestream_of_the_same_name_elsewhere_is_not_that_of_the_room(event: Any, sim: Control) -> None:
    """Without a slug, a name says nothing about the event."""
    stage = {"name": "stage", "meeting_title": "Other event: Stage"}
    event(stage, event=None, state="started")
    ran = event({"name": "stage", "meeting_title": "Stage"}, event=None, state="stopped")
    assert (ran.values["failed"], ran.accepted) == (True, [])
    assert on_air(sim)


@pytest.mark.parametrize("form", ["trimmed", "escaped"])
def test_titles_are_found_in_the_form_in_which_the_service_keeps_them(event: Any, sim: Control, form: str) -> None:
    sim.configure(name_form=form)
    streams = [{"name": "camp-rd", "meeting_title": "camp: R&D  lab "}]
    event(*streams, state="started")
    again = event(*streams, state="started")
    assert (again.values["changed"], again.values["leftovers"]) == (False, [])
    event(*streams, state="stopped")
    assert on_air(sim) == {}


def test_a_title_that_may_have_been_cut_fails_alone(event: Any, sim: Control) -> None:
    title = "camp: the long history of the network"
    sim.add_meeting(title=title[:32])
    ran = event({"name": "camp-history", "meeting_title": title}, ROOMS[0], state="started")
    assert "may be what the service calls" in ran.values["streams"][0]["msg"]
    assert ran.values["streams"][1]["on_air"]


def test_a_retired_meeting_is_missing(info: Any, sim: Control) -> None:
    """Nobody can join it, so its room is not present."""
    sim.add_meeting(title="camp: Curie", status="INACTIVE")
    sim.add_meeting(title="camp: Meitner")
    ran = info(*ROOMS, state="present")
    assert ran.values["missing"] == ["camp-curie"]
    assert [item["meeting_status"] for item in ran.values["streams"]] == ["INACTIVE", "ACTIVE"]
    assert info(*ROOMS, state="stopped").values["missing"] == []


@pytest.mark.parametrize("missing", ["fail", "warn"])
def test_who_is_on_the_air_is_verified_when_another_is_missing(event: Any, sim: Control, missing: str) -> None:
    ran = event(*ROOMS, FEED, state="started", missing=missing, verify="warn", wait_timeout=30)
    assert bool(ran.values.get("failed")) is (missing == "fail")
    assert ran.values["missing"] == ["camp-mast"]
    assert [item["playable"] for item in ran.values["streams"]] == [True, True, None]
    assert any("not yet: camp-mast" in str(step) for step in ran.progress)
    told = ran.values["msg"] if missing == "fail" else ran.warnings[0]
    assert "camp-mast" in told
    assert "camp-curie" not in told


def test_a_room_need_not_be_waited_for(event: Any, sim: Control) -> None:
    ran = event(*ROOMS, {**FEED, "wait": False}, state="started")
    assert (ran.values["missing"], ran.values.get("failed")) == ([], None)
    assert ran.values["streams"][2]["on_air"] is False


def test_a_refused_meeting_does_not_keep_the_others_off_the_air(event: Any, sim: Control) -> None:
    sim.faults(
        {"kind": "status", "status": 403, "operation": "create_meeting", "index": 0, "times": 1,
         "body": {"success": False, "errors": [{"code": 10000, "message": "Forbidden"}]}}
    )  # fmt: skip
    ran = event(*ROOMS, state="started", concurrency=1)
    first, second = ran.values["streams"]
    assert ran.values["msg"].startswith("1 of 2 rooms failed: camp-curie: create the meeting 'camp: Curie': HTTP 403")
    assert (first["failed"], first["meeting_id"], first["on_air"]) == (True, None, None)
    assert (second["status"], second["on_air"]) == ("LIVE", True)


def test_a_list_that_fails_after_a_meeting_was_created_fails_only_what_needs_it(event: Any, sim: Control) -> None:
    # What is on the air is listed three times, and independent livestreams once before anything is sent.
    sim.faults(
        {"kind": "status", "status": 403, "operation": "list_livestreams", "index": 4, "times": 1,
         "body": {"success": False, "errors": [{"code": 10000, "message": "Forbidden"}]}}
    )  # fmt: skip
    ran = event(ROOMS[0], FEED)
    first, second = ran.values["streams"]
    assert ran.values["changed"] is True
    assert ran.values["msg"].startswith("1 of 2 rooms failed: camp-mast: list the livestreams: HTTP 403")
    assert (first["meeting_id"] is not None, first["changed"]) == (True, True)
    assert (second["id"], second["changed"]) == (None, False)


def test_two_rooms_of_one_meeting(event: Any, sim: Control) -> None:
    meeting = sim.add_meeting(title="camp: Curie")
    ran = event(ROOMS[0], {"name": "camp-also", "meeting_id": meeting}, state="started")
    assert ran.values["streams"][0]["on_air"]
    assert ran.values["streams"][1]["msg"] == f"camp-curie and camp-also are both about the meeting {meeting}"


def test_an_event_is_retired_when_nothing_is_on_the_air(event: Any, sim: Control) -> None:
    event(*ROOMS, FEED, state="started", wait=False)
    ran = event(*ROOMS, state="retired")
    assert (ran.values["failed"], ran.accepted) == (True, [])
    assert "nothing is retired while this is on the air: camp-curie, camp-meitner" in ran.values["msg"].lower()
    event(state="stopped")
    check = event(ROOMS[0], state="retired", check=True)
    ran = event(ROOMS[0], state="retired")
    assert check.values["changed"] is ran.values["changed"] is True
    assert [entry.body for entry in ran.accepted] == [{"status": "INACTIVE"}] * 2
    assert [(item["meeting_title"], item["meeting_status"]) for item in ran.values["leftovers"]] == [
        ("camp: Meitner", "INACTIVE"), (None, None)
    ]  # fmt: skip
    again = event(ROOMS[0], state="retired")
    assert (again.values["changed"], left(again)) == (False, [("camp-mast", False)])


def test_nothing_is_reported_as_changing_where_nothing_changes(event: Any, sim: Control) -> None:
    event(*ROOMS, FEED)
    for check in (False, True):
        assert event(*ROOMS, FEED, check=check).progress == []
    assert not any("changing" in str(step) for step in event(*ROOMS, state="started", check=True).progress)


def test_a_diff_names_the_room(event: Any, sim: Control) -> None:
    ran = event(*ROOMS, state="started")
    assert any(item["before_header"].startswith("camp-curie: the livestream of") for item in ran.values["diff"])


def test_an_event_without_a_slug_says_so(event: Any, sim: Control) -> None:
    ran = event(*ROOMS, event=None)
    assert [text for text in ran.warnings if "no slug" in text]
    assert ran.values["leftovers"] == []


def test_an_event_is_reported_as_it_stands(event: Any, info: Any, sim: Control) -> None:
    ran = info(*ROOMS, FEED)
    assert ran.values["missing"] == [item["name"] for item in (*ROOMS, FEED)]
    # Nobody can say that of a room whose meeting was not found.
    assert [item["on_air"] for item in ran.values["streams"]] == [None, None, False]
    event(*ROOMS, FEED, state="started", wait=False)
    sim.advance(60)
    ran = info(*ROOMS, FEED, state="started")
    assert (ran.values["missing"], ran.values["changed"]) == (["camp-mast"], False)
    ran = info(ROOMS[0], state="stopped")
    assert ran.values["missing"] == ["camp-curie"]
    assert left(ran) == [("camp: Meitner", True), ("camp-mast", False)]
    ran = info()
    assert sorted(left(ran)) == [("camp-mast", False), ("camp: Curie", True), ("camp: Meitner", True)]
    assert {entry.method for entry in ran.journal} == {"GET"}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"event": "Camp 2027"}, "event must be lower-case letters, digits and single dashes, not 'Camp 2027'"),
        ({"event": None, "streams": []}, "give streams, or event: which event is meant?"),
        ({"streams": [{"name": "a"}]}, "streams[0] (a) needs exactly one of meeting_id, meeting_title and independent"),
        ({"streams": [{"name": " ", "independent": True}]}, "streams[0].name is blank"),
        ({"streams": [{**FEED}, {**FEED}]}, "streams[0] and streams[1] have the same name: 'camp-mast'"),
        ({"streams": [{**ROOMS[0]}], "concurrency": 0}, "concurrency must be from 1 to 32"),
        ({"verify": "warn", "verify_timeout": 0}, "verify_timeout must be more than 0"),
    ],
)
def test_what_makes_no_event_is_refused(actor: Any, sim: Control, options: dict[str, Any], message: str) -> None:
    ran = actor("realtime_event", **options)
    assert ran.values["msg"].startswith(message)
    assert ran.journal == []


def test_a_rerun_of_500_rooms_costs_a_few_pages(event: Any, sim: Control) -> None:
    sim.configure(rate_limit=0)
    titled = [{"name": f"camp-m{number}", "meeting_title": f"camp: Room {number}"} for number in range(300)]
    streams = [*titled, *({"name": f"camp-i{number}", "independent": True} for number in range(200))]
    event(*streams, state="started", wait=False, concurrency=16)
    sim.advance(60)
    ran = event(*streams, state="started", wait=False, exclusive="event")
    assert not ran.values["changed"], ran.values.get("msg")
    assert len(ran.journal) <= 20


def test_an_encoder_on_the_air_keeps_its_event_from_being_retired(event: Any, sim: Control) -> None:
    event(*ROOMS, FEED)
    sim.push(next(item["id"] for item in sim.livestreams() if item["name"] == FEED["name"]))
    for listed in ((*ROOMS, FEED), ()):
        ran = event(*listed, state="retired")
        assert ran.values["failed"] is True
        assert "Nothing is retired while this is on the air:" in ran.values["msg"]
        assert "camp-mast" in ran.values["msg"]
        assert not [entry for entry in ran.journal if entry.method != "GET"]


@pytest.mark.parametrize("state", ["stopped", "retired"])
def test_a_misspelt_event_is_an_error(event: Any, sim: Control, state: str) -> None:
    event(*ROOMS, state="started")
    ran = event(state=state, event="cmap")
    assert ran.values["msg"] == (
        "Nothing carries the event's name 'cmap', and on the air are camp-curie, camp-meitner: did you mean 'camp'?"
    )
    assert not ran.values["changed"]


def test_an_event_that_is_over_can_be_stopped_and_retired_again(event: Any, sim: Control) -> None:
    event(*ROOMS, state="started")
    for state in ("stopped", "stopped", "retired", "retired", "stopped"):
        assert not event(state=state).values.get("failed"), state


def test_stopping_an_event_waits_for_its_encoders(event: Any, sim: Control) -> None:
    event(FEED)
    sim.push(next(item["id"] for item in sim.livestreams()))
    ran = event(state="stopped", wait_timeout=5)
    assert ran.values["msg"].startswith("1 of 1 rooms failed: camp-mast: the livestream")
    assert "look whether its encoder is still pushing" in ran.values["msg"]
    assert ran.values["leftovers"][0]["on_air"] is True


def test_what_else_is_stopped_is_named(event: Any, sim: Control) -> None:
    event({"name": "other-hall", "meeting_title": "other: Hall"}, state="started", event="other")
    for check in (True, False):
        ran = event(*ROOMS, state="started", exclusive="app", check=check)
        would = "would be stopped" if check else "stopped"
        assert f"not of the event, and {would}: 'other-hall'" in ran.warnings


def test_streams_that_were_not_chosen_are_mentioned(event: Any, sim: Control) -> None:
    event(*ROOMS, state="started")
    others = [{**item, "meeting_id": None} for item in ROOMS]
    ran = event(state="stopped", others=others)
    assert list(ran.warnings[:2]) == [
        "none of the event's streams was chosen: nothing was done",
        "on the air, and not chosen: camp-curie, camp-meitner",
    ]
    assert len(on_air(sim)) == 2


def started(sim: Control, actor: Any, meeting_id: str, name: str = "by hand") -> None:
    """Somebody else starts a meeting's livestream."""
    assert not actor("realtime_livestream", state="started", meeting_id=meeting_id, name=name).values.get("failed")


def test_a_meeting_of_the_same_title_on_the_air_is_not_retired(event: Any, actor: Any, sim: Control) -> None:
    older, younger = sim.add_meeting(title="Curie"), sim.add_meeting(title="Curie")
    started(sim, actor, younger)
    room = {"name": "curie", "meeting_title": "Curie"}
    ran = event(room, state="retired", event=None)
    assert ran.values["msg"].startswith("Nothing is retired while this is on the air: 'Curie'")
    ran = event(room, state="stopped", event=None)
    assert (ran.values["streams"][0]["meeting_id"], ran.values["changed"], on_air(sim)) == (younger, True, {})
    assert older != younger


def test_a_meeting_in_the_list_is_not_left_over_although_another_of_its_title_is_on_the_air(
    event: Any, info: Any, actor: Any, sim: Control
) -> None:
    sim.add_meeting(title=ROOMS[0]["meeting_title"])
    younger = sim.add_meeting(title=ROOMS[0]["meeting_title"])
    started(sim, actor, younger, ROOMS[0]["name"])
    for ran in (info(ROOMS[0]), event(ROOMS[0], state="stopped", check=True), event(ROOMS[0], state="stopped")):
        assert (meetings(ran), left(ran)) == ([younger], [])
    assert on_air(sim) == {}


@pytest.mark.parametrize("slug", ["camp", None])
def test_a_stop_is_for_all_meetings_of_the_title(event: Any, actor: Any, sim: Control, slug: str | None) -> None:
    for _number in range(2):
        started(sim, actor, sim.add_meeting(title=ROOMS[0]["meeting_title"]), ROOMS[0]["name"])
    ran = event(ROOMS[0], state="stopped", event=slug, check=True)
    assert (ran.values["changed"], len(on_air(sim))) == (True, 2)
    ran = event(ROOMS[0], state="stopped", event=slug)
    assert (ran.values["changed"], on_air(sim)) == (True, {})
    assert any("a stop is for all of them" in text for text in ran.warnings)
    assert not any("ot of the event" in text for text in ran.warnings)
    assert not event(ROOMS[0], state="stopped", event=slug).values["changed"]


def test_a_stop_by_title_leaves_a_room_that_is_listed_by_id(event: Any, actor: Any, sim: Control) -> None:
    own, other = (sim.add_meeting(title=ROOMS[0]["meeting_title"]) for _number in range(2))
    for meeting_id in (own, other):
        started(sim, actor, meeting_id)
    by_id = {"name": "by-id", "meeting_id": other, "state": "present"}
    ran = event({**ROOMS[0], "state": "stopped"}, by_id)
    assert (meetings(ran), list(on_air(sim))) == ([own, other], [other])
    assert not any("other meetings" in text for text in ran.warnings)
    ran = event({**ROOMS[0], "state": "stopped"}, by_id)
    assert (meetings(ran), ran.values["changed"], list(on_air(sim))) == ([own, other], False, [other])


def test_a_stop_that_does_not_happen_is_a_failure(event: Any, sim: Control) -> None:
    event(ROOMS[0], state="started")
    sim.configure(stop_delay=1000)
    ran = event(ROOMS[0], state="stopped", missing="warn", wait_timeout=3)
    assert ran.values["failed"] is True
    assert ran.values["missing"] == []
    assert ran.values["streams"][0]["on_air"] is True


LONG = "camp: Main stage with a title that is so long that the service cuts it short"


@pytest.mark.parametrize("exclusive", ["event", "app"])
@pytest.mark.parametrize("chosen", [True, False])
def test_a_room_whose_title_may_be_cut_is_not_left_over(event: Any, sim: Control, exclusive: str, chosen: bool) -> None:
    sim.reset(name_form="cut")
    long = {"name": "camp-main", "meeting_title": LONG}
    event(long, ROOMS[0], state="started")
    before = on_air(sim)
    assert len(before) == 2
    others = [] if chosen else [{**long, "meeting_id": None}]
    listed = (long, ROOMS[0]) if chosen else (ROOMS[0],)
    ran = event(*listed, state="started", exclusive=exclusive, others=others)
    assert on_air(sim) == before
    assert bool(ran.values.get("failed")) is chosen
    if not chosen:
        event(ROOMS[0], state="stopped", others=others)
        ran = event(ROOMS[0], state="retired", others=others)
        assert [item["meeting_title"] for item in ran.values["leftovers"]] == []


def test_a_room_on_the_air_whose_meeting_was_renamed_is_not_stopped_by_exclusive(
    event: Any, actor: Any, sim: Control
) -> None:
    ran = event(ROOMS[0], state="started")
    actor("realtime_meeting", meeting_id=meetings(ran)[0], title="camp: Curie, moved")
    ran = event(ROOMS[0], exclusive="event")
    assert list(on_air(sim).values()) == ["camp-curie"]
    assert left(ran) == [("camp: Curie, moved", True)]


def test_a_livestream_belongs_to_the_event_that_retired_meetings_show(event: Any, actor: Any, sim: Control) -> None:
    longer = {"name": "camp-2019-main", "meeting_title": "camp-2019: Main"}
    ran = event(longer, state="started", event="camp-2019")
    meeting = meetings(ran)[0]
    event({"name": "camp-2019-b", "meeting_title": "camp-2019: B"}, event="camp-2019")
    actor("realtime_meeting", meeting_id=meeting, title="Main hall")
    event(event="camp-2019", state="present", streams=[{"name": "camp-2019-b", "meeting_title": "camp-2019: B"}])
    actor("realtime_meeting", title="camp-2019: B", state="inactive")
    event(*ROOMS, state="started")
    event(state="stopped")
    assert on_air(sim) == {meeting: "camp-2019-main"}


def test_a_room_is_stopped_although_its_meeting_cannot_be_read(event: Any, actor: Any, sim: Control) -> None:
    meeting = sim.add_meeting(title="camp: Hall")
    room = {"name": "camp-hall", "meeting_id": meeting}
    event(room, state="started")
    actor("realtime_meeting", meeting_id=meeting, state="inactive")
    sim.faults({"kind": "status", "status": 403, "operation": "get_meeting", "times": None})
    ran = event(room, state="stopped")
    assert (ran.values.get("failed"), on_air(sim)) == (None, {})
    assert ran.warnings[0].startswith(f"the meeting {meeting} of camp-hall could not be read: ")


def test_nobody_says_of_an_unknown_title_that_it_is_off_the_air(info: Any, event: Any, sim: Control) -> None:
    event(ROOMS[0], state="started")
    ran = info({"name": "camp-curie", "meeting_title": "Curei"}, state="stopped", event=None)
    assert ran.values["missing"] == ["camp-curie"]
    assert ran.values["streams"][0]["on_air"] is None
    assert "no meeting is titled 'Curei'" in ran.warnings[-1]


def test_a_room_that_is_not_to_be_started_has_its_meeting_made(event: Any, sim: Control) -> None:
    rooms = (ROOMS[0], {**ROOMS[1], "state": "stopped"})
    for state in ("present", "started"):
        ran = event(*rooms, state=state)
        assert not ran.values.get("failed"), ran.values["msg"]
        assert None not in meetings(ran)
    assert list(on_air(sim).values()) == ["camp-curie"]


def test_another_meeting_of_a_listed_title_is_not_left_over(event: Any, actor: Any, sim: Control) -> None:
    """It is of the list, whatever its livestream is called: it is named, and stopped only with its room."""
    older, younger = (sim.add_meeting(title="camp: Curie") for _number in range(2))
    actor("realtime_livestream", state="started", meeting_id=younger)
    for state in ("present", "started"):
        ran = event(ROOMS[0], state=state, exclusive="event")
        assert younger in on_air(sim)
        assert not left(ran)
        assert [text for text in ran.warnings if f"are on the air: {younger}; they stay as they are" in text]
    assert set(on_air(sim)) == {older, younger}
    assert not event(ROOMS[0], state="stopped").values.get("failed")
    assert not on_air(sim)


def test_a_day_without_talks_stops_and_retires_nothing(event: Any, sim: Control) -> None:
    """The event's streams are known, and none is chosen: what is left over stays as well."""
    event(*ROOMS, state="started")
    for exclusive in ("no", "event"):
        ran = event(state="stopped", others=[dict(ROOMS[1])], exclusive="no")
        assert not ran.values["changed"], exclusive
    assert len(on_air(sim)) == 2
    event(*ROOMS, state="stopped")
    retired = event(state="retired", others=[dict(ROOMS[1])])
    assert not retired.values["changed"]


@pytest.mark.parametrize("status", [400, 403, 422, 503])
def test_meetings_do_not_wait_for_the_list_of_independent_livestreams(event: Any, sim: Control, status: int) -> None:
    """What is known is started and stopped. The task fails at its end, since an encoder may be on the air."""
    fault = {"kind": "status", "status": status, "operation": "list_livestreams"}
    for state, number in (("started", 1), ("stopped", 0)):
        foreseen = event(ROOMS[0], state=state, check=True).journal
        lists = [entry for entry in foreseen if entry.operation == "list_livestreams"]
        (place,) = [place for place, entry in enumerate(lists) if entry.query.get("exclude_meetings") == "true"]
        sim.faults({**fault, "index": place})
        ran = event(ROOMS[0], state=state, retries=0)
        assert len(on_air(sim)) == number, ran.values["msg"]
        assert "the independent livestreams: list the livestreams: HTTP" in ran.values["msg"]
    sim.faults()


def test_the_emergency_stop_goes_by_names_where_meetings_cannot_be_listed(event: Any, sim: Control) -> None:
    event(*ROOMS, state="started")
    sim.faults({"kind": "status", "status": 403, "operation": "list_meetings", "times": None})
    ran = event(state="stopped")
    assert not on_air(sim)
    assert "the meetings: list the meetings: HTTP 403" in ran.values["msg"]


def test_an_encoder_is_seen_where_the_status_does_not_tell(event: Any, info: Any, sim: Control) -> None:
    """The service may call an independent livestream INVOKED that nobody has fed yet, and also one that is starting."""
    sim.configure(created_later_status="INVOKED", live_delay=3600)
    event(FEED)
    assert not event(state="stopped").values.get("failed")
    (mast,) = [item["id"] for item in sim.livestreams()]
    sim.push(mast)
    stopped = event(state="stopped", wait_timeout=1)
    assert left(stopped) == [("camp-mast", True)]
    assert stopped.values["failed"]
    for streams in ((), (FEED,)):
        retired = event(*streams, state="retired")
        assert "othing is retired while this is on the air" in retired.values["msg"], streams


def test_a_report_looks_whether_an_encoder_feeds_a_room(event: Any, info: Any, sim: Control) -> None:
    sim.configure(created_later_status="INVOKED", live_delay=3600)
    event(FEED)
    for fed in (False, True):
        if fed:
            sim.push(sim.livestreams()[0]["id"])
        ran = info(FEED, state="stopped")
        assert [item["status"] for item in ran.values["streams"]] == ["INVOKED"]
        assert [item["on_air"] for item in ran.values["streams"]] == [fed]
        assert ran.values["missing"] == ["camp-mast"] * fed
    sim.faults({"kind": "status", "status": 403, "operation": "get_active_livestream_session", "times": None})
    ran = info(*ROOMS, FEED, state="stopped")
    assert ran.values["msg"].startswith("1 of 3 rooms failed: camp-mast: ")
    assert ran.values["streams"][-1]["on_air"] is None
    # What is left over and cannot be read does not keep the rest from being stopped.
    event(ROOMS[0], state="started")
    ran = event(ROOMS[0], state="stopped")
    assert set(on_air(sim).values()) == {"camp-mast"}
    assert "camp-mast" in ran.values["msg"]
    assert ran.values["failed"]


def test_a_report_for_an_event_that_is_to_be_retired(event: Any, info: Any, sim: Control) -> None:
    event(*ROOMS, state="started")
    names = [room["name"] for room in ROOMS]
    assert info(*ROOMS, state="retired").values["missing"] == names
    event(*ROOMS, state="stopped")
    assert info(*ROOMS, state="stopped").values["missing"] == []
    assert info(*ROOMS, state="retired").values["missing"] == names
    event(*ROOMS, state="retired")
    ran = info(*ROOMS, state="retired")
    assert ran.values["missing"] == []
    assert {item["state"] for item in ran.values["streams"]} == {"retired"}


def test_the_new_meeting_is_returned_and_not_the_retired_one(event: Any, sim: Control) -> None:
    retired = sim.add_meeting(title="camp: Meitner", status="INACTIVE")
    ran = event(ROOMS[0], {**ROOMS[1], "state": "stopped"}, state="started")
    assert meetings(ran)[1] not in (None, retired)
    assert meetings(event(*ROOMS))[1] == meetings(ran)[1]


def test_what_may_be_of_another_event_is_left_alone_and_named(event: Any, actor: Any, sim: Control) -> None:
    event(ROOMS[0], state="started")
    doubtful = sim.add_meeting(title="Main hall")
    started(sim, actor, doubtful, "camp-2019-main")
    sim.faults({"kind": "status", "status": 403, "operation": "list_meetings", "index": 1, "times": None})
    ran = event(state="stopped")
    assert on_air(sim) == {doubtful: "camp-2019-main"}
    assert "camp-2019-main: list the meetings: HTTP 403" in ran.values["msg"]


def test_a_list_that_fails_does_not_keep_the_others_from_being_stopped(event: Any, sim: Control) -> None:
    event(ROOMS[0], state="started")
    # The second list of meetings is that of the retired ones, where the unknown title is looked for.
    sim.faults({"kind": "status", "status": 403, "operation": "list_meetings", "index": 1, "times": None})
    ran = event(ROOMS[0], {"name": "camp-gone", "meeting_title": "camp: Gone"}, state="stopped")
    assert (ran.values["failed"], on_air(sim)) == (True, {})
    assert [item["on_air"] for item in ran.values["streams"]] == [False, None]
    assert "1 of 2 rooms failed: camp-gone: list the meetings: HTTP 403" in ran.values["msg"]


@pytest.mark.parametrize("state", ["present", "started", "stopped"])
def test_a_report_on_a_misspelt_event_says_so(event: Any, info: Any, sim: Control, state: str) -> None:
    """What is stopped may be over: then nothing is left, and that is only told."""
    sim.add_meeting(title="camp: Curie")
    ran = info(event="cmap", state=state)
    told = ran.values.get("msg", "") + "".join(ran.warnings)
    assert "event's name 'cmap': did you mean 'camp'?" in told
    assert bool(ran.values.get("failed")) is (state != "stopped")
    assert not info(event="camp", state=state).values.get("failed")


def test_a_room_whose_meeting_was_retired_on_the_air(event: Any, info: Any, sim: Control, actor: Any) -> None:
    """A report does not call it started, since a start makes another meeting. That two are on the air then is told."""
    event(*ROOMS, state="started")
    earlier = meetings(event(*ROOMS, state="started"))[0]
    actor("realtime_meeting", meeting_id=earlier, state="inactive")
    report = info(*ROOMS, state="started")
    assert report.values["missing"] == [ROOMS[0]["name"]]
    assert any(f"from the meeting {earlier}, which is retired: nobody can join it" in text for text in report.warnings)
    check = event(*ROOMS, state="started", check=True)
    real = event(*ROOMS, state="started")
    for ran in (check, real):
        assert any(f"on the air from two meetings. The earlier one, {earlier}" in text for text in ran.warnings)
    assert len(on_air(sim)) == len(ROOMS) + 1
    actor(meeting_id=earlier, state="stopped")
    again = event(*ROOMS, state="started")
    assert not again.values["changed"]
    assert not any("from two meetings" in text for text in again.warnings)
    assert len(on_air(sim)) == len(ROOMS)
