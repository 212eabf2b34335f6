# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Carries out a case with whatever its contender is: ansible-playbook, or a script."""

from __future__ import annotations

import functools
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from bench.cases import OURS_AS_MODULE, OURS_IN_PROCESS, Case, Contender, Group
from bench.plays import COLLECTION, PLAYBOOK, PROBE, PROGRAMME, VARIABLE, Api, Entry, write
from bench.process import Ran, run
from bench.service import ROOT, Service
from sdk.test_sdk import environment

HERE: Final = Path(__file__).resolve().parent
SCRIPT: Final = HERE / "one_by_one.py"
SDK_VERSION: Final = "5.9.0"


class Failed(Exception):
    """A contender did not do its work; the text says how it ended."""


@dataclass(frozen=True)
class Loop:
    """The loop of a script alone, without its start and its imports. Seconds."""

    seconds: float
    cpu: float


@dataclass
class Stage:
    """Where contenders run: a simulator, and a home without any configuration."""

    service: Service
    home: Path

    def __post_init__(self) -> None:
        (self.home / "ansible.cfg").touch()
        probe = self.home / "ansible_collections" / PROBE.replace(".", "/") / "plugins/action"
        probe.mkdir(parents=True)
        (probe / "nothing.py").symlink_to(HERE / "probe/nothing.py")

    def api(self, case: Case) -> Api:
        """What uri has to know."""
        control = self.service.control
        return Api(self.service.url(control.app_url, case.far), control.api_token)

    def environment(self, case: Case) -> dict[str, str]:
        """What a user exports, and nothing of the surrounding user's Ansible."""
        control, authorities = self.service.control, str(self.service.authorities)
        kept = {name: os.environ[name] for name in ("PATH", "TMPDIR", "SYSTEMROOT") if name in os.environ}
        return {
            **kept,
            "HOME": str(self.home),
            "LC_ALL": "C.UTF-8",
            "ANSIBLE_CONFIG": str(self.home / "ansible.cfg"),
            "ANSIBLE_COLLECTIONS_PATH": f"{ROOT / '.build'}:{self.home}",
            "ANSIBLE_LOCALHOST_WARNING": "0",
            "ANSIBLE_INVENTORY_UNPARSED_WARNING": "0",
            "CLOUDFLARE_ACCOUNT_ID": control.account_id,
            "CLOUDFLARE_REALTIME_APP_ID": control.app_id,
            "CLOUDFLARE_API_TOKEN": control.api_token,
            "CLOUDFLARE_BASE_URL": self.service.url(control.base_url, case.far),
            # The first is read by requests and this collection, the other by uri and the SDK.
            **({"REQUESTS_CA_BUNDLE": authorities, "SSL_CERT_FILE": authorities} if case.far else {}),
        }

    def carry_out(self, case: Case, entries: Sequence[Entry]) -> tuple[Ran, Loop | None]:
        """Run a case; raises Failed."""
        if case.contender.script:
            return self._script(case, entries)
        write(self.home, case, entries, self.api(case))
        return self._play(case), None

    def _run(self, case: Case, command: Sequence[str], given: str = "") -> Ran:
        ran = run(command, env=self.environment(case), cwd=self.home, given=given)
        if ran.returncode:
            raise Failed(f"{Path(command[0]).name} ended with {ran.returncode}:\n{ran.ending}")
        return ran

    def _play(self, case: Case, *arguments: str) -> Ran:
        playbook = f"{COLLECTION}.{case.playbook}" if case.playbook else PLAYBOOK
        command = [str(Path(sys.executable).with_name("ansible-playbook")), playbook, *arguments]
        return self._run(case, [*command, *extra_variables(case, sys.executable)])

    def _script(self, case: Case, entries: Sequence[Entry]) -> tuple[Ran, Loop | None]:
        if case.contender is Contender.PYTHON:
            return self._run(case, [sys.executable, "-c", "pass"]), None
        with_sdk = case.contender is Contender.SDK
        python, client = (_python_with_sdk(), "cloudflare") if with_sdk else (sys.executable, "requests")
        task = {"app_url": self.api(case).app_url, "entries": [asdict(entry) for entry in entries]}
        ran = self._run(case, [python, str(SCRIPT), client, "start" if case.start else "read"], json.dumps(task))
        return ran, Loop(*map(float, ran.output.split()))

    def rehearse(self, case: Case, entries: Sequence[Entry]) -> None:
        """Run a case untimed: bytecode gets compiled, and "in process" is what its name says.

        At -vvv, Ansible tells each program that it executes for a module.
        """
        if case.contender.script:
            self.carry_out(case, entries)
            return
        write(self.home, case, entries, self.api(case))
        executed = "> EXEC " in self._play(case, "-vvv").output
        if case.contender in OURS_IN_PROCESS and executed:
            raise Failed(f"it ran as a module, although {VARIABLE} is true")
        if case.contender in OURS_AS_MODULE and not executed:
            raise Failed(f"it ran in process, although {VARIABLE} is false")


@functools.cache
def _python_with_sdk() -> str:
    """That of an environment which the tests with the SDK make."""
    try:
        return str(environment(SDK_VERSION))
    except (OSError, subprocess.CalledProcessError) as error:
        raise Failed(f"the SDK {SDK_VERSION} could not be installed: {error}") from error


def extra_variables(case: Case, python: str) -> list[str]:
    """The arguments of ansible-playbook that differ between contenders."""
    extra = ["-e", f"ansible_python_interpreter={python}"]
    if case.group in (Group.READS, Group.STARTS) or (case.group is not Group.TASKS and case.items):
        # Not vars_files: Ansible reads those again for every task.
        extra += ["-e", f"@{PROGRAMME}"]
    if case.contender in (*OURS_IN_PROCESS, *OURS_AS_MODULE):
        extra += ["-e", f"{VARIABLE}={str(case.contender in OURS_IN_PROCESS).lower()}"]
    return extra
