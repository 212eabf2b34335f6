# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The modules, the role and the playbooks as a user runs them: real ansible-playbook, at -vvvv, on the simulator.

Whatever is run is run in check mode first, which must send nothing that changes anything, then for real, then again.
Every output and every written file is searched for secrets (see conftest.Player).
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from integration.runs import both_ways, task, thrice

if TYPE_CHECKING:
    from simulator.client import Control

ROOT = Path(__file__).parents[2]
MODULES = [
    "realtime_livestream",
    "realtime_livestreams",
    "realtime_livestream_info",
    "realtime_analytics_info",
    "realtime_meeting",
    "realtime_meetings",
    "realtime_meeting_info",
    "realtime_event",
    "realtime_event_info",
    "realtime_check",
    "realtime_credentials",
]
# Those that take no client options.
ALONE = ["realtime_playback_info"]


@pytest.fixture
def way() -> bool:
    """In process, where a test does not run both ways. That both say the same is for test_modes.py."""
    return True


@pytest.fixture
def playbook(playbook: Any, way: bool) -> Any:
    """Runs playbooks, in the controller's process or as modules."""
    playbook.in_process = way
    return playbook


@both_ways
def test_a_meeting_is_started_and_stopped(playbook: Any, sim: Control) -> None:
    sim.configure(live_delay=1, playback_delay=2, stop_delay=1)
    meeting = sim.add_meeting()
    size = {"width": 1280, "height": 720}
    start = task("Start", meeting_id=meeting, name="main", state="started", video_config=size)
    ran = thrice(playbook, [start], changed=1)
    result = ran.registered("Start")
    assert result["livestream"]["status"] == "LIVE"
    assert result["livestream"]["playback_url"].endswith("/manifest/video.m3u8")
    assert result["diff"]["before"] == {}
    assert result["diff"]["after"]["status"] == "LIVE"
    assert ran.accepted[0].body == {"name": "main", "video_config": size}
    assert '+    "status": "LIVE"' in ran.output
    ran = thrice(playbook, [task("Stop", meeting_id=meeting, state="stopped")], changed=1)
    assert '-    "status": "LIVE"' in ran.output
    assert '+    "status": "IDLE"' in ran.output


@both_ways
def test_an_independent_livestream_is_created(playbook: Any, sim: Control) -> None:
    ran = thrice(playbook, [task("Feed", name="feed")], changed=1)
    (feed,) = sim.livestreams()
    assert ran.registered("Feed")["livestream"]["id"] == feed["id"]
    sim.push(feed["id"])
    thrice(playbook, [task("Live", name="feed", state="started")], changed=0)
    sim.unpush(feed["id"])
    thrice(playbook, [task("Ended", livestream_id=feed["id"], state="stopped")], changed=0)


@both_ways
def test_meetings_are_created_changed_and_retired(playbook: Any, sim: Control) -> None:
    storage = {"type": "aws", "bucket": "talks", "access_key": "AKIA-unit-4711", "secret": "geheim-unit-4711"}
    recording = {
        "storage_config": storage,
        "live_streaming_config": {"rtmp_url": "rtmp://a.example.org/geheim-unit-4712"},
    }
    curie = {"title": "Curie", "record_on_start": True, "recording_config": recording}
    ran = thrice(playbook, [task("One", "realtime_meeting", **curie)], changed=1)
    meeting = ran.registered("One")["meeting"]
    assert meeting["recording_config"]["storage_config"] == {"type": "aws", "bucket": "talks"}
    assert ran.accepted[0].body["recording_config"]["storage_config"]["secret"] == "geheim-unit-4711"
    for text in ("AKIA-unit-4711", "geheim-unit-4711", "geheim-unit-4712"):
        assert text not in ran.output
    entries = [{"title": "Curie", "persist_chat": True}, {"title": "Meitner"}]
    thrice(playbook, [task("Both", "realtime_meetings", meetings=entries)], changed=1)
    info = playbook([task("Look", "realtime_meeting_info", status="active")]).registered("Look")["meetings"]
    assert sorted(item["title"] for item in info) == ["Curie", "Meitner"]
    thrice(playbook, [task("Retire", "realtime_meetings", meetings=[{"title": "Curie"}], state="inactive")], changed=1)
    thrice(playbook, [task("Again", "realtime_meeting", meeting_id=meeting["id"])], changed=1)


