# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One livestream, brought to the state asked for: observe, plan, apply, wait.

What a refused or ambiguous start or stop means is what clients in production found out: read the active livestream
again; if that does not settle it, wait a few seconds for an earlier one to finish stopping, read again, and try once
more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.eventops.cloudflare.plugins.module_utils.api import RealtimeApi
from ansible_collections.eventops.cloudflare.plugins.module_utils.errors import (
    RealtimeError,
    Refused,
    RequestFailed,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.models import IDLE, INVOKED, Livestream, Meeting
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.common import (
    Context,
    Outcome,
    Progress,
    Wait,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.naming import told
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.plan import (
    Action,
    Desired,
    Plan,
    find,
    independents,
    oldest,
    plan,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.watch import Watch
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.writing import Writer

NOT_OFFERED = (404, 405, 410)
NO_ROUTE = 7003  # Cloudflare's code for a route it does not have


def reconcile(api: RealtimeApi, params: Mapping[str, Any], context: Context) -> Outcome:
    """Bring the livestream that ``params`` (validated options of the module) name to their state, or raise."""
    return reconciliation(api, Desired.of(params), context).run()


def reconciliation(api: RealtimeApi, desired: Desired, context: Context) -> Reconciliation:
    """The reconciliation of a meeting's livestream, or of an independent one."""
    return MeetingLivestream(api, desired, context) if desired.meeting_id else Independent(api, desired, context)


class Reconciliation(Writer):
    """What both kinds share."""

    def __init__(self, api: RealtimeApi, desired: Desired, context: Context) -> None:
        super().__init__(api, context)
        self.desired = desired
        self.before: Livestream | None = None
        # What was read of it, or accepted; in check mode what would come of it.
        self.current = desired.unseen
        # The service's time (Unix seconds) right before the first attempt of a start that may be the one that counts.
        self.started_after: float | None = None

    def run(self) -> Outcome:
        """All of it. A failure after an accepted write says so in its ``changed``."""
        try:
            planned = self.carry_out()
            if not self.context.check_mode:
                self.settle(planned)
            key = self.stream_key()
        except RealtimeError as error:
            error.changed = self.changed
            raise
        values = self.current.public()
        diff = {"before": values if not self.changed else shown(self.before), "after": self.current.public()}
        if self.desired.return_stream_key:
            values = {**values, "stream_key": key}
        return Outcome(self.changed, {"livestream": values}, diff, self.warnings, (key,) if key else ())

    def carry_out(self) -> Plan:
        """Observe, plan, and apply, without waiting. In check mode ``current`` is what would come of it."""
        self.before = self.observe()
        self.current = self.before if self.before is not None else self.desired.unseen
        planned = plan(self.before, self.desired)
        self.warnings += planned.warnings
        if self.context.check_mode:
            self.foresee(planned)
            self.changed, self.current = planned.changed, planned.livestream
        elif planned.changed:
            self.current = self.apply(planned)
        elif self.before is None:
            self.current = planned.livestream
        return planned

    def settle(self, planned: Plan) -> None:
        """Wait, when asked to."""
        if self.desired.state == "present" or not self.desired.wait:
            return
        watch = Watch(self.api, self.desired, self.current, self.started_after)
        wait = Wait(self.context, self.desired.wait_timeout)
        # That a stop was accepted does not mean that it has happened.
        unseen = planned.action is Action.STOP
        while unseen or not watch.done:
            if not unseen:
                self.context.report(Progress(self.desired.label, watch.status, wait.elapsed, wait.timeout))
                if wait.remaining <= 0:
                    raise watch.timed_out()
                wait.pause()
            unseen = False
            with self.api.within(wait.remaining):
                watch.saw(self.look(watch.current))
            self.current = watch.current

    def stream_key(self) -> str | None:
        """The key when it was asked for; reads the livestream when no answer so far had it."""
        if self.desired.return_stream_key and self.current.stream_key is None and self.current.id:
            self.current = self.current.known(self.api.livestream(self.current.id).livestream)
        return self.current.stream_key if self.desired.return_stream_key else None

    def observe(self) -> Livestream | None:
        """What is there."""
        raise NotImplementedError

    def look(self, current: Livestream) -> Livestream | None:
        """What is there while waiting."""
        raise NotImplementedError

    def foresee(self, planned: Plan) -> None:
        """In check mode, fail where the real run is known to fail."""

    def apply(self, planned: Plan) -> Livestream:
        """Send what is planned."""
        raise NotImplementedError


class MeetingLivestream(Reconciliation):
    """The livestream of a meeting."""

    @property
    def meeting_id(self) -> str:
        """Which meeting."""
        return self.desired.meeting_id or ""

    def observe(self) -> Livestream | None:
        return self.api.active_livestream(self.meeting_id)

    def look(self, current: Livestream) -> Livestream | None:
        return self.observe()

    def active(self) -> Livestream | None:
        """The active livestream, None when there is none."""
        found = self.observe()
        return found if found is not None and found.active else None

    def foresee(self, planned: Plan) -> None:
        if planned.action is Action.START:
            self.check_meeting()

    def apply(self, planned: Plan) -> Livestream:
        if planned.action is Action.START:
            started = self.write(self.start, self.active)
            if not self.changed:
                # Refused: it is the livestream that somebody else has started, perhaps earlier.
                self.started_after = None
            return started
        stopped = self.write(lambda: self.stop(planned), lambda: self.ended(planned))
        return stopped.known(planned.livestream)

    def start(self) -> Livestream:
        """POST the start."""
        if self.started_after is None:
            self.started_after = self.api.service_time
        started = self.api.start(self.meeting_id, name=self.desired.name, video_config=self.desired.video_config)
        self.warnings += told(self.desired.label, started.name, self.desired.name)
        return started.known(Livestream(name=self.desired.name, meeting_id=self.meeting_id, status=INVOKED))

    def stop(self, planned: Plan) -> Livestream:
        """POST the stop."""
        self.api.stop(self.meeting_id)
        return planned.livestream

    def ended(self, planned: Plan) -> Livestream | None:
        """None while one is active, which is then what is known."""
        found = self.active()
        if found is None:
            return planned.livestream
        self.current = found
        return None

    def inquire(self, failure: RequestFailed) -> None:
        if self.desired.state == "started":
            meeting = self.check_meeting()
            if isinstance(failure, Refused) and meeting is not None and meeting.status == "INACTIVE":
                failure.advice = "the meeting is INACTIVE: make it ACTIVE first"
                raise failure

    def check_meeting(self) -> Meeting | None:
        """The meeting, when it can be read. Raises when it does not exist: "none is active" may also mean that."""
        try:
            return self.api.meeting(self.meeting_id)
        except RequestFailed as error:
            if isinstance(error, Refused) and error.missing:
                error.advice = "check meeting_id, and that the meeting belongs to this app_id and account_id"
                raise
            return None

    def give_up(self, failure: RequestFailed) -> Livestream:
        if self.desired.state == "started":
            failure.advice = (
                "no livestream of the meeting is active, and it was tried twice: perhaps nobody is in the meeting, or "
                "an earlier livestream of it is still stopping"
            )
        if self.desired.state == "started" or not isinstance(failure, Refused):
            raise failure
        # Refused twice while it is still listed as active: 400, 404 and 409 all mean that it is stopped already.
        if not self.desired.wait:
            self.warnings += (f"{self.desired.label} is still listed as active; the service says: {failure.text}",)
        return self.current


class Independent(Reconciliation):
    """A livestream of its own, known by ID or by name."""

    contestable = False

    def observe(self) -> Livestream | None:
        found = self.read(self.desired.livestream_id) if self.desired.livestream_id else self.found()
        return self.without_encoder(found)

    def look(self, current: Livestream) -> Livestream | None:
        return self.without_encoder(self.read(current.id)) if current.id else None

    def read(self, livestream_id: str) -> Livestream | None:
        """The livestream; None when it does not exist."""
        try:
            return self.api.livestream(livestream_id).livestream
        except Refused as error:
            if error.missing:
                return None
            raise

    def without_encoder(self, found: Livestream | None) -> Livestream | None:
        """To stop one that is INVOKED, look for its session: the service calls a fresh one INVOKED, too."""
        if found is None or found.id is None or found.status != INVOKED or self.desired.state != "stopped":
            return found
        return found if self.api.active_session(found.id) is not None else found._replace(status=IDLE)

    def found(self) -> Livestream | None:
        """The one of this name."""
        found, warnings = find(independents(self.api.livestreams(exclude_meetings=True)), self.desired)
        self.warnings += warnings
        return found

    def apply(self, planned: Plan) -> Livestream:
        created = self.create(self.agree)
        if self.desired.state == "started" and not self.desired.wait:
            # Created just now: the same refusal as for one found there, unless it is active already.
            plan(created, self.desired)
        return created

    def create(self, then: Callable[[Livestream], Livestream]) -> Livestream:
        """POST the creation, and go on with ``then``."""

        def post() -> Livestream:
            created = self.api.create_livestream(self.desired.name or "")
            self.changed = True
            return then(created.known(Livestream(name=self.desired.name)))

        try:
            return self.write(post, self.found)
        except Refused as error:
            if error.method == "POST" and (error.status in NOT_OFFERED or error.code == NO_ROUTE):
                error.advice = (
                    "the API no longer offers to create independent livestreams here; livestream a meeting with "
                    "meeting_id, or use an independent livestream that exists already"
                    + (" (or app_id or base_url is wrong: check them)" if error.missing else "")
                )
            raise

    def agree(self, created: Livestream) -> Livestream:
        """Read the list again: of several made at once, all jobs take the oldest."""
        return self.agreed(created, self.api.livestreams(exclude_meetings=True))

    def agreed(self, created: Livestream, listed: list[Livestream]) -> Livestream:
        """The oldest of its name in the list, which may lag behind and lack the one just created.

        Its name is what the service calls it.
        """
        own = next((item for item in listed if item.id == created.id), created)
        name = own.name or created.name or ""
        found, warnings = oldest(listed if own is not created else [*listed, created], name)
        self.warnings += warnings + told(self.desired.label, name, self.desired.name)
        return found.known(created) if found is not None else created


def shown(livestream: Livestream | None) -> dict[str, Any]:
    """What diff mode shows of a livestream: nothing of one that is not there, and never its key."""
    return livestream.public() if livestream is not None else {}
