# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each cell of the state table, in every profile of the simulator: result, requests, rerun, check mode, diff.

Through the reconciliation entry point, on the real client.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pytest

from integration.profiles import NAMED_FIRST, PROFILES
from simulator.profile import Profile, variants

if TYPE_CHECKING:
    from simulator.client import Control

KEYS = {
    "id",
    "name",
    "meeting_id",
    "status",
    "disabled",
    "ingest_server",
    "playback_url",
    "created_at",
    "updated_at",
}
READS = {"GET"}
ENDED = ("IDLE", "OFFLINE", "ENDED")


def occupied(sim: Control, count: int = 1) -> str:
    """A meeting with somebody in it."""
    meeting = sim.add_meeting()
    sim.presence(meeting, count)
    return meeting


@pytest.fixture(params=NAMED_FIRST)
def profile(request: pytest.FixtureRequest, sim: Control) -> Profile:
    """Every profile in turn, in force."""
    found = PROFILES[request.param]
    sim.reset(found)
    return found


def pages(profile: Profile, count: int) -> int:
    """How many requests reading a list of so many livestreams takes."""
    size = 1 if profile.list_shape == "single" else min(100, profile.max_per_page)
    counted = profile.paging_total == "present"
    return max(1, math.ceil(count / size) + (0 if counted or count == 0 else 1))


def thrice(actor: Any, changed: bool, cost: int, check_cost: int | None = None, **options: Any) -> Any:
    """In check mode, for real, and again: the promises of every cell. Returns the real run."""
    check = actor(check=True, **options)
    assert {entry.method for entry in check.journal} <= READS
    assert "failed" not in check.values, check.values
    real = actor(**options)
    assert "failed" not in real.values, real.values
    again = actor(**options)
    assert "failed" not in again.values, again.values
    assert (check.values["changed"], real.values["changed"], again.values["changed"]) == (changed, changed, False)
    assert bool(real.accepted) is changed
    assert again.accepted == []
    for ran in (check, real, again):
        assert set(ran.livestream) == KEYS
        assert set(ran.values) == {"changed", "livestream", "api", "diff"}
        assert (ran.values["diff"]["before"] != ran.values["diff"]["after"]) is ran.values["changed"]
        assert (ran.values["api"]["requests"], ran.values["api"]["retries"]) == (len(ran.journal), 0)
    assert check.values["diff"]["before"] == real.values["diff"]["before"] or not changed
    assert real.requests == cost
    if check_cost is not None:
        assert check.requests == check_cost
    return real


