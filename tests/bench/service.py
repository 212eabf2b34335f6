# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The simulator in a process of its own, beside the benchmark and at a distance."""

from __future__ import annotations

import multiprocessing
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import certifi

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


def _serve(place: Path, user: Connection) -> None:
    """Tell the URLs, and serve until told to stop."""
    with running(authority=Authority.in_directory(place), rate_limit=0) as control:
        user.send((control.url, control.secure_url))
        user.poll(None)


@contextmanager
def service() -> Iterator[Service]:
    """A simulator on free ports; it ends with the block."""
    spawn = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        place = Path(folder)
        ours, theirs = spawn.Pipe()
        process = spawn.Process(target=_serve, args=(place, theirs), daemon=True)
        process.start()
        theirs.close()
        url, secure_url = ours.recv()
        control = Control(url, secure_url=secure_url)
        authorities = place / "authorities.pem"
        authorities.write_text(Path(certifi.where()).read_text() + (place / "ca.pem").read_text())
        try:
            with distant(urlsplit(secure_url).port or 0) as port:
                yield Service(control, f"https://127.0.0.1:{port}", authorities)
        finally:
            control.close()
            ours.close()
            process.join()
