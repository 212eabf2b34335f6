# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Text in HTML."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from typing import Any

# Control characters, halves of surrogate pairs and noncharacters: the HTML standard, "Preprocessing the input stream".
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef"
    + "".join(chr(plane * 0x10000 + last) for plane in range(17) for last in (0xFFFE, 0xFFFF))
    + "]"
)


def escape(text: str) -> str:
    """``text`` for an element or a quoted attribute; U+FFFD stands for what HTML may not hold."""
    return html.escape(_FORBIDDEN.sub("\ufffd", text))


def escape_all(value: Any) -> Any:
    """A copy of ``value`` with every text in it escaped, the keys of dictionaries excepted."""
    if isinstance(value, str):
        return escape(value)
    if isinstance(value, Mapping):
        return {key: escape_all(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [escape_all(item) for item in value]
    return value
