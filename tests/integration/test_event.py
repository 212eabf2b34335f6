# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An event from its schedule or its list to its end: the role and the playbooks, on the simulator.

Every output and every written file is searched for secrets (see conftest.Player).
"""

from __future__ import annotations

import json
import re
import stat
import sys
import textwrap
from base64 import b64encode
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from integration.runs import both_ways, thrice

if TYPE_CHECKING:
    from pytest_httpserver import HTTPServer

    from simulator.client import Control

ROOT = Path(__file__).parents[2]
STREAMS = yaml.safe_load((ROOT / "playbooks/vars/camp2019.yml").read_text())["event_livestream_streams"]
SAMPLE = ROOT / "playbooks/files/schedule_sample.json"
PUBLISHED = sorted((ROOT.parent / "shared/data/schedules").glob("*-*.json"))
ROLE = "eventops.cloudflare.event_livestream : "
APPLY, PUBLISH = f"{ROLE}Apply the states of the meetings and livestreams", f"{ROLE}Publish the results"
PROVISION, START, STOP, STATUS, CLEANUP = (
    f"eventops.cloudflare.event_{name}" for name in ("provision", "start", "stop", "status", "cleanup")
)
ACTIVE = ("LIVE", "INVOKED")
ORDER = ["provision", "start", "status", "stop", "report", "cleanup"]


@pytest.fixture
def way() -> bool:
    """In process, where a test does not run both ways."""
    return True


@pytest.fixture
def playbook(playbook: Any, way: bool) -> Any:
    """Runs playbooks, in the controller's process or as modules. Credentials may be in one folder."""
    playbook.in_process = way
    playbook.vault = playbook.home / "vault"
    return playbook


def answers(**values: Any) -> dict[str, Any]:
    """Extra variables of the role."""
    return {"extra": {f"event_livestream_{name}": value for name, value in values.items()}}


def results(ran: Any) -> dict[str, Any]:
    """The fact that the role keeps."""
    found: dict[str, Any] = ran.registered(PUBLISH)["ansible_facts"]["event_livestream_results"]
    return found


def active(sim: Control) -> list[str]:
    """The meetings that are livestreamed."""
    return sorted(item["meeting_id"] for item in sim.livestreams() if item["status"] in ACTIVE)


@pytest.mark.cores
@pytest.mark.parametrize(("page", "way"), [(1, True), pytest.param(100, False, marks=pytest.mark.thorough)])
def test_an_event_comes_through_its_night(playbook: Any, sim: Control, page: int) -> None:
    sim.configure(max_per_page=page, live_delay=0.2)
    sim.seed(independents=["other", "another"])
    given = sim.add_meeting(title="Camp 2019, Meitner")
    # One stage by title, to be created; one by title, there already, and newer ones of that title; one by ID.
    sim.add_meeting(title="Camp 2019, Meitner")
    said = answers(
        streams=[*STREAMS, {"name": "camp2019-workshop", "meeting_id": sim.add_meeting()}],
        run_sheet=str(playbook.home / "sheet.html"),
    )
    # What was never made cannot be found to have ended.
    stop = playbook(STOP, **said)
    assert (stop.returncode, stop.accepted) == (2, []), stop.output
    assert "no meeting is titled 'Camp 2019, Curie'" in stop.failure
    thrice(playbook, PROVISION, changed=2, **said)
    (mast,) = [item["id"] for item in sim.livestreams() if item["name"] == "camp2019-mast"]
    sim.push(mast)
    found = results(thrice(playbook, START, changed=2, **said))
    assert [item["status"] for item in found.values()] == ["LIVE"] * 4
    assert found["camp2019-meitner"]["meeting_id"] == given
    assert "stream_key" not in json.dumps(found)
    # Provisioning what runs says so, and stops nothing.
    again = playbook(PROVISION, **said)
    assert (again.returncode, again.changed) == (0, 0), again.output
    assert results(again) == {name: {**item, "state": "present", "playable": None} for name, item in found.items()}
    sim.unpush(mast)
    thrice(playbook, STOP, changed=2, **said)
    assert active(sim) == []


