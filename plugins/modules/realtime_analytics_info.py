#!/usr/bin/python
# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: realtime_analytics_info
short_description: Report on the use of Cloudflare RealtimeKit
version_added: 1.0.0
author:
  - eventops contributors (@eventops)
description:
  - Returns how many livestreams there were, and how long they were sent and watched, in the whole app or by room of an event; or the app's
    sessions and recordings by day.
options:
  report:
    description:
      - With V(livestreams), the totals of all livestreams in the time range.
      - With V(livestreams_daily), the same by day.
      - With V(app_daily), the sessions and recordings of the app by day. The time range counts in whole days, and is the last 30 days if it
        is not given.
      - With V(event), the sessions of the livestreams of one event, by room, and how long each was sent and watched. O(event), O(streams) and
        O(others) say which event it is. Retired meetings count as well. It takes three lists, and one request for each room, or more where
        the answer about a meeting does not hold all its livestreams. A livestream counts for the event that its name says.
    type: str
    choices: [livestreams, livestreams_daily, app_daily, event]
    default: livestreams
  filters:
    description: Passed on as it is, for V(livestreams) and V(livestreams_daily). The API reference does not say what it may hold.
    type: str
extends_documentation_fragment:
  - eventops.cloudflare.event
  - eventops.cloudflare.client
  - eventops.cloudflare.client.time_range
  - eventops.cloudflare.attributes
  - eventops.cloudflare.attributes.api
  - eventops.cloudflare.attributes.info_module
"""

EXAMPLES = r"""
- name: How much was sent and watched during the camp?
  eventops.cloudflare.realtime_analytics_info:
    start_time: "2019-08-21T00:00:00+02:00"
    end_time: "2019-08-26T00:00:00+02:00"
  register: camp

- name: Tell
  ansible.builtin.debug:
    msg: "{{ camp.analytics.count }} livestreams, watched for {{ (camp.analytics.total_viewer_seconds / 3600) | round(1) }} hours"

- name: The same by day
  eventops.cloudflare.realtime_analytics_info:
    report: livestreams_daily
    start_time: "2019-08-21"
    end_time: "2019-08-26"

- name: Sessions and recordings of the last 30 days
  eventops.cloudflare.realtime_analytics_info:
    report: app_daily

- name: How long was each room of the camp sent and watched?
  eventops.cloudflare.realtime_analytics_info:
    report: event
    event: camp2019
  register: rooms

- name: Tell
  ansible.builtin.debug:
    msg: "{{ item.name }}: sent for {{ (item.total_ingest_seconds / 3600) | round(1) }} hours"
  loop: "{{ rooms.analytics.rooms }}"
  loop_control:
    label: "{{ item.name }}"
"""

RETURN = r"""
analytics:
  description: The report.
  returned: success
  type: dict
  contains:
    count:
      description: How many livestream sessions there were.
      returned: when O(report=livestreams) or O(report=event)
      type: int
      sample: 4
    total_ingest_seconds:
      description: How many seconds were sent.
      returned: when O(report=livestreams) or O(report=event)
      type: float
      sample: 531
    total_viewer_seconds:
      description: How many seconds were watched, by all viewers together.
      returned: when O(report=livestreams) or O(report=event)
      type: float
      sample: 116
    days:
      description: For each day C(date), C(count), C(total_ingest_seconds) and C(total_viewer_seconds).
      returned: when O(report=livestreams_daily)
      type: list
      elements: dict
      sample:
        - date: "2023-07-15"
          count: 4
          total_ingest_seconds: 531
          total_viewer_seconds: 116
    session_stats:
      description: C(sessions_count), C(sessions_minutes_consumed), and C(day_stats) with both by day.
      returned: when O(report=app_daily)
      type: dict
    recording_stats:
      description: C(recording_count), C(recording_minutes_consumed), and C(day_stats) with both by day.
      returned: when O(report=app_daily)
      type: dict
    rooms:
      description:
        - The rooms of the event. Those of O(streams) come first, in their order, and then what was livestreamed under the event's slug and is
          in no list.
        - A room that could not be read has null for its sessions and sums, and C(failed), C(msg) and C(error). The task fails then.
      returned: when O(report=event)
      type: list
      elements: dict
      contains:
        name:
          description: The name of the stream, as O(streams) has it; or else the name of its livestream, or the title of its meeting.
          type: str
          sample: camp2019-curie
        title:
          description: The title of the room, as O(streams) has it.
          type: str
          sample: Curie
        meeting_title:
          description: The title of its meeting.
          type: str
          sample: "camp2019: Curie"
        meeting_id:
          description: The ID of its meeting; the last one, if it had several. Null for an independent livestream.
          type: str
          sample: bbb87945-df1c-49d9-8159-262a7ae6cfde
        independent:
          description: Whether an encoder feeds it, without a meeting.
          type: bool
          sample: false
        listed:
          description: Whether it is in O(streams).
          type: bool
          sample: true
        on_air:
          description: Whether one of its livestreams is active, so that its numbers go on growing. Null if they could not be read.
          type: bool
          sample: false
        count:
          description: How many sessions began in the time range.
          type: int
          sample: 1
        total_ingest_seconds:
          description: How many seconds they were sent. The service counts 60 for the first 40 to 50 seconds.
          type: float
          sample: 28800
        total_viewer_seconds:
          description: How many seconds they were watched, by all viewers together.
          type: float
          sample: 1728000
        sessions:
          description:
            - These sessions, oldest first, with the keys that M(eventops.cloudflare.realtime_livestream_info) returns of a session, and
              with C(on_air), whether it goes on.
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

from ansible_collections.eventops.cloudflare.plugins.module_utils.arguments import ANALYTICS_INFO
from ansible_collections.eventops.cloudflare.plugins.module_utils.module import run
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.analytics import report


def main() -> None:
    """Run the module."""
    run(ANALYTICS_INFO, report)


if __name__ == "__main__":
    main()
