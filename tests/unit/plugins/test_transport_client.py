# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Transport: what is sent, what is retried, and what errors say."""

from __future__ import annotations

import contextlib
import datetime
import email.utils
import gzip
import itertools
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from ansible_collections.eventops.cloudflare.plugins.module_utils.errors import (
    ApiError,
    ConnectionFailed,
    InvalidAnswer,
    InvalidRequest,
    RequestFailed,
    WriteOutcomeUnknown,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.transport.auth import ApiCredentials
from ansible_collections.eventops.cloudflare.plugins.module_utils.transport.client import Client, Settings
from ansible_collections.eventops.cloudflare.plugins.module_utils.transport.proxy import environment_proxies
from ansible_collections.eventops.cloudflare.plugins.module_utils.transport.retry import retry_after_seconds

PATH = "/accounts/acc/realtime/kit/app/livestreams"
OK = {"success": True, "data": []}


def get(transport: Any, **options: Any) -> Any:
    return transport.request("GET", PATH, asked="list the livestreams", **options)


def post(transport: Any, **options: Any) -> Any:
    return transport.request("POST", PATH, asked="create it", body={"name": "x"}, **options)


def test_a_token_is_sent_and_a_netrc_entry_is_not(script: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine localhost login eve password secret\nmachine 127.0.0.1 login eve password secret\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    script.expect("GET", "/livestreams", answer=OK)
    get(script.client())
    headers = script.server.log[0][0].headers
    assert headers["Authorization"] == "Bearer unit-token-4f1b9c0d7e2a"
    assert headers["User-Agent"].startswith("eventops.cloudflare/")


def test_a_key_is_sent_with_its_address(script: Any) -> None:
    script.expect("GET", "/livestreams", answer=OK)
    get(script.client(credentials=ApiCredentials(key="unit-key", email="av@example.org")))
    headers = script.server.log[0][0].headers
    assert (headers["X-Auth-Key"], headers["X-Auth-Email"]) == ("unit-key", "av@example.org")
    assert "Authorization" not in headers


@pytest.mark.parametrize(
    ("method", "query", "body"),
    [
        ("GET", None, None),
        ("GET", {"page_no": 2, "status": None, "search": "a b&c"}, None),
        ("POST", None, None),
        ("POST", None, {}),
        ("PATCH", None, {"title": "naïve"}),
    ],
)
def test_a_request_is_the_one_that_the_session_would_prepare(method: str, query: Any, body: Any) -> None:
    credentials = ApiCredentials(token="unit-token-4f1b9c0d7e2a")
    transport = Client(Settings("http://127.0.0.1:9/client/v4", credentials))
    transport._session.cookies.set("__cf_bm", "value", domain="127.0.0.1")
    ours = transport._prepare(method, PATH, query, body)
    url = f"http://127.0.0.1:9/client/v4{PATH}"
    theirs = transport._session.prepare_request(requests.Request(method, url, params=query, json=body))
    for wanted in ("method", "url", "headers", "body", "hooks"):
        assert getattr(ours, wanted) == getattr(theirs, wanted)
    assert ours.headers["Cookie"] == "__cf_bm=value"


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({}, "no credentials"),
        ({"key": "k"}, "no credentials"),
        ({"token": "two words"}, "api_token holds a space"),
        ({"token": "new\nline"}, "api_token holds a space, a line break"),
        ({"token": "naïve"}, "not ASCII"),
        ({"key": "k", "email": "a b@example.org"}, "api_email holds"),
    ],
)
def test_unfit_credentials_are_refused_without_being_shown(values: dict[str, str], text: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        ApiCredentials(**values)
    assert text in str(caught.value)
    assert not any(value in str(caught.value) for value in values.values() if len(value) > 1)


def test_credentials_are_not_in_their_representation() -> None:
    assert "geheim" not in repr(ApiCredentials(token="geheim")) + repr(
        ApiCredentials(key="geheim", email="a@example.org")
    )


@pytest.mark.parametrize(
    "url",
    [
        "http://api.example.org/client/v4",
        "http://10.0.0.1/",
        "http://127.0.0.1.example.org/",
        "ftp://127.0.0.1/",
        "api.cloudflare.com",
        "https://",
        "https://user:secret@api.example.org/",
        "https://api.example.org/?x=1",
        "https://[::1/",
        "http://127.0.0.1:port/",
        "",
    ],
)
def test_a_base_url_that_would_leak_or_fail_is_refused(script: Any, url: str) -> None:
    with pytest.raises(InvalidRequest, match="base_url") as caught:
        script.client(base_url=url)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["http://localhost:1/", "http://[::1]:1", "http://127.8.8.8", "https://api.example.org"]
)
def test_other_base_urls_are_accepted(script: Any, url: str) -> None:
    assert script.client(base_url=url).base_url == url.rstrip("/")


