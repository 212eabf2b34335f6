# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One look at a playback URL, on a real server."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from requests.adapters import HTTPAdapter
from werkzeug import Request, Response

from ansible_collections.eventops.cloudflare.plugins.module_utils.errors import InvalidRequest
from ansible_collections.eventops.cloudflare.plugins.module_utils.transport.hls import Check, Manifests
from ansible_collections.eventops.cloudflare.plugins.module_utils.transport.redirects import unfit

MANIFEST = "#EXTM3U\n#EXT-X-VERSION:3\n"


@pytest.fixture
def manifests() -> Iterator[Manifests]:
    """As the module makes it."""
    found = Manifests(True, None)
    yield found
    found.close()


@pytest.mark.parametrize(
    ("status", "body", "look"),
    [
        (200, MANIFEST, Check(None, 200)),
        (200, "#EXTM3U", Check(None, 200)),
        (200, "", Check("the answer is not an HLS manifest", 200)),
        (200, "#EXTM3", Check("the answer is not an HLS manifest", 200)),
        (200, "\ufeff" + MANIFEST, Check("the answer is not an HLS manifest", 200)),
        (200, "<html>", Check("the answer is not an HLS manifest", 200)),
        (204, "", Check("HTTP 204 NO CONTENT", 204)),
        (404, MANIFEST, Check("HTTP 404 NOT FOUND", 404)),
        (503, "", Check("HTTP 503 SERVICE UNAVAILABLE", 503)),
    ],
)
def test_answers(httpserver: HTTPServer, manifests: Manifests, status: int, body: str, look: Check) -> None:
    httpserver.expect_request("/m.m3u8").respond_with_data(body, status=status)
    assert manifests.check(httpserver.url_for("/m.m3u8"), 5) == look


