# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The simulator in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from simulator.client import Control
from simulator.operations import PREFIX

ROOT: Final = Path(__file__).resolve().parents[2]
COMMAND: Final = ("tests/simulator", "--port", "0", "--set", "rate_limit=0")


@contextmanager
def service() -> Iterator[Control]:
    """A simulator on a free port, without a limit of requests; it ends with the block."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SIMULATOR_")}
    with subprocess.Popen(
        [sys.executable, *COMMAND],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            announced = process.stdout.readline().split()
            if not announced:
                raise RuntimeError("the simulator did not start")
            control = Control(announced[-1].removesuffix(PREFIX))
            try:
                yield control
            finally:
                control.close()
        finally:
            process.terminate()
