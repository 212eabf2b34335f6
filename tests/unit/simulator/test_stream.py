# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Stream's live inputs, over HTTP: what the SDK cannot ask for, and what differs between plausible services."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import requests

from simulator.client import Control
from simulator.stream.profile import NAMED

Stream = Callable[..., requests.Response]


@pytest.fixture
def stream(control: Control) -> Stream:
    """Sends a request below the live inputs of the account."""
    root = f"{control.base_url}/accounts/{control.account_id}/stream/live_inputs"
    session = requests.Session()
    session.trust_env = False
    session.headers["Authorization"] = f"Bearer {control.api_token}"

    def send(method: str, path: str = "", body: Any = None, **headers: str) -> requests.Response:
        return session.request(method, root + path, json=body, headers=headers, timeout=10)

    return send


def result(answer: requests.Response) -> Any:
    """What the envelope of a good answer holds."""
    assert answer.status_code == 200, answer.text
    return answer.json()["result"]


def created(stream: Stream, name: str = "mast", **fields: Any) -> Any:
    """A new live input that records."""
    fields = {"meta": {"name": name}, "recording": {"mode": "automatic"}, **fields}
    return result(stream("POST", body=fields))


def test_an_encoder_comes_and_goes(stream: Stream, control: Control) -> None:
    made = created(stream)
    path = f"/{made['uid']}"
    assert made["status"] is None
    control.connect(made["uid"])
    control.advance(100)
    assert result(stream("GET", path))["status"]["current"]["state"] == "connected"
    lifecycle = requests.get(f"{control.url}/stream/{made['uid']}/lifecycle", timeout=10).json()
    (video,) = result(stream("GET", f"{path}/videos"))
    assert lifecycle == {"isInput": True, "videoUID": video["uid"], "live": True}
    assert video["status"] == {"state": "live-inprogress"}
    assert requests.get(made["playback"]["hls"], timeout=10).text.startswith("#EXTM3U")
    control.disconnect(made["uid"])
    states = []
    for seconds in (0, 61):
        control.advance(seconds)
        states += [item["status"]["state"] for item in result(stream("GET", f"{path}/videos"))]
    assert states == ["not-found", "ready"]


def test_what_is_disabled_is_off_the_air_and_takes_no_encoder(stream: Stream, control: Control) -> None:
    uid = created(stream)["uid"]
    control.connect(uid)
    assert result(stream("PUT", f"/{uid}", {"enabled": False}))["status"]["current"]["state"] == "client_disconnect"
    assert not control.live_inputs()[0]["on_air"]
    with pytest.raises(Exception, match="disabled"):
        control.connect(uid)


def test_new_keys_disconnect_whoever_uses_the_old(stream: Stream, control: Control) -> None:
    made = created(stream)
    assert "keysRotatedAt" not in made
    control.connect(made["uid"])
    rotated = result(stream("POST", f"/{made['uid']}/rotate_keys"))
    assert rotated["keysRotatedAt"] > made["created"]
    assert rotated["rtmps"]["streamKey"] != made["rtmps"]["streamKey"]
    assert not control.live_inputs()[0]["on_air"]
    assert {made["rtmps"]["streamKey"], rotated["srt"]["passphrase"]} <= set(control.secrets())


def test_without_recording_nothing_can_be_watched(stream: Stream, control: Control) -> None:
    made = result(stream("POST"))
    assert made["recording"]["mode"] == "off"
    control.connect(made["uid"])
    assert requests.get(made["playback"]["hls"], timeout=10).status_code == 404
    assert result(stream("GET", f"/{made['uid']}/videos")) == []


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"deleteRecordingAfterDays": 7}, "deleteRecordingAfterDays"),
        ({"recording": {"mode": "sometimes"}}, "mode"),
        ({"meta": "mast"}, "meta"),
    ],
)
def test_what_is_wrong_is_refused_as_stream_does_it(stream: Stream, fields: dict[str, Any], message: str) -> None:
    answer = stream("POST", body=fields)
    assert answer.status_code == 400
    assert message in answer.json()["errors"][0]["message"]


def test_what_does_not_exist(stream: Stream) -> None:
    answer = stream("GET", "/nowhere")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (404, 10003)
    uid = created(stream)["uid"]
    assert stream("DELETE", f"/{uid}/outputs/nowhere").status_code == 404
    assert stream("PUT", f"/{uid}/rotate_keys").status_code == 405


def test_a_list_may_be_short_and_says_so(stream: Stream, control: Control) -> None:
    for number in range(5):
        created(stream, f"room{number}")
    control.configure_stream(list_limit=2)
    listed = result(stream("GET"))
    assert [item["meta"]["name"] for item in listed["liveInputs"]] == ["room4", "room3"]
    assert (listed["total"], listed["range"]) == (5, 3)
    assert "rtmps" not in listed["liveInputs"][0]


def test_an_update_merges_or_replaces(stream: Stream, control: Control) -> None:
    for way, mode in (("merge", "automatic"), ("replace", "off")):
        control.configure_stream(update=way)
        made = created(stream, preferLowLatency=True)
        changed = result(stream("PUT", f"/{made['uid']}", {"enabled": False}))
        assert (changed["recording"]["mode"], changed["preferLowLatency"]) == (mode, way == "merge")


def test_a_second_creation_with_the_same_key(stream: Stream, control: Control) -> None:
    for way, number in (("ignored", 2), ("honoured", 1)):
        control.reset()
        control.configure_stream(idempotency=way)
        found = {result(stream("POST", **{"Idempotency-Key": "one"}))["uid"] for _time in range(2)}
        assert len(found) == len(control.live_inputs()) == number


@pytest.mark.parametrize("name", NAMED)
def test_named_profiles_can_be_worked_with(stream: Stream, control: Control, name: str) -> None:
    control.configure_stream(name)
    answer = stream("POST", body={"meta": {"name": "mast"}}).json()
    made = answer.get("result", answer)
    control.connect(made["uid"])
    read = result(stream("GET", f"/{made['uid']}"))
    assert "connected" in str(read["status"])
    assert read["playback"]["hls"]
    assert stream("DELETE", f"/{made['uid']}").status_code in (200, 204)
    assert control.live_inputs() == []


def test_an_unknown_setting_is_refused(control: Control) -> None:
    for settings in ({"update": "sometimes"}, {"nothing": 1}):
        with pytest.raises(Exception, match="422"):
            control.configure_stream(**settings)
    with pytest.raises(Exception, match="no profile is called x"):
        control.configure_stream("x")
