# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs realtime_check in the controller's process."""

from __future__ import annotations

from ansible_collections.eventops.cloudflare.plugins.module_utils.arguments import CHECK
from ansible_collections.eventops.cloudflare.plugins.module_utils.task import check_access
from ansible_collections.eventops.cloudflare.plugins.plugin_utils.in_process import InProcessAction


class ActionModule(InProcessAction):
    """See the module of the same name."""

    spec = CHECK
    work = staticmethod(check_access)
