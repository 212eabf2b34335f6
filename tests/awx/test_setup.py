# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The setup playbook, with the real modules of awx.awx: against a stand-in for the controller's API."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from awx import controller, rules
from awx.collection import fetch
from awx.controller import Controller
from awx.pattern import KINDS, PATTERN, ROOT, credential_type, meta, survey

TOKEN = "setup-token-0123456789abcdef"
GIVEN: dict[str, Any] = {
    "setup_image": "registry.example.org/eventops/event_livestream_ee",
    "setup_organization": "Events",
    "setup_start_at": "2019-08-21 09:30",
    "setup_stop_at": "2019-08-21 23:45",
    "setup_days": 5,
    "setup_time_zone": "Europe/Berlin",
    "setup_answers": {
        "event_livestream_streams": [{"name": "camp2019-mast", "independent": True}],
        "event_livestream_wait": True,
        "event_livestream_wait_timeout": 300,
    },
}


class Setup:
    """Runs the setup playbook."""

    def __init__(self, controller_url: str, home: Path) -> None:
        self.home = home
        self.results = home / "results.jsonl"
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "LANG": "C.UTF-8",
            "ANSIBLE_COLLECTIONS_PATH": str(fetch()),
            "ANSIBLE_CALLBACK_PLUGINS": str(ROOT / "tests/integration/callbacks"),
            "ANSIBLE_CALLBACKS_ENABLED": "record",
            "ANSIBLE_RECORD_PATH": str(self.results),
            "ANSIBLE_PIPELINING": "1",
            "ANSIBLE_NOCOLOR": "1",
            "CONTROLLER_HOST": controller_url,
            "CONTROLLER_OAUTH_TOKEN": controller.TOKEN,
            "CLOUDFLARE_ACCOUNT_ID": "023e105f4ecef8ad9ca31a8372d0c353",
            "CLOUDFLARE_REALTIME_APP_ID": "2ac5e0d1-7b04-4f6c-9a58-3c1e8f7d6b90",
            "CLOUDFLARE_API_TOKEN": TOKEN,
        }

    def run(
        self, *arguments: str, playbook: Path = PATTERN / "setup.yml", **given: Any
    ) -> subprocess.CompletedProcess[str]:
        """Run it at -vvvv with these variables; no secret is in its output."""
        self.results.unlink(missing_ok=True)
        command: list[str | Path] = [Path(sys.executable).with_name("ansible-playbook"), "-vvvv", playbook, *arguments]
        ran = subprocess.run(
            [*command, "-e", json.dumps(given)],
            env=self.environment,
            cwd=self.home,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        for secret in (TOKEN, controller.TOKEN):
            assert secret not in ran.stdout + ran.stderr, "a secret is in the output"
        return ran

    def changed(self, **given: Any) -> int:
        """Run it; how many tasks changed something."""
        ran = self.run(**given)
        assert ran.returncode == 0, ran.stdout
        (count,) = re.findall(r" changed=(\d+) ", ran.stdout)
        return int(count)

    def tasks(self) -> set[str]:
        """The tasks that ran."""
        return {json.loads(line)["task"] for line in self.results.read_text().splitlines()}


@dataclass
class Done:
    """A controller that was set up, with what it took."""

    awx: Controller
    setup: Setup
    changed: int
    tasks: set[str]


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Done]:
    """A controller that was set up. Tests add to it, and change nothing that others look at."""
    with controller.running() as awx:
        setup = Setup(awx.url, tmp_path_factory.mktemp("setup"))
        changed = setup.changed(**GIVEN)
        yield Done(awx, setup, changed, setup.tasks())


def modules() -> list[str]:
    """The names of the tasks that use awx.awx."""
    (play,) = yaml.safe_load(PATTERN.joinpath("setup.yml").read_text().replace("!unsafe", ""))
    return [task["name"] for task in play["tasks"] if any(key.startswith("awx.awx.") for key in task)]


def test_everything_is_set_up(done: Done) -> None:
    # Each of them ran, so that the module's own argument spec has seen each task's arguments
    assert set(modules()) <= done.tasks
    assert done.changed == len(modules())
    name = "Event livestream"
    awx = done.awx
    for kind in ("credentials", "execution_environments", "inventories", "projects"):
        assert awx.names(kind) == [name]
    assert awx.names("hosts") == ["localhost"]
    assert awx.names("labels") == meta()["aap_resources"]["controller_labels"]
    assert awx.names("job_templates") == sorted(f"{name}: {kind}" for kind in KINDS)
    assert awx.names("workflow_job_templates") == [f"{name}: provision and start"]
    assert awx.names("workflow_job_template_nodes") == ["provision", "start"]
    assert awx.names("schedules") == [f"{name}: start", f"{name}: stop"]
    events = awx.one("organizations", "Events")["id"]
    for kind in ("credentials", "execution_environments", "inventories", "projects", "workflow_job_templates"):
        assert [item["organization"] for item in awx.objects[kind].values()] == [events]


def test_a_rerun_changes_nothing_and_another_token_waits_to_be_asked_for(done: Done) -> None:
    before, writes = done.awx.state(), len(done.awx.writes)
    assert done.setup.changed(**GIVEN, setup_api_token="another") == 0
    assert done.awx.state() == before
    assert done.awx.writes[writes:] == []


