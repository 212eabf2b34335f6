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
  - Returns how many livestreams there were, and how long they were sent and watched; or the app's sessions and recordings by day.
options:
  report:
    description:
      - With V(livestreams), the totals of all livestreams in the time range.
      - With V(livestreams_daily), the same by day.
      - With V(app_daily), the sessions and recordings of the app by day. The time range counts in whole days, and is the last 30 days if it
        is not given.
    type: str
    choices: [livestreams, livestreams_daily, app_daily]
    default: livestreams
  filters:
    description: Passed on as it is, for the reports on livestreams. The API reference does not say what it may hold.
    type: str
extends_documentation_fragment:
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
"""

RETURN = r"""
analytics:
  description: The report.
  returned: success
  type: dict
  contains:
    count:
      description: How many livestream sessions there were.
      returned: when O(report=livestreams)
      type: int
      sample: 4
    total_ingest_seconds:
      description: How many seconds were sent.
      returned: when O(report=livestreams)
      type: float
      sample: 531
    total_viewer_seconds:
      description: How many seconds were watched, by all viewers together.
      returned: when O(report=livestreams)
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
