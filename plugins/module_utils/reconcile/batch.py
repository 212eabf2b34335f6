# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A batch: targets that are brought to their states together. A task for one thing is a batch of one.

The phases are: observe, decide, create and change, agree on what several jobs created at once, wait, read keys. One
target is observed and polled by itself. Many are observed and polled by listings, which take few requests however many
there are. A target that fails does not stop the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from operator import methodcaller
from typing import Any, Protocol

from ansible_collections.eventops.cloudflare.plugins.module_utils.api.realtimekit import RealtimeApi
from ansible_collections.eventops.cloudflare.plugins.module_utils.errors import InvalidRequest, RealtimeError
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.common import (
    Context,
    Outcome,
    Progress,
    Tally,
    Wait,
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
    failures,
    in_pool,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.target import Target
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.watch import Watch


class Listing(Protocol):
    """The lists in which targets of a kind are found."""

    def read(self, targets: Sequence[Any]) -> None:
        """Read what the targets need."""

    def read_again(self, missing: Sequence[Any]) -> bool:
        """Read again what may have come since, before targets are created. Returns whether anything was read."""

    def polled(self, targets: Sequence[Any]) -> Listing:
        """The lists as they are now, for targets that are waited for."""

    def check(self, targets: Sequence[Any]) -> None:
        """Refuse targets that get in each other's way."""


class Batch:
    """Targets, and the phases that they go through together.

    ``unlisted`` are targets that nobody listed, and that are stopped besides. Without a ``listing`` there is one
    target. ``things`` is what messages call the targets.
    """

    def __init__(
        self,
        api: RealtimeApi,
        context: Context,
        targets: Sequence[Target],
        listing: Listing | None = None,
        things: str = "",
        concurrency: int = 1,
        wait_timeout: float = 0.0,
    ) -> None:
        self.api = api
        self.context = context
        self.targets = list(targets)
        self.unlisted: list[Target] = []
        self.listing = listing
        self.things = things
        self.concurrency = concurrency
        self.wait_timeout = wait_timeout

    @property
    def all(self) -> list[Target]:
        """The targets, and those that nobody listed."""
        return self.targets + self.unlisted

    def run(self) -> None:
        """All phases. Raises only while nothing has been sent; after that, failures stay with their targets."""
        self.observe()
        self.decide(self.all)
        self.check()
        self.carry_out()

    def carry_out(self) -> None:
        """The phases that send something."""
        self.read_again()
        self.change()
        self.agree()
        if not self.context.check_mode:
            self.wait()
        alone = self.listing is None
        self.each(
            methodcaller("read_key"),
            [t for t in self.targets if t.lacks_key and not (alone and t.failure)],
            "reading keys",
        )

    # Observing and deciding

    def observe(self) -> None:
        """Read what there is."""
        if self.listing is None:
            self.each(methodcaller("read"), self.targets, "reading")
            return
        self.listing.read(self.targets)
        self.find(self.targets)

    def find(self, targets: Sequence[Target]) -> None:
        """Find targets in what was listed, and read what that does not show."""
        incomplete = []
        for target in targets:
            with target.noting():
                target.listed = True
                if not target.find(self.listing):
                    incomplete.append(target)
        self.each(methodcaller("complete"), incomplete, "reading")

    def decide(self, targets: Sequence[Target]) -> None:
        """Plan each target from what was observed."""
        for target in targets:
            if target.failure is None:
                with target.noting():
                    target.decide()

    def check(self) -> None:
        """Refuse targets that were found to be about the same thing, or that get in each other's way."""
        for _target, failure in self.same():
            raise failure
        if self.listing is not None:
            self.listing.check(self.targets)

    def same(self) -> Iterator[tuple[Target, InvalidRequest]]:
        """Targets that are about the same thing as an earlier one, each with a failure that says so."""
        taken: dict[str, int] = {}
        for place, target in enumerate(self.targets):
            for thing_id in target.ids:
                other = taken.setdefault(thing_id, place)
                if other != place:
                    yield (
                        target,
                        InvalidRequest(
                            f"{self.things}[{other}] and {self.things}[{place}] are both about the {self.things[:-1]} "
                            f"{thing_id}: list it once"
                        ),
                    )

    def read_again(self) -> None:
        """Before anything is created, read the list again: what is there by now is taken as it is."""
        missing = [target for target in self.targets if target.failure is None and target.planned.create]
        if not missing or self.listing is None:
            return
        try:
            if not self.listing.read_again(missing):
                return
        except RealtimeError as failure:
            # A batch before this one, of the same event, may have changed something: only these have failed.
            for target in missing:
                target.fail(failure)
            return
        self.find(missing)
        self.decide([target for target in missing if target.before is not None])
        for target, same in self.same():
            target.refuse(same)

    # Changing

    def each(self, work: Callable[[Target], None], targets: Sequence[Target], doing: str) -> None:
        """Do something with many targets at once. What fails stays with its target."""
        if self.listing is None:
            for target in targets:
                with target.noting():
                    work(target)
            return

        def attempt(target: Target) -> None:
            with target.noting():
                work(target)

        in_pool(self.context, self.concurrency, attempt, targets, doing)

    def apply(self, targets: Sequence[Target]) -> None:
        """Carry out plans. Where no request is sent, there is no progress to report."""
        check_mode, many = self.context.check_mode, self.listing is not None
        busy = []
        for target in targets:
            if target.failure is not None:
                continue
            if many and target.planned.changed and (not check_mode or target.reads_again):
                busy.append(target)
                continue
            with target.noting():
                target.apply()
        self.each(methodcaller("apply"), busy, "checking" if check_mode else "changing")

    def change(self) -> None:
        """Carry out all plans. Of new names that may become one when the service cuts them, one is sent first.

        What the service makes of that shows which of the others it would take for the same thing. These are refused.
        """
        pending = [target for target in self.all if target.failure is None]
        first, rest = parted([target for target in pending if target.new_name], _new_name)
        new = {id(target) for target in (*first, *rest)}
        there = [target for target in pending if target.name and id(target) not in new]
        absent = [target for target in there if target.before is None]
        self.refuse(there, first)
        later = {id(target) for target in rest}
        now = [target for target in pending if id(target) not in later]
        self.apply(now)
        if not self.context.check_mode:
            for target, other in unclear(first, rest, _new_name, _kept):
                target.refuse(unsent(target.desired.label, other.desired.label))
        self.refuse([*there, *first], rest)
        self.apply(rest)
        # What is not to be there must not have come by another target.
        self.refuse([*first, *rest], absent)
        back = Named((_kept(target), target) for target in now if target.returns and id(target) not in new)
        for target in absent:
            if target.failure is None:
                try:
                    others = back.find(target.name or "", target.desired.label)[1]
                except RealtimeError as failure:
                    target.refuse(failure)
                    continue
                for other in others:
                    target.refuse(target.one_name(other))

    def refuse(self, known: Sequence[Target], unsent_ones: Sequence[Target]) -> None:
        """Refuse those that the service would take for one that is known."""
        ready = [target for target in unsent_ones if target.failure is None]
        for target, other in doubles(known, ready, _name, _kept):
            if not target.may_share_name(other):
                target.refuse(target.one_name(other))

    def agree(self) -> None:
        """After creations, read the list once more: of several of one name, the oldest is the one."""
        if self.context.check_mode:
            return
        many = self.listing is not None
        # One that was found after its answer was lost is the oldest already.
        created = [t for t in self.targets if t.failure is None and (t.created or (many and t.changed))]
        created = [target for target in created if target.planned.create]
        if not created:
            return
        try:
            listed = created[0].list_again()
        except RealtimeError as failure:
            for target in created:
                target.fail(failure)
            return
        new = {id(target) for target in created}
        taken = {
            target.current.id or "": target for target in self.targets if target.current.id and id(target) not in new
        }
        for target in created:
            with target.noting():
                target.agree(listed)
                other = taken.setdefault(target.current.id or "", target)
                if other is not target:
                    target.fail(target.one_name(other))

    # Waiting

    def wait(self) -> None:
        """Poll all that are not yet in their state, together."""
        watches: dict[int, Watch] = {}
        for target in self.all:
            watch = target.watch() if target.failure is None else None
            if watch is not None and (target.unseen or not watch.done):
                watches[id(target)] = watch
        waiting = total = [target for target in self.all if id(target) in watches]
        wait = Wait(self.context, self.wait_timeout)
        # That a stop was accepted does not mean that it has happened.
        at_once = any(target.unseen for target in waiting)
        while waiting:
            if not at_once:
                self.report(waiting, total, watches, wait)
                if wait.remaining <= 0:
                    for target in waiting:
                        target.fail(watches[id(target)].timed_out())
                    return
                wait.pause()
            at_once = False
            unseen = self.poll(waiting, watches, wait)
            waiting = [t for t in waiting if t.failure is None and (id(t) in unseen or not watches[id(t)].done)]

    def report(
        self, waiting: Sequence[Target], total: Sequence[Target], watches: Mapping[int, Watch], wait: Wait
    ) -> None:
        """Say how far the wait has come."""
        if self.listing is None:
            for target in waiting:
                watch = watches[id(target)]
                self.context.report(Progress(target.desired.label, watch.status, wait.elapsed, wait.timeout))
            return
        done, names = len(total) - len(waiting), tuple(target.desired.short for target in waiting)
        self.context.report(Tally("waiting", done, len(total), failures(total), wait.elapsed, names))

    def poll(self, waiting: Sequence[Target], watches: Mapping[int, Watch], wait: Wait) -> set[int]:
        """Poll all that are waited for. Returns those of which nothing was seen.

        What is not in a list that changed while it was read may be on the air all the same: no stop was seen then.
        """
        unseen: set[int] = set()
        try:
            with self.api.within(wait.remaining):
                listing = self.listing.polled(waiting) if self.listing is not None else None
        except RealtimeError as failure:
            for target in waiting:
                target.fail(failure)
            return unseen
        for target in waiting:
            with target.noting(), self.api.within(wait.remaining):
                if not target.poll(watches[id(target)], listing):
                    unseen.add(id(target))
        return unseen

    # Results

    def outcome_of_one(self, key: str) -> Outcome:
        """The result of a task for one thing. Raises its failure."""
        (target,) = self.targets
        if target.failure is not None:
            target.failure.changed = target.changed
            if target.changed and target.current is not target.before and target.current.id:
                target.failure.known = {key: target.current.public()}
            raise target.failure
        return Outcome(target.changed, {key: target.public()}, target.diff(), target.warnings, target.secrets)

    def outcome(self) -> Outcome:
        """The result of a task for many, in the order given."""
        failed = [(target.desired.short, target.failure) for target in self.all if target.failure is not None]
        return Outcome(
            any(target.changed for target in self.all),
            {self.things: [target.result() for target in self.targets]},
            [
                {"before_header": target.desired.heading, "after_header": target.desired.heading, **target.diff()}
                for target in self.all
                if target.changed
            ],
            tuple(warning for target in self.all for warning in target.warnings),
            tuple(secret for target in self.targets for secret in target.secrets),
            failure_message(failed, len(self.all), self.things),
        )


def batch_of_one(api: RealtimeApi, context: Context, target: Target, wait_timeout: float = 0.0) -> Batch:
    """A batch of one target, which is observed by itself."""
    return Batch(api, context, [target], wait_timeout=wait_timeout)


def targets_of(
    things: str, params: Mapping[str, Any], target_of: Callable[[Mapping[str, Any]], Target]
) -> list[Target]:
    """The targets of a list of options, refused as a whole when one is invalid or two have the same identity."""
    check_concurrency(params)
    targets: list[Target] = []
    places: dict[tuple[str, str], int] = {}
    for place, options in enumerate(params[things]):
        try:
            target = target_of({**options, "state": options.get("state") or params["state"]})
        except InvalidRequest as error:
            raise InvalidRequest(f"{things}[{place}]: {error}") from None
        option, value = target.desired.identity
        other = places.setdefault((option, canonical(value) if option in ("name", "title") else value), place)
        if other != place:
            raise InvalidRequest(
                f"{things}[{other}] and {things}[{place}] are both about {target.desired.label}: list it once"
            )
        targets.append(target)
    return targets


def _name(target: Target) -> str:
    return target.name or ""


def _new_name(target: Target) -> str:
    return target.new_name or ""


def _kept(target: Target) -> str | None:
    return target.kept_name if target.failure is None else None
