# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What was left out is told at the end, once for each reason."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from not_run import note, told

TESTS = Path(__file__).resolve().parents[1]
SKIPPED = """
import pytest

@pytest.mark.skip(reason="pages in a browser: install one")
@pytest.mark.parametrize("number", range(3))
def test_it(number):
    pass
"""


def test_each_reason_once_with_its_number(tmp_path: Path) -> None:
    """Several targets of make may leave out the same."""
    notes = tmp_path / "build/notes.txt"
    assert told(notes) == []
    note("published schedules: none", 2, notes)
    note("a browser:\ninstall one", notes=notes)
    note("published schedules: none", 3, notes)
    assert told(notes) == ["1 left out: a browser: install one", "5 left out: published schedules: none"]


def test_pytest_notes_what_it_skips(tmp_path: Path) -> None:
    """With the processes of pytest-xdist, too: once."""
    notes = tmp_path / "notes.txt"
    (tmp_path / "test_it.py").write_text(SKIPPED)
    command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "-p", "conftest", "-c", "/dev/null", "test_it.py"]
    environment = {**os.environ, "PYTHONPATH": str(TESTS), "EVENTOPS_NOT_RUN": str(notes)}
    ran = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert told(notes) == ["3 left out: pages in a browser: install one"]
