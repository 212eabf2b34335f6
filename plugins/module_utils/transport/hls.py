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

from ansible_collections.eventops.cloudflare.plugins.module_utils.transport._requests import (
    requests,
    urllib3_exceptions,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.transport.bounded import BoundedAdapter
from ansible_collections.eventops.cloudflare.plugins.module_utils.transport.client import MAX_CONNECTIONS
from ansible_collections.eventops.cloudflare.plugins.module_utils.transport.connection_errors import (
    explain_connection_error,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.transport.redirects import (
    NotFollowed,
    PlainSession,
    following,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.transport.session import set_up
from ansible_collections.eventops.cloudflare.plugins.module_utils.transport.tls import tls_context

BEGINNING = b"#EXTM3U"


@dataclass(frozen=True)
class Check:
    """One request to a URL: why it does not play (None: it does), and the HTTP status if there was an answer."""

    reason: str | None
    status: int | None = None


class Manifests:
    """Checks playback URLs; usable from several threads at once."""

    def __init__(self, validate_certs: bool, ca_path: str | None) -> None:
        self._session = PlainSession()
        set_up(self._session, validate_certs)
        self._session.headers.update({"Accept": "*/*", "Accept-Encoding": "identity"})
        adapter = BoundedAdapter(time.monotonic, tls_context(validate_certs, ca_path), pool_maxsize=MAX_CONNECTIONS)
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)

    def close(self) -> None:
        """Close the kept connections."""
        self._session.close()

    def check(self, url: str, seconds: float) -> Check:
        """Ask once, for about so many seconds at most."""
        until = time.monotonic() + seconds
        try:
            with following(self._session, url, until) as response:
                return self._judge(response, until)
        except NotFollowed as refusal:
            return Check(str(refusal), refusal.status)
        except (requests.RequestException, urllib3_exceptions.HTTPError, OSError) as error:
            return Check(explain_connection_error(error, seconds)[0])

    @staticmethod
    def _judge(response: requests.Response, until: float) -> Check:
        status = response.status_code
        if status != 200:
            reason = response.reason or http.client.responses.get(status, "")
            return Check(f"HTTP {status} {reason}".strip(), status)
        beginning = b""
        # One by one: a larger piece would be waited for, however slowly it comes.
        for piece in response.iter_content(1):
            beginning += piece
            if len(beginning) == len(BEGINNING) or time.monotonic() > until:
                break
        if beginning == BEGINNING:
            return Check(None, status)
        return Check("the answer is not an HLS manifest", status)
