# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Credentials for encoders: what they cost, that they are right, and that the keys are nowhere but in the files."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import stat
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from integration.profiles import PROFILES
from pythons import interpreter, oldest_target
from simulator.profile import Profile

if TYPE_CHECKING:
    from simulator.client import Control

CREDENTIALS = "realtime_credentials"
VARIABLE = "eventops_cloudflare_in_process"
FILES = ("ffmpeg.env", "service.json")
ELSEWHERE = "eventops.probe.elsewhere"


@pytest.fixture(autouse=True)
def unlimited(sim: Control) -> None:
    """No rate limit."""
    sim.configure(rate_limit=0)


def keys(sim: Control) -> dict[str, str]:
    """The stream keys, by ID of the livestream."""
    return dict(zip([item["id"] for item in sim.livestreams()], sim.secrets(), strict=True))


def by_meeting(sim: Control) -> dict[str, str]:
    """The newest livestream of each meeting."""
    return {item["meeting_id"]: item["id"] for item in sim.livestreams() if item["meeting_id"]}


def variables(path: Path) -> dict[str, str]:
    """What a shell makes of a file of variables."""
    script = 'set -a; . "$1"; exec env -0'
    ran = subprocess.run(["sh", "-euc", script, "sh", path], env={}, capture_output=True, text=True, check=True)
    found = dict(item.partition("=")[::2] for item in ran.stdout.split("\0"))
    return {name: found[name] for name in ("INGEST_SERVER", "STREAM_KEY", "STREAM_URL")}


def check_vault(vault: Path, wanted: dict[str, str]) -> None:
    """There are the files of these streams (name to key) and nothing else, for nobody else to read; looks into some."""
    found = {str(path.relative_to(vault)): stat.S_IMODE(path.lstat().st_mode) for path in vault.rglob("*")}
    files = {f"{name}/{file}": 0o600 for name in wanted for file in FILES}
    assert found == {**files, **dict.fromkeys(wanted, 0o700)}
    for name, key in list(wanted.items())[:10]:
        server = variables(vault / name / "ffmpeg.env")["INGEST_SERVER"]
        assert server.startswith("rtmps://")
        assert variables(vault / name / "ffmpeg.env") == {
            "INGEST_SERVER": server,
            "STREAM_KEY": key,
            "STREAM_URL": server.rstrip("/") + "/" + key,
        }
        service = json.loads((vault / name / "service.json").read_text())
        assert service == {"type": "rtmp_custom", "settings": {"server": server, "key": key, "use_auth": False}}


