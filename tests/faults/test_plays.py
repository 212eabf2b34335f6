# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Random events by playbooks: a fixed number of them, or as many as ``FAULTS_PLAYS`` says, always the same ones.

An event that fails is printed with its runs and the number of its batch: ``FAULTS_BATCHES=17`` runs that one again. It
is shrunk only with ``FAULTS_SHRINK=1``, which takes minutes.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import seed
from hypothesis.stateful import run_state_machine_as_test

from faults.app import searching
from faults.playbooks import Playbooks, playing
from faults.plays import Plays
from faults.stage import Stage

BATCH = 5
PLAYS = int(os.environ.get("FAULTS_PLAYS", "10"))
BATCHES = [int(number) for number in os.environ.get("FAULTS_BATCHES", "").split()] or range(PLAYS // BATCH)
SHRINKS = os.environ.get("FAULTS_SHRINK") == "1"
SETTINGS = searching(BATCH, 8, SHRINKS)


@pytest.fixture(scope="session")
def playbooks(stage: Stage) -> Iterator[Playbooks]:
    """``ansible-playbook`` on the stage."""
    with playing(stage) as found:
        yield found


@pytest.mark.parametrize("batch", BATCHES)
def test_plays(stage: Stage, playbooks: Playbooks, batch: int) -> None:
    """Whatever became of the list and the app: what the role says is so, and no other event is touched."""
    machine = seed(batch)(type("Staged", (Plays,), {"stage": stage, "playbooks": playbooks}))
    run_state_machine_as_test(machine, settings=SETTINGS)
