# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many livestreams at once: what it costs, that it converges, and that a failure stays alone."""

from __future__ import annotations

import math
import threading
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from integration.profiles import PROFILES
from simulator.profile import Profile

if TYPE_CHECKING:
    from simulator.client import Control

LIVESTREAMS = "realtime_livestreams"
ACTIVE = ("LIVE", "INVOKED")


@pytest.fixture(autouse=True)
def unlimited(sim: Control) -> None:
    """No rate limit, unless a test sets one."""
    sim.configure(rate_limit=0)


def meetings(sim: Control, count: int) -> list[str]:
    """Meetings with somebody in them."""
    ids = sim.seed(meetings=count)["meetings"]
    for meeting in ids if sim.profile().start_empty_meeting != "accepted" else []:
        sim.presence(meeting, 1)
    return ids


def of(ids: list[str], **options: Any) -> list[dict[str, Any]]:
    """Entries for meetings."""
    return [{"meeting_id": meeting, **options} for meeting in ids]


def on_air(sim: Control) -> Counter[str]:
    """How many active livestreams each meeting has."""
    return Counter(item["meeting_id"] for item in sim.livestreams() if item["status"] in ACTIVE)


def writes(ran: Any) -> list[str]:
    """The operations that were sent to change something."""
    return [entry.operation for entry in ran.journal if entry.method != "GET"]


class TestCost:
    """Requests are limited, and so counted."""

    @pytest.mark.parametrize(("count", "most"), [(1, 3), (100, 3), (1000, 12)])
    def test_all_right_already(self, actor: Any, sim: Control, count: int, most: int) -> None:
        ids = sim.seed(meetings=count, active=True)["meetings"]
        sim.advance(60)
        ran = actor(LIVESTREAMS, state="started", livestreams=of(ids))
        assert ran.values["changed"] is False
        assert ran.requests == len(ran.journal) == math.ceil(count / 100) + 1 <= most
        assert [item["meeting_id"] for item in ran.values["livestreams"]] == ids

    def test_all_to_start(self, actor: Any, sim: Control) -> None:
        ids = meetings(sim, 300)
        ran = actor(LIVESTREAMS, state="started", livestreams=of(ids), wait=False, concurrency=8)
        assert ran.values["changed"] is True
        assert ran.requests == 2 * 300 + 2
        assert on_air(sim) == Counter(ids)

    def test_waiting_polls_with_listings(self, actor: Any, sim: Control) -> None:
        sim.configure(live_delay=4)
        ids = meetings(sim, 150)
        ran = actor(LIVESTREAMS, state="started", livestreams=of(ids))
        assert all(item["status"] == "LIVE" and item["playback_url"] for item in ran.values["livestreams"])
        polls = Counter(entry.operation for entry in ran.journal)
        assert polls["start_livestream"] == polls["get_active_livestream"] == 150
        # A few that went live while the list was read may be missing from it, and are read by themselves.
        assert polls["get_livestream"] < 15
        assert polls["list_livestreams"] <= 2 + 5 * 4

    def test_all_to_stop(self, actor: Any, sim: Control) -> None:
        ids = sim.seed(meetings=120, active=True)["meetings"]
        ran = actor(LIVESTREAMS, state="stopped", livestreams=of(ids), wait=False)
        assert ran.requests == 2 * 120 + 3
        assert not on_air(sim)

    def test_independent_ones(self, actor: Any, sim: Control) -> None:
        sim.seed(independents=[f"old{number}" for number in range(150)])
        names = [f"feed{number}" for number in range(20)]
        ran = actor(LIVESTREAMS, livestreams=[{"name": name} for name in names])
        # A listing, one more before creating, one to agree afterwards.
        assert ran.requests == 2 + 2 + 20 + 2
        assert [item["name"] for item in ran.values["livestreams"]] == names
        assert actor(LIVESTREAMS, livestreams=[{"name": name} for name in names]).requests == 2


