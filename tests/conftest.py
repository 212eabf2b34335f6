# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What all tests need: the collection where Ansible finds it, and the one profile of Hypothesis.

``make`` prepares the same link and the same environment. They are also prepared here, so that a plain ``pytest`` works
in a fresh checkout.
"""

from __future__ import annotations

import contextlib
import importlib
import os
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings

import not_run
from abuse.scale import SCALE

BUILD = Path(__file__).parents[1] / ".build"


def link_collection() -> None:
    """Make ``.build/ansible_collections/eventops/cloudflare`` a link to this checkout, unless it is there."""
    link = BUILD / "ansible_collections/eventops/cloudflare"
    link.parent.mkdir(parents=True, exist_ok=True)
    # Each process of pytest-xdist does this, too.
    with contextlib.suppress(FileExistsError):
        link.symlink_to("../../..")
    # Python remembers that .build, which is on its path, did not exist.
    importlib.invalidate_caches()


def export_paths() -> None:
    """Let the processes that tests start find this checkout, and no other."""
    others = [path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path and path != str(BUILD)]
    os.environ["PYTHONPATH"] = os.pathsep.join([str(BUILD), *others])
    os.environ["ANSIBLE_COLLECTIONS_PATH"] = str(BUILD)


link_collection()
export_paths()

# Hypothesis reads the profile when a test is defined, so there can be only one for a run of pytest. With SCALE 1 every
# run tries the same examples. How fast a machine is decides nothing.
settings.register_profile(
    "eventops",
    deadline=None,
    derandomize=SCALE == 1,
    max_examples=100 * SCALE,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    print_blob=True,
    # How many examples were tried before one failed is counted where nothing is shrunk.
    phases=[phase for phase in Phase if phase is not Phase.shrink or os.environ.get("FAULTS_SHRINK", "1") == "1"],
)
settings.load_profile("eventops")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Note what was skipped, and why: once, not in each process of pytest-xdist."""
    if hasattr(terminalreporter.config, "workerinput"):
        return
    reasons = Counter(report.longrepr[2] for report in terminalreporter.stats.get("skipped", ()))
    for reason, number in reasons.items():
        not_run.note(reason.removeprefix("Skipped: "), number)
