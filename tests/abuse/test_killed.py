# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Killed at any moment: the next run brings everything to its state, once, and says truthfully what it changed."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from abuse.scale import SCALE
from faults.figures import FIGURES
from integration.conftest import Actor, Player
from simulator.client import Control
from simulator.journal import Entry

SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT)
HELD = 0.6  # real seconds for which the answer is held back, during which the client is killed
SETTLED = 10.0  # seconds within which what was under way has come to an end
LOOKS = 10  # at the journal, all of which see the same when nothing is under way


@dataclass(frozen=True)
class Scenario:
    """A task, on a service with some meetings; ``active`` and ``named`` are what there is afterwards."""

    module: str
    options: Callable[[list[str]], Mapping[str, Any]]
    running: bool = False
    active: int = 0
    named: tuple[str, ...] = ()
    titles: tuple[str, ...] = field(default=())


SCENARIOS = {
    "start": Scenario("realtime_livestream", lambda ids: {"meeting_id": ids[0], "state": "started"}, active=1),
    "stop": Scenario(
        "realtime_livestream", lambda ids: {"meeting_id": ids[0], "state": "stopped"}, running=True, active=2
    ),
    "create": Scenario("realtime_livestream", lambda _ids: {"name": "feed"}, named=("feed",)),
    "bulk start": Scenario(
        "realtime_livestreams",
        lambda ids: {
            "state": "started",
            "livestreams": [*({"meeting_id": item} for item in ids), {"name": "feed", "state": "present"}],
            "concurrency": 2,
        },
        active=3,
        named=("feed",),
    ),
    "bulk stop": Scenario(
        "realtime_livestreams",
        lambda ids: {"state": "stopped", "livestreams": [{"meeting_id": item} for item in ids]},
        running=True,
    ),
    "meeting": Scenario("realtime_meeting", lambda _ids: {"title": "Curie"}, titles=("Curie",)),
    "meetings": Scenario(
        "realtime_meetings",
        lambda _ids: {"meetings": [{"title": "Curie"}, {"title": "Gray"}], "concurrency": 2},
        titles=("Curie", "Gray"),
    ),
}


def prepare(sim: Control, scenario: Scenario) -> dict[str, Any]:
    """A service with three meetings; returns the options."""
    sim.reset(rate_limit=0)
    ids = sim.seed(meetings=3, active=scenario.running)["meetings"]
    sim.clear_journal()
    return dict(scenario.options(ids))


def converges(actor: Actor, scenario: Scenario, options: Mapping[str, Any]) -> None:
    """The next run succeeds, the one after it changes nothing, and nothing is there twice."""
    sim = actor.sim
    sim.faults()
    for _attempt in range(2):
        ran = actor(scenario.module, **options)
        assert not ran.values.get("failed"), ran.values.get("msg")
        assert ran.values["changed"] is bool(ran.accepted)
    assert not ran.accepted
    truth = sim.livestreams()
    active = Counter(
        item["meeting_id"] for item in truth if item["status"] in ("INVOKED", "LIVE") and item["meeting_id"]
    )
    assert set(active.values()) <= {1}
    assert len(active) == scenario.active
    assert len([item for item in truth if item["meeting_id"]]) == (3 if scenario.running else scenario.active)
    assert tuple(item["name"] for item in truth if not item["meeting_id"]) == scenario.named
    meetings = actor("realtime_meeting_info").values["meetings"]
    titles = Counter(item["title"] for item in meetings if item["title"] in ("Curie", "Gray"))
    assert titles == Counter(scenario.titles)


def launch(sim: Control, scenario: Scenario, options: Mapping[str, Any]) -> subprocess.Popen[bytes]:
    """The task in a process of its own."""
    client = {
        "account_id": sim.account_id,
        "app_id": sim.app_id,
        "api_token": sim.api_token,
        "base_url": sim.base_url,
    }
    task = json.dumps({"module": scenario.module, "options": {**client, **options}})
    command = [sys.executable, str(Path(__file__).with_name("one_task.py")), task]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def kill(name: str, job: subprocess.Popen[bytes], number: int) -> None:
    """End it, and count that."""
    job.send_signal(number)
    FIGURES.count("kills", name)


