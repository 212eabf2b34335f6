# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs a program, and tells how long it took, and its CPU time and memory, those of its children included."""

from __future__ import annotations

import contextlib
import re
import resource
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

PROC: Final = Path("/proc")
# Seconds between two looks at the memory of all processes. A look takes about 0.2 ms.
INTERVAL: Final = 0.02
# So many looks from one that also tells what is shared to the next; that takes about 1 ms for each 100 MB.
THOROUGH: Final = 10
# So many of those make a peak.
ENOUGH: Final = 5
LONGEST: Final = 900  # seconds
HIGH_WATER: Final = re.compile(r"^VmHWM:\s+(\d+) kB$", re.MULTILINE)
PROPORTIONAL: Final = re.compile(r"^Pss:\s+(\d+) kB$", re.MULTILINE)


class Failed(Exception):
    """A contender did not do its work; the text says how it ended."""


class Ran(NamedTuple):
    """A program that has ended. ``seconds``: from its start to its end; ``cpu``: seconds that cores worked for it.

    The others are peaks of the memory of the process and its descendants, in bytes; 0 where they are not known.
    ``resident``: the largest sum of the peaks of resident memory. Every page that processes share counts once for each
    of them, so that this is an upper bound. ``proportional``: the largest sum seen in which such a page counts once;
    not for a run in which it was seen a few times only.
    """

    seconds: float
    cpu: float
    resident: int
    proportional: int
    output: str


def _tree(pid: int) -> Iterator[int]:
    yield pid
    # Whatever ends meanwhile is not counted.
    with contextlib.suppress(OSError):
        for thread in (PROC / str(pid) / "task").iterdir():
            for child in (thread / "children").read_text().split():
                yield from _tree(int(child))


def _memory(pids: Sequence[int], name: str, line: re.Pattern[str]) -> int:
    """The sum of what a file of each process says, in bytes."""
    total = 0
    for pid in pids:
        with contextlib.suppress(OSError):
            found = line.search((PROC / str(pid) / name).read_text())
            total += int(found[1]) * 1024 if found else 0
    return total


def _cpu_of_children() -> float:
    """Seconds, user and system, of all children that have ended, and of their own."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def run(command: Sequence[str], env: Mapping[str, str], cwd: Path, given: str = "") -> Ran:
    """Run a program to its end; ``given`` is its standard input. Its output goes to pipes. Raises Failed."""
    resident, shares, pipe = [0], [0], subprocess.PIPE
    started, cpu = time.perf_counter(), _cpu_of_children()
    with subprocess.Popen(command, env=env, cwd=cwd, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as process:
        while True:
            try:
                output, errors = process.communicate(given if len(resident) == 1 else None, timeout=INTERVAL)
                break
            except subprocess.TimeoutExpired:
                pids = list(_tree(process.pid))
                resident.append(_memory(pids, "status", HIGH_WATER))
                if len(resident) % THOROUGH == 0:
                    shares.append(_memory(pids, "smaps_rollup", PROPORTIONAL))
                if time.perf_counter() - started > LONGEST:
                    process.kill()
    seconds = time.perf_counter() - started
    if process.returncode:
        ending = "\n".join((output + errors).strip().splitlines()[-15:])
        raise Failed(f"{Path(command[0]).name} ended with {process.returncode}:\n{ending}")
    proportional = max(shares) if len(shares) > ENOUGH else 0
    return Ran(seconds, _cpu_of_children() - cpu, max(resident), proportional, output)
