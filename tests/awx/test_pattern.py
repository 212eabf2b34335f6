# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The pattern's files, against what Automation Platform, AWX and the collection say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import ansiblelint
import pytest
import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from jsonschema import Draft7Validator, Draft202012Validator

from ansible_collections.eventops.cloudflare.plugins.module_utils import arguments, task
from ansible_collections.eventops.cloudflare.plugins.module_utils.transport.auth import ApiCredentials
from ansible_collections.eventops.cloudflare.plugins.module_utils.transport.client import DEFAULT_BASE_URL
from awx import rules
from awx.pattern import (
    ENTRY_POINTS,
    KINDS,
    PATTERN,
    ROOT,
    WITHOUT_ROLE,
    credential_type,
    meta,
    play_specs_file,
    survey,
    with_surveys,
)

ROLE = yaml.safe_load((ROOT / "roles/event_livestream/meta/argument_specs.yml").read_text())["argument_specs"]
OF_THE_ROLE = [kind for kind in KINDS if kind not in WITHOUT_ROLE]
Schema = dict[str, Any]
TEXT: Schema = {"type": "string", "minLength": 1}
NAMED: Schema = {
    "type": "object",
    "required": ["name", "description"],
    "properties": {"name": {**TEXT, "maxLength": 200}},
}

# The published schema (pattern-schema-1.0.0.json of ansible/pattern-service) in short; and no other keys.
QUESTION = {
    "type": "object",
    "required": ["type", "question_name", "question_description", "variable", "required"],
    "properties": {
        "type": {"enum": list(rules.DEFAULTS)},
        "question_name": TEXT,
        "question_description": TEXT,
        "variable": {"type": "string", "pattern": "^[a-z0-9_]{1,64}$"},
        "required": {"type": "boolean"},
        "choices": {"type": "array", "items": TEXT},
        "default": {"type": "string"},
        "min": {"type": "integer"},
        "max": {"type": "integer"},
    },
    "additionalProperties": False,
}
JOB_TEMPLATE = {
    **NAMED,
    "required": [*NAMED["required"], "playbook", "execution_environment", "survey_enabled", "survey", "labels"],
    "properties": {
        **NAMED["properties"],
        "description": TEXT,
        "playbook": TEXT,
        "execution_environment": TEXT,
        "primary": {"type": "boolean"},
        "labels": {"type": "array", "items": TEXT, "minItems": 1, "uniqueItems": True},
        **{f"ask_{what}_on_launch": {"type": "boolean"} for what in ("credential", "inventory", "verbosity")},
        "survey_enabled": {"const": True},
        "survey": {
            "type": "object",
            "required": ["name", "description", "spec"],
            "properties": {"spec": {"type": "array", "items": QUESTION, "minItems": 1}},
        },
    },
    "additionalProperties": False,
}
SCHEMA = {
    "type": "object",
    "required": ["schema_version", "name", "title", "description", "short_description", "tags", "aap_resources"],
    "properties": {
        "schema_version": {"const": "1.0"},
        "name": {"type": "string", "pattern": "^[a-z0-9_]{1,64}$"},
        "title": {**TEXT, "maxLength": 64},
        "description": TEXT,
        "short_description": {"type": "string", "pattern": "[^.]$"},
        "tags": {"type": "array", "items": TEXT, "uniqueItems": True},
        "aap_resources": {
            "type": "object",
            "required": ["controller_project", "controller_labels", "controller_job_templates"],
            "properties": {
                "controller_project": NAMED,
                "controller_labels": {"type": "array", "items": TEXT, "minItems": 1},
                "controller_execution_environment": {
                    **NAMED,
                    "required": [*NAMED["required"], "image_name"],
                    "properties": {
                        **NAMED["properties"],
                        "image_name": {"type": "string", "pattern": "^[a-z0-9_]+/[a-z0-9_]+$"},
                        "pull": {"enum": ["always", "missing", "never"]},
                    },
                },
                "controller_job_templates": {"type": "array", "items": JOB_TEMPLATE, "minItems": 1},
            },
            "additionalProperties": False,
        },
    },
    "additionalProperties": False,
}


