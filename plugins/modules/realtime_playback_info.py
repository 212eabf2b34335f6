#!/usr/bin/python
# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: realtime_playback_info
short_description: See whether livestreams can be watched
version_added: 1.0.0
author:
  - eventops contributors (@eventops)
description:
  - Asks each playback URL, as a viewer's player does, until it answers with an HLS manifest or time is up.
  - No credentials are sent, and no request goes to the API.
  - That there is a manifest means that the service has video to offer. Whether it shows what it should, only a look at it tells.
options:
  playbacks:
    description:
      - What to look at. This may be a list of livestreams as other modules return it. Their further keys are ignored, and one without a name is
        called by its ID.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: What the livestream is called in results and messages.
        type: str
        required: true
      playback_url:
        description: The URL of the manifest, C(https) or C(http). Without one, the livestream cannot be watched.
        type: str
  timeout:
    description:
      - The most seconds to wait for all of them together. A request that is under way by then may take 10 seconds longer.
      - The task ends as soon as all can be watched.
    type: float
    default: 60
  on_failure:
    description: Whether to warn or to fail if some cannot be watched.
    type: str
    choices: [warn, fail]
    default: warn
  concurrency:
    description: How many are asked at a time, from 1 to 32.
    type: int
    default: 16
  validate_certs:
    description: Whether to verify the servers' TLS certificates.
    type: bool
    default: true
  ca_path:
    description:
      - A file, or a directory, of certificate authorities to trust instead of the system's.
      - If not given, the environment variables E(REQUESTS_CA_BUNDLE) and E(CURL_CA_BUNDLE) are used.
    type: path
extends_documentation_fragment:
  - eventops.cloudflare.attributes
  - eventops.cloudflare.attributes.local
  - eventops.cloudflare.attributes.info_module
requirements:
  - python >= 3.8
  - requests >= 2.28 (Python package)
notes:
  - Proxies are taken from the environment variables E(HTTPS_PROXY), E(HTTP_PROXY) and E(NO_PROXY) of the process that runs the module.
  - Takes none of the options for the API, and so is not in the action group C(eventops.cloudflare.realtime).
seealso:
  - module: eventops.cloudflare.realtime_livestream_info
"""

EXAMPLES = r"""
- name: What is on the air?
  eventops.cloudflare.realtime_livestream_info:
    status: LIVE
  register: on_air

- name: Can it be watched?
  eventops.cloudflare.realtime_playback_info:
    playbacks: "{{ on_air.livestreams }}"
    timeout: 30
  register: watched

- name: Tell which cannot
  ansible.builtin.debug:
    msg: "{{ watched.unplayable }}"
"""

RETURN = r"""
playbacks:
  description: What was found, in the order of O(playbacks).
  returned: once the options are accepted
  type: list
  elements: dict
  contains:
    name:
      description: The name from O(playbacks[].name).
      type: str
      sample: camp2019-curie
    playback_url:
      description: The URL that was asked; null if there is none.
      type: str
      sample: https://customer-s8oj0c1n5ek8ah1e.cloudflarestream.com/7de6a3fec0f9c05bf1df140950d3a237/manifest/video.m3u8
    playable:
      description: Whether it answered with a manifest.
      type: bool
      sample: false
    reason:
      description: Why it cannot be watched, as the last request showed; null if it can be.
      type: str
      sample: HTTP 404 Not Found
    status:
      description: The HTTP status of the last answer; null if there was none.
      type: int
      sample: 404
unplayable:
  description: The names of those that cannot be watched.
  returned: once the options are accepted
  type: list
  elements: str
  sample: [camp2019-curie]
"""

from ansible_collections.eventops.cloudflare.plugins.module_utils.arguments import PLAYBACK_INFO
from ansible_collections.eventops.cloudflare.plugins.module_utils.module import run_alone
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.playback import playback_info


def main() -> None:
    """Run the module."""
    run_alone(PLAYBACK_INFO, playback_info)


if __name__ == "__main__":
    main()
