# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The real client on the simulator: once through the reconciliation entry point, once through ansible-playbook."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.eventops.cloudflare.plugins.module_utils import arguments
from ansible_collections.eventops.cloudflare.plugins.module_utils.api.realtimekit import RealtimeApi
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile import (
    analytics,
    credentials,
    event,
    info,
    livestreams,
    meeting_info,
    meetings,
    playback,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.common import (
    Clock,
    Context,
    Outcome,
    Progress,
    Tally,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.task import (
    Reconcile,
    Work,
    check_access,
    perform,
    perform_alone,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.transport.client import Client, Settings
from integration.loaded import PATIENCE, Loaded
from simulator.client import Control
from simulator.journal import Entry
from simulator.server import running

ROOT = Path(__file__).parents[2]
VARIABLE = "eventops_cloudflare_in_process"
LOCAL_TEMP = "local"


def write_credentials(api: RealtimeApi, params: Mapping[str, Any], context: Context) -> Outcome:
    """As where the connection is local."""
    return credentials.write_credentials(api, params, context, credentials.placing(params))


MODULES: dict[str, tuple[arguments.Spec, Reconcile]] = {
    "realtime_livestream": (arguments.LIVESTREAM, livestreams.reconcile_livestream),
    "realtime_livestreams": (arguments.LIVESTREAMS, livestreams.reconcile_livestreams),
    "realtime_meeting": (arguments.MEETING, meetings.reconcile_meeting),
    "realtime_meetings": (arguments.MEETINGS, meetings.reconcile_meetings),
    "realtime_meeting_info": (arguments.MEETING_INFO, meeting_info.look_up_meetings),
    "realtime_livestream_info": (arguments.LIVESTREAM_INFO, info.look_up),
    "realtime_event": (arguments.EVENT, event.reconcile_event),
    "realtime_event_info": (arguments.EVENT_INFO, event.event_info),
    "realtime_analytics_info": (arguments.ANALYTICS_INFO, analytics.report),
    "realtime_credentials": (arguments.CREDENTIALS, write_credentials),
}
# Those that do not talk to the API, or make their own connection to it.
ALONE: dict[str, tuple[arguments.Spec, Work]] = {
    "realtime_playback_info": (arguments.PLAYBACK_INFO, playback.playback_info),
    "realtime_check": (arguments.CHECK, check_access),
}


@pytest.fixture(scope="session")
def simulator() -> Iterator[Control]:
    """One simulator for all tests of a process."""
    with running() as control:
        yield control


@pytest.fixture
def sim(simulator: Control) -> Control:
    """The simulator as if just started."""
    simulator.reset()
    return simulator


@dataclass
class Ran:
    """What a task returned, what it reported while waiting, and what the service was asked meanwhile."""

    values: dict[str, Any]
    warnings: tuple[str, ...]
    progress: list[Progress | Tally]
    journal: list[Entry]

    @property
    def livestream(self) -> dict[str, Any]:
        """The livestream that was returned."""
        found: dict[str, Any] = self.values["livestream"]
        return found

    @property
    def requests(self) -> int:
        """What it cost."""
        count: int = self.values["api"]["requests"]
        return count

    @property
    def accepted(self) -> list[Entry]:
        """The requests that changed something."""
        return [entry for entry in self.journal if entry.accepted]


@dataclass
class Actor:
    """Runs tasks in this process, on the real client, through the modules' own argument specs and entry points.

    Sleeping moves the simulator's time instead of taking any, unless ``real_time``. ``on_sleep`` is what happens
    meanwhile.
    """

    sim: Control
    real_time: bool = False
    on_sleep: Callable[[float], None] = field(default=lambda _elapsed: None)

    def __call__(self, module: str = "realtime_livestream", /, *, check: bool = False, **options: Any) -> Ran:
        """Run a task. The journal of the simulator is not cleared: see ``Ran.journal`` for the task's part."""
        spec = {**MODULES, **ALONE}[module][0]
        client = (
            {}
            if "account_id" not in spec
            else {
                "account_id": self.sim.account_id,
                "app_id": self.sim.app_id,
                "api_token": self.sim.api_token,
                "base_url": self.sim.base_url,
            }
        )
        validated = ArgumentSpecValidator(spec).validate({**client, **options})
        assert not validated.error_messages
        elapsed = [0.0]

        def sleep(seconds: float) -> None:
            elapsed[0] += seconds
            self.sim.advance(seconds)
            self.on_sleep(elapsed[0])

        progress: list[Progress | Tally] = []
        clock = Clock() if self.real_time else Clock(lambda: elapsed[0], sleep)
        before = len(self.sim.journal())
        context = Context(check_mode=check, report=progress.append, clock=clock)
        params = validated.validated_parameters
        if module in ALONE:
            result = perform_alone(ALONE[module][1], params, context, diff_mode=True)
        else:
            transports: list[Client] = []

            def connect(settings: Settings) -> Client:
                transports.append(Client(settings))
                return transports[0]

            try:
                result = perform(MODULES[module][1], params, context, diff_mode=True, connect=connect)
            finally:
                # Or a process of tests runs out of files.
                for transport in transports:
                    transport.close()
        return Ran(result.values, result.warnings, progress, self.sim.journal()[before:])


@pytest.fixture
def actor(sim: Control) -> Actor:
    """Runs tasks in this process."""
    return Actor(sim)


@dataclass
class Played:
    """A run of ansible-playbook."""

    returncode: int
    output: str
    results: list[dict[str, Any]]
    changed: int
    journal: list[Entry]

    @property
    def accepted(self) -> list[Entry]:
        """The requests that changed something."""
        return [entry for entry in self.journal if entry.accepted]

    def registered(self, task: str) -> dict[str, Any]:
        """The result of the last task of that name."""
        found: dict[str, Any] = next(item["result"] for item in reversed(self.results) if item["task"] == task)
        return found

    @property
    def failure(self) -> str:
        """What the last task said that failed."""
        return str(next(item["result"]["msg"] for item in reversed(self.results) if item["failed"]))


@dataclass
class Player:
    """Runs playbooks with the real ansible-playbook, in a home of its own, at -vvvv.

    After each run, the output and every file that was written are searched for credentials and stream keys; ``keys``
    says that this run was asked to show stream keys. Only below ``vault`` may there be keys. ``exports`` are added to
    the environment. ``loaded`` are processes to fork from; a run with another environment is one from scratch.
    """

    sim: Control
    home: Path
    vault: Path | None = None
    in_process: bool = True
    pipelining: bool = False
    runs: int = 0
    exports: Mapping[str, str] = field(default_factory=dict)
    loaded: Sequence[Loaded] = ()

    def environment(self) -> dict[str, str]:
        """What a user exports; nothing of the surrounding user's Ansible."""
        ours = ("ANSIBLE_", "CLOUDFLARE_", "PYTEST_")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        return {
            **kept,
            "HOME": str(self.home),
            "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".build"),
            "ANSIBLE_CALLBACK_PLUGINS": str(Path(__file__).parent / "callbacks"),
            "ANSIBLE_CALLBACKS_ENABLED": "record",
            "ANSIBLE_RECORD_PATH": str(self.home / "results.jsonl"),
            "ANSIBLE_LOG_PATH": str(self.home / "ansible.log"),
            "ANSIBLE_LOCAL_TEMP": str(self.home / LOCAL_TEMP),
            "ANSIBLE_REMOTE_TMP": str(self.home / "remote"),
            "ANSIBLE_ASYNC_DIR": str(self.home / "async"),
            # Modules then write no files, and take fewer processes.
            "ANSIBLE_PIPELINING": "1" if self.pipelining else "0",
            "ANSIBLE_NOCOLOR": "1",
            # Messages of Ansible list sets.
            "PYTHONHASHSEED": "0",
            "ANSIBLE_LOCALHOST_WARNING": "0",
            "ANSIBLE_INVENTORY_UNPARSED_WARNING": "0",
            "CLOUDFLARE_API_TOKEN": self.sim.api_token,
            "CLOUDFLARE_ACCOUNT_ID": self.sim.account_id,
            "CLOUDFLARE_REALTIME_APP_ID": self.sim.app_id,
            "CLOUDFLARE_BASE_URL": self.sim.base_url,
            **self.exports,
        }

    def write(self, play: list[Any]) -> Path:
        """A playbook of these tasks or plays, on localhost."""
        self.runs += 1
        path = self.home / f"play{self.runs}.yml"
        python = {"ansible_python_interpreter": sys.executable}
        plays = play if play and {"hosts", "tasks"} & set(play[0]) else [{"tasks": play}]
        defaults = {"hosts": "localhost", "connection": "local", "gather_facts": False, "vars": python}
        path.write_text(yaml.safe_dump([{**defaults, **item} for item in plays]))
        return path

    @staticmethod
    def command(play: str | Path, *arguments: str) -> list[str]:
        """The command line that runs a playbook."""
        return [str(Path(sys.executable).with_name("ansible-playbook")), str(play), *arguments]

    def run(
        self, play: list[Any] | str | Path, arguments: Sequence[str], environment: Mapping[str, str | None] | None
    ) -> subprocess.CompletedProcess[str]:
        """Run tasks (a list), or a playbook by name or path."""
        merged = {**self.environment(), **(environment or {})}
        variables = {name: value for name, value in merged.items() if value is not None}
        command = self.command(self.write(play) if isinstance(play, list) else play, *arguments)
        for process in self.loaded:
            if process.suits(variables):
                return process(command, variables)
        return subprocess.run(
            command, env=variables, cwd=self.home, capture_output=True, text=True, timeout=PATIENCE, check=False
        )

    def plain(
        self,
        play: list[Any],
        *arguments: str,
        environment: Mapping[str, str | None] | None = None,
        stderr: bool = False,
    ) -> str:
        """What a user sees on standard output, and on standard error where that matters."""
        ran = self.run(play, arguments, environment)
        return ran.stdout + ran.stderr if stderr else ran.stdout

    def __call__(
        self,
        play: list[Any] | str | Path,
        *arguments: str,
        keys: bool = False,
        environment: Mapping[str, str | None] | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> Played:
        """Run tasks (a list), or a playbook by name or path; at -vvvv, with results and requests recorded."""
        results = self.home / "results.jsonl"
        results.unlink(missing_ok=True)
        variables = {**({} if self.in_process else {VARIABLE: False}), **(extra or {})}
        before = len(self.sim.journal())
        ran = self.run(play, ["-vvvv", *arguments, "--extra-vars", json.dumps(variables)], environment)
        output = ran.stdout + ran.stderr
        recorded = [json.loads(line) for line in results.read_text().splitlines()] if results.exists() else []
        results.unlink(missing_ok=True)
        changed = sum(1 for item in recorded if item["result"].get("changed") and not item["failed"])
        self.search(output, keys)
        assert "Traceback (most recent call last)" not in output
        return Played(ran.returncode, output, recorded, changed, self.sim.journal()[before:])

    def search(self, output: str, keys: bool) -> None:
        """Fail if a secret is in the output, or in a file that was written."""
        secrets = [self.sim.api_token, self.sim.api_key, *([] if keys else self.sim.secrets())]
        written = {
            path: path.read_text(errors="replace")
            for path in self.home.rglob("*")
            if path.is_file() and not (self.vault and path.is_relative_to(self.vault))
        }
        for secret in secrets:
            assert secret not in output, "a secret is in the output"
            assert [path for path, text in written.items() if secret in text] == []
        if keys:
            self.log.write_text("")

    @property
    def log(self) -> Path:
        """Ansible's log. It is emptied, never removed: processes that have loaded Ansible keep it open."""
        return self.home / "ansible.log"

    def clear(self) -> None:
        """Remove all files that were written; processes that have loaded Ansible keep their temporary directories."""
        for path in self.home.iterdir():
            if path == self.log:
                path.write_text("")
            elif path.name == LOCAL_TEMP:
                continue
            elif path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()


@pytest.fixture(scope="session")
def loaded_player(simulator: Control, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Player]:
    """The one home of all runs, with and without pipelining."""
    home = tmp_path_factory.mktemp("playbooks") / "home"
    home.mkdir()
    environments = [Player(simulator, home, pipelining=pipelining).environment() for pipelining in (False, True)]
    loaded = [Loaded(environment, home) for environment in environments]
    yield Player(simulator, home, loaded=loaded)
    for process in loaded:
        process.close()


@pytest.fixture
def playbook(sim: Control, loaded_player: Player) -> Iterator[Player]:
    """Runs playbooks."""
    yield replace(loaded_player, sim=sim)
    loaded_player.clear()
