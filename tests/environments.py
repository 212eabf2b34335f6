# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Environments for programs whose packages do not go together with those of the tests: made when missing, and kept."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import venv
from pathlib import Path
from typing import Final

CHECKOUT: Final = Path(__file__).resolve().parents[1]


def programs(name: str, *packages: str) -> Path:
    """The directory of the programs of an environment that has these packages.

    It lies in EVENTOPS_BUILD_DIR (default: ``.build`` in the checkout). Raises subprocess.CalledProcessError when the
    packages cannot be installed.
    """
    build = Path(os.environ.get("EVENTOPS_BUILD_DIR") or CHECKOUT / ".build").absolute()
    name = f"{name}-py{sys.version_info.major}.{sys.version_info.minor}"
    place = build / name
    stamp = place / "packages"
    wanted = f"{sys.version}\n{packages}"
    build.mkdir(parents=True, exist_ok=True)
    with open(build / f"{name}.lock", "w", encoding="utf-8") as lock:
        # Another process may be running the same tests.
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not stamp.exists() or stamp.read_text(encoding="utf-8") != wanted:
            venv.create(place, clear=True, with_pip=True)
            install = [
                place / "bin/python",
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
                *packages,
            ]
            subprocess.run(install, check=True)
            stamp.write_text(wanted, encoding="utf-8")
    return place / "bin"
