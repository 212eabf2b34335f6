# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A module's main(): the only place that knows AnsibleModule."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from ansible_collections.eventops.cloudflare.plugins.module_utils.arguments import Spec
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.common import Context
from ansible_collections.eventops.cloudflare.plugins.module_utils.task import (
    Reconcile,
    Result,
    Work,
    bug_report,
    perform,
    perform_alone,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.transport._requests import REQUESTS_IMPORT_ERROR

try:
    from ansible.module_utils.secrets import register_secrets  # ansible-core 2.22 and later
except ImportError:

    def register_secrets(values: Iterable[str], /) -> None:
        """Before 2.22 nothing can mask a returned value without destroying it: use no_log on the task."""


def run(spec: Spec, reconcile: Reconcile) -> None:
    """Validate the options, carry out the task on the API, and exit."""
    _run(spec, lambda *args, **options: perform(reconcile, *args, **options))


def run_alone(spec: Spec, work: Work, *, needs_requests: bool = True) -> None:
    """The same for a task that does not talk to the API."""
    _run(spec, lambda *args, **options: perform_alone(work, *args, **options), needs_requests)


def _run(spec: Spec, carry_out: Callable[..., Result], needs_requests: bool = True) -> None:
    module = AnsibleModule(argument_spec=spec, supports_check_mode=True)
    if REQUESTS_IMPORT_ERROR and needs_requests:
        module.fail_json(msg=missing_required_lib("requests"))
    try:
        result = carry_out(module.params, Context(check_mode=module.check_mode), diff_mode=module._diff)
    except Exception as error:  # noqa: BLE001  # pylint: disable=broad-exception-caught
        module.fail_json(msg=bug_report(error))
    register_secrets(result.secrets)
    for warning in result.warnings:
        module.warn(warning)
    if result.values.get("failed"):
        module.fail_json(**result.values)
    module.exit_json(**result.values)
