# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``docs/reliability.md`` says what was found, about the search as it is now."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from faults.contests import CONTESTS
from faults.mutants import MUTANTS
from faults.report import DOCUMENT, PARTS, code, document, keep, kept
from faults.test_product import SIZES
from simulator.catalogue import FAULTS

# What the document says from the day on which the search has more to try, until it was run at full length again.
GROWN = "**The search has grown since.**"
VERDICT = {"mutant": "a page lost", "search": "random schedules", "unit": "schedule", "found_after": 1_003}
FIGURES: dict[str, dict[str, Any]] = {
    "schedules": {
        "schedules": {"tried": 10_042},
        "events": {"tried": 2_001},
        "event runs": {"changed": 5_000, "unchanged": 4_000},
        "played events": {"tried": 203},
        "played event runs": {"changed": 3_000, "unchanged": 1_007},
        "tasks": {"realtime_livestream": 7, "realtime_meeting": 8},
        "requests": {"sent": 1_234, "blocked": 5_056},
        "networks": {"http": 3_001, "https": 3_002, "proxy": 4_039},
        "faults": {"429": 3, "reset, done": 2_000},
        "outcomes": {"changed": 1, "unchanged": 2, "failed": 3},
        "actors": {"1": 4, "2": 5, "3": 6},
        "orders": {"one actor": 4, "free": 7, "drawn": 8},
    },
    "product": {"combinations": dict.fromkeys(SIZES, 10), "combinations there are": SIZES},
    "races": {"races of 16 jobs": dict.fromkeys(CONTESTS, 100)},
    "playbooks": {"races of 16 playbooks": dict.fromkeys(CONTESTS, 100)},
    "abuse": {"inputs": {"realtime_livestream": 5_000}, "kills": {"start": 12}},
}
FOUND: dict[str, dict[str, Any]] = {
    part: {"passed": True, "full": True, "seconds": 90, "code": "abc", "figures": FIGURES.get(part)} for part in PARTS
}
FOUND["abuse"]["tests"] = 333
FOUND["fuzz"]["inputs"] = {"wire": 70_001, "published": 80_002}
FOUND["mutants"]["verdicts"] = [{**VERDICT, "message": "AssertionError: created | twice"}]


def test_the_figures_are_in_it() -> None:
    """What was counted, and sums of it."""
    text = document(FOUND) or ""
    assert "10,042 schedules: 15 tasks, 1,234 requests, of which 2,003 went wrong in 2 ways" in text
    assert "9,000 times" in text
    assert "203 more" in text
    assert "4,007 times" in text
    assert "| reset, done | 2,000 |" in text
    assert "500 races of 5 kinds: 8,000 processes" in text
    assert "5,000 inputs to options, 12 kills, 333 tests" in text
    assert "150,003 inputs" in text
    assert "| A page lost | random schedules | 1,003 schedules | `created / twice` |" in text


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("lack", ["passed", "full", "code", "all of it"])
def test_nothing_is_written_of_less(part: str, lack: str) -> None:
    """Of a part that failed, that was cut short, that was about other code, or that was left out."""
    parts = {**FOUND, part: {**FOUND[part], lack: False}}
    if lack == "all of it":
        del parts[part]
    assert document(parts) is None


def test_results_are_kept_from_run_to_run(tmp_path: Path) -> None:
    """Those about the code as it is, beside what other parts came to."""
    place = tmp_path / "results.json"
    stale = {**FOUND["fuzz"], "code": "abc"}
    races, abuse = ({**FOUND[part], "code": code()} for part in ("races", "abuse"))
    for part, found in {"fuzz": stale, "races": races, "abuse": abuse}.items():
        keep(part, found, place)
    assert kept(place) == {"races": races, "abuse": abuse}


def rows(text: str, title: str) -> list[list[str]]:
    """The rows of the first table below a heading."""
    lines = re.findall(r"^\|.*\n", text.partition(f"\n## {title}\n")[2].partition("\n## ")[0], re.MULTILINE)
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines[2:]]


def count(text: str) -> int:
    """A number as it is written there."""
    return int(text.replace(",", ""))


def test_what_was_written_says_whether_the_search_has_grown() -> None:
    """The document is about the faults, combinations, races and defects of today, or says that there are more now."""
    text = DOCUMENT.read_text()
    cells = [row[start : start + 2] for row in rows(text, "Faults") for start in range(0, 6, 2)]
    struck = {cell[0]: count(cell[1]) for cell in cells if cell[0]}
    defects = {row[0].lower() for row in rows(text, "Would it be noticed?")}
    known = {mutant.name.lower() for mutant in MUTANTS}
    assert struck.keys() <= FAULTS.keys()
    assert defects <= known
    assert (GROWN in text) is (struck.keys() != FAULTS.keys() or defects != known)
    assert min(struck.values()) > 0
    assert {row[0]: count(row[1]) for row in rows(text, "Answers nobody knows")} == SIZES
    races = {row[0].lower(): [int(number) for number in row[-2:]] for row in rows(text, "Races")}
    assert races == {name: [100, 100] for name in CONTESTS}
    assert count(re.findall(r"([\d,]+) schedules", text)[0]) >= 10_000
