# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Livestreams: every operation, and how they change over time."""

from __future__ import annotations

import re
import uuid
from datetime import datetime
from itertools import pairwise
from typing import Any

import pytest
import requests

from simulator.client import Control, ControlError

LIVESTREAM = {
    "id",
    "name",
    "meeting_id",
    "disabled",
    "status",
    "created_at",
    "updated_at",
    "ingest_server",
    "stream_key",
    "playback_url",
}
SESSION = {
    "id",
    "livestream_id",
    "created_at",
    "updated_at",
    "invoked_time",
    "started_time",
    "stopped_time",
    "err_message",
    "ingest_seconds",
    "viewer_seconds",
}


class TestStart:
    def test_answer(self, api: Any, meeting: str) -> None:
        started = api.start(meeting, name="Day one", video_config={"width": 1280, "height": 720})
        assert set(started) == {"id", "ingest_server", "playback_url", "status", "stream_key"}
        assert started["status"] == "INVOKED"
        assert started["ingest_server"] == "rtmps://live.cloudflare.com:443/live/"
        assert re.fullmatch("[0-9a-f]{64}", started["stream_key"])
        assert uuid.UUID(started["id"]).version == 4

    def test_is_live_at_the_next_read(self, api: Any, meeting: str) -> None:
        started = api.start(meeting)
        active = api.active(meeting)
        assert set(active) == LIVESTREAM - {"stream_key", "ingest_server"}
        assert (active["id"], active["status"], active["meeting_id"]) == (started["id"], "LIVE", meeting)

    def test_keeps_name_and_size(self, api: Any, control: Control, meeting: str) -> None:
        api.start(meeting, name="A name", video_config={"width": 640})
        assert api.active(meeting)["name"] == "A name"
        assert control.livestreams()[0]["video"] == {"width": 640}

    def test_body_may_be_missing(self, api: Any, meeting: str) -> None:
        assert api("POST", f"/meetings/{meeting}/livestreams").status_code == 201

    def test_becomes_live_after_a_while(self, api: Any, control: Control, meeting: str) -> None:
        control.configure(live_delay=30, playback_delay=90)
        assert "playback_url" not in api.start(meeting)
        assert api.active(meeting)["status"] == "INVOKED"
        control.advance(31)
        assert api.active(meeting)["status"] == "LIVE"
        assert "playback_url" not in api.active(meeting)
        control.advance(60)
        assert "playback_url" in api.active(meeting)

    def test_second_one_is_refused(self, api: Any, control: Control, meeting: str) -> None:
        api.start(meeting)
        answer = api("POST", f"/meetings/{meeting}/livestreams", {})
        assert answer.status_code == 409
        assert answer.json()["error"]["code"] == 409
        assert len(control.livestreams()) == 1

    def test_unknown_meeting(self, api: Any, control: Control) -> None:
        assert api("POST", "/meetings/nowhere/livestreams", {}).status_code == 404
        assert control.livestreams() == []

    def test_again_makes_another_livestream(self, api: Any, meeting: str) -> None:
        first = api.start(meeting)
        api.stop(meeting)
        second = api.start(meeting)
        assert first["id"] != second["id"]
        assert first["stream_key"] != second["stream_key"]

    def test_ends_after_a_day(self, api: Any, control: Control, meeting: str) -> None:
        started = api.start(meeting)
        api.active(meeting)
        control.advance(86_390)
        assert api.active(meeting)["status"] == "LIVE"
        control.advance(20)
        assert api.active(meeting) is None
        assert api.status(started["id"]) == "IDLE"

    @pytest.mark.parametrize("people", [0, 3])
    def test_ends_when_nobody_is_there(self, api: Any, control: Control, meeting: str, people: int) -> None:
        control.configure(auto_stop=True)
        control.presence(meeting, people)
        api.start(meeting)
        control.advance(119)
        assert api.active(meeting)
        control.advance(2)
        assert bool(api.active(meeting)) is bool(people)
        if people:
            control.presence(meeting, 0)
            control.advance(100)
            control.presence(meeting, 1)
            control.advance(100)
            assert api.active(meeting), "somebody came back in time"
            control.presence(meeting, 0)
            control.advance(121)
            assert api.active(meeting) is None

    def test_on_its_own_when_the_meeting_says_so(self, api: Any, control: Control) -> None:
        created = api("POST", "/meetings", {"live_stream_on_start": True}).json()["data"]
        assert api.active(created["id"]) is None
        control.presence(created["id"], 1)
        assert api.active(created["id"])["status"] == "LIVE"


