# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What AWX accepts: surveys, answers, recurrence rules, credential types and playbooks.

As its API behaves (``JobTemplateSurveySpec``, ``SurveyJobTemplateMixin``, ``SchedulePreviewSerializer``,
``CredentialType``, ``could_be_playbook``), so that a mistake shows here and not on a controller.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from dateutil.rrule import rrulestr
from jinja2 import StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

TEXT = ("text", "textarea", "password")
DEFAULTS: dict[str, type] = {
    **dict.fromkeys((*TEXT, "multiplechoice", "multiselect"), str),
    "integer": int,
    "float": float,
}
PLAYBOOK = re.compile(r"^\s*?-?\s*?(?:hosts|(?:ansible\.builtin\.)?(?:import_playbook|include)):\s*?.*?$", re.MULTILINE)


class Refused(Exception):
    """AWX would answer 400; the text says why."""


def _require(condition: object, text: str) -> None:
    if not condition:
        raise Refused(text)


def _is(value: Any, *kinds: type) -> bool:
    return isinstance(value, kinds) and not isinstance(value, bool)


def check_survey(survey: Mapping[str, Any]) -> None:
    """Raise Refused unless AWX takes the survey."""
    for field, kind in (("name", str), ("description", str), ("spec", list)):
        _require(isinstance(survey.get(field), kind), f"{field} has to be there, and a {kind.__name__}")
    _require(survey["spec"], "the survey asks nothing")
    seen: set[str] = set()
    for question in survey["spec"]:
        for field in ("type", "question_name", "variable"):
            _require(isinstance(question.get(field), str), f"{field} is no text: {question}")
        _require(isinstance(question.get("required"), bool), f"required is neither true nor false: {question}")
        _require(question["variable"] not in seen, f"asked twice: {question['variable']}")
        seen.add(question["variable"])
        _check_question(question)


def _check_question(question: Mapping[str, Any]) -> None:
    name, kind, default = question["variable"], question["type"], question.get("default", "")
    _require(kind in DEFAULTS, f"{name} is of no type that exists: {kind}")
    _require(default == "" or _is(default, DEFAULTS[kind]), f"{name}: the default {default!r} is of another type")
    for limit in ("min", "max"):
        _require(question.get(limit) is None or _is(question[limit], int), f"{name}: {limit} is no whole number")
    if kind in ("multiplechoice", "multiselect"):
        choices = question.get("choices")
        _require(isinstance(choices, list) and choices, f"{name} offers nothing to choose")
        _require(all(isinstance(choice, str) for choice in choices or []), f"{name}: a choice is no text")
        chosen = default.splitlines()
        _require(kind == "multiselect" or len(chosen) < 2, f"{name} has more than one default")
        _require(set(chosen) <= set(choices or []), f"{name}: the default is not among the choices")


def check_answer(question: Mapping[str, Any], answers: Mapping[str, Any]) -> None:
    """Raise Refused unless AWX takes the answer to this question; none is fine if none is required."""
    name, kind = question["variable"], question["type"]
    if name not in answers:
        _require(not question["required"], f"{name}: an answer is missing")
        return
    value = answers[name]
    size: float
    if kind in TEXT:
        _require(isinstance(value, str), f"{name}: {value!r} is no text")
        size = len(value)
    elif kind in ("integer", "float"):
        _require(_is(value, int, *([float] if kind == "float" else [])), f"{name}: {value!r} is no number")
        size = value
    else:
        chosen = value if kind == "multiselect" else [value]
        _require(isinstance(chosen, list), f"{name}: {value!r} is no list")
        _require(all(item in question["choices"] for item in chosen), f"{name}: {value!r} is no choice")
        return
    _require(question.get("min") is None or size >= question["min"], f"{name}: {value!r} is too small")
    _require(question.get("max") is None or size <= question["max"], f"{name}: {value!r} is too large")


def extra_vars(survey: Mapping[str, Any], answers: Mapping[str, Any]) -> dict[str, Any]:
    """The extra variables of a job: the defaults that are answers themselves, and what was answered."""
    variables: dict[str, Any] = {}
    for question in survey["spec"]:
        if question.get("default") is not None:
            try:
                check_answer(question, {question["variable"]: question["default"]})
            except Refused:
                continue
            variables[question["variable"]] = question["default"]
    return {**variables, **answers}


