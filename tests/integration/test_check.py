# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether all is there that an event needs: the module realtime_check and the playbook event_check."""

from __future__ import annotations

import json
import socket
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from simulator.client import Control

CHECK = "realtime_check"
PLAYBOOK = "eventops.cloudflare.event_check"


def found(values: Any) -> dict[str, tuple[Any, str, Any]]:
    """What was found, by its name."""
    return {item["name"]: (item["ok"], item["found"], item["advice"]) for item in values["checks"]}


def test_all_is_there(actor: Any, sim: Control) -> None:
    """Nothing but reads, and as many as there are things to ask."""
    ran = actor(CHECK)
    assert ran.values["passed"], ran.values["lines"]
    assert {entry.method for entry in ran.journal} == {"GET"}
    assert len(ran.journal) == 7
    checks = found(ran.values)
    assert [name for name, (ok, _found, _advice) in checks.items() if ok] == [
        "Credentials",
        "Account ID",
        "App ID",
        "Proxy",
        "Connection",
        "Account and app",
        "Clock",
        "Token",
        "Livestreams",
        "Analytics",
        "Webhooks",
        "Stream",
        "Requests left",
    ]
    # What only a creation would tell is not said to be so.
    assert checks["Independent livestreams"][0] is None
    assert checks["Ingest servers"][0] is None
    assert not ran.values["changed"]


@pytest.mark.parametrize(
    ("profile", "name", "ok", "text"),
    [
        ({"token_verify": "expiring"}, "Token", False, "it expires at"),
        ({"token_verify": "account"}, "Token", True, "active, expires never"),
        ({"token_verify": "refused"}, "Token", None, "HTTP 403"),
        ({"stream_offered": "403"}, "Stream", None, "HTTP 403"),
        ({"stream_offered": "list"}, "Stream", True, "can be read"),
        ({"ratelimit_header": "absent"}, "Requests left", None, "does not tell"),
        ({"rate_limit": 50}, "Requests left", False, "and 100 are wanted"),
        ({"webhooks_none": "empty"}, "Webhooks", True, "no webhook receives"),
        ({"list_none": "404"}, "Account and app", True, "found, without meetings"),
        ({"apps_listed": "403"}, "Account and app", None, "may look the same"),
    ],
)
def test_what_the_service_says(
    actor: Any, sim: Control, profile: dict[str, Any], name: str, ok: bool | None, text: str
) -> None:
    sim.configure(**profile)
    ran = actor(CHECK, on_failure="warn")
    seen = found(ran.values)[name]
    assert seen[0] is ok
    assert text in seen[1]
    assert ran.values["passed"] is (ok is not False)
    assert bool(ran.warnings) is (ok is False)


@pytest.mark.parametrize(
    ("options", "name", "text", "advice"),
    [
        ({"account_id": ""}, "Account ID", "account_id is empty", "CLOUDFLARE_ACCOUNT_ID"),
        ({"app_id": " "}, "App ID", "app_id is empty", "CLOUDFLARE_REALTIME_APP_ID"),
        ({"app_id": "other"}, "Account and app", "no app of this ID", "(simulated)"),
        ({"account_id": "other"}, "Account and app", "HTTP 404", "check account_id"),
        ({"api_token": "wrong"}, "Account and app", "HTTP 401", "check api_token"),
        ({"api_token": "a b"}, "Credentials", "api_token holds a space", ""),
        ({"base_url": "http://127.0.0.1:9"}, "Connection", "", "check the network"),
        ({"validate_certs": False}, None, "", ""),
    ],
)
def test_what_is_wrong_is_a_line_of_the_table(
    actor: Any, options: dict[str, Any], name: str | None, text: str, advice: str
) -> None:
    ran = actor(CHECK, **{"retries": 0, **options})
    checks = found(ran.values)
    if name is None:
        assert ran.values["passed"]
        return
    assert ran.values["failed"]
    assert not ran.values["passed"]
    ok, seen, said = checks[name]
    assert ok is False
    assert text in seen
    assert advice in f"{seen} {said}"
    assert name in ran.values["msg"]
    assert "wrong" not in str(ran.values).replace("wrong is", "")


def test_nothing_is_concluded_of_an_app_that_nobody_can_tell(actor: Any, sim: Control) -> None:
    """Its lists are answered as those of an app that does not exist."""
    sim.configure(apps_listed="403")
    checks = found(actor(CHECK, app_id="other", on_failure="warn").values)
    assert checks["Account and app"][0] is None
    assert checks["Livestreams"][:2] == (None, "not asked")
    assert "Webhooks" not in checks