def test_a_schedule_is_livestreamed_room_by_room(playbook: Any, sim: Control) -> None:
    said = answers(schedule=str(SAMPLE), run_sheet=str(playbook.home / "sheet.html"))
    rooms = json.loads(SAMPLE.read_text())["schedule"]["conference"]["rooms"]
    found = results(thrice(playbook, PROVISION, changed=2, **said))
    assert [item["title"] for item in found.values()] == [room["name"] for room in rooms]
    assert {item["status"] for item in found.values()} == {None}
    assert all(item["talks"] for item in found.values())
    started = thrice(playbook, START, changed=2, **said)
    assert len(active(sim)) == len(rooms)
    assert [item["meeting_id"] for item in results(started).values()] == [item["meeting_id"] for item in found.values()]
    sheet = (playbook.home / "sheet.html").read_text()
    for item in results(started).values():
        assert item["playback_url"] in sheet
        assert item["talks"][0]["title"] in sheet
    thrice(playbook, STOP, changed=2, **said)


@pytest.mark.thorough
@pytest.mark.skipif(not PUBLISHED, reason="published schedules: none beside the checkout")
@pytest.mark.parametrize("path", PUBLISHED, ids=lambda path: path.stem)
def test_published_schedules_are_provisioned(playbook: Any, sim: Control, path: Path) -> None:
    rooms: set[str] = set()
    for day in json.loads(path.read_text())["schedule"]["conference"]["days"]:
        rooms |= set(day["rooms"])
    found = results(thrice(playbook, PROVISION, changed=1, **answers(schedule=str(path))))
    assert {item["title"] for item in found.values()} == rooms
    independent = answers(schedule=str(path), schedule_independent=True, schedule_days="1")
    assert set(results(thrice(playbook, PROVISION, changed=1, **independent))) <= set(found)


@both_ways
def test_everything_works_in_check_mode_from_nothing(playbook: Any, sim: Control) -> None:
    said = answers(
        streams=STREAMS,
        wait=False,
        run_sheet=str(playbook.home / "sheet.html"),
        credentials=str(playbook.vault / "encoders"),
    )
    for name in (PROVISION, START):
        ran = playbook(name, "--check", **said)
        assert ran.returncode == 0, ran.output
        assert {entry.method for entry in ran.journal} == {"GET"}
        assert ran.changed > 0
    stop = playbook(STOP, "--check", **said)
    assert (stop.returncode, {entry.method for entry in stop.journal}) == (2, {"GET"})
    assert "3 of 3 rooms failed" in stop.failure
    assert not (playbook.home / "sheet.html").exists()
    assert not (playbook.vault / "encoders").exists()


def test_a_start_from_nothing_promises_what_it_does(playbook: Any, sim: Control) -> None:
    said = answers(
        streams=STREAMS[:2], run_sheet=str(playbook.home / "sheet.html"), credentials=str(playbook.vault / "encoders")
    )
    thrice(playbook, START, changed=3, **said)


@pytest.mark.parametrize("blank", ["", None])
def test_a_survey_may_be_left_blank(playbook: Any, sim: Control, blank: Any) -> None:
    options = yaml.safe_load((ROOT / "roles/event_livestream/meta/argument_specs.yml").read_text())
    names = [name.removeprefix("event_livestream_") for name in options["argument_specs"]["main"]["options"]]
    said = answers(**{**dict.fromkeys(names, blank), "streams": yaml.safe_dump([*STREAMS[:2], {"name": blank}][:2])})
    del said["extra"]["event_livestream_state"]
    for name in (PROVISION, START, STOP):
        ran = playbook(name, **said)
        assert ran.returncode == 0, ran.output
    assert len(sim.livestreams()) == 2


