# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From validated options to a result: connect, reconcile, and say what it cost.

Free of AnsibleModule, so that whatever runs a task, a module's process or the controller's, gets the same result.
"""

from __future__ import annotations

import contextlib
import os
import re
import typing
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from ansible_collections.eventops.cloudflare.plugins.module_utils.api.realtimekit import RealtimeApi
from ansible_collections.eventops.cloudflare.plugins.module_utils.errors import (
    FileFailed,
    InvalidRequest,
    RealtimeError,
    RequestFailed,
    printable,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.checkup import Access, check_up
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.common import (
    Context,
    Outcome,
    check_seconds,
    given,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.transport.auth import ApiCredentials
from ansible_collections.eventops.cloudflare.plugins.module_utils.transport.client import (
    DEFAULT_BASE_URL,
    Client,
    Settings,
)

# Python 3.8 cannot subscript what collections.abc has.
Reconcile = typing.Callable[[RealtimeApi, typing.Mapping[str, Any], Context], Outcome]
Work = typing.Callable[[typing.Mapping[str, Any], Context], Outcome]
Connect = typing.Callable[[Settings], Client]

ISSUES = "https://github.com/eventops/cloudflare/issues"

_SURROGATE = re.compile("[\ud800-\udfff]")
_ENVIRONMENT = {
    "api_token": "CLOUDFLARE_API_TOKEN",
    "api_key": "CLOUDFLARE_API_KEY",
    "api_email": "CLOUDFLARE_EMAIL",
}


class Result(NamedTuple):
    """The keys that a task returns, warnings apart; ``secrets`` are values among them that must be masked."""

    values: dict[str, Any]
    warnings: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()


def perform(
    reconcile: Reconcile,
    params: Mapping[str, Any],
    context: Context,
    *,
    diff_mode: bool = False,
    connect: Connect = Client,
) -> Result:
    """Carry out a task. Failures become ``failed`` with ``msg``, and ``error`` where the API or the network failed."""
    client: Client | None = None
    sent = retried = 0

    def work(params: Mapping[str, Any], context: Context) -> Outcome:
        nonlocal client, sent, retried
        client = connect(settings_of(params))
        sent, retried = client.requests, client.retries
        api = RealtimeApi(client, *(_required(params, option) for option in _ENVIRONMENT_OF_IDS))
        return reconcile(api, params, context)

    try:
        result = perform_alone(work, params, context, diff_mode=diff_mode)
    except BaseException:
        # Interrupted, by the task's own timeout for instance: threads may still be at work.
        if client is not None:
            client.abandon()
        raise
    if client is not None:
        result.values["api"] = {
            "requests": client.requests - sent,
            "retries": client.retries - retried,
            "remaining": client.limit.remaining,
        }
    return result


def check_access(params: Mapping[str, Any], context: Context) -> Outcome:
    """What the module realtime_check does: each thing that is missing is a line of its table."""

    def connect() -> RealtimeApi:
        client = closing.enter_context(contextlib.closing(Client(settings_of(params))))
        return RealtimeApi(client, *(_required(params, option) for option in _ENVIRONMENT_OF_IDS))

    given_options = {
        "Credentials": lambda: "an API token" if credentials_of(params, os.environ).token else "an API key",
        "Account ID": lambda: _required(params, "account_id"),
        "App ID": lambda: _required(params, "app_id"),
    }
    with contextlib.ExitStack() as closing:
        return check_up(params, context, Access(given_options, connect))


def perform_alone(work: Work, params: Mapping[str, Any], context: Context, *, diff_mode: bool = False) -> Result:
    """Carry out a task that does not talk to the API; otherwise as :func:`perform`."""
    try:
        check_options(params)
        outcome = work(params, context)
    except RealtimeError as error:
        values: dict[str, Any] = {"failed": True, "changed": error.changed, "msg": message_of(error), **error.known}
        if isinstance(error, RequestFailed):
            values["error"] = error.details()
        return Result(values)
    values = {"changed": outcome.changed, **outcome.values}
    if outcome.failure is not None:
        values.update(failed=True, msg=printable(outcome.failure))
    if diff_mode and outcome.diff is not None:
        values["diff"] = outcome.diff
    return Result(values, tuple(map(printable, outcome.warnings)), outcome.secrets)


def check_options(params: Mapping[str, Any]) -> None:
    """Refuse texts that no request can carry; raises :class:`~.errors.InvalidRequest`."""
    for option, text in _texts(params):
        # A path may hold bytes that are no UTF-8; Python shows them as surrogates.
        if _SURROGATE.search(text) and option not in ("ca_path", "path"):
            raise InvalidRequest(f"{option} holds a lone surrogate, which is no character")


def _texts(holder: Mapping[str, Any] | list[Any], within: str = "") -> Iterator[tuple[str, str]]:
    """All texts in options, each with the name of its option (``livestreams[0].name``)."""
    named = isinstance(holder, Mapping)
    for key, value in holder.items() if isinstance(holder, Mapping) else enumerate(holder):
        if isinstance(value, (str, dict, list)):
            option = f"{within}[{key}]" if not named else f"{within}.{key}" if within else str(key)
            if isinstance(value, str):
                yield option, value
            else:
                yield from _texts(value, option)


def settings_of(params: Mapping[str, Any]) -> Settings:
    """How to talk to the API; raises :class:`~.errors.InvalidRequest`."""
    for option in ("timeout", "retry_max_wait"):
        check_seconds(params, option)
    if params["timeout"] == 0:
        raise InvalidRequest("timeout must be more than 0")
    if params["retries"] < 0:
        raise InvalidRequest("retries must be 0 or more")
    return Settings(
        # An exported but empty variable is none.
        base_url=given(params, "base_url") or DEFAULT_BASE_URL,
        credentials=credentials_of(params, os.environ),
        timeout=params["timeout"],
        retries=params["retries"],
        retry_max_wait=params["retry_max_wait"],
        validate_certs=params["validate_certs"],
        ca_path=given(params, "ca_path"),
    )


_ENVIRONMENT_OF_IDS = {"account_id": "CLOUDFLARE_ACCOUNT_ID", "app_id": "CLOUDFLARE_REALTIME_APP_ID"}


def _required(params: Mapping[str, Any], option: str) -> str:
    value = given(params, option)
    if value is None:
        raise InvalidRequest(f"{option} is empty: give it, or set {_ENVIRONMENT_OF_IDS[option]} in the environment")
    return str(value).strip()


def credentials_of(params: Mapping[str, Any], environ: Mapping[str, str]) -> ApiCredentials:
    """A token, or a key with its e-mail address. What a task says comes before what the environment says.

    An option filled from the environment looks like any other, hence the comparison.
    """
    values = {option: (given(params, option) or "").strip() or None for option in _ENVIRONMENT}
    said = {
        option
        for option, variable in _ENVIRONMENT.items()
        if values[option] and values[option] != environ.get(variable, "").strip()
    }
    if "api_token" in said and "api_key" in said:
        raise InvalidRequest("give either api_token or api_key with api_email, not both")
    if values["api_token"] and "api_key" not in said:
        return ApiCredentials(token=values["api_token"])
    return ApiCredentials(key=values["api_key"], email=values["api_email"])


def message_of(error: RealtimeError) -> str:
    """An error as a sentence; what begins with an option's name, or with a path, keeps it as it is."""
    text = str(error)
    return text if isinstance(error, (InvalidRequest, FileFailed)) else text[:1].upper() + text[1:]


def bug_report(error: Exception) -> str:
    """What the user reads of an error that nobody has foreseen. Its text may hold anything: only its type is told."""
    return f"This is a bug in eventops.cloudflare ({type(error).__name__}): please report it at {ISSUES}"
