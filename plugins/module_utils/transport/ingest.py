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


def reach(server: str) -> tuple[bool | None, str]:
    """Whether a connection to an ingest server can be made, and what came of it. Nothing is sent over it.

    None: nobody can tell, as over UDP, where nothing answers before a stream is offered.
    """
    try:
        parts = urlsplit(server)
        host, port = parts.hostname, PORTS.get(parts.scheme) if parts.port is None else parts.port
    except ValueError:
        host = port = None
    if not host or not port:
        return False, "not a URL of the form rtmps://host:port/path"
    try:
        if parts.scheme == "srt":
            socket.getaddrinfo(host, port)
            return None, "its host is known; whether a stream gets there is known only from sending one"
        socket.create_connection((host, port), TIMEOUT).close()
    except UnicodeError:
        return False, "not the name of a host"
    except OSError as error:
        return False, printable(f"no connection to {host}, port {port}: {error.strerror or error}")
    return True, "can be reached from here"
