# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every parameter of every filter, with whatever it should not be: refused with its name, or something to show."""

from __future__ import annotations

import copy
import inspect
import json
from collections.abc import Callable, Mapping
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml
from ansible.errors import AnsibleFilterError
from hypothesis import given, strategies

from abuse.published import LONGEST_MESSAGE, SEEDS, check_message
from abuse.values import VALUES, anything, texts
from ansible_collections.eventops.cloudflare.plugins.filter import (
    day_chart,
    escape_html,
    from_schedule,
    qr_svg,
    sessions_by_day,
)
from faults.figures import FIGURES
from integration.conftest import ROOT

# The parameters of each filter, beginning with the input, with values that give a result.
FILTERS: Mapping[str, tuple[Callable[..., Any], Mapping[str, Any]]] = {
    name: (plugin.FilterModule().filters()[name], values)
    for name, plugin, values in (
        ("from_schedule", from_schedule, {"_input": SEEDS[0].decode(), "days": [1], "rooms": ["Curie"], "prefix": "p"}),
        ("qr_svg", qr_svg, {"_input": "https://example.org", "title": "Watch"}),
        (
            "day_chart",
            day_chart,
            {
                "_input": [{"date": "2027-08-20", "count": 3}, {"date": "2027-08-21", "count": "4"}],
                "value": "count",
                "day": "date",
                "title": "t",
                "unit": "hours",
                "scale": 2,
                "whole": True,
                "first": "2027-08-19",
                "last": "2027-08-22",
            },
        ),
        ("escape_html", escape_html, {"_input": ["x"]}),
        (
            "sessions_by_day",
            sessions_by_day,
            {
                "_input": [
                    {"name": "curie", "listed": True, "sessions": None, "failed": True},
                    {"name": "gray", "title": "Gray", "listed": True, "sessions": [{"started_time": "2027-08-20"}]},
                ],
                "zone": "Europe/Berlin",
                "first": "2027-08-19",
                "last": "2027-08-22",
                "only": ["2027-08-20"],
                "talks": [{"day": "2027-08-20", "start": "2027-08-20T20:00+02:00", "end": "2027-08-21T01:00+02:00"}],
            },
        ),
    )
}
PARAMETERS = [(name, parameter) for name, (_call, values) in FILTERS.items() for parameter in values]
# What is in the objects that filters take, with its place.
FIELDS = [
    *(("day_chart", "_input", field) for field in ("date", "count")),
    *(("sessions_by_day", "_input", field) for field in ("name", "title", "listed", "sessions", "failed")),
    *(("sessions_by_day", "talks", field) for field in ("day", "start", "end")),
]


def apply(name: str, **changed: Any) -> Any:
    """What a filter makes of its parameters, or its refusal."""
    FIGURES.count("inputs", name)
    call, values = FILTERS[name]
    first, *others = {**values, **changed}.values()
    try:
        return call(copy.deepcopy(first), **dict(zip(list(values)[1:], others, strict=True)))
    except AnsibleFilterError as error:
        return error


def check(name: str, parameter: str, found: Any) -> None:
    """A refusal that says what it is about, or a text that a page can hold."""
    if isinstance(found, AnsibleFilterError):
        assert len(str(found)) < LONGEST_MESSAGE
        check_message(str(found))
        assert str(found).startswith("The schedule cannot be used: " if name == "from_schedule" else name)
        assert parameter == "_input" or parameter in str(found)
    elif name in ("qr_svg", "day_chart"):
        assert str(found) == "" or ElementTree.fromstring(str(found)).tag.endswith("svg")
        str(found).encode("utf-8")


def test_every_parameter_is_tried() -> None:
    for name, (call, values) in FILTERS.items():
        assert len(inspect.signature(call).parameters) == len(values)
        text = (ROOT / f"plugins/filter/{name}.py").read_text().split('DOCUMENTATION = r"""')[1].split('"""')[0]
        assert set(yaml.safe_load(text)["options"]) == set(values)
        assert not isinstance(apply(name), AnsibleFilterError)
    assert {path.stem for path in (ROOT / "plugins/filter").glob("*.py")} == set(FILTERS)


@pytest.mark.parametrize(("name", "parameter"), PARAMETERS)
def test_every_parameter(name: str, parameter: str) -> None:
    for value in VALUES.values():
        check(name, parameter, apply(name, **{parameter: value}))


@pytest.mark.parametrize(("name", "parameter", "field"), FIELDS)
def test_every_field(name: str, parameter: str, field: str) -> None:
    for value in VALUES.values():
        entries = copy.deepcopy(FILTERS[name][1][parameter])
        entries[0][field] = value
        check(name, parameter, apply(name, **{parameter: entries}))
        check(name, parameter, apply(name, **{parameter: [*entries, value]}))


@given(pair=strategies.sampled_from(PARAMETERS), value=anything)
def test_any_parameter(pair: tuple[str, str], value: Any) -> None:
    name, parameter = pair
    check(name, parameter, apply(name, **{parameter: value}))


@given(place=strategies.sampled_from(FIELDS), value=anything)
def test_any_field(place: tuple[str, str, str], value: Any) -> None:
    name, parameter, field = place
    entries = copy.deepcopy(FILTERS[name][1][parameter])
    entries[-1][field] = value
    check(name, parameter, apply(name, **{parameter: entries}))


@given(name=strategies.sampled_from(sorted(FILTERS)), values=strategies.lists(anything, min_size=9, max_size=9))
def test_any_set_of_parameters(name: str, values: list[Any]) -> None:
    found = apply(name, **dict(zip(FILTERS[name][1], values, strict=False)))
    if isinstance(found, AnsibleFilterError):
        check_message(str(found))


@given(text=texts)
def test_texts_for_pages_are_safe(text: str) -> None:
    found = str(apply("escape_html", _input=text))
    assert not set(found) & set("<>\"'")
    found.encode("utf-8")


@given(value=anything)
def test_structures_for_pages_are_safe(value: Any) -> None:
    """Keys are not escaped."""
    found = apply("escape_html", _input=[value])
    shown = json.dumps(_texts(found))
    assert not set(shown) & set("<>'")


def _texts(value: Any) -> list[str]:
    if isinstance(value, (dict, list)):
        return [text for item in (value.values() if isinstance(value, dict) else value) for text in _texts(item)]
    return [value] if isinstance(value, str) else []
