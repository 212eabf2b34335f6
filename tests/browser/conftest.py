# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A browser, and the sample pages to open in it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pages.browser import chromium, opened
from pages.render import render
from pages.samples import ODD_PAGES, PAGES

if TYPE_CHECKING:
    from playwright.sync_api import Browser

MISSING = "pages in a browser: install Chromium, or name it in the environment variable CHROMIUM"


@pytest.fixture(scope="session")
def program() -> str:
    """The browser; without one the tests are skipped, or fail if BROWSER_REQUIRED is set."""
    found = chromium()
    if found is None and os.environ.get("BROWSER_REQUIRED"):
        pytest.fail(MISSING)
    return found or pytest.skip(MISSING)


@pytest.fixture(scope="session")
def browser(program: str) -> Iterator[Browser]:
    """One browser for all tests."""
    with opened(program) as browser:
        yield browser


@pytest.fixture(scope="session")
def pages(program: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The sample pages, by name."""
    return render(tmp_path_factory.mktemp("pages"), PAGES | ODD_PAGES)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Skipped tests pass: say loudly that nothing was tested."""
    if any(MISSING in str(report.longrepr) for report in terminalreporter.stats.get("skipped", [])):
        terminalreporter.write_sep("!", "WARNING: THE PAGES WERE NOT TESTED IN A BROWSER", red=True, bold=True)
        terminalreporter.write_line(MISSING)
