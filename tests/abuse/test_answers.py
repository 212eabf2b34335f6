# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role's variables with anything in them: an event is planned, or what is wrong is named."""

from __future__ import annotations

import contextlib
import copy
import json
from typing import Any

import pytest
from hypothesis import given, strategies

from abuse.listener import http, listening
from abuse.published import SEEDS
from abuse.values import VALUES, anything, texts
from ansible_collections.eventops.cloudflare.plugins.action import event_plan
from ansible_collections.eventops.cloudflare.plugins.plugin_utils.event.answers import InvalidAnswer
from ansible_collections.eventops.cloudflare.plugins.plugin_utils.event.plan import _STREAM, ANSWERS, plan_event
from ansible_collections.eventops.cloudflare.plugins.plugin_utils.in_process import plain
from ansible_collections.eventops.cloudflare.plugins.plugin_utils.schedule import ScheduleError, read_schedule

PREFIX = "event_livestream_"
NAMES = strategies.sampled_from(sorted(ANSWERS))
STREAMS = strategies.lists(
    strategies.dictionaries(strategies.sampled_from(sorted(_STREAM)), anything, max_size=4), max_size=3
)


def planned(answers: dict[str, Any]) -> str | None:
    """Plan; returns the refusal."""
    try:
        plan = plan_event(
            plain(answers), lambda _place, days, rooms: read_schedule(SEEDS[0].decode(), days=days, rooms=rooms), PREFIX
        )
    except (InvalidAnswer, ScheduleError) as error:
        return str(error)
    except RecursionError:
        return "The answers are nested too deeply"
    names = [stream["name"] for stream in plan["streams"]]
    assert len(set(names)) == len(names)
    json.dumps(plan)
    return None


@pytest.mark.parametrize("name", sorted(ANSWERS))
def test_every_variable(name: str) -> None:
    for value in VALUES.values():
        message = planned({"streams": [{"name": "Curie"}], name: copy.deepcopy(value)})
        assert message is None or PREFIX in message, message
        assert message is None or message.isprintable(), message


@given(answers=strategies.dictionaries(NAMES | texts, anything, max_size=4), streams=STREAMS)
def test_any_variables(answers: dict[str, Any], streams: list[Any]) -> None:
    message = planned({"streams": streams, **answers})
    assert message is None or message


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"garbage\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n{",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 200 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nA: " + b"b" * 70_000 + b"\r\n\r\n",
        http("404 \x1b[2J gone"),
        http("302 Found", Location="file:///etc/passwd"),
        http("302 Found", Location="http://localhost:99999/"),
        http("302 Found", Location="http://[::1"),
        http("302 Found"),
        http("401 Unauthorized", WWW_Authenticate="Basic realm=x"),
    ],
)
def test_what_a_server_of_schedules_says(answer: bytes) -> None:
    with listening(answer=answer) as server, pytest.raises((ScheduleError, json.JSONDecodeError)):
        json.loads(event_plan._download(f"{server.url}/schedule.json") or "no content")


@given(text=texts)
def test_any_address(text: str) -> None:
    with contextlib.suppress(ScheduleError):
        event_plan._download(f"http://127.0.0.1:9/{text}")
    with contextlib.suppress(ScheduleError):
        event_plan._download(f"http://{text}.invalid:9/" if "/" not in text else f"{text}://")


@given(text=texts | strategies.text(alphabet="-:[]{}&*!|>'\"# \n\tabc1", max_size=60))
def test_a_list_as_text(text: str) -> None:
    for name in ("streams", "schedule_days", "schedule_rooms"):
        planned({"schedule": "x", name: text})
