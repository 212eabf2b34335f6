#!/usr/bin/python
# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: event_result
short_description: Publish what came of the livestreams of an event
version_added: 1.0.0
author:
  - eventops contributors (@eventops)
description:
  - Sets the facts C(event_livestream_results) and C(event_livestream_leftovers), and the artifact C(event_livestream_published) of a job of
    AWX, from the results of M(eventops.cloudflare.realtime_event).
  - The role P(eventops.cloudflare.event_livestream#role) is built on it. Use it where a playbook of your own does what the role does not.
  - Publishes nothing that was not read or accepted. Results of tasks that read nothing set no facts.
  - Asks nobody, and changes nothing.
options:
  event:
    description: RV(eventops.cloudflare.event_plan#module:event).
    type: dict
    required: true
  applied:
    description: The result of M(eventops.cloudflare.realtime_event).
    type: dict
    required: true
  waited:
    description: The result of the task that did the same again and waited, or an empty one.
    type: dict
    required: true
  credentials:
    description: The result of M(eventops.cloudflare.realtime_credentials), or an empty one.
    type: dict
    required: true
extends_documentation_fragment:
  - eventops.cloudflare.attributes
  - eventops.cloudflare.attributes.local
  - eventops.cloudflare.attributes.info_module
  - eventops.cloudflare.attributes.action
attributes:
  facts:
    description: Action returns an C(ansible_facts) dictionary that will update existing host facts.
    support: full
seealso:
  - module: eventops.cloudflare.event_plan
  - module: eventops.cloudflare.realtime_event
"""

EXAMPLES = r"""
- name: Read what the event is to be
  eventops.cloudflare.event_plan:
    state: present
    event: camp2019
    streams:
      - name: curie
        meeting_title: Curie
  register: plan

- name: Apply it
  eventops.cloudflare.realtime_event:
    event: "{{ plan.event.slug }}"
    streams: "{{ plan.streams }}"
  register: applied
  ignore_errors: true

- name: Publish the results
  eventops.cloudflare.event_result:
    event: "{{ plan.event }}"
    applied: "{{ applied }}"
    waited: {}
    credentials: {}
"""

RETURN = r"""
ansible_facts:
  description: The facts that are set.
  returned: when the service was read
  type: dict
  contains:
    event_livestream_results:
      description: The streams by name, with the keys of RV(eventops.cloudflare.realtime_event#module:streams) but C(changed).
      type: dict
    event_livestream_leftovers:
      description: What is left over, with the keys of RV(eventops.cloudflare.realtime_event#module:leftovers) but C(changed).
      type: list
      elements: dict
lines:
  description: One line for people on each stream, and on each thing that is left over.
  returned: always
  type: list
  elements: str
  sample: ["camp2019-curie  bbb87945-df1c-49d9-8159-262a7ae6cfde  LIVE"]
sheet:
  description: What the run sheet shows.
  returned: always
  type: dict
failure:
  description: What the tasks failed with, one text for all; null if none did.
  returned: always
  type: str
  sample: "1 of 4 rooms failed: camp2019-curie: no meeting is titled 'camp2019: Curie'"
"""
