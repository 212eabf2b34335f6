# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Random events: a fixed number of them, or as many as ``FAULTS_EVENTS`` says, always the same ones."""

from __future__ import annotations

import os

import pytest
from hypothesis import seed
from hypothesis.stateful import run_state_machine_as_test

from faults.app import searching
from faults.events import Events
from faults.stage import Stage

BATCH = 25
BATCHES = int(os.environ.get("FAULTS_EVENTS", "100")) // BATCH
SHRINKS = os.environ.get("FAULTS_SHRINK", "1") == "1"
SETTINGS = searching(BATCH, 6, SHRINKS)


@pytest.mark.parametrize("batch", range(BATCHES))
def test_events(stage: Stage, batch: int) -> None:
    """Whatever became of the list and the app: what is said is so, and no other event is touched."""
    machine = seed(batch)(type("Staged", (Events,), {"stage": stage}))
    run_state_machine_as_test(machine, settings=SETTINGS)
