# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Leftovers: what carries an event's slug, exists, and is not in the event's list. A room was renamed or removed."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.eventops.cloudflare.plugins.module_utils.api.models import INVOKED, Livestream, Meeting
from ansible_collections.eventops.cloudflare.plugins.module_utils.api.realtimekit import RealtimeApi
from ansible_collections.eventops.cloudflare.plugins.module_utils.errors import (
    RealtimeError,
    RequestFailed,
    StateUnreachable,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.common import Context
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.event_lists import EventLists
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.livestream import LivestreamTarget
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.pool import failure_values, in_pool
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.rooms import STARTED, STOPPED, Room, on_air
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.slugs import (
    slug_of,
    slug_of_name,
    slug_of_title,
)


@dataclass
class Leftover:
    """A meeting or a livestream that is left over. ``stopping``: its target, if it is stopped."""

    meeting: Meeting | None = None
    livestream: Livestream | None = None
    stopping: LivestreamTarget | None = None
    # Whether an encoder feeds one that the service calls INVOKED, as it calls those that nobody has fed yet.
    fed: bool = False
    failure: RealtimeError | None = None

    @property
    def current(self) -> Livestream:
        """Its livestream as it was seen last."""
        return self.stopping.current if self.stopping is not None else self.livestream or Livestream()

    @property
    def on_air(self) -> bool:
        """Whether it was seen on the air last."""
        return on_air(self.current) or (self.fed and self.current.active)

    @property
    def label(self) -> str:
        """What messages call it."""
        called = (self.meeting and self.meeting.title) or self.current.name or self.current.id
        stopped = ""
        if self.stopping is not None and self.stopping.changed:
            stopped = " (would be stopped)" if self.stopping.context.check_mode else " (stopped)"
        return f"{called!r}{' (on the air)' if self.on_air else stopped}"

    def result(self) -> dict[str, Any]:
        """What the task returns of it."""
        meeting, livestream = self.meeting or Meeting(id=self.current.meeting_id), self.current
        values = {
            "name": livestream.name,
            "meeting_title": meeting.title,
            "meeting_id": meeting.id,
            "meeting_status": meeting.status,
            "id": livestream.id,
            "status": livestream.status,
            "on_air": self.on_air,
            "changed": self.stopping is not None and self.stopping.changed,
        }
        return {**values, **failure_values(self.stopping.failure if self.stopping is not None else None)}


def leftovers_of(lists: EventLists, rooms: Sequence[Room]) -> list[Leftover]:
    """What is left over of an event. Without a slug, nothing can be recognised."""
    if not lists.slug:
        return []
    return [*_on_air(lists, rooms), *_meetings(lists, rooms), *_independent(lists, rooms)]


def is_fed(api: RealtimeApi, livestream: Livestream) -> bool:
    """Whether an independent livestream has a session, where its status does not say."""
    unclear = livestream.meeting_id is None and livestream.status == INVOKED and livestream.id
    return bool(unclear) and api.active_session(livestream.id or "") is not None


def read_sessions(
    api: RealtimeApi, context: Context, concurrency: int, leftovers: Sequence[Leftover]
) -> list[tuple[str, RealtimeError]]:
    """Read which independent livestreams are fed, where their status does not say. Returns what could not be read."""

    def read(item: Leftover) -> None:
        try:
            item.fed = is_fed(api, item.current)
        except RealtimeError as failure:
            item.failure = failure

    in_pool(context, concurrency, read, [item for item in leftovers if item.livestream is not None], "reading")
    return [(item.label, item.failure) for item in leftovers if item.failure is not None]


def read_names(api: RealtimeApi, leftovers: Sequence[Leftover]) -> Iterator[str]:
    """Read the ended livestreams of meetings: key files have the names of livestreams. Yields warnings."""
    for item in leftovers:
        if item.livestream is not None or item.meeting is None or item.meeting.id is None:
            continue
        try:
            found = api.meeting_livestreams(item.meeting.id)
        except RequestFailed as failure:
            yield f"{item.label} may have key files, and the name of its livestream could not be read: {failure}"
            continue
        item.livestream = found[0].livestream if found else None


def mention(slug: str | None, leftovers: Sequence[Leftover], listed: bool) -> list[str]:
    """What is left over, in a warning. Who lists nothing of an event hears of what is on the air, or was."""
    told = ", ".join(item.label for item in leftovers if listed or item.on_air or item.stopping)
    return [f"{'left over from the event' if listed else 'of the event'} {slug}: {told}"] if told else []


def on_air_twice(leftovers: Sequence[Leftover], rooms: Sequence[Room]) -> list[str]:
    """A warning for each room that was started while an earlier meeting of it is still on the air."""
    started = {room.name for room in rooms if room.state == STARTED}
    return [
        f"{item.current.name} is on the air from two meetings. The earlier one, {item.current.meeting_id}, is not the "
        "room's any more, and who has its playback URL sees that one. realtime_livestream with its meeting_id stops it"
        for item in leftovers
        if item.on_air and item.stopping is None and item.current.meeting_id and item.current.name in started
    ]


def _on_air(lists: EventLists, rooms: Sequence[Room]) -> Iterator[Leftover]:
    """Active livestreams of meetings."""
    listed, slugs = lists.meeting_ids(rooms), lists.slugs
    for meeting_id, livestream in lists.livestreams.active.items():
        meeting = lists.meetings.get(meeting_id)
        title = meeting.title if meeting is not None else None
        chosen = meeting_id in listed or livestream.name in lists.other_names
        if not chosen and slug_of(title, livestream.name, slugs) == lists.slug:
            yield Leftover(meeting, livestream)


def _meetings(lists: EventLists, rooms: Sequence[Room]) -> Iterator[Leftover]:
    """Active meetings that are not on the air."""
    seen = lists.meeting_ids(rooms) | set(lists.livestreams.active)
    for meeting in lists.active_meetings:
        if meeting.id not in seen and slug_of_title(meeting.title) == lists.slug:
            yield Leftover(meeting)


def _independent(lists: EventLists, rooms: Sequence[Room]) -> Iterator[Leftover]:
    """Independent livestreams."""
    slugs = lists.slugs
    listed = {room.livestream.before.id for room in rooms if room.livestream and room.livestream.before}
    for name in [*(room.name for room in rooms), *lists.other_names]:
        with contextlib.suppress(StateUnreachable):
            listed |= {item.id for item in lists.livestreams.by_name.find(name, name)[1]}
    for item in lists.livestreams.independent:
        if slug_of_name(item.name, slugs) == lists.slug and not item.disabled and item.id not in listed:
            yield Leftover(livestream=item)


def unlisted(
    lists: EventLists, rooms: Sequence[Room], leftovers: Sequence[Leftover], exclusive: str, state: str
) -> Iterator[Livestream]:
    """The livestreams that are stopped and are not of the list: by ``exclusive``, or by the title of a stopped room.

    When an event is stopped, encoders that feed independent ones are waited for: only they end these.
    """
    left = {item.livestream.meeting_id for item in leftovers if item.livestream is not None} - {None}
    listed = lists.meeting_ids(rooms)
    # A room may have got another meeting while it is on the air. What is in the list is stopped only by its state.
    kept = set() if state == STOPPED else {room.name for room in rooms}
    for meeting_id, livestream in lists.livestreams.active.items():
        another = meeting_id not in listed and livestream.name not in lists.other_names
        chosen = exclusive != "no" and (meeting_id in left or (exclusive == "app" and another))
        if meeting_id in lists.same_title or (chosen and livestream.name not in kept):
            yield livestream
    for item in leftovers if exclusive != "no" and state == STOPPED else ():
        if item.livestream is not None and item.livestream.meeting_id is None and item.on_air:
            yield item.livestream
