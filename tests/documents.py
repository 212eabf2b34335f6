# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Markdown documents that are written from figures: templates, filled in."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

Row = Sequence[str]


def filled_in(template: Path, **values: object) -> str:
    """The text of a template. It has the function ``table``, and the filters ``number`` and ``paragraph``."""
    environment = Environment(
        loader=FileSystemLoader(template.parent), undefined=StrictUndefined, keep_trailing_newline=True
    )
    environment.globals["table"] = table
    environment.filters |= {"number": "{:,}".format, "paragraph": paragraph}
    return environment.get_template(template.name).render(values)


def paragraph(text: str) -> str:
    """A text in lines of up to 120 characters."""
    return textwrap.fill(text, 120, break_long_words=False, break_on_hyphens=False)


def table(titles: Row, rows: Iterable[Row]) -> str:
    """A Markdown table."""
    return "\n".join(f"| {' | '.join(line)} |" for line in (titles, ["---"] * len(titles), *rows))
