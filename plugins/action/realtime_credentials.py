# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fetches what realtime_credentials writes, in the controller's process; the files are written where the task runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Callable

from ansible import constants as C
from ansible.module_utils.basic import missing_required_lib

from ansible_collections.eventops.cloudflare.plugins.module_utils.api.realtimekit import RealtimeApi
from ansible_collections.eventops.cloudflare.plugins.module_utils.arguments import CREDENTIALS
from ansible_collections.eventops.cloudflare.plugins.module_utils.files import Placed
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.common import Context, Outcome
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.credentials import (
    Folders,
    Place,
    placed_there,
    placing,
    sent,
    write_credentials,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.transport._requests import REQUESTS_IMPORT_ERROR
from ansible_collections.eventops.cloudflare.plugins.plugin_utils.in_process import InProcessAction

# What of a module's result is Ansible's own, and goes on as it is.
PASSED_ON = ("ansible_facts", "deprecations", "warnings")


class ActionModule(InProcessAction):
    """See the module of the same name."""

    _supports_async = False
    spec = CREDENTIALS
    listing = "livestreams"
    _host: _Host | None = None

    def reconcile(self, api: RealtimeApi, params: Mapping[str, Any], context: Context) -> Outcome:  # type: ignore[override]
        """Fetch here, and write here or there."""
        place = placing(params) if self._host is None else self._host.placing(params)
        return write_credentials(api, params, context, place)

    def _run_as_module(self, task_vars: Any) -> dict[str, Any]:
        """The host gets no more than the files: neither the token nor anything that reaches the API."""
        refusal = self._refusal()
        if refusal is not None:
            return {"failed": True, "changed": False, "msg": refusal}
        host = _Host(lambda args: self._execute_module(module_args=args, task_vars=task_vars), self._task.args)
        self._host = host
        try:
            result = self._run_in_process()
        finally:
            self._remove_tmp_path(self._connection._shell.tmpdir)
        for key, value in host.passed_on.items():
            result[key] = [*value, *result.get(key, [])] if isinstance(value, list) else value
        return result

    def _refusal(self) -> str | None:
        """Why the keys must not be sent to a module, or None."""
        if REQUESTS_IMPORT_ERROR is not None:
            return str(missing_required_lib("requests"))
        if self._task.args.get("state") == "absent":
            return None  # names are sent, and no keys
        if C.DEFAULT_KEEP_REMOTE_FILES:
            return "ANSIBLE_KEEP_REMOTE_FILES would leave the stream keys on the host: turn it off"
        if C.DEFAULT_DEBUG:
            return "ANSIBLE_DEBUG would print the stream keys: turn it off"
        readable = self._play_context.become and self.get_shell_option("world_readable_temp", False)
        if readable and not self._is_pipelining_enabled("new"):
            return "world-readable temporary files would show the stream keys to everybody on the host: use pipelining"
        return None


class _Host:
    """Writes files with the module on the task's host."""

    def __init__(self, execute: Callable[[dict[str, Any]], dict[str, Any]], args: Mapping[str, Any]) -> None:
        self._execute = execute
        self._args = args
        self.passed_on: dict[str, Any] = {}

    def placing(self, params: Mapping[str, Any]) -> Place:
        """Writes there; whether in check mode, the module knows."""

        def place(folders: Folders, _context: Context) -> Placed:
            if not folders:
                return Placed()
            # What the module must be given to run, and does not use.
            unused = {"account_id": "", "app_id": "", "livestreams": []}
            # The path as the task has it: what ~ means there, the host knows.
            used = {"path": self._args["path"], "state": params["state"], "timeout": params["timeout"]}
            values = self._execute({**unused, **used, "_contents": sent(folders)})
            self.passed_on = {key: values[key] for key in PASSED_ON if values.get(key)}
            return placed_there(values)

        return place