class TestCost:
    """Requests are limited, and so counted."""

    def test_300_meetings_that_are_live(self, actor: Any, sim: Control, tmp_path: Path) -> None:
        ids = sim.seed(meetings=300, active=True)["meetings"]
        sim.advance(60)
        entries = [{"name": f"room{number}", "meeting_id": meeting} for number, meeting in enumerate(ids)]
        ran = actor(CREDENTIALS, livestreams=entries, path=str(tmp_path / "vault"))
        # INVOKED in one page, LIVE in three.
        assert ran.requests == len(ran.journal) == 4
        assert len(ran.values["files"]) == 600
        truth, newest = keys(sim), by_meeting(sim)
        check_vault(tmp_path / "vault", {f"room{n}": truth[newest[meeting]] for n, meeting in enumerate(ids)})
        assert actor(CREDENTIALS, livestreams=entries, path=str(tmp_path / "vault")).values["changed"] is False

    def test_300_independent_ones(self, actor: Any, sim: Control, tmp_path: Path) -> None:
        sim.seed(meetings=300, past=1)
        ids = sim.seed(independents=[f"feed{number}" for number in range(300)])["livestreams"]
        entries = [{"name": f"feed{number}", "id": item} for number, item in enumerate(ids)]
        ran = actor(CREDENTIALS, livestreams=entries, path=str(tmp_path / "vault"), check=True)
        # Newest first: the list goes on, and what is over is not read.
        assert ran.requests == 3
        assert not (tmp_path / "vault").exists()

    def test_300_that_were_not_started(self, actor: Any, sim: Control, tmp_path: Path) -> None:
        ids = sim.seed(meetings=300)["meetings"]
        entries = [{"name": f"room{number}", "meeting_id": meeting} for number, meeting in enumerate(ids)]
        ran = actor(CREDENTIALS, livestreams=entries, path=str(tmp_path / "vault"))
        assert ran.requests == 2
        assert ran.values["missing"] == [entry["name"] for entry in entries]
        assert ran.values["changed"] is False
        assert not (tmp_path / "vault").exists()

    @pytest.mark.parametrize(("count", "most"), [(1, 1), (2, 3), (5, 9)])
    def test_few_in_a_long_list(self, actor: Any, sim: Control, tmp_path: Path, count: int, most: int) -> None:
        ids = sim.seed(independents=["feed"] * count)["livestreams"]
        sim.seed(independents=["other"] * 1000)
        entries = [{"name": f"feed{number}", "id": item} for number, item in enumerate(ids)]
        ran = actor(CREDENTIALS, livestreams=entries, path=str(tmp_path / "vault"))
        assert ran.requests <= most
        assert len(ran.values["files"]) == 2 * count

    def test_what_the_list_lacks_is_read(self, actor: Any, sim: Control, tmp_path: Path) -> None:
        meetings = sim.seed(meetings=3, active=True)["meetings"]
        feeds = sim.seed(independents=["a", "b"])["livestreams"]
        listed = [{"id": item["id"], "meeting_id": item["meeting_id"], "status": "LIVE"} for item in sim.livestreams()]
        body = {"success": True, "data": listed, "paging": {"total_count": len(listed)}}
        sim.faults({"operation": "list_livestreams", "kind": "body", "body": body, "times": None})
        entries = [{"name": f"room{number}", "meeting_id": meeting} for number, meeting in enumerate(meetings)]
        entries += [{"name": f"feed{number}", "id": item} for number, item in enumerate(feeds)]
        ran = actor(CREDENTIALS, livestreams=entries, path=str(tmp_path / "vault"))
        operations = [entry.operation for entry in ran.journal]
        assert operations.count("get_livestream") == len(entries)
        assert operations.count("list_livestreams") == 2
        assert len(ran.values["files"]) == 2 * len(entries)
        assert str(ran.progress[-1]).startswith("reading keys: 5 of 5 done, 0 failed")

    def test_nothing_costs_nothing(self, actor: Any, tmp_path: Path) -> None:
        ran = actor(CREDENTIALS, livestreams=[], path=str(tmp_path / "vault"))
        assert ran.values == {
            **{key: [] for key in ("files", "written", "removed", "missing", "diff")},
            "changed": False,
            "api": ran.values["api"],
        }
        assert ran.requests == 0


@pytest.mark.parametrize("name", list(PROFILES))
def test_in_every_profile(actor: Any, sim: Control, tmp_path: Path, name: str) -> None:
    profile: Profile = PROFILES[name]
    sim.reset(profile, rate_limit=0)
    seeded = sim.seed(meetings=3, active=True, independents=["a", "b", "c"], past=1)
    sim.advance(60)
    entries = [{"name": f"room{n}", "meeting_id": meeting} for n, meeting in enumerate(seeded["meetings"])]
    feeds = [item["id"] for item in sim.livestreams() if not item["meeting_id"]]
    entries += [{"name": f"feed{n}", "id": item} for n, item in enumerate(feeds)]
    options = {"livestreams": [*entries, {"name": "later"}], "path": str(tmp_path / "vault")}
    check = actor(CREDENTIALS, check=True, **options)
    assert not (tmp_path / "vault").exists()
    real = actor(CREDENTIALS, **options)
    again = actor(CREDENTIALS, **options)
    assert [ran.values["changed"] for ran in (check, real, again)] == [True, True, False]
    assert check.values == real.values
    assert again.values["files"] == real.values["files"]
    assert {entry.method for entry in real.journal} == {"GET"}
    truth, newest = keys(sim), by_meeting(sim)
    wanted = {entry["name"]: truth[entry.get("id") or newest[entry["meeting_id"]]] for entry in entries}
    check_vault(tmp_path / "vault", wanted)


