# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Credentials, routes, validation, limits, and what else stands in front of the service."""

from __future__ import annotations

import asyncio
import re
import socket
import time
from email.utils import parsedate_to_datetime
from itertools import pairwise
from typing import Any

import pytest
import requests

from simulator.client import Control
from simulator.credentials import Access
from simulator.faults import ConnectionProtocol
from simulator.profile import DEFAULT
from simulator.server import running
from simulator.state import Service
from simulator.wire import Wire
from work import work


def get(control: Control, headers: dict[str, str], path: str = "/livestreams") -> requests.Response:
    return requests.get(control.app_url + path, headers=headers, timeout=10)


class TestCredentials:
    def test_token(self, control: Control) -> None:
        assert get(control, {"Authorization": f"Bearer {control.api_token}"}).status_code == 200
        assert control.journal()[0].credential == "token"

    def test_key(self, control: Control) -> None:
        assert get(control, {"X-Auth-Email": control.email, "X-Auth-Key": control.api_key}).status_code == 200
        assert control.journal()[0].credential == "key"

    @pytest.mark.parametrize(
        "headers",
        [
            {},
            {"Authorization": "Bearer wrong"},
            {"X-Auth-Email": "events@example.com", "X-Auth-Key": "wrong"},
            {"X-Auth-Key": "simulator-key-0123456789abcdef0123456"},
        ],
    )
    def test_refused(self, control: Control, headers: dict[str, str]) -> None:
        answer = get(control, headers)
        assert answer.status_code == 401
        body = answer.json()
        assert (body["success"], body["result"], body["messages"]) == (False, None, [])
        assert body["errors"][0]["code"] == 10000
        assert body["errors"][0]["error_chain"]

    @pytest.mark.parametrize("value", ["Bearer", "Bearer two words", "Basic abc", "token"])
    def test_malformed(self, control: Control, value: str) -> None:
        answer = get(control, {"Authorization": value})
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["code"] == 6003

    def test_from_the_environment(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("SIMULATOR_API_TOKEN", "another")
        with running() as control:
            assert control.api_token == "another"
            assert get(control, {"Authorization": "Bearer another"}).status_code == 200
            assert Control(control.url).app_id == control.app_id


class TestRoutes:
    @pytest.mark.parametrize("path", ["/nothing", "/meetings/a/b", "/livestreams/a/b/c", ""])
    def test_unknown(self, api: Any, control: Control, path: str) -> None:
        answer = api("GET", path)
        assert answer.status_code == 404
        error = answer.json()["errors"][0]
        assert error["code"] == 7003
        assert "perhaps your object identifier is invalid?" in error["message"]
        assert control.journal()[0].operation == "unknown"

    def test_wrong_account(self, api: Any, control: Control) -> None:
        url = control.app_url.replace(control.account_id, "0" * 32)
        answer = api.session.get(url + "/livestreams", timeout=10)
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (404, 7003)

    def test_wrong_app(self, api: Any, control: Control) -> None:
        url = control.app_url.replace(control.app_id, "no-such-app")
        assert api.session.get(url + "/livestreams", timeout=10).json()["error"]["code"] == 404

    def test_wrong_method(self, api: Any) -> None:
        assert api("DELETE", "/livestreams").status_code == 405

    def test_other_account_and_app(self) -> None:
        with running(access=Access(account_id="a" * 32, app_id="mine")) as control:
            assert get(control, {"Authorization": f"Bearer {control.api_token}"}).status_code == 200

    def test_documentation(self, control: Control) -> None:
        assert requests.get(f"{control.url}/docs", timeout=10).status_code == 200
        paths = requests.get(f"{control.url}/openapi.json", timeout=10).json()["paths"]
        assert any(path.endswith("/active-livestream/stop") for path in paths)


class TestValidation:
    @pytest.mark.parametrize(
        ("body", "message"),
        [
            ({"destinations": []}, '[body] "destinations" is not allowed'),
            ({"video_config": {"bitrate": 1}}, '[body] "video_config.bitrate" is not allowed'),
            ({"video_config": {"width": "640"}}, '[body] "video_config.width" must be an integer'),
            ({"name": 1}, '[body] "name" must be a string'),
            ("text", '[body] "value" must be of type object'),
        ],
    )
    def test_body(self, api: Any, meeting: str, body: Any, message: str) -> None:
        answer = api("POST", f"/meetings/{meeting}/livestreams", body)
        assert answer.status_code == 422
        assert answer.json() == {"message": message, "success": False}

    def test_stop_takes_no_fields(self, api: Any, meeting: str) -> None:
        assert api("POST", f"/meetings/{meeting}/active-livestream/stop", {"force": True}).status_code == 422

    @pytest.mark.parametrize(
        ("data", "kind"), [("{", "application/json"), ("name=x", "application/x-www-form-urlencoded")]
    )
    def test_not_json(self, api: Any, control: Control, data: str, kind: str) -> None:
        answer = api.session.post(control.app_url + "/livestreams", data, headers={"Content-Type": kind}, timeout=10)
        assert answer.status_code == 400
        assert answer.json()["error"]["code"] == 400
        assert control.journal()[0].body == data

    @pytest.mark.parametrize(
        "query",
        [
            {"sort_order": "DESC"},
            {"sort_order": "asc"},
            {"status": "OFFLINE"},
            {"page_no": "0"},
            {"page_no": "x"},
            {"per_page": "-1"},
            {"exclude_meetings": "1"},
            {"start_time": "1700000000"},
            {"end_time": "soon"},
        ],
    )
    def test_query(self, api: Any, query: dict[str, str]) -> None:
        answer = api("GET", "/livestreams", **query)
        assert answer.status_code == 422
        assert answer.json()["message"].startswith(f'[query] "{next(iter(query))}" ')


class TestLimit:
    def test_blocks_everything(self, api: Any, control: Control, frozen: None, meeting: str) -> None:
        control.configure(rate_limit=3)
        assert [api("GET", "/livestreams").status_code for _unused in range(4)] == [200, 200, 200, 429]
        answer = api("POST", f"/meetings/{meeting}/livestreams", {})
        assert answer.status_code == 429
        assert answer.json()["errors"][0]["code"] == 971
        assert answer.headers["Retry-After"] == "300"
        assert control.journal()[-1].retry_after == 300
        assert control.livestreams() == []
        control.advance(301)
        assert api("GET", "/livestreams").status_code == 200

    def test_is_the_users(self, api: Any, control: Control) -> None:
        """All credentials of the user count together; whoever is refused does not count."""
        control.configure(rate_limit=2)
        key = {"X-Auth-Email": control.email, "X-Auth-Key": control.api_key}
        assert [get(control, {"Authorization": "Bearer wrong"}).status_code for _unused in range(5)] == [401] * 5
        assert [api("GET", "/livestreams").status_code, get(control, key).status_code] == [200, 200]
        assert [api("GET", "/livestreams").status_code, get(control, key).status_code] == [429, 429]

    def test_of_an_address(self, api: Any, control: Control) -> None:
        """Whoever asks: the next request within the same second is refused, and the one after that second is not."""
        control.configure(address_limit=1)
        answers = [get(control, {"Authorization": "Bearer wrong"}) for _unused in range(20)]
        assert {answer.status_code for answer in answers} == {401, 429}
        assert {answer.headers["Retry-After"] for answer in answers if answer.status_code == 429} == {"1"}
        control.advance(1)
        assert api("GET", "/livestreams").status_code == 200

    def test_window(self, api: Any, control: Control) -> None:
        control.configure(rate_limit=3, rate_window=10)
        for _unused in range(4):
            assert api("GET", "/livestreams").status_code == 200
            control.advance(5)

    def test_default(self, api: Any) -> None:
        statuses = [api("GET", "/webhooks").status_code for _unused in range(1201)]
        assert statuses[1199:] == [404, 429]

    @pytest.mark.parametrize("form", ["seconds", "date", "absent", "garbage"])
    def test_retry_after(self, api: Any, control: Control, frozen: None, form: str) -> None:
        control.configure(rate_limit=1, block_seconds=60, retry_after_format=form)
        api("GET", "/livestreams")
        before = int(time.time())
        value = api("GET", "/livestreams").headers.get("Retry-After")
        if form == "date":
            assert before + 60 <= parsedate_to_datetime(value).timestamp() <= time.time() + 60
        else:
            assert value == {"seconds": "60", "absent": None, "garbage": "soon"}[form]
        told = control.journal()[-1].retry_after
        assert told == (pytest.approx(60, abs=3) if form in ("seconds", "date") else None)

    def test_what_is_left(self, api: Any, control: Control) -> None:
        control.configure(rate_limit=3, rate_window=60)
        answers = [api("GET", path) for path in ("/livestreams", "/nothing", "/meetings", "/meetings")]
        found = [re.fullmatch(r'"default";r=(\d+);t=(\d+)', answer.headers["Ratelimit"]) for answer in answers]
        assert [(int(left[1]), int(left[2]) <= 60) for left in found if left] == [
            (2, True),
            (1, True),
            (0, True),
            (0, False),
        ]
        assert {answer.headers["Ratelimit-Policy"] for answer in answers} == {'"default";q=3;w=60'}

    @pytest.mark.parametrize("form", ["empty", "text"])
    def test_body(self, api: Any, control: Control, form: str) -> None:
        control.configure(rate_limit=1, throttle_body=form)
        api("GET", "/livestreams")
        answer = api("GET", "/livestreams")
        assert answer.text == {"empty": "", "text": "error code: 1015"}[form]
        assert answer.headers["Content-Type"].startswith("text/plain")


def test_request_ids_are_unique(api: Any) -> None:
    rays = [api("GET", path).headers["cf-ray"] for path in ("/livestreams", "/livestreams", "/livestreams/x", "/no")]
    assert len(set(rays)) == 4


def test_no_delay_on_the_way(api: Any, control: Control, monkeypatch: pytest.MonkeyPatch) -> None:
    """Head and body of an answer are two writes. With Nagle's algorithm they would wait for each other, for 40 ms."""
    options = []
    make = ConnectionProtocol.connection_made

    def connection_made(self: ConnectionProtocol, transport: asyncio.Transport) -> None:
        make(self, transport)
        connection: socket.socket = transport.get_extra_info("socket")
        options.append(connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))

    monkeypatch.setattr(ConnectionProtocol, "connection_made", connection_made)
    assert get(control, {}).status_code == 401
    assert len(options) == 1
    assert options[0]


