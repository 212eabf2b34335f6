# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Faults by the thousand: 500 random schedules, or as many as ``FAULTS_SCHEDULES`` says, always the same ones.

A schedule that fails is shrunk and printed, with the number of its batch: ``FAULTS_BATCHES=17`` runs that one again.
"""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, Phase, Verbosity, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from faults.machine import Schedule
from faults.stage import Stage

BATCH = 50
SCHEDULES = int(os.environ.get("FAULTS_SCHEDULES", "500"))
BATCHES = [int(number) for number in os.environ.get("FAULTS_BATCHES", "").split()] or range(SCHEDULES // BATCH)
SHRINKS = os.environ.get("FAULTS_SHRINK", "1") == "1"
SETTINGS = settings(
    max_examples=BATCH,
    stateful_step_count=4,
    deadline=None,
    database=None,
    print_blob=True,
    verbosity=Verbosity.normal,
    phases=(Phase.generate, Phase.shrink) if SHRINKS else (Phase.generate,),
    # Without shrinking, the first failure ends the search.
    report_multiple_bugs=SHRINKS,
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.parametrize("batch", BATCHES)
def test_schedules(stage: Stage, batch: int) -> None:
    """Whatever goes wrong: one livestream per meeting, truthful results, no secret, no hang, and the next run mends."""
    machine = seed(batch)(type("Staged", (Schedule,), {"stage": stage}))
    run_state_machine_as_test(machine, settings=SETTINGS)
