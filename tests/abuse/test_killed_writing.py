# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Killed while files of keys are written: each is the old one or the new one, and never readable for others."""

from __future__ import annotations

import contextlib
import json
import os
import random
import re
import secrets
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from abuse.scale import SCALE
from abuse.test_killed import until
from faults.figures import FIGURES
from integration.conftest import Actor, Player
from simulator.client import Control

MODULE = "realtime_credentials"
SIGNALS = (signal.SIGKILL, signal.SIGTERM)
FILES = ("ffmpeg.env", "service.json")
TEMPORARY = re.compile(r"\.(ffmpeg\.env|service\.json)\.[0-9a-f]{16}\.tmp")
OLD = "old\n"


@dataclass
class Vault:
    """A folder of keys, what is to be in it, and what was in it before (None: nothing)."""

    actor: Actor
    path: Path
    options: dict[str, Any]
    wanted: dict[str, bytes]
    before: bytes | None = None

    def restore(self) -> None:
        """As it was before all runs: no file, or old ones that everybody could read."""
        for folder in sorted({name.partition("/")[0] for name in self.wanted}):
            (self.path / folder).mkdir(parents=True, exist_ok=True, mode=0o700)
        for item in self.path.rglob("*"):
            if item.is_file():
                item.unlink()
        for name in self.wanted if self.before is not None else ():
            (self.path / name).write_bytes(self.before or b"")
            (self.path / name).chmod(0o600)
        if self.before is None:
            for folder in [*self.path.iterdir(), self.path]:
                folder.rmdir()

    def check(self) -> tuple[int, int]:
        """After a kill: how many files are the new ones, and how many are temporary."""
        new = temporary = 0
        for item in self.path.rglob("*"):
            status = item.lstat()
            if stat.S_ISDIR(status.st_mode):
                assert stat.S_IMODE(status.st_mode) == 0o700
                continue
            assert status.st_mode == stat.S_IFREG | 0o600, f"{item} has the mode {status.st_mode:o}"
            name = str(item.relative_to(self.path))
            if TEMPORARY.fullmatch(item.name):
                temporary += 1
            else:
                content = item.read_bytes()
                assert content in (self.wanted[name], self.before), f"{name} is neither the old one nor the new one"
                new += content == self.wanted[name]
        if self.before is not None:
            assert all((self.path / name).exists() for name in self.wanted)
        return new, temporary

    def converges(self) -> None:
        """The next run writes the rest and says so, the one after it changes nothing, and nothing else is there."""
        new, temporary = self.check()
        ran = self.actor(MODULE, **self.options)
        assert not ran.values.get("failed"), ran.values.get("msg")
        assert ran.values["changed"] is (new < len(self.wanted) or temporary > 0)
        assert len(ran.values["written"]) == len(self.wanted) - new
        found = {str(item.relative_to(self.path)): item for item in self.path.rglob("*") if item.is_file()}
        assert {name: item.read_bytes() for name, item in found.items()} == self.wanted
        assert self.check() == (len(self.wanted), 0)
        ran = self.actor(MODULE, **self.options)
        assert (ran.values["changed"], ran.values["written"]) == (False, [])


def prepared(actor: Actor, path: Path, streams: int) -> Vault:
    """A service with so many feeds, whose keys are to be written to a path."""
    actor.sim.reset(rate_limit=0)
    ids = actor.sim.seed(independents=[f"feed{number}" for number in range(streams)])["livestreams"]
    entries = [{"name": f"room{number}", "id": item} for number, item in enumerate(ids)]
    options = {"livestreams": entries, "path": str(path)}
    ran = actor(MODULE, **options)
    assert ran.values["changed"], ran.values.get("msg")
    wanted = {str(item.relative_to(path)): item.read_bytes() for item in path.rglob("*") if item.is_file()}
    assert len(wanted) == streams * len(FILES)
    return Vault(actor, path, options, wanted)


@pytest.fixture
def vault(actor: Actor, tmp_path: Path) -> Vault:
    """Three streams."""
    return prepared(actor, tmp_path / "vault", 3)


