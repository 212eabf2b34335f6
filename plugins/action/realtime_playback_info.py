# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs realtime_playback_info in the controller's process."""

from __future__ import annotations

from ansible_collections.eventops.cloudflare.plugins.module_utils.arguments import PLAYBACK_INFO
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.playback import playback_info
from ansible_collections.eventops.cloudflare.plugins.plugin_utils.in_process import InProcessAction


class ActionModule(InProcessAction):
    """See the module of the same name."""

    spec = PLAYBACK_INFO
    listing = "playbacks"
    work = staticmethod(playback_info)
