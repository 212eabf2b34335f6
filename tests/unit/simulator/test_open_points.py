# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``docs/open-points.md`` names each setting of which nobody says what the service does, and no other."""

from __future__ import annotations

import re
from pathlib import Path

from simulator.profile import Profile

DOCUMENT = Path(__file__).parents[3] / "docs/open-points.md"


def test_each_open_point_is_there() -> None:
    said = {name for name, field in Profile.model_fields.items() if re.search(r"\bopen\)", field.description or "")}
    said |= {name for name, field in Profile.model_fields.items() if re.search(r": open\b", field.description or "")}
    assert set(re.findall(r"(?m)^\| `(\w+)`", DOCUMENT.read_text(encoding="utf-8"))) == said
