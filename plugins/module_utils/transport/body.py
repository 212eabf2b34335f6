# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The body of an answer: read within bounds, and parsed into what can be returned to Ansible."""

from __future__ import annotations

import contextlib
import json
import math
import re
from typing import Any

from ansible_collections.eventops.cloudflare.plugins.module_utils.transport._requests import (
    requests,
    urllib3_exceptions,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.transport.bounded import (
    LARGEST_ANSWER,
    AnswerTooLarge,
)

CHUNK = 2**16  # bytes that are unpacked at a time
LONGEST_READ = 65_536  # characters of an answer that is not JSON in which a text is looked for
DEEPEST = 50  # levels of nesting in an answer; the API's have six
# JSON may hold one half of a surrogate pair as an escape.
_HALF_CHARACTER = re.compile(r"\\u[dD][89a-fA-F]")


def content_of(response: requests.Response) -> bytes:
    """The whole body. A packed one may become larger than what was sent."""
    parts: list[bytes] = []
    size = 0
    for part in response.iter_content(CHUNK):
        parts.append(part)
        size += len(part)
        if size > LARGEST_ANSWER:
            response.close()
            raise AnswerTooLarge
    return b"".join(parts)


def beginning_of(response: requests.Response) -> bytes:
    """As much of an error's body as is needed for its message. Its status counts, even if the body is cut."""
    content = b""
    with contextlib.suppress(requests.RequestException, urllib3_exceptions.HTTPError, OSError):
        for part in response.iter_content(CHUNK):
            content += part
            if len(content) >= LONGEST_READ:
                response.close()
                break
    return content


def parse(response: requests.Response) -> tuple[Any, bool]:
    """The body, and whether it is JSON. An empty one counts as JSON's null; what is not JSON stays text.

    What Python's parser takes beyond JSON, and what could not be returned to Ansible, does not come through: NaN and
    infinite numbers become null, halves of characters are replaced, and nesting without end is no JSON.
    """
    if not response.content.strip():
        return None, True
    # RFC 8259: JSON on the wire is UTF-8, whatever the headers say.
    text = response.content.decode("utf-8-sig", "replace")
    try:
        body = json.loads(text, parse_constant=_null, parse_float=_finite)
    except (ValueError, RecursionError):
        return text[:LONGEST_READ], False
    if _too_deep(body):
        return "nested too deeply", False
    return (_whole(body) if _HALF_CHARACTER.search(text) else body), True


def _null(_name: str) -> None:
    """What NaN and Infinity, which are not JSON, become."""


def _finite(digits: str) -> float | None:
    number = float(digits)
    return number if math.isfinite(number) else None


def _too_deep(body: Any) -> bool:
    """Whether a value is nested deeper than any answer of the API; code that follows it down would overflow."""
    level: list[Any] = [[body]]
    for _depth in range(DEEPEST):
        inner = [item for value in level for item in (value.values() if isinstance(value, dict) else value)]
        level = [item for item in inner if isinstance(item, (dict, list))]
        if not level:
            return False
    return True


def _whole(value: Any) -> Any:
    """A value whose texts are Unicode: a lone surrogate in them becomes the replacement character."""
    if isinstance(value, str):
        return re.sub("[\ud800-\udfff]", "\ufffd", value)
    if isinstance(value, dict):
        return {_whole(key): _whole(item) for key, item in value.items()}
    return [_whole(item) for item in value] if isinstance(value, list) else value
