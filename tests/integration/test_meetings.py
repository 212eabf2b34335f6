# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Meetings, one and many: states, costs, lost answers, in every profile of the simulator."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from integration.profiles import NAMED_FIRST, PROFILES
from simulator.profile import Profile

if TYPE_CHECKING:
    from simulator.client import Control

ONE, MANY, INFO = "realtime_meeting", "realtime_meetings", "realtime_meeting_info"


@pytest.fixture(autouse=True)
def unlimited(sim: Control) -> None:
    """No rate limit."""
    sim.configure(rate_limit=0)


def look(actor: Any, **options: Any) -> list[dict[str, Any]]:
    """What there is."""
    found: list[dict[str, Any]] = actor(INFO, **options).values["meetings"]
    return found


def writes(ran: Any) -> list[tuple[str, Any]]:
    """What was sent to change something."""
    return [(entry.method, entry.body) for entry in ran.journal if entry.method != "GET"]


def thrice(actor: Any, module: str, changed: bool, **options: Any) -> Any:
    """In check mode, for real, and again."""
    check = actor(module, check=True, **options)
    assert not writes(check)
    real = actor(module, **options)
    assert "failed" not in real.values, real.values
    again = actor(module, **options)
    assert not writes(again), writes(again)
    assert (check.values["changed"], real.values["changed"], again.values["changed"]) == (changed, changed, False)
    assert set(check.values) == set(real.values) == set(again.values)
    if module == ONE:
        assert (real.values["diff"]["before"] != real.values["diff"]["after"]) is changed
    return real


