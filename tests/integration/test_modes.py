# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""In the controller's process or as a module: the same results, key by key, and nothing else that differs."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from integration.profiles import PROFILES
from simulator.profile import DEFAULT, NAMED

if TYPE_CHECKING:
    from simulator.client import Control

HERE, THERE = "runs in process", "runs as a module"
VARIABLE = "eventops_cloudflare_in_process"
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
VOLATILE = [
    (re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z"), "TIME"),
    (re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"), "DAY"),
    (re.compile(r"/playback/[0-9a-f]+/"), "/playback/X/"),
    (re.compile(r"[0-9a-f]{16}-SIM"), "RAY"),
    (re.compile(r'"(ingest|viewer)_seconds": [0-9.]+'), '"SECONDS": 0'),
    (re.compile(r'"total_(\w+)": [0-9.]+'), '"TOTAL": 0'),
    (re.compile(r"\d\d:\d\d:\d\d UTC \(in \d+ s\)"), "THEN"),
]


@pytest.fixture
def playbook(playbook: Any) -> Any:
    """Runs playbooks; modules as fast as Ansible can."""
    playbook.pipelining = True
    return playbook


def task(heading: str, module: str = "realtime_livestream", /, **options: Any) -> dict[str, Any]:
    """A task that may fail."""
    return {"name": heading, f"eventops.cloudflare.{module}": options, "ignore_errors": True}


def comparable(results: list[dict[str, Any]]) -> list[Any]:
    """Results without what differs between any two runs: IDs by order of appearance, times, request IDs."""
    known: dict[str, str] = {}
    text = json.dumps([{**item, "result": without_invocation(item["result"])} for item in results], sort_keys=True)
    text = UUID.sub(lambda match: known.setdefault(match[0], f"ID{len(known)}"), text)
    for pattern, replacement in VOLATILE:
        text = pattern.sub(replacement, text)
    found: list[Any] = json.loads(text)
    return found


def without_invocation(result: dict[str, Any]) -> dict[str, Any]:
    """All keys but the one that may differ."""
    return {key: value for key, value in result.items() if key != "invocation"}


def prepare(sim: Control, profile: Any) -> list[dict[str, Any]]:
    """A service with something in it, and tasks for every state and module."""
    sim.reset(profile, rate_limit=0, stop_delay=0)
    seeded = sim.seed(meetings=2, active=True, independents=["there", "twice", "twice"])
    sim.advance(60)
    idle = [sim.add_meeting() for _number in range(3)]
    for meeting in idle:
        sim.presence(meeting, 1)
    running = seeded["meetings"]
    return [
        task("start", meeting_id=idle[0], state="started", name="main"),
        task("started", meeting_id=running[0], state="started", name="other", wait=False),
        task("stop", meeting_id=running[1], state="stopped"),
        task("stopped", meeting_id=idle[1], state="stopped"),
        task("create", name="feed"),
        task("two of a name", name="twice", video_config={"width": 1}),
        task("present by ID", livestream_id=seeded["livestreams"][-1]),
        task("not live", name="there", state="started", wait=False),
        task("refused", meeting_id=idle[2]),
        task("nowhere", meeting_id="nowhere", state="started", wait_timeout=1),
        task(
            "batch",
            "realtime_livestreams",
            state="started",
            wait=False,
            livestreams=[
                {"meeting_id": idle[0]},
                {"meeting_id": idle[2]},
                {"meeting_id": running[0], "state": "stopped"},
            ],
        ),
        task("info", "realtime_livestream_info", meeting_id=idle[0]),
        task(
            "meeting",
            "realtime_meeting",
            title="Curie",
            persist_chat=True,
            ai_config={"transcription": {"language": "de"}},
        ),
        task("meetings", "realtime_meetings", meetings=[{"title": "Curie", "state": "inactive"}, {"title": "Meitner"}]),
        task("open", "realtime_meeting_info", title="Meitner"),
        task("list", "realtime_livestream_info", sort_order="desc", limit=3),
        task("analytics", "realtime_analytics_info", report="livestreams_daily"),
    ]


def compare(playbook: Any, sim: Control, profile: Any, wanted: set[str] | None = None) -> None:
    """Run the tasks both ways, each on a service of the same history."""
    found = []
    for here in (True, False):
        tasks = [item for item in prepare(sim, profile) if wanted is None or item["name"] in wanted]
        ran = playbook(tasks, "--diff", extra={VARIABLE: here})
        assert ran.returncode == 0, ran.output
        assert ran.output.count(HERE if here else THERE) == len(tasks)
        assert (THERE if here else HERE) not in ran.output
        assert len(ran.results) == len(tasks)
        found.append(comparable(ran.results))
    for here, there in zip(*found, strict=True):
        assert here == there


@pytest.mark.cores
def test_both_ways_give_the_same_results(playbook: Any, sim: Control) -> None:
    compare(playbook, sim, DEFAULT)


@pytest.mark.thorough
@pytest.mark.parametrize("name", sorted(set(NAMED) - {"default"}))
def test_both_ways_give_the_same_results_when_everything_differs(playbook: Any, sim: Control, name: str) -> None:
    # How long an undocumented status lasts is real time, of which modules take more.
    compare(playbook, sim, NAMED[name].but(unknown_status_seconds=0))


@pytest.mark.profiles
@pytest.mark.parametrize("name", [name for name in PROFILES if name not in NAMED])
def test_both_ways_give_the_same_results_in_every_profile(playbook: Any, sim: Control, name: str) -> None:
    compare(playbook, sim, PROFILES[name], {"start", "create", "batch", "info"})


@pytest.mark.cores
def test_both_ways_in_check_mode(playbook: Any, sim: Control) -> None:
    found = []
    for here in (True, False):
        ran = playbook(prepare(sim, DEFAULT), "--check", "--diff", extra={VARIABLE: here})
        assert {entry.method for entry in ran.journal} == {"GET"}
        found.append(comparable(ran.results))
    assert found[0] == found[1]


FAULTS = [
    {"status": 400, "body": {"success": False, "errors": [{"code": 6003, "message": "Invalid request headers"}]}},
    {"status": 401, "body": {"message": "Unauthorized"}},
    {"status": 403, "body": ""},
    {"status": 404, "body": {"success": False, "errors": [{"code": 7003, "message": "Could not route"}]}},
    {"status": 422, "body": {"message": "bad"}},
    {"status": 429, "headers": {"Retry-After": "301"}},
    {"status": 502, "body": "<html>", "content_type": "text/html"},
    {"status": 200, "body": "[", "content_type": "application/json"},
    {"status": 200, "body": {"success": False, "error": "half"}},
]


@pytest.mark.cores
@pytest.mark.parametrize("fault", FAULTS[2:3], ids=["403"])
def test_both_ways_fail_the_same_on_every_core(playbook: Any, sim: Control, fault: dict[str, Any]) -> None:
    fail_the_same(playbook, sim, fault)


@pytest.mark.thorough
@pytest.mark.parametrize("fault", FAULTS[:2] + FAULTS[3:], ids=lambda fault: str(fault["status"]))
def test_both_ways_fail_the_same(playbook: Any, sim: Control, fault: dict[str, Any]) -> None:
    fail_the_same(playbook, sim, fault)


def fail_the_same(playbook: Any, sim: Control, fault: dict[str, Any]) -> None:
    """Every task fails in the same way, both ways."""
    found = []
    for here in (True, False):
        tasks = prepare(sim, DEFAULT)
        for item in tasks:
            next(value for name, value in item.items() if name.startswith("eventops."))["retries"] = 0
        sim.faults({"kind": "status", "times": None, **fault})
        ran = playbook(tasks[:5] + tasks[10:12], extra={VARIABLE: here})
        sim.faults()
        assert all(item["failed"] for item in ran.results[:5])
        found.append(comparable(ran.results))
    assert found[0] == found[1]


BAD = [
    task("unknown option", name="x", rename=True),
    task("unknown suboption", name="x", video_config={"depth": 3}),
    task("wrong choice", name="x", state="running"),
    task("wrong type", name="x", wait_timeout="soon"),
    task("wrong bool", name="x", wait="perhaps"),
    task("wrong list", "realtime_livestreams", livestreams="x"),
    task("wrong element", "realtime_livestreams", livestreams=[3]),
    task("missing option", "realtime_livestreams"),
    task("contradiction", "realtime_livestreams", livestreams=[{"name": "a"}, {"name": "a"}]),
    task("numbers for text", name=2019, meeting_id=7, state="stopped"),
    task("a date for text", "realtime_analytics_info", start_time="2019-08-21", end_time="2019-08-22"),
    task("text for numbers", "realtime_livestream_info", limit="3", active="no", status="LIVE,IDLE"),
    task("braces", name="{% raw %}{{ 7 * 7 }}{% endraw %}"),
    task("nothing"),
    task("no meeting", "realtime_meeting"),
    task("too long", "realtime_meeting", title="x", session_keep_alive_time_in_secs=601),
    task("no such storage", "realtime_meeting", title="x", recording_config={"storage_config": {"type": "tape"}}),
]


@pytest.mark.thorough
@pytest.mark.cores
def test_both_ways_validate_the_same(playbook: Any, sim: Control) -> None:
    found = []
    for here in (True, False):
        sim.reset()
        ran = playbook(BAD, extra={VARIABLE: here})
        assert len(ran.results) == len(BAD)
        assert ran.registered("braces")["livestream"]["name"] == "{{ 7 * 7 }}"
        found.append(comparable(ran.results))
    for here, there in zip(*found, strict=True):
        assert here == there


@pytest.mark.thorough
@pytest.mark.cores
def test_both_ways_treat_aliases_deprecations_and_secrets_the_same(playbook: Any) -> None:
    """On a module made for this: none of the collection's has an alias, or anything deprecated."""
    here = Path(__file__).parent
    tasks = [
        {"name": "alias", "eventops.probe.probe": {"label": "a"}},
        {"name": "both", "eventops.probe.probe": {"label": "a", "title": "b"}},
        {"name": "deprecated alias", "eventops.probe.probe": {"caption": "a"}},
        {"name": "deprecated option", "eventops.probe.probe": {"title": "a", "old": "x"}},
        {"name": "secret", "eventops.probe.probe": {"title": "a", "hidden": "geheim-4711"}},
    ]
    paths = {"ANSIBLE_COLLECTIONS_PATH": f"{playbook.environment()['ANSIBLE_COLLECTIONS_PATH']}:{here / 'probe'}"}
    found, outputs = [], []
    for way in (True, False):
        ran = playbook(tasks, extra={VARIABLE: way}, environment=paths)
        assert ran.returncode == 0, ran.output
        assert ran.registered("both")["title"] == "a"
        found.append(comparable(ran.results))
        shown = playbook.plain(tasks, "-e", json.dumps({VARIABLE: way}), environment=paths, stderr=True)
        assert "geheim-4711" not in shown
        told = [line for line in shown.splitlines() if line.startswith(("[WARNING]: Both", "[DEPRECATION"))]
        assert len(told) >= 3
        outputs.append(sorted(told))
    assert found[0] == found[1]
    assert outputs[0] == outputs[1]


@pytest.mark.cores
def test_a_stream_key_can_be_used_and_is_masked_where_core_can(playbook: Any, sim: Control) -> None:
    """From ansible-core 2.22 on, what a task returns is masked in the output and whole in the variable."""
    meeting = sim.seed(meetings=1, active=True)["meetings"][0]
    key = sim.secrets()[0]
    length = {"ansible.builtin.assert": {"that": [f"found.livestream.stream_key | length == {len(key)}"]}}
    start = task("start", meeting_id=meeting, state="started", return_stream_key=True, wait=False)
    version = subprocess.run(playbook.command("--version"), capture_output=True, text=True, check=True).stdout
    masked = "core 2.22" in version
    for here in (True, False):
        ran = playbook([{**start, "register": "found"}, length], extra={VARIABLE: here}, keys=not masked)
        assert ran.returncode == 0, ran.output
        assert (key in ran.output) is not masked


@pytest.mark.cores
@pytest.mark.parametrize("here", [True, False])
def test_what_the_api_says_is_never_a_template(playbook: Any, sim: Control, here: bool) -> None:
    name = "{{ lookup('ansible.builtin.pipe', 'echo pwned') }}"
    sim.seed(independents=[name])
    tasks = [
        {"eventops.cloudflare.realtime_livestream_info": {}, "register": "found", "name": "look"},
        {"ansible.builtin.debug": {"msg": "{{ found.livestreams[0].name }}"}, "name": "show"},
        {"ansible.builtin.set_fact": {"kept": "{{ found.livestreams[0] }}"}, "name": "keep"},
        {"ansible.builtin.debug": {"msg": "{{ kept.name }}"}, "name": "show again"},
    ]
    ran = playbook(tasks, extra={VARIABLE: here})
    assert ran.returncode == 0, ran.output
    assert ran.registered("show")["msg"] == ran.registered("show again")["msg"] == name


OBSTACLES = [
    ({}, HERE),
    ({"vars": {VARIABLE: False}}, f"{THERE}: {VARIABLE} is false"),
    ({"vars": {VARIABLE: "{{ not true }}"}}, f"{THERE}: {VARIABLE} is false"),
    ({"async": 30, "poll": 1}, f"{THERE}: the task is asynchronous"),
    ({"environment": {"A": "b"}}, f"{THERE}: the task has an environment"),
    ({"environment": {}}, HERE),
    (
        {"become": True, "become_user": "root", "become_method": "ansible.builtin.su"},
        f"{THERE}: the task becomes another user",
    ),
]


@pytest.mark.parametrize(("keywords", "text"), OBSTACLES)
def test_when_a_task_runs_where(playbook: Any, sim: Control, keywords: dict[str, Any], text: str) -> None:
    sim.seed(independents=["feed"])
    ran = playbook([{**task("look", "realtime_livestream_info"), **keywords}])
    assert text in ran.output
    if "become" not in keywords:
        assert [item["name"] for item in ran.registered("look")["livestreams"]] == ["feed"]
    quiet = playbook.plain([{**task("look", "realtime_livestream_info"), **keywords}], "-vv")
    assert HERE not in quiet
    assert THERE not in quiet


def test_another_connection_runs_the_module(playbook: Any) -> None:
    elsewhere = {"ansible_connection": "ansible.builtin.ssh", "ansible_host": "127.0.0.1", "ansible_port": 9}
    ran = playbook([task("look", "realtime_livestream_info")], extra=elsewhere)
    assert f"{THERE}: the connection is not local" in ran.output
    assert ran.journal == []


def test_a_loop_keeps_its_connection_and_others_have_their_own(playbook: Any, sim: Control, tmp_path: Path) -> None:
    """Connections are told apart by the client's port."""
    ids = sim.seed(meetings=5, active=True)["meetings"]
    look = {**task("look", "realtime_livestream_info", meeting_id="{{ item }}", active=True), "loop": ids}
    assert len({entry.client for entry in playbook([look]).journal}) == 1
    assert len({entry.client for entry in playbook([look], extra={VARIABLE: False}).journal}) == 5
    # Two credentials in one loop: two connections, and each request with its own.
    tokens = [{"api_token": sim.api_token}, {"api_key": sim.api_key, "api_email": sim.email}]
    source = tmp_path / "credentials.json"
    source.write_text(json.dumps(tokens))
    lookup = f"{{{{ lookup('ansible.builtin.file', '{source}') | from_json }}}}"
    mixed = {
        "name": "mixed",
        "eventops.cloudflare.realtime_livestream_info": {
            "meeting_id": ids[0],
            "active": True,
            "api_token": "{{ item.api_token | default(omit) }}",
            "api_key": "{{ item.api_key | default(omit) }}",
            "api_email": "{{ item.api_email | default(omit) }}",
        },
        "loop": lookup,
        "loop_control": {"label": "credentials"},
        "no_log": True,
    }
    ran = playbook([mixed], environment={"CLOUDFLARE_API_TOKEN": None})
    assert ran.returncode == 0, ran.output
    assert sorted(entry.credential for entry in ran.journal) == ["key", "token"]
    assert len({entry.client for entry in ran.journal}) == 2


@pytest.mark.cores
def test_progress_is_seen_in_a_terminal_while_it_happens(playbook: Any, sim: Control) -> None:
    sim.configure(live_delay=2.5)
    play = playbook.write([task("start", meeting_id=sim.add_meeting(), state="started")])
    leader, follower = pty.openpty()
    job = subprocess.Popen(
        playbook.command(play),
        env=playbook.environment(),
        stdin=follower,
        stdout=follower,
        stderr=follower,
        close_fds=True,
    )
    os.close(follower)
    seen = b""
    shown = False
    while True:
        ready, _writable, _failed = select.select([leader], [], [], 30)
        assert ready, "nothing was shown for 30 s"
        try:
            part = os.read(leader, 4096)
        except OSError:
            break
        seen += part
        if b"INVOKED, 0 s of 120 s" in seen and not shown:
            shown = True
            assert b"changed: [localhost]" not in seen
    assert job.wait(30) == 0, seen
    os.close(leader)
    assert shown
    lines = [line for line in seen.decode().splitlines() if " s of 120 s" in line]
    assert len(lines) == 1, "one line per change of status"


@pytest.mark.cores
@pytest.mark.parametrize("quiet", ["json", "wait", "no_log"])
def test_progress_is_not_shown_where_it_would_disturb(playbook: Any, sim: Control, quiet: str) -> None:
    sim.configure(live_delay=0.5)
    start = task("start", meeting_id=sim.add_meeting(), state="started", wait=quiet != "wait")
    if quiet == "no_log":
        start["no_log"] = True
    environment = {"ANSIBLE_STDOUT_CALLBACK": "json"} if quiet == "json" else {}
    output = playbook.plain([start], environment=environment)
    assert " s of 120 s" not in output
    if quiet == "json":
        assert json.loads(output)["start"]["changed"] is True
    assert sim.livestreams()[0]["status"] in ("LIVE", "INVOKED")


@pytest.mark.cores
@pytest.mark.parametrize("callback", ["ansible.builtin.oneline", "oneline"])
def test_a_line_for_each_host_is_all_that_is_shown(playbook: Any, sim: Control, callback: str) -> None:
    """With the callback oneline. A playbook may have one, too."""
    sim.configure(live_delay=0.5)
    start = task("start", meeting_id=sim.add_meeting(), state="started")
    output = playbook.plain([start], environment={"ANSIBLE_STDOUT_CALLBACK": callback})
    assert [line.partition(" => ")[0] for line in output.splitlines()] == ["localhost | CHANGED"]


def ad_hoc(playbook: Any, sim: Control, *arguments: str, **environment: str) -> str:
    """Standard output of the command ``ansible`` that starts a meeting and waits until it is live."""
    sim.configure(live_delay=0.5)
    options = {"meeting_id": sim.add_meeting(), "state": "started"}
    command = [str(Path(sys.executable).with_name("ansible")), "localhost", "-m", MODULE, "-a", json.dumps(options)]
    ran = subprocess.run(
        [*command, *arguments],
        env={**playbook.environment(), **environment},
        cwd=playbook.home,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


MODULE = "eventops.cloudflare.realtime_livestream"
RESULT = re.compile(r"localhost \| CHANGED => (.*)", re.DOTALL)


@pytest.mark.cores
def test_an_ad_hoc_command_shows_progress(playbook: Any, sim: Control) -> None:
    progress, result = ad_hoc(playbook, sim).split("localhost | CHANGED => ")
    assert "INVOKED, 0 s of 120 s" in progress
    assert json.loads(result)["changed"] is True


@pytest.mark.cores
@pytest.mark.parametrize("others", [{}, {"ANSIBLE_LOAD_CALLBACK_PLUGINS": "1", "ANSIBLE_STDOUT_CALLBACK": "json"}])
def test_ad_hoc_output_of_one_line_is_one_line(playbook: Any, sim: Control, others: dict[str, str]) -> None:
    """The option counts more than the callback that is configured."""
    (line,) = ad_hoc(playbook, sim, "--one-line", **others).splitlines()
    found = RESULT.fullmatch(line)
    assert found
    assert json.loads(found[1])["livestream"]["status"] == "LIVE"


@pytest.mark.cores
def test_ad_hoc_output_to_a_tree_has_no_progress(playbook: Any, sim: Control) -> None:
    output = ad_hoc(playbook, sim, "--tree", "tree")
    found = RESULT.fullmatch(output)
    assert found
    assert json.loads(found[1]) == json.loads((playbook.home / "tree/localhost").read_text())


@pytest.mark.cores
@pytest.mark.parametrize("loaded", [True, False])
def test_ad_hoc_output_with_the_callback_json_has_no_progress(playbook: Any, sim: Control, loaded: bool) -> None:
    """The command takes it only with ANSIBLE_LOAD_CALLBACK_PLUGINS."""
    others = {"ANSIBLE_LOAD_CALLBACK_PLUGINS": "1"} if loaded else {}
    output = ad_hoc(playbook, sim, ANSIBLE_STDOUT_CALLBACK="json", **others)
    assert " s of 120 s" not in output
    found = json.loads(output)[MODULE] if loaded else json.loads(output.partition(" => ")[2])
    assert found["livestream"]["status"] == "LIVE"


def test_without_requests_the_module_says_so(playbook: Any, tmp_path: Path) -> None:
    (tmp_path / "requests.py").write_text("raise ImportError('hidden for this test')\n")
    ran = playbook([task("do", name="x")], environment={"PYTHONPATH": str(tmp_path)})
    assert f"{THERE}: the controller lacks requests" in ran.output
    assert "Failed to import the required Python library (requests)" in ran.registered("do")["msg"]


@pytest.mark.thorough
@pytest.mark.cores
def test_no_deprecation_reaches_the_user(playbook: Any, sim: Control) -> None:
    tasks = prepare(sim, DEFAULT)
    for here in (True, False):
        output = playbook.plain(tasks, "-e", json.dumps({VARIABLE: here}), stderr=True)
        assert "DEPRECATION" not in output
        assert "eprecated" not in output


@pytest.mark.cores
def test_the_core_under_test() -> None:
    """The ansible-core that was asked for is the one that runs."""
    command = [str(Path(sys.executable).with_name("ansible")), "--version"]
    version = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[0]
    wanted = os.environ.get("EVENTOPS_CORE", "2.")
    assert f"core {wanted}" in version
