# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs the simulator: in a thread for tests, or in the foreground from the command line."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import socket
import ssl
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import uvicorn
from pydantic import ValidationError

from .app import make_app
from .certificates import Authority
from .client import Control
from .credentials import Access
from .faults import ConnectionProtocol
from .operations import PREFIX
from .profile import DEFAULT, NAMED, Profile
from .proxy import Proxy
from .world import World, make_profile

BACKLOG: Final = 2048
LOCAL: Final = "127.0.0.1"
# A host that is known to the proxy only.
HOST: Final = "api.simulator.test"


@dataclass(frozen=True)
class Door:
    """A bound socket, and who speaks to those that come."""

    sock: socket.socket
    protocol: Callable[[], asyncio.Protocol]
    context: ssl.SSLContext | None = None

    @property
    def url(self) -> str:
        """Scheme, address and port."""
        scheme = "https" if self.context else "http"
        host, port = self.sock.getsockname()[:2]
        return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"


class Server(uvicorn.Server):
    """A uvicorn server on a socket that is already bound; calls ``ready`` once it answers.

    With an ``authority``, it also listens with TLS (``secure_url``), and through a proxy: whoever asks the proxy
    (``proxy_url``) for ``HOST`` gets a tunnel there.
    """

    def __init__(
        self, world: World, sock: socket.socket, ready: Callable[[], None], authority: Authority | None = None
    ) -> None:
        super().__init__(
            uvicorn.Config(
                make_app(world),
                http=ConnectionProtocol,
                loop="asyncio",
                ws="none",
                lifespan="off",
                # Logging belongs to whoever runs the tests.
                log_config=None,
                log_level="error",
                access_log=False,
                proxy_headers=False,
                server_header=False,
                # The edge's own is in simulated time.
                date_header=False,
                # Longer than any pause between two requests of a client that keeps its connection.
                timeout_keep_alive=120,
                timeout_graceful_shutdown=1,
            )
        )
        self._doors = [Door(sock, self._protocol)]
        self.url = self._doors[0].url
        self.secure_url = self.proxy_url = ""
        self._opening = self._closes_again = False
        self._proxy: Proxy | None = None
        if authority is not None:
            secure = Door(listen(LOCAL, 0), self._protocol, authority.context(HOST, "localhost", LOCAL))
            self._proxy = Proxy(world, secure.sock.getsockname())
            door = Door(listen(LOCAL, 0), self._proxy)
            self._doors += [secure, door]
            self.secure_url, self.proxy_url = secure.url, door.url
        world.origin = self.url
        self._world = world
        self._ready = ready

    def _protocol(self) -> asyncio.Protocol:
        return ConnectionProtocol(
            config=self.config, server_state=self.server_state, app_state=self.lifespan.state, _loop=None
        )

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen."""
        await super().startup([])
        self.loop = asyncio.get_running_loop()
        await self.open_door()
        self._world.refuse = self.refuse
        self._ready()

    def refuse(self, seconds: float) -> None:
        """Accept no connection for so long; those that are open stay. A client is told "connection refused"."""
        self.close_door()
        self.loop.call_later(seconds, lambda: asyncio.ensure_future(self.open_door()))

    def close_door(self) -> None:
        """Accept no connection any more."""
        self._closes_again = self._opening
        if self._opening or not self.servers:
            return
        for server in self.servers:
            for sock in server.sockets:
                self.loop.remove_reader(sock.fileno())
            # Not yet: a connection that was accepted just now still needs its server.
            self.loop.call_soon(server.close)
        self.servers = []
        for door in self._doors:
            # The port stays bound, so that nobody else can get it.
            door.sock.shutdown(socket.SHUT_RDWR)

    async def open_door(self) -> None:
        """Accept connections, on the same ports as before. What closed them before is over."""
        self._closes_again = False
        while self._opening:
            await asyncio.sleep(0)
        if self.servers or self.should_exit:
            return
        # One door after the other: who closes them meanwhile, closes all of them.
        self._opening = True
        servers = []
        for door in self._doors:
            door.sock.listen(BACKLOG)
            servers.append(
                await self.loop.create_server(door.protocol, sock=door.sock.dup(), ssl=door.context, backlog=BACKLOG)
            )
        self._opening = False
        self.servers = servers
        if self._closes_again:
            self.close_door()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop; delayed answers are sent at once."""
        self._world.closing.set()
        if self._proxy is not None:
            self._proxy.close()
        await super().shutdown(sockets)

    def go(self) -> None:
        """Serve until ``should_exit``."""
        self.run()
        for door in self._doors:
            door.sock.close()


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 picks a free one."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    if port == 0:
        # A port that was asked for by number stays bound while nobody listens.
        with socket.create_server((host, 0), family=family) as free:
            port = free.getsockname()[1]
    return socket.create_server((host, port), family=family, backlog=BACKLOG)