@pytest.mark.parametrize("name", list(PROFILES))
def test_a_batch_in_every_profile(actor: Any, sim: Control, name: str) -> None:
    """Check mode tells what the real run does, a rerun changes nothing, and the end state is that of single tasks."""
    profile: Profile = PROFILES[name]
    sim.reset(profile, rate_limit=0, live_delay=2, stop_delay=2, unknown_status_seconds=2)
    running = sim.seed(meetings=3, active=True, independents=["there"])
    sim.advance(60)
    idle = meetings(sim, 3)
    entries = [
        *of(idle[:2], state="started", name="fresh"),
        {"meeting_id": running["meetings"][0]},
        *of(running["meetings"][1:], state="stopped"),
        {"meeting_id": idle[2], "state": "stopped"},
        {"name": "there", "state": "present"},
        {"livestream_id": running["livestreams"][-1], "state": "present"},
    ]
    refused = actor(LIVESTREAMS, state="started", livestreams=entries)
    assert "are both about the livestream" in refused.values["msg"]
    assert not writes(refused)
    entries[-1] = {"name": "new", "state": "present"}
    offered = profile.create_offered == "201"
    options = {"state": "started", "livestreams": entries, "concurrency": 3}
    check = actor(LIVESTREAMS, check=True, **options)
    assert not writes(check)
    changed = [True, True, False, True, True, False, False, True]
    assert [item["changed"] for item in check.values["livestreams"]] == changed
    real = actor(LIVESTREAMS, **options)
    assert bool(real.values.get("failed")) is not offered, real.values
    assert [item["changed"] for item in real.values["livestreams"]] == [*changed[:-1], offered]
    assert [item["status"] for item in real.values["livestreams"]][:3] == ["LIVE"] * 3
    assert len(real.values["diff"]) == sum(changed) - (not offered)
    assert on_air(sim) == Counter([*idle[:2], running["meetings"][0]])
    if offered:
        again = actor(LIVESTREAMS, **options)
        assert not again.values["changed"]
        assert not writes(again)
        assert set(again.values) == set(real.values) == set(check.values)
        for before, after in zip(check.values["livestreams"], real.values["livestreams"], strict=True):
            assert set(before) == set(after)
    for entry in entries[:7]:
        single = actor(**{"state": "started", **entry})
        assert "failed" not in single.values
        assert not single.values["changed"]


class TestExclusive:
    """Whatever else is on the air is stopped."""

    def test_what_is_not_listed_is_stopped(self, actor: Any, sim: Control) -> None:
        ids = sim.seed(meetings=5, active=True, independents=["feed"])
        sim.push(ids["livestreams"][-1])
        options = {"state": "started", "livestreams": of(ids["meetings"][:2]), "exclusive": True}
        check = actor(LIVESTREAMS, check=True, **options)
        assert not writes(check)
        ran = actor(LIVESTREAMS, **options)
        for found in (check, ran):
            assert [item["meeting_id"] for item in found.values["unlisted"]] == ids["meetings"][2:]
            assert found.values["changed"] is True
            assert len(found.values["diff"]) == 3
        assert writes(ran) == ["stop_livestream"] * 3
        assert sorted(on_air(sim), key=str) == sorted([*ids["meetings"][:2], None], key=str)
        again = actor(LIVESTREAMS, **options)
        assert again.values["changed"] is False
        assert again.values["unlisted"] == []

    def test_without_it_nothing_else_is_touched(self, actor: Any, sim: Control) -> None:
        ids = sim.seed(meetings=3, active=True)["meetings"]
        assert not writes(actor(LIVESTREAMS, state="started", livestreams=of(ids[:1])))

    def test_a_listed_one_is_never_stopped_by_it(self, actor: Any, sim: Control) -> None:
        idle = meetings(sim, 1)
        ran = actor(LIVESTREAMS, state="started", livestreams=of(idle), exclusive=True)
        assert writes(ran) == ["start_livestream"]
        assert ran.values["unlisted"] == []

    def test_nor_is_one_that_is_listed_by_its_own_id(self, actor: Any, sim: Control) -> None:
        seeded = sim.seed(meetings=2, active=True)
        sim.advance(60)
        entries = [{"livestream_id": seeded["livestreams"][0], "state": "started"}]
        ran = actor(LIVESTREAMS, livestreams=entries, exclusive=True)
        assert writes(ran) == ["stop_livestream"]
        assert [item["id"] for item in ran.values["unlisted"]] == [seeded["livestreams"][1]]


