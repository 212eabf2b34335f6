# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Conference schedules as published, read into plain data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from ansible_collections.eventops.cloudflare.plugins.plugin_utils.schedule.document import parse
from ansible_collections.eventops.cloudflare.plugins.plugin_utils.schedule.errors import ScheduleError
from ansible_collections.eventops.cloudflare.plugins.plugin_utils.schedule.selection import select

__all__ = ["ScheduleError", "read_schedule"]


def read_schedule(
    text: str | Mapping[str, Any],
    *,
    days: Sequence[str | int | date] | str | int | date | None = None,
    rooms: Sequence[str] | str | None = None,
    prefix: str | None = None,
    now: datetime | None = None,
) -> dict[str, Any]:
    """Read a schedule in any of the formats that conferences publish, and name a stream for each of its rooms.

    ``days`` are dates (YYYY-MM-DD) or numbers from 1; rooms without talks on these days are left out. ``rooms`` are
    names as published, or names of streams. What is blank in either is ignored. ``prefix`` is what names of streams
    begin with instead of the acronym; an empty one means nothing. The days ``today`` and ``tomorrow`` are those of the
    conference's time zone; ``now`` replaces the clock.

    Returns strings, lists and None only::

        {conference: {title, acronym, version, time_zone, url, start, end, days: [{day, start, end}]},
         rooms: [{name, title, talks: [{id, title, subtitle, speakers, track, language, day, start, end, url}]}],
         others: [{name, title}]}

    ``name`` is the stream's, ``title`` the room's. ``others`` are the rooms that were not wanted. ``start`` and ``end``
    of a talk are ISO 8601 with offset, those of the conference and ``day`` are YYYY-MM-DD. ``days`` say when the first
    talk of each day begins and the last one ends, also of what was not wanted. Talks are in order of time,
    rooms in published order.

    Raises ScheduleError, which says what is wrong, and where.
    """
    return select(parse(text), days=days, rooms=rooms, prefix=prefix, now=now)