def test_a_survey_sends_text(playbook: Any, sim: Control) -> None:
    said = answers(
        streams="- name: desk\n  meeting_title: Desk\n  video_config: {width: '1280', height: '720'}\n",
        wait="yes",
        wait_timeout="90",
        concurrency="2",
        exclusive="false",
        auto_start="true",
        verify="No",
        verify_timeout="5",
    )
    ran = thrice(playbook, START, changed=1, **said)
    meeting, start = (entry.body for entry in ran.accepted)
    assert meeting == {"title": "Desk", "live_stream_on_start": True}
    assert start == {"name": "desk", "video_config": {"width": 1280, "height": 720}}


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"streams": [{"name": "a", "meeting_id": "m1"}, {"name": "a", "independent": True}]}, "has the name 'a' of"),
        ({"streams": [{"name": "a"}]}, "needs exactly one of meeting_id, meeting_title and independent"),
        ({"streams": "- name: ["}, "event_livestream_streams is not valid YAML, line 1, column 10"),
        ({"wait": "maybe"}, "event_livestream_wait must be yes or no, not 'maybe'"),
        ({"concurrency": "many"}, "event_livestream_concurrency must be a whole number, not 'many'"),
        ({"schedule": "nowhere.json"}, "event_livestream_schedule (nowhere.json): there is no such file"),
        ({"schedule": "ftp://example.org/x"}, "only http and https addresses are read"),
        ({"schedule": "http://u:hidden@127.0.0.1:9/x"}, "event_livestream_schedule (http://127.0.0.1:9/x): the server"),
        ({"schedule": str(ROOT / "README.md")}, "README.md): "),
        ({"schedule": str(SAMPLE), "schedule_rooms": "Aula"}, "Aula"),
        ({"credentials": "keys", "credentials_host": "desk"}, "event_livestream_credentials must be an absolute path"),
    ],
)
def test_the_role_refuses_what_it_does_not_understand(playbook: Any, said: dict[str, Any], message: str) -> None:
    ran = playbook(START, **answers(**{"streams": STREAMS[:1], **said}))
    assert ran.returncode == 2
    assert ran.journal == []
    (failure,) = [item["result"]["msg"] for item in ran.results if item["failed"]]
    assert message in failure
    assert "hidden" not in failure


def test_a_misspelt_variable_is_named(playbook: Any) -> None:
    """Ansible would ignore it. What the role sets itself is known to it."""
    misspelt = {"event_livestream_shedule": "x", "event_livestream_results": {}, "event_livestream_nonsense": 1}
    ran = playbook(PROVISION, extra={"event_livestream_streams": STREAMS[:1], **misspelt})
    assert ran.returncode == 0, ran.output
    said = " ".join(ran.output.split())
    assert "the role has no variable event_livestream_shedule: did you mean event_livestream_schedule?" in said
    assert "the role has no variable event_livestream_nonsense" in said
    assert said.count("the role has no variable") == 2
    # Where it is why nothing is planned, the failure says it.
    alone = playbook(STOP, **answers(evnt="camp2019"))
    assert alone.returncode == 2
    assert "the role has no variable event_livestream_evnt: did you mean event_livestream_event?" in alone.failure


def test_a_status_tells_whether_an_event_is_retired(playbook: Any, sim: Control) -> None:
    """What was read is told as such in check mode, too."""
    said = answers(streams=STREAMS[:2])
    asked = answers(streams=STREAMS[:2], state="retired")
    assert playbook(PROVISION, **said).returncode == 0
    early = playbook(STATUS, **asked)
    assert (early.returncode, early.accepted) == (2, []), early.output
    assert "Not retired: camp2019-curie, camp2019-meitner" in early.failure
    assert playbook(CLEANUP, **said).returncode == 0
    late = playbook(STATUS, "--check", **asked)
    assert late.returncode == 0, late.output
    assert "check mode: nothing was sent" not in late.output


def test_the_play_of_the_guide(playbook: Any, sim: Control) -> None:
    """A play of one's own with the role, with the list of streams that the guide shows before it."""
    guide = (ROOT / "docs/docsite/rst/guide_getting_started.rst").read_text()
    blocks = [textwrap.dedent(text) for text in re.findall(r"\.\. code-block:: yaml\n\n((?:   .*\n|\n)+)", guide)]
    (streams,) = (text for text in blocks if "event_livestream_streams:" in text)
    (play,) = (yaml.safe_load(text) for text in blocks if "event_livestream_results" in text)
    (playbook.home / "streams.yml").write_text(streams)
    assert playbook(PROVISION, extra=yaml.safe_load(streams)).returncode == 0
    for item in sim.livestreams():
        sim.push(item["id"])
    ran = playbook(play)
    assert ran.returncode == 0, ran.output
    assert "/manifest/video.m3u8" in ran.registered("Tell where to watch")["msg"]