@both_ways
def test_what_is_there_is_looked_up(playbook: Any, sim: Control) -> None:
    seeded = sim.seed(meetings=2, active=True, independents=["feed"])
    sim.advance(60)
    tasks = [
        task("All", "realtime_livestream_info"),
        task("Live", "realtime_livestream_info", status="LIVE", exclude_meetings=False, limit=1),
        task("One", "realtime_livestream_info", livestream_id=seeded["livestreams"][0]),
        task("None", "realtime_livestream_info", meeting_id="nowhere"),
        task("Used", "realtime_analytics_info", start_time="2020-01-01", end_time="2100-01-01"),
        task("App", "realtime_analytics_info", report="app_daily"),
    ]
    ran = thrice(playbook, tasks, changed=0)
    assert len(ran.registered("All")["livestreams"]) == 3
    assert len(ran.registered("Live")["livestreams"]) == 1
    assert ran.registered("One")["livestreams"][0]["sessions"]
    assert ran.registered("None")["livestreams"] == []
    assert ran.registered("Used")["analytics"]["count"] == 2


@both_ways
def test_credentials_from_module_defaults_reach_every_module(playbook: Any, sim: Control) -> None:
    environment = {name: None for name in playbook.environment() if name.startswith("CLOUDFLARE_")}
    sim.add_meeting(title="camp: Meitner")
    needed: dict[str, Any] = {
        "realtime_livestream": {"name": "feed"},
        "realtime_livestreams": {"livestreams": []},
        "realtime_meeting": {"title": "Curie"},
        "realtime_meetings": {"meetings": [{"title": "Meitner"}]},
        "realtime_event": {"event": "camp", "streams": [{"name": "camp-curie", "meeting_title": "Curie"}]},
        "realtime_event_info": {"event": "camp"},
        "realtime_credentials": {"livestreams": [{"name": "feed", "meeting_id": "m1"}], "path": "/nonexistent"},
    }
    tasks = [task(module, module, **needed.get(module, {})) for module in MODULES]
    defaults = {
        "account_id": sim.account_id,
        "app_id": sim.app_id,
        "api_token": "{{ lookup('ansible.builtin.file', token_file) }}",
        "base_url": sim.base_url,
    }
    play = [{"module_defaults": {"group/eventops.cloudflare.realtime": defaults}, "tasks": tasks}]
    # Kept outside the home, which is searched for the token.
    token_file = playbook.home.parent / "token"
    token_file.write_text(sim.api_token)
    ran = playbook(play, environment=environment, extra={"token_file": str(token_file)})
    assert ran.returncode == 0, ran.output
    assert {entry.credential for entry in ran.journal} == {"token"}
    without = playbook(tasks, environment={**environment, "CLOUDFLARE_API_TOKEN": sim.api_token})
    assert without.returncode == 2
    told = " ".join(without.output.split())
    assert "account_id is empty: give it, or set CLOUDFLARE_ACCOUNT_ID in the environment" in told


@both_ways
def test_a_key_works_as_well(playbook: Any, sim: Control) -> None:
    environment = {
        "CLOUDFLARE_API_TOKEN": None,
        "CLOUDFLARE_API_KEY": sim.api_key,
        "CLOUDFLARE_EMAIL": sim.email,
    }
    ran = playbook([task("Look", "realtime_livestream_info")], environment=environment)
    assert ran.returncode == 0, ran.output
    assert {entry.credential for entry in ran.journal} == {"key"}


