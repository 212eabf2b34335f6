# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``python tests/awx/collection.py``: fetches the collection awx.awx into .build, out of the PyPI package ansible."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

# The collection is on Galaxy and in this package; tests need nothing but PyPI.
PACKAGE = "ansible~=12.3"
PREFIX = "ansible_collections/awx/awx/"
PLACE = Path(__file__).resolve().parents[2] / ".build/awx.awx"


def fetch() -> Path:
    """The directory in which Ansible finds awx.awx; fetched when it is not there yet."""
    stamp = PLACE / "package"
    if not stamp.exists() or stamp.read_text() != PACKAGE:
        with tempfile.TemporaryDirectory() as directory:
            pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
            subprocess.run([*pip, "--only-binary", ":all:", "--dest", directory, PACKAGE], check=True)
            (wheel,) = Path(directory).glob("ansible-*.whl")
            with zipfile.ZipFile(wheel) as archive:
                archive.extractall(PLACE, [name for name in archive.namelist() if name.startswith(PREFIX)])
        stamp.write_text(PACKAGE)
    return PLACE


if __name__ == "__main__":
    print(fetch())
