# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the search has found so far, one test for each."""

from __future__ import annotations

import pytest

from faults.promises import check
from faults.stage import Actor, Stage, Task
from simulator.profile import DEFAULT


@pytest.mark.parametrize(
    "options",
    [{"state": "stopped", "livestreams": [{"meeting_id": "one"}]}, {"livestreams": [], "exclusive": True}],
)
def test_many_are_stopped_in_a_status_that_nobody_has_documented(stage: Stage, options: dict[str, object]) -> None:
    """No sweep of one status shows it: the task said that nothing was on the air."""
    stage.reset(DEFAULT.but(rate_limit=0, status_of_unknown="PAUSED", unknown_status_seconds=600))
    stage.world.service.add_meeting({}, meeting_id="one")
    stage.world.service.start("one", None, None)
    stage.pass_time(60)
    ran = Actor(stage, "ann")(Task("realtime_livestreams", options))
    assert ran.values["changed"]
    assert [entry.operation for entry in ran.accepted()] == ["stop_livestream"]
    check(stage, [ran])


def test_a_stop_in_such_a_status_is_waited_for(stage: Stage) -> None:
    """While it settles, no sweep of one status shows it, either: it was over too soon."""
    stage.reset(DEFAULT.but(rate_limit=0, status_of_unknown="PAUSED", unknown_status_seconds=600, stop_delay=20))
    stage.world.service.add_meeting({}, meeting_id="one")
    stage.world.service.start("one", None, None)
    stage.pass_time(60)
    began = stage.now()
    ran = Actor(stage, "ann")(
        Task("realtime_livestreams", {"state": "stopped", "livestreams": [{"meeting_id": "one"}]})
    )
    check(stage, [ran])
    assert stage.now() - began >= 20
