#!/usr/bin/python
# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: event_plan
short_description: Read what an event is to livestream
version_added: 1.0.0
author:
  - eventops contributors (@eventops)
description:
  - Reads the answers of a survey, a list of streams and a published schedule, and returns what follows from them, in a form that
    M(eventops.cloudflare.realtime_event) understands.
  - The role P(eventops.cloudflare.event_livestream#role) is built on it. Use it where a playbook of your own does what the role does not.
  - An answer may be blank or null, and then was not given; numbers and booleans may be text, and lists YAML text. Anything else is refused
    with the name of the answer.
  - Asks nobody but the server of the schedule, and changes nothing.
  - If the connection is local, and the task does not become another user, it fails if O(run_sheet) or O(credentials) could not be written.
requirements:
  - requests (Python, on the controller), if O(schedule) is an address
options:
  state:
    description:
      - One of V(present), V(started), V(stopped) and V(retired). The default is V(present).
      - With V(stopped) and V(retired), every stream is to be V(stopped), whatever it says itself.
    type: raw
  event:
    description:
      - The slug of the event. Upper case becomes lower case, and anything but ASCII letters and digits V(-).
      - The default is made of the acronym or the title of the schedule. A list may have none.
      - It is put in front of names of streams and titles of meetings that do not begin with it.
    type: raw
  title:
    description: The title of the event. The default is that of the schedule.
    type: raw
  streams:
    description:
      - "A list of streams, each with C(name) and with one of C(meeting_id), C(meeting_title) and C(independent): true."
      - Also C(title), C(video_config) with C(width) and C(height), C(encoder) (who or what feeds it, as text), C(wait), and C(state).
      - A stream with the name of a room's stream adds to what the schedule says of the room.
    type: raw
  only:
    description: A list of the streams that are meant, by name (with or without the slug) or by title. RV(others) has the rest.
    type: raw
  schedule:
    description:
      - The path or the address of the schedule, as conferences publish it. See P(eventops.cloudflare.from_schedule#filter) for formats and names.
      - A relative path begins at the working directory, or where Ansible looks for files.
      - An address begins with C(http://) or C(https://), and may hold a user and a password for basic authentication, in the escapes of URLs.
        They are sent to this server only. Neither they nor the values of the query are in results or messages.
      - The server has 60 seconds to answer. Redirects are followed, except from C(https) to C(http), to addresses with credentials, and from
        another host to the controller itself or its link-local network.
    type: raw
  schedule_days:
    description: A list of the days to read, as dates or as numbers from 1, or V(today) or V(tomorrow) in the time zone of the event.
    type: raw
  schedule_rooms:
    description: A list of the rooms to read, by the names that are published, or by the names of their streams.
    type: raw
  schedule_independent:
    description: A boolean. Whether the rooms are independent livestreams, which encoders feed, instead of livestreams of meetings.
    type: raw
  auto_start:
    description: A boolean. Whether the meetings livestream as soon as somebody joins. By default this stays as it is.
    type: raw
  exclusive:
    description:
      - One of V(no), V(event) and V(app). V(true) is the former name of V(app). Passed on in RV(options).
      - The default is V(event) to stop all of an event that has a slug, and else V(no).
    type: raw
  reports:
    description: A boolean. Whether the event is only reported on, so that its name is enough.
    type: raw
  missing:
    description: One of V(fail) and V(warn). The default is V(fail). Passed on in RV(options).
    type: raw
  wait:
    description: A boolean, V(true) by default. Passed on in RV(options).
    type: raw
  wait_timeout:
    description: Seconds, V(120) by default. Passed on in RV(options).
    type: raw
  concurrency:
    description: A number from 1 to 32, V(4) by default. Passed on in RV(options).
    type: raw
  verify:
    description: One of V(warn), V(fail) and V(no). The default is V(warn). Passed on in RV(options).
    type: raw
  verify_timeout:
    description: Seconds, V(60) by default. Passed on in RV(options).
    type: raw
  run_sheet:
    description: A path. Passed on in RV(options).
    type: raw
  credentials:
    description: A path. Passed on in RV(options).
    type: raw
  credentials_host:
    description: A host of the inventory. Passed on in RV(options).
    type: raw
  prefix:
    description: What the names of answers begin with in messages.
    type: str
    default: ""
extends_documentation_fragment:
  - eventops.cloudflare.attributes
  - eventops.cloudflare.attributes.local
  - eventops.cloudflare.attributes.info_module
  - eventops.cloudflare.attributes.action
seealso:
  - plugin: eventops.cloudflare.from_schedule
    plugin_type: filter
  - module: eventops.cloudflare.realtime_event
  - module: eventops.cloudflare.event_result
"""

EXAMPLES = r"""
- name: Read what the rooms of the first day are to livestream
  eventops.cloudflare.event_plan:
    schedule: https://events.example.org/schedule.json
    schedule_days: [1]
  register: event

- name: Create a meeting for each room
  eventops.cloudflare.realtime_event:
    event: "{{ event.event.slug }}"
    streams: "{{ event.streams }}"
    others: "{{ event.others }}"
"""

RETURN = r"""
options:
  description:
    - The answers in their types, blanks replaced by defaults.
    - An address in C(schedule) is without its credentials and the values of its query.
  returned: success
  type: dict
  sample:
    state: present
    wait: true
    wait_timeout: 120.0
event:
  description: What the schedule says of the conference. The title and C(slug) are there without a schedule as well.
  returned: success
  type: dict
  sample:
    title: DemoCon
    acronym: democon
    version: v1.1
    time_zone: UTC
    url: null
    start: "2020-12-14"
    end: "2020-12-16"
    days:
      - day: "2020-12-14"
        start: "2020-12-14T09:00:00+01:00"
        end: "2020-12-14T18:00:00+01:00"
    slug: democon
streams:
  description: One for each room of the schedule, and those of O(streams).
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: The name of the livestream.
      type: str
      sample: democon-Gray-Room
    title:
      description: The room as it is published, or what the list says.
      type: str
      sample: Gray Room
    meeting_id:
      description: The ID of the meeting, if it was given.
      type: str
    meeting_title:
      description: The title of the meeting; null for an independent livestream, and where an ID was given.
      type: str
      sample: "democon: Gray Room"
    independent:
      description: Whether it is an independent livestream.
      type: bool
      sample: false
    video_config:
      description: The size of the video, if it was given.
      type: dict
    encoder:
      description: Who or what feeds it, if it was given.
      type: str
    wait:
      description: Whether to wait for it, if that was given.
      type: bool
    state:
      description: The state it is to have.
      type: str
      sample: present
    talks:
      description: The talks of the room, in the order of their times.
      type: list
      elements: dict
      sample:
        - id: 25
          title: Focused 5thgeneration hardware
          subtitle: null
          speakers: [Brian Robinson]
          track: Phased
          language: en
          day: "2020-12-14"
          start: "2020-12-14T09:00:00+01:00"
          end: "2020-12-14T09:30:00+01:00"
          url: http://localhost/democon/talk/G9JGWY/
others:
  description: The streams of the event that were not chosen, by O(only), O(schedule_days) or O(schedule_rooms).
  returned: success
  type: list
  elements: dict
  sample:
    - name: democon-Blue-Room
      meeting_id: null
      meeting_title: "democon: Blue Room"
"""
