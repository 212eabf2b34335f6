# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Carries out a case with whatever its contender is: ansible-playbook, or a script."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Final

from bench.cases import Case, Contender, Group
from bench.plays import COLLECTION, PLAYBOOK, PROGRAMME, VARIABLE, Api, Entry, write
from bench.process import Ran, run
from bench.service import ROOT
from simulator.client import Control

SCRIPTS: Final = Path(__file__).resolve().parent / "scripts"
SDK_VERSION: Final = "5.9.0"
OURS_IN_PROCESS: Final = (Contender.IN_PROCESS, Contender.BULK)
OURS_AS_MODULE: Final = (Contender.MODULE, Contender.BULK_MODULE)


class Failed(Exception):
    """A contender did not do its work; the text says how it ended."""


@dataclass(frozen=True)
class Timed:
    """A run; ``loop``: seconds of a script's loop alone."""

    ran: Ran
    loop: float | None = None


@dataclass
class Stage:
    """Where contenders run: a simulator, and a home without any configuration."""

    control: Control
    home: Path
    sdk_python: Path | None = None
    missing: dict[Contender, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        (self.home / "ansible.cfg").touch()
        self._look_for_plugins()
        self._look_for_sdk()

    def _look_for_plugins(self) -> None:
        """What is not there cannot be measured."""
        for contender in (*OURS_IN_PROCESS, *OURS_AS_MODULE):
            bulk = contender in (Contender.BULK, Contender.BULK_MODULE)
            name = "realtime_livestreams" if bulk else "realtime_livestream"
            needed = [f"plugins/modules/{name}.py"]
            if contender in OURS_IN_PROCESS:
                needed.append(f"plugins/action/{name}.py")
            absent = [path for path in needed if not (ROOT / path).is_file()]
            if absent:
                self.missing[contender] = f"there is no {' and no '.join(absent)}"

    def _look_for_sdk(self) -> None:
        try:
            # The environments that the tests with the SDK make.
            from sdk.test_sdk import environment

            self.sdk_python = environment(SDK_VERSION)
        except (ImportError, OSError, subprocess.CalledProcessError) as error:
            self.missing[Contender.SDK] = f"the SDK {SDK_VERSION} could not be installed: {error}"

    @property
    def api(self) -> Api:
        """What uri has to know."""
        return Api(self.control.app_url, self.control.api_token)

    @cached_property
    def environment(self) -> dict[str, str]:
        """What a user exports, and nothing of the surrounding user's Ansible."""
        kept = {name: os.environ[name] for name in ("PATH", "TMPDIR", "SYSTEMROOT") if name in os.environ}
        return {
            **kept,
            "HOME": str(self.home),
            "LC_ALL": "C.UTF-8",
            "ANSIBLE_CONFIG": str(self.home / "ansible.cfg"),
            "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".build"),
            "ANSIBLE_LOCALHOST_WARNING": "0",
            "ANSIBLE_INVENTORY_UNPARSED_WARNING": "0",
            "CLOUDFLARE_ACCOUNT_ID": self.control.account_id,
            "CLOUDFLARE_REALTIME_APP_ID": self.control.app_id,
            "CLOUDFLARE_API_TOKEN": self.control.api_token,
            "CLOUDFLARE_BASE_URL": self.control.base_url,
        }

    def carry_out(self, case: Case, entries: Sequence[Entry]) -> Timed:
        """Run a case; raises Failed."""
        if case.contender.script:
            return self._script(case, entries)
        write(self.home, case, entries, self.api)
        return Timed(self._play(case))

    def _play(self, case: Case, *arguments: str) -> Ran:
        playbook = f"{COLLECTION}.{case.playbook}" if case.playbook else PLAYBOOK
        command = [str(Path(sys.executable).with_name("ansible-playbook")), playbook, *arguments]
        ran = run([*command, *extra_variables(case, sys.executable)], env=self.environment, cwd=self.home)
        if ran.returncode:
            raise Failed(f"ansible-playbook ended with {ran.returncode}:\n{ran.ending}")
        return ran

    def _script(self, case: Case, entries: Sequence[Entry]) -> Timed:
        if case.contender is Contender.PYTHON:
            return Timed(run([sys.executable, "-c", "pass"], env=self.environment, cwd=self.home))
        with_sdk = case.contender is Contender.SDK
        python = str(self.sdk_python) if with_sdk else sys.executable
        task = {
            "job": "start" if case.start else "read",
            "base_url": self.control.base_url,
            "app_url": self.control.app_url,
            "account_id": self.control.account_id,
            "app_id": self.control.app_id,
            "token": self.control.api_token,
            "entries": [asdict(entry) for entry in entries],
        }
        script = SCRIPTS / ("with_sdk.py" if with_sdk else "with_requests.py")
        ran = run([python, str(script)], env=self.environment, cwd=self.home, given=json.dumps(task))
        if ran.returncode:
            raise Failed(f"{script.name} ended with {ran.returncode}:\n{ran.ending}")
        return Timed(ran, float(ran.output))

    def rehearse(self, case: Case, entries: Sequence[Entry]) -> None:
        """Run a case untimed: bytecode gets compiled, and "in process" is what its name says.

        At -vvv, Ansible tells each program that it executes for a module.
        """
        if case.contender.script:
            self.carry_out(case, entries)
            return
        write(self.home, case, entries, self.api)
        executed = "> EXEC " in self._play(case, "-vvv").output
        if case.contender in OURS_IN_PROCESS and executed:
            raise Failed(f"it ran as a module, although {VARIABLE} is true")
        if case.contender in OURS_AS_MODULE and not executed:
            raise Failed(f"it ran in process, although {VARIABLE} is false")


def extra_variables(case: Case, python: str) -> list[str]:
    """The arguments of ansible-playbook that differ between contenders."""
    extra = ["-e", f"ansible_python_interpreter={python}"]
    if case.group in (Group.READS, Group.STARTS) or (case.group is not Group.TASKS and case.items):
        # Not vars_files: Ansible reads those again for every task.
        extra += ["-e", f"@{PROGRAMME}"]
    if case.contender in (*OURS_IN_PROCESS, *OURS_AS_MODULE):
        extra += ["-e", f"{VARIABLE}={str(case.contender in OURS_IN_PROCESS).lower()}"]
    return extra