class TestFailures:
    """One failure stops none of the others."""

    def test_the_others_go_on_and_the_task_names_what_failed(self, actor: Any, sim: Control) -> None:
        ids = meetings(sim, 5)
        sim.faults(
            {
                "operation": "start_livestream",
                "path": ids[1],
                "kind": "status",
                "status": 403,
                "body": {"message": "no"},
            },
            {
                "operation": "start_livestream",
                "path": ids[3],
                "kind": "status",
                "status": 422,
                "body": {"message": "bad"},
            },
        )
        entries = of(ids)
        entries[1]["name"] = "side"
        ran = actor(LIVESTREAMS, state="started", livestreams=[*entries, {"meeting_id": "nowhere"}])
        assert ran.values["failed"]
        assert ran.values["changed"]
        assert ran.values["msg"].startswith("3 of 6 livestreams failed: side: ")
        assert "HTTP 403 Forbidden: no" in ran.values["msg"]
        found = ran.values["livestreams"]
        assert [bool(item.get("failed")) for item in found] == [False, True, False, True, False, True]
        assert [item["changed"] for item in found] == [True, False, True, False, True, False]
        assert found[1]["error"]["status"] == 403
        assert found[3]["error"]["message"] == "bad"
        assert "msg" in found[5]
        assert found[1]["meeting_id"] == ids[1]
        assert on_air(sim) == Counter([ids[0], ids[2], ids[4]])

    def test_many_failures_are_named_in_short(self, actor: Any, sim: Control) -> None:
        ids = meetings(sim, 8)
        sim.faults({"operation": "start_livestream", "kind": "status", "status": 403, "times": None})
        ran = actor(LIVESTREAMS, state="started", livestreams=[{**e, "name": f"s{n}"} for n, e in enumerate(of(ids))])
        assert "8 of 8 livestreams failed" in ran.values["msg"]
        assert ran.values["msg"].endswith("; and also s5, s6, s7")

    def test_a_failed_wait(self, actor: Any, sim: Control) -> None:
        sim.configure(live_delay=5)
        ids = meetings(sim, 3)

        def misfortune(elapsed: float) -> None:
            if 2 <= elapsed < 4:
                sim.fail(next(item["id"] for item in sim.livestreams() if item["meeting_id"] == ids[1]), "no composer")

        actor.on_sleep = misfortune
        ran = actor(LIVESTREAMS, state="started", livestreams=of(ids))
        found = ran.values["livestreams"]
        assert [item["status"] for item in found] == ["LIVE", "ERRORED", "LIVE"]
        assert [item["changed"] for item in found] == [True] * 3
        assert "no composer" in found[1]["msg"]

    def test_a_timeout_names_all_that_are_late(self, actor: Any, sim: Control) -> None:
        sim.configure(live_delay=500)
        ran = actor(LIVESTREAMS, state="started", livestreams=of(meetings(sim, 3)), wait_timeout=20)
        assert ran.values["msg"].startswith("3 of 3 livestreams failed")
        assert ran.values["changed"]
        assert all("within 20 s: its last status was INVOKED" in item["msg"] for item in ran.values["livestreams"])

    def test_an_unreadable_list_changes_nothing(self, actor: Any, sim: Control) -> None:
        sim.faults({"operation": "list_livestreams", "kind": "status", "status": 403, "times": None})
        ran = actor(LIVESTREAMS, state="started", livestreams=of(meetings(sim, 3)))
        assert ran.values["error"]["status"] == 403
        assert not writes(ran)

    def test_a_block_ends_the_task_soon(self, actor: Any, sim: Control) -> None:
        ids = meetings(sim, 50)
        sim.configure(rate_limit=20, block_seconds=300)
        ran = actor(LIVESTREAMS, state="started", livestreams=of(ids), concurrency=4)
        assert ran.values["failed"]
        assert len([entry for entry in ran.journal if entry.status == 429]) <= 4
        assert "try again after" in ran.values["msg"]


