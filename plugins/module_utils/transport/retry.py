# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a request is sent again, and when: pure decisions without a clock, a network or random numbers.

Reads are retried on transient errors. A write is retried only if the service certainly did not process it.
"""

from __future__ import annotations

import email.utils
import re
from typing import NamedTuple

READS = frozenset({"GET"})
# Transient failures of a read: throttled, the service's own, and those of Cloudflare's edge in front of it (52x).
TRANSIENT_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524})
# A write answered with one of these may have been processed all the same.
AMBIGUOUS_STATUSES = frozenset({408, 425})
BACKOFF = 0.5  # seconds before the first retry; doubled for each further one
LONGEST_HEADER = 1000  # characters of a header that are read
RESERVE = 50  # requests of the limit that are left when the client begins to slow down

# An item of the header Ratelimit: "default";r=50;t=30
_LIMIT = re.compile(r'"?(?P<name>[^";,]*)"?(?P<parameters>(?:\s*;\s*[a-z]+=[^;,]*)+)')
_PARAMETER = re.compile(r"([a-z]+)=(\d{1,9})\s*(?:;|$)")


def is_retriable(method: str, status: int | None, *, sent: bool) -> bool:
    """Whether a failed attempt may be retried.

    ``status`` is that of the answer, None when none came. ``sent`` says whether a byte of the request may have left.
    """
    if not sent or status == 429:
        return True
    return method in READS and (status is None or status in TRANSIENT_STATUSES)


def backoff(attempts: int, jitter: float, longest: float) -> float:
    """Seconds to wait after so many failed attempts. ``jitter`` (0.5 to 1) keeps jobs apart that failed together."""
    return min(BACKOFF * 2.0 ** min(attempts - 1, 64) * jitter, longest)


def retry_after_seconds(value: str | None, now: float) -> float | None:
    """The header Retry-After as seconds from ``now`` (Unix seconds); None when it is absent or unreadable.

    It holds seconds or an HTTP date (RFC 9110, section 10.2.3).
    """
    if value is None:
        return None
    if re.fullmatch(r"\s*\d{1,9}\s*", value):
        return float(value)
    date = http_date(value)
    return None if date is None else max(0.0, date - now)


def http_date(value: str | None) -> float | None:
    """Unix seconds of a date as HTTP writes it (RFC 9110, section 5.6.7); None when it is absent or unreadable."""
    try:
        return email.utils.parsedate_to_datetime(value or "").timestamp()
    except (TypeError, ValueError, OverflowError):
        return None


class Limit(NamedTuple):
    """What is left of the API's limit: so many requests until it is reset, in so many seconds."""

    remaining: int
    seconds: int
    quota: int | None = None

    @property
    def interval(self) -> float:
        """Seconds between two requests that use up no more than what is left; 0 while there is enough left."""
        reserve = RESERVE if self.quota is None else min(RESERVE, self.quota // 10)
        if self.remaining > reserve:
            return 0.0
        return self.seconds / max(1, self.remaining)


def limit_of(limits: str | None, policies: str | None) -> Limit | None:
    """The limit that is nearest to its end, from the headers Ratelimit and Ratelimit-Policy; None without them.

    Cloudflare sends ``"default";r=50;t=30`` and ``"default";q=1200;w=300``: r requests left, reset in t seconds, of q
    requests in w seconds (https://developers.cloudflare.com/fundamentals/api/reference/limits/).
    """
    quotas = {name: found["q"] for name, found in _items(policies) if "q" in found}
    known = [
        Limit(found["r"], found["t"], quotas.get(name))
        for name, found in _items(limits)
        if "r" in found and "t" in found
    ]
    return min(known, key=lambda limit: limit[:2], default=None)


def _items(header: str | None) -> list[tuple[str, dict[str, int]]]:
    """The items of a header, each with its name and its whole numbers."""
    return [
        (item["name"].strip(), {name: int(number) for name, number in _PARAMETER.findall(item["parameters"])})
        for item in _LIMIT.finditer((header or "")[:LONGEST_HEADER])
    ]
