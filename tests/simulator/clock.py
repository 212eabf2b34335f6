# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Simulated time: real time plus an offset that tests move forward instead of sleeping."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

_real: Callable[[], float] = time.monotonic


@contextmanager
def frozen() -> Iterator[None]:
    """Within this block, simulated time moves only by ``advance``: a busy machine changes nothing."""
    global _real
    before = _real
    now = before()

    def still() -> float:
        return now

    _real = still
    try:
        yield
    finally:
        _real = before


def iso(moment: float) -> str:
    """ISO 8601 in UTC with milliseconds and Z, the way the API writes times. ``moment``: Unix seconds."""
    return datetime.fromtimestamp(round(moment * 1000) / 1000, UTC).isoformat(timespec="milliseconds")[:-6] + "Z"


class Clock:
    """Unix seconds that never go back, and creation times that are never equal."""

    def __init__(self) -> None:
        # The wall clock may be set while tests run; the monotonic clock may not.
        self._base = time.time() - _real()
        self._last = 0

    def now(self) -> float:
        """Simulated Unix seconds."""
        return self._base + _real()

    def advance(self, seconds: float) -> float:
        """Move simulated time forward; returns the new now."""
        self._base += seconds
        return self.now()

    def stamp(self, backdate: float = 0.0) -> float:
        """A creation time in whole milliseconds, later than every one given out before.

        ``backdate`` seconds before now is where the search begins: who creates thousands of objects at once would
        otherwise push creation times into the future.
        """
        self._last = max(self._last + 1, int((self.now() - backdate) * 1000))
        return self._last / 1000
