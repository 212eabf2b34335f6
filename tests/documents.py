# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Markdown documents that are written from figures."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence

Row = Sequence[str]


def header(command: str, place: str) -> str:
    """What every file begins with: licence, and where to change it."""
    return f"""<!--
Copyright (c) 2026, eventops contributors
GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
SPDX-License-Identifier: GPL-3.0-or-later

Written by "{command}": change {place} instead.
-->
"""


def joined(parts: Iterable[str]) -> str:
    """Headings, lists, tables, blocks of code as they are; paragraphs in lines."""
    return "\n".join(_wrapped(part.strip()) + "\n" for part in parts)


def _wrapped(part: str) -> str:
    if part.startswith(("#", "|", "<", "`" * 3, "- ")):
        return part
    return textwrap.fill(part, 120, break_long_words=False, break_on_hyphens=False)


def table(titles: Row, rows: Iterable[Row]) -> str:
    """A Markdown table."""
    lines = [titles, ["---"] * len(titles), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def fenced(text: str, language: str) -> str:
    """A block of code."""
    return f"```{language}\n{text}\n```"
