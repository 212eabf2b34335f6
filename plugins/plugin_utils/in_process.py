# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Running a module's reconciliation in the controller's process.

Ansible starts a Python process for every module task and every item of a loop. None of the modules needs one when the
connection is local: an action plugin of the module's name validates the same options and calls the same code.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Callable, ClassVar

from ansible import constants as C
from ansible import context as cli
from ansible.errors import AnsibleError
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.errors import UnsupportedError
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display
from ansible.utils.vars import merge_hash

from ansible_collections.eventops.cloudflare.plugins.module_utils.arguments import Spec
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.common import (
    Context,
    Progress,
    Tally,
    silent,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.task import (
    Reconcile,
    Result,
    Work,
    bug_report,
    perform,
    perform_alone,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.transport._requests import REQUESTS_IMPORT_ERROR
from ansible_collections.eventops.cloudflare.plugins.module_utils.transport.client import Client, Settings
from ansible_collections.eventops.cloudflare.plugins.plugin_utils.listings import as_option

try:
    from ansible.module_utils.secrets import register_secrets

    MASKED_BY_CORE = True  # ansible-core 2.22 and later
except ImportError:
    from ansible.module_utils.common.parameters import remove_values

    MASKED_BY_CORE = False

VARIABLE = "eventops_cloudflare_in_process"
LARGEST = 1e300  # of numbers that are options; beyond it, core cannot turn one kind into the other
HEARTBEAT = 10.0  # seconds after which a wait without news is mentioned again
# Callbacks whose standard output is for people. Any other may be parsed by a program, or is one line for each host:
# nothing is added to it.
READABLE_CALLBACKS = frozenset(
    {"default", "minimal", "debug", "yaml", "dense", "unixy", "diy", "awx_display", "runner", "selective"}
)

display = Display()
_clients: dict[tuple[int, str, Settings], Client] = {}


class InProcessAction(ActionBase):  # type: ignore[misc]
    """The action plugin of a module; a subclass says which options the module takes, and what it does with them."""

    _supports_check_mode = True
    _supports_async = True
    TRANSFERS_FILES = False

    spec: ClassVar[Spec]
    reconcile: Reconcile
    # Instead of ``reconcile`` where a task does not talk to the API.
    work: Work | None = None
    # The option that takes a list of livestreams, also one that a module returns.
    listing: ClassVar[str | None] = None

    def run(self, tmp: Any = None, task_vars: Any = None) -> dict[str, Any]:
        """Run here, or as a module where something speaks against it. The result is the same."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        if self.listing is not None and self.listing in self._task.args:
            self._task.args[self.listing] = as_option(self._task.args[self.listing], self.spec[self.listing]["options"])
        misfit = next(misfits(self.spec, self._task.args), None)
        if misfit is not None:
            return self._merge(result, {"failed": True, "msg": misfit})
        obstacle = self._obstacle(task_vars or {})
        if obstacle is not None:
            display.vvv(f"{self._task.action}: runs as a module: {obstacle}")
            return self._merge(result, self._run_as_module(task_vars))
        display.vvv(f"{self._task.action}: runs in process")
        return self._merge(result, self._run_in_process())

    @staticmethod
    def _merge(result: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
        merged: dict[str, Any] = merge_hash(result, values)
        return merged

    def _obstacle(self, task_vars: Mapping[str, Any]) -> str | None:
        """Why this task cannot run in process, or None."""
        environment: dict[str, Any] = {}
        self._compute_environment_string(environment)
        wanted = self._templar.template(task_vars.get(VARIABLE, True))
        obstacles = {
            f"{VARIABLE} is false": not boolean(wanted, strict=False),
            "the connection is not local": self._connection.transport != "local",
            "the task is asynchronous": bool(self._task.async_val),
            "the task becomes another user": bool(self._play_context.become),
            "the task has an environment": bool(environment),
            "the controller lacks requests": REQUESTS_IMPORT_ERROR is not None,
        }
        return next((obstacle for obstacle, found in obstacles.items() if found), None)

    def _run_as_module(self, task_vars: Any) -> dict[str, Any]:
        wrap_async = self._task.async_val and not self._connection.has_native_async
        result: dict[str, Any] = self._execute_module(task_vars=task_vars, wrap_async=wrap_async)
        if not wrap_async:
            self._remove_tmp_path(self._connection._shell.tmpdir)
        return result

    def _run_in_process(self) -> dict[str, Any]:
        """What the module does: validate, reconcile, mask."""
        validated = ArgumentSpecValidator(self.spec).validate(plain(self._task.args))
        secrets = set(validated._no_log_values)
        values: dict[str, Any] = {}
        if validated.error_messages:
            message = validated.errors.msg
            if isinstance(validated.errors[0], UnsupportedError):
                message = f"Unsupported parameters for ({self._task.resolved_action}) module: {message}"
            values.update(failed=True, msg=message)
        else:
            values.update(self._perform(validated.validated_parameters, secrets))
        # What core's own validator for modules says about aliases; it would say it in the wrong process here.
        warnings = [
            f"Both option {item['option']} and its alias {item['alias']} are set." for item in validated._warnings
        ]
        if warnings:
            values["warnings"] = [*warnings, *values.get("warnings", [])]
        if validated._deprecations:
            values["deprecations"] = [
                {key: value for key, value in item.items() if value is not None} for item in validated._deprecations
            ]
        return mask(values, secrets)

    def _perform(self, params: Mapping[str, Any], secrets: set[str]) -> dict[str, Any]:
        context = Context(check_mode=bool(self._task.check_mode), report=self._reporter())
        try:
            result = self._carry_out(params, context, diff_mode=bool(self._task.diff))
        except AnsibleError:
            # The host's: Ansible says what it is about.
            raise
        except Exception as error:  # noqa: BLE001  # pylint: disable=broad-exception-caught
            return {"failed": True, "msg": bug_report(error)}
        if MASKED_BY_CORE:
            secrets.update(result.secrets)
        return {**result.values, **({"warnings": list(result.warnings)} if result.warnings else {})}

    def _carry_out(self, params: Mapping[str, Any], context: Context, diff_mode: bool) -> Result:
        if self.work is not None:
            return perform_alone(self.work, params, context, diff_mode=diff_mode)
        account = str(params["account_id"])
        return perform(
            self.reconcile,
            params,
            context,
            diff_mode=diff_mode,
            connect=lambda settings: shared_client(account, settings),
        )

    def _reporter(self) -> Callable[[Progress | Tally], None]:
        """What shows progress: nothing where it could spoil output that is parsed, or tell what no_log hides."""
        if self._task.no_log or not output_is_for_people():
            return silent
        return Reporter(display.display)


def output_is_for_people() -> bool:
    """Whether lines may be added to the standard output: not where a program may read it.

    The command ``ansible`` has two options of its own for that, ``--one-line`` and ``--tree``. With the first it takes
    another callback than the configured one.
    """
    if cli.CLIARGS.get("one_line") or cli.CLIARGS.get("tree"):
        return False
    return C.DEFAULT_STDOUT_CALLBACK.rpartition(".")[2] in READABLE_CALLBACKS


class Reporter:
    """Shows progress: one line for each piece of news, and one every ten seconds without."""

    def __init__(self, show: Callable[[str], Any]) -> None:
        self._show = show
        self._stage: Any = object()
        self._shown = 0.0

    def __call__(self, progress: Progress | Tally) -> None:
        """Show a line if it is time for one."""
        if progress.stage != self._stage or progress.elapsed - self._shown >= HEARTBEAT:
            self._stage, self._shown = progress.stage, progress.elapsed
            self._show(f"  {progress}")


def shared_client(account: str, settings: Settings) -> Client:
    """The connection of this process for an account and its settings, credentials included; made once, then kept.

    A loop runs in one process and so keeps its connection. What a fork inherits is not used.
    """
    key = (os.getpid(), account, settings)
    if key not in _clients or _clients[key].abandoned:
        _clients[key] = Client(settings)
    return _clients[key]


def misfits(spec: Spec, args: Mapping[Any, Any]) -> Iterator[str]:
    """What core's validation of options does not refuse, but fails on: it would tell the user of Python's types.

    Numbers that are none, keys that are no text, and anything else where options of their own belong.
    """
    for key, value in args.items():
        inner = spec.get(str(key), {}).get("options", {})
        several = isinstance(value, Sequence) and not isinstance(value, (str, bytes))
        for item in value if several else [value]:
            if isinstance(item, Mapping):
                yield from (f"{misfit} found in {key}" for misfit in misfits(inner, item))
            elif inner and (several or item is not None) and not isinstance(item, str):
                yield f"argument '{key}' holds {_type(item)} where a dictionary belongs"
            elif isinstance(item, (int, float)) and not abs(item) <= LARGEST:  # NaN is neither
                yield f"argument '{key}' holds a number that is infinite, or too large to be meant"
        if not isinstance(key, (str, int, float)):
            yield f"{str(key)!r} is no text, so it names no option: quote it"


def _type(value: Any) -> str:
    """What kind of thing a value is, as YAML calls it."""
    kinds = {
        type(None): "null",
        bool: "a boolean",
        int: "an integer",
        float: "a number",
        str: "a string",
        Sequence: "a list",
    }
    return next((name for kind, name in kinds.items() if isinstance(value, kind)), "something else")


def plain(args: Mapping[str, Any]) -> dict[str, Any]:
    """A task's arguments as the module would get them: plain JSON, without the controller's tags and types."""
    found: dict[str, Any] = json.loads(json.dumps(dict(args), default=_as_text))
    return found


def _as_text(value: Any) -> str:
    return str(value.isoformat()) if hasattr(value, "isoformat") else str(value)


def mask(values: dict[str, Any], secrets: Iterable[str]) -> dict[str, Any]:
    """The result without the secrets, as the running ansible-core does it for a module."""
    if MASKED_BY_CORE:
        register_secrets(secrets)
        return values
    secrets = tuple(secrets)
    # Core rebuilds the whole result, which takes far longer than to look.
    masked: dict[str, Any] = remove_values(values, secrets) if _may_hold(values, secrets) else values
    return masked


def _may_hold(value: Any, secrets: Sequence[str]) -> bool:
    """Whether core would find one of the secrets in a value; also for what is no JSON, which is left to core."""
    if isinstance(value, dict):
        return any(_may_hold(item, secrets) for item in value.values())
    if isinstance(value, list):
        return any(_may_hold(item, secrets) for item in value)
    if value is None or isinstance(value, bool):
        return False
    text = value if isinstance(value, str) else str(value)
    return any(secret in text for secret in secrets) or not isinstance(value, (str, int, float))
