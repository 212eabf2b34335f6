# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Random schedules: a service, some tasks by one to three actors, and what goes wrong meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from simulator.catalogue import ANY, FAULTS, HARMLESS, MISLEADING, READS, SLOW_TUNNELS, TUNNELS, Fields
from simulator.operations import CONNECT
from simulator.profile import NAMED, Profile, wire_fields

from .figures import FIGURES
from .promises import at_most_one_active, check, converges, unharmed
from .stage import NETWORKS, Actor, Network, Ran, Stage, Task

MEETINGS: Final = ("meeting-a", "meeting-b", "meeting-c")
# A service that trims, composes, escapes or cuts names changes all but the first; the others become one when cut.
_LONG: Final = " Cafe\u0301 & the longest of all the names, of which a service forgets the {}"
NAMES: Final = ("feed-a", _LONG.format("end"), _LONG.format("rest"))
TITLES: Final = ("Curie", *NAMES[1:])
# Meetings that are also known by their IDs, and what their titles may be.
HALLS: Final = ("hall-a", "hall-b")
HALL_TITLES: Final = (*TITLES, "Hall")
# What no task names, and others change meanwhile: meetings by their title, and by their IDs those on the air.
OTHER: Final = "Other"
OTHERS: Final = ("other-a", "other-b")
DAYS: Final = 100_000.0  # seconds: longer than a livestream lasts
LONGER_THAN_ANY_LAG: Final = 10.0
LONGER_THAN_ANY_BLOCK: Final = 400.0  # seconds: a client that keeps its connection remembers a 429
NEVER: Final = 1500  # seconds: longer than any task is willing to wait

# Where creating is not offered, or a meeting cannot be livestreamed, failing is right: the product covers that.
_FIXED = {
    "create_offered",
    "name_form",
    "name_pattern",
    "start_empty_meeting",
    "start_inactive_meeting",
    "start_unknown_meeting",
    "unknown_query",
}
_WIRE = {name: values for name, values in wire_fields().items() if name not in _FIXED}

profiles = st.builds(
    lambda fields, settings: {**{name: _WIRE[name][n % len(_WIRE[name])] for name, n in fields.items()}, **settings},
    st.dictionaries(st.sampled_from(sorted(_WIRE)), st.integers(0, 7), max_size=3),
    st.fixed_dictionaries(
        {
            "list_lag": st.sampled_from([0, 1.5]),
            "meeting_lag": st.sampled_from([0, 1.5]),
            "stale_list": st.sampled_from([0, 1.5]),
            "stale_read": st.sampled_from([0, 2.5]),
        },
        optional={
            "live_delay": st.sampled_from([2, 10, NEVER]),
            "playback_delay": st.just(3),
            "stop_delay": st.just(2),
            "max_per_page": st.sampled_from([1, 2]),
        },
    ),
)

_READ_OPERATIONS = ("list_livestreams", "get_active_livestream", "get_livestream", "list_meetings", "get_meeting")
_WRITE_OPERATIONS = ("start_livestream", "stop_livestream", "create_livestream", "create_meeting", "update_meeting")


def _rule(name: str, where: Mapping[str, Any], index: int, how: Mapping[str, Any]) -> dict[str, Any]:
    # What misleads happens once: two answers that agree on an untruth are the truth to any client.
    often = {"times": 1} if name in MISLEADING else how
    return {**FAULTS[name], **where, "index": index, **often}


