#!/usr/bin/python
# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: realtime_livestream
short_description: Create, start and stop a livestream of Cloudflare RealtimeKit
version_added: 1.0.0
author:
  - eventops contributors (@eventops)
description:
  - Brings one livestream to the state it is declared to have, however often and from however many jobs at once it is run.
  - The livestream of a meeting is identified by O(meeting_id). It is started and stopped through the API, and a meeting has at most one
    active livestream.
  - An independent livestream is identified by O(name) or O(livestream_id). It is created through the API, and goes live when an encoder
    pushes to it.
options:
  state:
    description:
      - With V(present), the independent livestream exists. Refused with O(meeting_id), since only starting creates a meeting's livestream.
      - With V(started), the livestream is active (C(INVOKED) or C(LIVE)), and with O(wait=true) it is C(LIVE) and has a playback URL. An
        independent livestream is created if it does not exist. The API cannot start it, so that an encoder has to; with O(wait=false) the
        task fails unless it is active.
      - With V(stopped), the livestream is not active. The API cannot stop an independent livestream, so that its encoder has to.
    type: str
    choices: [present, started, stopped]
    default: present
  meeting_id:
    description: The ID of the meeting to livestream.
    type: str
  livestream_id:
    description: The ID of an independent livestream, which must exist.
    type: str
  name:
    description:
      - With O(meeting_id), the name that a livestream started by this task gets. One that is active already cannot be renamed.
      - Without O(meeting_id) and O(livestream_id), the name of an independent livestream. The oldest enabled livestream of exactly that
        name that belongs to no meeting is the one. A warning names any others.
      - The API reference allows letters, digits, hyphens and underscores. The service decides what it accepts.
      - A service may trim, escape or cut what it is sent. If it calls the livestream otherwise, a warning says how. Later runs find it by the
        form of O(name) that the service keeps, unless that was cut. If nobody can tell whether something is that livestream or another
        one, the task fails and changes nothing.
    type: str
  video_config:
    description:
      - The size of the video of a meeting's livestream that this task starts.
      - An active livestream keeps its size. An independent one has the size that its encoder sends.
    type: dict
    suboptions:
      width:
        description: Pixels.
        type: int
      height:
        description: Pixels.
        type: int
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
      - Nothing that changes something is sent. The livestream that would come of it is returned, with null for what only the service knows.
  diff_mode:
    support: full
    details:
      - The stream key is never part of it.
  idempotent:
    support: full
seealso:
  - module: eventops.cloudflare.realtime_livestream_info
"""

EXAMPLES = r"""
- name: Livestream a meeting, and wait until viewers can watch
  eventops.cloudflare.realtime_livestream:
    meeting_id: bbb87945-df1c-49d9-8159-262a7ae6cfde
    name: camp2019-curie
    state: started
    video_config:
      width: 1920
      height: 1080
  register: curie

- name: Tell where to watch
  ansible.builtin.debug:
    msg: "{{ curie.livestream.playback_url }}"

- name: Stop it, without waiting for the service to settle
  eventops.cloudflare.realtime_livestream:
    meeting_id: bbb87945-df1c-49d9-8159-262a7ae6cfde
    state: stopped
    wait: false

- name: Have an independent livestream for an encoder, with its stream key
  eventops.cloudflare.realtime_livestream:
    name: camp2019-aerial
    state: present
    return_stream_key: true
  no_log: true
  register: aerial

- name: Wait until the encoder has brought it live
  eventops.cloudflare.realtime_livestream:
    name: camp2019-aerial
    state: started
    wait_timeout: 600
"""

RETURN = r"""
livestream:
  description:
    - The livestream. What is unknown is null.
    - After an accepted stop its status is V(IDLE), which the service may take some seconds to show.
  returned: success, and on a failure after something was changed
  type: dict
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

from ansible_collections.eventops.cloudflare.plugins.module_utils.arguments import LIVESTREAM
from ansible_collections.eventops.cloudflare.plugins.module_utils.module import run
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.livestreams import reconcile_livestream


def main() -> None:
    """Run the module."""
    run(LIVESTREAM, reconcile_livestream)


if __name__ == "__main__":
    main()