class TestMeeting:
    """The left column: a meeting."""

    def test_present_is_refused(self, actor: Any, sim: Control, profile: Profile) -> None:
        ran = actor(meeting_id=occupied(sim))
        assert ran.values["failed"]
        assert "use state started" in ran.values["msg"]
        assert ran.journal == []

    def test_started_with_none_active(self, actor: Any, sim: Control, profile: Profile) -> None:
        meeting = occupied(sim)
        # The rerun sees LIVE at once, since the simulator's delays are 0 here; so no run waits.
        sim.configure(unknown_status_seconds=0)
        options = {"state": "started", "meeting_id": meeting, "name": "main", "wait": False}
        ran = thrice(actor, True, 2, 1 if profile.active_none == "never" else None, **options)
        assert ran.livestream["status"] == "INVOKED"
        assert [item["meeting_id"] for item in sim.livestreams()] == [meeting]
        assert ran.journal[1].body == {"name": "main"}

    def test_started_and_active(self, actor: Any, sim: Control, profile: Profile) -> None:
        meeting = sim.seed(meetings=1, active=True)["meetings"][0]
        sim.advance(60)
        ran = thrice(actor, False, 1, 1, state="started", meeting_id=meeting)
        assert ran.livestream["status"] == "LIVE"
        assert ran.livestream["playback_url"]
        assert ran.progress == []

    def test_started_waits_until_live(self, actor: Any, sim: Control, profile: Profile) -> None:
        sim.configure(live_delay=4, playback_delay=7)
        ran = actor(state="started", meeting_id=occupied(sim), name="main")
        assert ran.values["changed"]
        assert (ran.livestream["status"], bool(ran.livestream["playback_url"])) == ("LIVE", True)
        assert len(ran.accepted) == 1
        statuses = [step.status for step in ran.progress]
        assert statuses[0] == "INVOKED"
        assert ("PAUSED" in statuses) is (profile.status_of_unknown == "PAUSED")
        assert ran.progress[-1].elapsed < 20

    def test_stopped_with_none_active(self, actor: Any, sim: Control, profile: Profile) -> None:
        ran = thrice(actor, False, 1, 1, state="stopped", meeting_id=occupied(sim))
        assert ran.livestream["status"] in ENDED

    def test_stopped_and_active(self, actor: Any, sim: Control, profile: Profile) -> None:
        meeting = sim.seed(meetings=1, active=True)["meetings"][0]
        ran = thrice(actor, True, 2, 1, state="stopped", meeting_id=meeting, wait=False)
        assert ran.livestream["status"] == "IDLE"
        assert sim.livestreams()[0]["status"] in ENDED

    def test_stopped_waits_until_it_is(self, actor: Any, sim: Control, profile: Profile) -> None:
        meeting = sim.seed(meetings=1, active=True)["meetings"][0]
        sim.configure(stop_delay=5)
        sim.advance(60)
        ran = actor(state="stopped", meeting_id=meeting)
        assert ran.values["changed"]
        assert ran.livestream["status"] in ENDED
        assert actor("realtime_livestream_info", meeting_id=meeting, active=True).values["livestreams"] == []
        if profile.stopping_shows == "active":
            assert ran.progress[-1].status == "LIVE"

    def test_started_while_an_earlier_one_stops(self, actor: Any, sim: Control, profile: Profile) -> None:
        meeting = occupied(sim)
        actor(state="started", meeting_id=meeting)
        sim.configure(stop_delay=2, stopping_shows="none")
        actor(state="stopped", meeting_id=meeting, wait=False)
        ran = actor(state="started", meeting_id=meeting)
        assert ran.values["changed"]
        assert ran.livestream["status"] == "LIVE"
        starts = [entry for entry in ran.journal if entry.operation == "start_livestream"]
        assert [entry.accepted for entry in starts] == [False, True]

    def test_the_key_when_asked_for(self, actor: Any, sim: Control, profile: Profile) -> None:
        meeting = sim.seed(meetings=1, active=True)["meetings"][0]
        sim.advance(60)
        ran = actor(state="started", meeting_id=meeting, return_stream_key=True)
        assert ran.livestream["stream_key"] == sim.secrets()[0]
        assert ran.requests == (1 if profile.active_has_key else 2)
        assert "stream_key" not in ran.values["diff"]["after"]

    def test_an_error_ends_the_wait(self, actor: Any, sim: Control, profile: Profile) -> None:
        sim.configure(live_delay=60)
        actor.on_sleep = lambda elapsed: (
            sim.fail(sim.livestreams()[0]["id"], "no composer free") if elapsed > 3 else None
        )
        ran = actor(state="started", meeting_id=occupied(sim))
        assert ran.values["failed"]
        assert ran.values["changed"]
        assert "no composer free" in ran.values["msg"]

    def test_a_timeout_is_kept(self, actor: Any, sim: Control, profile: Profile) -> None:
        sim.configure(live_delay=600, status_of_unknown="none")
        ran = actor(state="started", meeting_id=occupied(sim), wait_timeout=30)
        assert "within 30 s: its last status was INVOKED" in ran.values["msg"]
        assert ran.progress[-1].elapsed == 30

    def test_an_unknown_meeting(self, actor: Any, sim: Control, profile: Profile) -> None:
        check = actor(check=True, state="started", meeting_id="nowhere")
        assert check.values["failed"]
        assert "404" in check.values["msg"]
        ran = actor(state="started", meeting_id="nowhere")
        assert ran.values["failed"]
        assert ran.values["msg"].startswith(
            ("Read the meeting nowhere: HTTP 404", "The livestream of the meeting nowhere")
        )

    def test_an_inactive_meeting(self, actor: Any, sim: Control, profile: Profile) -> None:
        meeting = sim.add_meeting(status="INACTIVE")
        ran = actor(state="started", meeting_id=meeting)
        if profile.start_inactive_meeting == "accepted":
            assert ran.values["changed"]
        else:
            assert ran.values["failed"]
            words = {"403": "permission", "400": "INACTIVE", "invoked_then_idle": "ended by itself"}
            assert words.get(profile.start_inactive_meeting, "ERRORED") in ran.values["msg"]

    def test_an_empty_meeting(self, actor: Any, sim: Control, profile: Profile) -> None:
        ran = actor(state="started", meeting_id=sim.add_meeting())
        if profile.start_empty_meeting == "accepted":
            assert ran.values["changed"]
        else:
            assert ran.values["failed"]
            words = {"error": "nobody is in the meeting", "invoked_then_idle": "ended by itself"}
            assert words.get(profile.start_empty_meeting, "ERRORED") in ran.values["msg"]


