# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The simulator offers what the vendor's published description declares.

The description is not part of this repository; without it these tests are skipped.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from simulator import models
from simulator.client import Control
from simulator.operations import APP, OPERATIONS, Operation
from simulator.operations import PREFIX as BASE

DESCRIPTION = Path(__file__).resolve().parents[4] / "shared" / "api" / "realtimekit-openapi.json"
PREFIX = APP.removeprefix(BASE)

pytestmark = pytest.mark.skipif(
    not DESCRIPTION.is_file(), reason="the published description of the API: not beside the checkout"
)

BODIES: dict[str, type[BaseModel]] = {
    "create_livestream": models.CreateLivestream,
    "start_livestream": models.StartLivestream,
    "create_meeting": models.WriteMeeting,
    "replace_meeting": models.WriteMeeting,
    "update_meeting": models.PatchMeeting,
    "create_webhook": models.WriteWebhook,
    "replace_webhook": models.WriteWebhook,
    "update_webhook": models.PatchWebhook,
}


# Those of the published description: it is about RealtimeKit, and leaves out tokens and Stream.
DESCRIBED = [operation for operation in OPERATIONS if operation.base == APP or operation.name == "list_apps"]
OF_APPS = [operation for operation in OPERATIONS if operation.base == APP]


@cache
def published() -> Any:
    return json.loads(DESCRIPTION.read_text(encoding="utf-8"))


def declared(operation: Operation) -> Any:
    path = (operation.base + operation.path).removeprefix(BASE)
    # One path parameter is spelled with hyphens.
    return published()["paths"][path.replace("livestream_session_id", "livestream-session-id")][
        operation.method.lower()
    ]


def resolved(schema: Any) -> Any:
    while "$ref" in schema:
        schema = published()["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    return schema


def example(schema: Any, name: str = "") -> Any:
    """A value that has every property of a schema."""
    schema = resolved(schema)
    if "enum" in schema:
        return schema["enum"][0]
    if "properties" in schema:
        return {key: example(value, key) for key, value in schema["properties"].items()}
    match schema.get("type"):
        case "array":
            return [example(schema["items"])]
        case "boolean":
            return True
        case "integer" | "number":
            return schema.get("minimum", 1)
        case _:
            return "https://example.com/x" if schema.get("format") == "uri" else "text"


def keys(value: Any, place: str = "") -> Iterator[str]:
    """All keys in a JSON value with where they are; list items count as one."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield f"{place}.{key}"
            yield from keys(inner, f"{place}.{key}")
    elif isinstance(value, list):
        for inner in value:
            yield from keys(inner, f"{place}[]")


def examples(operation: Operation) -> list[Any]:
    found = []
    for status, response in declared(operation)["responses"].items():
        if status.startswith("2"):
            content = response.get("content", {}).get("application/json", {})
            found += [item["value"] for item in content.get("examples", {}).values()]
    return found


def test_every_operation_is_there() -> None:
    ours = {(operation.method, re.sub("{.*?}", "{}", operation.path)) for operation in OF_APPS}
    relevant = re.compile(r"/(livestreams?|analytics|webhooks|active-livestream|active-session$|meetings(/{[^/]*})?$)")
    theirs = {
        (method.upper(), re.sub("{.*?}", "{}", path.removeprefix(PREFIX)))
        for path, methods in published()["paths"].items()
        for method in methods
        if relevant.search(path.removeprefix(PREFIX)) and "/sessions/{session_id}" not in path
    }
    assert theirs == ours


@pytest.mark.parametrize("operation", DESCRIBED, ids=lambda operation: operation.name)
def test_query_parameters(operation: Operation) -> None:
    names = {item["name"] for item in declared(operation).get("parameters", []) if item["in"] == "query"}
    assert names == (set(operation.query.model_fields) if operation.query else set())


@pytest.mark.parametrize("operation", [o for o in OPERATIONS if o.name in BODIES], ids=lambda operation: operation.name)
def test_body_properties(operation: Operation) -> None:
    schema = declared(operation)["requestBody"]["content"]["application/json"]["schema"]
    BODIES[operation.name].model_validate(example(schema))
    if operation.name.endswith("_livestream"):
        assert set(BODIES[operation.name].model_fields) == set(resolved(schema)["properties"])


def test_answers_hold_what_the_examples_hold(api: Any, control: Control, meeting: str) -> None:
    livestream_id = api.start(meeting)["id"]
    session_id = api.data(f"/livestreams/{livestream_id}")["sessions"][0]["id"]
    other = control.add_meeting()
    ids = {
        "{meeting_id}": meeting,
        "{livestream_id}": livestream_id,
        "{livestream_session_id}": session_id,
    }
    compared = 0
    # Stopping comes last: the others need something active.
    for operation in sorted(OF_APPS, key=lambda operation: operation.name == "stop_livestream"):
        for wanted in examples(operation):
            path = operation.path
            for name, value in ids.items():
                path = path.replace(name, other if operation.name == "start_livestream" else value)
            answer = api(operation.method, path, {} if operation.method == "POST" else None).json()
            assert set(keys(wanted)) <= set(keys(answer)), operation.name
            # Nothing more than the examples either: a client must not rely on what only the simulator sends.
            assert set(keys(answer)) <= set(keys(wanted)), operation.name
            compared += 1
    assert compared >= 9
