# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Answers of a service, and what of them may be written down: no value but words of the API, types and lengths."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

# Words that the API itself has for things. Any other text is shown as its length.
WORDS: Final = frozenset(
    {"ACTIVE", "ASC", "DESC", "DSC", "ERRORED", "IDLE", "INACTIVE", "INVOKED", "LIVE", "OFFLINE", "PAUSED"}
    | {"active", "disabled", "expired", "true", "false"}
)
# Keys of an object that people or the service choose freely would be values.
LONGEST_KEY: Final = 40
_KEY: Final = re.compile(r"[A-Za-z_]{1,24}[0-9]{0,3}(_[A-Za-z]{1,24})*")
# Words, as all names of headers are: an ID has digits, or is longer than a word.
_HEADER: Final = re.compile(r"[A-Za-z]{1,20}(-[A-Za-z]{1,20})*")
ENDED: Final = ("IDLE", "OFFLINE", "ERRORED")
MOST_ITEMS: Final = 3  # of a list, whose shapes are shown


@dataclass(frozen=True)
class Answer:
    """One answer. ``body`` is None where it is no JSON."""

    operation: str
    status: int
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: Any = field(default=None, repr=False)

    @property
    def data(self) -> Any:
        """What the service's envelope holds; None when there is none."""
        return self.body.get("data") if isinstance(self.body, dict) else None

    @property
    def result(self) -> Any:
        """What Cloudflare's usual envelope holds."""
        return self.body.get("result") if isinstance(self.body, dict) else None

    @property
    def code(self) -> str:
        """The status as profiles write it, or Cloudflare's code for a wrong route."""
        errors = self.body.get("errors") if isinstance(self.body, dict) else None
        codes = [item.get("code") for item in errors if isinstance(item, dict)] if isinstance(errors, list) else []
        return "7003" if 7003 in codes else str(self.status)

    def record(self) -> dict[str, Any]:
        """What is written down of it."""
        headers = sorted({name.lower() for name in self.headers if _HEADER.fullmatch(name)})
        return {"operation": self.operation, "status": self.status, "headers": headers, "shape": shape(self.body)}


def shape(value: Any) -> Any:
    """A JSON value without what it says."""
    if isinstance(value, dict):
        return {_key(key): shape(item) for key, item in value.items()}
    if isinstance(value, list):
        shapes: list[Any] = []
        for item in value:
            found = shape(item)
            if found not in shapes and len(shapes) < MOST_ITEMS:
                shapes.append(found)
        return [f"{len(value)} items", *shapes]
    if isinstance(value, str):
        return value if value in WORDS else f"text of {len(value)}"
    if isinstance(value, bool) or value is None:
        return value
    return "integer" if isinstance(value, int) else "number"


def _key(key: str) -> str:
    return key if len(key) <= LONGEST_KEY and _KEY.fullmatch(key) else f"key of {len(key)}"


def livestream_of(data: Any) -> Mapping[str, Any]:
    """The livestream in an answer's data, whatever its shape; empty when there is none."""
    if isinstance(data, list):
        return livestream_of(data[0]) if data else {}
    if not isinstance(data, dict):
        return {}
    if isinstance(data.get("livestream"), dict):
        found: Mapping[str, Any] = data["livestream"]
        return found
    return livestream_of(data["livestreams"]) if isinstance(data.get("livestreams"), list) else data


def status_of(data: Any) -> str | None:
    """The status of that livestream."""
    found = livestream_of(data).get("status")
    return found if isinstance(found, str) else None
