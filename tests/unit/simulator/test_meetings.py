# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Meetings, webhooks and analytics."""

from __future__ import annotations

import time
from typing import Any

import pytest

from simulator.client import Control, ControlError

STORAGE = {"type": "aws", "access_key": "AKIA", "secret": "hidden", "bucket": "talks", "region": "eu-west-1"}


class TestMeetings:
    def test_create_and_read(self, api: Any) -> None:
        answer = api("POST", "/meetings", {"title": "Keynote", "session_keep_alive_time_in_secs": 600})
        assert answer.status_code == 201
        created = answer.json()["data"]
        assert created["title"] == "Keynote"
        assert created["status"] == "ACTIVE"
        assert created["session_keep_alive_time_in_secs"] == 600
        assert "ai_config" not in created
        assert api.data(f"/meetings/{created['id']}") == created
        assert api("GET", "/meetings/none").status_code == 404

    def test_patch_changes_what_is_named(self, api: Any) -> None:
        created = api("POST", "/meetings", {"title": "A", "persist_chat": True}).json()["data"]
        patched = api("PATCH", f"/meetings/{created['id']}", {"status": "INACTIVE"}).json()["data"]
        assert (patched["title"], patched["persist_chat"], patched["status"]) == ("A", True, "INACTIVE")
        assert patched["updated_at"] > created["updated_at"]
        assert api("PATCH", "/meetings/none", {}).status_code == 404

    def test_put_replaces_all(self, api: Any) -> None:
        created = api("POST", "/meetings", {"title": "A", "persist_chat": True}).json()["data"]
        replaced = api("PUT", f"/meetings/{created['id']}", {"title": "B"}).json()["data"]
        assert (replaced["title"], replaced["persist_chat"]) == ("B", False)
        assert api("PUT", "/meetings/none", {}).status_code == 404

    def test_secrets_are_written_and_never_read(self, api: Any) -> None:
        body = {"recording_config": {"storage_config": {**STORAGE, "password": "p", "private_key": "k"}}}
        created = api("POST", "/meetings", body).json()["data"]
        shown = {name: STORAGE[name] for name in ("type", "bucket", "region")}
        for meeting in (created, api.data(f"/meetings/{created['id']}"), api.data("/meetings")[0]):
            assert meeting["recording_config"]["storage_config"] == shown

    @pytest.mark.parametrize(
        ("body", "message"),
        [
            ({"colour": 1}, '[body] "colour" is not allowed'),
            ({"session_keep_alive_time_in_secs": 59}, '"session_keep_alive_time_in_secs" must be greater than'),
            ({"session_keep_alive_time_in_secs": 601}, '"session_keep_alive_time_in_secs" must be less than'),
            ({"session_keep_alive_time_in_secs": "60"}, '"session_keep_alive_time_in_secs" must be a number'),
            ({"title": 5}, '"title" must be a string'),
            ({"persist_chat": "yes"}, '"persist_chat" must be a boolean'),
            ({"ai_config": {"summarization": {"word_limit": 100}}}, '"ai_config.summarization.word_limit" must be'),
            ({"ai_config": {"transcription": {"language": "xx"}}}, '"ai_config.transcription.language" must be one of'),
            ({"recording_config": {"storage_config": {}}}, '"recording_config.storage_config.type" is required'),
            ({"recording_config": {"video_config": {"width": 4000}}}, '"recording_config.video_config.width" must be'),
            ({"recording_config": {"max_seconds": 1}}, '"recording_config.max_seconds" must be'),
            ({"recording_config": {"live_streaming_config": {"rtmp_url": "x"}}}, "live_streaming_config.rtmp_url"),
            ({"status": "INACTIVE"}, '[body] "status" is not allowed'),
            ([], "must be of type object"),
        ],
    )
    def test_invalid(self, api: Any, control: Control, body: Any, message: str) -> None:
        answer = api("POST", "/meetings", body)
        assert answer.status_code == 422
        assert answer.json()["success"] is False
        assert message in answer.json()["message"]
        assert [entry.accepted for entry in control.journal()] == [False]

    def test_list(self, api: Any, control: Control) -> None:
        first = control.add_meeting(id="11111111-2222-4333-8444-555555555555", title="Morning")
        control.advance(3600)
        second = control.add_meeting(title="Evening", status="INACTIVE")
        created = api.data(f"/meetings/{second}")["created_at"]

        def ids(**query: Any) -> list[str]:
            return [item["id"] for item in api.data("/meetings", **query)]

        assert ids() == [second, first]
        assert ids(search="morn") == [first]
        assert ids(search="11111111") == [first]
        assert ids(search="noon") == []
        assert ids(status="INACTIVE") == [second]
        assert ids(start_time=created) == [second]
        assert ids(end_time="2000-01-01") == []
        assert ids(page_no=2, per_page=1) == [first]
        assert ids(page_no="", per_page=0) == [second, first]
        assert api.get("/meetings")["paging"] == {"total_count": 2, "start_offset": 1, "end_offset": 2}

    def test_chosen_ids_are_unique(self, control: Control) -> None:
        control.add_meeting(id="mine")
        with pytest.raises(ControlError, match="409"):
            control.add_meeting(id="mine")

    def test_active_session(self, api: Any, control: Control, meeting: str) -> None:
        path = f"/meetings/{meeting}/active-session"
        assert api("GET", path).status_code == 404
        control.presence(meeting, 3)
        control.presence(meeting, 2)
        session = api.data(path)
        assert session["associated_id"] == meeting
        assert (session["live_participants"], session["max_concurrent_participants"]) == (2, 3)
        control.presence(meeting, 0)
        control.advance(59)
        assert api.data(path)["id"] == session["id"]
        control.advance(2)
        assert api("GET", path).status_code == 404
        control.presence(meeting, 1)
        assert api.data(path)["id"] != session["id"]

    def test_people_from_the_beginning(self, api: Any, control: Control) -> None:
        control.configure(default_participants=2)
        meeting = control.add_meeting()
        assert api.data(f"/meetings/{meeting}/active-session")["live_participants"] == 2


