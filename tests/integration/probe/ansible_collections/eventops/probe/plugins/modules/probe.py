# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.eventops.probe.plugins.module_utils.probe import SPEC, echo

from ansible_collections.eventops.cloudflare.plugins.module_utils.module import run

if __name__ == "__main__":
    run(SPEC, echo)
