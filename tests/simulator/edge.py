# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Cloudflare's edge in front of the service: request ids, credentials, routing, the rate limit, and injected faults."""

from __future__ import annotations

import asyncio
import hmac
import json
import math
import re
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from email.utils import formatdate, parsedate_to_datetime
from typing import Any, Final
from urllib.parse import parse_qsl

from .faults import (
    TRANSPORT,
    UNPROCESSED,
    Answer,
    App,
    Receive,
    Rule,
    Scope,
    Send,
    break_off,
    cut,
    deliver,
    drip,
    gone,
    inform,
    read_all,
)
from .journal import Entry
from .operations import APP, PREFIX, Target, resolve
from .world import World

# Where the application finds the journal's entry of the request it answers.
ENTRY: Final = "simulator.entry"

# What answers a request to an operation that exists: of its scope, its target, its query and its body.
Serve = Callable[[Scope, Target, Mapping[str, str], bytes], Awaitable[Answer]]

_BEARER: Final = re.compile(r"Bearer [\x21-\x7e]+")


def edge_error(
    status: int,
    code: int,
    message: str,
    chain: tuple[int, str] | None = None,
    further: tuple[int, str] | None = None,
) -> Answer:
    """Cloudflare's usual error object, with an ``error_chain`` or a second error if there is more to say."""
    error: dict[str, Any] = {"code": code, "message": message}
    if chain:
        error["error_chain"] = [{"code": chain[0], "message": chain[1]}]
    errors = [error, *([{"code": further[0], "message": further[1]}] if further else [])]
    return Answer.of(status, {"success": False, "errors": errors, "messages": [], "result": None})


def no_route(path: str) -> Answer:
    """An account that does not exist, or no such path."""
    where = path.removeprefix(PREFIX)
    message = f"Could not route to {where}, perhaps your object identifier is invalid?"
    return edge_error(404, 7003, message, further=(7000, "No route for that URI"))


