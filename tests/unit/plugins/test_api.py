# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The API layer: one method per operation, its request pinned; paging to the end."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.eventops.cloudflare.plugins.module_utils.api.realtimekit import RealtimeApi, check_id
from ansible_collections.eventops.cloudflare.plugins.module_utils.errors import (
    ApiError,
    InvalidAnswer,
    InvalidRequest,
    WriteOutcomeUnknown,
)

ONE = {"id": "l1", "name": "main", "status": "LIVE"}
SESSION = {"id": "s1", "livestream_id": "l1", "ingest_seconds": 5}
LIST = "exclude_meetings=true&sort_order=ASC&page_no={}&per_page=100"


def data(value: Any, **paging: int) -> dict[str, Any]:
    return {"success": True, "data": value, **({"paging": paging} if paging else {})}


def streams(first: int, last: int) -> list[dict[str, Any]]:
    return [{"id": f"l{number}", "status": "IDLE"} for number in range(first, last + 1)]


def listed(script: Any) -> list[str | None]:
    return [item.id for item in script.api().livestreams(exclude_meetings=True)]


def numbered(first: int, last: int) -> list[str]:
    return [f"l{number}" for number in range(first, last + 1)]


@pytest.mark.parametrize(
    "value", ["", ".", "..", "a/b", "a\\b", "a?b", "a#b", "a%2fb", "a b", "a\nb", "a\0b", "ä", "x" * 201, "../.."]
)
def test_an_id_that_could_change_the_path_is_refused(script: Any, value: str) -> None:
    with pytest.raises(InvalidRequest, match="meeting_id is not an ID"):
        check_id("meeting_id", value)
    with pytest.raises(InvalidRequest, match="account_id is not an ID"):
        RealtimeApi(script.client(), value, "app")


def test_ids_are_quoted(script: Any) -> None:
    script.expect("GET", "/meetings/a:b@c=d+e/active-livestream", answer=data(ONE))
    assert script.api().active_livestream("a:b@c=d+e").id == "l1"


def test_active_livestream(script: Any) -> None:
    script.expect("GET", "/meetings/m1/active-livestream", answer=data(ONE))
    found = script.api().active_livestream("m1")
    assert (found.id, found.meeting_id, found.status) == ("l1", "m1", "LIVE")


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (404, {"success": False, "error": {"code": 404, "message": "No active session found for meeting_id m1"}}),
        (400, {"success": False, "error": {"code": 400, "message": "none"}}),
        (200, data(None)),
        (200, data({})),
        (200, {"success": True, "data": {"message": "No active livestream"}}),
        (200, {"success": True}),
    ],
)
def test_each_answer_that_none_is_active(script: Any, status: int, answer: Any) -> None:
    script.expect("GET", "/meetings/m1/active-livestream", status, answer)
    assert script.api().active_livestream("m1") is None


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (404, {"success": False, "errors": [{"code": 7003, "message": "Could not route"}]}),
        (400, {"success": False, "errors": [{"code": 10000, "message": "Authentication error"}]}),
        (401, {"message": "Unauthorized"}),
        (403, None),
    ],
)
def test_other_refusals_do_not_mean_that_none_is_active(script: Any, status: int, answer: Any) -> None:
    script.expect("GET", "/meetings/m1/active-livestream", status, answer)
    with pytest.raises(ApiError):
        script.api().active_livestream("m1")


def test_start_sends_only_what_is_given(script: Any) -> None:
    api = script.api()
    script.expect("POST", "/meetings/m1/livestreams", 201, data(ONE), body={})
    api.start("m1")
    size = {"width": 1280, "height": 720}
    script.expect("POST", "/meetings/m1/livestreams", 201, data(ONE), body={"name": "x y", "video_config": size})
    assert api.start("m1", name="x y", video_config=size).id == "l1"


@pytest.mark.parametrize("answer", [None, {}, data(None), data({}), data("x"), []])
def test_a_start_answered_without_a_livestream_is_ambiguous(script: Any, answer: Any) -> None:
    script.expect("POST", "/meetings/m1/livestreams", 201, answer, body={})
    with pytest.raises(WriteOutcomeUnknown, match="names no livestream"):
        script.api().start("m1")


def test_stop_sends_nothing(script: Any) -> None:
    script.expect("POST", "/meetings/m1/active-livestream/stop", answer=data({"message": "Stopped"}))
    script.api().stop("m1")


