# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every variant of the service shows what its name says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, get_args

import pytest
from pydantic import ValidationError

from simulator.client import Control, ControlError
from simulator.profile import DEFAULT, NAMED, Profile, Settings, variants, wire_fields

VARIANTS = dict(variants())


def test_variants_are_complete() -> None:
    assert VARIANTS["default"] == DEFAULT
    for name, field in Profile.model_fields.items():
        assert field.description, f"{name} does not say what is unknown"
        if name in Settings.model_fields:
            continue
        values = get_args(field.annotation) or wire_fields()[name]
        for value in values:
            if value != getattr(DEFAULT, name):
                label = str(value).lower() if isinstance(value, bool) else value
                assert getattr(VARIANTS[f"{name}={label}"], name) == value


def test_codes_may_be_numbers() -> None:
    assert DEFAULT.but(active_none=400).active_none == "400"


@pytest.mark.parametrize("changes", [{"active_none": 418}, {"no_such_field": 1}, {"live_delay": -1}])
def test_nonsense(control: Control, changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        DEFAULT.but(**changes)
    with pytest.raises(ControlError, match=f"422.*{next(iter(changes))}"):
        control.configure(**changes)


def test_configuration(control: Control) -> None:
    control.reset("hostile", live_delay=3)
    assert control.profile() == NAMED["hostile"].but(live_delay=3)
    control.configure(live_delay=0)
    assert control.profile() == NAMED["hostile"]
    control.configure({"nulls": "null"})
    assert control.profile() == NAMED["hostile"].but(nulls="null")
    control.reset(VARIANTS["active_none=400"], stop_delay=1)
    assert control.profile() == DEFAULT.but(active_none=400, stop_delay=1)
    control.reset()
    assert control.profile() == DEFAULT
    with pytest.raises(ControlError, match="no profile is called"):
        control.reset("nobody")


class Scene:
    """What the checks below look at: a fresh service of one variant."""

    def __init__(self, api: Any, control: Control, meeting: str) -> None:
        self.api = api
        self.control = control
        self.meeting = meeting

    def start(self, meeting: str | None = None, **body: Any) -> Any:
        return self.api("POST", f"/meetings/{meeting or self.meeting}/livestreams", body)

    def started(self) -> str:
        livestream_id: str = self.api.start(self.meeting)["id"]
        return livestream_id

    def active(self, meeting: str | None = None) -> Any:
        return self.api("GET", f"/meetings/{meeting or self.meeting}/active-livestream")

    def outcome(self, status: str, meeting: str | None = None) -> bool:
        answer = self.start(meeting)
        livestream_id = answer.json()["data"]["id"]
        shown: str = self.api.status(livestream_id)
        return answer.status_code == 201 and shown == status

    def one(self) -> Any:
        return self.api.data(f"/livestreams/{self.started()}")


def _stopping(scene: Scene) -> Any:
    scene.control.configure(stop_delay=5)
    scene.started()
    scene.active()
    scene.api.stop(scene.meeting)
    return scene


def _unknown_answer(scene: Scene) -> Any:
    return scene.api("GET", "/livestreams", colour="red")


def _pending(scene: Scene) -> Any:
    scene.control.configure(playback_delay=9)
    return scene.api.start(scene.meeting)


def _retired(scene: Scene) -> str:
    return scene.control.add_meeting(status="INACTIVE")


def _account(subject: Any, path: str) -> Any:
    """An answer about the account or the user."""
    api = subject.api
    return api.session.get(api.control.base_url + path.format(api.control.account_id), timeout=10)


def _seeded(scene: Scene, count: int = 3) -> Any:
    scene.control.seed(independents=[str(number) for number in range(count)])
    return scene.api.get("/livestreams", per_page=2)


def _throttled(scene: Scene) -> Any:
    scene.control.configure(rate_limit=1)
    scene.active()
    return scene.active()


def _patched(scene: Scene) -> int:
    body = {"recording_config": {"max_seconds": 60}}
    status: int = scene.api("PATCH", f"/meetings/{scene.meeting}", body).status_code
    return status


def _unauthorized(scene: Scene) -> Any:
    scene.api.session.headers["Authorization"] = "Bearer wrong"
    return scene.active().json()


def _analytics(scene: Scene, value: str) -> int:
    status: int = scene.api("GET", "/analytics/livestreams/overall", start_time=value).status_code
    return status


def _other_app(scene: Scene) -> Any:
    url = scene.control.app_url.replace(scene.control.app_id, "other")
    return scene.api.session.get(url + "/livestreams", timeout=10).json()


def _single(scene: Scene) -> Any:
    data = _seeded(scene)["data"]
    return data["name"] == "2" and data["paging"] == {"total_count": 3, "start_offset": 1, "end_offset": 1}


def _session_object(scene: Scene) -> Any:
    read = scene.one()
    return {"livestream", "session", "paging"} == set(read) and read["session"]["id"]


def _paused(scene: Scene) -> bool:
    livestream_id = scene.started()
    first = scene.api.status(livestream_id)
    scene.control.advance(6)
    return (first, scene.api.status(livestream_id)) == ("PAUSED", "LIVE")


def _stopped(scene: Scene) -> str:
    livestream_id = scene.started()
    scene.api.stop(scene.meeting)
    status: str = scene.api.status(livestream_id)
    return status


def _restarted(scene: Scene) -> bool:
    first = scene.api.start(scene.meeting)
    scene.api.stop(scene.meeting)
    second = scene.api.start(scene.meeting)
    sessions = scene.api.data(f"/livestreams/{first['id']}")["sessions"]
    return (first["id"], first["stream_key"], 2) == (second["id"], second["stream_key"], len(sessions))


def _idle(scene: Scene) -> Any:
    never = scene.active().status_code
    scene.started()
    scene.api.stop(scene.meeting)
    return never == 404 and scene.active().json()["data"]["status"] == "IDLE"


def _session(scene: Scene) -> Any:
    return scene.one()["sessions"][0]


def _called(scene: Scene, sent: str, kept: str) -> bool:
    livestream = scene.api("POST", "/livestreams", {"name": sent}).json()["data"]
    scene.start(name=sent)
    meeting = scene.api("POST", "/meetings", {"title": sent}).json()["data"]
    path = f"/meetings/{meeting['id']}"
    renamed = [scene.api("PATCH", path, {"title": title}).json()["data"]["title"] for title in ("other", sent)]
    named = [livestream["name"], scene.active().json()["data"]["name"], meeting["title"], *renamed]
    return named == [kept, kept, kept, "other", kept]


def _created(scene: Scene) -> Any:
    return scene.api.status(scene.api.create()["id"])


# Whether the wire shows the value of a variant.
CHECKS: dict[str, Callable[[Scene], Any]] = {
    "default": lambda s: isinstance(_seeded(s)["data"], list),
    "list_shape=object_livestreams": lambda s: set(_seeded(s)["data"]) == {"livestreams", "paging"},
    "list_shape=object_data": lambda s: set(_seeded(s)["data"]) == {"data", "paging"},
    "list_shape=single": _single,
    "by_id_shape=session_object": _session_object,
    "by_id_shape=flat": lambda s: s.one()["status"] == "LIVE",
    "by_meeting_shape=livestreams": lambda s: (
        s.started() and set(s.api.data(f"/meetings/{s.meeting}/livestream")) == {"livestreams", "sessions", "paging"}
    ),
    "by_meeting_shape=livestreams_object": lambda s: (
        s.started() and s.api.data(f"/meetings/{s.meeting}/livestream")["sessions"]["id"]
    ),
    "by_meeting_none=empty": lambda s: s.api.data(f"/meetings/{s.meeting}/livestream") == {"sessions": []},
    "active_shape=list": lambda s: s.started() and isinstance(s.active().json()["data"], list),
    "active_has_key=true": lambda s: s.started() and s.active().json()["data"]["stream_key"],
    "active_none=400": lambda s: s.active().status_code == s.active().json()["error"]["code"] == 400,
    "active_none=null": lambda s: s.active().json() == {"success": True, "data": None},
    "active_none=empty": lambda s: s.active().json() == {"success": True, "data": {}},
    "active_none=empty_list": lambda s: s.active().json() == {"success": True, "data": []},
    "active_none=message": lambda s: set(s.active().json()["data"]) == {"message"},
    "active_none=no_data": lambda s: s.active().json() == {"success": True},
    "active_none=idle": _idle,
    "active_unknown_meeting=as_none": lambda s: "livestream" in s.active("nowhere").json()["error"]["message"],
    "paging_total=absent": lambda s: set(_seeded(s)["paging"]) == {"start_offset", "end_offset"},
    "paging_total=no_paging": lambda s: "paging" not in _seeded(s),
    "list_none=404": lambda s: s.api("GET", "/livestreams").status_code == 404,
    "token_verify=expiring": lambda s: _account(s, "/user/tokens/verify").json()["result"]["expires_on"],
    "token_verify=account": lambda s: (
        _account(s, "/user/tokens/verify").status_code == 401
        and _account(s, "/accounts/{}/tokens/verify").json()["result"]["status"] == "active"
    ),
    "token_verify=refused": lambda s: _account(s, "/user/tokens/verify").status_code == 401,
    "apps_listed=403": lambda s: _account(s, "/accounts/{}/realtime/kit/apps").status_code == 403,
    "stream_offered=list": lambda s: _account(s, "/accounts/{}/stream/live_inputs").json()["result"] == [],
    "stream_offered=403": lambda s: _account(s, "/accounts/{}/stream/live_inputs").status_code == 403,
    "webhooks_none=empty": lambda s: s.api.data("/webhooks") == [],
    "max_per_page=50": lambda s: _seeded(s, 60) and len(s.api.data("/livestreams", per_page=100)) == 50,
    "max_per_page=7": lambda s: _seeded(s, 60) and len(s.api.data("/livestreams", per_page=100)) == 7,
    "default_sort=ASC": lambda s: _seeded(s)["data"][0]["name"] == "0",
    "disabled_type=string": lambda s: s.one()["livestream"]["disabled"] == "false",
    "seconds_type=float": lambda s: isinstance(_session(s)["ingest_seconds"], float),
    "seconds_type=string": lambda s: _session(s)["viewer_seconds"] == "60",
    "nulls=missing": lambda s: not {"err_message", "stopped_time"} & set(_session(s)),
    "playback_pending=null": lambda s: _pending(s)["playback_url"] is None,
    "playback_pending=empty": lambda s: _pending(s)["playback_url"] == "",
    "extra_fields=true": lambda s: {"org_id", "manual_ingest"} <= set(s.one()["livestream"]),
    "meeting_configs=null": lambda s: s.api.data(f"/meetings/{s.meeting}")["ai_config"] is None,
    "meeting_configs=filled": lambda s: s.api.data(f"/meetings/{s.meeting}")["recording_config"]["audio_config"],
    "status_of_unknown=PAUSED": _paused,
    "stopped_status=OFFLINE": lambda s: _stopped(s) == "OFFLINE",
    "start_duplicate=400": lambda s: s.started() and s.start().status_code == 400,
    "start_while_stopping=409": lambda s: _stopping(s).start().status_code == 409,
    "stopping_shows=none": lambda s: _stopping(s).active().status_code == 404,
    "stop_none=400": lambda s: s.api.stop(s.meeting).status_code == 400,
    "stop_none=409": lambda s: s.api.stop(s.meeting).status_code == 409,
    "stop_none=message": lambda s: s.api.stop(s.meeting).json()["data"]["message"] == "No active livestream",
    "stop_while_stopping=400": lambda s: _stopping(s).api.stop(s.meeting).status_code == 400,
    "stop_while_stopping=404": lambda s: _stopping(s).api.stop(s.meeting).status_code == 404,
    "stop_while_stopping=409": lambda s: _stopping(s).api.stop(s.meeting).status_code == 409,
    "start_unknown_meeting=400": lambda s: s.start("nowhere").status_code == 400,
    "start_unknown_meeting=invoked_then_errored": lambda s: s.outcome("ERRORED", "nowhere"),
    "start_inactive_meeting=403": lambda s: s.start(_retired(s)).status_code == 403,
    "start_inactive_meeting=invoked_then_idle": lambda s: s.outcome("IDLE", _retired(s)),
    "start_inactive_meeting=invoked_then_errored": lambda s: s.outcome("ERRORED", _retired(s)),
    "start_inactive_meeting=accepted": lambda s: s.outcome("LIVE", _retired(s)),
    "start_empty_meeting=error": lambda s: s.start().status_code == 400,
    "start_empty_meeting=invoked_then_idle": lambda s: s.outcome("IDLE"),
    "start_empty_meeting=invoked_then_errored": lambda s: s.outcome("ERRORED"),
    "restart_keeps_id=true": _restarted,
    "create_offered=404": lambda s: s.api("POST", "/livestreams", {}).json()["error"]["code"] == 404,
    "create_offered=405": lambda s: s.api("POST", "/livestreams", {}).headers["Allow"] == "GET",
    "create_offered=410": lambda s: s.api("POST", "/livestreams", {}).status_code == 410,
    "create_offered=7003": lambda s: s.api("POST", "/livestreams", {}).json()["errors"][0]["code"] == 7003,
    "create_status=OFFLINE": lambda s: s.api.create()["status"] == "OFFLINE",
    "created_later_status=OFFLINE": lambda s: _created(s) == "OFFLINE",
    "created_later_status=INVOKED": lambda s: (
        _created(s) == "INVOKED" and len(s.api.data("/livestreams", status="INVOKED")) == 1
    ),
    "name_pattern=enforced": lambda s: (s.start(name="a b").status_code, s.start(name="a-b").status_code) == (422, 201),
    "name_form=trimmed": lambda s: _called(s, " a  b ", "a b"),
    "name_form=nfc": lambda s: _called(s, "Cafe\u0301", "Caf\u00e9"),
    "name_form=escaped": lambda s: _called(s, "R&D", "R&amp;D"),
    "name_form=cut": lambda s: _called(s, "a" * 65, "a" * 64),
    "unknown_query=rejected": lambda s: _unknown_answer(s).json()["message"] == '[query] "colour" is not allowed',
    "patch_recording_config=rejected": lambda s: _patched(s) == 422,
    "analytics_time=iso": lambda s: (_analytics(s, "2026-01-01T00:00:00Z"), _analytics(s, "1700000000")) == (200, 422),
    "analytics_time=both": lambda s: (_analytics(s, "2026-01-01"), _analytics(s, "1700000000")) == (200, 200),
    "analytics_time_error=400": lambda s: _analytics(s, "2026-01-01T00:00:00Z") == 400,
    "analytics_overall_shape=list": lambda s: s.api.data("/analytics/livestreams/overall")[0]["count"] == 0,
    "unauthorized_shape=service": lambda s: _unauthorized(s) == {"message": "Unauthorized"},
    "unknown_app=7003": lambda s: _other_app(s)["errors"][0]["code"] == 7003,
    "retry_after_format=date": lambda s: "GMT" in _throttled(s).headers["Retry-After"],
    "retry_after_format=absent": lambda s: "Retry-After" not in _throttled(s).headers,
    "ratelimit_header=several": lambda s: s.api("GET", "/meetings").headers["Ratelimit"].count('";r=') == 2,
    "ratelimit_header=garbage": lambda s: "plenty" in s.api("GET", "/meetings").headers["Ratelimit"],
    "ratelimit_header=absent": lambda s: "Ratelimit" not in s.api("GET", "/meetings").headers,
    "retry_after_format=garbage": lambda s: _throttled(s).headers["Retry-After"] == "soon",
    "throttle_body=empty": lambda s: _throttled(s).text == "",
    "throttle_body=text": lambda s: _throttled(s).text == "error code: 1015",
}


def test_every_variant_has_a_check() -> None:
    assert set(CHECKS) == set(VARIANTS)


@pytest.mark.parametrize("name", VARIANTS)
def test_variant(api: Any, control: Control, name: str) -> None:
    control.reset(VARIANTS[name])
    assert CHECKS[name](Scene(api, control, control.add_meeting()))
    if name != "default":
        control.reset()
        # With the default in force the same check fails, or what it looks for is not there.
        try:
            shown = CHECKS[name](Scene(api, control, control.add_meeting()))
        except (AssertionError, KeyError, TypeError, IndexError, ValueError):
            shown = False
        assert not shown


@pytest.mark.parametrize("name", NAMED)
def test_named_profiles_can_be_worked_with(api: Any, control: Control, name: str) -> None:
    control.reset(name)
    meeting = control.add_meeting()
    assert api.start(meeting)["status"] == "INVOKED"
    control.advance(10)
    assert api("GET", f"/meetings/{meeting}/active-livestream").status_code == 200
    assert api("GET", "/livestreams").status_code == 200
    assert api("GET", f"/meetings/{meeting}/livestream").status_code == 200
    assert api.stop(meeting).status_code == 200
    assert api("POST", "/livestreams", {"name": "a"}).status_code == 201
