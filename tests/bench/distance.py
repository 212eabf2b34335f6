# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A network path to a service of this machine: every byte takes half the time of a round trip in each direction."""

from __future__ import annotations

import asyncio
import contextlib
import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

ROUND_TRIP: Final = 0.05  # seconds
CHUNK: Final = 2**16
LOCAL: Final = "127.0.0.1"


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, delay: float) -> None:
    """What comes in leaves so many seconds later, in the same order; so does its end."""
    with contextlib.suppress(ConnectionError):
        while data := await reader.read(CHUNK):
            asyncio.get_running_loop().call_later(delay, writer.write, data)
    await asyncio.sleep(delay)
    writer.close()


@contextmanager
def distant(port: int, round_trip: float = ROUND_TRIP) -> Iterator[int]:
    """Another port of this machine that leads to ``port``, a round trip away; yields it.

    The system accepts a connection at once: the round trip that this takes is added to the first bytes sent on it. Each
    message of a TLS handshake is delayed like any other.
    """
    serving: queue.SimpleQueue[tuple[int, Callable[[], object]]] = queue.SimpleQueue()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection(LOCAL, port)
        try:
            await asyncio.sleep(round_trip)
            await asyncio.gather(_carry(reader, far_writer, round_trip / 2), _carry(far_reader, writer, round_trip / 2))
        finally:
            writer.close()
            far_writer.close()

    async def serve() -> None:
        loop, over = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(accept, LOCAL, 0)
        serving.put((server.sockets[0].getsockname()[1], lambda: loop.call_soon_threadsafe(over.set)))
        await over.wait()
        server.close()

    thread = threading.Thread(target=lambda: asyncio.run(serve()), name="distance", daemon=True)
    thread.start()
    near, stop = serving.get(timeout=30)
    try:
        yield near
    finally:
        stop()
        thread.join()