def test_no_credentials_are_sent(
    httpserver: HTTPServer, manifests: Manifests, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither those of ~/.netrc, nor a cookie, nor the token in the environment."""
    (tmp_path / ".netrc").write_text("default login me password geheim\n")
    (tmp_path / ".netrc").chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("CLOUDFLARE_API_TOKEN", "unit-token-4f1b9c0d7e2a")
    seen: list[Request] = []

    def answer(request: Request) -> Response:
        seen.append(request)
        return Response(MANIFEST)

    httpserver.expect_request("/m.m3u8").respond_with_handler(answer)
    assert manifests.check(httpserver.url_for("/m.m3u8"), 5).reason is None
    (request,) = seen
    assert request.method == "GET"
    assert set(request.headers.keys()) == {"Host", "User-Agent", "Accept", "Accept-Encoding", "Connection"}


def test_little_is_read(httpserver: HTTPServer, manifests: Manifests) -> None:
    """The server has more to say than anybody would listen to."""
    told = [0]

    def endless() -> Iterator[bytes]:
        yield MANIFEST.encode()
        while told[0] < 1000:
            told[0] += 1
            yield b"#" * 65536

    httpserver.expect_request("/m.m3u8").respond_with_handler(lambda _request: Response(endless()))
    assert manifests.check(httpserver.url_for("/m.m3u8"), 5).reason is None
    assert told[0] < 1000


def test_redirects(httpserver: HTTPServer, manifests: Manifests) -> None:
    httpserver.expect_request("/a").respond_with_data("", status=302, headers={"Location": "/b"})
    httpserver.expect_request("/b").respond_with_data("", status=307, headers={"Location": httpserver.url_for("/c")})
    httpserver.expect_request("/c").respond_with_data(MANIFEST)
    httpserver.expect_request("/loop").respond_with_data("", status=301, headers={"Location": "/loop"})
    httpserver.expect_request("/file").respond_with_data("", status=301, headers={"Location": "file:///etc/passwd"})
    httpserver.expect_request("/user").respond_with_data("", status=301, headers={"Location": "http://a:b@localhost/"})
    assert manifests.check(httpserver.url_for("/a"), 5) == Check(None, 200)
    assert manifests.check(httpserver.url_for("/loop"), 5) == Check("redirected without end", 301)
    assert (
        manifests.check(httpserver.url_for("/file"), 5).reason == "redirected: not a URL of the form https://host/path"
    )
    assert "holds credentials" in (manifests.check(httpserver.url_for("/user"), 5).reason or "")


def test_a_redirect_from_https_to_http_is_not_followed(httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The TLS end is played by an adapter: what counts is that nothing is asked in clear."""
    httpserver.expect_request("/a").respond_with_data("", status=302, headers={"Location": httpserver.url_for("/b")})
    found = Manifests(True, None)

    class Plain(HTTPAdapter):
        """Sends what is for https in clear."""

        def send(self, request, **options):  # type: ignore[no-untyped-def]
            request.url = request.url.replace("https://", "http://")
            response = super().send(request, **options)
            response.url = response.url.replace("http://", "https://")
            return response

    found._session.mount("https://", Plain())
    look = found.check(httpserver.url_for("/a").replace("http://", "https://"), 5)
    assert look == Check("redirected from https to http, which is not followed", 302)
    assert [request.path for request, _response in httpserver.log] == ["/a"]
    found.close()


def test_proxies_come_from_the_environment(
    httpserver: HTTPServer, manifests: Manifests, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", httpserver.url_for("/"))
    monkeypatch.setenv("http_proxy", httpserver.url_for("/"))
    httpserver.expect_request("/m.m3u8").respond_with_data(MANIFEST)
    assert manifests.check("http://stream.example.org/m.m3u8", 5) == Check(None, 200)
    monkeypatch.setenv("NO_PROXY", "*")
    monkeypatch.setenv("no_proxy", "*")
    assert manifests.check(httpserver.url_for("/m.m3u8"), 5) == Check(None, 200)


def test_no_answer(manifests: Manifests) -> None:
    assert manifests.check("http://127.0.0.1:9/m.m3u8", 5) == Check("the connection failed: Connection refused")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/m.m3u8"
        assert manifests.check(url, 0.2).reason == "no answer within 0.2 s"


def test_an_answer_that_drips_is_given_up(manifests: Manifests) -> None:
    """A byte now and then keeps a connection alive for ever; the look ends all the same."""
    gone = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip() -> None:
            connection, _address = server.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
                while not gone.wait(0.3):
                    try:
                        connection.sendall(b"#")
                    except OSError:
                        return

        thread = threading.Thread(target=drip)
        thread.start()
        look = manifests.check(f"http://127.0.0.1:{server.getsockname()[1]}/m.m3u8", 0.5)
        gone.set()
        thread.join()
    assert look == Check("the answer is not an HLS manifest", 200)


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("https://a.example.org/m.m3u8", None),
        ("http://127.0.0.1:8787/m.m3u8?x=y", None),
        ("ftp://a.example.org/m", "not a URL of the form"),
        ("/m.m3u8", "not a URL of the form"),
        ("https:///m", "not a URL of the form"),
        ("https://a.example.org/\n", "not a URL of the form"),
        ("https://a:99999/", "not a URL"),
        ("https://[::1", "not a URL"),
        ("https://me:geheim@a.example.org/m", "holds credentials"),
    ],
)
def test_unfit_urls(url: str, text: str | None) -> None:
    found = unfit(url)
    assert found is None if text is None else text in (found or "")


def test_a_missing_ca_path_is_refused() -> None:
    with pytest.raises(InvalidRequest, match="ca_path does not exist"):
        Manifests(True, "/nonexistent.pem")


def test_a_look_comes_to_an_end_whatever_a_server_sends(manifests: Manifests) -> None:
    """A long header, bit by bit: each byte would begin the socket's timeout anew. In the end it would be a manifest."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _address = server.accept()
            with connection, contextlib.suppress(OSError):
                connection.sendall(b"HTTP/1.1 200 OK\r\nA: ")
                for _piece in range(200):
                    over.wait(0.05)
                    connection.sendall(b"b")
                connection.sendall(b"\r\n\r\n" + MANIFEST.encode())

        thread = threading.Thread(target=serve)
        thread.start()
        look = manifests.check(f"http://127.0.0.1:{server.getsockname()[1]}/", 1)
        over.set()
        thread.join()
    assert (look.reason, look.status) == ("no answer within 1 s", None)


@pytest.mark.parametrize("location", [b"http://[::1", b"//[", b"\xff"])
def test_a_redirect_to_nowhere_is_a_reason(manifests: Manifests, location: bytes) -> None:
    """From a server that does not look at what it sends."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _address = server.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: " + location + b"\r\n\r\n")

        thread = threading.Thread(target=serve)
        thread.start()
        look = manifests.check(f"http://127.0.0.1:{server.getsockname()[1]}/", 5)
        thread.join(10)
    assert look == Check("redirected: not a URL", 302)
