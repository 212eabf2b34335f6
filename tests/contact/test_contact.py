# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A visit to the simulator finds out as which profile it is served."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, Final

import pytest

from contact.__main__ import NEEDED, main
from contact.answers import Answer, shape
from contact.decisions import DECISIONS, decided
from contact.visit import Visit
from simulator.client import Control
from simulator.profile import DEFAULT, NAMED, Profile, wire_fields
from simulator.server import running

# Timings that let everything be seen, as on the real service.
SLOW: Final = {"live_delay": 6, "playback_delay": 4, "stop_delay": 4, "failure_delay": 4, "rate_limit": 5_000}
# What no visit provokes: it would have to use up the limit.
NEVER: Final = {"retry_after_format", "throttle_body"}
PROFILES: Final[dict[str, Profile]] = {
    **NAMED,
    "empty meetings are refused": DEFAULT.but(start_empty_meeting="error", create_offered="410", list_none="404"),
    "ended at once": DEFAULT.but(start_empty_meeting="invoked_then_idle", unknown_app="7003", name_form="nfc"),
    "retired ones start": DEFAULT.but(start_inactive_meeting="accepted", active_none="idle", name_form="escaped"),
    "small pages": DEFAULT.but(max_per_page=7, stop_none="400", name_form="cut", create_offered="7003"),
    "an object of data": DEFAULT.but(list_shape="object_data", active_none="empty_list", restart_keeps_id=True),
    "little is allowed": DEFAULT.but(token_verify="refused", apps_listed="403", stream_offered="403", nulls="missing"),
}


@pytest.fixture(scope="module")
def simulator() -> Iterator[Control]:
    """One simulator for all."""
    with running() as control:
        yield control


def crowded(profile: Profile) -> bool:
    """Whether others have made livestreams before: a list of several pages shows more, an empty one something else."""
    return profile.list_none == "empty" or profile.max_per_page < 100


def visited(control: Control, profile: Profile) -> Visit:
    """A visit to a service of this profile, in which others have made livestreams."""
    control.reset(profile, **SLOW)
    if crowded(profile):
        control.seed(independents=[f"other{number}" for number in range(12)])
    access = (control.base_url, control.account_id, control.app_id, control.api_token)
    visit = Visit(*access, independent=True, pause=control.advance)
    visit.run()
    return visit


@pytest.mark.parametrize("name", PROFILES)
def test_the_profile_that_is_served_is_the_one_that_is_found(simulator: Control, name: str) -> None:
    profile = PROFILES[name]
    visit = visited(simulator, profile)
    found = decided(visit.answers, visit.title)
    served = profile.model_dump()
    assert found == {field: served[field] for field in found}
    # It decides most of what there is, and each thing in which this profile differs from the usual one.
    differing = {field for field in wire_fields() if served[field] != DEFAULT.model_dump()[field]}
    hidden = {"create_status", "created_later_status"} if profile.create_offered != "201" else set()
    hidden |= {"list_none"} if crowded(profile) else set()
    assert differing - set(found) - NEVER - hidden == set()
    assert len(found) >= 20


def test_each_field_is_decided_by_some_visit(simulator: Control) -> None:
    assert {*DECISIONS, "name_form"} == set(wire_fields()) - NEVER


@pytest.mark.parametrize("name", ["default", "hostile"])
def test_nothing_is_left_and_nothing_else_is_touched(simulator: Control, name: str) -> None:
    """All that was there stays as it was; the meeting is retired, and nothing of it is on the air."""
    visited(simulator, NAMED[name])
    truth = simulator.livestreams()
    assert not [item for item in truth if item["status"] in ("LIVE", "INVOKED") and item["meeting_id"]]
    writes = [entry for entry in simulator.journal() if entry.method != "GET" and entry.accepted]
    for entry in writes:
        titles = [str(value) for key, value in (entry.body or {}).items() if key in ("name", "title")]
        assert all(title.startswith("eventops-contact-") for title in titles)
    assert writes[-2].body == {"status": "INACTIVE"} or writes[-1].body == {"status": "INACTIVE"}


