# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Addresses: which base URLs may be used, and what is this machine."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import unquote, urlsplit

from ansible_collections.eventops.cloudflare.plugins.module_utils.errors import InvalidRequest
from ansible_collections.eventops.cloudflare.plugins.module_utils.transport.messages import LONGEST_TEXT

# Characters of a host and a path (RFC 3986); no query, no fragment, nothing that is not ASCII.
_BASE_URL = re.compile(r"(?i:https?)://[A-Za-z0-9._~:/\[\]!$&'()*+,;=%-]+")

_PLACE = re.compile(
    r"(?:[A-Za-z][A-Za-z0-9+.-]*://)?(?:[^/?#\\\s]*@)?((?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]+)?)(?=[/?#]|$)"
)


def check_base_url(url: str) -> str:
    """``url`` without its trailing slash; refused when credentials would travel in clear or end up elsewhere.

    What is not plainly one host and a path is refused, too: libraries differ in where they see the host of an odd URL.
    """
    url = url.strip()
    if "@" in url:
        raise InvalidRequest("base_url holds credentials: give api_token instead")
    form = f"base_url is not a URL of the form https://host/path: {url[:LONGEST_TEXT]!r}"
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise InvalidRequest(form) from None
    segments = unquote(parts.path).split("/")
    if not _BASE_URL.fullmatch(url) or not _is_host(host) or port == 0 or not {".", ".."}.isdisjoint(segments):
        raise InvalidRequest(form)
    if parts.scheme == "http" and not is_loopback(host):
        raise InvalidRequest(f"base_url is plain http to {host}: only a loopback address may be used without TLS")
    return url.rstrip("/")


def _is_host(host: str) -> bool:
    """Whether ``host`` is a name as DNS allows it, or an address."""
    if ":" in host:
        try:
            return ipaddress.ip_address(host).version == 6
        except ValueError:
            return False
    labels = host.rstrip(".").split(".")
    return len(host) <= 253 and all(re.fullmatch(r"[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?", x) for x in labels)


def is_loopback(host: str) -> bool:
    """Whether ``host`` is this machine by name or by address."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def place_of(url: str) -> str:
    """Host and port of a URL: without what may be a secret, which are user, password, path, query and fragment.

    Nothing, where it is not plain which part is the host. A proxy may be given without its scheme.
    """
    found = _PLACE.match(url)
    return found.group(1) if found else ""


def origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port
