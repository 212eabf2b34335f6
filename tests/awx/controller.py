# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A stand-in for the API of AWX, as far as the modules of awx.awx use it to set things up.

It keeps what it is given, hides secrets as AWX does, and refuses what AWX refuses (:mod:`awx.rules`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from awx import rules
from awx.pattern import ROOT

TOKEN = "controller-token-0123456789"
ENCRYPTED = "$encrypted$"
# What is there before anything is set up
FIRST = {"organizations": [{"name": "Default"}, {"name": "Events"}]}
KINDS = [
    "organizations",
    "credential_types",
    "credentials",
    "execution_environments",
    "inventories",
    "hosts",
    "projects",
    "project_updates",
    "labels",
    "job_templates",
    "workflow_job_templates",
    "workflow_job_template_nodes",
    "schedules",
]
Object = dict[str, Any]


def type_of(kind: str) -> str:
    """The type of an object of a list: inventories, inventory."""
    return "inventory" if kind == "inventories" else kind.removesuffix("s")


class Controller:
    """The objects, by kind and ID, and who is associated with whom."""

    def __init__(self) -> None:
        self.objects: dict[str, dict[int, Object]] = {kind: {} for kind in KINDS}
        self.associated: dict[str, list[int]] = {}
        self.surveys: dict[str, Object] = {}
        self.writes: list[str] = []
        self.url = ""
        self._last = 0
        for kind, items in FIRST.items():
            for item in items:
                self._create(kind, item)

    @staticmethod
    def _name(item: Object) -> str:
        return str(item.get("name") or item.get("identifier"))

    def state(self) -> str:
        """All there is, to compare."""
        return json.dumps([self.objects, self.surveys, self.associated], sort_keys=True)

    def names(self, kind: str) -> list[str]:
        """What there is of a kind."""
        return sorted(self._name(item) for item in self.objects[kind].values())

    def one(self, kind: str, name: str) -> Object:
        """The object of this name; there is exactly one."""
        (found,) = (item for item in self.objects[kind].values() if self._name(item) == name)
        return found

    def related(self, item: Object, relation: str, kind: str) -> list[str]:
        """The names of what is associated with an object."""
        members = self.associated.get(f"{item['url']}{relation}/", [])
        return [self._name(self.objects[kind][member]) for member in members]

    def survey(self, item: Object) -> Object:
        """The survey of a template."""
        return self.surveys[item["url"]]

    def __call__(self, request: Request) -> Response:
        """Answer a request."""
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return self._answer({"detail": "Authentication credentials were not provided."}, 401)
        if request.method != "GET":
            self.writes.append(f"{request.method} {request.path}")
        parts = request.path.strip("/").split("/")[2:]
        try:
            return self._answer(*self._serve(request, *parts))
        except rules.Refused as error:
            return self._answer({"error": str(error), "__all__": [str(error)]}, 400)
        except KeyError:
            return self._answer({"detail": "Not found."}, 404)

    def _serve(self, request: Request, kind: str, number: str = "", relation: str = "") -> tuple[Any, int]:
        body: Object = json.loads(request.get_data() or "{}")
        if not number:
            if request.method == "POST":
                return self._shown(self._create(kind, body)), 201
            return self._listing(self._found(kind, request.args.to_dict())), 200
        item = self.objects[kind][int(number)]
        if relation == "survey_spec":
            return self._survey(item, body if request.method == "POST" else None), 200
        if relation:
            return self._association(f"{item['url']}{relation}/", body if request.method == "POST" else None)
        if request.method == "PATCH":
            self._check(kind, {**item, **body})
            item.update(self._stored(kind, body, item))
        return self._shown(item), 200

    def _create(self, kind: str, body: Object) -> Object:
        self._check(kind, body)
        self._last += 1
        url = f"/api/v2/{kind}/{self._last}/"
        item = {**self._stored(kind, body, {}), "id": self._last, "url": url, "type": type_of(kind)}
        item |= {"summary_fields": {}, "related": {"survey_spec": f"{url}survey_spec/"}}
        if kind == "projects":
            item["scm_revision"] = ""
            update = self._create("project_updates", {"status": "successful"})
            item["summary_fields"] = {"current_update": {"id": update["id"]}}
        self.objects[kind][item["id"]] = item
        return item

    @staticmethod
    def _stored(kind: str, body: Object, before: Object) -> Object:
        """What is kept of a body: a secret that comes back as it was shown stays."""
        kept = dict(body)
        if kind == "credentials" and "inputs" in kept:
            inputs = body["inputs"].items()
            kept["inputs"] = {name: before["inputs"][name] if value == ENCRYPTED else value for name, value in inputs}
        return kept

    def _shown(self, item: Object) -> Object:
        if item["type"] != "credential":
            return item
        fields = self.objects["credential_types"][item["credential_type"]]["inputs"]["fields"]
        secret = {field["id"] for field in fields if field.get("secret")}
        inputs = {name: ENCRYPTED if name in secret else value for name, value in item["inputs"].items()}
        return {**item, "inputs": inputs}

    def _check(self, kind: str, body: Object) -> None:
        checks: dict[str, Callable[[Object], object]] = {
            "credential_types": rules.check_credential_type,
            "credentials": self._check_credential,
            "job_templates": self._check_job_template,
            "schedules": self._check_schedule,
        }
        if kind in checks:
            checks[kind](body)

    def _check_credential(self, body: Object) -> None:
        rules.check_inputs(self.objects["credential_types"][body["credential_type"]], body["inputs"])

    def _check_job_template(self, body: Object) -> None:
        if body["project"] not in self.objects["projects"] or body["inventory"] not in self.objects["inventories"]:
            raise rules.Refused("no such project or inventory")
        if not rules.is_playbook(ROOT / body["playbook"]):
            raise rules.Refused("Playbook not found for project.")

    def _check_schedule(self, body: Object) -> None:
        rules.check_rrule(body["rrule"])
        template = self.objects["job_templates"][body["unified_job_template"]]
        questions = {question["variable"]: question for question in self.survey(template)["spec"]}
        for name in body.get("extra_data", {}):
            if name not in questions:
                raise rules.Refused(f"Variables {name} are not allowed on launch.")
        for question in questions.values():
            rules.check_answer(question, body.get("extra_data", {}))

    def _survey(self, item: Object, given: Object | None) -> Object:
        if given is None:
            return self.surveys.get(item["url"], {})
        rules.check_survey(given)
        self.surveys[item["url"]] = given
        return {}

    def _association(self, path: str, given: Object | None) -> tuple[Any, int]:
        members = self.associated.setdefault(path, [])
        if given is None:
            return self._listing([{"id": member} for member in members]), 200
        if given.get("disassociate"):
            members.remove(given["id"])
        else:
            members.append(given["id"])
        return None, 204

    def _found(self, kind: str, query: Mapping[str, str]) -> Iterator[Object]:
        kinds = ["projects", "job_templates", "workflow_job_templates"] if kind == "unified_job_templates" else [kind]
        wanted = {name: value for name, value in query.items() if not name.startswith("or__")}
        either = {name.removeprefix("or__"): value for name, value in query.items() if name.startswith("or__")}
        for item in (item for each in kinds for item in self.objects[each].values()):
            if all(str(item.get(name)) == value for name, value in wanted.items()) and (
                not either or any(str(item.get(name)) == value for name, value in either.items())
            ):
                yield self._shown(item)

    @staticmethod
    def _listing(items: Iterator[Object] | list[Object]) -> Object:
        results = list(items)
        return {"count": len(results), "next": None, "previous": None, "results": results}

    @staticmethod
    def _answer(body: Any, status: int) -> Response:
        headers = {"X-API-Product-Name": "AWX", "X-API-Product-Version": "24.6.1"}
        text = "" if body is None else json.dumps(body)
        return Response(text, status, headers, content_type="application/json")


@contextmanager
def running() -> Iterator[Controller]:
    """A controller that answers on this machine, at its ``url``."""
    controller = Controller()
    with HTTPServer(host="127.0.0.1") as server:
        server.expect_request(re.compile("^/api/v2/")).respond_with_handler(controller)
        controller.url = server.url_for("").rstrip("/")
        try:
            yield controller
        finally:
            server.check_assertions()
