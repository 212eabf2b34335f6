# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is wrong with a schedule, and where."""

from __future__ import annotations

import json
import re
from typing import Union

# Fields (str), names that somebody chose (Name) and positions (int), from the outside in.
Place = tuple[Union[str, int], ...]


class Name(str):
    """A key that is a name, such as a room's, and not a field of the format."""


class ScheduleError(ValueError):
    """A schedule cannot be used. ``problem`` says why, ``place`` where."""

    def __init__(self, problem: str, place: Place = ()) -> None:
        super().__init__(f"{path(place)}: {problem}" if place else problem)
        self.problem = problem
        self.place = place


def path(place: Place) -> str:
    """The place as it is written in most languages: ``schedule.conference.days[2].rooms["Curie"]``."""
    text = ""
    for step in place:
        if isinstance(step, int):
            text += f"[{step}]"
        elif isinstance(step, Name) or not re.fullmatch(r"[A-Za-z_$][\w$]*", step):
            text += f"[{json.dumps(step, ensure_ascii=False)}]"
        else:
            text += f".{step}" if text else step
    return text
