# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Two events in one app: lists that change between runs, others who rename, retire and start, and what has to hold.

After every run: what is reported is so, nothing of another event was touched, and nothing of the event is on the air
and goes unmentioned. What a run is, subclasses say.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from simulator.profile import NAMED
from simulator.state import ACTIVE, Livestream, Meeting, Service

from .figures import FIGURES
from .promises import truthful
from .stage import Ran, Stage, Task

# The slug of one begins like that of the other.
EVENTS: Final = ("camp", "camp-2027")
ROOMS: Final = ("Curie", "Meitner", "Gray", "2027-Curie")
FEED: Final = "mast"
LAG: Final = 30.0  # seconds: longer than reads lag behind, and than a livestream takes to go live or to stop

CREATES: Final = ("create_meeting", "create_livestream")

Options = Mapping[str, Any]
events = st.sampled_from(EVENTS)
rooms = st.sampled_from(ROOMS)


def active_livestreams(service: Service) -> list[Livestream]:
    """What is on the air, and not about to end. One of an encoder that has not come yet is not."""
    found = [item for item in service.ordered if item.status in ACTIVE and item.stopping_until is None]
    return [item for item in found if item.meeting_id or item.status != "INVOKED"]


def on_air_ids(service: Service) -> frozenset[str]:
    """The IDs of the meetings, and of the independent livestreams, that are on the air."""
    return frozenset(item.meeting_id or item.id for item in active_livestreams(service))


def searching(examples: int, steps: int, shrinks: bool) -> settings:
    """How a search over events runs: each time the same, and without a deadline."""
    return settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        print_blob=True,
        phases=(Phase.generate, Phase.shrink) if shrinks else (Phase.generate,),
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )


