# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is measured: every combination of work, contender and size that is run, and how often."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final

# The work. Cases of a group alternate.
GROUPS: Final = ("reads", "tasks", "starts", "batch", "event")
READS, TASKS, STARTS, BATCH, EVENT = GROUPS

# Who does the work, as the document calls them.
EMPTY: Final = "an empty play"
NOTHING: Final = "a task that does nothing"
IN_PROCESS: Final = "this collection, in process"
MODULE: Final = "this collection, as a module"
BULK: Final = "this collection, all at once"
BULK_MODULE: Final = "this collection, all at once, as a module"
ROLE: Final = "the role's playbooks"
URI: Final = "`ansible.builtin.uri`"
PYTHON: Final = "an empty Python script"
SDK: Final = "a script on Cloudflare's SDK"
SESSION: Final = "a script on one `requests` Session"

# The others of their kind are measured against these two.
EMPTIES: Final = (EMPTY, PYTHON)
SCRIPTS: Final = (PYTHON, SDK, SESSION)
BULKS: Final = (BULK, BULK_MODULE)
# Those of this collection that can run both ways, and whether they have to run in process.
RUNS_IN_PROCESS: Final = {IN_PROCESS: True, BULK: True, MODULE: False, BULK_MODULE: False}

PAGE: Final = 100  # livestreams on a page of the list
# The role's playbooks, in the order in which an event needs them.
PLAYBOOKS: Final = ("event_provision", "event_start", "event_stop")

ROUNDS: Final = 5
FEWER: Final = 3  # where one run takes longer than about ten seconds
ONCE: Final = 1  # where it takes longer than about half a minute, nearly all of it latency

# Of loops, and of tasks without one: whether from far, and who does how many. A loop over nothing tells what the task
# costs before the first item. What takes a quarter of a second per item does few of them, but not the reads with uri,
# of which there is a target. The longest loops tell what a further item costs in CPU time.
LOOPS: Final[tuple[tuple[str, bool, dict[str, tuple[int, ...]]], ...]] = (
    (READS, False, {IN_PROCESS: (0, 50, 500), MODULE: (0, 10), URI: (0, 50)}),
    (READS, False, {SDK: (50,), SESSION: (50, 500), NOTHING: (50, 500)}),
    (READS, True, {IN_PROCESS: (50,), URI: (10,), SDK: (50,), SESSION: (50,)}),
    (TASKS, False, {IN_PROCESS: (50,), MODULE: (10,), URI: (10,)}),
    (STARTS, False, {IN_PROCESS: (0, 200), MODULE: (0, 10), URI: (0, 10), SDK: (200,), SESSION: (200,)}),
)
# Entries, whether from far, rounds when all are right already, and rounds when all are to be started, by concurrency.
# Not 100 with uri: what an entry costs there is the same as of 10, and it would take minutes.
BATCHES: Final = (
    ((BULK,), 10, False, ROUNDS, {4: ROUNDS, 16: ROUNDS}),
    ((BULK,), 100, False, ROUNDS, {4: ROUNDS, 16: ROUNDS}),
    ((BULK,), 1_000, False, ROUNDS, {4: ROUNDS, 16: ROUNDS}),
    ((BULK,), 5_000, False, FEWER, {4: FEWER}),
    ((BULK,), 100, True, ROUNDS, {16: ROUNDS}),
    ((BULK,), 1_000, True, ROUNDS, {1: ONCE, 16: FEWER}),
    ((BULK,), 5_000, True, FEWER, {16: ONCE}),
    ((BULK_MODULE,), 1_000, False, ROUNDS, {4: ROUNDS}),
    ((IN_PROCESS, SDK, SESSION), 10, False, ROUNDS, {0: ROUNDS}),
    ((URI,), 10, False, FEWER, {0: FEWER}),
    ((IN_PROCESS, SDK, SESSION), 100, False, ROUNDS, {0: ROUNDS}),
    ((SDK, SESSION), 100, True, FEWER, {0: FEWER}),
)


@dataclass(frozen=True)
class Case:
    """One row of a table.

    ``active``: whether the livestreams are that before it begins; ``far``: over TLS, from a distance, instead of plain
    HTTP from the same machine; ``playbook``: which of the role's.
    """

    group: str
    contender: str
    items: int = 0
    rounds: int = ROUNDS
    active: bool = True
    far: bool = False
    concurrency: int = 0
    playbook: str = ""

    def __str__(self) -> str:
        words = (self.group, self.contender, self.playbook, self.items, "right" if self.active else "to start")
        concurrency = f"at {self.concurrency}" if self.concurrency else ""
        return " ".join(str(word) for word in (*words, "far" if self.far else "near", concurrency) if word != "")

    @property
    def start(self) -> bool:
        """Whether the livestreams are brought to the state started, not only read."""
        return self.group in (STARTS, BATCH)

    @property
    def meetings(self) -> int:
        """How many of an event's streams are meetings; the others are independent."""
        return self.items * 3 // 5

    @property
    def changes(self) -> int:
        """How many requests have to change something. The API cannot start and stop an independent livestream."""
        if self.group == EVENT:
            return self.items if self.playbook == PLAYBOOKS[0] else self.meetings
        return 0 if self.active else self.items

    @property
    def fewest_reads(self) -> int:
        """With less than this, the work was not done."""
        if self.contender == NOTHING or not self.items:
            return 0
        return 1 if self.contender in (*BULKS, ROLE) else self.items

    @property
    def limit(self) -> int | None:
        """How many requests it may cost; None where nothing is promised."""
        # Active are INVOKED and LIVE: two lists, each of which may end with a page that is not full.
        listing = math.ceil(self.items / PAGE) + 2
        if self.contender == ROLE:
            # Meetings and livestreams, before and after.
            return 2 * self.changes + 4 * listing
        if self.contender in BULKS:
            return listing if self.active else 2 * self.items + 2 * listing
        if self.contender in RUNS_IN_PROCESS:
            return self.items if self.active else 2 * self.items
        return None


def all_cases() -> list[Case]:
    """The whole benchmark."""
    cases = [Case(group, contender) for group in GROUPS for contender in EMPTIES]
    for group, far, loops in LOOPS:
        for contender, sizes in loops.items():
            cases += [Case(group, contender, items, active=group != STARTS, far=far) for items in sizes]
    for contenders, items, far, rounds, to_start in BATCHES:
        for contender in contenders:
            cases.append(Case(BATCH, contender, items, rounds, True, far, 4 if contender in BULKS else 0))
            cases += [Case(BATCH, contender, items, often, False, far, at) for at, often in to_start.items()]
    return cases + [Case(EVENT, ROLE, 500, FEWER, playbook=playbook) for playbook in PLAYBOOKS]


def quick_cases() -> list[Case]:
    """One round of everything, of most with a tenth of the items: shows that it works, and counts requests."""

    def few(case: Case) -> int:
        whole = case.contender in BULKS and case.items <= 1_000 and not case.far
        return case.items if whole else case.items // 10

    return [replace(case, items=few(case), rounds=1) for case in all_cases()]
