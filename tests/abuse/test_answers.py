# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role's variables with anything in them: an event is planned, or what is wrong is named."""

from __future__ import annotations

import copy
import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import pytest
from ansible.parsing.dataloader import DataLoader
from hypothesis import given, strategies

from abuse.attempts import Place, at, put
from abuse.listener import Listener, http, listening
from abuse.published import SEEDS, small
from abuse.values import VALUES, anything, texts
from ansible_collections.eventops.cloudflare.plugins.action import event_plan
from ansible_collections.eventops.cloudflare.plugins.module_utils.errors import printable
from ansible_collections.eventops.cloudflare.plugins.plugin_utils import download
from ansible_collections.eventops.cloudflare.plugins.plugin_utils.event.plan import _STREAM, _VIDEO, ANSWERS
from ansible_collections.eventops.cloudflare.plugins.plugin_utils.in_process import plain
from ansible_collections.eventops.cloudflare.plugins.plugin_utils.schedule import ScheduleError
from faults.figures import FIGURES

PREFIX = "event_livestream_"
NAMES = strategies.sampled_from(sorted(ANSWERS))
STREAMS = strategies.lists(
    strategies.dictionaries(strategies.sampled_from(sorted(_STREAM)), anything, max_size=4), max_size=3
)
# Everything that can be said of an event, and of one of its streams.
PLACES = [
    *((name,) for name in sorted(ANSWERS)),
    *(("streams", name) for name in sorted(_STREAM)),
    *(("streams", "video_config", name) for name in sorted(_VIDEO)),
]
SPECS = {1: ANSWERS, 2: _STREAM, 3: _VIDEO}