class TestStop:
    @pytest.mark.parametrize("body", [None, {}])
    def test_answer(self, api: Any, meeting: str, body: Any) -> None:
        api.start(meeting)
        answer = api("POST", f"/meetings/{meeting}/active-livestream/stop", body)
        assert answer.status_code == 200
        assert answer.json() == {"data": {"message": "Stopped live stream successfully"}, "success": True}

    def test_outcome(self, api: Any, control: Control, meeting: str) -> None:
        livestream_id = api.start(meeting)["id"]
        api.active(meeting)
        control.advance(600)
        api.stop(meeting)
        assert api.active(meeting) is None
        read = api.data(f"/livestreams/{livestream_id}")
        assert read["livestream"]["status"] == "IDLE"
        session = read["sessions"][0]
        assert session["stopped_time"] > session["started_time"]
        control.advance(100)
        assert api.data(f"/livestreams/{livestream_id}")["sessions"][0]["ingest_seconds"] == 600

    def test_takes_a_while(self, api: Any, control: Control, meeting: str) -> None:
        control.configure(stop_delay=5)
        livestream_id = api.start(meeting)["id"]
        assert api.stop(meeting).status_code == 200
        assert api.active(meeting)["status"] == "LIVE"
        assert api.stop(meeting).status_code == 200
        assert api("POST", f"/meetings/{meeting}/livestreams", {}).status_code == 400
        control.advance(6)
        assert api.active(meeting) is None
        assert api.status(livestream_id) == "IDLE"
        assert [entry.accepted for entry in control.journal("stop_livestream")] == [True, False]
        api.start(meeting)

    def test_may_show_at_once_and_still_take_a_while(self, api: Any, control: Control, meeting: str) -> None:
        control.configure(stop_delay=5, stopping_shows="none")
        livestream_id = api.start(meeting)["id"]
        api.active(meeting)
        api.stop(meeting)
        assert api.active(meeting) is None
        assert api.status(livestream_id) == "IDLE"
        assert api("POST", f"/meetings/{meeting}/livestreams", {}).status_code == 400
        control.advance(6)
        api.start(meeting)

    def test_before_it_is_live(self, api: Any, control: Control, meeting: str) -> None:
        control.configure(live_delay=30)
        livestream_id = api.start(meeting)["id"]
        api.stop(meeting)
        control.advance(60)
        assert api.status(livestream_id) == "IDLE"
        session = api.data(f"/livestreams/{livestream_id}")["sessions"][0]
        assert (session["started_time"], session["ingest_seconds"]) == (None, 0)

    def test_nothing_active(self, api: Any, meeting: str) -> None:
        answer = api.stop(meeting)
        assert answer.status_code == 404
        assert answer.json()["error"]["message"] == f"No active livestream found for meeting_id {meeting}"

    def test_unknown_meeting(self, api: Any) -> None:
        assert api.stop("nowhere").status_code == 404


