# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Jobs at once, and answers that get lost: one livestream in the end, and a truthful ``changed``."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from simulator.client import Control

ROUNDS = 50


def at_once(*tasks: Callable[[], Any]) -> list[Any]:
    """Run tasks at the same moment, and return what they returned."""
    barrier = threading.Barrier(len(tasks))

    def run(task: Callable[[], Any]) -> Any:
        barrier.wait(10)
        return task()

    with ThreadPoolExecutor(len(tasks)) as pool:
        return [future.result(60) for future in [pool.submit(run, task) for task in tasks]]


@pytest.mark.parametrize("refusal", ["400", "409"])
@pytest.mark.parametrize("wait", [True, False])
def test_two_starts_of_one_meeting_make_one_livestream(actor: Any, sim: Control, refusal: str, wait: bool) -> None:
    sim.configure(start_duplicate=refusal)
    meetings = [sim.add_meeting() for _round in range(ROUNDS)]
    for meeting in meetings:
        start = partial(actor, state="started", meeting_id=meeting, wait=wait)
        ran = at_once(start, start)
        assert not any(item.values.get("failed") for item in ran), [item.values for item in ran]
        assert sorted(item.values["changed"] for item in ran) == [False, True]
        assert len({item.livestream["id"] for item in ran}) == 1
    livestreams = sim.livestreams()
    assert sorted(item["meeting_id"] for item in livestreams) == sorted(meetings)
    starts = [entry for entry in sim.journal("start_livestream") if entry.accepted]
    assert len(starts) == ROUNDS


@pytest.mark.parametrize("answer", ["404", "400", "409", "message"])
def test_two_stops_of_one_meeting(actor: Any, sim: Control, answer: str) -> None:
    sim.configure(stop_none=answer, stop_delay=1, stop_while_stopping="200" if answer == "message" else answer)
    for meeting in sim.seed(meetings=10, active=True)["meetings"]:
        stop = partial(actor, state="stopped", meeting_id=meeting)
        ran = at_once(stop, stop)
        assert not any(item.values.get("failed") for item in ran), [item.values for item in ran]
        assert any(item.values["changed"] for item in ran)
    assert not [item for item in sim.livestreams() if item["status"] in ("LIVE", "INVOKED")]


def test_jobs_that_create_one_name_agree(actor: Any, sim: Control) -> None:
    for number in range(10):
        create = partial(actor, name=f"feed{number}")
        ran = at_once(create, create, create)
        assert not any(item.values.get("failed") for item in ran), [item.values for item in ran]
        again = actor(name=f"feed{number}")
        assert not again.values["changed"]
        made = [item["id"] for item in sim.livestreams() if item["name"] == f"feed{number}"]
        assert sum(item.values["changed"] for item in ran) == len(made)
        assert {item.livestream["id"] for item in [*ran, again]} == {made[0]}
        assert all(other in str(again.warnings) for other in made[1:])


LOST = [
    pytest.param({"kind": "reset", "when": "after"}, id="reset"),
    pytest.param({"kind": "close", "when": "after"}, id="closed"),
    pytest.param({"kind": "cut"}, id="cut"),
    pytest.param(
        {"kind": "status", "status": 502, "when": "after", "body": "<html>", "content_type": "text/html"}, id="502"
    ),
    pytest.param({"kind": "status", "status": 504, "when": "after"}, id="504"),
    pytest.param({"kind": "status", "status": 408, "when": "after"}, id="408"),
    pytest.param({"kind": "status", "status": 409, "when": "after"}, id="409"),
    pytest.param({"kind": "body", "body": "", "when": "after"}, id="empty"),
    pytest.param({"kind": "body", "body": '{"success": tr', "when": "after"}, id="broken JSON"),
    pytest.param({"kind": "body", "body": {"success": False}, "when": "after"}, id="success false"),
]


