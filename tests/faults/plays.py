# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Random events by the playbooks of the role, in any order, with faults and with others who act meanwhile.

After every run: facts, artifact, run sheet and exit status are true, check mode has said what changes, nothing of
another event was touched, nothing of the event is on the air and goes unmentioned, and a second run changes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from . import written
from .app import EVENTS, FEED, LAG, ROOMS, App, Options, events
from .machine import faults, lost, refused, rules_for
from .playbooks import SHEET, STATUS, Play, Playbooks, PlayRan
from .stage import Task

STATES: Final = {"provision": "present", "start": "started", "stop": "stopped", "cleanup": "retired"}
WAITS: Final = {
    "Wait until the encoders are on the air, and see whether their streams play": (
        "Apply the states of the meetings and livestreams"
    )
}
WHOLE: Final = ("stopped", "retired")  # the states to which an event can be brought by its slug alone

_who = {"number": st.integers(0, 9), "operation": st.sampled_from(["list_meetings", "list_livestreams"])}
_what = st.sampled_from(["start", "end", "retire_meeting", "rename_meeting", "create_meeting"])
others = st.fixed_dictionaries({"do": _what, "index": st.integers(0, 2), **_who})
how = st.fixed_dictionaries(
    {
        "listed": st.sampled_from([True, True, False]),
        "scheduled": st.booleans(),
        "only": st.sampled_from([False, False, True]),
        "exclusive": st.sampled_from(["", "", "no", "event", "app"]),
        "wait": st.sampled_from([True, True, False]),
        "missing": st.sampled_from(["fail", "warn"]),
        "verify": st.sampled_from(["no", "no", "warn"]),
        "credentials": st.sampled_from([True, True, False]),
        # What a file of variables says, and does not change what a playbook is for.
        "said": st.sampled_from([None, None, "present", "started", "stopped"]),
    }
)
wrong = st.lists(faults | faults | lost | refused, max_size=2)
meanwhile = st.one_of(st.just([]), st.just([]), st.lists(others, min_size=1, max_size=2))
before = st.sampled_from(["nothing", "check", "check"])
after = st.sampled_from(["nothing", "again", "status"])


