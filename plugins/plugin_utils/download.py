# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads an address that a user gave: within a time, up to a size, and from no other server than was meant.

A redirect may lead to another host, but not to this machine or its link-local network: what answers there trusts those
that can reach it. The user's own address may lead there.
"""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import os
import socket
import ssl
import time
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlsplit

from ansible_collections.eventops.cloudflare.plugins.module_utils.errors import InvalidRequest
from ansible_collections.eventops.cloudflare.plugins.module_utils.transport._requests import (
    REQUESTS_IMPORT_ERROR,
    requests,
    urllib3,
    urllib3_exceptions,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.transport.bounded import BoundedAdapter
from ansible_collections.eventops.cloudflare.plugins.module_utils.transport.connection_errors import (
    explain_connection_error,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.transport.redirects import (
    NotFollowed,
    PlainSession,
    following,
    unfit,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.transport.session import set_up
from ansible_collections.eventops.cloudflare.plugins.module_utils.transport.tls import tls_context
from ansible_collections.eventops.cloudflare.plugins.plugin_utils.addresses import Address

SECONDS = 60.0  # for connections, redirects, headers and body together
CHUNK = 2**14  # bytes that are unpacked at a time
HEADERS = 2**20  # bytes that headers may have
# What names the authorities of a context that requests itself would use.
BUNDLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


class DownloadFailed(Exception):
    """An address cannot be read; the text says why. It may quote the server."""


def download(text: str, largest: int, *, seconds: float = SECONDS, now: Callable[[], float] = time.monotonic) -> bytes:
    """What is at an http or https address, which may hold credentials for basic authentication.

    Of what is larger than ``largest`` bytes, a little more than these. Raises :class:`DownloadFailed`.
    """
    if REQUESTS_IMPORT_ERROR is not None:
        raise DownloadFailed("the Python that runs Ansible lacks the package requests, with which addresses are read")
    try:
        address = Address.of(text)
    except ValueError:
        raise DownloadFailed("not a URL of the form https://host/path") from None
    if urlsplit(address.url).scheme not in ("http", "https"):
        raise DownloadFailed("only http and https addresses are read")
    refusal = unfit(address.url)
    if refusal is not None:
        raise DownloadFailed(refusal)
    try:
        return _read(address, largest, _Route(address.url, now() + seconds, now))
    except NotFollowed as error:
        raise DownloadFailed(str(error)) from None
    except InvalidRequest as error:
        raise DownloadFailed(f"{' or '.join(BUNDLES)} in the environment: {error}") from None
    except requests.exceptions.ContentDecodingError:
        raise DownloadFailed("the answer is compressed, and cannot be unpacked") from None
    except (requests.RequestException, urllib3_exceptions.HTTPError, http.client.HTTPException, OSError) as error:
        reason, _advice = explain_connection_error(error, seconds)
        raise DownloadFailed(f"the server cannot be asked: {reason}") from None


def _read(address: Address, largest: int, route: _Route) -> bytes:
    with contextlib.closing(PlainSession()) as session:
        set_up(session, True)
        session.headers.update({"Accept": "*/*", "Accept-Encoding": "gzip"})
        adapter = _Adapter(route, _context(), largest=largest + HEADERS)
        session.mount("https://", adapter)
        session.mount("http://", adapter)
        with following(
            session, address.url, route.until, auth=address.auth, refusal=route.refusal, now=route.now
        ) as response:
            if not 200 <= response.status_code < 300:
                reason = response.reason or http.client.responses.get(response.status_code, "")
                raise DownloadFailed(f"the server answers with HTTP {response.status_code} {reason}".rstrip())
            content = bytearray()
            for piece in response.iter_content(CHUNK):
                content += piece
                route.check_time()
                if len(content) > largest:
                    break
            return bytes(content)


def _context() -> ssl.SSLContext:
    """How servers are verified: as those of the API, and by the authorities of the system."""
    context = tls_context(True, None)
    if not any(os.environ.get(name) for name in BUNDLES):
        # Or of SSL_CERT_FILE: what is on the web of an organisation may need them.
        context.load_default_certs()
    return context


class _Route:
    """Where a download may connect to, and until when (in seconds of ``now``)."""

    def __init__(self, url: str, until: float, now: Callable[[], float]) -> None:
        self.until = until
        self.now = now
        self._host = urlsplit(url).hostname
        self._own: set[str] = set()  # the addresses of the host that the user gave
        self._hops = 0

    def check_time(self) -> float:
        """The seconds that are left. Raises TimeoutError when there are none."""
        left = self.until - self.now()
        if left <= 0:
            raise TimeoutError("timed out")
        return left

    def refusal(self, url: str) -> str | None:
        """Why a URL is not asked. Names are looked up here as well as for a connection, since a proxy may make that."""
        self._hops += 1
        refusal = unfit(url)
        host = urlsplit(url).hostname if refusal is None else None
        if self._hops == 1 or host is None or host == self._host:
            return refusal
        try:
            found = socket.getaddrinfo(host.rstrip("."), None)
        except (OSError, UnicodeError):  # where only a proxy knows names
            return None
        return self._inside(host, (address[0] for *_others, address in found))

    def _inside(self, host: str | None, addresses: Iterable[Any]) -> str | None:
        """Why these addresses of a host are not connected to."""
        if self._hops == 1:
            self._own.update(map(str, addresses))
            return None
        known = self._own if host == self._host else ()
        if any(is_internal(str(address)) and address not in known for address in addresses):
            return "the address is one of this machine or its link-local network: if you mean it, give it yourself"
        return None

    def connect(self, host: str, port: int, source: Any, options: Any) -> socket.socket:
        """A connection to one of the addresses of a host, none of which may be internal after a redirect.

        What was checked is what is connected to: a name that means something else a moment later changes nothing.
        """
        host = host.strip("[]")
        try:
            found = socket.getaddrinfo(host, port, urllib3.util.connection.allowed_gai_family(), socket.SOCK_STREAM)
        except UnicodeError:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known") from None
        refusal = self._inside(host, [address[0] for *_others, address in found])
        if refusal is not None:
            raise NotFollowed(f"redirected: {refusal}", None)
        failure: OSError = OSError("no address")
        for *_others, address in found:
            try:
                made: socket.socket = urllib3.util.connection.create_connection(
                    (str(address[0]), port), self.check_time(), source, options
                )
                made.settimeout(self.check_time())
                return made
            except OSError as error:
                failure = error
        raise failure


class _Adapter(BoundedAdapter):
    """Connects along a route. Where a proxy connects to is the proxy's affair, and not for how long."""

    def __init__(self, route: _Route, context: Any, largest: int) -> None:
        self._route = route
        super().__init__(route.now, context, largest=largest)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {
            scheme: _along(self._route, pool) for scheme, pool in self._pools.items()
        }

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(proxy, **kwargs)
        if not proxy.lower().startswith("socks"):
            manager.pool_classes_by_scheme = {
                scheme: _along(self._route, pool, direct=False) for scheme, pool in self._pools.items()
            }
        return manager


