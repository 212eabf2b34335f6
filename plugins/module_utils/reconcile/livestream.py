# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A meeting's livestream as a target, and what it has in common with an independent one.

What a refused or ambiguous start or stop means is what clients in production found out: read the active livestream
again. If that does not settle it, wait a few seconds for an earlier one to finish stopping, read again, and try once
more.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ansible_collections.eventops.cloudflare.plugins.module_utils.api.models import INVOKED, Livestream, Meeting
from ansible_collections.eventops.cloudflare.plugins.module_utils.api.realtimekit import RealtimeApi
from ansible_collections.eventops.cloudflare.plugins.module_utils.errors import ApiError, RequestFailed
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.common import Context
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.livestream_listing import (
    LivestreamListing,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.livestream_plan import (
    Action,
    Desired,
    Plan,
    plan,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.naming import told
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.target import Target
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.watch import Watch


class LivestreamTarget(Target):
    """What both kinds of livestreams share."""

    desired: Desired
    before: Livestream | None
    current: Livestream
    planned: Plan

    def __init__(self, api: RealtimeApi, desired: Desired, context: Context) -> None:
        super().__init__(api, context)
        self.desired = desired
        self.before = None
        self.current = desired.unseen
        self.planned = Plan(Action.NOTHING, self.current)
        # The service's time (Unix seconds) right before the first attempt of a start that may be the one that counts.
        self.started_after: float | None = None

    @property
    def kept_name(self) -> str | None:
        return self.current.name if self.current.id else None

    @property
    def ids(self) -> tuple[str, ...]:
        return (self.before.id,) if self.before is not None and self.before.id else ()

    def decide(self) -> None:
        self.current = self.before if self.before is not None else self.desired.unseen
        self.planned = plan(self.before, self.desired)
        self.warnings += self.planned.warnings
        if self.before is None and not self.planned.changed:
            self.current = self.planned.livestream

    def foresee(self) -> None:
        self.current = self.planned.livestream

    def watch(self) -> Watch | None:
        if self.desired.state == "present" or not self.desired.wait:
            return None
        return Watch(self.api, self.desired, self.current, self.started_after)

    @property
    def unseen(self) -> bool:
        return self.planned.action is Action.STOP

    def saw(self, watch: Watch, found: Livestream | None) -> bool:
        """Take note of what a poll found."""
        try:
            watch.saw(found)
        finally:
            self.current = watch.current
        return True

    @property
    def lacks_key(self) -> bool:
        return bool(self.desired.return_stream_key and self.current.id and self.current.stream_key is None)

    def read_key(self) -> None:
        self.current = self.current.merged_with(self.api.livestream(self.current.id or "").livestream)

    @property
    def secrets(self) -> tuple[str, ...]:
        key = self.current.stream_key if self.desired.return_stream_key else None
        return (key,) if key else ()

    def public(self) -> dict[str, Any]:
        values = self.current.public()
        return {**values, "stream_key": self.current.stream_key} if self.desired.return_stream_key else values


class MeetingLivestream(LivestreamTarget):
    """The livestream of a meeting."""

    contestable = True
    reads_again = True

    @property
    def meeting_id(self) -> str:
        """Which meeting."""
        return self.desired.meeting_id or ""

    def find(self, listing: LivestreamListing) -> bool:
        self.before = listing.active.get(self.meeting_id)
        # What is not in a list that changed while it was read may be on the air all the same.
        return self.before is not None or listing.active.whole or self.desired.state != "stopped"

    def complete(self) -> None:
        self.read()

    def read(self) -> None:
        self.before = self.api.active_livestream(self.meeting_id)

    def poll(self, watch: Watch, listing: LivestreamListing | None) -> bool:
        if listing is None:
            return self.saw(watch, self.api.active_livestream(self.meeting_id))
        found = listing.active.get(self.meeting_id)
        if found is None and self.desired.state == "stopped" and not listing.active.whole:
            return False
        return self.saw(watch, found)

    def active(self) -> Livestream | None:
        """The active livestream, None when there is none."""
        found = self.api.active_livestream(self.meeting_id)
        return found if found is not None and found.active else None

    def foresee(self) -> None:
        if self.planned.action is Action.START:
            self.check_meeting()
        super().foresee()

    def send(self) -> None:
        if self.planned.action is Action.START:
            self.current = self.write(self.start, self.active)
            if not self.changed:
                # Refused: it is the livestream that somebody else has started, perhaps earlier.
                self.started_after = None
        else:
            self.current = self.write(self.stop, self.ended).merged_with(self.planned.livestream)

    def start(self) -> Livestream:
        """POST the start."""
        if self.started_after is None:
            self.started_after = self.api.service_time
        started = self.api.start(self.meeting_id, name=self.desired.name, video_config=self.desired.video_config)
        self.warnings += told(self.desired.label, started.name, self.desired.name)
        return started.merged_with(Livestream(name=self.desired.name, meeting_id=self.meeting_id, status=INVOKED))

    def stop(self) -> Livestream:
        """POST the stop."""
        self.api.stop(self.meeting_id)
        return self.planned.livestream

    def ended(self) -> Livestream | None:
        """None while one is active, which is then what is known."""
        found = self.active()
        if found is None:
            return self.planned.livestream
        self.current = found
        return None

    def inquire(self, failure: RequestFailed) -> None:
        if self.desired.state == "started":
            meeting = self.check_meeting()
            if isinstance(failure, ApiError) and meeting is not None and meeting.status == "INACTIVE":
                failure.advice = "the meeting is INACTIVE: make it ACTIVE first"
                raise failure

    def check_meeting(self) -> Meeting | None:
        """The meeting, when it can be read. Raises when it does not exist: "none is active" may also mean that."""
        try:
            return self.api.meeting(self.meeting_id)
        except RequestFailed as error:
            if isinstance(error, ApiError) and error.missing:
                error.advice = "check meeting_id, and that the meeting belongs to this app_id and account_id"
                raise
            return None

    def give_up(self, failure: RequestFailed) -> Livestream:
        if self.desired.state == "started":
            refused = isinstance(failure, ApiError)
            reason = (
                "perhaps nobody is in the meeting, or an earlier livestream of it is still stopping"
                if refused
                else "the service did not say why: try again in a minute"
            )
            failure.advice = f"no livestream of the meeting is active, and it was tried twice: {reason}"
        if self.desired.state == "started" or not isinstance(failure, ApiError):
            raise failure
        # Refused twice while it is still listed as active: 400, 404 and 409 all mean that it is stopped already.
        if not self.desired.wait:
            self.warnings += (f"{self.desired.label} is still listed as active; the service says: {failure.text}",)
        return self.current

    def agree(self, listed: Sequence[Livestream]) -> None:
        """A meeting has one active livestream: there is nothing to agree on."""

    def list_again(self) -> Sequence[Livestream]:
        return ()
