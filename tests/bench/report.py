# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The document: the text in performance.md.j2, filled in with what was measured."""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Iterable
from functools import partial
from itertools import compress
from pathlib import Path
from typing import Final

from bench import cases
from bench.cases import BATCH, EMPTIES, READS, SESSION, TASKS, Case
from bench.claims import BESIDE, claims, own_share
from bench.contenders import ansible_playbook
from bench.measure import Results
from bench.plays import playbook
from bench.service import ROOT
from documents import filled_in, table

DOCUMENT: Final = ROOT / "docs/performance.md"
COSTS: Final = ("Requests", "Per entry", "Whole process", "Memory", "Rounds")


def summary(results: Results) -> str:
    """The table of statements."""
    marks = {True: "yes", False: "**no**", None: "-"}
    return table(("What", "Measured", "Target", "Met"), [(*claim[:3], marks[claim.met]) for claim in claims(results)])


def verdict(results: Results) -> str:
    """Which targets were met, and which were not, in words."""
    targets = [claim for claim in claims(results) if not claim.about.startswith(BESIDE)]
    missed = [claim for claim in targets if claim.met is False]
    unknown = [claim for claim in targets if claim.met is None]
    sentences = [f"{len(targets) - len(missed) - len(unknown)} of {len(targets)} targets are met."]
    sentences += [f"Missed: {claim.about}: {claim.measured}, the target is {claim.target}." for claim in missed]
    sentences += [f"Not measured: {claim.about}." for claim in unknown]
    return "\n".join(sentences)


def document(results: Results, facts: Iterable[tuple[str, str]], minutes: float) -> str:
    """All of it, as Markdown. ``facts``: names and values of what it ran on; ``minutes``: how long it took."""
    return filled_in(
        Path(__file__).with_name("performance.md.j2"),
        cases=cases,
        date=datetime.datetime.now(datetime.UTC).date(),
        verdict=verdict(results),
        summary=summary(results),
        loops=partial(_loops, results),
        share=[(who, _milliseconds(cpu)) for who, cpu in own_share(results)],
        batches=_batches(results),
        event=_event(results),
        machine=facts,
        minutes=f"{minutes:.1f}",
        rounds=max(map(len, results.samples.values())),
        command=lambda contender: " ".join(ansible_playbook(Case(READS, contender), "python")),
        example=lambda *case: playbook(Case(*case, concurrency=4), [], "APP_URL", "TOKEN").strip(),
    )


def _loops(results: Results, group: str, far: bool = False) -> str:
    """Of loops, or of separate tasks; beside the requests alone, from as far."""
    session = results.find(READS if group == TASKS else group, SESSION, far=far)

    def beside(cost: Callable[[Case | None], float], case: Case) -> tuple[str, str]:
        seconds, floor = cost(case), cost(session)
        # Below zero: the machine was busier while it did nothing.
        return _milliseconds(seconds), f"{seconds / floor:.1f}" if floor > 0 and not math.isnan(seconds) else ""

    rows = []
    for case in results.samples:
        if case.group == group and case.far is far:
            items = "" if case.contender in EMPTIES else f"{case.items:,}"
            times = (*beside(results.per_item, case), *beside(results.further_item, case), _whole(results, case))
            requests = f"{results.requests(case) / case.items:g}" if case.items else ""
            rows.append((case.contender, items, *times, requests, _memory(results, case)))
    beside_floor = ("Per item", "Session = 1", "Further item", "Session = 1")
    titles = ("With", "Items", *beside_floor, "Whole process", "Requests per item", "Memory")
    # Without the columns in which there is nothing.
    kept = [any(column) for column in zip(*rows, strict=True)]
    return table(tuple(compress(titles, kept)), [tuple(compress(row, kept)) for row in rows])


def _batches(results: Results) -> str:
    measured = [case for case in results.samples if case.group == BATCH and case.contender not in EMPTIES]
    rows = []
    for case in sorted(measured, key=lambda case: (not case.active, case.far, case.items)):
        state, place = "right" if case.active else "to start", "far" if case.far else "near"
        concurrency = str(case.concurrency) if case.concurrency and not case.active else ""
        rows.append((state, f"{case.items:,}", place, case.contender, concurrency, *_costs(results, case)))
    return table(("All", "Entries", "From", "With", "Concurrency", *COSTS), rows)


def _event(results: Results) -> str:
    rows = [
        (f"`eventops.cloudflare.{case.playbook}`", f"{case.items:,}", f"{case.changes:,}", *_costs(results, case))
        for case in results.samples
        if case.playbook
    ]
    return table(("Playbook", "Entries", "Changes", *COSTS), rows)


def _costs(results: Results, case: Case) -> tuple[str, ...]:
    requests, each = f"{results.requests(case):,}", _milliseconds(results.per_item(case))
    return requests, each, _whole(results, case), _memory(results, case), str(len(results.samples[case]))


def _milliseconds(seconds: float) -> str:
    if math.isnan(seconds):
        return ""
    value = seconds * 1000
    return f"{value:.0f} ms" if value >= 100 else f"{value:.1f} ms" if value >= 10 else f"{value:.2f} ms"


def _memory(results: Results, case: Case) -> str:
    resident, proportional = results.memory(case)
    once = f" ({proportional / 1e6:.0f})" if proportional else ""
    return f"{resident / 1e6:.0f}{once} MB" if resident else ""


def _whole(results: Results, case: Case) -> str:
    """The median, the shortest and the longest of several runs."""
    times = [sample.ran.seconds for sample in results.samples[case]]
    digits = 1 if max(times) >= 10 else 2
    text = f"{results.seconds(case):.{digits}f} s"
    return text if len(times) == 1 else f"{text} ({min(times):.{digits}f}-{max(times):.{digits}f})"
