# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tasks to run, and how they are run: in check mode, for real, and again."""

from __future__ import annotations

from typing import Any

import pytest

# What make test leaves to make test-all: that both ways do the same is shown once, in test_modes.py.
AS_A_MODULE = pytest.param(False, id="as a module", marks=pytest.mark.thorough)
both_ways = pytest.mark.parametrize("way", [pytest.param(True, id="in process"), AS_A_MODULE])

WAIT = "Wait until the encoders are on the air, and see whether their streams play"
ONLY_REAL = f"eventops.cloudflare.event_livestream : {WAIT}"


def task(heading: str, module: str = "realtime_livestream", /, **options: Any) -> dict[str, Any]:
    """A task that registers nothing, for the result is recorded."""
    return {"name": heading, f"eventops.cloudflare.{module}": options}


def thrice(playbook: Any, play: Any, *arguments: str, changed: int, **options: Any) -> Any:
    """In check mode, for real, and again. Returns the real run."""
    check = playbook(play, "--check", "--diff", *arguments, **options)
    assert check.returncode == 0, check.output
    assert {entry.method for entry in check.journal} <= {"GET"}
    assert check.changed == changed
    real = playbook(play, "--diff", *arguments, **options)
    assert real.returncode == 0, real.output
    assert real.changed == changed
    again = playbook(play, *arguments, **options)
    assert again.returncode == 0, again.output
    assert again.changed == 0
    assert again.accepted == []
    hidden = {"invocation", "diff", "api", "warnings"}
    expected = [item for item in real.results if item["task"] != ONLY_REAL]
    assert [item["task"] for item in check.results] == [item["task"] for item in expected]
    for before, after in zip(check.results, expected, strict=True):
        if "api" in after["result"]:  # one of ours: what core's own modules return is theirs to say
            assert set(before["result"]) - hidden == set(after["result"]) - hidden
    return real