_OFTEN = st.one_of(
    st.integers(1, 3).map(lambda times: {"times": times}),
    st.just({"times": None}),
    st.integers(0, 99).map(lambda seed: {"times": None, "rate": 0.3, "seed": seed}),
)
_HEAVY = sorted(name for name, fields in READS.items() if fields["kind"] == "huge")
_FIRST = st.sampled_from([0, 0, 0, 1, 2])
_ANYWHERE = st.sampled_from([{}, {}, {"method": "GET"}, {"method": "POST"}])
_ANY_READ = st.just({"method": "GET"})
_SOMEWHERE = st.sampled_from([{"operation": operation} for operation in (*_READ_OPERATIONS, *_WRITE_OPERATIONS)])
_SOME_READ = st.sampled_from([{"operation": operation} for operation in _READ_OPERATIONS])
faults = st.one_of(
    st.builds(_rule, st.sampled_from(list(ANY)), _ANYWHERE | _SOMEWHERE, _FIRST, _OFTEN),
    st.builds(_rule, st.sampled_from(list(ANY)), _ANYWHERE, _FIRST, _OFTEN),
    st.builds(_rule, st.sampled_from(sorted(READS.keys() - set(_HEAVY))), _ANY_READ | _SOME_READ, _FIRST, _OFTEN),
)
# The worst that can happen to a write: it is carried out, and nobody is told. Most often it is whatever is sent first,
# and there is no answer at all.
_LOST = sorted(name for name, fields in ANY.items() if name.endswith(", done"))
_SILENT: Final = ("reset, done", "closed, done", "silence, done")
_ANY_POST: Final = [{"method": "POST"}] * 5
lost = st.builds(
    _rule,
    st.sampled_from(_SILENT) | st.sampled_from(_LOST),
    st.sampled_from([*_ANY_POST, *({"operation": operation} for operation in _WRITE_OPERATIONS)]),
    st.just(0),
    st.just({"times": 1}),
)
# Refused again and again, with or without a time until which nothing may be sent.
throttled = st.builds(
    _rule,
    st.sampled_from(sorted(name for name in ANY if name.startswith("429"))),
    _ANYWHERE | _SOMEWHERE,
    _FIRST,
    _OFTEN,
)
# Only where there is a proxy.
tunnel_faults = st.builds(_rule, st.sampled_from(sorted({**TUNNELS, **SLOW_TUNNELS})), st.just({}), _FIRST, _OFTEN)
harmless_faults = st.builds(
    _rule, st.sampled_from(sorted(HARMLESS & ANY.keys())), _ANYWHERE | _SOMEWHERE, _FIRST, _OFTEN
)
# Where every request needs a connection of its own.
_CLOSING: Final = {**ANY["answered, then closed"], "times": None}
# So many requests in a minute, and so many of them were already sent by others; then everybody is blocked: for less
# time than a task is willing to wait, or for more.
limits = st.fixed_dictionaries(
    {
        "rate_limit": st.sampled_from([15, 40]),
        "rate_window": st.just(60),
        "block_seconds": st.sampled_from([10, 60, 300]),
        "used": st.integers(0, 15),
    }
)
# Refused for good, by the service itself: the state is as it was.
refused = st.builds(
    _rule,
    st.sampled_from(["409 of the service", "477"]),
    st.sampled_from([{"operation": operation} for operation in (*_WRITE_OPERATIONS, "stop_livestream")]),
    st.just(0),
    st.just({"times": None}),
)
# Megabytes take time: one schedule in some hundred meets them.
heavy_faults = st.builds(_rule, st.sampled_from(_HEAVY), _ANY_READ, _FIRST, st.just({"times": 1}))


def _meanwhile(operation: str, index: int, events: list[Fields]) -> Fields:
    """Between two pages of a list, somebody else does something."""
    return {"operation": operation, "kind": "meanwhile", "within": True, "index": index, "events": events}


def _events(*choices: Fields, most: int = 1) -> st.SearchStrategy[list[Fields]]:
    return st.lists(st.sampled_from(choices), min_size=1, max_size=most)


_AMONG_MEETINGS: Final[list[Fields]] = [
    {"do": "rename_meeting", "title": OTHER, "to": TITLES[0]},
    *({"do": do, "title": title} for do in ("create_meeting", "retire_meeting") for title in TITLES),
    *({"do": "rename_meeting", "title": title, "to": OTHER} for title in TITLES),
]
_AMONG_LIVESTREAMS: Final[list[Fields]] = [
    *({"do": "create_livestream", "name": name} for name in (OTHER, *NAMES)),
    *({"do": do, "meeting_id": meeting} for do in ("start", "end") for meeting in MEETINGS),
]
_EARLY = st.sampled_from([0, 0, 0, 1, 2])
# Most often to what no task names: as many as a page holds may leave the list.
others = st.builds(
    _meanwhile,
    st.just("list_meetings"),
    _EARLY,
    st.one_of(
        st.integers(1, 3).map(lambda number: [{"do": "retire_meeting", "title": OTHER}] * number),
        st.integers(1, 2).map(lambda number: [{"do": "create_meeting", "title": OTHER}] * number),
        _events(*_AMONG_MEETINGS, most=2),
    ),
) | st.builds(
    _meanwhile,
    st.just("list_livestreams"),
    _EARLY,
    st.one_of(
        st.just([{"do": "end", "meeting_id": meeting} for meeting in OTHERS]),
        st.sampled_from(OTHERS).map(lambda meeting: [{"do": "end", "meeting_id": meeting}]),
        _events(*_AMONG_LIVESTREAMS, most=2),
    ),
)  # fmt: skip


