# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Broken answers, seen by a real client."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
import requests

from simulator.client import Control, ControlError
from simulator.world import World


def eventually(happened: Callable[[], bool]) -> None:
    """Wait until it has happened."""
    for _try in range(1000):
        if happened():
            return
        time.sleep(0.02)
    pytest.fail("it never happened")


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


def test_drip(api: Any, control: Control, meeting: str, monkeypatch: pytest.MonkeyPatch) -> None:
    api.start(meeting)
    pauses = []

    async def pause(_world: World, seconds: float) -> None:
        pauses.append(seconds)

    monkeypatch.setattr(World, "pause", pause)
    control.faults({"kind": "drip", "pieces": 5, "seconds": 7})
    assert len(api.data("/livestreams")) == 1
    assert pauses == [7] * 5


@pytest.mark.parametrize("when", ["before", "after"])
def test_delay(api: Any, control: Control, meeting: str, when: str, monkeypatch: pytest.MonkeyPatch) -> None:
    over = threading.Event()

    async def pause(_world: World, _seconds: float) -> None:
        while not over.is_set():
            await asyncio.sleep(0.01)

    monkeypatch.setattr(World, "pause", pause)
    control.faults({"kind": "delay", "seconds": 7, "when": when})
    with pytest.raises(requests.ReadTimeout):
        api.session.post(f"{control.app_url}/meetings/{meeting}/livestreams", json={}, timeout=0.2)
    assert len(control.livestreams()) == (when == "after")
    over.set()
    eventually(lambda: len(control.livestreams()) == 1)


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


class TestInformational:
    """Answers before the answer, as the bytes that come."""

    def received(self, control: Control, meeting: str, **fields: Any) -> bytes:
        control.faults({"operation": "start_livestream", "kind": "informational", **fields})
        path = control.app_url.removeprefix(control.url) + f"/meetings/{meeting}/livestreams"
        host, port = control.url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=10) as connection:
            head = f"POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {control.api_token}\r\n"
            connection.sendall(f"{head}Connection: close\r\nContent-Length: 0\r\n\r\n".encode())
            return b"".join(iter(lambda: connection.recv(65_536), b""))

    def test_before_the_answer(self, control: Control, meeting: str) -> None:
        early, last, answer = self.received(control, meeting, statuses=[103, 102]).split(b"\r\n\r\n", 2)
        assert early == b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload; as=style"
        assert last == b"HTTP/1.1 102 Processing"
        assert answer.startswith(b"HTTP/1.1 201 ")
        assert control.journal()[0].status == 201

    @pytest.mark.parametrize("when", ["before", "after"])
    def test_instead_of_it(self, control: Control, meeting: str, when: str) -> None:
        received = self.received(control, meeting, statuses=[101], lost=True, when=when)
        assert received == b"HTTP/1.1 101 Switching Protocols\r\n\r\n"
        assert len(control.livestreams()) == (when == "after")
        assert control.journal()[0].status is None

    def test_a_connection_stays_usable(self, api: Any, control: Control) -> None:
        """``requests`` knows 100 by itself."""
        control.faults({"kind": "informational", "statuses": [100, 100], "times": None})
        assert [api("GET", "/livestreams").status_code for _unused in range(3)] == [200] * 3
        assert len({entry.client for entry in control.journal()}) == 1


@pytest.mark.parametrize("when", ["before", "after"])
def test_silence(api: Any, control: Control, meeting: str, when: str) -> None:
    control.faults({"operation": "start_livestream", "kind": "silence", "when": when})
    with pytest.raises(requests.ReadTimeout):
        api.session.post(f"{control.app_url}/meetings/{meeting}/livestreams", json={}, timeout=0.2)
    assert len(control.livestreams()) == (when == "after")
    assert control.journal()[0].status is None
    assert api("GET", "/livestreams").status_code == 200


