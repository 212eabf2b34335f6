#!/usr/bin/python
# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: realtime_meeting
short_description: Create, change and retire a meeting of Cloudflare RealtimeKit
version_added: 1.0.0
author:
  - eventops contributors (@eventops)
description:
  - Brings one meeting to the state it is declared to have. Only what is given is compared, and only what differs is changed.
  - A meeting cannot be deleted. It is retired by making it inactive, so that nobody can join it. That does not stop its livestream. A
    warning names one that is on the air.
options:
  state:
    description:
      - With V(active), the meeting exists, people can join it, and it has the settings that are given.
      - With V(inactive), it is retired, and the settings do not matter. By O(title), every active meeting of that title is retired.
    type: str
    choices: [active, inactive]
    default: active
  meeting_id:
    description: The ID of the meeting, which must exist.
    type: str
  title:
    description:
      - Without O(meeting_id), the title of the meeting. The oldest active meeting of exactly that title is the one. If there are more, a
        warning names them.
      - With O(meeting_id), the title that the meeting is to have.
      - A service may trim, escape or cut what it is sent. If it calls the meeting otherwise, a warning says how. Later runs find it by the
        form of O(title) that the service keeps, unless that was cut. If nobody can tell whether something is that meeting or another
        one, the task fails and changes nothing.
    type: str
  # BEGIN generated: meeting_settings
  #   config: recording_config
  live_stream_on_start:
    description: Whether the meeting is livestreamed as soon as somebody joins.
    type: bool
  record_on_start:
    description: Whether the meeting is recorded as soon as somebody joins.
    type: bool
  persist_chat:
    description: Whether the chat persists for a week.
    type: bool
  summarize_on_end:
    description: Whether a summary is made when the meeting ends. This needs transcription.
    type: bool
  transcribe_on_end:
    description: Whether a transcript is made when the meeting ends.
    type: bool
  session_keep_alive_time_in_secs:
    description: For how many seconds, from 60 to 600, a session remains active after the last participant has left.
    type: int
  ai_config:
    description: How transcripts and summaries are made. Only what is given here is compared and changed.
    type: dict
    suboptions:
      transcription:
        description: How transcripts are made.
        type: dict
        suboptions:
          keywords:
            description: Terms to recognise.
            type: list
            elements: str
          language:
            description: The language that is spoken, for example V(en-US) or V(de).
            type: str
          profanity_filter:
            description: Whether offensive language is left out.
            type: bool
      summarization:
        description: How summaries are made.
        type: dict
        suboptions:
          word_limit:
            description: The most words, from 150 to 1000.
            type: int
          text_format:
            description: The format of the text.
            type: str
            choices: [plain_text, markdown]
          summary_type:
            description: The style, for example V(general), V(lecture) or V(interview).
            type: str
  recording_config:
    description:
      - How the meeting is recorded. Only what is given here is compared and changed.
      - Some services may take it only when a meeting is created.
    type: dict
    suboptions:
      max_seconds:
        description: The longest recording, from 60 to 86400 seconds.
        type: int
      file_name_prefix:
        description: What the names of the files begin with.
        type: str
      video_config:
        description: The video.
        type: dict
        suboptions:
          codec:
            description: V(H264), V(VP8), or another one that the service knows.
            type: str
          width:
            description: Pixels.
            type: int
          height:
            description: Pixels.
            type: int
          export_file:
            description: Whether the video is exported as a file.
            type: bool
          watermark:
            description: A picture on the video.
            type: dict
            suboptions:
              url:
                description: Where the picture is.
                type: str
              position:
                description: Where it is put.
                type: str
                choices: [left top, right top, left bottom, right bottom]
              size:
                description: Its size.
                type: dict
                suboptions:
                  width:
                    description: Pixels.
                    type: int
                  height:
                    description: Pixels.
                    type: int
      audio_config:
        description: The audio.
        type: dict
        suboptions:
          codec:
            description: V(AAC), V(MP3), or another one that the service knows.
            type: str
          channel:
            description: The channels.
            type: str
            choices: [mono, stereo]
          export_file:
            description: Whether the audio is exported as a file of its own.
            type: bool
      storage_config:
        description:
          - Where recordings are stored besides.
          - The service never tells the secrets in it. They are sent when a meeting is created, or when something else in
            O(recording_config) differs, are not compared, and are never shown.
        type: dict
        suboptions:
          type:
            description: The kind of storage.
            type: str
            required: true
            choices: [aws, azure, digitalocean, gcs, sftp]
          access_key:
            description: The access key. A secret.
            type: str
          secret:
            description: The secret key. A secret.
            type: str
          bucket:
            description: The name of the bucket.
            type: str
          region:
            description: The region.
            type: str
          path:
            description: The path in the bucket.
            type: str
          auth_method:
            description: How to log in to an SFTP server.
            type: str
            choices: [KEY, PASSWORD]
          host:
            description: The SFTP server.
            type: str
          port:
            description: The port of the SFTP server.
            type: int
          username:
            description: The user name on the SFTP server.
            type: str
          password:
            description: The password of the user, or of the key. A secret.
            type: str
          private_key:
            description: The private key. A secret.
            type: str
      realtimekit_bucket_config:
        description: RealtimeKit's own storage.
        type: dict
        suboptions:
          enabled:
            description: Whether recordings are uploaded to it.
            type: bool
            required: true
      live_streaming_config:
        description: Where the recording is streamed to besides.
        type: dict
        suboptions:
          rtmp_url:
            description: The RTMP URL. It often holds a stream key, and so it is never shown.
            type: str
  # END generated
extends_documentation_fragment:
  - eventops.cloudflare.client
  - eventops.cloudflare.attributes
  - eventops.cloudflare.attributes.api
attributes:
  check_mode:
    support: full
    details:
      - Nothing that changes something is sent. What would come of it is returned, with null for what only the service knows.
  diff_mode:
    support: full
    details:
      - Secrets are never part of it.
  idempotent:
    support: full
    details:
      - A secret in O(recording_config.storage_config) that differs from the one the service has is not noticed.
seealso:
  - module: eventops.cloudflare.realtime_meetings
  - module: eventops.cloudflare.realtime_meeting_info
  - module: eventops.cloudflare.realtime_livestream
"""

EXAMPLES = r"""
- name: Have a meeting for a stage, which is livestreamed as soon as somebody joins
  eventops.cloudflare.realtime_meeting:
    title: Curie
    live_stream_on_start: true
    session_keep_alive_time_in_secs: 600
  register: curie

- name: Have its talks transcribed
  eventops.cloudflare.realtime_meeting:
    meeting_id: "{{ curie.meeting.id }}"
    transcribe_on_end: true
    ai_config:
      transcription:
        language: de
  when: curie.meeting.id is not none

- name: Stop its livestream after the event
  eventops.cloudflare.realtime_livestream:
    meeting_id: "{{ curie.meeting.id }}"
    state: stopped
  when: curie.meeting.id is not none

- name: Retire it after the event
  eventops.cloudflare.realtime_meeting:
    title: Curie
    state: inactive
"""

RETURN = r"""
meeting:
  description: The meeting. What is unknown is null.
  returned: success, and on a failure after something was changed
  type: dict
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

from ansible_collections.eventops.cloudflare.plugins.module_utils.arguments import MEETING
from ansible_collections.eventops.cloudflare.plugins.module_utils.module import run
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.meetings import reconcile_meeting


def main() -> None:
    """Run the module."""
    run(MEETING, reconcile_meeting)


if __name__ == "__main__":
    main()
