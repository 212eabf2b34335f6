# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Answers that go wrong on the way: broken connections, delays, and other answers than the service's."""

from __future__ import annotations

import asyncio
import json
import random
import socket
import struct
from collections.abc import Awaitable, Callable, Coroutine, MutableMapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from http.client import responses
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator
from uvicorn.protocols.http.auto import AutoHTTPProtocol

from .operations import CONNECT
from .outsider import Event
from .twists import Twist, twisted

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

TRANSPORT: Final = "simulator.transport"


class Rule(BaseModel):
    """Which requests fail, and how.

    A rule counts the requests that match ``operation``, ``method`` and ``path`` (all that are given), and applies to
    ``times`` of them, the first being number ``index``; with a ``rate``, only to some of these. When several rules
    apply, the first one is used.
    """

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    operation: str | None = None
    """A name of ``simulator.operations``; ``connect`` is what a client asks of the proxy, which nothing else picks."""
    method: str | None = None
    """An HTTP method."""
    path: str | None = None
    """Text that occurs in the path."""
    index: int = Field(default=0, ge=0)
    """Which matching request is the first to fail; 0 is the next one."""
    times: int | None = Field(default=1, ge=1)
    """How many fail; null: all from then on."""
    rate: float = Field(default=1.0, gt=0, le=1)
    """The part of the requests that fail, at random."""
    seed: int = 0
    """Where the random numbers of ``rate`` begin: the same seed fails the same requests."""
    kind: Literal[
        "reset",
        "close",
        "refuse",
        "silence",
        "cut",
        "drip",
        "delay",
        "status",
        "body",
        "huge",
        "twist",
        "informational",
        "meanwhile",
    ]
    """``reset``: the connection is reset without an answer. ``close``: it is closed in order, without an answer.
    ``refuse``: it is reset, and no other is accepted for ``seconds``. ``silence``: no answer ever comes.
    ``cut``: closed after the headers and half of the body. ``drip``: the body comes in ``pieces``, ``seconds`` apart.
    ``delay``: the answer takes ``seconds`` longer. ``status``: the answer is replaced. ``body``: 200 with ``body``.
    ``huge``: 200 with a list of very many objects, ``size`` bytes. ``twist``: the service's answer, changed as ``how``
    says. ``informational``: answers with ``statuses`` come first, ``seconds`` apart; when ``lost``, the connection is
    closed after them. ``meanwhile``: the answer is right, and once the service has made it, ``events`` happen;
    another rule may apply to the same request."""
    when: Literal["before", "after"] | None = None
    """Whether the service processes the request (``after``) or never sees it (``before``). Default: ``after`` for
    ``cut`` and ``drip``, else ``before``. A ``delay`` is always processed: before or after the waiting; a ``twist``,
    too, and what has an answer after ``informational`` ones."""
    seconds: float = Field(default=0.0, ge=0)
    """Real seconds, see ``kind``; simulated ones for the twist ``stale``."""
    pieces: int = Field(default=4, ge=1)
    """Into how many parts ``drip`` divides the body."""
    status: int = Field(default=200, ge=200, le=599)
    """Status of the replaced answer."""
    headers: dict[str, str] = Field(default_factory=dict)
    """More headers of the replaced answer. ``{url}`` stands for the request's own path and query."""
    content_type: str = "application/json"
    """Content type of the replaced answer."""
    body: Any = None
    """Body of the replaced answer: text as it is, anything else as JSON, null for an empty one."""
    size: int = Field(default=50_000_000, ge=0)
    """Bytes of a ``huge`` answer."""
    statuses: list[Annotated[int, Field(ge=100, le=199)]] = Field(default_factory=list)
    """Statuses of ``informational`` answers."""
    lost: bool = False
    """Whether the connection ends after ``informational`` answers."""
    how: Twist | None = None
    """What becomes of the service's answer, see ``simulator.twists``."""
    events: list[Event] = Field(default_factory=list)
    """What somebody else does, see ``simulator.outsider``."""
    within: bool = False
    """Of ``meanwhile``: only after a page that is not the last one of its list."""

    @model_validator(mode="after")
    def _sensible(self) -> Rule:
        if self.kind == "status" and "status" not in self.model_fields_set:
            raise ValueError("kind 'status' needs a status")
        if self.kind == "body" and self.status != 200:
            raise ValueError("kind 'body' answers with 200")
        if (self.kind == "twist") != (self.how is not None):
            raise ValueError("kind 'twist' needs a how, and no other kind takes one")
        if (self.kind == "informational") != bool(self.statuses):
            raise ValueError("kind 'informational' needs statuses, and no other kind takes them")
        if (self.kind == "meanwhile") != bool(self.events):
            raise ValueError("kind 'meanwhile' needs events, and no other kind takes them")
        return self

    @property
    def processes(self) -> bool:
        """Whether the service sees the request."""
        if self.kind in ("delay", "twist") or (self.kind == "informational" and not self.lost):
            return True
        return (self.when or ("after" if self.kind in ("cut", "drip") else "before")) == "after"


