# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The profiles of the simulator that tests go through."""

from __future__ import annotations

import pytest

from simulator.profile import DEFAULT, NAMED, variants

PROFILES = {**dict(variants()), **NAMED, "page size 1": DEFAULT.but(max_per_page=1)}
# For tests that would take too long in each: ``make test`` goes through those that have a name, in which several things
# differ at once, and ``make profiles`` through the others.
NAMED_FIRST = [pytest.param(name, marks=() if name in NAMED else pytest.mark.profiles) for name in PROFILES]
