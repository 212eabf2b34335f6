# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Renders templates of the role with the real Ansible."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "roles/event_livestream/templates"
RUN_SHEET = ("run_sheet.html.j2", "__event_livestream_sheet")
REPORT = ("report.html.j2", "event_livestream_analytics")


def task(template: tuple[str, str], data: Any, page: Path) -> dict[str, Any]:
    """The task that writes ``page`` from ``data``, which is read as the role reads it: as data, never as templates."""
    source, variable = template
    values = page.with_suffix(".json")
    values.write_text(json.dumps(data))
    return {
        "name": f"Write {page.name}",
        "eventops.cloudflare.event_page": {"template": str(TEMPLATES / source), "path": str(page)},
        "vars": {variable: f"{{{{ lookup('ansible.builtin.file', '{values}') | from_json }}}}"},
    }


def render(folder: Path, pages: Mapping[str, tuple[tuple[str, str], Any]]) -> dict[str, Path]:
    """Write the pages, given by name as template and data, into ``folder``."""
    paths = {name: folder / f"{name}.html" for name in pages}
    tasks = [task(template, data, paths[name]) for name, (template, data) in pages.items()]
    play = {"hosts": "localhost", "connection": "local", "gather_facts": False, "tasks": tasks}
    playbook = folder / "pages.json"
    playbook.write_text(json.dumps([{**play, "vars": {"ansible_python_interpreter": sys.executable}}]))
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_")},
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".build"),
        "ANSIBLE_LOCALHOST_WARNING": "0",
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "0",
    }
    command = [str(Path(sys.executable).with_name("ansible-playbook")), str(playbook)]
    ran = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, check=False)
    if ran.returncode:
        raise SystemExit(f"Rendering failed:\n{ran.stdout}{ran.stderr}")
    return paths
