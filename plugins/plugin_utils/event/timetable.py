# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The talks of all rooms, side by side by time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

MOST_ROOMS = 8  # side by side on a page


def timetable(streams: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """One table for each day and each eight rooms; none where fewer than two rooms have talks.

    A table has a ``day``, the ``rooms`` that have talks on it (their titles), and ``rows``. A row has a ``start`` (ISO
    8601) and ``cells``, one for each room: the talks that begin then.
    """
    with_talks = [stream for stream in streams if stream.get("talks")]
    if len(with_talks) < 2:
        return []
    days = sorted({talk["day"] for stream in with_talks for talk in stream["talks"]})
    return [table for day in days for table in _tables(day, with_talks)]


def _tables(day: str, streams: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    talks = [[talk for talk in stream["talks"] if talk["day"] == day] for stream in streams]
    rooms = [(stream.get("title") or stream["name"], found) for stream, found in zip(streams, talks) if found]
    tables = []
    for first in range(0, len(rooms), MOST_ROOMS):
        some = rooms[first : first + MOST_ROOMS]
        # As moments: a night may have two hours of one name.
        starts = sorted({talk["start"] for _room, found in some for talk in found}, key=datetime.fromisoformat)
        rows = [{"start": start, "cells": [_begin(found, start) for _room, found in some]} for start in starts]
        tables.append({"day": day, "rooms": [room for room, _found in some], "rows": rows})
    return tables


def _begin(talks: Sequence[Mapping[str, Any]], start: str) -> list[dict[str, Any]]:
    """What begins at a time."""
    return [
        {"title": talk["title"], "end": talk["end"], "speakers": talk.get("speakers") or []}
        for talk in talks
        if talk["start"] == start
    ]
