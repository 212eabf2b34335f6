# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A simulator and its clients in one process, in simulated time: nobody ever waits for real.

Time stands still unless somebody sleeps, an answer drips, or a client waits for an answer that does not come. All of
that is real to the client: its sockets, its TLS, its way through a proxy, its connection pool, its retries. Only two
things are not: a socket's timeout, which is raised at once when the simulator has decided to be silent, and the clock.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import random
import signal
import threading
from collections import Counter
from collections.abc import Coroutine, Iterator, Mapping
from concurrent.futures import Future, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, Literal, get_args
from unittest.mock import patch

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.eventops.cloudflare.plugins.module_utils import arguments
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile import (
    event,
    livestreams,
    meetings,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.common import Clock, Context
from ansible_collections.eventops.cloudflare.plugins.module_utils.task import Reconcile, perform
from ansible_collections.eventops.cloudflare.plugins.module_utils.transport.client import Client, Settings
from simulator.certificates import Authority
from simulator.clock import Clock as ServiceClock
from simulator.credentials import Access
from simulator.faults import Rule, break_off
from simulator.journal import Entry
from simulator.operations import PREFIX
from simulator.profile import Profile
from simulator.server import HOST, Server, serving
from simulator.state import Service
from simulator.world import World

MODULES: Final[dict[str, tuple[arguments.Spec, Reconcile]]] = {
    "realtime_livestream": (arguments.LIVESTREAM, livestreams.reconcile_livestream),
    "realtime_livestreams": (arguments.LIVESTREAMS, livestreams.reconcile_livestreams),
    "realtime_meeting": (arguments.MEETING, meetings.reconcile_meeting),
    "realtime_meetings": (arguments.MEETINGS, meetings.reconcile_meetings),
    "realtime_event": (arguments.EVENT, event.reconcile_event),
    "realtime_event_info": (arguments.EVENT_INFO, event.event_info),
}
Network = Literal["http", "https", "proxy"]
NETWORKS: Final[tuple[Network, ...]] = get_args(Network)
START: Final = 1_900_000_000.0  # Unix seconds
MOST_REQUESTS: Final = 6000  # of one task; waiting for a batch, page by page, takes some thousand
RETRIES: Final = 2
RETRY_MAX_WAIT: Final = 20.0  # seconds
# Requests that may be repeated apart from those of the wait: of a task, and of each of its entries.
REPEATABLE: Final = 10
PATIENCE: Final = 60.0  # real seconds for what takes none
HANGS: Final = 10.0  # real seconds after which an interrupted task that should have ended waits for a server


class Hang(BaseException):
    """A task went on past every deadline. Nothing may swallow it."""


class Interrupt(BaseException):
    """What a task's timeout, or Ctrl-C, raises in the main thread."""


@dataclass
class Interruption:
    """A task is interrupted while it waits for the answer to its request number ``at``, which never comes.

    ``happened``, and what the task did then: ``waited`` for the answer, and sent so many requests ``afterwards``.
    """

    at: int
    happened: bool = False
    waited: bool = False
    afterwards: int = 0
    ended: threading.Event = field(default_factory=threading.Event)

    def while_waiting(self, number: int) -> None:
        """Called by the thread that waits for the answer to a request: the first one is number 0."""
        if number != self.at or self.happened:
            return
        self.happened = True
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGALRM)
        self.waited = not self.ended.wait(HANGS)
        raise TimeoutError("timed out")


class StoppedClock(ServiceClock):
    """Simulated time that moves only when it is moved."""

    def __init__(self) -> None:
        super().__init__()
        self._base = START
        self._lock = threading.Lock()

    def now(self) -> float:
        return self._base

    def advance(self, seconds: float) -> float:
        with self._lock:
            self._base += seconds
            return self._base


class StagedWorld(World):
    """A world in which nothing waits for real."""

    def __init__(self, access: Access) -> None:
        super().__init__(access)
        self.silent: set[int] = set()
        self.reset(self.profile)

    def reset(self, profile: Profile) -> None:
        super().reset(profile)
        self.service = Service(profile, StoppedClock())
        self.silent.clear()

    async def pause(self, seconds: float) -> None:
        self.service.clock.advance(seconds)

    async def be_silent(self, transport: asyncio.Transport, gone: Coroutine[Any, Any, object]) -> None:
        # The client's port tells its connection that what it finds is silence.
        self.silent.add(self.client_port(transport))
        break_off(transport, reset=False)
        await gone


