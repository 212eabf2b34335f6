# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An HTTP proxy between clients and the simulator: it makes tunnels (CONNECT), and may fail to.

Whatever host is asked for, the tunnel leads to the simulator. A rule with the operation ``connect`` picks requests for
a tunnel, and no others: ``before`` the tunnel is made, or ``after``: the client was told that it is, and has begun to
use it. What breaks on one side of a tunnel breaks on the other one in the same way: with a reset, or in order.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from http.client import responses
from typing import Any, Final

from .faults import Answer, Rule, break_off, first, inform
from .operations import CONNECT
from .world import World

ESTABLISHED: Final = b"HTTP/1.1 200 Connection established\r\n\r\n"


class Proxy:
    """Makes tunnels to one address. ``connections`` are those that are open, of clients and to the simulator."""

    def __init__(self, world: World, address: tuple[str, int]) -> None:
        self.world = world
        self.address = address
        self.connections: set[_Side] = set()

    def __call__(self) -> asyncio.Protocol:
        """The protocol of one client."""
        return _Client(self)

    def close(self) -> None:
        """End all tunnels."""
        for side in list(self.connections):
            side.transport.abort()


class _Side(asyncio.Protocol):
    """One of the two connections of a tunnel."""

    transport: asyncio.Transport
    other: _Side | None = None

    def __init__(self, proxy: Proxy) -> None:
        self.proxy = proxy
        self.gone = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.proxy.connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self.proxy.connections.discard(self)
        self.gone.set()
        if self.other is not None and not self.other.gone.is_set():
            break_off(self.other.transport, reset=exc is not None)

    def data_received(self, data: bytes) -> None:
        if self.other is not None:
            self.other.transport.write(data)

    def pause_writing(self) -> None:
        if self.other is not None:
            self.other.transport.pause_reading()

    def resume_writing(self) -> None:
        if self.other is not None:
            self.other.transport.resume_reading()


class _Server(_Side):
    """The simulator's side. ``cut``: the tunnel ends in the middle of the first thing that comes."""

    def __init__(self, proxy: Proxy, client: _Client, cut: bool) -> None:
        super().__init__(proxy)
        self.other = client
        self.cut = cut

    def data_received(self, data: bytes) -> None:
        super().data_received(data[: len(data) // 2] if self.cut else data)
        if self.cut:
            self.transport.close()


class _Client(_Side):
    def __init__(self, proxy: Proxy) -> None:
        super().__init__(proxy)
        self._head = b""
        self._used = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def data_received(self, data: bytes) -> None:
        if self._task is not None:
            self._used.set()
            super().data_received(data)
            return
        self._head += data
        if b"\r\n\r\n" in self._head:
            self._task = asyncio.ensure_future(self._answer())

    async def _answer(self) -> None:
        method, _space, target = self._head.partition(b"\r\n")[0].decode("latin-1").partition(" ")
        if method != "CONNECT":
            self._say(Answer.of(405, None))
            return
        rule = self.proxy.world.faults.take(CONNECT, method, target)
        if rule is None or not await self._fails(rule):
            await self._tunnel(cut=rule is not None and rule.kind == "cut")

    async def _fails(self, rule: Rule) -> bool:
        """Carry out a rule; whether there is no tunnel after it."""
        world = self.proxy.world
        pause: Callable[[], Any] = lambda: world.pause(rule.seconds)  # noqa: E731
        if rule.kind == "delay":
            await pause()
        if rule.kind == "status":
            self._say(Answer.of(rule.status, rule.body, rule.headers, rule.content_type))
            return True
        await inform(self.transport, rule.statuses, pause)
        if rule.kind not in ("reset", "close", "refuse", "silence", "body") and not rule.lost:
            return False
        if rule.when == "after" or rule.kind == "body":
            self.transport.write(ESTABLISHED)
            await first(self._used.wait(), self.gone.wait())
        if rule.kind == "body":
            self.transport.write(Answer.of(200, rule.body).body)
        if rule.kind == "refuse":
            world.refuse(rule.seconds)
        if rule.kind == "silence":
            await world.be_silent(self.transport, self.gone.wait())
        else:
            break_off(self.transport, reset=rule.kind in ("reset", "refuse"))
        return True

    async def _tunnel(self, *, cut: bool) -> None:
        loop = asyncio.get_running_loop()
        try:
            made, server = await loop.create_connection(lambda: _Server(self.proxy, self, cut), *self.proxy.address)
        except OSError:
            self._say(Answer.of(502, None))
            return
        if self.gone.is_set():
            made.close()
            return
        world, port = self.proxy.world, made.get_extra_info("sockname")[1]
        world.tunnels[port] = self.transport.get_extra_info("peername")[1]
        self.other = server
        self.transport.write(ESTABLISHED)
        await server.gone.wait()
        del world.tunnels[port]

    def _say(self, answer: Answer) -> None:
        head = [f"HTTP/1.1 {answer.status} {responses.get(answer.status, 'Unknown')}".encode()]
        head += [name + b": " + value for name, value in answer.headers]
        self.transport.write(b"\r\n".join([*head, b"", answer.body]))
        self.transport.close()
