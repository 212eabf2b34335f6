# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is measured: every combination of work, contender and size that is run, and how often."""

from __future__ import annotations

import enum
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

ROUNDS: Final = 5
# Where one run takes longer than about ten seconds.
FEWER_ROUNDS: Final = 3
# Where it takes longer than about half a minute, nearly all of it latency.
ONE_ROUND: Final = 1

PAGE: Final = 100  # livestreams on a page of the list
# The role's playbooks, in the order in which an event needs them.
PLAYBOOKS: Final = ("event_provision", "event_start", "event_stop")


class Group(enum.Enum):
    """Cases whose runs alternate."""

    READS = "reads"
    TASKS = "tasks"
    STARTS = "starts"
    PROGRAMME = "programme"
    EVENT = "event"


class Contender(enum.Enum):
    """Who does the work. The values are what the document calls them."""

    EMPTY = "an empty play"
    NOTHING = "a task that does nothing"
    IN_PROCESS = "this collection, in process"
    MODULE = "this collection, as a module"
    BULK = "this collection, all at once"
    BULK_MODULE = "this collection, all at once, as a module"
    ROLE = "the role's playbooks"
    URI = "`ansible.builtin.uri`"
    PYTHON = "an empty Python script"
    SDK = "a script on Cloudflare's SDK"
    SESSION = "a script on one `requests` Session"

    @property
    def ours(self) -> bool:
        """Whether its requests have a limit."""
        return self in OURS_IN_PROCESS + OURS_AS_MODULE or self is Contender.ROLE

    @property
    def script(self) -> bool:
        """Whether it is a Python script; one that does something tells the time of its loop alone."""
        return self in (Contender.PYTHON, Contender.SDK, Contender.SESSION)

    @property
    def empty(self) -> bool:
        """Whether the others of its kind are measured against it."""
        return self in (Contender.EMPTY, Contender.PYTHON)


OURS_IN_PROCESS: Final = (Contender.IN_PROCESS, Contender.BULK)
OURS_AS_MODULE: Final = (Contender.MODULE, Contender.BULK_MODULE)


@dataclass(frozen=True)
class Case:
    """One row of a table.

    ``active``: whether the livestreams are that before it begins; ``far``: over TLS, from a distance, instead of plain
    HTTP from the same machine; ``playbook``: which of the role's.
    """

    group: Group
    contender: Contender
    items: int
    rounds: int = ROUNDS
    active: bool = True
    far: bool = False
    concurrency: int = 0
    playbook: str = ""

    def __str__(self) -> str:
        words = [self.group.value, self.contender.name.lower(), self.playbook, str(self.items)]
        words += ["right" if self.active else "to start", "far" if self.far else "near"]
        return " ".join([word for word in words if word] + [f"at {self.concurrency}"] * (self.concurrency > 0))

    @property
    def start(self) -> bool:
        """Whether the livestreams are brought to the state started, not only read."""
        return self.group in (Group.STARTS, Group.PROGRAMME)

    @property
    def all_at_once(self) -> bool:
        """Whether the bulk module does it."""
        return self.contender in (Contender.BULK, Contender.BULK_MODULE)

    @property
    def meetings(self) -> int:
        """How many of an event's streams are meetings; the others are independent."""
        return self.items * 3 // 5

    @property
    def changes(self) -> int:
        """How many requests have to change something. The API cannot start and stop an independent livestream."""
        if self.group is Group.EVENT:
            return self.items if self.playbook == PLAYBOOKS[0] else self.meetings
        return 0 if self.active else self.items

    @property
    def fewest_reads(self) -> int:
        """With less than this, the work was not done."""
        if self.contender is Contender.NOTHING or not self.items:
            return 0
        return 1 if self.all_at_once or self.playbook else self.items

    @property
    def limit(self) -> int | None:
        """How many requests it may cost; None where nothing is promised."""
        if not self.contender.ours:
            return None
        # Active are INVOKED and LIVE: two lists, each of which may end with a page that is not full.
        sweep = math.ceil(self.items / PAGE) + 2
        if self.playbook:
            # Meetings and livestreams, before and after.
            return 2 * self.changes + 4 * sweep
        if self.all_at_once:
            return sweep if self.active else 2 * self.items + 2 * sweep
        return self.items if self.active else 2 * self.items


def all_cases() -> list[Case]:
    """The whole benchmark."""
    return [*_loops(many=50, few=10, starts=200), *_programmes(), *_event(500, FEWER_ROUNDS)]