class TestMissing:
    """What was not started yet."""

    @pytest.mark.parametrize("required", [False, True])
    @pytest.mark.parametrize("check", [False, True])
    def test_the_others_are_written(
        self, actor: Any, sim: Control, tmp_path: Path, required: bool, check: bool
    ) -> None:
        running = sim.seed(meetings=1, active=True)["meetings"]
        entries = [
            {"name": "curie", "meeting_id": running[0]},
            {"name": "meitner", "meeting_id": sim.add_meeting()},
            {"name": "mast", "id": ""},
        ]
        ran = actor(CREDENTIALS, livestreams=entries, path=str(tmp_path), required=required, check=check)
        text = "There is no livestream yet, and so no credentials, for meitner, mast: start it, and run this again"
        assert ran.values["missing"] == ["meitner", "mast"]
        assert ran.values["files"] == [f"{tmp_path}/curie/{file}" for file in FILES]
        if required and not check:
            assert ran.values["msg"] == text
            assert ran.values["failed"]
        else:
            assert ran.warnings == (text,)
            assert "failed" not in ran.values

    def test_the_files_of_a_stream_that_is_over_stay(self, actor: Any, sim: Control, tmp_path: Path) -> None:
        meeting = sim.seed(meetings=1, active=True)["meetings"][0]
        options = {"livestreams": [{"name": "curie", "meeting_id": meeting}], "path": str(tmp_path / "vault")}
        actor(CREDENTIALS, **options)
        key = sim.secrets()[0]
        actor(state="stopped", meeting_id=meeting)
        over = actor(CREDENTIALS, **options)
        assert (over.values["changed"], over.values["missing"]) == (False, ["curie"])
        check_vault(tmp_path / "vault", {"curie": key})
        actor(state="started", meeting_id=meeting)
        assert actor(CREDENTIALS, **options).values["missing"] == []
        check_vault(tmp_path / "vault", {"curie": keys(sim)[by_meeting(sim)[meeting]]})


class TestFailures:
    """One that fails stops none of the others."""

    def test_the_others_are_written_and_the_task_names_what_failed(
        self, actor: Any, sim: Control, tmp_path: Path
    ) -> None:
        feeds = sim.seed(independents=["a", "b", "c"])["livestreams"]
        vault = tmp_path / "vault"
        vault.mkdir()
        (vault / "planted").symlink_to(tmp_path)
        entries = [
            {"name": "good", "id": feeds[0]},
            {"name": "unknown", "id": "nowhere"},
            {"name": "refused", "id": "forbidden"},
            {"name": "planted", "id": feeds[1]},
            {"name": "later"},
        ]
        fault = {"kind": "status", "status": 403, "body": {"message": "no"}}
        sim.faults({"operation": "get_livestream", "path": "forbidden", **fault})
        ran = actor(CREDENTIALS, livestreams=entries, path=str(vault), required=True)
        message = ran.values["msg"]
        assert message.startswith("3 of 5 livestreams failed: unknown: read the livestream nowhere: HTTP 404 Not Found")
        assert "; refused: read the livestream forbidden: HTTP 403 Forbidden: no" in message
        assert f"; planted: {vault}/planted is a symbolic link: nothing is written through it. There is no" in message
        assert message.endswith("for later: start it, and run this again")
        assert ran.values["changed"] is True
        assert ran.values["files"] == [f"{vault}/good/{file}" for file in FILES]

    def test_an_unreadable_list_writes_nothing(self, actor: Any, sim: Control, tmp_path: Path) -> None:
        sim.faults({"operation": "list_livestreams", "kind": "status", "status": 403, "times": None})
        ran = actor(CREDENTIALS, livestreams=[{"name": "a", "meeting_id": "m1"}], path=str(tmp_path / "vault"))
        assert ran.values["error"]["status"] == 403
        assert "files" not in ran.values
        assert not (tmp_path / "vault").exists()

    def test_a_key_that_cannot_be_written(self, actor: Any, sim: Control, tmp_path: Path) -> None:
        body = {"data": {"livestream": {"id": "l1", "ingest_server": "rtmps://a/", "stream_key": "geheim\n4711"}}}
        sim.faults({"operation": "get_livestream", "kind": "body", "body": body})
        ran = actor(CREDENTIALS, livestreams=[{"name": "a", "id": "l1"}], path=str(tmp_path))
        assert "holds a control character" in ran.values["msg"]
        assert "geheim" not in str(ran.values)

    @pytest.mark.parametrize(
        ("options", "text"),
        [
            ({"path": "relative"}, "path must be an absolute path without '..': 'relative'"),
            ({"livestreams": [{"name": "a", "id": "1", "meeting_id": "2"}]}, "livestreams[0]: give only one of"),
            ({"livestreams": [{"name": "..", "id": "1"}]}, "name cannot be a folder's: '..'"),
            ({"concurrency": 0}, "concurrency must be from 1 to 32"),
        ],
    )
    def test_bad_options(self, actor: Any, tmp_path: Path, options: dict[str, Any], text: str) -> None:
        ran = actor(CREDENTIALS, **{"livestreams": [], "path": str(tmp_path), **options})
        assert text in ran.values["msg"]
        assert ran.journal == []


