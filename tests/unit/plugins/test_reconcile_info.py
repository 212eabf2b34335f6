# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The info modules' reconciliations, their requests pinned."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.eventops.cloudflare.plugins.module_utils.errors import ApiError, InvalidRequest
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.analytics import report
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.info import look_up

ONE = {"id": "l1", "name": "main", "status": "LIVE", "created_at": "2023-01-02"}
TWO = {"id": "l2", "name": "side", "status": "INVOKED", "created_at": "2023-01-01"}
SESSION = {"id": "s1", "livestream_id": "l1", "ingest_seconds": "60", "viewer_seconds": 1.5}
MISSING = {"success": False, "error": {"code": 404, "message": "not found"}}
PAGE = "page_no=1&per_page=100"


def data(value: Any, total: int | None = None) -> dict[str, Any]:
    return {"success": True, "data": value, **({"paging": {"total_count": total}} if total is not None else {})}


def look(script: Any, **options: Any) -> list[dict[str, Any]]:
    params = {
        "livestream_id": None,
        "meeting_id": None,
        "session_id": None,
        "active": False,
        "status": None,
        "name": None,
        "exclude_meetings": False,
        "start_time": None,
        "end_time": None,
        "sort_order": "asc",
        "limit": None,
        "return_stream_key": False,
        **options,
    }
    outcome = look_up(script.api(), params, script.context())
    assert outcome.changed is False
    found: list[dict[str, Any]] = outcome.values["livestreams"]
    return found


def analytics(script: Any, **options: Any) -> Any:
    params = {"report": "livestreams", "start_time": None, "end_time": None, "filters": None, **options}
    return report(script.api(), params, script.context()).values["analytics"]


class TestLookUp:
    """realtime_livestream_info"""

    def test_by_livestream(self, script: Any) -> None:
        script.expect("GET", "/livestreams/l1", answer=data({"livestream": ONE, "sessions": [SESSION]}, 1), query=PAGE)
        (found,) = look(script, livestream_id="l1")
        assert found["id"] == "l1"
        assert found["sessions"][0]["ingest_seconds"] == 60
        assert "stream_key" not in found

    def test_by_livestream_with_an_active_session(self, script: Any) -> None:
        path = "/livestreams/l1/active-livestream-session"
        script.expect("GET", path, answer=data({"livestream": ONE, "session": SESSION}))
        assert look(script, livestream_id="l1", active=True)[0]["sessions"][0]["id"] == "s1"
        script.expect("GET", path, 404, MISSING)
        assert look(script, livestream_id="l1", active=True) == []

    def test_by_meeting(self, script: Any) -> None:
        answer = data({"livestream": ONE, "sessions": [SESSION]}, 1)
        script.expect("GET", "/meetings/m1/livestream", answer=answer, query=PAGE)
        assert look(script, meeting_id="m1")[0]["sessions"][0]["id"] == "s1"

    def test_by_meeting_the_active_one(self, script: Any) -> None:
        script.expect("GET", "/meetings/m1/active-livestream", answer=data(ONE))
        (found,) = look(script, meeting_id="m1", active=True)
        assert "sessions" not in found
        script.expect("GET", "/meetings/m1/active-livestream", answer=data({**ONE, "status": "IDLE"}))
        assert look(script, meeting_id="m1", active=True) == []

    def test_by_session(self, script: Any) -> None:
        script.expect("GET", "/livestreams/sessions/s1", answer=data(SESSION))
        script.expect("GET", "/livestreams/l1", answer=data({"livestream": ONE}))
        (found,) = look(script, session_id="s1")
        assert (found["name"], found["sessions"][0]["id"]) == ("main", "s1")

    def test_by_a_session_of_nothing(self, script: Any) -> None:
        script.expect("GET", "/livestreams/sessions/s1", answer=data({"id": "s1"}))
        (found,) = look(script, session_id="s1")
        assert found["id"] is None

    @pytest.mark.parametrize(
        ("option", "path", "query"),
        [
            ("livestream_id", "/livestreams/x", PAGE),
            ("meeting_id", "/meetings/x/livestream", PAGE),
            ("session_id", "/livestreams/sessions/x", ""),
        ],
    )
    def test_what_does_not_exist_is_an_empty_list(self, script: Any, option: str, path: str, query: str) -> None:
        script.expect("GET", path, 404, MISSING, query=query)
        assert look(script, **{option: "x"}) == []

    def test_a_wrong_route_is_an_error(self, script: Any) -> None:
        script.expect("GET", "/livestreams/sessions/x", 404, {"errors": [{"code": 7003, "message": "no route"}]})
        with pytest.raises(ApiError, match="check account_id"):
            look(script, session_id="x")

    def test_a_list_by_one_status(self, script: Any) -> None:
        query = (
            "exclude_meetings=true&status=LIVE&start_time=2019-08-21T08:00:00.000Z&end_time=2019-08-22T00:00:00.000Z"
            f"&sort_order=DSC&{PAGE}"
        )
        script.expect("GET", "/livestreams", answer=data([ONE], 1), query=query)
        options = {"start_time": "2019-08-21T10:00:00+02:00", "end_time": "1566432000", "sort_order": "desc"}
        assert [item["id"] for item in look(script, status=["LIVE"], exclude_meetings=True, **options)] == ["l1"]

    @pytest.mark.parametrize(("sort_order", "ids"), [("asc", ["l2", "l1"]), ("desc", ["l1", "l2"])])
    def test_a_list_by_several_statuses(self, script: Any, sort_order: str, ids: list[str]) -> None:
        order = {"asc": "ASC", "desc": "DSC"}[sort_order]
        # First the status that comes first: what changes its status meanwhile is in both lists, and not in none.
        both = data([TWO, {**ONE, "status": "INVOKED"}], 2)
        script.expect("GET", "/livestreams", answer=both, query=f"status=INVOKED&sort_order={order}&{PAGE}")
        script.expect("GET", "/livestreams", answer=data([ONE], 1), query=f"status=LIVE&sort_order={order}&{PAGE}")
        script.expect("GET", "/livestreams", answer=data([], 0), query=f"status=IDLE&sort_order={order}&{PAGE}")
        found = look(script, status=["LIVE", "IDLE", "INVOKED", "LIVE"], sort_order=sort_order)
        assert [item["id"] for item in found] == ids
        assert [item["status"] for item in found if item["id"] == "l1"] == ["LIVE"]

    def test_a_name_and_a_limit(self, script: Any) -> None:
        many = [{**ONE, "id": f"l{number}", "name": "main" if number % 2 else "side"} for number in range(100)]
        script.expect("GET", "/livestreams", answer=data(many, 1000), query=f"sort_order=ASC&{PAGE}")
        assert [item["id"] for item in look(script, name="main", limit=2)] == ["l1", "l3"]

    def test_the_key_is_read_where_it_is_missing(self, script: Any) -> None:
        script.expect("GET", "/meetings/m1/active-livestream", answer=data(ONE))
        script.expect("GET", "/livestreams/l1", answer=data({"livestream": {**ONE, "stream_key": "key-1"}}))
        (found,) = look(script, meeting_id="m1", active=True, return_stream_key=True)
        assert found["stream_key"] == "key-1"

    @pytest.mark.parametrize(
        ("options", "text"),
        [
            ({"livestream_id": "l1", "meeting_id": "m1"}, "only one of"),
            ({"livestream_id": "../l1"}, "not an ID"),
            ({"session_id": "a b"}, "not an ID"),
            ({"active": True}, "active needs"),
            ({"active": True, "session_id": "s1"}, "active needs"),
            ({"meeting_id": "m1", "status": ["LIVE"]}, "status filters a list"),
            ({"meeting_id": "m1", "exclude_meetings": True}, "exclude_meetings filters a list"),
            ({"limit": 0}, "limit must be"),
            ({"start_time": "yesterday"}, "start_time is neither"),
            ({"end_time": "99999999999999"}, "end_time is neither"),
        ],
    )
    def test_refused(self, script: Any, options: dict[str, Any], text: str) -> None:
        with pytest.raises(InvalidRequest, match=text):
            look(script, **options)


