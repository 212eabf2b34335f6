# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The sample schedule of the demo, in every format that conferences publish, and real ones where they are at hand."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "playbooks/files/schedule_sample.json"
# Published schedules and the schemas of their formats, if a copy lies beside the checkout.
PUBLISHED = ROOT.parent / "shared/data/schedules"

Json = dict[str, Any]


def sample() -> Json:
    """The sample: version 1 of the JSON format."""
    found: Json = json.loads(SAMPLE.read_text())
    return found


def listing(document: Json) -> Iterator[tuple[Json, str, list[Json]]]:
    """Days, names of rooms, and their events in version 1."""
    for day in document["schedule"]["conference"]["days"]:
        for name, events in day["rooms"].items():
            yield day, name, events


def end_of(event: Json) -> str:
    """When an event ends."""
    hours, minutes = map(int, event["duration"].split(":"))
    return (datetime.fromisoformat(event["date"]) + timedelta(hours=hours, minutes=minutes)).isoformat()


def version_2(document: Json) -> Json:
    """The same in version 2 of the JSON format."""
    schedule = document["schedule"]
    conference = {key: value for key, value in schedule["conference"].items() if key != "daysCount"}
    guids = {room["name"]: room["guid"] for room in conference["rooms"]}
    slugs = {track["name"]: track["slug"] for track in conference["tracks"]}
    conference["timeslot_duration"] = "PT15M"
    conference["days"] = [
        {"index": day["index"], "date": day["date"], "start": day["day_start"], "end": day["day_end"]}
        for day in conference["days"]
    ]
    events = [
        {
            **{
                key: event[key] for key in ("guid", "title", "subtitle", "language", "abstract", "links", "url", "slug")
            },
            "type": event["type"].upper(),
            "track": {"slug": slugs[event["track"]]},
            "start": event["date"],
            "end": end_of(event),
            "room": {"guid": guids[name]},
            "participants": [
                {"guid": guids[name], "name": person["public_name"], "role": "SPEAKER"} for person in event["persons"]
            ],
        }
        for _day, name, room in listing(document)
        for event in room
    ]
    schedule = {**schedule, "conference": conference, "events": events}
    return {"$schema": "https://c3voc.de/schema/schedule2", "schedule": schedule}


def xml(document: Json) -> str:
    """The same in XML."""
    schedule = document["schedule"]
    root = ElementTree.Element("schedule")
    children(root, {"version": schedule["version"]})
    known = ("title", "acronym", "start", "end", "time_zone_name", "url", "base_url")
    conference = ElementTree.SubElement(root, "conference")
    children(conference, {key: schedule["conference"][key] for key in known if key in schedule["conference"]})
    for day in schedule["conference"]["days"]:
        attributes = {"index": str(day["index"]), "date": day["date"], "start": day["day_start"], "end": day["day_end"]}
        of_day = ElementTree.SubElement(root, "day", attributes)
        for name, events in day["rooms"].items():
            of_room = ElementTree.SubElement(of_day, "room", {"name": name})
            for event in events:
                of_event = ElementTree.SubElement(of_room, "event", {"id": str(event["id"]), "guid": event["guid"]})
                known = ("date", "start", "duration", "title", "subtitle", "track", "language", "slug", "url", "room")
                children(of_event, {key: event[key] for key in known})
                persons = ElementTree.SubElement(of_event, "persons")
                for person in event["persons"]:
                    ElementTree.SubElement(persons, "person", {"id": str(person["id"])}).text = person["public_name"]
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True)


def children(parent: ElementTree.Element, texts: Json) -> None:
    """Add elements with these texts."""
    for name, text in texts.items():
        ElementTree.SubElement(parent, name).text = text
