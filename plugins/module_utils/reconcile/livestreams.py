# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many livestreams at once, with few requests.

A batch reads lists instead of one livestream at a time. A list may be stale. So an entry that has to change is read
again before it is written, by the reconciliation of the single livestream, in a bounded pool of threads. Waiting polls
the lists, too. An entry that fails does not stop the others.
"""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any, Dict

from ansible_collections.eventops.cloudflare.plugins.module_utils import times
from ansible_collections.eventops.cloudflare.plugins.module_utils.api import RealtimeApi
from ansible_collections.eventops.cloudflare.plugins.module_utils.errors import (
    InvalidRequest,
    RealtimeError,
    StateUnreachable,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.models import INVOKED, LIVE, Livestream
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.common import (
    Context,
    Outcome,
    Tally,
    Wait,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.livestream import (
    Independent,
    MeetingLivestream,
    Reconciliation,
    shown,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.naming import (
    Named,
    canonical,
    doubles,
    parted,
    unclear,
    unsent,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.plan import (
    Action,
    Desired,
    Plan,
    find,
    independents,
    plan,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.pool import (
    check_concurrency,
    failure_message,
    failure_values,
    failures,
    in_pool,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.watch import Watch

LONGEST = datetime.timedelta(hours=25)  # Cloudflare ends every livestream after 24 hours


@dataclass
class Entry:
    """One livestream of the programme, and what has become of it."""

    desired: Desired
    before: Livestream | None = None
    current: Livestream = field(default_factory=Livestream)
    planned: Plan = field(default_factory=lambda: Plan(Action.NOTHING, Livestream()))
    changed: bool = False
    started_after: float | None = None  # see Watch
    failure: RealtimeError | None = None
    warnings: tuple[str, ...] = ()

    def fail(self, failure: RealtimeError) -> None:
        """Take note of a failure; the others go on."""
        self.failure = failure
        self.changed = self.changed or failure.changed

    def result(self, return_stream_key: bool) -> dict[str, Any]:
        """What the task returns of it."""
        values = {**self.current.public(), "changed": self.changed}
        if return_stream_key:
            values["stream_key"] = self.current.stream_key
        return {**values, **failure_values(self.failure)}


def reconcile_all(api: RealtimeApi, params: Mapping[str, Any], context: Context) -> Outcome:
    """Bring every livestream that ``params`` (validated options of the module) list to its state.

    Raises only while nothing has been sent that changes anything; after that, failures are part of the outcome.
    """
    check_concurrency(params)
    batch = Batch(api, params, context, entries_of(params))
    batch.observe(others=params["exclusive"])
    if params["exclusive"]:
        named = {entry.desired.meeting_id for entry in batch.entries}
        batch.stop_others([meeting_id for meeting_id in batch.active if meeting_id not in named])
    batch.carry_out()
    return batch.outcome()


def entries_of(params: Mapping[str, Any]) -> list[Entry]:
    """The entries, refused as a whole when one is invalid or two are about the same livestream."""
    entries: list[Entry] = []
    places: dict[tuple[str, str], int] = {}
    common = {option: params[option] for option in ("wait", "wait_timeout", "return_stream_key")}
    for place, options in enumerate(params["livestreams"]):
        try:
            desired = Desired.of({**options, **common, "state": options.get("state") or params["state"]})
        except InvalidRequest as error:
            raise InvalidRequest(f"livestreams[{place}]: {error}") from None
        option, value = desired.identity
        identity = option, canonical(value) if option == "name" else value
        if identity in places:
            raise InvalidRequest(
                f"livestreams[{places[identity]}] and livestreams[{place}] are both about {desired.label}: list it once"
            )
        places[identity] = place
        entries.append(Entry(desired, current=desired.unseen))
    return entries


class OnAir(Dict[str, Livestream]):
    """The active livestreams of meetings, by meeting. ``whole``: all of them, as far as anybody can tell."""

    whole: bool = True


def active_of_meetings(api: RealtimeApi, wanted: Set[str] | None = None, whole: bool = True) -> OnAir:
    """The active livestreams of meetings, by meeting; of ``wanted`` ones, reads no further than they need.

    INVOKED before LIVE: what goes live between the two sweeps is then seen in both, and not in none. What was LIVE,
    ended and was started again between the two is in neither. Without ``whole``, more may be missing from a list that
    changes while it is read.
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


