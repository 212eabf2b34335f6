# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What runs on hosts can be loaded by the oldest Python that ansible-core supports there."""

from __future__ import annotations

import subprocess
from pathlib import Path

import ansible
import pytest

from pythons import OLDEST, interpreter

ROOT = Path(__file__).parents[3]
MODULES = sorted(path for folder in ("module_utils", "modules") for path in (ROOT / "plugins" / folder).rglob("*.py"))


def test_everything_can_be_imported(tmp_path: Path) -> None:
    """Base classes and aliases are evaluated then, unlike annotations."""
    version = ".".join(map(str, OLDEST))
    python = interpreter(version)
    if python is None:
        pytest.skip(f"imports with Python {version}: install it")
    (tmp_path / "ansible").symlink_to(Path(ansible.__file__).parent)
    names = [".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for path in MODULES]
    package = "ansible_collections.eventops.cloudflare."
    code = f"import importlib\nfor name in {names!r}: importlib.import_module({package!r} + name)"
    paths = {"PYTHONPATH": f"{tmp_path}:{ROOT / '.build'}"}
    ran = subprocess.run([python, "-c", code], env=paths, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
