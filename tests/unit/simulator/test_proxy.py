# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The simulator over TLS and through a proxy, seen by a real client."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import requests

from simulator.catalogue import SLOW_TUNNELS, TUNNELS
from simulator.certificates import Authority
from simulator.client import Control
from simulator.credentials import Access
from simulator.server import HOST, running, serving
from simulator.world import World


@pytest.fixture(scope="session")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Control, Authority]]:
    authority = Authority.in_directory(tmp_path_factory.mktemp("authority"))
    with running(authority=authority) as control:
        yield control, authority


@pytest.fixture
def control(secured: tuple[Control, Authority]) -> Control:
    control, _authority = secured
    control.reset()
    return control


@pytest.fixture
def session(secured: tuple[Control, Authority]) -> Iterator[requests.Session]:
    """A client that knows the authority, and uses the proxy for the host that only the proxy knows."""
    control, authority = secured
    with requests.Session() as session:
        session.trust_env = False
        session.verify = str(authority.file)
        session.headers["Authorization"] = f"Bearer {control.api_token}"
        session.proxies = {f"https://{HOST}": control.proxy_url}
        yield session


def ask(
    control: Control, session: requests.Session, root: str = f"https://{HOST}", timeout: float = 10
) -> requests.Response:
    url = control.app_url.replace(control.url, root)
    return session.post(f"{url}/livestreams", json={"name": "x"}, timeout=timeout)


@pytest.mark.parametrize("through", [False, True])
def test_the_api_is_there(control: Control, session: requests.Session, through: bool) -> None:
    root = f"https://{HOST}" if through else control.secure_url
    assert [ask(control, session, root).status_code for _unused in range(3)] == [201] * 3
    assert len({entry.client for entry in control.journal()}) == 1, "the connection is kept"
    session.proxies.clear()
    assert ask(control, session, control.secure_url.replace("127.0.0.1", "localhost")).status_code == 201


def test_the_journal_has_the_clients_port(control: Control, session: requests.Session) -> None:
    ask(control, session)
    pools = session.get_adapter("https://").proxy_manager[control.proxy_url].pools  # type: ignore[attr-defined]
    (pool,) = (pools[key] for key in pools.keys())  # noqa: SIM118
    with closing(pool.pool.get()) as connection:
        assert control.journal()[0].client == connection.sock.getsockname()[1]


@pytest.mark.parametrize("kind", ["reset", "close"])
def test_what_breaks_behind_the_proxy_breaks_before_it(control: Control, session: requests.Session, kind: str) -> None:
    control.faults({"kind": kind, "when": "after"})
    with pytest.raises(requests.ConnectionError, match=r"reset by peer|without response"):
        ask(control, session)
    assert [livestream["name"] for livestream in control.livestreams()] == ["x"]


def test_large_answers_come_through(control: Control, session: requests.Session) -> None:
    control.faults({"kind": "huge", "size": 20_000_000})
    assert len(ask(control, session).content) > 19_999_000


@pytest.mark.parametrize("name", [name for name in TUNNELS if name != "proxy refused"])
def test_no_request_gets_through(control: Control, session: requests.Session, name: str) -> None:
    control.faults(TUNNELS[name])
    with pytest.raises((requests.ConnectionError, requests.Timeout)):
        ask(control, session, timeout=0.3 if TUNNELS[name]["kind"] == "silence" else 10)
    assert control.fired() == [1]
    assert control.journal() == []
    assert ask(control, session).status_code == 201


def test_the_proxy_refuses(control: Control, session: requests.Session) -> None:
    control.faults({**TUNNELS["proxy refused"], "seconds": 0.3})
    for text in ("reset by peer", "refused"):
        with pytest.raises(requests.ConnectionError, match=text):
            ask(control, session)
    for _try in range(100):
        time.sleep(0.05)
        try:
            assert ask(control, session).status_code == 201
            break
        except requests.ConnectionError:
            continue
    assert len(control.journal()) == 1


@pytest.mark.parametrize("name", [name for name, fields in SLOW_TUNNELS.items() if fields.get("seconds", 0) == 0])
def test_informational_answers_come_first(control: Control, name: str) -> None:
    control.faults(SLOW_TUNNELS[name])
    host, port = control.proxy_url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(f"CONNECT {HOST}:443 HTTP/1.1\r\n\r\n".encode())
        received = b""
        while not received.endswith(b"HTTP/1.1 200 Connection established\r\n\r\n"):
            received += connection.recv(1000)
    assert received.startswith(b"HTTP/1.1 103 Early Hints\r\n")


def test_who_is_refused_while_the_doors_open_is_refused_everywhere() -> None:
    """They open one after the other; one that is left shut would stay so."""
    with TemporaryDirectory() as directory:
        world = World(Access())
        with serving(world, Authority.in_directory(Path(directory))) as server:

            async def interrupt() -> list[int]:
                server.close_door()
                opening = asyncio.ensure_future(server.open_door())
                await asyncio.sleep(0)
                server.close_door()
                await opening
                shut = len(server.servers)
                await server.open_door()
                return [shut, len(server.servers)]

            assert asyncio.run_coroutine_threadsafe(interrupt(), server.loop).result(10) == [0, 3]
            for url in (server.url, server.secure_url, server.proxy_url):
                port = int(url.rpartition(":")[2])
                socket.create_connection(("127.0.0.1", port), timeout=10).close()


def test_only_tunnels(control: Control) -> None:
    answer = requests.get("http://example.org/", proxies={"http": control.proxy_url}, timeout=10)
    assert answer.status_code == 405


def test_rules_for_requests_do_not_pick_tunnels(control: Control, session: requests.Session) -> None:
    control.faults({"kind": "status", "status": 503})
    assert ask(control, session).status_code == 503
