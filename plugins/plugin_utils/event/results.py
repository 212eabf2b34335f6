# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From the results of an event's tasks to what is published: pure functions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.eventops.cloudflare.plugins.module_utils.transport.url import place_of
from ansible_collections.eventops.cloudflare.plugins.plugin_utils.event.timetable import timetable

# What other jobs get to know of a stream.
PUBLIC = ("title", "meeting_id", "id", "status", "playback_url")
# What only says what a task did: a rerun publishes the same.
OF_THE_TASK = ("changed",)

Result = Mapping[str, Any]


CHECKED = "check mode: nothing was sent, and this is what would be"


def published(
    event: Result, applied: Result, waited: Result, credentials: Result, check_mode: bool = False
) -> dict[str, Any]:
    """What is published of an event.

    ``seen`` is whether anything was read, ``streams`` are by name, ``public`` is what other jobs get to know of them,
    ``lines`` tell people of each stream, ``sheet`` is what the run sheet shows, and ``failure`` is the message of the
    play, or None.

    ``event`` is that of the plan. ``applied`` and ``waited`` are results of the module realtime_event, ``credentials``
    one of realtime_credentials. The second may have been skipped. It replaces the first one, since it read everything
    again.
    """
    last = waited if "streams" in waited else applied
    streams = {item["name"]: {"msg": None, **_kept(item)} for item in last.get("streams", ())}
    leftovers = [_kept(item) for item in last.get("leftovers", ())]
    unlisted = [item for item in last.get("unlisted", ()) if item["changed"]]
    told = [result.get("msg") for result in (last, waited, credentials) if _failed(result)]
    shown = [_on_sheet(item) for item in streams.values()]
    return {
        "seen": "streams" in last,
        "streams": streams,
        "public": {name: {key: item.get(key) for key in PUBLIC} for name, item in streams.items()},
        "leftovers": leftovers,
        "lines": [
            *([CHECKED] if check_mode else ()),
            *map(_line, streams.values()),
            *(f"{'left over' if streams else 'of the event'}: {_line(item)}" for item in leftovers),
            *(f"stopped besides: {_line(item)}" for item in unlisted),
        ],
        "sheet": {
            "title": event["title"] or event.get("slug") or "Livestreams",
            "subtitle": " to ".join(dict.fromkeys(day for day in (event["start"], event["end"]) if day)),
            "time_zone": event["time_zone"],
            "url": event["url"],
            "streams": shown,
            "timetable": timetable(shown),
            "leftovers": leftovers,
        },
        "failure": ". ".join(dict.fromkeys(str(text) for text in told)) or None,
    }


def _on_sheet(item: Result) -> dict[str, Any]:
    """A stream as the run sheet shows it.

    One that was to start and is not on the air has not ended, and neither has one that nobody may ever have fed.
    """
    status = item["status"]
    if item.get("on_air") is False and status in ("IDLE", "INVOKED"):
        status = "MISSING" if item.get("state") == "started" else "OFF" if item.get("independent") else status
    title, place = item.get("title") or item.get("meeting_title"), place_of(item.get("ingest_server") or "")
    return {**item, "status": status, "title": title, "ingest_place": place}


def _kept(item: Result) -> dict[str, Any]:
    return {key: value for key, value in item.items() if key not in OF_THE_TASK}


def _line(item: Result) -> str:
    """The name of a stream, what it is of, and how it stands."""
    kind = item["meeting_id"] or ("independent" if item.get("independent") or item["id"] else "no meeting")
    retired = item.get("meeting_status") == "INACTIVE" and not item.get("on_air")
    seen = "retired" if retired else {True: "on the air", False: "not on the air", None: "unknown"}[item.get("on_air")]
    status = seen if retired else item["status"] or seen
    name = item["name"] or item.get("meeting_title")
    return "  ".join(str(text) for text in (name, kind, status, item.get("playback_url")) if text)


def _failed(result: Result) -> bool:
    return bool(result.get("failed") or result.get("unreachable"))
