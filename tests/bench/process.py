# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs a program, and tells how long it took, and its CPU time and memory, those of its children included."""

from __future__ import annotations

import contextlib
import re
import resource
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

PROC: Final = Path("/proc")
# Seconds between two looks at the memory of all processes. A look takes about 0.2 ms.
INTERVAL: Final = 0.02
# So many looks from one that also tells what is shared to the next; that takes about 1 ms for each 100 MB.
THOROUGH: Final = 10
# So many of those make a peak.
ENOUGH: Final = 5
HIGH_WATER: Final = re.compile(r"^VmHWM:\s+(\d+) kB$", re.MULTILINE)
PROPORTIONAL: Final = re.compile(r"^Pss:\s+(\d+) kB$", re.MULTILINE)


@dataclass(frozen=True)
class Memory:
    """Peaks of a process and its descendants, in bytes; None where they are not known.

    ``resident``: the largest sum of the peaks of resident memory. Every page that processes share counts once for each
    of them, so that this is an upper bound. ``proportional``: the largest sum seen in which such a page counts once;
    not for a run in which it was seen a few times only.
    """

    resident: int | None = None
    proportional: int | None = None


@dataclass(frozen=True)
class Ran:
    """A program that has ended. ``seconds``: from its start to its end; ``cpu``: seconds that cores worked for it."""

    seconds: float
    cpu: float
    memory: Memory
    returncode: int
    output: str
    errors: str

    @property
    def ending(self) -> str:
        """What it said last."""
        return "\n".join((self.output + self.errors).strip().splitlines()[-15:])


class Watcher(threading.Thread):
    """Looks at a process and its descendants while they run, where there is a /proc."""

    def __init__(self, pid: int) -> None:
        super().__init__(name="memory", daemon=True)
        self._pid = pid
        self._over = threading.Event()
        self._resident = self._proportional = self._thorough = 0

    def run(self) -> None:
        """Look, until told to stop."""
        looks = 0
        while not self._over.wait(INTERVAL):
            looks += 1
            pids = list(_tree(self._pid))
            self._resident = max(self._resident, sum(_kilobytes(pid, "status", HIGH_WATER) for pid in pids))
            if looks % THOROUGH == 0:
                shares = sum(_kilobytes(pid, "smaps_rollup", PROPORTIONAL) for pid in pids)
                self._proportional = max(self._proportional, shares)
                self._thorough += 1

    def stop(self) -> Memory:
        """The peaks."""
        self._over.set()
        self.join()
        seen_often = self._thorough >= ENOUGH
        return Memory(self._resident * 1024 or None, self._proportional * 1024 or None if seen_often else None)


def _tree(pid: int) -> Iterator[int]:
    yield pid
    # Whatever ends meanwhile is not counted.
    with contextlib.suppress(OSError):
        for thread in (PROC / str(pid) / "task").iterdir():
            for child in (thread / "children").read_text().split():
                yield from _tree(int(child))


def _kilobytes(pid: int, name: str, line: re.Pattern[str]) -> int:
    with contextlib.suppress(OSError):
        found = line.search((PROC / str(pid) / name).read_text())
        return int(found[1]) if found else 0
    return 0


def _cpu_of_children() -> float:
    """Seconds, user and system, of all children that have ended, and of their own."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def run(
    command: Sequence[str],
    *,
    env: Mapping[str, str],
    cwd: Path,
    given: str = "",
    timeout: float = 900,
) -> Ran:
    """Run a program to its end; ``given`` is its standard input. Its output goes to pipes."""
    started, cpu = time.perf_counter(), _cpu_of_children()
    with subprocess.Popen(
        command,
        env=dict(env),
        cwd=cwd,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        watcher = Watcher(process.pid)
        watcher.start()
        try:
            output, errors = process.communicate(given, timeout=timeout)
        except BaseException:
            process.kill()
            raise
        finally:
            seconds = time.perf_counter() - started
            memory = watcher.stop()
    return Ran(seconds, _cpu_of_children() - cpu, memory, process.returncode, output, errors)
