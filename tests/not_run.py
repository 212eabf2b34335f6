# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What was not run for want of something, such as a browser or another Python: noted when left out, told at the end.

``make test`` begins with ``--forget`` and ends without arguments.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NOTES = Path(os.environ.get("EVENTOPS_NOT_RUN", ROOT / ".build/not-run.txt"))


def note(reason: str, number: int = 1, notes: Path = NOTES) -> None:
    """Keep why some tests were left out, and how many."""
    notes.parent.mkdir(parents=True, exist_ok=True)
    # One write of one line: two targets of make may do this at once.
    with notes.open("a", encoding="utf-8") as file:
        file.write(f"{number} {' '.join(reason.split())}\n")


def told(notes: Path = NOTES) -> list[str]:
    """A line for each reason, in the order of the alphabet."""
    numbers: Counter[str] = Counter()
    for line in notes.read_text(encoding="utf-8").splitlines() if notes.exists() else []:
        number, _space, reason = line.partition(" ")
        numbers[reason] += int(number)
    return [f"{number} left out: {reason}" for reason, number in sorted(numbers.items())]


def main(arguments: list[str]) -> int:
    """The exit status."""
    if arguments == ["--forget"]:
        NOTES.unlink(missing_ok=True)
        return 0
    lines = told()
    if lines:
        print("\n==> Not run here:", *lines, sep="\n  ")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
