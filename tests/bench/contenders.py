# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Carries out a case with whatever its contender is: ansible-playbook, or a script."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.cases import PYTHON, READS, RUNS_IN_PROCESS, SCRIPTS, SDK, STARTS, TASKS, Case
from bench.plays import Entry, batch, playbook
from bench.process import Failed, Ran, run
from bench.service import ROOT, Service
from environments import programs

HERE: Final = Path(__file__).resolve().parent
SDK_VERSION: Final = "5.9.0"
VARIABLE: Final = "eventops_cloudflare_in_process"


@dataclass(frozen=True)
class Stage:
    """Where contenders run: a simulator, and a home without any configuration."""

    service: Service
    home: Path

    def environment(self, case: Case) -> dict[str, str]:
        """What a user exports, and nothing of the surrounding user's Ansible."""
        control, authorities = self.service.control, str(self.service.authorities)
        return {
            **{name: os.environ[name] for name in ("PATH", "TMPDIR") if name in os.environ},
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

    def carry_out(self, case: Case, entries: Sequence[Entry], *options: str) -> Ran:
        """Run a case; ``options`` are for ansible-playbook. Raises Failed."""
        app_url, given = self.service.url(self.service.control.app_url, case.far), ""
        if case.contender == PYTHON:
            command = [sys.executable, "-c", "pass"]
        elif case.contender in SCRIPTS:
            python, client = (
                (str(programs(f"sdk-{SDK_VERSION}", f"cloudflare=={SDK_VERSION}") / "python"), "cloudflare")
                if case.contender == SDK
                else (sys.executable, "requests")
            )
            command = [python, str(HERE / "one_by_one.py"), client, "start" if case.start else "read"]
            given = json.dumps({"app_url": app_url, "entries": entries})
        else:
            text = playbook(case, entries, app_url, self.service.control.api_token)
            (self.home / "play.yml").write_text(text, encoding="utf-8")
            (self.home / "batch.yml").write_text(batch(case, entries), encoding="utf-8")
            program, *arguments = ansible_playbook(case, sys.executable)
            command = [str(Path(sys.executable).with_name(program)), *options, *arguments]
        return run(command, self.environment(case), self.home, given)

    def rehearse(self, case: Case, entries: Sequence[Entry]) -> None:
        """Run a case untimed: bytecode gets compiled, and "in process" is what its name says.

        At -vvv, Ansible tells each program that it executes for a module.
        """
        executed = "> EXEC " in self.carry_out(case, entries, "-vvv").output
        if RUNS_IN_PROCESS.get(case.contender) is executed:
            raise Failed(f"it ran {'as a module' if executed else 'in process'}, although {VARIABLE} is {executed}")


def ansible_playbook(case: Case, python: str) -> list[str]:
    """The command for a case, with this interpreter for modules."""
    play = f"eventops.cloudflare.{case.playbook}" if case.playbook else "play.yml"
    command = ["ansible-playbook", play, "-e", f"ansible_python_interpreter={python}"]
    if case.group in (READS, STARTS) or (case.group != TASKS and case.items):
        # Not vars_files: Ansible reads those again for every task.
        command += ["-e", "@batch.yml"]
    if case.contender in RUNS_IN_PROCESS:
        command += ["-e", f"{VARIABLE}={str(RUNS_IN_PROCESS[case.contender]).lower()}"]
    return command


def set_up(service: Service, home: Path) -> Stage:
    """A stage in an empty directory."""
    (home / "ansible.cfg").touch()
    probe = home / "ansible_collections/bench/probe/plugins/action"
    probe.mkdir(parents=True)
    (probe / "nothing.py").symlink_to(HERE / "probe/nothing.py")
    return Stage(service, home)
