# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One task with any options at all: refused with a message, or carried out; nothing else."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.common import Clock, Context
from ansible_collections.eventops.cloudflare.plugins.module_utils.task import perform, perform_alone
from ansible_collections.eventops.cloudflare.plugins.plugin_utils.in_process import misfits, plain
from faults.figures import FIGURES
from integration.conftest import ALONE, MODULES
from simulator.client import Control
from simulator.journal import Entry

Place = tuple[str, ...]


@dataclass(frozen=True)
class Attempt:
    """What came of a task: ``message`` when it was refused, and what the service was asked.

    ``slept`` are the seconds that it waited, none of them real.
    """

    params: Mapping[str, Any]
    values: Mapping[str, Any]
    warnings: tuple[str, ...]
    message: str | None
    journal: Sequence[Entry]
    slept: float = 0.0


def attempt(sim: Control, module: str, options: Mapping[str, Any], *, check: bool = False) -> Attempt:
    """Run a task as the action plugin does. Anything but an answer raises."""
    FIGURES.count("inputs", module)
    spec = {**MODULES, **ALONE}[module][0]
    client = {
        "account_id": sim.account_id,
        "app_id": sim.app_id,
        "api_token": sim.api_token,
        "base_url": sim.base_url,
    }
    client = client if module in MODULES else {}
    misfit = next(misfits(spec, options), None)
    if misfit is not None:
        return Attempt({}, {}, (), misfit, ())
    with warnings.catch_warnings():
        # Of core's validator, on what strings are turned into.
        warnings.simplefilter("ignore")
        validated = ArgumentSpecValidator(spec).validate({**client, **plain(options)})
    if validated.error_messages:
        return Attempt({}, {}, (), "\n".join(validated.error_messages), ())
    elapsed = [0.0]

    def sleep(seconds: float) -> None:
        elapsed[0] += seconds
        sim.advance(seconds)

    context = Context(check_mode=check, clock=Clock(lambda: elapsed[0], sleep))
    sim.clear_journal()
    params = validated.validated_parameters
    if module in MODULES:
        result = perform(MODULES[module][1], params, context, diff_mode=True)
    else:
        result = perform_alone(ALONE[module][1], params, context, diff_mode=True)
    message = str(result.values["msg"]) if result.values.get("failed") else None
    return Attempt(params, result.values, result.warnings, message, sim.journal(), elapsed[0])


def leaves(spec: Mapping[str, Any], above: Place = ()) -> Iterator[tuple[Place, Mapping[str, Any]]]:
    """Every option of an argument spec, suboptions included, with where it is."""
    for name, option in spec.items():
        place = (*above, name)
        yield place, option
        if "options" in option:
            yield from leaves(option["options"], place)


def put(options: Mapping[str, Any], place: Place, value: Any) -> dict[str, Any]:
    """The options with a value at a place; what is in a list goes into its first entry."""
    changed = copy.deepcopy(dict(options))
    current: Any = changed
    for name in place[:-1]:
        below = current.setdefault(name, {})
        current = below[0] if isinstance(below, list) else below
    current[place[-1]] = value
    return changed


def at(params: Any, place: Place) -> Any:
    """The value at a place, None where there is none."""
    for name in place:
        if isinstance(params, list):
            params = params[0] if params else None
        params = params.get(name) if isinstance(params, Mapping) else None
    return params


def parts(value: Any) -> Iterator[Any]:
    """A value and all that it consists of."""
    yield value
    if isinstance(value, Mapping):
        for item in value.values():
            yield from parts(item)
    elif isinstance(value, list):
        for item in value:
            yield from parts(item)


def sent(journal: Sequence[Entry]) -> Iterator[Any]:
    """Everything the service was told: in bodies, as parameters, and as whole segments of paths."""
    for entry in journal:
        yield from parts(entry.body)
        yield from entry.query.values()
        yield from entry.path.split("/")
