# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Looking at playback URLs until they play or time is up; time moves only when the code sleeps or a look takes some."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.eventops.cloudflare.plugins.module_utils.errors import InvalidRequest
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.common import Clock, Context, Outcome
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.playback import check_all
from ansible_collections.eventops.cloudflare.plugins.module_utils.transport.hls import Check

PLAYS, DOES_NOT = Check(None, 200), Check("HTTP 404 Not Found", 404)


class Stage:
    """Playback URLs that play from a moment on (None: never). ``takes`` is how many seconds a look takes."""

    def __init__(self, *since: float | None, takes: float = 0) -> None:
        self.since = since
        self.takes = takes
        self.now = 0.0
        self.looks: list[tuple[float, int]] = []
        self.sleeps: list[float] = []
        self.told: list[Any] = []
        self._lock = threading.Lock()

    def look(self, url: str, seconds: float) -> Check:
        """As Manifests.check."""
        number = int(url.rpartition("/")[2])
        with self._lock:
            self.looks.append((self.now, number))
            self.now += min(self.takes, seconds)
            since = self.since[number]
            return PLAYS if since is not None and self.now >= since else DOES_NOT

    def sleep(self, seconds: float) -> None:
        """Time passes."""
        self.sleeps.append(seconds)
        self.now += seconds

    def __call__(self, **options: Any) -> Outcome:
        """Check at all of them."""
        playbacks = [{"name": f"s{n}", "playback_url": f"https://a/{n}"} for n in range(len(self.since))]
        params = {"playbacks": playbacks, "timeout": 60.0, "on_failure": "warn", "concurrency": 16, **options}
        context = Context(clock=Clock(lambda: self.now, self.sleep), report=self.told.append)
        return check_all(self.look, params, context)


def test_what_plays_is_asked_once_and_nobody_sleeps() -> None:
    stage = Stage(0, 0, 0)
    outcome = stage()
    assert (outcome.changed, outcome.warnings, outcome.failure) == (False, (), None)
    assert outcome.values["unplayable"] == []
    assert outcome.values["playbacks"][1] == {
        "name": "s1",
        "playback_url": "https://a/1",
        "playable": True,
        "reason": None,
        "status": 200,
    }
    assert sorted(number for _now, number in stage.looks) == [0, 1, 2]
    assert stage.sleeps == stage.told == []


def test_what_does_not_play_yet_is_asked_again_and_nothing_else_is() -> None:
    stage = Stage(0, 6, 0)
    outcome = stage()
    assert outcome.values["unplayable"] == []
    assert [now for now, number in stage.looks if number == 1] == [0, 1, 2, 4, 7]
    assert len(stage.looks) == 2 + 5
    assert str(stage.told[-1]).startswith("waiting for manifests: 2 of 3 done, 0 failed")


@pytest.mark.parametrize(("on_failure", "warned"), [("warn", True), ("fail", False)])
def test_time_runs_out(on_failure: str, warned: bool) -> None:
    stage = Stage(0, None)
    outcome = stage(on_failure=on_failure)
    text = "1 of 2 playback URLs failed: s1: HTTP 404 Not Found"
    assert outcome.warnings == ((text,) if warned else ())
    assert outcome.failure == (None if warned else text)
    assert outcome.values["unplayable"] == ["s1"]
    assert outcome.values["playbacks"][1]["status"] == 404
    # Once more when time is up, and not after it.
    assert stage.looks[-1][0] == stage.now == 60


def test_the_last_moment_counts() -> None:
    assert Stage(60)().values["unplayable"] == []
    assert Stage(60.5)().values["unplayable"] == ["s0"]


@pytest.mark.parametrize("count", [1, 16, 40, 500])
@pytest.mark.parametrize("timeout", [0.5, 5.0, 60.0, 61.0])
def test_it_takes_no_longer_than_the_time_and_one_request(count: int, timeout: float) -> None:
    """Every look takes as long as it may. They are made one after another here, as by a pool of one."""
    stage = Stage(*[None] * count, takes=1000)
    outcome = stage(timeout=timeout, concurrency=1)
    assert stage.now <= timeout + 10
    assert len(outcome.values["unplayable"]) == count
    reasons = {item["reason"] for item in outcome.values["playbacks"]}
    assert reasons <= {DOES_NOT.reason, "not asked: no time was left; raise timeout or concurrency"}


@pytest.mark.parametrize("url", [None, "", "  "])
def test_without_a_url_nothing_is_asked(url: str | None) -> None:
    stage = Stage()
    outcome = stage(playbacks=[{"name": "s", "playback_url": url}])
    assert outcome.values["playbacks"] == [
        {"name": "s", "playback_url": None, "playable": False, "reason": "no playback URL", "status": None}
    ]
    assert outcome.warnings == ("1 of 1 playback URLs failed: s: no playback URL",)
    assert stage.looks == stage.sleeps == []


def test_unfit_urls_are_not_asked() -> None:
    stage = Stage()
    outcome = stage(playbacks=[{"name": "s", "playback_url": "file:///etc/passwd"}])
    assert outcome.values["playbacks"][0]["reason"] == "not a URL of the form https://host/path"
    assert stage.looks == []


def test_nothing_is_nothing() -> None:
    assert Stage()().values == {"playbacks": [], "unplayable": []}


@pytest.mark.parametrize(("option", "value"), [("timeout", 0.0), ("timeout", -1.0), ("concurrency", 0)])
def test_senseless_numbers_are_refused(option: str, value: float) -> None:
    stage: Callable[..., Outcome] = Stage(0)
    with pytest.raises(InvalidRequest, match=option):
        stage(**{option: value})
