# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What must hold for whatever is published as a schedule: shared by the tests and by the fuzzer."""

from __future__ import annotations

import json
import unicodedata
from typing import Any

from ansible_collections.eventops.cloudflare.plugins.plugin_utils.schedule import ScheduleError, read_schedule
from schedules import Json, version_2, xml

LONGEST_MESSAGE = 2_000


def small() -> Json:
    """One day, two rooms, one talk in each."""
    talk = {
        "id": 1,
        "guid": "6b7a2a57-6a3a-4d5c-8a3e-0c9a4c5f1f2b",
        "date": "2027-08-20T11:00:00+02:00",
        "start": "11:00",
        "duration": "00:45",
        "slug": "camp-1",
        "url": "https://example.org/1",
        "title": "A talk",
        "subtitle": "",
        "abstract": "",
        "language": "en",
        "type": "lecture",
        "track": "T",
        "room": "Curie",
        "links": [],
        "persons": [{"id": 1, "public_name": "Ada"}],
    }
    rooms = {"Curie": [talk], "Grüne Stube": [{**talk, "id": 2, "guid": None, "room": "Grüne Stube"}]}
    day = {
        "index": 1,
        "date": "2027-08-20",
        "day_start": "2027-08-20T09:00:00+02:00",
        "day_end": "2027-08-21T03:00:00+02:00",
        "rooms": rooms,
    }
    conference = {
        "title": "Camp",
        "acronym": "camp27",
        "start": "2027-08-20",
        "end": "2027-08-20",
        "daysCount": 1,
        "time_zone_name": "Europe/Berlin",
        "url": "https://example.org",
        "rooms": [{"name": name, "guid": f"g{number}"} for number, name in enumerate(rooms)],
        "tracks": [{"name": "T", "slug": "t"}],
        "days": [day],
    }
    return {"schedule": {"version": "1", "conference": conference}}


def seeds() -> tuple[bytes, ...]:
    """Where the fuzzer begins, and what every run tries again."""
    document = small()
    known = json.loads(json.dumps(document).replace("null", '"g"'))
    texts = [json.dumps(document), json.dumps(version_2(known)), xml(known)]
    return (
        *(text.encode() for text in texts),
        *(text.encode("utf-16") for text in texts),
        b"",
        b"[]",
        b"null",
        b"<",
        b"<schedule/>",
        b"<html><title>Log in",
        b'{"schedule": {"conference": {"days": {}}}}',
        b'{"schedule": {"conference": {"days": [{"rooms": [[]]}]}}}',
        b'<?xml version="1.0"?><!DOCTYPE s [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><schedule>&b;</schedule>',
        b'<!DOCTYPE s [<!ENTITY x SYSTEM "file:///etc/passwd">]><schedule><version>&x;</version></schedule>',
        b"[" * 100_000,
        b"<a>" * 50_000,
        b'{"schedule": {"conference": {"title": "\\ud800\\u001b[31m", "days": [], "start": 1e999}}}',
        texts[0].replace("Curie", "{{ 7 * 7 }}\\u202e").encode(),
        texts[0].replace("11:00", "99:99").encode(),
        texts[0].replace("2027-08-20", "0001-01-01").encode(),
        texts[0].replace("2027-08-20", "9999-12-31").encode(),
        texts[0].replace("Europe/Berlin", "../../etc/passwd").encode(),
        texts[0].replace("00:45", "9" * 400).encode(),
    )


def read(content: bytes, **options: Any) -> None:
    """Read it; raises AssertionError when a promise is broken."""
    try:
        found = read_schedule(content.decode("utf-8", "replace"), **options)
    except ScheduleError as error:
        check_message(str(error))
        return
    check(found)


def check_message(message: str) -> None:
    """A refusal is something to read."""
    assert message
    assert len(message) < LONGEST_MESSAGE
    assert not [char for char in message if unicodedata.category(char) in ("Cc", "Cs")]


def check(found: Any) -> None:
    """What came of a schedule can be returned, shown, and used as names."""
    json.dumps(found, ensure_ascii=False, allow_nan=False).encode("utf-8")
    names = [room["name"] for room in found["rooms"]]
    assert len(set(names)) == len(names)
    for name in names:
        assert name.replace("-", "").isalnum()
        assert name.isascii()
    for text in texts(found):
        assert not [char for char in text if unicodedata.category(char) in ("Cc", "Cf", "Cs")], repr(text)


def texts(value: Any) -> list[str]:
    """All texts in plain data."""
    if isinstance(value, dict):
        return [text for item in value.values() for text in texts(item)]
    if isinstance(value, list):
        return [text for item in value for text in texts(item)]
    assert value is None or isinstance(value, str)
    return [] if value is None else [value]


SEEDS = seeds()
