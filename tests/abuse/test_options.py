# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every option of every module, with whatever it should not be: refused with its name, or carried as it is."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from typing import Any

import pytest
import yaml
from hypothesis import given, strategies

from abuse.attempts import Attempt, Place, at, attempt, leaves, parts, put, sent
from abuse.scale import SCALE
from abuse.values import TEXTS, VALUES, anything, texts
from ansible_collections.eventops.cloudflare.plugins.module_utils import arguments
from integration.conftest import MODULES, Player
from integration.runs import both_ways
from simulator.client import Control

MEETING = "bbb00000-0000-4000-8000-000000000001"
EVENT = {
    "event": "camp",
    "streams": [{"name": "camp-curie", "meeting_title": "camp: Curie"}],
    "others": [{"name": "camp-gray"}],
}
# Options with which a module does something that the option in question is part of.
BASES: Mapping[str, Mapping[str, Any]] = {
    "realtime_livestream": {"meeting_id": MEETING, "state": "started", "wait": False},
    "realtime_livestreams": {"livestreams": [{"meeting_id": MEETING}], "state": "started", "wait": False},
    "realtime_meeting": {"title": "Curie"},
    "realtime_meetings": {"meetings": [{"title": "Curie"}]},
    "realtime_event": {**EVENT, "state": "started", "wait": False},
    "realtime_event_info": EVENT,
    "realtime_meeting_info": {},
    "realtime_livestream_info": {},
    "realtime_analytics_info": {},
}
# What only the client knows, or compares with what it is told.
LOCAL = {
    *("timeout", "retries", "retry_max_wait", "validate_certs", "ca_path", "base_url"),
    *("api_token", "api_key", "api_email"),
    *("wait", "wait_timeout", "return_stream_key", "concurrency", "exclusive", "state", "active"),
    *("event", "missing", "verify", "verify_timeout", "encoder", "talks"),
    *("limit", "sort_order", "report", "start_time", "end_time", "exclude_meetings"),
}
LOCAL_IN = {
    *(("realtime_livestream_info", "name"), ("realtime_meeting_info", "title"), ("realtime_event", "title")),
    *(
        (module, option)
        for module in ("realtime_event_info", "realtime_analytics_info")
        for option in (*arguments.EVENT_STREAM, "width", "height")
    ),
}
# How to reach the API is the same for all modules, and what a meeting is for both of meetings.
# What realtime_credentials does with names and paths is files: test_credentials.py.
ALL = {module: value for module, value in MODULES.items() if module != "realtime_credentials"}
OPTIONS = [
    pytest.param(module, place, spec, id=f"{module}-{'.'.join(place)}")
    for module, (specs, _reconcile) in ALL.items()
    for place, spec in leaves(specs)
    if not (place[0] in arguments.CLIENT and module != "realtime_livestream_info")
    and not (module == "realtime_meetings" and len(place) > 2)
]
RAW = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff\ufeff]")


@pytest.fixture
def service(sim: Control) -> Control:
    """A service with a meeting."""
    renew(sim)
    return sim


def renew(sim: Control) -> None:
    """As it was, and patient."""
    sim.reset(rate_limit=0)
    sim.add_meeting(MEETING, "Curie")


def options_for(module: str, place: Place, value: Any) -> dict[str, Any]:
    """Options that are fine but for this one."""
    base = {**BASES[module]}
    if module == "realtime_analytics_info" and place[0] in arguments.EVENT_LIST:
        base = {**EVENT, "report": "event"}
    entry = dict(base.get("livestreams", [base])[0])
    if place[-1] == "livestream_id" and module in ("realtime_livestream", "realtime_livestreams"):
        entry.pop("meeting_id")
        base = {"livestreams": [entry]} if "livestreams" in base else {}
    if place[-1] == "api_key":
        base.update(api_token=None, api_email="events@example.com")
    if place[-1] == "api_email":
        base.update(api_token=None, api_key="simulator-key-0123456789abcdef0123456")
    if "storage_config" in place[:-1] and place[-1] != "type":
        base = put(base, (*place[:-1], "type"), "aws")
    return put(base, place, value)


def check(service: Control, module: str, place: Place, value: Any) -> Attempt:
    """Try it, and see that it was one or the other."""
    tried = attempt(service, module, options_for(module, place, value))
    if any(entry.accepted for entry in tried.journal):
        renew(service)
    shown = [tried.message or "", *tried.warnings]
    for text in shown:
        if tried.params:
            assert not RAW.search(text), "control characters reach the terminal"
        assert service.api_token not in text
        assert "bug in" not in text
    if tried.message is not None:
        assert len(tried.message) < 300_000
    account_id, app_id = ((tried.params.get(option) or "").strip() for option in ("account_id", "app_id"))
    app = f"/accounts/{account_id}/realtime/kit/{app_id}/"
    for entry in tried.journal:
        assert entry.operation != "unknown" or place[-1] in ("account_id", "app_id", "base_url"), entry.path
        assert entry.path.startswith(app), entry.path
    given_value = at(tried.params, place)
    blank = given_value is None or (isinstance(given_value, str) and not given_value.strip())
    if tried.message is not None and not tried.journal:
        assert place[-1] in tried.message, "the message does not name the option"
        assert not tried.values.get("changed")
    elif not (blank or place[-1] in LOCAL or (module, place[-1]) in LOCAL_IN or place[0] in ("others", "earlier")):
        told = list(sent(tried.journal))
        for item in parts(given_value):
            if isinstance(item, (str, int, float)) and not isinstance(item, bool):
                # IDs of the account and the app may have space around them.
                wanted = item.strip() if isinstance(item, str) and place[-1] in ("account_id", "app_id") else item
                assert wanted in told or str(wanted) in told, f"{wanted!r} was not carried as it is"
    return tried