def test_create(script: Any) -> None:
    script.expect("POST", "/livestreams", 201, data({**ONE, "stream_key": "k"}), body={"name": "main"})
    assert script.api().create_livestream("main").stream_key == "k"


def test_livestream(script: Any) -> None:
    script.expect("GET", "/livestreams/l1", answer=data({"livestream": ONE, "sessions": [SESSION]}))
    found = script.api().livestream("l1")
    assert (found.livestream.id, found.sessions[0].id) == ("l1", "s1")


def test_a_livestream_that_is_none_is_an_invalid_answer(script: Any) -> None:
    script.expect("GET", "/livestreams/l1", answer=data({}))
    with pytest.raises(InvalidAnswer):
        script.api().livestream("l1")


def test_all_sessions_of_a_livestream(script: Any) -> None:
    for page in (1, 2):
        answer = data(
            {"livestream": ONE, "sessions": [{**SESSION, "id": f"s{page}"}]},
            total_count=2,
            start_offset=page,
            end_offset=page,
        )
        script.expect("GET", "/livestreams/l1", answer=answer, query=f"page_no={page}&per_page=100")
    found = script.api().livestream_history("l1")
    assert [session.id for session in found.sessions] == ["s1", "s2"]


def test_a_livestream_without_sessions_takes_one_page(script: Any) -> None:
    answer = data({"livestream": ONE, "sessions": []}, total_count=0, start_offset=0, end_offset=0)
    script.expect("GET", "/livestreams/l1", answer=answer, query="page_no=1&per_page=100")
    assert script.api().livestream_history("l1").sessions == ()


def test_a_missing_livestream_has_no_history(script: Any) -> None:
    script.expect("GET", "/livestreams/l1", 404, {"error": {"message": "no"}}, query="page_no=1&per_page=100")
    assert script.api().livestream_history("l1") is None


def test_active_session(script: Any) -> None:
    api = script.api()
    script.expect(
        "GET", "/livestreams/l1/active-livestream-session", answer=data({"livestream": ONE, "session": SESSION})
    )
    assert api.active_session("l1").sessions[0].id == "s1"
    script.expect("GET", "/livestreams/l1/active-livestream-session", 404, {"error": {"code": 404, "message": "none"}})
    assert api.active_session("l1") is None


def test_session(script: Any) -> None:
    api = script.api()
    script.expect("GET", "/livestreams/sessions/s1", answer=data(SESSION))
    assert api.session("s1").ingest_seconds == 5
    script.expect("GET", "/livestreams/sessions/s1", answer=data({}))
    with pytest.raises(InvalidAnswer):
        api.session("s1")


@pytest.mark.parametrize("shape", ["livestream", "livestreams"])
def test_meeting_livestreams(script: Any, shape: str) -> None:
    value = {shape: ONE if shape == "livestream" else [ONE], "sessions": [SESSION]}
    answer = data(value, total_count=1, start_offset=1, end_offset=1)
    script.expect("GET", "/meetings/m1/livestream", answer=answer, query="page_no=1&per_page=100")
    found = script.api().meeting_livestreams("m1")
    assert [(item.livestream.id, [s.id for s in item.sessions]) for item in found] == [("l1", ["s1"])]


def test_livestreams_of_a_meeting_on_several_pages(script: Any) -> None:
    for page in (1, 2):
        session = {**SESSION, "id": f"s{page}", "livestream_id": f"l{page}"}
        answer = data(
            {"livestreams": streams(page, page), "sessions": [session]},
            total_count=2,
            start_offset=page,
            end_offset=page,
        )
        script.expect("GET", "/meetings/m1/livestream", answer=answer, query=f"page_no={page}&per_page=100")
    found = script.api().meeting_livestreams("m1")
    assert [(item.livestream.id, [s.id for s in item.sessions]) for item in found] == [("l1", ["s1"]), ("l2", ["s2"])]


def test_meeting(script: Any) -> None:
    script.expect("GET", "/meetings/m1", answer=data({"id": "m1", "title": "Curie", "status": "ACTIVE"}))
    assert script.api().meeting("m1").status == "ACTIVE"


