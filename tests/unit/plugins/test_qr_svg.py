# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""QR codes are valid SVG, and hold the text."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree

import pytest
import segno
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.eventops.cloudflare.plugins.filter import qr_svg as plugin
from ansible_collections.eventops.cloudflare.plugins.filter.qr_svg import qr_svg

URL = "https://customer-abc.cloudflarestream.com/2b8f2e5a6d3c4f0e9a517c1d8e9f0a2b/manifest/video.m3u8"
QUIET = 4


def matrix(svg: str) -> list[list[int]]:
    """The modules that are drawn dark, without the quiet zone."""
    element = ElementTree.fromstring(svg)
    size = int(element.attrib["viewBox"].split()[2])
    found = [[0] * size for _row in range(size)]
    (dark,) = [path.attrib["d"] for path in element if path.get("stroke") == "#000"]
    x, y = 0.0, 0.0
    for command, first, _comma, second in re.findall(r"([Mmh])(-?[\d.]+)([ ,](-?[\d.]+))?", dark):
        if command == "h":
            found[int(y)][int(x) : int(x) + int(first)] = [1] * int(first)
            x += float(first)
        else:
            x, y = (float(first), float(second)) if command == "M" else (x + float(first), y + float(second))
    assert not any(map(any, [*found[:QUIET], *found[-QUIET:]]))
    return [row[QUIET:-QUIET] for row in found[QUIET:-QUIET]]


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=200))
def test_the_code_is_that_of_the_text(text: str) -> None:
    svg = qr_svg(text)
    assert (svg == "") == (text.strip() == "")
    if svg:
        code = segno.make(text.strip(), micro=False, error="m", boost_error=False, mask=plugin.MASK)
        assert matrix(svg) == [list(row) for row in code.matrix]


def test_it_is_dark_on_light_and_says_what_it_is() -> None:
    svg = qr_svg(f"  {URL}\n", "<Watch>")
    element = ElementTree.fromstring(svg)
    assert element.tag == "{http://www.w3.org/2000/svg}svg"
    assert (element.get("role"), element.get("aria-label")) == ("img", "<Watch>")
    assert "width" not in element.attrib
    assert {path.get("fill") for path in element} >= {"#fff"}
    assert ElementTree.fromstring(qr_svg(URL)).get("aria-label") == URL
    assert qr_svg(f"  {URL}\n", "<Watch>") == svg
    assert ElementTree.fromstring(qr_svg(URL, 2027)).get("aria-label") == "2027"


@pytest.mark.parametrize("text", [None, "", "  ", "x" * 5000, "\ud800"])
def test_nothing_to_show(text: Any) -> None:
    assert qr_svg(text) == ""


def test_without_segno_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plugin, "segno", None)
    assert qr_svg(URL) == ""
