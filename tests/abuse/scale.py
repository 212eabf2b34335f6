# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How much is tried."""

from __future__ import annotations

import os

# How many times the usual number of attempts. 1 is what every change is tested with.
SCALE = int(os.environ.get("EVENTOPS_SCALE", "1"))
