#!/usr/bin/python
# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: realtime_event_info
short_description: Report what exists of an event, what is on the air, what is missing, and what is left over
version_added: 1.0.0
author:
  - eventops contributors (@eventops)
description:
  - Reads the meetings and livestreams of a whole event, and changes nothing.
  - It returns only what was read from the service.
options:
  streams:
    description: The streams of the event, one for each room. With none, only what carries the slug is reported.
  state:
    description:
      - The state that the streams should have. RV(missing) names those that do not.
      - With V(retired), they are off the air, and the meetings that are known by their titles are INACTIVE.
    type: str
    choices: [present, started, stopped, retired]
    default: present
extends_documentation_fragment:
  - eventops.cloudflare.event
  - eventops.cloudflare.client
  - eventops.cloudflare.attributes
  - eventops.cloudflare.attributes.api
  - eventops.cloudflare.attributes.info_module
seealso:
  - module: eventops.cloudflare.realtime_event
"""

EXAMPLES = r"""
- name: See how the event stands
  eventops.cloudflare.realtime_event_info:
    event: camp2019
    state: started
    streams:
      - name: camp2019-curie
        meeting_title: "camp2019: Curie"
  register: camp

- name: Tell what is not as it should be
  ansible.builtin.debug:
    msg: "{{ camp.missing }}"
"""

RETURN = r"""
streams:
  description: The streams, in the order of O(streams). What was neither read nor accepted is null.
  returned: once the options are accepted and the lists are read, also if some failed
  type: list
  elements: dict
  contains:
    # BEGIN generated: event_stream
    name:
      description: The name of the stream, as it was given. C(title), C(meeting_title), C(independent), C(encoder) and C(talks) are, too.
      type: str
      sample: camp2019-curie
    state:
      description: The state that was asked for.
      type: str
      sample: started
    meeting_id:
      description: The ID of its meeting; null if it has none, or if that does not exist.
      type: str
      sample: bbb87945-df1c-49d9-8159-262a7ae6cfde
    meeting_status:
      description: V(ACTIVE) or V(INACTIVE).
      type: str
      sample: ACTIVE
    id:
      description: The ID of its livestream. Null for a meeting's livestream that has ended.
      type: str
      sample: 3fd739f4-3c41-456e-bfba-6ebd51e16d2c
    status:
      description:
        - V(INVOKED), V(LIVE), V(IDLE), V(ERRORED), or another one that the service has come up with.
        - V(IDLE) also if it was to be stopped, and its meeting exists and has no active livestream. Null if there is no livestream.
      type: str
      sample: LIVE
    on_air:
      description: Whether its livestream was active when it was read last. Null if it could not be read.
      type: bool
      sample: true
    playback_url:
      description: The HLS manifest that viewers' players open.
      type: str
      sample: https://customer-s8oj0c1n5ek8ah1e.cloudflarestream.com/7de6a3fec0f9c05bf1df140950d3a237/manifest/video.m3u8
    ingest_server:
      description: Where an encoder pushes to.
      type: str
      sample: rtmps://live.cloudflare.com:443/live/
    playable:
      description: Whether its playback URL answered with an HLS manifest; null if it was not asked.
      type: bool
      sample: true
    # END generated
    changed:
      description: Always false.
      type: bool
      sample: false
    # BEGIN generated: outcome
    #   msg: "no meeting is titled 'camp2019: Curei': did you mean 'camp2019: Curie'?"
    failed:
      description: That it is not in the state asked for.
      returned: when it failed
      type: bool
      sample: true
    msg:
      description: Why it failed.
      returned: when it failed
      type: str
      sample: "no meeting is titled 'camp2019: Curei': did you mean 'camp2019: Curie'?"
    error:
      description: The failure of a request, with the keys of RV(error).
      returned: when a request for it failed
      type: dict
    # END generated
leftovers:
  description: What is called as O(event) says and is in neither O(streams) nor O(others). A warning names them.
  returned: once the options are accepted and the lists are read
  type: list
  elements: dict
  contains:
    # BEGIN generated: event_leftover
    name:
      description: The name of the livestream; null if there is none.
      type: str
      sample: camp2019-meitner
    meeting_title:
      description: The title of the meeting; null for an independent livestream.
      type: str
      sample: "camp2019: Meitner"
    meeting_id:
      description: The ID of the meeting.
      type: str
      sample: 5f3c9a0e-7b52-4c55-9d7e-0a4f1f7f3a11
    meeting_status:
      description: V(ACTIVE) or V(INACTIVE).
      type: str
      sample: ACTIVE
    id:
      description: The ID of the livestream; null if there is none.
      type: str
      sample: 3fd739f4-3c41-456e-bfba-6ebd51e16d2c
    status:
      description: The status of the livestream; null if there is none.
      type: str
      sample: LIVE
    on_air:
      description: Whether it was active when it was read last.
      type: bool
      sample: true
    # END generated
    changed:
      description: Always false.
      type: bool
      sample: false
missing:
  description: The names of the streams that are not in the state that they should have.
  returned: once the options are accepted and the lists are read
  type: list
  elements: str
  sample: [camp2019-curie]
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

from ansible_collections.eventops.cloudflare.plugins.module_utils.arguments import EVENT_INFO
from ansible_collections.eventops.cloudflare.plugins.module_utils.module import run
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.event import event_info


def main() -> None:
    """Run the module."""
    run(EVENT_INFO, event_info)


if __name__ == "__main__":
    main()
