# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whatever is published as a schedule is read, or refused with a text."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given, strategies

from abuse.published import SEEDS, check, check_message, read, small
from abuse.values import anything
from ansible_collections.eventops.cloudflare.plugins.plugin_utils.schedule import ScheduleError, read_schedule


def places(value: Any, above: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where there is anything."""
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [above, *(place for step, item in steps for place in places(item, (*above, step)))]


PLACES = [place for place in places(small()) if place]


@pytest.mark.parametrize("content", SEEDS)
def test_known_schedules(content: bytes) -> None:
    read(content)


@given(place=strategies.sampled_from(PLACES), value=anything)
def test_one_value_is_another(place: tuple[Any, ...], value: Any) -> None:
    document = copy.deepcopy(small())
    parent: Any = document
    for step in place[:-1]:
        parent = parent[step]
    parent[place[-1]] = value
    read(json.dumps(document).encode())
    try:
        check(read_schedule(document))
    except ScheduleError as error:
        check_message(str(error))


@given(seed=strategies.sampled_from(SEEDS[:3]), data=strategies.data())
def test_damaged_schedules(seed: bytes, data: Any) -> None:
    start = data.draw(strategies.integers(0, len(seed)))
    end = data.draw(strategies.integers(start, len(seed)))
    read(seed[:start] + data.draw(strategies.binary(max_size=6)) + seed[end:])


@given(days=anything, rooms=anything, prefix=anything)
def test_any_selection(days: Any, rooms: Any, prefix: Any) -> None:
    read(SEEDS[0], days=days, rooms=rooms, prefix=prefix)
