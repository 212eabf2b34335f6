# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options as no module of the collection has them, yet: aliases, one of them deprecated, and a deprecated option."""

from __future__ import annotations

from typing import Any

from ansible_collections.eventops.cloudflare.plugins.module_utils.arguments import CLIENT
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.common import Outcome

COLLECTION = "eventops.probe"
SPEC: dict[str, Any] = {
    "title": {
        "type": "str",
        "aliases": ["label", "caption"],
        "deprecated_aliases": [{"name": "caption", "version": "9.0.0", "collection_name": COLLECTION}],
    },
    "old": {"type": "str", "removed_in_version": "9.0.0", "removed_from_collection": COLLECTION},
    "hidden": {"type": "str", "no_log": True},
    **CLIENT,
}


def echo(_api: Any, params: Any, _context: Any) -> Outcome:
    """Return what came in."""
    return Outcome(False, {"title": params["title"], "echo": f"said {params['hidden']}"})
