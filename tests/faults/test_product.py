# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every combination of the profiles' open points converges: whole products, no samples.

All fields at once would make more combinations than there are seconds in a year. Four groups of fields are taken, and
each group's product as a whole:

- *both*: what most often differs from what somebody expects, in everything: how a start and a stop are refused, how
  "none active" is said, the shape of a list, the types in it, the cap of a page, whether creating is offered, whether
  the active answer has the key, and whether a restart keeps the ID.
- *control*: what is answered when a meeting's livestream is read, started and stopped decides together what is sent
  next. Nothing of it is read from a list.
- *lists*: an independent livestream is found by reading a list to its end, and created when it is not there. What a
  list looks like, how it is cut and how it ends, decides together whether it is found.
- *objects*: how one object is written decides what is read from it. It is read by one function, whatever answer it
  came in, before anything is decided: so it does not interact with what decides.

What is left out changes neither: webhooks, analytics, credentials, throttling and unknown apps have no part in it, and
meetings that cannot be livestreamed are refused before anything is decided (the integration tests have each of these).

``FAULTS_STRIDE`` (61 unless set) takes every so-manieth combination; 1 takes all.
"""

from __future__ import annotations

import itertools
import math
import os
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from faults.figures import FIGURES
from faults.promises import check
from faults.stage import Actor, Ran, Stage, Task
from simulator.profile import DEFAULT, Profile, wire_fields

STRIDE = int(os.environ.get("FAULTS_STRIDE", "61"))
PARTS = 8
WIRE = {**wire_fields(), "max_per_page": (100, 7, 1)}
GROUPS: Mapping[str, tuple[str, ...]] = {
    "both": (
        "start_duplicate",
        "stop_none",
        "active_none",
        "list_shape",
        "disabled_type",
        "seconds_type",
        "max_per_page",
        "create_offered",
        "active_has_key",
        "restart_keeps_id",
    ),
    "control": (
        "active_none",
        "active_shape",
        "active_has_key",
        "start_duplicate",
        "start_while_stopping",
        "stopping_shows",
        "stop_none",
        "stop_while_stopping",
        "restart_keeps_id",
        "stopped_status",
    ),
    "lists": (
        "list_shape",
        "paging_total",
        "list_none",
        "max_per_page",
        "default_sort",
        "disabled_type",
        "nulls",
        "create_offered",
        "create_status",
        "created_later_status",
    ),
    "objects": (
        "disabled_type",
        "seconds_type",
        "nulls",
        "playback_pending",
        "extra_fields",
        "status_of_unknown",
        "stopped_status",
        "by_id_shape",
        "by_meeting_shape",
        "active_shape",
        "active_has_key",
    ),
}
SIZES = {group: math.prod(len(WIRE[name]) for name in names) for group, names in GROUPS.items()}
LIVESTREAM, LIVESTREAMS = "realtime_livestream", "realtime_livestreams"
MEETING = "the-meeting"
BOTH_READ_FIRST = 4  # a seed that orders the requests of two actors so


def combinations(group: str, part: int) -> Iterator[Profile]:
    """The profiles of a part of a group, those that the stride takes."""
    names = GROUPS[group]
    for number, values in enumerate(itertools.product(*(WIRE[name] for name in names))):
        if number % STRIDE == 0 and number // STRIDE % PARTS == part:
            yield DEFAULT.model_copy(update={**dict(zip(names, values, strict=True)), "rate_limit": 0})


class Flow:
    """Tasks on a fresh service of one profile."""

    def __init__(self, stage: Stage, profile: Profile, **settings: Any) -> None:
        stage.reset(profile.model_copy(update=settings))
        stage.world.service.add_meeting({}, meeting_id=MEETING)
        self.stage = stage
        self.actors = [Actor(stage, name, keeps=True) for name in ("ann", "bob")]

    def close(self) -> None:
        """Close the connections."""
        for actor in self.actors:
            actor.close()

    def run(self, module: str, _changed: bool, /, **options: Any) -> Ran:
        """One task, which succeeds, keeps all promises, and changes something or sends nothing."""
        ran = self.actors[0](Task(module, options))
        assert not ran.failed, ran.values["msg"]
        assert ran.values["changed"] is _changed
        if not _changed:
            assert not [entry for entry in ran.entries if entry.method != "GET"]
        check(self.stage, [ran])
        return ran

    def twice(self, **options: Any) -> int:
        """Two jobs at once, which both read before either writes, and succeed; how many of them changed something."""
        task = Task(LIVESTREAM, options)
        rans = self.stage.at_once(self.actors, [task, task], seed=BOTH_READ_FIRST)
        assert [[entry.method for entry in ran.entries][:2] for ran in rans] == [["GET", "POST"]] * 2
        assert not [ran.values["msg"] for ran in rans if ran.failed]
        check(self.stage, rans)
        return sum(ran.values["changed"] for ran in rans)

    def later(self) -> None:
        """Whatever is under way settles."""
        self.stage.pass_time(30)


def control(flow: Flow) -> None:
    """Started and stopped: by two jobs at once, again, and while it is still stopping."""
    options = {"meeting_id": MEETING, "name": "main"}
    assert flow.twice(state="started", **options) == 1
    flow.run(LIVESTREAM, False, state="started", **options)
    flow.run(LIVESTREAMS, False, state="started", livestreams=[options])
    flow.run(LIVESTREAM, True, state="stopped", wait=False, **options)
    shown_as_active = flow.stage.world.profile.stopping_shows == "active"
    # Nobody can tell a livestream that is about to end from one that is not; the next run does.
    flow.actors[0](Task(LIVESTREAM, {"state": "started", "wait": False, **options}))
    flow.later()
    flow.run(LIVESTREAM, shown_as_active, state="started", **options)
    assert flow.twice(state="stopped", **options) in (1, 2)
    flow.later()
    flow.run(LIVESTREAM, False, state="stopped", **options)
    flow.run(LIVESTREAMS, False, state="stopped", livestreams=[options])


def lists(flow: Flow) -> None:
    """An independent livestream: created once where that is offered, and else refused with the reason."""
    service = flow.stage.world.service
    for name in ("one", "Feed", "three"):
        service.create(name)
    service.start(MEETING, None, None)
    flow.later()
    if create(flow):
        flow.run(LIVESTREAMS, False, livestreams=[{"name": "feed"}, {"name": "one"}])


def create(flow: Flow) -> bool:
    """One that is not there, among others; whether that is offered."""
    service = flow.stage.world.service
    if service.profile.create_offered == "201":
        flow.run(LIVESTREAM, True, name="feed")
        flow.run(LIVESTREAM, False, name="feed")
        assert [item.name for item in service.ordered].count("feed") == 1
        return True
    ran = flow.actors[0](Task(LIVESTREAM, {"name": "feed"}))
    assert "no longer offers" in ran.values["msg"]
    assert not ran.values["changed"]
    flow.run(LIVESTREAM, False, name="one")
    flow.run(LIVESTREAM, False, name="feed", state="stopped")
    return False


def objects(flow: Flow) -> None:
    """Both, with everything that is read from one object."""
    live = flow.run(LIVESTREAM, True, state="started", meeting_id=MEETING, return_stream_key=True)
    assert live.values["livestream"]["status"] == "LIVE"
    assert live.values["livestream"]["playback_url"]
    flow.run(LIVESTREAM, False, state="started", meeting_id=MEETING)
    flow.run(LIVESTREAM, True, name="feed", state="present")
    feed = flow.run(LIVESTREAM, False, name="feed").values["livestream"]
    assert feed["disabled"] is False
    flow.stage.world.service.push(feed["id"])
    flow.later()
    flow.run(LIVESTREAM, False, livestream_id=feed["id"], state="started")
    flow.run(LIVESTREAM, True, state="stopped", meeting_id=MEETING)
    flow.run(LIVESTREAM, False, state="stopped", meeting_id=MEETING)


def both(flow: Flow) -> None:
    """A meeting, started and stopped by two jobs at once, and started anew; and an independent livestream."""
    for name in ("one", "two"):
        flow.stage.world.service.create(name)
    options = {"meeting_id": MEETING}
    assert flow.twice(state="started", **options) == 1
    flow.run(LIVESTREAM, False, state="started", **options)
    assert flow.twice(state="stopped", **options) in (1, 2)
    flow.run(LIVESTREAM, False, state="stopped", **options)
    anew = flow.actors[0](Task(LIVESTREAM, {"state": "started", "return_stream_key": True, **options}))
    assert anew.values["changed"]
    assert anew.values["livestream"]["stream_key"] in flow.stage.secrets()
    check(flow.stage, [anew])
    create(flow)


SETTINGS = {"both": {}, "control": {"stop_delay": 2}, "lists": {}, "objects": {"live_delay": 2, "playback_delay": 3}}


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("group", GROUPS)
def test_every_combination_converges(stage: Stage, group: str, part: int) -> None:
    """Start, rerun, stop, rerun; create, rerun: done, and then nothing left to do."""
    steps = {"both": both, "control": control, "lists": lists, "objects": objects}[group]
    for profile in combinations(group, part):
        flow = Flow(stage, profile, **SETTINGS[group])
        try:
            steps(flow)
        except BaseException as failure:
            chosen = {name: getattr(profile, name) for name in GROUPS[group]}
            failure.add_note(f"in the profile {chosen}")
            raise
        finally:
            flow.close()
        FIGURES.count("combinations", group)


def test_the_products_are_whole() -> None:
    """How many combinations there are; every value of every field that matters is in one of them."""
    assert SIZES == {"both": 92160, "control": 16384, "lists": 34560 // 2, "objects": 10368}
    for group, size in SIZES.items():
        FIGURES.count("combinations there are", group, size)
