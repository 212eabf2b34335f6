# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Answers about an event, and the streams that follow from them."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.eventops.cloudflare.plugins.plugin_utils.event.answers import InvalidOption
from ansible_collections.eventops.cloudflare.plugins.plugin_utils.event.plan import (
    ANSWERS,
    plan_event,
)
from ansible_collections.eventops.cloudflare.plugins.plugin_utils.event.timetable import timetable

ROOT = Path(__file__).parents[3]
ROLE = ROOT / "roles/event_livestream"
TALK = {"title": "Opening", "start": "2019-08-21T11:00:00+02:00"}
SCHEDULE = {
    "conference": {"title": "Camp", "acronym": "camp19", "start": "2019-08-21"},
    "rooms": [
        {"name": "camp19-Curie", "title": "Curie", "talks": [TALK]},
        {"name": "camp19-Saal-1", "title": "Saal 1", "talks": []},
    ],
    "others": [{"name": "camp19-Tent", "title": "Tent"}],
}
LIST = [{"name": "a", "meeting_title": "A"}, {"name": "b", "meeting_id": "id-b"}, {"name": "c", "independent": True}]


def read(place: str, days: Any, rooms: Any, slug: Any) -> dict[str, Any]:
    """A schedule that is always the same, but for the slug; one room is not wanted."""
    assert place == "schedule.json"
    assert all(isinstance(item, str) for item in [*days, *rooms])
    if slug is None:
        return SCHEDULE
    rooms = {
        key: [{**room, "name": room["name"].replace("camp19", slug)} for room in SCHEDULE[key]]
        for key in ("rooms", "others")
    }
    return {**SCHEDULE, **rooms}


def plan(**answers: Any) -> dict[str, Any]:
    """The plan of these answers."""
    return plan_event(answers, read, "event_livestream_")


def names(streams: Any) -> list[str]:
    """The names of streams."""
    return [stream["name"] for stream in streams]


def test_the_role_documents_every_answer_and_its_default() -> None:
    specs = yaml.safe_load((ROLE / "meta/argument_specs.yml").read_text())["argument_specs"]["main"]["options"]
    defaults = yaml.safe_load((ROLE / "defaults/main.yml").read_text())
    module = yaml.safe_load(
        (ROOT / "plugins/modules/event_plan.py").read_text().split('DOCUMENTATION = r"""')[1].split('"""')[0]
    )
    answers = {f"event_livestream_{name}": option for name, option in ANSWERS.items()}
    assert set(answers) == set(specs)
    assert set(answers) <= set(defaults)
    assert set(ANSWERS) | {"prefix", "reports"} == set(module["options"])
    for name, option in answers.items():
        assert specs[name].get("default") == option.get("default"), name
        assert (defaults[name] if defaults[name] != "" else None) == option.get("default"), name


@pytest.mark.parametrize("blank", ["", "  ", None, [], {}, "missing"])
def test_blank_answers_have_defaults(blank: Any) -> None:
    answers = {} if blank == "missing" else {name: blank for name in ANSWERS if name != "streams"}
    if blank in ([], {}):
        answers = {"schedule_days": blank, "schedule_rooms": blank}
    options = plan(**answers, streams=LIST)["options"]
    # What is stopped besides depends on the state.
    defaults = {name: option.get("default") for name, option in ANSWERS.items()} | {"exclusive": "no"}
    assert {name: options[name] for name in ANSWERS if name != "streams"} == {
        name: default for name, default in defaults.items() if name != "streams"
    }


