# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The pattern's files, and ``make pattern``: writes those that follow from others.

The surveys go into meta/pattern.json. What variables a playbook takes goes into playbooks/<playbook>.meta.yml, from the
argument specs of the role: the specification of patterns requires it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml

from role_readme import to_md

ROOT = Path(__file__).resolve().parents[2]
PATTERN = ROOT / "extensions/patterns/event_livestream"
META = PATTERN / "meta/pattern.json"
ROLE_SPECS = ROOT / "roles/event_livestream/meta/argument_specs.yml"
KINDS = ["provision", "start", "status", "stop", "report", "cleanup", "check"]
# The entry points of the role whose options a playbook takes.
MAIN = ["main"]
ENTRY_POINTS = {"status": ["main", "status"], "report": ["main", "report"]}
# The playbooks that are not made of the role. Their surveys ask for all that they take.
WITHOUT_ROLE = ("check",)
# Playbooks that say themselves which state they bring.
FIXED_STATE = ("provision", "start", "stop", "cleanup")
HEADER = """---
# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Written by "make pattern" from the argument specs of the role.
"""


def survey(kind: str) -> dict[str, Any]:
    """The survey of a job template: name, description, spec."""
    found: dict[str, Any] = yaml.safe_load((PATTERN / f"template_surveys/event_{kind}.yml").read_text())
    return found


def credential_type() -> dict[str, Any]:
    """The credential type: name, description, kind, inputs, injectors."""
    found: dict[str, Any] = yaml.safe_load((PATTERN / "credential_type/cloudflare_realtime.yml").read_text())
    return found


def meta() -> dict[str, Any]:
    """The pattern's definition as it stands."""
    found: dict[str, Any] = json.loads(META.read_text())
    return found


def with_surveys(definition: dict[str, Any]) -> dict[str, Any]:
    """The definition with the surveys in it.

    Its schema takes no default but text, and a controller takes no text as the default of a number: numbers have none.
    """
    for template in definition["aap_resources"]["controller_job_templates"]:
        found = survey(Path(template["playbook"]).stem.removeprefix("event_"))
        for question in found["spec"]:
            if not isinstance(question.get("default", ""), str):
                del question["default"]
        # Without it, the service keeps the survey switched off.
        template |= {"survey_enabled": True, "survey": found}
    return definition


def play_specs(kind: str) -> dict[str, Any]:
    """What variables a playbook takes, in the form of https://github.com/sivel/play-argument-spec."""
    roles: dict[str, Any] = yaml.safe_load(ROLE_SPECS.read_text())["argument_specs"]
    options = {
        name: (part, option) for part in ENTRY_POINTS.get(kind, MAIN) for name, option in roles[part]["options"].items()
    }
    if kind in FIXED_STATE:
        del options["event_livestream_state"]
    asked = survey(kind)
    if kind in WITHOUT_ROLE:
        texts = {item["variable"]: item["question_description"] for item in asked["spec"]}
        options = {name: ("main", {"type": "str", "description": text}) for name, text in texts.items()}
    (play,) = yaml.safe_load((PATTERN / f"playbooks/event_{kind}.yml").read_text())
    return {
        "short_description": play["name"],
        "description": f"{asked['description']}. Its job template asks for some of these.",
        "argument_specs": {
            f"event_{kind}": {
                "short_description": play["name"],
                "options": {
                    name: {**option, "description": to_md(option["description"], "event_livestream", part, " ")}
                    for name, (part, option) in options.items()
                },
                "examples": yaml.safe_dump([{"ansible.builtin.import_playbook": f"eventops.cloudflare.event_{kind}"}]),
            }
        },
    }


def play_specs_file(kind: str) -> str:
    """The text of a play's argument specs."""
    return HEADER + yaml.safe_dump(play_specs(kind), sort_keys=False, width=120, allow_unicode=True)


def main() -> None:
    META.write_text(json.dumps(with_surveys(meta()), indent=2, ensure_ascii=False) + "\n")
    for kind in KINDS:
        (PATTERN / f"playbooks/event_{kind}.meta.yml").write_text(play_specs_file(kind))


if __name__ == "__main__":
    main()
