# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Everything in this directory at full length, and the bugs put back; the figures go to ``.build/faults.json``.

python tests/faults [--schedules 10000] [--stride 1] [--rounds 100] [--playbook-rounds 5] [--workers 2]
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("schedules", "product", "races", "playbooks", "mutants")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests/faults", description="Search for faults that are not survived.")
    parser.add_argument("--schedules", type=int, default=10_000, help="random schedules (default: %(default)s)")
    parser.add_argument("--stride", type=int, default=1, help="every so-manieth combination (default: all)")
    parser.add_argument("--rounds", type=int, default=100, help="of 16 jobs on the client (default: %(default)s)")
    parser.add_argument("--playbook-rounds", type=int, default=5, help="of 16 playbooks (default: %(default)s)")
    parser.add_argument("--workers", type=int, default=os.cpu_count(), help="processes (default: %(default)s)")
    parser.add_argument("--only", choices=PARTS, nargs="+", default=PARTS, help="only these parts")
    return parser.parse_args()


def _pytest(*arguments: str, **variables: int) -> bool:
    environment = {**os.environ, **{name: str(value) for name, value in variables.items()}}
    command = [sys.executable, "-m", "pytest", "-q", "--show-capture=no", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode == 0


def main() -> int:
    """The exit status: 0 when every promise was kept, and every bug noticed."""
    sys.path[0] = str(ROOT / "tests")
    from faults.figures import BUILD, added_up, forget
    from faults.mutants import judge_all

    options = _options()
    forget()
    workers = ("-n", str(options.workers), "--dist", "worksteal")
    good: dict[str, bool] = {}
    seconds: dict[str, float] = {}
    verdicts = []
    for part in options.only:
        print(f"\n==> {part}", flush=True)
        began = time.monotonic()
        if part == "schedules":
            good[part] = _pytest("tests/faults/test_schedules.py", *workers, FAULTS_SCHEDULES=options.schedules)
        elif part == "product":
            good[part] = _pytest("tests/faults/test_product.py", *workers, FAULTS_STRIDE=options.stride)
        elif part == "races":
            good[part] = _pytest("tests/faults/test_races.py", *workers, FAULTS_ROUNDS=options.rounds)
        elif part == "playbooks":
            rounds = options.playbook_rounds
            contests = "tests/integration/test_contests.py"
            good[part] = _pytest(contests, FAULTS_PLAYBOOKS=16, FAULTS_PLAYBOOK_ROUNDS=rounds)
        else:
            verdicts = judge_all()
            good[part] = all(verdict.batch is not None for verdict in verdicts)
        seconds[part] = round(time.monotonic() - began)
    figures = {
        "passed": good,
        "seconds": seconds,
        "figures": added_up(),
        "mutants": [asdict(verdict) for verdict in verdicts],
    }
    path = BUILD / "faults.json"
    path.write_text(json.dumps(figures, indent=2) + "\n")
    for subject, kinds in figures["figures"].items():
        print(f"{subject}: {sum(kinds.values())} in {len(kinds)} kinds" if len(kinds) > 8 else f"{subject}: {kinds}")
    print(f"{path.relative_to(ROOT)}: {'all passed' if all(good.values()) else 'FAILED'}: {good}")
    return 0 if all(good.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
