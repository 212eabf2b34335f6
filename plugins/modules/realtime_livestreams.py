#!/usr/bin/python
# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: realtime_livestreams
short_description: Create, start and stop many livestreams of Cloudflare RealtimeKit
version_added: 1.0.0
author:
  - eventops contributors (@eventops)
description:
  - Brings many livestreams to the state they are declared to have, for far fewer requests than one task for each. What is there is seen
    with a few listings, and only what has to change is read again and changed, several at a time.
  - Each livestream is what it is for M(eventops.cloudflare.realtime_livestream), and the states promise the same.
  - One that fails stops none of the others. The task fails in the end, and names all that failed.
options:
  livestreams:
    description:
      - The livestreams. No two entries may be about the same one.
    type: list
    elements: dict
    required: true
    suboptions:
      state:
        description: The state of this livestream, if it differs from O(state).
        type: str
        choices: [present, started, stopped]
      meeting_id:
        description: The ID of the meeting to livestream.
        type: str
      livestream_id:
        description: The ID of an independent livestream, which must exist.
        type: str
      name:
        description:
          - With O(livestreams[].meeting_id), the name that a livestream started by this task gets.
          - Without O(livestreams[].meeting_id) and O(livestreams[].livestream_id), the name of an independent livestream.
          - Two names that are one to a service that trims, escapes or cuts them are refused before the second livestream is created.
        type: str
      video_config:
        description: The size of the video of a meeting's livestream that this task starts.
        type: dict
        suboptions:
          width:
            description: Pixels.
            type: int
          height:
            description: Pixels.
            type: int
  state:
    description: The state of all livestreams that do not name another one. See M(eventops.cloudflare.realtime_livestream) for what it means.
    type: str
    choices: [present, started, stopped]
    default: present
  exclusive:
    description:
      - Whether to stop every active livestream of a meeting of the app that O(livestreams) does not name, each of which costs money by the
        minute. An empty list stops them all.
      - Independent livestreams are never touched.
    type: bool
    default: false
  concurrency:
    description:
      - How many livestreams are changed at a time, from 1 to 32.
      - If the API throttles one of them, all pause until it says they may go on.
    type: int
    default: 4
extends_documentation_fragment:
  - eventops.cloudflare.client
  - eventops.cloudflare.client.wait
  - eventops.cloudflare.client.stream_key
  - eventops.cloudflare.attributes
  - eventops.cloudflare.attributes.api
attributes:
  check_mode:
    support: full
    details:
      - Nothing that changes something is sent. What would change is read as it would be read before the change.
  diff_mode:
    support: full
    details:
      - One difference for each livestream that changed. The stream key is never part of it.
  idempotent:
    support: full
seealso:
  - module: eventops.cloudflare.realtime_livestream
  - module: eventops.cloudflare.realtime_livestream_info
"""

EXAMPLES = r"""
- name: Start both stages, have a feed for the mast, and stop whatever else is on the air
  eventops.cloudflare.realtime_livestreams:
    state: started
    exclusive: true
    livestreams:
      - name: camp2019-curie
        meeting_id: bbb87945-df1c-49d9-8159-262a7ae6cfde
      - name: camp2019-meitner
        meeting_id: 5f3c9a0e-7b52-4c55-9d7e-0a4f1f7f3a11
        video_config:
          width: 1920
          height: 1080
      - name: camp2019-mast
        state: present
  register: camp

- name: Tell where to watch
  ansible.builtin.debug:
    msg: "{{ item.name }}: {{ item.playback_url }}"
  loop: "{{ camp.livestreams }}"
  loop_control:
    label: "{{ item.name }}"

- name: Stop them, many at a time
  eventops.cloudflare.realtime_livestreams:
    state: stopped
    concurrency: 16
    livestreams:
      - meeting_id: bbb87945-df1c-49d9-8159-262a7ae6cfde
      - meeting_id: 5f3c9a0e-7b52-4c55-9d7e-0a4f1f7f3a11
"""

RETURN = r"""
livestreams:
  description:
    - The livestreams, in the order of O(livestreams). What is unknown is null.
    - After an accepted stop the status is V(IDLE), which the service may take some seconds to show.
  returned: once the options are accepted and the list is read, also if some failed
  type: list
  elements: dict
  contains:
    # BEGIN generated: livestream
    id:
      description: The ID of the livestream.
      type: str
      sample: 3fd739f4-3c41-456e-bfba-6ebd51e16d2c
    name:
      description: Its name.
      type: str
      sample: camp2019-curie
    meeting_id:
      description: The ID of the meeting that is livestreamed; null for an independent livestream.
      type: str
      sample: bbb87945-df1c-49d9-8159-262a7ae6cfde
    status:
      description: V(INVOKED), V(LIVE), V(IDLE), V(ERRORED), or another one that the service has come up with.
      type: str
      sample: LIVE
    disabled:
      description: Whether the livestream is disabled.
      type: bool
      sample: false
    ingest_server:
      description: Where an encoder pushes to.
      type: str
      sample: rtmps://live.cloudflare.com:443/live/
    playback_url:
      description: The HLS manifest that viewers' players open.
      type: str
      sample: https://customer-s8oj0c1n5ek8ah1e.cloudflarestream.com/7de6a3fec0f9c05bf1df140950d3a237/manifest/video.m3u8
    created_at:
      description: When it was created.
      type: str
      sample: "2023-07-15T11:48:34.753Z"
    updated_at:
      description: When it was changed last.
      type: str
      sample: "2023-07-15T11:48:34.753Z"
    stream_key:
      description: The secret with which an encoder pushes to the ingest server.
      returned: when O(return_stream_key=true)
      type: str
      sample: VALUE_SPECIFIED_IN_NO_LOG_PARAMETER
    # END generated
    changed:
      description: Whether this task changed it.
      type: bool
      sample: true
    # BEGIN generated: outcome
    #   msg: "start livestreaming the meeting bbb87945-df1c-49d9-8159-262a7ae6cfde: HTTP 403 Forbidden: Forbidden"
    failed:
      description: That it is not in the state asked for.
      returned: when it failed
      type: bool
      sample: true
    msg:
      description: Why it failed.
      returned: when it failed
      type: str
      sample: "start livestreaming the meeting bbb87945-df1c-49d9-8159-262a7ae6cfde: HTTP 403 Forbidden: Forbidden"
    error:
      description: The failure of a request, with the keys of RV(error).
      returned: when a request for it failed
      type: dict
    # END generated
unlisted:
  description: What O(exclusive=true) found active and not listed, with the same keys; empty otherwise.
  returned: once the options are accepted and the list is read
  type: list
  elements: dict
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

from ansible_collections.eventops.cloudflare.plugins.module_utils.arguments import LIVESTREAMS
from ansible_collections.eventops.cloudflare.plugins.module_utils.module import run
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.livestreams import reconcile_livestreams


def main() -> None:
    """Run the module."""
    run(LIVESTREAMS, reconcile_livestreams)


if __name__ == "__main__":
    main()
