# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``python -m publish.archive``: builds the collection's archive from a commit.

``ansible-galaxy collection build`` packs what lies in the directory, whether Git knows of it or not. Here it gets the
files of a commit and nothing else, so that no secret and no leftover of a working tree is published. What of these
files belongs to the archive, galaxy.yml says (``build_ignore``).
"""

from __future__ import annotations

import argparse
import io
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]


def build(output: Path, commit: str = "HEAD", checkout: Path = ROOT) -> Path:
    """The archive of a commit of a checkout, written into ``output``; subprocess.CalledProcessError on failure."""
    tar = subprocess.run(["git", "archive", "--format=tar", commit], cwd=checkout, check=True, capture_output=True)
    galaxy = str(Path(sys.executable).with_name("ansible-galaxy"))
    with tempfile.TemporaryDirectory() as place:
        with tarfile.open(fileobj=io.BytesIO(tar.stdout)) as files:
            files.extractall(place, filter="data")
        command = [galaxy, "collection", "build", "--force", "--output-path", str(output.resolve()), place]
        said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    # Created collection for eventops.cloudflare at /a path/with blanks
    return Path(said.strip().partition(" at ")[2])


def main() -> None:
    parser = argparse.ArgumentParser(prog="publish.archive", description="Build the collection's archive.")
    parser.add_argument("commit", nargs="?", default="HEAD", help="a commit or tag (default: %(default)s)")
    parser.add_argument("--output", type=Path, default=ROOT / ".build", help="a directory (default: .build)")
    options = parser.parse_args()
    print(build(options.output, options.commit))


if __name__ == "__main__":
    main()
