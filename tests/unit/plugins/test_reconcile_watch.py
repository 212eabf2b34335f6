# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What one read says about a livestream that is waited for."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.eventops.cloudflare.plugins.module_utils.api.models import Livestream
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.livestream_plan import Desired
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.watch import Watch
from ansible_collections.eventops.cloudflare.plugins.module_utils.times import unix_seconds

STARTED = Livestream(id="new", meeting_id="m", status="INVOKED")
MOMENT = 1_566_381_600.0  # 2019-08-21T10:00:00Z


def watch(script: Any, started_after: float | None) -> Watch:
    """A wait for a meeting's livestream that this task has started at that time, or found there (None)."""
    return Watch(script.api(), Desired("started", meeting_id="m"), STARTED, started_after)


def live(livestream_id: str, created_at: str | None) -> Livestream:
    return Livestream(
        id=livestream_id, meeting_id="m", status="LIVE", playback_url="https://x.example/", created_at=created_at
    )


@pytest.mark.parametrize("created_at", ["2019-08-21T09:00:00Z", "2019-08-21T09:59:57.000Z"])
def test_a_lagging_read_of_the_livestream_before_is_not_the_one_that_was_started(script: Any, created_at: str) -> None:
    found = watch(script, MOMENT)
    for _read in range(3):
        found.saw(live("old", created_at))
        assert not found.done
        assert found.current.id == "new"
    found.saw(live("new", "2019-08-21T10:00:01Z"))
    assert found.done


def test_one_that_somebody_else_has_started_since_counts(script: Any) -> None:
    found = watch(script, MOMENT)
    found.saw(live("newer", "2019-08-21T10:00:02Z"))
    assert found.done
    assert found.current.id == "newer"


def test_without_a_time_two_reads_have_to_agree(script: Any) -> None:
    found = watch(script, MOMENT)
    found.saw(live("other", None))
    assert not found.done
    found.saw(live("other", None))
    assert found.done


def test_what_was_there_before_needs_no_second_read(script: Any) -> None:
    found = watch(script, None)
    found.saw(live("other", "2019-08-21T09:00:00Z"))
    assert found.done


@pytest.mark.parametrize(
    "text",
    [
        "2019-08-21T10:00:00Z",
        "2019-08-21T10:00:00.0Z",
        "2019-08-21T10:00:00.000000000Z",
        "2019-08-21T12:00:00.00+02:00",
    ],
)
def test_times_of_any_precision_are_read(text: str) -> None:
    assert unix_seconds(text) == MOMENT
