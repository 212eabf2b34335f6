# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Measures the collection beside other ways to do the same, and writes docs/performance.md.

Exits with 1 when something failed, or cost more requests than it may; never because of a time.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

if not __package__:
    # Run as a directory: ``bench`` and ``simulator`` are packages beside each other.
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from bench.cases import all_cases, quick_cases
from bench.contenders import set_up
from bench.machine import describe
from bench.measure import measure
from bench.report import DOCUMENT, document, summary, verdict
from bench.service import service


def main() -> int:
    """Measure, print the summary, and write the document. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one round of less; writes nothing")
    quick = parser.parse_args().quick
    facts, started = describe(), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="bench-") as home, service() as simulator:
        results = measure(set_up(simulator, Path(home)), quick_cases() if quick else all_cases())
    print(f"\n{summary(results)}\n\n{verdict(results)}\n")
    if results.problems:
        print(*results.problems, sep="\n", file=sys.stderr)
        return 1
    text = document(results, facts, (time.monotonic() - started) / 60)
    if quick:
        print("This was one short round: its counts are right, its times say little.")
    else:
        DOCUMENT.write_text(text, encoding="utf-8")
        print(f"Written: {DOCUMENT}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
