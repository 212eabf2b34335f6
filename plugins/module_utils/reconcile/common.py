# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What reconciliations share: what the caller hands in, what comes out, and the clock."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.eventops.cloudflare.plugins.module_utils.errors import InvalidRequest, WaitFailed

# Seconds between two looks while waiting: soon at first, since most changes take few, then every five.
POLL_INTERVALS = (1.0, 1.0, 2.0, 3.0, 5.0)


@dataclass(frozen=True)
class Clock:
    """Time as reconciliation sees it; tests bring their own."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


@dataclass(frozen=True)
class Progress:
    """Where a wait stands. Times in seconds."""

    name: str
    status: str | None
    elapsed: float
    timeout: float


Report = Callable[[Progress], None]


def silent(_progress: Progress) -> None:
    """The report of a caller that shows none."""


@dataclass(frozen=True)
class Context:
    """How a reconciliation is to run."""

    check_mode: bool = False
    report: Report = silent
    clock: Clock = field(default_factory=Clock)


@dataclass(frozen=True)
class Outcome:
    """What a reconciliation returns: the module's own keys, ``changed``, and before and after for diff mode."""

    changed: bool
    values: Mapping[str, Any]
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None
    warnings: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()


class Wait:
    """The pauses of one wait, until its time is up."""

    def __init__(self, context: Context, name: str, timeout: float) -> None:
        self._context = context
        self._name = name
        self._timeout = timeout
        self._started = context.clock.now()
        self._looks = 0

    def remaining(self) -> float:
        """Seconds that are left."""
        return self._started + self._timeout - self._context.clock.now()

    def pause(self, status: str | None, waited_for: str, look_at: str) -> None:
        """Report and sleep before the next look; raise :class:`~..errors.WaitFailed` when time is up."""
        remaining = self.remaining()
        self._context.report(Progress(self._name, status, self._timeout - remaining, self._timeout))
        if remaining <= 0:
            raise WaitFailed(
                f"{self._name} was not {waited_for} within {self._timeout:g} s: its last status was "
                f"{status or 'unknown'}; {look_at}"
            )
        interval = POLL_INTERVALS[min(self._looks, len(POLL_INTERVALS) - 1)]
        self._looks += 1
        self._context.clock.sleep(min(interval, remaining))


def given(params: Mapping[str, Any], option: str) -> Any:
    """The value of an option, or None: a blank string, as surveys send for an empty answer, is not given."""
    value = params.get(option)
    return None if isinstance(value, str) and not value.strip() else value


def at_most_one(params: Mapping[str, Any], *options: str) -> None:
    """Refuse options that exclude each other."""
    found = [option for option in options if given(params, option) is not None]
    if len(found) > 1:
        raise InvalidRequest(f"give only one of {', '.join(options)}, not {' and '.join(found)}")
