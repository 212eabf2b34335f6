# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: qr_svg
short_description: A QR code as SVG
version_added: 1.0.0
author:
  - eventops contributors (@eventops)
description:
  - Makes the QR code of a text, as an SVG element that can be put into an HTML page as it is.
  - It is dark on a light ground with the quiet zone that scanners need, and so readable on pages of any colour.
  - Needs the Python package segno on the controller, and returns an empty string without it.
positional: title
options:
  _input:
    description:
      - The text, usually a URL.
      - For a blank one, or one that is too long for a QR code, the result is an empty string.
    type: str
    required: true
  title:
    description: What the SVG element says to those who do not see it. If it is not given, the text.
    type: str
requirements:
  - segno >= 1.6 (Python package, optional)
"""

EXAMPLES = r"""
- name: A page with a QR code
  ansible.builtin.copy:
    content: "<!DOCTYPE html><title>Watch</title>{{ stage.livestream.playback_url | eventops.cloudflare.qr_svg }}"
    dest: watch.html
    mode: "0644"
"""

RETURN = r"""
_value:
  description: The SVG element, or an empty string.
  type: str
"""

from collections.abc import Callable
from typing import Any

from ansible_collections.eventops.cloudflare.plugins.plugin_utils.markup import escape

try:
    import segno
except ImportError:
    segno = None  # type: ignore[assignment]

# Every mask gives a valid code. Trying all eight to find the evenest takes five times as long, seconds for 500 streams.
MASK = 2


def qr_svg(text: Any, title: Any = None) -> str:
    """``text`` as the SVG of a QR code; empty if there is none to make, or nothing to make it with."""
    content = "" if text is None else str(text).strip()
    if segno is None or not content:
        return ""
    try:
        code = segno.make(content, micro=False, error="m", boost_error=False, mask=MASK)
    except ValueError:  # more than a QR code holds, or no text at all (half of a surrogate pair)
        return ""
    svg: str = code.svg_inline(border=4, dark="#000", light="#fff", omitsize=True, svgclass=None, lineclass=None)
    label = escape(str(title or content))
    return svg.replace("<svg ", f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{label}" ', 1)


class FilterModule:
    """The filter."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Its name, and what it is."""
        return {"qr_svg": qr_svg}