def test_the_event_of_the_readme(playbook: Any, sim: Control) -> None:
    """Its commands, with its list of rooms, one after the other."""
    section = (ROOT / "README.md").read_text().partition("## A whole event")[2].partition("\n## ")[0]
    streams, commands = (text.partition("\n")[2] for text in section.split("```")[1:4:2])
    (playbook.home / "streams.yml").write_text(streams)
    lines = commands.strip().splitlines()
    assert [line.split()[1].rpartition("_")[2] for line in lines] == ORDER
    for line in lines:
        _program, name, *arguments = line.split()
        ran = playbook(name, *arguments)
        assert ran.returncode == 0, ran.output
    assert (playbook.home / "run-sheet.html").exists()
    assert not [item for item in sim.livestreams() if item["status"] in ACTIVE]
    assert len(sim.livestreams()) == 2


def test_a_schedule_is_read_from_a_server(playbook: Any, sim: Control, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/schedule.json").respond_with_data(SAMPLE.read_bytes())
    httpserver.expect_request("/login").respond_with_data("<!DOCTYPE html><title>Log in</title>")
    httpserver.expect_request("/gone").respond_with_data("gone", status=410)
    ran = playbook(PROVISION, **answers(schedule=httpserver.url_for("/schedule.json")))
    assert ran.returncode == 0, ran.output
    assert len(ran.accepted) == 4
    for path, message in (("/login", "HTML"), ("/gone", "the server answers with HTTP 410")):
        ran = playbook(PROVISION, **answers(schedule=httpserver.url_for(path)))
        assert ran.returncode == 2
        assert message in ran.results[-1]["result"]["msg"]


def test_credentials_of_the_schedule_are_sent_and_never_shown(
    playbook: Any, sim: Control, httpserver: HTTPServer
) -> None:
    """Also where the server echoes them, and where the address is given as something else than a text."""
    password, token = "canary-0123456789", "canary-9876543210"
    page = f"<!DOCTYPE html><title>Hello {password}</title>"
    httpserver.expect_request(
        "/schedule.json", headers={"Authorization": f"Basic {b64encode(f'me:{password}'.encode()).decode()}"}
    ).respond_with_data(SAMPLE.read_bytes())
    httpserver.expect_request("/login").respond_with_data(page)

    def provision(schedule: Any) -> Any:
        # Ansible prints its command line at -vvvv.
        variables = playbook.home / "variables.json"
        variables.write_text(json.dumps(answers(schedule=schedule)["extra"]))
        return playbook(PROVISION, "--extra-vars", f"@{variables}")

    address = httpserver.url_for("/").replace("http://", f"http://me:{password}@")
    for path, returncode in (("schedule.json", 0), ("login", 2), ("gone", 2)):
        ran = provision(f"{address}{path}?token={token}")
        assert ran.returncode == returncode, ran.output
        for secret in (password, token):
            assert secret not in ran.output
            assert secret not in json.dumps(ran.results)
    ran = provision([f"{address}schedule.json"])
    assert "event_livestream_schedule must be a text" in ran.output
    assert password not in ran.output
    assert len(ran.accepted) == 0


def test_what_a_schedule_says_is_never_a_template(playbook: Any, sim: Control) -> None:
    schedule = json.loads(SAMPLE.read_text())
    talk = next(talk for talks in schedule["schedule"]["conference"]["days"][0]["rooms"].values() for talk in talks)
    talk["title"] = "{{ 7 * 7 }} {% raw %}"
    talk["room"] = talk["room"]
    schedule["schedule"]["conference"]["title"] = schedule["schedule"]["conference"]["acronym"] = "{{ 6 * 7 }}"
    (playbook.home / "hostile.json").write_text(json.dumps(schedule))
    said = answers(schedule="hostile.json", run_sheet="hostile.html")
    ran = playbook(PROVISION, **said)
    assert ran.returncode == 0, ran.output
    titles = [entry.body["title"] for entry in ran.accepted]
    assert [title.split(":")[0] for title in titles] == ["6-7"] * 4
    assert any(item["talks"] and item["talks"][0]["title"] == talk["title"] for item in results(ran).values())
    assert "{{ 7 * 7 }} {% raw %}" in (playbook.home / "hostile.html").read_text()


def test_one_that_fails_does_not_keep_the_others_quiet(playbook: Any, sim: Control) -> None:
    good, bad = sim.add_meeting(), sim.add_meeting(status="INACTIVE")
    streams = [{"name": "good", "meeting_id": good}, {"name": "bad", "meeting_id": bad}]
    ran = playbook(START, **answers(streams=streams, run_sheet="sheet.html", verify="no"))
    assert ran.returncode == 2
    found = results(ran)
    assert (found["good"]["status"], found["good"]["msg"]) == ("LIVE", None)
    assert found["bad"]["msg"]
    assert found["good"]["playback_url"] in (playbook.home / "sheet.html").read_text()


@pytest.mark.parametrize("verify", ["warn", "fail"])
def test_streams_that_do_not_play_are_named(playbook: Any, sim: Control, verify: str) -> None:
    sim.configure(manifest_delay=600)
    said = answers(streams=STREAMS[:2], verify=verify, verify_timeout=1)
    ran = playbook(START, **said)
    assert ran.returncode == (2 if verify == "fail" else 0), ran.output
    assert {name: item["playable"] for name, item in results(ran).items()} == {
        "camp2019-curie": False,
        "camp2019-meitner": False,
    }
    told = ran.failure if verify == "fail" else str(ran.registered(APPLY)["warnings"])
    assert "camp2019-curie" in told
    assert "camp2019-meitner" in told


def test_credentials_are_where_the_encoder_is_and_nowhere_else(playbook: Any, sim: Control) -> None:
    inventory = playbook.home / "hosts.yml"
    local = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
    inventory.write_text(yaml.safe_dump({"all": {"hosts": {"localhost": local, "encoder": local}}}))
    folder = playbook.vault / "encoders"
    said = answers(streams=STREAMS, credentials=str(folder), credentials_host="encoder")
    ran = thrice(playbook, PROVISION, "-i", str(inventory), changed=2, **said)
    (mast,) = [item for item in sim.livestreams() if item["meeting_id"] is None]
    (written,) = folder.rglob("*.env")
    assert written.parent.name == "camp2019-mast"
    assert any(key in written.read_text() for key in sim.secrets())
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.rglob("*") if path.is_file()} == {0o600}
    assert mast["id"] == results(ran)["camp2019-mast"]["id"]
    assert "localhost -> encoder" in ran.output