def check_rrule(text: str) -> Any:
    """The rule that dateutil makes of a schedule's text; raises Refused unless AWX takes it."""
    starts = re.findall(r".*?(DTSTART(?:;[^:]*)?:[0-9]+T[0-9]+Z?)", text)
    rules = re.findall(r".*?(RULE:[^\s]*)", text)
    _require(len(starts) == 1, "exactly one DTSTART is wanted")
    _require("TZID" in starts[0] or starts[0].endswith("Z"), "DTSTART has no time zone")
    _require(rules, "there is no rule")
    for rule in rules:
        _require("INTERVAL" in rule, "INTERVAL is missing")
        _require("SECONDLY" not in rule, "SECONDLY is not supported")
        _require(not ("COUNT" in rule and "UNTIL" in rule), "COUNT and UNTIL")
        count = re.search(r"COUNT=(\d+)", rule)
        _require(count is None or int(count[1]) <= 999, "COUNT > 999")
    try:
        return rrulestr(text)
    except ValueError as error:
        raise Refused(str(error)) from error


def check_credential_type(kind: Mapping[str, Any]) -> None:
    """Raise Refused unless AWX takes the credential type."""
    _require(kind["kind"] in ("cloud", "net"), "a type of one's own is of the kind cloud or net")
    fields = {field["id"]: field for field in kind["inputs"]["fields"]}
    for name, field in fields.items():
        _require(re.fullmatch(r"[a-zA-Z_]+[a-zA-Z0-9_]*", name), f"{name} is no name of a field")
        _require(name not in ("tower", "awx"), f"{name} is reserved")
        known = {"id", "type", "label", "help_text", "secret", "multiline", "default", "choices", "format"}
        _require({"id", "label"} <= set(field) <= known, f"{name}: {sorted(field)}")
        _require(field.get("type", "string") in ("string", "boolean"), f"{name} is neither text nor true or false")
    _require(set(kind["inputs"].get("required", [])) <= set(fields), "what is required is no field")
    for variable, template in kind["injectors"].get("env", {}).items():
        _require(re.fullmatch(r"[a-zA-Z_]+[a-zA-Z0-9_]*", variable), f"{variable} is no name of a variable")
        _require(not variable.startswith("ANSIBLE_"), f"{variable} is reserved")
        sandbox = ImmutableSandboxedEnvironment(undefined=StrictUndefined)
        sandbox.from_string(template).render(dict.fromkeys(fields, "EXAMPLE"))


def check_inputs(kind: Mapping[str, Any], inputs: Mapping[str, Any]) -> None:
    """Raise Refused unless a credential of this type may hold these."""
    fields = {field["id"] for field in kind["inputs"]["fields"]}
    _require(set(inputs) <= fields, f"no such input: {sorted(set(inputs) - fields)}")
    _require(set(kind["inputs"].get("required", [])) <= set(inputs), "a required input is missing")


def injected(kind: Mapping[str, Any], inputs: Mapping[str, Any]) -> dict[str, str]:
    """The environment variables that a credential sets for a job."""
    sandbox = ImmutableSandboxedEnvironment()
    return {name: sandbox.from_string(text).render(inputs) for name, text in kind["injectors"]["env"].items()}


def is_playbook(path: Path) -> bool:
    """Whether AWX would offer the file of a project as a playbook."""
    return path.suffix in (".yml", ".yaml") and PLAYBOOK.search(path.read_text()) is not None


class _Unsafe(yaml.SafeDumper):
    """Every string as ``!unsafe``."""


_Unsafe.add_representer(str, lambda dumper, text: dumper.represent_scalar("!unsafe", text))


def dump_variables(variables: Mapping[str, Any]) -> str:
    """A job's extra variables as AWX writes them for Ansible: no text in them is a template."""
    return yaml.dump(json.loads(json.dumps(variables)), Dumper=_Unsafe, default_flow_style=False)
