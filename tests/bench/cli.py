# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The command line of the benchmark."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from bench import machine
from bench.cases import Group, all_cases, quick_cases
from bench.contenders import Stage
from bench.measure import Bench
from bench.report import QUICK, Setting, document, summary, verdict
from bench.service import ROOT, service

DOCUMENT: Final = ROOT / "docs/performance.md"


def _parser() -> argparse.ArgumentParser:
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
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print the summary, and write the document. Returns the exit status."""
    options = _parser().parse_args(arguments)
    cases = quick_cases() if options.quick else all_cases()
    if options.only:
        cases = [case for case in cases if case.group.value in options.only]
    partial = options.quick or options.only
    output: Path | None = options.output or (None if partial else DOCUMENT)
    load, started = machine.load(), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="bench-") as home, service() as control:
        results = Bench(Stage(control, Path(home))).run(cases)
    problems = [*results.failures, *results.excesses]
    command = " ".join(["make bench", *(["ARGS=--quick"] if options.quick else [])])
    setting = Setting(machine.describe(), load, (time.monotonic() - started) / 60, command, options.quick)
    print(f"\n{summary(results)}\n\n{verdict(results)}\n")
    if options.quick:
        print(f"{QUICK}\n")
    if output is not None and (options.output or not problems):
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(document(results, setting), encoding="utf-8")
        print(f"Written: {os.path.relpath(output)}")
    for contender, reason in results.skipped.items():
        print(f"SKIPPED: {contender.value}: {reason}", file=sys.stderr)
    for text in problems:
        print(f"FAILED: {text}", file=sys.stderr)
    return 1 if problems else 0