@pytest.fixture
def playbook(playbook: Any, tmp_path: Path) -> Any:
    """Runs playbooks; the keys may be below ``vault`` only. Another host has a Python without requests."""
    playbook.vault = playbook.home / "vault"
    (tmp_path / "hidden").mkdir()
    (tmp_path / "hidden/requests.py").write_text("raise ImportError('hidden for this test')\n")
    return playbook


def paths(playbook: Any, hidden: Path) -> dict[str, str]:
    """The environment in which another host can be reached."""
    probe = Path(__file__).parent / "probe"
    collections = playbook.environment()["ANSIBLE_COLLECTIONS_PATH"]
    return {"ANSIBLE_COLLECTIONS_PATH": f"{collections}:{probe}", "ELSEWHERE_PYTHONPATH": str(hidden)}


def write(path: Path | str, entries: list[dict[str, Any]], **options: Any) -> list[dict[str, Any]]:
    """A task that writes, and one that shows everything a play could know of it."""
    task = {"path": str(path), "livestreams": entries, **options}
    return [
        {"name": "Write", "eventops.cloudflare.realtime_credentials": task, "register": "written"},
        {"name": "Show", "ansible.builtin.debug": {"msg": ["{{ written }}", "{{ hostvars[inventory_hostname] }}"]}},
    ]


def seeded(sim: Control) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """Streams of both kinds, and their keys by name."""
    meetings = sim.seed(meetings=2, active=True)["meetings"]
    feeds = sim.seed(independents=["a", "b"])["livestreams"]
    entries = [{"name": f"room {n}", "meeting_id": meeting} for n, meeting in enumerate(meetings)]
    entries += [{"name": f"feed{n}", "id": item} for n, item in enumerate(feeds)]
    truth, newest = keys(sim), by_meeting(sim)
    return entries, {entry["name"]: truth[entry.get("id") or newest[entry["meeting_id"]]] for entry in entries}


OLDEST = interpreter(oldest_target())
WAYS = {
    "in process": ({}, "runs in process"),
    "as a module": ({VARIABLE: False}, f"runs as a module: {VARIABLE} is false"),
    "elsewhere": ({"ansible_connection": ELSEWHERE}, "runs as a module: the connection is not local"),
}
EACH_WAY = ["in process", pytest.param("as a module", marks=pytest.mark.thorough), "elsewhere"]
# As elsewhere, where the host has the oldest Python that the running ansible-core allows.
OLD = (
    {"ansible_connection": ELSEWHERE, "ansible_python_interpreter": OLDEST},
    "runs as a module: the connection is not local",
)


