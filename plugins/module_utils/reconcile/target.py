# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A target: one thing that is brought to a state. A batch of targets is carried out by :mod:`.batch`.

A kind of thing (a meeting, a meeting's livestream, an independent livestream) is a subclass. It says how the thing is
observed, planned, written and polled. In which order, for how many, and what a failure stops, is the batch's matter.
"""

from __future__ import annotations

import contextlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol, TypeVar

from ansible_collections.eventops.cloudflare.plugins.module_utils.api.realtimekit import RealtimeApi
from ansible_collections.eventops.cloudflare.plugins.module_utils.errors import (
    ApiError,
    RealtimeError,
    RequestFailed,
    StateUnreachable,
    WriteOutcomeUnknown,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.common import Context
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.pool import failure_values
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.watch import Watch

SETTLE = 3.0  # seconds after which an earlier livestream of a meeting has usually finished stopping
TRIES = 2  # of a write, with a read before each

_Written = TypeVar("_Written")


class Desired(Protocol):
    """The state asked for, whatever the kind."""

    @property
    def label(self) -> str:
        """What messages call it."""

    @property
    def short(self) -> str:
        """Its name, where it has one."""

    @property
    def heading(self) -> str:
        """What a diff is headed with."""

    @property
    def identity(self) -> tuple[str, str]:
        """The option that says which thing is meant, and its value."""

    @property
    def unseen(self) -> Any:
        """What is known of the thing before anything is read."""


class Observed(Protocol):
    """What was read of a thing, whatever the kind."""

    @property
    def id(self) -> str | None:
        """Its ID."""

    def public(self) -> dict[str, Any]:
        """What is returned of it."""


class Planned(Protocol):
    """What a decision came to, whatever the kind."""

    @property
    def changed(self) -> bool:
        """Whether anything has to be sent."""

    @property
    def create(self) -> bool:
        """Whether that is a creation."""


class Target(ABC):
    """One thing, the state that is asked for, what was observed of it, and what became of it.

    ``before`` is what was observed first; None when it does not exist. ``current`` is what was read or accepted last;
    in check mode, what would come of it. ``changed`` becomes true when a write was accepted, or may have been; in check
    mode, when one would be sent.
    """

    desired: Desired
    before: Observed | None
    current: Observed
    planned: Planned

    # Whether a refused write may be due to what another job did meanwhile.
    contestable = False
    # Whether what a list showed is read again before a write: lists may lag behind.
    reads_again = False

    def __init__(self, api: RealtimeApi, context: Context) -> None:
        self.api = api
        self.context = context
        self.changed = False
        # Whether a creation was answered.
        self.created = False
        # Whether it was observed in a listing.
        self.listed = False
        self.failure: RealtimeError | None = None
        self.warnings: tuple[str, ...] = ()

    # What a kind says of itself

    @property
    def name(self) -> str | None:
        """The name that the thing has in the end, where it is known by one."""
        return None

    @property
    def new_name(self) -> str | None:
        """The name that is sent, if one is."""
        return self.name if self.planned.create else None

    @property
    @abstractmethod
    def kept_name(self) -> str | None:
        """The name by which the service knows the thing; None where nobody can say."""

    @property
    @abstractmethod
    def ids(self) -> tuple[str, ...]:
        """The IDs of what it is about, as far as they are known."""

    @abstractmethod
    def find(self, listing: Any) -> bool:
        """Observe the thing in a listing. Returns whether the listing shows all that is needed."""

    @abstractmethod
    def complete(self) -> None:
        """Read what a listing does not show."""

    @abstractmethod
    def read(self) -> None:
        """Observe the thing by itself."""

    @abstractmethod
    def decide(self) -> None:
        """Plan, from what was observed. Sends nothing."""

    @abstractmethod
    def send(self) -> None:
        """Send what is planned."""

    @abstractmethod
    def foresee(self) -> None:
        """In check mode: what would come of it. Fails where the real run is known to fail."""

    @abstractmethod
    def agree(self, listed: Sequence[Any]) -> None:
        """After a creation: of several made at once, all jobs take the oldest."""

    @abstractmethod
    def list_again(self) -> Sequence[Any]:
        """The list that :meth:`agree` takes."""

    @property
    def returns(self) -> bool:
        """Whether something that exists gets the name, or comes back with it."""
        return False

    def may_share_name(self, _other: Target) -> bool:
        """Whether two things of one name are what the user wants."""
        return False

    # Waiting, for kinds that wait

    def watch(self) -> Watch | None:
        """What is waited for; None when nothing is."""
        return None

    @property
    def unseen(self) -> bool:
        """Whether what was accepted has to be seen before the wait is over."""
        return False

    def poll(self, watch: Watch, listing: Any) -> bool:
        """Read once: from a listing, or without one by itself. Returns whether anything was seen."""
        raise NotImplementedError

    # Credentials, for kinds that have some

    @property
    def lacks_key(self) -> bool:
        """Whether a key was asked for, and no answer so far had it."""
        return False

    def read_key(self) -> None:
        """Read the key."""
        raise NotImplementedError

    @property
    def secrets(self) -> tuple[str, ...]:
        """The values of the result that must be masked."""
        return ()

    # What is the same for all kinds

    def apply(self) -> None:
        """Carry out the plan. Where a list showed what there is, it is read again before it is written."""
        if self.planned.changed and self.listed and self.reads_again:
            # The decision that follows warns of what the list showed.
            self.warnings = ()
            self.read()
            self.decide()
        if self.context.check_mode:
            self.foresee()
            self.changed = self.planned.changed
        elif self.planned.changed:
            self.send()

    @contextlib.contextmanager
    def noting(self) -> Iterator[None]:
        """A block of which a failure stays with this target."""
        try:
            yield
        except RealtimeError as failure:
            self.fail(failure)

    def fail(self, failure: RealtimeError) -> None:
        """Take note of a failure."""
        self.failure = failure
        self.changed = self.changed or failure.changed

    def refuse(self, failure: RealtimeError) -> None:
        """Fail without having sent anything: what was read is all that is known."""
        self.fail(failure)
        self.current = self.before if self.before is not None else self.desired.unseen

    def public(self) -> dict[str, Any]:
        """What is returned of it."""
        return self.current.public()

    def result(self) -> dict[str, Any]:
        """What a task for many returns of it."""
        return {**self.public(), "changed": self.changed, **failure_values(self.failure)}

    def diff(self) -> dict[str, Any]:
        """Before and after, without secrets. What does not exist is shown as nothing."""
        after = self.current.public() if self.failure is None or self.current.id else {}
        before = self.before.public() if self.before is not None else {}
        return {"before": before if self.changed else after, "after": after}

    def one_name(self, other: Target) -> StateUnreachable:
        """That the service takes this and another one, which exists, for one."""
        return StateUnreachable(
            f"{self.desired.label} and {other.desired.label} are one to the service, which calls them "
            f"{other.kept_name!r}: give them names that differ earlier"
        )

    # Writing once

    def write(self, post: Callable[[], _Written], settled: Callable[[], _Written | None]) -> _Written:
        """Carry out a write, and where its answer leaves that open, find out what became of it.

        ``settled`` reads back: what is written when the state is there, else None.
        """
        failure: RequestFailed
        for attempt in range(1, TRIES + 1):
            try:
                written = post()
                self.changed = True
                return written
            except WriteOutcomeUnknown as error:
                self.changed = True
                failure = error
            except ApiError as error:
                if not error.contested or not self.contestable:
                    raise
                failure = error
            found = self._read_back(failure, settled)
            if found is None and attempt < TRIES:
                self.inquire(failure)
                # An earlier livestream may still be stopping, or a write whose answer was lost may still arrive.
                self.context.clock.sleep(SETTLE)
                found = self._read_back(failure, settled)
            if found is not None:
                return found
        outcome: _Written = self.give_up(failure)
        return outcome

    @staticmethod
    def _read_back(failure: RequestFailed, settled: Callable[[], _Written | None]) -> _Written | None:
        """What became of a write. Where that cannot be read either, the error says what was sent."""
        try:
            found = settled()
            failure.read_back = True
            return found
        except RequestFailed as error:
            if isinstance(failure, WriteOutcomeUnknown):
                told = f"before that, it was tried to {failure.asked}, which may have been carried out"
                error.advice = f"{error.advice}; {told}" if error.advice else told
            raise

    def inquire(self, failure: RequestFailed) -> None:  # noqa: B027
        """Raise when there is a reason for a failed write that no retry mends. Most kinds know of none."""

    def give_up(self, failure: RequestFailed) -> Any:
        """What comes of a write that failed to the last; usually the failure."""
        if isinstance(failure, WriteOutcomeUnknown):
            told = "it was sent twice, and what was read afterwards shows nothing of it"
            failure.advice = f"{failure.advice}; {told}" if failure.advice else told
        raise failure
