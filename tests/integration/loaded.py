# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``ansible-playbook`` for thousands of runs: a process that has loaded Ansible, and forks for each run.

Each run is a process of its own, with the command line's own entry point, workers and modules, and its own environment.
Only the half second that Python takes to import Ansible is not spent anew. So what Ansible and Python read from the
environment when they are loaded is the same for all runs of such a process.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import shutil
import signal
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
PATIENCE: Final = 300  # seconds, after which a run is killed
# Read once, when Ansible and Python are loaded. The log file is opened then, too.
READ_AT_START: Final = ("ANSIBLE_", "HOME", "LANG", "LC_", "PATH", "PYTHON")


def read_at_start(environment: Mapping[str, str]) -> dict[str, str]:
    """What all runs of a process have in common."""
    return {name: value for name, value in environment.items() if name.startswith(READ_AT_START)}


class Loaded:
    """Runs with what one environment sets for Ansible and Python, one after the other."""

    def __init__(self, environment: Mapping[str, str], home: Path) -> None:
        self._home = home
        self._loaded_with = read_at_start(environment)
        self._process = subprocess.Popen(
            [sys.executable, __file__],
            env=dict(environment),
            cwd=home,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def suits(self, environment: Mapping[str, str]) -> bool:
        """Whether a run with this environment can be one of these."""
        return read_at_start(environment) == self._loaded_with

    def __call__(self, command: Sequence[str], environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
        """Run a command line with an environment that suits."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        outputs = [self._home / "stdout.txt", self._home / "stderr.txt"]
        order = {"command": list(command), "environment": dict(environment), "outputs": list(map(str, outputs))}
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        returncode = int(self._process.stdout.readline())
        texts = [path.read_text() for path in outputs]
        for path in outputs:
            path.unlink()
        return subprocess.CompletedProcess(command, returncode, *texts)

    def close(self) -> None:
        """End the process."""
        with self._process:
            pass


def play(command: list[str], environment: dict[str, str], outputs: list[str]) -> int:
    """Run it in a process of its own. Returns the exit status."""
    from ansible import constants
    from ansible.cli.playbook import main

    for name in LATER:
        # Not every release of ansible-core has all of them.
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    # What is loaded stays, so a run need not look through it for garbage.
    gc.freeze()
    child = os.fork()
    if child == 0:
        code: Any = BROKEN
        try:
            signal.alarm(PATIENCE)
            for stream, output in enumerate(outputs, 1):
                os.dup2(os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), stream)
            os.environ.clear()
            os.environ.update(environment)
            sys.argv = command
            main()
        except SystemExit as leaving:
            code = leaving.code or 0
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
    returncode = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    # The directory was made when Ansible was loaded. A run of its own removes it in the end.
    for path in Path(constants.DEFAULT_LOCAL_TMP).iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    return returncode


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
