# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A page in a file: written when it is not as wanted, and shown in diff mode."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from ansible_collections.eventops.cloudflare.plugins.module_utils import files
from ansible_collections.eventops.cloudflare.plugins.module_utils.errors import InvalidRequest
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.common import Context, Outcome

LARGEST_PAGE = 50_000_000  # bytes of one that is there and may be the same
# strftime would speak the language of whoever runs Ansible.
MONTHS = tuple(
    "January February March April May June July August September October November December".split()  # noqa: SIM905
)
# Where a page says when it was written. Text that is escaped for HTML cannot hold it.
WRITTEN = "&written;"
LARGEST_DIFF = 104_448  # bytes; Ansible's own default for files


def write_page(params: Mapping[str, Any], context: Context) -> Outcome:
    """Have the page. ``params`` are ``path``, and ``_content``, the text that the action plugin has rendered."""
    path, text = params["path"], params["_content"]
    if text is None:
        raise InvalidRequest("the page is rendered by the action plugin of this module, which did not run")
    content = _as_of(text, path, context).encode()
    page = files.place_page(path, content, most_before=LARGEST_DIFF + 1, check_mode=context.check_mode)
    diff = None if page.flaw is None else {**_diff(page, content), "before_header": path, "after_header": path}
    return Outcome(page.flaw is not None, {"path": path}, diff)


def _as_of(text: str, path: str, context: Context) -> str:
    """The page with the moment of writing: that of the page which is there, as long as all else is the same."""
    if WRITTEN not in text:
        return text
    there = files.place_page(path, text.encode(), most_before=LARGEST_PAGE, check_mode=True).before
    found = re.search(rb'<time id="written">([0-9A-Za-z ,:]+)</time>', there or b"")
    if found:
        same = text.replace(WRITTEN, found.group(1).decode())
        if same.encode() == there:
            return same
    now = datetime.fromtimestamp(context.clock.date(), timezone.utc)
    return text.replace(WRITTEN, f"{now.day} {MONTHS[now.month - 1]} {now:%Y, %H:%M} UTC")


def _diff(page: files.Page, content: bytes) -> dict[str, Any]:
    """What diff mode shows: the texts, or in words what else was there. Nothing of what a link leads to."""
    if page.before == content:
        return {"before": f"{page.flaw}\n", "after": f"mode {files.PAGE_MODE:04o}\n"}
    before = b"" if page.before is None else page.before
    if len(before) > LARGEST_DIFF or len(content) > LARGEST_DIFF:
        larger = {"dst_larger": before, "src_larger": content}
        return {name: LARGEST_DIFF for name, value in larger.items() if len(value) > LARGEST_DIFF}
    words = "" if page.before is not None or page.flaw == "absent" else f"{page.flaw}\n"
    return {"before": words or before.decode(errors="replace"), "after": content.decode()}
