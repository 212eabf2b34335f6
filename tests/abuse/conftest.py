# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the tests of bad input and abuse share with those of the playbooks, and how much they try."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

from abuse.scale import SCALE
from faults.figures import figures
from integration.conftest import Actor, Player, actor, playbook, sim, simulator

__all__ = ["Actor", "Player", "actor", "figures", "playbook", "sim", "simulator"]

settings.register_profile(
    "abuse",
    deadline=None,
    derandomize=SCALE == 1,
    max_examples=60 * SCALE,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    print_blob=True,
)
settings.load_profile("abuse")
