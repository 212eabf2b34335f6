#!/usr/bin/python
# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: event_page
short_description: Write a page from a template
version_added: 1.0.0
author:
  - eventops contributors (@eventops)
description:
  - Renders a template as M(ansible.builtin.template) does, and writes it to a file of mode 0644 on the host of the task.
  - The file is replaced as a whole or not at all, whatever happens meanwhile. A symbolic link in its place is replaced and not followed, even
    if it leads to a folder.
  - The role P(eventops.cloudflare.event_livestream#role) writes its run sheet and its report with it.
options:
  template:
    description: The path of the template on the controller, where M(ansible.builtin.template) looks for it.
    type: str
    required: true
  path:
    description:
      - The path of the file. Its folder must exist. Links on the way to the folder are followed.
      - A relative path begins at the working directory if the connection is local.
    type: path
    required: true
  _content:
    description: How the action plugin of this module hands the page to a host. It cannot be set in a task.
    type: str
extends_documentation_fragment:
  - eventops.cloudflare.attributes
  - eventops.cloudflare.attributes.local
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
    details:
      - Nothing is shown of what a symbolic link leads to.
  idempotent:
    support: full
notes:
  - Runs in the controller's process if the connection is local. Otherwise, and with C(become), a module on the host writes the file.
  - Does not support C(async).
seealso:
  - module: ansible.builtin.template
"""

EXAMPLES = r"""
- name: Write a page of the rooms
  eventops.cloudflare.event_page:
    template: rooms.html.j2
    path: /srv/www/rooms.html
"""

RETURN = r"""
path:
  description: The path of the file.
  returned: success
  type: str
  sample: /srv/www/rooms.html
"""

from ansible_collections.eventops.cloudflare.plugins.module_utils.arguments import PAGE, SENT_PAGE
from ansible_collections.eventops.cloudflare.plugins.module_utils.module import run_alone
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.page import write_page


def main() -> None:
    """Run the module."""
    run_alone({**PAGE, **SENT_PAGE}, write_page, needs_requests=False)


if __name__ == "__main__":
    main()