def test_refusal(api: Any, control: Control) -> None:
    control.faults({"operation": "list_livestreams", "kind": "refuse", "seconds": 0.3})
    for text in ("reset by peer", "refused", "refused"):
        with pytest.raises(requests.ConnectionError, match=text):
            api("GET", "/livestreams")
    assert api.control.journal()[0].fault == "refuse", "connections that are open stay"

    def answered() -> bool:
        try:
            return api("GET", "/livestreams").status_code == 200
        except requests.ConnectionError:
            return False

    eventually(answered)
    assert len(control.journal()) == 2


def test_some_at_random(api: Any, control: Control) -> None:
    def statuses(seed: int) -> list[int]:
        control.faults({"kind": "status", "status": 503, "rate": 0.5, "seed": seed, "times": None})
        return [api("GET", "/meetings").status_code for _request in range(20)]

    assert set(statuses(1)) == {200, 503}
    assert statuses(1) == statuses(1) != statuses(2)


def test_a_huge_answer(api: Any, control: Control) -> None:
    control.faults({"kind": "huge", "size": 1_000_000})
    body = api("GET", "/livestreams").content
    assert 999_980 < len(body) <= 1_000_000
    assert len(json.loads(body)["data"]) > 90_000


def test_a_redirect_to_itself(api: Any, control: Control) -> None:
    rule = {"kind": "status", "status": 302, "headers": {"Location": "{url}"}}
    control.faults({**rule, "times": None})
    with pytest.raises(requests.TooManyRedirects):
        api("GET", "/livestreams", page_no=2)
    assert {entry.query["page_no"] for entry in control.journal()} == {"2"}
    control.faults(rule)
    assert api("GET", "/livestreams", page_no=2).status_code == 200


@pytest.fixture
def page(api: Any, control: Control) -> Any:
    """The second page of a list of three, twisted."""
    control.seed(independents=["one", "two", "three"])

    def look(how: str, **fields: Any) -> Any:
        control.faults({"kind": "twist", "how": how, **fields})
        return api("GET", "/livestreams", page_no=2, per_page=2, sort_order="ASC").json()

    return look


class TestTwists:
    """Well-formed and wrong."""

    def test_shapes(self, page: Any, api: Any, control: Control, meeting: str) -> None:
        assert page("object")["data"]["0"]["name"] == "three"
        assert "id" not in page("no_ids")["data"][0]
        control.faults({"kind": "twist", "how": "list"})
        assert api.data(f"/meetings/{meeting}")[0]["id"] == meeting
        control.faults({"kind": "twist", "how": "content_type"})
        answer = api("GET", f"/meetings/{meeting}")
        assert (answer.headers["Content-Type"], answer.json()["data"]["id"]) == ("text/html", meeting)

    def test_counts(self, page: Any) -> None:
        counts = {how: page(how)["paging"]["total_count"] for how in ("total_more", "total_less", "total_text")}
        assert counts == {"total_more": 10, "total_less": 0, "total_text": "many"}

    def test_pages(self, page: Any) -> None:
        assert [item["name"] for item in page("first_page")["data"]] == ["one", "two"]
        for how in ("short_page", "empty_page"):
            answer = page(how)
            assert (answer["data"], answer["paging"]["total_count"]) == ([], 3)

    def test_a_stale_list(self, page: Any, control: Control) -> None:
        control.advance(60)
        control.seed(independents=["four"])
        assert [item["name"] for item in page("stale", seconds=30)["data"]] == ["three"]
        control.faults()
        assert control.profile().stale_list == 0

    def test_an_unknown_status(self, page: Any, api: Any, control: Control, meeting: str) -> None:
        api.start(meeting)
        control.faults({"kind": "twist", "how": "unknown_status"})
        assert api.active(meeting)["status"] == "BUFFERING"
        assert page("unknown_status")["data"][0]["status"] == "IDLE"


