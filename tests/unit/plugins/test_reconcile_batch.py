# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many livestreams and meetings at once: the requests pinned where the simulator has no such service."""

from __future__ import annotations

from typing import Any

from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.livestreams import reconcile_livestreams
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.meeting_plan import SETTINGS
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.meetings import reconcile_meetings

LIST = "exclude_meetings=true&sort_order=ASC&page_no=1&per_page=100"
MEETINGS = "status=ACTIVE&page_no=1&per_page=100"
FEED = {"id": "f1", "name": "feed", "meeting_id": None, "status": "IDLE", "disabled": False, "created_at": "2023-01-01"}
MOVED = "Mueller"  # what a service that only knows ASCII makes of it
NAME = "M\u00fcller"


def data(value: Any, **paging: int) -> dict[str, Any]:
    return {"success": True, "data": value, **({"paging": paging} if paging else {})}


def many(script: Any, *entries: dict[str, Any], **options: Any) -> Any:
    unset = {"state": None, "meeting_id": None, "livestream_id": None, "name": None, "video_config": None}
    common = {"state": "present", "exclusive": False, "wait": True, "wait_timeout": 60.0, "concurrency": 1}
    params = {"return_stream_key": False, **common, **options, "livestreams": [{**unset, **entry} for entry in entries]}
    return reconcile_livestreams(script.api(), params, script.context())


def meetings(script: Any, *entries: dict[str, Any]) -> Any:
    unset = {"state": None, "meeting_id": None, "title": None, **dict.fromkeys(SETTINGS)}
    params = {"state": "active", "concurrency": 1, "meetings": [{**unset, **entry} for entry in entries]}
    return reconcile_meetings(script.api(), params, script.context())


class TestLivestreams:
    """realtime_livestreams"""

    def test_one_that_a_moving_list_does_not_show_is_read_by_itself(self, script: Any) -> None:
        # A start is never decided by the list: it need not be read again.
        live = {"meeting_id": "m3", "status": "LIVE", "playback_url": "https://x"}
        query = "status={}&sort_order=ASC&page_no={}&per_page=100"
        script.expect("GET", "/livestreams", answer=data([], total_count=0), query=query.format("INVOKED", 1))
        first = [{"id": "l1", "meeting_id": "m1", "status": "LIVE"}, {"id": "l2", "meeting_id": "m2", "status": "LIVE"}]
        script.expect("GET", "/livestreams", answer=data(first, total_count=4), query=query.format("LIVE", 1))
        last = [{"id": "l4", "meeting_id": "m4", "status": "LIVE"}]
        script.expect("GET", "/livestreams", answer=data(last, total_count=3), query=query.format("LIVE", 2))
        script.expect("GET", "/meetings/m3/active-livestream", answer=data({"id": "l3", **live}))
        outcome = many(script, {"meeting_id": "m3"}, state="started")
        assert not outcome.changed
        assert outcome.values["livestreams"][0]["id"] == "l3"

    def test_a_list_that_moves_does_not_end_the_wait_for_a_stop(self, script: Any) -> None:
        query = "status={}&sort_order=ASC&page_no={}&per_page=100"
        one, two, three, four = ({"id": f"l{n}", "meeting_id": f"m{n}", "status": "LIVE"} for n in (1, 2, 3, 4))

        def listing(*pages: tuple[list[Any], int], recent: str | None) -> None:
            script.expect("GET", "/livestreams", answer=data([], total_count=0), query=query.format("INVOKED", 1))
            for number, (items, total) in enumerate(pages, 1):
                answer = data(items, total_count=total)
                script.expect("GET", "/livestreams", answer=answer, query=query.format("LIVE", number))
            if recent:
                since = f"start_time=1969-12-30T{recent}.000Z&sort_order=ASC&page_no=1&per_page=100"
                script.expect("GET", "/livestreams", answer=data([], total_count=0), query=since)

        listing(([one, two, three], 3), recent=None)
        script.expect("GET", "/meetings/m3/active-livestream", answer=data(three))
        script.expect("POST", "/meetings/m3/active-livestream/stop", answer=data({"message": "Stopped"}))
        # The first of four left: the third one, which is still stopping, is in none of the pages.
        listing(([one, two], 4), ([four], 3), recent="23:00:00")
        listing(([two, three, four], 3), recent=None)
        listing(([two, four], 2), recent="23:00:02")
        outcome = many(script, {"meeting_id": "m3"}, state="stopped")
        assert outcome.changed
        assert outcome.values["livestreams"][0]["status"] == "IDLE"
        assert script.sleeps == [1.0, 1.0]

    def test_one_that_is_found_by_its_id_and_then_by_its_name(self, script: Any) -> None:
        # The list lags behind at first.
        script.expect("GET", "/livestreams", answer=data([]), query=LIST)
        script.expect("GET", "/livestreams/f1", answer=data({"livestream": FEED}))
        script.expect("GET", "/livestreams", answer=data([FEED], total_count=1), query=LIST)
        outcome = many(script, {"livestream_id": "f1"}, {"name": "feed"})
        assert not outcome.changed
        text = "livestreams[0] and livestreams[1] are both about the livestream f1: list it once"
        assert outcome.failure == f"1 of 2 livestreams failed: feed: {text}"

    def test_a_form_that_nobody_foresees_is_looked_for_in_the_same_run(self, script: Any) -> None:
        older = {**FEED, "name": MOVED}
        for answer in ([older], [older]):
            script.expect("GET", "/livestreams", answer=data(answer, total_count=1), query=LIST)
        created = {**FEED, "id": "f2", "name": MOVED, "created_at": None}
        script.expect("POST", "/livestreams", 201, data(created), body={"name": NAME})
        listed = [older, {**created, "created_at": "2023-01-02"}]
        script.expect("GET", "/livestreams", answer=data(listed, total_count=2), query=LIST)
        outcome = many(script, {"name": NAME})
        assert outcome.values["livestreams"][0]["id"] == "f1"
        assert outcome.warnings == (
            "2 livestreams are named 'Mueller': the oldest, f1, is used, not f2",
            f"the service calls the livestream {NAME!r} 'Mueller': use that name",
        )

    def test_two_that_become_one_in_such_a_form(self, script: Any) -> None:
        for _look in range(2):
            script.expect("GET", "/livestreams", answer=data([]), query=LIST)
        for number, name in enumerate((NAME, MOVED), 1):
            created = {**FEED, "id": f"f{number}", "name": MOVED, "created_at": f"2023-01-0{number}"}
            script.expect("POST", "/livestreams", 201, data(created), body={"name": name})
        listed = [{**FEED, "id": f"f{n}", "name": MOVED, "created_at": f"2023-01-0{n}"} for n in (1, 2)]
        script.expect("GET", "/livestreams", answer=data(listed, total_count=2), query=LIST)
        outcome = many(script, {"name": NAME}, {"name": MOVED})
        assert "are one to the service, which calls them 'Mueller'" in outcome.values["livestreams"][1]["msg"]
        assert "failed" not in outcome.values["livestreams"][0]

    def test_an_answer_without_a_name_is_no_reason_to_warn(self, script: Any) -> None:
        for _look in range(2):
            script.expect("GET", "/livestreams", answer=data([]), query=LIST)
        script.expect("POST", "/livestreams", 201, data({"id": "f1", "status": "INVOKED"}), body={"name": "feed"})
        script.expect("GET", "/livestreams", answer=data([]), query=LIST)
        outcome = many(script, {"name": "feed"})
        assert (outcome.warnings, outcome.values["livestreams"][0]["name"]) == ((), "feed")


