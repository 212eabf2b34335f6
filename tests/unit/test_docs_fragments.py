# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""docs_fragments.py writes the shared texts into modules, and notices a module that differs."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml

import docs_fragments

FRAGMENTS = {"size": "width:\n  type: int\n\nheight:\n  type: int\n", "failure": "msg:\n  sample: $msg\n"}
MODULE = """\
RETURN = r'''
size:
  contains:
    # BEGIN generated: size
    # END generated
    # BEGIN generated: failure
    #   msg: "create it: HTTP 403"
    msg:
      sample: old
    # END generated
# BEGIN generated: failure
#   msg: plain
# END generated
'''
"""
WRITTEN = """\
RETURN = r'''
size:
  contains:
    # BEGIN generated: size
    width:
      type: int

    height:
      type: int
    # END generated
    # BEGIN generated: failure
    #   msg: "create it: HTTP 403"
    msg:
      sample: "create it: HTTP 403"
    # END generated
# BEGIN generated: failure
#   msg: plain
msg:
  sample: plain
# END generated
'''
"""


@pytest.fixture
def modules(tmp_path: Path) -> Path:
    """A copy of the collection's modules."""
    return Path(
        shutil.copytree(docs_fragments.MODULES, tmp_path / "modules", ignore=shutil.ignore_patterns("__pycache__"))
    )


def test_texts_are_indented_and_get_their_values() -> None:
    assert docs_fragments.generated(MODULE, FRAGMENTS) == WRITTEN


def test_a_second_run_changes_nothing() -> None:
    assert docs_fragments.generated(WRITTEN, FRAGMENTS) == WRITTEN


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("generated: size", "generated: sizes", "block sizes: there is no 'sizes'"),
        ("    #   msg:", "    #   message:", "block failure: there is no 'msg'"),
        ("    # END generated\n", "", "the first or the last line of a block is missing, or indented otherwise"),
        ("    # END generated\n", "  # END generated\n", "the first or the last line"),
        ("    # BEGIN generated: size\n", "", "the first or the last line"),
    ],
)
def test_a_broken_block_is_refused(old: str, new: str, message: str) -> None:
    assert old in MODULE
    with pytest.raises(docs_fragments.BadBlock, match=message):
        docs_fragments.generated(MODULE.replace(old, new, 1), FRAGMENTS)


def test_an_edited_module_is_noticed_and_written_again(modules: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert docs_fragments.main(["--check"], modules) == 0
    edited = modules / "realtime_meeting.py"
    before = edited.read_text()
    edited.write_text(before.replace("What the task cost.", "Its cost."))
    assert docs_fragments.main(["--check"], modules) == 1
    assert capsys.readouterr().out == (
        "plugins/modules/realtime_meeting.py is not what tests/docs_fragments.yml says: make docs-fragments\n"
    )
    assert docs_fragments.main([], modules) == 0
    assert edited.read_text() == before


def test_a_module_that_cannot_be_written_is_named_and_left_alone(
    modules: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = modules / "realtime_meeting.py"
    text = broken.read_text().replace("# END generated", "", 1).replace("What the task cost.", "Its cost.")
    broken.write_text(text)
    assert docs_fragments.main([], modules) == 1
    assert capsys.readouterr().out.startswith("plugins/modules/realtime_meeting.py: the first or the last line")
    assert broken.read_text() == text


def test_every_text_is_shared() -> None:
    modules = [path.read_text() for path in docs_fragments.MODULES.glob("*.py")]
    for name in yaml.safe_load(docs_fragments.SOURCE.read_text()):
        assert sum(f"# BEGIN generated: {name}\n" in text for text in modules) > 1, name
