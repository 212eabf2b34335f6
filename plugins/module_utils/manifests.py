# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""HLS manifests, as a viewer's player asks for them: over plain HTTP, without any credentials.

A manifest begins with ``#EXTM3U`` (RFC 8216, section 4.3.1.1). Nothing more of it is read.
"""

from __future__ import annotations

import http.client
import time
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from ansible_collections.eventops.cloudflare.plugins.module_utils._requests import (
    Session,
    requests,
    urllib3_exceptions,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.bounded import BoundedAdapter
from ansible_collections.eventops.cloudflare.plugins.module_utils.tls import tls_context
from ansible_collections.eventops.cloudflare.plugins.module_utils.transport import (
    MAX_CONNECTIONS,
    MOST_REDIRECTS,
    environment_proxies,
    explain_connection_error,
    set_up,
)

BEGINNING = b"#EXTM3U"
SHORTEST = 1.0  # seconds that a redirected request is given at least


@dataclass(frozen=True)
class Look:
    """One look at a URL: why it does not play (None: it does), and the HTTP status if there was an answer."""

    reason: str | None
    status: int | None = None


def unfit(url: str) -> str | None:
    """Why a URL is not asked at all; None when it is."""
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError:
        return "not a URL"
    if parts.scheme not in ("https", "http") or not host or not url.isprintable():
        return "not a URL of the form https://host/path"
    return "the URL holds credentials, and none are sent" if "@" in parts.netloc else None


class _Session(Session):
    """Follows no redirects, and does not even look where they lead: that may be no URL."""

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        return None


class Manifests:
    """Looks at playback URLs; usable from several threads at once."""

    def __init__(self, validate_certs: bool, ca_path: str | None) -> None:
        self._session = _Session()
        set_up(self._session, validate_certs)
        self._session.headers.update({"Accept": "*/*", "Accept-Encoding": "identity"})
        adapter = BoundedAdapter(time.monotonic, tls_context(validate_certs, ca_path), pool_maxsize=MAX_CONNECTIONS)
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)

    def close(self) -> None:
        """Close the kept connections."""
        self._session.close()

    def look(self, url: str, seconds: float) -> Look:
        """Ask once, for about so many seconds at most."""
        until = time.monotonic() + seconds
        try:
            for _hop in range(MOST_REDIRECTS + 1):
                refusal = unfit(url)
                if refusal is not None:
                    return Look(f"redirected: {refusal}")
                with self._session.get(
                    url,
                    # Those of this host: a redirect may lead to one with others.
                    proxies=environment_proxies(url),
                    timeout=max(SHORTEST, until - time.monotonic()),
                    stream=True,
                    allow_redirects=False,
                ) as response:
                    try:
                        target = Session.get_redirect_target(self._session, response)
                        earlier, url = url, urljoin(url, target or "")
                    except ValueError:
                        return Look("redirected: not a URL", response.status_code)
                    if target is None:
                        return self._judge(response, until)
                if urlsplit(earlier).scheme == "https" and urlsplit(url).scheme == "http":
                    return Look("redirected from https to http, which is not followed", response.status_code)
            return Look("redirected without end", response.status_code)
        except (requests.RequestException, urllib3_exceptions.HTTPError, OSError) as error:
            return Look(explain_connection_error(error, seconds)[0])

    @staticmethod
    def _judge(response: requests.Response, until: float) -> Look:
        status = response.status_code
        if status != 200:
            reason = response.reason or http.client.responses.get(status, "")
            return Look(f"HTTP {status} {reason}".strip(), status)
        beginning = b""
        # One by one: a larger piece would be waited for, however slowly it comes.
        for piece in response.iter_content(1):
            beginning += piece
            if len(beginning) == len(BEGINNING) or time.monotonic() > until:
                break
        if beginning == BEGINNING:
            return Look(None, status)
        return Look("the answer is not an HLS manifest", status)