class TestMeanwhile:
    """Somebody else does something between two requests."""

    def meanwhile(self, control: Control, *events: dict[str, str], **fields: Any) -> None:
        control.faults({"operation": "list_meetings", "kind": "meanwhile", "events": list(events), **fields})

    def titles(self, api: Any) -> list[str]:
        return [meeting["title"] for meeting in api.data("/meetings", status="ACTIVE")]

    def test_after_an_answer_was_made(self, api: Any, control: Control) -> None:
        for title in ("Curie", "Meitner", "Curie"):
            control.add_meeting(title=title)
        self.meanwhile(control, {"do": "retire_meeting", "title": "Curie"}, index=1)
        assert [self.titles(api) for _request in range(3)] == [
            ["Curie", "Meitner", "Curie"],
            ["Curie", "Meitner", "Curie"],
            ["Meitner", "Curie"],
        ]
        assert control.fired() == [1]

    def test_what_may_happen(self, api: Any, control: Control) -> None:
        meeting = control.add_meeting(title="Curie")
        self.meanwhile(
            control,
            {"do": "rename_meeting", "title": "Curie", "to": "Meitner"},
            {"do": "create_meeting", "title": "Noether"},
            {"do": "create_livestream", "name": "feed"},
            {"do": "start", "meeting_id": meeting},
        )
        assert self.titles(api) == ["Curie"]
        assert self.titles(api) == ["Noether", "Meitner"]
        assert [item["meeting_id"] for item in control.livestreams()] == [None, meeting]
        assert api.active(meeting)["status"] == "LIVE"
        self.meanwhile(control, {"do": "end", "meeting_id": meeting})
        self.titles(api)
        assert api("GET", f"/meetings/{meeting}/active-livestream").status_code == 404

    def test_nothing_to_do_it_with(self, api: Any, control: Control) -> None:
        events = [{"do": "retire_meeting", "title": "x"}, {"do": "start", "meeting_id": "x"}]
        self.meanwhile(control, *events, {"do": "end", "meeting_id": "x"})
        assert self.titles(api) == []
        assert control.fired() == [1]

    @pytest.mark.parametrize("shape", ["list", "object_data"])
    def test_within_a_list(self, api: Any, control: Control, shape: str) -> None:
        control.configure(list_shape=shape)
        control.seed(independents=["one", "two", "three"])
        event = {"do": "create_livestream", "name": "more"}
        control.faults({"kind": "meanwhile", "within": True, "events": [event], "times": None})
        for page, fired in ((3, 0), (2, 0), (1, 1), (2, 1), (1, 2)):
            api("GET", "/livestreams", page_no=page, per_page=2)
            assert control.fired() == [fired]

    def test_besides_another_rule(self, api: Any, control: Control) -> None:
        event = {"kind": "meanwhile", "events": [{"do": "create_meeting", "title": "Curie"}]}
        control.faults({**event, "times": None}, {"kind": "status", "status": 503})
        assert [api("GET", "/meetings").status_code for _request in range(2)] == [503, 200]
        assert self.titles(api) == ["Curie", "Curie"]


@pytest.mark.parametrize(
    "rule",
    [
        {"kind": "meanwhile"},
        {"kind": "meanwhile", "events": []},
        {"kind": "reset", "events": [{"do": "create_meeting", "title": "x"}]},
        {"kind": "meanwhile", "events": [{"do": "create_meeting"}]},
        {"kind": "meanwhile", "events": [{"do": "create_meeting", "title": "x", "name": "x"}]},
        {"kind": "twist"},
        {"kind": "reset", "how": "list"},
        {"kind": "explode"},
        {"kind": "informational"},
        {"kind": "informational", "statuses": [200]},
        {"kind": "close", "statuses": [103]},
        {"kind": "status"},
        {"kind": "body", "status": 500},
        {},
    ],
)
def test_nonsense(control: Control, rule: dict[str, Any]) -> None:
    with pytest.raises(ControlError, match="422"):
        control.faults(rule)