@contextmanager
def collecting_between() -> Iterator[None]:
    """Garbage is collected when a stage is reset, and at no other time.

    Otherwise it may happen in a parser that deeply nested JSON has brought to the limit of recursion. A connection that
    cannot be closed there makes a later test fail. What exists already is not searched each time.
    """
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.unfreeze()


class Turns:
    """Who of several actors sends the next request: drawn from a seed, so that a race can be run again.

    Of all actors, one runs at a time, from one of its requests to its next. An actor sends from one thread at a time.
    """

    def __init__(self, seed: int, actors: list[str]) -> None:
        self._random = random.Random(seed)
        self._condition = threading.Condition()
        self._playing = set(actors)
        self._ready: set[str] = set()
        self._turn: str | None = None

    def wait(self, actor: str) -> None:
        """Wait for one's turn; whoever has it, gives it away."""
        with self._condition:
            self._ready.add(actor)
            self._pass()
            if not self._condition.wait_for(lambda: self._turn == actor, PATIENCE):
                raise Hang(f"{actor} never had its turn")
            self._ready.discard(actor)

    def leave(self, actor: str) -> None:
        """Have no more to send."""
        with self._condition:
            self._playing.discard(actor)
            self._pass()

    def _pass(self) -> None:
        if self._ready == self._playing and self._ready:
            self._turn = self._random.choice(sorted(self._ready))
            self._condition.notify_all()


@dataclass(frozen=True)
class Task:
    """What a playbook says: a module and its options."""

    module: str
    options: Mapping[str, Any]
    check: bool = False

    def __str__(self) -> str:
        options = ", ".join(f"{name}={value!r}" for name, value in self.options.items())
        return f"{self.module}({options})" + (" in check mode" if self.check else "")


@dataclass
class Ran:
    """What became of a task."""

    actor: str
    task: Task
    values: dict[str, Any]
    warnings: tuple[str, ...]
    progress: list[str]
    entries: list[Entry]

    @property
    def failed(self) -> bool:
        """Whether it says that it failed."""
        return bool(self.values.get("failed"))

    def accepted(self, *operations: str) -> list[Entry]:
        """The requests that changed something."""
        return [e for e in self.entries if e.accepted and (not operations or e.operation in operations)]


class Actor:
    """Runs tasks one after the other; ``keeps`` its connection from one to the next, as in-process tasks do."""

    def __init__(self, stage: Stage, name: str, keeps: bool = False) -> None:
        self.stage = stage
        self.name = name
        self.keeps = keeps
        self.turns: Turns | None = None
        self.interruption: Interruption | None = None
        self._transport: Client | None = None
        self._run = ""
        self._left = 0.0
        self._sent = 0

    def __call__(self, task: Task) -> Ran:
        """Carry out a task. Raises whatever is no result: a traceback to the user."""
        stage = self.stage
        spec, reconcile = MODULES[task.module]
        access = stage.world.access
        client = {"account_id": access.account_id, "app_id": access.app_id, "api_token": access.api_token}
        limits = {
            "base_url": stage.root + PREFIX,
            "ca_path": str(stage.authority.file),
            "timeout": 10,
            "retries": RETRIES,
            "retry_max_wait": RETRY_MAX_WAIT,
        }
        validated = ArgumentSpecValidator(spec).validate({**client, **limits, **task.options})
        assert not validated.error_messages, validated.error_messages
        self._run = stage.name_run(self.name)
        self._left, self._sent = self.budget(validated.validated_parameters), 0
        progress: list[str] = []
        context = Context(
            check_mode=task.check,
            report=lambda step: progress.append(str(step)),
            clock=Clock(stage.now, self.sleep, stage.now),
        )
        try:
            result = perform(reconcile, validated.validated_parameters, context, diff_mode=True, connect=self.connect)
        finally:
            if not self.keeps:
                self.close()
        run = self._run
        entries = [entry for entry in stage.world.journal.entries if entry.user_agent == run]
        return Ran(self.name, task, result.values, result.warnings, progress, entries)

    def interrupted(self, task: Task, at: int) -> Interruption:
        """Carry out a task in the main thread, and interrupt it as Ansible does. It sends from one thread at a time.

        Raises nothing if the task ends before its request number ``at``.
        """

        def interrupt(_signal: int, _frame: Any) -> None:
            raise Interrupt

        interruption = self.interruption = Interruption(at)
        others = set(threading.enumerate())
        before = signal.signal(signal.SIGALRM, interrupt)
        try:
            self(task)
        except Interrupt:
            pass
        finally:
            interruption.ended.set()
            signal.signal(signal.SIGALRM, before)
            for thread in set(threading.enumerate()) - others:
                thread.join(PATIENCE)
            self.interruption = None
        return interruption

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self._left -= seconds
        if self._left < 0:
            raise Hang(f"{self.name} goes on past its deadline")
        self.stage.pass_time(seconds)

    @staticmethod
    def budget(options: Mapping[str, Any]) -> float:
        """Seconds that a task may sleep: while it waits, and before its retries."""
        entries = options.get("livestreams") or options.get("meetings") or options.get("streams") or [options]
        waits = options["wait_timeout"] if options.get("wait") else 0.0
        return float(waits + RETRIES * RETRY_MAX_WAIT * REPEATABLE * (1 + len(entries)))

    def connect(self, settings: Settings) -> Client:
        """The real client, in simulated time."""
        if self._transport is None or self._transport.abandoned:
            self._transport = Client(settings._replace(sleep=self.sleep, now=self.stage.now))
            adapter: Any = self._transport._session.get_adapter("https://")
            staged = {scheme: _staged(pool, self) for scheme, pool in adapter._pools.items()}
            adapter._pools = adapter.poolmanager.pool_classes_by_scheme = staged
        self._transport._session.headers["User-Agent"] = self._run
        return self._transport

    def before_request(self) -> None:
        """Called before each request that is sent, and before a connection is made for it."""
        self._sent += 1
        if self._sent > MOST_REQUESTS:
            raise Hang(f"{self.name} has sent {MOST_REQUESTS} requests")
        if self.interruption is not None and self.interruption.ended.is_set():
            self.interruption.afterwards += 1
        if self.turns is not None:
            self.turns.wait(self.name)

    def before_response(self) -> None:
        """Called before the answer to a request is waited for."""
        if self.interruption is not None:
            self.interruption.while_waiting(self._sent - 1)

    def close(self) -> None:
        """Close the connection."""
        if self._transport is not None:
            self._transport.close()
            self._transport = None


