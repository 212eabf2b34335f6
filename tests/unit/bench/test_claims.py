# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Targets are judged by whole runs less empty ones, what is missed is said, and ``docs/performance.md`` is of today."""

from __future__ import annotations

import re

import pytest

from bench import cases
from bench.cases import BATCH, BULK, EMPTY, IN_PROCESS, NOTHING, PYTHON, READS, SESSION, URI, Case
from bench.claims import claims
from bench.measure import Results, Sample
from bench.process import Ran
from bench.report import DOCUMENT, document, verdict

TO_START = Case(BATCH, BULK, 5_000, active=False, concurrency=16)
# Columns of the document that say what is measured, not what it came to.
GIVEN = ("What", "Target", "With", "Items", "All", "Entries", "From", "Concurrency", "Playbook", "Changes", "Rounds")


def sample(seconds: float, loop: float = 0, cpu: float = 0, resident: int = 10**8) -> Sample:
    return Sample(Ran(seconds, cpu, resident, resident // 2, ""), 0, loop, cpu)


def results(in_process: float = 1.0) -> Results:
    """An empty play takes 0.5 s, a loop over nothing 0.1 s more, an empty script 0.05 s."""
    return Results(
        {
            Case(READS, EMPTY): [sample(0.5), sample(0.4), sample(9)],
            Case(READS, PYTHON): [sample(0.05)],
            Case(READS, IN_PROCESS): [sample(0.6)],
            Case(READS, IN_PROCESS, 50): [sample(in_process)],
            Case(READS, URI): [sample(0.7)],
            Case(READS, URI, 50): [sample(20.5)],
            Case(READS, SESSION, 50): [sample(0.25, loop=0.1)],
            Case(READS, NOTHING, 50): [sample(0.8)],
        }
    )


@pytest.mark.parametrize(
    ("seconds", "measured", "met"),
    [(1.0, ["40.0", "49.5", "5.00", "2.5", "4", "3"], True), (1.2, ["28.6", "33", "7.00", "3.5", "6", "3"], False)],
)
def test_a_loop_of_reads_is_judged_with_our_imports(seconds: float, measured: list[str], met: bool) -> None:
    found = claims(results(seconds))[: len(measured)]
    assert [claim.measured.partition(" times as ")[0] for claim in found] == measured
    assert [claim.met for claim in found] == [met, None, met, None, None, None]


@pytest.mark.parametrize(
    ("cpu", "measured", "met"),
    [(4.5, "0.33 ms", True), (5.0, "1.44 ms", False), (4.0, "not measured", None)],
)
def test_our_own_share_is_beyond_a_task_that_does_nothing_and_a_request(cpu: float, measured: str, met: bool) -> None:
    found = results()
    found.samples |= {
        Case(READS, IN_PROCESS, 50): [sample(1, cpu=1.0), sample(1, cpu=0.9), sample(1, cpu=9)],
        Case(READS, IN_PROCESS, 500): [sample(5, cpu=cpu)],
        Case(READS, NOTHING, 50): [sample(1, cpu=0.8)],
        Case(READS, NOTHING, 500): [sample(4, cpu=3.5)],
        Case(READS, SESSION, 500): [sample(1, loop=0.8, cpu=0.7222)],
        Case(READS, IN_PROCESS, 500, far=True): [sample(30, cpu=90)],
    }
    share = next(claim for claim in claims(found) if "CPU time of each further item" in claim.about)
    assert (share.measured, share.met) == (measured, met)


def test_the_verdict_names_what_is_missed_and_what_was_not_measured() -> None:
    found = results(1.05)
    found.samples[TO_START] = [sample(1, resident=223 * 10**6)]
    text = verdict(found)
    assert text.startswith(
        "1 of 18 targets are met.\nMissed: A loop of reads, per item: in process against `uri`: 36.4"
    )
    assert "all processes: 223 MB, the target is at most 200 MB.\nNot measured: A loop of reads, CPU time" in text


def test_the_document_shows_what_was_measured() -> None:
    found = results()
    found.samples |= {
        Case(BATCH, EMPTY): [sample(0.5)],
        TO_START: [sample(8), sample(9)],
        Case(cases.EVENT, EMPTY): [sample(0.5)],
        Case(cases.EVENT, cases.ROLE, 500, playbook="event_start"): [sample(6)],
    }
    text = document(found, [], 12.34)
    assert "It took 12.3 minutes." in text
    assert "| this collection, in process | 50 | 10.0 ms | 2.5 | 8.00 ms | 4.0 | 1.00 s | 0 | 100 (50) MB |" in text
    assert "| to start | 5,000 | near | this collection, all at once | 16 | 0 | 1.60 ms | 8.50 s (8.00-9.00) |" in text
    assert "| `eventops.cloudflare.event_start` | 500 | 300 | 0 | 11.0 ms | 6.00 s | 100 (50) MB | 1 |" in text


def given(text: str) -> list[str]:
    """The lines of the document without what was measured."""
    lines, titles = [], []
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.split("|")[1:-1]]
        titles = (titles or cells) if line.startswith("|") else []
        kept = [cell for title, cell in zip(titles, cells, strict=True) if title in GIVEN]
        lines.append(" | ".join(kept) if titles else re.sub(r"\d+-\d+-\d+|[\d.]+(?= minutes)", "...", line))
    return [line for line in lines if line and not re.match(r"\d+ of \d+ targets|Missed: |Not measured: ", line)]


def test_the_document_has_all_that_is_measured_today() -> None:
    """Every row, target and text of it."""
    found = {case: [sample(case.items + 1, loop=1, cpu=case.items)] * case.rounds for case in cases.all_cases()}
    assert given(document(Results(found), [], 12.34)) == given(DOCUMENT.read_text())


@pytest.mark.parametrize("chosen", [cases.all_cases(), cases.quick_cases()], ids=["all", "quick"])
def test_no_case_is_measured_twice(chosen: list[Case]) -> None:
    assert len(chosen) == len(set(chosen))