@pytest.fixture(scope="module")
def schedule(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with a schedule."""
    path = tmp_path_factory.mktemp("event") / "schedule.json"
    path.write_bytes(SEEDS[0])
    return path


@pytest.fixture(scope="module")
def server() -> Iterator[Listener]:
    """A server with a schedule."""
    with listening(answer=http(body=small())) as found:
        yield found


def run(answers: dict[Any, Any], home: Path) -> dict[str, Any]:
    """What the task returns; relative paths of schedules begin in ``home``. Anything but an answer raises."""
    FIGURES.count("inputs", "event_plan")
    task = SimpleNamespace(args=answers, async_val=0, check_mode=False, get_search_path=lambda: [str(home)])
    connection = SimpleNamespace(transport="local", _shell=SimpleNamespace(tmpdir="none"))
    return event_plan.ActionModule(task, connection, None, DataLoader(), None, None).run(task_vars={})


def planned(answers: dict[Any, Any], home: Path) -> tuple[str | None, dict[str, Any]]:
    """The refusal, if it is one, and what the task returned, which Ansible can write."""
    found = run({"prefix": PREFIX, **answers}, home)
    message: str | None = found.get("msg")
    # The list of streams is also there as it was given.
    told = {**found, "options": {**found.get("options", {}), "streams": None}}
    json.dumps(told, ensure_ascii=False, allow_nan=False).encode("utf-8")
    assert bool(found.get("failed")) is (message is not None)
    if message is not None:
        assert message.isprintable()
        assert 0 < len(message) < 60_000
    else:
        names = [stream["name"] for stream in found["streams"]]
        assert len(set(names)) == len(names) > 0
    return message, found


def carried(found: dict[str, Any], place: Place) -> Any:
    """What became of the value at this place."""
    return at(found["options"] if len(place) == 1 else {"streams": found["streams"][-1:]}, place)


@pytest.mark.parametrize("place", PLACES, ids=".".join)
def test_every_variable(schedule: Path, place: Place) -> None:
    """Refused by its name, or carried as it is but for blanks around it."""
    option = SPECS[len(place)][place[-1]]
    failures = {}
    for name, value in VALUES.items():
        stream = {"name": "x", **({} if place[-1] in ("meeting_id", "meeting_title") else {"independent": True})}
        answers = put({"schedule": str(schedule), "streams": [stream]}, place, copy.deepcopy(value))
        try:
            message, found = planned(answers, schedule.parent)
            if message is not None:
                known = "key that is no text" in message
                assert known or (PREFIX in message and place[-1].removeprefix("schedule_") in message), message
            elif isinstance(value, str) and value.strip() and option["type"] == "str" and "choices" not in option:
                wanted = value.strip()
                if place[-1] in ("run_sheet", "credentials") and not wanted.startswith(("/", "~")):
                    wanted = os.path.abspath(wanted)
                if place[0] == "streams" and place[-1] in ("name", "meeting_title"):
                    # The schedule's acronym is put in front.
                    wanted = f"camp27{'-' if place[-1] == 'name' else ': '}{wanted}"
                assert carried(found, place) == wanted
        except Exception as error:  # noqa: BLE001
            failures[name] = f"{type(error).__name__}: {str(error)[:300]}"
    assert failures == {}


@given(place=strategies.sampled_from(PLACES), value=anything)
def test_any_variable(schedule: Path, place: Place, value: Any) -> None:
    stream = {"name": "x", "independent": True}
    planned(put({"schedule": str(schedule), "streams": [stream]}, place, value), schedule.parent)


@given(answers=strategies.dictionaries(NAMES | texts, anything, max_size=4), streams=STREAMS)
def test_any_variables(schedule: Path, answers: dict[str, Any], streams: list[Any]) -> None:
    planned({"schedule": str(schedule), "streams": streams, **answers}, schedule.parent)


@given(prefix=anything)
def test_any_prefix(schedule: Path, prefix: Any) -> None:
    planned({"prefix": prefix, "streams": [{"name": "x", "independent": True}]}, schedule.parent)
    message, _found = planned({"prefix": prefix, "colour": "red"}, schedule.parent)
    assert message is not None
    assert printable(str(plain({"x": prefix})["x"] or "")) in message


def test_answers_that_are_nested_without_end(schedule: Path) -> None:
    nested: list[Any] = []
    for _level in range(20_000):
        nested = [nested]
    assert planned({"streams": nested}, schedule.parent)[0] == "The answers are nested too deeply"
    assert "YAML" in str(planned({"streams": "[" * 20_000}, schedule.parent)[0])


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
def test_any_address(schedule: Path, text: str) -> None:
    """Nothing is there, under any of these addresses; the password that is in them is never shown."""
    find = socket.getaddrinfo

    def look_up(host: Any, *args: Any, **options: Any) -> Any:
        if host != "127.0.0.1":
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return find(host, *args, **options)

    password = "canary-0123456789"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", look_up)
        patch.setattr(download, "_context", lambda: None)  # takes longer than all the rest
        for address in (
            f"http://127.0.0.1:9/{text}",
            f"http://me:{password}@127.0.0.1:9/{text}",
            f"http://me:{password}{text}@127.0.0.1:9/",
            f"http://me:{password}@{text}",
            f"http://{text}.invalid:9/",
            f"{text}://me:{password}@127.0.0.1:9/",
        ):
            for given_address in (address, [address], {"address": address}):
                message, _found = planned({"schedule": given_address}, schedule.parent)
                assert message is not None
                assert password not in message


@given(password=texts, token=texts)
def test_what_is_planned_shows_no_credentials(server: Listener, schedule: Path, password: str, token: str) -> None:
    """They are sent, and not returned."""
    server.forget()
    secrets = [f"canary-{text}" for text in (password, token)]
    written = [quote(secret, safe="", errors="replace") for secret in secrets]
    address = f"http://me:{written[0]}@127.0.0.1:{server.port}/schedule.json?token={written[1]}"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(download, "_context", lambda: None)
        message, found = planned({"schedule": address}, schedule.parent)
    assert message is None
    told = json.dumps(found)
    for secret in (*secrets, *written):
        assert json.dumps(secret)[1:-1] not in told
    assert b"\r\nAuthorization: Basic " in server.received
    assert f"?token={written[1]} ".encode() in server.received


@given(text=texts | strategies.text(alphabet="-:[]{}&*!|>'\"# \n\tabc1", max_size=60))
def test_a_list_as_text(schedule: Path, text: str) -> None:
    for name in ("streams", "schedule_days", "schedule_rooms"):
        planned({"schedule": str(schedule), name: text}, schedule.parent)
