# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What reconciliations share: what the caller hands in, what comes out, and the clock."""

from __future__ import annotations

import time
import typing
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, Union

from ansible_collections.eventops.cloudflare.plugins.module_utils.errors import InvalidRequest, printable

# Seconds between two polls: short at first, since most changes take few seconds, then five.
POLL_INTERVALS = (1.0, 1.0, 2.0, 3.0, 5.0)
MOST_OPEN = 5  # names that a line of progress holds
MOST_SECONDS = 1_000_000  # what the system's calls can wait


class Clock(NamedTuple):
    """Time as reconciliation sees it; tests bring their own. ``date``: Unix seconds."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    date: Callable[[], float] = time.time


class Progress(NamedTuple):
    """Where a wait stands. Times in seconds."""

    name: str
    status: str | None
    elapsed: float
    timeout: float

    def __str__(self) -> str:
        return printable(f"{self.name}: {self.status or 'no status yet'}, {self.elapsed:.0f} s of {self.timeout:g} s")

    @property
    def stage(self) -> str | None:
        """What changes when there is news."""
        return self.status


class Tally(NamedTuple):
    """How far work on many has come. ``elapsed`` in seconds; ``open``: names of those not done, if told."""

    doing: str
    done: int
    total: int
    failed: int
    elapsed: float
    open: tuple[str, ...] = ()

    def __str__(self) -> str:
        rate = f", {self.done / self.elapsed:.1f}/s" if self.elapsed > 0 and self.done else ""
        more = f" and {len(self.open) - MOST_OPEN} more" if len(self.open) > MOST_OPEN else ""
        names = f"; not yet: {', '.join(self.open[:MOST_OPEN])}{more}" if self.open else ""
        return printable(f"{self.doing}: {self.done} of {self.total} done, {self.failed} failed{rate}{names}")

    @property
    def stage(self) -> tuple[str, int, int]:
        """What changes when there is news: every tenth, and every failure."""
        return self.doing, self.done * 10 // max(1, self.total), self.failed


# Python 3.8 cannot subscript what collections.abc has.
Report = typing.Callable[[Union[Progress, Tally]], None]


def silent(_progress: Progress | Tally) -> None:
    """The report of a caller that shows none."""


class Context(NamedTuple):
    """How a reconciliation is to run."""

    check_mode: bool = False
    report: Report = silent
    clock: Clock = Clock()


class Outcome(NamedTuple):
    """What a reconciliation returns: ``changed``, the module's own keys, and what diff mode shows.

    ``failure`` is the message of a task that failed in part, and has ``values`` all the same. ``secrets`` are the
    values among them that must be masked.
    """

    changed: bool
    values: Mapping[str, Any]
    diff: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None
    warnings: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    failure: str | None = None


class Wait:
    """The pauses of one wait, until its time is up."""

    def __init__(self, context: Context, timeout: float) -> None:
        self._clock = context.clock
        self.timeout = timeout
        self._started = self._clock.now()
        self._polls = 0

    @property
    def elapsed(self) -> float:
        """Seconds since it began."""
        return self._clock.now() - self._started

    @property
    def remaining(self) -> float:
        """Seconds that are left; 0 or less when time is up."""
        return self.timeout - self.elapsed

    def pause(self) -> None:
        """Sleep until the next poll is due."""
        interval = POLL_INTERVALS[min(self._polls, len(POLL_INTERVALS) - 1)]
        self._polls += 1
        self._clock.sleep(max(0.0, min(interval, self.remaining)))


def given(params: Mapping[str, Any], option: str) -> Any:
    """The value of an option, or None: a blank string, as surveys send for an empty answer, is not given."""
    value = params.get(option)
    return None if isinstance(value, str) and not value.strip() else value


def check_seconds(params: Mapping[str, Any], option: str) -> None:
    """Refuse what no clock can wait, NaN among it."""
    if not 0 <= params[option] <= MOST_SECONDS:
        raise InvalidRequest(f"{option} must be from 0 to {MOST_SECONDS} seconds")


def at_most_one(params: Mapping[str, Any], *options: str) -> None:
    """Refuse options that exclude each other."""
    found = [option for option in options if given(params, option) is not None]
    if len(found) > 1:
        raise InvalidRequest(f"give only one of {', '.join(options)}, not {' and '.join(found)}")