class TestIndependent:
    """The right column: an independent livestream."""

    def test_present_and_missing(self, actor: Any, sim: Control, profile: Profile) -> None:
        sim.seed(meetings=2, active=True, independents=["one", "two"])
        if profile.create_offered != "201":
            ran = actor(name="feed")
            assert "no longer offers to create independent livestreams" in ran.values["msg"]
            assert not ran.values["changed"]
            return
        ran = thrice(actor, True, pages(profile, 2) + 1 + pages(profile, 3), pages(profile, 2), name="feed")
        assert [item["name"] for item in sim.livestreams() if not item["meeting_id"]] == ["one", "two", "feed"]
        assert ran.livestream["created_at"]

    def test_present_and_there(self, actor: Any, sim: Control, profile: Profile) -> None:
        ids = sim.seed(meetings=1, active=True, independents=["one", "feed", "Feed", "feed"])["livestreams"]
        sim.disable(sim.seed(independents=["feed"])["livestreams"][0])
        feeds = [item["id"] for item in sim.livestreams() if item["name"] == "feed"]
        ran = thrice(actor, False, pages(profile, 5), pages(profile, 5), name="feed")
        assert ran.livestream["id"] == feeds[0]
        assert ran.livestream["id"] in ids
        assert feeds[1] in ran.warnings[0]
        assert feeds[2] not in ran.warnings[0]

    def test_present_by_id(self, actor: Any, sim: Control, profile: Profile) -> None:
        (feed,) = sim.seed(independents=["feed"])["livestreams"]
        ran = thrice(actor, False, 1, 1, livestream_id=feed)
        assert ran.livestream["name"] == "feed"
        assert ran.livestream["disabled"] is False

    def test_an_id_that_does_not_exist(self, actor: Any, sim: Control, profile: Profile) -> None:
        for state in ("present", "started", "stopped"):
            ran = actor(livestream_id="nowhere", state=state)
            assert "nowhere' does not exist" in ran.values["msg"] or "nowhere does not exist" in ran.values["msg"]

    def test_started_and_live(self, actor: Any, sim: Control, profile: Profile) -> None:
        (feed,) = sim.seed(independents=["feed"])["livestreams"]
        sim.push(feed)
        sim.advance(60)
        for wait in (True, False):
            assert thrice(actor, False, 1, 1, state="started", livestream_id=feed, wait=wait).livestream["playback_url"]

    def test_started_waits_for_the_encoder(self, actor: Any, sim: Control, profile: Profile) -> None:
        (feed,) = sim.seed(independents=["feed"])["livestreams"]
        sim.configure(live_delay=2)
        pushed: list[float] = []

        def encoder(elapsed: float) -> None:
            if elapsed > 8 and not pushed:
                pushed.append(elapsed)
                sim.push(feed)

        actor.on_sleep = encoder
        ran = actor(state="started", name="feed")
        assert not ran.values["changed"]
        assert ran.livestream["status"] == "LIVE"
        assert ran.progress[-1].elapsed > 8

    def test_started_without_an_encoder(self, actor: Any, sim: Control, profile: Profile) -> None:
        (feed,) = sim.seed(independents=["feed"])["livestreams"]
        ran = actor(state="started", livestream_id=feed, wait_timeout=20)
        assert "look whether its encoder is pushing" in ran.values["msg"]
        ran = actor(state="started", livestream_id=feed, wait=False)
        if profile.created_later_status == "INVOKED":
            assert not ran.values["changed"]
        else:
            assert "an encoder has to push" in ran.values["msg"]
        assert ran.progress == []

    def test_stopped_and_idle(self, actor: Any, sim: Control, profile: Profile) -> None:
        (feed,) = sim.seed(independents=["feed"])["livestreams"]
        cost = 2 if profile.created_later_status == "INVOKED" else 1
        assert not thrice(actor, False, cost, cost, state="stopped", livestream_id=feed, wait=False).progress

    def test_stopped_by_a_name_that_does_not_exist(self, actor: Any, sim: Control, profile: Profile) -> None:
        assert thrice(actor, False, 1, 1, state="stopped", name="feed").livestream["id"] is None

    def test_stopped_waits_for_the_encoder_to_end(self, actor: Any, sim: Control, profile: Profile) -> None:
        (feed,) = sim.seed(independents=["feed"])["livestreams"]
        sim.push(feed)
        sim.advance(60)
        assert "still pushing" in actor(state="stopped", livestream_id=feed, wait=False).values["msg"]
        assert "still pushing" in actor(state="stopped", livestream_id=feed, wait_timeout=10).values["msg"]
        actor.on_sleep = lambda elapsed: sim.unpush(feed) if 4 < elapsed < 8 else None
        ran = actor(state="stopped", livestream_id=feed)
        assert not ran.values["changed"]
        assert ran.livestream["status"] in ENDED