class Batch:
    """Observes, plans, applies and waits: for all entries together.

    ``active`` holds the active livestreams of meetings, and ``independent`` the independent livestreams, as far as
    :meth:`observe` had to read them.
    """

    def __init__(
        self, api: RealtimeApi, params: Mapping[str, Any], context: Context, entries: Sequence[Entry] = ()
    ) -> None:
        self.api = api
        self.params = params
        self.context = context
        self.entries = list(entries)
        self.unlisted: list[Entry] = []
        self.active = OnAir()
        self.independent: Sequence[Livestream] = ()

    @property
    def all(self) -> list[Entry]:
        """The entries, and what ``exclusive`` adds to them."""
        return self.entries + self.unlisted

    def carry_out(self) -> None:
        """Decide, apply and wait. What was observed is known."""
        for entry in self.all:
            self.decide(entry)
        self.adopt()
        self.change()
        self.agree()
        if not self.context.check_mode:
            self.wait()
        if self.params["return_stream_key"]:
            lacking = [entry for entry in self.entries if entry.current.id and not entry.current.stream_key]
            self.each(self.read_key, lacking, "reading keys")

    # Observing

    def observe(self, others: bool = False, whole: bool = True) -> None:
        """List what is active, and the independent livestreams where there are entries of that kind.

        ``others``: also list all that are active and not among the entries. ``whole``: see :meth:`on_air`.
        """
        if others or any(entry.desired.meeting_id for entry in self.entries):
            self.active = self.on_air(self.entries, others, whole)
        if any(not entry.desired.meeting_id for entry in self.entries):
            self.independent = self.api.livestreams(exclude_meetings=True)
        self.find(self.entries)

    def find(self, entries: Iterable[Entry]) -> None:
        """Find entries in what was listed."""
        known, by_name = {item.id: item for item in self.independent}, independents(self.independent)
        for entry in entries:
            if entry.desired.meeting_id:
                entry.before = self.active.get(entry.desired.meeting_id)
            else:
                self.look_up(entry, by_name, known)
        self.check_apart()

    def stop_others(self, meeting_ids: Iterable[str]) -> None:
        """Have active livestreams stopped that are not among the entries."""
        self.unlisted += [self.to_be_stopped(meeting_id, self.active[meeting_id]) for meeting_id in meeting_ids]

    def check_apart(self) -> None:
        """Refuse two entries that were found to be about the same livestream."""
        taken: dict[str, Entry] = {}
        for entry in self.entries:
            if entry.before is not None and entry.before.id:
                other = taken.setdefault(entry.before.id, entry)
                if other is not entry:
                    raise InvalidRequest(f"{entry.desired.label} and {other.desired.label} are the same: list it once")

    def on_air(self, entries: Iterable[Entry], others: bool = False, whole: bool = True) -> OnAir:
        """The active livestreams of meetings, by meeting: also those of an undocumented status.

        No sweep of one status shows these. They are looked for where something must not be on the air, an entry or
        ``others``, and is not seen there.
        """
        stopped = {entry.desired.meeting_id for entry in entries if entry.desired.state == "stopped"} - {None}
        # One that is to be started and is not in the list is read by itself.
        active = active_of_meetings(self.api, whole=whole and bool(others or stopped))
        if others or stopped - active.keys():
            # Those of the last day that are active in any status.
            now = datetime.datetime.fromtimestamp(self.context.clock.date(), datetime.timezone.utc)
            recent = self.api.livestreams(start_time=times.iso(now - LONGEST), whole=whole or not others)
            active.whole = active.whole and recent.whole
            for meeting_id, livestream in _by_meeting(recent).items():
                active.setdefault(meeting_id, livestream)
        return active

    def look_up(self, entry: Entry, by_name: Named[Livestream], known: Mapping[str | None, Livestream]) -> None:
        """Find an independent livestream in the sweep; one that is asked for by an ID not in it is read."""
        if not entry.desired.livestream_id:
            try:
                entry.before, warnings = find(by_name, entry.desired)
            except StateUnreachable as failure:
                entry.fail(failure)
                return
            entry.warnings += warnings
        elif entry.desired.livestream_id in known:
            entry.before = known[entry.desired.livestream_id]
        else:
            entry.before = Independent(self.api, entry.desired, self.context).read(entry.desired.livestream_id)
        entry.before = Independent(self.api, entry.desired, self.context).without_encoder(entry.before)

    def to_be_stopped(self, meeting_id: str, livestream: Livestream) -> Entry:
        """What ``exclusive`` does to a livestream that is not listed."""
        desired = Desired("stopped", meeting_id=meeting_id, wait_timeout=self.params["wait_timeout"])
        return Entry(desired._replace(wait=self.params["wait"]), livestream, livestream)

    # Deciding and applying

    @staticmethod
    def decide(entry: Entry) -> None:
        """Plan an entry from what the sweep shows."""
        if entry.failure is not None:
            return
        if entry.before is not None:
            entry.current = entry.before
        try:
            entry.planned = plan(entry.before, entry.desired)
        except RealtimeError as failure:
            entry.fail(failure)
            return
        entry.warnings += entry.planned.warnings
        if entry.planned.action is Action.NOTHING and entry.before is None:
            entry.current = entry.planned.livestream

    @staticmethod
    def pending(entry: Entry) -> bool:
        """Whether something has to be sent for an entry."""
        return entry.failure is None and entry.planned.action is not Action.NOTHING

    def adopt(self) -> None:
        """Before anything is created, read the list again: what is there by now is taken as it is."""
        missing = [entry for entry in self.entries if self.pending(entry) and entry.planned.action is Action.CREATE]
        if not missing:
            return
        self.independent = self.api.livestreams(exclude_meetings=True)
        self.find(missing)
        for entry in missing:
            if entry.before is not None:
                self.decide(entry)

    def change(self) -> None:
        """Send what is pending. Of creations whose names may become one when they are cut, one comes first."""
        pending = [entry for entry in self.all if self.pending(entry)]
        creations = [entry for entry in pending if entry.planned.action is Action.CREATE]
        first, rest = parted(creations, _name)
        later = {id(entry) for entry in rest}
        # Check mode sends nothing, but reads each one again.
        doing = "checking" if self.context.check_mode else "changing"
        self.each(self.apply, [entry for entry in pending if id(entry) not in later], doing)
        if not self.context.check_mode:
            for entry, other in unclear(first, rest, _name, _kept):
                entry.fail(unsent(entry.desired.label, other.desired.label))
        for entry, other in doubles(first, [entry for entry in rest if self.pending(entry)], _name, _kept):
            entry.fail(_one_name(entry, other))
        self.each(self.apply, [entry for entry in rest if self.pending(entry)], doing)

    def apply(self, entry: Entry) -> None:
        """Change one entry, as the module for a single livestream does; waiting comes later, for all together."""
        change = self.start_or_stop if entry.desired.meeting_id else self.create
        change(entry)

    def start_or_stop(self, entry: Entry) -> None:
        """Read the meeting's livestream again, and send what that, not the sweep, calls for."""
        single = MeetingLivestream(self.api, entry.desired, self.context)
        single.before, single.current = entry.before, entry.current
        # It warns itself of what the sweep showed.
        entry.warnings = ()
        with _noting(entry, single):
            try:
                entry.planned = single.carry_out()
            finally:
                entry.before, entry.current, entry.started_after = single.before, single.current, single.started_after

    def create(self, entry: Entry) -> None:
        """Create an independent livestream; that all jobs agree on the oldest comes later, for all together."""
        single = Independent(self.api, entry.desired, self.context)
        with _noting(entry, single):
            if self.context.check_mode:
                single.changed, entry.current = True, entry.planned.livestream
            else:
                entry.current = single.create(lambda created: created)

    def agree(self) -> None:
        """After creations, read the list once more: of several of one name, the oldest is the one."""
        created = [entry for entry in self.entries if entry.changed and entry.planned.action is Action.CREATE]
        if self.context.check_mode or not created:
            return
        try:
            listed = self.api.livestreams(exclude_meetings=True)
        except RealtimeError as failure:
            for entry in created:
                entry.fail(failure)
            return
        others = [entry for entry in self.entries if entry.current.id and entry.planned.action is not Action.CREATE]
        taken = {entry.current.id: entry for entry in others}
        for entry in created:
            single = Independent(self.api, entry.desired, self.context)
            entry.current = single.agreed(entry.current, listed)
            entry.warnings += single.warnings
            other = taken.setdefault(entry.current.id, entry)
            if other is not entry:
                entry.fail(_one_name(entry, other))
                continue
            try:
                if entry.desired.state == "started" and not entry.desired.wait:
                    plan(entry.current, entry.desired)
            except RealtimeError as failure:
                entry.fail(failure)

    def read_key(self, entry: Entry) -> None:
        """Read the key that no answer so far had."""
        try:
            entry.current = entry.current.known(self.api.livestream(entry.current.id or "").livestream)
        except RealtimeError as failure:
            entry.fail(failure)

    def each(self, work: Callable[[Entry], None], entries: Sequence[Entry], doing: str) -> None:
        """Do something with many entries at once."""
        in_pool(self.context, self.params["concurrency"], work, entries, doing)

    # Waiting

    def wait(self) -> None:
        """Poll all that are not yet in their state, together."""
        watches = {
            id(entry): Watch(self.api, entry.desired, entry.current, entry.started_after)
            for entry in self.all
            if entry.failure is None and entry.desired.wait and entry.desired.state != "present"
        }
        # That a stop was accepted does not mean that it has happened.
        unseen = {id(entry) for entry in self.all if entry.planned.action is Action.STOP}
        waiting = [
            entry for entry in self.all if id(entry) in watches and (id(entry) in unseen or not watches[id(entry)].done)
        ]
        total = list(waiting)
        wait = Wait(self.context, self.params["wait_timeout"])
        look_at_once = bool(unseen)
        while waiting:
            if not look_at_once:
                done = len(total) - len(waiting)
                names = tuple(entry.desired.short for entry in waiting)
                self.context.report(Tally("waiting", done, len(total), failures(total), wait.elapsed, names))
                if wait.remaining <= 0:
                    for entry in waiting:
                        entry.fail(watches[id(entry)].timed_out())
                    return
                wait.pause()
            look_at_once = False
            unseen = self.look(waiting, watches, wait)
            waiting = [
                entry
                for entry in waiting
                if entry.failure is None and (id(entry) in unseen or not watches[id(entry)].done)
            ]

    def look(self, waiting: Iterable[Entry], watches: Mapping[int, Watch], wait: Wait) -> set[int]:
        """One sweep of each kind that is waited for, and what it shows of each entry.

        Returns those of which it shows nothing: what is not in a list that changed while it was read may be on the air
        all the same, and so no stop was seen.
        """
        unseen: set[int] = set()
        meetings = any(entry.desired.meeting_id for entry in waiting)
        try:
            with self.api.within(wait.remaining):
                active = self.on_air(waiting, whole=False) if meetings else OnAir()
                independent = any(not entry.desired.meeting_id for entry in waiting)
                listed = self.api.livestreams(exclude_meetings=True) if independent else []
        except RealtimeError as failure:
            for entry in waiting:
                entry.fail(failure)
            return unseen
        known = {item.id: item for item in listed}
        for entry in waiting:
            watch = watches[id(entry)]
            meeting_id = entry.desired.meeting_id
            if meeting_id and entry.desired.state == "stopped" and meeting_id not in active and not active.whole:
                unseen.add(id(entry))
                continue
            try:
                with self.api.within(wait.remaining):
                    found = active.get(meeting_id) if meeting_id else known.get(entry.current.id)
                    if not meeting_id:
                        found = Independent(self.api, entry.desired, self.context).without_encoder(found)
                    watch.saw(found)
            except RealtimeError as failure:
                entry.fail(failure)
            entry.current = watch.current
        return unseen

    # Telling

    def outcome(self) -> Outcome:
        """The result of the task, entries in the order given."""
        with_key = self.params["return_stream_key"]
        failed = [entry for entry in self.all if entry.failure is not None]
        values = {
            "livestreams": [entry.result(with_key) for entry in self.entries],
            "unlisted": [entry.result(False) for entry in self.unlisted],
        }
        keys = [entry.current.stream_key for entry in self.entries] if with_key else []
        return Outcome(
            any(entry.changed for entry in self.all),
            values,
            [
                {
                    "before_header": entry.desired.heading,
                    "after_header": entry.desired.heading,
                    "before": shown(entry.before),
                    "after": shown(None if entry.failure and not entry.current.id else entry.current),
                }
                for entry in self.all
                if entry.changed
            ],
            tuple(warning for entry in self.all for warning in entry.warnings),
            tuple(key for key in keys if key),
            failure_message(
                [(item.desired.short, item.failure) for item in failed if item.failure], len(self.all), "livestreams"
            ),
        )


def _name(entry: Entry) -> str:
    return entry.desired.name or ""


def _kept(entry: Entry) -> str | None:
    return entry.current.name if entry.current.id and entry.failure is None else None


def _one_name(entry: Entry, other: Entry) -> StateUnreachable:
    kept = other.current.name
    return StateUnreachable(
        f"{entry.desired.label} and {other.desired.label} are one to the service, which calls them {kept!r}: give them "
        "names that differ earlier"
    )


@contextlib.contextmanager
def _noting(entry: Entry, single: Reconciliation) -> Iterator[None]:
    """Whatever comes of the block, the entry knows what the single reconciliation did, warned of, and failed with."""
    try:
        yield
    except RealtimeError as failure:
        entry.fail(failure)
    entry.changed = entry.changed or single.changed
    entry.warnings += single.warnings
