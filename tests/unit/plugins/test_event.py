# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Answers about an event, the streams that follow from them, and what was found of those."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.eventops.cloudflare.plugins.plugin_utils.event.answers import InvalidAnswer
from ansible_collections.eventops.cloudflare.plugins.plugin_utils.event.plan import (
    ANSWERS,
    plan_event,
    to_bring_about,
    with_observed,
)

ROOT = Path(__file__).parents[3]
ROLE = ROOT / "roles/event_livestream"
TALK = {"title": "Opening", "start": "2019-08-21T11:00:00+02:00"}
SCHEDULE = {
    "conference": {"title": "Camp", "acronym": "camp19", "start": "2019-08-21"},
    "rooms": [
        {"name": "camp19-Curie", "title": "Curie", "talks": [TALK]},
        {"name": "camp19-Saal-1", "title": "Saal 1", "talks": []},
    ],
}
LIST = [{"name": "a", "meeting_title": "A"}, {"name": "b", "meeting_id": "id-b"}, {"name": "c", "independent": True}]


def read(place: str, days: Any, rooms: Any) -> dict[str, Any]:
    """A schedule that is always the same."""
    assert place == "schedule.json"
    assert all(isinstance(item, str) for item in [*days, *rooms])
    return SCHEDULE


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
    assert set(ANSWERS) | {"prefix"} == set(module["options"])
    for name, option in answers.items():
        assert specs[name].get("default") == option.get("default"), name
        assert (defaults[name] if defaults[name] != "" else None) == option.get("default"), name


@pytest.mark.parametrize("blank", ["", "  ", None, [], {}, "missing"])
def test_blank_answers_have_defaults(blank: Any) -> None:
    answers = {} if blank == "missing" else {name: blank for name in ANSWERS if name != "streams"}
    if blank in ([], {}):
        answers = {"schedule_days": blank, "schedule_rooms": blank}
    options = plan(**answers, streams=LIST)["options"]
    assert {name: options[name] for name in ANSWERS if name != "streams"} == {
        name: option.get("default") for name, option in ANSWERS.items() if name != "streams"
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
        ({"state": "running"}, "event_livestream_state must be one of present, started, stopped, not 'running'"),
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
        ({"colour": "red"}, "event_livestream_colour is unknown; known are state, title, streams"),
        ({"schedule_days": [1]}, "event_livestream_schedule_days and event_livestream_schedule_rooms need"),
        ({"streams": None}, "nothing to livestream: give event_livestream_streams or event_livestream_schedule"),
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
    with pytest.raises(InvalidAnswer) as refused:
        plan(**{"streams": LIST, **answers})
    assert str(refused.value).startswith(message)


def test_what_no_later_task_needs_is_accepted() -> None:
    assert plan(streams=LIST, verify="no", verify_timeout=0)["options"]["verify_timeout"] == 0
    assert plan(streams=LIST, credentials="../keys")["options"]["credentials"] == "../keys"
    stopped = {"name": "a/b", "independent": True, "state": "stopped"}
    assert plan(streams=[*LIST, stopped], credentials="keys")["streams"][3]["name"] == "a/b"


@pytest.mark.parametrize("prefix", ["{", "}", "{0}", "{x}"])
def test_a_prefix_is_a_text(prefix: str) -> None:
    with pytest.raises(InvalidAnswer) as refused:
        plan_event({"streams": [{"name": "a", "size": 1}]}, read, prefix)
    assert str(refused.value).startswith(f"{prefix}streams[0].size is unknown")


@pytest.mark.parametrize(
    ("found", "message"),
    [
        ((7,), "streams must be a list, not int"),
        (({},), "streams must be a list, not dict"),
        (([7],), "streams[0] must be an object, not int"),
        (([{"name": "a"}],), "streams[0] has no meeting_id"),
        (([], "x"), "meetings must be a list, not str"),
        (([], [{"title": ["x"]}]), "meetings[0].title cannot be list"),
        (([], [], [{}, {"meeting_id": {}}]), "livestreams[1].meeting_id cannot be dict"),
    ],
)
def test_what_is_not_what_was_found_is_refused_by_name(found: Any, message: str) -> None:
    with pytest.raises(InvalidAnswer, match=f"^{re.escape(message)}$"):
        with_observed(*found)
    if len(found) == 1:
        with pytest.raises(InvalidAnswer, match=f"^{re.escape(message)}$"):
            to_bring_about(*found)


answer = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(sorted(set(ANSWERS) - {"schedule"})), answer))
def test_no_answer_breaks_it(answers: dict[str, Any]) -> None:
    found = None
    with contextlib.suppress(InvalidAnswer):
        found = plan(**answers)
    assert found is None or found["streams"]