def test_a_ca_path_must_exist(script: Any, tmp_path: Any) -> None:
    with pytest.raises(InvalidRequest, match="ca_path does not exist"):
        script.client(ca_path=str(tmp_path / "none.pem"))


def test_proxies_come_from_the_environment_and_never_for_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://proxy.example.org:3128")
    monkeypatch.setenv("no_proxy", "internal.example.org")
    assert environment_proxies("https://api.cloudflare.com/client/v4")["https"] == "http://proxy.example.org:3128"
    assert environment_proxies("https://internal.example.org/") == {}
    assert environment_proxies("http://127.0.0.1:8787/") == {}


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504, 520, 524, 408])
def test_a_read_is_repeated_after_a_passing_failure(script: Any, status: int) -> None:
    script.expect("GET", "/livestreams", status, text="<html>no</html>")
    script.expect("GET", "/livestreams", status, text="<html>no</html>")
    script.expect("GET", "/livestreams", answer=OK)
    transport = script.client()
    assert get(transport).body == OK
    assert script.sleeps == [0.5, 1.0]
    assert (transport.requests, transport.retries) == (3, 2)


def test_a_read_fails_when_its_retries_are_used_up(script: Any) -> None:
    for _time in range(3):
        script.expect("GET", "/livestreams", 503, text="<html>overloaded</html>")
    with pytest.raises(ApiError) as caught:
        get(script.client(retries=2))
    assert caught.value.status == 503
    assert "overloaded" not in str(caught.value)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 410, 422])
def test_a_refused_read_is_not_repeated(script: Any, status: int) -> None:
    script.expect("GET", "/livestreams", status, {"success": False, "error": {"code": status, "message": "no"}})
    with pytest.raises(ApiError):
        get(script.client())


@pytest.mark.parametrize("status", [500, 502, 503, 504, 520, 408, 425, 409])
def test_a_write_without_a_clear_answer_is_ambiguous_and_not_repeated(script: Any, status: int) -> None:
    script.expect("POST", "/livestreams", status, body={"name": "x"}, text="<html>?</html>")
    with pytest.raises(WriteOutcomeUnknown):
        post(script.client())


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422])
def test_a_write_that_the_service_refuses_is_refused(script: Any, status: int) -> None:
    error = {"success": False, "error": {"code": status, "message": "no"}}
    script.expect("POST", "/livestreams", status, error, body={"name": "x"})
    with pytest.raises(ApiError):
        post(script.client())


@pytest.mark.parametrize("answer", [{"success": False, "errors": [{"code": 1, "message": "odd"}]}])
def test_a_write_answered_with_success_false_is_ambiguous(script: Any, answer: Any) -> None:
    script.expect("POST", "/livestreams", 200, answer, body={"name": "x"})
    with pytest.raises(WriteOutcomeUnknown, match="odd"):
        post(script.client())


def test_a_throttled_write_was_not_carried_out_and_is_repeated(script: Any) -> None:
    script.expect("POST", "/livestreams", 429, text="", body={"name": "x"}, headers={"Retry-After": "7"})
    script.expect("POST", "/livestreams", 201, {"success": True, "data": {}}, body={"name": "x"})
    assert post(script.client()).status == 201
    assert script.sleeps == [7.0]