def _of_meeting(meeting: str, state: str) -> dict[str, Any]:
    return {"meeting_id": meeting, "state": state}


def _of_name(name: str, state: str) -> dict[str, Any]:
    return {"name": name, "state": state}


_livestreams = st.one_of(
    st.builds(_of_meeting, st.sampled_from(MEETINGS), st.sampled_from(["started", "stopped"])),
    st.builds(_of_name, st.sampled_from(NAMES), st.sampled_from(["present", "present", "stopped"])),
)
_waiting = st.fixed_dictionaries({}, optional={"wait": st.just(False), "wait_timeout": st.sampled_from([5, 60])})
_keys = st.fixed_dictionaries({}, optional={"return_stream_key": st.just(True)})
_settings = st.fixed_dictionaries(
    {}, optional={"persist_chat": st.booleans(), "session_keep_alive_time_in_secs": st.sampled_from([60, 120])}
)
_titles = st.builds(
    lambda title, state, fields: {"title": title, "state": state, **(fields if state == "active" else {})},
    st.sampled_from(TITLES),
    st.sampled_from(["active", "active", "inactive"]),
    _settings,
)
_halls = st.builds(
    lambda hall, title, state, fields: {"meeting_id": hall, "state": state, **title, **fields},
    st.sampled_from(HALLS),
    st.fixed_dictionaries({}, optional={"title": st.sampled_from(HALL_TITLES)}),
    st.sampled_from(["active", "active", "inactive"]),
    _settings,
)
_meetings = st.one_of(_titles, _titles, _halls)


def _several(entries: st.SearchStrategy[dict[str, Any]], *kinds: str) -> st.SearchStrategy[list[dict[str, Any]]]:
    def identity(entry: dict[str, Any]) -> Any:
        return next(entry[kind] for kind in kinds if kind in entry)

    return st.lists(entries, min_size=1, max_size=4, unique_by=identity)


tasks = st.builds(
    Task,
    st.just("realtime_livestream"),
    st.builds(lambda one, waiting, keys: {**one, **waiting, **keys}, _livestreams, _waiting, _keys),
) | st.builds(
    Task,
    st.just("realtime_livestreams"),
    st.builds(
        lambda several, waiting, keys, more: {"livestreams": several, **waiting, **keys, **more},
        _several(_livestreams, "meeting_id", "name"),
        _waiting,
        _keys,
        st.fixed_dictionaries({"concurrency": st.integers(1, 3)}, optional={"exclusive": st.just(True)}),
    ),
) | st.builds(Task, st.just("realtime_meeting"), _meetings) | st.builds(
    Task,
    st.just("realtime_meetings"),
    st.builds(
        lambda several, concurrency: {"meetings": several, "concurrency": concurrency},
        _several(_meetings, "meeting_id", "title"),
        st.integers(1, 3),
    ),
)  # fmt: skip
tasks = st.builds(lambda task, check: Task(task.module, task.options, check == 0), tasks, st.integers(0, 5))