def test_ports_of_encoders(actor: Any, sim: Control) -> None:
    """Those that are given, and those of independent livestreams that exist."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        given = [f"rtmps://127.0.0.1:{port}/live", "rtmps://127.0.0.1:1/live", "nowhere"]
        checks = found(actor(CHECK, ingest_servers=given, on_failure="warn").values)
    places = [*(url.removesuffix("/live") for url in given[:2]), "number 3"]
    assert [checks[f"Ingest server {place}"][0] for place in places] == [True, False, False]
    odd = ["rtmps://me:hidden@127.0.0.1:1/live?streamkey=hidden", f"rtmps://{'a' * 70}.example:443/live"]
    ran = actor(CHECK, ingest_servers=odd, on_failure="warn")
    assert "hidden" not in str(ran.values)
    assert found(ran.values)["Ingest server rtmps://127.0.0.1:1"][0] is False
    assert [text for text in ran.values["lines"] if "not the name of a host" in text]
    sim.seed(independents=["mast"])
    names = list(found(actor(CHECK, on_failure="warn").values))
    (found_server,) = [name for name in names if name.startswith("Ingest server rtmps://")]
    assert found(actor(CHECK).values)[found_server][0] is not False


def test_what_cannot_be_told_of_an_ingest_server_is_not_told(actor: Any) -> None:
    """Over UDP nothing answers. Blanks around commas, and places that are tried once, are no servers of their own."""
    given = ["srt://127.0.0.1:778?streamid=hidden", " ", " rtmps://127.0.0.1:1/one", "rtmps://127.0.0.1:1/two "]
    checks = found(actor(CHECK, ingest_servers=given, on_failure="warn").values)
    assert {name: seen[0] for name, seen in checks.items() if name.startswith("Ingest")} == {
        "Ingest server srt://127.0.0.1:778": None,
        "Ingest server rtmps://127.0.0.1:1": False,
    }


@pytest.mark.parametrize(
    ("operation", "name"),
    [
        ("list_webhooks", "Webhooks"),
        ("analytics_daywise", "Analytics"),
        ("list_live_inputs", "Stream"),
        ("list_apps", "Account and app"),
        ("verify_token", "Token"),
    ],
)
@pytest.mark.parametrize(
    "body", [{"success": True}, "hello", [1, 2], {"data": "none"}, {"result": "no"}, {"data": [7]}]
)
def test_an_answer_that_is_not_understood_says_nothing(
    actor: Any, sim: Control, operation: str, name: str, body: Any
) -> None:
    sim.faults({"operation": operation, "kind": "body", "body": body, "times": None})
    ran = actor(CHECK)
    assert found(ran.values)[name][0] is None
    assert ran.values["passed"]


def test_where_nothing_is_found_base_url_is_wrong(actor: Any, sim: Control) -> None:
    ran = actor(CHECK, base_url=sim.url, on_failure="warn")
    ok, said, advice = found(ran.values)["Account and app"]
    assert (ok, advice) == (False, "Check account_id, and base_url, which ends in /client/v4 at Cloudflare")
    assert sim.url in said


def test_a_list_inside_an_object_is_read(actor: Any, sim: Control) -> None:
    hook = {"name": "hall", "events": ["livestreaming.statusUpdate"], "enabled": True}
    app = {"id": sim.app_id, "name": "right"}
    sim.faults(
        {"operation": "list_webhooks", "kind": "body", "body": {"data": {"webhooks": [hook]}}, "times": None},
        {"operation": "list_apps", "kind": "body", "body": {"data": {"apps": [app]}}, "times": None},
    )
    checks = found(actor(CHECK).values)
    assert checks["Webhooks"][:2] == (True, "livestream events go to hall")
    assert checks["Account and app"][:2] == (True, "found, without meetings")


def test_what_a_token_needs_for_other_products_is_said(actor: Any, sim: Control) -> None:
    sim.configure(stream_offered="403", token_verify="refused")
    checks = found(actor(CHECK).values)
    assert "Stream Read" in checks["Stream"][2]
    assert "Realtime" not in checks["Token"][2]


def test_a_key_is_used_although_the_environment_has_a_token(
    actor: Any, sim: Control, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLOUDFLARE_API_TOKEN", sim.api_token)
    checks = found(actor(CHECK, api_key=sim.api_key, api_email=sim.email).values)
    assert checks["Token"][:2] == (True, "none: an API key is used, which has all permissions of its user")


@pytest.mark.parametrize("here", [True, False])
def test_the_playbook(playbook: Any, sim: Control, here: bool) -> None:
    """Its table, its exit status, and the same as data."""
    playbook.in_process = here
    place = playbook.home / "check.json"
    good = playbook(PLAYBOOK, extra={"event_check_data": str(place)})
    assert good.returncode == 0, good.output
    assert "✓ Token: active" in good.output
    assert json.loads(place.read_text())["passed"] is True
    again = playbook(PLAYBOOK, "--check", extra={"event_check_data": str(place)})
    assert again.returncode == 0, again.output
    sim.configure(token_verify="expiring")
    bad = playbook(PLAYBOOK, extra={"event_check_data": str(place)})
    assert bad.returncode == 2
    assert "✗ Token: it expires at" in bad.output
    assert bad.failure == "Token: see the table above"
    assert json.loads(place.read_text())["passed"] is False
    without = playbook(PLAYBOOK, environment={"CLOUDFLARE_API_TOKEN": None, "CLOUDFLARE_ACCOUNT_ID": None})
    assert without.returncode == 2
    for text in ("✗ Credentials: no credentials", "✗ Account ID: account_id is empty", "✓ App ID"):
        assert text in without.output


def test_progress_counts_the_servers_that_cannot_be_reached(actor: Any, sim: Control) -> None:
    """And what cannot be reached, or is not all, is said so."""
    ran = actor(CHECK, ingest_servers=["rtmps://127.0.0.1:1/live", "rtmps://127.0.0.1:0/live"], on_failure="warn")
    assert any("2 of 2 done, 2 failed" in str(step) for step in ran.progress)
    checks = found(ran.values)
    assert checks["Ingest server rtmps://127.0.0.1:0"][1] == "not a URL of the form rtmps://host:port/path"
    # What stands before an @ behind a slash may be half of a password.
    (odd,) = actor(CHECK, ingest_servers=["rtmps://half/a@127.0.0.1/live"], on_failure="warn").values["checks"][-1:]
    assert "half" not in odd["name"]


def test_a_list_that_is_cut_short_is_not_counted_as_all(actor: Any, sim: Control) -> None:
    sim.seed(independents=[f"feed-{number}" for number in range(150)])
    assert found(actor(CHECK).values)["Independent livestreams"][1] == "at least 100 found"