def test_a_retry_after_date_is_honoured(script: Any) -> None:
    when = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=30)
    headers = {"Retry-After": email.utils.format_datetime(when, usegmt=True)}
    script.expect("GET", "/livestreams", 429, text="", headers=headers)
    script.expect("GET", "/livestreams", answer=OK)
    get(script.client())
    assert len(script.sleeps) == 1
    assert 25 < script.sleeps[0] <= 30


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_retry_after_beyond_the_limit_fails_at_once_and_says_when(script: Any, method: str) -> None:
    body = {"name": "x"} if method == "POST" else None
    script.expect(method, "/livestreams", 429, text="", body=body, headers={"Retry-After": "300"})
    with pytest.raises(ApiError, match=r"try again after \d\d:\d\d:\d\d UTC \(in 300 s\)"):
        (post if method == "POST" else get)(script.client())
    assert script.sleeps == []


@pytest.mark.parametrize("value", ["soon", "", "-5", "Wed, 99 Foo 2026 99:99:99 GMT", "1e3"])
def test_a_garbled_retry_after_is_ignored(script: Any, value: str) -> None:
    assert retry_after_seconds(value, now=0) is None
    script.expect("GET", "/livestreams", 429, text="", headers={"Retry-After": value})
    script.expect("GET", "/livestreams", answer=OK)
    get(script.client())
    assert script.sleeps == [0.5]


def test_backoff_is_bounded_by_retry_max_wait(script: Any) -> None:
    for _time in range(4):
        script.expect("GET", "/livestreams", 500, text="")
    script.expect("GET", "/livestreams", answer=OK)
    get(script.client(retry_max_wait=1.5))
    assert script.sleeps == [0.5, 1.0, 1.5, 1.5]


def test_nothing_is_repeated_after_a_deadline(script: Any) -> None:
    script.expect("GET", "/livestreams", 500, text="")
    transport = script.client()
    with transport.within(0.1), pytest.raises(ApiError):
        get(transport)
    assert script.sleeps == []


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_connection_that_was_never_made_is_repeated_and_then_explained(script: Any, method: str) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        transport = script.client(base_url=f"http://127.0.0.1:{unused.getsockname()[1]}/", retries=2)
        with pytest.raises(ConnectionFailed, match="Connection refused; check the network and base_url"):
            (post if method == "POST" else get)(transport)
    assert script.sleeps == [0.5, 1.0]
    assert (transport.requests, transport.retries) == (3, 2)


@pytest.fixture
def raw_server() -> Iterator[Callable[[list[bytes]], str]]:
    """A server that answers each connection with the next of some bytes, and closes it."""
    listener = socket.create_server(("127.0.0.1", 0))
    threads: list[threading.Thread] = []

    def serve(answers: list[bytes]) -> str:
        def run() -> None:
            for answer in answers:
                connection, _address = listener.accept()
                # A client need not read all of it.
                with connection, contextlib.suppress(OSError):
                    connection.recv(65536)
                    connection.sendall(answer)
                    # Closed with a part of the request unread, it would be reset.
                    connection.shutdown(socket.SHUT_WR)
                    while connection.recv(65536):
                        pass

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        threads.append(thread)
        return f"http://127.0.0.1:{listener.getsockname()[1]}"

    yield serve
    for thread in threads:
        thread.join(5)
        assert not thread.is_alive()
    listener.close()


def whole(body: bytes, status: bytes = b"200 OK") -> bytes:
    return b"HTTP/1.1 %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s" % (status, len(body), body)


CUT = b'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\nConnection: close\r\n\r\n{"success": tr'


@pytest.mark.parametrize("failure", [b"", CUT])
def test_a_read_whose_answer_is_lost_or_cut_is_repeated(script: Any, raw_server: Any, failure: bytes) -> None:
    transport = script.client(base_url=raw_server([failure, failure, whole(json.dumps(OK).encode())]))
    assert get(transport).body == OK
    assert (transport.requests, transport.retries) == (3, 2)


@pytest.mark.parametrize("failure", [b"", CUT])
def test_a_write_whose_answer_is_lost_or_cut_is_ambiguous(script: Any, raw_server: Any, failure: bytes) -> None:
    transport = script.client(base_url=raw_server([failure]))
    with pytest.raises(WriteOutcomeUnknown) as caught:
        post(transport)
    assert caught.value.status is None
    assert (transport.requests, transport.retries) == (1, 0)


