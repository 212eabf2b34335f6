# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What all HTTP sessions of the collection share."""

from __future__ import annotations

from ansible_collections.eventops.cloudflare.plugins.module_utils.transport._requests import requests

VERSION = "1.0.0"
MOST_REDIRECTS = 5


def set_up(session: requests.Session, verify: bool) -> None:
    """What all sessions share. How servers are verified is up to the context of the adapters."""
    # Nothing of netrc, and nothing of the system's proxy store, which crashes forked processes on macOS.
    session.trust_env = False
    session.verify = verify
    session.headers["User-Agent"] = f"eventops.cloudflare/{VERSION}"
    session.max_redirects = MOST_REDIRECTS
