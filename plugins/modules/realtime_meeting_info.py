#!/usr/bin/python
# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: realtime_meeting_info
short_description: Look up meetings of Cloudflare RealtimeKit
version_added: 1.0.0
author:
  - eventops contributors (@eventops)
description:
  - Returns a meeting by ID, or a filtered list of meetings.
  - If nothing is found, the list is empty and the task succeeds.
options:
  meeting_id:
    description: Return this meeting.
    type: str
  title:
    description: Of the list, return the meetings of this title, also in a form that the service may have made of it.
    type: str
  search:
    description: Of the list, return what the service finds with this text. It decides what that is.
    type: str
  status:
    description: Of the list, return the meetings of this status.
    type: str
    choices: [active, inactive]
  limit:
    description: Return no more meetings than this, and read no more pages of the list than needed for it.
    type: int
extends_documentation_fragment:
  - eventops.cloudflare.client
  - eventops.cloudflare.client.time_range
  - eventops.cloudflare.attributes
  - eventops.cloudflare.attributes.api
  - eventops.cloudflare.attributes.info_module
seealso:
  - module: eventops.cloudflare.realtime_meeting
"""

EXAMPLES = r"""
- name: Which meetings can be joined?
  eventops.cloudflare.realtime_meeting_info:
    status: active
  register: open

- name: Tell
  ansible.builtin.debug:
    msg: "{{ open.meetings | map(attribute='title') | join(', ') }}"

- name: Is there a meeting for this stage?
  eventops.cloudflare.realtime_meeting_info:
    title: Curie
"""

RETURN = r"""
meetings:
  description: The meetings; an empty list if there are none. What is unknown is null.
  returned: success
  type: list
  elements: dict
  contains:
    # BEGIN generated: meeting
    id:
      description: The ID of the meeting.
      type: str
      sample: bbb87945-df1c-49d9-8159-262a7ae6cfde
    title:
      description: Its title.
      type: str
      sample: Curie
    status:
      description: V(ACTIVE) or V(INACTIVE). Nobody can join an inactive meeting.
      type: str
      sample: ACTIVE
    live_stream_on_start:
      description: Whether it is livestreamed as soon as somebody joins.
      type: bool
      sample: false
    record_on_start:
      description: Whether it is recorded as soon as somebody joins.
      type: bool
      sample: false
    persist_chat:
      description: Whether its chat persists for a week.
      type: bool
      sample: false
    summarize_on_end:
      description: Whether a summary is made when it ends.
      type: bool
      sample: false
    transcribe_on_end:
      description: Whether a transcript is made when it ends.
      type: bool
      sample: false
    session_keep_alive_time_in_secs:
      description: For how many seconds a session remains active after the last participant has left.
      type: float
      sample: 60
    ai_config:
      description: How transcripts and summaries are made.
      type: dict
    recording_config:
      description: How it is recorded, without secrets and without the RTMP URL.
      type: dict
    created_at:
      description: When it was created.
      type: str
      sample: "2019-08-01T10:00:00.000Z"
    updated_at:
      description: When it was changed last.
      type: str
      sample: "2019-08-01T10:00:00.000Z"
    # END generated
# BEGIN generated: api
api:
  description: What the task cost.
  returned: once the options are accepted
  type: dict
  contains:
    requests:
      description: Requests that were sent, retries included.
      type: int
      sample: 2
    retries:
      description: How many of them were retries.
      type: int
      sample: 0
    remaining:
      description:
        - How many requests are left of Cloudflare's limit, as its last answer said. Null if the answers do not say.
        - The limit is 1,200 requests per five minutes and user, over all tokens and the dashboard together.
      type: int
      sample: 1187
error:
  description: The failure of a request.
  returned: when a request failed
  type: dict
  contains:
    status:
      description: The HTTP status; null if there was no answer.
      type: int
      sample: 403
    code:
      description: The API's own code; null if it gave none.
      type: int
      sample: 10000
    message:
      description: The API's own text, or what happened to the connection.
      type: str
      sample: Authentication error
    request_id:
      description: Cloudflare's C(cf-ray), which its support asks for; null if there was no answer.
      type: str
      sample: 8f1c2d3e4f5a6b7c-FRA
    method:
      description: The HTTP method.
      type: str
      sample: GET
    path:
      description: The path below O(base_url).
      type: str
      sample: /accounts/023e105f4ecef8ad9ca31a8372d0c353/realtime/kit/2b8f2e5a-6d3c-4f0e-9a51-7c1d8e9f0a2b/livestreams
# END generated
"""

from ansible_collections.eventops.cloudflare.plugins.module_utils.arguments import MEETING_INFO
from ansible_collections.eventops.cloudflare.plugins.module_utils.module import run
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.meeting_info import look_up_meetings


def main() -> None:
    """Run the module."""
    run(MEETING_INFO, look_up_meetings)


if __name__ == "__main__":
    main()
