# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A task that is interrupted while the service hangs ends at once, and sends nothing more."""

from __future__ import annotations

import os
import signal
import subprocess
from contextlib import suppress
from typing import Any

from abuse.test_killed import until
from integration.conftest import Player
from simulator.client import Control

AT_ONCE = 3  # livestreams that the task changes at a time
FOR_EVER = 600  # seconds that the client waits for an answer; the tests end long before


def hanging_start(sim: Control) -> dict[str, Any]:
    """A task that starts more meetings than it may at a time, on a service that never answers a start."""
    sim.reset(rate_limit=0)
    meetings = sim.seed(meetings=8)["meetings"]
    sim.faults({"operation": "start_livestream", "kind": "silence", "times": None})
    options = {
        "state": "started",
        "livestreams": [{"meeting_id": meeting} for meeting in meetings],
        "concurrency": AT_ONCE,
        "timeout": FOR_EVER,
    }
    return {"name": "start", "eventops.cloudflare.realtime_livestreams": options}


def test_a_tasks_timeout(playbook: Player, sim: Control) -> None:
    """The run ends although no answer ever comes."""
    ran = playbook([{**hanging_start(sim), "timeout": 5}])
    assert ran.returncode == 2
    assert "imed out after 5" in ran.registered("start")["msg"]
    assert 0 < len(sim.journal("start_livestream")) <= AT_ONCE


def test_the_next_item_of_a_loop(playbook: Player, sim: Control) -> None:
    """It runs in the same process, where threads of the one before give up waiting, and send nothing more."""
    sim.reset(rate_limit=0, live_delay=600)
    meetings = sim.seed(meetings=AT_ONCE + 1)["meetings"]
    sim.faults({"operation": "start_livestream", "kind": "silence", "times": AT_ONCE})
    # The second item waits for its livestream, past the time when the client gives up the first one's answers.
    task = {
        "name": "start",
        "eventops.cloudflare.realtime_livestreams": {"state": "started", "livestreams": "{{ item }}", "timeout": 6},
        "loop": [[{"meeting_id": meeting} for meeting in meetings[:-1]], [{"meeting_id": meetings[-1]}]],
        "timeout": 5,
    }
    ran = playbook([task])
    assert ran.returncode == 2
    assert all("imed out after 5" in item["msg"] for item in ran.registered("start")["results"])
    for meeting in meetings[:-1]:
        asked = [entry.operation for entry in ran.journal if meeting in entry.path]
        assert asked == ["get_active_livestream", "start_livestream"]
    assert [entry.operation for entry in ran.accepted if meetings[-1] in entry.path] == ["start_livestream"]


def test_ctrl_c(playbook: Player, sim: Control) -> None:
    """No process of the run is left, although no answer ever comes."""
    job = subprocess.Popen(
        playbook.command(playbook.write([hanging_start(sim)])),
        env=playbook.environment(),
        cwd=playbook.home,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    until(lambda: len(sim.journal("start_livestream")) == AT_ONCE)
    os.killpg(job.pid, signal.SIGINT)
    job.wait(60)
    until(lambda: not group_is_there(job.pid))
    assert len(sim.journal("start_livestream")) == AT_ONCE


def group_is_there(leader: int) -> bool:
    """Whether any process of a group is left."""
    with suppress(ProcessLookupError):
        os.killpg(leader, 0)
        return True
    return False