def test_an_artifact_of_one_job_does_not_mislead_the_next(playbook: Any, sim: Control) -> None:
    said = answers(streams=STREAMS[:2])
    first = playbook(PROVISION, **said)
    artifacts = first.registered(PUBLISH)["ansible_stats"]["data"]
    assert set(artifacts["event_livestream_published"]["camp2019-curie"]) == {
        "title", "meeting_id", "id", "status", "playback_url"
    }  # fmt: skip
    second = playbook(START, extra={**said["extra"], **artifacts})
    assert second.returncode == 0, second.output
    assert [item["status"] for item in results(second).values()] == ["LIVE", "LIVE"]


def test_meetings_start_when_somebody_joins(playbook: Any, sim: Control) -> None:
    known = sim.add_meeting()
    said = answers(streams=[*STREAMS[:1], {"name": "desk", "meeting_id": known}], auto_start=True)
    ran = thrice(playbook, PROVISION, changed=1, **said)
    assert [entry.body.get("live_stream_on_start") for entry in ran.accepted] == [True, True]
    assert sim.livestreams() == []


def test_a_batch_of_500_costs_a_request_or_two_for_each(playbook: Any, sim: Control) -> None:
    sim.configure(rate_limit=0)
    titled = [{"name": f"m{number}", "meeting_title": f"Room {number}"} for number in range(300)]
    streams = [*titled, *({"name": f"i{number}", "independent": True} for number in range(200))]
    said = answers(streams=streams, concurrency=16, run_sheet="sheet.html", verify_timeout=20)
    provision = playbook(PROVISION, **said)
    assert provision.returncode == 0, provision.output
    assert len(provision.accepted) == 500
    listings = (
        2 + 3 * 6 + 4
    )  # meetings before and after, livestreams before, before creating and after; the active ones
    assert len(provision.journal) <= 500 + listings + 12
    for item in sim.livestreams():
        if item["meeting_id"] is None:
            sim.push(item["id"])
    start = playbook(START, **said)
    assert start.returncode == 0, start.output
    assert len(start.accepted) == 300
    assert len(start.journal) <= 2 * 300 + 40
    for item in sim.livestreams():
        if item["meeting_id"] is None:
            sim.unpush(item["id"])
    stop = playbook(STOP, **said)
    assert stop.returncode == 0, stop.output
    assert len(stop.accepted) == 300
    assert len(stop.journal) <= 2 * 300 + 40


