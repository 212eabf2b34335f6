# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The job templates, run as a controller runs them: with ansible-runner, on the simulator."""

from __future__ import annotations

import json
import time
from typing import Any

import yaml

from awx.jobs import Platform, active, done
from simulator.client import Control

STREAMS: list[dict[str, Any]] = [
    {"name": "camp2019-curie", "meeting_title": "Camp 2019, Curie"},
    {"name": "camp2019-meitner", "meeting_title": "Camp 2019, Meitner"},
    {"name": "camp2019-mast", "independent": True},
]
# As a text area gives them
ANSWERS = {"event_livestream_streams": yaml.safe_dump(STREAMS)}
MEETINGS = {"event_livestream_streams": yaml.safe_dump(STREAMS[:2])}


def test_a_night_from_provisioning_to_the_stop(platform: Platform, sim: Control) -> None:
    provisioned = done(platform.run("provision", ANSWERS))
    assert provisioned.changed > 0
    published = provisioned.artifacts["event_livestream_published"]
    assert list(published) == [stream["name"] for stream in STREAMS]
    sim.push(published["camp2019-mast"]["id"])
    # A workflow: the artifacts of the first step are extra variables of the next
    started = done(platform.run("start", ANSWERS, provisioned.artifacts))
    assert active(sim) == sorted(published)
    results = started.artifacts["event_livestream_published"]
    assert {item["status"] for item in results.values()} == {"LIVE"}
    assert all(item["playback_url"] for item in results.values())
    assert "stream_key" not in json.dumps(results)
    again = done(platform.run("start", ANSWERS, started.artifacts))
    assert again.changed == 0
    assert again.artifacts == started.artifacts
    sim.unpush(published["camp2019-mast"]["id"])
    assert done(platform.run("stop", ANSWERS)).changed > 0
    assert active(sim) == []


def test_files_are_where_the_answers_say(platform: Platform, sim: Control) -> None:
    # What the execution node shares with its containers, and the folder of an encoder
    shared, encoder = (platform.home / name for name in ("srv", "encoder"))
    shared.mkdir()
    files = {"run_sheet": "sheet.html", "report": "report.html", "report_data": "report.json"}
    paths = {f"event_livestream_{name}": str(shared / file) for name, file in files.items()}
    sheet = paths.pop("event_livestream_run_sheet")
    start = {**MEETINGS, "event_livestream_run_sheet": sheet, "event_livestream_credentials": str(encoder)}
    done(platform.run("start", start))
    done(platform.run("report", {**paths, "event_livestream_report_start": "2019-08-21"}))
    platform.search_files(shared)
    assert sorted(path.name for path in shared.iterdir()) == sorted(files.values())
    written = [path for path in encoder.rglob("*") if path.is_file()]
    assert all(any(key in path.read_text() for path in written) for key in sim.secrets())
    assert {path.stat().st_mode & 0o777 for path in written} == {0o600}


def test_how_an_event_stands_and_its_end(platform: Platform, sim: Control) -> None:
    shared, encoder = (platform.home / name for name in ("srv", "encoder"))
    shared.mkdir()
    data = shared / "status.json"
    event = {**MEETINGS, "event_livestream_event": "camp2019"}
    status = {**event, "event_livestream_state": "started", "event_livestream_status_data": str(data)}
    keys = {**event, "event_livestream_credentials": str(encoder)}
    before = platform.run("status", status)
    assert before.status == "failed"
    assert any("Not started: camp2019-curie, camp2019-meitner" in text for text in before.failures)
    done(platform.run("start", keys))
    done(platform.run("status", status))
    platform.search_files(shared)
    assert [item["status"] for item in json.loads(data.read_text())["streams"]] == ["LIVE", "LIVE"]
    refused = platform.run("cleanup", keys)
    assert refused.status == "failed"
    assert any("Nothing is retired while this is on the air" in text for text in refused.failures)
    assert len(list(encoder.iterdir())) == 2
    done(platform.run("stop", event))
    # The meetings, and the key files
    assert done(platform.run("cleanup", keys)).changed == 2
    assert not encoder.exists()
    assert done(platform.run("cleanup", keys)).changed == 0


def test_two_at_once_on_one_event(platform: Platform, sim: Control) -> None:
    sim.configure(live_delay=1)
    jobs = [platform.launch("start", MEETINGS) for _job in range(2)]
    for job in jobs:
        done(job.wait())
    assert active(sim) == [stream["name"] for stream in STREAMS[:2]]
    assert len(sim.livestreams()) == 2


def test_cancelled_while_it_waits_and_run_again(platform: Platform, sim: Control) -> None:
    sim.configure(live_delay=1000)
    job = platform.launch("start", MEETINGS)
    while len([entry for entry in sim.journal("start_livestream") if entry.accepted]) < 2:
        assert job.process.poll() is None, job.wait().output
        time.sleep(0.1)
    job.cancel()
    assert job.wait().status == "canceled"
    sim.advance(1000)
    done(platform.run("start", MEETINGS))
    assert active(sim) == [stream["name"] for stream in STREAMS[:2]]
    assert len(sim.livestreams()) == 2


def test_a_key_instead_of_a_token(platform: Platform, sim: Control) -> None:
    platform.inputs = {**platform.inputs, "email": sim.email, "api_key": sim.api_key}
    del platform.inputs["api_token"]
    done(platform.run("provision", ANSWERS))
    assert {entry.credential for entry in sim.journal()} == {"key"}


def test_a_wrong_token_is_said_and_not_shown(platform: Platform, sim: Control) -> None:
    platform.inputs["api_token"] = "wrong-token-4711"
    failed = platform.run("provision", ANSWERS)
    assert failed.status == "failed"
    assert "check api_token" in failed.output
    assert "wrong-token-4711" not in failed.output + json.dumps(failed.events)