class TestMeetings:
    """realtime_meetings"""

    def test_a_form_that_nobody_foresees_is_looked_for_in_the_same_run(self, script: Any) -> None:
        older = {"id": "m1", "title": MOVED, "status": "ACTIVE", "created_at": "2023-01-01"}
        created = {**older, "id": "m2", "created_at": "2023-01-02"}
        script.expect("GET", "/meetings", answer=data([older], total_count=1), query=MEETINGS)
        script.expect("POST", "/meetings", 201, data(created), body={"title": NAME})
        script.expect("GET", "/meetings", answer=data([created, older], total_count=2), query=MEETINGS)
        outcome = meetings(script, {"title": NAME})
        assert outcome.values["meetings"][0]["id"] == "m1"
        assert f"the service calls the meeting {NAME!r} 'Mueller': use that name" in outcome.warnings
        assert "2 meetings are titled 'Mueller': the oldest, m1, is used, not m2" in outcome.warnings

    def test_two_that_become_one_in_such_a_form(self, script: Any) -> None:
        made = [{"id": f"m{n}", "title": MOVED, "status": "ACTIVE", "created_at": f"2023-01-0{n}"} for n in (1, 2)]
        script.expect("GET", "/meetings", answer=data([], total_count=0), query=MEETINGS)
        for name, created in zip((NAME, MOVED), made, strict=True):
            script.expect("POST", "/meetings", 201, data(created), body={"title": name})
        script.expect("GET", "/meetings", answer=data(made, total_count=2), query=MEETINGS)
        outcome = meetings(script, {"title": NAME}, {"title": MOVED})
        assert "are one to the service, which calls them 'Mueller'" in outcome.values["meetings"][1]["msg"]
        assert "failed" not in outcome.values["meetings"][0]

    def test_a_title_that_the_service_changes_otherwise_is_told_each_time(self, script: Any) -> None:
        for before in ("old", MOVED):
            listed = [{"id": "m1", "title": before, "status": "ACTIVE"}]
            script.expect("GET", "/meetings", answer=data(listed, total_count=1), query=MEETINGS)
            script.expect("PATCH", "/meetings/m1", answer=data({"id": "m1", "title": MOVED}), body={"title": NAME})
            outcome = meetings(script, {"meeting_id": "m1", "title": NAME})
            assert outcome.values["meetings"][0]["title"] == MOVED
            assert outcome.warnings == ("the service calls the meeting m1 'Mueller': use that name",)

    def test_a_lost_change_of_a_title_is_found_in_the_form_of_the_service(self, script: Any) -> None:
        listed = [{"id": "m1", "title": "old", "status": "ACTIVE"}]
        script.expect("GET", "/meetings", answer=data(listed, total_count=1), query=MEETINGS)
        script.expect("PATCH", "/meetings/m1", 502, text="", body={"title": "R&D "})
        script.expect("GET", "/meetings/m1", answer=data({"id": "m1", "title": "R&amp;D", "status": "ACTIVE"}))
        outcome = meetings(script, {"meeting_id": "m1", "title": "R&D "})
        assert outcome.changed
        assert outcome.values["meetings"][0]["title"] == "R&amp;D"

    def test_a_list_that_is_not_counted_is_looked_at_twice_for_what_it_lacks(self, script: Any) -> None:
        listed = [{"id": f"m{n}", "title": f"t{n}", "status": "ACTIVE"} for n in (1, 2, 3)]
        for items in (listed[:1], listed):
            for page, found in ((1, items), (2, [])):
                query = f"status=ACTIVE&page_no={page}&per_page=100"
                script.expect("GET", "/meetings", answer=data(found), query=query)
        outcome = meetings(script, {"title": "t1"}, {"title": "t2"}, {"title": "t3", "state": "active"})
        assert not outcome.changed
        assert [item["id"] for item in outcome.values["meetings"]] == ["m1", "m2", "m3"]
