# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: sessions_by_day
short_description: How long the rooms of an event were sent and watched, by day
version_added: 1.0.0
author:
  - eventops contributors (@eventops)
description:
  - Adds up the sessions that M(eventops.cloudflare.realtime_analytics_info) returns of the rooms of an event.
  - A session belongs to the day on which it began, by the clocks of the event.
options:
  _input:
    description: The rooms, as the module returns them in RV(eventops.cloudflare.realtime_analytics_info#module:analytics.rooms).
    type: list
    elements: dict
    required: true
  zone:
    description: The time zone of the event, such as V(Europe/Berlin) or V(+02:00). Of several, the first one that is known here counts. Days are
      those of UTC if there is none.
    type: list
    elements: str
  first:
    description: The first day of the event, YYYY-MM-DD. What began before it is only counted, in C(outside).
    type: str
  last:
    description: The last day of the event, as O(first).
    type: str
  only:
    description: The days that are meant, where not all from O(first) to O(last) are. What began on others is only counted, in C(outside).
    type: list
    elements: str
    default: []
  talks:
    description: The talks of the event, with C(day), C(start) and C(end). What began after midnight, before the last talk of a day has
      ended, belongs to that day.
    type: list
    elements: dict
    default: []
"""

EXAMPLES = r"""
- name: How long was everything sent on each day?
  ansible.builtin.debug:
    msg: "{{ item.day }}: {{ (item.total_ingest_seconds / 3600) | round(1) }} hours"
  loop: "{{ (camp.analytics.rooms | eventops.cloudflare.sessions_by_day('Europe/Berlin')).days }}"
  loop_control:
    label: "{{ item.day }}"
"""

RETURN = r"""
_value:
  description:
    - C(days), for each day C(day), C(rooms) and the sums of the day. Each of its rooms has C(name), C(title), C(began) and C(ended) (HH:MM;
      null where a session has no end), C(on_air), and its sums.
    - C(rooms), for each room C(name), C(title), C(listed), C(on_air), C(failed) and its sums.
    - The sums are C(count) (sessions), C(total_ingest_seconds) and C(total_viewer_seconds). Those of all rooms are beside C(days).
    - C(lines) has each room as a line of text.
    - C(outside) is the number of sessions that began on other days, and C(zone) the time zone of the days.
  type: dict
"""

from collections.abc import Callable
from datetime import timezone
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.eventops.cloudflare.plugins.plugin_utils.event.attendance import (
    nights_of,
    sessions_by_day,
)

ODD = (AttributeError, KeyError, OverflowError, TypeError, ValueError)


def by_day(
    rooms: Any, zone: Any = None, first: Any = None, last: Any = None, only: Any = (), talks: Any = ()
) -> dict[str, Any]:
    """The filter. Raises AnsibleFilterError for what the module, or a schedule, does not return."""
    if not isinstance(only, (list, tuple)) or not all(isinstance(day, str) for day in only):
        raise AnsibleFilterError("sessions_by_day needs a list of days, YYYY-MM-DD, for only")
    try:
        nights_of(talks, timezone.utc)
    except ODD:
        raise AnsibleFilterError("sessions_by_day needs day, start and end of each of the talks") from None
    try:
        return sessions_by_day(rooms, str(zone) if zone else None, first, last, only, talks)
    except ODD as error:
        raise AnsibleFilterError(
            "sessions_by_day needs the rooms that realtime_analytics_info returns with report: event"
        ) from error


class FilterModule:
    """The filter."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Its name, and what it is."""
        return {"sessions_by_day": by_day}
