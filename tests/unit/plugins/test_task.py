# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From options to a result: credentials, costs, failures."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.eventops.cloudflare.plugins.module_utils.errors import InvalidRequest
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.common import Context
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.livestreams import reconcile_livestream
from ansible_collections.eventops.cloudflare.plugins.module_utils.task import credentials_of, perform, settings_of

CLIENT = {
    "account_id": "acc",
    "app_id": "app",
    "api_token": "unit-token-4f1b9c0d7e2a",
    "api_key": None,
    "api_email": None,
    "base_url": "http://127.0.0.1:1/",
    "timeout": 5.0,
    "retries": 0,
    "retry_max_wait": 60.0,
    "validate_certs": True,
    "ca_path": None,
}
PAGE = {
    "success": True,
    "data": [{"id": "f1", "name": "feed", "created_at": "2023-01-01"}],
    "paging": {"total_count": 1},
}
LIST = "exclude_meetings=true&sort_order=ASC&page_no=1&per_page=100"


@pytest.mark.parametrize(
    ("params", "environ", "token", "key"),
    [
        ({"api_token": "t"}, {}, "t", None),
        ({"api_token": " t\n"}, {}, "t", None),
        ({"api_key": "k", "api_email": "e"}, {}, None, "k"),
        # Everything from the environment: the token.
        (
            {"api_token": "t", "api_key": "k", "api_email": "e"},
            {"CLOUDFLARE_API_TOKEN": "t", "CLOUDFLARE_API_KEY": "k", "CLOUDFLARE_EMAIL": "e"},
            "t",
            None,
        ),
        # A key in the task, a token in the environment: the key.
        ({"api_token": "t", "api_key": "k", "api_email": "e"}, {"CLOUDFLARE_API_TOKEN": "t"}, None, "k"),
        # A token in the task, a key in the environment: the token.
        (
            {"api_token": "t", "api_key": "k", "api_email": "e"},
            {"CLOUDFLARE_API_KEY": "k", "CLOUDFLARE_EMAIL": "e"},
            "t",
            None,
        ),
    ],
)
def test_what_a_task_says_comes_before_the_environment(
    params: dict[str, Any], environ: dict[str, str], token: str | None, key: str | None
) -> None:
    found = credentials_of({"api_token": None, "api_key": None, "api_email": None, **params}, environ)
    assert (found.token, found.key) == (token, key)


def test_both_in_a_task_are_refused() -> None:
    with pytest.raises(InvalidRequest, match="either api_token or api_key"):
        credentials_of({"api_token": "t", "api_key": "k", "api_email": "e"}, {})


def test_none_are_refused() -> None:
    with pytest.raises(InvalidRequest, match="CLOUDFLARE_API_TOKEN"):
        credentials_of({"api_token": "", "api_key": None, "api_email": None}, {})


@pytest.mark.parametrize(
    ("option", "value"), [("timeout", 0.0), ("timeout", -1.0), ("retries", -1), ("retry_max_wait", -1.0)]
)
def test_senseless_numbers_are_refused(option: str, value: float) -> None:
    with pytest.raises(InvalidRequest, match=option):
        settings_of({**CLIENT, option: value})


@pytest.mark.parametrize(
    ("option", "value"), [("account_id", ""), ("app_id", " "), ("app_id", "a/b"), ("base_url", "x")]
)
def test_bad_client_options_are_a_failed_task(params: Any, option: str, value: str) -> None:
    result = perform(reconcile_livestream, {**CLIENT, **params(name="feed"), option: value}, Context())
    assert result.values["failed"]
    assert result.values["changed"] is False
    assert result.values["msg"].startswith(option)
    assert "error" not in result.values


def test_a_result_tells_what_it_cost(script: Any, params: Any) -> None:
    script.expect("GET", "/livestreams", answer=PAGE, query=LIST)
    options = {**CLIENT, **params(name="feed"), "base_url": script.server.url_for("/client/v4")}
    result = perform(reconcile_livestream, options, Context(), diff_mode=True)
    assert result.values["api"] == {"requests": 1, "retries": 0, "remaining": None}
    assert result.values["diff"]["before"] == result.values["diff"]["after"]
    assert result.values["diff"]["after"]["id"] == "f1"


def test_a_diff_is_made_in_diff_mode_only(script: Any, params: Any) -> None:
    script.expect("GET", "/livestreams", answer=PAGE, query=LIST)
    options = {**CLIENT, **params(name="feed"), "base_url": script.server.url_for("/client/v4")}
    assert "diff" not in perform(reconcile_livestream, options, Context()).values


def test_a_failure_tells_what_was_asked_what_was_said_and_what_to_do(script: Any, params: Any) -> None:
    error = {"success": False, "errors": [{"code": 10000, "message": "Authentication error"}]}
    script.expect("GET", "/livestreams", 403, error, query=LIST)
    options = {**CLIENT, **params(name="feed"), "base_url": script.server.url_for("/client/v4")}
    values = perform(reconcile_livestream, options, Context()).values
    assert values == {
        "failed": True,
        "changed": False,
        "msg": (
            "List the livestreams: HTTP 403 FORBIDDEN: Authentication error; the token needs the permission Realtime "
            "or Realtime Admin on this account, and the account needs RealtimeKit; check that api_token "
            "(CLOUDFLARE_API_TOKEN) is the token you mean and is still valid; one made seconds ago may need "
            "a minute"
        ),
        "error": {
            "status": 403,
            "code": 10000,
            "message": "Authentication error",
            "request_id": "ray-1",
            "method": "GET",
            "path": "/accounts/acc/realtime/kit/app/livestreams",
        },
        "api": {"requests": 1, "retries": 0, "remaining": None},
    }
