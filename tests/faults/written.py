# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a playbook of the role writes: run sheet, status file, key files, artifact. All say what its facts say."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping
from typing import Any, Final

from .playbooks import SHEET, STATUS, Playbooks, PlayRan

PUBLIC: Final = ("title", "meeting_id", "id", "status", "playback_url")
BADGES: Final = {"LIVE": "live", "INVOKED": "starting", "IDLE": "ended", "ERRORED": "error"}
_ROW: Final = re.compile(r'<span class="name"><bdi>([^<]*)</bdi></span>.*?<span class="badge (\w+)">')

Files = dict[str, str]


def schedule(event: str, rooms: list[str]) -> dict[str, Any]:
    """A schedule with a talk in each of these rooms."""
    talks = {
        room: [
            {"id": number, "date": "2027-08-20T10:00:00+02:00", "start": "10:00", "duration": "00:30", "room": room}
            | {"title": f"Opening of {room}", "persons": []}
        ]
        for number, room in enumerate(rooms)
    }
    day = {"index": 1, "date": "2027-08-20", "day_start": "2027-08-20T06:00:00+02:00"}
    conference = {
        "acronym": event,
        "title": f"The event {event}",
        "start": "2027-08-20",
        "end": "2027-08-20",
        "daysCount": 1,
        "timeslot_duration": "00:15",
        "time_zone_name": "Europe/Berlin",
        "rooms": [{"name": room} for room in rooms],
        "days": [{**day, "day_end": "2027-08-21T06:00:00+02:00", "rooms": talks}],
    }
    return {"schedule": {"version": "1", "conference": conference}}


def contents(playbooks: Playbooks) -> Files:
    """What is written so far, by path."""
    places = [playbooks.home / SHEET, playbooks.home / STATUS, *playbooks.vault.rglob("*")]
    return {str(path.relative_to(playbooks.home)): path.read_text() for path in places if path.is_file()}


def check(playbooks: Playbooks, ran: PlayRan, before: Files) -> None:
    """The files are as the facts say, and as they were where nothing may be written."""
    files = contents(playbooks)
    reads = "info" in ran.task.module
    if ran.task.check:
        assert files == before, f"{ran.task} wrote files"
    elif reads or "streams" not in ran.values:
        assert {**files, STATUS: ""} == {**before, STATUS: ""}, f"{ran.task} wrote files"
    if "streams" not in ran.values:
        assert not ran.published, f"{ran.task} publishes what it has not seen"
        if reads:
            # Who watches the file must not take what an earlier run saw for what there is now.
            data = json.loads(files[STATUS])
            assert (bool(data["error"]), data["streams"]) == (True, None), f"{ran.task}: the file says {data}"
        else:
            assert files == before, f"{ran.task} wrote files"
        return
    streams: list[dict[str, Any]] = ran.values["streams"]
    expected = {item["name"]: {key: item[key] for key in PUBLIC} for item in streams}
    assert ran.published == expected, f"{ran.task}: the artifact is {ran.published}"
    _lines(ran)
    if reads:
        _status(ran, json.loads(files[STATUS]))
    elif not ran.task.check:
        _sheet(ran, files[SHEET])
        _keys(playbooks, ran, files)


def _lines(ran: PlayRan) -> None:
    """People are told of every stream, and of everything that is left over."""
    told = "\n".join(ran.lines)
    for item in [*ran.values["streams"], *ran.values["leftovers"]]:
        called = item["name"] or item["meeting_title"]
        assert called in told, f"{ran.task}: nobody is told of {called}"


def _status(ran: PlayRan, data: Mapping[str, Any]) -> None:
    streams = [{key: value for key, value in item.items() if key != "talks"} for item in ran.values["streams"]]
    assert data["streams"] == streams, f"{ran.task}: the file says {data['streams']}"
    assert data["leftovers"] == ran.values["leftovers"], f"{ran.task}: the file says {data['leftovers']}"
    assert data["event"] == ran.task.options["event"]
    left = [item for item in data["leftovers"] if item["on_air"]]
    # Who lists nothing asks what there is: only a stopped event must not be on the air then.
    asks = not data["streams"] and data["state"] != "stopped"
    wrong = data["missing"] or (left and not asks) or any(item.get("failed") for item in data["streams"])
    assert ran.failed is bool(wrong), f"{ran.task}: exit status {ran.played.returncode}"


def _badge(item: Mapping[str, Any]) -> str:
    """The badge of a stream on the run sheet: one that was to start has not ended, and a waiting encoder is off air."""
    if item["on_air"] is False and item["status"] in ("IDLE", "INVOKED"):
        if item["state"] == "started":
            return "error"
        if item["independent"]:
            return "ended"
    return BADGES.get(item["status"] or "", "none")


def _sheet(ran: PlayRan, page: str) -> None:
    rows = dict(_ROW.findall(page.partition("</table>")[0]))
    expected = {item["name"]: _badge(item) for item in ran.values["streams"]}
    assert rows == expected, f"{ran.task}: the run sheet says {rows}"
    left = html.unescape(page.partition('id="leftovers"')[2].partition("</table>")[0])
    for item in ran.values["leftovers"]:
        called = item["meeting_title"] or item["name"]
        assert f"<bdi>{called}</bdi>" in left, f"{ran.task}: {called} is not on the run sheet"
    for item in ran.values["streams"]:
        assert not item["playback_url"] or item["playback_url"] in page, f"{ran.task}: a link is missing"


def _keys(playbooks: Playbooks, ran: PlayRan, files: Files) -> None:
    """After a success, the key file of a stream has the key of its livestream, and an event that is over has none."""
    if ran.failed or "event_livestream_credentials" not in ran.task.variables:  # type: ignore[attr-defined]
        return
    keys = {item.id: item.stream_key for item in playbooks.stage.world.service.ordered}
    for item in ran.values["streams"]:
        own = "".join(text for path, text in files.items() if path.startswith(f"vault/{item['name']}/"))
        if item["state"] == "retired":
            assert not own, f"{ran.task}: there are still keys of {item['name']}"
        elif item["id"] and item["state"] != "stopped":
            assert keys[item["id"]] in own, f"{ran.task}: the key of {item['name']} is not in its file"
