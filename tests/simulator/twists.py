# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Answers that are well-formed and wrong: what a client has to notice, or may not be led astray by."""

from __future__ import annotations

from typing import Any, Literal

Twist = Literal[
    "list",
    "object",
    "no_ids",
    "unknown_status",
    "content_type",
    "closing",
    "total_more",
    "total_less",
    "total_text",
    "short_page",
    "empty_page",
    "first_page",
    "stale",
]
"""``list``: a list of one instead of an object. ``object``: an object instead of a list, with numbers as keys.
``no_ids``: objects without an ID. ``unknown_status``: active livestreams have a status never heard of.
``content_type``: the right body, called HTML. ``closing``: the connection ends after the answer, as the answer says.
``total_more``, ``total_less``, ``total_text``: a wrong ``total_count``. ``short_page``, ``empty_page``: some objects of
a page, or all, are missing, while the counts stay. ``first_page``: whatever page was asked for. ``stale``: the list of
``seconds`` ago. The service's own answer serves the last two."""

ACTIVE = ("INVOKED", "LIVE", "PAUSED")
UNHEARD = "BUFFERING"


def twisted(body: Any, how: Twist) -> Any:
    """The body, changed; as it is where there is nothing to change."""
    if not isinstance(body, dict):
        return body
    data = body.get("data")
    if how == "list" and isinstance(data, dict):
        return {**body, "data": [data]}
    if how == "object" and isinstance(data, list):
        return {**body, "data": {str(number): item for number, item in enumerate(data)}}
    if how == "no_ids":
        return _without_ids(body)
    if how == "unknown_status":
        return _with_status(body)
    if how in ("short_page", "empty_page"):
        # Of a list that is not counted, and of one thing in a list, nobody could tell.
        return body if not _counts(body) else _shortened(body, 2 if how == "short_page" else 0)
    if how.startswith("total_"):
        return _miscounted(body, how)
    return body


def _counts(value: Any) -> bool:
    """Whether an answer says how many things there are."""
    if isinstance(value, dict):
        return "total_count" in value or any(_counts(item) for item in value.values())
    return False


def _without_ids(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_ids(item) for key, item in value.items() if key != "id"}
    return [_without_ids(item) for item in value] if isinstance(value, list) else value


def _with_status(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: UNHEARD if key == "status" and item in ACTIVE and "meeting_id" in value else _with_status(item)
            for key, item in value.items()
        }
    return [_with_status(item) for item in value] if isinstance(value, list) else value


def _shortened(value: Any, divisor: int) -> Any:
    """Half of a list of objects with IDs, or none of them."""
    if isinstance(value, dict):
        return {key: _shortened(item, divisor) for key, item in value.items()}
    if isinstance(value, list) and value and isinstance(value[0], dict) and "id" in value[0]:
        return value[: len(value) // divisor] if divisor else []
    return value


def _miscounted(value: Any, how: str) -> Any:
    if isinstance(value, dict):
        if isinstance(value.get("total_count"), int):
            total = value["total_count"]
            wrong = {"total_more": total + 7, "total_less": 0, "total_text": "many"}
            return {**value, "total_count": wrong[how]}
        return {key: _miscounted(item, how) for key, item in value.items()}
    return value
