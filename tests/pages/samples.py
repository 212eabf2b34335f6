# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the sample pages show. No number here is random: the same page, whenever it is made."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from typing import Any

from ansible_collections.eventops.cloudflare.plugins.plugin_utils.event.attendance import sessions_by_day
from ansible_collections.eventops.cloudflare.plugins.plugin_utils.event.timetable import timetable
from pages.render import REPORT, RUN_SHEET

# What an API, or a schedule, might hold to break a page: markup, quotes, templates, text direction, control characters.
HOSTILE = (
    "</title></style></script><script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>' onload='alert(1)",
    "{{ 1337 * 1337 }}{% raw %}{# no #}",
    "\u202eright to left\u202d \u2066",
    "\x00\x07\x7f\x9b\ufdd0\ufffe",
    "&amp;&lt;&#0;&copy",
    "<!--",
)
BAD_URLS = (
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    " https://example.org/",
    "//example.org/",
    'x" onclick="alert(1)',
)
ZONE = timezone(timedelta(hours=2))
ROOMS = (
    ("Curie", "camp2019-curie"),
    ("Meitner", "camp2019-meitner"),
    ("Gängeviertel / Workshop dome", "camp2019-gaengeviertel-workshop-dome"),
    ("Camera mast", "camp2019-mast"),
)
TALKS = (
    ("Opening", "Welcome to the camp", ["The camp team"], None),
    ("Securing the electric vehicle charging infrastructure", None, ["Ada Brunner", "Jo Lindqvist"], "Hardware"),
    ("How to build a weather balloon", "And how to find it again", ["Nadja Petrov"], "Science"),
    (
        "A decade of open street data: what was won, what was lost, and who is going to maintain it",
        None,
        ["R. Okafor"],
        "Society",
    ),
    ("Lightning talks", None, [], "Community"),
    ("Night cinema", None, ["Kino crew"], "Entertainment"),
)


def talks(room: int, first: datetime, days: int = 3, per_day: int = 6) -> list[dict[str, Any]]:
    """Talks of a room, ``per_day`` a day; the last one of a day begins after midnight."""
    found = []
    for day in range(days):
        for slot in range(per_day):
            title, subtitle, speakers, track = TALKS[(slot + room) % len(TALKS)]
            midnight = first + timedelta(days=day)
            start = midnight + (timedelta(hours=24.5) if slot == per_day - 1 else timedelta(hours=10 + 2 * (slot % 6)))
            identity = f"{room}-{day}-{slot}"
            found.append(
                {
                    "id": identity,
                    "title": title,
                    "subtitle": subtitle,
                    "speakers": speakers,
                    "track": track,
                    "language": "en" if slot % 2 else "de",
                    "day": midnight.date().isoformat(),
                    "start": start.isoformat(),
                    "end": (start + timedelta(minutes=45)).isoformat(),
                    "url": f"https://fahrplan.example.org/camp2019/talk/{identity}.html" if slot % 3 else None,
                }
            )
    return found


def stream(number: int, title: str, name: str, status: str | None, independent: bool = False) -> dict[str, Any]:
    """A stream of the run sheet, without talks."""
    identity = f"{number:08x}-6d3c-4f0e-9a51-7c1d8e9f0a2b"
    return {
        "name": name,
        "title": title,
        "independent": independent,
        "meeting_title": None if independent else f"Camp 2019, {title}",
        "meeting_id": None if independent else f"bbb{number:05x}-df1c-49d9-8159-262a7ae6cfde",
        "encoder": None,
        "id": identity if status else None,
        "status": status,
        "playback_url": f"https://customer-abc.cloudflarestream.com/{identity}/manifest/video.m3u8" if status else None,
        "ingest_place": "live.cloudflare.com:443" if status else "",
        "talks": [],
    }


