# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The command line of the benchmark: ``python tests/bench``."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

if not __package__:
    # Run as a directory: ``bench`` and ``simulator`` are packages beside each other.
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from bench.cases import Group, all_cases, quick_cases
from bench.contenders import Stage
from bench.machine import describe
from bench.measure import Bench
from bench.report import QUICK, document, summary, verdict
from bench.service import ROOT, service


def main() -> int:
    """Measure, print the summary, and write the document. Returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="bench",
        description="Measures the collection beside other ways to do the same. Exits with 1 when something failed, or "
        "cost more requests than it may; never because of a time.",
    )
    parser.add_argument("--quick", action="store_true", help="one round of less; writes nothing unless told where")
    parser.add_argument(
        "--only",
        action="append",
        choices=[group.value for group in Group],
        help="only this group (may be repeated); writes nothing unless told where",
    )
    parser.add_argument("--output", type=Path, metavar="FILE", help="where to write (default: docs/performance.md)")
    options = parser.parse_args()
    cases = quick_cases() if options.quick else all_cases()
    if options.only:
        cases = [case for case in cases if case.group.value in options.only]
    output: Path | None = options.output or (None if options.quick or options.only else ROOT / "docs/performance.md")
    facts, started = describe(), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="bench-") as home, service() as simulator:
        results = Bench(Stage(simulator, Path(home))).run(cases)
    print(f"\n{summary(results)}\n\n{verdict(results)}\n{QUICK if options.quick else ''}\n")
    if output is not None and (options.output or not results.problems):
        text = document(results, facts, (time.monotonic() - started) / 60, options.quick)
        output.write_text(text, encoding="utf-8")
        print(f"Written: {output}")
    for text in results.problems:
        print(f"FAILED: {text}", file=sys.stderr)
    return 1 if results.problems else 0


if __name__ == "__main__":
    sys.exit(main())