class TestInfo:
    """The info modules give the same answer in every profile."""

    def test_livestreams(self, actor: Any, sim: Control, profile: Profile) -> None:
        sim.configure(stop_delay=0)
        seeded = sim.seed(meetings=3, active=True, independents=["one", "two"], past=1)
        sim.push(seeded["livestreams"][-1])
        sim.advance(120)
        truth = {item["id"]: item for item in sim.livestreams()}

        def look(**options: Any) -> Any:
            return actor("realtime_livestream_info", **options).values["livestreams"]

        listed = look()
        assert [item["id"] for item in listed] == list(truth)
        assert all(item["disabled"] is False for item in listed)
        assert [item["id"] for item in look(sort_order="desc", limit=2)] == list(truth)[::-1][:2]
        active = [item["id"] for item in listed if item["status"] in ("LIVE", "INVOKED")]
        assert len(active) >= 4
        assert [item["id"] for item in look(status=["LIVE", "INVOKED"])] == active
        assert [item["name"] for item in look(exclude_meetings=True)] == ["one", "two"]
        assert [item["name"] for item in look(name="two")] == ["two"]
        assert look(name="three") == []
        meeting = seeded["meetings"][0]
        (current,) = look(meeting_id=meeting, active=True, return_stream_key=True)
        assert current["stream_key"] in sim.secrets()
        assert current["id"] in [item["id"] for item in look(meeting_id=meeting)]
        (running,) = look(livestream_id=current["id"], active=True)
        session = running["sessions"][0]
        assert isinstance(session["ingest_seconds"], (int, float))
        assert session["ingest_seconds"] > 0
        (found,) = look(livestream_id=current["id"])
        assert profile.by_id_shape == "flat" or session["id"] in [item["id"] for item in found["sessions"]]
        (of_session,) = look(session_id=session["id"])
        assert (of_session["id"], of_session["sessions"][0]["id"]) == (current["id"], session["id"])
        for option in ("livestream_id", "meeting_id", "session_id"):
            assert look(**{option: "nowhere"}) == []
        assert look(meeting_id=sim.add_meeting(), active=True) == []

    def test_analytics(self, actor: Any, sim: Control, profile: Profile) -> None:
        sim.seed(meetings=3, active=True)
        sim.advance(120)

        def report(**options: Any) -> Any:
            return actor("realtime_analytics_info", **options).values["analytics"]

        times = {"start_time": "2020-01-01", "end_time": "2100-01-01T00:00:00+01:00"}
        totals = report(**times)
        assert totals["count"] == 3
        assert totals["total_ingest_seconds"] > 0
        days = report(report="livestreams_daily", **times)["days"]
        assert sum(day["count"] for day in days) == 3
        assert set(report(report="app_daily", **times)) == {"session_stats", "recording_stats"}


def test_cells(sim: Control) -> None:
    """What this file covers: every profile has at least the values of one field that differ from the default."""
    assert len(PROFILES) > 60
    assert {name for name, _profile in variants()} <= set(PROFILES)
