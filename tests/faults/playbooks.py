# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``ansible-playbook`` on a stage: each run is a process forked from one that has loaded Ansible, in the stage's time.

What goes on in the service meanwhile is looked at with each request, and each time that time passes.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from integration.conftest import Played, Player
from integration.loaded import Loaded
from simulator.journal import Entry, Journal
from simulator.operations import PREFIX

from .app import on_air_ids
from .stage import Ran, Stage, Task
from .time_server import VARIABLE, TimeServer, serving_time

HERE: Final = Path(__file__).parent
ROLE: Final = "eventops.cloudflare.event_livestream : "
PREFIX_OF_ROLE: Final = "event_livestream_"
WRITES: Final = "Write the run sheet"
SHEET: Final = "sheet.html"
STATUS: Final = "status.json"
BUDGET: Final = 3600.0  # simulated seconds of one run


@dataclass(frozen=True)
class Play(Task):
    """A playbook of the role with its variables. ``options``: those of the module that the role should come to."""

    playbook: str = ""
    variables: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        said = json.dumps({name.removeprefix(PREFIX_OF_ROLE): value for name, value in self.variables.items()})
        return f"{self.playbook} with {said}" + (" in check mode" if self.check else "")


@dataclass
class PlayRan(Ran):
    """What became of a playbook. ``values``: the facts, with ``changed``, ``failed`` and ``msg`` of all its tasks."""

    played: Played

    @property
    def published(self) -> dict[str, Any]:
        """The artifact for the jobs that follow; nothing when nothing was seen."""
        stats: list[dict[str, Any]] = [
            item["result"]["ansible_stats"]["data"] for item in self.played.results if "ansible_stats" in item["result"]
        ]
        return stats[-1]["event_livestream_published"] if stats else {}

    @property
    def changes(self) -> set[str]:
        """The tasks that changed something. A run sheet changes with what it tells."""
        found = {item["task"].removeprefix(ROLE) for item in self.played.results if item["result"].get("changed")}
        return found - {WRITES}

    @property
    def lines(self) -> list[str]:
        """What the playbook tells people in the end."""
        told = [item["result"]["lines"] for item in self.played.results if "lines" in item["result"]]
        return list(told[-1]) if told else []


class WatchedJournal(Journal):
    """Calls ``look`` when a request comes, and when it is over."""

    def __init__(self, playbooks: Playbooks) -> None:
        super().__init__()
        self._playbooks = playbooks

    def add(self, entry: Entry) -> Entry:
        self._playbooks.look()
        return super().add(entry)

    def close(self, entry: Entry) -> None:
        super().close(entry)
        self._playbooks.look()


@dataclass
class Simulated:
    """What ``Player`` needs to know of a simulator, without asking it over the network."""

    stage: Stage

    @property
    def base_url(self) -> str:
        """Where the API is."""
        return self.stage.server.url + PREFIX

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stage.world.access, name)

    def journal(self) -> list[Entry]:
        """All requests so far."""
        return list(self.stage.world.journal.entries)

    def secrets(self) -> list[str]:
        """What must never be shown."""
        return self.stage.secrets()


class Playbooks:
    """Runs playbooks on a stage, one at a time. ``moments``: what was on the air during the last run, in order."""

    def __init__(self, stage: Stage, home: Path, player: Player, time: TimeServer) -> None:
        self.stage = stage
        self.home = home
        self.moments: list[frozenset[str]] = []
        self._player = player
        self._time = time
        stage.world.journal = WatchedJournal(self)

    def begin(self) -> None:
        """Forget the files of earlier runs."""
        for path in (self.home / SHEET, self.home / STATUS):
            path.unlink(missing_ok=True)
        shutil.rmtree(self.vault, ignore_errors=True)

    @property
    def vault(self) -> Path:
        """The only folder that may hold stream keys."""
        return self.home / "vault"

    def look(self) -> None:
        """Note what is on the air."""
        service = self.stage.world.service
        service.settle()
        found = on_air_ids(service)
        if not self.moments or self.moments[-1] != found:
            self.moments.append(found)

    def __call__(self, play: Play) -> PlayRan:
        """Run a playbook. Fails if a secret is in the output or in a file, and if there is a traceback."""
        self.moments.clear()
        self.look()
        self._time.left = BUDGET
        self._player.log.write_text("")
        arguments = ("--check", "--diff") if play.check else ()
        played = self._player(f"eventops.cloudflare.{play.playbook}", *arguments, extra=play.variables)
        self.look()
        results = [item["result"] for item in played.results]
        # A room that failed may have been changed.
        changed = any(result.get("changed") for result in results)
        values: dict[str, Any] = {"changed": changed, "failed": played.returncode != 0}
        if values["failed"]:
            values["msg"] = played.failure
        facts = [result["ansible_facts"] for result in results if "ansible_facts" in result]
        if facts:
            streams = facts[-1]["event_livestream_results"].values()
            values.update(streams=list(streams), leftovers=facts[-1]["event_livestream_leftovers"])
        warnings = tuple(text for result in results for text in result.get("warnings", ()))
        return PlayRan("ansible-playbook", play, values, warnings, [], played.journal, played)


@contextmanager
def playing(stage: Stage) -> Iterator[Playbooks]:
    """Playbooks on a stage, until the block ends."""
    with ExitStack() as stack:
        directory = stack.enter_context(TemporaryDirectory())
        home = Path(directory) / "home"
        home.mkdir()
        player = Player(Simulated(stage), home, vault=home / "vault")  # type: ignore[arg-type]
        socket = Path(directory) / "time"
        player.exports = {
            "ANSIBLE_CALLBACK_PLUGINS": f"{player.environment()['ANSIBLE_CALLBACK_PLUGINS']}:{HERE / 'callbacks'}",
            "ANSIBLE_CALLBACKS_ENABLED": "record,staged",
            VARIABLE: str(socket),
        }
        time = stack.enter_context(serving_time(socket, stage.pass_time, stage.now))
        loaded = Loaded(player.environment(), home)
        stack.callback(loaded.close)
        yield Playbooks(stage, home, replace(player, loaded=[loaded]), time)