@pytest.mark.parametrize(("module", "place", "spec"), OPTIONS)
def test_every_option_refuses_or_carries_every_value(
    service: Control, module: str, place: Place, spec: Mapping[str, Any]
) -> None:
    failures = {}
    # Texts deep inside are carried like any other.
    deep = spec["type"] == "str" and len(place) > 1 and SCALE == 1
    for name, value in VALUES.items():
        if deep and name not in LITERAL:
            continue
        try:
            check(service, module, place, value)
        except Exception as error:  # noqa: BLE001
            failures[name] = f"{type(error).__name__}: {str(error)[:300]}"
    assert failures == {}


@given(option=strategies.sampled_from(OPTIONS), value=anything)
def test_any_option_refuses_or_carries_anything(service: Control, option: Any, value: Any) -> None:
    module, place, _spec = option.values
    check(service, module, place, value)


@given(option=strategies.sampled_from([option for option in OPTIONS if option.values[2]["type"] == "str"]), value=texts)
def test_any_text_is_refused_or_carried(service: Control, option: Any, value: str) -> None:
    module, place, _spec = option.values
    check(service, module, place, value)


@given(module=strategies.sampled_from(sorted(ALL)), options=strategies.dictionaries(texts, anything, max_size=4))
def test_any_set_of_options_is_refused_or_carried_out(service: Control, module: str, options: dict[str, Any]) -> None:
    """Names of options that do not exist, too."""
    tried = attempt(service, module, {**BASES[module], **options})
    assert tried.message is None or "bug in" not in tried.message
    renew(service)


LITERAL = (
    *("NUL", "line breaks", "terminal", "right to left", "Jinja lookup", "Jinja statement"),
    *("shell", "quotes", "format", "JSON", "header"),
)
TASKS = [
    *({"realtime_livestream": {"name": TEXTS[name]}} for name in LITERAL),
    {"realtime_livestream": {"name": ""}},
    *(
        {"realtime_livestream": {"meeting_id": TEXTS[name], "state": "stopped"}}
        for name in ("up", "up, encoded", "query", "header")
    ),
    {"realtime_livestream": {"name": "x", "video_config": 7}},
    {"realtime_livestream": {"name": "x", "video_config": {datetime.date(2019, 8, 21): 1}}},
    {"realtime_livestream": {"name": "x", "retries": float("inf")}},
    {"realtime_livestream": {"name": "x", "wait_timeout": float("nan")}},
    {"realtime_livestreams": {"livestreams": [7, None]}},
    {"realtime_livestream": {"name": "x", "api_token": "x\r\nX-Injected: yes"}},
    {"realtime_livestream": {"name": "x", "base_url": "http://127.0.0.1\n.example.org/"}},
]


@both_ways
def test_a_playbook_says_what_is_wrong(playbook: Player, service: Control, way: bool) -> None:
    """The whole way through Ansible: texts come out as they went in, and no failure is one of Python's."""
    playbook.pipelining = True
    # Ansible itself sends a module's options to syslog, which takes no NUL from Python 3.13 on.
    tasks = [task for task in TASKS if way or "\\x00" not in repr(task)]
    play = [
        {"name": f"task {number}", "ignore_errors": True, f"eventops.cloudflare.{name}": unsafe(options)}
        for number, task in enumerate(tasks)
        for name, options in task.items()
    ]
    ran = playbook(play, extra={"eventops_cloudflare_in_process": way})
    assert len(ran.results) == len(tasks), ran.output[-2000:]
    created = [entry.body["name"] for entry in ran.accepted]
    assert created == [TEXTS[name] for name in LITERAL if way or "\0" not in TEXTS[name]]
    for item in ran.results:
        message = item["result"].get("msg", "")
        assert "bug in" not in message
        assert "unexpected" not in message.lower()
        assert not item["failed"] or re.search("|".join(TOLD), message), message


TOLD = ("name", "meeting_id", "video_config", "retries", "wait_timeout", "livestreams", "api_token", "base_url")


class Unsafe(str):
    """A text that is no template."""

    __slots__ = ()


yaml.SafeDumper.add_representer(Unsafe, lambda dumper, data: dumper.represent_scalar("!unsafe", str(data), style='"'))


def unsafe(value: Any) -> Any:
    """Options whose texts Ansible takes as they are."""
    if isinstance(value, str):
        return Unsafe(value)
    return {key: unsafe(item) for key, item in value.items()} if isinstance(value, dict) else value
