# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reconciliation of one livestream: the decisions as a table, and every request pinned in order."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.eventops.cloudflare.plugins.module_utils.api.models import Livestream
from ansible_collections.eventops.cloudflare.plugins.module_utils.errors import (
    ApiError,
    ConnectionFailed,
    InvalidRequest,
    StateUnreachable,
    WaitFailed,
    WriteOutcomeUnknown,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.livestream_plan import (
    Action,
    Desired,
    oldest,
    plan,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.livestreams import reconcile_livestream
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.target import SETTLE

ACTIVE = "/meetings/m1/active-livestream"
START = "/meetings/m1/livestreams"
STOP = "/meetings/m1/active-livestream/stop"
LIST = "exclude_meetings=true&sort_order=ASC&page_no=1&per_page=100"
NONE = {"success": False, "error": {"code": 404, "message": "No active session found for meeting_id m1"}}
DUPLICATE = {"success": False, "error": {"code": 400, "message": "already livestreaming"}}
PLAYBACK = "https://example.org/manifest/video.m3u8"
LIVE = {"id": "l1", "name": "main", "meeting_id": "m1", "status": "LIVE", "playback_url": PLAYBACK}
STARTED = {
    "id": "l1",
    "status": "INVOKED",
    "playback_url": PLAYBACK,
    "ingest_server": "rtmps://in",
    "stream_key": "key-1",
}
FEED = {"id": "f1", "name": "feed", "meeting_id": None, "status": "IDLE", "disabled": False, "created_at": "2023-01-01"}
KEYS = {
    "id",
    "name",
    "meeting_id",
    "status",
    "disabled",
    "ingest_server",
    "playback_url",
    "created_at",
    "updated_at",
}


def data(value: Any, **paging: int) -> dict[str, Any]:
    return {"success": True, "data": value, **({"paging": paging} if paging else {})}


def ended(status: str, *sessions: dict[str, Any]) -> dict[str, Any]:
    """The answer about the livestream that was started, with these sessions."""
    return data({"livestream": {**LIVE, "status": status}, "sessions": list(sessions)})


def run(script: Any, params: Any, check_mode: bool = False, **options: Any) -> Any:
    outcome = reconcile_livestream(script.api(), params(**options), script.context(check_mode))
    assert set(outcome.values) == {"livestream"}
    assert set(outcome.values["livestream"]) - {"stream_key"} == KEYS
    assert set(outcome.diff["after"]) == KEYS
    assert (outcome.diff["before"] != outcome.diff["after"]) is outcome.changed
    return outcome


class TestPlan:
    """Pure decisions."""

    @pytest.mark.parametrize(
        ("state", "status", "action", "leads_to"),
        [
            ("started", None, Action.START, "LIVE"),
            ("started", "IDLE", Action.START, "LIVE"),
            ("started", "OFFLINE", Action.START, "LIVE"),
            ("started", "ERRORED", Action.START, "LIVE"),
            ("started", "INVOKED", Action.NOTHING, "LIVE"),
            ("started", "LIVE", Action.NOTHING, "LIVE"),
            ("started", "RECONNECTING", Action.NOTHING, "LIVE"),
            ("stopped", None, Action.NOTHING, "IDLE"),
            ("stopped", "IDLE", Action.NOTHING, "IDLE"),
            ("stopped", "ERRORED", Action.NOTHING, "ERRORED"),
            ("stopped", "INVOKED", Action.STOP, "IDLE"),
            ("stopped", "LIVE", Action.STOP, "IDLE"),
            ("stopped", "RECONNECTING", Action.STOP, "IDLE"),
        ],
    )
    def test_of_a_meeting(self, state: str, status: str | None, action: Action, leads_to: str) -> None:
        observed = Livestream(id="l1", status=status) if status else None
        planned = plan(observed, Desired(state=state, meeting_id="m1"))
        assert (planned.action, planned.livestream.status) == (action, leads_to)
        assert planned.changed is (action is not Action.NOTHING)

    @pytest.mark.parametrize(
        ("state", "status", "action", "leads_to"),
        [
            ("present", None, Action.CREATE, "INVOKED"),
            ("present", "IDLE", Action.NOTHING, "IDLE"),
            ("present", "LIVE", Action.NOTHING, "LIVE"),
            ("started", None, Action.CREATE, "LIVE"),
            ("started", "IDLE", Action.NOTHING, "LIVE"),
            ("started", "LIVE", Action.NOTHING, "LIVE"),
            ("stopped", None, Action.NOTHING, None),
            ("stopped", "LIVE", Action.NOTHING, "IDLE"),
            ("stopped", "OFFLINE", Action.NOTHING, "OFFLINE"),
        ],
    )
    def test_of_an_independent_one(self, state: str, status: str | None, action: Action, leads_to: str) -> None:
        observed = Livestream(id="l1", status=status) if status else None
        planned = plan(observed, Desired(state=state, name="feed"))
        assert (planned.action, planned.livestream.status) == (action, leads_to)

    @pytest.mark.parametrize(
        ("desired", "observed", "text"),
        [
            (Desired("started", name="f", wait=False), Livestream(status="IDLE"), "an encoder has to push"),
            (Desired("stopped", name="f", wait=False), Livestream(status="LIVE"), "still pushing"),
            (Desired("started", name="f"), Livestream(status="IDLE", disabled=True), "is disabled"),
            (Desired("started", livestream_id="l1"), Livestream(status="IDLE", meeting_id="m1"), "meeting m1"),
            (Desired("stopped", livestream_id="l1"), Livestream(status="LIVE", meeting_id="m1"), "meeting m1"),
            (Desired("present", livestream_id="l1"), None, "does not exist"),
            (Desired("started", livestream_id="l1"), None, "does not exist"),
            (Desired("stopped", livestream_id="l1"), None, "does not exist"),
        ],
    )
    def test_what_the_api_cannot_do(self, desired: Desired, observed: Livestream | None, text: str) -> None:
        with pytest.raises(StateUnreachable, match=text):
            plan(observed, desired)

    def test_warnings(self) -> None:
        desired = Desired("started", name="new", livestream_id="l1", video_config={"width": 1})
        warnings = plan(Livestream(id="l1", status="LIVE", name="old"), desired).warnings
        assert len(warnings) == 2
        assert "cannot be renamed" in warnings[0]
        assert "video_config has no effect" in warnings[1]

    def test_the_oldest_enabled_independent_one_of_the_name_is_the_one(self) -> None:
        items = [
            Livestream(id="later", name="feed", created_at="2023-01-03"),
            Livestream(id="unknown", name="feed"),
            Livestream(id="b", name="feed", created_at="2023-01-02"),
            Livestream(id="a", name="feed", created_at="2023-01-02"),
            Livestream(id="disabled", name="feed", created_at="2023-01-01", disabled=True),
            Livestream(id="meeting", name="feed", created_at="2023-01-01", meeting_id="m1"),
            Livestream(id="other", name="Feed", created_at="2023-01-01"),
        ]
        found, warnings = oldest(items, "feed")
        assert found is not None
        assert found.id == "a"
        assert "not b, later, unknown" in warnings[0]
        assert oldest(items[4:], "feed") == (None, ())


class TestOptions:
    """What is refused before anything is sent."""

    @pytest.mark.parametrize(
        ("options", "text"),
        [
            ({}, "which livestream"),
            ({"name": " "}, "which livestream"),
            ({"meeting_id": "m1"}, "use state started"),
            ({"meeting_id": "m1", "livestream_id": "l1"}, "only one of"),
            ({"meeting_id": "../x", "state": "started"}, "not an ID"),
            ({"livestream_id": "a/b"}, "not an ID"),
            ({"name": "x", "wait_timeout": -1.0}, "wait_timeout"),
        ],
    )
    def test_refused(self, script: Any, params: Any, options: dict[str, Any], text: str) -> None:
        with pytest.raises(InvalidRequest, match=text):
            run(script, params, **options)

    def test_blank_survey_answers_are_not_given(self, script: Any, params: Any) -> None:
        script.expect("GET", "/livestreams/l1", answer=data({"livestream": FEED}))
        run(script, params, meeting_id="", name="", livestream_id="l1", video_config={"width": None, "height": None})


class TestStartMeeting:
    """state: started, with a meeting_id."""

    def test_active_is_unchanged_in_one_request(self, script: Any, params: Any) -> None:
        script.expect("GET", ACTIVE, answer=data(LIVE))
        outcome = run(script, params, state="started", meeting_id="m1", name="other")
        assert not outcome.changed
        assert outcome.values["livestream"]["playback_url"] == PLAYBACK
        assert "is named 'main'" in outcome.warnings[0]

    def test_a_start_takes_two_requests(self, script: Any, params: Any) -> None:
        script.expect("GET", ACTIVE, 404, NONE)
        script.expect("POST", START, 201, data(STARTED), body={"name": "main"})
        outcome = run(script, params, state="started", meeting_id="m1", name="main", wait=False)
        assert outcome.changed
        assert outcome.diff["before"] == {}
        assert outcome.values["livestream"] == {
            "id": "l1",
            "name": "main",
            "meeting_id": "m1",
            "status": "INVOKED",
            "disabled": None,
            "ingest_server": "rtmps://in",
            "playback_url": PLAYBACK,
            "created_at": None,
            "updated_at": None,
        }
        assert script.sleeps == []
        assert outcome.secrets == ()

    def test_check_mode_reads_only_and_foresees_a_missing_meeting(self, script: Any, params: Any) -> None:
        script.expect("GET", ACTIVE, 404, NONE)
        script.expect("GET", "/meetings/m1", answer=data({"id": "m1"}))
        outcome = run(script, params, True, state="started", meeting_id="m1", name="main")
        assert outcome.changed
        assert outcome.values["livestream"]["status"] == "LIVE"
        script.expect("GET", ACTIVE, 404, NONE)
        script.expect("GET", "/meetings/m1", 404, {"error": {"code": 404, "message": "no such meeting"}})
        with pytest.raises(ApiError, match="no such meeting; check meeting_id"):
            run(script, params, True, state="started", meeting_id="m1")

    def test_waits_until_it_is_live_and_playable(self, script: Any, params: Any) -> None:
        script.expect("GET", ACTIVE, 404, NONE)
        script.expect("POST", START, 201, data({**STARTED, "playback_url": None}), body={})
        script.expect("GET", ACTIVE, answer=data({**LIVE, "status": "INVOKED", "playback_url": None}))
        script.expect("GET", ACTIVE, answer=data({**LIVE, "status": "PAUSED", "playback_url": None}))
        script.expect("GET", ACTIVE, answer=data({**LIVE, "playback_url": None}))
        script.expect("GET", ACTIVE, answer=data(LIVE))
        outcome = run(script, params, state="started", meeting_id="m1", return_stream_key=True)
        assert outcome.changed
        assert outcome.values["livestream"]["stream_key"] == "key-1"
        assert outcome.secrets == ("key-1",)
        assert script.sleeps == [1.0, 1.0, 2.0, 3.0]

    def test_an_invoked_one_is_waited_for_without_a_second_start(self, script: Any, params: Any) -> None:
        script.expect("GET", ACTIVE, answer=data({**LIVE, "status": "INVOKED"}))
        script.expect("GET", ACTIVE, answer=data(LIVE))
        assert not run(script, params, state="started", meeting_id="m1").changed

    def test_without_wait_an_invoked_one_is_enough(self, script: Any, params: Any) -> None:
        script.expect("GET", ACTIVE, answer=data({**LIVE, "status": "INVOKED"}))
        assert not run(script, params, state="started", meeting_id="m1", wait=False).changed

    def test_the_key_takes_one_request_more_when_the_answer_lacks_it(self, script: Any, params: Any) -> None:
        script.expect("GET", ACTIVE, answer=data(LIVE))
        script.expect("GET", "/livestreams/l1", answer=data({"livestream": {**LIVE, **STARTED, "status": "LIVE"}}))
        outcome = run(script, params, state="started", meeting_id="m1", return_stream_key=True)
        assert outcome.values["livestream"]["stream_key"] == "key-1"
        assert outcome.values["livestream"]["ingest_server"] == "rtmps://in"

    def test_a_timeout_says_what_was_last_seen(self, script: Any, params: Any) -> None:
        script.expect("GET", ACTIVE, 404, NONE)
        script.expect("POST", START, 201, data(STARTED), body={})
        for _time in range(3):
            script.expect("GET", ACTIVE, answer=data({**LIVE, "status": "INVOKED"}))
        with pytest.raises(
            WaitFailed, match="not LIVE within 4 s: its last status was INVOKED; look whether"
        ) as caught:
            run(script, params, state="started", meeting_id="m1", wait_timeout=4.0)
        assert caught.value.changed
        assert sum(script.sleeps) == 4.0

    def test_a_missing_playback_url_is_what_a_timeout_names(self, script: Any, params: Any) -> None:
        script.expect("GET", ACTIVE, answer=data({**LIVE, "playback_url": None}))
        with pytest.raises(WaitFailed, match="not given a playback URL within 0 s"):
            run(script, params, state="started", meeting_id="m1", wait_timeout=0.0)

    def test_an_error_ends_the_wait_with_its_message(self, script: Any, params: Any) -> None:
        script.expect("GET", ACTIVE, 404, NONE)
        script.expect("POST", START, 201, data(STARTED), body={})
        session = {"id": "s1", "livestream_id": "l1", "err_message": "no composer free"}
        for _time in range(2):
            script.expect("GET", ACTIVE, 404, NONE)
            script.expect("GET", "/livestreams/l1", answer=ended("ERRORED", session))
        with pytest.raises(WaitFailed, match="no composer free") as caught:
            run(script, params, state="started", meeting_id="m1")
        assert caught.value.changed
        assert script.sleeps == [1.0, 1.0]

    def test_one_that_ends_by_itself_ends_the_wait(self, script: Any, params: Any) -> None:
        script.expect("GET", ACTIVE, 404, NONE)
        script.expect("POST", START, 201, data(STARTED), body={})
        for _time in range(2):
            script.expect("GET", ACTIVE, 404, NONE)
            script.expect("GET", "/livestreams/l1", answer=ended("IDLE", {"id": "s1"}))
        with pytest.raises(WaitFailed, match="ended by itself"):
            run(script, params, state="started", meeting_id="m1")

    @pytest.mark.parametrize("status", ["ERRORED", "IDLE", "OFFLINE"])
    def test_a_single_look_that_shows_the_end_does_not(self, script: Any, params: Any, status: str) -> None:
        script.expect("GET", ACTIVE, 404, NONE)
        script.expect("POST", START, 201, data(STARTED), body={})
        for shown in (status, "INVOKED", status):
            script.expect("GET", ACTIVE, 404, NONE)
            script.expect("GET", "/livestreams/l1", answer=ended(shown, {"id": "s1"}))
        script.expect("GET", ACTIVE, answer=data(LIVE))
        assert run(script, params, state="started", meeting_id="m1").changed

    @pytest.mark.parametrize("status", ["ERRORED", "IDLE"])
    @pytest.mark.parametrize("field", ["invoked_time", "created_at", "started_time"])
    def test_the_end_of_an_earlier_session_does_not(self, script: Any, params: Any, status: str, field: str) -> None:
        """A livestream that is started again may keep its ID, and reads may lag behind."""
        script.expect("GET", ACTIVE, 404, NONE)
        script.expect("POST", START, 201, data(STARTED), body={}, date="Thu, 21 Aug 2025 10:00:09 GMT")
        old = {"id": "s1", "livestream_id": "l1", "err_message": "no composer free", field: "2025-08-21T09:59:57.900Z"}
        new = {"id": "s2", "livestream_id": "l1", "err_message": "no encoder free", field: "2025-08-21T10:00:00.000Z"}
        for _time in range(5):
            script.expect("GET", ACTIVE, 404, NONE)
            script.expect("GET", "/livestreams/l1", answer=ended(status, old))
        # And then it ends really.
        for _time in range(2):
            script.expect("GET", ACTIVE, 404, NONE)
            script.expect("GET", "/livestreams/l1", answer=ended(status, old, new))
        with pytest.raises(WaitFailed, match="no encoder free" if status == "ERRORED" else "ended by itself"):
            run(script, params, state="started", meeting_id="m1")

    def test_the_clocks_of_the_service_may_differ_a_little(self, script: Any, params: Any) -> None:
        script.expect("GET", ACTIVE, 404, NONE)
        script.expect("POST", START, 201, data(STARTED), body={})
        session = {"id": "s1", "err_message": "no composer free", "created_at": "2025-08-21T09:59:58.100Z"}
        for _time in range(2):
            script.expect("GET", ACTIVE, 404, NONE)
            script.expect("GET", "/livestreams/l1", answer=ended("ERRORED", session))
        with pytest.raises(WaitFailed, match="no composer free"):
            run(script, params, state="started", meeting_id="m1")

    def test_what_somebody_else_has_started_may_have_begun_earlier(self, script: Any, params: Any) -> None:
        script.expect("GET", ACTIVE, 404, NONE)
        script.expect("POST", START, 409, DUPLICATE, body={})
        script.expect("GET", ACTIVE, answer=data({**LIVE, "status": "INVOKED"}))
        session = {"id": "s1", "err_message": "no composer free", "created_at": "2025-08-21T09:59:50.000Z"}
        for _time in range(2):
            script.expect("GET", ACTIVE, 404, NONE)
            script.expect("GET", "/livestreams/l1", answer=ended("ERRORED", session))
        with pytest.raises(WaitFailed, match="no composer free") as caught:
            run(script, params, state="started", meeting_id="m1")
        assert not caught.value.changed

    def test_of_two_attempts_to_start_the_first_one_counts(self, script: Any, params: Any) -> None:
        """It may have been carried out, and then have failed."""
        script.expect("GET", ACTIVE, 404, NONE)
        script.expect("POST", START, 502, text="", body={})
        script.expect("GET", ACTIVE, 404, NONE)
        script.expect("GET", "/meetings/m1", answer=data({"id": "m1"}))
        script.expect("GET", ACTIVE, 404, NONE, date="Thu, 21 Aug 2025 10:00:30 GMT")
        script.expect("POST", START, 201, data(STARTED), body={})
        session = {"id": "s1", "err_message": "no composer free", "created_at": "2025-08-21T10:00:01.000Z"}
        for _time in range(2):
            script.expect("GET", ACTIVE, 404, NONE)
            script.expect("GET", "/livestreams/l1", answer=ended("ERRORED", session))
        with pytest.raises(WaitFailed, match="no composer free"):
            run(script, params, state="started", meeting_id="m1")

    @pytest.mark.parametrize(("found", "text"), [(True, "no composer free"), (False, "the service gives no reason")])
    def test_sessions_that_the_answer_lacks_are_read(self, script: Any, params: Any, found: bool, text: str) -> None:
        script.expect("GET", ACTIVE, 404, NONE)
        script.expect("POST", START, 201, data(STARTED), body={})
        for _time in range(2):
            script.expect("GET", ACTIVE, 404, NONE)
            script.expect("GET", "/livestreams/l1", answer=data({**LIVE, "status": "ERRORED"}))
            session = {"id": "s1", "livestream_id": "l1", "err_message": "no composer free"}
            history = {"livestreams": [{**LIVE, "id": "l0"}, LIVE], "sessions": [session]}
            query = "page_no=1&per_page=100"
            if found:
                script.expect("GET", "/meetings/m1/livestream", answer=data(history, total_count=1), query=query)
            else:
                script.expect("GET", "/meetings/m1/livestream", 404, NONE, query=query)
        with pytest.raises(WaitFailed, match=text):
            run(script, params, state="started", meeting_id="m1")

    def test_one_that_cannot_be_read_yet_is_waited_for(self, script: Any, params: Any) -> None:
        script.expect("GET", ACTIVE, 404, NONE)
        script.expect("POST", START, 201, data(STARTED), body={})
        for _time in range(3):
            script.expect("GET", ACTIVE, 404, NONE)
            script.expect("GET", "/livestreams/l1", 404, NONE)
        script.expect("GET", ACTIVE, answer=data(LIVE))
        assert run(script, params, state="started", meeting_id="m1").changed

    def test_a_list_that_lags_behind_does_not(self, script: Any, params: Any) -> None:
        script.expect("GET", ACTIVE, 404, NONE)
        script.expect("POST", START, 201, data(STARTED), body={})
        script.expect("GET", ACTIVE, 404, NONE)
        script.expect("GET", "/livestreams/l1", answer=data({"livestream": {**LIVE, "status": "INVOKED"}}))
        script.expect("GET", ACTIVE, answer=data(LIVE))
        assert run(script, params, state="started", meeting_id="m1").changed

    @pytest.mark.parametrize("status", [400, 409])
    def test_one_refused_because_somebody_else_started_it_is_unchanged(
        self, script: Any, params: Any, status: int
    ) -> None:
        script.expect("GET", ACTIVE, 404, NONE)
        script.expect("POST", START, status, DUPLICATE, body={})
        script.expect("GET", ACTIVE, answer=data(LIVE))
        assert not run(script, params, state="started", meeting_id="m1").changed

    @pytest.mark.parametrize("status", [500, 502, 504, 408, 409])
    def test_one_whose_answer_was_lost_is_changed(self, script: Any, params: Any, status: int) -> None:
        script.expect("GET", ACTIVE, 404, NONE)
        script.expect("POST", START, status, text="<html></html>", body={})
        script.expect("GET", ACTIVE, answer=data(LIVE))
        assert run(script, params, state="started", meeting_id="m1").changed

    def test_one_refused_while_an_earlier_one_stops_is_tried_again(self, script: Any, params: Any) -> None:
        script.expect("GET", ACTIVE, 404, NONE)
        script.expect("POST", START, 400, DUPLICATE, body={})
        script.expect("GET", ACTIVE, 404, NONE)
        script.expect("GET", "/meetings/m1", answer=data({"id": "m1", "status": "ACTIVE"}))
        script.expect("GET", ACTIVE, 404, NONE)
        script.expect("POST", START, 201, data(STARTED), body={})
        assert run(script, params, state="started", meeting_id="m1", wait=False).changed
        assert script.sleeps == [SETTLE]

    def test_one_refused_twice_fails(self, script: Any, params: Any) -> None:
        script.expect("GET", ACTIVE, 404, NONE)
        script.expect("POST", START, 400, DUPLICATE, body={})
        script.expect("GET", ACTIVE, 404, NONE)
        script.expect("GET", "/meetings/m1", answer=data({"id": "m1"}))
        script.expect("GET", ACTIVE, 404, NONE)
        script.expect("POST", START, 400, DUPLICATE, body={})
        script.expect("GET", ACTIVE, 404, NONE)
        with pytest.raises(ApiError, match="already livestreaming; no livestream of the meeting is active") as caught:
            run(script, params, state="started", meeting_id="m1")
        assert not caught.value.changed

    def test_one_lost_twice_fails_as_possibly_changed(self, script: Any, params: Any) -> None:
        script.expect("GET", ACTIVE, 404, NONE)
        script.expect("POST", START, 502, text="", body={})
        script.expect("GET", ACTIVE, 404, NONE)
        script.expect("GET", "/meetings/m1", 500, text="")
        script.expect("GET", "/meetings/m1", answer=data({"id": "m1"}))
        script.expect("GET", ACTIVE, 404, NONE)
        script.expect("POST", START, 502, text="", body={})
        script.expect("GET", ACTIVE, 404, NONE)
        with pytest.raises(WriteOutcomeUnknown) as caught:
            run(script, params, state="started", meeting_id="m1")
        assert caught.value.changed

    def test_a_lost_one_that_arrives_late_is_found(self, script: Any, params: Any) -> None:
        script.expect("GET", ACTIVE, 404, NONE)
        script.expect("POST", START, 502, text="", body={})
        script.expect("GET", ACTIVE, 404, NONE)
        script.expect("GET", "/meetings/m1", answer=data({"id": "m1"}))
        script.expect("GET", ACTIVE, answer=data(LIVE))
        assert run(script, params, state="started", meeting_id="m1").changed

    def test_an_unknown_meeting_fails_at_once(self, script: Any, params: Any) -> None:
        script.expect("GET", ACTIVE, 404, NONE)
        script.expect("POST", START, 404, {"error": {"code": 404, "message": "not found"}}, body={})
        script.expect("GET", ACTIVE, 404, NONE)
        script.expect("GET", "/meetings/m1", 404, {"error": {"code": 404, "message": "no such meeting"}})
        with pytest.raises(ApiError, match="no such meeting; check meeting_id"):
            run(script, params, state="started", meeting_id="m1")
        assert script.sleeps == []

    def test_an_inactive_meeting_fails_at_once(self, script: Any, params: Any) -> None:
        script.expect("GET", ACTIVE, 404, NONE)
        script.expect("POST", START, 400, DUPLICATE, body={})
        script.expect("GET", ACTIVE, 404, NONE)
        script.expect("GET", "/meetings/m1", answer=data({"id": "m1", "status": "INACTIVE"}))
        with pytest.raises(ApiError, match="the meeting is INACTIVE"):
            run(script, params, state="started", meeting_id="m1")

    @pytest.mark.parametrize("status", [401, 403, 422])
    def test_other_refusals_fail_at_once(self, script: Any, params: Any, status: int) -> None:
        script.expect("GET", ACTIVE, 404, NONE)
        script.expect("POST", START, status, {"message": "no"}, body={})
        with pytest.raises(ApiError):
            run(script, params, state="started", meeting_id="m1")


class TestStopMeeting:
    """state: stopped, with a meeting_id."""

    @pytest.mark.parametrize("check_mode", [False, True])
    def test_none_active_is_unchanged_in_one_request(self, script: Any, params: Any, check_mode: bool) -> None:
        script.expect("GET", ACTIVE, 404, NONE)
        outcome = run(script, params, check_mode, state="stopped", meeting_id="m1")
        assert not outcome.changed
        assert outcome.values["livestream"]["status"] == "IDLE"
        assert outcome.values["livestream"]["meeting_id"] == "m1"

    def test_a_stop_takes_two_requests(self, script: Any, params: Any) -> None:
        script.expect("GET", ACTIVE, answer=data(LIVE))
        script.expect("POST", STOP, answer=data({"message": "Stopped live stream successfully"}))
        outcome = run(script, params, state="stopped", meeting_id="m1", wait=False)
        assert outcome.changed
        assert (outcome.diff["before"]["status"], outcome.diff["after"]["status"]) == ("LIVE", "IDLE")
        assert script.sleeps == []

    def test_check_mode(self, script: Any, params: Any) -> None:
        script.expect("GET", ACTIVE, answer=data(LIVE))
        outcome = run(script, params, True, state="stopped", meeting_id="m1")
        assert outcome.changed
        assert outcome.values["livestream"]["status"] == "IDLE"

    def test_waits_until_it_is_not_active(self, script: Any, params: Any) -> None:
        script.expect("GET", ACTIVE, answer=data(LIVE))
        script.expect("POST", STOP, answer=data({"message": "Stopped"}))
        script.expect("GET", ACTIVE, answer=data(LIVE))
        script.expect("GET", ACTIVE, answer=data({**LIVE, "status": "OFFLINE"}))
        outcome = run(script, params, state="stopped", meeting_id="m1")
        assert outcome.changed
        assert outcome.values["livestream"]["status"] == "OFFLINE"
        assert script.sleeps == [1.0]

    def test_a_timeout(self, script: Any, params: Any) -> None:
        script.expect("GET", ACTIVE, answer=data(LIVE))
        script.expect("POST", STOP, answer=data({"message": "Stopped"}))
        for _time in range(2):
            script.expect("GET", ACTIVE, answer=data(LIVE))
        with pytest.raises(WaitFailed, match="not stopped within 1 s: its last status was LIVE") as caught:
            run(script, params, state="stopped", meeting_id="m1", wait_timeout=1.0)
        assert caught.value.changed

    @pytest.mark.parametrize("status", [400, 404, 409])
    def test_one_refused_because_it_is_stopped_already_is_unchanged(
        self, script: Any, params: Any, status: int
    ) -> None:
        script.expect("GET", ACTIVE, answer=data(LIVE))
        script.expect("POST", STOP, status, DUPLICATE)
        for _time in range(2):
            script.expect("GET", ACTIVE, 404, NONE)
        assert not run(script, params, state="stopped", meeting_id="m1").changed

    def test_one_whose_answer_was_lost_is_changed(self, script: Any, params: Any) -> None:
        script.expect("GET", ACTIVE, answer=data(LIVE))
        script.expect("POST", STOP, 504, text="")
        script.expect("GET", ACTIVE, 404, NONE)
        assert run(script, params, state="stopped", meeting_id="m1", wait=False).changed

    def test_one_lost_on_the_way_is_sent_again(self, script: Any, params: Any) -> None:
        script.expect("GET", ACTIVE, answer=data(LIVE))
        script.expect("POST", STOP, 504, text="")
        for _time in range(2):
            script.expect("GET", ACTIVE, answer=data(LIVE))
        script.expect("POST", STOP, answer=data({"message": "Stopped"}))
        assert run(script, params, state="stopped", meeting_id="m1", wait=False).changed
        assert script.sleeps == [SETTLE]

    def test_one_refused_twice_while_another_job_stops_it_is_waited_for(self, script: Any, params: Any) -> None:
        script.expect("GET", ACTIVE, answer=data(LIVE))
        for _time in range(2):
            script.expect("POST", STOP, 409, DUPLICATE)
            script.expect("GET", ACTIVE, answer=data(LIVE))
            script.expect("GET", ACTIVE, answer=data(LIVE))
        script.expect("GET", ACTIVE, 404, NONE)
        outcome = run(script, params, state="stopped", meeting_id="m1")
        assert not outcome.changed
        assert outcome.warnings == ()

    def test_without_wait_it_is_left_with_a_warning(self, script: Any, params: Any) -> None:
        script.expect("GET", ACTIVE, answer=data(LIVE))
        script.expect("POST", STOP, 409, DUPLICATE)
        for _time in range(2):
            script.expect("GET", ACTIVE, answer=data(LIVE))
        script.expect("POST", STOP, 409, DUPLICATE)
        script.expect("GET", ACTIVE, answer=data(LIVE))
        outcome = run(script, params, state="stopped", meeting_id="m1", wait=False)
        assert not outcome.changed
        assert "still listed as active; the service says: already livestreaming" in outcome.warnings[0]

    def test_one_lost_twice_fails(self, script: Any, params: Any) -> None:
        script.expect("GET", ACTIVE, answer=data(LIVE))
        for times in (2, 1):
            script.expect("POST", STOP, 500, text="")
            for _time in range(times):
                script.expect("GET", ACTIVE, answer=data(LIVE))
        with pytest.raises(WriteOutcomeUnknown):
            run(script, params, state="stopped", meeting_id="m1")


class TestIndependent:
    """Without a meeting_id."""

    def test_present_by_name_costs_the_pages_of_the_list(self, script: Any, params: Any) -> None:
        script.expect(
            "GET", "/livestreams", answer=data([{**FEED, "id": "x", "name": "x"}, FEED], total_count=2), query=LIST
        )
        outcome = run(script, params, name="feed")
        assert not outcome.changed
        assert outcome.values["livestream"]["id"] == "f1"

    def test_a_create_costs_one_more_and_the_pages_again(self, script: Any, params: Any) -> None:
        script.expect("GET", "/livestreams", answer=data([]), query=LIST)
        created = {
            "id": "f1",
            "name": "feed",
            "status": "INVOKED",
            "disabled": False,
            "meeting_id": None,
            "stream_key": "k",
        }
        script.expect("POST", "/livestreams", 201, data(created), body={"name": "feed"})
        script.expect("GET", "/livestreams", answer=data([FEED], total_count=1), query=LIST)
        outcome = run(script, params, name="feed", return_stream_key=True)
        assert outcome.changed
        assert outcome.values["livestream"]["created_at"] == "2023-01-01"
        assert outcome.values["livestream"]["stream_key"] == "k"

    def test_check_mode_creates_nothing(self, script: Any, params: Any) -> None:
        script.expect("GET", "/livestreams", 404, {"error": {"message": "none"}}, query=LIST)
        outcome = run(script, params, True, name="feed")
        assert outcome.changed
        assert outcome.diff["before"] == {}
        assert outcome.values["livestream"]["name"] == "feed"

    def test_jobs_that_raced_agree_on_the_oldest(self, script: Any, params: Any) -> None:
        script.expect("GET", "/livestreams", answer=data([]), query=LIST)
        script.expect(
            "POST", "/livestreams", 201, data({**FEED, "id": "f2", "created_at": None}), body={"name": "feed"}
        )
        both = [FEED, {**FEED, "id": "f2", "created_at": "2023-01-02"}]
        script.expect("GET", "/livestreams", answer=data(both, total_count=2), query=LIST)
        outcome = run(script, params, name="feed")
        assert outcome.changed
        assert outcome.values["livestream"]["id"] == "f1"
        assert "not f2" in outcome.warnings[0]

    def test_a_list_that_lags_behind_does_not_hide_what_was_created(self, script: Any, params: Any) -> None:
        script.expect("GET", "/livestreams", answer=data([]), query=LIST)
        script.expect("POST", "/livestreams", 201, data({"id": "f1"}), body={"name": "feed"})
        script.expect("GET", "/livestreams", answer=data([]), query=LIST)
        outcome = run(script, params, name="feed")
        assert (outcome.values["livestream"]["id"], outcome.values["livestream"]["name"]) == ("f1", "feed")

    def test_a_create_whose_answer_was_lost_is_found(self, script: Any, params: Any) -> None:
        script.expect("GET", "/livestreams", answer=data([]), query=LIST)
        script.expect("POST", "/livestreams", 502, text="", body={"name": "feed"})
        script.expect("GET", "/livestreams", answer=data([FEED], total_count=1), query=LIST)
        assert run(script, params, name="feed").changed

    def test_a_create_lost_on_the_way_is_sent_again(self, script: Any, params: Any) -> None:
        script.expect("GET", "/livestreams", answer=data([]), query=LIST)
        script.expect("POST", "/livestreams", 502, text="", body={"name": "feed"})
        for _time in range(2):
            script.expect("GET", "/livestreams", answer=data([]), query=LIST)
        script.expect("POST", "/livestreams", 201, data(FEED), body={"name": "feed"})
        script.expect("GET", "/livestreams", answer=data([FEED], total_count=1), query=LIST)
        assert run(script, params, name="feed").changed
        assert script.sleeps == [SETTLE]

    @pytest.mark.parametrize(
        ("status", "answer"),
        [
            (404, {"success": False, "error": {"code": 404, "message": "Not Found"}}),
            (405, None),
            (410, {"message": "Gone"}),
            (404, {"success": False, "errors": [{"code": 7003, "message": "Could not route"}]}),
        ],
    )
    def test_no_longer_offered(self, script: Any, params: Any, status: int, answer: Any) -> None:
        script.expect("GET", "/livestreams", answer=data([]), query=LIST)
        script.expect("POST", "/livestreams", status, answer, body={"name": "feed"})
        with pytest.raises(ApiError, match="no longer offers to create independent livestreams") as caught:
            run(script, params, name="feed")
        assert not caught.value.changed

    def test_by_id_costs_one_request(self, script: Any, params: Any) -> None:
        script.expect("GET", "/livestreams/f1", answer=data({"livestream": FEED}))
        outcome = run(script, params, livestream_id="f1", name="other")
        assert not outcome.changed
        assert "cannot be renamed to 'other'" in outcome.warnings[0]

    def test_an_id_that_does_not_exist_fails(self, script: Any, params: Any) -> None:
        script.expect("GET", "/livestreams/f1", 404, {"error": {"code": 404, "message": "no"}})
        with pytest.raises(StateUnreachable, match="f1 does not exist"):
            run(script, params, livestream_id="f1")

    def test_started_waits_for_the_encoder(self, script: Any, params: Any) -> None:
        script.expect("GET", "/livestreams", answer=data([FEED], total_count=1), query=LIST)
        script.expect("GET", "/livestreams/f1", answer=data({"livestream": FEED}))
        script.expect("GET", "/livestreams/f1", answer=data({"livestream": {**FEED, "status": "LIVE"}}))
        live = {**FEED, "status": "LIVE", "playback_url": PLAYBACK}
        script.expect("GET", "/livestreams/f1", answer=data({"livestream": live}))
        outcome = run(script, params, state="started", name="feed")
        assert not outcome.changed
        assert outcome.values["livestream"]["playback_url"] == PLAYBACK

    def test_started_times_out_without_an_encoder(self, script: Any, params: Any) -> None:
        for _time in range(2):
            script.expect("GET", "/livestreams/f1", answer=data({"livestream": FEED}))
        with pytest.raises(WaitFailed, match="last status was IDLE; look whether its encoder is pushing"):
            run(script, params, state="started", livestream_id="f1", wait_timeout=1.0)

    def test_started_without_wait_is_ensured_to_exist_and_then_fails(self, script: Any, params: Any) -> None:
        script.expect("GET", "/livestreams", answer=data([]), query=LIST)
        script.expect("POST", "/livestreams", 201, data(FEED), body={"name": "feed"})
        script.expect("GET", "/livestreams", answer=data([FEED], total_count=1), query=LIST)
        with pytest.raises(StateUnreachable, match="is IDLE, not started") as caught:
            run(script, params, state="started", name="feed", wait=False)
        assert caught.value.changed

    @pytest.mark.parametrize("check_mode", [False, True])
    def test_started_without_wait_when_it_is_live(self, script: Any, params: Any, check_mode: bool) -> None:
        script.expect("GET", "/livestreams/f1", answer=data({"livestream": {**FEED, "status": "LIVE"}}))
        assert not run(script, params, check_mode, state="started", livestream_id="f1", wait=False).changed

    def test_an_error_ends_the_wait(self, script: Any, params: Any) -> None:
        failed = {"livestream": {**FEED, "status": "ERRORED"}, "sessions": [{"id": "s1", "err_message": "bad codec"}]}
        for status in ("IDLE", "IDLE", "INVOKED"):
            script.expect("GET", "/livestreams/f1", answer=data({"livestream": {**FEED, "status": status}}))
        # Two looks, and one for the reason.
        for _time in range(3):
            script.expect("GET", "/livestreams/f1", answer=data(failed))
        with pytest.raises(WaitFailed, match="bad codec"):
            run(script, params, state="started", livestream_id="f1")

    def test_a_single_look_that_shows_an_error_does_not(self, script: Any, params: Any) -> None:
        for status in ("INVOKED", "ERRORED", "INVOKED", "ERRORED"):
            script.expect("GET", "/livestreams/f1", answer=data({"livestream": {**FEED, "status": status}}))
        live = {**FEED, "status": "LIVE", "playback_url": PLAYBACK}
        script.expect("GET", "/livestreams/f1", answer=data({"livestream": live}))
        assert run(script, params, state="started", livestream_id="f1").values["livestream"]["status"] == "LIVE"

    def test_after_an_earlier_error_the_next_push_is_waited_for(self, script: Any, params: Any) -> None:
        for status in ("ERRORED", "ERRORED", "ERRORED", "INVOKED"):
            script.expect("GET", "/livestreams/f1", answer=data({"livestream": {**FEED, "status": status}}))
        live = {**FEED, "status": "LIVE", "playback_url": PLAYBACK}
        script.expect("GET", "/livestreams/f1", answer=data({"livestream": live}))
        assert not run(script, params, state="started", livestream_id="f1").changed

    def test_an_earlier_error_does_not_make_the_wait_endless(self, script: Any, params: Any) -> None:
        for _time in range(2):
            script.expect("GET", "/livestreams/f1", answer=data({"livestream": {**FEED, "status": "ERRORED"}}))
        with pytest.raises(WaitFailed, match="not LIVE within 1 s: its last status was ERRORED; look whether its enc"):
            run(script, params, state="started", livestream_id="f1", wait_timeout=1.0)

    def test_stopped_waits_for_the_encoder_to_end(self, script: Any, params: Any) -> None:
        script.expect("GET", "/livestreams/f1", answer=data({"livestream": {**FEED, "status": "LIVE"}}))
        script.expect("GET", "/livestreams/f1", answer=data({"livestream": FEED}))
        assert not run(script, params, state="stopped", livestream_id="f1").changed

    def test_stopped_by_a_name_that_does_not_exist_is_unchanged(self, script: Any, params: Any) -> None:
        script.expect("GET", "/livestreams", answer=data([]), query=LIST)
        outcome = run(script, params, state="stopped", name="feed")
        assert not outcome.changed
        assert outcome.values["livestream"]["id"] is None

    @pytest.mark.parametrize(("session", "sleeps"), [(False, []), (True, [1.0])])
    def test_an_invoked_one_without_a_session_is_not_active(
        self, script: Any, params: Any, session: bool, sleeps: list[float]
    ) -> None:
        invoked = {**FEED, "status": "INVOKED"}
        script.expect("GET", "/livestreams/f1", answer=data({"livestream": invoked}))
        if session:
            answer = data({"livestream": invoked, "session": {"id": "s1", "livestream_id": "f1"}})
            script.expect("GET", "/livestreams/f1/active-livestream-session", answer=answer)
            script.expect("GET", "/livestreams/f1", answer=data({"livestream": FEED}))
        else:
            script.expect("GET", "/livestreams/f1/active-livestream-session", 404, {"error": {"message": "none"}})
        run(script, params, state="stopped", livestream_id="f1")
        assert script.sleeps == sleeps

    def test_a_connection_that_is_never_made_fails(self, script: Any, params: Any) -> None:
        api = script.api(base_url="http://127.0.0.1:1/", retries=0)
        with pytest.raises(ConnectionFailed):
            reconcile_livestream(api, params(name="feed"), script.context())


def test_a_blank_meeting_beside_a_name_is_refused(script: Any, params: Any) -> None:
    """A variable that turned out to be empty made an independent livestream that nobody can delete."""
    with pytest.raises(InvalidRequest, match="meeting_id is blank"):
        run(script, params, meeting_id=" ", name="main-stage", state="started")
