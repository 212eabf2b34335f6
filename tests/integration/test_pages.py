# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run sheet and report: valid pages, whatever they hold; written once, and by the role's own entry point."""

from __future__ import annotations

import json
import re
import sys
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import html5lib
import pytest

from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.common import Clock, Context
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.page import write_page
from integration.runs import both_ways
from pages.render import RUN_SHEET, render, task
from pages.samples import BAD_URLS, HOSTILE, ODD_PAGES, PAGES, hostile, sheet

if TYPE_CHECKING:
    from simulator.client import Control

ALL = PAGES | ODD_PAGES
TITLE = "eventops.cloudflare.event_livestream : "
REPORT_PLAYBOOK = "eventops.cloudflare.event_report"
OPTIONS = ("report", "report_data", "report_title", "report_start", "report_end")


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The sample pages, by name."""
    paths = render(tmp_path_factory.mktemp("pages"), ALL)
    return {name: path.read_text() for name, path in paths.items()}


def parsed(page: str) -> Any:
    """The page; that it is valid is checked on the way."""
    return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(page)


def text_of(element: Any) -> str:
    """All text in an element."""
    return re.sub(r"\s+", " ", "".join(element.itertext())).strip()


class TestEveryPage:
    """What holds of each sample, those with hostile texts included."""

    @pytest.fixture(params=sorted(ALL))
    def page(self, request: pytest.FixtureRequest, pages: dict[str, str]) -> Any:
        """A parsed sample."""
        return parsed(pages[request.param])

    def test_it_is_complete_and_self_contained(self, page: Any) -> None:
        assert page.get("lang") == "en"
        assert page.findtext("head/title")
        assert page.find("head/meta[@name='viewport']") is not None
        policy = page.find("head/meta[@http-equiv='Content-Security-Policy']").get("content")
        assert policy.startswith("default-src 'none'; ")
        tags = {element.tag for element in page.iter() if isinstance(element.tag, str)}
        assert not tags & {"script", "img", "iframe", "object", "embed", "form", "input", "audio", "video", "base"}
        assert [link.get("href") for link in page.iter("link")] == ["data:,"]
        for style in page.iter("style"):
            assert "url(" not in style.text
            assert "@import" not in style.text

    def test_no_text_becomes_markup(self, page: Any) -> None:
        for element in page.iter():
            for name, value in element.attrib.items():
                assert not str(name).startswith("on")
                if name in ("href", "src"):
                    assert re.match(r"#[\w-]+$|https?://[^\s<>\"]+$|data:,$", value), value

    def test_anchors_and_labels_lead_somewhere(self, page: Any) -> None:
        ids = [element.get("id") for element in page.iter() if element.get("id")]
        assert len(ids) == len(set(ids))
        links = [link.get("href") for link in page.iter("a")]
        assert {link[1:] for link in links if link.startswith("#")} <= set(ids)
        assert {element.get("aria-labelledby") for element in page.iter()} - {None} <= set(ids)

    def test_it_has_headings_and_table_headers(self, page: Any) -> None:
        levels = [int(element.tag[1]) for element in page.iter() if re.fullmatch(r"h\d", str(element.tag))]
        assert levels.count(1) == 1
        assert all(later <= earlier + 1 for earlier, later in pairwise(levels))
        for table in page.iter("table"):
            assert {header.get("scope") for header in table.iter("th")} <= {"col", "row"}
            columns = len(list(table.find("thead/tr")))
            assert columns >= 2
            assert {len(list(row)) for row in table.iter("tr")} == {columns}


class TestRunSheet:
    """What a producer reads."""

    def test_streams(self, pages: dict[str, str]) -> None:
        page = parsed(pages["run_sheet"])
        assert re.fullmatch(
            "Chaos Communication Camp 2019 Run sheet \u00b7 21 to 23 August 2019 \u00b7 times in Europe/Berlin "
            r"\u00b7 as of \d+ [A-Z][a-z]+ \d{4}, \d\d:\d\d UTC https://events\.ccc\.de/camp/2019/",
            text_of(page.find("body/header")),
        )
        rows = [[text_of(cell) for cell in row] for row in page.find(".//table[@class='overview']/tbody")]
        assert rows == [
            ["Curie camp2019-curie Wed 21 Thu 22 Fri 23", "Live", "Watch"],
            ["Meitner camp2019-meitner Wed 21 Thu 22 Fri 23", "Starting", "Watch"],
            [
                "Gängeviertel / Workshop dome camp2019-gaengeviertel-workshop-dome Wed 21 Thu 22 Fri 23",
                "Not started",
                "\u2013",
            ],
            ["Camera mast camp2019-mast", "OFFLINE", "Watch"],
        ]
        left = page.find(".//table[@aria-labelledby='leftovers']/tbody")
        assert [[text_of(cell) for cell in row] for row in left] == [
            ["camp2019: Dome", "Live"],
            ["camp2019: Tent", "Not on the air"],
        ]
        details = [text_of(card) for card in page.iterfind(".//section[@class='stream']/div[@class='card']/dl")]
        streams = sheet()["streams"]
        assert details[0] == (
            f"Watch{streams[0]['playback_url']} Fed byMeeting Camp 2019, Curie"
            "Mixer in the OB van; call 4711 when the picture is gone"
        )
        ids = text_of(page.find(".//section[@class='stream']/details"))
        assert ids == f"IDs Meeting{streams[0]['meeting_id']} Livestream{streams[0]['id']}"
        assert details[2].startswith("WatchNo playback URL yet Fed byMeeting Camp 2019, Gängeviertel / Workshop dome")
        assert (
            "Fed byIndependent: an encoder pushes to live.cloudflare.com:443Raspberry Pi on the mast, ffmpeg"
            in details[3]
        )
        assert len(page.findall(".//div[@class='qr']/{*}svg")) == 3

    def test_talks(self, pages: dict[str, str]) -> None:
        page = parsed(pages["run_sheet"])
        days = page.findall(".//section[@class='stream'][1]/div[@class='day']")
        assert [text_of(day.find("h3")) for day in days] == [
            "Wednesday, 21 August 2019",
            "Thursday, 22 August 2019",
            "Friday, 23 August 2019",
        ]
        rows = [[text_of(cell) for cell in row] for row in days[0].find("table/tbody")]
        assert rows[1] == [
            "12:00\u201312:45",
            "Securing the electric vehicle charging infrastructureAda Brunner, Jo LindqvistHardware \u00b7 en",
        ]
        assert rows[5] == ["00:30\u201301:15next day", "Night cinemaKino crewEntertainment \u00b7 en"]
        assert days[0].find("table/tbody/tr/td/time").get("datetime") == "2019-08-21T10:00:00+02:00"

    def test_rooms_are_side_by_side(self, pages: dict[str, str]) -> None:
        """A table for each day: what begins when, and where."""
        tables = parsed(pages["run_sheet"]).findall(".//section[@class='timetable']")
        assert [text_of(table.find("h2")) for table in tables] == [
            "Wednesday, 21 August 2019",
            "Thursday, 22 August 2019",
            "Friday, 23 August 2019",
        ]
        head = [text_of(cell) for cell in tables[0].find("table/thead/tr")]
        assert head == ["Time", "Curie", "Meitner", "Gängeviertel / Workshop dome"]
        rows = [[text_of(cell) for cell in row] for row in tables[0].find("table/tbody")]
        told = "Securing the electric vehicle charging infrastructureto 12:45 \u00b7 Ada Brunner, Jo Lindqvist"
        assert [row[0] for row in rows if told in row] == ["12:00"]
        assert sum(len(list(table.iterfind(".//p[@class='what']"))) for table in tables) == 3 * 18

    def test_every_status_has_a_word(self, pages: dict[str, str]) -> None:
        badges = parsed(pages["every_status"]).findall(".//table[@class='overview']//span[@class]/bdi/..")
        words = [(badge.get("class").split()[1], text_of(badge)) for badge in badges if badge.get("class") != "name"]
        assert words == [
            ("live", "Live"),
            ("starting", "Starting"),
            ("ended", "Ended"),
            ("error", "Error"),
            ("none", "Not started"),
            ("none", "OFFLINE"),
            ("none", "SOMETHING_NEW"),
        ]

    def test_hostile_texts_are_shown_as_they_are(self, pages: dict[str, str]) -> None:
        page = parsed(pages["hostile_run_sheet"])
        expected = "".join(HOSTILE).translate(dict.fromkeys([0, 7, 0x7F, 0x9B, 0xFDD0, 0xFFFE], "\ufffd"))
        titles = [heading.findtext("bdi") for heading in page.iter("h2")]
        assert titles[1:] == [f"{number}{expected}" for number in range(4)]
        assert page.findtext("head/title") == f"{expected} \u2013 run sheet"
        cards = [text_of(card) for card in page.iterfind(".//section[@class='stream']/div[@class='card']")]
        assert [card.startswith(f"Watch{url} ") for card, url in zip(cards, BAD_URLS[:3], strict=False)] == [True] * 3
        assert [link.get("href") for link in page.iter("a") if not link.get("href").startswith("#")] == []

    def test_a_hostile_address_gets_no_code(self, pages: dict[str, str]) -> None:
        assert parsed(pages["hostile_run_sheet"]).findall(".//div[@class='qr']") == []

    def test_many_streams(self, tmp_path: Path) -> None:
        data = sheet()
        data["streams"] = [
            {**data["streams"][0], "name": f"room-{number}", "playback_url": f"https://example.org/{number}"}
            for number in range(200)
        ]
        page = render(tmp_path, {"many": (RUN_SHEET, data)})["many"].read_text()
        assert page.count('<section class="stream"') == page.count('<div class="qr">') == 200
        assert page.count('class="what"') == 200 * 18 + 3 * 18

    def test_the_moment_of_writing_stays_until_something_else_changes(self, tmp_path: Path) -> None:
        """Or each run would change the page."""
        path = tmp_path / "sheet.html"
        page = '<p>{}</p><time id="written">&written;</time>'

        def write(text: str, moment: float, check: bool = False) -> Any:
            context = Context(check_mode=check, clock=Clock(date=lambda: moment))
            return write_page({"path": str(path), "_content": page.format(text)}, context).changed

        assert write("a", 0)
        assert path.read_text() == '<p>a</p><time id="written">1 January 1970, 00:00 UTC</time>'
        assert not write("a", 86_400)
        assert write("b", 86_400, check=True)
        assert write("b", 86_400)
        assert path.read_text() == '<p>b</p><time id="written">2 January 1970, 00:00 UTC</time>'
        # Nobody's text is the marker: it would be escaped.
        assert "&amp;written;" not in path.read_text()

    @pytest.mark.cores
    def test_a_rerun_changes_nothing_and_check_mode_writes_nothing(self, playbook: Any) -> None:
        path = playbook.home / "sheet.html"
        write = [task(RUN_SHEET, hostile(), path)]
        ran = playbook(write, "--check")
        assert (ran.returncode, ran.changed, path.exists()) == (0, 1, False)
        assert playbook(write).changed == 1
        assert path.stat().st_mode & 0o777 == 0o644
        before = path.read_bytes()
        ran = playbook(write)
        assert (ran.returncode, ran.changed, path.read_bytes()) == (0, 0, before)
        assert "1787569" not in path.read_text(), "a text of the API was taken for a template"


@pytest.fixture
def used(sim: Control, actor: Any) -> dict[str, str]:
    """A time range in which three meetings were livestreamed for an hour, with viewers; it is over."""
    meetings = sim.seed(meetings=3, active=True)["meetings"]
    for livestream in sim.livestreams():
        sim.viewers(livestream["id"], 40)
    sim.advance(3600)
    for meeting in meetings:
        actor(meeting_id=meeting, state="stopped")
    now = datetime.fromtimestamp(sim.advance(60), UTC)
    return {
        "event_livestream_report_start": (now - timedelta(days=4)).isoformat(),
        "event_livestream_report_end": (now + timedelta(days=1)).isoformat(),
    }


def report(**variables: Any) -> list[dict[str, Any]]:
    """The entry point of the role, with variables of the task."""
    role = {"name": "eventops.cloudflare.event_livestream", "tasks_from": "report"}
    return [{"name": "Report", "ansible.builtin.include_role": role, "vars": variables}]


def facts(ran: Any) -> dict[str, Any]:
    """The fact that the report sets."""
    found: dict[str, Any] = ran.registered(f"{TITLE}Keep what was reported")["ansible_facts"][
        "event_livestream_analytics"
    ]
    return found


class TestReport:
    """The entry point, on the simulator."""

    @pytest.mark.cores
    def test_page_and_data(self, playbook: Any, used: dict[str, str]) -> None:
        page, data = playbook.home / "report.html", playbook.home / "report.json"
        play = report(
            **used,
            event_livestream_report=str(page),
            event_livestream_report_data=str(data),
            event_livestream_report_title="Camp <2019>",
        )
        ran = playbook(play, "--check")
        assert (ran.returncode, ran.changed, page.exists(), data.exists()) == (0, 2, False, False)
        ran = playbook(play)
        assert (ran.returncode, ran.changed, ran.accepted) == (0, 2, [])
        assert {path.stat().st_mode & 0o777 for path in (page, data)} == {0o644}
        found = facts(ran)
        assert json.loads(data.read_text()) == found
        assert found["event"] is None
        assert set(found) == {"title", "start", "end", "event", "livestreams", "livestreams_daily", "app_daily"}
        assert found["livestreams"]["count"] == sum(day["count"] for day in found["livestreams_daily"]) == 3
        hours = found["livestreams"]["total_ingest_seconds"] / 3600
        assert 2.9 < hours < 3.2
        tree = parsed(page.read_text())
        assert tree.findtext("body/header/h1/bdi") == "Camp <2019>"
        figures = {text_of(item[0]): text_of(item[1]) for item in tree.iterfind(".//dl[@class='totals']/div")}
        assert figures["Livestreams"] == "3"
        assert re.fullmatch(r"(2:5\d|3:[01]\d) h:min", figures["Sent"])
        stats = ran.registered(f"{TITLE}Give the totals to the workflow")["ansible_stats"]
        assert stats["data"] == {
            "event_livestream_report_totals": {**found["livestreams"], "sessions_count": 3, "recording_count": 0}
        }
        before = page.read_bytes(), data.read_bytes()
        ran = playbook(play)
        assert (ran.returncode, ran.changed, (page.read_bytes(), data.read_bytes())) == (0, 0, before)

    @pytest.mark.cores
    @pytest.mark.parametrize("blank", ["", None], ids=["blank", "null"])
    def test_blank_answers_are_as_if_not_given(self, playbook: Any, blank: str | None) -> None:
        before = set(playbook.home.iterdir())
        ran = playbook(report(), extra={f"event_livestream_{option}": blank for option in OPTIONS})
        assert (ran.returncode, ran.changed) == (0, 0)
        found = facts(ran)
        assert (found["title"], found["start"], found["end"]) == ("Livestream report", None, None)
        assert [entry.query for entry in ran.journal if entry.query] == []
        assert {path.suffix for path in set(playbook.home.iterdir()) - before} <= {".yml", ".log", ""}

    def test_numbers_for_texts(self, playbook: Any, used: dict[str, str]) -> None:
        times = {key: int(datetime.fromisoformat(value).timestamp()) for key, value in used.items()}
        page = playbook.home / "2019"
        ran = playbook(
            report(), extra={**times, "event_livestream_report": str(page), "event_livestream_report_title": 2019}
        )
        assert (ran.returncode, facts(ran)["livestreams"]["count"]) == (0, 3)
        assert parsed(page.read_text()).findtext("head/title") == "2019"

    @pytest.mark.parametrize(("option", "wrong"), [("report", ["a"]), ("report_data", {"a": 1}), ("report_title", [1])])
    def test_wrong_types_are_refused(self, playbook: Any, option: str, wrong: Any) -> None:
        ran = playbook(report(), extra={f"event_livestream_{option}": wrong})
        assert (ran.returncode, ran.journal) == (2, [])
        assert "have to be paths of files" in ran.registered(f"{TITLE}Check the options of the report")["msg"]

    def test_wrong_times_are_refused_by_the_module(self, playbook: Any) -> None:
        ran = playbook(report(), extra={"event_livestream_report_end": "yesterday"})
        assert (ran.returncode, ran.journal) == (2, [])
        message = ran.registered(f"{TITLE}Get the totals of the livestreams")["msg"]
        assert message.startswith("end_time is neither an ISO 8601 time")

    @pytest.mark.cores
    @pytest.mark.parametrize(
        ("status", "body"),
        [
            (404, {"success": False, "error": {"code": 404, "message": "Not found"}}),
            (405, {"message": "Method not allowed", "success": False}),
            (
                400,
                {
                    "success": False,
                    "errors": [{"code": 7003, "message": "Could not route"}],
                    "messages": [],
                    "result": None,
                },
            ),
        ],
    )
    def test_a_service_without_the_report_by_day(
        self, playbook: Any, sim: Control, used: dict[str, str], status: int, body: Any
    ) -> None:
        sim.faults(
            {
                "operation": "livestream_analytics_daywise",
                "kind": "status",
                "status": status,
                "body": body,
                "times": None,
            }
        )
        page = playbook.home / "report.html"
        ran = playbook(report(**used, event_livestream_report=str(page)))
        assert ran.returncode == 0
        assert facts(ran)["livestreams_daily"] is None
        assert facts(ran)["livestreams"]["count"] == 3
        assert "no report on livestreams by day" in ran.registered(f"{TITLE}Say what is missing")["msg"]
        assert "the service does not have this report" in text_of(parsed(page.read_text()))

    @pytest.mark.cores
    def test_hostile_answers_are_shown_as_they_are(self, playbook: Any, sim: Control) -> None:
        days = [
            {"date": text, "count": 3, "total_ingest_seconds": "60", "total_viewer_seconds": None} for text in HOSTILE
        ]
        body = {"success": True, "data": days}
        sim.faults({"operation": "livestream_analytics_daywise", "kind": "body", "body": body, "times": None})
        page, data = playbook.home / "report.html", playbook.home / "report.json"
        ran = playbook(report(event_livestream_report=str(page), event_livestream_report_data=str(data)))
        assert ran.returncode == 0
        assert [day["date"] for day in json.loads(data.read_text())["livestreams_daily"]] == list(HOSTILE)
        rows = parsed(page.read_text()).findall(".//table[@aria-labelledby='livestreams-numbers']/tbody/tr")
        assert len(rows) == len(HOSTILE)
        assert text_of(rows[2]) == f"{HOSTILE[2]}30:000:01"

    @pytest.mark.parametrize(
        ("operation", "status", "name"),
        [
            ("livestream_analytics", 404, "Get the totals of the livestreams"),
            ("livestream_analytics_daywise", 403, "Get the livestreams by day"),
            ("analytics_daywise", 403, "Get the app's sessions and recordings by day"),
        ],
    )
    def test_other_failures_are_the_modules(
        self, playbook: Any, sim: Control, operation: str, status: int, name: str
    ) -> None:
        body = {"success": False, "error": {"code": status, "message": "That is not for you"}}
        sim.faults({"operation": operation, "kind": "status", "status": status, "body": body, "times": None})
        ran = playbook(report(event_livestream_report=str(playbook.home / "report.html")))
        assert ran.returncode == 2
        assert "That is not for you" in ran.registered(f"{TITLE}{name}")["msg"]
        assert not (playbook.home / "report.html").exists()


ROOMS = [
    {"name": "curie", "title": "Curie", "meeting_title": "Curie"},
    {"name": "mast", "title": "Mast", "independent": True},
    {"name": "never", "meeting_title": "Never"},
]


def held(actor: Any, sim: Control, meeting: str, name: str, hours: int, viewers: int = 0) -> None:
    """A livestream of so many hours."""
    actor(meeting_id=meeting, name=name, state="started")
    (livestream,) = [item for item in sim.livestreams() if item["status"] == "LIVE" and item["name"] == name]
    sim.viewers(livestream["id"], viewers)
    sim.advance(3600 * hours)
    actor(meeting_id=meeting, state="stopped")


@pytest.fixture
def camp(sim: Control, actor: Any) -> dict[str, str]:
    """An event that is over and retired, with a meeting made anew, a renamed room, another event, and a rehearsal."""

    def of_a_meeting(title: str, name: str, hours: int, viewers: int) -> str:
        meeting: str = sim.add_meeting(title=title)
        held(actor, sim, meeting, name, hours, viewers)
        actor("realtime_meeting", meeting_id=meeting, state="inactive")
        return meeting

    of_a_meeting("camp: Curie", "camp-curie", 5, 1)
    begin = datetime.fromtimestamp(sim.advance(60), UTC)
    first = of_a_meeting("camp: Curie", "camp-curie", 1, 10)
    again = of_a_meeting("camp: Curie", "camp-curie", 2, 20)
    renamed = of_a_meeting("Main hall", "camp-gray", 1, 0)
    of_a_meeting("camp-2027: Gray", "camp-2027-gray", 1, 5)
    of_a_meeting("Private", "private", 1, 5)
    mast = sim.seed(independents=["camp-mast"])["livestreams"][0]
    sim.push(mast)
    sim.advance(7200)
    sim.unpush(mast)
    end = datetime.fromtimestamp(sim.advance(60), UTC)
    return {"begin": begin.isoformat(), "end": end.isoformat(), "first": first, "again": again, "renamed": renamed}


def hours(seconds: float) -> float:
    """To a tenth: livestreams need a moment to go live, and to end."""
    return round(seconds / 3600, 1)


class TestEventReport:
    """The report on an event, from the sessions of its livestreams."""

    def test_sample(self, pages: dict[str, str]) -> None:
        page = parsed(pages["event_report"])
        assert text_of(page.find("body/header/p")) == "2019-08-21 to 2019-08-23 · days are those of Europe/Berlin"
        rows = [[text_of(cell) for cell in row] for row in page.iterfind(".//table[@aria-labelledby='rooms']/tbody/tr")]
        assert rows[0] == ["Room 0 not in the list", "3", "28:20", "368:20", "13.0"]
        assert rows[2][0] == "Room 2"
        assert rows[4] == ["Room lost", "could not be read", "\u2013", "\u2013", "\u2013"]
        tables = page.findall(".//table[@class='wide rooms']")
        assert len(tables) == 4
        last = [[text_of(cell) for cell in row] for row in tables[3].iterfind("tbody/tr")]
        assert [row[:3] for row in last[:2]] == [["Room 0", "10:00", "on the air"], ["Room 1", "10:01", "19:30"]]
        assert len(page.findall(".//figure")) == 2
        # One day needs no chart.
        assert parsed(pages["event_of_a_day"]).findall(".//figure") == []
        assert "No sessions" in text_of(parsed(pages["event_of_nothing"]))

    def test_module(self, actor: Any, sim: Control, camp: dict[str, str]) -> None:
        streams = [
            {"name": "camp-curie", "title": "Curie", "meeting_title": "camp: Curie"},
            {"name": "camp-mast", "independent": True},
            {"name": "camp-never", "meeting_title": "camp: Never"},
        ]
        said = {"report": "event", "event": "camp", "streams": streams}
        ran = actor("realtime_analytics_info", **said, start_time=camp["begin"], end_time=camp["end"])
        assert {entry.method for entry in ran.journal} == {"GET"}
        rooms = {room["name"]: room for room in ran.values["analytics"]["rooms"]}
        assert list(rooms) == ["camp-curie", "camp-mast", "camp-never", "camp-gray"]
        assert [room["listed"] for room in rooms.values()] == [True, True, True, False]
        assert [room["count"] for room in rooms.values()] == [2, 1, 0, 1]
        assert [hours(room["total_ingest_seconds"]) for room in rooms.values()] == [3, 2, 0, 1]
        assert hours(rooms["camp-curie"]["total_viewer_seconds"]) == 50
        assert rooms["camp-curie"]["meeting_id"] == camp["again"]
        assert (rooms["camp-gray"]["meeting_id"], rooms["camp-gray"]["meeting_title"]) == (camp["renamed"], "Main hall")
        assert rooms["camp-mast"]["independent"]
        assert ran.values["analytics"]["count"] == 4
        whole = actor("realtime_analytics_info", **said).values["analytics"]
        assert (whole["count"], whole["rooms"][0]["count"]) == (5, 3)
        chosen = {"streams": streams[1:], "others": [{"name": "camp-curie", "meeting_title": "camp: Curie"}]}
        some = actor("realtime_analytics_info", **{**said, **chosen}).values["analytics"]["rooms"]
        assert [room["name"] for room in some] == ["camp-mast", "camp-never", "camp-gray"]

    @pytest.mark.parametrize("shape", ["livestream_sessions", "livestreams", "livestreams_object"])
    @pytest.mark.parametrize("by_id", ["wrapped", "session_object"])
    def test_every_livestream_of_a_meeting_counts(self, actor: Any, sim: Control, shape: str, by_id: str) -> None:
        """An answer about a meeting may hold the newest one only."""
        sim.configure(by_meeting_shape=shape, by_id_shape=by_id)
        meeting = sim.add_meeting(title="camp: Hall")
        for hours_on_air in (3, 1):
            held(actor, sim, meeting, "camp-hall", hours_on_air)
        (room,) = actor("realtime_analytics_info", report="event", event="camp").values["analytics"]["rooms"]
        assert (room["count"], hours(room["total_ingest_seconds"])) == (2, 4)
        assert [session["on_air"] for session in room["sessions"]] == [False, False]

    @pytest.mark.parametrize(("first", "expected"), [("camp-hall", (2, 4)), ("other-hall", (1, 1))])
    def test_sessions_of_earlier_livestreams_beside_the_newest(
        self, actor: Any, sim: Control, first: str, expected: tuple[int, int]
    ) -> None:
        """As Cloudflare's example of the answer has it: one livestream, and a list of sessions."""
        sim.add_meeting(title="other: Desk")
        meeting = sim.add_meeting(title="camp: Hall")
        for name, hours_on_air in ((first, 3), ("camp-hall", 1)):
            held(actor, sim, meeting, name, hours_on_air)
        ids = [item["id"] for item in sim.livestreams()]
        found = [actor("realtime_livestream_info", livestream_id=item).values["livestreams"][0] for item in ids]
        sessions = [session for item in found for session in item["sessions"]]
        body = {"success": True, "data": {"livestream": found[-1], "sessions": sessions}}
        answer = {"kind": "status", "status": 200, "body": body, "times": None}
        sim.faults({"operation": "get_meeting_livestreams", **answer})
        (room,) = actor("realtime_analytics_info", report="event", event="camp").values["analytics"]["rooms"]
        assert (room["count"], hours(room["total_ingest_seconds"])) == expected

    def test_what_is_on_the_air_is_said(self, actor: Any, sim: Control) -> None:
        """Also of what nobody can tell whether it is of the event."""
        meeting = sim.add_meeting(title="camp: Hall")
        held(actor, sim, meeting, "camp-hall", 1)
        actor(meeting_id=meeting, name="second-hall", state="started")
        other = sim.add_meeting(title="camp: Gray")
        actor(meeting_id=other, name="camp-gray", state="started")
        ran = actor("realtime_analytics_info", report="event", event="camp")
        assert {room["name"]: (room["on_air"], room["count"]) for room in ran.values["analytics"]["rooms"]} == {
            "camp-hall": (False, 1),
            "camp-gray": (True, 1),
        }
        (warning,) = ran.warnings
        assert "not counted, since their names look as if of another event: 'second-hall' (on the air)" in warning

    def test_what_is_listed_and_not_told_by_its_meeting_is_read_by_its_id(self, actor: Any, sim: Control) -> None:
        held(actor, sim, sim.add_meeting(title="camp: Hall"), "camp-hall", 1)
        sim.faults({"operation": "get_meeting_livestreams", "kind": "status", "status": 404, "times": None})
        (room,) = actor("realtime_analytics_info", report="event", event="camp").values["analytics"]["rooms"]
        assert (room["count"], hours(room["total_ingest_seconds"])) == (1, 1)

    @pytest.mark.parametrize("how", ["not known", "not told"])
    def test_sessions_that_nobody_tells_are_not_none(self, actor: Any, sim: Control, how: str) -> None:
        held(actor, sim, sim.add_meeting(title="camp: Hall"), "camp-hall", 1)
        missing = {"kind": "status", "status": 404, "times": None}
        rules = [{**missing, "operation": "get_meeting_livestreams"}, {**missing, "operation": "get_livestream"}]
        sim.configure(by_id_shape="flat")
        sim.faults(*(rules if how == "not known" else rules[:1]))
        ran = actor("realtime_analytics_info", report="event", event="camp")
        assert ran.values["msg"].startswith("1 of 1 rooms failed: camp-hall: the sessions of the livestream ")
        assert ran.values["analytics"]["rooms"][0]["count"] is None

    def test_a_meeting_may_serve_two_events(self, actor: Any, sim: Control) -> None:
        meeting = sim.add_meeting(title="Main stage")
        held(actor, sim, meeting, "camp2027-hall", 10)
        held(actor, sim, meeting, "camp2028-hall", 1)
        held(actor, sim, meeting, "by-hand", 1)
        stream = {"meeting_id": meeting}
        for event, alone, listed in (("camp2027", 10, 11), ("camp2028", 1, 2)):
            said = {"report": "event", "event": event}
            found = actor("realtime_analytics_info", **said).values["analytics"]
            assert hours(found["total_ingest_seconds"]) == alone
            streams = [{"name": f"{event}-hall", **stream}]
            found = actor("realtime_analytics_info", **said, streams=streams).values["analytics"]
            assert hours(found["total_ingest_seconds"]) == listed

    def test_a_name_that_the_service_may_have_cut_is_not_called_off_the_air(self, actor: Any, sim: Control) -> None:
        sim.configure(name_form="cut")
        title = f"camp: {'the longest of all halls ' * 3}"
        held(actor, sim, sim.add_meeting(title=title[:64]), "camp-hall", 1)
        streams = [{"name": "camp-long", "meeting_title": title}]
        ran = actor("realtime_analytics_info", report="event", event="camp", streams=streams)
        assert "may be what the service calls" in ran.values["msg"]
        assert [room["count"] for room in ran.values["analytics"]["rooms"]] == [None, 1]

    def test_an_event_of_which_there_is_nothing_is_no_event_without_sessions(self, actor: Any, sim: Control) -> None:
        """A misspelt name, or another app. A room that was never livestreamed is one."""
        sim.add_meeting(title="camp2027: Hall")
        room = {"name": "camp2027-hall", "meeting_title": "camp2027: Hall"}
        for options, text in (
            ({"event": "camp2072"}, "nothing carries the event's name 'camp2072': did you mean 'camp2027'?"),
            ({"streams": [{**room, "meeting_title": "camp2072: Hall"}]}, "none of these rooms was found: check"),
        ):
            ran = actor("realtime_analytics_info", report="event", **options)
            assert ran.values["failed"]
            assert text in ran.values["msg"].lower()
        for options in ({"event": "camp2027"}, {"streams": [room]}):
            assert actor("realtime_analytics_info", report="event", **options).values["analytics"]["count"] == 0

    def test_only_what_goes_on_is_on_the_air(self, actor: Any, sim: Control) -> None:
        going, failed = (sim.add_meeting(title=f"camp: {name}") for name in ("Going", "Failed"))
        for meeting, name in ((going, "camp-going"), (failed, "camp-failed")):
            actor(meeting_id=meeting, name=name, state="started")
        sim.advance(60)
        sim.fail(next(item["id"] for item in sim.livestreams() if item["meeting_id"] == failed))
        found = actor("realtime_analytics_info", report="event", event="camp").values["analytics"]["rooms"]
        assert {room["name"]: [item["on_air"] for item in room["sessions"]] for room in found} == {
            "camp-going": [True],
            "camp-failed": [False],
        }

    def test_a_room_that_cannot_be_read(self, actor: Any, sim: Control, camp: dict[str, str]) -> None:
        body = {"success": False, "error": {"code": 403, "message": "That is not for you"}}
        sim.faults({"operation": "get_meeting_livestreams", "kind": "status", "status": 403, "body": body, "times": 1})
        ran = actor("realtime_analytics_info", report="event", event="camp", concurrency=1)
        assert ran.values["failed"]
        assert ran.values["msg"].startswith("1 of 3 rooms failed: camp-curie: ")
        rooms = ran.values["analytics"]["rooms"]
        assert [room["count"] is None for room in rooms] == [True, False, False]
        assert rooms[0]["error"]["status"] == 403
        assert rooms[0]["sessions"] is None

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({"report": "event"}, "which event is meant?"),
            ({"report": "event", "event": "Camp!"}, "event must be lower-case letters"),
            ({"report": "event", "event": "camp", "filters": "x"}, "filters has no meaning for report event"),
            ({"report": "app_daily", "event": "camp"}, "event is for report event, not for report app_daily"),
            ({"report": "event", "event": "camp", "concurrency": 0}, "concurrency must be from 1"),
        ],
    )
    def test_wrong_options(self, actor: Any, sim: Control, options: dict[str, Any], message: str) -> None:
        ran = actor("realtime_analytics_info", **options)
        assert message in ran.values["msg"]
        assert ran.journal == []

    @pytest.mark.cores
    def test_page_and_data(self, playbook: Any, camp: dict[str, str]) -> None:
        page, data = playbook.home / "report.html", playbook.home / "report.json"
        variables = {
            "event": "camp",
            "streams": ROOMS,
            "report": str(page),
            "report_data": str(data),
            "report_start": camp["begin"],
            "report_end": camp["end"],
        }
        extra = {f"event_livestream_{name}": value for name, value in variables.items()}
        ran = playbook(REPORT_PLAYBOOK, extra=extra)
        assert (ran.returncode, ran.changed, ran.accepted) == (0, 2, []), ran.output
        lines = ran.registered(f"{TITLE}Tell how long each room was sent and watched")["msg"]
        assert lines[0].startswith("Curie: 2 sessions, sent 3:0")
        operations = {entry.operation for entry in ran.journal}
        assert operations == {"list_meetings", "list_livestreams", "get_meeting_livestreams", "get_livestream"}
        found = json.loads(data.read_text())
        assert (found["title"], found["livestreams"], found["app_daily"]) == ("camp", None, None)
        assert [room["title"] for room in found["event"]["rooms"]] == ["Curie", "Mast", "never", "Main hall"]
        assert [room["count"] for room in found["event"]["rooms"]] == [2, 1, 0, 1]
        stats = ran.registered(f"{TITLE}Give the totals to the workflow")["ansible_stats"]["data"]
        assert stats["event_livestream_report_totals"].keys() == {
            "count",
            "total_ingest_seconds",
            "total_viewer_seconds",
        }
        tree = parsed(page.read_text())
        rows = [text_of(row) for row in tree.iterfind(".//table[@aria-labelledby='rooms']/tbody/tr")]
        assert len(rows) == 4
        assert rows[3].startswith("Main hall not in the list1")
        assert tree.find(".//table[@aria-labelledby='day-1']") is not None
        assert tree.find(".//*[@id='app']") is None
        before = page.read_bytes(), data.read_bytes()
        again = playbook(REPORT_PLAYBOOK, extra=extra)
        assert (again.returncode, again.changed, (page.read_bytes(), data.read_bytes())) == (0, 0, before)
        both = playbook(REPORT_PLAYBOOK, extra={**extra, "event_livestream_report_app": "yes"})
        assert both.returncode == 0, both.output
        assert json.loads(data.read_text())["livestreams"]["count"] == 6
        assert parsed(page.read_text()).find(".//*[@id='app']") is not None

    def test_only_some_days_of_a_schedule(self, playbook: Any, camp: dict[str, str]) -> None:
        """Today's talks are meant, not those of the days before and after."""
        today = datetime.fromisoformat(camp["begin"]).date()
        talk = {"title": "Talk", "start": "10:00", "duration": "01:00"}
        days = [
            {"index": number, "date": f"{today + timedelta(number - 2)}", "rooms": {"Curie": [{**talk, "id": number}]}}
            for number in (1, 2, 3)
        ]
        conference = {"acronym": "camp", "title": "Camp", "time_zone_name": "UTC", "daysCount": 3, "days": days}
        conference |= {"start": days[0]["date"], "end": days[-1]["date"]}
        (playbook.home / "schedule.json").write_text(json.dumps({"schedule": {"conference": conference}}))
        data = playbook.home / "report.json"
        variables = {"schedule": str(playbook.home / "schedule.json"), "report_data": str(data)}
        extra = {f"event_livestream_{name}": value for name, value in variables.items()}
        counts = []
        for chosen in ([], [2], [1, 3]):
            ran = playbook(REPORT_PLAYBOOK, extra={**extra, "event_livestream_schedule_days": chosen})
            assert ran.returncode == 0, ran.output
            event = json.loads(data.read_text())["event"]
            assert {day["day"] for day in event["days"]} <= {days[number - 1]["date"] for number in chosen or (1, 2, 3)}
            counts.append((event["count"], event["outside"]))
        whole, second, others = counts
        assert second[0] > 0
        assert second == (whole[0] - others[0], others[0] + whole[1])

    def test_a_room_that_cannot_be_read_fails_the_play_in_the_end(
        self, playbook: Any, sim: Control, camp: dict[str, str]
    ) -> None:
        body = {"success": False, "error": {"code": 403, "message": "That is not for you"}}
        sim.faults({"operation": "get_meeting_livestreams", "kind": "status", "status": 403, "body": body, "times": 1})
        page = playbook.home / "report.html"
        variables = {"event": "camp", "report": str(page), "concurrency": 1}
        ran = playbook(REPORT_PLAYBOOK, extra={f"event_livestream_{name}": value for name, value in variables.items()})
        assert ran.returncode == 2
        assert "1 of 3 rooms failed: camp-curie" in ran.failure
        assert "could not be read" in text_of(parsed(page.read_text()))