def test_the_definition_is_one_of_a_pattern() -> None:
    Draft202012Validator(SCHEMA).validate(meta())


def test_the_definition_holds_the_surveys() -> None:
    assert with_surveys(meta()) == meta(), "run: make pattern"


def test_the_parts_fit() -> None:
    definition = meta()
    resources = definition["aap_resources"]
    templates = resources["controller_job_templates"]
    playbooks = [template["playbook"] for template in templates]
    assert definition["name"] == PATTERN.name
    assert (PATTERN / "README.md").is_file()
    assert playbooks == [f"event_{kind}.yml" for kind in KINDS]
    specs = [playbook.replace(".yml", ".meta.yml") for playbook in playbooks]
    assert sorted([*playbooks, *specs]) == sorted(path.name for path in (PATTERN / "playbooks").iterdir())
    assert sorted(playbooks) == sorted(path.name for path in (PATTERN / "template_surveys").iterdir())
    assert [template.get("primary", False) for template in templates] == [True, *[False] * 6]
    for template in templates:
        assert template["execution_environment"] == resources["controller_execution_environment"]["name"]
        assert set(template["labels"]) <= set(resources["controller_labels"])
        assert template["name"].startswith(f"{resources['controller_project']['name']}: ")


@pytest.mark.parametrize("kind", KINDS)
def test_a_playbook_is_the_collections(kind: str) -> None:
    path = PATTERN / f"playbooks/event_{kind}.yml"
    assert rules.is_playbook(path)
    (play,) = yaml.safe_load(path.read_text())
    assert play["ansible.builtin.import_playbook"] == f"eventops.cloudflare.event_{kind}"
    assert (ROOT / f"playbooks/event_{kind}.yml").is_file()


@pytest.mark.parametrize("kind", KINDS)
def test_a_playbook_says_what_variables_it_takes(kind: str) -> None:
    """As the specification of patterns wants it, valid by the schema of ansible-lint."""
    path = PATTERN / f"playbooks/event_{kind}.meta.yml"
    assert path.read_text() == play_specs_file(kind), "run: make pattern"
    found = yaml.safe_load(path.read_text())
    schema = json.loads((Path(ansiblelint.__file__).parent / "schemas/play-argspec.json").read_text())
    Draft7Validator(schema).validate(found)
    ((_name, spec),) = found["argument_specs"].items()
    assert {question["variable"] for question in survey(kind)["spec"]} <= set(spec["options"])


@pytest.mark.parametrize("kind", KINDS)
def test_a_controller_takes_the_survey(kind: str) -> None:
    found = survey(kind)
    rules.check_survey(found)
    # As one fills it in who leaves everything as it is
    variables = rules.extra_vars(found, {})
    for question in found["spec"]:
        assert question["variable"] in variables
        rules.check_answer(question, variables)


def as_asked(default: Any) -> Any:
    """A default of the role as that of a survey."""
    return str(default).lower() if isinstance(default, bool) else "" if default in (None, []) else default


@pytest.mark.parametrize("kind", OF_THE_ROLE)
def test_a_survey_asks_for_what_the_role_takes(kind: str) -> None:
    entries = [ROLE[entry]["options"] for entry in ENTRY_POINTS.get(kind, ["main"])]
    options = {name: option for entry in entries for name, option in entry.items()}
    for question in survey(kind)["spec"]:
        option = options[question["variable"]]
        assert question["required"] == option.get("required", False)
        # A controller has no blank answer to a choice: where the role's default depends on the state, one is chosen.
        chosen = "default" not in option and question["default"] in question.get("choices", ())
        assert chosen or question["default"] == as_asked(option.get("default"))
        if question["type"] == "multiplechoice" and question["choices"] != ["true", "false"]:
            assert all(f"V({choice})" in str(option["description"]) for choice in question["choices"])


