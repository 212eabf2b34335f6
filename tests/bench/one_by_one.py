# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads or starts the livestreams of meetings, one after the other, with one client. Run as a program.

Its arguments are ``requests`` (one Session: the floor for any client here) or ``cloudflare`` (Cloudflare's SDK), and
what to do: read or start. Standard input is a JSON object with ``app_url`` and ``entries``, each with ``meeting_id``
and ``name``; the rest comes from the environment. Prints the seconds that it took once everything was imported, and
those of CPU.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import time
from collections.abc import Mapping, Sequence
from typing import Any


def with_requests(requests: Any, app_url: str, entries: Sequence[Mapping[str, str]], start: bool) -> None:
    """A start only where nothing is active."""
    with requests.Session() as session:
        session.trust_env = False
        session.verify = os.environ.get("REQUESTS_CA_BUNDLE", True)
        session.headers["Authorization"] = f"Bearer {os.environ['CLOUDFLARE_API_TOKEN']}"
        for entry in entries:
            meeting = f"{app_url}/meetings/{entry['meeting_id']}"
            answer = session.get(f"{meeting}/active-livestream", timeout=30)
            if answer.status_code == 404 and start:
                answer = session.post(f"{meeting}/livestreams", json={"name": entry["name"]}, timeout=30)
            answer.raise_for_status()
            assert answer.json()["data"]["id"]


def with_sdk(cloudflare: Any, _app_url: str, entries: Sequence[Mapping[str, str]], start: bool) -> None:
    """The same with the SDK, which takes all but the IDs of account and app from the environment."""
    ids = {"account_id": os.environ["CLOUDFLARE_ACCOUNT_ID"], "app_id": os.environ["CLOUDFLARE_REALTIME_APP_ID"]}
    with cloudflare.Cloudflare() as client:
        livestreams = client.realtime_kit.livestreams
        for entry in entries:
            meeting_id = entry["meeting_id"]
            try:
                livestreams.get_meeting_active_livestreams(meeting_id, **ids)
            except cloudflare.NotFoundError:
                if not start:
                    raise
                livestreams.start_livestreaming_a_meeting(meeting_id, **ids, name=entry["name"])


def main(client: str, job: str) -> None:
    """Do it, and print the times."""
    module = importlib.import_module(client)
    task = json.load(sys.stdin)
    work = {"requests": with_requests, "cloudflare": with_sdk}[client]
    seconds, cpu = time.perf_counter(), time.process_time()
    work(module, task["app_url"], task["entries"], job == "start")
    print(time.perf_counter() - seconds, time.process_time() - cpu)


if __name__ == "__main__":
    main(*sys.argv[1:])
