#!/usr/bin/python
# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: realtime_event
short_description: Create, start, stop and retire all meetings and livestreams of an event
version_added: 1.0.0
author:
  - eventops contributors (@eventops)
description:
  - Brings the meetings and livestreams of a whole event to the state they are declared to have, in one task.
  - The task reads the lists of meetings and livestreams, creates the meetings that are missing, starts or stops livestreams, waits, and
    asks the playback URLs for a manifest.
  - A stream that fails does not stop the others. The task fails in the end, and names each stream that failed and why.
  - It returns only what was read from the service, or accepted by it.
  - What carries the slug of the event and is not in the list is left over, for example a room that was renamed. It is always reported.
options:
  streams:
    description: The streams of the event, one for each room. With none, O(state=stopped) stops the whole event.
  earlier:
    description:
      - The C(streams) that an earlier task of this module returned. Meetings and independent livestreams that it found or made are looked up by
        their IDs where lists do not show them yet, and are not created again.
    type: list
    elements: dict
    default: []
  others:
    description:
      - Streams of the event that are in its list and that this task leaves alone, because only some rooms or days were chosen. They are not
        left over, and O(exclusive) does not stop them.
  state:
    description:
      - With V(present), the meetings and the independent livestreams exist. Livestreams of meetings are left as they are, since only starting
        creates one.
      - With V(started), all are active. Meetings that do not exist are created first. An independent livestream is waited for until its
        encoder pushes.
      - With V(stopped), none is active, whatever O(streams[].state) says. A meeting of the title must exist. It may have been retired or renamed since.
      - With V(retired), the meetings that are known by their titles, and those left over from the event, are INACTIVE. This is refused
        while anything of the event is on the air. Meetings that are known by their IDs, and independent livestreams, stay.
    type: str
    choices: [present, started, stopped, retired]
    default: present
  auto_start:
    description: Whether the meetings are livestreamed as soon as somebody joins. If it is not given, this stays as it is.
    type: bool
  exclusive:
    description:
      - What else is stopped. V(event) stops what is left over from the event. V(app) stops every active livestream of a meeting of the
        app that is not in O(streams) or O(others).
      - What is in the list is not stopped by this, whatever its state is to be.
      - With O(state=stopped), O(event) and no O(streams), it is V(event).
    type: str
    choices: ['no', event, app]
    default: 'no'
  missing:
    description:
      - What happens when a stream that is waited for is not on the air in time, because its encoder or its people are missing.
      - V(fail) fails the task in the end. V(warn) only warns. The others are waited for and verified in both cases.
    type: str
    choices: [fail, warn]
    default: fail
  verify:
    description:
      - Whether to see, after a start that was waited for, that every playback URL answers with an HLS manifest.
      - With V(warn), a warning names the streams that do not. With V(fail), the task fails and names them.
    type: str
    choices: [warn, fail, 'no']
    default: 'no'
  verify_timeout:
    description: The most seconds until the playback URLs answer.
    type: float
    default: 60
extends_documentation_fragment:
  - eventops.cloudflare.event
  - eventops.cloudflare.client
  - eventops.cloudflare.client.wait
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
      - One difference for each meeting and each livestream that changed. The stream key is never part of it.
  idempotent:
    support: full
seealso:
  - module: eventops.cloudflare.realtime_event_info
  - module: eventops.cloudflare.event_plan
  - module: eventops.cloudflare.realtime_livestreams
"""

EXAMPLES = r"""
- name: Start the event, and stop the rooms that were taken off its list
  eventops.cloudflare.realtime_event:
    event: camp2019
    state: started
    exclusive: event
    streams:
      - name: camp2019-curie
        meeting_title: "camp2019: Curie"
      - name: camp2019-mast
        independent: true
        wait: false
  register: camp

- name: Tell where to watch
  ansible.builtin.debug:
    msg: "{{ item.name }}: {{ item.playback_url }}"
  loop: "{{ camp.streams }}"
  loop_control:
    label: "{{ item.name }}"

- name: Stop all of it, whatever became of its list
  eventops.cloudflare.realtime_event:
    event: camp2019
    state: stopped
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
      description: Whether this task changed its meeting or its livestream.
      type: bool
      sample: true
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
      description: Whether this task stopped it.
      type: bool
      sample: false
    failed:
      description: That it could not be stopped.
      returned: when that failed
      type: bool
      sample: true
    msg:
      description: Why it could not be stopped.
      returned: when that failed
      type: str
      sample: "stop livestreaming the meeting 5f3c9a0e-7b52-4c55-9d7e-0a4f1f7f3a11: HTTP 403 Forbidden: Forbidden"
    error:
      description: The failure of a request, with the keys of RV(error).
      returned: when a request for it failed
      type: dict
unlisted:
  description:
    - What O(exclusive=app) stopped that is not left over from the event.
    - Each has the keys that M(eventops.cloudflare.realtime_livestreams) returns of a livestream.
  returned: once the options are accepted and the lists are read
  type: list
  elements: dict
missing:
  description: The names of the streams that were waited for in vain, because their encoders or their people are missing.
  returned: once the options are accepted and the lists are read
  type: list
  elements: str
  sample: [camp2019-mast]
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

from ansible_collections.eventops.cloudflare.plugins.module_utils.arguments import EVENT
from ansible_collections.eventops.cloudflare.plugins.module_utils.module import run
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.event import reconcile_event


def main() -> None:
    """Run the module."""
    run(EVENT, reconcile_event)


if __name__ == "__main__":
    main()