def _along(route: _Route, pool: Any, direct: bool = True) -> Any:
    """A pool of connections along a route, which end when its time is over. Others than ``direct`` lead to a proxy."""

    class Connection(pool.ConnectionCls):  # type: ignore[misc]
        def _new_conn(self) -> socket.socket:
            if direct:
                return route.connect(self.host, self.port, self.source_address, self.socket_options)
            self.timeout = route.check_time()
            made: socket.socket = super()._new_conn()
            return made

        def _tunnel(self) -> None:
            self.sock.settimeout(route.check_time())
            super()._tunnel()
            # For the handshake that follows.
            self.sock.settimeout(route.check_time())

        def getresponse(self, *args: Any, **kwargs: Any) -> Any:
            self.timeout = route.check_time()
            self.sock.settimeout(self.timeout)
            return super().getresponse(*args, **kwargs)

    class Pool(pool):  # type: ignore[misc]
        ConnectionCls = Connection

    return Pool


def is_internal(address: str) -> bool:
    """Whether an IP address is this machine's own, or of the link-local network; also one of IPv4 written as IPv6."""
    found = ipaddress.ip_address(address.partition("%")[0])
    found = getattr(found, "ipv4_mapped", None) or found
    return found.is_loopback or found.is_link_local or found.is_unspecified
