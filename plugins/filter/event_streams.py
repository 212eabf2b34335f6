# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The streams of an event with what was found of them."""

from __future__ import annotations

from typing import Any, Callable

from ansible.errors import AnsibleFilterError

from ansible_collections.eventops.cloudflare.plugins.plugin_utils.event.answers import InvalidAnswer
from ansible_collections.eventops.cloudflare.plugins.plugin_utils.event.plan import with_observed

DOCUMENTATION = r"""
name: event_streams
short_description: Add to the streams of an event what was found of their meetings and livestreams
version_added: 0.1.0
author:
  - eventops contributors (@eventops)
description:
  - Finds the meeting of each stream by its title, and its livestream by the ID of the meeting, or by its own name if it is independent.
  - Of several active meetings of one title it takes the oldest, as M(eventops.cloudflare.realtime_meetings) does.
positional: _input, meetings, livestreams
options:
  _input:
    description: The streams that M(eventops.cloudflare.event_plan) returned.
    type: list
    elements: dict
    required: true
  meetings:
    description: The meetings that M(eventops.cloudflare.realtime_meetings) or M(eventops.cloudflare.realtime_meeting_info) returned.
    type: list
    elements: dict
    default: []
  livestreams:
    description:
      - The livestreams that M(eventops.cloudflare.realtime_livestreams) or M(eventops.cloudflare.realtime_livestream_info) returned.
      - A stream that was to be stopped is then C(IDLE), without ID and URL, unless its livestream is still active.
    type: list
    elements: dict
seealso:
  - module: eventops.cloudflare.event_plan
"""

EXAMPLES = r"""
- name: Read what the event is to livestream
  eventops.cloudflare.event_plan:
    streams:
      - name: main-stage
        meeting_title: Main stage
  register: event

- name: Have the meetings
  eventops.cloudflare.realtime_meetings:
    meetings: "{{ event.meetings }}"
  register: ensured

- name: Show the ID of each meeting
  ansible.builtin.debug:
    msg: "{{ event.streams | eventops.cloudflare.event_streams(ensured.meetings) | items2dict(key_name='name', value_name='meeting_id') }}"
"""

RETURN = r"""
_value:
  description:
    - The streams, each with C(meeting_id), and with C(id), C(status), C(playback_url) and C(ingest_server) of its livestream. What was not
      found is null.
    - C(msg) is what failed where M(eventops.cloudflare.realtime_livestreams) failed.
  type: list
  elements: dict
"""


def event_streams(streams: Any, meetings: Any = (), livestreams: Any = None) -> list[dict[str, Any]]:
    """See DOCUMENTATION."""
    try:
        return with_observed(streams, meetings, livestreams)
    except InvalidAnswer as error:
        raise AnsibleFilterError(f"event_streams: {error}") from None


class FilterModule:
    """The filter of this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Filters by name."""
        return {"event_streams": event_streams}
