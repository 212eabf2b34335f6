# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs cases in alternating rounds, and checks that each did its work."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from bench.cases import PLAYBOOKS, Case, Contender, Group
from bench.contenders import Failed, Loop, Stage
from bench.plays import Entry, entries_for
from bench.process import Memory


@dataclass(frozen=True)
class Sample:
    """One run. Seconds from its start to its end, seconds of CPU, requests by kind, and a script's loop alone."""

    seconds: float
    cpu: float
    memory: Memory
    reads: int
    writes: int
    loop: Loop | None = None

    @property
    def requests(self) -> int:
        """All of them."""
        return self.reads + self.writes


@dataclass
class Results:
    """The samples of all cases, and what went wrong."""

    samples: dict[Case, list[Sample]] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)

    def find(self, group: Group, contender: Contender, **fields: object) -> Case | None:
        """The measured case with these fields; the first of several.

        Unless asked for, it is not a loop over nothing, and not one at a distance.
        """
        fields = {"far": False, **({"items": 0} if contender.empty else {}), **fields}
        for case in self.samples:
            if not case.items and "items" not in fields:
                continue
            same = case.group is group and case.contender is contender
            if same and all(getattr(case, name) == value for name, value in fields.items()):
                return case
        return None

    def seconds(self, case: Case) -> float:
        """Median of whole processes."""
        return statistics.median(sample.seconds for sample in self.samples[case])

    def spread(self, case: Case) -> tuple[float, float]:
        """The shortest and the longest whole process."""
        times = [sample.seconds for sample in self.samples[case]]
        return min(times), max(times)

    def per_item(self, case: Case) -> float:
        """Seconds for each item: what the whole run takes longer than an empty play, or than an empty script.

        A share of what is paid once is in it: imports, a process for the task.
        """
        empty = self.find(case.group, Contender.PYTHON if case.contender.script else Contender.EMPTY)
        return (self.seconds(case) - (self.seconds(empty) if empty else 0.0)) / case.items

    def further_item(self, case: Case) -> float | None:
        """Seconds for each further item, without what is paid once: what the run takes longer than a loop over nothing.

        Of a script it is its loop alone, which begins when all is imported.
        """
        loops = [sample.loop.seconds for sample in self.samples[case] if sample.loop]
        if loops:
            return statistics.median(loops) / case.items
        nothing = self.find(case.group, case.contender, items=0)
        return (self.seconds(case) - self.seconds(nothing)) / case.items if nothing else None

    def cpu_of_further_item(self, contender: Contender) -> float | None:
        """Seconds of CPU for each further item of the longest loop of reads, of a script for each of its loop.

        Of a playbook it is what the longest loop takes more than the shortest, for each item more. So nothing that is
        paid once is in it, such as imports.
        """
        reads = [case for case in self.samples if case.group is Group.READS and case.contender is contender]
        sizes = sorted((case for case in reads if case.items and not case.far), key=lambda case: case.items)
        if not sizes:
            return None
        few, many = sizes[0], sizes[-1]
        loops = [sample.loop.cpu for sample in self.samples[many] if sample.loop]
        if loops:
            return statistics.median(loops) / many.items
        if few == many:
            return None
        less, more = (statistics.median(sample.cpu for sample in self.samples[case]) for case in (few, many))
        return (more - less) / (many.items - few.items)

    def requests(self, case: Case) -> int:
        """The largest number of requests of a run."""
        return max(sample.requests for sample in self.samples[case])

    def memory(self, case: Case) -> Memory:
        """The largest peaks of a run."""
        seen = [sample.memory for sample in self.samples[case]]
        return Memory(
            max((memory.resident for memory in seen if memory.resident), default=None),
            max((memory.proportional for memory in seen if memory.proportional), default=None),
        )

    @property
    def problems(self) -> list[str]:
        """What failed, and what cost more requests than it may."""
        limits = [(case, case.limit, self.requests(case)) for case in self.samples]
        return self.failures + [
            f"{case}: {requests} requests, at most {limit} are allowed"
            for case, limit, requests in limits
            if limit is not None and requests > limit
        ]


class Bench:
    """Measures cases on a stage."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.results = Results()
        self._started = time.monotonic()

    def say(self, text: str) -> None:
        """Report progress."""
        print(f"[{time.monotonic() - self._started:4.0f} s] {text}", file=sys.stderr, flush=True)

    def run(self, cases: Sequence[Case]) -> Results:
        """Measure them, group by group."""
        for group in Group:
            members = [case for case in cases if case.group is group]
            broken = self._rehearse(members)
            self._alternate([case for case in members if case.contender not in broken])
        return self.results

    def _rehearse(self, cases: Sequence[Case]) -> set[Contender]:
        """One small untimed run of each contender; returns those that cannot do it."""
        broken = set()
        with_items = [case for case in cases if case.items or case.contender.empty]
        for case in {case.contender: case for case in reversed(with_items)}.values():
            small = replace(case, items=min(case.items, 2))
            entries = self._prepare(small)
            try:
                self.stage.rehearse(small, entries)
            except Failed as failure:
                self._fail(f"{case.group.value}, {case.contender.value}: {failure}")
                broken.add(case.contender)
        return broken

    def _alternate(self, cases: Sequence[Case]) -> None:
        """Every case once, then every case again, so that what else the machine does hits all of them."""
        going = list(cases)
        rounds = max((case.rounds for case in cases), default=0)
        for number in range(1, rounds + 1):
            for case in [case for case in going if case.rounds >= number]:
                try:
                    sample = self._measure(case)
                except Failed as failure:
                    self._fail(f"{case}: {failure}")
                    going.remove(case)
                    continue
                self.results.samples.setdefault(case, []).append(sample)
                self.say(f"{case}, round {number} of {case.rounds}: {sample.seconds:.2f} s, {sample.requests} requests")

    def _fail(self, text: str) -> None:
        self.results.failures.append(text)
        self.say(f"FAILED: {text}")

    def _prepare(self, case: Case) -> list[Entry]:
        """A service that holds what the case works on, and nothing else."""
        self.stage.service.control.reset(rate_limit=0)
        if case.playbook:
            for earlier in PLAYBOOKS[: PLAYBOOKS.index(case.playbook)]:
                self.stage.carry_out(replace(case, playbook=earlier), [])
            self.stage.service.control.clear_journal()
            return []
        return entries_for(self.stage.service.control.seed(meetings=case.items, active=case.active)["meetings"])

    def _measure(self, case: Case) -> Sample:
        ran, loop = self.stage.carry_out(case, self._prepare(case))
        journal = self.stage.service.control.journal()
        accepted = sum(entry.accepted for entry in journal)
        reads = sum(entry.method == "GET" for entry in journal)
        if accepted != case.changes:
            raise Failed(f"{accepted} requests changed something, not {case.changes}")
        if reads < case.fewest_reads:
            raise Failed(f"there were {reads} reads, not {case.fewest_reads}")
        return Sample(ran.seconds, ran.cpu, ran.memory, reads, len(journal) - reads, loop)
