# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes the texts of docs_fragments.yml into the documentation of the modules, between the lines that name them.

With --check, writes nothing, and fails where a module is not what it would be.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from pathlib import Path
from string import Template
from textwrap import indent

import yaml

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "tests/docs_fragments.yml"
MODULES = ROOT / "plugins/modules"
BLOCK = re.compile(
    r"(?P<head>^(?P<indent> *)# BEGIN generated: (?P<name>\w+)\n(?P<values>(?:(?P=indent)#   \w+: .+\n)*))"
    r"(?:(?! *# (?:BEGIN|END) generated).*\n)*"
    r"(?P<tail>(?P=indent)# END generated\n)",
    re.MULTILINE,
)


class BadBlock(Exception):
    """A block that cannot be written."""


def generated(text: str, fragments: Mapping[str, str]) -> str:
    """The module as it should be."""

    def block(match: re.Match[str]) -> str:
        """One block, with the lines around it."""
        values = dict(line.strip(" #").split(": ", 1) for line in match["values"].splitlines())
        try:
            content = Template(fragments[match["name"]]).substitute(values)
        except KeyError as error:
            raise BadBlock(f"block {match['name']}: there is no {error}") from None
        return match["head"] + indent(content, match["indent"]) + match["tail"]

    written, blocks = BLOCK.subn(block, text)
    if not text.count("# BEGIN generated: ") == text.count("# END generated") == blocks:
        raise BadBlock("the first or the last line of a block is missing, or indented otherwise")
    return written


def main(arguments: list[str], modules: Path = MODULES, source: Path = SOURCE) -> int:
    """All modules."""
    fragments = yaml.safe_load(source.read_text())
    failed = 0
    for path in sorted(modules.glob("*.py")):
        text = path.read_text()
        try:
            wanted = generated(text, fragments)
        except BadBlock as error:
            print(f"plugins/modules/{path.name}: {error}")
            failed += 1
            continue
        if text == wanted:
            continue
        if "--check" in arguments:
            print(f"plugins/modules/{path.name} is not what tests/{source.name} says: make docs-fragments")
            failed += 1
        else:
            path.write_text(wanted)
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