@pytest.mark.parametrize("name", NAMED_FIRST)
class TestStates:
    """Each state, in every profile."""

    @pytest.fixture(autouse=True)
    def profile(self, sim: Control, name: str) -> Profile:
        """In force."""
        sim.reset(PROFILES[name], rate_limit=0)
        return PROFILES[name]

    def test_active_by_title(self, actor: Any, sim: Control) -> None:
        sim.add_meeting(title="Other")
        sim.add_meeting(title="Curie", status="INACTIVE")
        ran = thrice(actor, ONE, True, title="Curie", persist_chat=True, session_keep_alive_time_in_secs=120)
        assert writes(ran) == [
            ("POST", {"title": "Curie", "persist_chat": True, "session_keep_alive_time_in_secs": 120})
        ]
        assert ran.values["meeting"]["status"] == "ACTIVE"
        ran = thrice(actor, ONE, True, title="Curie", persist_chat=False)
        assert writes(ran) == [("PATCH", {"persist_chat": False})]
        assert ran.values["meeting"]["session_keep_alive_time_in_secs"] == 120
        thrice(actor, ONE, False, title="Curie", record_on_start=False)

    def test_active_by_id(self, actor: Any, sim: Control) -> None:
        meeting = sim.add_meeting(title="Curie", status="INACTIVE")
        ran = thrice(actor, ONE, True, meeting_id=meeting, title="Marie")
        assert writes(ran) == [("PATCH", {"status": "ACTIVE", "title": "Marie"})]
        assert ran.requests == 2
        assert [item["title"] for item in look(actor, status="active")] == ["Marie"]
        assert "does not exist" in actor(ONE, meeting_id="nowhere").values["msg"]

    def test_inactive(self, actor: Any, sim: Control) -> None:
        meeting = sim.add_meeting(title="Curie")
        ran = thrice(actor, ONE, True, meeting_id=meeting, state="inactive")
        assert writes(ran) == [("PATCH", {"status": "INACTIVE"})]
        assert thrice(actor, ONE, False, title="Curie", state="inactive").values["meeting"]["status"] == "INACTIVE"
        thrice(actor, ONE, False, title="Never", state="inactive")

    @pytest.mark.parametrize("module", [ONE, MANY])
    def test_a_retirement_that_did_not_happen_is_a_failure(self, actor: Any, sim: Control, module: str) -> None:
        """The service accepted the request, and says that the meeting is still active."""
        meeting = sim.add_meeting(title="Curie")
        body = {"success": True, "data": {"id": meeting, "title": "Curie", "status": "ACTIVE"}}
        sim.faults({"kind": "body", "operation": "update_meeting", "body": body, "when": "before"})
        options: dict[str, Any] = {"meeting_id": meeting, "state": "inactive"}
        ran = actor(module, **({"meetings": [options]} if module == MANY else options))
        assert ran.values["failed"]
        assert "was to be INACTIVE, and the service says ACTIVE" in ran.values["msg"]

    def test_what_only_serves_a_warning_does_not_keep_a_meeting(self, actor: Any, sim: Control) -> None:
        meeting = sim.add_meeting(title="Curie")
        sim.faults({"kind": "status", "status": 403, "operation": "get_active_livestream"})
        ran = actor(ONE, meeting_id=meeting, state="inactive")
        assert ran.values["meeting"]["status"] == "INACTIVE"
        assert [text for text in ran.warnings if "may be on the air" in text]

    @pytest.mark.parametrize("module", [ONE, MANY])
    def test_retired_while_on_the_air(self, actor: Any, sim: Control, module: str) -> None:
        """That is what was asked for, and says what stays on the air, in check mode as well."""
        meeting = sim.add_meeting(title="Curie")
        sim.presence(meeting, 1)
        stream = actor("realtime_livestream", meeting_id=meeting, state="started").values["livestream"]["id"]
        warning = f"is retired while its livestream {stream} is LIVE: that does not stop it"
        options: dict[str, Any] = {"title": "Curie", "state": "inactive"}
        requests = []
        for check in (True, False):
            ran = actor(module, check=check, **({"meetings": [options]} if module == MANY else options))
            assert ran.values["changed"]
            assert [text for text in ran.warnings if warning in text]
            requests.append(ran.requests)
        assert requests[1] == requests[0] + 1
        again = actor(module, **({"meetings": [options]} if module == MANY else options))
        assert not again.values["changed"]
        assert not again.warnings

    def test_configs(self, actor: Any, sim: Control, profile: Profile) -> None:
        meeting = sim.add_meeting(title="Curie")
        language = {"transcription": {"language": "de", "keywords": ["Radium"]}}
        ran = thrice(actor, ONE, True, meeting_id=meeting, ai_config=language)
        assert writes(ran) == [("PATCH", {"ai_config": writes(ran)[0][1]["ai_config"]})]
        summary = {"summarization": {"word_limit": 300}}
        ran = thrice(actor, ONE, True, title="Curie", ai_config=summary)
        kept = ran.values["meeting"]["ai_config"]
        assert kept["transcription"]["language"] == "de"
        assert kept["summarization"]["word_limit"] == 300
        recording = {"max_seconds": 3600, "storage_config": {"type": "aws", "bucket": "talks", "secret": "geheim"}}
        if profile.patch_recording_config == "rejected":
            refused = actor(ONE, title="Curie", recording_config=recording)
            assert "may take a recording_config only when a meeting is created" in refused.values["msg"]
            assert not refused.values["changed"]
            return
        ran = thrice(actor, ONE, True, title="Curie", recording_config=recording)
        assert writes(ran)[0][1]["recording_config"]["storage_config"]["secret"] == "geheim"
        assert "geheim" not in str(ran.values)
        assert ran.values["meeting"]["recording_config"]["storage_config"]["bucket"] == "talks"

    def test_many(self, actor: Any, sim: Control) -> None:
        there = sim.add_meeting(title="there")
        sim.add_meeting(title="old")
        retired = sim.add_meeting(title="retired", status="INACTIVE")
        entries = [
            {"title": "new", "record_on_start": True},
            {"title": "there"},
            {"title": "old", "state": "inactive"},
            {"meeting_id": retired, "title": "back"},
        ]
        ran = thrice(actor, MANY, True, meetings=entries)
        assert [item["changed"] for item in ran.values["meetings"]] == [True, False, True, True]
        assert [item["title"] for item in ran.values["meetings"]] == ["new", "there", "old", "back"]
        assert ran.values["meetings"][1]["id"] == there
        assert sorted(item["title"] for item in look(actor, status="active")) == ["back", "new", "there"]
        assert [item["title"] for item in look(actor, title="there", limit=1)] == ["there"]
        assert look(actor, meeting_id=there)[0]["title"] == "there"
        assert look(actor, meeting_id="nowhere") == look(actor, title="never") == []


def test_several_of_a_title(actor: Any, sim: Control) -> None:
    ids = [sim.add_meeting(title="Curie") for _number in range(3)]
    ran = actor(ONE, title="Curie")
    assert ran.values["meeting"]["id"] == ids[0]
    assert ids[1] in ran.warnings[0]
    assert ids[2] in ran.warnings[0]
    ran = thrice(actor, ONE, True, title="Curie", state="inactive")
    assert writes(ran) == [("PATCH", {"status": "INACTIVE"})] * 3
    assert "all are retired" in ran.warnings[0]


