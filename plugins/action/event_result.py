# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Publishes what came of an event, as facts and as an artifact. Runs on the controller only."""

from __future__ import annotations

from typing import Any

from ansible.plugins.action import ActionBase

from ansible_collections.eventops.cloudflare.plugins.plugin_utils.event.results import published

RESULTS = ("event", "applied", "waited", "credentials")


class ActionModule(ActionBase):  # type: ignore[misc]
    """See the module of the same name."""

    _supports_check_mode = True
    _requires_connection = False
    TRANSFERS_FILES = False

    def run(self, tmp: Any = None, task_vars: Any = None) -> dict[str, Any]:
        """The facts, the artifact, and what the play is to fail with."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        _validated, args = self.validate_argument_spec({name: {"type": "dict", "required": True} for name in RESULTS})
        found = published(*(args[name] for name in RESULTS), check_mode=self._task.check_mode)
        # Not the name of the fact: a workflow makes it a variable of its next job, which would override the fact.
        stats = {"data": {"event_livestream_published": found["public"]}, "per_host": False, "aggregate": True}
        facts = {"event_livestream_results": found["streams"], "event_livestream_leftovers": found["leftovers"]}
        shown = {"ansible_facts": facts, "ansible_stats": stats} if found["seen"] else {}
        return {
            **result,
            "changed": False,
            **shown,
            "lines": found["lines"],
            "sheet": found["sheet"],
            "failure": found["failure"],
        }
