# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One simulator for all tests here, as new for each of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from simulator import clock
from simulator.client import Control
from simulator.server import running


class Api:
    """A plain client of the simulated API."""

    def __init__(self, control: Control) -> None:
        self.control = control
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers["Authorization"] = f"Bearer {control.api_token}"

    def __call__(self, method: str, path: str, body: Any = None, **query: Any) -> requests.Response:
        """``path`` below the app."""
        return self.session.request(method, self.control.app_url + path, json=body, params=query, timeout=10)

    def get(self, path: str, **query: Any) -> Any:
        """JSON of an answer that must be 200."""
        answer = self("GET", path, **query)
        assert answer.status_code == 200, answer.text
        assert answer.json()["success"] is True
        return answer.json()

    def data(self, path: str, **query: Any) -> Any:
        """``data`` of an answer that must be 200."""
        return self.get(path, **query)["data"]

    def start(self, meeting_id: str, **body: Any) -> Any:
        """Start a livestream; ``data`` of the answer."""
        answer = self("POST", f"/meetings/{meeting_id}/livestreams", body)
        assert answer.status_code == 201, answer.text
        return answer.json()["data"]

    def stop(self, meeting_id: str) -> requests.Response:
        """Stop a livestream."""
        return self("POST", f"/meetings/{meeting_id}/active-livestream/stop")

    def active(self, meeting_id: str) -> Any:
        """The active livestream, None for 404."""
        answer = self("GET", f"/meetings/{meeting_id}/active-livestream")
        return None if answer.status_code == 404 else answer.json()["data"]

    def create(self, name: str | None = None) -> Any:
        """Create an independent livestream; ``data`` of the answer."""
        answer = self("POST", "/livestreams", {"name": name})
        assert answer.status_code == 201, answer.text
        return answer.json()["data"]

    def status(self, livestream_id: str) -> str:
        """The status of a livestream by its id."""
        status: str = self.data(f"/livestreams/{livestream_id}")["livestream"]["status"]
        return status


@pytest.fixture(scope="session")
def simulator() -> Iterator[Control]:
    with running() as control:
        yield control


@pytest.fixture
def control(simulator: Control) -> Control:
    simulator.reset()
    return simulator


@pytest.fixture
def frozen(control: Control) -> Iterator[None]:
    """Simulated time moves only where a test advances it."""
    with clock.frozen():
        yield


@pytest.fixture
def api(control: Control) -> Iterator[Api]:
    client = Api(control)
    yield client
    client.session.close()


@pytest.fixture
def meeting(control: Control) -> str:
    return control.add_meeting(title="Town hall")
