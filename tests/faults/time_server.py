# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Time of a stage in other processes: whoever sleeps there asks here, and the stage's time passes instead."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingUnixStreamServer
from typing import Final

VARIABLE: Final = "FAULTS_TIME"  # where the other process finds the socket


class TimeServer(ThreadingUnixStreamServer):
    """Answers each line, a number of seconds to sleep, with the time after that.

    ``left`` is how many seconds may still pass. When they are used up, nothing is answered: a process that waits
    without end fails.
    """

    daemon_threads = True

    def __init__(self, path: Path, sleep: Callable[[float], None], now: Callable[[], float]) -> None:
        self.sleep = sleep
        self.now = now
        self.left = 0.0
        self._lock = threading.Lock()
        super().__init__(str(path), _Handler)

    def asked(self, seconds: float) -> float | None:
        """Let time pass; None when none is left."""
        with self._lock:
            self.left -= seconds
            if self.left < 0:
                return None
            if seconds > 0:
                self.sleep(seconds)
            return self.now()


class _Handler(StreamRequestHandler):
    server: TimeServer

    def handle(self) -> None:
        for line in self.rfile:
            now = self.server.asked(float(line))
            if now is None:
                return
            self.wfile.write(b"%r\n" % now)


@contextmanager
def serving_time(path: Path, sleep: Callable[[float], None], now: Callable[[], float]) -> Iterator[TimeServer]:
    """A server at this socket, until the block ends."""
    with TimeServer(path, sleep, now) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield server
        server.shutdown()
