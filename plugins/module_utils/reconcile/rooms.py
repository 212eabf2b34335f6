# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rooms of an event: what is asked for, and what became of each."""

from __future__ import annotations

import contextlib
import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.eventops.cloudflare.plugins.module_utils.api.models import INVOKED, Livestream, Meeting
from ansible_collections.eventops.cloudflare.plugins.module_utils.api.realtimekit import check_id
from ansible_collections.eventops.cloudflare.plugins.module_utils.errors import (
    InvalidRequest,
    RealtimeError,
    StateUnreachable,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.common import given
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.livestream import LivestreamTarget
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.meeting import MeetingTarget
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.meeting_plan import DesiredMeeting
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.naming import canonical

PRESENT, STARTED, STOPPED, RETIRED = "present", "started", "stopped", "retired"
KINDS = ("meeting_id", "meeting_title", "independent")
GIVEN = ("name", "title", "meeting_title", "independent", "encoder", "talks")  # what a result repeats of a stream


@dataclass
class Room:
    """A stream of the event, and what became of it.

    ``meeting`` is what is known of its meeting, ``livestream`` its target in the batch of livestreams. Each is None
    when there is none. ``wanted`` is its target in the batch of meetings, if that has anything to do for it.
    """

    stream: Mapping[str, Any]
    state: str
    wait: bool
    meeting: Meeting | None = None
    livestream: LivestreamTarget | None = None
    wanted: MeetingTarget | None = None
    failure: RealtimeError | None = None
    warnings: tuple[str, ...] = ()
    playable: bool | None = None
    # Whether an encoder feeds an independent livestream that the service calls INVOKED, as it calls those that nobody
    # has fed yet. None when that could not be read.
    fed: bool | None = False
    # What an earlier task returned of it.
    earlier: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What the stream is called."""
        return str(self.stream["name"])

    @property
    def title(self) -> str | None:
        """The title of its meeting, when that is how it is known."""
        title: str | None = given(self.stream, "meeting_title")
        return title

    @property
    def independent(self) -> bool:
        """Whether it needs no meeting."""
        return bool(self.stream["independent"])

    @property
    def meeting_id(self) -> str | None:
        """The ID of its meeting, as far as it is known."""
        return given(self.stream, "meeting_id") or (self.meeting.id if self.meeting is not None else None)

    @property
    def stays(self) -> bool:
        """Whether it is not to be started: it stays off the air, or as it is."""
        return self.state != STARTED

    @property
    def changed(self) -> bool:
        """Whether anything was sent for it that changed something, or would be sent in check mode."""
        return any(target is not None and target.changed for target in (self.livestream, self.wanted))

    @property
    def why(self) -> RealtimeError | None:
        """Why it failed: the first of the reasons."""
        targets = (self.wanted, self.livestream)
        return self.failure or next((t.failure for t in targets if t is not None and t.failure is not None), None)

    def wanted_meeting(self, fields: Mapping[str, Any]) -> DesiredMeeting | None:
        """The meeting that has to be there, with these settings; None when nothing is to be created or changed."""
        made = self.title and self.earlier.get("meeting_id")
        if self.failure or self.independent or made or not (self.title or fields):
            return None
        return DesiredMeeting("active", fields, given(self.stream, "meeting_id"), self.title)

    @contextlib.contextmanager
    def noting(self) -> Iterator[None]:
        """A block of which a failure stays with this room."""
        try:
            yield
        except RealtimeError as failure:
            self.failure = failure


@dataclass
class Lookup:
    """A meeting that is read by its ID: None when it does not exist, or could not be read."""

    meeting_id: str
    meeting: Meeting | None = None
    failure: RealtimeError | None = None


def rooms_of(params: Mapping[str, Any]) -> list[Room]:
    """The rooms; refused as a whole when one is invalid or two have one name."""
    rooms: list[Room] = []
    earlier = {}
    for place, item in enumerate(params.get("earlier") or ()):
        for option in ("meeting_id", "id"):
            if item.get(option):
                check_id(f"earlier[{place}].{option}", str(item[option]))
        earlier[str(item.get("name"))] = item
    places: dict[tuple[str, str], int] = {}
    for place, stream in enumerate(params["streams"]):
        kinds = [kind for kind in KINDS if given(stream, kind)]
        if given(stream, "name") is None:
            raise InvalidRequest(f"streams[{place}].name is blank")
        if len(kinds) != 1:
            raise InvalidRequest(
                f"streams[{place}] ({stream['name']}) needs exactly one of meeting_id, meeting_title and "
                f"independent: true, and has {' and '.join(kinds) or 'none'}"
            )
        if kinds == ["meeting_id"]:
            check_id(f"streams[{place}].meeting_id", stream["meeting_id"])
        for option in ("name", "meeting_id", "meeting_title"):
            value = given(stream, option)
            key = option, value if option == "meeting_id" else canonical(value or "")
            if value is not None and places.setdefault(key, place) != place:
                raise InvalidRequest(f"streams[{places[key]}] and streams[{place}] have the same {option}: {value!r}")
        state = params["state"]
        if state not in (STOPPED, RETIRED):
            state = given(stream, "state") or state
        wait = params["wait"] and stream.get("wait") is not False
        room = Room({**stream, "independent": bool(stream["independent"])}, state, wait)
        room.earlier = earlier.get(room.name, {})
        rooms.append(room)
    return rooms


def check_apart(rooms: Sequence[Room]) -> None:
    """Of two rooms that are found to be about one meeting, the second one fails."""
    taken: dict[str, Room] = {}
    for room in rooms:
        other = taken.setdefault(room.meeting_id, room) if room.meeting_id else room
        if other is not room and room.failure is None:
            text = f"{other.name} and {room.name} are both about the meeting {room.meeting_id}"
            room.failure = StateUnreachable(text)


def on_air(livestream: Livestream) -> bool:
    """Whether it is active. The service calls an independent one INVOKED to which nobody has pushed yet."""
    return livestream.active and (livestream.meeting_id is not None or livestream.status != INVOKED)


def nearest(text: str, wanted: str | None, names: Sequence[str]) -> str:
    """A text with the name that is most like the wanted one, if any is."""
    near = difflib.get_close_matches(wanted or "", names, 1)
    return f"{text}: did you mean {near[0]!r}?" if near else f"{text}: check the name, app_id and account_id"
