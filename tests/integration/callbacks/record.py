# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes every task result as a line of JSON, for tests to read."""

from __future__ import annotations

import json
import os
from typing import Any

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: record
type: notification
short_description: Records results for tests
description:
  - Writes every result to the file that E(ANSIBLE_RECORD_PATH) names.
author:
  - eventops contributors (@eventops)
"""


class CallbackModule(CallbackBase):
    """One line per result: task, item, result."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "record"
    CALLBACK_NEEDS_ENABLED = True

    def _record(self, result: Any, failed: bool) -> None:
        task = getattr(result, "task", None) or result._task
        values = getattr(result, "result", None) or result._result
        line = json.dumps({"task": task.get_name(), "failed": failed, "result": values}, default=str)
        with open(os.environ["ANSIBLE_RECORD_PATH"], "a", encoding="utf-8") as file:
            file.write(line + "\n")

    def v2_runner_on_ok(self, result: Any) -> None:
        """A task that went well."""
        self._record(result, False)

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        """A task that failed."""
        self._record(result, True)
