# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Pythons on this machine, and the oldest that modules have to run on."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

OLDEST = (3, 8)  # what modules run on, see tests/config.yml


def interpreter(version: str) -> str | None:
    """A Python of this version that runs and can make environments: on the path, or among pyenv's."""
    name = f"python{version}"
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    candidates = [shutil.which(name), *sorted(str(path) for path in pyenv.glob(f"{version}.*/bin/{name}"))]
    check = "import ensurepip, sys, venv; print('%d.%d %s' % (*sys.version_info[:2], sys.executable))"
    for candidate in filter(None, candidates):
        # A pyenv shim may be there and not work.
        ran = subprocess.run([candidate, "-c", check], capture_output=True, text=True, check=False)
        found, _space, executable = ran.stdout.strip().partition(" ")
        if found == version:
            return executable
    return None


def oldest_target() -> str:
    """The oldest Python on hosts that both the collection and the installed ansible-core support."""
    from ansible_test._util.target.common.constants import REMOTE_ONLY_PYTHON_VERSIONS

    versions = [tuple(map(int, version.split("."))) for version in REMOTE_ONLY_PYTHON_VERSIONS]
    major, minor = min(version for version in versions if version >= OLDEST)
    return f"{major}.{minor}"