def test_what_a_job_gets_is_right(done: Done) -> None:
    awx = done.awx
    name = "Event livestream"
    kind = awx.one("credential_types", credential_type()["name"])
    assert {key: kind[key] for key in credential_type()} == credential_type()
    environment = rules.injected(kind, awx.one("credentials", name)["inputs"])
    assert environment == {
        **dict.fromkeys(credential_type()["injectors"]["env"], ""),
        **{key: text for key, text in done.setup.environment.items() if key.startswith("CLOUDFLARE_")},
    }
    assert json.loads(awx.one("hosts", "localhost")["variables"]) == {
        "ansible_connection": "local",
        "ansible_python_interpreter": "{{ ansible_playbook_python }}",
    }
    assert awx.one("execution_environments", name)["image"] == GIVEN["setup_image"]
    for template, each in zip(meta()["aap_resources"]["controller_job_templates"], KINDS, strict=True):
        found = awx.one("job_templates", template["name"])
        assert found["playbook"] == f"extensions/patterns/event_livestream/playbooks/event_{each}.yml"
        assert (found["survey_enabled"], found["allow_simultaneous"], found["ask_job_type_on_launch"]) == (True,) * 3
        assert not found.get("ask_variables_on_launch")
        assert found["execution_environment"] == awx.one("execution_environments", name)["id"]
        assert found["project"] == awx.one("projects", name)["id"]
        assert found["inventory"] == awx.one("inventories", name)["id"]
        assert awx.related(found, "credentials", "credentials") == [name]
        assert awx.related(found, "labels", "labels") == template["labels"]
        assert awx.survey(found) == survey(each)


def test_the_workflow_starts_what_it_provisioned(done: Done) -> None:
    awx = done.awx
    workflow = awx.one("workflow_job_templates", "Event livestream: provision and start")
    assert (workflow["survey_enabled"], workflow["allow_simultaneous"]) == (True, True)
    assert awx.survey(workflow) == survey("start")
    for node in ("provision", "start"):
        found = awx.one("workflow_job_template_nodes", node)
        assert found["workflow_job_template"] == workflow["id"]
        assert found["unified_job_template"] == awx.one("job_templates", f"Event livestream: {node}")["id"]
    nodes = "workflow_job_template_nodes"
    assert awx.related(awx.one(nodes, "provision"), "success_nodes", nodes) == ["start"]
    assert awx.related(awx.one(nodes, "start"), "success_nodes", nodes) == []


def test_the_schedules_start_and_stop_each_day(done: Done) -> None:
    awx = done.awx
    for kind, hour, minute in (("start", 9, 30), ("stop", 23, 45)):
        found = awx.one("schedules", f"Event livestream: {kind}")
        times = list(rules.check_rrule(found["rrule"]))
        assert [time.replace(tzinfo=None) for time in times] == [
            datetime(2019, 8, day, hour, minute) for day in range(21, 26)
        ]
        assert {time.utcoffset().total_seconds() for time in times} == {7200}
        assert found["enabled"] is True
        answers = found["extra_data"]
        assert yaml.safe_load(answers["event_livestream_streams"]) == GIVEN["setup_answers"]["event_livestream_streams"]
        assert (answers["event_livestream_wait"], answers["event_livestream_wait_timeout"]) == ("true", 300)


def test_check_mode_changes_nothing(done: Done) -> None:
    before = len(done.awx.writes)
    ran = done.setup.run("--check", **{**GIVEN, "setup_image": "registry.example.org/newer"})
    assert ran.returncode == 0, ran.stdout
    assert re.findall(r" changed=(\d+) ", ran.stdout) == ["1"]
    assert done.awx.writes[before:] == []


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"setup_image": ""}, "setup_image is empty"),
        ({"setup_app_id": ""}, "The account or the app is missing"),
        ({"setup_api_token": "", "setup_email": "events@example.org"}, "There is no token"),
        ({"setup_start_at": "tomorrow"}, "setup_start_at and setup_stop_at have to be"),
        ({"setup_days": 0}, "setup_days a number from 1 to 999"),
    ],
)
def test_what_is_missing_is_said_before_anything_is_made(done: Done, change: dict[str, Any], text: str) -> None:
    before = len(done.awx.writes)
    ran = done.setup.run(**{**GIVEN, **change})
    assert ran.returncode == 2
    assert text in " ".join(ran.stdout.split())
    assert done.awx.writes[before:] == []


@pytest.mark.parametrize(
    ("task", "good", "bad", "text"),
    [
        ("Have the job templates", "labels: ", "lables: ", "Unsupported parameters"),
        ("Have the job templates", "job_type: run", "job_type: walk", "value of job_type must be one of"),
        ("Have the schedules", "INTERVAL=1;", "", "INTERVAL is missing"),
    ],
)
def test_a_mistake_would_be_noticed(done: Done, tmp_path: Path, task: str, good: str, bad: str, text: str) -> None:
    shutil.copytree(PATTERN, tmp_path, dirs_exist_ok=True)
    source = (tmp_path / "setup.yml").read_text()
    assert good in source
    (tmp_path / "setup.yml").write_text(source.replace(good, bad))
    ran = done.setup.run("--start-at-task", task, playbook=tmp_path / "setup.yml", **GIVEN)
    assert ran.returncode == 2
    assert text in ran.stdout, ran.stdout[-2500:]


def test_a_second_event_has_its_own(done: Done) -> None:
    given = {"setup_image": GIVEN["setup_image"], "setup_name": "Camp", "setup_organization": "Events"}
    done.setup.changed(**given, setup_update_secrets="true", setup_api_token="another")
    assert {f"Camp: {kind}" for kind in KINDS} < set(done.awx.names("job_templates"))
    assert [name for name in done.awx.names("schedules") if "Camp" in name] == []
    assert done.awx.one("credentials", "Camp")["inputs"]["api_token"] == "another"
    assert done.awx.one("credentials", "Event livestream")["inputs"]["api_token"] == TOKEN


def test_the_syntax_is_right(done: Done) -> None:
    assert done.setup.run("--syntax-check").returncode == 0