@pytest.mark.cores
def test_the_slug_alone_stops_the_whole_event(playbook: Any, sim: Control) -> None:
    """Also what the list lacks by now, and what was retired on the air. Nothing of another event."""
    streams = [{"name": name, "meeting_title": name.title()} for name in ("curie", "meitner", "gray")]
    said = answers(streams=streams, event="camp", wait=False)
    assert playbook(START, **said).returncode == 0
    assert playbook(START, **answers(streams=streams[:1], event="camp-2027", wait=False)).returncode == 0
    retired = [item["meeting_id"] for item in sim.livestreams() if item["name"] == "camp-gray"]
    task = {"eventops.cloudflare.realtime_meeting": {"meeting_id": retired[0], "state": "inactive"}}
    assert playbook([task]).returncode == 0
    stop = playbook(STOP, **answers(event="Camp"))
    assert stop.returncode == 0, stop.output
    assert [item["name"] for item in sim.livestreams() if item["status"] in ACTIVE] == ["camp-2027-curie"]
    again = playbook(STOP, **answers(event="camp"))
    assert (again.returncode, again.changed) == (0, 0)


@pytest.mark.cores
def test_keys_are_there_before_the_encoder_is_waited_for(playbook: Any, sim: Control) -> None:
    sheet = playbook.home / "sheet.html"
    said = answers(streams=STREAMS, credentials=str(playbook.vault / "encoders"), wait_timeout=1, run_sheet=str(sheet))
    ran = playbook(START, **said)
    assert ran.returncode == 2
    assert (playbook.vault / "encoders/camp2019-mast/ffmpeg.env").exists()
    assert "1 of 3 rooms failed: camp2019-mast: the livestream 'camp2019-mast' was not LIVE within 1 s" in ran.failure
    assert {name: item["playable"] for name, item in results(ran).items()} == {
        "camp2019-curie": True,
        "camp2019-meitner": True,
        "camp2019-mast": None,
    }
    assert "camp2019-curie" in sheet.read_text()
    assert "Tell what came of it" in [item["task"] for item in ran.results]
    warned = playbook(START, extra={**said["extra"], "event_livestream_missing": "warn"})
    assert warned.returncode == 0, warned.output
    assert "camp2019-mast cannot be watched yet" in " ".join(warned.output.split())


