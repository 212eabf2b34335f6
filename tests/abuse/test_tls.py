# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whom the client talks to: only the server that base_url names, and only when its certificate says so."""

from __future__ import annotations

import datetime
import ssl
import subprocess
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from abuse.attempts import Attempt, attempt
from abuse.listener import Listener, http, listening
from integration.conftest import Player
from simulator.certificates import Authority
from simulator.client import Control

TOKEN = "abuse-token-0123456789abcdef"


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """A certificate authority of our own."""
    return Authority.in_directory(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def elsewhere(authority: Authority) -> Iterator[Listener]:
    """The server that must stay silent."""
    with listening() as listener:
        yield listener


def look(sim: Control, url: str, **options: Any) -> Attempt:
    """A task that reads."""
    given = {"base_url": f"{url}/client/v4", "api_token": TOKEN, "retries": 1, "retry_max_wait": 0, **options}
    return attempt(sim, "realtime_livestream_info", given)


def write(sim: Control, url: str, **options: Any) -> Attempt:
    """A task that writes."""
    given = {"base_url": f"{url}/client/v4", "api_token": TOKEN, "retries": 1, "retry_max_wait": 0, **options}
    return attempt(sim, "realtime_meeting", {"title": "x", **given})


def test_a_trusted_certificate_is_accepted(sim: Control, authority: Authority) -> None:
    with listening(authority.context("localhost")) as server:
        found = look(sim, server.url, ca_path=str(authority.file))
        assert found.message is None
        assert f"Authorization: Bearer {TOKEN}".encode() in server.received


def test_a_directory_of_authorities_works(sim: Control, authority: Authority, tmp_path: Path) -> None:
    """As ``openssl rehash`` makes it."""
    digest = subprocess.run(
        ["openssl", "x509", "-hash", "-noout", "-in", authority.file], capture_output=True, text=True, check=True
    ).stdout.strip()
    (tmp_path / f"{digest}.0").write_bytes(authority.file.read_bytes())
    with listening(authority.context("localhost")) as server:
        assert look(sim, server.url, ca_path=str(tmp_path)).message is None


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_authorities_come_from_the_environment(
    sim: Control, authority: Authority, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(variable, str(authority.file))
    with listening(authority.context("localhost")) as server:
        assert look(sim, server.url).message is None


def expired() -> dict[str, Any]:
    return {"not_after": datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1)}


@pytest.mark.parametrize("task", [look, write])
@pytest.mark.parametrize(
    ("names", "dates", "trusted", "text"),
    [
        (["localhost"], True, True, "certificate has expired"),
        (["other.example.org"], False, True, "not valid for 'localhost'"),
        (["localhost"], False, False, "unable to get local issuer certificate"),
    ],
    ids=["expired", "wrong host", "untrusted authority"],
)
def test_a_bad_certificate_is_refused(
    sim: Control, authority: Authority, names: list[str], dates: bool, trusted: bool, text: str, task: Any
) -> None:
    with listening(authority.context(*names, **(expired() if dates else {}))) as server:
        found = task(sim, server.url, **({"ca_path": str(authority.file)} if trusted else {}))
        assert found.message is not None
        assert "the server's certificate was refused" in found.message
        assert text in found.message
        assert server.received == b""
        assert server.connections == 1, "it is no use to try again"
        assert not found.values["changed"]


def test_a_self_signed_certificate_is_refused(sim: Control, tmp_path: Path) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    subject = ["-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate]
    subprocess.run([*command, *subject], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with listening(context) as server:
        message = look(sim, server.url).message or ""
        assert "certificate was refused: self" in message
        assert server.received == b""
        # Trusted on purpose, it works.
        assert look(sim, server.url, ca_path=str(certificate)).message is None


def test_verification_can_be_switched_off(sim: Control, authority: Authority) -> None:
    with listening(authority.context("other.example.org", **expired())) as server, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert look(sim, server.url, validate_certs=False).message is None


@pytest.mark.parametrize("task", [look, write])
def test_old_versions_of_tls_are_refused(sim: Control, authority: Authority, task: Any) -> None:
    context = authority.context("localhost")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    with listening(context) as server:
        message = task(sim, server.url, ca_path=str(authority.file)).message or ""
        assert "no version of TLS in common" in message
        assert "TLS 1.2" in message
        assert server.received == b""


@pytest.mark.parametrize("task", [look, write])
def test_tls_to_a_plain_port_is_named(sim: Control, task: Any) -> None:
    found = task(sim, sim.url.replace("http:", "https:"))
    assert "the server does not speak TLS at this port" in (found.message or "")
    assert sim.journal() == []


def test_plain_http_to_a_tls_port_is_named(sim: Control, authority: Authority) -> None:
    with listening(authority.context("localhost")) as server:
        message = look(sim, server.url.replace("https:", "http:")).message or ""
        assert "whether the server expects https" in message


@pytest.mark.parametrize("host", ["api.example.org", "10.1.2.3", "0.0.0.0", "[2001:db8::1]", "127.0.0.1.example.org"])
def test_plain_http_to_another_machine_is_refused(sim: Control, host: str) -> None:
    message = look(sim, f"http://{host}:8080").message or ""
    assert "only a loopback address may be used without TLS" in message


@pytest.mark.parametrize("content", [b"", b"no certificate", b"-----BEGIN CERTIFICATE-----\nAAAA\n"])
def test_a_file_without_certificates_is_named(sim: Control, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "ca.pem"
    file.write_bytes(content)
    message = look(sim, "https://localhost:9", ca_path=str(file)).message or ""
    assert message.startswith("ca_path is no file of certificates")


LOCATIONS = [
    "{elsewhere}/client/v4/x",
    "//localhost:{port}/x",
    "http://localhost:{own}/client/v4/x",
    "https://localhost:{port}/x",
    "http://user@localhost:{port}/",
    "http:\\\\localhost:{port}/",
    "/\\localhost:{port}/",
    "https://localhost:99999/",
    "https://[::1",
    "https://\xff\xfe/",
    "javascript:alert(1)",
    "file:///etc/passwd",
    "",
]


@pytest.mark.parametrize("task", [look, write])
@pytest.mark.parametrize("location", LOCATIONS)
def test_a_redirect_takes_nothing_elsewhere(
    sim: Control, authority: Authority, elsewhere: Listener, location: str, task: Any
) -> None:
    """To another host or port, or to plain http: not followed."""
    with listening(authority.context("localhost")) as server:
        target = location.format(elsewhere=elsewhere.url, port=elsewhere.port, own=server.port)
        server.answer = http("302 Found", Location=target)
        found = task(sim, server.url, ca_path=str(authority.file))
        assert found.message is not None
        assert "bug in" not in found.message
        assert all(line.endswith("HTTP/1.1") for line in server.requests)
    assert elsewhere.silent


@pytest.mark.parametrize("status", ["301 Moved", "303 See Other", "307 Temporary Redirect", "308 Permanent Redirect"])
def test_a_write_is_never_redirected(sim: Control, authority: Authority, elsewhere: Listener, status: str) -> None:
    with listening(authority.context("localhost")) as server:
        server.answer = http(status, Location=f"{server.url}/client/v4/other")
        options = {"ca_path": str(authority.file), "base_url": f"{server.url}/client/v4", "api_token": TOKEN}
        found = attempt(sim, "realtime_livestream", {"name": "x", **options, "retries": 0})
        assert found.message is not None
        assert [line for line in server.requests if line.startswith("POST") and "other" in line] == []


def test_links_in_answers_are_not_followed(sim: Control, elsewhere: Listener) -> None:
    """Paging goes by numbers; what an answer says of addresses is data."""
    link = f"{elsewhere.url}/client/v4/next?page_no=2"
    body = {
        "success": True,
        "data": [{"id": "a", "playback_url": link, "ingest_server": link}],
        "paging": {"total_count": 3, "start_offset": 1, "end_offset": 1, "next": link},
        "links": {"next": link},
    }
    sim.faults({"kind": "status", "status": 200, "body": body, "headers": {"Link": f'<{link}>; rel="next"'}})
    assert attempt(sim, "realtime_livestream_info", {}).message is None
    assert elsewhere.silent


def test_neither_netrc_nor_a_proxy_for_others_has_a_say(
    sim: Control, elsewhere: Listener, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / ".netrc"
    netrc.write_text("machine 127.0.0.1 login eve password netrc-password\ndefault login eve password netrc-password\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(netrc))
    for variable in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "FTP_PROXY", "https_proxy"):
        monkeypatch.setenv(variable, elsewhere.url)
    with listening() as server:
        assert look(sim, server.url).message is None
        assert b"netrc-password" not in server.received
        assert b"Basic" not in server.received
        assert server.received.count(TOKEN.encode()) == 1
    assert elsewhere.silent


def test_a_configured_proxy_sees_no_credentials(
    sim: Control, elsewhere: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is asked for a tunnel to the API, and refuses."""
    monkeypatch.setenv("HTTPS_PROXY", elsewhere.url)
    elsewhere.answer = http("403 Forbidden")
    message = look(sim, "https://api.example.org").message or ""
    assert "the proxy did not let it through" in message
    assert elsewhere.requests[0].startswith("CONNECT api.example.org:443 ")
    assert TOKEN.encode() not in elsewhere.received


def test_playbooks_both_ways(playbook: Player, authority: Authority) -> None:
    """In process and as a module: the same refusal, the same way out."""
    playbook.pipelining = True
    with (
        listening(authority.context("localhost")) as good,
        listening(authority.context("other.example.org")) as bad,
    ):
        client = {"retries": 0}
        trusted = {**client, "ca_path": str(authority.file)}
        tasks = [
            {"name": name, "eventops.cloudflare.realtime_livestream_info": options, "ignore_errors": True}
            for name, options in (
                ("good", {**trusted, "base_url": good.url}),
                ("untrusted", {**client, "base_url": good.url}),
                ("wrong host", {**trusted, "base_url": bad.url}),
                ("unverified", {**client, "base_url": bad.url, "validate_certs": False}),
            )
        ]
        for here in (True, False):
            ran = playbook(tasks, extra={"eventops_cloudflare_in_process": here})
            assert [item["failed"] for item in ran.results] == [False, True, True, False], ran.output
            assert "unable to get local issuer" in ran.registered("untrusted")["msg"]
            assert "not valid for 'localhost'" in ran.registered("wrong host")["msg"]
