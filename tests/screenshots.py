# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Screenshots of the sample pages, in both colour schemes, on a phone and on a desktop, and as they are printed.

They are written to .build/screenshots.
"""

from __future__ import annotations

import sys

from pages.browser import SCHEMES, WIDTHS, chromium, opened
from pages.render import ROOT, render
from pages.samples import PAGES

FOLDER = ROOT / ".build/screenshots"
# Sections outside of the window are not painted until they are scrolled to.
SHOWN = ".stream { content-visibility: visible !important }"


def main() -> int:
    """Render, open, and take the pictures."""
    program = chromium()
    if program is None:
        print("No Chromium found: install one, or name it in CHROMIUM", file=sys.stderr)
        return 1
    FOLDER.mkdir(parents=True, exist_ok=True)
    paths = render(FOLDER, PAGES)
    with opened(program) as browser:
        for name, path in paths.items():
            for width, viewport in WIDTHS.items():
                for scheme in SCHEMES:
                    page = browser.new_page(viewport=viewport, color_scheme=scheme, device_scale_factor=2)
                    page.goto(path.as_uri())
                    page.screenshot(path=FOLDER / f"{name}-{width}-{scheme}.png", full_page=True, style=SHOWN)
                    page.close()
            page = browser.new_page()
            page.goto(path.as_uri())
            page.pdf(path=FOLDER / f"{name}.pdf", format="A4", prefer_css_page_size=True)
            page.close()
    print(f"Screenshots of {', '.join(paths)}: {FOLDER}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