def test_analytics(script: Any) -> None:
    api = script.api()
    script.expect("GET", "/analytics/livestreams/overall", answer=data({"count": 1}), query="start_time=1&end_time=2")
    assert api.livestream_totals({"start_time": 1, "end_time": 2})["count"] == 1
    script.expect("GET", "/analytics/livestreams/daywise", answer=data([{"date": "d", "count": 1}]))
    assert api.livestream_days({})[0]["date"] == "d"
    script.expect("GET", "/analytics/daywise", answer=data({}), query="start_date=2019-08-21")
    assert api.app_days({"start_date": "2019-08-21"})["session_stats"] == {}


def test_list_filters(script: Any) -> None:
    query = "exclude_meetings=true&status=LIVE&start_time=a&end_time=b&sort_order=DSC&page_no=1&per_page=100"
    script.expect("GET", "/livestreams", answer=data([ONE], total_count=1), query=query)
    api = script.api()
    found = api.livestreams(exclude_meetings=True, status="LIVE", start_time="a", end_time="b", newest_first=True)
    assert [item.id for item in found] == ["l1"]


def test_a_list_ends_when_as_many_came_as_were_announced(script: Any) -> None:
    for page, (first, last) in enumerate([(1, 100), (101, 200), (201, 230)], 1):
        script.expect(
            "GET", "/livestreams", answer=data(streams(first, last), total_count=230), query=LIST.format(page)
        )
    assert listed(script) == numbered(1, 230)


def test_shorter_pages_than_asked_for_do_not_end_a_list(script: Any) -> None:
    for page in range(1, 6):
        answer = data(streams(page, page), total_count=5, start_offset=page, end_offset=page)
        script.expect("GET", "/livestreams", answer=answer, query=LIST.format(page))
    assert listed(script) == numbered(1, 5)


@pytest.mark.parametrize("last", [(200, data([])), (404, {"error": {"code": 404, "message": "none"}}), (200, data({}))])
def test_without_a_count_a_list_ends_with_an_empty_page(script: Any, last: tuple[int, Any]) -> None:
    script.expect("GET", "/livestreams", answer=data(streams(1, 50)), query=LIST.format(1))
    script.expect("GET", "/livestreams", answer=data(streams(51, 60)), query=LIST.format(2))
    script.expect("GET", "/livestreams", *last, query=LIST.format(3))
    assert listed(script) == numbered(1, 60)


def test_a_count_that_is_too_small_is_not_believed(script: Any) -> None:
    answer = data(streams(1, 50), total_count=50, start_offset=1, end_offset=60)
    script.expect("GET", "/livestreams", answer=answer, query=LIST.format(1))
    script.expect("GET", "/livestreams", answer=data(streams(51, 60), total_count=10), query=LIST.format(2))
    script.expect("GET", "/livestreams", answer=data([], total_count=0), query=LIST.format(3))
    assert listed(script) == numbered(1, 60)


def test_a_count_of_what_was_not_filtered_ends_with_an_empty_page(script: Any) -> None:
    script.expect("GET", "/livestreams", answer=data(streams(1, 2), total_count=500), query=LIST.format(1))
    script.expect("GET", "/livestreams", answer=data([], total_count=500), query=LIST.format(2))
    # Once more: it might have been a lost page.
    script.expect("GET", "/livestreams", answer=data(streams(1, 2), total_count=500), query=LIST.format(1))
    script.expect("GET", "/livestreams", answer=data([], total_count=500), query=LIST.format(2))
    assert listed(script) == numbered(1, 2)


@pytest.mark.parametrize("first", [[], streams(1, 1)])
def test_a_page_that_gets_lost_is_read_again(script: Any, first: list[Any]) -> None:
    script.expect("GET", "/livestreams", answer=data(first, total_count=3), query=LIST.format(1))
    if first:
        script.expect("GET", "/livestreams", answer=data([], total_count=3), query=LIST.format(2))
    script.expect("GET", "/livestreams", answer=data(streams(1, 3), total_count=3), query=LIST.format(1))
    assert listed(script) == numbered(1, 3)


def test_a_page_that_comes_in_place_of_another_is_noticed(script: Any) -> None:
    for page, (first, last) in [(1, (1, 2)), (2, (1, 2)), (3, (5, 5))]:
        script.expect("GET", "/livestreams", answer=data(streams(first, last), total_count=5), query=LIST.format(page))
    script.expect("GET", "/livestreams", answer=data([], total_count=5), query=LIST.format(4))
    for page, (first, last) in [(1, (1, 2)), (2, (3, 4)), (3, (5, 5))]:
        script.expect("GET", "/livestreams", answer=data(streams(first, last), total_count=5), query=LIST.format(page))
    assert listed(script) == numbered(1, 5)


