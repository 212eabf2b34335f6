# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``python tests/bench`` and, with ``tests`` on the path, ``python -m bench``."""

from __future__ import annotations

import sys
from pathlib import Path


def _run() -> int:
    if not __package__:
        # Run as a directory: ``bench`` and ``simulator`` are packages beside each other.
        sys.path[0] = str(Path(__file__).resolve().parent.parent)
    from bench.cli import main

    return main()


if __name__ == "__main__":
    sys.exit(_run())
