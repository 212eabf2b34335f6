# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fuzz what reads foreign data, with coverage as the guide: the answers of a server, and schedules.

Needs atheris (PyPI), which exists for some Pythons on Linux only and is installed here when it is missing. The seeds
are those that every test run tries again; what breaks is written to .build/fuzz, to be added to them.
"""

from __future__ import annotations

import argparse
import importlib.util
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PLACE = ROOT / ".build/fuzz"
TARGETS = ("wire", "published")
REQUIREMENT = "atheris~=3.0"


def available() -> bool:
    """Whether atheris is there, or could be installed."""
    if importlib.util.find_spec("atheris") is None:
        pip = [sys.executable, "-m", "pip", "install", "-qq", "--disable-pip-version-check", "--only-binary", ":all:"]
        subprocess.run([*pip, REQUIREMENT], check=False)
        importlib.invalidate_caches()
    return importlib.util.find_spec("atheris") is not None


def fuzz(target: str, arguments: list[str]) -> None:
    """Fuzz one target in this process, which ends with it."""
    import atheris

    sys.path[:0] = [str(ROOT / ".build"), str(ROOT / "tests")]
    with atheris.instrument_imports(include=["ansible_collections.eventops", "json"]):
        module = __import__(f"abuse.{target}", fromlist=["read"])
    seeds = PLACE / target / "seeds"
    seeds.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(module.SEEDS):
        (seeds / str(number)).write_bytes(seed)
    atheris.Setup([sys.argv[0], *arguments, str(PLACE / target / "found"), str(seeds)], module.read)
    atheris.Fuzz()


def main() -> int:
    """Fuzz all targets, each in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=60, help="for each target (default: %(default)s)")
    parser.add_argument("--target", choices=TARGETS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.target:
        artifacts = f"-artifact_prefix={PLACE / options.target}/"
        (PLACE / options.target / "found").mkdir(parents=True, exist_ok=True)
        fuzz(options.target, [f"-max_total_time={options.seconds}", "-max_len=8192", "-print_final_stats=1", artifacts])
        return 0
    if not available():
        print(f"Not fuzzed: there is no atheris for {sys.version.split()[0]} here. The seeds are part of make abuse.")
        return 0
    failed = []
    for target in TARGETS:
        command = [sys.executable, __file__, "--target", target, "--seconds", str(options.seconds)]
        ran = subprocess.run(command, check=False, capture_output=True, text=True)
        output = ran.stdout + ran.stderr
        tried = next((line.split()[-1] for line in output.splitlines() if "number_of_executed_units" in line), "?")
        print(f"{target}: {tried} inputs, {'FAILED' if ran.returncode else 'no failure'}")
        if ran.returncode:
            print(*output.splitlines()[-60:], sep="\n")
        failed += [target] if ran.returncode else []
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