@pytest.mark.cores
@pytest.mark.parametrize("way", [*EACH_WAY, pytest.param("elsewhere, the oldest Python", marks=pytest.mark.thorough)])
def test_in_check_mode_for_real_and_again(playbook: Any, sim: Control, tmp_path: Path, way: str) -> None:
    """The keys are in the files, and in nothing else that is written, shown, registered or known to the play."""
    if way not in WAYS and OLDEST is None:
        pytest.skip(f"hosts with Python {oldest_target()}: install it")
    entries, wanted = seeded(sim)
    # The others have temporary files.
    playbook.pipelining = way == "elsewhere"
    extra, told = WAYS.get(way, OLD)
    environment = paths(playbook, tmp_path / "hidden")
    play = write("~/vault", [*entries, {"name": "later"}])
    check = playbook(play, "--check", "--diff", extra=extra, environment=environment)
    assert check.returncode == 0, check.output
    assert told in check.output
    assert not playbook.vault.exists()
    real = playbook(play, "--diff", extra=extra, environment=environment)
    assert real.returncode == 0, real.output
    check_vault(playbook.vault, wanted)
    again = playbook(play, "--diff", extra=extra, environment=environment)
    results = [ran.registered("Write") for ran in (check, real, again)]
    assert [result["changed"] for result in results] == [True, True, False]
    assert results[0] == results[1]
    assert results[2]["files"] == [f"{playbook.vault}/{name}/{file}" for name in wanted for file in FILES]
    assert results[2]["missing"] == ["later"]
    assert results[2]["written"] == []
    assert results[1]["written"] == results[1]["files"]
    assert (results[2]["api"]["requests"], results[2]["api"]["retries"]) == (3, 0)
    assert set(results[2]) <= {
        "changed", "files", "written", "removed", "missing", "api", "diff", "warnings", "_ansible_no_log"
    }  # fmt: skip
    assert "There is no livestream yet" in again.output
    # An altered file is told in words.
    (playbook.vault / "feed0/ffmpeg.env").write_text("x")
    (playbook.vault / "feed1/ffmpeg.env").chmod(0o644)
    mended = playbook(play, "--diff", extra=extra, environment=environment)
    assert mended.registered("Write")["written"] == [f"{playbook.vault}/feed{n}/ffmpeg.env" for n in range(2)]
    assert "-other content" in mended.output
    assert "-mode 0644" in mended.output
    assert "+as wanted, mode 0600" in mended.output
    check_vault(playbook.vault, wanted)


@pytest.mark.cores
@pytest.mark.parametrize("way", EACH_WAY)
def test_removed_in_check_mode_for_real_and_again(playbook: Any, sim: Control, tmp_path: Path, way: str) -> None:
    """What else is in a folder stays, and is told; the API is asked nothing."""
    entries, wanted = seeded(sim)
    extra, _told = WAYS[way]
    environment = paths(playbook, tmp_path / "hidden")
    assert playbook(write("~/vault", entries), extra=extra, environment=environment).returncode == 0
    (playbook.vault / "feed0/service.json.bak").write_text("an old key")
    (playbook.vault / "feed1/scene.json").write_text("a user's own")
    (playbook.vault / "of-somebody-else").mkdir()
    play = write("~/vault", entries, state="absent")
    before = sorted(playbook.vault.rglob("*"))
    check = playbook(play, "--check", "--diff", extra=extra, environment=environment)
    assert sorted(playbook.vault.rglob("*")) == before
    real = playbook(play, "--diff", extra=extra, environment=environment)
    again = playbook(play, extra=extra, environment=environment)
    results = [ran.registered("Write") for ran in (check, real, again)]
    assert [result["changed"] for result in results] == [True, True, False], real.output
    assert results[0] == results[1]
    assert {path.relative_to(playbook.vault).as_posix() for path in playbook.vault.rglob("*")} == {
        "feed1", "feed1/scene.json", "of-somebody-else"
    }  # fmt: skip
    assert len(results[1]["removed"]) == 3 * len(wanted)
    assert results[1]["removed"] == sorted(results[1]["removed"])
    assert [results[1][key] for key in ("files", "written", "missing")] == [[], [], []]
    assert "feed1 is kept: 'scene.json' is in it" in again.output
    # What was in the files is neither shown nor registered; that they are removed is.
    assert f"+++ after: {playbook.vault}/feed0/service.json.bak" in real.output
    assert not any(
        text in ran.output for ran in (check, real) for text in ("an old key", "a user's own", *wanted.values())
    )
    # The last of it goes with the folder of all of them.
    (playbook.vault / "of-somebody-else").rmdir()
    (playbook.vault / "feed1/scene.json").rename(playbook.vault / "feed1/ffmpeg.env")
    # No key is sent, and so nothing is refused for a key's sake.
    last = playbook(play, extra=extra, environment={**environment, "ANSIBLE_KEEP_REMOTE_FILES": "1"})
    assert last.registered("Write")["removed"][0] == str(playbook.vault), last.output
    assert not playbook.vault.exists()
    gone = playbook(play, extra=extra, environment=environment)
    assert (gone.returncode, gone.registered("Write")["changed"]) == (0, False), gone.output
    assert [ran.journal for ran in (check, real, again, last, gone)] == [[], [], [], [], []]


