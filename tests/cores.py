# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run tests with every other supported ansible-core that can be installed here.

Each gets an environment of its own below ``.build``, made with the newest Python on this machine that it supports.
``--ends`` takes the oldest and the newest only; ``--sanity`` runs ``ansible-test sanity`` instead of pytest.
Other arguments are handed on.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
import sys
from pathlib import Path

import not_run
from pythons import interpreter

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / ".build"
REQUIREMENTS = ROOT / "requirements/test.txt"
# Release, pip's requirement, Pythons that it supports as a controller.
CORES = [
    ("2.18", "ansible-core~=2.18.0", ("3.13", "3.12", "3.11")),
    ("2.19", "ansible-core~=2.19.0", ("3.13", "3.12", "3.11")),
    ("2.20", "ansible-core~=2.20.0", ("3.14", "3.13", "3.12")),
    ("2.21", "ansible-core~=2.21.0", ("3.14", "3.13", "3.12")),
    ("2.22", "ansible-core>=2.22.0rc1,<2.23", ("3.14", "3.13")),
]
EVERYWHERE = ["tests/integration/test_modes.py", "-m", "cores"]
# What differs from the oldest to the newest has differed by now: not run in between.
AT_BOTH_ENDS = ["tests/integration", "tests/abuse", "-m", "cores"]


def environment(release: str, requirement: str, python: str) -> Path:
    """The environment with that core; made when it is missing or its requirements have changed."""
    place = BUILD / f"core-{release}"
    stamp = place / "requirements"
    wanted = hashlib.sha256(f"{requirement} {python} {REQUIREMENTS.read_text()}".encode()).hexdigest()
    # Two targets of make may need it at once.
    with (BUILD / f"core-{release}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not stamp.exists() or stamp.read_text() != wanted:
            subprocess.run([python, "-m", "venv", "--clear", place], check=True)
            pip = [place / "bin/python", "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
            subprocess.run([*pip, requirement, "-r", REQUIREMENTS], check=True)
            stamp.write_text(wanted)
    return place


def main(arguments: list[str]) -> int:
    """All cores but the one that runs this; those that cannot be installed are named."""
    import ansible.release

    ends = CORES[:1] + CORES[-1:]
    cores = ends if "--ends" in arguments else CORES
    sanity = "--sanity" in arguments
    arguments = [argument for argument in arguments if argument not in ("--ends", "--sanity")]
    failed, missing = [], []
    for release, requirement, pythons in cores:
        if ansible.release.__version__.startswith(f"{release}."):
            continue
        python = next((found for version in pythons if (found := interpreter(version))), None)
        if python is None:
            missing.append(f"{release} (no Python {' or '.join(reversed(pythons))})")
            continue
        try:
            place = environment(release, requirement, python)
        except subprocess.CalledProcessError:
            missing.append(f"{release} (pip cannot install {requirement})")
            continue
        print(f"--- ansible-core {release}, {python}", flush=True)
        tests = AT_BOTH_ENDS if (release, requirement, pythons) in ends else EVERYWHERE
        variables = {**os.environ, "EVENTOPS_CORE": release, "PATH": f"{place / 'bin'}:{os.environ['PATH']}"}
        pytest = ["-m", "pytest", "-n", "2", "--dist", "worksteal", "-q", *(arguments or tests)]
        command = [place / "bin/python", *([ROOT / "tests/sanity.py", *arguments] if sanity else pytest)]
        if subprocess.run(command, cwd=ROOT, env=variables, check=False).returncode:
            failed.append(release)
    for reason in missing:
        print(f"--- not tested: ansible-core {reason}")
        not_run.note(f"{'sanity' if sanity else 'tests'} with ansible-core {reason}")
    print(f"--- failed: {', '.join(failed)}" if failed else "--- all cores passed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
