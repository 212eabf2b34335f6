# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbooks that are run. What they work on is in a variables file beside them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import yaml

from bench.cases import BULKS, EMPTY, NOTHING, TASKS, URI, Case

KNOWN: Final[Mapping[str, list[dict[str, Any]]]] = yaml.safe_load(Path(__file__).with_name("plays.yml").read_text())
PLAY: Final = {"name": "Benchmark", "hosts": "localhost", "connection": "local", "gather_facts": False}

# A meeting, and what its livestream is to be called: ``meeting_id`` and ``name``.
Entry = dict[str, str]


def entries_for(meetings: Sequence[str]) -> list[Entry]:
    """A batch of these meetings."""
    return [{"name": f"room-{number:04d}", "meeting_id": meeting} for number, meeting in enumerate(meetings, 1)]


def playbook(case: Case, entries: Sequence[Entry], app_url: str, token: str) -> str:
    """The text of a playbook. Only uri is told URL and token: the modules have them from the environment."""
    uri = case.contender == URI
    work = ("start" if case.start else "read") + " with uri" * uri
    tasks = KNOWN[{EMPTY: "empty", NOTHING: "nothing", **dict.fromkeys(BULKS, "all at once")}.get(case.contender, work)]
    if case.group == TASKS:
        text = json.dumps([{key: value for key, value in task.items() if key != "loop"} for task in tasks])
        texts = [text.replace("{{ item.meeting_id }}", entry["meeting_id"]) for entry in entries]
        tasks = [task for separate in texts for task in json.loads(separate)]
    variables = {"vars": {"app_url": app_url, "token": token}} if uri else {}
    play: str = yaml.safe_dump([{**PLAY, **variables, "tasks": tasks}], sort_keys=False, width=120)
    return play.replace("CONCURRENCY", str(case.concurrency))


def batch(case: Case, entries: Sequence[Entry]) -> str:
    """The variables file, as people write it. A library would take seconds for thousands of entries.

    An event has rooms, which are meetings, and feeds, which are not and start by themselves.
    """
    if case.playbook:
        rooms = [f"  - name: room-{number:03d}\n    meeting_title: Room {number}\n" for number in range(case.meetings)]
        feeds = range(case.meetings, case.items)
        streams = [f"  - name: feed-{number:03d}\n    independent: true\n    state: present\n" for number in feeds]
        options = "event_livestream_wait: false\nevent_livestream_verify: 'no'\nevent_livestream_streams:\n"
        return options + "".join(rooms + streams)
    lines = [f"  - name: {entry['name']}\n    meeting_id: {entry['meeting_id']}\n" for entry in entries]
    return "batch:\n" + "".join(lines) if lines else "batch: []\n"
