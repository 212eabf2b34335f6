# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What must hold for whatever a server answers: shared by the tests and by the fuzzer."""

from __future__ import annotations

import json
from typing import Any

import requests

from ansible_collections.eventops.cloudflare.plugins.module_utils.api import models
from ansible_collections.eventops.cloudflare.plugins.module_utils.transport.body import parse
from ansible_collections.eventops.cloudflare.plugins.module_utils.transport.messages import explain

LIVESTREAM = b"""{"id": "a", "name": "Saal 1", "meeting_id": null, "status": "LIVE", "disabled": "false",
 "ingest_server": "rtmps://live.example.org:443/live/", "playback_url": "https://example.org/a.m3u8",
 "stream_key": "geheim-0123456789", "created_at": "2019-08-21T10:00:00.000Z", "updated_at": null}"""
SESSION = b"""{"id": "s", "livestream_id": "a", "err_message": "\\u001b[31mno\\u202e", "ingest_seconds": "60",
 "viewer_seconds": 1.5, "invoked_time": null, "created_at": "2019-08-21T10:00:00.000Z"}"""
MEETING = b"""{"id": "m", "title": "Curie", "status": "active", "persist_chat": "true",
 "session_keep_alive_time_in_secs": 60, "recording_config": {"storage_config": {"type": "aws", "secret": "geheim-1"},
 "live_streaming_config": {"rtmp_url": "rtmp://x/geheim-2"}, "more": [{"password": "geheim-3"}]}}"""
# Where the fuzzer begins, and what every run tries again: all shapes that are known, and all that ever went wrong.
SEEDS = (
    b"",
    b" ",
    b"null",
    b"true",
    b"[]",
    b"{}",
    b'{"success": true, "data": [' + LIVESTREAM + b'], "paging": {"total_count": 1, "end_offset": 1}}',
    b'{"success": true, "data": {"livestreams": [' + LIVESTREAM + b'], "paging": {"total_count": "1"}}}',
    b'{"success": true, "data": {"livestream": ' + LIVESTREAM + b', "sessions": [' + SESSION + b"]}}",
    b'{"success": true, "data": {"livestream": ' + LIVESTREAM + b', "session": ' + SESSION + b"}}",
    b'{"success": true, "data": {"livestreams": [' + LIVESTREAM + b', {"id": 7}], "sessions": [' + SESSION + b"]}}",
    b'{"success": true, "result": ' + LIVESTREAM + b"}",
    b'{"success": true, "data": ' + SESSION + b"}",
    b'{"success": true, "data": [' + MEETING + b", " + MEETING + b"]}",
    b'{"success": true, "data": {"message": "Stopped live stream successfully"}}',
    b'{"success": true, "data": [{"count": 3, "total_ingest_seconds": "1e400", "date": 5}]}',
    b'{"success": true, "data": {"session_stats": {"day": [{"day": 1, "n": "x"}], "sum": 3}, "recording_stats": []}}',
    b'{"success": false, "error": {"code": 404, "message": "No active session found"}}',
    b'{"success": false, "error": "\\u009b31mred\\u2028"}',
    b'{"success": false, "errors": [{"code": 10000, "message": "m", "error_chain": [{"code": 1, "message": "c"}, 7]}]}',
    b'{"message": ["[body] is not allowed"], "success": false}',
    b"<html><title>502</title></html>",
    b"\xff\xfe\x00 not text",
    b"\xef\xbb\xbf{}",
    '{"data": {"id": "\\\\ud800"}}'.encode("utf-16"),
    b'{"data": {"id": "\xed\xa0\x80"}}',
    b'{"data": {"id": "\\ud800", "name": "\\udfff\\ud83d\\ude00", "status": "\\ud800"}}',
    b'{"data": {"id": ".."}}',
    b'{"data": {"id": "../../x?y#z", "status": "\\u0131"}}',
    b'{"data": {"id": NaN, "disabled": Infinity, "created_at": -Infinity}}',
    b'{"data": {"id": "m", "title": 1e999, "ai_config": {"x": NaN, "y": [1e999]}}}',
    b'{"data": [], "paging": {"total_count": 1' + b"0" * 400 + b"}}",
    b'{"data": {"id": 1' + b"0" * 5000 + b"}}",
    b"[" * 500 + b"]" * 500,
    b"[" * 100_000,
    b'{"data": {"id": "m", "ai_config": ' + b'{"a": ' * 60 + b"1" + b"}" * 60 + b"}}",
)


def answer(content: bytes, status: int = 200) -> requests.Response:
    """An answer with this body."""
    found = requests.Response()
    found.status_code = status
    found._content = content
    return found


def read(content: bytes) -> None:
    """Read an answer as everything that an API might send; raises AssertionError when a promise is broken."""
    body, is_json = parse(answer(content))
    text, code, _from_edge = explain(body, answer(content, 400))
    assert text.isprintable()
    assert code is None or isinstance(code, int)
    if not is_json:
        return
    for livestream in [*models.livestreams_in(body), *(d.livestream for d in models.details_in(body))]:
        _check_livestream(livestream)
    for details in models.details_in(body):
        reason = details.newest.err_message if details.newest is not None else None
        assert reason is None or isinstance(reason, str)
        for session in details.sessions:
            _returnable(session.public())
    models.active_livestream_in(body)
    models.single_livestream_in(body)
    session = models.session_in(body)
    assert session is None or session.id
    for meeting in models.meetings_in(body):
        assert meeting.id
        assert not _keys(_returnable(meeting.public())) & models.HIDDEN
    paging = models.paging_of(body)
    assert all(count is None or isinstance(count, int) for count in (paging.total, paging.end))
    _returnable(models.livestream_totals(body))
    _returnable(models.livestream_days(body))
    _returnable(models.app_days(body))


def _check_livestream(livestream: models.Livestream) -> None:
    assert livestream.id
    assert livestream.id.strip("."), "a path would lead elsewhere"
    public = livestream.public()
    assert "stream_key" not in public
    for name, value in public.items():
        assert value is None or name == "disabled" or (isinstance(value, str) and value)
    assert livestream.disabled in (None, True, False)
    assert repr(livestream) == repr(livestream.merged_with(models.Livestream(stream_key="geheim")))
    assert livestream.merged_with(livestream) == livestream
    _returnable(public)


def _returnable(value: Any) -> Any:
    """What Ansible can write: UTF-8, and JSON without Python's extensions."""
    json.dumps(value, ensure_ascii=False, allow_nan=False).encode("utf-8")
    return value


def _keys(value: Any) -> set[str]:
    if isinstance(value, dict):
        return {*value, *(key for item in value.values() for key in _keys(item))}
    return {key for item in value for key in _keys(item)} if isinstance(value, list) else set()
