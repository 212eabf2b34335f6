# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the collection is meant to achieve, and what was measured instead."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial
from typing import Final, NamedTuple

from bench.cases import BATCH, BULK, EVENT, IN_PROCESS, NOTHING, PLAYBOOKS, READS, ROLE, SESSION, TASKS, URI, Case
from bench.measure import Results

BESIDE: Final = "- "  # begins the line of a number that no target is about


class Claim(NamedTuple):
    """A statement with its number. ``met`` is None when nothing was measured, and of a number without a target."""

    about: str
    measured: str
    target: str
    met: bool | None


def _claim(about: str, value: float, form: str, target: str = "", met: bool | None = None) -> Claim:
    """``form`` shows the value."""
    if math.isnan(value):
        return Claim(about, "not measured", target, None)
    return Claim(about, form.format(value), target, met)


def _at_least(about: str, ratio: float, target: float) -> Claim:
    return _claim(about, ratio, "{:.1f} times as fast", f"at least {target:g} times", ratio >= target)


def _at_most(about: str, value: float, target: float, unit: str) -> Claim:
    form = "{:.0f}" if value >= 10 else "{:.2f}"
    return _claim(about, value, form + unit, f"at most {target:g}{unit}", value <= target)


def _beside(about: str, value: float, words: str) -> Claim:
    """A number that no target is about."""
    return _claim(BESIDE + about, value, "{:.3g} " + words)


def _within_limit(results: Results, about: str, case: Case | None) -> Claim:
    if case is None or case.limit is None:
        return _claim(about, math.nan, "")
    requests = results.requests(case)
    return _claim(about, requests, "{:,}", f"at most {case.limit:,}", requests <= case.limit)


def _positive(value: float) -> float:
    """Below zero, the machine was busier while it did nothing."""
    return value if value > 0 else math.nan


def _quotient(numerator: float, denominator: float) -> float:
    return _positive(numerator) / _positive(denominator)


def own_share(results: Results) -> list[tuple[str, float]]:
    """Seconds of CPU for each further item of a loop of reads, with whom; last comes this collection's own share.

    That is what an item takes beyond Ansible's part, which is a task that does nothing, and the request.
    """
    cpu = [(contender, results.cpu_of_further_item(contender)) for contender in (IN_PROCESS, NOTHING, SESSION)]
    ours, nothing, request = (seconds for _contender, seconds in cpu)
    return [*cpu, ("the rest, which is ours", ours - nothing - request)]


def claims(results: Results) -> list[Claim]:
    """All of them, in the order of the document."""
    return [*_loops(results), *_batch(results), *_event(results)]


def _loops(results: Results) -> Iterator[Claim]:
    whole, further, reads = results.per_item, results.further_item, partial(results.find, READS)
    uri, ours, session = reads(URI), reads(IN_PROCESS), reads(SESSION)
    each = "Each further item; imports not counted"
    yield _at_least("A loop of reads, per item: in process against `uri`", _quotient(whole(uri), whole(ours)), 40)
    yield _beside(each, _quotient(further(uri), further(ours)), "times as fast")
    # The stricter way: imports count for us, and not for the request.
    request, long = further(session), "times as long"
    about = "A loop of reads, per item: in process against the request alone, on one `requests` Session"
    yield _at_most(about, _quotient(whole(ours), request), 6, f" {long}")
    about = "Against the whole script less an empty one; imports counted on both sides"
    yield _beside(about, _quotient(whole(ours), whole(session)), long)
    yield _beside(each, _quotient(further(ours), request), long)
    about = "Ansible alone, with a task that does nothing, against the request"
    yield _beside(about, _quotient(whole(reads(NOTHING)), request), long)
    about = "A loop of reads, CPU time of each further item beyond that of a task that does nothing and of the request"
    yield _at_most(about, _positive(own_share(results)[-1][1]) * 1000, 0.5, " ms")
    about = "Over TLS, 50 ms away, each further item: in process against the request"
    far = (further(reads(contender, far=True)) for contender in (IN_PROCESS, SESSION))
    yield _beside(about, _quotient(*far), long)
    separate = (whole(results.find(TASKS, contender)) for contender in (URI, IN_PROCESS))
    yield _at_least("Separate tasks, per task: in process against `uri`", _quotient(*separate), 8)


def _batch(results: Results) -> Iterator[Claim]:
    bulk = partial(results.find, BATCH, BULK)
    right = bulk(items=1_000, active=True)
    yield _within_limit(results, "1,000 livestreams, all right: requests", right)
    yield _at_most("1,000 livestreams, all right: the whole process", results.seconds(right), 3, " s")
    about = "1,000 to start: requests, two for each and the listings"
    yield _within_limit(results, about, bulk(items=1_000, active=False))
    about = "1,000 to start over TLS, 50 ms away: concurrency 16 against 1 (which ran once)"
    far = (bulk(items=1_000, active=False, far=True, concurrency=number) for number in (1, 16))
    yield _at_least(about, _quotient(*map(results.per_item, far)), 8)
    for words, fields in (
        ("all right", {"active": True}),
        ("to start", {"active": False, "concurrency": 4}),
        ("to start over TLS, 50 ms away", {"active": False, "far": True, "concurrency": 16}),
    ):
        growth = _quotient(*(results.per_item(bulk(items=items, **fields)) for items in (5_000, 1_000)))
        yield _at_most(f"One of 5,000 against one of 1,000, {words}", growth, 1.5, " times as long")
    bulks = [case for case in results.samples if case.contender == BULK]
    resident, proportional = (_positive(peak) / 1e6 for peak in results.memory(*bulks))
    largest = max((case.items for case in bulks), default=0)
    about = f"A batch of up to {largest:,}: peak memory, the sum of all processes"
    yield _at_most(about, resident, 200, " MB")
    yield _beside("With what processes share counted once", proportional, "MB")


def _event(results: Results) -> Iterator[Claim]:
    for playbook in PLAYBOOKS:
        case = results.find(EVENT, ROLE, playbook=playbook)
        about = f"An event of {case.items if case else 500} streams, `{playbook}`"
        yield _within_limit(results, f"{about}: requests, two for each change and the listings", case)
        yield _at_most(f"{about}: the whole process", results.seconds(case), 10, " s")