SECRET = "nobody else's business"


def plant(playbook: Any, *names: str) -> tuple[Path, Path]:
    """Links in the place of pages, one to a file and the next to a folder; returns these."""
    victim, folder = playbook.home / "victim", playbook.home / "folder"
    victim.write_text(SECRET)
    victim.chmod(0o600)
    folder.mkdir()
    for name, target in zip(names, (victim, folder), strict=False):
        (playbook.home / name).symlink_to(target)
    return victim, folder


def unharmed(playbook: Any, victim: Path, folder: Path, *names: str) -> None:
    """The pages are files of their own, and what was linked to is as it was."""
    assert (victim.read_text(), victim.stat().st_mode & 0o777) == (SECRET, 0o600)
    assert list(folder.iterdir()) == []
    for name in names:
        page = playbook.home / name
        assert not page.is_symlink()
        assert page.stat().st_mode & 0o777 == 0o644


class TestPlanted:
    """Whoever may write to the folder of a page does not get anything else written, or shown."""

    @pytest.mark.cores
    @both_ways
    def test_report(self, playbook: Any, way: bool) -> None:
        """The paths are relative, and begin at the working directory."""
        playbook.in_process = way
        names = ("report.html", "report.json")
        linked = plant(playbook, *names)
        play = report(event_livestream_report=f" {names[0]} ", event_livestream_report_data=names[1])
        check = playbook(play, "--check", "--diff")
        assert (check.returncode, check.changed) == (0, 2), check.output
        assert (playbook.home / names[0]).is_symlink()
        ran = playbook(play, "--diff")
        assert (ran.returncode, ran.changed) == (0, 2), ran.output
        assert SECRET not in check.output + ran.output
        unharmed(playbook, *linked, *names)
        again = playbook(play, "--diff")
        assert (again.returncode, again.changed) == (0, 0), again.output

    @pytest.mark.cores
    @both_ways
    @pytest.mark.parametrize("order", [1, -1], ids=["to a file", "to a folder"])
    def test_run_sheet(self, playbook: Any, way: bool, order: int) -> None:
        playbook.in_process = way
        linked = plant(playbook, *("sheet.html", "other.html")[::order])
        streams = [{"name": "desk", "meeting_title": "Desk"}]
        said = {"event_livestream_streams": streams, "event_livestream_run_sheet": "sheet.html"}
        ran = playbook("eventops.cloudflare.event_provision", "--diff", extra=said)
        assert ran.returncode == 0, ran.output
        assert SECRET not in ran.output
        unharmed(playbook, *linked, "sheet.html")
        assert "desk" in (playbook.home / "sheet.html").read_text()
        assert playbook("eventops.cloudflare.event_provision", extra=said).changed == 0

    @pytest.mark.cores
    def test_a_page_on_another_host(self, playbook: Any) -> None:
        """The module of the same name writes it there, as it does with become."""
        victim, folder = plant(playbook, "page.html")
        inventory = playbook.home / "hosts.yml"
        probe = Path(__file__).parent / "probe"
        elsewhere = {
            "ansible_connection": "eventops.probe.elsewhere",
            "ansible_python_interpreter": sys.executable,
        }
        inventory.write_text(json.dumps({"all": {"hosts": {"elsewhere": elsewhere}}}))
        page = playbook.home / "page.html"
        play = [
            {"hosts": "elsewhere", "connection": "eventops.probe.elsewhere", "tasks": [task(RUN_SHEET, sheet(), page)]}
        ]
        environment = {
            "ANSIBLE_COLLECTIONS_PATH": f"{playbook.environment()['ANSIBLE_COLLECTIONS_PATH']}:{probe}",
            "ELSEWHERE_PYTHONPATH": "",
        }
        for changed in (1, 0):
            ran = playbook(play, "-i", str(inventory), "--diff", environment=environment)
            assert (ran.returncode, ran.changed) == (0, changed), ran.output
            assert "runs as a module: the connection is not local" in ran.output
            assert SECRET not in ran.output
        assert "invocation" not in ran.results[-1]["result"]
        unharmed(playbook, victim, folder, "page.html")


