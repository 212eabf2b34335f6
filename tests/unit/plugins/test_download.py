# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Downloads from real servers: how long, how much, with which credentials, and where redirects lead."""

from __future__ import annotations

import base64
import contextlib
import gzip
import itertools
import socket
import socketserver
import ssl
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import trustme
from hypothesis import given
from hypothesis import strategies as st
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from abuse.listener import Listener, http, listening
from ansible_collections.eventops.cloudflare.plugins.plugin_utils import download as download_module
from ansible_collections.eventops.cloudflare.plugins.plugin_utils.download import (
    DownloadFailed,
    download,
    is_internal,
)

LARGEST = 100_000
CONTENT = b'{"schedule": {}}'
CONNECTION = "the server cannot be asked: the connection failed:"
REFUSED = "redirected: the address is one of this machine or its link-local network: if you mean it, give it yourself"


def failure(url: str, **options: Any) -> str:
    """Why it cannot be read."""
    with pytest.raises(DownloadFailed) as failed:
        download(url, LARGEST, **options)
    return str(failed.value)


@contextlib.contextmanager
def without_tls() -> Iterator[pytest.MonkeyPatch]:
    """For many downloads: certificate authorities are not read, which takes longer than all the rest."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(download_module, "_context", lambda: None)
        yield patch


def asked(server: HTTPServer) -> list[str]:
    """The paths of the requests."""
    return [request.path for request, _response in server.log]


@pytest.fixture(autouse=True)
def surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing of the environment that the tests run in; credentials that nobody asked for."""
    (tmp_path / ".netrc").write_text("default login netrc password netrc\n")
    (tmp_path / ".netrc").chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)


