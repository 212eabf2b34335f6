# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter from_schedule in playbooks."""

from __future__ import annotations

import base64
import json
import sys
from typing import Any

import pytest
import yaml

from ansible_collections.eventops.cloudflare.plugins.filter import from_schedule
from schedules import ROOT, SAMPLE, sample, xml

TEMPLATE = "{{ 7 * 7 }} {% raw %} {{ lookup('env', 'HOME') }}"
READ = "lookup('ansible.builtin.file', file) | eventops.cloudflare.from_schedule"


def show(name: str, value: Any) -> dict[str, Any]:
    """A task that shows a value."""
    return {"name": name, "ansible.builtin.debug": {"msg": value}}


@pytest.mark.cores
@pytest.mark.parametrize("form", ["json", "xml"])
def test_nothing_in_a_schedule_is_a_template(playbook: Any, form: str) -> None:
    """Whatever is done with it: in facts, in variables that refer to variables, and in the options of tasks."""
    document = sample()
    conference = document["schedule"]["conference"]
    conference["title"] = TEMPLATE
    conference["days"][0]["rooms"]["Curie"][0]["title"] = TEMPLATE
    # Not even from a text that nobody marked: old releases mark what lookups and tasks return
    read = "encoded | b64decode | eventops.cloudflare.from_schedule"
    tasks = [
        {"name": "Keep", "ansible.builtin.set_fact": {"kept": f"{{{{ {read}(days=[1], rooms=['Curie']) }}}}"}},
        show("Shown", "{{ kept }}"),
        show("Title", "{{ kept.rooms[0].talks[0].title }}"),
        show("Variable", "{{ twice }}"),
        show("Around", "{{ lazy.conference.title }}"),
        {"name": "Keep it again", "ansible.builtin.set_fact": {"again": "{{ kept.conference.title }}"}},
        show("Again", "{{ again }}"),
    ]
    variables = {
        "encoded": base64.b64encode((xml(document) if form == "xml" else json.dumps(document)).encode()).decode(),
        "lazy": f"{{{{ {read} }}}}",
        "once": "{{ kept.rooms[0].talks[0].title }}",
        "twice": "{{ once }}",
    }
    for _run in range(2):
        ran = playbook([{"tasks": tasks}], extra=variables)
        assert ran.returncode == 0, ran.output
        assert ran.registered("Shown")["msg"]["conference"]["title"] == TEMPLATE
        for task in ("Title", "Variable", "Around", "Again"):
            assert ran.registered(task)["msg"] == TEMPLATE
        assert "[DEPRECATION WARNING]" not in ran.output


NAMES = ["mast2027-Curie", "mast2027-Gray-Room", "mast2027-Monheim-Rhein-6e7c72", "mast2027-Gaengeviertel-16c836"]


def test_the_example_of_the_guide(playbook: Any) -> None:
    """It is copied from there, and run in a folder with a schedule."""
    guide = (ROOT / "docs/docsite/rst/guide_schedules.rst").read_text()
    section = guide.partition("With the filter\n---")[2].partition(".. code-block:: yaml\n")[2]
    (play,) = yaml.safe_load(section[: section.index("\n\nFor a schedule")])
    play["vars"]["ansible_python_interpreter"] = sys.executable
    (playbook.home / "schedule.json").write_bytes(SAMPLE.read_bytes())
    for changed in (2, 0):
        ran = playbook([play])
        assert ran.returncode == 0, ran.output
        assert ran.changed == changed
        rooms = ran.registered("Have a meeting for every room")["results"]
        assert [item["meeting"]["title"] for item in rooms] == NAMES
        streams = ran.registered("Livestream them")["results"]
        assert [item["livestream"]["name"] for item in streams] == NAMES


def test_the_examples_of_the_filter(playbook: Any) -> None:
    """As they are in its documentation."""
    (playbook.home / "schedule.json").write_bytes(SAMPLE.read_bytes())
    (playbook.home / "schedule.xml").write_text(xml(sample()))
    tasks = yaml.safe_load(from_schedule.EXAMPLES)
    for changed in (1, 0):
        ran = playbook(tasks)
        assert ran.returncode == 0, ran.output
        assert ran.changed == changed
    rooms = ran.registered(tasks[1]["name"])["ansible_facts"]["schedule"]["rooms"]
    assert {room["title"]: len(room["talks"]) for room in rooms} == {"Curie": 6, "Gray Room": 4}
    made = ran.registered(tasks[2]["name"])["results"]
    assert [item["meeting"]["title"] for item in made] == NAMES[:2]


@pytest.mark.cores
def test_a_text_in_a_variable(playbook: Any) -> None:
    """Old releases take it for an object."""
    tasks = [show("Rooms", "{{ (content | eventops.cloudflare.from_schedule).rooms | map(attribute='name') }}")]
    ran = playbook([{"tasks": tasks}], extra={"content": f"{{{{ lookup('ansible.builtin.file', '{SAMPLE}') }}}}"})
    assert ran.registered("Rooms")["msg"] == NAMES


def test_what_is_wrong_is_said(playbook: Any) -> None:
    document = sample()
    document["schedule"]["conference"]["days"][2]["rooms"]["Curie"][1]["start"] = "25:99"
    broken = playbook.home / "broken.json"
    broken.write_text(json.dumps(document))
    for call, message in [
        (
            f"{READ}",
            'The schedule cannot be used: schedule.conference.days[2].rooms["Curie"][1].start: "25:99" is not a time',
        ),
        (f"'{{}}' | {READ.rpartition(' | ')[2]}", 'it has no object "schedule", only no key at all'),
        (
            f"lookup('file', sample) | {READ.rpartition(' | ')[2]}(days='4')",
            'days: the schedule has no day "4"; it has 1',
        ),
    ]:
        ran = playbook([show("Read", f"{{{{ {call} }}}}")], extra={"file": str(broken), "sample": str(SAMPLE)})
        assert ran.returncode == 2
        assert message in ran.registered("Read")["msg"]
