# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whatever a text holds, a page with it is valid and shows it."""

from __future__ import annotations

import html5lib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.eventops.cloudflare.plugins.plugin_utils.markup import escape, escape_all

# Half of all examples are made of what matters in HTML.
TEXTS = st.text(st.characters()) | st.text(st.sampled_from("<>&\"'/!-;#=x\x00\x0b\x7f\x9f\ufffe\U0010ffff\ud800\r\n "))


@given(TEXTS)
def test_a_page_with_any_text_is_valid_and_shows_it(text: str) -> None:
    paragraph = f'<p title="{escape(text)}">{escape(text)}</p>'
    source = f"<!DOCTYPE html><html><head><title>t</title></head><body>{paragraph}</body></html>"
    source.encode()
    found = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(source).find("body/p")
    assert list(found) == []
    shown = found.text or ""
    assert found.get("title") == shown
    # As the standard has it, a browser makes line feeds of all ends of lines.
    assert len(shown) == len(text.replace("\r\n", "\n"))
    assert all(new in (old, "\ufffd", "\n") for old, new in zip(text.replace("\r\n", "\n"), shown, strict=True))


def test_ordinary_text_stays() -> None:
    text = "Gängeviertel \u2013 日本語 \U0001f3a5\tday 1\n"
    assert escape(text) == text


@pytest.mark.parametrize("value", [None, 1, 2.5, True])
def test_what_is_no_text_stays(value: object) -> None:
    assert escape_all({"a": [value]}) == {"a": [value]}


def test_every_text_of_a_structure_is_escaped() -> None:
    assert escape_all({"<": ["<", ("&", {"x": '"'})]}) == {"<": ["&lt;", ["&amp;", {"x": "&quot;"}]]}
