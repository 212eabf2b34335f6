# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What there is to bring about for the streams of an event."""

from __future__ import annotations

from typing import Any, Callable

from ansible.errors import AnsibleFilterError

from ansible_collections.eventops.cloudflare.plugins.plugin_utils.event.answers import InvalidAnswer
from ansible_collections.eventops.cloudflare.plugins.plugin_utils.event.plan import to_bring_about

DOCUMENTATION = r"""
name: event_livestreams
short_description: The livestreams to bring about for the streams of an event
version_added: 0.1.0
author:
  - eventops contributors (@eventops)
description:
  - Makes what M(eventops.cloudflare.realtime_livestreams) takes as its O(eventops.cloudflare.realtime_livestreams#module:livestreams).
  - Only starting makes the livestream of a meeting. One that is to be V(present) is left out, and so is one whose meeting is not there.
options:
  _input:
    description: The streams that P(eventops.cloudflare.event_streams#filter) returned.
    type: list
    elements: dict
    required: true
seealso:
  - plugin: eventops.cloudflare.event_streams
    plugin_type: filter
  - module: eventops.cloudflare.realtime_livestreams
"""

EXAMPLES = r"""
- name: Read what the event is to livestream
  eventops.cloudflare.event_plan:
    streams:
      - name: mast-camera
        independent: true
  register: event

- name: Have its livestreams
  eventops.cloudflare.realtime_livestreams:
    livestreams: "{{ event.streams | eventops.cloudflare.event_streams | eventops.cloudflare.event_livestreams }}"
    state: present
"""

RETURN = r"""
_value:
  description: The livestreams, each with C(name) and C(state), and with C(meeting_id) and C(video_config) where it has them.
  type: list
  elements: dict
"""


def event_livestreams(streams: Any) -> list[dict[str, Any]]:
    """See DOCUMENTATION."""
    try:
        return to_bring_about(streams)
    except InvalidAnswer as error:
        raise AnsibleFilterError(f"event_livestreams: {error}") from None


class FilterModule:
    """The filter of this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Filters by name."""
        return {"event_livestreams": event_livestreams}
