# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Everything one running simulator consists of."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, TextIO

from .credentials import Access
from .faults import Faults, Rule, first
from .journal import Journal
from .limits import Limiter
from .outsider import Event
from .profile import DEFAULT, NAMED, Profile
from .state import Service
from .stream.profile import DEFAULT as STREAM
from .stream.state import LiveInputs
from .wire import Wire


def make_profile(base: Profile, profile: str | Mapping[str, Any] | None, settings: Mapping[str, Any] | None) -> Profile:
    """A named profile or some fields, with further fields over it; raises ValueError for what does not exist.

    Fields that are not named come from ``base``, unless ``profile`` is a name.
    """
    if isinstance(profile, str):
        if profile not in NAMED:
            raise ValueError(f"no profile is called {profile}; there are {', '.join(NAMED)}")
        return NAMED[profile].but(**(settings or {}))
    return base.but(**{**(profile or {}), **(settings or {})})


class World:
    """The service, the edge in front of it, and what tests look at. ``origin``: the simulator's scheme and host."""

    def __init__(self, access: Access, profile: Profile = DEFAULT, journal_file: TextIO | None = None) -> None:
        self.access = access
        self.origin = "http://127.0.0.1"
        self.journal = Journal(journal_file)
        self.faults = Faults()
        self.limiter = Limiter()
        self.service = Service(profile)
        self.live_inputs = LiveInputs(self.service.clock, STREAM)
        # What somebody else has done, see `simulator.outsider`.
        self.happened: list[Event] = []
        self.closing = asyncio.Event()
        # Of each tunnel through the proxy: the proxy's port towards the server, and the client's port.
        self.tunnels: dict[int, int] = {}
        # How the server stops accepting connections for so many seconds; it says so when it starts.
        self.refuse: Callable[[float], None] = lambda _seconds: None

    async def pause(self, seconds: float) -> None:
        """Wait for so many real seconds, or until the simulator stops."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self.closing.wait(), seconds)

    async def be_silent(self, transport: asyncio.Transport, gone: Coroutine[Any, Any, object]) -> None:
        """Wait until the client is gone because it gave up, or the simulator stops."""
        await first(gone, self.closing.wait())
        if self.closing.is_set():
            transport.abort()

    def client_port(self, transport: asyncio.Transport) -> int:
        """The port of the client itself, also of one that comes through the proxy."""
        port: int = transport.get_extra_info("peername")[1]
        return self.tunnels.get(port, port)

    @contextmanager
    def seen(self, rule: Rule | None) -> Iterator[None]:
        """Within this block the service's list is as old as the rule says."""
        profile = self.profile
        if rule is None or rule.how != "stale":
            yield
            return
        self.service.configure(profile.but(stale_list=rule.seconds, list_lag=rule.seconds))
        yield
        self.service.configure(profile)

    def happen(self, events: Iterable[Event]) -> None:
        """Let somebody else do something; what has an effect is noted."""
        self.happened += [event for event in events if event.happen(self.service)]

    @property
    def profile(self) -> Profile:
        """The profile in force."""
        return self.service.profile

    @property
    def wire(self) -> Wire:
        """Renders the service's objects."""
        return Wire(self.service, self.origin, self.access.app_id)

    def reset(self, profile: Profile) -> None:
        """As if just started: no objects, no journal, no faults, real time."""
        self.journal.clear()
        self.faults.set([])
        self.limiter.clear()
        self.happened.clear()
        self.service = Service(profile)
        self.live_inputs = LiveInputs(self.service.clock, STREAM)
