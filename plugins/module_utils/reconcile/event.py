# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An event: a batch of meetings and a batch of livestreams, which are brought to their states together.

A room is one stream of the event. A room that fails does not stop the others. A leftover is what carries the event's
slug and is not in the list: a room that was renamed or removed. It is always reported, and stopped when asked for.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ansible_collections.eventops.cloudflare.plugins.module_utils.api import Listing, RealtimeApi
from ansible_collections.eventops.cloudflare.plugins.module_utils.errors import (
    InvalidRequest,
    RealtimeError,
    Refused,
    StateUnreachable,
    WaitTimedOut,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.manifests import Manifests
from ansible_collections.eventops.cloudflare.plugins.module_utils.models import IDLE, LIVE, Livestream, Meeting
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile import livestreams, meetings
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.common import (
    Context,
    Outcome,
    check_seconds,
    given,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.meeting import MeetingReconciliation
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.meeting_plan import (
    ACTIVE,
    INACTIVE,
    DesiredMeeting,
    by_title,
    oldest_first,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.naming import Named
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.plan import Desired, independents, plan
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.playback import look_at_all
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.pool import (
    check_concurrency,
    failure_message,
    failure_values,
    in_pool,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.rooms import (
    GIVEN,
    PRESENT,
    RETIRED,
    STARTED,
    STOPPED,
    Leftover,
    Lookup,
    Room,
    nearest,
    on_air,
    rooms_of,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.slugs import (
    SLUG,
    slug_of,
    slug_of_name,
    slug_of_title,
)

NO_SLUG = (
    "the event has no slug, so nothing can be recognised as left over from it: set event to a short name of it, "
    "such as camp2027"
)


def reconcile_event(api: RealtimeApi, params: Mapping[str, Any], context: Context) -> Outcome:
    """Bring the event that ``params`` (validated options of the module) describe to its state.

    Raises only while nothing has been sent that changes anything; after that, failures are part of the outcome.
    """
    event = Event(api, params, context)
    event.observe()
    if params["state"] == RETIRED:
        event.retire()
    else:
        event.bring_about()
    return event.outcome()


def event_info(api: RealtimeApi, params: Mapping[str, Any], context: Context) -> Outcome:
    """Report on the event that ``params`` (validated options of the module) describe. Reads only."""
    event = Event(api, {**DEFAULTS, **params}, context._replace(check_mode=True), reports=True)
    event.observe()
    return event.outcome()


# What a report needs no answer to.
DEFAULTS: Mapping[str, Any] = {
    "auto_start": None,
    "exclusive": "no",
    "missing": "fail",
    "wait": False,
    "wait_timeout": 0.0,
    "verify": "no",
    "verify_timeout": 0.0,
}


class Event:
    """Observes, plans, applies, waits and verifies: for all rooms together."""

    def __init__(self, api: RealtimeApi, params: Mapping[str, Any], context: Context, reports: bool = False) -> None:
        check_concurrency(params)
        self.reports = reports
        for option in ("wait_timeout", "verify_timeout"):
            check_seconds(params, option)
        self.api = api
        self.params = params
        self.context = context
        self.slug = given(params, "event")
        if self.slug is not None and not SLUG.fullmatch(self.slug):
            raise InvalidRequest(f"event must be lower-case letters, digits and single dashes, not {self.slug!r}")
        self.rooms = rooms_of(params)
        if not self.rooms and self.slug is None:
            raise InvalidRequest("give streams, or event: which event is meant?")
        self.listed: Listing[Meeting] = Listing()
        self.titles: Named[Meeting] = Named(())
        # Meetings by ID: of those that are not in the list of active meetings, None when it does not exist.
        self.known: dict[str, Meeting | None] = {}
        self.leftovers: list[Leftover] = []
        # The names of the streams that this run leaves alone.
        self.other_names = {item["name"] for item in params["others"]}
        self.meetings = meetings.MeetingBatch(api, params["concurrency"], context, [])
        self.livestreams = livestreams.Batch(api, {**params, "return_stream_key": False}, context)
        self.warnings: tuple[str, ...] = () if self.slug else (NO_SLUG,)

    # Observing

    def observe(self) -> None:
        """Find the meetings and livestreams of all rooms, and what is left over of the event."""
        if self.slug or any(not room.independent for room in self.rooms):
            self.listed = self.api.meetings(status=ACTIVE)
            self.find_by_title()
            self.known = {item.id: item for item in self.listed if item.id}
        self.livestreams.entries = [entry for room in self.rooms for entry in self.new_entry(room)]
        # Only a list that was read to its end shows that something is not on the air. A start needs no such list: many
        # may be starting at the same time.
        stays = [room for room in self.rooms if room.state != STARTED and not room.independent]
        whole = self.reports or bool(stays) or self.exclusive != "no" or self.params["state"] == RETIRED
        self.livestreams.observe(others=whole or bool(self.slug), whole=whole)
        for entry in self.livestreams.entries:
            entry.current = entry.before or entry.current
        if self.slug and not any(room.independent for room in self.rooms):
            self.livestreams.independent = self.api.livestreams(exclude_meetings=True)
        self.read_unlisted()
        self.find_renamed()
        self.check_apart()
        self.check_independents()
        self.leftovers = [*self.left_on_air(), *self.left_meetings(), *self.left_independents()]

    @property
    def exclusive(self) -> str:
        """What is stopped besides the rooms. Who stops an event and lists no rooms means all of it."""
        found = str(self.params["exclusive"])
        return "event" if found == "no" and self.params["state"] == STOPPED and not self.rooms else found

    def find_by_title(self) -> None:
        """Find the meetings that are known by their titles in the list of the active ones."""
        self.titles = by_title(self.listed)
        sought = [room for room in self.rooms if room.title]
        self.find_in(self.titles, sought)
        missing = [room for room in sought if room.meeting is None and room.failure is None]
        if missing and not self.listed.counted:
            # One that left may have moved others out of sight, and nobody counts.
            self.find_in(by_title(self.api.meetings(status=ACTIVE)), missing)

    @staticmethod
    def find_in(titles: Named[Meeting], rooms: Iterable[Room]) -> None:
        """Find meetings by their titles; of several, the oldest is the one."""
        for room in rooms:
            with room.noting():
                _title, found = titles.find(room.title or "", f"the meeting {room.title!r}")
                if found:
                    room.meeting = oldest_first(found)[0]

    def new_entry(self, room: Room) -> list[livestreams.Entry]:
        """The entry of a room in the batch of livestreams: none for a meeting whose livestream only has to be seen."""
        if room.failure is not None or room.state == RETIRED:
            return []
        state = PRESENT if self.reports else room.state
        common = {"wait": room.wait, "wait_timeout": self.params["wait_timeout"]}
        if room.independent:
            if state == STARTED and not room.wait:
                # Only its encoder starts it. Without waiting, there is nothing more to do than to have it.
                state = PRESENT
            desired = Desired(state, name=room.name, **common)
        elif room.meeting_id is None or state == PRESENT:
            return []
        else:
            size = {key: value for key, value in (room.stream["video_config"] or {}).items() if value is not None}
            desired = Desired(state, room.meeting_id, name=room.name, video_config=size or None, **common)
        room.livestream = livestreams.Entry(desired, current=desired.unseen)
        return [room.livestream]

    def read_unlisted(self) -> None:
        """Read the meetings that matter and are not in the list of the active ones: by ID, or on the air."""
        sought: set[str | None] = {room.meeting_id for room in self.rooms if given(room.stream, "meeting_id")}
        if self.slug or any(room.title for room in self.rooms):
            sought |= set(self.livestreams.active)

        def read(lookup: Lookup) -> None:
            try:
                lookup.meeting = self.api.meeting(lookup.meeting_id)
            except RealtimeError as failure:
                if not (isinstance(failure, Refused) and failure.missing):
                    lookup.failure = failure

        lookups = [Lookup(item) for item in sorted(filter(None, sought)) if item not in self.known]
        in_pool(self.context, self.params["concurrency"], read, lookups, "reading")
        self.known.update({lookup.meeting_id: lookup.meeting for lookup in lookups})
        failures = {lookup.meeting_id: lookup.failure for lookup in lookups if lookup.failure is not None}
        by_id = {room.meeting_id: room for room in self.rooms if given(room.stream, "meeting_id")}
        for meeting_id in failures.keys() - by_id.keys():
            self.warnings += (f"the meeting {meeting_id} is on the air and could not be read: {failures[meeting_id]}",)
        for room in by_id.values():
            meeting_id = room.meeting_id or ""
            room.meeting = self.known.get(meeting_id)
            room.failure = room.failure or failures.get(meeting_id)
            if room.meeting is None and room.failure is None:
                room.failure = StateUnreachable(
                    f"the meeting {room.meeting_id} does not exist: check meeting_id, and that the meeting belongs to "
                    "this app_id and account_id"
                )
                self.drop(room)

    def drop(self, room: Room) -> None:
        """Have nothing sent for the livestream of a room."""
        if room.livestream is not None:
            self.livestreams.entries.remove(room.livestream)
            room.livestream = None

    def find_renamed(self) -> None:
        """Find the meetings of rooms that are to be stopped or retired, and have no active meeting of their title.

        A livestream that has the name of a room is that of the room, if its name and its meeting are of this event.
        """
        stopped = [room for room in self.rooms if self.reports or room.state in (STOPPED, RETIRED)]
        lost = [room for room in stopped if room.title and room.meeting is None and room.failure is None]
        taken, slugs = {room.meeting_id for room in self.rooms}, self.slugs
        for room in lost:
            for meeting_id, livestream in self.livestreams.active.items():
                meeting = self.known.get(meeting_id) or Meeting(id=meeting_id)
                own = self.slug is not None and slug_of(meeting.title, livestream.name, slugs) == self.slug
                if livestream.name == room.name and meeting_id not in taken and own:
                    room.meeting = meeting
                    room.warnings += (
                        f"the livestream {room.name!r} is that of the meeting {meeting.id}, which is titled "
                        f"{meeting.title!r} and {meeting.status or 'of unknown status'}, not of {room.title!r}",
                    )
                    # Another one of this name is left over.
                    break
        unknown = [room for room in lost if room.meeting is None and not self.reports]
        if unknown:
            retired = self.api.meetings(status=INACTIVE)
            self.find_in(Named((item.title, item) for item in retired), unknown)
            titles = [item.title for item in (*self.listed, *retired) if item.title]
            for room in unknown:
                if room.meeting is None and room.failure is None and room.state == STOPPED:
                    text = f"no meeting is titled {room.title!r}"
                    room.failure = StateUnreachable(nearest(text, room.title, titles))
        for room in lost:
            entries = self.new_entry(room)
            self.livestreams.entries += entries
            for entry in entries:
                entry.before = self.livestreams.active.get(room.meeting_id or "")

    def check_apart(self) -> None:
        """Of two rooms that are found to be about one meeting, the second one fails."""
        taken: dict[str, Room] = {}
        for room in self.rooms:
            other = taken.setdefault(room.meeting_id, room) if room.meeting_id else room
            if other is not room and room.failure is None:
                text = f"{other.name} and {room.name} are both about the meeting {room.meeting_id}"
                room.failure = StateUnreachable(text)
                self.drop(room)

    def check_independents(self) -> None:
        """An independent livestream that is to be stopped has to be there: its name may be wrong."""
        names = [item.name for item in self.livestreams.independent if item.name]
        for room in self.rooms:
            entry = room.livestream
            if (
                self.reports
                or not room.independent
                or room.state != STOPPED
                or entry is None
                or entry.failure is not None
            ):
                continue
            if entry.before is None and room.name not in names:
                text = f"no independent livestream is named {room.name!r}"
                room.failure = StateUnreachable(nearest(text, room.name, names))
                self.drop(room)

    # What is left over

    @property
    def listed_ids(self) -> set[str | None]:
        """The meetings of the list, also of the part of it that this run leaves alone."""
        found = {room.meeting_id for room in self.rooms} | {item["meeting_id"] for item in self.params["others"]}
        titles = [item["meeting_title"] for item in self.params["others"] if item["meeting_title"]]
        for title in titles:
            with contextlib.suppress(StateUnreachable):
                found |= {item.id for item in self.titles.find(title, title)[1]}
        return found - {None}

    @property
    def slugs(self) -> set[str]:
        """The slugs that are in use in the app, as far as titles of meetings show them."""
        titles = {slug_of_title(item.title) for item in self.known.values() if item is not None}
        return {slug for slug in (*titles, self.slug) if slug}

    def left_on_air(self) -> Iterator[Leftover]:
        """Active livestreams of the event that are not in the list."""
        if not self.slug:
            return
        listed, slugs = self.listed_ids, self.slugs
        for meeting_id, livestream in self.livestreams.active.items():
            meeting = self.known.get(meeting_id)
            title = meeting.title if meeting is not None else None
            chosen = meeting_id in listed or livestream.name in self.other_names
            if not chosen and slug_of(title, livestream.name, slugs) == self.slug:
                yield Leftover(meeting, livestream)

    def left_meetings(self) -> Iterator[Leftover]:
        """Active meetings of the event that are not in the list, and not on the air."""
        listed = self.listed_ids
        for meeting in self.listed:
            seen = meeting.id in listed or meeting.id in self.livestreams.active
            if self.slug and not seen and slug_of_title(meeting.title) == self.slug:
                yield Leftover(meeting)

    def left_independents(self) -> Iterator[Leftover]:
        """Independent livestreams of the event that are not in the list."""
        if not self.slug:
            return
        slugs, found = self.slugs, independents(self.livestreams.independent)
        listed = {room.livestream.before.id for room in self.rooms if room.livestream and room.livestream.before}
        for name in [*(room.name for room in self.rooms), *self.other_names]:
            with contextlib.suppress(StateUnreachable):
                listed |= {item.id for item in found.find(name, name)[1]}
        for item in self.livestreams.independent:
            if slug_of_name(item.name, slugs) == self.slug and not item.disabled and item.id not in listed:
                yield Leftover(livestream=item)

    # Applying

    def bring_about(self) -> None:
        """Create and change meetings, start and stop livestreams, wait, and verify."""
        self.add_unlisted()
        self.ensure_meetings()
        self.livestreams.carry_out()
        self.verify()

    def add_unlisted(self) -> None:
        """What is to be stopped besides: leftovers of the event, or all others of the app."""
        exclusive = self.exclusive
        left = {item.current.meeting_id: item for item in self.leftovers if item.livestream is not None}
        ids = [meeting_id for meeting_id in self.livestreams.active if meeting_id in left]
        if exclusive == "app":
            listed = self.listed_ids
            ids = [
                meeting_id
                for meeting_id, livestream in self.livestreams.active.items()
                if meeting_id not in listed and livestream.name not in self.other_names
            ]
        if exclusive != "no":
            self.livestreams.stop_others(ids)
        for entry in self.livestreams.unlisted:
            if entry.desired.meeting_id in left:
                left[entry.desired.meeting_id].stopping = entry

    def ensure_meetings(self) -> None:
        """Create the meetings that are missing, and set what they do when somebody joins."""
        wish = {} if self.params["auto_start"] is None else {"live_stream_on_start": self.params["auto_start"]}
        for room in self.rooms:
            if room.failure is None and room.state != STOPPED and not room.independent and (room.title or wish):
                desired = DesiredMeeting("active", wish, given(room.stream, "meeting_id"), room.title)
                room.wanted = meetings.Entry(MeetingReconciliation(self.api, desired, self.context))
        self.meetings.entries = [room.wanted for room in self.rooms if room.wanted is not None]
        self.meetings.observe(self.listed)
        self.meetings.carry_out()
        for room in self.rooms:
            if room.wanted is None:
                continue
            single = room.wanted.single
            if single.current.id is not None and room.meeting_id is None and room.wanted.failure is None:
                room.meeting = single.current
                self.livestreams.entries += self.new_entry(room)

    def verify(self) -> None:
        """Ask the playback URLs of what is on the air for a manifest."""
        if self.params["verify"] == "no" or self.context.check_mode:
            return
        waited = [room for room in self.rooms if room.livestream is not None and room.wait and room.state == STARTED]
        shown = {room.name: room for room in waited if self.seen(room).status == LIVE}
        if not shown:
            return
        playbacks = [{"name": name, "playback_url": self.seen(room).playback_url} for name, room in shown.items()]
        options = {"playbacks": playbacks, "timeout": self.params["verify_timeout"], "concurrency": 16}
        with contextlib.closing(Manifests(self.params["validate_certs"], given(self.params, "ca_path"))) as manifests:
            outcome = look_at_all(manifests.look, {**options, "on_failure": "warn"}, self.context)
        self.warnings += outcome.warnings if self.params["verify"] == "warn" else ()
        for found in outcome.values["playbacks"]:
            room = shown[found["name"]]
            room.playable = found["playable"]
            if not room.playable and self.params["verify"] == "fail":
                room.failure = StateUnreachable(f"its playback URL does not play: {found['reason']}")

    def retire(self) -> None:
        """Make the meetings of the event INACTIVE. Refused while anything of it is on the air."""
        found = [item.meeting for item in self.leftovers if item.meeting is not None]
        for room in self.rooms:
            if room.meeting is not None and room.title:
                found += [room.meeting, *self.titles.find(room.title, room.name)[1]]
        pushed = {item.name for item in self.livestreams.independent if on_air(item)}
        on_the_air = {item.meeting_id for item in self.livestreams.active.values()}
        active = {room.name for room in self.rooms if room.meeting_id in on_the_air}
        active |= {room.name for room in self.rooms if room.independent and room.name in pushed}
        active |= {item.label for item in self.leftovers if item.on_air}
        if active:
            names = ", ".join(sorted(active))
            raise StateUnreachable(f"nothing is retired while this is on the air: {names}; stop it first")
        for meeting_id in dict.fromkeys(item.id for item in found if item.id and item.status != INACTIVE):
            desired = DesiredMeeting("inactive", {}, meeting_id)
            self.meetings.entries.append(meetings.Entry(MeetingReconciliation(self.api, desired, self.context)))
        self.meetings.observe(self.listed)
        self.meetings.carry_out()
        retired = {entry.single.desired.meeting_id: entry for entry in self.meetings.entries}
        for room in self.rooms:
            room.wanted = retired.get(room.meeting_id)
            if room.wanted is not None:
                room.meeting = room.wanted.single.current
        for item in self.leftovers:
            entry = retired.get(item.meeting.id if item.meeting is not None else None)
            if entry is not None:
                item.meeting = entry.single.current

    # Results

    def outcome(self) -> Outcome:
        """The result of the task, rooms in the order given."""
        missing = [room for room in self.rooms if self.missing(room)]
        if self.params["missing"] == "warn" and not self.reports:
            self.warnings += tuple(f"{room.name} is missing: {room.why}" for room in missing)
        failures = [(room.name, room.why) for room in self.rooms if room.why and not self.tolerated(room)]
        unlisted = self.livestreams.unlisted
        failures += [(entry.desired.short, entry.failure) for entry in unlisted if entry.failure]
        others = [entry for entry in self.meetings.entries if id(entry) not in {id(room.wanted) for room in self.rooms}]
        failures += [(entry.single.desired.short, entry.failure) for entry in others if entry.failure]
        left = {id(item.stopping) for item in self.leftovers}
        batches = (self.meetings.outcome(), self.livestreams.outcome())
        values = {
            "streams": [self.result(room) for room in self.rooms],
            "leftovers": [item.result() for item in self.leftovers],
            "unlisted": [entry.result(False) for entry in unlisted if id(entry) not in left],
            "missing": [room.name for room in missing],
        }
        warnings = [*self.warnings, *(text for room in self.rooms for text in room.warnings)]
        warnings += [text for batch in batches for text in batch.warnings]
        if self.slug and not self.livestreams.active.whole:
            warnings.append("the list of what is on the air changed while it was read: more may be left over")
        # Who names an event and lists nothing of it hears of what is on the air, or was.
        told = [item for item in self.leftovers if self.rooms or self.params["others"] or item.on_air or item.stopping]
        if told:
            of = "left over from the event" if self.rooms or self.params["others"] else "of the event"
            warnings.append(f"{of} {self.slug}: {', '.join(item.label for item in told)}")
        return Outcome(
            any(batch.changed for batch in batches),
            values,
            [item for batch in batches for item in batch.diff or () if isinstance(item, Mapping)],
            tuple(dict.fromkeys(warnings)),
            failure=failure_message(failures, len(self.rooms) + len(unlisted), "rooms"),
        )

    def missing(self, room: Room) -> bool:
        """Whether nothing came from its encoder or its people; in a report, whether it is not in its state."""
        if not self.reports:
            return isinstance(room.why, WaitTimedOut)
        livestream = self.seen(room)
        there = room.why is None and (livestream.id or room.meeting_id) is not None
        if room.state == STOPPED:
            return on_air(livestream)
        return not there or (room.state == STARTED and livestream.status != LIVE)

    def tolerated(self, room: Room) -> bool:
        """Whether it is no failure that nothing came from the encoder, or from the people, of a room."""
        return self.params["missing"] == "warn" and isinstance(room.why, WaitTimedOut)

    def result(self, room: Room) -> dict[str, Any]:
        """What the task returns of a room: what was given, and what was read or accepted."""
        livestream = self.seen(room)
        meeting = room.meeting or Meeting()
        return {
            **{key: room.stream.get(key) for key in GIVEN},
            "state": room.state,
            "meeting_id": room.meeting_id,
            "meeting_status": meeting.status,
            "id": livestream.id,
            "status": livestream.status,
            # Of what was not found, and so not read, nobody knows.
            "on_air": on_air(livestream) if livestream.status is not None or room.why is None else None,
            "playback_url": livestream.playback_url,
            "ingest_server": livestream.ingest_server,
            "playable": room.playable,
            "changed": room.changed,
            **failure_values(None if self.tolerated(room) else room.why),
        }

    def seen(self, room: Room) -> Livestream:
        """What is known of the livestream of a room."""
        if room.livestream is not None:
            found = room.livestream.current
            if not room.independent and room.livestream.failure is None and not found.active:
                # One that has ended is the past: only the run that ended it knows its ID.
                return Livestream(status=found.status)
            return found
        if room.independent:
            return Livestream()
        active = self.livestreams.active.get(room.meeting_id or "")
        if active is not None:
            return active
        if room.meeting_id is not None:
            # Its meeting exists, and a list that was read to its end does not have it.
            ended = room.state == STOPPED and room.failure is None and self.livestreams.active.whole
            return Livestream(status=IDLE if ended else None)
        if self.context.check_mode and room.state == STARTED and room.why is None and room.wanted is not None:
            return plan(None, Desired(STARTED, meeting_id="new", name=room.name, wait=room.wait)).livestream
        return Livestream()
