# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How long the livestreams of an event were sent and watched, by room: from the counters of their sessions. Reads only.

The analytics of the service count all livestreams of the app together. Sessions count one livestream each.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ansible_collections.eventops.cloudflare.plugins.module_utils import times
from ansible_collections.eventops.cloudflare.plugins.module_utils.api.models import Livestream, Meeting, Session
from ansible_collections.eventops.cloudflare.plugins.module_utils.api.realtimekit import RealtimeApi
from ansible_collections.eventops.cloudflare.plugins.module_utils.errors import InvalidRequest, RealtimeError
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.common import Context, Outcome, given
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.meeting_plan import ACTIVE, INACTIVE
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.naming import canonical
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.pool import (
    check_concurrency,
    failure_message,
    failure_values,
    in_pool,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.rooms import PRESENT, Room, rooms_of
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.slugs import (
    check_slug,
    slug_of,
    slug_of_name,
    slug_of_title,
)


@dataclass
class Counted:
    """A room of the event, and the sessions of its livestreams: of all its meetings, when it had several."""

    name: str
    room: Room | None = None
    meeting_title: str | None = None
    meeting_ids: list[str] = field(default_factory=list)
    independent_ids: list[str] = field(default_factory=list)
    sessions: list[Session] = field(default_factory=list)
    failure: RealtimeError | None = None

    def read(self, api: RealtimeApi) -> None:
        """Read the sessions of its livestreams, with one request for each meeting, and more if there are many."""
        try:
            found = [details for meeting_id in self.meeting_ids for details in api.meeting_livestreams(meeting_id)]
            histories = map(api.livestream_history, self.independent_ids)
            found += [details for details in histories if details is not None]
        except RealtimeError as failure:
            self.failure = failure
            return
        self.sessions = sorted((item for details in found for item in details.sessions), key=lambda s: s.began or "")

    def result(self, start: datetime | None, end: datetime | None) -> dict[str, Any]:
        """What is returned of it. Sessions that began outside the time range do not count."""
        sessions = [item for item in self.sessions if _within(item, start, end)]
        failed = self.failure is not None
        return {
            "name": self.name,
            "title": self.room.stream.get("title") if self.room is not None else None,
            "meeting_title": self.meeting_title,
            "meeting_id": self.meeting_ids[-1] if self.meeting_ids else None,
            "independent": not self.meeting_ids and (self.room is None or self.room.independent),
            "listed": self.room is not None,
            "sessions": None if failed else [item.public() for item in sessions],
            **dict.fromkeys(("count", "total_ingest_seconds", "total_viewer_seconds")),
            **({} if failed else totals(sessions)),
            **failure_values(self.failure),
        }


def totals(sessions: Iterable[Session]) -> dict[str, Any]:
    """The sums of these sessions, by the names that the service's analytics have. A counter that is not sent is 0."""
    sessions = list(sessions)
    return {
        "count": len(sessions),
        "total_ingest_seconds": sum(item.ingest_seconds or 0 for item in sessions),
        "total_viewer_seconds": sum(item.viewer_seconds or 0 for item in sessions),
    }


def event_sessions(
    api: RealtimeApi, params: Mapping[str, Any], context: Context, start: datetime | None, end: datetime | None
) -> Outcome:
    """The sessions of the event that ``params`` describe which began from ``start`` to ``end`` (None: no limit).

    Raises when a list could not be read. A room whose sessions could not be read is part of the outcome.
    """
    check_concurrency(params)
    slug = check_slug(given(params, "event"))
    rooms = rooms_of({**params, "state": PRESENT, "wait": False})
    if not rooms and slug is None:
        raise InvalidRequest("give streams, or event: which event is meant?")
    # Those of an event that is over are retired.
    meetings = {item.id: item for status in (ACTIVE, INACTIVE) for item in api.meetings(status=status) if item.id}
    counted = _Event(slug, rooms, params["others"], meetings).counted(api.livestreams())
    in_pool(context, params["concurrency"], lambda item: item.read(api), counted, "reading sessions")
    failures = [(item.name, item.failure) for item in counted if item.failure is not None]
    values = {
        "rooms": [item.result(start, end) for item in counted],
        **totals(session for item in counted for session in item.sessions if _within(session, start, end)),
    }
    return Outcome(False, {"analytics": values}, failure=failure_message(failures, len(counted), "rooms"))


def _within(session: Session, start: datetime | None, end: datetime | None) -> bool:
    """Whether a session began in the time range. One that does not say when it began is not left out."""
    began = times.unix_seconds(session.began)
    if began is None:
        return True
    return (start is None or began >= start.timestamp()) and (end is None or began < end.timestamp())


class _Event:
    """Tells of which room a meeting or an independent livestream is."""

    def __init__(
        self,
        slug: str | None,
        rooms: Sequence[Room],
        others: Sequence[Mapping[str, Any]],
        meetings: Mapping[str, Meeting],
    ) -> None:
        self._slug = slug
        self._meetings = meetings
        self._slugs = {found for found in (slug, *(slug_of_title(item.title) for item in meetings.values())) if found}
        self._rooms = {room.name: Counted(room.name, room, room.title) for room in rooms}
        streams = [*(room.stream for room in rooms), *others]
        self._by_id = {item["meeting_id"]: item["name"] for item in streams if given(item, "meeting_id")}
        self._by_title = {canonical(item["meeting_title"]): item["name"] for item in streams if item["meeting_title"]}
        self._by_name = {canonical(item["name"]): item["name"] for item in streams}
        self._chosen = set(self._rooms)
        self._listed = {item["name"] for item in streams}

    def counted(self, livestreams: Iterable[Livestream]) -> list[Counted]:
        """The rooms of the list, in its order, and then what is in no list and is of the event, by name."""
        of_meetings: dict[str, list[Livestream]] = {}
        for item in livestreams:
            if item.meeting_id:
                of_meetings.setdefault(item.meeting_id, []).append(item)
            elif item.id:
                for room in self._of(self._name_of(item)):
                    room.independent_ids.append(item.id)
        for meeting_id, found in of_meetings.items():
            for room in self._of(self._room_of(meeting_id, found)):
                room.meeting_ids.append(meeting_id)
                meeting = self._meetings.get(meeting_id)
                room.meeting_title = room.meeting_title or (meeting.title if meeting is not None else None)
        return sorted(self._rooms.values(), key=lambda item: "" if item.room is not None else item.name)

    def _of(self, name: str | None) -> Iterator[Counted]:
        """The room of this name; none for what is not of the event, or not chosen."""
        if name is not None and (name not in self._listed or name in self._chosen):
            yield self._rooms.setdefault(name, Counted(name))

    def _name_of(self, livestream: Livestream) -> str | None:
        """The room of an independent livestream: only its name tells."""
        listed = self._by_name.get(canonical(livestream.name or ""))
        own = self._slug is not None and slug_of_name(livestream.name, self._slugs) == self._slug
        return listed or (livestream.name if own else None)

    def _room_of(self, meeting_id: str, livestreams: Sequence[Livestream]) -> str | None:
        """The room of a meeting that was livestreamed: by its ID, its title, or the names of its livestreams."""
        meeting = self._meetings.get(meeting_id) or Meeting()
        listed = self._by_id.get(meeting_id) or self._by_title.get(canonical(meeting.title or ""))
        if listed is not None or self._slug is None:
            return listed
        own = [item.name for item in livestreams if slug_of(meeting.title, item.name, self._slugs) == self._slug]
        names = [name for name in own if name]
        renamed = next((self._by_name[canonical(name)] for name in names if canonical(name) in self._by_name), None)
        return renamed or (names[-1] if names else meeting.title if own else None)