@dataclass
class Armed:
    """A rule, how many requests it matched and how many it was applied to."""

    rule: Rule
    matched: int = 0
    fired: int = 0

    def __post_init__(self) -> None:
        self._random = random.Random(self.rule.seed)

    def take(self, operation: str, method: str, path: str) -> bool:
        """Count a request; whether the rule applies to it."""
        rule = self.rule
        if (
            (operation == CONNECT and rule.operation != CONNECT)
            or (rule.operation is not None and rule.operation != operation)
            or (rule.method is not None and rule.method.upper() != method)
            or (rule.path is not None and rule.path not in path)
        ):
            return False
        number = self.matched
        self.matched += 1
        within = number >= rule.index and (rule.times is None or number < rule.index + rule.times)
        return within and self._random.random() < rule.rate


@dataclass
class Faults:
    """The rules in force."""

    armed: list[Armed] = field(default_factory=list)

    def set(self, rules: list[Rule]) -> None:
        """Replace all rules; counting begins anew."""
        self.armed = [Armed(rule) for rule in rules]

    def take(self, operation: str, method: str, path: str) -> Rule | None:
        """The rule for a request. Every rule counts every request that matches it."""
        applying = [armed for armed in self._armed(False) if armed.take(operation, method, path)]
        if not applying:
            return None
        applying[0].fired += 1
        return applying[0].rule

    def meanwhile(self, operation: str, method: str, path: str, answer: Answer) -> list[Event]:
        """What happens once a request was answered."""
        events: list[Event] = []
        for armed in self._armed(True):
            if (not armed.rule.within or answer.goes_on) and armed.take(operation, method, path):
                armed.fired += 1
                events += armed.rule.events
        return events

    def _armed(self, meanwhile: bool) -> list[Armed]:
        return [armed for armed in self.armed if (armed.rule.kind == "meanwhile") is meanwhile]


