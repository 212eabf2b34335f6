# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A meeting as a target, and the list in which many meetings are found."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

from ansible_collections.eventops.cloudflare.plugins.module_utils.api.listing import Listing
from ansible_collections.eventops.cloudflare.plugins.module_utils.api.models import Meeting
from ansible_collections.eventops.cloudflare.plugins.module_utils.api.realtimekit import RealtimeApi
from ansible_collections.eventops.cloudflare.plugins.module_utils.errors import (
    ApiError,
    InvalidRequest,
    RequestFailed,
    StateUnreachable,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.common import Context
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.meeting_plan import (
    ACTIVE,
    CONFIGS,
    INACTIVE,
    DesiredMeeting,
    MeetingPlan,
    by_title,
    oldest_first,
    plan_meeting,
    titled,
    written,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.naming import Named, canonical, told
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.target import Target


class MeetingTarget(Target):
    """A meeting, known by its ID or its title: created, changed or retired."""

    desired: DesiredMeeting
    before: Meeting | None
    current: Meeting
    planned: MeetingPlan

    def __init__(
        self, api: RealtimeApi, desired: DesiredMeeting, context: Context, *, asks_on_air: bool = True
    ) -> None:
        """``asks_on_air``: whether it asks, before a meeting is retired, for what is on the air of it."""
        super().__init__(api, context)
        self.desired = desired
        self.asks_on_air = asks_on_air
        self.before = None
        self.current = desired.unseen
        # The meeting of the ID, or the active ones of the title, oldest first.
        self.observed: Sequence[Meeting] = ()
        self.planned = MeetingPlan(self.current, {})

    @property
    def explicit(self) -> bool:
        """Whether the meeting's ID and its title are given."""
        return bool(self.desired.meeting_id and self.desired.title)

    @property
    def name(self) -> str | None:
        """The title that an active meeting has in the end, or that no active one is to have."""
        if not self.desired.meeting_id:
            return self.desired.title
        return (self.desired.title or self.planned.meeting.title) if self.desired.state == "active" else None

    @property
    def new_name(self) -> str | None:
        return self.name if "title" in self.planned.fields else None

    @property
    def returns(self) -> bool:
        fields = self.planned.fields
        return bool(self.desired.meeting_id) and ("title" in fields or fields.get("status") == ACTIVE)

    @property
    def kept_name(self) -> str | None:
        return self.current.title if self.current.id else None

    def may_share_name(self, other: Target) -> bool:
        """Who gives the IDs of both, and the same title to both, wants that."""
        if not isinstance(other, MeetingTarget) or not (self.explicit and other.explicit):
            return False
        return canonical(self.desired.title or "") == canonical(other.desired.title or "")

    @property
    def ids(self) -> tuple[str, ...]:
        return (self.desired.meeting_id,) if self.desired.meeting_id else self.planned.targets

    def find(self, listing: MeetingListing) -> bool:
        if self.desired.meeting_id is None:
            self.observed = titled(listing.by_title, self.desired)
        elif self.desired.meeting_id in listing.by_id:
            self.observed = [listing.by_id[self.desired.meeting_id]]
        else:
            return False
        return not (self.incomplete or self.retires)

    def complete(self) -> None:
        """A list may leave out objects: where one is wanted, the meeting itself is read."""
        if not self.observed and self.desired.meeting_id is not None:
            self.observed = self.read_by_id(self.desired.meeting_id)
        elif self.incomplete:
            first, *others = self.observed
            self.observed = [self.api.meeting(first.id or "").merged_with(first), *others]
        for meeting_id in self.retires:
            try:
                livestream = self.api.active_livestream(meeting_id)
            except RequestFailed as failure:
                self.warnings += (f"{self.desired.label} may be on the air: {failure}",)
                continue
            if livestream is not None and livestream.active:
                self.warnings += (
                    f"{self.desired.label} is retired while its livestream {livestream.id} is {livestream.status}: "
                    "that does not stop it",
                )

    @property
    def retires(self) -> list[str]:
        """The IDs of the meetings that are to be retired, and of whose livestreams nothing is known."""
        if not self.asks_on_air or self.desired.state == "active":
            return []
        return [item.id for item in self.observed if item.id and item.status != INACTIVE]

    @property
    def incomplete(self) -> bool:
        """Whether a list left out an object that is wanted."""
        if not self.observed or not self.observed[0].id or self.desired.state != "active":
            return False
        return any(name in self.desired.settings and getattr(self.observed[0], name) is None for name in CONFIGS)

    def read(self) -> None:
        if self.desired.meeting_id is not None:
            self.complete()
            return
        listing = MeetingListing(self.api)
        listing.read([self])
        self.find(listing)
        self.complete()

    def read_by_id(self, meeting_id: str) -> list[Meeting]:
        """The meeting; nothing when it does not exist."""
        try:
            return [self.api.meeting(meeting_id)]
        except ApiError as error:
            if error.missing:
                return []
            raise

    def decide(self) -> None:
        if self.observed:
            self.before = self.current = self.observed[0]
        self.planned = plan_meeting(self.observed, self.desired)
        self.warnings += self.planned.warnings
        if self.before is None and not self.planned.changed:
            self.current = self.planned.meeting

    def foresee(self) -> None:
        if self.planned.changed:
            self.current = self.planned.meeting

    def send(self) -> None:
        if self.planned.create:
            self.current = self.write(self.create, self.found)
            return
        # The oldest, which is the one that is returned, comes last.
        changed = [self.change(item) for item in reversed(self.observed) if item.id in self.planned.targets]
        self.current = changed[-1]

    def create(self) -> Meeting:
        """POST the creation."""
        created = self.api.create_meeting(self.planned.fields)
        self.created = True
        return created.merged_with(self.planned.meeting)

    def found(self) -> Meeting | None:
        """The oldest active one of the title, should a lost creation have arrived."""
        return next(iter(titled(by_title(self.list_again()), self.desired)), None)

    def list_again(self) -> Listing[Meeting]:
        return self.api.meetings(status=ACTIVE)

    def change(self, observed: Meeting) -> Meeting:
        """PATCH one meeting, and read it where the answer leaves open what became of it."""
        meeting_id, fields = observed.id or "", self.planned.fields

        def settled() -> Meeting | None:
            found = self.api.meeting(meeting_id)
            return found if written(found, fields) else None

        try:
            changed = self.write(lambda: self.api.update_meeting(meeting_id, fields), settled)
        except ApiError as error:
            if error.status == 422 and "recording_config" in fields:
                error.advice = "the service may take a recording_config only when a meeting is created"
            raise
        wanted = fields.get("status")
        if wanted is not None and changed.status not in (None, wanted):
            raise StateUnreachable(f"{self.desired.label} was to be {wanted}, and the service says {changed.status}")
        if "title" in fields:
            self.warnings += told(self.desired.label, changed.title, self.desired.title)
        return changed.merged_with(observed._replace(**fields))

    def agree(self, listed: Sequence[Meeting]) -> None:
        """The title is the service's own form."""
        own = next((item for item in listed if item.id == self.current.id), self.current)
        title = own.title or self.current.title
        active = [item for item in listed if item.title == title and item.status in (ACTIVE, None)]
        found = oldest_first(active if own is not self.current else [*active, own])
        if found:
            self.warnings += plan_meeting(found, self.desired).warnings
            self.current = found[0].merged_with(self.current) if found[0].id == self.current.id else found[0]


class MeetingListing:
    """The active meetings, by title and by ID. ``listed``: a list of them that was read already."""

    def __init__(self, api: RealtimeApi, listed: Listing[Meeting] | None = None) -> None:
        self._api = api
        self._listed = listed
        self.by_title: Named[Meeting] = Named(())
        self.by_id: dict[str | None, Meeting] = {}

    def read(self, targets: Sequence[Any]) -> None:
        """Read the list; once more, where titles are not in it and nobody counts.

        One that left may have moved others out of sight.
        """
        if not targets:
            return
        listed = self._listed if self._listed is not None else self._api.meetings(status=ACTIVE)
        self.by_id = {item.id: item for item in listed}
        self.by_title = by_title(listed)
        if not listed.counted and any(self._lacks(target.desired) for target in targets):
            again = self._api.meetings(status=ACTIVE)
            self.by_title = by_title({item.id: item for item in (*listed, *again)}.values())

    def _lacks(self, desired: DesiredMeeting) -> bool:
        if desired.meeting_id is not None:
            return False
        try:
            return not titled(self.by_title, desired)
        except StateUnreachable:
            return False

    def read_again(self, missing: Sequence[Any]) -> bool:
        """The list was read just now."""
        return False

    def polled(self, targets: Sequence[Any]) -> MeetingListing:
        """Nobody waits for a meeting."""
        return self

    def check(self, targets: Sequence[Any]) -> None:
        """Refuse two targets that would give two meetings one title."""
        titles: dict[str, list[int]] = {}
        for place, target in enumerate(targets):
            if target.name:
                titles.setdefault(canonical(target.name), []).append(place)
        for places in titles.values():
            for place, other in itertools.permutations(places, 2):
                # Who gives the IDs of both, and this title to both, wants it.
                if targets[place].returns and not (targets[place].explicit and targets[other].explicit):
                    raise InvalidRequest(
                        f"meetings[{place}] and meetings[{other}] would both be titled {targets[place].name!r}: "
                        "give one of them another title"
                    )
