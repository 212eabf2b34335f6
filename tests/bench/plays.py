# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbooks that are run. What they work on is in a variables file beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from bench.cases import Case, Contender, Group

VARIABLE: Final = "eventops_cloudflare_in_process"
PLAYBOOK: Final = "play.yml"
PROGRAMME: Final = "programme.yml"
COLLECTION: Final = "eventops.cloudflare"
PROBE: Final = "bench.probe"

Task = dict[str, Any]


@dataclass(frozen=True)
class Entry:
    """A meeting, and what its livestream is to be called."""

    name: str
    meeting_id: str


@dataclass(frozen=True)
class Api:
    """What playbooks with uri have to know; the modules take it from the environment."""

    app_url: str
    token: str


def entries_for(meetings: Sequence[str]) -> list[Entry]:
    """A programme of these meetings."""
    return [Entry(f"room-{number:04d}", meeting_id) for number, meeting_id in enumerate(meetings, 1)]


def tasks_for(case: Case, entries: Sequence[Entry]) -> list[Task]:
    """The tasks of a contender."""
    if case.contender is Contender.EMPTY:
        return []
    if case.all_at_once:
        return [_bulk(case)]
    if case.group is Group.TASKS:
        return [task for entry in entries for task in _single(case, entry.meeting_id, entry.name)]
    first, *rest = _single(case, "{{ item.meeting_id }}", "{{ item.name }}")
    first["loop"] = "{{ programme }}"
    return [first, *rest]


def _bulk(case: Case) -> Task:
    options = {
        "livestreams": "{{ programme }}",
        "state": "started",
        "wait": False,
        "concurrency": case.concurrency,
    }
    return {"name": "Bring all to their state", f"{COLLECTION}.realtime_livestreams": options, "register": "result"}


def _single(case: Case, meeting_id: str, name: str) -> list[Task]:
    if case.contender is Contender.URI:
        return _with_uri(case, meeting_id)
    if case.start:
        options = {"meeting_id": meeting_id, "name": name, "state": "started", "wait": False}
        return [{"name": "Start", f"{COLLECTION}.realtime_livestream": options, "register": "result"}]
    options = {"meeting_id": meeting_id, "active": True}
    nothing = case.contender is Contender.NOTHING
    action = f"{PROBE}.nothing" if nothing else f"{COLLECTION}.realtime_livestream_info"
    return [{"name": "Do nothing" if nothing else "Read", action: options, "register": "result"}]


def _with_uri(case: Case, meeting_id: str) -> list[Task]:
    headers = {"Authorization": "Bearer {{ token }}"}
    url = f"{{{{ app_url }}}}/meetings/{meeting_id}/active-livestream"
    read: dict[str, Any] = {"url": url, "headers": headers}
    tasks: list[Task] = [{"name": "Read", "ansible.builtin.uri": read, "register": "result"}]
    if case.start:
        read["status_code"] = [200, 404]
        start = {
            "url": "{{ app_url }}/meetings/{{ item.item.meeting_id }}/livestreams",
            "method": "POST",
            "headers": dict(headers),
            "body_format": "json",
            "body": {"name": "{{ item.item.name }}"},
            "status_code": 201,
        }
        tasks.append(
            {
                "name": "Start",
                "ansible.builtin.uri": start,
                "loop": "{{ result.results | selectattr('status', 'equalto', 404) }}",
                "loop_control": {"label": "{{ item.item.name }}"},
            }
        )
    return tasks


def playbook(case: Case, entries: Sequence[Entry], api: Api) -> str:
    """The text of a playbook."""
    play: dict[str, Any] = {"name": "Benchmark", "hosts": "localhost", "connection": "local", "gather_facts": False}
    if case.contender is Contender.URI:
        play["vars"] = {"app_url": api.app_url, "token": api.token}
    play["tasks"] = tasks_for(case, entries)
    text: str = yaml.safe_dump([play], sort_keys=False, width=120)
    return text


def event(case: Case) -> str:
    """The variables of an event: rooms, which are meetings, and feeds, which are not and start by themselves."""
    streams = [f"  - name: room-{number:03d}\n    meeting_title: Room {number}\n" for number in range(case.meetings)]
    feeds = range(case.meetings, case.items)
    streams += [f"  - name: feed-{number:03d}\n    independent: true\n    state: present\n" for number in feeds]
    options = "event_livestream_wait: false\nevent_livestream_verify: 'no'\n"
    return options + "event_livestream_streams:\n" + "".join(streams)


def write(place: Path, case: Case, entries: Sequence[Entry], api: Api) -> None:
    """Write a playbook and the programme that it works on."""
    if case.playbook:
        (place / PROGRAMME).write_text(event(case), encoding="utf-8")
        return
    (place / PLAYBOOK).write_text(playbook(case, entries, api), encoding="utf-8")
    lines = ["programme:\n" if entries else "programme: []\n"]
    # As people write it. A library would take seconds for thousands of them.
    lines += [f"  - name: {entry.name}\n    meeting_id: {entry.meeting_id}\n" for entry in entries]
    (place / PROGRAMME).write_text("".join(lines), encoding="utf-8")
