# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lists in which many livestreams are found and polled.

Meetings' livestreams are listed by status, since only active ones matter. Independent ones are listed as a whole.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence, Set
from typing import Any, Dict

from ansible_collections.eventops.cloudflare.plugins.module_utils import times
from ansible_collections.eventops.cloudflare.plugins.module_utils.api.models import INVOKED, LIVE, Livestream
from ansible_collections.eventops.cloudflare.plugins.module_utils.api.realtimekit import RealtimeApi
from ansible_collections.eventops.cloudflare.plugins.module_utils.errors import ApiError
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.common import Context
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.livestream_plan import independents
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.naming import Named

LONGEST = datetime.timedelta(hours=25)  # Cloudflare ends every livestream after 24 hours


class OnAir(Dict[str, Livestream]):
    """The active livestreams of meetings, by meeting. ``whole``: all of them, as far as anybody can tell."""

    whole: bool = True


def active_of_meetings(api: RealtimeApi, wanted: Set[str] | None = None, whole: bool = True) -> OnAir:
    """The active livestreams of meetings, by meeting; of ``wanted`` ones, reads no further than they need.

    INVOKED before LIVE: what goes live between the two listings is then in both, and not in none. What was LIVE, ended
    and was started again between the two is in neither. Without ``whole``, more may be missing from a list that changes
    while it is read.
    """
    found = OnAir()

    def enough(livestreams: Sequence[Livestream]) -> bool:
        return wanted is not None and wanted <= found.keys() | _by_meeting(livestreams).keys()

    for status in (INVOKED, LIVE):
        listed = api.livestreams(status=status, enough=enough, whole=whole)
        found.update(_by_meeting(listed))
        found.whole = found.whole and listed.whole
        if enough(()):
            break
    return found


def _by_meeting(livestreams: Iterable[Livestream]) -> dict[str, Livestream]:
    return {item.meeting_id: item for item in livestreams if item.meeting_id and item.active}


class LivestreamListing:
    """What was listed: ``active`` ones of meetings, and ``independent`` ones, where there are targets of that kind.

    ``others``: also list what is active and no target. ``independents``: also list these without such a target.
    """

    def __init__(self, api: RealtimeApi, context: Context, others: bool = False) -> None:
        self._api = api
        self._context = context
        self.others = others
        self.active = OnAir()
        self.independent: Sequence[Livestream] = ()
        # Whether these were read.
        self.has_independent = False
        # Names by ID of independent ones that an earlier task found or made: a list may not show them yet.
        self.known: dict[str, str] = {}
        # The last day's livestreams, also those that have ended; read with ``others`` only.
        self.recent: Sequence[Livestream] = ()
        self.by_name: Named[Livestream] = Named(())
        self.by_id: Mapping[str | None, Livestream] = {}

    def read(self, targets: Sequence[Any], whole: bool = True) -> None:
        """Read what the targets need."""
        if self.others or any(target.desired.meeting_id for target in targets):
            self.active = self._on_air(targets, whole)
        if any(not target.desired.meeting_id for target in targets):
            self.read_independent()

    def read_independent(self) -> None:
        """Read all independent livestreams."""
        listed = self._api.livestreams(exclude_meetings=True)
        unseen = self.known.keys() - {item.id for item in listed}
        self.independent = [*listed, *map(self._unlisted, sorted(unseen))]
        self.has_independent = True
        self.by_name = independents(self.independent)
        self.by_id = {item.id: item for item in self.independent}

    def _unlisted(self, livestream_id: str) -> Livestream:
        """One that is not in the list: what the service says of it, or that it exists."""
        try:
            return self._api.livestream(livestream_id).livestream
        except ApiError as error:
            if not error.missing:
                raise
            return Livestream(id=livestream_id, name=self.known[livestream_id])

    def read_again(self, missing: Sequence[Any]) -> bool:
        """Only independent livestreams are created."""
        self.read_independent()
        return True

    def polled(self, targets: Sequence[Any]) -> LivestreamListing:
        """The lists as they are now."""
        listing = LivestreamListing(self._api, self._context)
        listing.known = self.known
        listing.read(targets, whole=False)
        return listing

    def check(self, targets: Sequence[Any]) -> None:
        """No two livestreams get in each other's way."""

    def _on_air(self, targets: Sequence[Any], whole: bool) -> OnAir:
        """The active livestreams of meetings, by meeting: also those of an undocumented status.

        No list of one status shows these. They are looked for where something must not be on the air, a target or
        ``others``, and is not seen there.
        """
        stopped = {target.desired.meeting_id for target in targets if target.desired.state == "stopped"} - {None}
        # One that is to be started and is not in the list is read by itself.
        active = active_of_meetings(self._api, whole=whole and bool(self.others or stopped))
        if self.others or stopped - active.keys():
            # Those of the last day that are active in any status.
            now = datetime.datetime.fromtimestamp(self._context.clock.date(), datetime.timezone.utc)
            recent = self._api.livestreams(start_time=times.iso(now - LONGEST), whole=whole or not self.others)
            active.whole = active.whole and recent.whole
            self.recent = recent
            for meeting_id, livestream in _by_meeting(recent).items():
                active.setdefault(meeting_id, livestream)
        return active