def sheet() -> dict[str, Any]:
    """Three days of a camp: three rooms with talks, and the feed of a mast."""
    first = datetime(2019, 8, 21, tzinfo=ZONE)
    statuses = ("LIVE", "INVOKED", None, "OFFLINE")
    streams = [
        stream(number, title, name, status, independent=number == 3)
        for number, ((title, name), status) in enumerate(zip(ROOMS, statuses, strict=True))
    ]
    for number in range(3):
        streams[number]["talks"] = talks(number, first)
    streams[0]["encoder"] = "Mixer in the OB van; call 4711 when the picture is gone"
    streams[3]["encoder"] = "Raspberry Pi on the mast, ffmpeg"
    return {
        "timetable": timetable(streams),
        "title": "Chaos Communication Camp 2019",
        "subtitle": "21 to 23 August 2019",
        "time_zone": "Europe/Berlin",
        "url": "https://events.ccc.de/camp/2019/",
        "streams": streams,
        "leftovers": [
            {"name": "camp2019-dome", "meeting_title": "camp2019: Dome", "status": "LIVE", "on_air": True},
            {"name": None, "meeting_title": "camp2019: Tent", "status": None, "on_air": False},
        ],
    }


def every_status() -> dict[str, Any]:
    """A stream of every status, known and not; no talks."""
    statuses = ("LIVE", "INVOKED", "IDLE", "ERRORED", None, "OFFLINE", "SOMETHING_NEW")
    streams = [stream(n, f"Room {n}", f"room-{n}", status) for n, status in enumerate(statuses)]
    return {
        "title": "Every status",
        "subtitle": None,
        "time_zone": None,
        "url": None,
        "streams": streams,
        "leftovers": [],
    }


def six_rooms() -> dict[str, Any]:
    """Rooms without talks, all on the air."""
    found = every_status()
    streams = [stream(n, f"Room {n}", f"room-{n}", "LIVE") for n in range(6)]
    return {**found, "title": "Six rooms", "streams": streams}


def empty() -> dict[str, Any]:
    """An event without streams."""
    return {"title": "Nothing yet", "subtitle": None, "time_zone": None, "url": None, "streams": [], "leftovers": []}


def hostile() -> dict[str, Any]:
    """Every text is one that would break a careless page."""
    bad = "".join(HOSTILE)
    found = sheet()
    for number, item in enumerate(found["streams"]):
        item.update(
            title=f"{number}{bad}", name=f"{number}{bad}", meeting_title=bad, meeting_id=bad, encoder=bad, id=bad
        )
        item.update(status=bad, playback_url=BAD_URLS[number], ingest_place=bad)
        for talk in item["talks"]:
            talk.update(title=bad, subtitle=bad, speakers=list(HOSTILE), track=bad, language=bad, url=BAD_URLS[4])
    found["streams"][3]["playback_url"] = f"https://example.org/{bad}"
    left = [{**item, "name": bad, "meeting_title": bad, "status": bad} for item in found["leftovers"]]
    return {
        "title": bad,
        "subtitle": bad,
        "time_zone": bad,
        "url": BAD_URLS[0],
        "streams": found["streams"],
        "leftovers": left,
    }


def many(streams: int = 500, per_day: int = 5, days: int = 4) -> dict[str, Any]:
    """As many streams and talks as the role is made for."""
    first = datetime(2019, 8, 21, tzinfo=ZONE)
    found = [stream(n, f"Room {n}", f"room-{n}", "LIVE") for n in range(streams)]
    for number, item in enumerate(found):
        item["talks"] = talks(number, first, days, per_day)
    return {
        "title": "Many",
        "subtitle": None,
        "time_zone": "Europe/Berlin",
        "url": None,
        "streams": found,
        "leftovers": [],
    }


