# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether all is there that an event needs, before the event: reads only."""

from __future__ import annotations

import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from ansible_collections.eventops.cloudflare.plugins.module_utils.api.account import AccountApi
from ansible_collections.eventops.cloudflare.plugins.module_utils.api.models import Livestream
from ansible_collections.eventops.cloudflare.plugins.module_utils.api.realtimekit import RealtimeApi
from ansible_collections.eventops.cloudflare.plugins.module_utils.errors import (
    ApiError,
    ConnectionFailed,
    InvalidAnswer,
    InvalidRequest,
    RealtimeError,
    RequestFailed,
    StateUnreachable,
    printable,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.common import Context, Outcome
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.pool import in_pool
from ansible_collections.eventops.cloudflare.plugins.module_utils.times import unix_seconds
from ansible_collections.eventops.cloudflare.plugins.module_utils.transport.ingest import reach
from ansible_collections.eventops.cloudflare.plugins.module_utils.transport.url import place_of

MOST_SKEW = 30  # seconds between the clocks; times of a report and of tokens are compared with both
SOON = 7 * 24 * 3600  # seconds; a token that expires within them may not last until the event
MOST_AT_ONCE = 16  # ingest servers that are tried at once, each for some seconds
NOT_ASKED = "not asked"
TRY_THERE = "Try it from where the encoder is: it needs this host and port"

# Python 3.8 cannot subscript what collections.abc has.
Ask = typing.Callable[[], str]


class Finding(NamedTuple):
    """One line of the table. ``ok`` is None where nothing can be told; ``advice`` says what to do."""

    name: str
    ok: bool | None
    found: str
    advice: str | None = None

    def __str__(self) -> str:
        mark = {True: "✓", False: "✗", None: "?"}[self.ok]
        return printable(f"{mark} {self.name}: {self.found}" + (f". {self.advice}" if self.advice else ""))


class Access(NamedTuple):
    """What a check-up asks with. Each function raises an :class:`~.errors.InvalidRequest` that says what is missing."""

    given: Mapping[str, Ask]
    connect: typing.Callable[[], RealtimeApi]


def check_up(params: Mapping[str, Any], context: Context, access: Access) -> Outcome:
    """All that can be told. ``params`` are validated options of the module realtime_check."""
    checkup = _Checkup(params, context)
    for name, ask in access.given.items():
        checkup.ask(name, ask)
    if all(finding.ok for finding in checkup.findings):
        checkup.ask_api(access.connect)
    wrong = [finding for finding in checkup.findings if finding.ok is False]
    message = f"{len(wrong)} of {len(checkup.findings)} checks failed: " + "; ".join(map(str, wrong)) if wrong else None
    return Outcome(
        False,
        {
            "passed": not wrong,
            "checks": [finding._asdict() for finding in checkup.findings],
            "lines": [str(finding) for finding in checkup.findings],
        },
        warnings=(message,) if message and params["on_failure"] == "warn" else (),
        failure=message if params["on_failure"] == "fail" else None,
    )


@dataclass
class _Server:
    """An ingest server, and what came of a try to reach it."""

    name: str
    url: str
    ok: bool | None = None
    found: str = ""
    failure: RealtimeError | None = None

    def attempt(self) -> None:
        """Try it."""
        self.ok, self.found = reach(self.url)
        if self.ok is False:
            self.failure = StateUnreachable(self.found)


class _Checkup:
    def __init__(self, params: Mapping[str, Any], context: Context) -> None:
        self.params = params
        self.context = context
        self.clock = context.clock
        self.findings: list[Finding] = []
        # Whether the answer about independent livestreams held all of them.
        self.all_independents = True

    def note(self, name: str, ok: bool | None, found: str, advice: str | None = None) -> None:
        """Add a line."""
        self.findings.append(Finding(name, ok, found, advice))

    def ask(self, name: str, ask: Ask, *, needed: bool = True, permission: str | None = None) -> bool:
        """Add a line with what was answered, or with the failure. What is not ``needed`` does not fail.

        ``permission``: what a token needs for it, where that is not RealtimeKit's.
        """
        try:
            self.note(name, True, ask())
            return True
        except RequestFailed as error:
            refused = isinstance(error, ApiError) and error.status == 403 and permission is not None
            advice = f"Only a token with the permission {permission} may read it" if refused else error.advice
            self.note(name, False if needed else None, error.said, advice)
        except RealtimeError as error:
            self.note(name, False, str(error))
        return False

    def ask_api(self, connect: typing.Callable[[], RealtimeApi]) -> None:
        """All that needs the API."""
        try:
            api = connect()
        except InvalidRequest as error:
            self.note("Options", False, str(error))
            return
        client = api.client
        account = AccountApi(client, self.params["account_id"].strip())
        self.note(*_proxy(client.proxy))
        self.note(*_encryption(client.base_url, self.params["validate_certs"]))
        independents: list[Livestream] = []
        try:
            app = self.app(api, account)
        except ConnectionFailed as error:
            self.note("Connection", False, error.said, error.advice)
            return
        self.note("Connection", True, client.base_url)
        self.findings.append(app)
        self.clocks(api)
        self.ask("Token", lambda: self.token(account), needed=False, permission="API Tokens Read")
        # Without an app, a list of nothing may be answered.
        readable = bool(app.ok) and self.ask("Livestreams", lambda: self.livestreams(api, independents))
        if not app.ok:
            self.note("Livestreams", None, NOT_ASKED)
        self.note(
            "Independent livestreams",
            None,
            f"{'' if self.all_independents else 'at least '}{len(independents)} found" if readable else NOT_ASKED,
            "Whether new ones can be created is known only from creating one: Cloudflare's SDKs have dropped it",
        )
        self.ask("Analytics", lambda: _analytics(api.app_days({})), needed=False)
        if app.ok:
            self.ask("Webhooks", lambda: _webhooks(api.livestream_webhooks()), needed=False)
        self.ask("Stream", lambda: _live_inputs(account), needed=False, permission="Stream Read")
        self.limit(client.limit.remaining)
        self.ingest(independents)

    def app(self, api: RealtimeApi, account: AccountApi) -> Finding:
        """Whether account and app are there, and the token may read them.

        A list of nothing is no answer: an app that does not exist may be answered as one without meetings.
        """
        name = "Account and app"
        try:
            meetings = api.meetings(enough=lambda _items: True)
        except ConnectionFailed:
            raise
        except RequestFailed as error:
            return Finding(name, False, error.said, error.advice)
        if meetings:
            return Finding(name, True, "found, and its meetings can be read")
        try:
            apps, all_of_them = account.apps()
        except RequestFailed as error:
            if isinstance(error, ApiError) and error.status == 404:
                advice = "Check account_id, and base_url, which ends in /client/v4 at Cloudflare"
                return Finding(name, False, f"nothing was found at {api.client.base_url} ({error.said})", advice)
            found = f"no meetings were found, and an app that does not exist may look the same ({error.said})"
            return Finding(name, None, found, "See in the dashboard whether app_id is right")
        if self.params["app_id"].strip() in apps:
            return Finding(name, True, "found, without meetings")
        if not all_of_them:
            found = "no meetings were found, and the account has more apps than one answer lists"
            return Finding(name, None, found, "See in the dashboard whether app_id is right")
        others = ", ".join(f"{app_id} ({title})" for app_id, title in apps.items())
        advice = f"It has the apps {others}: check app_id" if apps else "It has none: create one in the dashboard"
        return Finding(name, False, "the account has no app of this ID", advice)

    def clocks(self, api: RealtimeApi) -> None:
        """Whether the clock of this machine is that of the service."""
        theirs = api.service_time
        if theirs is None:
            self.note("Clock", None, "the service does not tell its time")
            return
        apart = self.clock.date() - theirs
        if abs(apart) <= MOST_SKEW:
            self.note("Clock", True, f"{abs(apart):.0f} s apart")
        else:
            where = "ahead" if apart > 0 else "behind"
            self.note("Clock", False, f"this machine is {abs(apart):.0f} s {where}", "Synchronise it, with NTP")

    def token(self, account: AccountApi) -> str:
        """Whether the token is active, and for how long."""
        if not account.client.settings.credentials.token:
            return "none: an API key is used, which has all permissions of its user"
        token = account.token()
        if token.status != "active":
            raise InvalidRequest(f"the token is {token.status}: make a new one")
        ends = unix_seconds(token.expires_on)
        if ends is not None and ends - self.clock.date() < SOON:
            raise InvalidRequest(f"it expires at {token.expires_on}: make one that lasts until after the event")
        return f"active, expires {token.expires_on or 'never'}"

    def livestreams(self, api: RealtimeApi, independents: list[Livestream]) -> str:
        """Whether livestreams can be read; those without a meeting are added to ``independents``."""
        found = api.livestreams(exclude_meetings=True, newest_first=True, most_pages=1, whole=False)
        independents += [item for item in found if not item.meeting_id]
        self.all_independents = found.whole
        return "can be read. Whether they can be started is known only from starting one"

    def limit(self, remaining: int | None) -> None:
        """Whether enough requests are left."""
        needed = self.params["requests"]
        if remaining is None:
            self.note("Requests left", None, "the service does not tell")
        elif remaining >= needed:
            self.note("Requests left", True, f"{remaining}, until Cloudflare counts anew")
        else:
            advice = "All tokens of the user and the dashboard share one limit: wait, or use the token of another user"
            self.note("Requests left", False, f"{remaining}, and {needed} are wanted", advice)

    def ingest(self, independents: Sequence[Livestream]) -> None:
        """Whether this machine can reach what encoders push to."""
        given = [server.strip() for server in self.params["ingest_servers"] if server.strip()]
        known = sorted({item.ingest_server for item in independents if item.ingest_server})
        if not given and not known:
            self.note("Ingest servers", None, "none is known", "Give ingest_servers to have them tried")
        # Of those at one host and port, one is tried.
        named = {_shown(server) or f"number {number}": server for number, server in enumerate(given or known, 1)}
        servers = [_Server(name, server) for name, server in named.items()]
        in_pool(self.context, MOST_AT_ONCE, _Server.attempt, servers, "trying ingest servers")
        for server in servers:
            # Encoders may be elsewhere: what nobody asked to try from here does not fail.
            ok = None if server.ok is False and not given else server.ok
            self.note(f"Ingest server {server.name}", ok, server.found, None if server.ok else TRY_THERE)


def _shown(server: str) -> str:
    """Scheme, host and port; nothing, where it is not plain which part is the host."""
    scheme, mark, rest = server.partition("://")
    place = place_of(server)
    # An @ behind a slash: what stands before may be half of a password.
    plain = mark and place and "@" not in rest.partition("/")[2]
    return f"{scheme}://{place}" if plain else ""


def _analytics(days: Mapping[str, Any]) -> str:
    if not any(days.values()):
        asked, text = "read the app's analytics by day", "the answer does not hold what was asked for"
        raise InvalidAnswer(asked, "GET", "/analytics/daywise", text)
    return "can be read"


def _live_inputs(account: AccountApi) -> str:
    account.live_inputs()
    return "live inputs can be read"


def _webhooks(names: Sequence[str]) -> str:
    return f"livestream events go to {', '.join(names)}" if names else "no webhook receives livestream events"


def _proxy(proxy: str | None) -> tuple[str, bool, str]:
    if proxy is None:
        return "Proxy", True, "none"
    return "Proxy", True, f"by {proxy or 'one whose address is odd'}, as the environment says"


def _encryption(base_url: str, verified: bool) -> tuple[str, bool | None, str, str | None]:
    if urlsplit(base_url).scheme != "https":
        return "Encryption", None, "none: this machine itself is asked", None
    if verified:
        return "Encryption", True, "TLS, certificates are verified", None
    return (
        "Encryption",
        False,
        "certificates are not verified",
        "Set validate_certs, and ca_path for an authority of your own",
    )
