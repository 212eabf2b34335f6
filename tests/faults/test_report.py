# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``docs/reliability.md`` says what was found, about the search as it is now."""

from __future__ import annotations

import re
from typing import Any

import pytest

from faults.contests import CONTESTS
from faults.mutants import MUTANTS
from faults.report import DOCUMENT, GROWN, PARTS, document
from faults.test_product import SIZES
from simulator.catalogue import FAULTS

RACES = dict.fromkeys(CONTESTS, 100)
FOUND: dict[str, dict[str, Any]] = {
    "schedules": {
        "figures": {
            "schedules": {"tried": 10_042},
            "events": {"tried": 2_001},
            "event runs": {"changed": 5_000, "unchanged": 4_000},
            "tasks": {"realtime_livestream": 7, "realtime_meeting": 8},
            "requests": {"sent": 1_234, "blocked": 5_056},
            "networks": {"http": 3_001, "https": 3_002, "proxy": 4_039},
            "faults": {"429": 3, "reset, done": 2_000},
            "outcomes": {"changed": 1, "unchanged": 2, "failed": 3},
            "actors": {"1": 4, "2": 5, "3": 6},
            "orders": {"one actor": 4, "free": 7, "drawn": 8},
        }
    },
    "product": {"figures": {"combinations": dict.fromkeys(SIZES, 10), "combinations there are": dict(SIZES)}},
    "races": {"figures": {"races of 16 jobs": RACES}},
    "playbooks": {"figures": {"races of 16 playbooks": RACES}},
    "abuse": {"tests": 333, "figures": {"inputs": {"realtime_livestream": 5_000}, "kills": {"start": 12}}},
    "fuzz": {"inputs": {"wire": 70_001, "published": 80_002}},
    "mutants": {
        "verdicts": [
            {
                "mutant": "a page lost",
                "search": "random schedules",
                "unit": "schedule",
                "found_after": 1_003,
                "message": "AssertionError: created | twice",
            }
        ]
    },
}
for found in FOUND.values():
    found.update(passed=True, full=True, seconds=90, code="abc")


def test_the_figures_are_in_it() -> None:
    """All that was counted."""
    text = document(FOUND)
    assert text is not None
    figures = (
        "10,042",
        "2,001 further schedules",
        "9,000 times",
        "1,234",
        "2,003 went wrong in 2 ways",
        "| reset, done | 2,000 |",
        "500 races of 5 kinds",
    )
    for figure in (
        *figures,
        "8,000 processes",
        "5,000 inputs to options, 12 kills, 333 tests",
        "70,001",
        "80,002",
        "150,003",
        "3,001",
        "5,056",
        "4,039",
    ):
        assert figure in text, figure
    assert "| A page lost | random schedules | 1,003 schedules | `created / twice` |" in text


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("lack", ["passed", "full", "code", "all of it"])
def test_nothing_is_written_of_less(part: str, lack: str) -> None:
    """Of a part that failed, that was cut short, that was about other code, or that was left out."""
    parts = {name: dict(values) for name, values in FOUND.items()}
    if lack == "all of it":
        del parts[part]
    else:
        parts[part][lack] = False
    assert document(parts) is None


def rows(text: str, title: str) -> list[list[str]]:
    """The rows of the first table below a heading."""
    below = text.partition(f"\n## {title}\n")[2]
    lines = re.search(r"(?:^\|.*\n)+", below, re.MULTILINE)
    assert lines, title
    return [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in lines[0].splitlines()[2:]]


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
    grown = struck.keys() != FAULTS.keys() or defects != known
    assert (GROWN in " ".join(text.split())) is grown
    assert min(struck.values()) > 0
    assert {row[0]: count(row[1]) for row in rows(text, "Answers nobody knows")} == SIZES
    races = {row[0].lower(): [int(number) for number in row[-2:]] for row in rows(text, "Races")}
    assert races == {name: [100, 100] for name in CONTESTS}
    schedules = re.search(r"([\d,]+) schedules", text)
    assert schedules
    assert count(schedules[1]) >= 10_000