def test_what_a_start_has_made_is_not_made_again(playbook: Any, sim: Control) -> None:
    """The task that waits runs after the one that creates, and lists may not show yet what that made."""
    sim.configure(meeting_lag=60, list_lag=60)
    rooms = [{"name": "curie", "meeting_title": "Curie"}, {"name": "mast", "independent": True, "wait": False}]
    keys = playbook.vault / "encoders"
    ran = playbook(START, **answers(streams=rooms, event="camp", credentials=str(keys)))
    assert ran.returncode == 0, ran.output
    made = [entry.operation for entry in ran.accepted]
    assert sorted(made) == ["create_livestream", "create_meeting", "start_livestream"]
    assert {path.name for path in keys.iterdir()} == {"camp-curie", "camp-mast"}
    (mast,) = [item for item in sim.livestreams() if item["name"] == "camp-mast"]
    assert results(ran)["camp-mast"]["id"] == mast["id"]


@pytest.mark.parametrize(("name", "wrong"), [(STOP, "started"), (CLEANUP, "started"), (PROVISION, "started")])
def test_a_file_of_variables_does_not_change_what_a_playbook_is_for(
    playbook: Any, sim: Control, name: str, wrong: str
) -> None:
    """Extra variables come before all others, and event_status takes a state."""
    rooms = [{"name": "curie", "meeting_title": "Curie"}]
    assert playbook(PROVISION, **answers(streams=rooms, event="camp")).returncode == 0
    ran = playbook(name, **answers(streams=rooms, event="camp", state=wrong))
    assert ran.returncode == 0, ran.output
    assert "start_livestream" not in [entry.operation for entry in ran.journal]


def test_a_status_that_could_not_be_read_is_written_as_such(playbook: Any, sim: Control) -> None:
    """A monitor must not go on reading what was so yesterday."""
    data = playbook.home / "status.json"
    said = answers(streams=[{"name": "curie", "meeting_title": "Curie"}], event="camp", status_data=str(data))
    assert playbook(PROVISION, **said).returncode == 0
    playbook(STATUS, **said)
    assert json.loads(data.read_text())["error"] is None
    sim.faults({"kind": "status", "status": 403, "operation": "list_meetings", "times": None})
    assert playbook(STATUS, **said).returncode == 2
    found = json.loads(data.read_text())
    assert (found["streams"], found["leftovers"], found["missing"]) == (None, None, None)
    assert "HTTP 403" in found["error"]


def test_cleanup_removes_the_keys_of_a_room_that_was_renamed(playbook: Any, sim: Control) -> None:
    """Its livestream has ended by then, so that no list shows its name any more."""
    keys = playbook.vault / "encoders"
    rooms = [{"name": "main", "meeting_title": "Main"}, {"name": "side", "meeting_title": "Side"}]
    said = {"event": "camp", "credentials": str(keys)}
    assert playbook(START, **answers(streams=rooms, **said)).returncode == 0
    assert {path.name for path in keys.iterdir()} == {"camp-main", "camp-side"}
    renamed = [{"name": "hall", "meeting_title": "Hall"}, rooms[1]]
    assert playbook(STOP, **answers(event="camp")).returncode == 0
    for check in (["--check"], []):
        ran = playbook(CLEANUP, *check, **answers(streams=renamed, **said))
        assert ran.returncode == 0, ran.output
        assert keys.exists() is bool(check)


def test_a_room_that_is_started_while_others_are_waited_for_gets_its_key(playbook: Any, sim: Control) -> None:
    said = answers(streams=STREAMS[:2], credentials=str(playbook.vault / "encoders"))
    sim.faults({"kind": "status", "status": 500, "operation": "start_livestream", "times": 4})
    ran = playbook(START, **said)
    assert ran.returncode == 0, ran.output
    assert sim.fired() == [4]
    keys = sorted(item["stream_key"] for item in sim.livestreams())
    files = sorted((playbook.vault / "encoders").rglob("ffmpeg.env"))
    assert [path.parent.name for path in files] == ["camp2019-curie", "camp2019-meitner"]
    assert all(any(key in path.read_text() for key in keys) for path in files)


def test_a_report_is_written_although_a_room_fails(playbook: Any, sim: Control) -> None:
    data = playbook.home / "status.json"
    streams = [STREAMS[0], {"name": "gone", "meeting_id": "gone"}]
    said = answers(streams=streams, event="camp2019", status_data=str(data))
    ran = playbook(STATUS, **said)
    assert ran.returncode == 2
    assert "1 of 2 rooms failed: camp2019-gone: the meeting gone does not exist" in ran.failure
    assert [item.get("failed", False) for item in json.loads(data.read_text())["streams"]] == [False, True]


