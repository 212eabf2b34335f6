# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bugs put back on purpose: with each of them, the random schedules have to fail.

A mutant is a change to one place of a copy of the collection, in a directory of its own.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
UTILS: Final = "plugins/module_utils"


@dataclass(frozen=True)
class Mutant:
    """A bug: in ``file``, ``good`` becomes ``bad``."""

    name: str
    file: str
    good: str
    bad: str


MUTANTS: Final = (
    Mutant(
        "a blind POST retry",
        f"{UTILS}/retry.py",
        'READS = frozenset({"GET"})',
        'READS = frozenset({"GET", "POST"})',
    ),
    Mutant(
        "a page lost",
        f"{UTILS}/api.py",
        "        if not keys or self._stuck",
        "        if len(keys) < PAGE_SIZE or self._stuck",
    ),
    Mutant(
        "a stale list trusted",
        f"{UTILS}/reconcile/writing.py",
        "                self.context.clock.sleep(SETTLE)\n                found = settled()\n",
        "",
    ),
    Mutant(
        "a key in a diff",
        f"{UTILS}/reconcile/livestream.py",
        '"after": self.current.public()}',
        '"after": {**self.current.public(), "stream_key": self.current.stream_key}}',
    ),
    Mutant(
        "a wait without deadline",
        f"{UTILS}/reconcile/livestream.py",
        "                if wait.remaining <= 0:\n                    raise watch.timed_out()\n",
        "",
    ),
)


@dataclass(frozen=True)
class Verdict:
    """What the schedules made of a mutant: which batch noticed it, and how."""

    mutant: str
    batch: int | None
    message: str


def put_back(mutant: Mutant, place: Path) -> None:
    """A copy of the collection with a bug."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for name in listed.splitlines():
        if (ROOT / name).is_file():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, place / name)
    collection = place / ".build/ansible_collections/eventops"
    collection.mkdir(parents=True)
    (collection / "cloudflare").symlink_to(place)
    source = (place / mutant.file).read_text()
    assert source.count(mutant.good) == 1, f"{mutant.name}: {mutant.file} has changed"
    (place / mutant.file).write_text(source.replace(mutant.good, mutant.bad))


def judge(mutant: Mutant) -> Verdict:
    """Run the fixed schedules until one fails."""
    with tempfile.TemporaryDirectory() as directory:
        place = Path(directory) / "copy"
        put_back(mutant, place)
        build = str(place / ".build")
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("FAULTS_")},
            "ANSIBLE_COLLECTIONS_PATH": build,
            "PYTHONPATH": build,
            "FAULTS_SHRINK": "0",
        }
        command = [
            sys.executable,
            "-m",
            "pytest",
            "tests/faults/test_schedules.py",
            "-x",
            "-q",
            "-p",
            "no:cacheprovider",
        ]
        ran = subprocess.run(command, cwd=place, env=environment, check=False, capture_output=True, text=True)
    failed = re.search(r"FAILED \S+test_schedules\[(\d+)\]", ran.stdout)
    reasons = re.findall(r"^E +(?:\| )?((?:\w+\.)*(?:AssertionError|Hang|\w+Error): .+)", ran.stdout, re.MULTILINE)
    return Verdict(mutant.name, int(failed[1]) if failed else None, reasons[0] if reasons else ran.stdout[-300:])


def judge_all() -> list[Verdict]:
    """All mutants, and a line for each."""
    verdicts = []
    for mutant in MUTANTS:
        verdict = judge(mutant)
        noticed = "NOT NOTICED" if verdict.batch is None else f"noticed in batch {verdict.batch}"
        print(f"{verdict.mutant}: {noticed}: {verdict.message[:200]}", flush=True)
        verdicts.append(verdict)
    return verdicts