def test_all_that_the_role_takes_is_asked() -> None:
    asked = {question["variable"] for kind in OF_THE_ROLE for question in survey(kind)["spec"]}
    assert {name for entry in ROLE.values() for name in entry["options"]} == asked


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"status"}))
def test_the_state_is_what_the_playbook_says(kind: str) -> None:
    assert "event_livestream_state" not in {question["variable"] for question in survey(kind)["spec"]}


def test_the_workflow_can_ask_what_the_start_asks() -> None:
    start, provision = ({item["variable"]: item for item in survey(kind)["spec"]} for kind in ("start", "provision"))
    assert {name: start.get(name) for name in provision} == provision


def test_a_wrong_survey_is_noticed() -> None:
    good = survey("start")
    numbered = next(index for index, question in enumerate(good["spec"]) if question["type"] == "integer")
    chosen = next(index for index, question in enumerate(good["spec"]) if question["type"] == "multiplechoice")
    for index, change in [
        (numbered, {"default": "120"}),
        (numbered, {"min": "1"}),
        (numbered, {"type": "number"}),
        (numbered, {"required": "no"}),
        (numbered, {"variable": good["spec"][0]["variable"]}),
        (chosen, {"choices": [True, False]}),
        (chosen, {"default": "maybe"}),
    ]:
        bad = json.loads(json.dumps(good))
        bad["spec"][index] |= change
        with pytest.raises(rules.Refused):
            rules.check_survey(bad)


def test_a_controller_takes_the_credential_type() -> None:
    kind = credential_type()
    rules.check_credential_type(kind)
    assert {field["id"] for field in kind["inputs"]["fields"] if field.get("secret")} == {"api_token", "api_key"}
    rules.check_inputs(kind, {"account_id": "a", "app_id": "b"})
    with pytest.raises(rules.Refused):
        rules.check_inputs(kind, {"account_id": "a"})


def test_the_credential_sets_what_the_modules_read() -> None:
    fragment = (ROOT / "plugins/doc_fragments/client.py").read_text()
    injected = rules.injected(credential_type(), {"account_id": "a", "app_id": "b", "api_token": "c"})
    assert injected == {
        "CLOUDFLARE_ACCOUNT_ID": "a",
        "CLOUDFLARE_REALTIME_APP_ID": "b",
        "CLOUDFLARE_API_TOKEN": "c",
        "CLOUDFLARE_EMAIL": "",
        "CLOUDFLARE_API_KEY": "",
        "CLOUDFLARE_BASE_URL": "",
    }
    assert all(name in fragment for name in injected)


@pytest.mark.parametrize(
    ("inputs", "credentials"),
    [
        ({"api_token": "c"}, ApiCredentials(token="c")),
        ({"email": "d@example.org", "api_key": "e"}, ApiCredentials(key="e", email="d@example.org")),
    ],
)
def test_blank_inputs_are_none(
    monkeypatch: pytest.MonkeyPatch, inputs: dict[str, str], credentials: ApiCredentials
) -> None:
    for name, text in rules.injected(credential_type(), {"account_id": "a", "app_id": "b", **inputs}).items():
        monkeypatch.setenv(name, text)
    validated = ArgumentSpecValidator(arguments.CLIENT).validate({})
    assert not validated.error_messages
    settings = task.settings_of(validated.validated_parameters)
    assert (settings.base_url, settings.credentials) == (DEFAULT_BASE_URL, credentials)


def test_nothing_of_it_is_left_out_of_the_archive() -> None:
    ignored = yaml.safe_load((ROOT / "galaxy.yml").read_text())["build_ignore"]
    assert not [name for name in ignored if Path(name).parts[0] == "extensions"]
    assert "awx.awx" not in yaml.safe_load((ROOT / "galaxy.yml").read_text()).get("dependencies", {})
