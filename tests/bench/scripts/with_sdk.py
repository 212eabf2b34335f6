# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads or starts the livestreams of meetings with Cloudflare's SDK for Python.

Run by the SDK's own environment. Takes and prints the same as with_requests.py.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping
from typing import Any

import cloudflare


def carry_out(task: Mapping[str, Any]) -> None:
    """One request after the other; a start only where nothing is active."""
    account_id, app_id = task["account_id"], task["app_id"]
    with cloudflare.Cloudflare(api_token=task["token"], base_url=task["base_url"]) as client:
        livestreams = client.realtime_kit.livestreams
        for entry in task["entries"]:
            meeting_id = entry["meeting_id"]
            try:
                livestreams.get_meeting_active_livestreams(meeting_id, account_id=account_id, app_id=app_id)
            except cloudflare.NotFoundError:
                if task["job"] != "start":
                    raise
                livestreams.start_livestreaming_a_meeting(
                    meeting_id, account_id=account_id, app_id=app_id, name=entry["name"]
                )


def main() -> None:
    """Carry out the task and print the time."""
    task = json.load(sys.stdin)
    started = time.perf_counter()
    carry_out(task)
    print(time.perf_counter() - started)


if __name__ == "__main__":
    main()
