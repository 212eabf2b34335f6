# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs job templates the way AWX does: a private data directory for each job, and ansible-runner."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from awx import rules
from awx.pattern import PATTERN, ROOT, credential_type, survey
from simulator.client import Control

# As the setup playbook makes it
INVENTORY = {
    "all": {
        "hosts": {
            "localhost": {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"}
        }
    }
}


@dataclass
class Job:
    """A job that was launched."""

    platform: Platform
    directory: Path
    process: subprocess.Popen[str]

    @property
    def artifacts(self) -> Path:
        """What ansible-runner leaves."""
        return self.directory / "artifacts/job"

    def cancel(self) -> None:
        """As the button does it: the runner is asked to end."""
        self.process.send_signal(signal.SIGTERM)

    def wait(self) -> Done:
        """Wait for the end of the job, and search all that it left for secrets."""
        printed = self.process.communicate(timeout=120)[0]
        self.platform.search(self.directory, printed)
        events = [json.loads(path.read_text()) for path in (self.artifacts / "job_events").glob("*-*.json")]
        return Done(
            status=(self.artifacts / "status").read_text(),
            output=(self.artifacts / "stdout").read_text() + printed,
            events=sorted(events, key=lambda event: int(event["counter"])),
        )


@dataclass
class Done:
    """A job that ended."""

    status: str
    output: str
    events: list[dict[str, Any]]

    @property
    def changed(self) -> int:
        """How many tasks changed something."""
        return sum(self.events[-1]["event_data"]["changed"].values())

    @property
    def failures(self) -> list[str]:
        """The messages of the tasks that failed."""
        failed = (event for event in self.events if event["event"] == "runner_on_failed")
        return [str(event["event_data"]["res"].get("msg")) for event in failed]

    @property
    def artifacts(self) -> dict[str, Any]:
        """What set_stats gave, as a workflow hands it to the next job."""
        found: dict[str, Any] = self.events[-1]["event_data"]["artifact_data"]
        return found


@dataclass
class Platform:
    """A controller with the pattern's credential and job templates, whose API is the simulator."""

    sim: Control
    home: Path
    # What holds ansible-runner and ansible-core, and where the collections are: an execution environment
    environment: Path = Path(sys.executable).parent
    collections: Path = ROOT / ".build"
    inputs: dict[str, str] = field(default_factory=dict)
    jobs: int = 0

    def __post_init__(self) -> None:
        self.inputs = self.inputs or {
            "account_id": self.sim.account_id,
            "app_id": self.sim.app_id,
            "api_token": self.sim.api_token,
            "base_url": self.sim.base_url,
        }

    def launch(self, kind: str, answers: Mapping[str, Any], artifacts: Mapping[str, Any] | None = None) -> Job:
        """Launch a job template with these answers to its survey, in a workflow after a job with these artifacts."""
        self.jobs += 1
        directory = self.home / f"job{self.jobs}"
        project = directory / "project" / PATTERN.relative_to(ROOT)
        shutil.copytree(PATTERN, project)
        variables = {**rules.extra_vars(survey(kind), {}), **(artifacts or {}), **answers}
        environment = {
            **rules.injected(credential_type(), self.inputs),
            "ANSIBLE_COLLECTIONS_PATH": str(self.collections),
            "ANSIBLE_REMOTE_TMP": str(directory / "remote"),
            "ANSIBLE_FORCE_COLOR": "True",
            "ANSIBLE_HOST_KEY_CHECKING": "False",
            "ANSIBLE_INVENTORY_UNPARSED_FAILED": "True",
        }
        for name, text in {
            "env/envvars": yaml.safe_dump(environment),
            "env/extravars": rules.dump_variables(variables),
            "env/cmdline": "-vvvv",
            "env/settings": json.dumps({"idle_timeout": 0, "job_timeout": 0, "pexpect_timeout": 0.2}),
            "inventory/hosts.json": json.dumps(INVENTORY),
        }.items():
            path = directory / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
        command: list[str | Path] = [self.environment / "ansible-runner", "run", "--ident", "job", "--quiet"]
        playbook = (project / f"playbooks/event_{kind}.yml").relative_to(directory / "project")
        process = subprocess.Popen(
            [*command, "--playbook", playbook, directory],
            env={"PATH": f"{self.environment}:/usr/bin:/bin", "HOME": str(directory), "LANG": "C.UTF-8"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        return Job(self, directory, process)

    def run(self, kind: str, answers: Mapping[str, Any], artifacts: Mapping[str, Any] | None = None) -> Done:
        """Launch a job template, and wait for the end of its job."""
        return self.launch(kind, answers, artifacts).wait()

    def search(self, directory: Path, printed: str) -> None:
        """Fail if a secret or a traceback is in what a job left: all but env/ and "command", where its secrets are."""
        given = [*(directory / "env").iterdir(), directory / "artifacts/job/command"]
        texts = self.search_files(directory, given, {"output": printed})
        assert [name for name, text in texts.items() if "Traceback (most recent call last)" in text] == []
        assert os.stat(given[-1]).st_mode & 0o077 == 0

    def search_files(
        self, directory: Path, given: Sequence[Path] = (), printed: Mapping[str, str] | None = None
    ) -> dict[str, str]:
        """Fail if a secret is in a file, but for those given, or in what was printed; the texts that were searched."""
        found = [path for path in directory.rglob("*") if path.is_file() and path not in given]
        texts = {**{str(path): path.read_text(errors="replace") for path in found}, **(printed or {})}
        for secret in (self.sim.api_token, self.sim.api_key, *self.sim.secrets()):
            assert [name for name, text in texts.items() if secret in text] == [], "a secret is in it"
        return texts


def done(job: Done) -> Done:
    """The job, which went well."""
    assert job.status == "successful", job.output[-5000:]
    return job


def active(sim: Control) -> list[str]:
    """The names of the livestreams that are on the air."""
    return sorted(item["name"] for item in sim.livestreams() if item["status"] in ("INVOKED", "LIVE"))
