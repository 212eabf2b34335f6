# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs realtime_livestreams in the controller's process."""

from __future__ import annotations

from ansible_collections.eventops.cloudflare.plugins.module_utils.arguments import LIVESTREAMS
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.livestreams import reconcile_livestreams
from ansible_collections.eventops.cloudflare.plugins.plugin_utils.in_process import InProcessAction


class ActionModule(InProcessAction):
    """See the module of the same name."""

    spec = LIVESTREAMS
    reconcile = staticmethod(reconcile_livestreams)
