# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One stage for each process, and the figures of what was tried on it."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from faults.figures import figures
from faults.stage import Stage, staging

__all__ = ["figures", "stage"]


@pytest.fixture(scope="session")
def stage() -> Iterator[Stage]:
    """A simulator and its clients, in simulated time."""
    with staging() as found:
        yield found


@pytest.fixture(scope="session", autouse=True)
def _quiet() -> None:
    """Of a failure, its steps matter, not thousands of lost connections."""
    logging.getLogger("urllib3").setLevel(logging.ERROR)
