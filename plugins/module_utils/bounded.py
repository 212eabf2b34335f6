# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The most that is read of one answer: so many bytes, for so long. Whatever a server sends, a request comes to an end.

The socket's timeout alone does not see to that: it begins anew with every byte.
"""

from __future__ import annotations

import http.client
import io
import socket
from collections.abc import Callable
from typing import Any

from ansible_collections.eventops.cloudflare.plugins.module_utils._requests import (
    HTTPAdapter,
    HTTPConnection,
    HTTPConnectionPool,
    HTTPSConnection,
    HTTPSConnectionPool,
)

LARGEST_ANSWER = 10 * 2**20  # bytes; a page of 100 meetings with all their settings takes less than a tenth of it


class AnswerTooLarge(OSError):
    """More than an answer of this API can need."""

    def __init__(self) -> None:
        super().__init__(f"the answer is larger than {LARGEST_ANSWER // 2**20} MiB")


class _Reader(io.RawIOBase):
    """What one connection sends in answer to one request."""

    def __init__(self, raw: io.RawIOBase, seconds: float | None, now: Callable[[], float]) -> None:
        super().__init__()
        self._raw = raw
        self._now = now
        self._until = None if seconds is None else now() + seconds
        self._left = LARGEST_ANSWER

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        if self._until is not None and self._now() > self._until:
            # Python 3.9 has no other name for it.
            raise socket.timeout("timed out")
        size: int | None = self._raw.readinto(buffer)
        self._left -= size or 0
        if self._left < 0:
            raise AnswerTooLarge
        return size

    def close(self) -> None:
        super().close()
        self._raw.close()


def pools(now: Callable[[], float]) -> dict[str, Any]:
    """urllib3's connection pools by scheme, whose answers are bounded: by the socket's timeout from first to last."""

    class Answer(http.client.HTTPResponse):
        def __init__(self, sock: Any, *args: Any, **kwargs: Any) -> None:
            super().__init__(sock, *args, **kwargs)
            reader: Any = self.fp
            self.fp = io.BufferedReader(_Reader(reader.detach(), sock.gettimeout(), now))

    class Plain(HTTPConnection):
        response_class = Answer

    class Tls(HTTPSConnection):
        response_class = Answer

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class TlsPool(HTTPSConnectionPool):
        ConnectionCls = Tls

    return {"http": PlainPool, "https": TlsPool}


class BoundedAdapter(HTTPAdapter):
    """Has a session read all its answers within bounds, also those that come through a proxy."""

    def __init__(self, now: Callable[[], float], **options: Any) -> None:
        self._pools = pools(now)
        super().__init__(**options)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(proxy, **kwargs)
        # One of a SOCKS proxy has pools of its own.
        if not proxy.lower().startswith("socks"):
            manager.pool_classes_by_scheme = self._pools
        return manager
