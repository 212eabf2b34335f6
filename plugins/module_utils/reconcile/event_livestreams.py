# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is known of the livestreams of an event's rooms, as far as they are RealtimeKit's."""

from __future__ import annotations

import contextlib

from ansible_collections.eventops.cloudflare.plugins.module_utils.api.models import IDLE, LIVE, Livestream
from ansible_collections.eventops.cloudflare.plugins.module_utils.errors import StateUnreachable
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.common import Context
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.event_lists import EventLists
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.livestream_plan import Desired, find, plan
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.meeting_plan import INACTIVE
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.rooms import (
    PRESENT,
    STARTED,
    STOPPED,
    Room,
    on_air,
)


class EventLivestreams:
    """Tells how rooms stand: from their targets, and from the lists that were read.

    ``retires``: in a report, whether their meetings are to be retired.
    """

    def __init__(self, lists: EventLists, context: Context, retires: bool = False) -> None:
        self._lists = lists
        self._context = context
        self._retires = retires

    def is_missing(self, room: Room) -> bool:
        """In a report: whether it is not in its state."""
        livestream = self.seen(room)
        there = room.why is None and (livestream.id or room.meeting_id) is not None
        if room.state == STOPPED:
            active = room.title is not None and room.meeting is not None and room.meeting.status != INACTIVE
            return self.is_on_air(room) is not False or (self._retires and active)
        if room.title and room.meeting and room.meeting.status == INACTIVE:
            # Nobody can join a retired meeting, also while it is on the air: a start makes another one.
            return True
        return not there or (room.state == STARTED and livestream.status != LIVE)

    def is_on_air(self, room: Room) -> bool | None:
        """Whether a room is on the air. Of what was not found, and so not read, nobody knows."""
        livestream = self.seen(room)
        if livestream.status is not None:
            return on_air(livestream) or room.fed
        whole = self._lists.livestreams.active.whole and room.meeting_id is not None
        return False if room.why is None and (room.independent or whole) else None

    def is_live(self, room: Room) -> bool:
        """Whether viewers can be expected to see it."""
        return self.seen(room).status == LIVE

    def seen(self, room: Room) -> Livestream:
        """What is known of the livestream of a room."""
        if room.livestream is not None:
            found = room.livestream.current
            if not room.independent and room.livestream.failure is None and not found.active:
                # One that has ended is the past: only the run that ended it knows its ID.
                return Livestream(status=found.status)
            return found
        if room.independent:
            with contextlib.suppress(StateUnreachable):
                return find(self._lists.livestreams.by_name, Desired(PRESENT, name=room.name))[0] or Livestream()
            return Livestream()
        active = self._lists.livestreams.active.get(room.meeting_id or "")
        if active is not None:
            return active
        if room.meeting_id is not None:
            # Its meeting exists, and a list that was read to its end does not have it.
            ended = room.state == STOPPED and room.failure is None and self._lists.livestreams.active.whole
            return Livestream(status=IDLE if ended else None)
        if self._context.check_mode and room.state == STARTED and room.why is None and room.wanted is not None:
            return plan(None, Desired(STARTED, meeting_id="new", name=room.name, wait=room.wait)).livestream
        return Livestream()
