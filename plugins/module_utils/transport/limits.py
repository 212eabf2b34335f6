# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""When requests may leave: what the API said of its limit, for all threads of a client together."""

from __future__ import annotations

import threading
from collections.abc import Callable

from ansible_collections.eventops.cloudflare.plugins.module_utils.transport.retry import Limit

LONGEST_SLEEP = 5.0  # seconds until a request that waits for its turn looks again
LONGEST_WINDOW = 600  # seconds until a limit is reset that are believed; Cloudflare's lasts 300


class RateLimit:
    """Pauses, blocks and turns. All times are seconds; moments are monotonic.

    A pause is one that everybody waits for. A block lasts longer than anybody is willing to wait, which is ``longest``.
    While the limit is nearly used up, requests leave in turn. ``remaining`` is how many requests the API says are left;
    None when it does not say.
    """

    def __init__(self, now: Callable[[], float], sleep: Callable[[float], None], longest: float) -> None:
        self._now = now
        self._sleep = sleep
        self._longest = longest
        self._lock = threading.Lock()
        self.remaining: int | None = None
        self._paused_until = 0.0
        self._blocked_until = 0.0
        # Requests leave so many seconds apart, until the limit is reset.
        self._interval = 0.0
        self._next_turn = 0.0
        self._slow_until = 0.0

    @property
    def blocked(self) -> bool:
        """Whether the API takes no requests for longer than anybody waits."""
        return self._now() < self._blocked_until

    def note(self, limit: Limit | None) -> None:
        """Slow down when few requests are left, before the API blocks all that its user sends."""
        if limit is None:
            return
        with self._lock:
            self.remaining = limit.remaining
            now = self._now()
            self._interval = limit.interval
            self._slow_until = now + min(limit.seconds, LONGEST_WINDOW)
            if limit.remaining == 0:
                self._next_turn = self._slow_until
                if self._slow_until - now > self._longest:
                    # The next request would have the API block all that the user sends.
                    self._blocked_until = max(self._blocked_until, self._slow_until)

    def block(self, seconds: float) -> None:
        """Send nothing for so long, also after a request that is given up: wait for it, or refuse if it is too long."""
        until = self._now() + seconds
        with self._lock:
            if seconds > self._longest:
                self._blocked_until = max(self._blocked_until, until)
            else:
                self._paused_until = max(self._paused_until, until)

    def pause(self, seconds: float, *, everybody: bool = False) -> None:
        """Sleep before a retry. ``everybody``: no other thread sends anything meanwhile, either."""
        until = self._now() + seconds
        if everybody:
            with self._lock:
                self._paused_until = max(self._paused_until, until)
        self._sleep(seconds)
        if everybody:
            with self._lock:
                if self._paused_until == until:
                    self._paused_until = 0.0

    def wait_while_paused(self) -> None:
        """Sleep until the pause is over that the API has asked another thread for."""
        while True:
            until = self._paused_until
            remaining = until - self._now()
            if remaining <= 0:
                return
            self._sleep(remaining)
            if self._paused_until == until:
                return

    def wait_for_turn(self, deadline: float | None) -> None:
        """Sleep while the limit is nearly used up: until this request's turn, or the limit's reset, or the deadline."""
        with self._lock:
            now = self._now()
            if not self._interval or now >= self._slow_until or now < self._blocked_until:
                return
            turn = min(max(now, self._next_turn), self._slow_until)
            self._next_turn = turn + self._interval
        if deadline is not None:
            turn = min(turn, deadline)
        # Others may meet a block meanwhile: then nobody's turn comes.
        while now < turn and not self.blocked:
            self._sleep(min(turn - now, LONGEST_SLEEP))
            now = self._now()

    def closed_for(self, deadline: float | None) -> float:
        """Seconds for which nothing is sent; 0 or less: it may be.

        Because of a block, or of a pause or a limit that is used up until after the deadline.
        """
        until = self._blocked_until
        if deadline is not None:
            used_up = self._slow_until if self.remaining == 0 else 0.0
            for end in (self._paused_until, used_up):
                until = max(until, end) if end > deadline else until
        return until - self._now()