class TestReads:
    def test_by_id(self, api: Any, meeting: str) -> None:
        livestream_id = api.start(meeting)["id"]
        read = api.get(f"/livestreams/{livestream_id}")
        assert set(read["data"]["livestream"]) == LIVESTREAM
        assert [set(session) for session in read["data"]["sessions"]] == [SESSION]
        assert read["paging"] == {"total_count": 1, "start_offset": 1, "end_offset": 1}
        assert api("GET", f"/livestreams/{uuid.uuid4()}").status_code == 404

    def test_pages_of_sessions(self, api: Any, control: Control) -> None:
        livestream_id = api.create("camera")["id"]
        pushed = []
        for _unused in range(5):
            pushed.append(control.push(livestream_id))
            control.unpush(livestream_id)
        page = api.get(f"/livestreams/{livestream_id}", page_no=2, per_page=2)
        assert [session["id"] for session in page["data"]["sessions"]] == [pushed[2], pushed[1]]
        assert page["paging"] == {"total_count": 5, "start_offset": 3, "end_offset": 4}

    def test_active_session(self, api: Any, meeting: str) -> None:
        livestream_id = api.start(meeting)["id"]
        read = api.data(f"/livestreams/{livestream_id}/active-livestream-session")
        assert set(read["livestream"]) == LIVESTREAM
        assert set(read["session"]) == SESSION
        api.stop(meeting)
        assert api("GET", f"/livestreams/{livestream_id}/active-livestream-session").status_code == 404
        assert api("GET", "/livestreams/none/active-livestream-session").status_code == 404

    def test_session_by_id(self, api: Any, meeting: str) -> None:
        livestream_id = api.start(meeting)["id"]
        session = api.data(f"/livestreams/{livestream_id}")["sessions"][0]
        assert api.data(f"/livestreams/sessions/{session['id']}")["livestream_id"] == livestream_id
        assert api("GET", "/livestreams/sessions/none").status_code == 404

    def test_of_a_meeting(self, api: Any, meeting: str) -> None:
        assert api("GET", f"/meetings/{meeting}/livestream").status_code == 404
        api.start(meeting)
        api.stop(meeting)
        second = api.start(meeting)["id"]
        read = api.data(f"/meetings/{meeting}/livestream")
        assert read["livestream"]["id"] == second
        assert [session["livestream_id"] for session in read["sessions"]] == [second]

    def test_counters(self, api: Any, control: Control, frozen: None, meeting: str) -> None:
        livestream_id = api.start(meeting)["id"]
        api.active(meeting)
        control.viewers(livestream_id, 10)

        def counters() -> tuple[Any, Any]:
            session = api.data(f"/livestreams/{livestream_id}")["sessions"][0]
            return session["ingest_seconds"], session["viewer_seconds"]

        assert counters() == (60, 60)
        control.advance(30)
        assert counters() == (60, 60)
        control.advance(70)
        assert counters() == (100, 1000)
        control.viewers(livestream_id, 0)
        control.advance(100)
        assert counters() == (200, 1000)


