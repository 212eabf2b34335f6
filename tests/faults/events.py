# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Random events: tasks of the module ``realtime_event`` on two events in one app, with faults.

A second run changes nothing, and a report says the same as the run before it.
"""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from .app import LAG, App, Options, events
from .machine import faults, lost, refused, rules_for
from .stage import Actor, Ran, Task


class Events(App):
    """Runs are tasks on the client, in this process."""

    subject = "events"

    def act(self, task: Task) -> Ran:
        """By an actor of its own."""
        return Actor(self.stage, "ann")(task)

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
        further = {"exclusive": exclusive, "wait": False, "verify": "no"}
        options = self.options(event, state, listed or state != "stopped", only, **further)
        if not options["streams"] and state == "started":
            return
        self.passed = False
        stage = self.stage
        stage.faults(rules_for(stage.world.profile, wrong))
        self.carry_out(Task("realtime_event", options, check == 0))
        stage.calm()
        stage.pass_time(LAG)
        first = self.carry_out(Task("realtime_event", options))
        stage.pass_time(LAG)
        again = self.carry_out(Task("realtime_event", options))
        if not first.failed:
            assert not again.failed, again.values["msg"]
        assert not again.values["changed"], f"{again.task} changes something again"
        stage.pass_time(LAG)
        self._report(options)
        self.passed = True

    def _carried(self, event: str) -> bool:
        """Whether anything there is, or was, bears the name of an event."""
        service = self.stage.world.service
        titles = (meeting.title or "" for meeting in service.meetings.values())
        names = (livestream.name or "" for livestream in service.ordered)
        titled = any(title.startswith(f"{event}: ") for title in titles)
        return titled or any(name.startswith(f"{event}-") for name in names)

    def _report(self, options: Options) -> None:
        """The report of the same event says the same."""
        reads = {key: options[key] for key in ("event", "streams", "others", "concurrency")}
        state = options["state"] if options["state"] != "retired" else "present"
        ran = self.act(Task("realtime_event_info", {**reads, "state": state}))
        assert {entry.method for entry in ran.entries} <= {"GET"}
        # Who lists nothing, and names an event of which there is nothing, has probably misspelt it.
        unknown = not (options["streams"] or options["others"] or self._carried(options["event"]))
        assert ran.failed is (unknown and state != "stopped"), ran.values
        if ran.failed:
            assert "carries the event's name" in ran.values["msg"]
            return
        self._reported(ran)
        self._mentioned(ran)
