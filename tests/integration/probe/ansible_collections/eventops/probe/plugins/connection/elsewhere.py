# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Another host, as far as Ansible can tell: what runs there gets nothing of the controller's environment."""

from __future__ import annotations

import os
import shlex
from typing import Any

from ansible.plugins.connection.local import Connection as Local

DOCUMENTATION = """
name: elsewhere
short_description: Another host on this machine
description:
  - Runs commands as the local connection does, with an environment of their own.
author:
  - eventops contributors (@eventops)
options:
  pipelining:
    description: Whether modules come over standard input.
    type: bool
    default: false
    env:
      - name: ANSIBLE_PIPELINING
"""


class Connection(Local):  # type: ignore[misc]
    """The local connection, under another name and with an empty environment."""

    transport = "eventops.probe.elsewhere"

    def exec_command(self, cmd: str, in_data: bytes | None = None, sudoable: bool = True) -> Any:
        """Run a command; its home is that of the test, and it cannot import requests."""
        kept = {"HOME": os.environ["HOME"], "PATH": "/usr/bin:/bin", "PYTHONPATH": os.environ["ELSEWHERE_PYTHONPATH"]}
        environment = " ".join(f"{name}={shlex.quote(value)}" for name, value in kept.items())
        return super().exec_command(f"env -i {environment} sh -c {shlex.quote(cmd)}", in_data, sudoable)