def test_the_file_has_no_values(
    simulator: Control, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither IDs nor keys nor names; and it is a profile of the simulator."""
    simulator.reset(NAMED["hostile"], rate_limit=5_000)
    simulator.seed(independents=["a secret room"])
    place = tmp_path / "contact.json"
    access = (simulator.account_id, simulator.app_id, simulator.api_token)
    for variable, value in zip(NEEDED, access, strict=True):
        monkeypatch.setenv(variable, value)
    monkeypatch.setenv("CLOUDFLARE_BASE_URL", simulator.base_url)
    assert main(["--output", str(place)]) == 2
    assert simulator.journal() == []
    assert main(["--write", "--output", str(place)]) == 0
    text = place.read_text() + capsys.readouterr().out
    truth = simulator.livestreams()
    hidden = [*access, *simulator.secrets(), "a secret room"]
    hidden += [str(item[key]) for item in truth for key in ("id", "meeting_id") if item[key]]
    assert not [value for value in hidden if value in text]
    Profile.model_validate(json.loads(place.read_text())["profile"])


def test_a_token_that_is_refused_is_no_finding(
    simulator: Control, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is refused says nothing of the service. Which service was visited is told."""
    simulator.reset(rate_limit=5_000)
    place = tmp_path / "contact.json"
    for variable, value in zip(NEEDED, (simulator.account_id, simulator.app_id, "wrong"), strict=True):
        monkeypatch.setenv(variable, value)
    monkeypatch.setenv("CLOUDFLARE_BASE_URL", simulator.base_url)
    assert main(["--write", "--output", str(place)]) == 1
    said = capsys.readouterr()
    assert "refused (401)" in said.err
    assert "Visited: 127.0.0.1, as CLOUDFLARE_BASE_URL says" in said.out
    assert not place.exists()


def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    for variable in NEEDED:
        monkeypatch.delenv(variable, raising=False)
    assert main(["--write"]) == 2
    said = capsys.readouterr().err
    assert all(variable in said for variable in NEEDED)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("rtmps://secret", "text of 14"),
        ("LIVE", "LIVE"),
        (60, "integer"),
        (1.5, "number"),
        ([{"id": "a"}, {"id": "bb"}, {"id": "c"}], ["3 items", {"id": "text of 1"}, {"id": "text of 2"}]),
        ({"customer@example.org": True, "ok_key": None}, {"key of 20": True, "ok_key": None}),
    ],
)
def test_shapes(value: Any, shown: Any) -> None:
    assert shape(value) == shown


def on_air(control: Control) -> list[str]:
    """The meetings that are livestreamed."""
    return [item["meeting_id"] for item in control.livestreams() if item["status"] in ("LIVE", "INVOKED")]


def disturbed(control: Control, monkeypatch: pytest.MonkeyPatch, place: Path, *rules: dict[str, Any]) -> int:
    """The exit status of a visit during which something goes wrong."""
    control.reset(**SLOW)
    control.faults(*rules)
    for variable, value in zip(NEEDED, (control.account_id, control.app_id, control.api_token), strict=True):
        monkeypatch.setenv(variable, value)
    monkeypatch.setenv("CLOUDFLARE_BASE_URL", control.base_url)
    monkeypatch.setattr("contact.visit.Visit", partial(Visit, pause=control.advance))
    return main(["--write", "--output", str(place)])


START: Final = {"operation": "start_livestream", "times": 1}
DISTURBANCES: Final[dict[str, list[dict[str, Any]]]] = {
    "the answer to the start is lost": [{**START, "index": 1, "kind": "close", "when": "after"}],
    "the start is answered with 504": [{**START, "index": 1, "kind": "status", "status": 504, "when": "after"}],
    "a read is lost while on the air": [{"operation": "get_livestream", "kind": "reset", "times": 1}],
    "stops fail": [{"operation": "stop_livestream", "index": 1, "kind": "status", "status": 500, "times": 4}],
    "the creation is answered with 502": [
        {"operation": "create_meeting", "kind": "status", "status": 502, "when": "after", "times": 1}
    ],
    "the creation is answered with 408": [
        {"operation": "create_meeting", "kind": "status", "status": 408, "when": "after", "times": 1}
    ],
    "the creation is answered with 409": [
        {"operation": "create_meeting", "kind": "status", "status": 409, "body": "<html>", "when": "after", "times": 1}
    ],
    "the retirement is lost": [{"operation": "update_meeting", "index": 1, "kind": "close", "times": 1}],
}