class TestList:
    def test_empty(self, api: Any) -> None:
        read = api.get("/livestreams")
        assert read["data"] == []
        assert read["paging"]["total_count"] == 0

    def test_items(self, api: Any, control: Control) -> None:
        control.seed(meetings=2, active=True, independents=["one", None])
        read = api.get("/livestreams")
        assert [set(item) for item in read["data"]] == [LIVESTREAM] * 4
        created = [item["created_at"] for item in read["data"]]
        assert all(newer > older for newer, older in pairwise(created))
        assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", moment) for moment in created)

    def test_order(self, api: Any, control: Control) -> None:
        seeded = control.seed(independents=["a", "b", "c"])["livestreams"]
        assert [item["id"] for item in api.data("/livestreams", sort_order="ASC")] == seeded
        assert [item["id"] for item in api.data("/livestreams", sort_order="DSC")] == seeded[::-1]

    def test_filters(self, api: Any, control: Control) -> None:
        seeded = control.seed(meetings=3, active=True, past=1, independents=["a", "b"])
        cameras = seeded["livestreams"][-2:]
        control.push(cameras[0])
        control.fail(cameras[1])

        def ids(**query: Any) -> set[str]:
            return {item["id"] for item in api.data("/livestreams", **query)}

        assert len(ids()) == 8
        assert ids(exclude_meetings="true") == set(cameras)
        assert len(ids(exclude_meetings="false")) == 8
        assert len(ids(status="LIVE")) == 4
        assert len(ids(status="IDLE")) == 3
        assert ids(status="ERRORED") == {cameras[1]}
        assert ids(status="LIVE", exclude_meetings="true") == {cameras[0]}
        assert ids(status="INVOKED") == set()

    def test_filter_by_time(self, api: Any, control: Control) -> None:
        first = api.create()["id"]
        control.advance(3600)
        second = api.create()["id"]
        created = api.data(f"/livestreams/{second}")["livestream"]["created_at"]

        def ids(**query: Any) -> list[str]:
            return [item["id"] for item in api.data("/livestreams", **query)]

        assert ids(start_time=created) == [second]
        assert ids(end_time=created, sort_order="ASC") == [first, second]
        assert ids(end_time=str(datetime.fromisoformat(created).date().replace(year=2000))) == []
        assert ids(start_time=created, status="LIVE") == []

    def test_pages(self, api: Any, control: Control) -> None:
        seeded = control.seed(independents=[str(number) for number in range(45)])["livestreams"]
        pages = [api.get("/livestreams", page_no=page, sort_order="ASC") for page in (1, 2, 3, 4)]
        assert [len(page["data"]) for page in pages] == [20, 20, 5, 0]
        assert [item["id"] for page in pages for item in page["data"]] == seeded
        assert pages[2]["paging"] == {"total_count": 45, "start_offset": 41, "end_offset": 45}

    def test_largest_page(self, api: Any, control: Control) -> None:
        control.seed(independents=[None] * 120)
        assert len(api.data("/livestreams", per_page=1000)) == 100
        control.configure(max_per_page=30)
        assert len(api.data("/livestreams", per_page=50)) == 30

    def test_may_be_stale(self, api: Any, control: Control, meeting: str) -> None:
        control.configure(stale_list=10)
        api.start(meeting)
        assert api.active(meeting)["status"] == "LIVE"
        assert [item["status"] for item in api.data("/livestreams")] == ["INVOKED"]
        assert api.data("/livestreams", status="LIVE") == []
        control.advance(11)
        assert [item["status"] for item in api.data("/livestreams", status="LIVE")] == ["LIVE"]

    def test_may_lag(self, api: Any, control: Control) -> None:
        control.configure(list_lag=10)
        api.create()
        assert api.data("/livestreams") == []
        control.advance(11)
        assert len(api.data("/livestreams")) == 1


@pytest.mark.usefixtures("frozen")
class TestStaleReads:
    """Reads of one livestream and of sessions show what was some seconds ago."""

    def test_what_was_started_just_now_does_not_exist_yet(self, api: Any, control: Control, meeting: str) -> None:
        control.configure(stale_read=10)
        livestream = api.start(meeting)["id"]
        session = control.livestreams()[0]["sessions"][0]["id"]
        paths = (f"/livestreams/{livestream}", f"/livestreams/sessions/{session}")
        assert api.active(meeting) is None
        assert [api("GET", path).status_code for path in paths] == [404, 404]
        assert api("GET", f"/meetings/{meeting}/livestream").status_code == 404
        control.advance(11)
        assert api.active(meeting)["id"] == livestream
        assert [api("GET", path).status_code for path in paths] == [200, 200]
        assert len(api.data(f"/meetings/{meeting}/livestream")["sessions"]) == 1

    def test_what_is_started_again_looks_as_it_ended(self, api: Any, control: Control, meeting: str) -> None:
        control.configure(stale_read=10, restart_keeps_id=True)
        livestream = api.start(meeting)["id"]
        control.fail(livestream, "no composer free")
        control.advance(60)
        ended = api.data(f"/livestreams/{livestream}")
        assert (ended["livestream"]["status"], ended["sessions"][0]["err_message"]) == ("ERRORED", "no composer free")
        assert api.start(meeting)["id"] == livestream
        assert api.data(f"/livestreams/{livestream}") == ended
        control.advance(11)
        found = api.data(f"/livestreams/{livestream}")
        assert found["livestream"]["status"] == "LIVE"
        assert [item["err_message"] for item in found["sessions"]] == [None, "no composer free"]

    def test_what_ended_just_now_is_still_on(self, api: Any, control: Control, meeting: str) -> None:
        control.configure(live_delay=5)
        livestream = api.start(meeting)["id"]
        control.advance(60)
        control.configure(stale_read=10)
        assert api.stop(meeting).status_code == 200
        active = api.active(meeting)
        assert active["status"] == "LIVE"
        (session,) = api.data(f"/livestreams/{livestream}")["sessions"]
        assert session["stopped_time"] is None
        assert session["updated_at"] == session["started_time"]
        control.advance(11)
        assert api.active(meeting) is None
        (session,) = api.data(f"/livestreams/{livestream}")["sessions"]
        assert session["updated_at"] == session["stopped_time"] > session["started_time"]


