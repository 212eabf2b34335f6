# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Random events: lists that change between runs, others who rename, retire and start, two events in one app, faults.

After every run: what is reported is so, nothing of another event was touched, nothing of the event is on the air and
goes unmentioned, and a second run changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from simulator.profile import NAMED
from simulator.state import ACTIVE, Livestream, Meeting

from .figures import FIGURES
from .machine import faults, lost, refused, rules_for
from .promises import truthful
from .stage import Actor, Ran, Stage, Task

# The slug of one begins like that of the other.
EVENTS: Final = ("camp", "camp-2027")
ROOMS: Final = ("Curie", "Meitner", "Gray", "2027-Curie")
FEED: Final = "mast"
LAG: Final = 30.0  # seconds: longer than reads lag behind, and than a livestream takes to go live or to stop

State = Mapping[str, Any]
events = st.sampled_from(EVENTS)
rooms = st.sampled_from(ROOMS)


class Events(RuleBasedStateMachine):
    """Two events in one app. Subclasses name the stage."""

    stage: Stage

    @initialize(
        base=st.sampled_from(list(NAMED)),
        lists=st.fixed_dictionaries({event: st.lists(rooms, unique=True, max_size=3) for event in EVENTS}),
        feeds=st.booleans(),
    )
    def begin(self, base: str, lists: dict[str, list[str]], feeds: bool) -> None:
        """Nothing is there yet."""
        fixed = {"name_form": "exact", "name_pattern": "ignored", "rate_limit": 0, "live_delay": 2, "stop_delay": 1}
        offered = {"create_offered": "201", "start_empty_meeting": "accepted", "auto_stop": False}
        self.stage.reset(NAMED[base].but(**fixed, **offered, paging_total="present"))
        self.actor = Actor(self.stage, "ann")
        self.lists = {event: list(found) for event, found in lists.items()}
        self.feeds = feeds
        FIGURES.count("events", "tried")

    # What changes between runs

    @rule(event=events, room=rooms)
    def add_or_remove(self, event: str, room: str) -> None:
        """A room is added to the list, or taken off it."""
        found = self.lists[event]
        if room in found:
            found.remove(room)
        else:
            found.append(room)

    @rule(number=st.integers(0, 9), to=st.sampled_from(["Renamed by hand", "camp: By hand", "INACTIVE", "started"]))
    def meddle(self, number: int, to: str) -> None:
        """Somebody renames or retires a meeting, or starts its livestream without a name."""
        service = self.stage.world.service
        service.settle()
        found = list(service.meetings.values())
        if not found:
            return
        meeting = found[number % len(found)]
        if to == "started":
            if service.active(meeting.id) is None and meeting.status == "ACTIVE":
                service.start(meeting.id, None, None)
        elif to == "INACTIVE":
            service.change_meeting(meeting.id, {}, "INACTIVE", replace=False)
        else:
            service.change_meeting(meeting.id, {"title": to}, None, replace=False)
        self.stage.pass_time(LAG)

    @rule(title=st.sampled_from(["Private", "camp: Curie", "camp-2027: Gray"]), on_air=st.booleans())
    def add_by_hand(self, title: str, on_air: bool) -> None:
        """Somebody makes a meeting, and perhaps livestreams it."""
        service = self.stage.world.service
        meeting = service.add_meeting({"title": title})
        if on_air:
            service.start(meeting.id, None, None)
        self.stage.pass_time(LAG)

    # Runs

    @rule(
        event=events,
        state=st.sampled_from(["present", "started", "started", "stopped", "stopped", "retired"]),
        exclusive=st.sampled_from(["no", "no", "event", "app"]),
        listed=st.booleans(),
        only=st.booleans(),
        check=st.integers(0, 3),
        wrong=st.lists(faults | lost | refused, max_size=2),
    )
    def run(
        self,
        event: str,
        state: str,
        exclusive: str,
        listed: bool,
        only: bool,
        check: int,
        wrong: list[dict[str, Any]],
    ) -> None:
        """An event is brought to a state while some answers go wrong, and then without that, twice."""
        options = self._options(event, state, exclusive, listed or state != "stopped", only)
        if not options["streams"] and state == "started":
            return
        stage = self.stage
        stage.faults(rules_for(stage.world.profile, wrong))
        self._carry_out(event, Task("realtime_event", options, check == 0))
        stage.calm()
        stage.pass_time(LAG)
        first = self._carry_out(event, Task("realtime_event", options))
        stage.pass_time(LAG)
        again = self._carry_out(event, Task("realtime_event", options))
        if not first.failed:
            assert not again.failed, again.values["msg"]
        assert not again.values["changed"], f"{again.task} changes something again"
        stage.pass_time(LAG)
        self._report(event, options)

    def _options(self, event: str, state: str, exclusive: str, listed: bool, only: bool) -> dict[str, Any]:
        streams: list[dict[str, Any]] = [
            {"name": f"{event}-{room}", "meeting_title": f"{event}: {room}"} for room in self.lists[event]
        ]
        if self.feeds and streams:
            streams.append({"name": f"{event}-{FEED}", "independent": True})
        if not listed:
            streams = []
        others = [{key: item[key] for key in item if key != "independent"} for item in streams[1:]] if only else []
        return {
            "event": event,
            "state": state,
            "exclusive": exclusive,
            "streams": streams[:1] if only else streams,
            "others": others,
            "wait": False,
            "verify": "no",
            "concurrency": 1,
        }

    def _carry_out(self, event: str, task: Task) -> Ran:
        service = self.stage.world.service
        service.settle()
        before = {item.id: (item.status, item.title) for item in service.meetings.values()}
        on_air = self._on_air()
        foreign = self._foreign(event)
        ran = self.actor(task)
        service.settle()
        FIGURES.count("event runs", "failed" if ran.failed else "changed" if ran.values["changed"] else "unchanged")
        truthful(ran)
        for meeting_id in foreign:
            meeting = service.meetings[meeting_id]
            assert (meeting.status, meeting.title) == before[meeting_id], f"{task} touched {meeting.title!r}"
            stopped = meeting_id in on_air and meeting_id not in self._on_air()
            assert not stopped or task.options["exclusive"] == "app", f"{task} stopped {meeting.title!r}"
        if task.options["state"] == "retired":
            retired = [item for item in on_air if service.meetings[item].status != before[item][0]]
            assert not retired, f"{task} retired what is on the air"
        if "streams" in ran.values:
            self._reported(ran)
            self._left(ran)
            if not task.check:
                self._mentioned(event, ran)
        return ran

    # What the service knows

    def _on_air(self) -> dict[str, Livestream]:
        """What is on the air, and not about to end, by meeting."""
        found = self.stage.world.service.ordered
        active = [item for item in found if item.status in ACTIVE and item.stopping_until is None]
        return {item.meeting_id: item for item in active if item.meeting_id}

    def _event_of(self, meeting: Meeting, livestream: Livestream | None) -> str | None:
        """The event of a meeting, by its title, and by the name of its livestream."""
        name = livestream.name if livestream is not None else None
        titled = next((event for event in reversed(EVENTS) if meeting.title.startswith(f"{event}: ")), None)
        if titled and (name is None or name.startswith(f"{titled}-")):
            return titled
        titles = [item.title for item in self.stage.world.service.meetings.values()]
        known = [event for event in EVENTS if any(title.startswith(f"{event}: ") for title in titles)]
        return next((event for event in reversed(known) if name and name.startswith(f"{event}-")), titled)

    def _foreign(self, event: str) -> list[str]:
        """The meetings that are not of an event, as far as anybody can tell."""
        on_air = self._on_air()
        found = self.stage.world.service.meetings.values()
        events = {item.id: self._event_of(item, on_air.get(item.id)) for item in found}
        # A name of the longer slug is one of the shorter one as long as no title shows the longer one.
        names = {item.id: (on_air[item.id].name or "") for item in found if item.id in on_air}
        return [
            meeting_id
            for meeting_id, other in events.items()
            if other != event and not names.get(meeting_id, "").startswith(f"{event}-")
        ]

    # Promises

    def _reported(self, ran: Ran) -> None:
        """What is said to be on the air is, and what is said not to be is not."""
        on_air = self._on_air()
        if ran.task.check:
            return
        for item in [*ran.values["streams"], *ran.values["leftovers"]]:
            if item["meeting_id"] is None or item["on_air"] is None:
                continue
            assert item["on_air"] is (item["meeting_id"] in on_air), f"{ran.task}: {item} is not so"

    def _left(self, ran: Ran) -> None:
        """What is left over is not in the list, and what was not found was not stopped."""
        active = [item for item in self.stage.world.service.meetings.values() if item.status == "ACTIVE"]
        listed = {item.get("meeting_title") for item in [*ran.task.options["others"], *ran.task.options["streams"]]}
        oldest = {next((item.id for item in active if item.title == title), None) for title in listed}
        for item in ran.values["leftovers"]:
            assert item["meeting_id"] is None or item["meeting_id"] not in oldest, f"{ran.task}: {item} is in the list"
        for item in ran.values["streams"]:
            if item["state"] == "stopped" and item["meeting_title"] and not item.get("failed"):
                assert item["meeting_id"] is not None or "info" in ran.task.module, f"{ran.task}: {item} was not found"

    def _mentioned(self, event: str, ran: Ran) -> None:
        """Whatever is on the air of the event is in the result, or was left alone on purpose."""
        told = {item["meeting_id"] for item in [*ran.values["streams"], *ran.values["leftovers"]] if item["on_air"]}
        alone = {item["name"] for item in ran.task.options["others"]}
        titles = {item.get("meeting_title") for item in ran.task.options["others"]}
        for meeting_id, livestream in self._on_air().items():
            meeting = self.stage.world.service.meetings[meeting_id]
            if livestream.name in alone or meeting.title in titles or self._event_of(meeting, livestream) != event:
                continue
            assert meeting_id in told, f"{ran.task}: {meeting.title!r} is on the air, and not mentioned"

    def _report(self, event: str, options: State) -> None:
        """The report of the same event says the same."""
        reads = {key: options[key] for key in ("event", "streams", "others", "concurrency")}
        state = options["state"] if options["state"] != "retired" else "present"
        ran = self.actor(Task("realtime_event_info", {**reads, "state": state}))
        assert {entry.method for entry in ran.entries} <= {"GET"}
        assert not ran.failed, ran.values
        self._reported(ran)
        self._mentioned(event, ran)
