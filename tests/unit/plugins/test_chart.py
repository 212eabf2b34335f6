# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Charts by day: axes that people can read, bars that are as long as their values."""

from __future__ import annotations

import math
from datetime import date, timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
from ansible.errors import AnsibleFilterError
from hypothesis import example, given
from hypothesis import strategies as st

from ansible_collections.eventops.cloudflare.plugins.filter.day_chart import day_chart
from ansible_collections.eventops.cloudflare.plugins.plugin_utils.chart import (
    HEIGHT,
    TINY,
    WIDE,
    bar_chart,
    figure,
    labels,
    nice_step,
)

SVG = "{http://www.w3.org/2000/svg}"
FIRST = date(2019, 8, 21)
DAYS = st.dates(date(1990, 1, 1), date(2100, 1, 1))
AMOUNTS = st.floats(1e-6, 1e12)


def parsed(chart: str) -> ElementTree.Element:
    """The chart; it has to be well-formed XML, too."""
    return ElementTree.fromstring(chart)


def texts(chart: str, part: str) -> list[str]:
    """The labels of a part of a chart."""
    return [text.text or "" for text in parsed(chart).findall(f"{SVG}g[@class='{part}']/{SVG}text")]


def bars(chart: str) -> list[dict[str, float]]:
    """The bars: x and width in percent, y and height in pixels."""
    found = parsed(chart).findall(f"{SVG}g[@class='bars']/{SVG}rect")
    return [{key: float(value.rstrip("%")) for key, value in column.attrib.items()} for column in found]


@given(AMOUNTS, st.booleans())
def test_steps_are_nice_and_few(largest: float, whole: bool) -> None:
    step = nice_step(largest, whole)
    power = 10.0 ** math.floor(math.log10(step) + 1e-9)
    assert any(math.isclose(step, factor * power) for factor in (1, 2, 5))
    assert 1 <= math.ceil(largest / step - 1e-9) <= 5
    assert not whole or step == int(step)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (10, "10"),
        (1200, "1,200"),
        (0.5, "0.5"),
        (2.25, "2.25"),
        (0.30000000000000004, "0.3"),
        (0.0025, "0.0025"),
    ],
)
def test_figures_are_as_people_write_them(value: float, text: str) -> None:
    assert figure(value) == text


@given(DAYS, st.integers(0, 20_000))
@example(FIRST, 0)
@example(FIRST, 365)
def test_labels_are_few_and_in_the_time_range(first: date, more: int) -> None:
    last = min(first + timedelta(days=more), date(2200, 1, 1))
    found = labels(first, last)
    assert 1 <= len(found) <= WIDE
    assert found == sorted(found, key=lambda label: label.day)
    assert len({label.day for label in found}) == len(found)
    assert all(first <= label.day <= last for label in found)


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (1, ["21 Aug"]),
        (5, ["21 Aug", "22 Aug", "23 Aug", "24 Aug", "25 Aug"]),
        (
            31,
            ["21 Aug", "24 Aug", "27 Aug", "30 Aug", "2 Sep", "5 Sep", "8 Sep", "11 Sep", "14 Sep", "17 Sep", "20 Sep"],
        ),
        (366, ["Sep", "Oct", "Nov", "Dec", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug"]),
        (3000, ["2020", "2021", "2022", "2023", "2024", "2025", "2026", "2027"]),
    ],
)
def test_labels(days: int, expected: list[str]) -> None:
    assert [label.text for label in labels(FIRST, FIRST + timedelta(days=days - 1))] == expected


