# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The pattern's files, and ``python tests/awx/pattern.py``: puts the surveys into its meta/pattern.json."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
PATTERN = ROOT / "extensions/patterns/event_livestream"
META = PATTERN / "meta/pattern.json"
KINDS = ["provision", "start", "status", "stop", "report", "cleanup"]


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
        template["survey"] = found
    return definition


if __name__ == "__main__":
    META.write_text(json.dumps(with_surveys(meta()), indent=2, ensure_ascii=False) + "\n")
