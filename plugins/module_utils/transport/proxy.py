# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The proxies that the environment names."""

from __future__ import annotations

import re
import urllib.request
from collections.abc import Mapping
from urllib.parse import urlsplit

from ansible_collections.eventops.cloudflare.plugins.module_utils.errors import InvalidRequest
from ansible_collections.eventops.cloudflare.plugins.module_utils.transport._requests import requests
from ansible_collections.eventops.cloudflare.plugins.module_utils.transport.messages import CHECK_PROXY
from ansible_collections.eventops.cloudflare.plugins.module_utils.transport.url import is_loopback


def environment_proxies(url: str) -> dict[str, str]:
    """The proxies that the environment names for this URL; never for loopback."""
    host = urlsplit(url).hostname or ""
    if is_loopback(host) or urllib.request.proxy_bypass_environment(host):  # type: ignore[attr-defined]
        return {}
    return urllib.request.getproxies_environment()


def check_proxy(url: str, proxies: Mapping[str, str]) -> None:
    """Refuse a proxy that is no address. The libraries say of it what nobody understands, its password included."""
    proxy = requests.utils.select_proxy(url, dict(proxies))
    if not proxy:
        return
    try:
        parts = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
        fit = bool(parts.hostname) and parts.port != 0 and re.fullmatch(r"https?|socks(4a?|5h?)", parts.scheme)
    except ValueError:
        fit = None
    if not fit:
        raise InvalidRequest(
            "the environment names a proxy that is no URL of the form http://host:port; " + CHECK_PROXY
        )
