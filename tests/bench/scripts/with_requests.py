# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads or starts the livestreams of meetings with nothing but one requests Session: the floor for any client here.

Takes a JSON object on standard input: ``app_url``, ``token``, ``job`` (read or start) and ``entries`` (with
``meeting_id`` and ``name``). Prints how many seconds it took once everything was imported.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping
from typing import Any

import requests


def carry_out(task: Mapping[str, Any]) -> None:
    """One request after the other; a start only where nothing is active."""
    with requests.Session() as session:
        session.trust_env = False
        session.headers["Authorization"] = f"Bearer {task['token']}"
        for entry in task["entries"]:
            meeting = f"{task['app_url']}/meetings/{entry['meeting_id']}"
            answer = session.get(f"{meeting}/active-livestream", timeout=30)
            if answer.status_code == 404 and task["job"] == "start":
                answer = session.post(f"{meeting}/livestreams", json={"name": entry["name"]}, timeout=30)
            answer.raise_for_status()
            assert answer.json()["data"]["id"]


def main() -> None:
    """Carry out the task and print the time."""
    task = json.load(sys.stdin)
    started = time.perf_counter()
    carry_out(task)
    print(time.perf_counter() - started)


if __name__ == "__main__":
    main()