def analytics(days: int = 14, livestreams: int = 4) -> dict[str, Any]:
    """What a report of so many days shows; on the last day of each week, nothing was sent."""
    dates = [date(2019, 8, 14) + timedelta(days=offset) for offset in range(days)]
    daily, sessions, recordings = [], [], []
    for number, day in enumerate(dates):
        count = 0 if number % 7 == 6 else livestreams + (number * 5) % 7
        sent = count * 5400 + number * 61
        if count:
            row = {"total_ingest_seconds": sent, "total_viewer_seconds": sent * (11 + number % 5) + 0.5}
            daily.append({"date": day.isoformat(), "count": count, **row})
        session = {"total_sessions": count + 2, "total_session_minutes": 95.5 * (count + 2)}
        sessions.append({"day": day.isoformat(), **session})
        recording = {"total_recordings": count // 3, "total_recording_minutes": 42.25 * (count // 3)}
        recordings.append({"day": day.isoformat(), **recording})

    def total(rows: list[dict[str, Any]], key: str) -> Any:
        return sum(row[key] for row in rows)

    return {
        "title": "Chaos Communication Camp 2019",
        "start": "2019-08-14",
        "end": "2019-08-27T23:59:59+02:00",
        "event": None,
        "livestreams": {key: total(daily, key) for key in ("count", "total_ingest_seconds", "total_viewer_seconds")},
        "livestreams_daily": daily,
        "app_daily": {
            "session_stats": {
                "sessions_count": total(sessions, "total_sessions"),
                "sessions_minutes_consumed": total(sessions, "total_session_minutes"),
                "day_stats": sessions,
            },
            "recording_stats": {
                "recording_count": total(recordings, "total_recordings"),
                "recording_minutes_consumed": total(recordings, "total_recording_minutes"),
                "day_stats": recordings,
            },
        },
    }


def without_days() -> dict[str, Any]:
    """A report of nothing, from a service that has no report by day, and says no more than it must."""
    totals = {"count": 0, "total_ingest_seconds": 0, "total_viewer_seconds": 0}
    app: dict[str, Any] = {"session_stats": {}, "recording_stats": {"recording_count": None, "day_stats": []}}
    return {
        "title": "Livestream report",
        "start": None,
        "end": None,
        "event": None,
        "livestreams": totals,
        "livestreams_daily": None,
        "app_daily": app,
    }


def of_event(days: int = 3, rooms: int = 4, title: str = "Room") -> dict[str, Any]:
    """The report of an event: in each room one session a day. One room is not in the list, one could not be read."""
    found: list[dict[str, Any]] = []
    for place in range(rooms):
        sessions = [
            {
                "started_time": f"2019-08-{21 + day}T08:{place:02}:00.000Z",
                "stopped_time": None if (day, place) == (days - 1, 0) else f"2019-08-{21 + day}T17:30:00.000Z",
                "on_air": (day, place) == (days - 1, 0),
                "ingest_seconds": 34_000 + 60 * place,
                "viewer_seconds": 34_000 * (12 + 5 * place + day),
            }
            for day in range(days)
        ]
        found.append(
            {"name": f"camp2019-{place}", "title": f"{title} {place}", "listed": place > 1, "sessions": sessions}
        )
    found.append({"name": "camp2019-lost", "title": f"{title} lost", "listed": True, "sessions": None, "failed": True})
    nothing = dict.fromkeys(("start", "end", "livestreams", "livestreams_daily", "app_daily"))
    event = sessions_by_day(found, "Europe/Berlin", "2019-08-21", None)
    return {"title": "Chaos Communication Camp 2019", **nothing, "event": {**event, "slug": "camp2019"}}


def hostile_event() -> dict[str, Any]:
    """A report of an event and of the app, with texts that would break a careless page."""
    found = {**hostile_analytics(), "event": of_event(2, 2, "".join(HOSTILE))["event"]}
    return {**found, "start": None, "end": None}


def hostile_analytics() -> dict[str, Any]:
    """Every text is one that would break a careless page."""
    bad = "".join(HOSTILE)
    found = analytics(3)
    found.update(title=bad, start=bad, end=bad)
    found["livestreams_daily"] += [{**found["livestreams_daily"][0], "date": day} for day in (*HOSTILE, None)]
    found["app_daily"]["session_stats"]["day_stats"][0]["day"] = bad
    return found


PAGES: dict[str, tuple[tuple[str, str], Any]] = {
    "run_sheet": (RUN_SHEET, sheet()),
    "report": (REPORT, analytics()),
    "event_report": (REPORT, of_event()),
}
# The same templates with what is rare.
ODD_PAGES: dict[str, tuple[tuple[str, str], Any]] = {
    "every_status": (RUN_SHEET, every_status()),
    "six_rooms": (RUN_SHEET, six_rooms()),
    "no_streams": (RUN_SHEET, empty()),
    "hostile_run_sheet": (RUN_SHEET, hostile()),
    "one_day": (REPORT, analytics(1)),
    "five_days": (REPORT, analytics(5)),
    "month": (REPORT, analytics(31)),
    "leap_year": (REPORT, analytics(366)),
    "without_days": (REPORT, without_days()),
    "hostile_report": (REPORT, hostile_analytics()),
    "event_of_a_day": (REPORT, of_event(1, 1)),
    "event_of_nothing": (REPORT, of_event(0, 0)),
    "hostile_event": (REPORT, hostile_event()),
}