def rules_for(profile: Profile, chosen: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The faults that are honest in a profile: what moves or loses a page is noticed only where things are counted."""
    misled = profile.paging_total != "present"
    kept = []
    for fields in chosen:
        how = fields.get("how")
        if how in ("short_page", "empty_page", "first_page", "total_more", "total_less", "total_text", "stale"):
            if misled and how != "stale":
                continue
            misled = True
        if fields["kind"] == "meanwhile":
            # A list whose count is wrong meanwhile may hide that something left it.
            if misled and any(event["do"] in ("retire_meeting", "end") for event in fields["events"]):
                continue
            misled = True
        kept.append(fields)
    return kept


class Schedule(RuleBasedStateMachine):
    """One schedule. Subclasses name the stage."""

    stage: Stage
    passed = True

    @initialize(
        base=st.sampled_from(list(NAMED)),
        fields=profiles,
        past=st.dictionaries(st.sampled_from(MEETINGS), st.booleans()),
        active=st.lists(st.sampled_from(MEETINGS), unique=True),
        there=st.sampled_from([*NAMES, NAMES[0]]),
        halls=st.tuples(*[st.sampled_from([*HALL_TITLES, "Hall", "Hall"])] * len(HALLS)),
        form=st.sampled_from(["exact", "exact", "exact", "trimmed", "nfc", "escaped", "cut", "cut"]),
        crowd=st.sampled_from([0, 0, 1, 2, 3, 4]),
        old=st.booleans(),
        connections=st.sampled_from(["kept", "of a task", "of a request"]),
        network=st.sampled_from(NETWORKS),
    )
    def begin(
        self,
        base: str,
        fields: Fields,
        past: dict[str, bool],
        active: list[str],
        there: str,
        halls: tuple[str, str],
        form: str,
        crowd: int,
        old: bool,
        connections: str,
        network: Network,
    ) -> None:
        """A service, the way to it, and what is there already; in a crowd, in lists of many pages that are counted."""
        crowded = {"paging_total": "present", "max_per_page": 2 + crowd % 2} if crowd else {}
        # A livestream of days ago that was started again.
        aged = {"restart_keeps_id": True, "status_of_unknown": "none"} if old else {}
        fixed = {"name_form": form, "name_pattern": "ignored", "rate_limit": 0}
        self.profile = NAMED[base].but(**{**fields, **crowded, **aged, **fixed})
        self.stage.reset(self.profile, network)
        service = self.stage.world.service
        for meeting in (*OTHERS, *MEETINGS):
            service.add_meeting({}, meeting_id=meeting)
            service.presence(meeting, 1)
        self._have_past(past)
        on_air = [*(OTHERS if crowd else ()), *active]
        if old:
            for meeting in on_air:
                service.start(meeting, None, None)
            self.stage.pass_time(DAYS)
            service.settle()
        for meeting in on_air:
            service.start(meeting, None, None)
        for hall, title in zip(HALLS, halls, strict=True):
            service.add_meeting({"title": title}, meeting_id=hall)
        service.create(there)
        self.crowd = crowd
        self.closing = connections == "of a request"
        self.actors = [Actor(self.stage, name, keeps=connections == "kept") for name in ("ann", "bob", "cy")]
        self.stage.pass_time(60)
        FIGURES.count("schedules", "tried")
        FIGURES.count("networks", network)

    def _have_past(self, past: dict[str, bool]) -> None:
        """Meetings that were livestreamed before; it was stopped, or (true) it failed."""
        service = self.stage.world.service
        earlier = {meeting: service.start(meeting, None, None) for meeting in past}
        self.stage.pass_time(60)
        for meeting, failed in past.items():
            if failed:
                service.fail(earlier[meeting].id, "no composer free")
            else:
                service.stop(meeting)
        self.stage.pass_time(60)

    @precondition(lambda self: hasattr(self, "actors"))
    @rule(
        wanted=st.lists(tasks, min_size=1, max_size=3),
        wrong=st.one_of(
            st.lists(harmless_faults, max_size=2),
            (lost | throttled).map(lambda fault: [fault]),
            st.lists(faults | lost | refused | throttled, max_size=2),
            st.lists(faults | lost | refused | throttled, min_size=2, max_size=5),
        ),
        tunnels=st.lists(tunnel_faults, max_size=2),
        heavy=st.integers(0, 60).flatmap(lambda number: heavy_faults if number == 60 else st.none()),
        limit=st.integers(0, 5).flatmap(lambda number: limits if number == 5 else st.none()),
        meanwhile=st.lists(others, max_size=2, unique_by=lambda fields: fields["operation"]),
        order=st.integers(0, 1000),
        free=st.integers(0, 3),
        interrupt=st.integers(0, 29).map(lambda number: number - 20 if number >= 20 else None),
    )
    def act(
        self,
        wanted: list[Task],
        wrong: list[Fields],
        tunnels: list[Fields],
        heavy: Fields | None,
        limit: Fields | None,
        meanwhile: list[Fields],
        order: int,
        free: int,
        interrupt: int | None,
    ) -> None:
        """Tasks at the same time, while some answers go wrong; then every promise, and a clean run of each task.

        ``interrupt``: only the first one, which is interrupted while it waits for the answer to that request.
        """
        several = len(wanted) > 1
        drawn = several and free > 0
        if drawn:
            # An actor sends from one thread at a time, so that the order can be drawn.
            wanted = [Task(t.module, {**t.options, **_alone(t)}, t.check) for t in wanted]
        self.passed = False
        self.stage.pass_time(LONGER_THAN_ANY_BLOCK)
        behind_proxy = tunnels if self.stage.network == "proxy" else []
        rules = rules_for(self.profile, [*wrong, *behind_proxy, *([heavy] if heavy else []), *meanwhile])
        rules += [_CLOSING] if self.closing else []
        self.gather()
        self.stage.note()
        self.stage.faults(rules)
        if limit is not None:
            self.stage.limit(**limit)
        if interrupt is not None:
            rans = [self._interrupted(wanted[0], interrupt)]
            self.stage.calm()
        else:
            rans = self.stage.at_once(self.actors, wanted, order if drawn else None)
            self._count(rans, rules, several, drawn)
            self.stage.calm()
            check(self.stage, rans)
            if not several and not limit and all(r["kind"] != "meanwhile" and _name_of(r) in HARMLESS for r in rules):
                unharmed(rans[0])
        self.stage.note_others()
        self.stage.pass_time(LONGER_THAN_ANY_LAG)
        for ran in rans:
            converges(self.stage, ran, patience=120 + self.profile.live_delay)
        self.passed = True

    def _interrupted(self, task: Task, request: int) -> Ran:
        """Nothing is sent afterwards, and nothing waited for. What was sent may have been carried out."""
        actor = self.actors[0]
        interruption = actor.interrupted(Task(task.module, {**task.options, **_alone(task)}, task.check), request)
        assert not interruption.waited, f"{task}: interrupted, it waits for an answer"
        sent = interruption.afterwards
        assert not sent, f"{task}: interrupted, it sends {sent} more requests"
        self.stage.world.service.settle()
        at_most_one_active(self.stage)
        FIGURES.count("interruptions", "tried", int(interruption.happened))
        return Ran(actor.name, task, {}, (), [], [])

    def gather(self) -> None:
        """Others come, so many as fill the first page of the list of meetings; those on the air are there anew."""
        service = self.stage.world.service
        for meeting in list(service.meetings.values()):
            if meeting.title == OTHER and meeting.id not in OTHERS and meeting.status == "ACTIVE":
                service.change_meeting(meeting.id, {}, "INACTIVE", replace=False)
        for _number in range(self.profile.max_per_page if self.crowd else 0):
            service.add_meeting({"title": OTHER})
        for meeting in OTHERS if self.crowd else ():
            if service.active(meeting) is None:
                service.start(meeting, None, None)
        self.stage.pass_time(LONGER_THAN_ANY_LAG + min(self.profile.live_delay, 60))

    def teardown(self) -> None:
        """Close what was kept open."""
        if self.passed:
            FIGURES.count("passed", "schedules")
        for actor in getattr(self, "actors", []):
            actor.close()

    def _count(self, rans: list[Ran], rules: list[dict[str, Any]], several: bool, drawn: bool) -> None:
        for ran in rans:
            FIGURES.count("tasks", ran.task.module)
            FIGURES.count("outcomes", "failed" if ran.failed else "changed" if ran.values["changed"] else "unchanged")
        FIGURES.count("actors", str(len(rans)))
        FIGURES.count("orders", "drawn" if drawn else "free" if several else "one actor")
        entries = [entry for ran in rans for entry in ran.entries]
        FIGURES.count("requests", "sent", len(entries))
        FIGURES.count("requests", "blocked", sum(entry.status == 429 and not entry.fault for entry in entries))
        for rule_, armed in zip(rules, self.stage.world.faults.armed, strict=True):
            if rule_ is not _CLOSING and armed.fired and rule_["kind"] != "meanwhile":
                FIGURES.count("faults", _name_of(rule_), armed.fired)
        for event in self.stage.world.happened:
            FIGURES.count("others", event.do)


_PICKING = {"operation", "method", "path", "index", "times", "rate", "seed"}
_NAMES = {repr(sorted(fields.items(), key=lambda item: item[0])): name for name, fields in FAULTS.items()}


def _name_of(rule_: Mapping[str, Any]) -> str:
    fields = {key: value for key, value in rule_.items() if key not in _PICKING or value == CONNECT}
    return _NAMES[repr(sorted(fields.items(), key=lambda item: item[0]))]


def _alone(task: Task) -> dict[str, Any]:
    return {"concurrency": 1} if "concurrency" in task.options else {}