class App(RuleBasedStateMachine):
    """The lists of two events, and the app that both are in. Subclasses name the stage."""

    stage: Stage
    # What the counts are about.
    subject: str
    passed = False
    # What was on the air before the last run.
    before: frozenset[str] = frozenset()

    @initialize(
        base=st.sampled_from(list(NAMED)),
        lists=st.fixed_dictionaries({event: st.lists(rooms, unique=True, max_size=3) for event in EVENTS}),
        feeds=st.booleans(),
        stands=st.fixed_dictionaries({event: st.sampled_from(["nothing", "present", "started"]) for event in EVENTS}),
        lags=st.fixed_dictionaries({lag: st.sampled_from([1.5, 1.5, 0]) for lag in ("list_lag", "meeting_lag")}),
    )
    def begin(
        self, base: str, lists: dict[str, list[str]], feeds: bool, stands: dict[str, str], lags: dict[str, float]
    ) -> None:
        """Nothing is there yet, or what runs have made before."""
        fixed = {"name_form": "exact", "name_pattern": "ignored", "rate_limit": 0, "live_delay": 2, "stop_delay": 1}
        offered = {"create_offered": "201", "start_empty_meeting": "accepted", "auto_stop": False}
        self.stage.reset(NAMED[base].but(**fixed, **offered, **lags, paging_total="present"))
        self.lists = {event: list(found) for event, found in lists.items()}
        self.feeds = feeds
        service = self.stage.world.service
        for event in EVENTS:
            made = lists[event] if stands[event] != "nothing" else []
            for room in made:
                meeting = service.add_meeting({"title": f"{event}: {room}"})
                if stands[event] == "started":
                    service.start(meeting.id, f"{event}-{room}", None)
            if made and feeds:
                service.create(f"{event}-{FEED}")
        self.stage.pass_time(LAG)
        self.passed = True
        FIGURES.count(self.subject, "tried")

    # What changes between runs

    @rule(event=events, room=rooms)
    def add_or_remove(self, event: str, room: str) -> None:
        """A room is added to the list, or taken off it."""
        found = self.lists[event]
        if room in found:
            found.remove(room)
        else:
            found.append(room)

    @precondition(lambda self: self.stage.world.service.meetings)
    @rule(number=st.integers(0, 9), to=st.sampled_from(["Renamed by hand", "camp: By hand", "INACTIVE", "started"]))
    def meddle(self, number: int, to: str) -> None:
        """Somebody renames or retires a meeting, or starts its livestream without a name."""
        service = self.stage.world.service
        service.settle()
        found = list(service.meetings.values())
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

    @precondition(lambda self: any(self.feed_of(event) for event in EVENTS))
    @rule(event=events, sends=st.booleans())
    def connect(self, event: str, sends: bool) -> None:
        """The encoder of an event begins to send, or ends."""
        feed = self.feed_of(event)
        if feed is None or (feed.session is not None) is sends:
            return
        if sends:
            self.stage.world.service.push(feed.id)
        else:
            self.stage.world.service.unpush(feed.id)
        self.stage.pass_time(LAG)

    def teardown(self) -> None:
        """Count it if it kept all promises."""
        if self.passed:
            FIGURES.count("passed", self.subject)

    # Runs

    def act(self, task: Task) -> Ran:
        """Carry out a task."""
        raise NotImplementedError

    def options(self, event: str, state: str, listed: bool, only: bool, **further: Any) -> dict[str, Any]:
        """The options of the module for an event, or for one room of it, as its list is now."""
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
            "streams": streams[:1] if only else streams,
            "others": others,
            "concurrency": 1,
            **further,
        }

    def carry_out(self, task: Task) -> Ran:
        """Carry out a task, and see whether it kept its promises."""
        service, event = self.stage.world.service, task.options["event"]
        service.settle()
        before = {item.id: (item.status, item.title) for item in service.meetings.values()}
        on_air = self.on_air()
        self.before = on_air_ids(service)
        foreign = self.foreign(event)
        ran = self.act(task)
        service.settle()
        FIGURES.count(f"{self.subject[:-1]} runs", _outcome(ran))
        truthful(ran)
        self._once(ran)
        for meeting_id in foreign - self.touched():
            meeting = service.meetings[meeting_id]
            assert (meeting.status, meeting.title) == before[meeting_id], f"{task} touched {meeting.title!r}"
            stopped = meeting_id in on_air and meeting_id not in self.on_air()
            exclusive = task.options.get("exclusive")
            assert not stopped or exclusive == "app", f"{task} stopped {meeting.title!r}"
        if task.options["state"] == "retired":
            still = on_air.keys() - self.touched()
            retired = [item for item in still if service.meetings[item].status != before[item][0]]
            assert not retired, f"{task} retired what is on the air"
        if "streams" in ran.values:
            self._reported(ran)
            self._left(ran)
            if not task.check:
                self._mentioned(ran)
        return ran

    # What the service knows

    def touched(self) -> set[str]:
        """The meetings that somebody else changed while the last run was under way."""
        return set()

    def was_on_air(self, identity: str) -> set[bool]:
        """Whether a meeting or an independent livestream is on the air, or all that this was during the last run."""
        return {identity in on_air_ids(self.stage.world.service)}

    def on_air(self) -> dict[str, Livestream]:
        """What is on the air by meeting."""
        return {item.meeting_id: item for item in active_livestreams(self.stage.world.service) if item.meeting_id}

    def _event_of(self, meeting: Meeting, livestream: Livestream | None) -> str | None:
        """The event of a meeting, by its title, and by the name of its livestream."""
        name = livestream.name if livestream is not None else None
        titled = next((event for event in reversed(EVENTS) if meeting.title.startswith(f"{event}: ")), None)
        if titled and (name is None or name.startswith(f"{titled}-")):
            return titled
        titles = [item.title for item in self.stage.world.service.meetings.values()]
        known = [event for event in EVENTS if any(title.startswith(f"{event}: ") for title in titles)]
        return next((event for event in reversed(known) if name and name.startswith(f"{event}-")), titled)

    def foreign(self, event: str) -> set[str]:
        """The meetings that are not of an event, as far as anybody can tell."""
        on_air = self.on_air()
        found = self.stage.world.service.meetings.values()
        events = {item.id: self._event_of(item, on_air.get(item.id)) for item in found}
        # A name of the longer slug is one of the shorter one as long as no title shows the longer one.
        names = {item.id: (on_air[item.id].name or "") for item in found if item.id in on_air}
        return {
            meeting_id
            for meeting_id, other in events.items()
            if other != event and not names.get(meeting_id, "").startswith(f"{event}-")
        }

    def own_on_air(self, options: Options) -> dict[str, Livestream]:
        """What is on the air of an event, but for what its list has and a run leaves alone."""
        alone = {item["name"] for item in options["others"]}
        titles = {item.get("meeting_title") for item in options["others"]}
        meetings = self.stage.world.service.meetings
        return {
            meeting_id: livestream
            for meeting_id, livestream in self.on_air().items()
            if livestream.name not in alone
            and meetings[meeting_id].title not in titles
            and self._event_of(meetings[meeting_id], livestream) == options["event"]
        }

    def meeting_of(self, title: str | None) -> Meeting | None:
        """The meeting that a title means: the oldest active one."""
        found = self.stage.world.service.meetings.values()
        return next((item for item in found if item.title == title and item.status == "ACTIVE"), None)

    def feed_of(self, event: str) -> Livestream | None:
        """The independent livestream of an event: the oldest one."""
        found = [item for item in self.stage.world.service.ordered if item.meeting_id is None]
        return next((item for item in found if item.name == f"{event}-{FEED}"), None)

    # Promises

    def _once(self, ran: Ran) -> None:
        """A run creates nothing twice, although lists may not show yet what it has made."""
        others = {text for event in self.stage.world.happened for text in (event.title, event.name)}
        names = [entry.body.get("title", entry.body.get("name")) for entry in ran.accepted(*CREATES)]
        twice = {name for name in names if names.count(name) > 1} - others
        assert not twice, f"{ran.task} created {twice} twice"

    def _reported(self, ran: Ran) -> None:
        """What is said to be on the air is, and what is said not to be is not."""
        if ran.task.check:
            return
        for item in [*ran.values["streams"], *ran.values["leftovers"]]:
            identity = item["meeting_id"] or item["id"]
            if identity is None or item["on_air"] is None:
                continue
            seen = self.was_on_air(identity)
            if item.get("failed"):
                # What became of it could not be read: it is as it was when it was read last.
                seen = seen | {identity in self.before}
            assert item["on_air"] in seen, f"{ran.task}: {item} is not so"

    def _left(self, ran: Ran) -> None:
        """What is left over is not in the list, and what was not found was not stopped."""
        listed = {item.get("meeting_title") for item in [*ran.task.options["others"], *ran.task.options["streams"]]}
        found = [self.meeting_of(title) for title in listed]
        oldest = {item.id for item in found if item is not None} - self.touched()
        for item in ran.values["leftovers"]:
            assert item["meeting_id"] not in oldest, f"{ran.task}: {item} is in the list"
        for item in ran.values["streams"]:
            if item["state"] == "stopped" and item["meeting_title"] and not item.get("failed"):
                assert item["meeting_id"] is not None or "info" in ran.task.module, f"{ran.task}: {item} was not found"

    def _mentioned(self, ran: Ran) -> None:
        """Whatever is on the air of the event is in the result, or was left alone on purpose.

        Another meeting of a listed title is neither a stream nor left over: a warning names it.
        """
        warned = " ".join(ran.warnings)
        told = {item["meeting_id"] for item in [*ran.values["streams"], *ran.values["leftovers"]] if item["on_air"]}
        for meeting_id in self.own_on_air(ran.task.options).keys() - self.touched():
            title = self.stage.world.service.meetings[meeting_id].title
            assert meeting_id in told or meeting_id in warned, f"{ran.task}: {title!r} is on the air, and not mentioned"


def _outcome(ran: Ran) -> str:
    return "failed" if ran.failed else "changed" if ran.values["changed"] else "unchanged"