class Plays(App):
    """Runs are playbooks."""

    playbooks: Playbooks
    subject = "played events"

    @initialize()
    def forget(self) -> None:
        """No files are there yet."""
        self.playbooks.begin()

    # Runs

    def act(self, task: Task) -> PlayRan:
        """By ``ansible-playbook``; see whether its files, its exit status and its artifact are right."""
        assert isinstance(task, Play)
        self.passed = False
        world = self.stage.world
        world.happened.clear()
        self.titles = {item.id: item.title for item in world.service.meetings.values()}
        on_air = self.own_on_air(task.options)
        files = written.contents(self.playbooks)
        ran = self.playbooks(task)
        outcome = f"failed: {ran.values['msg']}" if ran.failed else "changed" if ran.values["changed"] else "unchanged"
        note(f"{task}: {outcome}")
        if task.options["state"] == "retired" and on_air.keys() - self.touched():
            assert ran.failed, f"{task} succeeded while something is on the air"
            assert not ran.accepted(), f"{task} sent {ran.accepted()[0].operation} while something is on the air"
        written.check(self.playbooks, ran, files)
        return ran

    @rule(event=events, what=how, name=st.just("provision"), wrong=wrong, others=meanwhile, before=before, after=after)
    def provision(self, **drawn: Any) -> None:
        """The meetings of an event are made."""
        self._run(**drawn)

    @rule(event=events, what=how, name=st.just("start"), wrong=wrong, others=meanwhile, before=before, after=after)
    def start(self, **drawn: Any) -> None:
        """An event is started."""
        self._run(**drawn)

    @rule(event=events, what=how, name=st.just("stop"), wrong=wrong, others=meanwhile, before=before, after=after)
    def stop(self, **drawn: Any) -> None:
        """An event is stopped."""
        self._run(**drawn)

    @rule(event=events, what=how, name=st.just("cleanup"), wrong=wrong, others=meanwhile, before=before, after=after)
    def clean_up(self, **drawn: Any) -> None:
        """An event is over."""
        self._run(**drawn)

    @rule(event=events, what=how, state=st.sampled_from(["present", "started", "stopped"]), wrong=wrong)
    def status(self, event: str, what: Mapping[str, Any], state: str, wrong: list[dict[str, Any]]) -> None:
        """It is told how an event stands, while some answers go wrong, and then without that."""
        play = self._play(event, "status", state, what)
        if play is None:
            return
        if wrong:
            self.stage.faults(rules_for(self.stage.world.profile, wrong))
            self.carry_out(play)
            self._calm()
        self._stands(play)
        self.passed = True

    def _run(
        self,
        event: str,
        what: Mapping[str, Any],
        name: str,
        wrong: list[dict[str, Any]],
        others: list[dict[str, Any]],
        before: str,
        after: str,
    ) -> None:
        """A playbook while some answers go wrong and others act, then without that, and in check mode before it."""
        play = self._play(event, name, STATES[name], what)
        if play is None:
            return
        stage = self.stage
        if wrong or others:
            acts = [fields for fields in map(self._by_others, others) if fields["events"]]
            stage.faults(rules_for(stage.world.profile, [*wrong, *acts]))
            self.carry_out(play)
            self._calm()
        check = self.carry_out(replace(play, check=True)) if before == "check" else None
        stage.pass_time(LAG)
        ran = self.carry_out(play)
        self._achieved(ran)
        if check is not None and not ran.failed:
            assert not check.failed, f"{play} fails in check mode only: {check.values['msg']}"
            # What has to wait for encoders is done by a second task, after their keys were written.
            changes = {WAITS.get(name, name) for name in ran.changes}
            assert check.changes == changes, f"{play}: check mode changes {check.changes}, and then {ran.changes}"
        stage.pass_time(LAG)
        if after == "again":
            again = self.carry_out(play)
            assert again.failed is ran.failed, f"{play}: {ran.values.get('msg')}, and then {again.values.get('msg')}"
            assert not again.changes, f"{play} changes something again: {again.changes}"
            told = [run.values.get(key) for run in (ran, again) for key in ("streams", "leftovers")]
            assert told[:2] != told[2:] or not again.values["changed"], f"{play} writes the same run sheet again"
        elif after == "status" and play.options["state"] != "retired":
            status = self._play(event, "status", play.options["state"], what)
            if status is not None:
                self._stands(status)
        self.passed = True

    def _calm(self) -> None:
        self.stage.calm()
        self.stage.pass_time(LAG)

    def _play(self, event: str, name: str, state: str, what: Mapping[str, Any]) -> Play | None:
        """The playbook for an event as its list is now; None where it would be refused for having nothing to do."""
        options = self.options(event, state, what["listed"] or state not in WHOLE, what["only"])
        whole = name == "stop" and not options["others"]
        options["exclusive"] = what["exclusive"] or ("event" if whole else "no")
        if whole and not options["streams"] and options["exclusive"] == "no":
            # Who stops an event and lists nothing means all of it.
            options["exclusive"] = "event"
        if not options["streams"] and (state not in WHOLE or name == "status"):
            return None
        given = {key: what[key] for key in ("exclusive", "wait", "missing", "verify")}
        given.update(state=state, event=event, concurrency=1, wait_timeout=60, run_sheet=SHEET, status_data=STATUS)
        if name != "status":
            given["state"] = what["said"]
        if given["state"] is None:
            del given["state"]
        if what["credentials"]:
            given["credentials"] = str(self.playbooks.vault)
        if options["streams"]:
            given.update(self._listed(event, what["scheduled"]))
        if options["streams"] and what["only"]:
            given["only"] = [options["streams"][0]["name"]]
        variables = {f"event_livestream_{key}": value for key, value in given.items()}
        module = "realtime_event_info" if name == "status" else "realtime_event"
        return Play(module, options, playbook=f"event_{name}", variables=variables)

    def _listed(self, event: str, scheduled: bool) -> dict[str, Any]:
        """The list of an event as variables: all of it, or what its schedule does not have."""
        rooms = self.lists[event]
        published = [room for room in rooms if room.isalpha()] if scheduled else []
        streams: list[dict[str, Any]] = [
            {"name": room, "meeting_title": room} for room in rooms if room not in published
        ]
        if self.feeds:
            streams.append({"name": FEED, "independent": True, "encoder": "Raspberry Pi"})
        if not published:
            return {"streams": streams}
        path = self.playbooks.home / f"{event}.json"
        path.write_text(json.dumps(written.schedule(event, published)))
        return {"streams": streams, "schedule": str(path)}

    def _by_others(self, drawn: Mapping[str, Any]) -> dict[str, Any]:
        """What somebody else does while a run reads a list."""
        do, number = drawn["do"], drawn["number"]
        found = list(self.stage.world.service.meetings.values())
        happens: list[dict[str, Any]] = []
        if do == "create_meeting":
            room = f"{EVENTS[number % 2]}: {ROOMS[number % len(ROOMS)]}"
            happens = [{"do": do, "title": room}]
        elif found:
            meeting = found[number % len(found)]
            about = {"start": "meeting_id", "end": "meeting_id"}.get(do, "title")
            happens = [{"do": do, about: meeting.id if about == "meeting_id" else meeting.title}]
            if do == "rename_meeting":
                happens[0]["to"] = "Renamed meanwhile"
        where = {"operation": drawn["operation"], "index": drawn["index"]}
        return {"kind": "meanwhile", "within": True, "events": happens, **where}

    # What others did

    def touched(self) -> set[str]:
        """Meetings that others started, ended, retired, renamed or made, and those of their titles."""
        happened = self.stage.world.happened
        titles = {title for event in happened for title in (event.title, event.to) if title}
        now = {item.id for item in self.stage.world.service.meetings.values() if item.title in titles}
        then = {identity for identity, title in self.titles.items() if title in titles}
        return now | then | {event.meeting_id for event in happened if event.meeting_id}

    def was_on_air(self, identity: str) -> set[bool]:
        """All that it was while the last run was under way."""
        return {identity in moment for moment in self.playbooks.moments}

    # Promises

    def _achieved(self, ran: PlayRan) -> None:
        """What succeeds has brought the event to its state; a missing encoder is named."""
        options, state = ran.task.options, ran.task.options["state"]
        on_air = self.on_air()
        found = [self.meeting_of(item.get("meeting_title")) for item in options["streams"]]
        listed = {item.id for item in found if item is not None}
        self._encoder(ran)
        if ran.failed:
            return
        if state == "started":
            off = listed - on_air.keys()
            assert not off, f"{ran.task}: {off} are not on the air"
            titled = [item for item in options["streams"] if "meeting_title" in item]
            assert len(listed) == len(titled), f"{ran.task}: not all meetings are there"
        leaves = options["others"] or (state == "stopped" and options["exclusive"] == "no")
        if state in WHOLE and not leaves:
            assert not self.own_on_air(options), f"{ran.task}: the event is still on the air"
        if state == "stopped":
            assert not listed & on_air.keys(), f"{ran.task}: rooms are still on the air"
        if state == "retired":
            assert not listed, f"{ran.task}: meetings of the list are still active"
        # A room whose meeting was renamed on the air is left over, and not stopped unless the event is.
        names = {item["name"] for item in options["streams"]} if state != "stopped" else set()
        if options["exclusive"] == "event":
            left = {key for key, livestream in self.own_on_air(options).items() if livestream.name not in names}
            # Another meeting of a listed title is not left over: a warning names it.
            meetings, warned = self.stage.world.service.meetings, " ".join(ran.warnings)
            titles = set(self._titles(options["streams"]))
            left = {key for key in left if meetings[key].title not in titles or key not in warned}
            assert not left - listed, f"{ran.task}: what is left over is still on the air"
        if options["exclusive"] == "app" and state != "retired":
            alone = {item["name"] for item in options["others"]} | names
            kept = {item.id for item in map(self.meeting_of, self._titles(options["others"])) if item is not None}
            still = {key for key, livestream in on_air.items() if livestream.name not in alone}
            assert not still - listed - kept, f"{ran.task}: others are still on the air"

    @staticmethod
    def _titles(items: list[dict[str, Any]]) -> list[str | None]:
        return [item.get("meeting_title") for item in items]

    def _encoder(self, ran: PlayRan) -> None:
        """Of a stream that is waited for and has no encoder, a failure or a warning says that it is missing."""
        variables, options = ran.task.variables, ran.task.options  # type: ignore[attr-defined]
        feed = self.feed_of(options["event"])
        name = f"{options['event']}-{FEED}"
        if name not in [item["name"] for item in options["streams"]] or not variables["event_livestream_wait"]:
            return
        sends = feed is not None and feed.session is not None
        if options["state"] == "started" and not sends and "streams" in ran.values:
            if variables["event_livestream_missing"] == "fail":
                assert ran.failed, f"{ran.task} succeeded without an encoder"
            told = f"{ran.values.get('msg', '')} {' '.join(ran.warnings)}"
            assert name in told, f"{ran.task}: the encoder is missing, and nobody says so"
        if options["state"] == "stopped" and sends:
            assert ran.failed, f"{ran.task} succeeded while an encoder sends"

    def _stands(self, play: Play) -> None:
        """The exit status of the report is right, where nothing goes wrong."""
        ran = self.carry_out(play)
        assert "streams" in ran.values, ran.values
        assert {entry.method for entry in ran.entries} <= {"GET"}
        right = self._right(play.options)
        told = f"exit status {ran.played.returncode}"
        assert right is None or right is not ran.failed, f"{play}: {told}, and right is {right}: {ran.values}"
        self.stage.pass_time(LAG)

    def _right(self, options: Options) -> bool | None:
        """Whether an event is in a state; None where somebody renamed, so that it depends on what is meant."""
        event, state = options["event"], options["state"]
        on_air = self.on_air()
        listed = {item["name"]: item.get("meeting_title") for item in options["streams"]}
        meetings = {name: self.meeting_of(title) for name, title in listed.items() if title}
        known = {item.id for item in meetings.values() if item is not None}
        names = {livestream.name for key, livestream in on_air.items() if key not in known}
        feed = self.feed_of(event)
        wrong = False
        for name, title in listed.items():
            if title is None:
                there, sends = feed is not None, feed is not None and feed.session is not None
            elif meetings[name] is None and name in names:
                return None
            else:
                meeting = meetings[name]
                wrong |= state == "stopped" and title not in self._all_titles()
                there, sends = meeting is not None, meeting is not None and meeting.id in on_air
            wrong |= sends if state == "stopped" else not there or (state == "started" and not sends)
        # Of an encoder, only its name says which event it is of.
        if any(self._sends(other) for other in EVENTS if f"{other}-{FEED}" not in listed and other.startswith(event)):
            return False if wrong else None
        left = self.own_on_air(options).keys() - known
        if wrong or left:
            return False
        doubtful = on_air.keys() - known - self.foreign(event)
        return None if doubtful else True

    def _all_titles(self) -> set[str]:
        """The titles of all meetings, also of retired ones."""
        return {item.title for item in self.stage.world.service.meetings.values()}

    def _sends(self, event: str) -> bool:
        feed = self.feed_of(event)
        return feed is not None and feed.session is not None