def test_a_read_that_is_cut_for_ever_fails(script: Any, raw_server: Any) -> None:
    transport = script.client(base_url=raw_server([CUT] * 3), retries=2)
    with pytest.raises(ConnectionFailed):
        get(transport)
    assert transport.requests == 3


HUGE = whole(b" " * 50 * 2**20)
PACKED = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n" + gzip.compress(b" " * 50 * 2**20, 1)
ENDLESS_HEADERS = b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 1000
CONTINUES = b"HTTP/1.1 100 Continue\r\n\r\n" * 500_000


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        pytest.param(HUGE, "the answer is larger than 10 MiB; check base_url", id="huge"),
        pytest.param(PACKED, "the answer is larger than 10 MiB; check base_url", id="packed"),
        pytest.param(ENDLESS_HEADERS, "the connection was lost", id="headers"),
        pytest.param(CONTINUES, "the answer is larger than 10 MiB", id="continues"),
    ],
)
def test_an_answer_that_is_too_large_is_not_read_to_its_end(
    script: Any, raw_server: Any, answer: bytes, text: str
) -> None:
    with pytest.raises(ConnectionFailed, match=text):
        get(script.client(base_url=raw_server([answer]), retries=0, timeout=300))
    with pytest.raises(WriteOutcomeUnknown, match=text):
        post(script.client(base_url=raw_server([answer]), timeout=300))


def test_an_answer_that_is_too_large_is_not_asked_for_again(script: Any, raw_server: Any) -> None:
    transport = script.client(base_url=raw_server([HUGE]))
    with pytest.raises(ConnectionFailed):
        get(transport)
    assert (transport.requests, transport.retries) == (1, 0)


def test_a_failed_answer_need_not_be_read_before_the_next_try(script: Any, raw_server: Any) -> None:
    answers = [whole(b" " * 50 * 2**20, b"503 Busy"), whole(json.dumps(OK).encode())]
    assert get(script.client(base_url=raw_server(answers))).body == OK


@pytest.mark.parametrize("headers", [b"", b"Transfer-Encoding: chunked\r\n", b"Content-Length: 9000000\r\n"])
def test_an_answer_that_never_ends_times_out(script: Any, raw_server: Any, headers: bytes) -> None:
    """Every look at the clock finds that 12 seconds have passed."""
    ticks = itertools.count(step=12)
    body = b"2000\r\n" + b" " * 0x2000 + b"\r\n" if b"chunked" in headers else b" " * 0x2000
    answer = b"HTTP/1.1 200 OK\r\nConnection: close\r\n" + headers + b"\r\n" + body * 100
    transport = script.client(base_url=raw_server([answer]), retries=0, now=lambda: next(ticks))
    with pytest.raises(ConnectionFailed, match="no answer within 30 s"):
        get(transport)


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"a":' * 100_000])
def test_endless_nesting_is_no_json(script: Any, raw_server: Any, body: bytes) -> None:
    with pytest.raises(InvalidAnswer, match="is not JSON"):
        get(script.client(base_url=raw_server([whole(body)])))


@pytest.mark.parametrize("charset", ["idna", "rot13", "utf-16", "nonsense"])
def test_json_is_utf_8_whatever_the_headers_say(script: Any, charset: str) -> None:
    headers = {"Content-Type": f"application/json; charset={charset}"}
    script.expect("GET", "/livestreams", text='{"data": "Café"}', headers=headers)
    assert get(script.client()).body == {"data": "Café"}
    script.expect("GET", "/livestreams", 403, text="Café \xff", headers=headers)
    with pytest.raises(ApiError, match="Café"):
        get(script.client())


