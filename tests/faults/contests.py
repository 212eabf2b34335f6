# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Jobs that get into each other's way, and what has to come of it. Each verdict is a stated outcome."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from simulator.journal import Entry
from simulator.state import ACTIVE

MEETINGS: Final = tuple(f"stage-{letter}" for letter in "abcde")
ONE, MANY = "realtime_livestream", "realtime_livestreams"

Job = tuple[str, dict[str, Any]]


@dataclass(frozen=True)
class Played:
    """What came of a contest: what each job returned, the requests, and all livestreams, oldest first."""

    results: Sequence[Mapping[str, Any]]
    entries: Sequence[Entry]
    livestreams: Sequence[Mapping[str, Any]]

    @property
    def on_air(self) -> Counter[str]:
        """How many active livestreams each meeting has, those about to end left out."""
        found = self.livestreams
        return Counter(i["meeting_id"] for i in found if i["status"] in ACTIVE and i["stopping_until"] is None)

    def accepted(self, meeting: str = "") -> list[str]:
        """The writes that were accepted, in order; those about one meeting."""
        return [entry.operation for entry in self.entries if entry.accepted and meeting in entry.path]

    @property
    def failures(self) -> list[str]:
        """The messages of the jobs that failed."""
        return [result["msg"] for result in self.results if result.get("failed")]

    def changed(self) -> int:
        """How many jobs say that they changed something."""
        return sum(result["changed"] for result in self.results)


Verdict = Callable[[Played], None]


def start_one(jobs: int) -> list[Job]:
    """All start the same meeting."""
    return [(ONE, {"meeting_id": MEETINGS[0], "state": "started"})] * jobs


def one_livestream(played: Played) -> None:
    """One livestream, started by one request; all jobs succeed, name the same livestream, and one has changed it."""
    assert not played.failures
    assert played.accepted() == ["start_livestream"]
    assert played.on_air == {MEETINGS[0]: 1}
    assert played.changed() == 1
    assert len({result["livestream"]["id"] for result in played.results}) == 1


def start_and_stop(jobs: int) -> list[Job]:
    """Every other job starts the meeting, the others stop it."""
    states = ("started", "stopped")
    return [(ONE, {"meeting_id": MEETINGS[0], "state": states[n % 2], "wait": False}) for n in range(jobs)]


def in_turns(played: Played) -> None:
    """Accepted starts and stops take turns; the last one decides; a job that was overruled twice says so."""
    accepted = played.accepted()
    assert accepted == [("start_livestream", "stop_livestream")[n % 2] for n in range(len(accepted))]
    assert played.on_air == ({MEETINGS[0]: 1} if len(accepted) % 2 else {})
    assert all("tried twice" in message for message in played.failures), played.failures
    assert played.changed() >= len(accepted)


def one_name(jobs: int) -> list[Job]:
    """All want the same independent livestream, which is not there."""
    return [(ONE, {"name": "feed", "state": "present"})] * jobs


def the_oldest(played: Played) -> None:
    """Jobs that saw none may each create one; all take the oldest, and no job creates two."""
    assert not played.failures
    made = [item["id"] for item in played.livestreams]
    assert {result["livestream"]["id"] for result in played.results} == {made[0]}
    assert len(made) == len(played.accepted()) == played.changed() <= len(played.results)


def overlapping(jobs: int) -> list[Job]:
    """Lists of three of five meetings each, every one shifted by one."""
    lists = [[MEETINGS[(n + offset) % len(MEETINGS)] for offset in range(3)] for n in range(jobs)]
    return [(MANY, {"state": "started", "livestreams": [{"meeting_id": m} for m in some]}) for some in lists]


def each_once(played: Played) -> None:
    """One livestream for each meeting that is listed, each started by one request and claimed by one job."""
    assert not played.failures
    claimed = Counter(
        item["meeting_id"] for result in played.results for item in result["livestreams"] if item["changed"]
    )
    assert played.on_air == claimed == Counter(played.on_air.keys())
    assert played.accepted() == ["start_livestream"] * len(claimed)
    ids: dict[str, set[str]] = {}
    for item in (item for result in played.results for item in result["livestreams"]):
        ids.setdefault(item["meeting_id"], set()).add(item["id"])
    assert all(len(found) == 1 for found in ids.values())


def exclusive_and_start(jobs: int) -> list[Job]:
    """Every other job wants the first meeting and no other on the air, the others start the second one."""
    only: Job = (MANY, {"state": "started", "livestreams": [{"meeting_id": MEETINGS[0]}], "exclusive": True})
    other: Job = (ONE, {"meeting_id": MEETINGS[1], "state": "started", "wait": False})
    return [only if n % 2 == 0 else other for n in range(jobs)]


def first_stays(played: Played) -> None:
    """The first is started once and never stopped; the second is on or off as the last accepted request has it."""
    assert played.accepted(MEETINGS[0]) == ["start_livestream"]
    second = played.accepted(MEETINGS[1])
    assert second == [("start_livestream", "stop_livestream")[n % 2] for n in range(len(second))]
    assert played.on_air == {MEETINGS[0]: 1, **({MEETINGS[1]: 1} if len(second) % 2 else {})}
    assert all("tried twice" in message or "not stopped" in message for message in played.failures), played.failures


CONTESTS: Final[dict[str, tuple[Callable[[int], list[Job]], Verdict]]] = {
    "sixteen start one meeting": (start_one, one_livestream),
    "starts against stops": (start_and_stop, in_turns),
    "present of one name": (one_name, the_oldest),
    "overlapping lists": (overlapping, each_once),
    "exclusive against starts": (exclusive_and_start, first_stays),
}
