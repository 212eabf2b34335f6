# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the tests of bad input and abuse share with those of the playbooks."""

from __future__ import annotations

from faults.figures import figures
from integration.conftest import Actor, Player, actor, loaded_player, playbook, sim, simulator

__all__ = ["Actor", "Player", "actor", "figures", "loaded_player", "playbook", "sim", "simulator"]
