# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether viewers can watch: the simulator serves a manifest at a playback URL while its livestream is LIVE."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from simulator.client import Control

PLAYBACK = "realtime_playback_info"
VARIABLE = "eventops_cloudflare_in_process"


@pytest.fixture(autouse=True)
def unlimited(sim: Control) -> None:
    """No rate limit."""
    sim.configure(rate_limit=0)


def playbacks(actor: Any, count: int, **options: Any) -> list[dict[str, Any]]:
    """So many started livestreams, as a playbook would hand them on."""
    ids = actor.sim.seed(meetings=count)["meetings"]
    for meeting in ids:
        actor.sim.presence(meeting, 1)
    entries = [{"meeting_id": meeting, "name": f"room{number}"} for number, meeting in enumerate(ids)]
    found = actor("realtime_livestreams", state="started", livestreams=entries, **options).values["livestreams"]
    return [{"name": item["name"], "playback_url": item["playback_url"]} for item in found]


def test_all_can_be_watched(actor: Any) -> None:
    found = playbacks(actor, 300)
    ran = actor(PLAYBACK, playbacks=found)
    assert ran.values["unplayable"] == []
    assert [item["playable"] for item in ran.values["playbacks"]] == [True] * 300
    assert ran.values["changed"] is False
    assert ran.warnings == ()
    assert ran.progress == []
    assert ran.journal == []


def test_what_comes_later_is_waited_for(actor: Any, sim: Control) -> None:
    sim.configure(live_delay=20)
    found = playbacks(actor, 3, wait=False)
    truth = {item["name"]: item for item in sim.livestreams()}
    sim.push(sim.seed(independents=["feed"])["livestreams"][0])
    assert all(item["status"] == "INVOKED" for item in truth.values())
    looked_up = actor("realtime_livestream_info").values["livestreams"]
    urls = {item["name"]: item["playback_url"] for item in looked_up}
    found = [{"name": item["name"], "playback_url": urls[item["name"]]} for item in found]
    late: list[float] = []
    actor.on_sleep = late.append
    ran = actor(PLAYBACK, playbacks=found)
    assert ran.values["unplayable"] == []
    assert 20 <= late[-1] <= 25
    assert str(ran.progress[0]).startswith("waiting for manifests: 0 of 3 done")


def test_what_does_not_come_is_named(actor: Any, sim: Control) -> None:
    found = playbacks(actor, 2)
    sim.fail(next(item["id"] for item in sim.livestreams() if item["name"] == "room1"))
    found += [{"name": "later", "playback_url": None}, {"name": "odd", "playback_url": "rtmp://a/b"}]
    late: list[float] = []
    actor.on_sleep = late.append
    text = (
        "3 of 4 playback URLs failed: room1: HTTP 404 Not Found; later: no playback URL; "
        "odd: not a URL of the form https://host/path"
    )
    ran = actor(PLAYBACK, playbacks=found, timeout=10)
    assert ran.warnings == (text,)
    assert "failed" not in ran.values
    assert late[-1] == 10
    failed = actor(PLAYBACK, playbacks=found, timeout=10, on_failure="fail", check=True)
    assert failed.values["failed"]
    assert failed.values["msg"] == text
    assert failed.warnings == ()
    assert failed.values["unplayable"] == ran.values["unplayable"] == ["room1", "later", "odd"]
    assert failed.values["playbacks"] == ran.values["playbacks"]


@pytest.mark.parametrize("here", [True, False])
def test_as_a_user_runs_it(playbook: Any, actor: Any, here: bool) -> None:
    """Both ways, without anything of the API in the environment; in check mode as well."""
    found = playbacks(actor, 2)
    environment = {name: None for name in playbook.environment() if name.startswith("CLOUDFLARE_")}
    look = {"playbacks": [*found, {"name": "later", "playback_url": ""}], "timeout": 1}
    tasks = [
        {"name": "Warn", "eventops.cloudflare.realtime_playback_info": look},
        {"name": "Fail", "eventops.cloudflare.realtime_playback_info": {**look, "on_failure": "fail"}},
    ]
    text = "1 of 3 playback URLs failed: later: no playback URL"
    for arguments in (["--check"], []):
        ran = playbook(tasks, *arguments, extra={VARIABLE: here}, environment=environment)
        assert ran.returncode == 2
        assert ("runs in process" if here else "runs as a module") in ran.output
        assert f"[WARNING]: {text}" in ran.output
        assert ran.registered("Fail")["msg"] == text
        assert ran.registered("Warn")["unplayable"] == ["later"]
        assert ran.registered("Warn")["changed"] is False
        assert ran.journal == []


@pytest.mark.parametrize("here", [True, False])
def test_what_modules_return_is_taken_as_it_is(playbook: Any, actor: Any, here: bool) -> None:
    """Lists of livestreams and of an event's rooms. A key that nothing returns is still refused by its name."""
    playbacks(actor, 2)
    unnamed = actor.sim.seed(meetings=1)["meetings"]
    actor.sim.presence(unnamed[0], 1)
    actor("realtime_livestream", state="started", meeting_id=unnamed[0])
    look = {"name": "Look", "eventops.cloudflare.realtime_livestream_info": {"status": "LIVE"}, "register": "on_air"}
    rooms = [{"name": f"hall-{number}", "meeting_title": f"Hall {number}"} for number in (1, 2)]
    event = {"name": "Event", "eventops.cloudflare.realtime_event": {"streams": rooms}, "register": "event"}
    misspelt = [{"name": "a", "playbackurl": "https://example.org/a"}]
    handed_on = {"on air": "{{ on_air.livestreams }}", "of the event": "{{ event.streams }}", "misspelt": misspelt}
    tasks = [look, event]
    for name, values in handed_on.items():
        watch = {"playbacks": values, "timeout": 1}
        tasks.append({"name": name, "eventops.cloudflare.realtime_playback_info": watch, "ignore_errors": True})
    ran = playbook(tasks, extra={VARIABLE: here})
    assert ran.returncode == 0, ran.output
    found = ran.registered("on air")["playbacks"]
    assert len(found) == 3
    assert all(item["playable"] and item["name"] for item in found)
    assert [item["name"] for item in ran.registered("of the event")["playbacks"]] == ["hall-1", "hall-2"]
    assert "playbackurl" in ran.registered("misspelt")["msg"]


def test_it_takes_no_client_options(playbook: Any) -> None:
    look = {"playbacks": [], "api_token": "x"}
    task = {"name": "Look", "eventops.cloudflare.realtime_playback_info": look}
    ran = playbook([task])
    assert ran.returncode == 2
    assert "Unsupported parameters for (eventops.cloudflare.realtime_playback_info)" in ran.registered("Look")["msg"]
    # Defaults of the group are for the others.
    defaults = {"group/eventops.cloudflare.realtime": {"api_token": "x"}}
    play = [
        {
            "module_defaults": defaults,
            "tasks": [{**task, "eventops.cloudflare.realtime_playback_info": {"playbacks": []}}],
        }
    ]
    assert playbook(play).returncode == 0
