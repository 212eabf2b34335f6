# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A standard output that programs parse: one JSON document, results by task. Core has none of its own."""

from __future__ import annotations

import json
from typing import Any

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: json
type: stdout
short_description: Results as JSON
description:
  - Prints the results of all tasks as one JSON document.
author:
  - eventops contributors (@eventops)
"""


class CallbackModule(CallbackBase):
    """Collects, and prints at the end."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "stdout"
    CALLBACK_NAME = "json"

    def __init__(self) -> None:
        super().__init__()
        self._results: dict[str, Any] = {}

    def v2_runner_on_ok(self, result: Any) -> None:
        """A task that went well."""
        task = getattr(result, "task", None) or result._task
        self._results[task.get_name()] = getattr(result, "result", None) or result._result

    def v2_playbook_on_stats(self, stats: Any) -> None:
        """The end."""
        self._display.display(json.dumps(self._results, default=str))
