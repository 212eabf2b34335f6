# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many meetings at once: the list is read once, and one request is sent for each that has to change."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.eventops.cloudflare.plugins.module_utils.api import Listing, RealtimeApi
from ansible_collections.eventops.cloudflare.plugins.module_utils.errors import (
    InvalidRequest,
    RealtimeError,
    StateUnreachable,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.models import Meeting
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.common import Context, Outcome
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.meeting import MeetingReconciliation
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.meeting_plan import (
    ACTIVE,
    DesiredMeeting,
    by_title,
    titled,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.naming import (
    Named,
    canonical,
    doubles,
    parted,
    unclear,
    unsent,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.pool import (
    check_concurrency,
    failure_message,
    failure_values,
    in_pool,
)


@dataclass
class Entry:
    """One meeting of the list, and what has become of it."""

    single: MeetingReconciliation
    observed: Sequence[Meeting] = ()
    failure: RealtimeError | None = None

    @property
    def title(self) -> str:
        """The title that was given."""
        return self.single.desired.title or ""

    @property
    def explicit(self) -> bool:
        """Whether it gives the meeting's ID and its title."""
        return bool(self.single.desired.meeting_id and self.title)

    @property
    def targets(self) -> tuple[str, ...]:
        """The IDs of the meetings that it is about, as far as they are known."""
        meeting_id = self.single.desired.meeting_id
        return (meeting_id,) if meeting_id else self.single.planned.targets

    @property
    def leads_to_title(self) -> str | None:
        """The title that an active meeting has in the end, or that no active one is to have; None without one."""
        desired = self.single.desired
        if desired.meeting_id:
            return (self.title or self.single.planned.meeting.title) if desired.state == "active" else None
        return self.title

    @property
    def titles_anew(self) -> bool:
        """Whether a meeting of an ID gets that title by this task, or comes back with it."""
        fields = self.single.planned.fields
        return bool(self.single.desired.meeting_id) and ("title" in fields or fields.get("status") == ACTIVE)

    def result(self) -> dict[str, Any]:
        """What the task returns of it."""
        return {**self.single.current.public(), "changed": self.single.changed, **failure_values(self.failure)}

    def diff(self) -> dict[str, Any]:
        """What diff mode shows of it."""
        label = self.single.desired.label
        shown = {"before_header": label, "after_header": label, **self.single.diff()}
        return {**shown, "after": {}} if self.failure is not None and self.single.current.id is None else shown

    def refuse(self, failure: RealtimeError) -> None:
        """Fail without having sent anything: what was read is all that is known."""
        self.failure = failure
        self.single.current = self.single.before or self.single.desired.unseen

    @contextlib.contextmanager
    def noting(self) -> Iterator[None]:
        """A block of which a failure stays with this entry."""
        try:
            yield
        except RealtimeError as failure:
            self.failure = failure


def reconcile_meetings(api: RealtimeApi, params: Mapping[str, Any], context: Context) -> Outcome:
    """Bring every meeting that ``params`` (validated options of the module) list to its state.

    Raises only while nothing has been sent that changes anything; after that, failures are part of the outcome.
    """
    check_concurrency(params)
    batch = MeetingBatch(api, params["concurrency"], context, entries_of(api, params, context))
    if batch.entries:
        batch.observe(api.meetings(status=ACTIVE))
    batch.carry_out()
    return batch.outcome()


def entries_of(api: RealtimeApi, params: Mapping[str, Any], context: Context) -> list[Entry]:
    """The entries, refused as a whole when one is invalid or two are about the same meeting."""
    entries: list[Entry] = []
    places: dict[tuple[str, str], int] = {}
    for place, options in enumerate(params["meetings"]):
        try:
            desired = DesiredMeeting.of({**options, "state": options.get("state") or params["state"]})
        except InvalidRequest as error:
            raise InvalidRequest(f"meetings[{place}]: {error}") from None
        option, value = desired.identity
        identity = option, canonical(value) if option == "title" else value
        if identity in places:
            raise InvalidRequest(
                f"meetings[{places[identity]}] and meetings[{place}] are both about {desired.label}: list it once"
            )
        places[identity] = place
        entries.append(Entry(MeetingReconciliation(api, desired, context)))
    return entries


class MeetingBatch:
    """Observes, plans and applies: for all entries together."""

    def __init__(self, api: RealtimeApi, concurrency: int, context: Context, entries: Sequence[Entry]) -> None:
        self.api = api
        self.concurrency = concurrency
        self.context = context
        self.entries = list(entries)

    def carry_out(self) -> None:
        """Apply what was decided. What was observed is known."""
        self.change()
        self.agree()

    def outcome(self) -> Outcome:
        """The result of the task, entries in the order given."""
        entries = self.entries
        failed = [(entry.single.desired.short, entry.failure) for entry in entries if entry.failure is not None]
        return Outcome(
            any(entry.single.changed for entry in entries),
            {"meetings": [entry.result() for entry in entries]},
            [entry.diff() for entry in entries if entry.single.changed],
            tuple(warning for entry in entries for warning in entry.single.warnings),
            failure=failure_message(failed, len(entries), "meetings"),
        )

    def observe(self, listed: Listing[Meeting]) -> None:
        """Find all meetings in the list of the active ones, read what it does not show, and decide."""
        sought = [entry for entry in self.entries if not entry.single.desired.meeting_id]
        _find(sought, listed)
        missing = [entry for entry in sought if not entry.observed and entry.failure is None]
        if missing and not listed.counted:
            # One that left may have moved others out of sight, and nobody counts.
            _find(missing, self.api.meetings(status=ACTIVE))
        known = {item.id: item for item in listed}
        for entry in self.entries:
            if entry.single.desired.meeting_id in known:
                entry.observed = [known[entry.single.desired.meeting_id]]

        def read(entry: Entry) -> None:
            single = entry.single
            with entry.noting():
                observed = single.complete(entry.observed) if entry.observed else single.observe()
                single.decide(observed)

        def unread(entry: Entry) -> bool:
            by_id = entry.single.desired.meeting_id is not None
            return entry.single.incomplete(entry.observed) if entry.observed else by_id

        for entry in self.entries:
            if entry.failure is None and not unread(entry):
                with entry.noting():
                    entry.single.decide(entry.observed)
        self.each(read, [entry for entry in self.entries if unread(entry)], "reading")
        _check_apart(self.entries)

    def each(self, work: Callable[[Entry], None], entries: Sequence[Entry], doing: str) -> None:
        """Do something with many entries at once."""
        in_pool(self.context, self.concurrency, work, entries, doing)

    def change(self) -> None:
        """Send what is planned. Of titles that may become one when they are cut, one is sent first."""

        def change(entry: Entry) -> None:
            with entry.noting():
                entry.single.apply()

        def send(entries: Sequence[Entry]) -> None:
            # Where nothing is sent, there is no progress to report.
            sends = {id(e) for e in entries if e.single.planned.changed and not self.context.check_mode}
            for entry in entries:
                if id(entry) not in sends:
                    change(entry)
            self.each(change, [entry for entry in entries if id(entry) in sends], "changing")

        def title(entry: Entry) -> str:
            return entry.leads_to_title or ""

        def kept(entry: Entry) -> str | None:
            return entry.single.current.title if entry.single.current.id and entry.failure is None else None

        def refuse(known: Sequence[Entry], unsent: Sequence[Entry]) -> None:
            for entry, other in doubles(known, unsent, title, kept):
                if not (entry.explicit and other.explicit and canonical(entry.title) == canonical(other.title)):
                    entry.refuse(_one_title(entry, other))

        pending = [entry for entry in self.entries if entry.failure is None]
        first, rest = parted([entry for entry in pending if "title" in entry.single.planned.fields], title)
        new = {id(entry) for entry in (*first, *rest)}
        there = [entry for entry in pending if entry.leads_to_title and id(entry) not in new]
        absent = [entry for entry in there if entry.single.before is None]
        refuse(there, first)
        later = {id(entry) for entry in rest}
        now = [entry for entry in pending if id(entry) not in later and entry.failure is None]
        send(now)
        if not self.context.check_mode:
            for entry, other in unclear(first, rest, title, kept):
                entry.refuse(unsent(entry.single.desired.label, other.single.desired.label))
        refuse([*there, *first], [entry for entry in rest if entry.failure is None])
        send([entry for entry in rest if entry.failure is None])
        # What is not to be there must not have come by another entry.
        refuse([*first, *rest], absent)
        back = Named((kept(entry), entry) for entry in now if entry.titles_anew and id(entry) not in new)
        for entry in [entry for entry in absent if entry.failure is None]:
            with entry.noting():
                for other in back.find(title(entry), entry.single.desired.label)[1]:
                    entry.refuse(_one_title(entry, other))
            if entry.failure is not None:
                entry.refuse(entry.failure)

    def agree(self) -> None:
        """After creations, read the list once more: of several of one title, the oldest is the one."""
        created = [entry for entry in self.entries if entry.single.planned.create and not entry.failure]
        if self.context.check_mode or not created:
            return
        try:
            listed = self.api.meetings(status=ACTIVE)
        except RealtimeError as failure:
            for entry in created:
                entry.failure = failure
            return
        taken = {entry.single.current.id: entry for entry in self.entries if not entry.single.planned.create}
        for entry in created:
            entry.single.agree(listed)
            other = taken.setdefault(entry.single.current.id, entry)
            if other is not entry:
                entry.failure = _one_title(entry, other)


def _find(entries: Sequence[Entry], listed: Sequence[Meeting]) -> None:
    """Find those that are known by their titles in a list."""
    titles = by_title(listed)
    for entry in entries:
        with entry.noting():
            entry.observed = titled(titles, entry.single.desired)


def _check_apart(entries: Sequence[Entry]) -> None:
    """Refuse two entries that are about the same meeting, or that would give two meetings one title."""
    taken: dict[str, int] = {}
    titles: dict[str, list[int]] = {}
    for place, entry in enumerate(entries):
        for meeting_id in entry.targets:
            other = taken.setdefault(meeting_id, place)
            if other != place:
                raise InvalidRequest(
                    f"meetings[{other}] and meetings[{place}] are both about the meeting {meeting_id}: list it once"
                )
        if entry.leads_to_title:
            titles.setdefault(canonical(entry.leads_to_title), []).append(place)
    for places in titles.values():
        for place, other in itertools.permutations(places, 2):
            # Who gives the IDs of both, and this title to both, wants it.
            if entries[place].titles_anew and not (entries[place].explicit and entries[other].explicit):
                raise InvalidRequest(
                    f"meetings[{place}] and meetings[{other}] would both be titled {entries[place].leads_to_title!r}: "
                    "give one of them another title"
                )


def _one_title(entry: Entry, other: Entry) -> StateUnreachable:
    title = other.single.current.title
    return StateUnreachable(
        f"{entry.single.desired.label} and {other.single.desired.label} are one to the service, which calls them "
        f"{title!r}: give them titles that differ earlier"
    )