class TestAnalytics:
    """realtime_analytics_info"""

    def test_totals_in_unix_seconds(self, script: Any) -> None:
        query = "start_time=1566374400&end_time=1566432000&filters=f"
        script.expect("GET", "/analytics/livestreams/overall", answer=data({"count": 4}), query=query)
        found = analytics(script, start_time="2019-08-21T10:00:00+02:00", end_time="2019-08-22", filters="f")
        assert found == {"count": 4, "total_ingest_seconds": 0, "total_viewer_seconds": 0}

    @pytest.mark.parametrize("status", [400, 422])
    def test_days_in_iso_where_seconds_are_refused(self, script: Any, status: int) -> None:
        path = "/analytics/livestreams/daywise"
        script.expect("GET", path, status, {"message": "must be a date"}, query="start_time=1566374400")
        script.expect("GET", path, answer=data([{"date": "d"}]), query="start_time=2019-08-21T08:00:00.000Z")
        found = analytics(script, report="livestreams_daily", start_time="2019-08-21T08:00:00Z")
        assert found["days"][0]["date"] == "d"

    def test_what_is_refused_in_both_forms_is_refused(self, script: Any) -> None:
        path = "/analytics/livestreams/overall"
        script.expect("GET", path, 422, {"message": "first"}, query="start_time=0")
        script.expect("GET", path, 422, {"message": "second"}, query="start_time=1970-01-01T00:00:00.000Z")
        with pytest.raises(ApiError, match="first"):
            analytics(script, start_time="0")

    def test_without_times_nothing_is_tried_twice(self, script: Any) -> None:
        script.expect("GET", "/analytics/livestreams/overall", 422, {"message": "no"})
        with pytest.raises(ApiError):
            analytics(script)

    def test_the_app_by_day(self, script: Any) -> None:
        script.expect("GET", "/analytics/daywise", answer=data({}), query="start_date=2019-08-21&end_date=2019-08-25")
        found = analytics(script, report="app_daily", start_time="2019-08-21", end_time="2019-08-25T23:59:59Z")
        assert found == {"session_stats": {}, "recording_stats": {}}

    @pytest.mark.parametrize(
        ("options", "text"),
        [
            ({"start_time": "2", "end_time": "1"}, "start_time is after end_time"),
            ({"report": "app_daily", "filters": "x"}, "filters has no meaning"),
        ],
    )
    def test_refused(self, script: Any, options: dict[str, Any], text: str) -> None:
        with pytest.raises(InvalidRequest, match=text):
            analytics(script, **options)
