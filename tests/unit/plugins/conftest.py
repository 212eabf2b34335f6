# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A client on a scripted server: every request is pinned, in order, and one too many or too few fails the test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qsl

import pytest
from pytest_httpserver import HTTPServer

from ansible_collections.eventops.cloudflare.plugins.module_utils.api.realtimekit import RealtimeApi
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.common import Clock, Context
from ansible_collections.eventops.cloudflare.plugins.module_utils.transport import client as client_module
from ansible_collections.eventops.cloudflare.plugins.module_utils.transport.auth import ApiCredentials
from ansible_collections.eventops.cloudflare.plugins.module_utils.transport.client import Client, Settings

TOKEN = "unit-token-4f1b9c0d7e2a"
PREFIX = "/client/v4/accounts/acc/realtime/kit/app"


@dataclass
class Script:
    """What the server expects, and says. ``sleeps`` are the pauses the client made, in seconds, none of them real."""

    server: HTTPServer
    sleeps: list[float] = field(default_factory=list)
    dates: list[str] = field(default_factory=list)
    expected: int = 0

    def expect(
        self,
        method: str,
        path: str,
        status: int = 200,
        answer: Any = None,
        *,
        query: str = "",
        body: Any = None,
        headers: dict[str, str] | None = None,
        text: str | None = None,
        date: str = "Thu, 21 Aug 2025 10:00:00 GMT",
    ) -> None:
        """The next request: ``path`` is below the app's prefix; ``body`` None means that none is sent.

        ``date`` is the service's time when it answers.
        """
        self.dates.append(date)
        wanted = {"json": body} if body is not None else {"data": ""}
        handler = self.server.expect_ordered_request(
            PREFIX + path, method=method, query_string=dict(parse_qsl(query)), **wanted
        )
        self.expected += 1
        headers = {"cf-ray": f"ray-{self.expected}", **(headers or {})}
        if text is not None:
            handler.respond_with_data(text, status=status, headers=headers)
        else:
            handler.respond_with_json(answer, status=status, headers=headers)

    def client(self, **settings: Any) -> Client:
        """A client of this server."""
        values: dict[str, Any] = {
            "base_url": self.server.url_for("/client/v4"),
            "credentials": ApiCredentials(token=TOKEN),
            "sleep": self.sleeps.append,
            **settings,
        }
        return Client(Settings(**values))

    def api(self, **settings: Any) -> RealtimeApi:
        """The API on such a client."""
        return RealtimeApi(self.client(**settings), "acc", "app")

    def context(self, check_mode: bool = False) -> Context:
        """A reconciliation's surroundings; its clock moves when it sleeps, from the beginning of 1970."""
        now = [0.0]

        def sleep(seconds: float) -> None:
            self.sleeps.append(seconds)
            now[0] += seconds

        return Context(check_mode=check_mode, clock=Clock(lambda: now[0], sleep, lambda: now[0]))

    def done(self) -> None:
        """All that was expected came, and nothing else."""
        self.server.check()
        assert len(self.server.log) == self.expected


@pytest.fixture
def script(httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Script]:
    """A scripted server; that it was followed to the end is checked afterwards."""
    monkeypatch.setattr(client_module.random, "uniform", lambda _low, high: high)
    current = Script(httpserver)

    def date(_handler: BaseHTTPRequestHandler, _timestamp: float | None = None) -> str:
        return current.dates.pop(0) if current.dates else ""

    monkeypatch.setattr(BaseHTTPRequestHandler, "date_time_string", date)
    yield current
    current.done()


@pytest.fixture
def params() -> Callable[..., dict[str, Any]]:
    """Validated options of realtime_livestream, as Ansible hands them over."""

    def make(**options: Any) -> dict[str, Any]:
        return {
            "state": "present",
            "meeting_id": None,
            "livestream_id": None,
            "name": None,
            "video_config": None,
            "wait": True,
            "wait_timeout": 120.0,
            "return_stream_key": False,
            **options,
        }

    return make
