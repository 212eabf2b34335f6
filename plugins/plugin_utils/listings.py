# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lists that modules return, as options of other modules."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from ansible_collections.eventops.cloudflare.plugins.module_utils.api.models import Livestream
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.rooms import GIVEN

# What the modules return of a livestream or a room of an event. Any other key is a mistake, and stays one.
RETURNED = frozenset(
    {
        *Livestream._fields,
        *GIVEN,
        "changed",
        "error",
        "failed",
        "meeting_status",
        "msg",
        "on_air",
        "playable",
        "sessions",
        "state",
    }
)


def as_option(value: Any, options: Collection[str]) -> Any:
    """A list of livestreams as modules return it, with what an option takes; anything else as it is.

    ``options``: the keys of an entry that the option has.
    """
    if not isinstance(value, list):
        return value
    return [_entry(item, options) if isinstance(item, Mapping) else item for item in value]


def _entry(item: Mapping[Any, Any], options: Collection[str]) -> dict[Any, Any]:
    entry = {key: text for key, text in item.items() if key in options or key not in RETURNED}
    if len(entry) < len(item) and entry.get("id"):
        # Of what a module returned, the livestream's own ID says more than the meeting's.
        entry.pop("meeting_id", None)
    # Somebody else's livestream may have no name.
    if "name" in entry and entry["name"] is None and "id" not in options and item.get("id"):
        entry["name"] = item["id"]
    return entry
