# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every way in which one answer may go wrong, by name: fields of ``simulator.faults.Rule``.

A fault is *honest* when it does not look like another truth: an error status after which the service did it all the
same is honest only where the client has to reckon with that. Answers that no client can tell from the truth (a 404
that says that nothing is active, an empty list) are no faults, but lies, and not here.
"""

from __future__ import annotations

from email.utils import formatdate
from typing import Any, Final

from .operations import CONNECT, OPERATIONS

Fields = dict[str, Any]

WRITES: Final = frozenset(operation.name for operation in OPERATIONS if operation.method != "GET")
PAGE: Final = "<html><head><title>Error</title></head><body>Error</body></html>"
EDGE: Final = {"success": False, "errors": [{"code": 971, "message": "Please wait"}], "messages": [], "result": None}


def _status(status: int, **fields: Any) -> Fields:
    return {"kind": "status", "status": status, **fields}


def _informational(*statuses: int, **fields: Any) -> Fields:
    return {"kind": "informational", "statuses": list(statuses), **fields}


def _html(status: int) -> Fields:
    return _status(status, body=PAGE, content_type="text/html")


def _throttled(retry_after: str | None) -> Fields:
    return _status(429, body=EDGE, headers={} if retry_after is None else {"Retry-After": retry_after})


def _both(name: str, fields: Fields) -> dict[str, Fields]:
    """Before the service sees the request, and after it has carried it out."""
    return {f"{name}, not done": {**fields, "when": "before"}, f"{name}, done": {**fields, "when": "after"}}


def _after_all(fields: dict[str, Fields]) -> dict[str, Fields]:
    return {key: value for name, one in fields.items() for key, value in _both(name, one).items()}


# Any request may meet these.
ANY: Final[dict[str, Fields]] = {
    "refused": {"kind": "refuse", "seconds": 3},
    **_after_all(
        {
            "reset": {"kind": "reset"},
            "closed": {"kind": "close"},
            "silence": {"kind": "silence"},
            "101 and closed": _informational(101, lost=True),
            "103 and closed": _informational(103, lost=True),
            "408": _status(408),
            "425": _status(425),
            **{str(status): _html(status) for status in (500, 502, 503, 504, *range(520, 531), 599)},
            "500 of the service": _status(500, body={"success": False, "error": {"code": 500, "message": "no"}}),
            "503 with Retry-After": _status(503, headers={"Retry-After": "3"}),
            "success false": {"kind": "body", "body": {"success": False, "data": None}},
            "empty body": {"kind": "body", "body": ""},
            "broken JSON": {"kind": "body", "body": '{"success": tr'},
            "null": {"kind": "body", "body": "null"},
            "a number": {"kind": "body", "body": "42"},
            "a string": {"kind": "body", "body": '"fine"'},
            "a bare list": {"kind": "body", "body": []},
            "a page of text": {"kind": "body", "body": PAGE, "content_type": "text/html"},
            "nesting without end": {"kind": "body", "body": "[" * 20_000},
            "204": _status(204),
            "299": _status(299, body=7),
            "redirect to itself": _status(302, headers={"Location": "{url}"}),
            "redirect elsewhere": _status(307, headers={"Location": "https://elsewhere.invalid/"}),
        }
    ),
    "cut, done": {"kind": "cut"},
    "cut, not done": {"kind": "cut", "when": "before"},
    "100 first": _informational(100),
    "102 first": _informational(102),
    "103 first": _informational(103),
    "103 twice first": _informational(103, 103),
    "102 without end": _informational(*[102] * 10, seconds=10),
    "drip": {"kind": "drip", "pieces": 3, "seconds": 0.5},
    "drip without end": {"kind": "drip", "pieces": 10, "seconds": 10},
    "409 of the edge, not done": _html(409),
    "409 of the service": _status(409, body={"success": False, "error": {"code": 409, "message": "Conflict"}}),
    "429": _throttled(None),
    "429, seconds": _throttled("2"),
    "429, garbage": _throttled("soon"),
    "429, date": _throttled(formatdate(0, usegmt=True)),
    "429, 301 seconds": _throttled("301"),
    "477": _status(477),
    "wrong content type": {"kind": "twist", "how": "content_type"},
    "answered, then closed": {"kind": "twist", "how": "closing"},
}

# Reads only: a write is not answered with a list, and what it did is read back.
READS: Final[dict[str, Fields]] = {
    "a million items": {"kind": "huge", "size": 11_000_000},
    "50 MB": {"kind": "huge", "size": 50_000_000},
    "a list for an object": {"kind": "twist", "how": "list"},
    "an object for a list": {"kind": "twist", "how": "object"},
    "objects without IDs": {"kind": "twist", "how": "no_ids"},
    "a status never heard of": {"kind": "twist", "how": "unknown_status"},
    "a count too high": {"kind": "twist", "how": "total_more"},
    "a count too low": {"kind": "twist", "how": "total_less"},
    "a count that is none": {"kind": "twist", "how": "total_text"},
    "a short page": {"kind": "twist", "how": "short_page"},
    "a lost page": {"kind": "twist", "how": "empty_page"},
    "a repeated page": {"kind": "twist", "how": "first_page"},
    "a stale list": {"kind": "twist", "how": "stale", "seconds": 2},
}

# They make a page, or what is in it, look like another truth; two of them at once can agree on one.
MISLEADING: Final = frozenset(
    {
        "a count too low",
        "a count that is none",
        "a short page",
        "a lost page",
        "a repeated page",
        "a stale list",
        "a count too high",
    }
)

# What a client meets that asks a proxy for a tunnel: no request gets through any of them.
TUNNELS: Final[dict[str, Fields]] = {
    name: {"operation": CONNECT, **fields}
    for name, fields in {
        **{f"proxy, {status}": _html(status) for status in (302, 403, 407, 429, 502, 503)},
        "proxy, 204": _status(204),
        "proxy refused": {"kind": "refuse", "seconds": 3},
        **_after_all(
            {
                "proxy reset": {"kind": "reset"},
                "proxy closed": {"kind": "close"},
                "proxy silent": {"kind": "silence"},
                "proxy, 103 and closed": _informational(103, lost=True),
            }
        ),
        "proxy, no TLS": {"kind": "body", "body": PAGE},
        "proxy, cut handshake": {"kind": "cut"},
    }.items()
}
# A tunnel that is made all the same.
SLOW_TUNNELS: Final[dict[str, Fields]] = {
    name: {"operation": CONNECT, **fields}
    for name, fields in {
        "proxy, slow": {"kind": "delay", "seconds": 3},
        "proxy, 103 first": _informational(103),
        "proxy, 102 without end": _informational(*[102] * 10, seconds=10),
    }.items()
}

# Nobody has to notice them: with nothing else going wrong, all requests succeed.
HARMLESS: Final = frozenset(
    {
        "100 first",
        "102 first",
        "103 first",
        "103 twice first",
        "wrong content type",
        "answered, then closed",
        "proxy, slow",
        "proxy, 103 first",
    }
)

FAULTS: Final[dict[str, Fields]] = {**ANY, **READS, **TUNNELS, **SLOW_TUNNELS}
