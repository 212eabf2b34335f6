# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every shape the API has been seen or documented to use becomes the same model; no shape at all raises."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.eventops.cloudflare.plugins.module_utils.api import models
from ansible_collections.eventops.cloudflare.plugins.module_utils.api.models import (
    Livestream,
    LivestreamDetails,
    Session,
)

WIRE = {
    "created_at": "2023-07-15T11:48:34.753Z",
    "disabled": False,
    "id": "3fd739f4",
    "ingest_server": "rtmps://live.cloudflare.com:443/live/",
    "meeting_id": None,
    "name": "main",
    "playback_url": "https://example.org/manifest/video.m3u8",
    "status": "IDLE",
    "stream_key": "f26566285",
    "updated_at": "2023-07-15T11:48:35.000Z",
}
MODEL = Livestream(
    id="3fd739f4",
    name="main",
    status="IDLE",
    disabled=False,
    ingest_server="rtmps://live.cloudflare.com:443/live/",
    playback_url="https://example.org/manifest/video.m3u8",
    created_at="2023-07-15T11:48:34.753Z",
    updated_at="2023-07-15T11:48:35.000Z",
    stream_key="f26566285",
)
SESSION_WIRE = {
    "id": "cf55a850",
    "livestream_id": "3fd739f4",
    "err_message": None,
    "ingest_seconds": "60",
    "viewer_seconds": 60.0,
    "started_time": "2023-07-15T07:08:39.000Z",
}
SESSION = Session(
    id="cf55a850",
    livestream_id="3fd739f4",
    ingest_seconds=60,
    viewer_seconds=60,
    started_time="2023-07-15T07:08:39.000Z",
)
PAGING = {"total_count": 1, "start_offset": 1, "end_offset": 1}


@pytest.mark.parametrize(
    "body",
    [
        {"success": True, "data": [WIRE], "paging": PAGING},
        {"success": True, "data": {"livestreams": [WIRE], "paging": PAGING}},
        {"success": True, "data": {"data": [WIRE], "paging": PAGING}},
        {"success": True, "data": {**WIRE, "paging": PAGING}},
        {"success": True, "data": [{**WIRE, "disabled": "false", "org_id": "o", "manual_ingest": True}, None, 7]},
        {"success": True, "result": [WIRE]},
        [WIRE],
    ],
)
def test_each_list_shape(body: Any) -> None:
    assert models.livestreams_in(body) == [MODEL]


@pytest.mark.parametrize(
    "body",
    [
        None,
        {},
        [],
        "text",
        {"success": True},
        {"success": True, "data": None},
        {"success": True, "data": {}},
        {"success": True, "data": []},
        {"success": True, "data": {"paging": PAGING}},
        {"success": True, "data": {"message": "none"}},
        {"success": True, "message": "none"},
    ],
)
def test_each_shape_of_nothing(body: Any) -> None:
    assert models.livestreams_in(body) == []
    assert models.active_livestream_in(body) is None
    assert models.details_in(body) == []
    assert models.session_in(body) is None


@pytest.mark.parametrize(
    "data",
    [
        {"livestream": WIRE, "sessions": [SESSION_WIRE]},
        {"livestream": WIRE, "session": SESSION_WIRE},
        {"livestream": WIRE, "sessions": SESSION_WIRE},
        {"livestreams": [WIRE], "sessions": [SESSION_WIRE]},
        {**WIRE, "sessions": [SESSION_WIRE]},
    ],
)
def test_each_shape_of_details(data: Any) -> None:
    assert models.details_in({"success": True, "data": data}) == [LivestreamDetails(MODEL, (SESSION,))]


def test_sessions_of_several_livestreams_are_sorted_out() -> None:
    other = {**WIRE, "id": "other"}
    found = models.details_in({"data": {"livestreams": [WIRE, other], "sessions": [SESSION_WIRE]}})
    assert [(item.livestream.id, item.sessions) for item in found] == [("3fd739f4", (SESSION,)), ("other", ())]


@pytest.mark.parametrize(
    "data", [SESSION_WIRE, {"session": SESSION_WIRE}, {"livestream": WIRE, "session": SESSION_WIRE}]
)
def test_each_shape_of_a_session(data: Any) -> None:
    assert models.session_in({"success": True, "data": data}) == SESSION