@pytest.mark.parametrize("way", EACH_WAY)
def test_a_folder_that_another_job_has_locked(playbook: Any, sim: Control, tmp_path: Path, way: str) -> None:
    """It is waited for as long as timeout says. The others are written."""
    entries, wanted = seeded(sim)
    playbook.pipelining = True
    environment = paths(playbook, tmp_path / "hidden")
    folder = playbook.vault / entries[0]["name"]
    folder.mkdir(parents=True, mode=0o700)
    playbook.vault.chmod(0o700)
    play = write("~/vault", entries, timeout=2)
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        check = playbook(play, "--check", extra=WAYS[way][0], environment=environment)
        assert check.returncode == 0, check.output
        real = playbook(play, extra=WAYS[way][0], environment=environment)
    finally:
        os.close(descriptor)
    result = real.registered("Write")
    text = f"{folder}: another job holds the lock of this folder, also after 2 s of waiting; run again when it is done"
    assert result["msg"].startswith(f"1 of 4 livestreams failed: {entries[0]['name']}: {text}")
    assert result["changed"]
    assert result["files"] == [path for path in check.registered("Write")["files"] if str(folder) not in path]
    again = playbook(play, extra=WAYS[way][0], environment=environment)
    assert again.returncode == 0, again.output
    check_vault(playbook.vault, wanted)


def test_both_ways_give_the_same_results(playbook: Any, sim: Control, tmp_path: Path) -> None:
    entries, _wanted = seeded(sim)
    playbook.pipelining = True
    (tmp_path / "file").write_text("")
    play = [
        {**task, "ignore_errors": True, "name": name}
        for name, (task, _show) in {
            "write": write("~/vault", [*entries, {"name": "later"}]),
            "required": write("~/vault", [*entries, {"name": "later"}], required=True),
            "unknown": write("~/vault", [*entries, {"name": "gone", "id": "gone"}]),
            "file": write(tmp_path / "file", entries),
            "relative": write("relative", entries),
            "names": write("~/vault", [{"name": "a"}, {"name": "A"}]),
            "option": write("~/vault", entries, mode="0644"),
            "private": write("~/vault", entries, _contents="{}"),
            "nothing": write("~/vault", []),
            "removed": write("~/vault", [{"name": "room 0", "id": "../ignored"}], state="absent"),
            "removed names": write("~/vault", [{"name": "a"}, {"name": "A"}], state="absent"),
            "removed nothing": write(tmp_path / "file", [], state="absent"),
            "removed file": write(tmp_path / "file", entries, state="absent"),
        }.items()
    ]
    found = []
    for extra, _told in (WAYS["in process"], WAYS["elsewhere"]):
        shutil.rmtree(playbook.vault, ignore_errors=True)
        ran = playbook(play, "--diff", extra=extra, environment=paths(playbook, tmp_path / "hidden"))
        assert len(ran.results) == len(play)
        found.append(ran.results)
    for here, there in zip(*found, strict=True):
        assert here == there
    messages = {item["task"]: item["result"].get("msg", "") for item in found[0]}
    assert messages["file"] == f"{tmp_path}/file: Not a directory"
    assert messages["required"].startswith("There is no livestream yet")
    assert messages["option"].startswith("Unsupported parameters for (eventops.cloudflare.realtime_credentials)")
    assert messages["private"].startswith("Unsupported parameters for (eventops.cloudflare.realtime_credentials)")
    assert "_contents. Supported" in messages["private"]