def test_the_way_to_a_proxy_takes_of_the_time_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every look at the clock finds that two seconds have passed: nothing is left when the tunnel would be made."""
    ticks = itertools.count(step=2)
    with listening() as proxy:
        monkeypatch.setenv("https_proxy", proxy.url)
        text = failure("https://schedule.example.test/", seconds=3, now=lambda: next(ticks))
        assert text.startswith("the server cannot be asked")
        assert proxy.received == b""


class TestContent:
    """What comes back."""

    def test_it_is_what_the_server_has(self, httpserver: HTTPServer) -> None:
        httpserver.expect_request("/s.json").respond_with_data(CONTENT)
        assert download(httpserver.url_for("/s.json#part"), LARGEST) == CONTENT
        request = httpserver.log[0][0]
        assert set(request.headers.keys()) == {"Host", "User-Agent", "Accept", "Accept-Encoding", "Connection"}
        assert request.headers["User-Agent"].startswith("eventops.cloudflare/")

    def test_it_is_unpacked(self, httpserver: HTTPServer) -> None:
        headers = {"Content-Encoding": "gzip"}
        httpserver.expect_request("/s").respond_with_data(gzip.compress(CONTENT), headers=headers)
        httpserver.expect_request("/bad").respond_with_data(b"no gzip", headers=headers)
        assert download(httpserver.url_for("/s"), LARGEST) == CONTENT
        assert failure(httpserver.url_for("/bad")) == "the answer is compressed, and cannot be unpacked"

    def test_no_more_than_too_much_is_read(self, httpserver: HTTPServer) -> None:
        told = [0]

        def endless() -> Iterator[bytes]:
            while told[0] < 1000:
                told[0] += 1
                yield b"x" * LARGEST

        httpserver.expect_request("/s").respond_with_handler(lambda _request: Response(endless()))
        httpserver.expect_request("/packed").respond_with_data(
            gzip.compress(b"x" * 100 * LARGEST), headers={"Content-Encoding": "gzip"}
        )
        assert len(download(httpserver.url_for("/s"), LARGEST)) > LARGEST
        assert told[0] < 1000
        assert LARGEST < len(download(httpserver.url_for("/packed"), LARGEST)) < 200 * LARGEST

    @pytest.mark.parametrize(
        ("status", "message"),
        [
            (404, "the server answers with HTTP 404 NOT FOUND"),
            (302, "the server answers with HTTP 302 FOUND"),
            (503, "the server answers with HTTP 503 SERVICE UNAVAILABLE"),
        ],
    )
    def test_another_status_is_a_failure(self, httpserver: HTTPServer, status: int, message: str) -> None:
        httpserver.expect_request("/s").respond_with_data(CONTENT, status=status)
        assert failure(httpserver.url_for("/s")) == message

    @pytest.mark.parametrize(
        ("url", "message"),
        [
            ("ftp://example.org/x", "only http and https addresses are read"),
            ("file:///etc/passwd", "not a URL of the form https://host/path"),
            ("file://localhost/etc/passwd", "only http and https addresses are read"),
            ("http://[::1", "not a URL of the form https://host/path"),
            ("http://localhost:99999/", "not a URL of the form https://host/path"),
            ("http://a\x1bb/", "not a URL of the form https://host/path"),
            (
                f"http://{'a' * 70}.invalid/",
                "the server cannot be asked: the connection failed: Name or service not known",
            ),
            ("http://127.0.0.1:9/", "the server cannot be asked: the connection failed: Connection refused"),
        ],
    )
    def test_what_cannot_be_asked(self, url: str, message: str) -> None:
        assert failure(url) == message

    def test_without_requests_it_is_said(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(download_module, "REQUESTS_IMPORT_ERROR", "missing")
        assert "lacks the package requests" in failure("http://127.0.0.1:9/")


@dataclass
class Dripping:
    """A server that sends one piece after the other, and the clock that it moves by five seconds with each."""

    url: str = ""
    seconds: float = 0.0
    finished: bool = False

    def now(self) -> float:
        return self.seconds


@contextlib.contextmanager
def dripping(first: bytes, piece: bytes, last: bytes) -> Iterator[Dripping]:
    """A server whose answer is complete after 200 pieces."""
    found = Dripping()
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:
        found.url = f"http://127.0.0.1:{server.getsockname()[1]}/s"

        def serve() -> None:
            while not over.is_set():
                connection, _address = server.accept()
                with connection, contextlib.suppress(OSError):
                    if over.is_set():
                        return
                    connection.recv(65536)
                    connection.sendall(first)
                    for _piece in range(200):
                        found.seconds += 5
                        connection.sendall(piece)
                        over.wait(0.01)
                    connection.sendall(last)
                    found.finished = True

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield found
        finally:
            over.set()
            with contextlib.suppress(OSError):
                socket.create_connection(server.getsockname()).close()
            thread.join()


Pieces = list[tuple[float, bytes]]


@dataclass
class Scripted(Dripping):
    """A server that sends each answer in pieces, and moves the clock before each of them by so many seconds."""

    answers: list[Pieces] = field(default_factory=list)
    # Of one example: what still sends the answer of an earlier one moves the clock of that.
    clock: list[float] = field(default_factory=lambda: [0.0])

    def begin(self, answers: list[Pieces]) -> None:
        """The next example."""
        self.answers, self.clock = list(answers), [0.0]

    def now(self) -> float:
        return self.clock[0]


@pytest.fixture(scope="module")
def scripted() -> Iterator[Scripted]:
    """One for many examples."""
    found = Scripted()

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with contextlib.suppress(OSError):
                answers, clock = found.answers, found.clock
                self.request.recv(65536)
                for seconds, piece in answers.pop(0):
                    clock[0] += seconds
                    self.request.sendall(piece)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        found.url = f"http://127.0.0.1:{server.server_address[1]}/s"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        yield found
        server.shutdown()
        thread.join()


BODIES = (
    b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + CONTENT,
    b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(CONTENT) + CONTENT,
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n" % len(CONTENT) + CONTENT + b"\r\n0\r\n\r\n",
    b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + CONTENT,
)
REDIRECT = b"HTTP/1.1 302 Found\r\nLocation: /s\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


@st.composite
def answers(draw: st.DrawFn) -> list[Pieces]:
    """Redirects and an answer in pieces, each so many seconds after the one before."""
    found = []
    for whole in [*[REDIRECT] * draw(st.integers(0, 2)), draw(st.sampled_from(BODIES))]:
        cuts = sorted(draw(st.sets(st.integers(1, len(whole) - 1), max_size=12)))
        parts = [whole[start:end] for start, end in pairwise([0, *cuts, len(whole)])]
        found.append([(draw(st.sampled_from([0.0, 1.0, 5.0, 20.0])), part) for part in parts])
    return found


class TestTime:
    """One deadline for everything."""

    @given(answers=answers())
    def test_whatever_is_sent_in_time_is_read_and_nothing_else(self, scripted: Scripted, answers: list[Pieces]) -> None:
        scripted.begin(answers)
        total = sum(seconds for pieces in answers for seconds, _piece in pieces)
        with without_tls():
            try:
                found: object = download(scripted.url, LARGEST, now=scripted.now)
            except DownloadFailed as failed:
                found = str(failed)
        late = "the server cannot be asked: no answer within 60 s"
        assert found == (CONTENT if total < 60 else late)

    @pytest.mark.parametrize(
        ("first", "piece", "last"),
        [
            (b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", b" ", b"{}"),
            (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n", b"2\r\n{}\r\n0\r\n\r\n"),
            (b"HTTP/1.1 200 OK\r\nContent-Length: 202\r\n\r\n", b" ", b"{}"),
            (b"HTTP/1.1 200 OK\r\nConnection: close\r\nA: ", b"b", b"\r\n\r\n{}"),
            (b"", b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{}"),
        ],
        ids=["body", "chunks", "length", "header", "continue"],
    )
    def test_an_answer_that_drips_is_given_up(self, first: bytes, piece: bytes, last: bytes) -> None:
        """A byte every five seconds never lets the socket's own timeout end."""
        with dripping(first, piece, last) as server:
            message = failure(server.url, now=server.now)
            assert not server.finished
        assert message == "the server cannot be asked: no answer within 60 s"

    def test_redirects_take_from_the_same_time(self) -> None:
        clock = [0.0]

        def answer(_request: Request) -> Response:
            clock[0] += 25
            return Response("", status=302, headers={"Location": "/again"})

        with HTTPServer(host="127.0.0.1") as server:
            server.expect_request("/s").respond_with_handler(answer)
            server.expect_request("/again").respond_with_handler(answer)
            message = failure(server.url_for("/s"), now=lambda: clock[0])
            assert len(server.log) == 3
        assert message == "the server cannot be asked: no answer within 60 s"

    def test_every_address_of_a_host_takes_from_the_same_time(self, monkeypatch: pytest.MonkeyPatch) -> None:
        clock = [0.0]
        given_seconds = []

        def connect(_address: Any, timeout: float, *_others: Any) -> socket.socket:
            given_seconds.append(timeout)
            clock[0] += 25
            raise TimeoutError("timed out")

        monkeypatch.setattr(download_module.urllib3.util.connection, "create_connection", connect)
        look_up(monkeypatch, {"many.example.org": [f"192.0.2.{number}" for number in range(1, 100)]})
        assert failure("http://many.example.org/", now=lambda: clock[0]).endswith("no answer within 60 s")
        assert given_seconds == [60, 35, 10]


