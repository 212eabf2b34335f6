# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Renders a page as ansible.builtin.template does, and writes it where the task runs."""

from __future__ import annotations

import os
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from ansible_collections.eventops.cloudflare.plugins.module_utils.arguments import PAGE
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.common import Context
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.page import write_page
from ansible_collections.eventops.cloudflare.plugins.module_utils.task import Result, perform_alone
from ansible_collections.eventops.cloudflare.plugins.plugin_utils.in_process import InProcessAction


class ActionModule(InProcessAction):
    """See the module of the same name."""

    _supports_async = False
    spec = PAGE
    _content: str | None = None

    def run(self, tmp: Any = None, task_vars: Any = None) -> dict[str, Any]:
        """Render the page here, then write it here or there."""
        if isinstance(self._task.args.get("template"), str):
            self._content = self._rendered(task_vars)
        return super().run(tmp, task_vars)

    def _rendered(self, task_vars: Any) -> str:
        """The page. The action plugin of the module template hands it, in a file, to that of the module copy."""
        task = self._task.copy()
        task.args = {"src": self._task.args["template"], "dest": "page"}
        template = self._shared_loader_obj.action_loader.get(
            "ansible.builtin.template",
            task=task,
            connection=self._connection,
            play_context=self._play_context,
            loader=self._loader,
            templar=self._templar,
            shared_loader_obj=self._shared_loader_obj,
        )
        template._shared_loader_obj = SimpleNamespace(
            action_loader=SimpleNamespace(get=lambda _name, **options: _Copy(options["task"]))
        )
        # It transfers nothing now, and needs no folder on the host.
        template.TRANSFERS_FILES = False
        content: str = template.run(task_vars=task_vars)["content"]
        return content

    def _carry_out(self, params: Mapping[str, Any], context: Context, diff_mode: bool) -> Result:
        page = {"path": os.path.join(os.getcwd(), params["path"]), "_content": self._content}
        return perform_alone(write_page, page, context, diff_mode=diff_mode)

    def _run_as_module(self, task_vars: Any) -> dict[str, Any]:
        path = self._task.args.get("path")
        if isinstance(path, str) and self._connection.transport == "local" and not path.startswith(("/", "~", "$")):
            path = os.path.join(os.getcwd(), path)
        args = {**self._task.args, "path": path, "_content": self._content}
        result: dict[str, Any] = self._execute_module(module_args=args, task_vars=task_vars)
        # It would repeat the page.
        result.pop("invocation", None)
        self._remove_tmp_path(self._connection._shell.tmpdir)
        return result


class _Copy:
    """Takes the place of the action plugin of the module copy."""

    def __init__(self, task: Any) -> None:
        self._task = task

    def run(self, task_vars: Any = None) -> dict[str, Any]:
        """What it was told to copy."""
        with open(self._task.args["src"], encoding="utf-8", newline="") as file:
            return {"content": file.read()}