@pytest.mark.parametrize(
    ("environment", "text"),
    [
        ({"ANSIBLE_KEEP_REMOTE_FILES": "1"}, "ANSIBLE_KEEP_REMOTE_FILES would leave the stream keys on the host"),
        ({"ANSIBLE_DEBUG": "1"}, "ANSIBLE_DEBUG would print the stream keys"),
    ],
)
def test_keys_are_not_sent_where_they_would_stay_or_show(
    playbook: Any, sim: Control, environment: dict[str, str], text: str
) -> None:
    entries, wanted = seeded(sim)
    sim.clear_journal()
    ran = playbook(write("~/vault", entries), extra={VARIABLE: False}, environment=environment)
    assert text in ran.registered("Write")["msg"]
    assert ran.journal == []
    # In process nothing is sent, and so nothing stays or shows.
    ran = playbook(write("~/vault", entries), environment=environment)
    assert ran.returncode == 0, ran.output
    check_vault(playbook.vault, wanted)


def test_a_host_that_cannot_be_reached_or_lacks_python(playbook: Any, sim: Control, tmp_path: Path) -> None:
    entries, _wanted = seeded(sim)
    unreachable = {"ansible_connection": "ansible.builtin.ssh", "ansible_host": "127.0.0.1", "ansible_port": 9}
    ran = playbook(write("~/vault", entries), extra=unreachable)
    assert ran.returncode == 4
    assert "unreachable=1" in ran.output
    extra = {"ansible_connection": ELSEWHERE, "ansible_python_interpreter": "/nonexistent/python"}
    ran = playbook(write("~/vault", entries), extra=extra, environment=paths(playbook, tmp_path / "hidden"))
    assert ran.returncode == 2
    assert "/nonexistent/python" in ran.registered("Write")["msg"]
    assert "not found" in ran.registered("Write")["msg"]
    assert "This is a bug" not in ran.output


@pytest.mark.skipif(os.geteuid() != 0, reason="tasks as another user: run as root")
def test_as_another_user(playbook: Any, sim: Control) -> None:
    """With become, the module writes."""
    entries, wanted = seeded(sim)
    task, show = write("~/vault", entries)
    become = {"become": True, "become_user": "root", "become_method": "ansible.builtin.su"}
    ran = playbook([{**task, **become}, show])
    assert "runs as a module: the task becomes another user" in ran.output
    assert ran.returncode == 0, ran.output
    check_vault(Path(ran.registered("Write")["files"][0]).parents[1], wanted)


def test_asynchronous_tasks_are_refused(playbook: Any, sim: Control) -> None:
    task, _show = write("~/vault", [])
    ran = playbook([{**task, "async": 30, "poll": 1}])
    assert ran.returncode == 2
    assert "async" in ran.registered("Write")["msg"]


def test_without_requests_nothing_is_fetched(playbook: Any, tmp_path: Path) -> None:
    ran = playbook(write("~/vault", []), environment={"PYTHONPATH": str(tmp_path / "hidden")})
    assert "Failed to import the required Python library (requests)" in ran.registered("Write")["msg"]


def test_what_ansible_says_of_the_host_goes_on(playbook: Any, sim: Control, tmp_path: Path) -> None:
    entries, wanted = seeded(sim)
    extra = {"ansible_connection": ELSEWHERE, "ansible_python_interpreter": "auto"}
    ran = playbook(write("~/vault", [*entries, {"name": "later"}]), extra=extra, environment=paths(playbook, tmp_path))
    result = ran.registered("Write")
    assert result["ansible_facts"]["discovered_interpreter_python"].startswith("/usr/bin/python3")
    assert "There is no livestream yet" in ran.output
    check_vault(playbook.vault, wanted)