def look_up(
    monkeypatch: pytest.MonkeyPatch,
    names: Mapping[str, Sequence[str]],
    later: Mapping[str, Sequence[str]] | None = None,
) -> None:
    """What names mean; ``later``: from the second time on that they are looked up."""
    find = socket.getaddrinfo
    changed: dict[Any, Sequence[str]] = {}

    def answer(host: Any, port: Any, *args: Any, **options: Any) -> Any:
        addresses = changed.get(host) or names.get(host, [host])
        changed.update({name: meaning for name, meaning in (later or {}).items() if name == host})
        return [item for address in addresses for item in find(address, port, *args, **options)]

    monkeypatch.setattr(socket, "getaddrinfo", answer)


class TestCredentials:
    """Those in the address are for its host."""

    @staticmethod
    def sent(request: Request) -> str | None:
        """User and password."""
        header = request.headers.get("Authorization")
        return None if header is None else base64.b64decode(header.removeprefix("Basic ")).decode()

    def test_they_are_sent_to_the_host_and_to_no_other(self, httpserver: HTTPServer) -> None:
        with HTTPServer(host="127.0.0.1") as other:
            other.expect_request("/end").respond_with_data(CONTENT)
            redirect = {"Location": other.url_for("/end").replace("127.0.0.1", "localhost")}
            httpserver.expect_request("/s").respond_with_data("", status=302, headers={"Location": "/next"})
            httpserver.expect_request("/next").respond_with_data("", status=302, headers=redirect)
            url = httpserver.url_for("/s").replace("http://", "http://me:p%40ss%C3%B6@")
            assert download(url, LARGEST) == CONTENT
            assert [self.sent(request) for request, _response in httpserver.log] == ["me:p@ssö"] * 2
            (request, _response) = other.log[0]
            assert self.sent(request) is None
            assert "@" not in request.headers["Host"]

    @given(hops=st.lists(st.tuples(st.integers(0, 1), st.sampled_from(["given", "other"])), min_size=1, max_size=4))
    def test_they_never_leave_their_host(
        self, listeners: tuple[Listener, Listener], hops: list[tuple[int, str]]
    ) -> None:
        """Whatever the way through two ports and two hosts."""
        for listener in listeners:
            listener.forget()
        places = [(0, "given"), *hops]
        urls = [f"http://{host}.example.org:{listeners[at].port}/{step}" for step, (at, host) in enumerate(places)]
        for (at, _host), url in zip(places, urls[1:], strict=False):
            listeners[at].answers.append(http("302 x", Location=url))
        with without_tls() as patch:
            look_up(patch, {f"{host}.example.org": ["127.0.0.1"] for host in ("given", "other")})
            patch.setattr(download_module, "is_internal", lambda _address: False)
            assert download(urls[0].replace("http://", "http://me:pass@"), LARGEST)
        requests = b"".join(listener.received for listener in listeners).decode().lower().split("\0")
        with_credentials = {
            part.split()[1] for part in requests if "authorization: basic bwu6cgfzcw==" in part
        }  # fmt: skip
        stayed = next((step for step, place in enumerate(places) if place != places[0]), len(places))
        assert with_credentials == {f"/{step}" for step in range(stayed)}

    def test_a_redirect_brings_none(self, httpserver: HTTPServer) -> None:
        location = httpserver.url_for("/end").replace("http://", "http://eve:hidden@")
        httpserver.expect_request("/s").respond_with_data("", status=302, headers={"Location": location})
        message = failure(httpserver.url_for("/s"))
        assert message == "redirected: the URL holds credentials, and none are sent"
        assert asked(httpserver) == ["/s"]


