# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The simulator in a process of its own, beside the benchmark and at a distance.

Run as a program, it is that process: it prints the simulator's URLs, and ends when its standard input does.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import certifi

if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from bench.distance import distant
from simulator.certificates import Authority
from simulator.client import Control
from simulator.server import running

ROOT: Final = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Service:
    """A simulator without a limit of requests.

    ``far_url`` is its root over TLS, at a distance. ``authorities`` is a file that names who vouches for it, among as
    many others as requests brings.
    """

    control: Control
    far_url: str
    authorities: Path

    def url(self, url: str, far: bool) -> str:
        """One of the URLs that ``control`` tells, as seen from near or far."""
        return self.far_url + url.removeprefix(self.control.url) if far else url


@contextmanager
def service() -> Iterator[Service]:
    """A simulator on free ports; it ends with the block."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SIMULATOR_")}
    with tempfile.TemporaryDirectory(prefix="bench-") as place:
        command = [sys.executable, __file__, place]
        pipe = subprocess.PIPE
        with subprocess.Popen(command, env=environment, stdin=pipe, stdout=pipe, text=True) as process:
            assert process.stdout is not None
            urls = process.stdout.readline().split()
            if not urls:
                raise RuntimeError("the simulator did not start")
            control = Control(*urls[:1], secure_url=urls[1])
            authorities = Path(place) / "authorities.pem"
            authorities.write_text(Path(certifi.where()).read_text() + (Path(place) / "ca.pem").read_text())
            with distant(urlsplit(control.secure_url).port or 0) as port:
                yield Service(control, f"https://127.0.0.1:{port}", authorities)
            control.close()


def main(place: Path) -> None:
    """Serve until told to stop."""
    with running(authority=Authority.in_directory(place), rate_limit=0) as control:
        print(control.url, control.secure_url, flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            sys.stdin.read()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
