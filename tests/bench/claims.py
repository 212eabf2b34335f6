# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the collection is meant to achieve, and what was measured instead."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from bench.cases import PLAYBOOKS, Case, Contender, Group
from bench.measure import Results

BESIDE: Final = "- "  # begins the line of a number that no target is about


@dataclass(frozen=True)
class Claim:
    """A statement with its number. ``met`` is None when nothing was measured, and of a number without a target."""

    about: str
    measured: str
    target: str
    met: bool | None

    @property
    def judged(self) -> bool:
        """Whether there is a target."""
        return not self.about.startswith(BESIDE)


def claims(results: Results) -> list[Claim]:
    """All of them, in the order of the document."""
    return [*_loops(results), *_programme(results), *_growth(results), *_event(results)]


def _at_least(about: str, ratio: float | None, target: float) -> Claim:
    measured = "not measured" if ratio is None else f"{ratio:.1f} times as fast"
    return Claim(about, measured, f"at least {target:g} times", None if ratio is None else ratio >= target)


def _at_most(about: str, value: float | None, target: float, unit: str) -> Claim:
    if value is None:
        return Claim(about, "not measured", f"at most {target:g}{unit}", None)
    shown = f"{value:.0f}" if value >= 10 else f"{value:.2f}"
    return Claim(about, shown + unit, f"at most {target:g}{unit}", value <= target)


def _beside(about: str, value: float | None, words: str) -> Claim:
    """A number that no target is about."""
    return Claim(f"{BESIDE}{about}", "not measured" if value is None else f"{value:.3g} {words}", "", None)


def _quotient(numerator: float | None, denominator: float | None) -> float | None:
    # Below zero: the machine was busier while it did nothing.
    if numerator is None or denominator is None or numerator <= 0 or denominator <= 0:
        return None
    return numerator / denominator


def own_share(results: Results) -> list[tuple[str, float]]:
    """Seconds of CPU for each further item of a loop of reads, with whom; last comes this collection's own share.

    That is what an item takes beyond Ansible's part, which is a task that does nothing, and the request. Empty when one
    of them was not measured.
    """
    contenders = (Contender.IN_PROCESS, Contender.NOTHING, Contender.SESSION)
    found = [(contender.value, results.cpu_of_further_item(contender)) for contender in contenders]
    known = [(name, seconds) for name, seconds in found if seconds is not None]
    if len(known) < len(found):
        return []
    ours, nothing, request = (seconds for _name, seconds in known)
    return [*known, ("the rest, which is ours", ours - nothing - request)]


def _loops(results: Results) -> Iterator[Claim]:
    def whole(case: Case | None) -> float | None:
        return results.per_item(case) if case else None

    def further(case: Case | None) -> float | None:
        return results.further_item(case) if case else None

    reads = {contender: results.find(Group.READS, contender) for contender in Contender}
    uri, ours, floor = reads[Contender.URI], reads[Contender.IN_PROCESS], reads[Contender.SESSION]
    each = "Each further item; imports not counted"
    ratio = _quotient(whole(uri), whole(ours))
    yield _at_least("A loop of reads, per item: in process against `uri`", ratio, 40)
    yield _beside(each, _quotient(further(uri), further(ours)), "times as fast")
    about = "A loop of reads, per item: in process against the request alone, on one `requests` Session"
    # The stricter way: imports count for us, and not for the request.
    request = further(floor)
    yield _at_most(about, _quotient(whole(ours), request), 6, " times as long")
    about = "Against the whole script less an empty one; imports counted on both sides"
    yield _beside(about, _quotient(whole(ours), whole(floor)), "times as long")
    yield _beside(each, _quotient(further(ours), request), "times as long")
    about = "Ansible alone, with a task that does nothing, against the request"
    yield _beside(about, _quotient(whole(reads[Contender.NOTHING]), request), "times as long")
    shares = own_share(results)
    about = "A loop of reads, CPU time of each further item beyond that of a task that does nothing and of the request"
    # Below zero: the machine was busier while it did nothing.
    share = shares[-1][1] * 1000 if shares and shares[-1][1] > 0 else None
    yield _at_most(about, share, 0.5, " ms")
    far = [results.find(Group.READS, contender, far=True) for contender in (Contender.IN_PROCESS, Contender.SESSION)]
    about = "Over TLS, 50 ms away, each further item: in process against the request"
    yield _beside(about, _quotient(*map(further, far)), "times as long")
    separate = [results.find(Group.TASKS, contender) for contender in (Contender.URI, Contender.IN_PROCESS)]
    about = "Separate tasks, per task: in process against `uri`"
    yield _at_least(about, _quotient(*map(whole, separate)), 8)


def _bulk(results: Results, items: int, **fields: object) -> Case | None:
    return results.find(Group.PROGRAMME, Contender.BULK, items=items, **fields)


def _ratio(results: Results, slow: Case | None, fast: Case | None) -> float | None:
    return _quotient(results.per_item(slow), results.per_item(fast)) if slow and fast else None


def _within_limit(results: Results, about: str, case: Case | None) -> Claim:
    if case is None or case.limit is None:
        return Claim(about, "not measured", "", None)
    requests = results.requests(case)
    return Claim(about, f"{requests:,}", f"at most {case.limit:,}", requests <= case.limit)


def _programme(results: Results) -> Iterator[Claim]:
    right = _bulk(results, 1_000, active=True)
    yield _within_limit(results, "1,000 livestreams, all right: requests", right)
    seconds = results.seconds(right) if right else None
    yield _at_most("1,000 livestreams, all right: the whole process", seconds, 3, " s")
    about = "1,000 to start: requests, two for each and the sweeps"
    yield _within_limit(results, about, _bulk(results, 1_000, active=False))
    few, many = (_bulk(results, 1_000, active=False, far=True, concurrency=number) for number in (1, 16))
    about = "1,000 to start over TLS, 50 ms away: concurrency 16 against 1 (which ran once)"
    yield _at_least(about, _ratio(results, few, many), 8)


def _growth(results: Results) -> Iterator[Claim]:
    for words, fields in (
        ("all right", {"active": True}),
        ("to start", {"active": False, "concurrency": 4}),
        ("to start over TLS, 50 ms away", {"active": False, "far": True, "concurrency": 16}),
    ):
        less, more = (_bulk(results, items, **fields) for items in (1_000, 5_000))
        about = f"One of 5,000 against one of 1,000, {words}"
        yield _at_most(about, _ratio(results, more, less), 1.5, " times as long")
    peaks = [results.memory(case) for case in results.samples if case.contender is Contender.BULK]
    resident = max((peak.resident for peak in peaks if peak.resident), default=None)
    proportional = max((peak.proportional for peak in peaks if peak.proportional), default=None)
    largest = max((case.items for case in results.samples if case.all_at_once), default=0)
    about = f"A programme of up to {largest:,}: peak memory, the sum of all processes"
    yield _at_most(about, resident / 1e6 if resident else None, 200, " MB")
    yield _beside("With what processes share counted once", proportional / 1e6 if proportional else None, "MB")


def _event(results: Results) -> Iterator[Claim]:
    for playbook in PLAYBOOKS:
        case = results.find(Group.EVENT, Contender.ROLE, playbook=playbook)
        about = f"An event of {case.items if case else 500} streams, `{playbook}`"
        yield _within_limit(results, f"{about}: requests, two for each change and the sweeps", case)
        yield _at_most(f"{about}: the whole process", results.seconds(case) if case else None, 10, " s")
