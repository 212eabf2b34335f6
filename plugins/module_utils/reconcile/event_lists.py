# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an app holds of an event: the lists that are read, and where in them its rooms are found."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.eventops.cloudflare.plugins.module_utils.api.listing import Listing
from ansible_collections.eventops.cloudflare.plugins.module_utils.api.models import Meeting
from ansible_collections.eventops.cloudflare.plugins.module_utils.api.realtimekit import RealtimeApi
from ansible_collections.eventops.cloudflare.plugins.module_utils.errors import (
    ApiError,
    InvalidAnswer,
    RealtimeError,
    StateUnreachable,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.common import Context, given
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.livestream_listing import (
    LivestreamListing,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.meeting_plan import (
    ACTIVE,
    INACTIVE,
    by_title,
    oldest_first,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.naming import Named, canonical, is_form
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.pool import in_pool
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.rooms import (
    RETIRED,
    STOPPED,
    Lookup,
    Room,
    nearest,
    on_air,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.slugs import (
    slug_of,
    slug_of_name,
    slug_of_title,
)


class EventLists:
    """The meetings of the app, and its livestreams. Finds the rooms' meetings in them."""

    def __init__(
        self, api: RealtimeApi, context: Context, params: Mapping[str, Any], slug: str | None, reports: bool
    ) -> None:
        self._api = api
        self._context = context
        self._params = params
        self._reports = reports
        self.slug = slug
        self._retired_slugs: set[str] = set()
        # What is on the air and nobody can say of which event, with the reason.
        self.unsure: list[tuple[str, RealtimeError]] = []
        self.active_meetings: Listing[Meeting] = Listing()
        self._titles: Named[Meeting] = Named(())
        # Meetings by ID: of those that are not in the list of active meetings, None when it does not exist.
        self.meetings: dict[str, Meeting | None] = {}
        self.livestreams = LivestreamListing(api, context)
        # Of the streams that this run leaves alone.
        self.other_names = {item["name"] for item in params["others"]}
        # Meetings that have the title of a room, of which a younger one is on the air.
        self._passed_over: set[str | None] = set()
        # Other meetings on the air that have the title of a room that is to be stopped.
        self.same_title: set[str] = set()
        self.warnings: tuple[str, ...] = ()

    # Reading

    def read_meetings(self, rooms: Sequence[Room]) -> None:
        """Read the active meetings, where they matter, and find rooms by their titles."""
        if not self.slug and all(room.independent for room in rooms):
            return
        try:
            self.active_meetings = self._api.meetings(status=ACTIVE)
        except RealtimeError as failure:
            if self._params["state"] != STOPPED or self._reports:
                raise
            # Names of livestreams say of which event they are. The task fails at its end.
            self.active_meetings.whole = False
            self.unsure.append(("the meetings", failure))
        self.meetings = {item.id: item for item in self.active_meetings if item.id}
        self._titles = by_title(self.active_meetings)
        sought = [room for room in rooms if room.title]
        _find_in(self._titles, sought)
        missing = [room for room in sought if room.meeting is None and room.failure is None]
        if missing and not self.active_meetings.counted:
            # One that left may have moved others out of sight, and nobody counts.
            _find_in(by_title(self._api.meetings(status=ACTIVE)), missing)

    @functools.cached_property
    def retired_meetings(self) -> Listing[Meeting]:
        """The retired meetings, read when they are needed first."""
        return self._api.meetings(status=INACTIVE)

    def read_livestreams(self, rooms: Sequence[Room], targets: Sequence[Any], exclusive: bool) -> None:
        """Read what is on the air, and the independent livestreams.

        Only a list that was read to its end shows that something is not on the air. A start needs no such list: many
        may be starting at the same time.
        """
        stays = any(room.stays and not room.independent for room in rooms)
        whole = self._reports or stays or exclusive or self._params["state"] == RETIRED
        self.livestreams.others = whole or bool(self.slug)
        self.livestreams.known = {
            str(room.earlier["id"]): room.name for room in rooms if room.independent and room.earlier.get("id")
        }
        of_meetings = [target for target in targets if target.desired.meeting_id]
        try:
            self.livestreams.read(of_meetings, whole)
        except InvalidAnswer:
            if self._params["state"] != STOPPED:
                raise
            # It changes all the time. What it shows is stopped, and what it does not show is read by itself.
            self.livestreams.read(of_meetings, whole=False)
        if not self.livestreams.has_independent and (self.slug or any(room.independent for room in rooms)):
            self._read_independent(rooms)

    def _read_independent(self, rooms: Sequence[Room]) -> None:
        """Read the independent livestreams. What is known to be a meeting's does not wait for their list."""
        try:
            self.livestreams.read_independent()
        except RealtimeError as failure:
            if self._reports or self._params["state"] == RETIRED:
                raise
            concerned = [room for room in rooms if room.independent]
            for room in concerned:
                room.failure = room.failure or failure
            if not concerned:
                self.unsure.append(("the independent livestreams", failure))

    def read_unlisted(self, rooms: Sequence[Room]) -> None:
        """Read the meetings that matter and are not in the list of the active ones: by ID, or on the air."""
        by_id = {room.meeting_id: room for room in rooms if given(room.stream, "meeting_id")}
        sought: set[str | None] = set(by_id)
        if self.slug or any(room.title for room in rooms):
            sought |= set(self.livestreams.active)

        def read(lookup: Lookup) -> None:
            try:
                lookup.meeting = self._api.meeting(lookup.meeting_id)
            except RealtimeError as failure:
                if not (isinstance(failure, ApiError) and failure.missing):
                    lookup.failure = failure

        # An earlier task found or made them, and the list does not show them yet.
        unseen = [room for room in rooms if room.title and room.meeting is None and room.earlier.get("meeting_id")]
        sought |= {str(room.earlier["meeting_id"]) for room in unseen}
        lookups = [Lookup(item) for item in sorted(filter(None, sought)) if item not in self.meetings]
        in_pool(self._context, self._params["concurrency"], read, lookups, "reading")
        self.meetings.update({lookup.meeting_id: lookup.meeting for lookup in lookups})
        failures = {lookup.meeting_id: lookup.failure for lookup in lookups if lookup.failure is not None}
        for room in unseen:
            meeting_id = str(room.earlier["meeting_id"])
            if room.failure is None:
                room.meeting = self.meetings.get(meeting_id) or Meeting(id=meeting_id)
        for meeting_id in failures.keys() - by_id.keys() - {room.meeting_id for room in unseen}:
            self.warnings += (f"the meeting {meeting_id} is on the air and could not be read: {failures[meeting_id]}",)
        for room in by_id.values():
            room.meeting = self.meetings.get(room.meeting_id or "")
            problem = failures.get(room.meeting_id or "")
            if room.meeting is None and room.state == STOPPED and room.meeting_id in self.livestreams.active:
                # It is on the air, whatever its meeting says.
                room.meeting = Meeting(id=room.meeting_id)
                why = f"could not be read: {problem}" if problem is not None else "does not exist any more"
                room.warnings += (f"the meeting {room.meeting_id} of {room.name} {why}",)
                continue
            room.failure = room.failure or problem
            if room.meeting is None and room.failure is None:
                room.failure = StateUnreachable(
                    f"the meeting {room.meeting_id} does not exist: check meeting_id, and that the meeting belongs to "
                    "this app_id and account_id"
                )

    # Finding

    def find_renamed(self, rooms: Sequence[Room]) -> None:
        """Find the meetings of rooms that are to be stopped or retired, and have no active meeting of their title.

        A livestream that has the name of a room is that of the room, if its name and its meeting are of this event.
        """
        stopped = [room for room in rooms if self._reports or room.state in (STOPPED, RETIRED)]
        lost = [room for room in stopped if room.title and room.meeting is None and room.failure is None]
        taken, slugs = {room.meeting_id for room in rooms}, self.slugs
        for room in lost:
            for meeting_id, livestream in self.livestreams.active.items():
                meeting = self.meetings.get(meeting_id) or Meeting(id=meeting_id)
                own = self.slug is not None and slug_of(meeting.title, livestream.name, slugs) == self.slug
                if livestream.name == room.name and meeting_id not in taken and own:
                    room.meeting = meeting
                    room.warnings += (_of_another_meeting(room, meeting),)
                    # Another one of this name is left over.
                    break
        unknown = [room for room in lost if room.meeting is None]
        if unknown:
            self._find_retired(unknown)

    def _find_retired(self, rooms: Sequence[Room]) -> None:
        """Find rooms among the retired meetings. When all are to be stopped, one that is not even there has failed."""
        try:
            retired = self.retired_meetings
        except RealtimeError as failure:
            # The other rooms are stopped all the same.
            for room in rooms:
                room.failure = failure
            return
        _find_in(Named((item.title, item) for item in retired), rooms)
        titles = [item.title for item in (*self.active_meetings, *retired) if item.title]
        for room in rooms:
            if room.meeting is None and room.failure is None and room.state == STOPPED:
                room.meeting = self._renamed_and_ended(room)
            if room.meeting is None and room.failure is None and room.state == STOPPED:
                text = nearest(f"no meeting is titled {room.title!r}", room.title, titles)
                if self._reports:
                    room.warnings += (text,)
                elif self._params["state"] == STOPPED:
                    room.failure = StateUnreachable(text)

    def _renamed_and_ended(self, room: Room) -> Meeting | None:
        """The meeting of a livestream of the last day that had the room's name: an earlier stop may have ended it."""
        for livestream in self.livestreams.recent if self.slug else ():
            meeting = self.meetings.get(livestream.meeting_id or "") or Meeting(id=livestream.meeting_id)
            own = slug_of(meeting.title, livestream.name, self.slugs) == self.slug
            if livestream.name == room.name and meeting.id and own:
                return meeting
        return None

    def titled(self, title: str) -> list[Meeting]:
        """The active meetings of a title. Raises when nobody can tell whether there are any."""
        return self._titles.find(title, f"the meeting {title!r}")[1]

    def unknown_slug(self) -> str | None:
        """What to say of a slug that nothing carries: it is probably misspelt, and the event goes on.

        Retired meetings and livestreams of the last day count: an event that was stopped or retired may be so again.
        """
        titled = {slug_of_title(item.title) for item in (*self.active_meetings, *self.retired_meetings)}
        named = {item.name for item in (*self.livestreams.independent, *self.livestreams.active.values()) if item.name}
        named |= {item.name for item in self.livestreams.recent if item.name}
        if self.slug in titled or any(slug_of_name(name, {self.slug or ""}) for name in named):
            return None
        active = sorted(item.name or item.id or "?" for item in self.livestreams.active.values())
        text = f"nothing carries the event's name {self.slug!r}"
        text += f", and on the air are {', '.join(active)}" if active else ""
        return nearest(text, self.slug, [slug for slug in titled if slug])

    # What belongs to whom

    @property
    def slugs(self) -> set[str]:
        """The slugs that are in use in the app, as far as titles of meetings show them."""
        titles = {slug_of_title(item.title) for item in self.meetings.values() if item is not None}
        return {slug for slug in (*titles, *self._retired_slugs, self.slug) if slug}

    def learn_slugs(self) -> None:
        """Learn from retired meetings which slugs there are, where only names of livestreams say whose they are."""
        own = {self.slug or ""}
        named = list(self.livestreams.independent)
        for meeting_id, livestream in self.livestreams.active.items():
            meeting = self.meetings.get(meeting_id)
            if slug_of_title(meeting.title if meeting is not None else None) is None:
                named.append(livestream)
        # "camp-curie" is of "camp". "camp-2019-curie" may be of "camp-2019".
        rest = len(f"{self.slug}-")
        unsure = {
            item.name: item for item in named if item.name and slug_of_name(item.name, own) and "-" in item.name[rest:]
        }
        if not unsure:
            return
        try:
            self._retired_slugs = {slug_of_title(item.title) or "" for item in self.retired_meetings}
        except RealtimeError as failure:
            if self._params["state"] != STOPPED:
                raise
            # The rest is stopped all the same. These are left alone, as if of a longer slug, and fail the task.
            self._retired_slugs = {name.rpartition("-")[0] for name in unsure}
            self.unsure = [(name, failure) for name, item in unsure.items() if on_air(item)]

    def meeting_ids(self, rooms: Iterable[Room]) -> set[str | None]:
        """The meetings of the event's streams, also of those that this run leaves alone.

        Where nobody can tell which meeting has a title, all that may have it are taken for meetings of the event.
        """
        rooms, others = list(rooms), self._params["others"]
        found = {room.meeting_id for room in rooms} | {item["meeting_id"] for item in others}
        unsure = [room.title for room in rooms if room.title and room.meeting is None]
        for title in [*unsure, *(item["meeting_title"] for item in others if item["meeting_title"])]:
            try:
                found |= {item.id for item in self.titled(title)}
            except StateUnreachable:
                found |= {item.id for item in self.active_meetings if item.title and is_form(item.title, title)}
        return (found | self._passed_over) - {None}

    def prefer_on_air(self, rooms: Sequence[Room]) -> None:
        """Of several meetings of one title, the one on the air is the one to be stopped, or to be reported on.

        The others of the title are of the list as well: of what is not to be stopped, a warning names them.
        """
        chosen = {given(item, "meeting_id") for item in (*(room.stream for room in rooms), *self._params["others"])}
        on_the_air = self.livestreams.active.keys() - chosen
        for room in rooms:
            if not room.title or room.meeting is None or room.state == RETIRED:
                continue
            active = [item for item in self.titled(room.title) if item.id in on_the_air]
            stops = room.state == STOPPED or self._reports
            self._passed_over |= {item.id for item in active} if not stops else set()
            if active and stops and room.meeting.id not in self.livestreams.active:
                self._passed_over.add(room.meeting.id)
                room.meeting = oldest_first(active)[0]
            also = [item.id or "" for item in active if item.id != room.meeting.id]
            if also:
                text = f"other meetings titled {room.title!r} are on the air: {', '.join(also)}"
                if not stops:
                    text += "; they stay as they are"
                elif not self._reports:
                    # Otherwise the next run would stop them.
                    self.same_title.update(also)
                    text += "; a stop is for all of them"
                room.warnings += (text,)


def _find_in(titles: Named[Meeting], rooms: Iterable[Room]) -> None:
    """Find meetings by their titles; of several, the oldest is the one."""
    for room in rooms:
        with room.noting():
            _title, found = titles.find(room.title or "", f"the meeting {room.title!r}")
            if found:
                room.meeting = oldest_first(found)[0]


def _of_another_meeting(room: Room, meeting: Meeting) -> str:
    """That a room is on the air from a meeting that does not have its title, or is retired."""
    if meeting.status == INACTIVE and canonical(meeting.title or "") == canonical(room.title or ""):
        return (
            f"{room.name} is on the air from the meeting {meeting.id}, which is retired: nobody can join it, and a "
            "start makes another meeting. To go on with it, make it active: realtime_meeting with its meeting_id"
        )
    return (
        f"the livestream {room.name!r} is that of the meeting {meeting.id}, which is titled {meeting.title!r} and "
        f"{meeting.status or 'of unknown status'}, not of {room.title!r}"
    )
