# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Connections for requests: bounded answers, one TLS context, and whether a request was sent.

An answer is read up to a number of bytes, for a number of seconds. The socket's timeout alone does not bound it: it
begins anew with every byte.
"""

from __future__ import annotations

import http.client
import io
import socket
import ssl
from collections.abc import Callable
from typing import Any

from ansible_collections.eventops.cloudflare.plugins.module_utils.transport._requests import (
    HTTPAdapter,
    HTTPConnection,
    HTTPConnectionPool,
    HTTPSConnection,
    HTTPSConnectionPool,
)

LARGEST_ANSWER = 10 * 2**20  # bytes; a page of 100 meetings with all their settings takes less than a tenth of it


class AnswerTooLarge(OSError):
    """More than an answer can need: by default, one of this API."""

    def __init__(self, largest: int = LARGEST_ANSWER) -> None:
        super().__init__(f"the answer is larger than {largest // 2**20} MiB")


class _Reader(io.RawIOBase):
    """What one connection sends in answer to one request."""

    def __init__(self, raw: io.RawIOBase, seconds: float | None, now: Callable[[], float], largest: int) -> None:
        super().__init__()
        self._raw = raw
        self._now = now
        self._until = None if seconds is None else now() + seconds
        self._largest = self._left = largest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        if self._until is not None and self._now() > self._until:
            # Python 3.9 has no other name for it.
            raise socket.timeout("timed out")
        size: int | None = self._raw.readinto(buffer)
        self._left -= size or 0
        if self._left < 0:
            raise AnswerTooLarge(self._largest)
        return size

    def close(self) -> None:
        super().close()
        self._raw.close()


def pools(now: Callable[[], float], on_send: Callable[[bool], None], largest: int) -> dict[str, Any]:
    """urllib3's connection pools by scheme, for bounded answers: each takes as long as the socket's timeout at most.

    ``largest`` is the most bytes of an answer, its headers included.

    ``on_send`` is called with False before a connection is made, its tunnel through a proxy included, and with True
    before the first byte of a request is sent. A request on a connection that is kept is not announced with False.
    """

    class Answer(http.client.HTTPResponse):
        def __init__(self, sock: Any, *args: Any, **kwargs: Any) -> None:
            super().__init__(sock, *args, **kwargs)
            reader: Any = self.fp
            self.fp = io.BufferedReader(_Reader(reader.detach(), sock.gettimeout(), now, largest))

        def _read_status(self) -> tuple[str, int, str]:
            # http.client skips 100 only, and not even that while a tunnel is made. 101 is final: it ends HTTP on this
            # connection (RFC 9110, section 15.2).
            while True:
                version, status, reason = super()._read_status()  # type: ignore[misc]
                if status == 101 or status not in range(100, 200):
                    return version, status, reason
                # Its headers say nothing to anybody here.
                while self.fp.readline() not in (b"\r\n", b"\n", b""):
                    pass

    class Connection:
        sock: Any
        _connecting = False

        def connect(self) -> None:
            self._connecting = True
            on_send(False)
            try:
                super().connect()  # type: ignore[misc]
            finally:
                self._connecting = False

        def send(self, data: Any) -> None:
            if self.sock is None:
                # http.client would connect later, after the request counts as sent.
                self.connect()
            if not self._connecting:
                on_send(True)
            super().send(data)  # type: ignore[misc]

    class Plain(Connection, HTTPConnection):
        response_class = Answer

    class Tls(Connection, HTTPSConnection):
        response_class = Answer

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class TlsPool(HTTPSConnectionPool):
        ConnectionCls = Tls

    return {"http": PlainPool, "https": TlsPool}


def _ignore(_sent: bool) -> None:
    """For callers that only read."""


class BoundedAdapter(HTTPAdapter):
    """Has a session read all its answers within bounds, also those that come through a proxy.

    ``context``: for all connections over TLS; None where there are none.
    """

    def __init__(
        self,
        now: Callable[[], float],
        context: ssl.SSLContext | None,
        on_send: Callable[[bool], None] = _ignore,
        largest: int = LARGEST_ANSWER,
        **options: Any,
    ) -> None:
        self._pools = pools(now, on_send, largest)
        self._context = context
        super().__init__(**options)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, ssl_context=self._context, **kwargs)
        self.poolmanager.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        # A proxy that is itself reached over TLS is verified in the same way.
        context = {"proxy_ssl_context": self._context} if proxy.lower().startswith("https") else {}
        manager = super().proxy_manager_for(proxy, ssl_context=self._context, **context, **kwargs)
        # One of a SOCKS proxy has pools of its own.
        if not proxy.lower().startswith("socks"):
            manager.pool_classes_by_scheme = self._pools
        return manager

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """Leave the authorities to the context: requests would have them read again for each connection."""
        conn.cert_reqs = "CERT_REQUIRED" if verify else "CERT_NONE"
