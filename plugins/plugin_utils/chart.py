# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bar charts of values by day, as SVG.

Across, positions are percentages, so that a chart takes the width that there is while its texts keep their size.
Down, they are pixels. The labels are in the padding of the SVG element.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from ansible_collections.eventops.cloudflare.plugins.plugin_utils.markup import escape

HEIGHT = 180
# The most labels below a chart where there is room, and on a phone, where each then has about 55 pixels.
WIDE, NARROW = 14, 5
# A few days are not spread over the whole width.
LEAST_DAYS = 7
# Differences, and values, that are none.
TINY = 1e-9
DAY_STEPS = (1, 2, 3, 5, 7, 14)
MONTH_STEPS = (1, 2, 3, 6)
# strftime would speak the language of whoever runs Ansible.
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def nice_step(largest: float, whole: bool = False, most: int = 5) -> float:
    """The distance of ticks, 1, 2 or 5 times a power of ten, of which ``most`` or fewer reach ``largest`` (above 0)."""
    power = 10.0 ** math.floor(math.log10(largest / most))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power * most >= largest * (1 - TINY))
    return max(1.0, step) if whole else step


def figure(value: float) -> str:
    """As people read it: thousands apart, no more than two decimals, none that are zero."""
    text = f"{value:,.2f}" if abs(value) >= 0.01 or value == 0 else f"{value:.2g}"
    return text.rstrip("0").rstrip(".") if "." in text else text


@dataclass(frozen=True)
class Label:
    """A day below the axis: its text, the year if a second line has to tell it, and its number among its kind."""

    day: date
    text: str
    number: int
    year: str = ""


def labels(first: date, last: date) -> list[Label]:
    """At most ``WIDE`` days from ``first`` to ``last``, evenly chosen: days, or the first of months, or of years."""
    span = (last - first).days + 1
    for step in DAY_STEPS:
        if math.ceil(span / step) <= WIDE:
            days = [first + timedelta(days=offset) for offset in range(0, span, step)]
            return [Label(day, f"{day.day} {MONTHS[day.month - 1]}", number) for number, day in enumerate(days)]
    years = range(first.year, last.year + 1)
    if len(years) * 2 <= WIDE:
        months = [date(year, month, 1) for year in years for month in range(1, 13)]
        for step in MONTH_STEPS:
            found = [day for day in months if (day.month - 1) % step == 0 and first <= day <= last]
            if len(found) <= WIDE:
                return [
                    Label(
                        day,
                        MONTHS[day.month - 1],
                        (day.month - 1) // step,
                        str(day.year) if day == found[0] or day.month == 1 else "",
                    )
                    for day in found
                ]
    step = int(nice_step(len(years), whole=True, most=WIDE - 1))
    starts = [date(year, 1, 1) for year in years if year % step == 0]
    return [Label(day, str(day.year), day.year // step) for day in starts if day >= first]


@dataclass(frozen=True)
class Plot:
    """Where things are drawn: days from ``first`` to ``last``, values from 0 to the last of ``ticks``."""

    first: date
    last: date
    ticks: Sequence[float]

    @property
    def days(self) -> int:
        """How many days there is room for."""
        return max((self.last - self.first).days + 1, LEAST_DAYS)

    def middle(self, day: date) -> float:
        """Percent from the left to the middle of a day; days that are few are in the middle of the plot."""
        spare = self.days - (self.last - self.first).days - 1
        return float((spare / 2 + (day - self.first).days + 0.5) / self.days * 100)

    def high(self, value: float) -> float:
        """Pixels from the bottom."""
        return HEIGHT * value / self.ticks[-1]

    def grid(self) -> Iterator[str]:
        """Lines across, one for each tick."""
        for tick in self.ticks:
            y = f"{HEIGHT - self.high(tick):.1f}"
            yield f'<line x1="0" x2="100%" y1="{y}" y2="{y}"/>'

    def values(self) -> Iterator[str]:
        """The ticks' labels, on the left."""
        for tick in self.ticks:
            yield f'<text x="-8" y="{HEIGHT - self.high(tick):.1f}" dy=".35em">{figure(tick)}</text>'

    def column(self, day: date, value: float, unit: str) -> str:
        """The bar of a day. Where days are many, nothing is between them."""
        width = (0.75 if self.days <= 62 else 1) / self.days * 100
        place = f'x="{self.middle(day) - width / 2:.3f}%" width="{width:.3f}%"'
        height = f'y="{HEIGHT - self.high(value):.1f}" height="{self.high(value):.1f}"'
        return f"<rect {place} {height}><title>{in_words(day)}: {escape(f'{figure(value)} {unit}')}</title></rect>"

    def below(self, chosen: Sequence[Label]) -> Iterator[str]:
        """The days' labels. Those that a phone has no room for are of the class ``minor``."""
        apart = (chosen[1].day - chosen[0].day).days if len(chosen) > 1 else self.days
        every = next((count for count in (1, 2, 3, 4, 6) if count * apart * NARROW >= self.days), 12)
        for label in chosen:
            minor = ' class="minor"' if label.number % every else ""
            for y, text in ((HEIGHT + 18, label.text), (HEIGHT + 34, label.year)):
                if text:
                    yield f'<text{minor} x="{self.middle(label.day):.3f}%" y="{y}">{text}</text>'


def bar_chart(
    values: Mapping[date, float], title: str, unit: str, whole: bool = False, span: tuple[date, date] | None = None
) -> str:
    """The values as an SVG element; empty when none is above 0 by ``TINY``.

    ``title`` and ``unit`` ("hours") are its text alternative. With ``whole``, ticks are whole numbers. ``span`` is from
    and to which day the axis goes at least.
    """
    largest = max(values.values(), default=0)
    if largest < TINY:
        return ""
    days = sorted([*values, *(span or ())])
    step = nice_step(largest, whole)
    ticks = [step * count for count in range(max(1, math.ceil(largest / step - TINY)) + 1)]
    plot = Plot(days[0], days[-1], ticks)
    chosen = labels(plot.first, plot.last)
    left = max(44, 10 + 7 * max(len(figure(tick)) for tick in plot.ticks))
    bottom = 46 if any(label.year for label in chosen) else 30
    return "".join(
        [
            '<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img" width="100%" ',
            f'height="{HEIGHT + 10 + bottom}" font-size="12" ',
            f'style="box-sizing:border-box;padding:10px 22px {bottom}px {left}px;overflow:visible">',
            f"<title>{escape(title)}</title><desc>{escape(_described(values, plot, unit))}</desc>",
            '<g class="grid" stroke="currentColor" stroke-opacity=".25">',
            *plot.grid(),
            '</g><g class="ticks" fill="currentColor" text-anchor="end">',
            *plot.values(),
            '</g><g class="bars" fill="currentColor">',
            *(plot.column(day, value, unit) for day, value in sorted(values.items()) if value > 0),
            '</g><g class="days" fill="currentColor" text-anchor="middle">',
            *plot.below(chosen),
            "</g></svg>",
        ]
    )


def _described(values: Mapping[date, float], plot: Plot, unit: str) -> str:
    highest = max(values, key=lambda day: (values[day], day))
    return (
        f"{in_words(plot.first)} to {in_words(plot.last)}: {figure(math.fsum(values.values()))} {unit}. "
        f"Most on {in_words(highest)}: {figure(values[highest])} {unit}."
    )


def in_words(day: date) -> str:
    """``21 Aug 2019``."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"
