# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Known vulnerabilities in what users install to use this collection, and what that brings with it.

pip-audit gets them from PyPI or, failing that, from OSV. Where neither can be reached, nothing is known, and this says
so: pip-audit itself then reports that it found none.

Exit status: 0 for none, 1 for some, 2 for not known.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / ".build/audit"
REQUIREMENTS = (ROOT / "meta/ee-requirements.txt", ROOT / "requirements/ansible.txt")
SERVICES = ("pypi", "osv")
TOOL = "pip-audit~=2.10"


def tool() -> Path:
    """pip-audit in an environment of its own: nothing else needs it."""
    program = BUILD / "bin/pip-audit"
    if not program.exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", BUILD], check=True)
        pip = [BUILD / "bin/python", "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
        subprocess.run([*pip, TOOL], check=True)
    return program


def audited(service: str) -> list[dict[str, Any]]:
    """What the service knows, by package; empty when it cannot be reached."""
    command = [tool(), "--format", "json", "--progress-spinner", "off", "--vulnerability-service", service]
    for requirements in REQUIREMENTS:
        command += ["--requirement", requirements]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        found: list[dict[str, Any]] = json.loads(ran.stdout)["dependencies"]
    except (ValueError, KeyError, TypeError):
        print(f"{service}: {(ran.stderr.strip().splitlines() or ['no answer'])[-1]}")
        return []
    return found


def main() -> int:
    """Ask one service after the other."""
    for service in SERVICES:
        packages = audited(service)
        known = [package for package in packages if "skip_reason" not in package]
        unknown = sorted(package["name"] for package in packages if "skip_reason" in package)
        if not known:
            print(f"{service}: its data cannot be had here ({len(packages)} packages, none of them looked up)")
            continue
        flaws = [(package, flaw) for package in known for flaw in package["vulns"]]
        for package, flaw in flaws:
            fixed = ", ".join(flaw["fix_versions"]) or "none"
            print(f"{package['name']} {package['version']}: {flaw['id']}, fixed in {fixed}")
        if unknown:
            print(f"{service}: not looked up: {', '.join(unknown)}")
        print(f"{service}: {len(known)} packages, {len(flaws)} known vulnerabilities")
        return 1 if flaws else 2 if unknown else 0
    print("NOT AUDITED: no data on vulnerabilities can be had here. Run this where PyPI's or OSV's can be.")
    return 2


if __name__ == "__main__":
    sys.exit(main())
