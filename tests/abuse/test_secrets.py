# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where a token, an API key or a stream key could turn up: output, files, other processes. None of it does.

The token of most tests is in the environment of ansible-playbook, which its children inherit: that is expected.
"""

from __future__ import annotations

import contextlib
import json
import stat
import subprocess
import threading
import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.parsing.vault import VaultLib, VaultSecret

from integration.conftest import Player
from simulator.client import Control

HERE = pytest.mark.parametrize("here", [True, False], ids=["in process", "as a module"])
VARIABLE = "eventops_cloudflare_in_process"
GROUP = "group/eventops.cloudflare.realtime"
# Raises whatever it knows: the request's headers, and the answer with the stream key in it.
CRASH = """
import requests

send = requests.Session.send

def broken(self, request, **options):
    answer = send(self, request, **options)
    if request.method == "POST":
        raise RuntimeError(f"{dict(request.headers)} {answer.text}")
    return answer

requests.Session.send = broken
"""


def module(kind: str, options: dict[str, Any], /, **keywords: Any) -> dict[str, Any]:
    """A task that may fail."""
    return {f"eventops.cloudflare.realtime_{kind}": options, "ignore_errors": True, **keywords}


def tasks(sim: Control) -> list[dict[str, Any]]:
    """Successes, refusals, a lost answer and invalid options; keys among what is answered, and asked for."""
    seeded = sim.seed(meetings=3, active=True, independents=["feed"])
    idle = sim.add_meeting()
    sim.configure(active_has_key=True, extra_fields=True)
    sim.faults(
        {"kind": "status", "operation": "get_meeting", "status": 403, "body": {"message": f"not with {sim.api_token}"}},
        {"kind": "reset", "operation": "stop_livestream", "when": "after"},
    )
    keyed = {"return_stream_key": True, "wait": False, "state": "started"}
    return [
        module("livestream", {"meeting_id": idle, "state": "started", "wait": False}, name="start", diff=True),
        module("livestream", {"meeting_id": seeded["meetings"][0], "state": "stopped", "wait": False}),
        module("livestream", {"name": "feed"}, register="found"),
        module("livestream", {"meeting_id": idle, **keyed}, register="kept", no_log=True),
        module("livestreams", {"livestreams": [{"meeting_id": idle}], **keyed}, no_log=True),
        module("livestream_info", {}, register="all"),
        module("livestream_info", {"meeting_id": idle, "active": True}),
        module("meeting_info", {"meeting_id": "nowhere"}),
        module(
            "meeting",
            {"title": "x", "recording_config": {"storage_config": {"type": "aws", "secret": "{{ storage_secret }}"}}},
        ),
        module("livestream", {"meeting_id": "../x", "state": "stopped"}),
        module("livestream", {"name": "x", "retries": "many"}),
        {"ansible.builtin.set_fact": {"everything": "{{ [found, all] }}", "cacheable": True}},
        {"ansible.builtin.debug": {"var": "everything"}},
    ]


def secret_of(playbook: Player) -> Path:
    """A file of variables, outside of what is searched."""
    source = playbook.home.parent / "secret.json"
    source.write_text(json.dumps({"storage_secret": playbook.sim.api_key}))
    return source


@pytest.mark.parametrize(
    ("here", "callback"),
    [
        pytest.param(True, "default", marks=pytest.mark.cores),
        pytest.param(False, "default", marks=pytest.mark.cores),
        (True, "json"),
        (True, "minimal"),
    ],
)
def test_outputs_logs_caches_and_reports(playbook: Player, sim: Control, here: bool, callback: str) -> None:
    """With everything switched on that writes: the player searches the output and all files."""
    playbook.pipelining = True
    home = playbook.home
    environment = {
        "ANSIBLE_STDOUT_CALLBACK": callback,
        "ANSIBLE_CALLBACKS_ENABLED": "record,ansible.builtin.junit,ansible.builtin.tree",
        "ANSIBLE_CALLBACK_TREE_DIR": str(home / "tree"),
        "JUNIT_OUTPUT_DIR": str(home / "junit"),
        "JUNIT_INCLUDE_SETUP_TASKS_IN_REPORT": "1",
        "ANSIBLE_CACHE_PLUGIN": "jsonfile",
        "ANSIBLE_CACHE_PLUGIN_CONNECTION": str(home / "facts"),
        "ANSIBLE_RETRY_FILES_ENABLED": "1",
        "ANSIBLE_RETRY_FILES_SAVE_PATH": str(home / "retry"),
        "ANSIBLE_DISPLAY_ARGS_TO_STDOUT": "1",
        "ANSIBLE_DIFF_ALWAYS": "1",
    }
    play = [*tasks(sim), {"name": "end", "ansible.builtin.fail": {"msg": "for the retry file"}}]
    ran = playbook(play, "--extra-vars", f"@{secret_of(playbook)}", environment=environment, extra={VARIABLE: here})
    assert len(ran.results) == len(play), ran.output[-3000:]
    assert [item["failed"] for item in ran.results[:7]] == [False] * 7
    written = {path.relative_to(home).parts[0] for path in home.rglob("*") if path.is_file()}
    assert {"tree", "junit", "facts", "retry", "ansible.log"} <= written
    # One line for each host that has failed, and nothing else.
    assert [path.read_text() for path in (home / "retry").iterdir()] == ["localhost\n"]
    assert len(sim.secrets()) > 4


@HERE
def test_debugging_output_of_ansible_itself(playbook: Player, sim: Control, here: bool) -> None:
    """As Ansible warns, it shows what modules are given and return, whatever no_log says: here, nothing secret."""
    play = [task for task in tasks(sim) if "no_log" not in task and "storage_secret" not in str(task)][:4]
    found = playbook(play, environment={"ANSIBLE_DEBUG": "1"}, extra={VARIABLE: here})
    assert len(found.results) == len(play)


@pytest.mark.cores
@HERE
def test_a_crash_tells_nothing(playbook: Player, sim: Control, here: bool, tmp_path: Path) -> None:
    """An error that nobody has foreseen, whose text holds everything."""
    (tmp_path / "sitecustomize.py").write_text(CRASH)
    play = [
        module("livestream", {"meeting_id": sim.add_meeting(), "state": "started", "wait": False}, name="start"),
        module("livestreams", {"livestreams": [{"name": "x"}, {"name": "y"}]}, name="many"),
    ]
    ran = playbook(play, environment={"PYTHONPATH": str(tmp_path)}, extra={VARIABLE: here})
    for name in ("start", "many"):
        assert ran.registered(name)["msg"].startswith("This is a bug in eventops.cloudflare (RuntimeError)")
    assert sim.secrets()


@HERE
@pytest.mark.parametrize("given", ["the environment", "an option"])
def test_module_files_that_are_kept(playbook: Player, sim: Control, here: bool, given: str) -> None:
    """A module that is given a token carries it in its payload, where only its user gets; in process, none is
    written. What the environment says is in no file at all."""
    token = sim.api_token
    source = playbook.home.parent / "token.json"
    source.write_text(json.dumps({"token": token}))
    environment = {"ANSIBLE_KEEP_REMOTE_FILES": "1"}
    arguments = ["-vvvv", "--extra-vars", json.dumps({VARIABLE: here})]
    play: list[Any] = [module("livestream_info", {})]
    if given == "an option":
        environment["CLOUDFLARE_API_TOKEN"] = ""
        arguments += ["--extra-vars", f"@{source}"]
        play = [{"module_defaults": {GROUP: {"api_token": "{{ token }}"}}, "tasks": play, "hosts": "localhost"}]
    ran = playbook.run(play, arguments, environment)
    assert ran.returncode == 0, ran.stdout
    assert len(sim.journal()) == 1
    assert sim.journal()[0].status == 200
    assert token not in ran.stdout + ran.stderr
    kept = [path for path in playbook.home.rglob("*") if path.is_file()]
    payloads = [path for path in kept if path.name.startswith("AnsiballZ_")]
    carrying = [path for path in kept if token in path.read_text(errors="replace")]
    assert len(payloads) == (0 if here else 1)
    assert carrying == (payloads if given == "an option" else [])
    for path in carrying:
        # Ansible lets others read the file, but not get there.
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


@HERE
@pytest.mark.parametrize("given", ["the environment", "a vault"])
def test_other_processes(playbook: Player, sim: Control, here: bool, given: str) -> None:
    """No command line ever holds a secret; and no environment, unless the user has put it there."""
    sim.configure(latency=0.2)
    password = playbook.home / "password"
    password.write_text("geheim")
    vaulted = playbook.home / "vaulted.yml"
    lib = VaultLib([("default", VaultSecret(b"geheim"))])
    vaulted.write_bytes(lib.encrypt(yaml.safe_dump({"token": sim.api_token}).encode()))
    meeting = sim.add_meeting()
    started = {"meeting_id": meeting, "state": "started", "wait": False, "return_stream_key": True}
    play: list[Any] = [
        {
            "hosts": "localhost",
            "tasks": [
                module("livestream", started, no_log=True),
                module("livestreams", {"livestreams": [{"name": "x"}]}),
            ],
        }
    ]
    environment: dict[str, str | None] = {}
    if given == "a vault":
        play[0] |= {"vars_files": [str(vaulted)], "module_defaults": {GROUP: {"api_token": "{{ token }}"}}}
        environment = {"CLOUDFLARE_API_TOKEN": None, "ANSIBLE_VAULT_PASSWORD_FILE": str(password)}
    variables = {**playbook.environment(), **environment}
    command = playbook.command(playbook.write(play), "--extra-vars", json.dumps({VARIABLE: here}))
    seen: dict[str, set[bytes]] = {"cmdline": set(), "environ": set()}
    with (playbook.home / "output").open("w") as output:
        job = subprocess.Popen(
            command,
            env={name: value for name, value in variables.items() if value is not None},
            cwd=playbook.home,
            stdout=output,
            stderr=output,
        )
        watching = threading.Thread(target=watch, args=(job, seen))
        watching.start()
        assert job.wait(120) == 0
        watching.join(10)
    assert [entry.status for entry in sim.journal("start_livestream")] == [201]
    assert any(b"ansible-playbook" in line for line in seen["cmdline"])
    assert here or any(b"AnsiballZ_realtime" in line for line in seen["cmdline"])
    for secret in (sim.api_token, sim.api_key, *sim.secrets()):
        held = secret.encode()
        assert not [line for line in seen["cmdline"] if held in line]
        allowed = given == "the environment" and secret == sim.api_token
        assert any(held in line for line in seen["environ"]) is allowed
    playbook.search((playbook.home / "output").read_text(), keys=False)


def watch(job: subprocess.Popen[bytes], seen: dict[str, set[bytes]]) -> None:
    """Look at a process and all that descend from it, as often as possible, until it ends."""
    family = {str(job.pid)}
    while job.poll() is None:
        for process in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                parent = (process / "stat").read_text().rpartition(")")[2].split()[1]
                if process.name in family or parent in family:
                    family.add(process.name)
                    for what, lines in seen.items():
                        lines.add((process / what).read_bytes())
        time.sleep(0.002)
