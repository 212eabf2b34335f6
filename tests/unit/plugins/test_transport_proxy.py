# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Client through an HTTP proxy, over TLS: whether a request was sent decides whether it may be sent again."""

from __future__ import annotations

import contextlib
import re
import socket
import ssl
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import trustme

from ansible_collections.eventops.cloudflare.plugins.module_utils.errors import (
    ApiError,
    ConnectionFailed,
    Interrupted,
    InvalidRequest,
    WriteOutcomeUnknown,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.transport.auth import ApiCredentials
from ansible_collections.eventops.cloudflare.plugins.module_utils.transport.client import Client, Settings
from ansible_collections.eventops.cloudflare.plugins.module_utils.transport.limits import LONGEST_SLEEP, RateLimit
from ansible_collections.eventops.cloudflare.plugins.module_utils.transport.retry import Limit
from ansible_collections.eventops.cloudflare.plugins.module_utils.transport.tls import tls_context

HOST = "api.example.test"
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
CONNECTED = b"HTTP/1.1 200 Connection established\r\n\r\n"


@dataclass
class Network:
    """A server that speaks TLS, and a proxy in front of it. The server's name leads nowhere without the proxy.

    ``tunnels`` are the proxy's answers to CONNECT, one for each connection, ``answers`` the server's to requests. When
    they are used up, the connection is made, and requests are answered with ``OK``. None closes the connection instead.
    """

    ca: Path
    proxy: str = ""
    tunnels: list[bytes | None] = field(default_factory=list)
    answers: list[bytes | None] = field(default_factory=list)
    received: list[str] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    clock: Callable[[], float] = time.monotonic
    handshakes: int = 0
    broken_handshakes: int = 0
    sleeps: list[float] = field(default_factory=list)

    def client(self, **settings: object) -> Client:
        """A client that finds the proxy in its environment."""
        values = {"retries": 2, "sleep": self.sleeps.append, "ca_path": str(self.ca), **settings}
        return Client(Settings(f"https://{HOST}/client/v4", ApiCredentials(token="t0ken"), **values))

    def handle(self, connection: socket.socket, context: ssl.SSLContext) -> None:
        """One connection to the proxy, and through it to the server."""
        _head(connection)
        answer = self.tunnels.pop(0) if self.tunnels else CONNECTED
        if answer is not None:
            connection.sendall(answer)
        if answer is None or b" 200 " not in answer:
            return
        if self.broken_handshakes:
            self.broken_handshakes -= 1
            connection.recv(65536)
            return
        with context.wrap_socket(connection, server_side=True) as tunnel:
            self.handshakes += 1
            while head := _head(tunnel):
                self.received.append(head.split(" ", 1)[0])
                self.times.append(self.clock())
                said = self.answers.pop(0) if self.answers else OK
                if said is None:
                    return
                tunnel.sendall(said)


def _head(connection: socket.socket) -> str:
    """The head of a request, once all of it has come."""
    received, length = b"", 0
    while b"\r\n\r\n" not in received or len(received.partition(b"\r\n\r\n")[2]) < length:
        part = connection.recv(65536)
        if not part:
            return ""
        received += part
        found = re.search(rb"(?i)content-length: (\d+)", received)
        length = int(found[1]) if found else 0
    return received.decode()


@pytest.fixture
def network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Network]:
    """The network; all its connections are closed when the test ends."""
    ca = trustme.CA()
    ca.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert(HOST).configure_cert(context)
    found = Network(tmp_path / "ca.pem")
    listener = socket.create_server(("127.0.0.1", 0))
    for name in ("HTTPS_PROXY", "NO_PROXY", "no_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{listener.getsockname()[1]}")

    def handle(connection: socket.socket) -> None:
        connection.settimeout(10)
        with connection, contextlib.suppress(OSError):
            found.handle(connection, context)

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _address = listener.accept()
                threading.Thread(target=handle, args=[connection], daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    yield found
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()


def send(transport: Client, method: str) -> object:
    body = None if method == "GET" else {"name": "x"}
    return transport.request(method, "/things", asked="ask for it", body=body).body


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_requests_go_through_the_proxy(network: Network, method: str) -> None:
    assert send(network.client(), method) == {}
    assert network.received == [method]


def test_a_write_whose_answer_is_lost_behind_the_proxy_is_sent_once(network: Network) -> None:
    network.answers[:] = [None]
    transport = network.client()
    with pytest.raises(WriteOutcomeUnknown, match="the connection was lost") as caught:
        send(transport, "POST")
    assert "proxy" not in str(caught.value)
    assert network.received == ["POST"]
    assert (transport.requests, transport.retries) == (1, 0)


def test_so_is_one_on_a_connection_that_was_kept(network: Network) -> None:
    network.answers[:] = [OK, None]
    transport = network.client()
    send(transport, "GET")
    with pytest.raises(WriteOutcomeUnknown):
        send(transport, "POST")
    assert network.received == ["GET", "POST"]
    assert network.handshakes == 1


def test_a_read_whose_answer_is_lost_behind_the_proxy_is_retried(network: Network) -> None:
    network.answers[:] = [None, None]
    assert send(network.client(), "GET") == {}
    assert network.received == ["GET"] * 3


REFUSALS = pytest.mark.parametrize(
    "refusal", [None, b"HTTP/1.1 403 Forbidden\r\n\r\n", b"HTTP/1.1 502 Bad Gateway\r\n\r\n", b"nonsense\r\n\r\n"]
)


@REFUSALS
def test_a_write_that_the_proxy_did_not_let_through_is_retried(network: Network, refusal: bytes | None) -> None:
    network.tunnels[:] = [refusal, refusal]
    transport = network.client()
    assert send(transport, "POST") == {}
    assert network.received == ["POST"]
    assert transport.retries == 2


@REFUSALS
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_proxy_that_lets_nothing_through_is_named(network: Network, refusal: bytes | None, method: str) -> None:
    network.tunnels[:] = [refusal] * 3
    with pytest.raises(ConnectionFailed, match=r"check HTTPS_PROXY and NO_PROXY") as caught:
        send(network.client(), method)
    assert network.received == []
    if refusal is not None and b"HTTP" in refusal:
        assert f"the proxy did not let it through: {refusal[9:12].decode()} " in str(caught.value)


def test_a_write_is_retried_after_a_handshake_that_broke(network: Network) -> None:
    network.broken_handshakes = 2
    transport = network.client()
    send(transport, "POST")
    assert network.received == ["POST"]
    assert transport.retries == 2


EARLY = b"HTTP/1.1 103 Early Hints\r\nLink: </x>; rel=preload\r\n\r\n"


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    "early", [EARLY, EARLY + EARLY, b"HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n"]
)
def test_informational_answers_are_skipped(network: Network, method: str, early: bytes) -> None:
    network.answers[:] = [early + OK.replace(b"200 OK", b"201 Created")]
    assert network.client().request(method, "/things", asked="ask", body=None).status == 201