@pytest.mark.parametrize(
    ("option", "path", "message"),
    [
        ("run_sheet", "missing/sheet.html", "{}/missing/sheet.html: there is no folder"),
        ("run_sheet", "~/missing/sheet.html", "{}/missing/sheet.html: there is no folder"),
        ("run_sheet", "folder", "{}/folder is a folder, where a file is to be"),
        ("credentials", "linked", "{}/linked is a symbolic link: nothing is written through it"),
        ("credentials", "victim", "{}/victim: Not a directory"),
    ],
)
def test_a_path_that_cannot_be_written_is_refused_before_anything_is_started(
    playbook: Any, option: str, path: str, message: str
) -> None:
    _victim, folder = plant(playbook)
    (playbook.home / "linked").symlink_to(folder)
    said = {
        "event_livestream_streams": [{"name": "desk", "meeting_title": "Desk"}],
        f"event_livestream_{option}": path,
    }
    ran = playbook("eventops.cloudflare.event_start", extra=said)
    assert (ran.returncode, ran.journal) == (2, [])
    start = f"event_livestream_{option} cannot be written: {message.format(playbook.home)}"
    assert ran.results[-1]["result"]["msg"].startswith(start)


def test_a_report_without_a_folder_says_so(playbook: Any) -> None:
    ran = playbook(report(event_livestream_report="missing/report.html"))
    assert ran.returncode == 2
    message = ran.registered(f"{TITLE}Write the report as a page")["msg"]
    assert message == f"{playbook.home}/missing/report.html: there is no folder {playbook.home}/missing"
