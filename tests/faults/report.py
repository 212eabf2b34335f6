# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What was found, kept from run to run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from .figures import BUILD

KEPT: Final = BUILD / "faults.json"
PARTS: Final = ("schedules", "product", "races", "playbooks", "abuse", "fuzz", "mutants")

Found = Mapping[str, Any]


def kept() -> dict[str, Found]:
    """What the last run of each part came to."""
    found: dict[str, Found] = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    return found


def keep(part: str, found: Found) -> None:
    """Keep what a part came to."""
    KEPT.write_text(json.dumps({**kept(), part: found}, indent=2) + "\n")
