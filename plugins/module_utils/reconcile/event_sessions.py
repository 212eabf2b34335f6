# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How long the livestreams of an event were sent and watched, by room: from the counters of their sessions. Reads only.

The analytics of the service count all livestreams of the app together. Sessions count one livestream each.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ansible_collections.eventops.cloudflare.plugins.module_utils import times
from ansible_collections.eventops.cloudflare.plugins.module_utils.api.models import (
    Livestream,
    LivestreamDetails,
    Meeting,
    Session,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.api.realtimekit import RealtimeApi
from ansible_collections.eventops.cloudflare.plugins.module_utils.errors import (
    InvalidRequest,
    RealtimeError,
    StateUnreachable,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.common import Context, Outcome, given
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.meeting_plan import ACTIVE, INACTIVE
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.naming import Named, canonical
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.pool import (
    check_concurrency,
    failure_message,
    failure_values,
    in_pool,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.rooms import (
    PRESENT,
    Room,
    nearest,
    rooms_of,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.slugs import (
    SLUG,
    check_slug,
    slug_of,
    slug_of_name,
    slug_of_title,
)


@dataclass
class Counted:
    """A room of the event, and the sessions of its livestreams: of all its meetings, when it had several.

    ``livestreams``: those that the list of livestreams has, by their IDs. ``sessions``: each with whether it is on the
    air. ``elsewhere``: the IDs of all that the list has.
    """

    name: str
    room: Room | None = None
    meeting_title: str | None = None
    meeting_ids: list[str] = field(default_factory=list)
    livestreams: dict[str, Livestream] = field(default_factory=dict)
    elsewhere: Container[str | None] = ()
    sessions: list[tuple[Session, bool]] = field(default_factory=list)
    on_air: bool = False
    failure: RealtimeError | None = None

    def add(self, livestream: Livestream, meeting: Meeting | None) -> None:
        """Take note of one of its livestreams."""
        self.livestreams[livestream.id or ""] = livestream
        if livestream.meeting_id and livestream.meeting_id not in self.meeting_ids:
            self.meeting_ids.append(livestream.meeting_id)
        self.meeting_title = self.meeting_title or (meeting.title if meeting is not None else None)

    def read(self, api: RealtimeApi) -> None:
        """Read the sessions of its livestreams, with one request for each meeting, and more if there are many.

        An answer about a meeting may hold its newest livestream only, or not say whose the sessions are. What the list
        of livestreams has, and such an answer lacks, is read by its ID.
        """
        try:
            found = {item.livestream.id: item for item in self._of_meetings(api)}
            for livestream_id in self.livestreams:
                if livestream_id not in found:
                    found[livestream_id] = self._by_id(api, livestream_id)
        except RealtimeError as failure:
            self.failure = failure
            return
        self.on_air = any(map(self._active, found.values()))
        # Two answers may hold the same session.
        told = [(session, self._on_air(item, session)) for item in found.values() for session in item.sessions]
        once = {session.id or str(place): (session, on_air) for place, (session, on_air) in enumerate(told)}
        self.sessions = sorted(once.values(), key=lambda pair: pair[0].began or "")

    def _of_meetings(self, api: RealtimeApi) -> Iterator[LivestreamDetails]:
        for meeting_id in self.meeting_ids:
            for item in api.meeting_livestreams(meeting_id):
                ours = item.livestream.id in self.livestreams or item.livestream.id not in self.elsewhere
                # One of a meeting was started, so that it has sessions: else the answer does not hold them.
                if ours and item.told and item.sessions:
                    yield item

    @staticmethod
    def _by_id(api: RealtimeApi, livestream_id: str) -> LivestreamDetails:
        found = api.livestream_history(livestream_id)
        if found is None or not found.told:
            why = "the service does not know it by its ID" if found is None else "the answer does not hold them"
            raise StateUnreachable(f"the sessions of the livestream {livestream_id} could not be read: {why}")
        return found

    def _on_air(self, details: LivestreamDetails, session: Session) -> bool:
        """Whether a session goes on. One that failed may have no end."""
        over = session.stopped_time is not None or session.err_message is not None
        return self._active(details) and session is details.newest and not over

    def _active(self, details: LivestreamDetails) -> bool:
        """Whether a livestream is active, by the answer about it, or by the list."""
        return details.livestream.merged_with(self.livestreams.get(details.livestream.id or "")).active

    def result(self, start: datetime | None, end: datetime | None) -> dict[str, Any]:
        """What is returned of it. Sessions that began outside the time range do not count."""
        sessions = [(item, on_air) for item, on_air in self.sessions if _within(item, start, end)]
        failed = self.failure is not None
        return {
            "name": self.name,
            "title": self.room.stream.get("title") if self.room is not None else None,
            "meeting_title": self.meeting_title,
            "meeting_id": self.meeting_ids[-1] if self.meeting_ids else None,
            "independent": not self.meeting_ids and (self.room is None or self.room.independent),
            "listed": self.room is not None,
            "on_air": None if failed else self.on_air,
            "sessions": None if failed else [{**item.public(), "on_air": on_air} for item, on_air in sessions],
            **dict.fromkeys(("count", "total_ingest_seconds", "total_viewer_seconds")),
            **({} if failed else totals(item for item, _on_air in sessions)),
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
    event = _Event(slug, rooms, params["others"], meetings, api.livestreams())
    counted = event.counted()
    if not event.known and not any(item.livestreams or item.failure for item in counted):
        raise StateUnreachable(event.unknown())
    known = [item for item in counted if item.failure is None]
    in_pool(context, params["concurrency"], lambda item: item.read(api), known, "reading sessions")
    failures = [(item.name, item.failure) for item in counted if item.failure is not None]
    values = {
        "rooms": [item.result(start, end) for item in counted],
        **totals(item for room in counted for item, _on_air in room.sessions if _within(item, start, end)),
    }
    failure = failure_message(failures, len(counted), "rooms")
    return Outcome(False, {"analytics": values}, warnings=event.not_counted_in_words(), failure=failure)


def _within(session: Session, start: datetime | None, end: datetime | None) -> bool:
    """Whether a session began in the time range. One that does not say when it began is not left out."""
    moments = map(times.unix_seconds, (session.started_time, session.invoked_time, session.created_at))
    began = next((moment for moment in moments if moment is not None), None)
    if began is None:
        return True
    return (start is None or began >= start.timestamp()) and (end is None or began < end.timestamp())


class _Event:
    """Tells of which room a livestream is.

    One of a meeting is of the room that has the meeting, unless its name says that it is of another event: two events
    may have used the meeting, one after the other.
    """

    def __init__(
        self,
        slug: str | None,
        rooms: Sequence[Room],
        others: Sequence[Mapping[str, Any]],
        meetings: Mapping[str, Meeting],
        livestreams: Sequence[Livestream],
    ) -> None:
        self._slug = slug
        self._meetings = meetings
        self._livestreams = livestreams
        self._slugs = {found for found in (slug, *(slug_of_title(item.title) for item in meetings.values())) if found}
        elsewhere = {item.id for item in livestreams}
        self._counted = {room.name: Counted(room.name, room, room.title, elsewhere=elsewhere) for room in rooms}
        self._elsewhere = elsewhere
        streams = [*(room.stream for room in rooms), *others]
        # Of meetings that have, or had, livestreams of the event: their names look as if of another one.
        self.not_counted: list[Livestream] = []
        self._chosen = set(self._counted)
        self._listed = {item["name"] for item in streams}
        self._by_id = {item["meeting_id"]: item["name"] for item in streams if given(item, "meeting_id")}
        self._by_name = {canonical(item["name"]): item["name"] for item in streams}
        self._by_title = {canonical(item["meeting_title"]): item["name"] for item in streams if item["meeting_title"]}
        titles = Named((item.title, item) for item in meetings.values())
        names = Named((item.name, item) for item in livestreams if not item.meeting_id)
        for item in streams:
            if item["meeting_title"]:
                self._look_up(item["name"], item["meeting_title"], titles)
            elif not given(item, "meeting_id"):
                self._look_up(item["name"], item["name"], names)
        own = {item.name or "" for item in livestreams if slug and slug_of_name(item.name, self._slugs) == slug}
        start = f"{slug}-"
        self._shorts = {name.split(start, 1)[1] for name in self._listed | own if name.startswith(start)}

    @property
    def known(self) -> bool:
        """Whether there is a meeting of the event, also one that was never livestreamed."""
        titles = {canonical(item.title or "") for item in self._meetings.values()}
        own = self._slug is not None and any(slug_of_title(m.title) == self._slug for m in self._meetings.values())
        return own or bool(self._by_id.keys() & self._meetings.keys() or self._by_title.keys() & titles)

    def unknown(self) -> str:
        """What to say of an event of which there is nothing: it, or the app, is probably not the one that is meant."""
        if self._slug is None:
            return "none of these rooms was found: check their names, app_id and account_id"
        text = f"nothing carries the event's name {self._slug!r}"
        return nearest(text, self._slug, sorted(self._slugs - {self._slug}))

    def not_counted_in_words(self) -> tuple[str, ...]:
        """A warning that names the livestreams of which nobody can tell whether they are of the event."""
        named = [f"{item.name!r}{' (on the air)' if item.active else ''}" for item in self.not_counted]
        if not named:
            return ()
        return (
            f"not counted, since their names look as if of another event: {', '.join(named)}, of meetings of this one",
        )

    def _look_up(self, room: str, wanted: str, names: Named[Any]) -> None:
        """A service may cut names: then nobody can tell whether what begins like the room's is the room's."""
        try:
            names.find(wanted, repr(wanted))
        except StateUnreachable as failure:
            if room in self._counted:
                self._counted[room].failure = failure

    def counted(self) -> list[Counted]:
        """The rooms of the list, in its order, and then what is in no list and is of the event, by name."""
        of_meetings: dict[str, list[Livestream]] = {}
        for item in self._livestreams:
            if item.meeting_id:
                of_meetings.setdefault(item.meeting_id, []).append(item)
            else:
                self._count(self._name_of(item), item)
        for meeting_id, found in of_meetings.items():
            elsewhere = [item for item in found if self._of_another_event(item.name)]
            self.not_counted += [item for item in elsewhere if slug_of_name(item.name, self._slugs) is None]
            room, own = self._room_of(meeting_id, [item for item in found if item not in elsewhere])
            for item in own:
                self._count(room, item)
        return sorted(self._counted.values(), key=lambda item: "" if item.room is not None else item.name)

    def _count(self, name: str | None, livestream: Livestream) -> None:
        """Add a livestream to the room of this name, unless it is not of the event, or its room not chosen."""
        if name is not None and (name not in self._listed or name in self._chosen):
            room = self._counted.setdefault(name, Counted(name, elsewhere=self._elsewhere))
            room.add(livestream, self._meetings.get(livestream.meeting_id or ""))

    def _of_another_event(self, name: str | None) -> bool:
        """Whether a name begins with the slug of another event, or is that of a room of this one under another slug."""
        if not name or self._slug is None:
            return False
        slug = slug_of_name(name, self._slugs)
        if slug is not None:
            return slug != self._slug
        parts = name.split("-")
        halves = (("-".join(parts[:place]), "-".join(parts[place:])) for place in range(1, len(parts)))
        return any(short in self._shorts and SLUG.fullmatch(other) for other, short in halves)

    def _name_of(self, livestream: Livestream) -> str | None:
        """The room of an independent livestream: only its name tells."""
        listed = self._by_name.get(canonical(livestream.name or ""))
        own = self._slug is not None and slug_of_name(livestream.name, self._slugs) == self._slug
        return listed or (livestream.name if own else None)

    def _room_of(self, meeting_id: str, livestreams: Sequence[Livestream]) -> tuple[str | None, Sequence[Livestream]]:
        """The room of a meeting, and which of its livestreams are of the event.

        It is known by its ID, its title, or the names of its livestreams. What is in no list is told by the slug.
        """
        meeting = self._meetings.get(meeting_id) or Meeting()
        listed = self._by_id.get(meeting_id) or self._by_title.get(canonical(meeting.title or ""))
        if listed is not None or self._slug is None:
            return listed, livestreams
        own = [item for item in livestreams if slug_of(meeting.title, item.name, self._slugs) == self._slug]
        names = [item.name for item in own if item.name]
        renamed = next((self._by_name[canonical(name)] for name in names if canonical(name) in self._by_name), None)
        return renamed or (names[-1] if names else meeting.title), own
