# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Broken answers, seen by a real client."""

from __future__ import annotations

import time
from typing import Any

import pytest
import requests

from simulator.client import Control, ControlError


@pytest.mark.parametrize("kind", ["reset", "close"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_no_answer(api: Any, control: Control, meeting: str, kind: str, when: str) -> None:
    control.faults({"operation": "start_livestream", "kind": kind, "when": when})
    with pytest.raises(requests.ConnectionError):
        api.start(meeting)
    assert len(control.livestreams()) == (when == "after")
    (entry,) = control.journal()
    assert (entry.fault, entry.status, entry.accepted) == (kind, None, when == "after")
    assert entry.service_status == (201 if when == "after" else None)
    assert control.fired() == [1]
    assert api("GET", "/livestreams").status_code == 200, "the next connection works"


def test_reset_is_one(control: Control, api: Any) -> None:
    control.faults({"kind": "reset"})
    with pytest.raises(requests.ConnectionError, match="reset by peer"):
        api("GET", "/livestreams")


@pytest.mark.parametrize("when", [None, "before"])
def test_cut(api: Any, control: Control, meeting: str, when: str | None) -> None:
    control.faults({"operation": "start_livestream", "kind": "cut", "when": when})
    with pytest.raises(requests.exceptions.ChunkedEncodingError, match="IncompleteRead"):
        api.start(meeting)
    assert len(control.livestreams()) == (when is None)
    assert control.journal()[0].status == (201 if when is None else 200)


def test_drip(api: Any, control: Control, meeting: str) -> None:
    api.start(meeting)
    control.faults({"kind": "drip", "pieces": 5, "seconds": 0.02})
    begin = time.perf_counter()
    assert len(api.data("/livestreams")) == 1
    assert time.perf_counter() - begin >= 0.1


@pytest.mark.parametrize("when", ["before", "after"])
def test_delay(api: Any, control: Control, meeting: str, when: str) -> None:
    control.faults({"kind": "delay", "seconds": 0.3, "when": when})
    with pytest.raises(requests.ReadTimeout):
        api.session.post(f"{control.app_url}/meetings/{meeting}/livestreams", json={}, timeout=0.1)
    assert len(control.livestreams()) == (when == "after")
    time.sleep(0.4)
    assert len(control.livestreams()) == 1


@pytest.mark.parametrize("when", ["before", "after"])
def test_status(api: Any, control: Control, meeting: str, when: str) -> None:
    page = "<html><title>502 Bad Gateway</title></html>"
    rule = {"kind": "status", "status": 502, "when": when, "body": page, "content_type": "text/html"}
    control.faults({**rule, "headers": {"Retry-After": "1"}})
    answer = api("POST", f"/meetings/{meeting}/livestreams", {})
    assert (answer.status_code, answer.text) == (502, page)
    assert (answer.headers["Content-Type"], answer.headers["Retry-After"]) == ("text/html", "1")
    assert answer.headers["cf-ray"]
    (entry,) = control.journal()
    assert (entry.status, entry.accepted) == (502, when == "after")


@pytest.mark.parametrize(("body", "text"), [("<!doctype", "<!doctype"), ({"success": False}, None), (None, "")])
def test_body(api: Any, control: Control, body: Any, text: str | None) -> None:
    control.faults({"kind": "body", "body": body})
    answer = api("GET", "/livestreams")
    assert answer.status_code == 200
    if text is None:
        assert answer.json() == body
    else:
        assert answer.text == text


def test_which_requests(api: Any, control: Control, meeting: str) -> None:
    busy = {"kind": "status", "status": 503}
    control.faults({**busy, "operation": "list_livestreams", "index": 1, "times": 2}, {**busy, "path": meeting})
    assert [api("GET", "/livestreams").status_code for _unused in range(4)] == [200, 503, 503, 200]
    assert [api("GET", f"/meetings/{meeting}").status_code for _unused in range(2)] == [503, 200]
    assert control.fired() == [2, 1]
    control.faults({**busy, "method": "GET", "times": None})
    assert [api("GET", "/meetings").status_code for _unused in range(3)] == [503] * 3
    assert api("POST", "/meetings", {}).status_code == 201
    control.faults()
    assert api("GET", "/meetings").status_code == 200


@pytest.mark.parametrize("rule", [{"kind": "explode"}, {"kind": "status"}, {"kind": "body", "status": 500}, {}])
def test_nonsense(control: Control, rule: dict[str, Any]) -> None:
    with pytest.raises(ControlError, match="422"):
        control.faults(rule)