def until(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    """Wait for it."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.005)


def settled(sim: Control) -> None:
    """Wait until all that was sent is over: what a dead client sent is carried out all the same.

    A request may have been sent and not be in the journal yet: several looks have to see the same.
    """
    looks: list[list[Entry]] = []

    def still() -> bool:
        looks.append(sim.journal())
        last = looks[-LOOKS:]
        return all(entry.closed for entry in looks[-1]) and last == [looks[-1]] * LOOKS

    until(still, SETTLED)


@pytest.mark.parametrize("name", SCENARIOS)
def test_after_each_request(actor: Actor, name: str) -> None:
    """The service has carried it out, and the client dies before it learns so."""
    sim, scenario = actor.sim, SCENARIOS[name]
    options = prepare(sim, scenario)
    actor(scenario.module, **options)
    requests = len(sim.journal())
    assert requests >= 2
    # Of the many requests of a bulk, every third one will do outside of campaigns.
    for index in range(0, requests, 1 if requests < 8 or SCALE > 1 else 3):
        options = prepare(sim, scenario)
        sim.faults({"kind": "delay", "when": "after", "seconds": HELD, "index": index})
        job = launch(sim, scenario, options)
        until(lambda: sim.fired() == [1] and any(e.fault and e.service_status for e in sim.journal()))
        kill(name, job, SIGNALS[index % len(SIGNALS)])
        job.wait(30)
        settled(sim)
        converges(actor, scenario, options)


@pytest.mark.parametrize("name", SCENARIOS)
def test_while_a_write_is_on_its_way(actor: Actor, name: str) -> None:
    """It reaches the service after the client has died."""
    sim, scenario = actor.sim, SCENARIOS[name]
    options = prepare(sim, scenario)
    sim.faults(*({"kind": "delay", "when": "before", "seconds": 0.7, "method": method} for method in ("POST", "PATCH")))
    job = launch(sim, scenario, options)
    until(lambda: any(entry.fault for entry in sim.journal()))
    kill(name, job, signal.SIGKILL)
    job.wait(30)
    settled(sim)
    converges(actor, scenario, options)


@pytest.mark.skipif(SCALE == 1, reason="kills at any moment: make abuse SCALE=2")
@pytest.mark.parametrize("name", SCENARIOS)
def test_at_any_moment(actor: Actor, name: str) -> None:
    """Wherever it happens to be."""
    sim, scenario = actor.sim, SCENARIOS[name]
    for seed in range(5 * SCALE):
        options = prepare(sim, scenario)
        sim.configure(latency=0.02)
        job = launch(sim, scenario, options)
        until(lambda: bool(sim.journal()))
        time.sleep(random.Random(seed).uniform(0, 0.3))
        kill(name, job, SIGNALS[seed % len(SIGNALS)])
        job.wait(30)
        sim.configure(latency=0)
        settled(sim)
        try:
            converges(actor, scenario, options)
        except AssertionError as error:
            raise AssertionError(f"seed {seed}: {error}") from error


@pytest.mark.parametrize(
    ("name", "number", "here"),
    [
        ("start", signal.SIGKILL, True),
        ("start", signal.SIGINT, False),
        ("bulk start", signal.SIGTERM, True),
        ("meeting", signal.SIGKILL, False),
    ],
)
def test_ansible_playbook(playbook: Player, actor: Actor, name: str, number: int, here: bool) -> None:
    """The first write is held back. Worker processes may outlive what was killed, and go on."""
    sim, scenario = actor.sim, SCENARIOS[name]
    playbook.pipelining = True
    options = prepare(sim, scenario)
    task = {"name": "do", f"eventops.cloudflare.{scenario.module}": options}
    extra = json.dumps({"eventops_cloudflare_in_process": here})
    sim.faults({"kind": "delay", "when": "after", "seconds": HELD, "method": "POST"})
    job = subprocess.Popen(
        playbook.command(playbook.write([task]), "--extra-vars", extra),
        env=playbook.environment(),
        cwd=playbook.home,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    until(lambda: any(entry.fault and entry.service_status for entry in sim.journal()))
    os.killpg(job.pid, number)
    FIGURES.count("kills", f"{name}, as a playbook")
    job.wait(60)
    # At once: what has survived may still be at work.
    ran = playbook([task], extra={"eventops_cloudflare_in_process": here})
    assert ran.returncode == 0, ran.output
    settled(sim)
    converges(actor, scenario, options)
