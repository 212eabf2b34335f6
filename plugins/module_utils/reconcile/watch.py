# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waiting for one livestream: what the reads show, and whether that is enough."""

from __future__ import annotations

from ansible_collections.eventops.cloudflare.plugins.module_utils.api.models import (
    ERRORED,
    LIVE,
    Livestream,
    LivestreamDetails,
    Session,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.api.realtimekit import RealtimeApi
from ansible_collections.eventops.cloudflare.plugins.module_utils.errors import (
    ApiError,
    WaitFailed,
    WaitTimedOut,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.livestream_plan import Desired
from ansible_collections.eventops.cloudflare.plugins.module_utils.times import unix_seconds

# Reads can lag behind. So one read that shows how a livestream ended is not enough: so many in a row have to agree.
ENDED_READS = 2
# Seconds by which the clock that sets the header Date may be ahead of the one that sets the times of sessions.
CLOCK_TOLERANCE = 2.0


class Watch:
    """One livestream that is waited for.

    ``current`` is what is known of it, ``done`` whether that is what was waited for. Before the first poll after a stop
    that was accepted, ``done`` says no more than that it was accepted.

    ``started_after`` is the service's time (Unix seconds) right before the task sent its start: what began earlier is
    not that start's. None when the task sent none, or the service does not tell its time.
    """

    def __init__(
        self, api: RealtimeApi, desired: Desired, current: Livestream, started_after: float | None = None
    ) -> None:
        self._api = api
        self._desired = desired
        self._started_after = started_after
        self._started_id = current.id
        self._seen_another = 0
        self._ended = 0
        # An independent livestream may still show the failure of an earlier push.
        self._failed_before = not current.active
        self.current = current

    @property
    def done(self) -> bool:
        """Whether the wait is over."""
        return self.current.playable if self._desired.state == "started" else not self.current.active

    @property
    def status(self) -> str | None:
        """The last status that was seen."""
        return self.current.status

    def saw(self, found: Livestream | None) -> None:
        """Take note of a poll; raises :class:`~..errors.WaitFailed` when waiting has become pointless.

        ``found`` is the meeting's active livestream, or the independent livestream itself; None when there was none.
        """
        if self._desired.meeting_id and self._desired.state == "started":
            self._saw_starting(found)
        elif self._desired.meeting_id:
            self.current = (found or Livestream(status=self._end_status())).merged_with(self.current)
        elif found is not None:
            self.current = found.merged_with(self.current)
            if self._desired.state == "started":
                self._saw_encoding()

    def _end_status(self) -> str | None:
        # Nothing is active any more: what an accepted stop leads to is known from the plan.
        return None if not self.current.active else "IDLE"

    def _saw_starting(self, found: Livestream | None) -> None:
        if found is not None and found.active:
            if not self._is_another(found):
                self.current, self._ended = found.merged_with(self.current), 0
            return
        # Not listed as active: not yet, not any more, or failed. The livestream itself says which.
        details = self._read(self.current.id)
        if details is None:
            self._ended = 0
            return
        self.current = details.livestream.merged_with(self.current)
        newest = None if self.current.active else self._newest_session(details)
        if self.current.active or self._is_earlier(newest):
            self._ended = 0
            return
        self._ended += 1
        if self._ended < ENDED_READS:
            return
        if self.current.status == ERRORED:
            raise self._failure(newest)
        raise WaitFailed(
            f"{self._desired.label} was started but ended by itself (status {self.current.status}); "
            "a meeting with nobody in it cannot be livestreamed"
        )

    def _saw_encoding(self) -> None:
        if self.current.status != ERRORED:
            self._failed_before, self._ended = False, 0
        elif not self._failed_before:
            self._ended += 1
            if self._ended == ENDED_READS:
                details = self._read(self.current.id)
                raise self._failure(details and self._newest_session(details))

    def _read(self, livestream_id: str | None) -> LivestreamDetails | None:
        """The livestream; None when it does not exist yet, as far as reads show."""
        if livestream_id is None:
            return None
        try:
            return self._api.livestream(livestream_id)
        except ApiError as error:
            if error.missing:
                return None
            raise

    def _newest_session(self, details: LivestreamDetails) -> Session | None:
        """The newest session. Not every answer about a livestream holds its sessions."""
        meeting_id = details.livestream.meeting_id
        if details.newest is not None or meeting_id is None:
            return details.newest
        history = self._api.meeting_livestreams(meeting_id)
        return next((item.newest for item in history if item.livestream.id == details.livestream.id), None)

    def _is_another(self, found: Livestream) -> bool:
        """Whether a lagging read shows the livestream that was active before the start that this task sent."""
        if self._started_after is None or self._started_id in (None, found.id):
            return False
        created = unix_seconds(found.created_at)
        if created is not None:
            return created < self._started_after - CLOCK_TOLERANCE
        self._seen_another += 1
        return self._seen_another < ENDED_READS

    def _is_earlier(self, newest: Session | None) -> bool:
        """Whether a poll shows what was before the start: a livestream that is started again may keep its ID."""
        began = None if newest is None else unix_seconds(newest.began)
        if began is None or self._started_after is None:
            return False
        return began < self._started_after - CLOCK_TOLERANCE

    def timed_out(self) -> WaitTimedOut:
        """That time is up, with what was seen last."""
        if self._desired.state == "stopped":
            goal = "stopped"
            look_at = (
                "look at the meeting's active livestream"
                if self._desired.meeting_id
                else "look whether its encoder is still pushing"
            )
        else:
            goal = "given a playback URL" if self.current.status == LIVE else LIVE
            look_at = (
                "look whether anybody is in the meeting, and at the livestream's sessions"
                if self._desired.meeting_id
                else "look whether its encoder is pushing to the ingest server"
            )
        return WaitTimedOut(
            f"{self._desired.label} was not {goal} within {self._desired.wait_timeout:g} s: its last status was "
            f"{self.status or 'unknown'}; {look_at}"
        )

    def _failure(self, newest: Session | None) -> WaitFailed:
        """That it is ERRORED, and why."""
        reason = newest.err_message if newest is not None else None
        return WaitFailed(
            f"{self._desired.label} ended with an error (status {ERRORED}): {reason or 'the service gives no reason'}"
        )
