# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the benchmark ran on."""

from __future__ import annotations

import os
import platform
import re
from importlib.metadata import version
from pathlib import Path

from bench.contenders import SDK_VERSION


def describe() -> list[tuple[str, str]]:
    """The machine and its software, as names and values.

    The load is how many processes could run, as a mean of the last minute.
    """
    cpu = _found("/proc/cpuinfo", r"^model name\s*:\s*(.+)$") or platform.machine()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    system = _found("/etc/os-release", r'^PRETTY_NAME="?([^"]+)') or platform.platform()
    return [
        ("CPU", f"{cpu}, {os.cpu_count()} cores"),
        ("Memory", f"{memory / 1024**3:.0f} GiB"),
        ("System", f"{system}, {platform.system()} {platform.release()}, {platform.machine()}"),
        ("Python", f"{platform.python_implementation()} {platform.python_version()}"),
        *((name, version(name)) for name in ("ansible-core", "requests", "urllib3", "PyYAML", "Jinja2", "uvicorn")),
        ("cloudflare (SDK)", SDK_VERSION),
        ("Load average before", f"{os.getloadavg()[0]:.1f}"),
    ]


def _found(path: str, pattern: str) -> str | None:
    """What a file says, if there is such a file."""
    place = Path(path)
    found = re.search(pattern, place.read_text(encoding="utf-8"), re.MULTILINE) if place.exists() else None
    return found[1].strip() if found else None
