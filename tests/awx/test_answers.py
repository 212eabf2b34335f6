# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Answers to the surveys that are blank, null, text for numbers, or make no sense, as jobs get them."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from awx.jobs import Platform, active, done
from awx.pattern import KINDS, survey
from simulator.client import Control

MEETINGS = {
    "event_livestream_streams": yaml.safe_dump(
        [{"name": f"camp2019-{name}", "meeting_title": f"Camp 2019, {name}"} for name in ("curie", "meitner")]
    )
}


def asked(*kinds: str) -> dict[str, dict[str, Any]]:
    """The questions of these surveys, by variable."""
    return {question["variable"]: question for kind in kinds for question in survey(kind)["spec"]}


@pytest.mark.parametrize("nothing", ["", None])
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_left_blank_is_not_given(platform: Platform, sim: Control, kind: str, nothing: str | None) -> None:
    answers = dict.fromkeys(asked(kind), nothing)
    if kind != "report":
        answers |= MEETINGS
    if kind in ("status", "stop", "cleanup"):
        # What does not exist is missing, and cannot be seen to have ended.
        done(platform.run("provision", MEETINGS))
    done(platform.run(kind, answers))
    assert len(sim.livestreams()) == (2 if kind == "start" else 0)


def test_numbers_and_choices_may_be_text(platform: Platform, sim: Control) -> None:
    answers = {
        "event_livestream_wait": "false",
        "event_livestream_exclusive": "yes",
        "event_livestream_wait_timeout": "30",
        "event_livestream_concurrency": "2",
        "event_livestream_verify_timeout": "5",
    }
    sim.configure(live_delay=1000)
    done(platform.run("start", {**MEETINGS, **answers, "event_livestream_verify": "no"}))
    assert len(active(sim)) == 2


# Of each type of question, what no option of the role makes sense of
WRONG: dict[str, list[Any]] = {
    "text": [{"a": 1}],
    "textarea": ["a: [", {"a": 1}],
    "integer": ["many", "-1"],
    "multiplechoice": ["maybe"],
}
# What a message calls it, where that is not the variable
CALLED = {"event_livestream_report_start": "start_time", "event_livestream_report_end": "end_time"}


@pytest.mark.parametrize(
    ("kind", "variable", "value"),
    [
        pytest.param(kind, name, value, id=f"{name}={value}")
        for kind in ("start", "report")
        for name, question in asked(kind).items()
        for value in WRONG[question["type"]]
    ]
    + [("status", "event_livestream_state", "maybe")],
)
def test_what_makes_no_sense_is_refused(platform: Platform, sim: Control, kind: str, variable: str, value: Any) -> None:
    job = platform.run(kind, {**(MEETINGS if kind != "report" else {}), variable: value})
    assert job.status == "failed"
    assert any(CALLED.get(variable, variable) in text for text in job.failures), job.failures
    assert [entry for entry in sim.journal() if entry.accepted] == []
