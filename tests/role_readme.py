# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes what the argument specs of a role say into the role's README, below the line that says so.

With --check, writes nothing, and fails where a README is not what it would be.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from antsibull_docs_parser import dom
from antsibull_docs_parser.md import MDFormatter
from antsibull_docs_parser.md import to_md as formatted
from antsibull_docs_parser.parser import Context, parse

ROOT = Path(__file__).parents[1]
COLLECTION = "eventops.cloudflare"
LINE = "<!-- From meta/argument_specs.yml, by `make readme`: change it there -->\n"


class Plain(MDFormatter):
    """Markdown for people who read it as text, too: escapes where it matters, and backquotes for code."""

    def format_text(self, part: dom.TextPart) -> str:
        return re.sub(r"([|*_<\[])", r"\\\1", part.text)

    def format_code(self, part: dom.CodePart) -> str:
        return f"`{part.text}`"

    def format_module(self, part: dom.ModulePart, url: str | None) -> str:
        return f"`{part.fqcn}`"

    def format_plugin(self, part: dom.PluginPart, url: str | None) -> str:
        return f"`{part.plugin.fqcn}`"

    def format_option_name(self, part: dom.OptionNamePart, url: str | None) -> str:
        return f"`{part.name}{f'={part.value}' if part.value is not None else ''}`"

    def format_option_value(self, part: dom.OptionValuePart) -> str:
        return f"`{part.value}`"


def to_md(text: str | list[str], role: str, entry: str, between: str = "\n\n") -> str:
    """A description in Markdown."""
    context = Context(current_plugin=dom.PluginIdentifier(f"{COLLECTION}.{role}", "role"), role_entrypoint=entry)
    return formatted(parse(text, context, errors="exception"), Plain(), par_sep=between)


def section(role: str, entry: str, spec: Mapping[str, Any]) -> Iterator[str]:
    """The lines about an entry point."""
    yield f"## Entry point `{entry}`\n\n"
    yield f"{to_md(spec['description'], role, entry)}\n\n"
    yield "| Variable | Default | What it is |\n|---|---|---|\n"
    for name, option in spec.get("options", {}).items():
        default = option.get("default")
        shown = f"`{default}`".lower() if isinstance(default, bool) else f"`{default}`" if default is not None else ""
        shown = "required" if option.get("required") else shown
        yield f"| `{name}` | {shown} | {to_md(option['description'], role, entry, '<br>')} |\n"
    yield "\n"


def readme(role: Path) -> str:
    """The README as it should be."""
    written, line, _generated = (role / "README.md").read_text().partition(LINE)
    specs = yaml.safe_load((role / "meta/argument_specs.yml").read_text())["argument_specs"]
    parts = [part for entry, spec in specs.items() for part in section(role.name, entry, spec)]
    return written + (line or LINE) + "\n" + "".join(parts).rstrip("\n") + "\n"


def main() -> int:
    """All roles."""
    stale = 0
    for role in sorted((ROOT / "roles").iterdir()):
        path, text = role / "README.md", readme(role)
        if path.read_text() == text:
            continue
        if "--check" in sys.argv[1:]:
            print(f"{path.relative_to(ROOT)} is not what meta/argument_specs.yml says: make readme")
            stale += 1
        else:
            path.write_text(text)
    return int(stale > 0)


if __name__ == "__main__":
    sys.exit(main())