class TestOptions:
    """What is refused before anything is sent."""

    @pytest.mark.parametrize(
        ("entries", "text"),
        [
            ([{"meeting_id": "a"}, {"meeting_id": "a"}], "livestreams[0] and livestreams[1] are both about"),
            ([{"meeting_id": "a"}, {"meeting_id": "a", "state": "stopped"}], "are both about"),
            ([{"name": "a"}, {"name": "b"}, {"name": "a"}], "livestreams[0] and livestreams[2]"),
            ([{"livestream_id": "a"}, {"livestream_id": "a"}], "are both about"),
            ([{"meeting_id": "a"}, {}], "livestreams[1]: give meeting_id, livestream_id or name"),
            ([{"meeting_id": "a", "state": "present"}], "livestreams[0]: state present cannot be had"),
            ([{"meeting_id": "a/b"}], "livestreams[0]: meeting_id is not an ID"),
            ([{"meeting_id": "a", "livestream_id": "b"}], "livestreams[0]: give only one of"),
        ],
    )
    def test_contradictions(self, actor: Any, entries: list[Any], text: str) -> None:
        ran = actor(LIVESTREAMS, state="started", livestreams=entries)
        assert text in ran.values["msg"]
        assert ran.journal == []

    @pytest.mark.parametrize("concurrency", [0, 33, -1])
    def test_concurrency(self, actor: Any, concurrency: int) -> None:
        ran = actor(LIVESTREAMS, livestreams=[], concurrency=concurrency)
        assert ran.values["msg"] == "concurrency must be from 1 to 32"

    def test_an_empty_batch(self, actor: Any) -> None:
        ran = actor(LIVESTREAMS, livestreams=[])
        assert ran.values == {"changed": False, "livestreams": [], "unlisted": [], "diff": [], "api": ran.values["api"]}
        assert ran.requests == 0


class TestStaleLists:
    """A listing may be wrong: nothing is sent because of it alone."""

    def test_one_that_is_started_already(self, actor: Any, sim: Control) -> None:
        ids = meetings(sim, 3)
        sim.configure(stale_list=30, list_lag=30)
        for meeting in ids:
            actor(state="started", meeting_id=meeting)
        ran = actor(LIVESTREAMS, state="started", livestreams=of(ids))
        assert not ran.values["changed"]
        assert not writes(ran)

    def test_one_that_is_stopped_already(self, actor: Any, sim: Control) -> None:
        ids = sim.seed(meetings=3, active=True)["meetings"]
        sim.advance(60)
        sim.configure(stale_list=30)
        for meeting in ids:
            actor(state="stopped", meeting_id=meeting, wait=False)
        ran = actor(LIVESTREAMS, state="stopped", livestreams=of(ids), exclusive=True)
        assert not ran.values["changed"]
        assert not writes(ran)


@pytest.mark.parametrize("when", ["before", "after"])
def test_lost_answers(actor: Any, sim: Control, when: str) -> None:
    ids = meetings(sim, 12)
    sim.faults(
        *[{"operation": "start_livestream", "path": meeting, "kind": "reset", "when": when} for meeting in ids[:4]],
        *[{"operation": "create_livestream", "kind": "reset", "when": when}],
    )
    ran = actor(LIVESTREAMS, state="started", livestreams=[*of(ids), {"name": "feed", "state": "present"}])
    assert "failed" not in ran.values, ran.values
    assert all(item["changed"] for item in ran.values["livestreams"])
    assert on_air(sim) == Counter(ids)
    assert [item["name"] for item in sim.livestreams()].count("feed") == 1


