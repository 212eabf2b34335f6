# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Others' texts: names, titles and error messages of the API. Never a template, and nothing to a terminal but text."""

from __future__ import annotations

import json
import os
import pty
import subprocess
from typing import Any

import pytest

from abuse.attempts import attempt
from integration.conftest import Player
from simulator.client import Control

HOSTILE = "{{ 7 * 7 }}{% set x = 1 %}{{ lookup('ansible.builtin.pipe', 'echo pwned') }}\x1b[2J\x9b31m\u202e"
ESCAPES = ("\x1b[2J", "\x9b31m", "\u202e")


def failing(sim: Control) -> str:
    """A meeting whose livestream fails with such a reason; its ID."""
    meeting: str = sim.add_meeting(title=HOSTILE)
    sim.seed(independents=[HOSTILE])
    return meeting


@pytest.mark.cores
@pytest.mark.parametrize("here", [True, False], ids=["in process", "as a module"])
def test_texts_of_the_api_stay_as_they_are(playbook: Player, sim: Control, here: bool) -> None:
    """Through register, loops, facts, lookups and templates of later tasks."""
    playbook.pipelining = True
    failing(sim)
    # A livestream with such an ID belongs to a meeting, and failed for such a reason.
    seeded = sim.seed(meetings=1, active=True)["livestreams"][-1]
    sim.fail(seeded, HOSTILE)
    refusal = {"success": False, "error": {"code": 400, "message": HOSTILE}}
    sim.faults({"kind": "status", "operation": "get_meeting", "status": 400, "body": refusal, "times": None})
    tasks: list[dict[str, Any]] = [
        {"eventops.cloudflare.realtime_livestream_info": {}, "register": "streams", "name": "streams"},
        {"eventops.cloudflare.realtime_meeting_info": {}, "register": "meetings", "name": "meetings"},
        {
            "eventops.cloudflare.realtime_livestream_info": {"livestream_id": seeded},
            "register": "failed_stream",
            "name": "failed stream",
        },
        {
            "eventops.cloudflare.realtime_meeting_info": {"meeting_id": "x"},
            "register": "refused",
            "name": "refused",
            "ignore_errors": True,
        },
        {
            "name": "facts",
            "ansible.builtin.set_fact": {
                "names": "{{ streams.livestreams | map(attribute='name') | select | list }}",
                "titles": "{{ meetings.meetings | map(attribute='title') | select | list }}",
                "reason": "{{ (failed_stream.livestreams[0].sessions | first).err_message }}",
                "message": "{{ refused.error.message }}",
            },
        },
        {
            "name": "show",
            "ansible.builtin.debug": {"msg": "{{ [item] + [names, titles, reason] }}"},
            "loop": "{{ names + titles + [reason] }}",
            "loop_control": {"label": "one"},
        },
        {
            "name": "again",
            "ansible.builtin.debug": {"msg": "{{ reason ~ refused.msg }}"},
            "vars": {"x": "{{ message }}"},
        },
    ]
    ran = playbook(tasks, extra={"eventops_cloudflare_in_process": here})
    assert ran.returncode == 0, ran.output
    facts = ran.registered("facts")["ansible_facts"]
    assert HOSTILE in facts["names"]
    assert HOSTILE in facts["titles"]
    assert facts["reason"] == HOSTILE
    assert "{{ 7 * 7 }}" in facts["message"]
    assert "pwned\n" not in ran.output
    assert "49" not in json.dumps([item["result"].get("msg") for item in ran.results])
    message = ran.registered("refused")["msg"]
    assert message.isprintable()
    assert r"\x1b[2J" in message
    assert ran.registered("again")["msg"] == facts["reason"] + message


@pytest.mark.cores
@pytest.mark.parametrize("here", [True, False], ids=["in process", "as a module"])
def test_a_terminal_gets_no_escapes_from_the_api(playbook: Player, sim: Control, here: bool) -> None:
    """In errors, warnings, reasons and progress, on a real terminal."""
    sim.configure(live_delay=2, status_of_unknown="PAUSED", unknown_status_seconds=1)
    seeded = sim.seed(meetings=2, active=True, independents=[HOSTILE, HOSTILE])
    sim.fail(seeded["livestreams"][0], HOSTILE)
    refusal = {"success": False, "errors": [{"code": 1, "message": HOSTILE}]}
    live = {"success": True, "data": {"id": "a", "status": f"on {HOSTILE}", "name": HOSTILE}}
    sim.faults(
        {"kind": "status", "operation": "get_meeting", "status": 422, "body": refusal, "times": None},
        {"kind": "body", "operation": "get_active_livestream", "path": "odd", "body": live, "times": None},
    )
    play = playbook.write(
        [
            {**task, "ignore_errors": True}
            for task in (
                {"eventops.cloudflare.realtime_meeting_info": {"meeting_id": "x"}},
                {"eventops.cloudflare.realtime_livestream": {"name": HOSTILE.replace("{", "").replace("}", "")}},
                {
                    "eventops.cloudflare.realtime_livestream": {
                        "meeting_id": "odd",
                        "state": "started",
                        "wait_timeout": 2,
                    }
                },
                {
                    "eventops.cloudflare.realtime_livestream": {
                        "meeting_id": "odd",
                        "name": "x",
                        "state": "started",
                        "wait": False,
                    }
                },
            )
        ]
    )
    leader, follower = pty.openpty()
    extra = json.dumps({"eventops_cloudflare_in_process": here})
    job = subprocess.Popen(
        playbook.command(play, "--extra-vars", extra),
        env={**playbook.environment(), "TERM": "xterm", "ANSIBLE_CALLBACK_RESULT_FORMAT": "json"},
        stdin=follower,
        stdout=follower,
        stderr=follower,
        close_fds=True,
    )
    os.close(follower)
    seen = b""
    while True:
        try:
            part = os.read(leader, 65536)
        except OSError:
            break
        if not part:
            break
        seen += part
    os.close(leader)
    assert job.wait(60) == 0
    text = seen.decode()
    # Results are data, which Ansible's callback prints as JSON: there, only what JSON escapes is escaped.
    messages = "\n".join(
        line for line in text.splitlines() if not line.lstrip().startswith(("ok:", "changed:", "fatal:"))
    )
    for escape in ESCAPES:
        assert escape not in messages
    assert "\x1b[2J" not in text
    assert r"\x1b[2J" in text


def test_entries_of_a_list_say_what_failed_in_plain_text(sim: Control) -> None:
    refusal = {"success": False, "error": {"code": 400, "message": HOSTILE}}
    sim.faults({"kind": "status", "operation": "start_livestream", "status": 422, "body": refusal, "times": None})
    options = {"livestreams": [{"meeting_id": sim.add_meeting()}], "state": "started", "wait": False}
    found = attempt(sim, "realtime_livestreams", options)
    entry = found.values["livestreams"][0]
    assert entry["failed"]
    for text in (found.message or "", entry["msg"], entry["error"]["message"]):
        assert text.isprintable()
        assert "7 * 7" in text


def test_a_secret_is_not_shown_in_part(sim: Control) -> None:
    """A server that echoes what it was sent, just where its text is cut off."""
    for before in (470, 490, 499, 480 - len(sim.api_token)):
        body = {"success": False, "error": {"code": 400, "message": "x" * before + sim.api_token + " " + sim.api_token}}
        sim.faults({"kind": "status", "status": 422, "body": body, "headers": {"cf-ray": f"a {sim.api_token}"}})
        found = attempt(sim, "realtime_meeting_info", {"meeting_id": "x"})
        shown = json.dumps(found.values)
        assert sim.api_token[:12] not in shown
