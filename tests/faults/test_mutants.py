# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The defects that ``make test-faults`` puts back fit the code as it is, and what is made of a search's output."""

from __future__ import annotations

from pathlib import Path

import pytest

from faults.mutants import MUTANTS, ROOT, SCHEDULES, Mutant, Search, search_in, verdict_on


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_mutant_fits(mutant: Mutant) -> None:
    """There is one place for it."""
    assert (ROOT / mutant.file).read_text().count(mutant.good) == 1


MUTANT = Mutant("a defect", "file", "good", "bad")


def test_names_are_unique() -> None:
    """The table has them in its rows."""
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS)


@pytest.mark.parametrize("search", dict.fromkeys(mutant.search for mutant in MUTANTS), ids=lambda search: search.name)
def test_a_search_exists(search: Search) -> None:
    """Where its node says."""
    assert (ROOT / search.node.partition("::")[0]).is_file()


def test_a_verdict() -> None:
    """Only a promise that was broken is a find."""
    output = "E   AssertionError: ann created two\nE   More: text\n\nFAILED tests/faults/x.py::test_x[3] - Ass\n"
    verdict = verdict_on(MUTANT, output, 12)
    assert (verdict.found_after, verdict.message) == (13, "AssertionError: ann created two")
    assert (verdict.search, verdict.unit) == (SCHEDULES.name, "schedule")
    assert verdict_on(MUTANT, "E  | simulator.stage.Hang: ann", 1).found_after == 2
    assert verdict_on(MUTANT, "E       assert 1 == 2", 1).found_after == 2
    assert verdict_on(MUTANT, "E   TypeError: missing\nFAILED tests/faults/x.py::test_x", 0).found_after is None
    assert verdict_on(MUTANT, "500 passed in 3 s", 500).found_after is None


TESTS = """
from hypothesis import Phase, given, seed, settings, strategies as st
from faults.figures import FIGURES, figures

@seed(1)
@settings(max_examples=30, database=None, phases=[Phase.generate], report_multiple_bugs=False)
@given(st.integers(0, 1000))
def test_driven(number):
    assert number < 900

def test_counted(figures):
    for number in range(10):
        assert number < 7
        FIGURES.count("rounds", "of this")
"""


@pytest.mark.parametrize(("test", "counted"), [("test_driven", None), ("test_counted", "rounds")])
def test_how_many_passed(tmp_path: Path, test: str, counted: str | None) -> None:
    """As the search counts by itself, or as Hypothesis does."""
    (tmp_path / "tests").symlink_to(ROOT / "tests")
    (tmp_path / ".build").mkdir()
    (tmp_path / "test_it.py").write_text(TESTS)
    (tmp_path / "pytest.ini").write_text("[pytest]\npythonpath = tests\n")
    output, passed = search_in(tmp_path, Search("it", f"test_it.py::test_{test.partition('_')[2]}", "round", counted))
    assert "FAILED test_it.py" in output
    if counted:
        assert passed == 7
    else:
        assert f"- {passed} passing, 1 failing" in output
