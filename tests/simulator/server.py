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
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

import uvicorn
from pydantic import ValidationError

from .app import make_app
from .client import Control
from .credentials import Access
from .faults import ConnectionProtocol
from .operations import PREFIX
from .profile import DEFAULT, NAMED, Profile
from .world import World, make_profile

BACKLOG: Final = 2048


class Server(uvicorn.Server):
    """A uvicorn server on a socket that is already bound; calls ``ready`` once it answers."""

    def __init__(self, world: World, sock: socket.socket, ready: Callable[[], None]) -> None:
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
                # Longer than any pause between two requests of a client that keeps its connection.
                timeout_keep_alive=120,
                timeout_graceful_shutdown=1,
            )
        )
        host, port = sock.getsockname()[:2]
        self.url = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
        world.origin = self.url
        self._world = world
        self._sock = sock
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen."""
        await super().startup(sockets)
        self.loop = asyncio.get_running_loop()
        self._world.refuse = self.refuse
        self._ready()

    def refuse(self, seconds: float) -> None:
        """Accept no connection for so long; those that are open stay. A client is told "connection refused"."""
        self.close_door()
        self.loop.call_later(seconds, lambda: asyncio.ensure_future(self.open_door()))

    def close_door(self) -> None:
        """Accept no connection any more."""
        if not self.servers:
            return
        for server in self.servers:
            for sock in server.sockets:
                self.loop.remove_reader(sock.fileno())
            # Not yet: a connection that was accepted just now still needs its server.
            self.loop.call_soon(server.close)
        self.servers = []
        # The port stays bound, so that nobody else can get it.
        self._sock.shutdown(socket.SHUT_RDWR)

    async def open_door(self) -> None:
        """Accept connections again, on the same port."""
        if not self.servers and not self.should_exit:
            self._sock.listen(BACKLOG)
            await super().startup([self._sock.dup()])

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop; delayed answers are sent at once."""
        self._world.closing.set()
        await super().shutdown(sockets)

    def go(self) -> None:
        """Serve until ``should_exit``."""
        self.run(sockets=[self._sock.dup()])
        self._sock.close()


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 picks a free one."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    if port == 0:
        # A port that was asked for by number stays bound while nobody listens.
        with socket.create_server((host, 0), family=family) as free:
            port = free.getsockname()[1]
    return socket.create_server((host, port), family=family, backlog=BACKLOG)


@contextmanager
def serving(world: World) -> Iterator[Server]:
    """A server of a world in a thread, on a free port of this machine; it is gone when the block ends."""
    ready = threading.Event()
    server = Server(world, listen("127.0.0.1", 0), ready.set)
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
    **settings: Any,
) -> Iterator[Control]:
    """A simulator in a thread, on a free port of this machine; it is gone when the block ends.

    ``profile``: a name of ``simulator.profile.NAMED`` or a profile; ``settings``: fields of it. Raises ValueError for
    what does not exist.
    """
    access = access or Access.from_environment()
    base = profile if isinstance(profile, Profile) else DEFAULT
    world = World(access, make_profile(base, profile if isinstance(profile, str) else None, settings))
    with serving(world) as server:
        control = Control(server.url, access)
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