@pytest.mark.parametrize("wait", [True, False])
@pytest.mark.parametrize("fault", LOST)
class TestLostAnswers:
    """A write that was carried out, and whose answer never came."""

    def test_of_a_start(self, actor: Any, sim: Control, fault: dict[str, Any], wait: bool) -> None:
        meeting = sim.add_meeting()
        sim.faults({"operation": "start_livestream", **fault})
        ran = actor(state="started", meeting_id=meeting, wait=wait)
        assert sim.fired() == [1]
        assert "failed" not in ran.values, ran.values
        assert ran.values["changed"]
        assert len(sim.livestreams()) == 1
        assert not actor(state="started", meeting_id=meeting).values["changed"]

    def test_of_a_stop(self, actor: Any, sim: Control, fault: dict[str, Any], wait: bool) -> None:
        (meeting,) = sim.seed(meetings=1, active=True)["meetings"]
        sim.faults({"operation": "stop_livestream", **fault})
        ran = actor(state="stopped", meeting_id=meeting, wait=wait)
        assert sim.fired() == [1]
        assert "failed" not in ran.values, ran.values
        assert ran.values["changed"]
        assert len([entry for entry in ran.journal if entry.operation == "stop_livestream"]) == 1

    def test_of_a_create(self, actor: Any, sim: Control, fault: dict[str, Any], wait: bool) -> None:
        sim.faults({"operation": "create_livestream", **fault})
        ran = actor(name="feed", wait=wait)
        assert sim.fired() == [1]
        assert "failed" not in ran.values, ran.values
        assert ran.values["changed"]
        assert len(sim.livestreams()) == 1


@pytest.mark.parametrize("kind", ["reset", "close"])
def test_a_start_lost_on_the_way_is_sent_again(actor: Any, sim: Control, kind: str) -> None:
    meeting = sim.add_meeting()
    sim.faults({"operation": "start_livestream", "kind": kind, "when": "before"})
    ran = actor(state="started", meeting_id=meeting)
    assert ran.values["changed"]
    assert len(sim.livestreams()) == 1
    assert [entry.accepted for entry in ran.journal if entry.operation == "start_livestream"] == [False, True]


def test_a_lost_answer_to_a_start_while_another_job_starts_too(actor: Any, sim: Control) -> None:
    for _round in range(10):
        meeting = sim.add_meeting()
        sim.faults({"operation": "start_livestream", "kind": "reset", "when": "after"})
        start = partial(actor, state="started", meeting_id=meeting)
        ran = at_once(start, start)
        assert not any(item.values.get("failed") for item in ran), [item.values for item in ran]
        assert any(item.values["changed"] for item in ran)
        assert len([item for item in sim.livestreams() if item["meeting_id"] == meeting]) == 1


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_failing_reads_are_repeated(actor: Any, sim: Control, status: int) -> None:
    (meeting,) = sim.seed(meetings=1, active=True)["meetings"]
    sim.faults({"method": "GET", "kind": "status", "status": status, "times": 2, "headers": {"Retry-After": "0"}})
    ran = actor(state="stopped", meeting_id=meeting)
    assert ran.values["changed"]
    assert ran.values["api"]["retries"] == 2
    assert ran.requests == len(ran.journal)


def test_a_blocked_token_fails_at_once_and_says_when_to_try_again(actor: Any, sim: Control) -> None:
    sim.configure(rate_limit=1, block_seconds=300)
    meeting = sim.add_meeting()
    actor(state="stopped", meeting_id=meeting)
    ran = actor(state="started", meeting_id=meeting)
    assert ran.values["error"]["status"] == 429
    assert "try again after" in ran.values["msg"]
    assert ran.requests == 1


@pytest.mark.parametrize("body", ["edge", "empty", "text"])
def test_a_short_block_is_waited_for(actor: Any, sim: Control, body: str) -> None:
    sim.configure(rate_limit=3, rate_window=1, block_seconds=1, throttle_body=body)
    meetings = [sim.add_meeting() for _number in range(3)]
    for meeting in meetings:
        ran = actor(state="started", meeting_id=meeting, wait=False)
        assert ran.values["changed"], ran.values
    assert len(sim.livestreams()) == 3
    assert len([entry for entry in sim.journal("start_livestream") if entry.accepted]) == 3
