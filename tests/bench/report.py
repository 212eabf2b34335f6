# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The document: the text in performance.md, filled in with what was measured."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from pathlib import Path
from string import Template
from typing import Final

from bench.cases import Case, Contender, Group
from bench.claims import claims, own_share
from bench.contenders import extra_variables
from bench.measure import Results
from bench.plays import COLLECTION, PLAYBOOK, Api, Entry, playbook
from bench.process import Memory
from documents import table

TEXT: Final = Template(Path(__file__).with_name("performance.md").read_text(encoding="utf-8"))
QUICK: Final = "This was one short round: its counts are right, its times say little."


def summary(results: Results) -> str:
    """The table of statements."""
    marks = {True: "yes", False: "**no**", None: "-"}
    rows = [(claim.about, claim.measured, claim.target, marks[claim.met]) for claim in claims(results)]
    return table(("What", "Measured", "Target", "Met"), rows)


def verdict(results: Results) -> str:
    """Which targets were met, and which were not, in words."""
    targets = [claim for claim in claims(results) if claim.judged]
    missed = [claim for claim in targets if claim.met is False]
    unknown = [claim for claim in targets if claim.met is None]
    met = len(targets) - len(missed) - len(unknown)
    sentences = [f"{met} of {len(targets)} targets are met."]
    sentences += [f"Missed: {claim.about}: {claim.measured}, the target is {claim.target}." for claim in missed]
    sentences += [f"Not measured: {claim.about}." for claim in unknown]
    return "\n".join(sentences)


def document(results: Results, facts: Iterable[tuple[str, str]], minutes: float, quick: bool) -> str:
    """All of it, as Markdown. ``facts``: names and values of what it ran on; ``minutes``: how long it took."""
    notes = [QUICK] * quick + [f"Failed: {text.splitlines()[0]}" for text in results.problems]
    reads, programmes = _of(results, Group.READS), _of(results, Group.PROGRAMME)
    in_process, as_module = (Case(Group.READS, who, 1) for who in (Contender.IN_PROCESS, Contender.MODULE))
    return TEXT.substitute(
        date=datetime.datetime.now(datetime.UTC).date(),
        problems="".join(f"\n**{note}**\n" for note in notes),
        verdict=verdict(results),
        summary=summary(results),
        reads=_loops(results, [case for case in reads if not case.far]),
        share=table(("With", "CPU of a further item"), [(who, _milliseconds(cpu)) for who, cpu in own_share(results)]),
        far_reads=_loops(results, [case for case in reads if case.far]),
        tasks=_loops(results, _of(results, Group.TASKS)),
        starts=_loops(results, _of(results, Group.STARTS)),
        programmes=_programmes(results, [case for case in programmes if not case.contender.empty]),
        event=_event(results, [case for case in _of(results, Group.EVENT) if case.playbook]),
        machine=table(("", ""), facts),
        minutes=f"{minutes:.1f}",
        rounds=max((len(samples) for samples in results.samples.values()), default=0),
        commands="\n".join(
            " ".join(["ansible-playbook", PLAYBOOK, *extra_variables(case, "python")])
            for case in (in_process, as_module)
        ),
        reads_ours=_example(Group.READS, Contender.IN_PROCESS),
        reads_uri=_example(Group.READS, Contender.URI),
        starts_ours=_example(Group.STARTS, Contender.IN_PROCESS),
        starts_uri=_example(Group.STARTS, Contender.URI),
        bulk=_example(Group.PROGRAMME, Contender.BULK),
    )


def _of(results: Results, group: Group) -> list[Case]:
    return [case for case in results.samples if case.group is group]


def _example(group: Group, contender: Contender) -> str:
    case = Case(group, contender, 1, concurrency=4)
    return playbook(case, [Entry("room-0001", "MEETING_ID")], Api("APP_URL", "TOKEN")).strip()


def _loops(results: Results, cases: Iterable[Case]) -> str:
    """Of loops, or of separate tasks; beside the requests alone, from as far."""

    def beside(cost: Callable[[Case], float | None], case: Case) -> tuple[str, str]:
        seconds = cost(case) if case.items else None
        group = Group.READS if case.group is Group.TASKS else case.group
        session = results.find(group, Contender.SESSION, far=case.far)
        floor = cost(session) if session else None
        if seconds is None:
            return "", ""
        # Below zero: the machine was busier while it did nothing.
        return _milliseconds(seconds), f"{seconds / floor:.1f}" if floor and floor > 0 else ""

    rows = [
        (
            case.contender.value,
            "" if case.contender.empty else f"{case.items:,}",
            *beside(results.per_item, case),
            *beside(results.further_item, case),
            _whole(results, case),
            f"{results.requests(case) / case.items:g}" if case.items else "",
            _megabytes(results.memory(case)),
        )
        for case in cases
    ]
    beside_floor = ("Per item", "Session = 1", "Further item", "Session = 1")
    titles = ("With", "Items", *beside_floor, "Whole process", "Requests per item", "Memory")
    columns = [column for column in zip(titles, *rows, strict=True) if not rows or any(column[1:])]
    first, *others = zip(*columns, strict=True)
    return table(first, others)


def _programmes(results: Results, cases: Iterable[Case]) -> str:
    rows = [
        (
            "right" if case.active else "to start",
            f"{case.items:,}",
            "far" if case.far else "near",
            case.contender.value,
            "" if case.active or not case.concurrency else str(case.concurrency),
            *_costs(results, case),
        )
        for case in sorted(cases, key=lambda case: (not case.active, case.far, case.items))
    ]
    return table(("All", "Entries", "From", "With", "Concurrency", *COSTS), rows)


def _event(results: Results, cases: Iterable[Case]) -> str:
    rows = [
        (f"`{COLLECTION}.{case.playbook}`", f"{case.items:,}", f"{case.changes:,}", *_costs(results, case))
        for case in cases
    ]
    return table(("Playbook", "Entries", "Changes", *COSTS), rows)


COSTS: Final = ("Requests", "Per entry", "Whole process", "Memory", "Rounds")


def _costs(results: Results, case: Case) -> tuple[str, ...]:
    return (
        f"{results.requests(case):,}",
        _milliseconds(results.per_item(case)),
        _whole(results, case),
        _megabytes(results.memory(case)),
        str(len(results.samples[case])),
    )


def _milliseconds(seconds: float) -> str:
    value = seconds * 1000
    return f"{value:.0f} ms" if value >= 100 else f"{value:.1f} ms" if value >= 10 else f"{value:.2f} ms"


def _megabytes(memory: Memory) -> str:
    if memory.resident is None:
        return ""
    once = "" if memory.proportional is None else f" ({memory.proportional / 1e6:.0f})"
    return f"{memory.resident / 1e6:.0f}{once} MB"


def _whole(results: Results, case: Case) -> str:
    low, high = results.spread(case)
    digits = 1 if high >= 10 else 2
    text = f"{results.seconds(case):.{digits}f} s"
    return text if len(results.samples[case]) == 1 else f"{text} ({low:.{digits}f}-{high:.{digits}f})"
