# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The command line."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from simulator.client import Control
from simulator.credentials import DEFAULT_API_KEY, DEFAULT_API_TOKEN
from simulator.server import main

TESTS = Path(__file__).resolve().parents[2]


@contextmanager
def started(*arguments: str, command: tuple[str, ...] = (str(TESTS / "simulator"),)) -> Iterator[tuple[str, Control]]:
    """The first two lines that the simulator prints, and its control plane; checks that it stops quietly."""
    environment = {**os.environ, "PYTHONPATH": str(TESTS)}
    process = subprocess.Popen(
        [sys.executable, *command, "--port", "0", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )
    assert process.stdout is not None
    try:
        printed = process.stdout.readline() + process.stdout.readline()
        address = printed.split()[2].removesuffix("/client/v4")
        control = Control(address)
        yield printed, control
        control.close()
    finally:
        process.send_signal(signal.SIGTERM)
        output, errors = process.communicate(timeout=10)
    assert (output, errors) == ("", "")
    assert process.returncode == 0


@pytest.mark.parametrize("command", [(str(TESTS / "simulator"),), ("-m", "simulator")])
def test_prints_its_address(command: tuple[str, ...]) -> None:
    with started(command=command) as (printed, control):
        first, second = printed.splitlines()
        assert first == f"RealtimeKit simulator: {control.url}/client/v4"
        assert f"{control.url}/docs" in second
        assert DEFAULT_API_TOKEN not in printed
        assert DEFAULT_API_KEY not in printed
        assert requests.get(f"{control.url}/docs", timeout=10).status_code == 200


def test_options(tmp_path: Path) -> None:
    journal = tmp_path / "journal.jsonl"
    arguments = ["--account-id", "a" * 32, "--app-id", "mine", "--profile", '{"nulls": "missing"}']
    arguments += ["--set", "active_none=400", "--set", "live_delay=1.5", "--journal", str(journal)]
    with started(*arguments) as (_unused, control):
        assert (control.account_id, control.app_id) == ("a" * 32, "mine")
        profile = control.profile()
        assert (profile.nulls, profile.active_none, profile.live_delay) == ("missing", "400", 1.5)
        requests.get(control.app_url + "/meetings", headers={"Authorization": "Bearer x"}, timeout=10)
    (line,) = journal.read_text(encoding="utf-8").splitlines()
    assert (json.loads(line)["operation"], json.loads(line)["status"]) == ("list_meetings", 401)


def test_profiles(tmp_path: Path) -> None:
    file = tmp_path / "profile.json"
    file.write_text('{"stop_none": "409"}', encoding="utf-8")
    with started("--profile", str(file)) as (_unused, control):
        assert control.profile().stop_none == "409"
    with started("--profile", "hostile", "--set", "extra_fields=false") as (_unused, control):
        assert (control.profile().disabled_type, control.profile().extra_fields) == ("string", False)


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["--set", "active_none=418"], 2, "active_none: Input should be"),
        (["--set", "nonsense=1"], 2, "nonsense: Extra inputs"),
        (["--set", "nonsense"], 2, "expected name=value"),
        (["--profile", "/no/such/file"], 2, "No such file"),
        (["--profile", "{"], 2, "Expecting property name"),
        (["--journal", "/no/such/directory/file"], 1, "No such file"),
    ],
)
def test_mistakes(capsys: pytest.CaptureFixture[str], arguments: list[str], status: int, message: str) -> None:
    assert main(["--port", "0", *arguments]) == status
    assert message in capsys.readouterr().err
