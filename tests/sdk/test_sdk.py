# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Cloudflare's own Python SDK works with the simulator, as it is: the proof that nobody here wrote.

Two versions: the newest, and one that still creates independent livestreams. Each has an environment of
its own, see environments.py.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from environments import programs
from simulator.client import Control
from simulator.clock import frozen
from simulator.journal import Entry
from simulator.operations import APP, OPERATIONS
from simulator.server import running

VERSIONS = ("5.9.0", "5.6.0")
OF_STREAM = [operation for operation in OPERATIONS if operation.path.startswith("/stream/")]

pytestmark = pytest.mark.sdk


@dataclass
class Outcome:
    """What the SDK reported, and what the simulator saw."""

    version: str
    report: dict[str, Any]
    entries: list[Entry]
    livestreams: list[dict[str, Any]]


@pytest.fixture(scope="module")
def simulator() -> Iterator[Control]:
    with running() as control:
        yield control


@pytest.fixture(scope="module", params=VERSIONS)
def outcome(request: pytest.FixtureRequest, simulator: Control) -> Outcome:
    simulator.reset()
    variables = {
        "PATH": os.environ.get("PATH", ""),
        "EXERCISE_BASE_URL": simulator.base_url,
        "EXERCISE_API_TOKEN": simulator.api_token,
        "EXERCISE_ACCOUNT_ID": simulator.account_id,
        "EXERCISE_APP_ID": simulator.app_id,
        "EXERCISE_CONTROL_URL": simulator.url,
    }
    command = [
        str(programs(f"sdk-{request.param}", f"cloudflare=={request.param}") / "python"),
        str(Path(__file__).with_name("exercise.py")),
    ]
    with frozen():
        done = subprocess.run(command, env=variables, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["version"] == request.param
    return Outcome(request.param, told["report"], simulator.journal(), simulator.livestreams())


def test_meetings(outcome: Outcome) -> None:
    report = outcome.report
    meeting = report["create_meeting"]["id"]
    assert report["create_meeting"] == {"id": meeting, "title": "SDK meeting", "status": "ACTIVE"}
    assert report["update_meeting"] == {"title": "Renamed"}
    assert report["get_meeting"] == {"title": "Renamed", "created_at": "datetime"}
    assert report["list_meetings"] == {"ids": [meeting], "total": 1}
    assert report["replace_meeting"] == {"title": "Replaced"}
    assert report["get_active_session"] == {"status": "LIVE", "people": 2}
    assert report["retire_meeting"] == {"status": "INACTIVE"}


def test_livestream(outcome: Outcome) -> None:
    report = outcome.report
    truth = outcome.livestreams[0]
    started = report["start_livestream"]
    assert started.pop("playback_url").endswith("/manifest/video.m3u8")
    assert started == {
        "id": truth["id"],
        "status": "INVOKED",
        "key": len(truth["stream_key"]),
        "ingest_server": "rtmps://live.cloudflare.com:443/live/",
    }
    assert report["get_active_livestream"] == {
        "id": truth["id"],
        "status": "LIVE",
        "name": "sdk",
        "created_at": "datetime",
        "key": None,
    }
    assert report["get_livestream"] == {"id": truth["id"], "status": "LIVE", "session": "NoneType", "sessions": 1}
    session = truth["sessions"][0]
    assert report["get_active_livestream_session"] == {"id": session["id"], "livestream": truth["id"]}
    assert report["get_livestream_session"] == {"livestream_id": truth["id"], "seconds": 100}
    assert report["list_livestreams"] == {"ids": [truth["id"]], "total": 1, "parsed": "list"}
    assert report["stop_livestream"] == {"message": "Stopped live stream successfully"}
    assert truth["video"] == {"width": 1280, "height": 720}
    assert session["stopped_time"] is not None


def test_refusals(outcome: Outcome) -> None:
    report = outcome.report
    assert report["nothing_active"].pop("message").startswith("No active livestream found")
    assert report["nothing_active"] == {"exception": "NotFoundError", "status": 404, "errors": False}
    assert (report["start_again"]["exception"], report["start_again"]["status"]) == ("ConflictError", 409)
    assert (report["stop_again"]["exception"], report["stop_again"]["status"]) == ("NotFoundError", 404)


def test_analytics(outcome: Outcome) -> None:
    report = outcome.report
    assert report["livestream_analytics"] == {"count": 1, "seconds": 100}
    assert report["livestream_analytics_daywise"] == {"counts": [1]}
    assert report["analytics_daywise"] == {"days": 31}


def test_independent_livestreams_only_in_the_old_version(outcome: Outcome) -> None:
    if outcome.version == "5.6.0":
        truth = outcome.livestreams[1]
        assert outcome.report["create_livestream"] == {"id": truth["id"], "name": "studio", "meeting_id": None}
    else:
        assert "create_livestream" not in outcome.report
        assert len(outcome.livestreams) == 1


def test_webhooks(outcome: Outcome) -> None:
    report = outcome.report
    hook = report["create_webhook"]["id"]
    assert report["create_webhook"]["enabled"] is True
    assert (report["list_webhooks"], report["delete_webhook"]) == ({"ids": [hook]}, {"id": hook})
    assert report["get_webhook"] == {"name": "status"}
    assert (report["update_webhook"], report["replace_webhook"]) == ({"enabled": False}, {"enabled": True})


def test_live_inputs(outcome: Outcome) -> None:
    """Stream's API beside it, by the same SDK."""
    assert outcome.report["live_inputs"] == {
        "made": {"created": "datetime", "status": None, "mode": "automatic"},
        "key": True,
        "listed": {"names": ["mast"], "total": 1},
        "changed": {"enabled": False, "same": True},
        "outputs": {"enabled": [True, False], "same": True},
        "gone": [10003],
    }
    sent = {entry.operation for entry in outcome.entries} & {operation.name for operation in OF_STREAM}
    assert {operation.name for operation in OF_STREAM} - sent == {"rotate_keys", "list_live_input_videos"}


def test_what_was_sent(outcome: Outcome) -> None:
    entries = {entry.operation: entry for entry in outcome.entries}
    assert {entry.credential for entry in outcome.entries} == {"token"}
    assert all(entry.user_agent.startswith(f"Cloudflare/Python {outcome.version}") for entry in outcome.entries)
    starts = [entry for entry in outcome.entries if entry.operation == "start_livestream"]
    assert [(entry.body, entry.accepted) for entry in starts] == [
        ({"name": "sdk", "video_config": {"width": 1280, "height": 720}}, True),
        ({}, False),
    ]
    assert entries["stop_livestream"].body is None
    assert entries["livestream_analytics"].query["start_time"].isdigit()
    # No version of the SDK has the first one.
    missing = {"get_meeting_livestreams"} | ({"create_livestream"} if outcome.version != "5.6.0" else set())
    assert {operation.name for operation in OPERATIONS if operation.base == APP} - set(entries) == missing