class Killer:
    """Has the task run, and die."""

    def __init__(self, sim: Control, vault: Vault) -> None:
        client = {
            "account_id": sim.account_id,
            "app_id": sim.app_id,
            "api_token": sim.api_token,
            "base_url": sim.base_url,
        }
        command = [sys.executable, str(Path(__file__).with_name("kill_writing.py"))]
        self.job = subprocess.Popen(
            [*command, json.dumps({**client, **vault.options})],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __call__(self, step: int, number: int) -> int:
        """How many steps it has taken to the end, or -1."""
        assert self.job.stdin
        assert self.job.stdout
        if step >= 0:
            FIGURES.count("kills", "write files of keys")
        self.job.stdin.write(f"{step} {number}\n")
        self.job.stdin.flush()
        return int(self.job.stdout.readline())

    def close(self) -> None:
        """No more."""
        self.job.communicate(timeout=30)


@pytest.fixture
def killer(sim: Control, vault: Vault) -> Iterator[Killer]:
    """For this vault."""
    found = Killer(sim, vault)
    yield found
    found.close()


@pytest.mark.parametrize("before", [None, OLD.encode()], ids=["nothing", "old files"])
def test_before_every_step(vault: Vault, killer: Killer, before: bytes | None) -> None:
    """Each call that changes the file system, and in the middle of each write."""
    vault.before = before
    vault.restore()
    steps = killer(-1, 0)
    assert steps > len(vault.wanted) * 6
    assert vault.check() == (len(vault.wanted), 0)
    left = 0
    for step in range(steps):
        vault.restore()
        assert killer(step, SIGNALS[step % len(SIGNALS)]) == -1
        left += vault.check()[1]
        # Of two streams the same holds as of the first.
        if SCALE > 1 or step % 2 == (before is None):
            vault.converges()
    assert left > steps // 3


def test_after_kill_upon_kill(vault: Vault, killer: Killer) -> None:
    """What is left is cleaned up by runs that are killed as well, at the latest by the one that is not."""
    vault.before = OLD.encode()
    vault.restore()
    for step in (4, 9, 2, 14, 5, 21, 3):
        killer(step, signal.SIGKILL)
        # One for each folder at most: a run cleans up before it writes.
        assert vault.check()[1] <= len(vault.wanted) // len(FILES)
    vault.converges()


@pytest.mark.parametrize(
    ("number", "here"), [(signal.SIGKILL, True), (signal.SIGTERM, False)], ids=["in process", "as a module"]
)
def test_ansible_playbook(playbook: Player, actor: Actor, number: int, here: bool) -> None:
    """With 200 streams, at some moment while their 400 files are written."""
    vault = prepared(actor, playbook.home / "vault", 200)
    playbook.vault = vault.path
    playbook.pipelining = True
    vault.before = OLD.encode()
    command = playbook.command(
        playbook.write([{f"eventops.cloudflare.{MODULE}": vault.options}]),
        "--extra-vars",
        json.dumps({"eventops_cloudflare_in_process": here}),
    )
    cut_short = 0
    for seed in range(SCALE):
        vault.restore()
        mark = secrets.token_hex(8)
        begun = vault.path / "room0/ffmpeg.env"
        old = begun.stat().st_ino
        job = subprocess.Popen(
            command,
            env={**playbook.environment(), "KILLED": mark},
            cwd=playbook.home,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        until(lambda begun=begun, old=old: begun.stat().st_ino != old)
        time.sleep(random.Random(seed).uniform(0, 0.1))
        end_all(f"KILLED={mark}", number)
        job.wait(60)
        FIGURES.count("kills", "write files of keys, as a playbook")
        cut_short += vault.check()[0] < len(vault.wanted)
        vault.converges()
    assert cut_short


def end_all(mark: str, number: int) -> None:
    """Send a signal to all processes that have a variable in their environment, until none is left.

    Workers have groups of their own, and what has lost its parent is nobody's child.
    """

    def left() -> bool:
        members = [int(path.parent.name) for path in Path("/proc").glob("[0-9]*/environ") if _has(path, mark)]
        for member in members:
            with contextlib.suppress(ProcessLookupError):
                os.kill(member, number)
        return bool(members)

    until(lambda: not left())


def _has(environ: Path, mark: str) -> bool:
    try:
        return mark.encode() in environ.read_bytes().split(b"\0")
    except OSError:  # Over by now.
        return False
