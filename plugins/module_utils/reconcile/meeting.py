# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One meeting, brought to the state asked for: observe, plan, apply."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.eventops.cloudflare.plugins.module_utils.api import RealtimeApi
from ansible_collections.eventops.cloudflare.plugins.module_utils.errors import RealtimeError, Refused
from ansible_collections.eventops.cloudflare.plugins.module_utils.models import Meeting
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.common import Context, Outcome
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.meeting_plan import (
    ACTIVE,
    CONFIGS,
    DesiredMeeting,
    MeetingPlan,
    covers,
    plan_meeting,
    titled,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.writing import Writer


def reconcile_meeting(api: RealtimeApi, params: Mapping[str, Any], context: Context) -> Outcome:
    """Bring the meeting that ``params`` (validated options of the module) name to its state, or raise."""
    return MeetingReconciliation(api, DesiredMeeting.of(params), context).run()


class MeetingReconciliation(Writer):
    """Creates, changes or retires."""

    contestable = False

    def __init__(self, api: RealtimeApi, desired: DesiredMeeting, context: Context) -> None:
        super().__init__(api, context)
        self.desired = desired
        self.before: Meeting | None = None
        self.current = Meeting()

    def run(self) -> Outcome:
        """All of it. A failure after an accepted write says so in its ``changed``."""
        try:
            self.carry_out(self.observe())
            if self.changed and self.before is None and not self.context.check_mode:
                self.agree(self.api.meetings(status=ACTIVE))
        except RealtimeError as error:
            error.changed = self.changed
            raise
        return Outcome(self.changed, {"meeting": self.current.public()}, self.diff(), self.warnings)

    def diff(self) -> dict[str, Any]:
        """Before and after, without secrets."""
        after = self.current.public()
        before = after if not self.changed else (self.before.public() if self.before is not None else {})
        return {"before": before, "after": after}

    def observe(self) -> list[Meeting]:
        """The meeting of the ID, or the active ones of the title."""
        if not self.desired.meeting_id:
            return self.complete(titled(self.api.meetings(status=ACTIVE), self.desired.title or ""))
        try:
            return [self.api.meeting(self.desired.meeting_id)]
        except Refused as error:
            if error.missing:
                return []
            raise

    def complete(self, found: Sequence[Meeting]) -> list[Meeting]:
        """The list may leave out objects: where one is wanted, the meeting itself is read."""
        found = list(found)
        lacks = any(
            name in self.desired.settings and getattr(item, name) is None for item in found[:1] for name in CONFIGS
        )
        if lacks and self.desired.state == "active" and found[0].id:
            found[0] = self.api.meeting(found[0].id).known(found[0])
        return found

    def carry_out(self, observed: Sequence[Meeting]) -> None:
        """Plan and apply."""
        planned = plan_meeting(observed, self.desired)
        self.warnings += planned.warnings
        self.before = observed[0] if observed else None
        self.current = self.before if self.before is not None and not planned.changed else planned.meeting
        if self.context.check_mode:
            self.changed = planned.changed
        elif planned.create:
            self.current = self.write(lambda: self.create(planned), self.found)
        elif planned.changed:
            for meeting_id in reversed(planned.targets):
                self.current = self.change(meeting_id, planned)

    def create(self, planned: MeetingPlan) -> Meeting:
        """POST the creation."""
        return self.api.create_meeting(planned.fields).known(planned.meeting)

    def found(self) -> Meeting | None:
        """The oldest active one of the title, should a lost creation have arrived."""
        return next(iter(titled(self.api.meetings(status=ACTIVE), self.desired.title or "")), None)

    def change(self, meeting_id: str, planned: MeetingPlan) -> Meeting:
        """PATCH one meeting, and read it where the answer leaves open what became of it."""

        def settled() -> Meeting | None:
            found = self.api.meeting(meeting_id)
            return found if all(covers(getattr(found, name), value) for name, value in planned.fields.items()) else None

        try:
            return self.write(lambda: self.api.update_meeting(meeting_id, planned.fields), settled).known(
                planned.meeting
            )
        except Refused as error:
            if error.status == 422 and "recording_config" in planned.fields:
                error.advice = "the service may take a recording_config only when a meeting is created"
            raise

    def agree(self, listed: Sequence[Meeting]) -> None:
        """After a creation: of several made at once, all jobs take the oldest."""
        found = titled([*listed, *([self.current] if all(item.id != self.current.id for item in listed) else [])],
                       self.desired.title or "")  # fmt: skip
        if found:
            self.warnings += plan_meeting(found, self.desired).warnings
            self.current = found[0].known(self.current) if found[0].id == self.current.id else found[0]