@both_ways
def test_the_stream_key_is_returned_when_asked_for_and_hidden_by_no_log(playbook: Any, sim: Control) -> None:
    meeting = sim.add_meeting()
    start = task("Start", meeting_id=meeting, state="started", return_stream_key=True)
    use = {
        "name": "Use",
        "ansible.builtin.assert": {"that": ["started.livestream.stream_key | length > 20"]},
        "no_log": True,
    }
    ran = playbook([{**start, "no_log": True, "register": "started"}, use])
    assert ran.returncode == 0, ran.output
    ran = playbook([start], keys=True)
    assert ran.registered("Start")["livestream"]["stream_key"] == sim.secrets()[0]


ERRORS = [
    pytest.param(
        {"status": 401, "body": {"message": "Unauthorized"}}, "HTTP 401 Unauthorized: Unauthorized; check api_token"
    ),
    pytest.param({"status": 403, "body": ""}, "HTTP 403 Forbidden: Forbidden; the token needs the permission Realtime"),
    pytest.param(
        {"status": 404, "body": {"success": False, "errors": [{"code": 7003, "message": "Could not route"}]}},
        "HTTP 404 Not Found: Could not route; check account_id, app_id and base_url",
    ),
    pytest.param(
        {"status": 422, "body": {"message": "bad"}},
        "HTTP 422 Unprocessable Entity: bad; the service does not accept this",
    ),
    pytest.param(
        {"status": 429, "headers": {"Retry-After": "301"}}, "HTTP 429 Too Many Requests: Too Many Requests; try again"
    ),
    pytest.param(
        {"status": 502, "body": "<html>bad</html>", "content_type": "text/html"}, "HTTP 502 Bad Gateway: Bad Gateway"
    ),
    pytest.param({"status": 200, "body": "<html>", "content_type": "text/html"}, "HTTP 200 OK: the answer is not JSON"),
    pytest.param(
        {"status": 302, "headers": {"Location": "http://example.org/"}}, "HTTP 302 Found: Found; a redirect is followed"
    ),
]


@pytest.mark.parametrize(("fault", "text"), ERRORS)
def test_errors_say_what_was_asked_what_was_said_and_what_to_do(
    playbook: Any, sim: Control, fault: dict[str, Any], text: str
) -> None:
    sim.faults({"kind": "status", "times": None, **fault})
    ran = playbook([task("Stop", meeting_id="m1", state="stopped", retries=1, retry_max_wait=1)])
    assert ran.returncode == 2
    result = ran.registered("Stop")
    assert result["msg"].startswith(f"Read the active livestream of the meeting m1: {text}")
    assert "<html>" not in ran.output
    assert set(result["error"]) == {"status", "code", "message", "request_id", "method", "path"}
    assert result["error"]["status"] == fault["status"]
    assert result["changed"] is False


def test_errors_without_an_answer(playbook: Any, sim: Control) -> None:
    tasks = [task("Look", "realtime_livestream_info", base_url="http://127.0.0.1:9", retries=0)]
    ran = playbook(tasks)
    assert ran.returncode == 2
    assert (
        "List the livestreams: the connection failed: Connection refused; check the network"
        in ran.registered("Look")["msg"]
    )
    sim.faults({"kind": "delay", "seconds": 2})
    ran = playbook([task("Look", "realtime_livestream_info", timeout=0.5, retries=0)])
    assert "List the livestreams: no answer within 0.5 s" in ran.registered("Look")["msg"]


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"name": "x", "base_url": "http://example.org"}, "base_url is plain http to example.org"),
        ({"meeting_id": "../../x", "state": "started"}, "meeting_id is not an ID"),
        ({"livestream_id": "a/../b"}, "livestream_id is not an ID"),
        ({"meeting_id": "m1"}, "use state started"),
        ({}, "which livestream is meant"),
        ({"name": "x", "state": "running"}, "value of state must be one of: present, started, stopped"),
        ({"name": "x", "rename": True}, "Supported parameters include"),
        ({"name": "x", "video_config": {"depth": 3}}, "Supported parameters include: height, width"),
        ({"name": "x", "ca_path": "/nonexistent.pem"}, "ca_path does not exist"),
    ],
)
def test_bad_options_are_refused_before_anything_is_sent(
    playbook: Any, sim: Control, options: dict[str, Any], text: str
) -> None:
    ran = playbook([task("Do", **options)])
    assert ran.returncode == 2
    assert text in ran.registered("Do")["msg"]
    assert ran.journal == []


