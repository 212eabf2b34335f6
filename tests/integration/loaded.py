# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``ansible-playbook`` for thousands of runs: a process that has loaded Ansible, and forks for each run.

Each run is a process of its own, with the command line's own entry point, workers and modules. Only the half second
that Python takes to import Ansible is not spent anew.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

# What every run needs later than at its start.
LATER: Final = (
    "ansible.executor.task_executor",
    "ansible.plugins.action.normal",
    "ansible.plugins.callback.default",
    "ansible.plugins.connection.local",
    "ansible.plugins.inventory.toml",
    "ansible.plugins.strategy.linear",
    "requests",
)
BROKEN: Final = 250  # exit status: not even an error of Ansible's own


class Loaded:
    """The runs of one environment, one after the other."""

    def __init__(self, environment: Mapping[str, str], home: Path) -> None:
        self._output = home / "output.txt"
        self._process = subprocess.Popen(
            [sys.executable, __file__],
            env=dict(environment),
            cwd=home,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __call__(self, command: Sequence[str]) -> subprocess.CompletedProcess[str]:
        """Run a command line; all output is in ``stdout``."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"command": list(command), "output": str(self._output)}) + "\n")
        self._process.stdin.flush()
        returncode = int(self._process.stdout.readline())
        output = self._output.read_text()
        self._output.unlink()
        return subprocess.CompletedProcess(command, returncode, output, "")

    def close(self) -> None:
        """End the process."""
        with self._process:
            pass


def play(command: list[str], output: str) -> int:
    """Run it in a process of its own. Returns the exit status."""
    from ansible.cli.playbook import main

    for name in LATER:
        importlib.import_module(name)
    # What is loaded stays, so a run need not look through it for garbage.
    gc.freeze()
    child = os.fork()
    if child == 0:
        code: Any = BROKEN
        try:
            file = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            for stream in (1, 2):
                os.dup2(file, stream)
            sys.argv = command
            main()
        except SystemExit as leaving:
            code = leaving.code or 0
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def serve() -> None:
    """Answer each line on standard input with an exit status on standard output."""
    with open(os.dup(0), encoding="utf-8") as orders, open(os.dup(1), "w", encoding="utf-8") as answers:
        nothing = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1):
            os.dup2(nothing, stream)
        for order in orders:
            print(play(**json.loads(order)), file=answers, flush=True)


if __name__ == "__main__":
    serve()
