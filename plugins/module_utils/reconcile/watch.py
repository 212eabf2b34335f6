# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waiting for one livestream: what the reads show, and whether that is enough."""

from __future__ import annotations

from ansible_collections.eventops.cloudflare.plugins.module_utils.api import RealtimeApi
from ansible_collections.eventops.cloudflare.plugins.module_utils.errors import WaitFailed
from ansible_collections.eventops.cloudflare.plugins.module_utils.models import (
    ERRORED,
    LIVE,
    Livestream,
    LivestreamDetails,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.plan import Desired

ENDED_LOOKS = 2  # looks in a row that must agree before a started livestream counts as ended: reads can be stale


class Watch:
    """One livestream that is waited for.

    ``current`` is what is known of it, ``done`` whether that is what was waited for. Before the first look at a stop
    that was accepted, ``done`` says no more than that it was accepted.
    """

    def __init__(self, api: RealtimeApi, desired: Desired, current: Livestream) -> None:
        self._api = api
        self._desired = desired
        self._ended = 0
        self.current = current
        self.status = current.status

    @property
    def done(self) -> bool:
        """Whether the wait is over."""
        return self.current.playable if self._desired.state == "started" else not self.current.active

    def saw(self, found: Livestream | None) -> None:
        """Take note of a look; raises :class:`~..errors.WaitFailed` when waiting has become pointless.

        ``found`` is the meeting's active livestream, or the independent livestream itself; None when there was none.
        """
        if self._desired.meeting_id and self._desired.state == "started":
            self._saw_starting(found)
        elif self._desired.meeting_id:
            self.current = (found or Livestream(status=self._end_status())).known(self.current)
        elif found is not None:
            self.current = found.known(self.current)
            if self.current.status == ERRORED and not self.done and self.current.id:
                raise self._failed(self._api.livestream(self.current.id))
        self.status = self.current.status

    def _end_status(self) -> str | None:
        # Nothing is active any more: what an accepted stop leads to is known from the plan.
        return None if not self.current.active else "IDLE"

    def _saw_starting(self, found: Livestream | None) -> None:
        if found is not None and found.active:
            self.current, self._ended = found.known(self.current), 0
        elif self.current.id:
            # Not listed as active: not yet, not any more, or failed. The livestream itself says which.
            details = self._api.livestream(self.current.id)
            self.current = details.livestream.known(self.current)
            if self.current.status == ERRORED:
                raise self._failed(details)
            self._ended = 0 if self.current.active else self._ended + 1
            if self._ended == ENDED_LOOKS:
                raise WaitFailed(
                    f"{self._desired.label} was started but ended by itself (status {self.current.status}); "
                    "a meeting with nobody in it cannot be livestreamed"
                )

    def timed_out(self) -> WaitFailed:
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
        return WaitFailed(
            f"{self._desired.label} was not {goal} within {self._desired.wait_timeout:g} s: its last status was "
            f"{self.status or 'unknown'}; {look_at}"
        )

    def _failed(self, details: LivestreamDetails) -> WaitFailed:
        """That it is ERRORED, and why: a session says so, and not every answer holds the sessions."""
        reason, meeting_id = details.err_message, details.livestream.meeting_id
        if reason is None and meeting_id:
            history = self._api.meeting_livestreams(meeting_id)
            reason = next((item.err_message for item in history if item.livestream.id == details.livestream.id), None)
        return WaitFailed(
            f"{self._desired.label} ended with an error (status {ERRORED}): {reason or 'the service gives no reason'}"
        )
