# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of what every module takes."""

from __future__ import annotations


class ModuleDocFragment:
    """The options of module_utils/arguments.py: CLIENT, WAIT, STREAM_KEY and TIME_RANGE."""

    DOCUMENTATION = r"""
options:
  account_id:
    description:
      - The Cloudflare account ID.
      - If not given, the environment variable E(CLOUDFLARE_ACCOUNT_ID) is used. One of them is required.
    type: str
  app_id:
    description:
      - The ID of the RealtimeKit app that the meetings and livestreams belong to.
      - If not given, the environment variable E(CLOUDFLARE_REALTIME_APP_ID) is used. One of them is required.
    type: str
  api_token:
    description:
      - An API token with the permission C(Realtime) or C(Realtime Admin).
      - If not given, the environment variable E(CLOUDFLARE_API_TOKEN) is used.
      - What a task says comes before what the environment says. If the environment holds both a token and a key, the token is used.
    type: str
  api_key:
    description:
      - The global API key, together with O(api_email). A token in O(api_token) is the better choice.
      - If not given, the environment variable E(CLOUDFLARE_API_KEY) is used.
    type: str
  api_email:
    description:
      - The e-mail address that belongs to O(api_key).
      - If not given, the environment variable E(CLOUDFLARE_EMAIL) is used.
    type: str
  base_url:
    description:
      - Where the API is. Plain C(http://) is accepted for loopback addresses only.
      - If not given, the environment variable E(CLOUDFLARE_BASE_URL) is used.
    type: str
    default: https://api.cloudflare.com/client/v4
  timeout:
    description: Seconds that one request may take to be connected, and to be answered to the last byte.
    type: float
    default: 30
  retries:
    description:
      - How often a request is retried after a transient error.
      - Reads are retried after HTTP 429, after errors of the server, and after failures of the connection.
      - Anything that changes something is retried only if it certainly was not processed - it was answered with HTTP 429, or
        no byte of it was sent. Otherwise the module reads back what became of it.
    type: int
    default: 4
  retry_max_wait:
    description:
      - The most seconds to wait before a retry, also if the API asks for more with C(Retry-After).
      - If the API asks for more, the task fails at once and says when to try again.
    type: float
    default: 60
  validate_certs:
    description: Whether to verify the server's TLS certificate. Turn this off only to find out why it is refused.
    type: bool
    default: true
  ca_path:
    description:
      - A file, or a directory, of certificate authorities to trust instead of the system's.
      - If not given, the environment variables E(REQUESTS_CA_BUNDLE) and E(CURL_CA_BUNDLE) are used.
    type: path
requirements:
  - python >= 3.8
  - requests >= 2.28 (Python package)
notes:
  - Proxies are taken from the environment variables E(HTTPS_PROXY) and E(NO_PROXY) of the process that runs the module.
  - Give credentials through the environment, or with C(module_defaults) for C(group/eventops.cloudflare.realtime). Do not use a task's
    C(environment), which Ansible prints at C(-vvvv).
"""

    WAIT = r"""
options:
  wait:
    description:
      - Whether to wait until the state is reached. With V(false) nothing is polled.
      - Ignored in check mode, and if O(state=present).
    type: bool
    default: true
  wait_timeout:
    description:
      - The most seconds to wait. If they pass, the task fails and says what the last status was.
      - Ignored if O(wait=false).
    type: float
    default: 120
"""

    STREAM_KEY = r"""
options:
  return_stream_key:
    description:
      - Whether to return the stream key, which is a credential. Whoever has it can broadcast.
      - It costs one more request if the API's answer lacks the key.
      - ansible-core 2.22 and later mask the key in the output. Before that, set C(no_log) to V(true) on the task.
    type: bool
    default: false
"""

    TIME_RANGE = r"""
options:
  start_time:
    description: The beginning of the time range, as ISO 8601 or as Unix seconds. Without a zone it is UTC.
    type: str
  end_time:
    description: The end of the time range, as ISO 8601 or as Unix seconds. Without a zone it is UTC.
    type: str
"""
