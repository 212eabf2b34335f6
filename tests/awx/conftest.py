# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fixtures of the tests of the Automation Platform pattern."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from awx.jobs import Platform
from simulator.client import Control
from simulator.server import running


@pytest.fixture
def sim() -> Iterator[Control]:
    """A simulator of its own."""
    with running() as control:
        yield control


@pytest.fixture
def platform(sim: Control, tmp_path: Path) -> Platform:
    """Runs job templates as a controller does."""
    return Platform(sim, tmp_path)
