# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which requests are retried, and what the limit headers say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.eventops.cloudflare.plugins.module_utils.transport.retry import (
    RESERVE,
    TRANSIENT_STATUSES,
    Limit,
    backoff,
    http_date,
    is_retriable,
    limit_of,
)


@pytest.mark.parametrize("method", ["POST", "PATCH", "PUT", "DELETE"])
def test_a_write_is_retried_only_when_it_was_certainly_not_processed(method: str) -> None:
    assert {status for status in range(100, 600) if is_retriable(method, status, sent=True)} == {429}
    assert not is_retriable(method, None, sent=True)
    assert is_retriable(method, None, sent=False)


def test_a_read_is_retried_on_transient_errors() -> None:
    assert {status for status in range(100, 600) if is_retriable("GET", status, sent=True)} == TRANSIENT_STATUSES
    assert is_retriable("GET", None, sent=True)


@given(st.integers(1, 5000), st.floats(0.5, 1.0), st.floats(0, 1e6))
def test_backoff_is_bounded(attempts: int, jitter: float, longest: float) -> None:
    assert 0 <= backoff(attempts, jitter, longest) <= longest


@pytest.mark.parametrize(
    ("limits", "policies", "found"),
    [
        ('"default";r=50;t=30', None, Limit(50, 30)),
        ('"default";r=50;t=30', '"default";q=1200;w=300', Limit(50, 30, 1200)),
        ("default; r=50; t=30", "default;q=1200;w=300", Limit(50, 30, 1200)),
        ('"burst";r=100;t=60, "default";r=50;t=30', '"burst";q=200;w=1,"default";q=1200;w=300', Limit(50, 30, 1200)),
        ('"a";r=9;t=30, "b";r=9;t=30', '"a";q=1200;w=300', Limit(9, 30, 1200)),
        ('"default";t=30;r=0', None, Limit(0, 30)),
        ('"default";r=50;t=30;pk=:abc:', None, Limit(50, 30)),
        (None, None, None),
        ("", '"default";q=1200;w=300', None),
        ("50", None, None),
        ('"default";r=-1;t=x', None, None),
        ('"default";r=5', None, None),
        (";;;,,,", None, None),
    ],
)
def test_the_limit_headers(limits: str | None, policies: str | None, found: Limit | None) -> None:
    assert limit_of(limits, policies) == found


@given(st.text(), st.text())
def test_any_header_is_survived(limits: str, policies: str) -> None:
    assert limit_of(limits, policies) is None or limits


@given(st.integers(0, 2000), st.integers(0, 300), st.none() | st.integers(0, 2000))
def test_what_is_left_lasts_until_the_reset(remaining: int, seconds: int, quota: int | None) -> None:
    """Sent at that interval, no more requests leave than are left."""
    interval = Limit(remaining, seconds, quota).interval
    if interval:
        assert remaining <= RESERVE
        assert interval * max(1, remaining) >= seconds * 0.999


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("Thu, 21 Aug 2025 10:00:00 GMT", 1755770400),
        ("Thu, 21 Aug 2025 12:00:00 +0200", 1755770400),
        (None, None),
        ("", None),
        ("1755770400", None),
        ("Thu, 99 Aug 2025 10:00:00 GMT", None),
        ("Thu, 21 Aug 99999 10:00:00 GMT", None),
    ],
)
def test_dates(value: str | None, found: float | None) -> None:
    assert http_date(value) == found


@given(st.text())
def test_no_header_is_too_strange_for_a_date(value: str) -> None:
    found = http_date(value)
    assert found is None or isinstance(found, float)
