# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the tests of bad input and abuse share with those of the playbooks, and how much they try."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

from integration.conftest import Actor, Player, actor, playbook, sim, simulator

__all__ = ["Actor", "Player", "actor", "playbook", "sim", "simulator"]

# 1 is what every change is tested with; ``make test-faults`` asks for more.
SCALE = int(os.environ.get("EVENTOPS_SCALE", "1"))

settings.register_profile(
    "abuse",
    deadline=None,
    derandomize=SCALE == 1,
    max_examples=60 * SCALE,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    print_blob=True,
)
settings.load_profile("abuse")


@pytest.fixture(scope="session")
def scale() -> int:
    """How many times the usual number of attempts."""
    return SCALE