def _staged(pool: Any, actor: Actor) -> Any:
    """A connection pool of the client, in simulated time."""

    class Connection(pool.ConnectionCls):  # type: ignore[misc]
        # Not ``port``, which urllib3 connects to.
        client_port = 0

        def _new_conn(self) -> Any:
            sock = super()._new_conn()
            self.client_port = sock.getsockname()[1]
            return sock

        def connect(self) -> None:
            with actor.stage.noticing_silence(self, self.timeout):
                super().connect()

        def getresponse(self, *args: Any, **kwargs: Any) -> Any:
            with actor.stage.noticing_silence(self, self.sock.gettimeout()):
                actor.before_response()
                return super().getresponse(*args, **kwargs)

    class Pool(pool):  # type: ignore[misc]
        ConnectionCls = Connection

        def urlopen(self, *args: Any, **kwargs: Any) -> Any:
            actor.before_request()
            return super().urlopen(*args, **kwargs)

    return Pool


@dataclass
class Stage:
    """The simulator, its network, and time. ``network``: how clients reach it."""

    world: StagedWorld
    server: Server
    authority: Authority
    network: Network = "http"
    # How often somebody else gave a meeting of a title another one.
    renamed: Counter[str] = field(default_factory=Counter)
    # The IDs of what was there before the tasks, by kind and name, and how many requests there had been.
    there: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    sent: int = 0
    _opens: float | None = None
    _serial: int = 0
    _lock: threading.RLock = field(default_factory=threading.RLock)

    @property
    def root(self) -> str:
        """Where clients find the simulator. The environment names the proxy, which is not for this machine's own."""
        return {"http": self.server.url, "https": self.server.secure_url, "proxy": f"https://{HOST}"}[self.network]

    @contextmanager
    def noticing_silence(self, connection: Any, timeout: float | None) -> Iterator[None]:
        """A connection on which the simulator is silent was closed in truth: let the time pass, and time out."""
        try:
            yield
        except OSError:
            if connection.client_port not in self.world.silent:
                raise
            self.world.silent.discard(connection.client_port)
            self.pass_time(timeout or 0.0)
            raise TimeoutError("timed out") from None

    def reset(self, profile: Profile, network: Network = "http") -> None:
        """As if just started."""
        gc.collect()
        self.network = network
        self.open_door()
        self.renamed.clear()
        self.world.reset(profile)

    def now(self) -> float:
        """Simulated seconds."""
        return self.world.service.clock.now()

    def pass_time(self, seconds: float) -> None:
        """Let simulated time pass."""
        self.world.service.clock.advance(max(0.0, seconds))
        with self._lock:
            if self._opens is not None and self.now() >= self._opens:
                self.open_door()

    def refuse(self, seconds: float) -> None:
        """Refuse connections until some simulated time later."""
        self.server.close_door()
        self._opens = self.now() + seconds

    def open_door(self) -> None:
        """Accept connections, whatever was said before."""
        with self._lock:
            if self._opens is not None:
                self._opens = None
                asyncio.run_coroutine_threadsafe(self.server.open_door(), self.server.loop).result(PATIENCE)

    def faults(self, rules: list[Mapping[str, Any]]) -> None:
        """What goes wrong from now on; nothing when there are no rules."""
        self.world.faults.set([Rule(**rule) for rule in rules])

    def limit(self, used: int, **settings: float) -> None:
        """The service limits requests from now on; ``used`` of them are those of somebody else."""
        self.world.service.configure(self.world.profile.but(**settings))
        for _request in range(used):
            self.world.limiter.blocked_for(self.now(), self.world.profile)

    def note(self) -> None:
        """Keep what is there before some tasks: active meetings by title, and independent livestreams by name."""
        service = self.world.service
        self.sent = len(self.world.journal.entries)
        self.there.clear()
        active = [item for item in service.meetings.values() if item.status == "ACTIVE"]
        independent = [item for item in service.ordered if item.meeting_id is None and not item.disabled]
        named = [("title", item.title, item.id) for item in active] + [("name", i.name, i.id) for i in independent]
        for kind, name, identity in named:
            self.there.setdefault((kind, name or ""), set()).add(identity)

    def note_others(self) -> None:
        """Keep what somebody else did that matters later, and forget the rest."""
        for happened in self.world.happened:
            if happened.do == "rename_meeting":
                self.renamed[self.world.service.called(happened.title) or ""] += 1
        self.world.happened.clear()

    def calm(self) -> None:
        """Nothing goes wrong any more, and nothing is left of what did."""
        self.open_door()
        self.faults([])
        self.world.service.configure(self.world.profile.but(rate_limit=0))
        self.world.limiter.clear()
        # An answer that its client has given up may still be dripping, which moves the clock.
        asyncio.run_coroutine_threadsafe(asyncio.sleep(0), self.server.loop).result(PATIENCE)
        self.world.silent.clear()

    def name_run(self, actor: str) -> str:
        """A name under which the journal knows the requests of one run of a task."""
        with self._lock:
            self._serial += 1
            return f"{actor}/{self._serial}"

    def secrets(self) -> list[str]:
        """What must never be shown."""
        keys = [livestream.stream_key for livestream in self.world.service.ordered]
        return [self.world.access.api_token, *keys]

    def at_once(self, actors: list[Actor], tasks: list[Task], seed: int | None) -> list[Ran]:
        """Carry out tasks at the same time: in an order drawn from a seed, or as the threads come."""
        names = [actor.name for actor in actors[: len(tasks)]]
        turns = Turns(seed, names) if seed is not None and len(tasks) > 1 else None
        came: dict[str, Future[Ran]] = {name: Future() for name in names}

        def act(actor: Actor, task: Task) -> None:
            actor.turns = turns
            try:
                came[actor.name].set_result(actor(task))
            except BaseException as failure:  # noqa: BLE001 - it is raised where it is waited for
                came[actor.name].set_exception(failure)
            finally:
                actor.turns = None
                if turns is not None:
                    turns.leave(actor.name)

        for actor, task in zip(actors, tasks, strict=False):
            # Of a thread that hangs, nobody waits for the end.
            threading.Thread(target=act, args=(actor, task), daemon=True).start()
        waited_for = wait(came.values(), PATIENCE)
        if waited_for.not_done:
            raise Hang(f"{len(waited_for.not_done)} of {tasks} never came to an end")
        return [came[name].result() for name in names]


@contextmanager
def staging() -> Iterator[Stage]:
    """A stage; it is gone when the block ends. Meanwhile, the environment names its proxy."""
    world = StagedWorld(Access())
    with TemporaryDirectory() as directory:
        authority = Authority.in_directory(Path(directory))
        with (
            serving(world, authority) as server,
            patch.dict(os.environ, {"https_proxy": server.proxy_url}),
            collecting_between(),
        ):
            for name in ("no_proxy", "NO_PROXY"):
                os.environ.pop(name, None)
            stage = Stage(world, server, authority)
            world.refuse = stage.refuse
            yield stage


def text_of(ran: Ran) -> str:
    """All that a user gets to see."""
    return json.dumps([ran.values, ran.warnings, ran.progress], default=repr)