@pytest.mark.parametrize(
    ("answer", "value", "expected"),
    [
        ("wait", "yes", True),
        ("wait", "False", False),
        ("wait", 0, False),
        ("auto_start", "true", True),
        ("wait_timeout", "90", 90.0),
        ("wait_timeout", 1, 1.0),
        ("concurrency", "16", 16),
        ("verify", False, "no"),
        ("verify", True, "warn"),
        ("verify", "No", "no"),
        ("verify", " fail ", "fail"),
        ("state", " started ", "started"),
        ("run_sheet", " sheet.html ", "sheet.html"),
        ("schedule_days", "[1, 2019-08-22]", ["1", "2019-08-22"]),
        ("schedule_days", 2, ["2"]),
        ("schedule_days", "2019-08-21", ["2019-08-21"]),
        ("schedule_rooms", "- Curie\n- 'Saal 1'", ["Curie", "Saal 1"]),
        ("schedule_rooms", "Curie", ["Curie"]),
        ("schedule_rooms", ["", "Curie", None], ["Curie"]),
    ],
)
def test_answers_become_what_they_are_meant_to_be(answer: str, value: Any, expected: Any) -> None:
    options = plan(streams=LIST, schedule="schedule.json", **{answer: value})["options"]
    assert options[answer] == expected
    assert type(options[answer]) is type(expected)


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        (
            {"state": "running"},
            "event_livestream_state must be one of present, started, stopped, retired, not 'running'",
        ),
        ({"state": ["started"]}, "event_livestream_state must be a text, not ['started']"),
        ({"wait": "maybe"}, "event_livestream_wait must be yes or no, not 'maybe'"),
        ({"wait": {"a": 1}}, "event_livestream_wait must be yes or no, not {'a': 1}"),
        ({"wait_timeout": "soon"}, "event_livestream_wait_timeout must be a number, not 'soon'"),
        ({"wait_timeout": -1}, "event_livestream_wait_timeout must be from 0 to 1000000 seconds, not -1"),
        ({"wait_timeout": "nan"}, "event_livestream_wait_timeout must be from 0 to 1000000 seconds, not nan"),
        ({"wait_timeout": 1e7}, "event_livestream_wait_timeout must be from 0 to 1000000 seconds, not 1e+07"),
        ({"verify_timeout": "inf"}, "event_livestream_verify_timeout must be from 0 to 1000000 seconds, not inf"),
        (
            {"verify_timeout": 0},
            "event_livestream_verify_timeout must be more than 0, unless event_livestream_verify is no",
        ),
        ({"run_sheet": "a\0b"}, r"event_livestream_run_sheet cannot be a path: 'a\x00b'"),
        ({"credentials": "/a/../b"}, "event_livestream_credentials cannot be a path: '/a/../b'"),
        ({"credentials": "~/.."}, "event_livestream_credentials cannot be a path: '~/..'"),
        (
            {"credentials": "keys", "streams": [{"name": "a/b", "independent": True}]},
            "event_livestream_credentials are in folders: name cannot be a folder's: 'a/b'",
        ),
        ({"title": "a\ud800"}, "event_livestream_title holds a lone surrogate"),
        ({"streams": '[{"name": "a\\ud800"}]'}, "event_livestream_streams[0].name holds a lone surrogate"),
        ({"concurrency": "4.5"}, "event_livestream_concurrency must be a whole number, not '4.5'"),
        ({"concurrency": 0}, "event_livestream_concurrency must be from 1 to 32, not 0"),
        ({"verify": "sometimes"}, "event_livestream_verify must be one of warn, fail, no, not 'sometimes'"),
        ({"colour": "red"}, "event_livestream_colour is unknown; known are state, event, title, streams"),
        ({"schedule_days": [1]}, "event_livestream_schedule_days and event_livestream_schedule_rooms need"),
        ({"streams": None}, "nothing to livestream: give event_livestream_streams or event_livestream_schedule"),
        ({"only": "x"}, "event_livestream_only[0] is 'x', which is none of the streams: a, b, c"),
        ({"event": "???"}, "event_livestream_event must hold ASCII letters or digits, not '???'"),
        ({"exclusive": "some"}, "event_livestream_exclusive must be one of no, event, app, not 'some'"),
        ({"missing": "ignore"}, "event_livestream_missing must be one of fail, warn, not 'ignore'"),
        ({"streams": "", "event": "camp"}, "nothing to livestream"),
        (
            {"streams": "", "event": "camp", "state": "retired", "credentials": "keys"},
            "event_livestream_credentials needs event_livestream_streams or event_livestream_schedule: whose key files",
        ),
        ({"streams": "", "exclusive": True}, "nothing to livestream: give event_livestream_streams or"),
        ({"streams": "a"}, "event_livestream_streams[0] must be a mapping, not 'a'"),
        ({"streams": 7}, "event_livestream_streams[0] must be a mapping, not 7"),
        ({"streams": "- name: ["}, "event_livestream_streams is not valid YAML, line 1, column 10"),
        ({"streams": "- &x [1]\n- *x"}, "event_livestream_streams is not valid YAML, line 2, column 3: alia"),
        ({"streams": "- !!python/object:os.system {}"}, "event_livestream_streams is not valid YAML, line 1"),
        ({"streams": [{"meeting_id": "x"}]}, "event_livestream_streams[0].name is missing or blank"),
        (
            {"streams": [{"name": "a"}]},
            "event_livestream_streams[0] (a) needs exactly one of meeting_id, meeting_title",
        ),
        (
            {"streams": [{"name": "a", "meeting_id": "x", "independent": "yes"}]},
            "event_livestream_streams[0] (a) needs exactly one of meeting_id, meeting_title and independent: true, and "
            "has meeting_id and independent",
        ),
        ({"streams": [{**LIST[0], "size": 1}]}, "event_livestream_streams[0].size is unknown; known are name, title,"),
        ({"streams": [{**LIST[0], "state": "on"}]}, "event_livestream_streams[0].state must be one of present,"),
        (
            {"streams": [{**LIST[0], "video_config": {"width": "wide"}}]},
            "event_livestream_streams[0].video_config.width must be a whole number, not 'wide'",
        ),
        ({"streams": [{**LIST[0], "video_config": "hd"}]}, "event_livestream_streams[0].video_config must be"),
        (
            {"streams": [*LIST, {"name": "b", "independent": True}]},
            "event_livestream_streams[3] has the name 'b' of event_livestream_streams[1]",
        ),
        ({"streams": [*LIST, {"name": "d", "meeting_id": "id-b"}]}, "b and d have the same meeting_id, 'id-b'"),
        ({"streams": [*LIST, {"name": "d", "meeting_title": "A"}]}, "a and d have the same meeting_title, 'A'"),
    ],
)
def test_anything_else_is_refused_by_name(answers: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidOption) as refused:
        plan(**{"streams": LIST, **answers})
    assert str(refused.value).startswith(message)


