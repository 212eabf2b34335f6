# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether ingest servers, to which encoders push, can be reached from this machine."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

from ansible_collections.eventops.cloudflare.plugins.module_utils.errors import printable

TIMEOUT = 5  # seconds for a connection
PORTS = {"rtmps": 443, "rtmp": 1935, "srt": 778}


def unreachable(server: str) -> str | None:
    """Why no connection to an ingest server can be made; None when one was. Nothing is sent over it."""
    try:
        parts = urlsplit(server)
        host, port = parts.hostname, parts.port or PORTS.get(parts.scheme)
    except ValueError:
        host = port = None
    if not host or not port:
        return "not a URL of the form rtmps://host:port/path"
    try:
        if parts.scheme == "srt":
            # It runs over UDP, where nothing answers before a stream is offered.
            socket.getaddrinfo(host, port)
        else:
            socket.create_connection((host, port), TIMEOUT).close()
    except UnicodeError:
        return "not the name of a host"
    except OSError as error:
        return printable(f"no connection to {host}, port {port}: {error.strerror or error}")
    return None
