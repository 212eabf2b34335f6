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
from faults.figures import FIGURES, figures
from integration.loaded import Loaded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.client import Control

__all__ = ["figures"]

PROCESSES = int(os.environ.get("FAULTS_PLAYBOOKS", "4"))
ROUNDS = int(os.environ.get("FAULTS_PLAYBOOK_ROUNDS", "1"))


@pytest.fixture
def players(playbook: Any) -> Iterator[list[Any]]:
    """One for each process, with a home of its own; every other two of them run tasks in process."""
    made = []
    for number in range(PROCESSES):
        home = Path(playbook.home) / f"job{number}"
        home.mkdir()
        # Half of each side of a contest: the sides take turns.
        player = replace(playbook, home=home, in_process=number // 2 % 2 == 0, pipelining=number % 2 == 0)
        made.append(replace(player, loaded=[Loaded(player.environment(), home)]))
    yield made
    for player in made:
        player.loaded[0].close()


def play(players: list[Any], jobs: list[Job]) -> list[dict[str, Any]]:
    """Run a playbook of one task for each job, all at the same moment."""
    barrier = threading.Barrier(len(jobs))

    def run(player: Any, job: Job) -> dict[str, Any]:
        module, options = job
        player.log.write_text("")
        player.runs = 0
        barrier.wait(60)
        ran = player([{"name": "contend", f"eventops.cloudflare.{module}": options}])
        result: dict[str, Any] = ran.registered("contend")
        assert (ran.returncode == 0) is not bool(result.get("failed")), ran.output
        return result

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, players, jobs))


FIRST, *OTHERS = CONTESTS


@pytest.mark.parametrize("name", [FIRST, *(pytest.param(name, marks=pytest.mark.thorough) for name in OTHERS)])
def test_contest(players: list[Any], sim: Control, name: str) -> None:
    """Whatever order they come in, the stated outcome."""
    contenders, verdict = CONTESTS[name]
    for number in range(ROUNDS):
        sim.reset(rate_limit=0)
        for meeting in MEETINGS:
            sim.add_meeting(id=meeting)
        results = play(players, contenders(PROCESSES))
        try:
            verdict(Played(results, sim.journal(), sim.livestreams()))
        except AssertionError as failure:
            failure.add_note(f"{name}, round {number}")
            raise
        FIGURES.count(f"races of {PROCESSES} playbooks", name)