def test_a_page_is_as_much_work_in_a_long_list_as_in_a_short_one() -> None:
    def work_of_a_page(meetings: int) -> int:
        service = Service(DEFAULT)
        service.seed(meetings, True, [], 0)
        wire = Wire(service, "http://127.0.0.1", "app")

        def page(number: int) -> Any:
            filters: Any = {"exclude_meetings": False, "status": "LIVE", "start": None, "end": None, "ascending": True}
            return wire.livestreams(service.listed(**filters), number, 100)

        assert len(page(1)["data"]) == 100
        return work(lambda: page(2))

    assert work_of_a_page(2_000) == pytest.approx(work_of_a_page(500), rel=0.1)


def test_large_lists_are_complete(api: Any, control: Control) -> None:
    control.seed(meetings=5000, active=True)
    pages = [api("GET", "/livestreams", status="LIVE", per_page=100, page_no=page) for page in range(1, 51)]
    assert len({item["id"] for page in pages for item in page.json()["data"]}) == 5000


def test_latency(api: Any, control: Control) -> None:
    control.configure(latency=2)
    with pytest.raises(requests.ReadTimeout):
        api.session.get(control.app_url + "/livestreams", timeout=0.2)


def test_journal(api: Any, control: Control, meeting: str) -> None:
    api.start(meeting, name="x")
    api("GET", "/livestreams", status="LIVE", per_page=5)
    api("POST", f"/meetings/{meeting}/livestreams", {})
    start, read, again = control.journal()
    assert (start.index, read.index) == (0, 1)
    assert (start.method, start.operation, start.status, start.accepted) == ("POST", "start_livestream", 201, True)
    assert start.path == f"/accounts/{control.account_id}/realtime/kit/{control.app_id}/meetings/{meeting}/livestreams"
    assert start.body == {"name": "x"}
    assert (read.query, read.body, read.accepted) == ({"status": "LIVE", "per_page": "5"}, None, False)
    assert (again.status, again.service_status, again.accepted) == (409, 409, False)
    assert start.time < read.time
    assert start.monotonic < read.monotonic
    assert start.user_agent.startswith("python-requests/")
    assert control.api_token not in repr(control.journal())
    assert control.journal("list_livestreams") == [read]
    control.clear_journal()
    assert control.journal() == []


@pytest.mark.usefixtures("frozen")
def test_the_date_is_that_of_the_simulated_clock(api: Any, control: Control) -> None:
    """Also in a refusal, and in an answer that a fault replaces."""
    control.faults({"kind": "status", "status": 502, "index": 1})
    dates = []
    for path in ("/livestreams", "/livestreams", "/livestreams/x"):
        dates.append(parsedate_to_datetime(api("GET", path).headers["date"]).timestamp())
        control.advance(60)
    assert [later - earlier for earlier, later in pairwise(dates)] == [60, 60]
    assert dates[0] == int(control.journal()[0].time)