@contextmanager
def serving(world: World, authority: Authority | None = None) -> Iterator[Server]:
    """A server of a world in a thread, on free ports of this machine; it is gone when the block ends."""
    ready = threading.Event()
    server = Server(world, listen(LOCAL, 0), ready.set, authority)
    thread = threading.Thread(target=server.go, name="simulator", daemon=True)
    thread.start()
    if not ready.wait(30):
        raise RuntimeError("the simulator did not start")
    try:
        yield server
    finally:
        server.should_exit = True
        thread.join(30)


@contextmanager
def running(
    profile: str | Profile | None = None,
    /,
    *,
    access: Access | None = None,
    authority: Authority | None = None,
    **settings: Any,
) -> Iterator[Control]:
    """A simulator in a thread, on a free port of this machine; it is gone when the block ends.

    ``profile``: a name of ``simulator.profile.NAMED`` or a profile; ``settings``: fields of it. Raises ValueError for
    what does not exist. With an ``authority``, also over TLS and through a proxy, see :class:`Server`.
    """
    access = access or Access.from_environment()
    base = profile if isinstance(profile, Profile) else DEFAULT
    world = World(access, make_profile(base, profile if isinstance(profile, str) else None, settings))
    with serving(world, authority) as server:
        control = Control(server.url, access, server.secure_url, server.proxy_url)
        try:
            yield control
        finally:
            control.close()


def _profile_from(arguments: argparse.Namespace) -> Profile:
    fields: dict[str, Any] = {}
    name: str | None = None
    given: str | None = arguments.profile
    if given in NAMED:
        name = given
    elif given:
        text = given if given.lstrip().startswith("{") else Path(given).read_text(encoding="utf-8")
        fields.update(json.loads(text))
    for assignment in arguments.set:
        key, separator, value = assignment.partition("=")
        if not separator:
            raise ValueError(f"--set {assignment}: expected name=value")
        fields[key] = value
    return make_profile(DEFAULT, name, fields)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="simulator",
        description="Simulates the livestream API of Cloudflare RealtimeKit. Credentials it accepts come from "
        "SIMULATOR_API_TOKEN, SIMULATOR_API_KEY and SIMULATOR_EMAIL, or are the constants in credentials.py.",
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=8787, help="port, 0 for a free one (default: %(default)s)")
    parser.add_argument("--account-id", help="account that exists")
    parser.add_argument("--app-id", help="app that exists")
    parser.add_argument("--profile", help=f"{', '.join(NAMED)}, a JSON object, or a file with one")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="one field of the profile")
    parser.add_argument("--journal", metavar="FILE", help="append every request of the API to this file, as JSON lines")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve in the foreground until interrupted. Returns the exit status."""
    options = _parser().parse_args(arguments)
    try:
        profile = _profile_from(options)
    except (OSError, ValueError) as error:
        reasons = error.errors() if isinstance(error, ValidationError) else None
        text = "; ".join(f"{e['loc'][0]}: {e['msg']}" for e in reasons) if reasons else str(error)
        print(f"simulator: {text}", file=sys.stderr)
        return 2
    with ExitStack() as stack:
        try:
            journal = stack.enter_context(open(options.journal, "a", encoding="utf-8")) if options.journal else None
            sock = listen(options.host, options.port)
        except OSError as error:
            print(f"simulator: {error}", file=sys.stderr)
            return 1
        world = World(Access.from_environment(options.account_id, options.app_id), profile, journal)

        def announce() -> None:
            print(f"RealtimeKit simulator: {server.url}{PREFIX}", flush=True)
            print(f"Documentation: {server.url}/docs; stop with Ctrl+C or kill {os.getpid()}", flush=True)

        server = Server(world, sock, announce)
        for stop in (signal.SIGINT, signal.SIGTERM):
            signal.signal(stop, signal.SIG_IGN)
        server.go()
    return 0
