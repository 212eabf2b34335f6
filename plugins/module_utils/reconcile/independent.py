# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An independent livestream as a target: known by its ID or its name, created here, fed by an encoder."""

from __future__ import annotations

from collections.abc import Sequence

from ansible_collections.eventops.cloudflare.plugins.module_utils.api.models import IDLE, INVOKED, Livestream
from ansible_collections.eventops.cloudflare.plugins.module_utils.errors import ApiError
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.livestream import LivestreamTarget
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.livestream_listing import (
    LivestreamListing,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.livestream_plan import (
    find,
    independents,
    oldest,
    plan,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.naming import told
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.watch import Watch

NOT_OFFERED = (404, 405, 410)
NO_ROUTE = 7003  # Cloudflare's code for a route it does not have


class IndependentLivestream(LivestreamTarget):
    """A livestream that needs no meeting."""

    @property
    def name(self) -> str | None:
        return self.desired.name if self.desired.identity[0] == "name" else None

    def find(self, listing: LivestreamListing) -> bool:
        if self.desired.livestream_id is None:
            self.before, warnings = find(listing.by_name, self.desired)
            self.warnings += warnings
        elif self.desired.livestream_id not in listing.by_id:
            return False
        else:
            self.before = listing.by_id[self.desired.livestream_id]
        return not self.may_lack_encoder(self.before)

    def complete(self) -> None:
        found = self.before
        if found is None and self.desired.livestream_id is not None:
            found = self.read_by_id(self.desired.livestream_id)
        self.before = self.without_encoder(found)

    def read(self) -> None:
        if self.desired.livestream_id is not None:
            found = self.read_by_id(self.desired.livestream_id)
        else:
            found = self.find_by_name()
        self.before = self.without_encoder(found)

    def poll(self, watch: Watch, listing: LivestreamListing | None) -> bool:
        if listing is not None:
            found = listing.by_id.get(self.current.id)
        else:
            found = self.read_by_id(self.current.id) if self.current.id else None
        return self.saw(watch, self.without_encoder(found))

    def read_by_id(self, livestream_id: str) -> Livestream | None:
        """The livestream; None when it does not exist."""
        try:
            return self.api.livestream(livestream_id).livestream
        except ApiError as error:
            if error.missing:
                return None
            raise

    def find_by_name(self) -> Livestream | None:
        """The one of this name."""
        found, warnings = find(independents(self.list_again()), self.desired)
        self.warnings += warnings
        return found

    def list_again(self) -> Sequence[Livestream]:
        return self.api.livestreams(exclude_meetings=True)

    def may_lack_encoder(self, found: Livestream | None) -> bool:
        """Whether only its sessions show if anybody pushes to it: the service calls a fresh one INVOKED, too."""
        return found is not None and found.status == INVOKED and self.desired.state == "stopped" and bool(found.id)

    def without_encoder(self, found: Livestream | None) -> Livestream | None:
        """The livestream, IDLE where nobody pushes to it."""
        if found is None or not self.may_lack_encoder(found):
            return found
        return found if self.api.active_session(found.id or "") is not None else found._replace(status=IDLE)

    def send(self) -> None:
        try:
            self.current = self.write(self.create, self.find_by_name)
        except ApiError as error:
            if error.method == "POST" and (error.status in NOT_OFFERED or error.code == NO_ROUTE):
                error.advice = (
                    "the API no longer offers to create independent livestreams here; livestream a meeting with "
                    "meeting_id, or use an independent livestream that exists already"
                    + (" (or app_id or base_url is wrong: check them)" if error.missing else "")
                )
            raise

    def create(self) -> Livestream:
        """POST the creation."""
        created = self.api.create_livestream(self.desired.name or "")
        self.created = True
        return created.merged_with(Livestream(name=self.desired.name))

    def agree(self, listed: Sequence[Livestream]) -> None:
        """The list may lag behind and lack the one just created. Its name is what the service calls it."""
        created = self.current
        own = next((item for item in listed if item.id == created.id), created)
        name = own.name or created.name or ""
        found, warnings = oldest(listed if own is not created else [*listed, created], name)
        self.warnings += warnings + told(self.desired.label, name, self.desired.name)
        self.current = found.merged_with(created) if found is not None else created
        if self.desired.state == "started" and not self.desired.wait:
            # Created just now: the same refusal as for one found there, unless it is active already.
            plan(self.current, self.desired)
