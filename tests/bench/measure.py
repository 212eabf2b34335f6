# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs cases in alternating rounds, and checks that each did its work."""

from __future__ import annotations

import math
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from bench.cases import EMPTY, GROUPS, PLAYBOOKS, PYTHON, READS, SCRIPTS, Case
from bench.contenders import Stage
from bench.plays import Entry, entries_for
from bench.process import Failed, Ran


class Sample(NamedTuple):
    """One run. Of a script also what its loop alone took, without its start and its imports, in seconds."""

    ran: Ran
    requests: int
    loop: float = math.nan
    loop_cpu: float = math.nan


@dataclass
class Results:
    """The samples of all cases. A number that was not measured is NaN."""

    samples: dict[Case, list[Sample]]

    def find(self, group: str, contender: str, **fields: object) -> Case | None:
        """The measured case with these fields; the first of several.

        Unless asked for, it is not a loop over nothing, and not one at a distance.
        """
        wanted = {"group": group, "contender": contender, "far": False, **fields}
        for case in self.samples:
            asked_for = case.items or "items" in fields
            if asked_for and all(getattr(case, name) == value for name, value in wanted.items()):
                return case
        return None

    def median(self, case: Case | None, value: Callable[[Sample], float]) -> float:
        """Of all runs of a case."""
        return statistics.median(map(value, self.samples[case])) if case else math.nan

    def seconds(self, case: Case | None) -> float:
        """Median of whole processes."""
        return self.median(case, lambda sample: sample.ran.seconds)

    def per_item(self, case: Case | None) -> float:
        """Seconds for each item: what the whole run takes longer than an empty play, or than an empty script.

        A share of what is paid once is in it: imports, a process for the task.
        """
        if case is None or not case.items:
            return math.nan
        empty = self.find(case.group, PYTHON if case.contender in SCRIPTS else EMPTY, items=0)
        return (self.seconds(case) - self.seconds(empty)) / case.items

    def further_item(self, case: Case | None) -> float:
        """Seconds for each further item, without what is paid once: what the run takes longer than a loop over nothing.

        Of a script it is its loop alone, which begins when all is imported.
        """
        if case is None or not case.items:
            return math.nan
        if case.contender in SCRIPTS:
            return self.median(case, lambda sample: sample.loop) / case.items
        return (self.seconds(case) - self.seconds(self.find(case.group, case.contender, items=0))) / case.items

    def cpu_of_further_item(self, contender: str) -> float:
        """Seconds of CPU for each further item of the longest loop of reads, of a script for each of its loop.

        Of a playbook it is what the longest loop takes more than the shortest, for each item more. So nothing that is
        paid once is in it, such as imports.
        """
        reads = [case for case in self.samples if case.group == READS and case.contender == contender]
        sizes = {case.items: case for case in reads if case.items and not case.far}
        if len(sizes) < 2:
            return math.nan
        few, many = sizes[min(sizes)], sizes[max(sizes)]
        if contender in SCRIPTS:
            return self.median(many, lambda sample: sample.loop_cpu) / many.items
        less, more = (self.median(case, lambda sample: sample.ran.cpu) for case in (few, many))
        return (more - less) / (many.items - few.items)

    def requests(self, case: Case) -> int:
        """The largest number of requests of a run."""
        return max(sample.requests for sample in self.samples[case])

    def memory(self, *cases: Case) -> tuple[int, int]:
        """The largest peaks of resident memory, and of that in which each page counts once; 0 when not known."""
        runs = [sample.ran for case in cases for sample in self.samples[case]]
        resident, proportional = (run.resident for run in runs), (run.proportional for run in runs)
        return max(resident, default=0), max(proportional, default=0)

    @property
    def problems(self) -> list[str]:
        """What cost more requests than it may."""
        return [
            f"{case}: {self.requests(case)} requests, at most {case.limit} are allowed"
            for case in self.samples
            if case.limit is not None and self.requests(case) > case.limit
        ]


def measure(stage: Stage, cases: Sequence[Case]) -> Results:
    """Measure cases, group by group. Raises Failed."""
    results, started = Results({case: [] for case in cases}), time.monotonic()
    for group in GROUPS:
        members = [case for case in cases if case.group == group]
        # One small untimed run of each contender.
        largest = {case.contender: case for case in sorted(members, key=lambda case: case.items)}
        for case in largest.values():
            small = replace(case, items=min(case.items, 2), far=False)
            stage.rehearse(small, _prepare(stage, small))
        # Every case once, then every case again, so that what else the machine does hits all of them.
        for number in range(1, max(case.rounds for case in members) + 1):
            for case in [case for case in members if case.rounds >= number]:
                sample = _measure(stage, case)
                results.samples[case].append(sample)
                text = (
                    f"{case}, round {number} of {case.rounds}: {sample.ran.seconds:.2f} s, {sample.requests} requests"
                )
                print(f"[{time.monotonic() - started:4.0f} s] {text}", file=sys.stderr, flush=True)
    return results


def _prepare(stage: Stage, case: Case) -> list[Entry]:
    """A service that holds what the case works on, and nothing else."""
    control = stage.service.control
    control.reset(rate_limit=0)
    if case.playbook:
        for earlier in PLAYBOOKS[: PLAYBOOKS.index(case.playbook)]:
            stage.carry_out(replace(case, playbook=earlier), [])
        control.clear_journal()
        return []
    return entries_for(control.seed(meetings=case.items, active=case.active)["meetings"])


def _measure(stage: Stage, case: Case) -> Sample:
    ran = stage.carry_out(case, _prepare(stage, case))
    journal = stage.service.control.journal()
    accepted = sum(entry.accepted for entry in journal)
    reads = sum(entry.method == "GET" for entry in journal)
    if accepted != case.changes:
        raise Failed(f"{case}: {accepted} requests changed something, not {case.changes}")
    if reads < case.fewest_reads:
        raise Failed(f"{case}: there were {reads} reads, not {case.fewest_reads}")
    # A script tells the seconds, and those of CPU, of its loop.
    return Sample(ran, len(journal), *map(float, ran.output.split() if case.contender in SCRIPTS else ()))
