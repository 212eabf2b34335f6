# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``python -m publish.importer ARCHIVE``: imports the archive as Galaxy and Automation Hub do, and accepts no warning.

The program that they run is on PyPI: galaxy-importer. Ansible Galaxy runs it with its defaults. Automation Hub requires
more of what is certified: a tag that it knows, a version of at least 1.0.0, and flake8.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from environments import programs

IMPORTER: Final = "galaxy-importer==0.4.44"
SETTINGS: Final[Mapping[str, Mapping[str, str]]] = {
    "Ansible Galaxy": {},
    # ansible-lint does not depend on them: once is enough.
    "certification": {
        "CHECK_REQUIRED_TAGS": "true",
        "REQUIRE_V1_OR_GREATER": "true",
        "RUN_FLAKE8": "true",
        "RUN_ANSIBLE_LINT": "false",
    },
}
# The importer unpacks the collection under another name, where the pattern's playbooks cannot find those of the
# collection. pycodestyle asks for line breaks before operators and after them: "ruff format" decides that here.
ACCEPTED: Final = re.compile(r"ERROR +Failed to find eventops\.cloudflare\.\w+ playbook\.$|: W50[34] line break ")


def complaints(archive: Path, settings: Mapping[str, str]) -> list[str]:
    """The warnings and errors of an import; the end of its output where it crashed."""
    directory = programs("galaxy-importer", IMPORTER)
    environment = {name: text for name, text in os.environ.items() if not name.startswith(("ANSIBLE_", "PYTHON"))}
    environment |= {f"GALAXY_IMPORTER_{name}": text for name, text in settings.items()}
    environment["PATH"] = f"{directory}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    command = [directory / "python", "-m", "galaxy_importer.main", archive.resolve()]
    with tempfile.TemporaryDirectory() as place:
        ran = subprocess.run(command, cwd=place, env=environment, capture_output=True, text=True, check=False)
    lines = (ran.stdout + ran.stderr).splitlines()
    found = [line for line in lines if re.match(r"(WARNING|ERROR|CRITICAL)\b", line) and not ACCEPTED.search(line)]
    if not found and (ran.returncode or "Importer processing completed successfully" not in lines):
        return lines[-20:]
    return found


def main() -> int:
    archive = Path(sys.argv[1])
    failed = 0
    for name, settings in SETTINGS.items():
        found = complaints(archive, settings)
        print(f"{name}: {'accepted' if not found else 'NOT accepted'}", *found, sep="\n  ", flush=True)
        failed += bool(found)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
