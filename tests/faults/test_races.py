# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sixteen jobs at once, on the real client: as their threads come, and in orders drawn from a seed.

``FAULTS_ROUNDS`` (4 unless set) is how often each contest is held. The same contests between real ``ansible-playbook``
processes are in ``tests/integration/test_contests.py``.
"""

from __future__ import annotations

import os
from dataclasses import asdict

import pytest

from faults.contests import CONTESTS, MEETINGS, Played
from faults.figures import FIGURES
from faults.promises import check
from faults.stage import NETWORKS, Actor, Stage, Task
from simulator.profile import DEFAULT

ROUNDS = int(os.environ.get("FAULTS_ROUNDS", "4"))
JOBS = 16


@pytest.mark.parametrize("name", CONTESTS)
def test_contest(stage: Stage, name: str) -> None:
    """Every other round in an order drawn from its number; every third one with stops that take a while.

    A third of the rounds each over plain HTTP, over TLS, and through a proxy.
    """
    contenders, verdict = CONTESTS[name]
    for number in range(ROUNDS):
        network = NETWORKS[(number + number // 3) % 3]
        stage.reset(DEFAULT.but(rate_limit=0, stop_delay=2 if number % 3 == 2 else 0), network)
        for meeting in MEETINGS:
            stage.world.service.add_meeting({}, meeting_id=meeting)
        jobs = contenders(JOBS)
        actors = [Actor(stage, f"job{index:02}") for index in range(len(jobs))]
        drawn = number if number % 2 else None
        one_at_a_time = {"concurrency": 1} if drawn is not None else {}
        tasks = [
            Task(module, {**options, **(one_at_a_time if "livestreams" in options else {})}) for module, options in jobs
        ]
        rans = stage.at_once(actors, tasks, drawn)
        stage.world.service.settle()
        played = Played(
            [ran.values for ran in rans],
            list(stage.world.journal.entries),
            [asdict(livestream) for livestream in stage.world.service.ordered],
        )
        try:
            verdict(played)
            check(stage, rans)
        except BaseException as failure:
            failure.add_note(f"{name}, round {number}")
            raise
        FIGURES.count("races of 16 jobs", name)
