# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many meetings at once: a sweep of the list, and one request for each that has to change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.eventops.cloudflare.plugins.module_utils.api import RealtimeApi
from ansible_collections.eventops.cloudflare.plugins.module_utils.errors import (
    InvalidRequest,
    RealtimeError,
    RequestFailed,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.models import Meeting
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.common import Context, Outcome
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.meeting import MeetingReconciliation
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.meeting_plan import (
    ACTIVE,
    DesiredMeeting,
    titled,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.pool import (
    check_concurrency,
    failure_message,
    in_pool,
)


@dataclass
class Entry:
    """One meeting of the list, and what has become of it."""

    single: MeetingReconciliation
    observed: Sequence[Meeting] = ()
    failure: RealtimeError | None = None

    def result(self) -> dict[str, Any]:
        """What the task returns of it."""
        values = {**self.single.current.public(), "changed": self.single.changed}
        if self.failure is not None:
            values.update(failed=True, msg=str(self.failure))
            if isinstance(self.failure, RequestFailed):
                values["error"] = self.failure.details()
        return values


def reconcile_meetings(api: RealtimeApi, params: Mapping[str, Any], context: Context) -> Outcome:
    """Bring every meeting that ``params`` (validated options of the module) list to its state.

    Raises only while nothing has been sent that changes anything; after that, failures are part of the outcome.
    """
    check_concurrency(params)
    entries = _entries(api, params, context)
    listed = api.meetings(status=ACTIVE) if entries else []
    known = {item.id: item for item in listed}
    in_pool(context, params["concurrency"], lambda entry: _bring(entry, listed, known), entries, "changing")
    _agree(api, entries, context)
    failed = [(entry.single.desired.short, entry.failure) for entry in entries if entry.failure is not None]
    labels = [{"before_header": e.single.desired.label, "after_header": e.single.desired.label} for e in entries]
    return Outcome(
        any(entry.single.changed for entry in entries),
        {"meetings": [entry.result() for entry in entries]},
        [
            {**label, **entry.single.diff()}
            for label, entry in zip(labels, entries)  # strict needs Python 3.10
            if entry.single.changed
        ],
        tuple(warning for entry in entries for warning in entry.single.warnings),
        failure=failure_message(failed, len(entries), "meetings"),
    )


def _entries(api: RealtimeApi, params: Mapping[str, Any], context: Context) -> list[Entry]:
    """The entries, refused as a whole when one is invalid or two are about the same meeting."""
    entries: list[Entry] = []
    places: dict[tuple[str, str], int] = {}
    for place, options in enumerate(params["meetings"]):
        try:
            desired = DesiredMeeting.of({**options, "state": options.get("state") or params["state"]})
        except InvalidRequest as error:
            raise InvalidRequest(f"meetings[{place}]: {error}") from None
        if desired.identity in places:
            raise InvalidRequest(f"meetings[{place}] and meetings[{places[desired.identity]}] are both {desired.label}")
        places[desired.identity] = place
        single = MeetingReconciliation(api, desired, context)
        single.current = Meeting(id=desired.meeting_id, title=desired.title)
        entries.append(Entry(single))
    return entries


def _bring(entry: Entry, listed: Sequence[Meeting], known: Mapping[str | None, Meeting]) -> None:
    """Change one meeting, from what the sweep shows of it. One asked for by an ID that is not in it is read."""
    single, desired = entry.single, entry.single.desired
    try:
        if not desired.meeting_id:
            observed = single.complete(titled(listed, desired.title or ""))
        elif desired.meeting_id in known:
            observed = single.complete([known[desired.meeting_id]])
        else:
            observed = single.observe()
        single.carry_out(observed)
    except RealtimeError as failure:
        entry.failure = failure


def _agree(api: RealtimeApi, entries: Sequence[Entry], context: Context) -> None:
    """After creations, read the list once more: of several of one title, the oldest is the one."""
    created = [entry for entry in entries if entry.single.changed and entry.single.before is None and not entry.failure]
    if context.check_mode or not created:
        return
    try:
        listed = api.meetings(status=ACTIVE)
    except RealtimeError as failure:
        for entry in created:
            entry.failure = failure
        return
    for entry in created:
        entry.single.agree(listed)
