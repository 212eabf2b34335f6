# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Playback URLs and the other options of realtime_playback_info: it sends no credentials, and comes to an end."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies

from abuse.attempts import Attempt, Place, attempt, leaves, put
from abuse.listener import Listener, http, listening
from abuse.values import VALUES, anything, texts
from ansible_collections.eventops.cloudflare.plugins.module_utils.arguments import PLAYBACK_INFO
from ansible_collections.eventops.cloudflare.plugins.module_utils.errors import printable
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.common import Context
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.playback import playback_info
from simulator.client import Control

MODULE = "realtime_playback_info"
OPTIONS = [place for place, _spec in leaves(PLAYBACK_INFO)]
MANIFEST = b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\nConnection: close\r\n\r\n#EXTM3U\n"
CANARY = "canary-0123456789"


@pytest.fixture(scope="module")
def server() -> Iterator[Listener]:
    """Answers everything with a manifest."""
    with listening(answer=MANIFEST) as found:
        yield found


@pytest.fixture(autouse=True)
def surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Credentials everywhere, none of them for this module; nobody but this machine is asked for."""
    netrc = tmp_path / ".netrc"
    netrc.write_text(f"default login eve password {CANARY}\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(netrc))
    for variable in ("API_TOKEN", "API_KEY", "EMAIL", "ACCOUNT_ID", "REALTIME_APP_ID"):
        monkeypatch.setenv(f"CLOUDFLARE_{variable}", CANARY)
    asked: set[str] = set()
    find = socket.getaddrinfo

    def look_up(host: Any, *args: Any, **options: Any) -> Any:
        asked.add(host)
        return find(host, *args, **options)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    yield
    assert asked <= {"localhost", "127.0.0.1"}


def harmless(received: bytes) -> None:
    """Requests without anything that tells who asks."""
    for word in (CANARY.encode(), b"authorization", b"x-auth", b"cloudflare_"):
        assert word not in received.lower()
    for line in received.split(b"\r\n"):
        assert line.startswith((b"\0GET ", b"GET ")) or b"\0" not in line.strip(b"\0")


def options_for(server: Listener, place: Place, value: Any) -> dict[str, Any]:
    """Options that are fine but for this one."""
    return put({"playbacks": [{"name": "x", "playback_url": f"{server.url}/a.m3u8"}]}, place, value)


def check(sim: Control, server: Listener, options: Mapping[str, Any], place: Place) -> Attempt:
    """Try it: refused by its name, or all that was asked for is answered."""
    server.received = b""
    tried = attempt(sim, MODULE, options)
    harmless(server.received)
    for text in (tried.message or "", *tried.warnings):
        assert not tried.params or text.isprintable()
        assert "bug in" not in text
    if tried.message is not None:
        assert place[-1] in tried.message or tried.values.get("unplayable")
    else:
        found = tried.values["playbacks"]
        assert [item["name"] for item in found] == [item["name"] for item in tried.params["playbacks"]]
        for item, given_item in zip(found, tried.params["playbacks"], strict=True):
            url = given_item["playback_url"]
            assert item["playback_url"] == (url.strip() or None if url is not None else None)
            assert item["playable"] or (item["reason"] and item["reason"].isprintable())
            assert not item["playable"] or (item["playback_url"] or "").startswith(server.url)
        assert tried.values["changed"] is False
    assert not tried.journal
    return tried


@pytest.mark.parametrize("place", OPTIONS, ids=".".join)
def test_every_option(sim: Control, server: Listener, place: Place) -> None:
    failures = {}
    for name, value in VALUES.items():
        try:
            check(sim, server, options_for(server, place, value), place)
        except Exception as error:  # noqa: BLE001
            failures[name] = f"{type(error).__name__}: {str(error)[:300]}"
    assert failures == {}


@given(place=strategies.sampled_from(OPTIONS), value=anything)
def test_any_option(sim: Control, server: Listener, place: Place, value: Any) -> None:
    check(sim, server, options_for(server, place, value), place)


@given(options=strategies.dictionaries(texts, anything, max_size=4))
def test_any_set_of_options(sim: Control, server: Listener, options: dict[str, Any]) -> None:
    """Names of options that do not exist, too."""
    tried = attempt(sim, MODULE, {**options_for(server, ("timeout",), 5), **options})
    assert tried.message is None or "bug in" not in tried.message


@given(before=strategies.sampled_from(["/", "/?", "/#", "/x;"]), text=texts)
def test_any_url(sim: Control, server: Listener, before: str, text: str) -> None:
    options = {"playbacks": [{"name": "x", "playback_url": f"{server.url}{before}{text}"}], "timeout": 1}
    check(sim, server, options, ("playbacks", "playback_url"))


@given(user=texts)
def test_whoever_the_url_says_one_is(sim: Control, server: Listener, user: str) -> None:
    """Before the first slash, so that nobody else is asked."""
    user = user.translate(dict.fromkeys(map(ord, "/?#\\")))
    url = f"http://{user}@localhost:{server.port}/"
    connections = server.connections
    tried = check(sim, server, {"playbacks": [{"name": "x", "playback_url": url}]}, ("playbacks", "playback_url"))
    assert tried.values.get("unplayable", ["x"]) == ["x"]
    assert server.connections == connections


@pytest.mark.parametrize(
    "location",
    [
        "http://eve:{canary}@localhost:{port}/x",
        "//eve:{canary}@localhost:{port}/x",
        "file:///etc/passwd",
        "ftp://localhost:{port}/x",
        "http://[::1",
        "\xff",
        "http://localhost:99999/",
        "/again",
        "x\x1b[2J",
        "",
    ],
)
@pytest.mark.parametrize("status", ["302 Found", "308 Permanent"])
def test_redirects(sim: Control, location: str, status: str) -> None:
    """To credentials, to other protocols, and round and round."""
    with listening() as server:
        target = location.format(canary=CANARY, port=server.port)
        server.answer = http(status, Location=target, WWW_Authenticate="Basic realm=x")
        tried = check(sim, server, {**options_for(server, ("timeout",), 1)}, ("playbacks",))
        assert tried.values["unplayable"] == ["x"]
        assert not any(CANARY in warning for warning in tried.warnings)


@pytest.mark.parametrize("status", ["401 Unauthorized", "407 Proxy Authentication Required", "403 \x1b[2J", "204 x"])
def test_a_server_that_asks_for_credentials_gets_none(sim: Control, status: str) -> None:
    headers = {"WWW_Authenticate": "Basic realm=x", "Proxy_Authenticate": "Basic realm=x"}
    with listening(answer=http(status, **headers)) as server:
        tried = check(sim, server, {**options_for(server, ("timeout",), 3)}, ("playbacks",))
        assert tried.values["playbacks"][0]["status"] == int(status[:3])
        assert printable(status.split()[1]) in tried.warnings[0]
        assert server.connections > 1


# What a server does until it is left.
SLOW: Mapping[str, Callable[[socket.socket], object]] = {
    "says nothing": lambda connection: connection.recv(65536),
    "says the status, bit by bit": lambda connection: connection.sendall(b"H"),
    "has headers without end": lambda connection: connection.sendall(b"A: b\r\n"),
    "continues": lambda connection: connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n"),
    "redirects": lambda connection: connection.sendall(
        b"HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n"
    ),
    "has a body, bit by bit": lambda connection: connection.sendall(b"#"),
    "has chunks of nothing": lambda connection: connection.sendall(b"0"),
}
FIRST = {
    "has headers without end": b"HTTP/1.1 200 OK\r\n",
    "has a body, bit by bit": b"HTTP/1.1 200 OK\r\n\r\n#EXTM3",
    "has chunks of nothing": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
}


@dataclass
class Slow:
    """A server that is slow in some way. ``outlasted``: a client was there until the server itself gave up."""

    url: str = ""
    outlasted: bool = False


@contextlib.contextmanager
def slow(kind: str) -> Iterator[Slow]:
    """A server like that."""
    over = threading.Event()
    found = Slow()

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            connection: socket.socket = self.request
            connection.settimeout(0.2)
            with contextlib.suppress(OSError):
                connection.recv(65536)
                connection.sendall(FIRST.get(kind, b""))
                for _piece in range(1200):  # for a minute at least
                    if over.wait(0.05):
                        return
                    with contextlib.suppress(TimeoutError):
                        SLOW[kind](connection)
                found.outlasted = True

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        found.url = f"http://127.0.0.1:{server.server_address[1]}/a.m3u8"
        try:
            yield found
        finally:
            over.set()
            server.shutdown()


@pytest.mark.parametrize("kind", SLOW)
def test_it_comes_to_an_end(kind: str) -> None:
    """In real time: what was given, and not much more than one second for the last look. No server gives up first."""
    with slow(kind) as server:
        params = {
            "playbacks": [{"name": str(number), "playback_url": f"{server.url}?{number}"} for number in range(6)],
            "timeout": 1.0,
            "on_failure": "warn",
            "concurrency": 2,
            "validate_certs": True,
            "ca_path": None,
        }
        outcome = playback_info(params, Context())
        assert not server.outlasted
    assert len(outcome.values["unplayable"]) == 6
