# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Targets are judged by whole runs less empty ones, and what is missed is said."""

from __future__ import annotations

import pytest

from bench.cases import Case, Contender, Group, all_cases, quick_cases
from bench.claims import Claim, claims
from bench.contenders import Loop
from bench.measure import Results, Sample
from bench.process import Memory
from bench.report import document, verdict


def sample(seconds: float, loop: float | None = None, megabytes: int = 100, cpu: float = 0) -> Sample:
    memory = Memory(megabytes * 10**6, megabytes * 10**6 // 2)
    return Sample(seconds, cpu, memory, 0, 0, None if loop is None else Loop(loop, cpu))


def reads(contender: Contender, items: int) -> Case:
    return Case(Group.READS, contender, items)


def results(in_process: float = 1.0) -> Results:
    """An empty play takes 0.5 s, a loop over nothing 0.1 s more, an empty script 0.05 s."""
    return Results(
        {
            reads(Contender.EMPTY, 0): [sample(0.5), sample(0.4), sample(9)],
            reads(Contender.PYTHON, 0): [sample(0.05)],
            reads(Contender.IN_PROCESS, 0): [sample(0.6)],
            reads(Contender.IN_PROCESS, 50): [sample(in_process)],
            reads(Contender.URI, 0): [sample(0.7)],
            reads(Contender.URI, 50): [sample(20.5)],
            reads(Contender.SESSION, 50): [sample(0.25, loop=0.1)],
            reads(Contender.NOTHING, 50): [sample(0.8)],
        }
    )


def claim(about: str, found: Results) -> Claim:
    return next(item for item in claims(found) if about in item.about)


def test_an_item_costs_what_the_run_takes_longer_than_an_empty_play() -> None:
    found = results()
    assert found.per_item(reads(Contender.IN_PROCESS, 50)) == pytest.approx(0.5 / 50)
    assert found.further_item(reads(Contender.IN_PROCESS, 50)) == pytest.approx(0.4 / 50)


def test_a_script_is_measured_against_an_empty_one_and_a_request_is_its_loop() -> None:
    found = results()
    assert found.per_item(reads(Contender.SESSION, 50)) == pytest.approx(0.2 / 50)
    assert found.further_item(reads(Contender.SESSION, 50)) == pytest.approx(0.1 / 50)


@pytest.mark.parametrize(("seconds", "measured", "met"), [(1.0, "40.0 times as fast", True), (1.1, "33.3", False)])
def test_the_target_beside_uri_counts_imports(seconds: float, measured: str, met: bool) -> None:
    found = claim("against `uri`", results(seconds))
    assert measured in found.measured
    assert found.met is met


@pytest.mark.parametrize(("seconds", "measured", "met"), [(1.0, "5.00 times", True), (1.2, "7.00 times", False)])
def test_the_target_beside_a_request_counts_our_imports_only(seconds: float, measured: str, met: bool) -> None:
    found = claim("against the request alone", results(seconds))
    assert measured in found.measured
    assert found.met is met


@pytest.mark.parametrize(
    ("cpu", "measured", "met"),
    [(4.5, "0.33 ms", True), (5.0, "1.44 ms", False), (4.0, "not measured", None)],
)
def test_our_own_share_is_what_an_item_costs_beyond_a_task_that_does_nothing_and_a_request(
    cpu: float, measured: str, met: bool
) -> None:
    found = results()
    found.samples |= {
        reads(Contender.IN_PROCESS, 50): [sample(1, cpu=1.0), sample(1, cpu=0.9), sample(1, cpu=9)],
        reads(Contender.IN_PROCESS, 500): [sample(5, cpu=cpu)],
        reads(Contender.NOTHING, 50): [sample(1, cpu=0.8)],
        reads(Contender.NOTHING, 500): [sample(4, cpu=3.5)],
        reads(Contender.SESSION, 50): [sample(0.25, loop=0.1, cpu=9)],
        reads(Contender.SESSION, 500): [sample(1, loop=0.8, cpu=0.7222)],
        Case(Group.READS, Contender.IN_PROCESS, 500, far=True): [sample(30, cpu=90)],
    }
    share = claim("CPU time of each further item", found)
    assert (share.measured, share.met) == (measured, met)


def test_what_is_beside_a_target_is_not_judged() -> None:
    beside = [item for item in claims(results()) if not item.judged]
    assert all(item.met is None and not item.target for item in beside)
    assert [item.measured for item in beside[:4]] == [
        "49.5 times as fast",
        "2.5 times as long",
        "4 times as long",
        "3 times as long",
    ]


def test_memory_is_judged_by_the_plain_sum() -> None:
    found = results()
    found.samples[Case(Group.PROGRAMME, Contender.BULK, 5_000)] = [sample(1, megabytes=223)]
    about = "peak memory"
    assert (claim(about, found).measured, claim(about, found).met) == ("223 MB", False)


def test_the_verdict_names_what_is_missed_and_what_was_not_measured() -> None:
    text = verdict(results(1.05))
    assert text.startswith(
        "1 of 18 targets are met.\nMissed: A loop of reads, per item: in process against `uri`: 36.4 times"
    )
    assert "Not measured: Separate tasks" in text


def test_the_document_has_a_row_for_each_case_that_was_measured() -> None:
    found = results()
    far, request = (Case(Group.READS, who, 50, far=True) for who in (Contender.IN_PROCESS, Contender.SESSION))
    bulk = Case(Group.PROGRAMME, Contender.BULK, 5_000, concurrency=16, active=False)
    event = Case(Group.EVENT, Contender.ROLE, 500, playbook="event_start")
    found.samples |= {
        far: [sample(3)],
        request: [sample(2.6, loop=2.55)],
        bulk: [sample(7), sample(8)],
        event: [sample(6)],
    }
    text = document(found, [("Python", "3.11")], 12.34, quick=False)
    assert "It took 12.3 minutes." in text
    assert "| this collection, in process | 50 | 50.0 ms | 1.0 | 48.0 ms | 0.9 | 3.00 s | 0 | 100 (50) MB |" in text
    assert "| to start | 5,000 | near | this collection, all at once | 16 | 0 | 1.50 ms | 7.50 s (7.00-8.00) |" in text
    assert "| `eventops.cloudflare.event_start` | 500 | 300 | 0 | 12.0 ms | 6.00 s | 100 (50) MB | 1 |" in text


@pytest.mark.parametrize("cases", [all_cases(), quick_cases()], ids=["all", "quick"])
def test_no_case_is_measured_twice_and_each_has_something_to_be_measured_against(cases: list[Case]) -> None:
    assert len(cases) == len(set(cases))
    for case in cases:
        empty = Contender.PYTHON if case.contender.script else Contender.EMPTY
        assert any(other.group is case.group and other.contender is empty for other in cases)
