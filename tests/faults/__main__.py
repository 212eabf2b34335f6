# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""All of this directory, the races of playbooks, bad input and abuse at full length, and the bugs put back.

What each part at full length came to is kept in ``tests/faults/results.json``, so that the parts can run on different
days. When all of it was done at full length on the same code, and passed, ``docs/reliability.md`` is written.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree

ROOT: Final = Path(__file__).resolve().parents[2]
# What there is of each part at full length.
FULL: Final[Mapping[str, int]] = {
    "schedules": 10_000,
    "plays": 200,
    "stride": 1,
    "rounds": 100,
    "playbook_rounds": 100,
    "scale": 2,
    "seconds": 60,
}


def _options() -> argparse.Namespace:
    from faults.report import PARTS

    parser = argparse.ArgumentParser(prog="tests/faults", description="Search for faults that are not survived.")
    for name, about in (
        ("schedules", "random schedules"),
        ("plays", "random events by playbooks"),
        ("stride", "every so-manieth combination"),
        ("rounds", "of each race of 16 jobs on the client"),
        ("playbook_rounds", "of each race of 16 playbooks"),
        ("scale", "times the usual number of bad inputs"),
        ("seconds", "of fuzzing for each target"),
    ):
        option = f"--{name.replace('_', '-')}"
        parser.add_argument(option, type=int, default=FULL[name], help=f"{about} (default: %(default)s)")
    parser.add_argument("--workers", type=int, default=os.cpu_count(), help="processes (default: %(default)s)")
    parser.add_argument("--only", choices=tuple(PARTS), nargs="+", default=tuple(PARTS), help="only these parts")
    return parser.parse_args()


def _pytest(part: str, *arguments: str, **variables: int) -> dict[str, Any]:
    environment = {**os.environ, **{name: str(value) for name, value in variables.items()}, "FAULTS_PART": part}
    report = ROOT / f".build/{part}.xml"
    report.unlink(missing_ok=True)
    command = [sys.executable, "-m", "pytest", "-q", "--show-capture=no", f"--junit-xml={report}", *arguments]
    passed = subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode == 0
    suite = ElementTree.parse(report).getroot().find("testsuite") if report.exists() else None
    if suite is None:
        return {"passed": False, "tests": 0}
    return {"passed": passed, "tests": int(suite.attrib["tests"]) - int(suite.attrib["skipped"])}


def _mutants(workers: int) -> dict[str, Any]:
    from faults.mutants import judge_all

    verdicts = [asdict(verdict) for verdict in judge_all(workers)]
    return {"passed": all(verdict["found_after"] is not None for verdict in verdicts), "verdicts": verdicts}


def _fuzz(seconds: int) -> dict[str, Any]:
    command = [sys.executable, "tests/abuse/fuzz.py", "--seconds", str(seconds)]
    ran = subprocess.run(command, cwd=ROOT, check=False, stdout=subprocess.PIPE, text=True)
    print(ran.stdout, end="")
    found = dict(line.split(": ", 1) for line in ran.stdout.splitlines() if " inputs, " in line)
    inputs = {target: int(text.split()[0]) for target, text in found.items()}
    return {"passed": ran.returncode == 0 and bool(inputs), "inputs": inputs}


def _carry_out(part: str, options: argparse.Namespace) -> dict[str, Any]:
    workers = ("-n", str(options.workers), "--dist", "worksteal")
    match part:
        case "schedules":
            files = [f"tests/faults/test_{name}.py" for name in ("schedules", "events", "plays")]
            number = options.schedules
            numbers = {"FAULTS_SCHEDULES": number, "FAULTS_EVENTS": number // 5, "FAULTS_PLAYS": options.plays}
            return _pytest(part, *files, *workers, **numbers)
        case "product":
            return _pytest(part, "tests/faults/test_product.py", *workers, FAULTS_STRIDE=options.stride)
        case "races":
            return _pytest(part, "tests/faults/test_races.py", *workers, FAULTS_ROUNDS=options.rounds)
        case "playbooks":
            contests, rounds = "tests/integration/test_contests.py", options.playbook_rounds
            return _pytest(part, contests, FAULTS_PLAYBOOKS=16, FAULTS_PLAYBOOK_ROUNDS=rounds)
        case "abuse":
            return _pytest(part, "tests/abuse", *workers, EVENTOPS_SCALE=options.scale)
        case "fuzz":
            return _fuzz(options.seconds)
        case _:
            return _mutants(options.workers)


def main() -> int:
    """The exit status: 0 when every promise was kept, and every bug noticed."""
    sys.path[0] = str(ROOT / "tests")
    from faults.figures import added_up, forget
    from faults.report import DOCUMENT, code, document, keep, kept

    options = _options()
    full = all(getattr(options, name) == value for name, value in FULL.items())
    failed = []
    for part in options.only:
        print(f"\n==> {part}", flush=True)
        began = time.monotonic()
        forget(part)
        searched = code()
        found = {**_carry_out(part, options), "full": full, "code": searched, "figures": added_up(part)}
        found["seconds"] = round(time.monotonic() - began)
        if full:
            keep(part, found)
        failed += [] if found["passed"] else [part]
        print(f"{part}: {'passed' if found['passed'] else 'FAILED'}, {found['seconds']} s", flush=True)
    text = document(kept())
    if text is None:
        print("Nothing is written: a part is missing, was cut short, failed, or was about other code")
    else:
        DOCUMENT.write_text(text, encoding="utf-8")
        print(f"Written: {os.path.relpath(DOCUMENT)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