def test_what_no_later_task_needs_is_accepted() -> None:
    assert plan(streams=LIST, verify="no", verify_timeout=0)["options"]["verify_timeout"] == 0
    assert plan(streams=LIST, credentials="../keys")["options"]["credentials"] == "../keys"
    stopped = {"name": "a/b", "independent": True, "state": "stopped"}
    assert plan(streams=[*LIST, stopped], credentials="keys")["streams"][3]["name"] == "a/b"


@pytest.mark.parametrize("prefix", ["{", "}", "{0}", "{x}"])
def test_a_prefix_is_a_text(prefix: str) -> None:
    with pytest.raises(InvalidOption) as refused:
        plan_event({"streams": [{"name": "a", "size": 1}]}, read, prefix)
    assert str(refused.value).startswith(f"{prefix}streams[0].size is unknown")


answer = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(sorted(set(ANSWERS) - {"schedule"})), answer))
def test_no_answer_breaks_it(answers: dict[str, Any]) -> None:
    found = None
    with contextlib.suppress(InvalidOption):
        found = plan(**answers)
    assert found is None or found["streams"] or found["event"]["slug"]


def test_each_room_has_a_meeting_of_its_own() -> None:
    found = plan(schedule="schedule.json")
    assert found["event"]["title"] == "Camp"
    assert names(found["streams"]) == ["camp19-Curie", "camp19-Saal-1"]
    assert [stream["meeting_title"] for stream in found["streams"]] == ["camp19: Curie", "camp19: Saal 1"]
    assert found["others"] == [{"name": "camp19-Tent", "meeting_id": None, "meeting_title": "camp19: Tent"}]
    assert found["event"]["slug"] == "camp19"
    assert found["streams"][0]["talks"] == [TALK]
    assert {stream["state"] for stream in found["streams"]} == {"present"}


def test_rooms_may_be_independent() -> None:
    found = plan(schedule="schedule.json", schedule_independent="yes", title="Ours")
    assert found["event"]["title"] == "Ours"
    assert [(item["name"], item["independent"], item["meeting_title"]) for item in found["streams"]] == [
        ("camp19-Curie", True, None),
        ("camp19-Saal-1", True, None),
    ]


def test_the_list_adds_to_the_schedule() -> None:
    listed = [
        {"name": "camp19-Curie", "video_config": {"width": 1280, "height": "720"}},
        {"name": "camp19-Saal-1", "independent": True, "encoder": "desk"},
        {"name": "mast", "independent": True, "state": "stopped"},
    ]
    curie, saal, mast = plan(schedule="schedule.json", streams=listed, state="started")["streams"]
    assert (curie["meeting_title"], curie["video_config"]) == ("camp19: Curie", {"width": 1280, "height": 720})
    assert curie["talks"] == [TALK]
    assert (saal["title"], saal["meeting_title"], saal["independent"]) == ("Saal 1", None, True)
    assert (mast["name"], mast["title"], mast["talks"]) == ("camp19-mast", "mast", [])
    assert mast["state"] == "stopped"


