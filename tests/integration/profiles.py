# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The profiles of the simulator that tests go through."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from simulator.profile import DEFAULT, NAMED, Profile, variants


def _visited() -> dict[str, Profile]:
    """The profile that ``make contact`` wrote into a file, where one is named: ``make test PROFILE=contact.json``."""
    place = os.environ.get("EVENTOPS_PROFILE")
    return {Path(place).name: DEFAULT.but(**json.loads(Path(place).read_text())["profile"])} if place else {}


VISITED = _visited()
PROFILES = {**dict(variants()), **NAMED, "page size 1": DEFAULT.but(max_per_page=1), **VISITED}
# For tests that would take too long in each: ``make test`` goes through those that have a name, in which several things
# differ at once, and ``make profiles`` through the others.
NAMED_FIRST = [
    pytest.param(name, marks=() if name in {*NAMED, *VISITED} else pytest.mark.profiles) for name in PROFILES
]
