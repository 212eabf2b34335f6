# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Answers of surveys and values of variables, as the types that they are meant to be.

A survey sends an empty answer as "" or null, a number as text, and a list from a text area as YAML. Whatever is blank
was not given.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.eventops.cloudflare.plugins.module_utils.errors import printable
from ansible_collections.eventops.cloudflare.plugins.plugin_utils.addresses import masked_within

Spec = dict[str, Any]


class InvalidOption(ValueError):
    """An answer cannot be what it is meant to be; the text names the answer."""

    def __str__(self) -> str:
        return printable(super().__str__())


def validated(values: Mapping[str, Any], spec: Spec, prefix: str = "") -> dict[str, Any]:
    """The values that were given, in their types, and the defaults of those that were not.

    ``spec`` is an argument spec of Ansible, whose lists may be given as YAML text; ``prefix`` is what the name of a
    value begins with in messages. Raises :class:`InvalidOption`.
    """
    unknown = sorted(str(name) for name in set(values) - set(spec))
    if unknown:
        raise InvalidOption(f"{prefix}{unknown[0]} is unknown; known are {', '.join(spec)}")
    found: dict[str, Any] = {}
    for name, option in spec.items():
        value = without_blanks(values.get(name))
        if value is None:
            if option.get("required"):
                raise InvalidOption(f"{prefix}{name} is missing or blank")
            found[name] = option.get("default")
            continue
        if option["type"] == "list":
            found[name] = [
                _typed(item, {"type": option["elements"]}, f"{prefix}{name}[{index}]")
                for index, item in enumerate(listed(value, f"{prefix}{name}"))
            ]
        else:
            found[name] = _typed(value, option, f"{prefix}{name}")
    return found


def _typed(value: Any, option: Mapping[str, Any], name: str) -> Any:
    """A value in the type that its option says."""
    if option["type"] == "str" and isinstance(value, (dict, list)):
        raise InvalidOption(f"{name} must be a text, not {_shown(value)}")
    try:
        result = ArgumentSpecValidator({"value": dict(option)}).validate({"value": value})
        refused = bool(result.error_messages)
    except OverflowError:  # infinity as a whole number
        refused = True
    if refused:
        choices = option.get("choices")
        wanted = f"one of {', '.join(choices)}" if choices else _WANTED[option["type"]]
        raise InvalidOption(f"{name} must be {wanted}, not {_shown(value)}")
    found = result.validated_parameters["value"]
    if isinstance(found, str) and any("\ud800" <= char <= "\udfff" for char in found):
        raise InvalidOption(f"{name} holds a lone surrogate, which is no character")
    return found


_WANTED = {
    "bool": "yes or no",
    "int": "a whole number",
    "float": "a number",
    "str": "a text",
    "dict": "a mapping",
}


def listed(value: Any, name: str) -> list[Any]:
    """A list: as it is, from YAML text, or of the one item that was given."""
    if isinstance(value, str):
        value = without_blanks(_from_yaml(value, name))
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def without_blanks(value: Any) -> Any:
    """A value without the blank parts of its lists and mappings; None when nothing is left."""
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, Mapping):
        kept = {str(key): without_blanks(item) for key, item in value.items()}
        return {key: item for key, item in kept.items() if item is not None} or None
    if isinstance(value, (list, tuple)):
        return [item for item in map(without_blanks, value) if item is not None] or None
    return value


class _NoAliases(yaml.SafeLoader):
    """YAML without aliases: a few lines of them can stand for gigabytes."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.events.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.MarkedYAMLError(problem="aliases are not accepted", problem_mark=mark)
        return super().compose_node(parent, index)


# What text looks like a time stays text: a day is compared with a schedule's.
_NoAliases.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _from_yaml(text: str, name: str) -> Any:
    try:
        return yaml.load(text, Loader=_NoAliases)  # noqa: S506
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise InvalidOption(f"{name} is not valid YAML{place}: {error.problem}") from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise InvalidOption(f"{name} is not valid YAML: {' '.join(str(error).split())[:200]}") from None


def _shown(value: Any) -> str:
    text = repr(masked_within(value))
    return text if len(text) <= 60 else f"{text[:57]}..."
