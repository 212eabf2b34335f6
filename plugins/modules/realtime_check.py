#!/usr/bin/python
# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: realtime_check
short_description: See whether all is there that an event needs
version_added: 1.0.0
author:
  - eventops contributors (@eventops)
description:
  - Checks what an event needs, before the event or on the first day. It only reads, and creates nothing.
  - It looks at the credentials and the IDs, the connection with its proxy and its encryption, the clock, the token, the account and the app,
    what the token may read, how many requests are left, and whether encoders can reach their ingest servers from here.
  - It cannot tell whether the token may start livestreams, or whether independent livestreams can be created. Only a start and a creation
    tell.
extends_documentation_fragment:
  - eventops.cloudflare.client
  - eventops.cloudflare.attributes
  - eventops.cloudflare.attributes.api
  - eventops.cloudflare.attributes.info_module
options:
  ingest_servers:
    description:
      - Ingest servers that encoders push to, such as V(rtmps://live.example.org:443/live). A connection to each is opened and closed.
        Those at one host and port are tried once. Over SRT, which takes UDP, only the name of the host is looked up.
      - Without any, those of the independent livestreams that exist are tried. If these cannot be reached, nothing fails, since encoders may
        be elsewhere.
    type: list
    elements: str
    default: []
  requests:
    description: How many requests have to be left of Cloudflare's limit.
    type: int
    default: 100
  on_failure:
    description: Whether to warn or to fail if something is not as it should be.
    type: str
    choices: [warn, fail]
    default: fail
notes:
  - Tokens and stream keys are in no line of the result.
seealso:
  - module: eventops.cloudflare.realtime_playback_info
"""

EXAMPLES = r"""
- name: Is everything there for tonight?
  eventops.cloudflare.realtime_check:
  register: check

- name: Show the table
  ansible.builtin.debug:
    msg: "{{ check.lines }}"

- name: Look without failing, also at the port that the encoders need
  eventops.cloudflare.realtime_check:
    ingest_servers: [rtmps://live.example.org:443/live]
    on_failure: warn
"""

RETURN = r"""
passed:
  description: Whether nothing is wrong. What cannot be told is not wrong.
  returned: once the options are accepted
  type: bool
  sample: true
checks:
  description: What was looked at.
  returned: once the options are accepted
  type: list
  elements: dict
  contains:
    name:
      description: What it is about.
      type: str
      sample: Token
    ok:
      description: Whether it is as it should be; null if that cannot be told.
      type: bool
      sample: true
    found:
      description: What was found.
      type: str
      sample: active, expires never
    advice:
      description: What to do about it; null if nothing.
      type: str
      sample: null
lines:
  description: The same as lines of text, each of which begins with C(✓), C(✗) or C(?).
  returned: once the options are accepted
  type: list
  elements: str
  sample: ["✓ Token: active, expires never"]
"""

from ansible_collections.eventops.cloudflare.plugins.module_utils.arguments import CHECK
from ansible_collections.eventops.cloudflare.plugins.module_utils.module import run_alone
from ansible_collections.eventops.cloudflare.plugins.module_utils.task import check_access


def main() -> None:
    """Run the module."""
    run_alone(CHECK, check_access)


if __name__ == "__main__":
    main()