def test_of_several_active_ones_the_active_one_counts() -> None:
    body = {"data": [WIRE, {**WIRE, "id": "live", "status": "live"}]}
    found = models.active_livestream_in(body)
    assert found is not None
    assert (found.id, found.status, found.active) == ("live", "LIVE", True)
    assert models.active_livestream_in({"data": [WIRE]}) == MODEL


@pytest.mark.parametrize(
    ("status", "active"),
    [
        ("INVOKED", True),
        ("LIVE", True),
        ("RECONNECTING", True),
        ("IDLE", False),
        ("OFFLINE", False),
        ("ERRORED", False),
    ],
)
def test_only_what_is_known_to_have_ended_is_not_active(status: str, active: bool) -> None:
    assert Livestream(status=status).active is active
    assert Livestream().active is False


@pytest.mark.parametrize(
    ("wire", "value"),
    [
        (1, 1),
        ("1", 1),
        ("1.5", 1.5),
        (1.0, 1),
        (True, None),
        ("x", None),
        (None, None),
        ("inf", None),
        ([], None),
        (10**400, None),
        ("9" * 400, None),
    ],
)
def test_numbers(wire: Any, value: Any) -> None:
    assert models.number(wire) == value
    assert type(models.number(wire)) is type(value)


@pytest.mark.parametrize(
    ("wire", "value"),
    [(True, True), ("true", True), ("False", False), ("false", False), (None, None), ("", None), (1, None)],
)
def test_flags(wire: Any, value: Any) -> None:
    assert models.flag(wire) is value


def test_an_earlier_answer_fills_the_gaps_of_a_later_one_about_the_same_livestream() -> None:
    later = Livestream(id="3fd739f4", status="LIVE")
    assert later.merged_with(MODEL) == Livestream(**{**MODEL.public(), "status": "LIVE", "stream_key": "f26566285"})
    assert Livestream(id="other").merged_with(MODEL) == Livestream(id="other")


def test_the_stream_key_is_neither_public_nor_in_the_representation() -> None:
    assert "stream_key" not in MODEL.public()
    assert "f26566285" not in repr(MODEL)


def test_a_meetings_representation_holds_no_secret() -> None:
    storage = {"type": "aws", "secret": "geheim"}
    streaming = {"rtmp_url": "rtmp://a.example.org/live/geheim"}
    meeting = models.Meeting(recording_config={"storage_config": storage, "live_streaming_config": streaming})
    assert "geheim" not in repr(meeting)
    assert "aws" in repr(meeting)


def test_analytics() -> None:
    wire = {"count": "2", "total_ingest_seconds": 10.5, "total_viewer_seconds": None}
    totals = {"count": 2, "total_ingest_seconds": 10.5, "total_viewer_seconds": 0}
    assert models.livestream_totals({"data": wire}) == totals
    assert models.livestream_totals({"data": [wire, wire]}) == {
        "count": 4,
        "total_ingest_seconds": 21.0,
        "total_viewer_seconds": 0,
    }
    assert models.livestream_days({"data": [{**wire, "date": "2023-07-15"}]}) == [{"date": "2023-07-15", **totals}]
    stats = {"sessions_count": "3", "day_stats": [{"day": "2023-07-15", "total_sessions": 3.0}]}
    assert models.app_days({"data": {"session_stats": stats}}) == {
        "session_stats": {"sessions_count": 3, "day_stats": [{"day": "2023-07-15", "total_sessions": 3}]},
        "recording_stats": {},
    }


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [*WIRE, *SESSION_WIRE, "data", "success", "livestreams", "livestream", "sessions", "paging"]
            )
            | st.text(max_size=4),
            inner,
            max_size=6,
        )
    ),
    max_leaves=20,
)


@given(JSON)
def test_nothing_that_is_json_raises(body: Any) -> None:
    for livestream in models.livestreams_in(body):
        assert isinstance(livestream.id, str)
        assert livestream.disabled in (True, False, None)
    for details in models.details_in(body):
        assert all(isinstance(session, Session) for session in details.sessions)
    session = models.session_in(body)
    assert session is None or isinstance(session.id, str)
    active = models.active_livestream_in(body)
    assert active is None or isinstance(active.id, str)
    assert isinstance(models.paging_of(body), models.Paging)
    assert set(models.livestream_totals(body)) == {"count", "total_ingest_seconds", "total_viewer_seconds"}
    assert isinstance(models.livestream_days(body), list)
    assert set(models.app_days(body)) == {"session_stats", "recording_stats"}
    for meeting in models.meetings_in(body):
        assert isinstance(meeting.id, str)
        assert isinstance(meeting.public(), dict)
