# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How much was tried: each process of a test run writes its counts into a file, and a reader adds them up."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

BUILD: Final = Path(__file__).parents[2] / ".build"

Counts = dict[str, dict[str, int]]


class Figures:
    """Counts by subject and kind, as ``{"faults": {"429": 12}}``."""

    def __init__(self) -> None:
        self._counts: dict[str, Counter[str]] = {}

    def count(self, subject: str, kind: str, number: int = 1) -> None:
        """Add to a count."""
        self._counts.setdefault(subject, Counter())[kind] += number

    def write(self) -> None:
        """Save what this process counted, as belonging to ``FAULTS_PART``, where there is one."""
        part = os.environ.get("FAULTS_PART")
        if self._counts and part:
            place = BUILD / "faults" / part
            place.mkdir(parents=True, exist_ok=True)
            (place / f"{os.getpid()}.json").write_text(json.dumps(self._counts))


def added_up(part: str, build: Path = BUILD) -> Counts:
    """The sums over all processes, kinds in order. ``build``: that of another checkout."""
    total: dict[str, Counter[str]] = {}
    for written in sorted((build / "faults" / part).glob("*.json")):
        for subject, kinds in json.loads(written.read_text()).items():
            total.setdefault(subject, Counter()).update(kinds)
    return {subject: dict(sorted(kinds.items())) for subject, kinds in sorted(total.items())}


def forget(part: str) -> None:
    """Begin anew."""
    for written in (BUILD / "faults" / part).glob("*.json"):
        written.unlink()


FIGURES: Final = Figures()


@pytest.fixture(scope="session", autouse=True)
def figures() -> Iterator[None]:
    """What was counted is written in the end."""
    yield
    FIGURES.write()
