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
    by_title,
    oldest_first,
    plan_meeting,
    titled,
    written,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.naming import told
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
        # What was read of it, or accepted; in check mode what would come of it.
        self.current = desired.unseen
        self.observed: Sequence[Meeting] = ()
        self.planned = MeetingPlan(self.current, {})

    def run(self) -> Outcome:
        """All of it. A failure after an accepted write says so in its ``changed``."""
        try:
            self.decide(self.observe())
            self.apply()
            if self.planned.create and not self.context.check_mode:
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
            listed = self.api.meetings(status=ACTIVE)
            found = titled(by_title(listed), self.desired)
            if not found and not listed.counted:
                # One that left may have moved this one out of sight, and nobody counts.
                found = titled(by_title(self.api.meetings(status=ACTIVE)), self.desired)
            return self.complete(found)
        try:
            return [self.api.meeting(self.desired.meeting_id)]
        except Refused as error:
            if error.missing:
                return []
            raise

    def incomplete(self, found: Sequence[Meeting]) -> bool:
        """Whether the list left out an object that is wanted."""
        lacks = any(
            name in self.desired.settings and getattr(item, name) is None for item in found[:1] for name in CONFIGS
        )
        return lacks and self.desired.state == "active" and bool(found[0].id)

    def complete(self, found: Sequence[Meeting]) -> list[Meeting]:
        """The list may leave out objects: where one is wanted, the meeting itself is read."""
        if self.incomplete(found):
            return [self.api.meeting(found[0].id or "").known(found[0]), *found[1:]]
        return list(found)

    def decide(self, observed: Sequence[Meeting]) -> None:
        """Plan, from what was read."""
        self.observed = observed
        if observed:
            self.before = self.current = observed[0]
        self.planned = plan_meeting(observed, self.desired)
        self.warnings += self.planned.warnings

    def apply(self) -> None:
        """Send what is planned; in check mode tell what would come of it."""
        planned = self.planned
        if self.context.check_mode:
            self.changed, self.current = planned.changed, planned.meeting if planned.changed else self.current
        elif planned.create:
            self.current = self.write(self.create, self.found)
        elif planned.changed:
            # The oldest, which is the one that is returned, comes last.
            changed = [self.change(item) for item in reversed(self.observed) if item.id in planned.targets]
            self.current = changed[-1]
        if not self.changed and self.before is None:
            self.current = planned.meeting

    def create(self) -> Meeting:
        """POST the creation."""
        return self.api.create_meeting(self.planned.fields).known(self.planned.meeting)

    def found(self) -> Meeting | None:
        """The oldest active one of the title, should a lost creation have arrived."""
        return next(iter(titled(by_title(self.api.meetings(status=ACTIVE)), self.desired)), None)

    def change(self, observed: Meeting) -> Meeting:
        """PATCH one meeting, and read it where the answer leaves open what became of it."""
        meeting_id, fields = observed.id or "", self.planned.fields

        def settled() -> Meeting | None:
            found = self.api.meeting(meeting_id)
            return found if written(found, fields) else None

        try:
            changed = self.write(lambda: self.api.update_meeting(meeting_id, fields), settled)
        except Refused as error:
            if error.status == 422 and "recording_config" in fields:
                error.advice = "the service may take a recording_config only when a meeting is created"
            raise
        if "title" in fields:
            self.warnings += told(self.desired.label, changed.title, self.desired.title)
        return changed.known(observed._replace(**fields))

    def agree(self, listed: Sequence[Meeting]) -> None:
        """After a creation: of several made at once, all jobs take the oldest. The title is the service's own form."""
        own = next((item for item in listed if item.id == self.current.id), self.current)
        title = own.title or self.current.title
        active = [item for item in listed if item.title == title and item.status in (ACTIVE, None)]
        found = oldest_first(active if own is not self.current else [*active, own])
        if found:
            self.warnings += plan_meeting(found, self.desired).warnings
            self.current = found[0].known(self.current) if found[0].id == self.current.id else found[0]
