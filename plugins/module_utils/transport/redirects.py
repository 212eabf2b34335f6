# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads of other servers than the API's. Redirects are followed one by one, and each URL is checked before."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urljoin, urlsplit

from ansible_collections.eventops.cloudflare.plugins.module_utils.transport._requests import Session, requests
from ansible_collections.eventops.cloudflare.plugins.module_utils.transport.proxy import environment_proxies
from ansible_collections.eventops.cloudflare.plugins.module_utils.transport.session import MOST_REDIRECTS

SHORTEST = 1.0  # seconds that a redirected request is given at least


class NotFollowed(Exception):
    """A redirect that is not followed; the text says why. ``status`` is that of the answer that redirects."""

    def __init__(self, reason: str, status: int | None) -> None:
        super().__init__(reason)
        self.status = status


class PlainSession(Session):
    """Follows no redirects, and does not parse where they lead: that may be no URL."""

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        return None


def unfit(url: str) -> str | None:
    """Why a URL is not asked at all; None when it is."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return "not a URL"
    if parts.scheme not in ("https", "http") or not host or port == 0 or not url.isprintable():
        return "not a URL of the form https://host/path"
    return "the URL holds credentials, and none are sent" if "@" in parts.netloc else None


@contextlib.contextmanager
def following(
    session: PlainSession,
    url: str,
    until: float,
    *,
    auth: Any = None,
    refusal: Callable[[str], str | None] = unfit,
    now: Callable[[], float] = time.monotonic,
) -> Iterator[requests.Response]:
    """The answer that is no redirect, its body unread. ``until`` is in seconds of ``now``.

    ``refusal`` says of a URL, the first one included, why it is not asked. ``auth`` goes to the server of ``url`` only.
    Raises :class:`NotFollowed`, and what requests raises.
    """
    status = None
    for _hop in range(MOST_REDIRECTS + 1):
        reason = refusal(url)
        if reason is not None:
            raise NotFollowed(f"redirected: {reason}", status)
        with session.get(
            url,
            auth=auth,
            # Those of this host: a redirect may lead to one with others.
            proxies=environment_proxies(url),
            timeout=max(SHORTEST, until - now()),
            stream=True,
            allow_redirects=False,
        ) as response:
            status = response.status_code
            try:
                location = Session.get_redirect_target(session, response)
                target = urljoin(url, location or "")
            except ValueError:
                raise NotFollowed("redirected: not a URL", status) from None
            if location is None:
                yield response
                return
        if urlsplit(url).scheme == "https" and urlsplit(target).scheme == "http":
            raise NotFollowed("redirected from https to http, which is not followed", status)
        if auth is not None and session.should_strip_auth(url, target):  # type: ignore[no-untyped-call]
            auth = None
        url = target
    raise NotFollowed("redirected without end", status)