def test_the_slug_is_put_in_front_where_it_is_missing() -> None:
    listed = [
        {"name": "main", "meeting_title": "Main stage"},
        {"name": "camp-27-desk", "meeting_title": "camp-27: Desk"},
        {"name": "mast", "independent": True},
    ]
    found = plan(streams=listed, event="Camp 27")
    assert found["event"]["slug"] == "camp-27"
    assert [(item["name"], item["title"], item["meeting_title"]) for item in found["streams"]] == [
        ("camp-27-main", "main", "camp-27: Main stage"),
        ("camp-27-desk", "camp-27-desk", "camp-27: Desk"),
        ("camp-27-mast", "mast", None),
    ]
    of_schedule = plan(schedule="schedule.json", event="other")
    assert names(of_schedule["streams"]) == ["other-Curie", "other-Saal-1"]
    assert of_schedule["streams"][0]["meeting_title"] == "other: Curie"
    assert plan(streams=listed)["event"]["slug"] is None


@pytest.mark.parametrize("only", [["a"], ["camp-a"], ["A room"], ["A hall"], ["camp: A hall"], "a", "[camp-a]"])
def test_only_some_are_chosen(only: Any) -> None:
    listed = [{"name": "a", "title": "A room", "meeting_title": "A hall"}, *LIST[1:]]
    found = plan(streams=listed, event="camp", only=only, state="stopped")
    assert names(found["streams"]) == ["camp-a"]
    assert found["others"] == [
        {"name": "camp-b", "meeting_id": "id-b", "meeting_title": None},
        {"name": "camp-c", "meeting_id": None, "meeting_title": None},
    ]
    # Of the event, only these are meant.
    assert found["options"]["exclusive"] == "no"


def test_who_stops_an_event_means_all_of_it() -> None:
    listed = [{**LIST[0], "state": "started"}, *LIST[1:]]
    for state in ("stopped", "retired"):
        assert {item["state"] for item in plan(streams=listed, state=state, event="camp")["streams"]} == {"stopped"}
    assert plan(streams=listed, state="stopped", event="camp")["options"]["exclusive"] == "event"
    assert plan(streams=listed, state="stopped")["options"]["exclusive"] == "no"
    assert plan(streams=listed, state="stopped", event="camp", exclusive="no")["options"]["exclusive"] == "no"
    alone = plan(state="stopped", event="Camp")
    assert (alone["streams"], alone["event"]["slug"], alone["options"]["exclusive"]) == ([], "camp", "event")


@pytest.mark.parametrize(
    ("given", "expected"),
    [(True, "app"), ("yes", "app"), (False, "no"), ("False", "no"), ("event", "event"), (" App ", "app"), ("", "no")],
)
def test_exclusive_was_a_boolean(given: Any, expected: str) -> None:
    assert plan(streams=LIST, exclusive=given)["options"]["exclusive"] == expected


def test_a_schedule_without_rooms_is_named() -> None:
    """Whoever gave a schedule does not want to hear that one is needed."""
    empty = {**SCHEDULE, "rooms": [], "others": []}
    with pytest.raises(InvalidOption, match="the schedule of event_livestream_schedule has no rooms"):
        plan_event({"schedule": "schedule.json"}, lambda *_asked: empty, "event_livestream_")


def test_a_room_of_another_day_keeps_what_the_list_says_of_it() -> None:
    """Or ``exclusive`` would not know its meeting."""
    listed = [{"name": "camp19-Tent", "meeting_id": "id-tent"}]
    found = plan(schedule="schedule.json", streams=listed)
    assert "camp19-Tent" not in names(found["streams"])
    (tent,) = [item for item in found["others"] if item["name"] == "camp19-Tent"]
    assert tent["meeting_id"] == "id-tent"


def test_rooms_side_by_side_may_have_one_title_and_an_hour_twice() -> None:
    """The hour before the end of summer time comes before the one after it."""

    def room(name: str, *starts: str) -> dict[str, Any]:
        talks = [{"title": start, "day": "2027-10-30", "start": start, "end": start} for start in starts]
        return {"name": name, "title": "Main stage", "talks": talks}

    first, second = "2027-10-31T02:30:00+02:00", "2027-10-31T02:15:00+01:00"
    (table,) = timetable([room("a", first, second), room("b", second)])
    assert table["rooms"] == ["Main stage", "Main stage"]
    assert [row["start"] for row in table["rows"]] == [first, second]
    assert [[len(cell) for cell in row["cells"]] for row in table["rows"]] == [[1, 0], [1, 1]]
