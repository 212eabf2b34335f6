# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An event: a batch of meetings and a batch of livestreams, which are brought to their states together.

A room is one stream of the event. A room that fails does not stop the others. Leftovers are always reported, and
stopped when asked for.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.eventops.cloudflare.plugins.module_utils.api.models import Meeting
from ansible_collections.eventops.cloudflare.plugins.module_utils.api.realtimekit import RealtimeApi
from ansible_collections.eventops.cloudflare.plugins.module_utils.errors import (
    InvalidRequest,
    StateUnreachable,
    WaitTimedOut,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.batch import Batch
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.common import (
    Context,
    Outcome,
    check_seconds,
    given,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.event_lists import EventLists
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.event_livestreams import EventLivestreams
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.leftovers import (
    Leftover,
    is_fed,
    leftovers_of,
    mention,
    on_air_twice,
    read_names,
    read_sessions,
    unlisted,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.livestream import LivestreamTarget
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.livestream_plan import Desired
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.livestreams import target_of, to_be_stopped
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.meeting import MeetingListing, MeetingTarget
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.meeting_plan import INACTIVE, DesiredMeeting
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.playback import check_all
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
    Room,
    check_apart,
    nearest,
    rooms_of,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.slugs import check_slug
from ansible_collections.eventops.cloudflare.plugins.module_utils.transport.hls import Manifests

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
    # What is retired is off the air first of all, and found in the same way.
    retires = params["state"] == RETIRED
    given_state = {"state": STOPPED if retires else params["state"]}
    event = Event(api, {**DEFAULTS, **params, **given_state}, context._replace(check_mode=True), True, retires)
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

    def __init__(
        self,
        api: RealtimeApi,
        params: Mapping[str, Any],
        context: Context,
        reports: bool = False,
        retires: bool = False,
    ) -> None:
        check_concurrency(params)
        self.reports = reports
        for option in ("wait_timeout", "verify_timeout"):
            check_seconds(params, option)
        if params["verify"] != "no" and params["verify_timeout"] == 0:
            raise InvalidRequest("verify_timeout must be more than 0")
        self.api = api
        self.params = params
        self.context = context
        self.slug = check_slug(given(params, "event"))
        self.rooms = rooms_of(params)
        if not self.rooms and self.slug is None:
            raise InvalidRequest("give streams, or event: which event is meant?")
        self.lists = EventLists(api, context, params, self.slug, reports)
        self.leftovers: list[Leftover] = []
        # What is stopped since it has the title of a room.
        self.of_a_title: set[int] = set()
        concurrency, wait_timeout = params["concurrency"], params["wait_timeout"]
        self.meetings = Batch(api, context, [], MeetingListing(api), "meetings", concurrency)
        self.livestreams = Batch(api, context, [], self.lists.livestreams, "livestreams", concurrency, wait_timeout)
        self.warnings: tuple[str, ...] = () if self.slug else (NO_SLUG,)
        # For a report: whether its meetings are to be retired.
        self.retires = retires
        self.shown = EventLivestreams(self.lists, context, retires)

    # Observing

    def observe(self) -> None:
        """Find the meetings and livestreams of all rooms, and what is left over of the event."""
        lists, rooms = self.lists, self.rooms
        lists.read_meetings(rooms)
        lists.read_livestreams(rooms, self.targets(), self.exclusive != "no")
        lists.read_unlisted(rooms)
        if self.slug:
            lists.learn_slugs()
        lists.find_renamed(rooms)
        lists.prefer_on_air(rooms)
        check_apart(rooms)
        self.livestreams.targets = [*self.targets()]
        self.livestreams.find(self.livestreams.targets)
        self.livestreams.check()
        for target in self.livestreams.targets:
            target.current = target.before or target.current
        self.check_independents()
        if self.reports:
            self.read_encoders()
        self.leftovers = leftovers_of(lists, rooms)
        if self.reports or self.params["state"] in (STOPPED, RETIRED):
            lists.unsure += read_sessions(self.api, self.context, self.params["concurrency"], self.leftovers)
        if not (rooms or self.params["others"] or self.leftovers):
            unknown = lists.unknown_slug()
            # Of an event that is over, nothing may be left: then a report says that it is stopped.
            if unknown and not (self.reports and self.params["state"] in (STOPPED, RETIRED)):
                raise StateUnreachable(unknown)
            self.warnings += (unknown,) if unknown else ()

    @property
    def exclusive(self) -> str:
        """What is stopped besides the rooms. Who stops an event and lists no rooms means all of it."""
        found = str(self.params["exclusive"])
        whole = not self.rooms and not self.params["others"]
        return "event" if found == "no" and self.params["state"] == STOPPED and whole else found

    def targets(self) -> list[LivestreamTarget]:
        """The livestreams of all rooms as targets: none for a meeting whose livestream only has to be seen."""
        for room in self.rooms:
            desired = self.desired(room)
            if desired is None:
                room.livestream = None
            elif room.livestream is None or room.livestream.desired != desired:
                room.livestream = target_of(self.api, desired, self.context)
                room.livestream.listed = True
        return [room.livestream for room in self.rooms if room.livestream is not None]

    def desired(self, room: Room) -> Desired | None:
        """The state that the livestream of a room is to have, where it has to be brought to one."""
        if room.failure is not None or room.state == RETIRED:
            return None
        state = PRESENT if self.reports else room.state
        common = {"wait": room.wait, "wait_timeout": self.params["wait_timeout"]}
        if room.independent:
            if state == STARTED and not room.wait:
                # Only its encoder starts it. Without waiting, there is nothing more to do than to have it.
                state = PRESENT
            return Desired(state, name=room.name, **common)
        if room.meeting_id is None or state == PRESENT:
            return None
        size = {key: value for key, value in (room.stream["video_config"] or {}).items() if value is not None}
        return Desired(state, room.meeting_id, name=room.name, video_config=size or None, **common)

    def read_encoders(self) -> None:
        """For a report: read which independent livestreams of rooms are fed, where their status does not say."""

        def read(room: Room) -> None:
            room.fed = None
            with room.noting():
                room.fed = is_fed(self.api, self.shown.seen(room))

        rooms = [room for room in self.rooms if room.independent and room.why is None]
        in_pool(self.context, self.params["concurrency"], read, rooms, "reading")

    def check_independents(self) -> None:
        """An independent livestream that is to be stopped has to be there. One of an event that is over is found."""
        names = [item.name for item in self.lists.livestreams.independent if item.name]
        for room in self.rooms:
            target = room.livestream if room.independent and room.state == STOPPED and not self.reports else None
            if target is not None and target.failure is None and target.before is None and room.name not in names:
                text = f"no independent livestream is named {room.name!r}"
                target.fail(StateUnreachable(nearest(text, room.name, names)))
            if room.independent and room.state == RETIRED:
                # It is only looked for: it cannot be retired, and must not be on the air.
                with room.noting():
                    self.lists.livestreams.by_name.find(room.name, f"the livestream {room.name!r}")

    # Applying

    def bring_about(self) -> None:
        """Create and change meetings, start and stop livestreams, wait, and verify."""
        self.livestreams.unlisted = [*self.to_be_stopped()]
        self.ensure_meetings()
        self.livestreams.decide(self.livestreams.all)
        self.livestreams.carry_out()
        self.verify()

    def to_be_stopped(self) -> Iterator[LivestreamTarget]:
        """What is to be stopped besides: meetings of the same title, leftovers of the event, or all else in the app."""
        for livestream in unlisted(self.lists, self.rooms, self.leftovers, self.exclusive, self.params["state"]):
            target = to_be_stopped(self.api, livestream, self.params, self.context)
            if livestream.meeting_id in self.lists.same_title:
                self.of_a_title.add(id(target))
            for item in self.leftovers:
                if item.livestream is livestream:
                    item.stopping = target
            yield target

    def ensure_meetings(self) -> None:
        """Create the meetings that are missing, and set what they do when somebody joins."""
        if self.params["state"] == STOPPED:
            return
        wish = {} if self.params["auto_start"] is None else {"live_stream_on_start": self.params["auto_start"]}
        for room in self.rooms:
            desired = room.wanted_meeting(wish)
            room.wanted = None if desired is None else MeetingTarget(self.api, desired, self.context)
        self.apply_meetings([room.wanted for room in self.rooms if room.wanted is not None])
        for room in self.rooms:
            wanted = room.wanted
            # A retired meeting of the title is not the one that there is now.
            missing = room.meeting_id is None or (room.title and room.meeting and room.meeting.status == INACTIVE)
            if missing and wanted is not None and wanted.failure is None and wanted.current.id:
                room.meeting = wanted.current
        self.livestreams.targets = [*self.targets()]

    def apply_meetings(self, targets: Sequence[MeetingTarget]) -> None:
        """Bring meetings to their states, found in the list that was read already."""
        self.meetings.targets = [*targets]
        self.meetings.listing = MeetingListing(self.api, self.lists.active_meetings)
        self.meetings.run()

    def verify(self) -> None:
        """Ask the playback URLs of what is on the air for a manifest."""
        if self.params["verify"] == "no" or self.context.check_mode:
            return
        waited = [room for room in self.rooms if room.livestream is not None and room.wait and room.state == STARTED]
        shown = {room.name: room for room in waited if self.shown.is_live(room)}
        if not shown:
            return
        playbacks = [{"name": name, "playback_url": self.shown.seen(room).playback_url} for name, room in shown.items()]
        options = {"playbacks": playbacks, "timeout": self.params["verify_timeout"], "concurrency": 16}
        with contextlib.closing(Manifests(self.params["validate_certs"], given(self.params, "ca_path"))) as manifests:
            outcome = check_all(manifests.check, {**options, "on_failure": "warn"}, self.context)
        self.warnings += outcome.warnings if self.params["verify"] == "warn" else ()
        for found in outcome.values["playbacks"]:
            room = shown[found["name"]]
            room.playable = found["playable"]
            if not room.playable and self.params["verify"] == "fail":
                room.failure = StateUnreachable(f"its playback URL does not play: {found['reason']}")

    def retire(self) -> None:
        """Make the meetings of the event INACTIVE. Refused while anything of it is on the air."""
        # Of an event of which only some rooms are chosen, the rest stays as it is.
        left = [] if self.params["others"] else self.leftovers
        found = [item.meeting for item in left if item.meeting is not None]
        for room in self.rooms:
            if room.meeting is not None and room.title:
                found += [room.meeting, *self.lists.titled(room.title)]
        on_the_air = {item.meeting_id for item in self.lists.livestreams.active.values()}
        of_rooms = {room.meeting_id for room in self.rooms} | {item.current.meeting_id for item in self.leftovers}
        active = {room.name for room in self.rooms if room.meeting_id in on_the_air}
        independent = [room for room in self.rooms if room.independent]
        shown = self.shown
        active |= {room.name for room in independent if shown.is_on_air(room) or is_fed(self.api, shown.seen(room))}
        active |= {item.label for item in left if item.on_air}
        active |= {repr(item.title) for item in found if item.id in on_the_air and item.id not in of_rooms}
        if active:
            names = ", ".join(sorted(active))
            raise StateUnreachable(f"nothing is retired while this is on the air: {names}; stop it first")
        self.warnings += tuple(read_names(self.api, self.leftovers))
        retired: dict[str, MeetingTarget] = {}
        for meeting_id in dict.fromkeys(item.id for item in found if item.id and item.status != INACTIVE):
            retired[meeting_id] = MeetingTarget(
                self.api, DesiredMeeting("inactive", {}, meeting_id), self.context, asks_on_air=False
            )
        self.apply_meetings(list(retired.values()))
        for room in self.rooms:
            room.wanted = retired.get(room.meeting_id or "")
            if room.wanted is not None:
                room.meeting = room.wanted.current
        for item in self.leftovers:
            target = retired.get((item.meeting.id if item.meeting is not None else None) or "")
            if target is not None:
                item.meeting = target.current

    # Results

    def outcome(self) -> Outcome:
        """The result of the task, rooms in the order given."""
        missing = [room for room in self.rooms if self.missing(room)]
        if self.params["missing"] == "warn" and not self.reports:
            self.warnings += tuple(f"{room.name} cannot be watched yet: {room.why}" for room in missing)
        failures = [(room.name, room.why) for room in self.rooms if room.why and not self.tolerated(room)]
        extra = self.livestreams.unlisted
        own = {id(room.wanted) for room in self.rooms}
        others = [*extra, *(target for target in self.meetings.targets if id(target) not in own)]
        failures += [(target.desired.short, target.failure) for target in others if target.failure]
        failures += self.lists.unsure
        left = {id(item.stopping) for item in self.leftovers}
        batches = (self.meetings.outcome(), self.livestreams.outcome())
        values = {
            "streams": [self.result(room) for room in self.rooms],
            "leftovers": [item.result() for item in self.leftovers],
            "unlisted": [target.result() for target in extra if id(target) not in left],
            "missing": [room.name for room in missing],
        }
        warnings = [*self.warnings, *self.lists.warnings, *(text for room in self.rooms for text in room.warnings)]
        warnings += [text for batch in batches for text in batch.warnings]
        besides = [
            repr(target.kept_name or target.desired.short)
            for target in extra
            if id(target) not in left | self.of_a_title and target.changed
        ]
        if besides:
            would = "would be stopped" if self.context.check_mode else "stopped"
            warnings.append(f"not of the event, and {would}: {', '.join(besides)}")
        warnings += self.not_chosen()
        if self.slug and not self.lists.livestreams.active.whole:
            warnings.append("the list of what is on the air changed while it was read: more may be left over")
        warnings += [] if self.reports else on_air_twice(self.leftovers, self.rooms)
        warnings += mention(self.slug, self.leftovers, bool(self.rooms or self.params["others"]))
        return Outcome(
            any(batch.changed for batch in batches),
            values,
            [item for batch in batches for item in batch.diff or () if isinstance(item, Mapping)],
            tuple(dict.fromkeys(warnings)),
            failure=failure_message(failures, len(self.rooms) + len(others) + len(self.lists.unsure), "rooms"),
        )

    def not_chosen(self) -> list[str]:
        """What to say of the streams that this run leaves alone."""
        others = self.params["others"]
        found = [] if self.rooms or not others else ["none of the event's streams was chosen: nothing was done"]
        if self.params["state"] in (STOPPED, RETIRED) and not self.reports:
            listed = self.lists.meeting_ids(()) if others else set()
            active = self.lists.livestreams.active.items()
            names = [
                item.name or meeting_id
                for meeting_id, item in active
                if meeting_id in listed or item.name in self.lists.other_names
            ]
            found += [f"on the air, and not chosen: {', '.join(sorted(names))}"] if names else []
        return found

    def missing(self, room: Room) -> bool:
        """Whether nothing came from its encoder or its people; in a report, whether it is not in its state."""
        if not self.reports:
            return room.state == STARTED and isinstance(room.why, WaitTimedOut)
        return self.shown.is_missing(room)

    def tolerated(self, room: Room) -> bool:
        """Whether it is no failure that nothing came from the encoder, or from the people, of a room."""
        return self.params["missing"] == "warn" and self.missing(room)

    def result(self, room: Room) -> dict[str, Any]:
        """What the task returns of a room: what was given, and what was read or accepted."""
        livestream = self.shown.seen(room)
        meeting = room.meeting or Meeting()
        return {
            **{key: room.stream.get(key) for key in GIVEN},
            "state": RETIRED if self.retires else room.state,
            "meeting_id": room.meeting_id,
            "meeting_status": meeting.status,
            "id": livestream.id,
            "status": livestream.status,
            "on_air": self.shown.is_on_air(room),
            "playback_url": livestream.playback_url,
            "ingest_server": livestream.ingest_server,
            "playable": room.playable,
            "changed": room.changed,
            **failure_values(None if self.tolerated(room) else room.why),
        }
