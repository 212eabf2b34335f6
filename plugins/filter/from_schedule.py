# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rooms, streams and talks from a conference's published schedule."""

from __future__ import annotations

DOCUMENTATION = r"""
name: from_schedule
short_description: Read a conference's published schedule
version_added: 1.0.0
author: eventops contributors (@eventops)
description:
  - Reads a schedule as conferences publish it, in JSON (both versions of the format) or XML. Which one it is, is seen
    from the content. frab, pretalx, hub and pentabarf, among others, write these formats.
  - Every room gets the name of a stream, made of the conference's acronym and the name of the room and of nothing else.
    No two rooms of a schedule have the same one.
  - Control characters and invisible formatting are removed from all texts, and their white space is collapsed. No text
    is ever taken for a template.
  - A schedule that cannot be read is refused with the place that is wrong.
positional: _input
options:
  _input:
    description: The content of the schedule; not its path or address. What was already read from JSON works, too.
    type: raw
    required: true
  days:
    description:
      - The days that are wanted, as dates (V(2027-08-20)) or as numbers, in the order of the schedule and beginning
        with V(1). Without any, all of them are.
      - V(today) and V(tomorrow) are those of the conference's time zone. They need not be days of the schedule.
      - Rooms that have no talk on these days are left out.
    type: list
    elements: raw
  rooms:
    description:
      - The rooms that are wanted, by name as published, or by the name of the stream. Without any, all of them are.
      - A room in this list may have no talks, unless O(days) is given as well.
    type: list
    elements: str
  prefix:
    description:
      - What the names of the streams begin with, instead of the conference's acronym, or its title if it has no
        acronym.
      - An empty text makes names without any.
    type: str
seealso:
  - plugin: eventops.cloudflare.realtime_livestreams
    plugin_type: module
"""

EXAMPLES = r"""
- name: Read the schedule
  ansible.builtin.set_fact:
    schedule: "{{ lookup('ansible.builtin.file', 'schedule.json') | eventops.cloudflare.from_schedule }}"

- name: Read the first two days, and two rooms of them
  ansible.builtin.set_fact:
    schedule: >-
      {{ lookup('ansible.builtin.file', 'schedule.xml')
         | eventops.cloudflare.from_schedule(days=['2027-08-20', 2], rooms=['Curie', 'mast2027-Gray-Room']) }}

- name: Have a meeting for every room, called as the room's stream
  eventops.cloudflare.realtime_meeting:
    title: "{{ item.name }}"
  loop: "{{ schedule.rooms }}"
  loop_control:
    label: "{{ item.name }}"
"""

RETURN = r"""
_value:
  description: The conference and its rooms. All values are texts, lists or null.
  type: dict
  contains:
    conference:
      description: What the schedule says of the conference.
      type: dict
      contains:
        title:
          description: Its title.
          type: str
        acronym:
          description: Its short name, as published.
          type: str
        version:
          description: The version of the schedule.
          type: str
        time_zone:
          description: The name of its time zone, such as V(Europe/Berlin).
          type: str
        url:
          description: Where it is published.
          type: str
        start:
          description: Its first day, YYYY-MM-DD.
          type: str
        end:
          description: Its last day, YYYY-MM-DD.
          type: str
        days:
          description: When the first talk of each day starts, and the last one ends, also of what was not wanted.
          type: list
          elements: dict
          sample:
            - day: "2019-08-21"
              start: "2019-08-21T11:00:00+02:00"
              end: "2019-08-22T01:30:00+02:00"
    rooms:
      description: The rooms in published order.
      type: list
      elements: dict
      contains:
        name:
          description: The name of the room's stream.
          type: str
          sample: camp2019-Curie
        title:
          description: The name of the room, as published.
          type: str
          sample: Curie
        talks:
          description: What happens in it, by time.
          type: list
          elements: dict
          contains:
            id:
              description: What tells it from others. It is the GUID if the schedule has one.
              type: str
            title:
              description: Its title.
              type: str
            subtitle:
              description: Its second title.
              type: str
            speakers:
              description: Names of those who speak.
              type: list
              elements: str
            track:
              description: The track it belongs to.
              type: str
            language:
              description: The language it is in.
              type: str
            day:
              description: The day that lists it, YYYY-MM-DD. It may start after midnight.
              type: str
            start:
              description: When it starts, as ISO 8601 with an offset.
              type: str
              sample: "2019-08-21T11:00:00+02:00"
            end:
              description: When it ends, as ISO 8601 with an offset.
              type: str
            url:
              description: Its web page.
              type: str
    others:
      description: The rooms that were not wanted, each with C(name) and C(title).
      type: list
      elements: dict
"""

from collections.abc import Callable
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible.utils.unsafe_proxy import wrap_var

from ansible_collections.eventops.cloudflare.plugins.plugin_utils.schedule import ScheduleError, read_schedule


def from_schedule(text: Any, days: Any = None, rooms: Any = None, prefix: Any = None) -> Any:
    """See DOCUMENTATION."""
    try:
        found = read_schedule(text, days=days, rooms=rooms, prefix=prefix)
    except ScheduleError as error:
        raise AnsibleFilterError(f"The schedule cannot be used: {error}") from None
    # Before ansible-core 2.19, everything is a template that is not marked
    return wrap_var(found)


class FilterModule:
    """What this file adds to Jinja."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """By name."""
        return {"from_schedule": from_schedule}