def test_500_titles_cost_pages_and_one_request_for_each_change(actor: Any, sim: Control) -> None:
    titles = [{"title": f"room {number}"} for number in range(500)]
    ran = actor(MANY, meetings=titles, concurrency=8)
    assert ran.requests == 1 + 500 + 5
    assert [item["title"] for item in ran.values["meetings"]] == [item["title"] for item in titles]
    again = actor(MANY, meetings=titles)
    assert not again.values["changed"]
    assert again.requests == math.ceil(500 / 100)
    changed = actor(MANY, meetings=[{**item, "persist_chat": True} for item in titles[:50]])
    assert changed.requests == 5 + 50


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("kind", ["reset", "close"])
def test_lost_answers(actor: Any, sim: Control, kind: str, when: str) -> None:
    sim.faults({"operation": "create_meeting", "kind": kind, "when": when})
    assert actor(ONE, title="Curie").values["changed"]
    sim.faults({"operation": "update_meeting", "kind": kind, "when": when})
    assert actor(ONE, title="Curie", persist_chat=True).values["changed"]
    sim.faults(
        {"operation": "update_meeting", "kind": kind, "when": when},
        {"operation": "create_meeting", "kind": kind, "when": when},
    )
    ran = actor(MANY, meetings=[{"title": "Curie", "state": "inactive"}, {"title": "Meitner"}])
    assert [item["changed"] for item in ran.values["meetings"]] == [True, True], ran.values
    assert {item["title"]: item["status"] for item in look(actor)} == {"Curie": "INACTIVE", "Meitner": "ACTIVE"}
    assert len(look(actor)) == 2


def test_jobs_that_create_one_title_agree(actor: Any, sim: Control) -> None:
    for title in ("Curie", "Meitner", "Noether"):
        with ThreadPoolExecutor(3) as pool:
            ran = list(pool.map(lambda wanted: actor(ONE, title=wanted), [title] * 3))
        assert len({item.values["meeting"]["id"] for item in ran}) == 1
        assert not actor(ONE, title=title).values["changed"]


def test_one_failure_stops_none_of_the_others(actor: Any, sim: Control) -> None:
    sim.faults({"operation": "create_meeting", "index": 1, "kind": "status", "status": 403})
    ran = actor(MANY, meetings=[{"title": f"room {number}"} for number in range(3)], concurrency=1)
    assert ran.values["failed"]
    assert ran.values["msg"].startswith(
        "1 of 3 meetings failed: room 1: create the meeting 'room 1': HTTP 403 Forbidden"
    )
    assert [item["changed"] for item in ran.values["meetings"]] == [True, False, True]
    assert ran.values["meetings"][1]["error"]["status"] == 403


@pytest.mark.parametrize(
    ("module", "options", "text"),
    [
        (ONE, {}, "which meeting is meant"),
        (ONE, {"title": " "}, "which meeting is meant"),
        (ONE, {"meeting_id": "a/b"}, "meeting_id is not an ID"),
        (ONE, {"title": "x", "session_keep_alive_time_in_secs": 59}, "from 60 to 600"),
        (MANY, {"meetings": [{"title": "a"}, {"title": "a"}]}, "meetings[0] and meetings[1] are both"),
        (MANY, {"meetings": [{"title": "a"}, {}]}, "meetings[1]: give meeting_id or title"),
        (MANY, {"meetings": [], "concurrency": 0}, "concurrency must be from 1 to 32"),
        (INFO, {"meeting_id": "a", "title": "b"}, "only one of"),
        (INFO, {"limit": 0}, "limit must be"),
    ],
)
def test_refused(actor: Any, module: str, options: dict[str, Any], text: str) -> None:
    ran = actor(module, **options)
    assert text in ran.values["msg"]
    assert ran.journal == []


def test_blank_survey_answers_are_not_given(actor: Any) -> None:
    config = {"transcription": {"language": None, "keywords": None, "profanity_filter": None}, "summarization": None}
    ran = actor(ONE, title="Curie", meeting_id="", ai_config=config)
    assert writes(ran) == [("POST", {"title": "Curie"})]
