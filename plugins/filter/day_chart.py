# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: day_chart
short_description: A bar chart of values by day as SVG
version_added: 1.0.0
author:
  - eventops contributors (@eventops)
description:
  - Draws a value by day, as M(eventops.cloudflare.realtime_analytics_info) returns it, as an SVG
    element that can be put into an HTML page.
  - The chart takes the width that the page has for it. It is drawn in the colour of the text; the classes C(bars),
    C(grid), C(ticks) and C(days) of its parts can be given others. Labels of the class C(minor) should be hidden on
    narrow screens.
options:
  _input:
    description: The days, in any order. Days without a value are left free. What has no valid date is left out.
    type: list
    elements: dict
    required: true
  value:
    description: The key of the value.
    type: str
    default: count
  day:
    description: The key of the date, YYYY-MM-DD.
    type: str
    default: date
  title:
    description: What the chart shows, for those who do not see it.
    type: str
    default: ''
  unit:
    description: What the values are, such as C(hours).
    type: str
    default: ''
  scale:
    description: Values are divided by this, such as 3600 to make hours of seconds.
    type: float
    default: 1
  whole:
    description: Whether the values are counts, so that the axis has whole numbers only.
    type: bool
    default: false
  first:
    description: The day, YYYY-MM-DD, with which the axis begins at the latest, so that charts can be compared.
    type: str
  last:
    description: The day, YYYY-MM-DD, with which the axis ends at the earliest.
    type: str
"""

EXAMPLES = r"""
- name: Hours watched by day
  ansible.builtin.copy:
    content: "<!DOCTYPE html><title>Watched</title>{{ chart }}"
    dest: watched.html
    mode: "0644"
  vars:
    days: "{{ camp.analytics.days }}"
    chart: "{{ days | eventops.cloudflare.day_chart('total_viewer_seconds', unit='hours', scale=3600) }}"
"""

RETURN = r"""
_value:
  description: The SVG element; an empty string if no value is above 0.
  type: str
"""

import math
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.eventops.cloudflare.plugins.plugin_utils.chart import bar_chart

# Infinity, and what adds up to it, cannot be drawn.
MOST = 1e15


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None


def _amount(value: Any) -> float:
    try:
        amount = float(value)
    except (TypeError, ValueError, OverflowError):
        return 0.0
    return min(amount, MOST) if amount > 0 else 0.0


def _divisor(scale: Any) -> float:
    try:
        divisor = float(scale)
    except (TypeError, ValueError, OverflowError):
        divisor = 0.0
    if not 0 < divisor < math.inf:  # NaN is neither
        raise AnsibleFilterError(f"day_chart: scale must be a number above 0, not {str(scale)[:40]!r}")
    return divisor


def day_chart(
    rows: Any,
    value: str = "count",
    day: str = "date",
    title: str = "",
    unit: str = "",
    scale: float = 1,
    whole: bool = False,
    first: str | None = None,
    last: str | None = None,
) -> str:
    """The chart of ``value`` in ``rows``; values of the same day are added."""
    if rows is not None and (isinstance(rows, (str, Mapping)) or not isinstance(rows, Iterable)):
        raise AnsibleFilterError(f"day_chart takes a list with an object for each day, not {type(rows).__name__}")
    for option, text in (("value", value), ("day", day), ("title", title), ("unit", unit)):
        if not isinstance(text, str):
            raise AnsibleFilterError(f"day_chart: {option} must be a text, not {type(text).__name__}")
    divisor = _divisor(scale)
    values: dict[date, float] = {}
    for row in rows or []:
        when = _day(row.get(day)) if isinstance(row, Mapping) else None
        amount = _amount(row.get(value)) if when is not None else 0.0
        if when is not None and amount:
            # A day of nothing makes the axis no longer.
            values[when] = min(MOST, values.get(when, 0.0) + amount / divisor)
    begin, end = _day(first), _day(last)
    return bar_chart(values, title, unit, whole, (begin, end) if begin and end else None)


class FilterModule:
    """The filter."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Its name, and what it is."""
        return {"day_chart": day_chart}
