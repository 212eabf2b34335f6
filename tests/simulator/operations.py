# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names of the API's operations, for the journal and for faults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from pydantic import BaseModel

from . import models

PREFIX: Final = "/client/v4"
ACCOUNT: Final = PREFIX + "/accounts/{account_id}"
APP: Final = ACCOUNT + "/realtime/kit/{app_id}"
_INPUT: Final = "/stream/live_inputs/{live_input_id}"


@dataclass(frozen=True)
class Operation:
    """One method on one path, which is relative to ``base``; ``query`` holds the declared parameters."""

    name: str
    method: str
    path: str
    query: type[BaseModel] | None = None
    base: str = APP


OPERATIONS: Final = (
    Operation("list_livestreams", "GET", "/livestreams", models.ListLivestreams),
    Operation("create_livestream", "POST", "/livestreams"),
    Operation("get_livestream_session", "GET", "/livestreams/sessions/{livestream_session_id}"),
    Operation("get_livestream", "GET", "/livestreams/{livestream_id}", models.Paging),
    Operation("get_active_livestream_session", "GET", "/livestreams/{livestream_id}/active-livestream-session"),
    Operation("start_livestream", "POST", "/meetings/{meeting_id}/livestreams"),
    Operation("stop_livestream", "POST", "/meetings/{meeting_id}/active-livestream/stop"),
    Operation("get_active_livestream", "GET", "/meetings/{meeting_id}/active-livestream"),
    Operation("get_meeting_livestreams", "GET", "/meetings/{meeting_id}/livestream", models.Paging),
    Operation("livestream_analytics", "GET", "/analytics/livestreams/overall", models.Period),
    Operation("livestream_analytics_daywise", "GET", "/analytics/livestreams/daywise", models.Period),
    Operation("analytics_daywise", "GET", "/analytics/daywise", models.Days),
    Operation("list_meetings", "GET", "/meetings", models.ListMeetings),
    Operation("create_meeting", "POST", "/meetings"),
    Operation("get_meeting", "GET", "/meetings/{meeting_id}", models.GetMeeting),
    Operation("update_meeting", "PATCH", "/meetings/{meeting_id}"),
    Operation("replace_meeting", "PUT", "/meetings/{meeting_id}"),
    Operation("get_active_session", "GET", "/meetings/{meeting_id}/active-session"),
    Operation("list_webhooks", "GET", "/webhooks"),
    Operation("create_webhook", "POST", "/webhooks"),
    Operation("get_webhook", "GET", "/webhooks/{webhook_id}"),
    Operation("update_webhook", "PATCH", "/webhooks/{webhook_id}"),
    Operation("replace_webhook", "PUT", "/webhooks/{webhook_id}"),
    Operation("delete_webhook", "DELETE", "/webhooks/{webhook_id}"),
    Operation("list_apps", "GET", "/realtime/kit/apps", models.ListApps, ACCOUNT),
    Operation("list_live_inputs", "GET", "/stream/live_inputs", models.ListLiveInputs, ACCOUNT),
    Operation("create_live_input", "POST", "/stream/live_inputs", None, ACCOUNT),
    Operation("get_live_input", "GET", _INPUT, None, ACCOUNT),
    Operation("update_live_input", "PUT", _INPUT, None, ACCOUNT),
    Operation("delete_live_input", "DELETE", _INPUT, None, ACCOUNT),
    Operation("rotate_keys", "POST", f"{_INPUT}/rotate_keys", None, ACCOUNT),
    Operation("list_live_input_videos", "GET", f"{_INPUT}/videos", None, ACCOUNT),
    Operation("list_outputs", "GET", f"{_INPUT}/outputs", None, ACCOUNT),
    Operation("create_output", "POST", f"{_INPUT}/outputs", None, ACCOUNT),
    Operation("update_output", "PUT", f"{_INPUT}/outputs/{{output_id}}", None, ACCOUNT),
    Operation("delete_output", "DELETE", f"{_INPUT}/outputs/{{output_id}}", None, ACCOUNT),
    Operation("verify_account_token", "GET", "/tokens/verify", None, ACCOUNT),
    Operation("verify_token", "GET", "/user/tokens/verify", None, PREFIX),
)

# What a client asks of a proxy; no operation of the API.
CONNECT: Final = "connect"

UNKNOWN: Final = Operation("unknown", "", "")
_UNKNOWN_BESIDE: Final = Operation("unknown", "", "", base=ACCOUNT)

_SEGMENTS: Final = [(operation, operation.path.split("/")[1:]) for operation in OPERATIONS if operation.base == APP]
_BESIDE: Final = [
    (operation, (operation.base + operation.path).split("/")) for operation in OPERATIONS if operation.base != APP
]


def _fits(pattern: list[str], segments: list[str]) -> bool:
    return len(pattern) == len(segments) and all(
        segment and (part == segment or part[0] == "{") for part, segment in zip(pattern, segments, strict=True)
    )


@dataclass(frozen=True)
class Target:
    """Where a request goes."""

    operation: Operation
    account_id: str | None
    app_id: str | None
    #: Whether the path exists with some other method.
    other_method: bool
    #: The IDs in the path, by the names that the operation's path has for them.
    ids: Mapping[str, str] = field(default_factory=dict)


@lru_cache(4096)
def resolve(method: str, path: str) -> Target:
    """``path`` is the whole one, with the prefix."""
    parts = path.split("/")
    beside = [(operation, pattern) for operation, pattern in _BESIDE if _fits(pattern[1:], parts[1:])]
    for operation, pattern in beside:
        account = parts[4] if operation.base == ACCOUNT else None
        if operation.method == method:
            names = {name[1:-1]: part for name, part in zip(pattern, parts, strict=True) if name[:1] == "{"}
            ids = {name: part for name, part in names.items() if name != "account_id"}
            return Target(operation, account, None, False, ids)
    if beside:
        return Target(_UNKNOWN_BESIDE, account, None, True)
    # ['', 'client', 'v4', 'accounts', ACCOUNT, 'realtime', 'kit', APP, ...]
    if len(parts) < 9 or parts[1:4] != ["client", "v4", "accounts"] or parts[5:7] != ["realtime", "kit"]:
        return Target(UNKNOWN, None, None, False)
    fitting = [(operation, pattern) for operation, pattern in _SEGMENTS if _fits(pattern, parts[8:])]
    for operation, pattern in fitting:
        if operation.method == method:
            ids = {name[1:-1]: part for name, part in zip(pattern, parts[8:], strict=True) if name[0] == "{"}
            return Target(operation, parts[4], parts[7], False, ids)
    return Target(UNKNOWN, parts[4], parts[7], bool(fitting))