def test_check_mode_says_that_it_only_foresees(playbook: Any, sim: Control) -> None:
    check = playbook(START, "--check", **answers(streams=STREAMS[:1], event="camp2019"))
    assert check.returncode == 0, check.output
    assert "check mode: nothing was sent, and this is what would be" in check.output


@pytest.mark.cores
def test_an_event_is_reported_and_retired(playbook: Any, sim: Control) -> None:
    data = playbook.home / "status.json"
    said = answers(streams=STREAMS[:2], event="camp2019", credentials=str(playbook.vault / "encoders"))
    asked = {**said["extra"], "event_livestream_state": "started", "event_livestream_status_data": str(data)}
    ran = playbook(STATUS, extra=asked)
    assert (ran.returncode, {entry.method for entry in ran.journal}) == (2, {"GET"})
    assert "Not started: camp2019-curie, camp2019-meitner" in ran.failure
    assert playbook(START, **said).returncode == 0
    ran = playbook(STATUS, extra=asked)
    assert ran.returncode == 0, ran.output
    found = json.loads(data.read_text())
    assert (found["event"], found["missing"], found["leftovers"]) == ("camp2019", [], [])
    assert [item["status"] for item in found["streams"]] == ["LIVE", "LIVE"]
    told = playbook(STATUS, **answers(event="camp2019"))
    assert told.returncode == 0, told.output
    assert [line[:12] for line in told.results[-2]["result"]["msg"]] == ["of the event"] * 2
    refused = playbook(CLEANUP, **said)
    assert (refused.returncode, refused.accepted) == (2, [])
    assert (playbook.vault / "encoders/camp2019-curie").exists()
    assert playbook(STOP, **said).returncode == 0
    check = playbook(CLEANUP, "--check", **said)
    ran = playbook(CLEANUP, **said)
    assert (check.returncode, ran.returncode, check.changed) == (0, 0, ran.changed), ran.output
    assert ran.changed == 2
    assert not (playbook.vault / "encoders").exists()
    again = playbook(CLEANUP, **said)
    assert (again.returncode, again.changed) == (0, 0), again.output


def test_tags_that_no_task_has_run_nothing_of_the_role(playbook: Any, sim: Control) -> None:
    ran = playbook(START, "--tags", "nothing", **answers(streams=STREAMS[:1]))
    assert (ran.results, ran.journal) == ([], [])


def test_a_list_names_the_rooms_that_are_meant(playbook: Any, sim: Control) -> None:
    said = answers(streams=STREAMS[:2], event="camp2019", only=["camp2019-curie"], exclusive="app")
    assert playbook(START, **answers(streams=STREAMS[:2], event="camp2019", wait=False)).returncode == 0
    ran = playbook(STOP, **said)
    assert ran.returncode == 0, ran.output
    assert [item["name"] for item in sim.livestreams() if item["status"] in ACTIVE] == ["camp2019-meitner"]


def test_the_former_name_of_exclusive_is_deprecated(playbook: Any, sim: Control) -> None:
    sim.seed(meetings=1, active=True)
    ran = playbook(START, **answers(streams=STREAMS[:1], exclusive=True))
    assert ran.returncode == 0, ran.output
    assert "exclusive: true is now called exclusive: app" in ran.output
    assert len(active(sim)) == 1


def test_a_day_on_which_nothing_is_on_is_named(playbook: Any, sim: Control) -> None:
    """A wrong day looks like a day off: the event's own days are told."""
    (playbook.home / "schedule.json").write_bytes(SAMPLE.read_bytes())
    ran = playbook(START, **answers(schedule="schedule.json", schedule_days=["today"]))
    assert ran.returncode == 0, ran.output
    said = " ".join(ran.output.split())
    assert "no room has talks on today (time zone Europe/Berlin): the event is from 2027-08-" in said
    assert ran.accepted == []