def quick_cases() -> list[Case]:
    """One short round of everything: shows that it works, and counts requests."""
    return [
        *_loops(many=10, few=4, starts=10, rounds=1),
        *_empty(Group.PROGRAMME, rounds=1),
        *_bulks(10, rounds=1, concurrencies=(4,)),
        *_compared(10, 1, (Contender.IN_PROCESS, Contender.URI, Contender.SDK, Contender.SESSION)),
        *_bulks(100, rounds=1, concurrencies=(1, 16), far=True),
        *_bulks(1_000, rounds=1, concurrencies=(16,)),
        *_event(20, rounds=1),
    ]


def _empty(group: Group, rounds: int = ROUNDS) -> Iterator[Case]:
    return (Case(group, contender, 0, rounds) for contender in Contender if contender.empty)


def _loops(many: int, few: int, starts: int, rounds: int = ROUNDS) -> Iterator[Case]:
    """One task with a loop, and tasks without one. What takes a quarter of a second per item does few of them.

    But not in the loop of reads with uri, of which there is a target: both spread what is paid once over as many items.
    """
    slow = (Contender.MODULE, Contender.URI)
    scripts = (Contender.SDK, Contender.SESSION)
    for group, number in ((Group.READS, many), (Group.TASKS, many), (Group.STARTS, starts)):
        yield from _empty(group, rounds)
        for contender in (Contender.IN_PROCESS, *slow, *(() if group is Group.TASKS else scripts)):
            if group is not Group.TASKS and contender not in scripts:
                # A loop over nothing: what the task costs before the first item.
                yield Case(group, contender, 0, rounds, group is not Group.STARTS)
            compared = contender not in slow or (group is Group.READS and contender is Contender.URI)
            yield Case(group, contender, number if compared else few, rounds, group is not Group.STARTS)
    for contender in (Contender.IN_PROCESS, Contender.URI, *scripts):
        yield Case(Group.READS, contender, few if contender is Contender.URI else many, rounds, far=True)
    yield Case(Group.READS, Contender.NOTHING, many, rounds)
    # What a task costs at all, spread over ten times as many items; and what each of them costs in CPU time.
    for contender in (Contender.IN_PROCESS, Contender.NOTHING, Contender.SESSION):
        yield Case(Group.READS, contender, 10 * many, rounds)


def _programmes() -> Iterator[Case]:
    yield from _empty(Group.PROGRAMME)
    for items in (10, 100, 1_000):
        yield from _bulks(items, ROUNDS, (4, 16))
    yield from _bulks(5_000, FEWER_ROUNDS, (4,))
    yield from _bulks(100, ROUNDS, (16,), far=True)
    yield from _bulks(1_000, ROUNDS, (), far=True)
    yield from _bulks(5_000, FEWER_ROUNDS, (), far=True)
    for items, rounds, concurrency in ((1_000, ONE_ROUND, 1), (1_000, FEWER_ROUNDS, 16), (5_000, ONE_ROUND, 16)):
        yield Case(Group.PROGRAMME, Contender.BULK, items, rounds, False, True, concurrency)
    for active in (True, False):
        yield Case(Group.PROGRAMME, Contender.BULK_MODULE, 1_000, ROUNDS, active, concurrency=4)
    one_by_one = (Contender.IN_PROCESS, Contender.SDK, Contender.SESSION)
    yield from _compared(10, ROUNDS, one_by_one)
    yield from _compared(10, FEWER_ROUNDS, (Contender.URI,))
    # Not with uri: what an entry costs there is the same as of 10, and it would take minutes.
    yield from _compared(100, ROUNDS, one_by_one)
    yield from _compared(100, FEWER_ROUNDS, one_by_one[1:], far=True)


def _event(items: int, rounds: int) -> Iterator[Case]:
    yield from _empty(Group.EVENT, rounds)
    for playbook in PLAYBOOKS:
        yield Case(Group.EVENT, Contender.ROLE, items, rounds, playbook=playbook)


def _bulks(items: int, rounds: int, concurrencies: Sequence[int], far: bool = False) -> Iterator[Case]:
    """All right already, where concurrency has nothing to do; and all to be started."""
    yield Case(Group.PROGRAMME, Contender.BULK, items, rounds, True, far, 4)
    for concurrency in concurrencies:
        yield Case(Group.PROGRAMME, Contender.BULK, items, rounds, False, far, concurrency)


def _compared(items: int, rounds: int, contenders: Sequence[Contender], far: bool = False) -> Iterator[Case]:
    """The same programme without the bulk module."""
    return (Case(Group.PROGRAMME, who, items, rounds, active, far) for active in (True, False) for who in contenders)
