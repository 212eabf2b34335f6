# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of what an event is made of."""

from __future__ import annotations


class ModuleDocFragment:
    """The options of module_utils/arguments.py: EVENT_LIST."""

    DOCUMENTATION = r"""
options:
  event:
    description:
      - The slug of the event, in lower-case ASCII letters and digits, in parts joined by C(-).
      - Its livestreams are named C(<slug>-room). The titles of its meetings begin with the slug and a colon. What is called so and is not in O(streams) or
        O(others) is left over from the event. Without a slug nothing can be recognised as left over, and a warning says so.
    type: str
  streams:
    description: The streams of the event, one for each room.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: The name of the livestream. Each occurs once.
        type: str
        required: true
      title:
        description: The title of the room, for people. It is returned as it is.
        type: str
      meeting_id:
        description: The ID of the meeting to livestream. A stream has exactly one of this, O(streams[].meeting_title) and O(streams[].independent).
        type: str
      meeting_title:
        description: The title of the meeting to livestream. Of several active ones, the oldest is the one.
        type: str
      independent:
        description: Whether this is an independent livestream, which an encoder brings live.
        type: bool
      video_config:
        description: The size of the video of a meeting's livestream that is started.
        type: dict
        suboptions:
          width:
            description: Pixels.
            type: int
          height:
            description: Pixels.
            type: int
      state:
        description: The state of this stream, if it differs from that of the task.
        type: str
        choices: [present, started, stopped]
      wait:
        description: Whether M(eventops.cloudflare.realtime_event) waits for this stream, if it waits at all.
        type: bool
      encoder:
        description: Who or what feeds it, for people. It is returned as it is.
        type: str
      talks:
        description: The talks of the room, for people. They are returned as they are.
        type: list
        elements: dict
  others:
    description:
      - Streams of the event that are in its list and that this task leaves alone, because only some rooms or days were chosen. They are not
        left over.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: The name of the livestream.
        type: str
        required: true
      meeting_id:
        description: The ID of its meeting.
        type: str
      meeting_title:
        description: The title of its meeting.
        type: str
  concurrency:
    description: How many meetings or livestreams are read or changed at a time, from 1 to 32.
    type: int
    default: 4
"""