@pytest.mark.parametrize("early", [EARLY, b"HTTP/1.1 100 Continue\r\n\r\n"])
def test_so_they_are_before_the_answer_of_the_proxy(network: Network, early: bytes) -> None:
    network.tunnels[:] = [early + CONNECTED]
    assert send(network.client(), "POST") == {}


@pytest.mark.parametrize("proxy", ["http://", "http://127.0.0.1:99999", "ftp://127.0.0.1", "http://[::1"])
def test_a_proxy_that_is_no_address_is_refused(network: Network, monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    monkeypatch.setenv("https_proxy", proxy.replace("://", "://user:hidden@"))
    with pytest.raises(InvalidRequest, match="check HTTPS_PROXY and NO_PROXY") as caught:
        network.client()
    assert "hidden" not in str(caught.value)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_proxy_that_needs_another_package_is_named_and_nothing_was_sent(
    network: Network, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    monkeypatch.setitem(sys.modules, "socks", None)
    monkeypatch.setenv("https_proxy", "socks5h://user:hidden@127.0.0.1:9")
    transport = network.client()
    with pytest.raises(ConnectionFailed, match="a SOCKS proxy needs the Python package PySocks") as caught:
        send(transport, method)
    assert "hidden" not in str(caught.value)
    assert transport.retries == 0


def test_a_write_that_only_has_an_informational_answer_is_ambiguous(network: Network) -> None:
    network.answers[:] = [b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"]
    with pytest.raises(WriteOutcomeUnknown):
        send(network.client(), "POST")
    assert network.received == ["POST"]


def test_certificate_authorities_are_read_once(network: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not for each connection: to read them takes longer than most requests."""
    read: list[object] = []
    load = ssl.SSLContext.load_verify_locations

    def counted(context: ssl.SSLContext, *args: object, **kwargs: object) -> None:
        read.append(kwargs)
        load(context, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(ssl.SSLContext, "load_verify_locations", counted)
    network.answers[:] = [None, None]
    transport = network.client()
    send(transport, "GET")
    assert network.handshakes == 3
    assert len(read) == 1


def test_unverified_connections_are_quiet(network: Network, capfd: pytest.CaptureFixture[str]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        assert send(network.client(validate_certs=False), "GET") == {}
    assert capfd.readouterr() == ("", "")


def test_a_context_without_verification_verifies_nothing() -> None:
    assert tls_context(False, None).verify_mode is ssl.CERT_NONE
    assert tls_context(True, None).check_hostname


def test_nothing_is_sent_after_an_interruption(network: Network) -> None:
    transport = network.client()
    send(transport, "GET")
    transport.abandon()
    with pytest.raises(Interrupted, match="nothing more was sent"):
        send(transport, "POST")
    assert network.received == ["GET"]


def test_a_retry_is_not_sent_after_an_interruption(network: Network) -> None:
    network.answers[:] = [None]
    transport: Client

    def interrupted(_seconds: float) -> None:
        transport.abandon()

    transport = network.client(sleep=interrupted)
    with pytest.raises(Interrupted):
        send(transport, "GET")
    assert network.received == ["GET"]


def throttled(seconds: int) -> bytes:
    return b"HTTP/1.1 429 Too Many\r\nRetry-After: %d\r\nContent-Length: 0\r\n\r\n" % seconds


def test_a_throttled_write_is_retried_behind_a_proxy(network: Network) -> None:
    network.answers[:] = [throttled(3)]
    send(network.client(), "POST")
    assert network.received == ["POST", "POST"]
    assert network.sleeps == [3.0]


def test_a_block_is_that_of_the_user(network: Network) -> None:
    network.answers[:] = [throttled(300)]
    transport = network.client()
    for _attempt in range(2):
        with pytest.raises(ApiError) as caught:
            send(transport, "GET")
    assert "the API takes no more requests of this user for now" in str(caught.value)
    assert network.received == ["GET"]


def test_a_request_that_is_given_up_leaves_its_block_to_the_next(network: Network) -> None:
    """The answer to the last attempt says, too, until when nothing may be sent."""
    clock = Time()
    network.answers[:] = [throttled(3)] * 3
    transport = network.client(sleep=clock.sleep, now=clock.now)
    with pytest.raises(ApiError):
        send(transport, "POST")
    send(transport, "GET")
    assert network.received == ["POST"] * 3 + ["GET"]
    assert clock.slept == [3.0] * 3


def limited(limits: str, policies: str = '"default";q=1200;w=300') -> bytes:
    head = f"HTTP/1.1 200 OK\r\nRatelimit: {limits}\r\nRatelimit-Policy: {policies}\r\nContent-Length: 2\r\n\r\n"
    return head.encode() + b"{}"


class Time:
    """A clock that moves when somebody sleeps."""

    def __init__(self) -> None:
        self.seconds = 1000.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 3))
        self.seconds += seconds

    def now(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Time:
    return Time()


@pytest.fixture
def paced(network: Network, clock: Time) -> Callable[..., Client]:
    return lambda **settings: network.client(sleep=clock.sleep, now=clock.now, **settings)


def test_there_is_no_hurry_while_enough_is_left(network: Network, clock: Time, paced: Callable[..., Client]) -> None:
    network.answers[:] = [limited('"default";r=51;t=100')] * 3
    transport = paced()
    for _request in range(3):
        send(transport, "GET")
    assert clock.slept == []
    assert transport.limit.remaining == 51


def test_requests_slow_down_before_the_limit(network: Network, clock: Time, paced: Callable[..., Client]) -> None:
    network.answers[:] = [limited(f'"default";r={left};t=100') for left in (50, 49, 48)] + [OK] * 2
    transport = paced()
    for _request in range(4):
        send(transport, "GET")
    # The first request after the answer leaves at once, the next ones leave room for each other.
    assert clock.slept == [pytest.approx(100 / 50, abs=0.001), pytest.approx(100 / 49, abs=0.001)]
    assert transport.limit.remaining == 48


def test_nothing_is_left_until_the_reset(network: Network, clock: Time, paced: Callable[..., Client]) -> None:
    network.answers[:] = [limited('"default";r=0;t=20')]
    transport = paced()
    send(transport, "GET")
    send(transport, "POST")
    assert sum(clock.slept) == 20.0


def test_a_reset_that_is_far_off_is_not_waited_for_and_nothing_is_sent(
    network: Network, clock: Time, paced: Callable[..., Client]
) -> None:
    """The next request would have the API block all that its user sends."""
    network.answers[:] = [limited('"default";r=0;t=299')]
    transport = paced(retry_max_wait=7)
    send(transport, "GET")
    with pytest.raises(ApiError, match=r"not sent: .* \(in 299 s\), or raise retry_max_wait"):
        send(transport, "GET")
    assert clock.slept == []
    assert network.received == ["GET"]


def test_each_waits_for_its_turn_however_far_it_is(network: Network, clock: Time, paced: Callable[..., Client]) -> None:
    """What is left lasts until the reset, also when the turns of many threads are far off."""
    network.answers[:] = [limited(f'"default";r={left};t=300') for left in (10, 9, 8, 7)]
    transport = paced(retry_max_wait=1)
    for _request in range(4):
        send(transport, "GET")
    assert sum(clock.slept) == pytest.approx(30 + 300 / 9, abs=0.01)


def test_a_block_that_another_one_meets_ends_the_wait_for_a_turn() -> None:
    """It was waited for until the reset, for minutes, and then refused."""
    moment, slept = [0.0], []

    def sleep(seconds: float) -> None:
        moment[0] += seconds
        slept.append(seconds)
        limit.block(300)

    limit = RateLimit(lambda: moment[0], sleep, 60)
    limit.note(Limit(1, 300, 1200))
    limit.wait_for_turn(None)
    assert slept == []
    limit.wait_for_turn(None)
    assert slept == [LONGEST_SLEEP]
    assert limit.blocked


def test_a_deadline_comes_before_the_turn(network: Network, clock: Time, paced: Callable[..., Client]) -> None:
    network.answers[:] = [limited('"default";r=1;t=20'), OK]
    transport = paced()
    send(transport, "GET")
    with transport.within(5):
        send(transport, "GET")
        send(transport, "GET")
    assert clock.slept == [5.0]


def test_what_is_used_up_until_after_the_deadline_is_not_asked_for(
    network: Network, clock: Time, paced: Callable[..., Client]
) -> None:
    """It left at the deadline of a wait, and the API blocked all of its user's requests for five minutes."""
    network.answers[:] = [limited('"default";r=0;t=20')]
    transport = paced()
    send(transport, "GET")
    with transport.within(5), pytest.raises(ApiError, match="not sent: "):
        send(transport, "GET")
    assert (clock.slept, network.received) == ([], ["GET"])
    with transport.within(30):
        send(transport, "GET")
    assert sum(clock.slept) == 20.0


def test_no_retry_leaves_after_its_deadline(network: Network, clock: Time, paced: Callable[..., Client]) -> None:
    """For whatever jitter is drawn: it is drawn once."""
    network.clock = clock.now
    for seconds in range(1, 40):
        network.answers[:] = [None] * 8
        sent = len(network.received)
        transport = paced(retries=6)
        latest = clock.now() + seconds / 10
        with transport.within(seconds / 10), pytest.raises(ConnectionFailed):
            send(transport, "GET")
        assert len(network.received) > sent
        assert max(network.times[sent:]) <= latest
        transport.close()