def test_webhooks(api: Any) -> None:
    assert api("GET", "/webhooks").status_code == 404
    body = {"name": "status", "url": "https://example.com/hook", "events": ["livestreaming.statusUpdate"]}
    answer = api("POST", "/webhooks", body)
    assert answer.status_code == 201
    created = answer.json()["data"]
    assert created["enabled"] is True
    path = f"/webhooks/{created['id']}"
    assert api.data("/webhooks") == [created]
    assert api.data(path) == created
    assert api("PATCH", path, {"enabled": False}).json()["data"]["enabled"] is False
    assert api("PUT", path, {**body, "name": "other"}).json()["data"] == {
        **created,
        "name": "other",
        "updated_at": api.data(path)["updated_at"],
    }
    assert api("POST", "/webhooks", {**body, "events": ["nothing"]}).status_code == 422
    assert api("POST", "/webhooks", {**body, "url": "no"}).status_code == 422
    assert api("DELETE", path).json()["data"]["name"] == "other"
    assert api("DELETE", path).status_code == 404


class TestAnalytics:
    @pytest.fixture(autouse=True)
    def _sessions(self, api: Any, control: Control, frozen: None, meeting: str) -> None:
        for _unused in range(2):
            livestream_id = api.start(meeting)["id"]
            api.active(meeting)
            control.viewers(livestream_id, 2)
            control.advance(300)
            api.stop(meeting)

    def test_overall(self, api: Any) -> None:
        totals = api.data("/analytics/livestreams/overall")
        assert totals == {
            "count": 2,
            "total_ingest_seconds": 600,
            "total_viewer_seconds": 1200,
        }
        assert api.data("/analytics/livestreams/overall", end_time=1_000_000_000)["count"] == 0
        now = int(time.time())
        assert api.data("/analytics/livestreams/overall", start_time=now - 60, end_time=now + 60)["count"] == 1

    def test_daywise(self, api: Any) -> None:
        days = api.data("/analytics/livestreams/daywise")
        assert sum(day["count"] for day in days) == 2
        assert set(days[0]) == {"count", "date", "total_ingest_seconds", "total_viewer_seconds"}

    def test_of_the_app(self, api: Any) -> None:
        stats = api.data("/analytics/daywise")
        assert stats["session_stats"]["sessions_count"] == 2
        assert stats["session_stats"]["sessions_minutes_consumed"] == 10
        assert len(stats["session_stats"]["day_stats"]) == 31
        short = api.data("/analytics/daywise", start_date="2026-01-01", end_date="2026-01-03")
        assert [day["day"] for day in short["recording_stats"]["day_stats"]] == [
            "2026-01-01",
            "2026-01-02",
            "2026-01-03",
        ]
        assert api("GET", "/analytics/daywise", start_date="2026-13-01").status_code == 422
        assert api("GET", "/analytics/daywise", start_date="yesterday").status_code == 422