UNREADABLE = [None, {}, [], [ONE], 42, "fine", data(7), data("x"), data({"0": ONE}), data([{"name": "x"}]), data([1])]


@pytest.mark.parametrize("answer", UNREADABLE)
def test_what_cannot_be_read_does_not_mean_that_there_is_none(script: Any, answer: Any) -> None:
    api = script.api()
    script.expect("GET", "/livestreams", answer=answer, query=LIST.format(1))
    with pytest.raises(InvalidAnswer):
        list(api.livestreams(exclude_meetings=True))
    for path, read in (
        ("/meetings/m1/active-livestream", lambda: api.active_livestream("m1")),
        ("/livestreams/l1/active-livestream-session", lambda: api.active_session("l1")),
    ):
        script.expect("GET", path, answer=answer)
        if answer == [ONE] and "meetings" in path:
            assert read().id == "l1"
        else:
            with pytest.raises(InvalidAnswer):
                read()


@pytest.mark.parametrize("answer", [None, [], 7, "ok"])
def test_a_stop_whose_answer_says_nothing_is_ambiguous(script: Any, answer: Any) -> None:
    script.expect("POST", "/meetings/m1/active-livestream/stop", answer=answer)
    with pytest.raises(WriteOutcomeUnknown, match="does not say so"):
        script.api().stop("m1")


def test_what_comes_twice_each_time_is_listed_once(script: Any) -> None:
    for _reading in range(2):
        script.expect("GET", "/livestreams", answer=data(streams(1, 3), total_count=5), query=LIST.format(1))
        script.expect("GET", "/livestreams", answer=data(streams(3, 5), total_count=5), query=LIST.format(2))
    assert listed(script) == numbered(1, 5)


def test_a_server_that_ignores_the_page_number_is_noticed(script: Any) -> None:
    for page in (1, 2, 3):
        script.expect("GET", "/livestreams", answer=data(streams(1, 3)), query=LIST.format(page))
    assert listed(script) == numbered(1, 3)


def test_a_list_that_cannot_be_read_to_its_end_is_an_error(script: Any) -> None:
    for page in (1, 2, 3):
        script.expect("GET", "/livestreams", answer=data(streams(1, 3), total_count=7), query=LIST.format(page))
    with pytest.raises(InvalidAnswer, match="do not lead to the end of the list"):
        listed(script)


def test_a_list_on_a_wrong_route_is_not_empty(script: Any) -> None:
    answer = {"success": False, "errors": [{"code": 7003, "message": "Could not route"}]}
    script.expect("GET", "/livestreams", 404, answer, query=LIST.format(1))
    with pytest.raises(ApiError, match="check account_id, app_id and base_url"):
        listed(script)


def test_no_more_pages_are_read_than_needed(script: Any) -> None:
    script.expect("GET", "/livestreams", answer=data(streams(1, 100), total_count=500), query=LIST.format(1))
    found = script.api().livestreams(exclude_meetings=True, enough=lambda items: items[0].id == "l1")
    assert [item.id for item in found] == numbered(1, 100)


Pages = list[tuple[list[int], int | None]]  # of each page, the numbers of the livestreams on it and the count