def test_two_batches_at_once(actor: Any, sim: Control) -> None:
    ids = meetings(sim, 40)
    entries = [*of(ids), {"name": "feed", "state": "present"}]
    ran: list[Any] = []
    threads = [
        threading.Thread(
            target=lambda: ran.append(actor(LIVESTREAMS, state="started", livestreams=entries, concurrency=4))
        )
        for _job in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert len(ran) == 2
    assert not any(item.values.get("failed") for item in ran), [item.values for item in ran]
    assert on_air(sim) == Counter(ids)
    for first, second in zip(ran[0].values["livestreams"][:-1], ran[1].values["livestreams"][:-1], strict=True):
        assert first["id"] == second["id"]
        assert {first["changed"], second["changed"]} == {True, False}
    assert len({item.values["livestreams"][-1]["id"] for item in ran}) == 1


def test_keys_when_asked_for(actor: Any, sim: Control) -> None:
    ids = sim.seed(meetings=3, active=True)["meetings"]
    sim.advance(60)
    idle = meetings(sim, 1)
    ran = actor(LIVESTREAMS, state="started", livestreams=of([*ids, *idle]), return_stream_key=True)
    assert [item["stream_key"] for item in ran.values["livestreams"]] == sim.secrets()
    assert "stream_key" not in str(ran.values["diff"])
    assert "stream_key" not in str(actor(LIVESTREAMS, state="started", livestreams=of(ids)).values)


def test_throttled_workers_pause_together(actor: Any, sim: Control) -> None:
    """100 requests per 5 seconds: 300 changes end right, none twice, and nothing is sent during a pause."""
    ids = meetings(sim, 300)
    sim.configure(rate_limit=100, rate_window=5, block_seconds=5)
    actor.real_time = True
    ran = actor(LIVESTREAMS, state="started", livestreams=of(ids), concurrency=16, wait=False)
    assert "failed" not in ran.values, ran.values["msg"]
    assert all(item["changed"] for item in ran.values["livestreams"])
    assert on_air(sim) == Counter(ids)
    assert Counter(entry.operation for entry in ran.journal if entry.accepted) == {"start_livestream": 300}
    refused = [entry.monotonic for entry in ran.journal if entry.status == 429]
    assert refused
    # A pause begins with its first refusal; what was under way by then arrives within a moment.
    pause = 0.0
    for entry in ran.journal:
        if entry.status == 429 and entry.monotonic > pause:
            pause = entry.monotonic + 5
        assert not pause - 3.5 < entry.monotonic < pause - 0.1, "a request was sent during a pause"


def test_progress(actor: Any, sim: Control) -> None:
    sim.configure(live_delay=20)
    ran = actor(LIVESTREAMS, state="started", livestreams=of(meetings(sim, 20)))
    lines = [str(step) for step in ran.progress]
    assert any(line.startswith("changing: 20 of 20 done, 0 failed") for line in lines)
    assert lines[-1].startswith("waiting: 0 of 20 done, 0 failed")
    assert not actor(LIVESTREAMS, state="started", livestreams=[]).progress


def test_what_was_accepted_is_returned_also_when_the_task_fails_afterwards(actor: Any, sim: Control) -> None:
    """Otherwise nobody hears that something is on the air."""
    sim.configure(live_delay=20)
    refused = {"kind": "status", "status": 403, "times": None}
    sim.faults(
        {**refused, "operation": "get_active_livestream", "index": 1}, {**refused, "operation": "get_livestream"}
    )  # fmt: skip
    ran = actor(meeting_id=sim.add_meeting(), state="started", return_stream_key=True)
    assert (ran.values["failed"], ran.values["changed"], ran.values["error"]["status"]) == (True, True, 403)
    (livestream,) = sim.livestreams()
    assert (ran.values["livestream"]["id"], ran.values["livestream"]["status"]) == (livestream["id"], "INVOKED")
    assert "stream_key" not in ran.values["livestream"]
    # What was refused at once changed nothing, and returns nothing.
    sim.faults({**refused, "operation": "start_livestream"})
    ran = actor(meeting_id=sim.add_meeting(), state="started")
    assert "livestream" not in ran.values