@both_ways
def test_a_failed_wait_says_that_something_was_changed(playbook: Any, sim: Control) -> None:
    sim.configure(live_delay=60)
    ran = playbook([task("Start", meeting_id=sim.add_meeting(), state="started", wait_timeout=1)])
    result = ran.registered("Start")
    assert ran.returncode == 2
    assert result["changed"]
    assert "was not LIVE within 1 s: its last status was INVOKED" in result["msg"]


@both_ways
def test_two_playbooks_at_once_start_one_livestream(playbook: Any, sim: Control) -> None:
    sim.configure(live_delay=1)
    meeting = sim.add_meeting()
    play = playbook.home / "start.yml"
    tasks = [task("Start", meeting_id=meeting, state="started")]
    play.write_text(yaml.safe_dump([{"hosts": "localhost", "gather_facts": False, "tasks": tasks}]))
    command = playbook.command(play, "-e", json.dumps({"eventops_cloudflare_in_process": playbook.in_process}))
    environment = {name: value for name, value in playbook.environment().items() if name != "ANSIBLE_CALLBACKS_ENABLED"}
    jobs = [
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        for _job in range(2)
    ]
    outputs = [job.communicate(timeout=60)[0] for job in jobs]
    assert [job.returncode for job in jobs] == [0, 0], outputs
    assert sum("changed=1" in output for output in outputs) == 1
    assert len(sim.livestreams()) == 1


def test_the_documentation_is_complete() -> None:
    command = [str(Path(sys.executable).with_name("ansible-doc")), "--json"]
    environment = {"ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".build"), "PATH": "/usr/bin:/bin", "HOME": "/nonexistent"}
    modules = [*MODULES, *ALONE]
    names = [f"eventops.cloudflare.{module}" for module in modules]
    ran = subprocess.run([*command, *names], env=environment, capture_output=True, text=True, check=True)
    documents = json.loads(ran.stdout)
    for module, name in zip(modules, names, strict=True):
        document = documents[name]
        doc = document["doc"]
        assert all(option["description"] for option in doc["options"].values())
        assert doc["attributes"]["check_mode"]["support"] == "full"
        assert doc["attributes"]["diff_mode"]["support"] == ("N/A" if module.endswith(("_info", "_check")) else "full")
        assert yaml.safe_load(document["examples"])
        client = {"account_id", "app_id", "api_token", "base_url", "retries"} & set(doc["options"])
        if module in ALONE:
            assert not client
            assert "action_group" not in doc["attributes"]
        else:
            assert len(client) == 5
            assert doc["attributes"]["action_group"]["membership"] == ["eventops.cloudflare.realtime"]
            # The check-up fails for nothing: each thing that is wrong is a line of its table.
            assert module == "realtime_check" or {"api", "error"} < set(document["return"])


@pytest.mark.parametrize("module", [*MODULES, *ALONE])
def test_the_examples_run(playbook: Any, sim: Control, module: str) -> None:
    """The examples of each module's documentation, as they stand, on what they name."""
    source = (ROOT / f"plugins/modules/{module}.py").read_text()
    examples = yaml.safe_load(source.split('EXAMPLES = r"""')[1].split('"""')[0])
    meeting = sim.add_meeting(id="bbb87945-df1c-49d9-8159-262a7ae6cfde")
    sim.add_meeting(id="5f3c9a0e-7b52-4c55-9d7e-0a4f1f7f3a11")
    sim.add_meeting(title="camp2019: Meitner")
    sim.seed(meetings=1, active=True)
    sim.configure(created_later_status="INVOKED")
    if module == "realtime_livestream":
        # The encoder of the last example.
        sim.push(sim.seed(independents=["camp2019-aerial"])["livestreams"][0])
    ran = playbook(examples, keys=True)
    assert ran.returncode == 0, ran.output
    assert meeting not in [item["meeting_id"] for item in sim.livestreams() if item["status"] in ("LIVE", "INVOKED")]