@dataclass(frozen=True)
class Answer:
    """A complete answer."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes

    @classmethod
    def of(cls, status: int, body: Any, headers: dict[str, str] | None = None, content_type: str = "") -> Answer:
        """Text as it is, anything else as JSON, None for an empty body."""
        raw = body.encode() if isinstance(body, str) else b"" if body is None else json.dumps(body).encode()
        fields = {"content-type": content_type or "application/json", **(headers or {})}
        fields["content-length"] = str(len(raw))
        return cls(status, [(name.lower().encode(), value.encode()) for name, value in fields.items()], raw)

    @property
    def goes_on(self) -> bool:
        """Whether it is a page of a list, by its counts, and not the last one."""
        try:
            body = json.loads(self.body)
        except ValueError:
            return False
        if not isinstance(body, dict):
            return False
        data = body.get("data")
        paging = body.get("paging") or (data.get("paging") if isinstance(data, dict) else None) or {}
        return bool(0 < paging.get("end_offset", 0) < paging.get("total_count", 0))

    def replaced_by(self, rule: Rule, url: str) -> Answer:
        """What the client gets under a rule that replaces answers. ``url``: path and query of the request."""
        if rule.kind == "huge":
            return Answer.of(200, _huge(rule.size))
        if rule.kind == "twist" and rule.how is not None:
            return self._twisted(rule.how)
        if rule.kind not in ("status", "body"):
            return self
        headers = {name: value.replace("{url}", url) for name, value in rule.headers.items()}
        return Answer.of(rule.status, rule.body, headers, rule.content_type)

    def _twisted(self, how: Twist) -> Answer:
        try:
            body = json.loads(self.body)
        except ValueError:
            return self
        replaced = (b"content-length", b"content-type")
        kept = {n.decode("latin-1"): v.decode("latin-1") for n, v in self.headers if n not in replaced}
        if how == "closing":
            kept["connection"] = "close"
        content_type = "text/html" if how == "content_type" else "application/json"
        return Answer.of(self.status, twisted(body, how) if self.status < 300 else body, kept, content_type)

    def with_headers(self, *more: tuple[bytes, bytes]) -> Answer:
        """The same answer with more headers."""
        return replace(self, headers=[*self.headers, *more])


# Only seen by clients whose answer was cut although the service never saw the request.
UNPROCESSED: Final = Answer.of(200, {"success": True, "data": {}})


@lru_cache(4)
def _huge(size: int) -> str:
    start, end, item = '{"success":true,"data":[', '{"id":"x"}]}', '{"id":"x"},'
    return start + item * max(0, (size - len(start + end)) // len(item)) + end


async def read_all(receive: Receive) -> bytes | None:
    """The whole body of a request; None when the client went away before its end."""
    parts: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(parts)


async def deliver(answer: Answer, send: Send) -> None:
    """Send an answer."""
    await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
    await send({"type": "http.response.body", "body": answer.body})


async def drip(answer: Answer, send: Send, pieces: int, pause: Callable[[], Awaitable[None]]) -> None:
    """Send an answer whose body comes in so many pieces, with a pause before each of them."""
    await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
    size = max(1, -(-len(answer.body) // pieces))
    for offset in range(0, len(answer.body), size):
        await pause()
        await send({"type": "http.response.body", "body": answer.body[offset : offset + size], "more_body": True})
    await send({"type": "http.response.body", "body": b""})


async def inform(transport: asyncio.Transport, statuses: list[int], pause: Callable[[], Awaitable[None]]) -> None:
    """Send informational answers, with a pause before each of them. No server does that on request: past it."""
    for status in statuses:
        await pause()
        link = "Link: </style.css>; rel=preload; as=style\r\n" if status == 103 else ""
        transport.write(f"HTTP/1.1 {status} {responses.get(status, 'Unknown')}\r\n{link}\r\n".encode())


async def cut(answer: Answer, transport: asyncio.Transport, receive: Receive, send: Send) -> None:
    """Send the headers and half of the body, then close the connection."""
    await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
    await send({"type": "http.response.body", "body": answer.body[: len(answer.body) // 2], "more_body": True})
    transport.close()
    await gone(receive)


def break_off(transport: asyncio.Transport, *, reset: bool) -> None:
    """Close a connection: with a reset, or in order."""
    if reset:
        # Closing a socket that must not linger sends RST instead of FIN.
        sock: socket.socket = transport.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    else:
        transport.close()


async def first(*awaited: Coroutine[Any, Any, object]) -> None:
    """Wait until one of several things has happened."""
    tasks = [asyncio.ensure_future(one) for one in awaited]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()


async def gone(receive: Receive) -> None:
    """Wait for the end of the connection: the server would complain about a missing answer before."""
    while (await receive())["type"] != "http.disconnect":
        pass


class ConnectionProtocol(AutoHTTPProtocol):
    """HTTP/1.1 without delays, which tells the application its transport: ASGI has no way to break a connection."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        # Head and body of an answer are two writes; with Nagle's algorithm the second one waits for the client's
        # delayed acknowledgement of the first.
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        app: Any = self.app

        async def with_transport(scope: Scope, receive: Receive, send: Send) -> None:
            extensions = scope.setdefault("extensions", {})
            extensions[TRANSPORT] = transport
            await app(scope, receive, send)

        self.app = with_transport