# This machine, in all its names.
INSIDE = (
    "127.0.0.1",
    "127.1",
    "127.8.8.8",
    "2130706433",
    "0x7f000001",
    "0177.0.0.1",
    "0.0.0.0",
    "[::1]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "localhost",
    "LOCALHOST",
    "localhost.",
    "inside.example.org",
    "mixed.example.org",
)
# What stands for a server elsewhere, and other names.
NAMES: Mapping[str, list[str]] = {
    "given.example.org": ["127.0.0.1"],
    "inside.example.org": ["127.0.0.1"],
    "mixed.example.org": ["192.0.2.1", "127.0.0.1"],
    "rebound.example.org": ["192.0.2.1"],
}
LATER: Mapping[str, list[str]] = {"rebound.example.org": ["127.0.0.1"]}


@pytest.fixture(scope="module")
def listeners() -> Iterator[tuple[Listener, Listener]]:
    """A service of this machine that nobody is to ask, and a server that redirects."""
    with listening() as service, listening() as server:
        yield service, server


class TestRedirects:
    """To http and https, and not to where only this machine gets."""

    def test_they_are_followed(self, httpserver: HTTPServer) -> None:
        httpserver.expect_request("/a").respond_with_data("", status=301, headers={"Location": "b"})
        httpserver.expect_request("/b").respond_with_data(
            "", status=307, headers={"Location": httpserver.url_for("/c")}
        )
        httpserver.expect_request("/c").respond_with_data(CONTENT)
        httpserver.expect_request("/loop").respond_with_data("", status=301, headers={"Location": "/loop"})
        assert download(httpserver.url_for("/a"), LARGEST) == CONTENT
        assert failure(httpserver.url_for("/loop")) == "redirected without end"

    @pytest.mark.parametrize("scheme", ["ftp", "file", "gopher", "data", "FTP"])
    def test_another_protocol_is_not_followed(self, scheme: str) -> None:
        with listening() as ftp, listening() as server:
            server.answer = http("302 Found", Location=f"{scheme}://127.0.0.1:{ftp.port}/x")
            assert failure(server.url) == "redirected: not a URL of the form https://host/path"
            assert ftp.silent

    def test_https_stays_https(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        authority = trustme.CA()
        authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "ca.pem"))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("localhost").configure_cert(context)
        with listening() as plain, listening(context) as server:
            server.answer = http("302 Found", Location=plain.url)
            assert failure(server.url) == "redirected from https to http, which is not followed"
            assert plain.silent
            server.answer = http("200 OK", {})
            assert b'"success"' not in download(server.url, LARGEST)

    @pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
    def test_authorities_come_from_the_environment(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, variable: str
    ) -> None:
        authority = trustme.CA()
        authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("localhost").configure_cert(context)
        with listening(context, answer=http()) as server:
            assert "certificate was refused" in failure(server.url)
            monkeypatch.setenv(variable, str(tmp_path / "ca.pem"))
            assert download(server.url, LARGEST)
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nonexistent.pem")
        assert failure(server.url).startswith("REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE in the environment: ")

    @pytest.mark.parametrize("host", INSIDE)
    @pytest.mark.parametrize("proxy", [False, True])
    def test_this_machine_is_not_asked(self, monkeypatch: pytest.MonkeyPatch, host: str, proxy: bool) -> None:
        """Neither by address nor by name."""
        look_up(monkeypatch, NAMES)
        with listening() as service, listening() as server:
            server.answer = http("302 Found", Location=f"http://{host}:{service.port}/x")
            url = f"http://given.example.org:{server.port}/s"
            if proxy:
                monkeypatch.setenv("http_proxy", server.url)
            assert failure(url) == REFUSED
            assert service.silent
            assert len(server.requests) == 1

    @pytest.mark.parametrize("address", ["169.254.169.254", "[fe80::1]", "[::ffff:169.254.169.254]"])
    def test_nor_is_the_link_local_network(self, monkeypatch: pytest.MonkeyPatch, address: str) -> None:
        """Clouds keep the machine's credentials there."""
        connected = []
        connect = download_module.urllib3.util.connection.create_connection

        def record(where: Any, *args: Any, **options: Any) -> socket.socket:
            connected.append(where[0])
            return connect(where, *args, **options)

        monkeypatch.setattr(download_module.urllib3.util.connection, "create_connection", record)
        with listening() as server:
            server.answer = http("302 Found", Location=f"http://{address}/latest/meta-data")
            assert failure(f"http://127.0.0.1:{server.port}/s") == REFUSED
        assert connected == ["127.0.0.1"]

    def test_a_name_that_changes_its_meaning_is_not_trusted(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """It is harmless when it is looked up, and something else when it is connected to."""
        look_up(monkeypatch, NAMES, LATER)
        with listening() as service, listening() as server:
            server.answer = http("302 Found", Location=f"http://rebound.example.org:{service.port}/x")
            assert failure(f"http://given.example.org:{server.port}/s") == REFUSED
            assert service.silent

    def test_neither_is_that_of_the_given_host(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The host of the user's address leads elsewhere after a redirect to itself."""
        names = {"given.example.org": ["127.0.0.1"]}
        look_up(monkeypatch, names)
        with listening() as service, listening() as server:

            def rebind(self: Any, *args: Any, **options: Any) -> Any:
                names["given.example.org"] = ["127.0.0.2"]
                return original(self, *args, **options)

            original = download_module.PlainSession.should_strip_auth
            monkeypatch.setattr(download_module.PlainSession, "should_strip_auth", rebind)
            server.answer = http("302 Found", Location=f"http://given.example.org:{service.port}/x")
            assert failure(f"http://me:pass@given.example.org:{server.port}/s") == REFUSED
            assert service.silent

    def test_the_users_own_address_may_lead_there(self, httpserver: HTTPServer) -> None:
        """And a redirect of that host to itself, whatever the port."""
        with HTTPServer(host="127.0.0.1") as other:
            other.expect_request("/end").respond_with_data(CONTENT)
            location = other.url_for("/end")
            httpserver.expect_request("/s").respond_with_data("", status=302, headers={"Location": location})
            url = httpserver.url_for("/s").replace("localhost", "127.0.0.1")
            assert download(url, LARGEST) == CONTENT

    @given(
        host=st.sampled_from([*INSIDE, *LATER]),
        user=st.sampled_from(["", "me@", "me:pw@", "192.0.2.1@", "example.org\\@"]),
        slashes=st.sampled_from(["http://", "//", "http:/\\", "HTTP://", "http:"]),
        status=st.sampled_from(["301 x", "302 x", "303 x", "307 x", "308 x"]),
        hops=st.integers(1, 3),
    )
    def test_whatever_a_redirect_is_written_like(
        self, listeners: tuple[Listener, Listener], host: str, user: str, slashes: str, status: str, hops: int
    ) -> None:
        service, server = listeners
        service.forget()
        server.forget()
        with without_tls() as patch:
            look_up(patch, NAMES, LATER)
            location = f"{slashes}{user}{host}:{service.port}/x"
            server.answers += [http(status, Location="/next")] * (hops - 1) + [http(status, Location=location)]
            with contextlib.suppress(DownloadFailed):
                download(f"http://given.example.org:{server.port}/s", LARGEST)
        assert server.answers == []
        assert service.silent


@pytest.mark.parametrize(
    ("address", "internal"),
    [
        ("127.0.0.1", True),
        ("127.255.255.254", True),
        ("0.0.0.0", True),
        ("169.254.0.1", True),
        ("::1", True),
        ("::", True),
        ("fe80::1%eth0", True),
        ("::ffff:127.0.0.1", True),
        ("::ffff:0.0.0.0", True),
        ("::ffff:169.254.169.254", True),
        ("10.0.0.1", False),
        ("192.0.2.1", False),
        ("2001:db8::1", False),
        ("::ffff:192.0.2.1", False),
    ],
)
def test_internal_addresses(address: str, internal: bool) -> None:
    assert is_internal(address) is internal
