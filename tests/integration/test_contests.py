# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Real ``ansible-playbook`` processes at once, in process and as modules mixed: the contests of ``tests/faults``.

``FAULTS_PLAYBOOKS`` processes (4 unless set), ``FAULTS_PLAYBOOK_ROUNDS`` rounds (1 unless set).
"""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from faults.contests import CONTESTS, MEETINGS, Job, Played
from faults.figures import FIGURES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.client import Control

PROCESSES = int(os.environ.get("FAULTS_PLAYBOOKS", "4"))
ROUNDS = int(os.environ.get("FAULTS_PLAYBOOK_ROUNDS", "1"))


@pytest.fixture(scope="module", autouse=True)
def figures() -> Iterator[None]:
    """What was counted is written in the end."""
    yield
    FIGURES.write()


def play(player: Any, jobs: list[Job]) -> list[dict[str, Any]]:
    """Run a playbook of one task for each job, all at the same moment; half of them in process."""
    barrier = threading.Barrier(len(jobs))

    def run(number: int) -> dict[str, Any]:
        home = Path(player.home) / f"job{number}"
        home.mkdir(exist_ok=True)
        module, options = jobs[number]
        # Half of each side of a contest: the sides take turns.
        own = replace(player, home=home, in_process=number // 2 % 2 == 0)
        barrier.wait(60)
        ran = own([{"name": "contend", f"eventops.cloudflare.{module}": options}])
        result: dict[str, Any] = ran.registered("contend")
        assert (ran.returncode == 0) is not bool(result.get("failed")), ran.output
        return result

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, range(len(jobs))))


@pytest.mark.parametrize("name", CONTESTS)
def test_contest(playbook: Any, sim: Control, name: str) -> None:
    contenders, verdict = CONTESTS[name]
    for _round in range(ROUNDS):
        sim.reset(rate_limit=0)
        for meeting in MEETINGS:
            sim.add_meeting(id=meeting)
        results = play(playbook, contenders(PROCESSES))
        verdict(Played(results, sim.journal(), sim.livestreams()))
        FIGURES.count(f"races of {PROCESSES} playbooks", name)