class TestListsThatChange:
    """What may be missing from a reading is read again; what cannot be missing is not."""

    def read(self, script: Any, *readings: Pages, **options: Any) -> list[str | None]:
        """The IDs that are listed when these pages come, and no others."""
        query = "status=LIVE&sort_order=ASC&page_no={}&per_page=100" if "status" in options else LIST
        for pages in readings:
            for number, (items, total) in enumerate(pages, 1):
                listed = [{"id": f"l{item}", "status": "LIVE"} for item in items]
                answer = data(listed, **({} if total is None else {"total_count": total}))
                script.expect("GET", "/livestreams", answer=answer, query=query.format(number))
        asked = options if "status" in options else {"exclude_meetings": True, **options}
        return [item.id for item in script.api().livestreams(**asked)]

    def test_one_that_left_moved_another_to_the_page_before(self, script: Any) -> None:
        # 1 left: 3 is on the first page now. As many came as the second page counts.
        moved: Pages = [([1, 2], 4), ([4], 3)]
        assert self.read(script, moved, [([2, 3], 3), ([4], 3)], status="LIVE") == ["l2", "l3", "l4"]

    def test_all_of_a_page_left(self, script: Any) -> None:
        moved: Pages = [([1, 2], 4), ([], 2)]
        assert self.read(script, moved, [([3, 4], 2)], status="LIVE") == ["l3", "l4"]

    def test_what_has_left_meanwhile_is_not_listed(self, script: Any) -> None:
        readings: list[Pages] = [[([1, 2], 5), ([4, 5], 4)], [([2, 3], 4), ([5], 3)], [([3, 4], 3), ([5], 3)]]
        assert self.read(script, *readings, status="LIVE") == ["l3", "l4", "l5"]

    def test_what_was_created_behind_moves_nothing(self, script: Any) -> None:
        assert self.read(script, [([1, 2], 3), ([3, 4], 4)]) == numbered(1, 4)

    def test_behind_what_was_created_others_may_have_left(self, script: Any) -> None:
        # 1 left, 5 and 6 came: the count grew, and 3 is on the first page now.
        still: Pages = [([2, 3], 5), ([4, 5], 5), ([6], 5)]
        assert self.read(script, [([1, 2], 4), ([4, 5], 5), ([6], 5)], still, status="LIVE") == numbered(2, 6)

    def test_what_was_created_in_front_moves_the_others_to_later_pages(self, script: Any) -> None:
        assert self.read(script, [([3, 2], 3), ([2, 1], 4)], status="LIVE") == ["l3", "l2", "l1"]

    def test_more_than_a_page_was_created_in_front(self, script: Any) -> None:
        moved: Pages = [([2], 2), ([3], 4), ([2], 4), ([1], 4), ([], 4)]
        still: Pages = [([number], 4) for number in (4, 3, 2, 1)]
        assert self.read(script, moved, still, status="LIVE") == ["l4", "l3", "l2", "l1"]

    def test_a_list_that_changes_each_time_is_an_error(self, script: Any) -> None:
        readings: list[Pages] = [[([n, n + 1], 4), ([n + 3], 3)] for n in range(5)]
        with pytest.raises(InvalidAnswer, match="the list changed while it was read, 5 times; run again"):
            self.read(script, *readings, status="LIVE")

    def test_what_is_found_in_it_is_there(self, script: Any) -> None:
        found = self.read(script, [([1, 2], 4), ([4], 3)], status="LIVE", whole=False)
        assert found == ["l1", "l2", "l4"]

    def test_a_reading_that_is_repeated_ends_as_soon_as_it_has_what_is_wanted(self, script: Any) -> None:
        def enough(items: Any) -> bool:
            return {"l2", "l3"} <= {item.id for item in items}

        moved: Pages = [([1, 2], 4), ([4], 3)]
        assert self.read(script, moved, [([2, 3], 3)], status="LIVE", enough=enough) == ["l2", "l3"]

    def test_a_short_page_without_a_count_is_noticed_by_its_offsets(self, script: Any) -> None:
        for items in (streams(1, 1), streams(1, 2)):
            answer = data(items, start_offset=1, end_offset=2)
            script.expect("GET", "/livestreams", answer=answer, query=LIST.format(1))
            script.expect("GET", "/livestreams", answer=data([]), query=LIST.format(2))
        assert listed(script) == numbered(1, 2)

    @pytest.mark.parametrize(
        ("pages", "counted"),
        [([([1], 1)], True), ([([], None)], True), ([([1], None), ([], None)], False), ([([1, 2], 1), ([], 1)], False)],
    )
    def test_whether_the_service_counts(self, script: Any, pages: Pages, counted: bool) -> None:
        for number, (items, total) in enumerate(pages, 1):
            answer = data([{"id": f"l{item}"} for item in items], **({} if total is None else {"total_count": total}))
            script.expect("GET", "/livestreams", answer=answer, query=LIST.format(number))
        assert script.api().livestreams(exclude_meetings=True).counted is counted

    def test_sessions_of_a_reading_that_is_repeated_are_read_once(self, script: Any) -> None:
        for sessions, total in ((["s3", "s2"], 3), (["s1"], 2), (["s3", "s1"], 2)):
            found = [{"id": number, "livestream_id": "l1"} for number in sessions]
            page = 2 if sessions == ["s1"] else 1
            answer = data({"livestream": ONE, "sessions": found}, total_count=total)
            script.expect("GET", "/livestreams/l1", answer=answer, query=f"page_no={page}&per_page=100")
        history = script.api().livestream_history("l1")
        assert [session.id for session in history.sessions] == ["s3", "s1"]
