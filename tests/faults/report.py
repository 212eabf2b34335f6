# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What was found: kept from run to run, and written down when all of it was done at full length, and passed."""

from __future__ import annotations

import datetime
import hashlib
import inspect
import json
import os
import platform
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from documents import filled_in
from simulator.catalogue import FAULTS

from .contests import CONTESTS
from .figures import BUILD
from .test_product import GROUPS, WIRE

KEPT: Final = Path(__file__).with_name("results.json")
# What is searched: the collection's own code.
SEARCHED: Final = {"plugins": "*.py", "roles": "*.yml"}
DOCUMENT: Final = BUILD.parent / "docs/reliability.md"
PARTS: Final = ("schedules", "product", "races", "playbooks", "abuse", "fuzz", "mutants")

Found = Mapping[str, Any]


def kept(place: Path = KEPT) -> dict[str, Found]:
    """What each part at full length came to, on the code as it is."""
    found: dict[str, Found] = json.loads(place.read_text()) if place.exists() else {}
    return {part: result for part, result in found.items() if result["code"] == code()}


def keep(part: str, found: Found, place: Path = KEPT) -> None:
    """Keep what a part at full length came to. What was found about other code is dropped."""
    place.write_text(json.dumps({**kept(place), part: found}, indent=2) + "\n")


def code() -> str:
    """Which code is searched: a digest of the plugins and the roles."""
    digest = hashlib.sha256()
    for directory, files in SEARCHED.items():
        for path in sorted((BUILD.parent / directory).rglob(files)):
            digest.update(f"{path.relative_to(BUILD.parent)}\n".encode() + path.read_bytes())
    return digest.hexdigest()


def document(parts: Mapping[str, Found]) -> str | None:
    """All of it, as Markdown; None when something is missing, was cut short, or failed, or is about other code."""
    complete = all(part in parts and parts[part]["passed"] and parts[part]["full"] for part in PARTS)
    if not complete or len({found["code"] for found in parts.values()}) > 1:
        return None
    return filled_in(
        Path(__file__).with_name("reliability.md.j2"),
        parts=parts,
        date=datetime.datetime.now(datetime.UTC).date(),
        python=platform.python_version(),
        ansible=version("ansible-core"),
        cores=os.cpu_count(),
        minutes={part: f"{parts[part]['seconds'] / 60:.0f}" for part in PARTS},
        faults=_faults(parts["schedules"]["figures"]["faults"]),
        groups=[_group(group, parts["product"]["figures"]["combinations"][group]) for group in GROUPS],
        races=[_race(name, parts) for name in CONTESTS],
        mutants=[_mutant(verdict) for verdict in parts["mutants"]["verdicts"]],
    )


def _faults(struck: Mapping[str, int]) -> list[list[str]]:
    """Three columns of faults, in the order of the catalogue."""
    cells = [(name, f"{struck[name]:,}") for name in FAULTS if name in struck]
    cells += [("", "")] * (-len(cells) % 3)
    third = len(cells) // 3
    return [[text for cell in cells[first::third] for text in cell] for first in range(third)]


def _group(group: str, tried: int) -> tuple[str, ...]:
    return group, f"{tried:,}", ", ".join(f"`{name}` ({len(WIRE[name])})" for name in GROUPS[group])


def _race(name: str, parts: Mapping[str, Found]) -> tuple[str, ...]:
    abouts = [" ".join((inspect.getdoc(function) or "").split()).replace("|", "\\|") for function in CONTESTS[name]]
    of_jobs = parts["races"]["figures"]["races of 16 jobs"][name]
    of_playbooks = parts["playbooks"]["figures"]["races of 16 playbooks"][name]
    return _title(name), *abouts, str(of_jobs), str(of_playbooks)


def _mutant(verdict: Found) -> tuple[str, ...]:
    """A defect, the search, after how much it was found, and the end of the message without marks of Markdown."""
    number, message = verdict["found_after"], verdict["message"].partition(": ")[2]
    message = message if len(message) <= 120 else f"... {message[-100:]}"
    after = f"{number:,} {verdict['unit']}{'s' if number > 1 else ''}"
    return _title(verdict["mutant"]), verdict["search"], after, f"`{message.replace('|', '/').replace('`', '')}`"


def _title(text: str) -> str:
    return text[0].upper() + text[1:]