@pytest.mark.parametrize("name", DISTURBANCES)
def test_whatever_goes_wrong_nothing_is_left(
    simulator: Control,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    name: str,
) -> None:
    disturbed(simulator, monkeypatch, tmp_path / "contact.json", *DISTURBANCES[name])
    assert on_air(simulator) == []
    retired = [entry.body for entry in simulator.journal("update_meeting") if entry.accepted]
    assert {"status": "INACTIVE"} in retired
    assert "Left:" not in capsys.readouterr().out


def test_what_stays_on_the_air_is_said(
    simulator: Control, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    never = {"operation": "stop_livestream", "kind": "status", "status": 500, "times": None}
    assert disturbed(simulator, monkeypatch, tmp_path / "contact.json", never) == 1
    assert len(on_air(simulator)) == 1
    assert "which may be on the air: stop it" in capsys.readouterr().out


UNCLEAR: Final[dict[str, dict[str, Any]]] = {
    "no success": {"status": 200, "body": {"success": False, "errors": []}},
    "HTML": {"status": 200, "body": "<html>", "content_type": "text/html"},
    "HTML of a proxy": {"status": 400, "body": "<html>", "content_type": "text/html"},
    "a list": {"status": 200, "body": {"data": {"livestreams": [{"status": "IDLE"}, {"status": "INVOKED"}]}}},
}


@pytest.mark.parametrize("name", UNCLEAR)
def test_an_answer_that_is_not_understood_shows_nothing_off_the_air(
    simulator: Control, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    never = {"operation": "stop_livestream", "kind": "status", "status": 500, "times": None}
    looks = [
        {"operation": operation, "kind": "status", "index": 2, "times": None, **UNCLEAR[name]}
        for operation in ("get_active_livestream", "get_meeting_livestreams")
    ]
    assert disturbed(simulator, monkeypatch, tmp_path / "contact.json", never, *looks) == 1
    assert "which may be on the air: stop it" in capsys.readouterr().out


def test_ctrl_c_leaves_nothing_on_the_air(
    simulator: Control, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(visit: Visit, path: str) -> None:
        visit.ask("start", "start_livestream", "POST", f"{path}/livestreams", {"name": visit.name})
        raise KeyboardInterrupt

    monkeypatch.setattr(Visit, "_on_air", interrupted)
    assert disturbed(simulator, monkeypatch, tmp_path / "contact.json") == 130
    assert on_air(simulator) == []
    said = capsys.readouterr()
    assert "interrupted" in said.err
    assert "Left:" not in said.out


def test_a_limit_is_no_property_of_the_service(
    simulator: Control, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    throttled = {"kind": "status", "status": 429, "headers": {"Retry-After": "5"}}
    once = [{**throttled, "operation": name, "times": 1} for name in ("verify_token", "start_livestream")]
    always = {**throttled, "operation": "livestream_analytics", "times": 4}
    place = tmp_path / "contact.json"
    assert disturbed(simulator, monkeypatch, place, *once, always) == 0
    profile = json.loads(place.read_text())["profile"]
    assert (profile["token_verify"], profile["start_empty_meeting"]) == ("active", "accepted")
    assert "analytics_time" not in profile


def test_an_app_that_does_not_exist_is_no_finding(
    simulator: Control, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "contact.json"
    monkeypatch.setattr(simulator, "app_id", "other")
    assert disturbed(simulator, monkeypatch, place) == 1
    assert "there is no such app" in capsys.readouterr().err
    assert not place.exists()


def test_neither_keys_nor_headers_hold_an_id() -> None:
    secret = "0123456789abcdef0123456789abcdef"
    answer = Answer("any", 200, {f"x-acct-{secret}": "1", "CF-Ray": "2"}, {"errors": 5, secret: {secret: 1}, "uid": 1})
    assert secret not in json.dumps(answer.record())
    assert answer.record()["headers"] == ["cf-ray"]
    assert answer.code == "200"


def test_a_folder_that_is_not_there_is_told_before_anything_is_sent(
    simulator: Control, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert disturbed(simulator, monkeypatch, tmp_path / "nowhere/contact.json") == 2
    assert simulator.journal() == []
