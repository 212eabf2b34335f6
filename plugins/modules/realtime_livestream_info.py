#!/usr/bin/python
# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: realtime_livestream_info
short_description: Look up livestreams of Cloudflare RealtimeKit
version_added: 1.0.0
author:
  - eventops contributors (@eventops)
description:
  - Returns livestreams by ID, by meeting, by session, or a filtered list of them.
  - If nothing is found, the list is empty and the task succeeds.
options:
  livestream_id:
    description: Return this livestream with all its sessions.
    type: str
  meeting_id:
    description: Return the livestreams of this meeting with all their sessions.
    type: str
  session_id:
    description: Return the livestream that this session belongs to, with this session.
    type: str
  active:
    description:
      - With O(meeting_id), return the meeting's active livestream only, without sessions. It costs one request.
      - With O(livestream_id), return the livestream only if it has an active session, with that session.
    type: bool
    default: false
  status:
    description: Of the list, return the livestreams that have one of these statuses.
    type: list
    elements: str
    choices: [LIVE, IDLE, ERRORED, INVOKED]
  name:
    description: Of the list, return the livestreams of this name, also in a form that the service may have made of it.
    type: str
  exclude_meetings:
    description: Of the list, return independent livestreams only.
    type: bool
    default: false
  sort_order:
    description: Whether the list begins with the oldest livestream or with the newest.
    type: str
    choices: [asc, desc]
    default: asc
  limit:
    description: Return no more livestreams than this, and read no more pages of the list than needed for it.
    type: int
extends_documentation_fragment:
  - eventops.cloudflare.client
  - eventops.cloudflare.client.time_range
  - eventops.cloudflare.client.stream_key
  - eventops.cloudflare.attributes
  - eventops.cloudflare.attributes.api
  - eventops.cloudflare.attributes.info_module
seealso:
  - module: eventops.cloudflare.realtime_livestream
"""

EXAMPLES = r"""
- name: What is on the air, and what is about to be?
  eventops.cloudflare.realtime_livestream_info:
    status: [LIVE, INVOKED]
  register: on_air

- name: Is this meeting livestreamed?
  eventops.cloudflare.realtime_livestream_info:
    meeting_id: bbb87945-df1c-49d9-8159-262a7ae6cfde
    active: true
  register: current

- name: Tell
  ansible.builtin.debug:
    msg: "{{ current.livestreams | map(attribute='playback_url') | first | default('not now') }}"

- name: How long was it watched?
  eventops.cloudflare.realtime_livestream_info:
    livestream_id: 3fd739f4-3c41-456e-bfba-6ebd51e16d2c
  register: feed

- name: Tell
  ansible.builtin.debug:
    msg: "{{ feed.livestreams[0].sessions | sum(attribute='viewer_seconds') }} seconds"
  when: feed.livestreams | length > 0

- name: The ten newest independent livestreams of the camp
  eventops.cloudflare.realtime_livestream_info:
    exclude_meetings: true
    start_time: "2019-08-21T00:00:00+02:00"
    end_time: "2019-08-26T00:00:00+02:00"
    sort_order: desc
    limit: 10
"""

RETURN = r"""
livestreams:
  description: The livestreams; an empty list if there are none. What is unknown is null.
  returned: success
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
    sessions:
      description: The times it was on the air.
      returned: when they were fetched, that is with O(livestream_id), O(session_id), or O(meeting_id) and O(active=false)
      type: list
      elements: dict
      contains:
        id:
          description: The ID of the session.
          type: str
          sample: cf55a850-c3fd-46b5-b5d2-25b3b9aa1686
        livestream_id:
          description: The ID of the livestream.
          type: str
          sample: 3fd739f4-3c41-456e-bfba-6ebd51e16d2c
        err_message:
          description: Why it failed, if it did.
          type: str
          sample: null
        ingest_seconds:
          description: How many seconds were sent. The service says 60 during the first 40 to 50 of them.
          type: float
          sample: 3600
        viewer_seconds:
          description: How many seconds were watched, by all viewers together.
          type: float
          sample: 86400
        invoked_time:
          description: When it was asked for.
          type: str
          sample: null
        started_time:
          description: When it went live.
          type: str
          sample: "2023-07-15T07:08:39.000Z"
        stopped_time:
          description: When it ended.
          type: str
          sample: null
        created_at:
          description: When the session was created.
          type: str
          sample: "2023-07-15T07:08:40.742Z"
        updated_at:
          description: When it was changed last.
          type: str
          sample: "2023-07-15T07:08:40.742Z"
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

from ansible_collections.eventops.cloudflare.plugins.module_utils.arguments import LIVESTREAM_INFO
from ansible_collections.eventops.cloudflare.plugins.module_utils.module import run
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.info import look_up


def main() -> None:
    """Run the module."""
    run(LIVESTREAM_INFO, look_up)


if __name__ == "__main__":
    main()