def test_each_room_has_a_meeting_of_its_own() -> None:
    found = plan(schedule="schedule.json")
    assert found["event"]["title"] == "Camp"
    assert names(found["streams"]) == ["camp19-Curie", "camp19-Saal-1"]
    assert found["meetings"] == [{"title": "camp19: Curie"}, {"title": "camp19: Saal 1"}]
    assert found["streams"][0]["talks"] == [TALK]
    assert {stream["state"] for stream in found["streams"]} == {"present"}


def test_rooms_may_be_independent() -> None:
    found = plan(schedule="schedule.json", schedule_independent="yes", title="Ours")
    assert found["event"]["title"] == "Ours"
    assert found["meetings"] == []
    assert [(item["name"], item["state"]) for item in to_bring_about(with_observed(found["streams"]))] == [
        ("camp19-Curie", "present"),
        ("camp19-Saal-1", "present"),
    ]


def test_names_are_found_in_the_form_in_which_the_service_keeps_them() -> None:
    """A room whose title the service has escaped was left out of the start, and left on the air by the stop."""
    listed = [{"name": "rd ", "meeting_title": "Congress: R&D"}, {"name": "Caf\u0065\u0301", "independent": True}]
    streams = plan(streams=listed)["streams"]
    found = with_observed(
        streams, [{"id": "m1", "title": "Congress: R&amp;D"}], [{"name": "Caf\u00e9", "id": "l1", "status": "IDLE"}]
    )
    assert [(item["meeting_id"], item["id"]) for item in found] == [("m1", None), (None, "l1")]


def test_a_title_that_may_have_been_cut_is_refused() -> None:
    title = "Congress: the long history of the network"
    streams = plan(streams=[{"name": "a", "meeting_title": title}])["streams"]
    with pytest.raises(InvalidAnswer, match="may be what the service calls"):
        with_observed(streams, [{"id": "m1", "title": title[:40]}])


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
    assert (mast["title"], mast["talks"], mast["state"]) == ("mast", [], "stopped")


def test_meetings_are_told_to_start_only_when_somebody_said_so() -> None:
    assert plan(streams=LIST)["meetings"] == [{"title": "A"}]
    for said in (True, False):
        wish = {"live_stream_on_start": said}
        assert plan(streams=LIST, auto_start=said)["meetings"] == [
            {"title": "A", **wish},
            {"meeting_id": "id-b", **wish},
        ]
    assert plan(streams=LIST, auto_start=True, state="stopped")["meetings"] == []


def test_what_was_found_comes_to_the_streams() -> None:
    streams = plan(streams=LIST, state="started")["streams"]
    meetings = [
        {"title": "A", "id": "young", "created_at": "2026-02-01T00:00:00Z"},
        {"title": "A", "id": "old", "created_at": "2026-01-01T00:00:00Z"},
        {"title": "A", "id": "ageless", "created_at": None},
        {"title": None, "id": "untitled"},
    ]
    found = with_observed(streams, meetings)
    assert [stream["meeting_id"] for stream in found] == ["old", "id-b", None]
    assert to_bring_about(found) == [
        {"name": "a", "meeting_id": "old", "state": "started"},
        {"name": "b", "meeting_id": "id-b", "state": "started"},
        {"name": "c", "state": "started"},
    ]
    livestreams = [
        {"id": "1", "name": None, "meeting_id": "old", "status": "LIVE", "playback_url": "https://a"},
        {"id": "2", "name": "c", "meeting_id": None, "status": "OFFLINE", "ingest_server": "rtmps://c", "msg": "no"},
        {"id": "3", "name": "b", "meeting_id": "another", "status": "LIVE"},
    ]
    done = with_observed(found, livestreams=livestreams)
    assert [(item["id"], item["status"], item["playback_url"], item["msg"]) for item in done] == [
        ("1", "LIVE", "https://a", None),
        (None, None, None, None),
        ("2", "OFFLINE", None, "no"),
    ]


def test_a_meeting_that_is_not_there_has_no_livestream_to_bring_about() -> None:
    streams = with_observed(plan(streams=LIST, state="stopped")["streams"])
    assert names(to_bring_about(streams)) == ["b", "c"]
    assert names(to_bring_about(with_observed(plan(streams=LIST)["streams"]))) == ["c"]


def test_what_was_stopped_is_idle_in_every_run() -> None:
    streams = with_observed(plan(streams=LIST, state="stopped")["streams"], [{"title": "A", "id": "old"}])
    ended = [{"id": "1", "meeting_id": "old", "status": "IDLE", "playback_url": "https://a"}]
    still = [{"id": "2", "meeting_id": "id-b", "status": "LIVE", "playback_url": "https://b"}]
    first, again = with_observed(streams, livestreams=[*ended, *still]), with_observed(streams, livestreams=still)
    assert first == again
    assert [(item["id"], item["status"], item["playback_url"]) for item in first] == [
        (None, "IDLE", None),
        ("2", "LIVE", "https://b"),
        (None, None, None),
    ]
    failed = with_observed(streams, livestreams=[{**ended[0], "msg": "refused"}])
    assert (failed[0]["id"], failed[0]["msg"]) == ("1", "refused")
