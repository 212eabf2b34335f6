# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The named faults are rules, and each of them goes wrong."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from simulator.catalogue import ANY, FAULTS, MISLEADING, READS
from simulator.client import Control

QUICK = [
    name
    for name, fields in {**ANY, **READS}.items()
    if fields["kind"] not in ("huge", "silence") and not fields.get("seconds", 0) > 2
]


@pytest.mark.parametrize("name", QUICK)
def test_each_goes_wrong(api: Any, control: Control, name: str) -> None:
    control.seed(independents=["one"])
    control.advance(60)
    control.seed(independents=["two"])
    good = api("GET", "/livestreams").content
    control.faults({**FAULTS[name], "times": None})
    try:
        answer = api("GET", "/livestreams", page_no=2, per_page=1)
        plain = answer.status_code == 200 and "json" in answer.headers["Content-Type"]
        assert not plain or answer.content != good
    except requests.RequestException:
        pass
    assert control.fired()[0] >= 1


def test_names() -> None:
    assert set(READS) >= MISLEADING
    assert len(FAULTS) > 80