def test_a_timeout_names_the_seconds(script: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        base_url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(ConnectionFailed, match=r"no answer within 0\.2 s"):
            get(script.client(base_url=base_url, timeout=0.2, retries=0))
        with pytest.raises(WriteOutcomeUnknown, match=r"no answer within 0\.2 s"):
            post(script.client(base_url=base_url, timeout=0.2))


def test_an_unverifiable_certificate_is_named_and_not_repeated(script: Any, https: str) -> None:
    transport = script.client(base_url=https)
    with pytest.raises(ConnectionFailed, match=r"certificate was refused: .*self.signed"):
        get(transport)
    with pytest.raises(ConnectionFailed, match="certificate was refused"):
        post(transport)
    assert transport.retries == 0


@pytest.fixture
def https(tmp_path: Any) -> Iterator[str]:
    """A TLS server with a certificate that nobody signed."""
    import ssl
    import subprocess

    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost"]
    subprocess.run([*command, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(5)

    def run() -> None:
        for _time in range(2):
            connection, _address = listener.accept()
            with connection:
                try:
                    context.wrap_socket(connection, server_side=True).close()
                except OSError:
                    continue

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    yield f"https://localhost:{listener.getsockname()[1]}"
    thread.join(6)
    listener.close()


def test_a_redirect_to_another_host_is_refused(script: Any) -> None:
    elsewhere = {"Location": "http://localhost.example.org/client/v4/steal"}
    script.expect("GET", "/livestreams", 302, text="", headers=elsewhere)
    with pytest.raises(ApiError, match="302"):
        get(script.client())
    script.expect("POST", "/livestreams", 307, text="", body={"name": "x"}, headers=elsewhere)
    with pytest.raises(WriteOutcomeUnknown, match="307"):
        post(script.client())


def test_a_redirect_on_the_same_server_is_followed_by_reads_only(script: Any) -> None:
    here = {"Location": script.server.url_for("/client/v4/accounts/acc/realtime/kit/app/moved")}
    script.expect("GET", "/livestreams", 301, text="", headers=here)
    script.expect("GET", "/moved", answer=OK)
    transport = script.client()
    assert get(transport).body == OK
    assert transport.requests == 2
    assert script.server.log[1][0].headers["Authorization"].startswith("Bearer ")
    script.expect("POST", "/livestreams", 302, text="", body={"name": "x"}, headers=here)
    with pytest.raises(WriteOutcomeUnknown):
        post(transport)


def test_endless_redirects_end(script: Any) -> None:
    here = {"Location": script.server.url_for("/client/v4/accounts/acc/realtime/kit/app/livestreams")}
    for _time in range(6):
        script.expect("GET", "/livestreams", 302, text="", headers=here)
    with pytest.raises(ConnectionFailed, match="redirects without end"):
        get(script.client())


EDGE = {
    "success": False,
    "errors": [
        {"code": 10000, "message": "Authentication error", "error_chain": [{"code": 1, "message": "Bad token"}]},
    ],
    "messages": [],
    "result": None,
}
HTML = "<!DOCTYPE html><html><body>cloudflare-nginx unit-html</body></html>"


@pytest.mark.parametrize(
    ("status", "answer", "code", "message", "advice"),
    [
        (404, {"success": False, "error": {"code": 404, "message": "None active"}}, 404, "None active", "check the ID"),
        (400, {"success": False, "error": "plain"}, None, "plain", None),
        (422, {"message": '[body] "x" is not allowed', "success": False}, None, '[body] "x" is not allowed', "omit it"),
        (401, {"message": "Unauthorized"}, None, "Unauthorized", "check api_token"),
        (400, EDGE, 10000, "Authentication error; Bad token", "check api_token"),
        (403, EDGE, 10000, "Authentication error; Bad token", "permission Realtime or Realtime Admin"),
        (404, {"errors": [{"code": 7003, "message": "Could not route"}]}, 7003, "Could not route", "check account_id"),
        (403, {}, None, "FORBIDDEN", "permission"),
        (403, None, None, "FORBIDDEN", "permission"),
        (403, [1, 2], None, "FORBIDDEN", "permission"),
        (403, {"errors": "odd", "error": 7, "message": None}, None, "FORBIDDEN", "permission"),
        (403, {"errors": [{"code": "10"}]}, None, "FORBIDDEN", "permission"),
        (403, "a text", None, "a text", "permission"),
        (200, {"success": False, "errors": [{"code": 7, "message": "half"}]}, 7, "half", None),
    ],
)
def test_each_error_body_becomes_a_message(
    script: Any, status: int, answer: Any, code: int | None, message: str, advice: str | None
) -> None:
    script.expect("GET", "/livestreams", status, answer)
    with pytest.raises(RequestFailed) as caught:
        get(script.client())
    error = caught.value
    assert error.details() == {
        "status": status,
        "code": code,
        "message": message,
        "request_id": "ray-1",
        "method": "GET",
        "path": PATH,
    }
    text = str(error)
    assert text.startswith(f"list the livestreams: HTTP {status} {error.reason}: {message}")
    assert text.endswith(message) if advice is None else advice in text


@pytest.mark.parametrize(("status", "text"), [(403, HTML), (530, HTML), (200, HTML), (403, "  " + HTML)])
def test_html_never_reaches_the_user(script: Any, status: int, text: str) -> None:
    script.expect("GET", "/livestreams", status, text=text)
    with pytest.raises(RequestFailed) as caught:
        get(script.client(retries=0))
    assert "unit-html" not in str(caught.value)
    assert "<" not in str(caught.value)


def test_plain_text_does_in_one_line_and_not_for_ever(script: Any) -> None:
    script.expect("GET", "/livestreams", 400, text="one\n two" + " three" * 1000)
    with pytest.raises(ApiError) as caught:
        get(script.client())
    assert caught.value.text.startswith("one two three")
    assert len(caught.value.text) < 510


def test_a_secret_that_the_server_echoes_is_not_shown(script: Any) -> None:
    script.expect("GET", "/livestreams", 400, {"error": {"message": "bad token unit-token-4f1b9c0d7e2a!"}})
    with pytest.raises(ApiError) as caught:
        get(script.client())
    assert "unit-token" not in str(caught.value) + repr(caught.value.details())


def test_a_read_that_is_not_json_is_an_invalid_answer(script: Any) -> None:
    script.expect("GET", "/livestreams", text='{"success": tr')
    with pytest.raises(InvalidAnswer, match="HTTP 200 OK: the answer is not JSON"):
        get(script.client())


def test_an_empty_answer_is_null(script: Any) -> None:
    script.expect("GET", "/livestreams", text="")
    assert get(script.client()).body is None


def test_a_block_that_nobody_waits_for_is_not_tested_again(script: Any) -> None:
    script.expect("GET", "/livestreams", 429, text="", headers={"Retry-After": "300"})
    transport = script.client()
    for _time in range(2):
        with pytest.raises(ApiError, match=r"HTTP 429 .*try again after .*in 300 s") as caught:
            get(transport)
    assert "not sent: the API takes no more requests of this user for now" in str(caught.value)
    assert transport.requests == 1


def test_one_throttled_thread_makes_all_pause(script: Any) -> None:
    over = threading.Event()
    sleeps: list[float] = []

    def sleep(seconds: float) -> None:
        sleeps.append(seconds)
        over.wait(30)

    transport = script.client(sleep=sleep)
    script.expect("GET", "/livestreams", 429, text="", headers={"Retry-After": "1"})
    script.expect("GET", "/livestreams", answer=OK)
    script.expect("GET", "/livestreams", answer=OK)
    threads = [threading.Thread(target=get, args=[transport]) for _thread in range(2)]
    for number, thread in enumerate(threads):
        thread.start()
        while len(sleeps) == number and thread.is_alive():
            time.sleep(0.01)
    asked = len(script.server.log)
    over.set()
    for thread in threads:
        thread.join()
    assert (asked, transport.retries) == (1, 1)


def test_a_pause_that_outlasts_a_deadline_is_not_waited_for(script: Any) -> None:
    transport = script.client(sleep=time.sleep)
    script.expect("GET", "/livestreams", 429, text="", headers={"Retry-After": "1"})
    script.expect("GET", "/livestreams", answer=OK)
    throttled = threading.Thread(target=get, args=[transport])
    throttled.start()
    while not transport.retries:
        time.sleep(0.01)
    with transport.within(0.2), pytest.raises(ApiError, match="not sent"):
        get(transport)
    throttled.join()
