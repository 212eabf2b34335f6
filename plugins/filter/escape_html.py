# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: escape_html
short_description: Escape all texts of a structure for HTML
version_added: 1.0.0
author:
  - eventops contributors (@eventops)
description:
  - Escapes every text in a structure of lists and dictionaries, so that it may stand in an element or in a quoted
    attribute.
  - Characters that an HTML page may not hold, such as control characters, become U+FFFD.
  - It takes a fraction of the time that C(ansible.builtin.e) on every text takes in a large page.
options:
  _input:
    description: A text, or anything that holds texts. Keys of dictionaries are left as they are.
    type: raw
    required: true
"""

EXAMPLES = r"""
- name: A list in HTML
  ansible.builtin.copy:
    content: "<ul><li>{{ titles | eventops.cloudflare.escape_html | join('</li><li>') }}</li></ul>"
    dest: list.html
    mode: "0644"
  vars:
    titles: ["R & D", "1 < 2"]
"""

RETURN = r"""
_value:
  description: A copy of the structure, with its texts escaped.
  type: raw
"""

from collections.abc import Callable
from typing import Any

from ansible_collections.eventops.cloudflare.plugins.plugin_utils.markup import escape_all


class FilterModule:
    """The filter."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Its name, and what it is."""
        return {"escape_html": escape_all}
