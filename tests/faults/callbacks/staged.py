# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Gives the collection's code in this process, and in those forked from it, the time of a stage (``time_server``)."""

from __future__ import annotations

import importlib
import os
import socket
import sys
import threading
from typing import Any
from unittest.mock import patch

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: staged
type: notification
short_description: Simulated time for tests
description:
  - Replaces the clock of the collection by that behind the socket that E(FAULTS_TIME) names.
author:
  - eventops contributors (@eventops)
"""

importlib.import_module("requests")  # before the clock is replaced: it keeps the real one
COMMON = "ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.common"


class StagedTime:
    """One connection for each process."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._process = 0
        self._file: Any = None
        self._lock = threading.Lock()

    def sleep(self, seconds: float) -> None:
        """Let the stage's time pass."""
        self._ask(seconds)

    def now(self) -> float:
        """The stage's time."""
        return self._ask(0.0)

    def _ask(self, seconds: float) -> float:
        with self._lock:
            if self._process != os.getpid():
                connection = socket.socket(socket.AF_UNIX)
                connection.connect(self._path)
                self._process, self._file = os.getpid(), connection.makefile("rwb", buffering=0)
            self._file.write(b"%r\n" % seconds)
            answer = self._file.readline()
        if not answer:
            raise RuntimeError("this goes on past its deadline")
        return float(answer)


class CallbackModule(CallbackBase):
    """The collection's modules take the clock that there is when they are imported."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "staged"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self) -> None:
        super().__init__()
        staged = StagedTime(os.environ["FAULTS_TIME"])
        assert COMMON not in sys.modules
        with patch.multiple("time", sleep=staged.sleep, monotonic=staged.now, time=staged.now):
            from ansible_collections.eventops.cloudflare.plugins.module_utils import transport  # noqa: F401
            from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile import common  # noqa: F401
