# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A server that keeps every byte it is sent, with or without TLS, and says what it was told to say."""

from __future__ import annotations

import contextlib
import json
import socket
import socketserver
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any


def http(status: str = "200 OK", body: Any = None, **headers: str) -> bytes:
    """An answer; underscores in the names of headers are hyphens."""
    content = json.dumps({"success": True, "data": []} if body is None else body).encode()
    fields = {"Content-Type": "application/json", "Content-Length": str(len(content)), "Connection": "close", **headers}
    head = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in fields.items())
    return f"HTTP/1.1 {status}\r\n{head}\r\n".encode("latin-1") + content


@dataclass
class Listener:
    """``connections`` counts who came, TLS or not; ``received`` is what they sent once there was a connection.

    ``answers`` come first, one for each request, then ``answer``.
    """

    port: int
    tls: bool
    answer: bytes = field(default_factory=http)
    answers: list[bytes] = field(default_factory=list)
    connections: int = 0
    received: bytes = b""

    @property
    def url(self) -> str:
        """Its root, by name: a certificate is for a name."""
        return f"{'https' if self.tls else 'http'}://localhost:{self.port}"

    @property
    def silent(self) -> bool:
        """Nobody was ever there."""
        return not self.connections and not self.received

    def forget(self) -> None:
        """As if nobody had ever been there."""
        self.connections = 0
        self.received = b""
        self.answers.clear()

    @property
    def requests(self) -> list[str]:
        """The first lines of the requests."""
        return [part.split("\r\n", 1)[0] for part in self.received.decode("latin-1").split("\0") if part]


@contextlib.contextmanager
def listening(context: ssl.SSLContext | None = None, answer: bytes | None = None) -> Iterator[Listener]:
    """A listener on a free port of this machine; with TLS if there is a context. Each connection is good for one
    request."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            listener.connections += 1
            connection: socket.socket = self.request
            connection.settimeout(10)
            try:
                if context is not None:
                    connection = context.wrap_socket(connection, server_side=True)
                received = b""
                while b"\r\n\r\n" not in received:
                    part = connection.recv(65536)
                    if not part:
                        break
                    received += part
                listener.received += received + b"\0"
                if received:
                    connection.sendall(listener.answers.pop(0) if listener.answers else listener.answer)
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                return
            finally:
                connection.close()

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as server:
        listener = Listener(server.server_address[1], context is not None, http() if answer is None else answer)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield listener
        finally:
            server.shutdown()
            thread.join(10)
