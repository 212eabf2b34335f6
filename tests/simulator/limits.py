# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Cloudflare's limit on requests per credential: past it, everything is refused for a while."""

from __future__ import annotations

from dataclasses import dataclass, field

from .profile import Profile


@dataclass
class _Window:
    since: float
    requests: int = 0
    blocked_until: float = 0.0


@dataclass
class Limiter:
    """Counts requests per credential in windows that begin with a credential's first request."""

    _windows: dict[str, _Window] = field(default_factory=dict)

    def blocked_for(self, credential: str, now: float, profile: Profile) -> float:
        """Count one request; simulated seconds for which the credential stays blocked, 0 when it may go on."""
        if profile.rate_limit == 0:
            return 0.0
        window = self._windows.get(credential)
        if window is not None and now < window.blocked_until:
            return window.blocked_until - now
        if window is None or now - window.since >= profile.rate_window or window.blocked_until:
            window = self._windows[credential] = _Window(now)
        window.requests += 1
        if window.requests <= profile.rate_limit:
            return 0.0
        window.blocked_until = now + profile.block_seconds
        return profile.block_seconds

    def clear(self) -> None:
        """Forget all requests."""
        self._windows.clear()