@given(st.dictionaries(DAYS, st.floats(0, 1e9), max_size=40), st.booleans())
def test_bars_are_as_long_as_their_values(values: dict[date, float], whole: bool) -> None:
    chart = bar_chart(values, "Hours", "hours", whole)
    drawn = sorted((day, value) for day, value in values.items() if value > 0)
    if max(values.values(), default=0) < TINY:
        assert chart == ""
        return
    found = bars(chart)
    assert len(found) == len(drawn)
    for column in found:
        assert 0 <= column["x"] <= column["x"] + column["width"] <= 100.01
        assert column["y"] + column["height"] == pytest.approx(HEIGHT, abs=0.11)
    highest = max(value for _day, value in drawn)
    assert whole or max(column["height"] for column in found) >= HEIGHT / 2
    for column, (_day, value) in zip(found, drawn, strict=True):
        most = max(item["height"] for item in found)
        assert column["height"] == pytest.approx(most * value / highest, abs=0.11)


def rows(*values: Any, key: str = "count") -> list[dict[str, Any]]:
    """Days from the first one on."""
    return [{"date": (FIRST + timedelta(days=n)).isoformat(), key: value} for n, value in enumerate(values)]


def test_a_chart_says_what_it_shows() -> None:
    chart = day_chart(rows(1, 3, 0, 2), title="Livestreams <per day>", unit="livestreams", whole=True)
    found = parsed(chart)
    assert found.get("role") == "img"
    assert found.findtext(f"{SVG}title") == "Livestreams <per day>"
    assert found.findtext(f"{SVG}desc") == (
        "21 Aug 2019 to 24 Aug 2019: 6 livestreams. Most on 22 Aug 2019: 3 livestreams."
    )
    assert texts(chart, "ticks") == ["0", "1", "2", "3"]
    assert texts(chart, "days") == ["21 Aug", "22 Aug", "23 Aug", "24 Aug"]
    assert [column.findtext(f"{SVG}title") for column in found.iter(f"{SVG}rect")] == [
        "21 Aug 2019: 1 livestreams",
        "22 Aug 2019: 3 livestreams",
        "24 Aug 2019: 2 livestreams",
    ]


def test_seconds_are_drawn_as_hours() -> None:
    chart = day_chart(rows(3600, "5400", key="seconds"), "seconds", unit="hours", scale=3600)
    assert "1.5 hours" in chart
    assert texts(chart, "ticks") == ["0", "0.5", "1", "1.5"]


def test_axes_of_several_charts_can_be_the_same() -> None:
    chart = day_chart(rows(1), first="2019-08-20", last="2019-08-29")
    assert texts(chart, "days")[0] == "20 Aug"
    assert texts(chart, "days")[-1] == "29 Aug"
    assert day_chart(rows(1), first="", last="soon") == day_chart(rows(1))


@pytest.mark.parametrize(
    "odd",
    [
        None,
        [],
        [None, "text", 5],
        [{}],
        [{"date": None, "count": 3}],
        [{"date": "<script>", "count": 3}],
        rows(0, None, "", "many", float("nan"), float("-inf"), -3),
    ],
)
def test_nothing_to_draw_is_an_empty_text(odd: Any) -> None:
    assert day_chart(odd) == ""


def test_values_of_a_day_are_added_and_odd_rows_left_out() -> None:
    chart = day_chart([*rows(1), *rows(2), {"date": "tomorrow", "count": 9}])
    assert "21 Aug 2019: 3" in chart
    assert len(bars(chart)) == 1


@pytest.mark.parametrize("scale", [0, -1, "many", None, [], float("nan"), float("inf"), 10**400])
def test_a_scale_is_a_number_above_zero(scale: Any) -> None:
    with pytest.raises(AnsibleFilterError, match="day_chart: scale must be a number above 0"):
        day_chart(rows(1), scale=scale)


def test_whatever_the_scale_is_it_can_be_drawn() -> None:
    assert "unbounded" in day_chart(rows(1e300, 1), unit="unbounded", scale=1e-300)
    assert day_chart(rows(1), scale="2") == day_chart(rows(1), scale=2)


@pytest.mark.parametrize("option", ["value", "day", "title", "unit"])
@pytest.mark.parametrize("text", [None, 7, ["x"], {}])
def test_what_is_to_be_a_text_is_named(option: str, text: Any) -> None:
    with pytest.raises(AnsibleFilterError, match=f"day_chart: {option} must be a text"):
        day_chart(rows(1), **{option: text})
