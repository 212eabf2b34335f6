# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Cloudflare's limits on requests: of one user, and from one address. Past them, everything is refused for a while."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from .profile import Profile

ADDRESS_WINDOW = 1.0  # seconds


@dataclass
class _Window:
    since: float
    requests: int = 0
    blocked_until: float = 0.0

    def over(self, now: float, length: float) -> bool:
        return now >= self.since + length if self.blocked_until == 0 else now >= self.blocked_until


@dataclass
class Limiter:
    """Counts requests in windows that begin with the first request.

    All credentials belong to one user: Cloudflare counts its tokens, its key and the dashboard together.
    """

    _of_user: _Window | None = None
    _of_addresses: dict[str, _Window] = field(default_factory=dict)

    def blocked_for(self, now: float, profile: Profile) -> float:
        """Count one request of the user; simulated seconds for which it stays blocked, 0 when it may go on."""
        if profile.rate_limit == 0:
            return 0.0
        window = self._of_user
        if window is None or window.over(now, profile.rate_window):
            window = self._of_user = _Window(now)
        return _count(window, profile.rate_limit, now, profile.block_seconds)

    def address_blocked_for(self, address: str, now: float, profile: Profile) -> float:
        """The same for an IP address, whoever asks from it."""
        if profile.address_limit == 0:
            return 0.0
        window = self._of_addresses.get(address)
        if window is None or window.over(now, ADDRESS_WINDOW):
            window = self._of_addresses[address] = _Window(now)
        return _count(window, profile.address_limit, now, window.since + ADDRESS_WINDOW - now)

    def left(self, now: float, profile: Profile) -> tuple[int, int]:
        """How many requests the user has left, and in how many seconds the count begins anew."""
        window = self._of_user
        if window is None or window.over(now, profile.rate_window):
            return profile.rate_limit, math.ceil(profile.rate_window)
        if window.blocked_until:
            return 0, math.ceil(window.blocked_until - now)
        return max(0, profile.rate_limit - window.requests), math.ceil(window.since + profile.rate_window - now)

    def clear(self) -> None:
        """Forget all requests."""
        self._of_user = None
        self._of_addresses.clear()


def _count(window: _Window, limit: int, now: float, block: float) -> float:
    if window.blocked_until == 0:
        window.requests += 1
        if window.requests <= limit:
            return 0.0
        window.blocked_until = now + block
    return window.blocked_until - now
