#!/usr/bin/python
# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: realtime_credentials
short_description: Write the stream credentials of Cloudflare RealtimeKit livestreams to files for encoders, or remove them
version_added: 1.0.0
author:
  - eventops contributors (@eventops)
description:
  - Writes, for each livestream, what an encoder needs to broadcast. C(ffmpeg.env) is a file of variables that systemd's C(EnvironmentFile)
    and shells read. C(service.json) is what OBS Studio keeps the stream's settings of a profile in.
  - The stream keys are fetched by the process that runs Ansible. They are in no variable, no result, no difference and no message. The files
    are written on the host of the task, which needs neither the API token, nor access to the API, nor the Python package requests.
  - Both files of a livestream are in a folder of its name below O(path). Files have mode 0600; folders that are made have mode 0700.
  - A file is replaced as a whole or not at all, whatever happens meanwhile. A symbolic link in the place of a file is replaced and not
    followed. A symbolic link in the place of a folder makes the task fail for that livestream.
  - What is in O(path) of livestreams that are not listed any more is left alone. To remove it, list it with O(state=absent).
  - A folder is locked while its files are written or removed, so that jobs do not interfere. A task waits for folders that other jobs have
    locked, for O(timeout) seconds in all, and then fails for those that are still locked. In check mode nothing is locked.
options:
  state:
    description:
      - With V(present), the files of each livestream are there.
      - With V(absent), they are not, and neither is C(service.json.bak), in which OBS keeps an old key. A folder is removed if nothing else
        is in it. Otherwise it stays, and a warning names it and what is in it. O(path) is removed if the task has left it empty.
      - With V(absent), nothing is asked of the API, and only the names of O(livestreams) matter. If O(path) itself cannot be removed, the
        task warns and does not fail.
    type: str
    choices: [present, absent]
    default: present
  livestreams:
    description:
      - The livestreams. The list of those that have to be looked up is read once, whatever their number.
      - This may be a list of livestreams as other modules return it. Their further keys are ignored.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description:
          - The name of the folder. It must not be empty, begin with a dot, begin or end with a space, or hold a slash or a control character.
          - No two names may be equal but for case.
        type: str
        required: true
      id:
        description: The ID of the livestream, which must exist.
        type: str
      meeting_id:
        description:
          - The ID of the meeting whose active livestream is meant.
          - Without O(livestreams[].id) and O(livestreams[].meeting_id), there is no livestream yet, as when both are left blank by an earlier
            task that ran in check mode.
        type: str
  path:
    description:
      - The folder for all of them, an absolute path on the host of the task. If it does not exist, it is made, as are its parents, all with
        mode 0700. If it exists, its mode is left alone.
      - The last part of the path must not be a symbolic link.
    type: path
    required: true
  required:
    description:
      - Whether the task fails if there is no livestream yet for an entry, as for a meeting that was not started. The others are written all
        the same.
      - With V(false) the task warns, and lists it in RV(missing).
      - Ignored in check mode, in which nothing may have been started that a real run has started by now.
    type: bool
    default: false
  concurrency:
    description: How many livestreams are read at a time, from 1 to 32. Only those are read whose key the list lacks.
    type: int
    default: 4
  _contents:
    description: How the action plugin of this module hands the files to a host. It cannot be set in a task.
    type: str
extends_documentation_fragment:
  - eventops.cloudflare.client
  - eventops.cloudflare.attributes
  - eventops.cloudflare.attributes.api
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
    details:
      - Names the files, and says in words what was and what is. Nothing of their content is shown.
  idempotent:
    support: full
notes:
  - Runs in the controller's process if the connection is local. Otherwise, and with C(become), a module on the host writes the files, and is
    handed their content. Use pipelining, by which it comes over the connection's standard input. Without it, Ansible first writes the module
    with the content to a temporary file of mode 0600 on the controller, and of the remote user alone on the host. Both are removed
    when the task ends, and stay if Ansible is killed meanwhile.
  - If E(ANSIBLE_KEEP_REMOTE_FILES) or E(ANSIBLE_DEBUG) is set, the task refuses to hand the content to a host. So it does if temporary files
    are readable by everybody.
  - The keys are fetched with the environment of the process that runs Ansible. The C(environment) of a task does not reach it.
  - Does not support C(async).
seealso:
  - module: eventops.cloudflare.realtime_livestreams
"""

EXAMPLES = r"""
- name: Write the credentials of both stages on this host
  eventops.cloudflare.realtime_credentials:
    path: ~/camp2019
    livestreams:
      - name: camp2019-curie
        meeting_id: bbb87945-df1c-49d9-8159-262a7ae6cfde
      - name: camp2019-meitner
        meeting_id: 5f3c9a0e-7b52-4c55-9d7e-0a4f1f7f3a11
  register: credentials

- name: Tell which stages have to be started first
  ansible.builtin.debug:
    msg: "{{ credentials.missing }}"

- name: Remove the credentials of a stage that is over
  eventops.cloudflare.realtime_credentials:
    state: absent
    path: ~/camp2019
    livestreams:
      - name: camp2019-curie
"""

RETURN = r"""
files:
  description: The paths of all files that are as they should be, whether this task wrote them or not. In check mode, of all that would be.
  returned: once the list is read; empty with O(state=absent)
  type: list
  elements: str
  sample:
    - /etc/encoders/camp2019-curie/ffmpeg.env
    - /etc/encoders/camp2019-curie/service.json
written:
  description: Those of RV(files) that this task wrote, because they were missing, had another content, or could be read by others.
  returned: once the list is read; empty with O(state=absent)
  type: list
  elements: str
  sample:
    - /etc/encoders/camp2019-curie/ffmpeg.env
removed:
  description: The paths of the files and folders that were removed, or would be in check mode, sorted. Empty with O(state=present).
  returned: once the list is read, or files were to be removed
  type: list
  elements: str
  sample:
    - /etc/encoders/camp2019-curie
    - /etc/encoders/camp2019-curie/ffmpeg.env
    - /etc/encoders/camp2019-curie/service.json
missing:
  description: The names of the entries that there is no livestream for yet. What was written for them earlier is left alone.
  returned: once the list is read; empty with O(state=absent)
  type: list
  elements: str
  sample: [camp2019-meitner]
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

from ansible_collections.eventops.cloudflare.plugins.module_utils.arguments import CREDENTIALS, SENT
from ansible_collections.eventops.cloudflare.plugins.module_utils.module import run_alone
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.credentials import write_sent


def main() -> None:
    """Run the module."""
    run_alone({**CREDENTIALS, **SENT}, write_sent, needs_requests=False)


if __name__ == "__main__":
    main()