class Edge:
    """ASGI middleware around the service: ``serve`` answers what is below ``/client/v4``, ``app`` everything else."""

    def __init__(self, app: App, serve: Serve, world: World) -> None:
        self.app = app
        self.serve = serve
        self.world = world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request of the API, from the journal's entry to the last byte of the answer."""
        path: str = scope.get("path", "")
        if scope["type"] != "http" or not (path == PREFIX or path.startswith(PREFIX + "/")):
            await self.app(scope, receive, send)
            return
        body = await read_all(receive)
        if body is None:
            return
        target = resolve(scope["method"], path)
        entry = self._record(scope, target, body)
        rule = self.world.faults.take(entry.operation, entry.method, entry.path)
        entry.fault = rule.kind if rule else None
        try:
            await self._respond(scope, receive, send, target, entry, rule, body)
        finally:
            self.world.journal.close(entry)

    async def _respond(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
        target: Target,
        entry: Entry,
        rule: Rule | None,
        body: bytes,
    ) -> None:
        transport: asyncio.Transport = scope["extensions"][TRANSPORT]
        if self.world.profile.latency:
            await self.world.pause(self.world.profile.latency)
        waits = rule is not None and rule.kind == "delay"
        if rule is not None and waits and rule.when != "after":
            await self.world.pause(rule.seconds)
        answer = UNPROCESSED
        if rule is None or rule.processes:
            with self.world.seen(rule):
                query = {**entry.query, "page_no": "1"} if _repeats(rule) else entry.query
                answer = await self._serve(scope, target, entry, query, body)
            entry.service_status = answer.status
        self.world.happen(self.world.faults.meanwhile(entry.operation, entry.method, entry.path, answer))
        if rule is not None and waits and rule.when == "after":
            await self.world.pause(rule.seconds)
        if rule is not None and rule.kind == "refuse":
            self.world.refuse(rule.seconds)
        if rule is not None and rule.kind == "silence":
            await self.world.be_silent(transport, gone(receive))
            return
        if rule is not None and rule.statuses:
            await inform(transport, rule.statuses, lambda: self.world.pause(rule.seconds))
        if rule is not None and (rule.lost or rule.kind in ("reset", "close", "refuse")):
            break_off(transport, reset=rule.kind in ("reset", "refuse"))
            await gone(receive)
            return
        if rule is not None:
            answer = answer.replaced_by(rule, _target(scope))
        answer = answer.with_headers(
            (b"cf-ray", f"{secrets.token_hex(8)}-SIM".encode()),
            (b"date", formatdate(self.world.service.clock.now(), usegmt=True).encode()),
        )
        # Before sending: who has the answer may look into the journal at once.
        entry.status = answer.status
        entry.retry_after = _wait_told(answer)
        if rule is not None and rule.kind == "cut":
            await cut(answer, transport, receive, send)
        elif rule is not None and rule.kind == "drip":
            await drip(answer, send, rule.pieces, lambda: self.world.pause(rule.seconds))
        else:
            await deliver(answer, send)

    def _record(self, scope: Scope, target: Target, body: bytes) -> Entry:
        headers = _headers(scope)
        journal = self.world.journal
        return journal.add(
            Entry(
                index=len(journal.entries),
                time=self.world.service.clock.now(),
                monotonic=time.monotonic(),
                method=scope["method"],
                path=scope["path"].removeprefix(PREFIX),
                query=dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)),
                body=_parsed(body),
                operation=target.operation.name,
                credential=_credential_kind(headers),
                user_agent=headers.get("user-agent", ""),
                client=self.world.client_port(scope["extensions"][TRANSPORT]),
            )
        )

    async def _serve(self, scope: Scope, target: Target, entry: Entry, query: Mapping[str, str], body: bytes) -> Answer:
        world = self.world
        now = world.service.clock.now()
        wait = world.limiter.address_blocked_for((scope.get("client") or ("",))[0], now, world.profile)
        refusal = self._throttled(wait) if wait else self._unauthorized(_headers(scope), entry.credential)
        if refusal is not None:
            return refusal
        wait = world.limiter.blocked_for(now, world.profile)
        answer = self._throttled(wait) if wait else self._refusal(scope, target, entry)
        if answer is None:
            answer = await self.serve({**scope, ENTRY: entry}, target, query, body)
        return answer.with_headers(*self._limits(now))

    def _refusal(self, scope: Scope, target: Target, entry: Entry) -> Answer | None:
        world = self.world
        beside_apps = target.operation.base != APP
        if target.account_id != world.access.account_id and target.operation.base != PREFIX:
            return no_route(scope["path"])
        if target.app_id != world.access.app_id and not beside_apps:
            if world.profile.unknown_app == "7003":
                return no_route(scope["path"])
            return Answer.of(404, {"success": False, "error": {"code": 404, "message": "App not found"}})
        if target.other_method:
            return edge_error(405, 7001, f"Method {entry.method} not available for that URI.")
        if not target.operation.method:
            return no_route(scope["path"])
        declared = target.operation.query
        unknown = [name for name in entry.query if declared is None or name not in declared.model_fields]
        if unknown and world.profile.unknown_query == "rejected":
            return Answer.of(422, {"message": f'[query] "{unknown[0]}" is not allowed', "success": False})
        return None

    def _unauthorized(self, headers: dict[str, str], kind: str) -> Answer | None:
        access = self.world.access
        if kind == "malformed":
            return edge_error(
                400, 6003, "Invalid request headers", chain=(6111, "Invalid format for Authorization header")
            )
        if kind == "token" and _same(headers["authorization"], f"Bearer {access.api_token}"):
            return None
        if kind == "key" and _same(headers["x-auth-key"], access.api_key) and headers["x-auth-email"] == access.email:
            return None
        if self.world.profile.unauthorized_shape == "service":
            return Answer.of(401, {"message": "Unauthorized"})
        return edge_error(401, 10000, "Authentication error", chain=(9109, "Invalid access token"))

    def _limits(self, now: float) -> list[tuple[bytes, bytes]]:
        """What the user has left, as the headers of https://developers.cloudflare.com/fundamentals/api/reference/limits
        say it."""
        profile = self.world.profile
        if profile.rate_limit == 0 or profile.ratelimit_header == "absent":
            return []
        if profile.ratelimit_header == "garbage":
            return [(b"ratelimit", b'"default";r=plenty;t=soon'), (b"ratelimit-policy", b"none")]
        remaining, seconds = self.world.limiter.left(now, profile)
        left = f'"default";r={remaining};t={seconds}'
        policy = f'"default";q={profile.rate_limit};w={math.ceil(profile.rate_window)}'
        if profile.ratelimit_header == "several":
            left, policy = f'"burst";r=9999;t=1, {left}', f'"burst";q=10000;w=1, {policy}'
        return [(b"ratelimit", left.encode()), (b"ratelimit-policy", policy.encode())]

    def _throttled(self, wait: float) -> Answer:
        profile = self.world.profile
        seconds = math.ceil(wait)
        headers: dict[str, str] = {}
        if profile.retry_after_format == "seconds":
            headers["retry-after"] = str(seconds)
        elif profile.retry_after_format == "date":
            # Real time: the client's clock does not know about the simulated one.
            headers["retry-after"] = formatdate(time.time() + seconds, usegmt=True)
        elif profile.retry_after_format == "garbage":
            headers["retry-after"] = "soon"
        if profile.throttle_body == "edge":
            answer = edge_error(429, 971, "Please wait and consider throttling your request speed")
            return answer.with_headers(*((name.encode(), value.encode()) for name, value in headers.items()))
        text = "error code: 1015" if profile.throttle_body == "text" else None
        return Answer.of(429, text, headers, "text/plain; charset=UTF-8")


def _wait_told(answer: Answer) -> float | None:
    value = dict(answer.headers).get(b"retry-after", b"").decode("latin-1")
    if value.isdigit():
        return float(value)
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except ValueError:
        return None


def _target(scope: Scope) -> str:
    query = scope["query_string"].decode("latin-1")
    return scope["path"] + (f"?{query}" if query else "")


def _repeats(rule: Rule | None) -> bool:
    return rule is not None and rule.how == "first_page"


def _headers(scope: Scope) -> dict[str, str]:
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}


def _credential_kind(headers: dict[str, str]) -> str:
    if "authorization" in headers:
        return "token" if _BEARER.fullmatch(headers["authorization"]) else "malformed"
    return "key" if "x-auth-key" in headers and "x-auth-email" in headers else "none"


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())


def _parsed(body: bytes) -> Any:
    if not body:
        return None
    try:
        return json.loads(body)
    except ValueError:
        return body.decode(errors="replace")