class TestIndependent:
    def test_creation(self, api: Any) -> None:
        created = api.create("studio")
        assert set(created) == LIVESTREAM - {"created_at", "updated_at"}
        assert (created["name"], created["meeting_id"], created["status"]) == ("studio", None, "INVOKED")
        assert api.status(created["id"]) == "IDLE"

    def test_is_live_while_an_encoder_pushes(self, api: Any, control: Control) -> None:
        livestream_id = api.create()["id"]
        first = control.push(livestream_id)
        assert api.status(livestream_id) == "LIVE"
        assert api.data(f"/livestreams/{livestream_id}/active-livestream-session")["session"]["id"] == first
        control.unpush(livestream_id)
        assert api.status(livestream_id) == "IDLE"
        second = control.push(livestream_id)
        sessions = api.data(f"/livestreams/{livestream_id}")["sessions"]
        assert [session["id"] for session in sessions] == [second, first]

    def test_failure(self, api: Any, control: Control) -> None:
        livestream_id = api.create()["id"]
        control.push(livestream_id)
        control.fail(livestream_id, "No keyframes")
        read = api.data(f"/livestreams/{livestream_id}")
        assert read["livestream"]["status"] == "ERRORED"
        assert read["sessions"][0]["err_message"] == "No keyframes"
        control.push(livestream_id)
        assert api.status(livestream_id) == "LIVE"

    def test_failure_after_the_end(self, api: Any, control: Control, meeting: str) -> None:
        livestream_id = api.start(meeting)["id"]
        api.stop(meeting)
        control.fail(livestream_id, "Transcoding failed")
        assert api.data(f"/livestreams/{livestream_id}")["sessions"][0]["err_message"] == "Transcoding failed"

    def test_disabled(self, api: Any, control: Control) -> None:
        livestream_id = api.create()["id"]
        control.disable(livestream_id)
        assert api.data(f"/livestreams/{livestream_id}")["livestream"]["disabled"] is True
        with pytest.raises(ControlError, match="disabled"):
            control.push(livestream_id)
        control.disable(livestream_id, False)
        control.push(livestream_id)

    def test_what_an_encoder_cannot_do(self, api: Any, control: Control, meeting: str) -> None:
        of_meeting = api.start(meeting)["id"]
        camera = api.create()["id"]
        with pytest.raises(ControlError, match="independent"):
            control.push(of_meeting)
        with pytest.raises(ControlError, match="No encoder"):
            control.unpush(camera)
        control.push(camera)
        with pytest.raises(ControlError, match="already"):
            control.push(camera)
        with pytest.raises(ControlError, match="404"):
            control.push("none")

    def test_stream_keys_are_secrets(self, api: Any, control: Control, meeting: str) -> None:
        keys = [api.start(meeting)["stream_key"], api.create()["stream_key"]]
        assert control.secrets() == keys


def test_playback(api: Any, control: Control, meeting: str) -> None:
    url = api.start(meeting)["playback_url"]
    assert url.startswith(control.url)
    control.advance(10)
    playlist = requests.get(url, timeout=10)
    assert playlist.headers["content-type"] == "application/vnd.apple.mpegurl"
    assert playlist.text.splitlines()[0] == "#EXTM3U"
    assert "#EXT-X-MEDIA-SEQUENCE:2" in playlist.text
    api.stop(meeting)
    assert requests.get(url, timeout=10).status_code == 404
    assert requests.get(f"{control.url}/playback/none/manifest/video.m3u8", timeout=10).status_code == 404
    assert all("playback" not in entry.path for entry in control.journal())
    control.configure(playback_base="https://customer.example.com")
    assert api.start(meeting)["playback_url"].startswith("https://customer.example.com/playback/")
