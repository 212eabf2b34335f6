# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The client of an HTTP API: one loop that sends, retries and gives up. Knows nothing of livestreams or Ansible.

Reads are retried on transient errors. A write is retried only if the service certainly did not process it: no byte of
it was sent, or it was answered with 429. Every other failed write that the API did not plainly refuse is raised as
:class:`~..errors.WriteOutcomeUnknown`: the caller reads back and decides.
"""

from __future__ import annotations

import contextlib
import http.client
import math
import random
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, NoReturn
from urllib.parse import urljoin, urlsplit

from ansible_collections.eventops.cloudflare.plugins.module_utils.errors import (
    ApiError,
    ConnectionFailed,
    Interrupted,
    InvalidAnswer,
    RequestFailed,
    WriteOutcomeUnknown,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.transport._requests import (
    Session,
    requests,
    urllib3_exceptions,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.transport.auth import ApiAuth, ApiCredentials
from ansible_collections.eventops.cloudflare.plugins.module_utils.transport.body import beginning_of, content_of, parse
from ansible_collections.eventops.cloudflare.plugins.module_utils.transport.bounded import BoundedAdapter
from ansible_collections.eventops.cloudflare.plugins.module_utils.transport.connection_errors import (
    explain_connection_error,
    is_permanent,
    never_connected,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.transport.limits import RateLimit
from ansible_collections.eventops.cloudflare.plugins.module_utils.transport.messages import (
    CHECK_NETWORK,
    CHECK_PROXY,
    advise,
    explain,
    one_line,
    short,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.transport.proxy import (
    check_proxy,
    environment_proxies,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.transport.retry import (
    AMBIGUOUS_STATUSES,
    READS,
    TRANSIENT_STATUSES,
    backoff,
    http_date,
    is_retriable,
    limit_of,
    retry_after_seconds,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.transport.session import set_up
from ansible_collections.eventops.cloudflare.plugins.module_utils.transport.tls import tls_context
from ansible_collections.eventops.cloudflare.plugins.module_utils.transport.url import check_base_url, origin, place_of

DEFAULT_BASE_URL = "https://api.cloudflare.com/client/v4"
MAX_CONNECTIONS = 32  # kept open for as many threads


class Settings(NamedTuple):
    """How to talk to the API. Times in seconds; ``sleep`` and ``now`` are replaceable for tests."""

    base_url: str
    credentials: ApiCredentials
    timeout: float = 30
    retries: int = 4
    retry_max_wait: float = 60
    validate_certs: bool = True
    ca_path: str | None = None
    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], float] = time.monotonic


class Answer(NamedTuple):
    """A successful answer: its JSON (None when empty) and its request id."""

    status: int
    body: Any
    request_id: str | None


@dataclass
class _Call:
    """One request() under way: until when it may be sent (monotonic seconds), and whether its last attempt was sent.

    An attempt counts as sent unless the connection said otherwise.
    """

    deadline: float | None
    sent: bool = True


class _Session(Session):
    """A redirected read is followed on the same server only: credentials go nowhere else, and a write stays put."""

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        if resp.request.method not in READS:
            return None
        try:
            target = super().get_redirect_target(resp)
            stays = target is not None and origin(urljoin(resp.url, target)) == origin(resp.url)
        except ValueError:  # not a URL
            return None
        return target if stays else None


class _Adapter(BoundedAdapter):
    """Counts what is sent, redirects included, reads the limits in each answer, and reads its body within bounds."""

    def __init__(self, client: Client, context: ssl.SSLContext | None) -> None:
        self.client = client
        super().__init__(client.settings.now, context, client.note_sent, pool_maxsize=MAX_CONNECTIONS)

    def send(self, *args: Any, **kwargs: Any) -> requests.Response:
        self.client.count(requests=1)
        response = super().send(*args, **kwargs)
        self.client.limit.note(limit_of(response.headers.get("Ratelimit"), response.headers.get("Ratelimit-Policy")))
        # Session.send finds it read.
        response._content = content_of(response) if response.ok else beginning_of(response)
        return response


class Client:
    """A client of the API: one requests Session, usable from several threads at once.

    ``requests`` and ``retries`` count what was sent, and how much of it was retries. ``limit`` is what the API says of
    its limit.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.base_url = check_base_url(settings.base_url)
        self.requests = 0
        self.retries = 0
        self.limit = RateLimit(settings.now, settings.sleep, settings.retry_max_wait)
        self._lock = threading.Lock()
        self._local = threading.local()
        self.abandoned = False
        self._session = self._make_session()

    def _make_session(self) -> requests.Session:
        session = _Session()
        needed = urlsplit(self.base_url).scheme == "https" or self.settings.ca_path
        context = tls_context(self.settings.validate_certs, self.settings.ca_path) if needed else None
        set_up(session, self.settings.validate_certs)
        session.proxies.update(environment_proxies(self.base_url))
        check_proxy(self.base_url, session.proxies)
        session.auth = ApiAuth(self.settings.credentials.headers)
        session.headers["Accept"] = "application/json"
        adapter = _Adapter(self, context)
        session.mount("https://", adapter)
        session.mount("http://", adapter)
        return session

    def close(self) -> None:
        """Close the kept connections."""
        self._session.close()

    @property
    def proxy(self) -> str | None:
        """Host and port of the proxy that the environment names for the API; None when there is none."""
        proxy = requests.utils.select_proxy(self.base_url, dict(self._session.proxies))
        return place_of(proxy) if proxy else None

    @property
    def service_time(self) -> float | None:
        """Unix seconds by the service's clock (the header Date) of this thread's last answer; None if it had none."""
        found: float | None = getattr(self._local, "service_time", None)
        return found

    def abandon(self) -> None:
        """Send nothing any more, also for threads that are still at work: their task was interrupted."""
        self.abandoned = True

    def count(self, requests: int = 0, retries: int = 0) -> None:
        """Add to what was sent."""
        with self._lock:
            self.requests += requests
            self.retries += retries

    def note_sent(self, sent: bool) -> None:
        """Whether a byte of this thread's request may have left: see :func:`~.bounded.pools`."""
        if sent:
            self._refuse_if_abandoned()
        call: _Call = self._local.call
        call.sent = sent

    def _refuse_if_abandoned(self) -> None:
        if self.abandoned:
            raise Interrupted

    @contextlib.contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """A block in which this thread sends no retry later than ``seconds`` from now."""
        self._local.deadline = self.settings.now() + seconds
        try:
            yield
        finally:
            self._local.deadline = None

    def request(
        self,
        method: str,
        path: str,
        *,
        asked: str,
        query: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> Answer:
        """Send one request and return its successful answer, or raise a :class:`~.errors.RequestFailed`.

        ``path`` follows the base URL and is quoted already; ``asked`` says in words what the request is for.
        """
        prepared = self._prepare(method, path, query, body)
        call = self._local.call = _Call(getattr(self._local, "deadline", None))
        outcome: requests.Response | Exception | None = None
        attempts = 0
        while True:
            if outcome is None:
                self._refuse_while_blocked(call, asked, method, path)
            self.limit.wait_for_turn(call.deadline)
            # Last, since the API may ask for a pause while this request waits for its turn.
            self.limit.wait_while_paused()
            # Others may have been told meanwhile to send nothing more.
            blocked = self.limit.blocked
            late = call.deadline is not None and self.settings.now() >= call.deadline
            if outcome is not None and (late or blocked):
                break
            if blocked:
                self._refuse_while_blocked(call, asked, method, path)
            outcome = self._attempt(call, prepared)
            attempts += 1
            delay = self._delay(call, method, attempts, outcome)
            if delay is None:
                break
            self.count(retries=1)
            self.limit.pause(delay, everybody=_status_of(outcome) == 429)
        if isinstance(outcome, Exception):
            self._raise_connection_error(asked, method, path, call, outcome)
        return self._read(asked, method, path, outcome)

    def _prepare(
        self, method: str, path: str, query: Mapping[str, Any] | None, body: Mapping[str, Any] | None
    ) -> requests.PreparedRequest:
        """What the session's own prepare_request makes, for a third of its time: there are no settings to merge."""
        session, prepared = self._session, requests.PreparedRequest()
        prepared.prepare(
            method,
            self.base_url + path,
            headers=session.headers,
            params=query,
            auth=session.auth,
            cookies=session.cookies.copy(),
            json=body,
        )
        return prepared

    def _attempt(self, call: _Call, prepared: requests.PreparedRequest) -> requests.Response | Exception:
        """Send once."""
        self._refuse_if_abandoned()
        call.sent = True
        timeout = self.settings.timeout
        if call.deadline is not None:
            timeout = max(1.0, min(timeout, call.deadline - self.settings.now()))
        try:
            return self._session.send(prepared, timeout=timeout)
        except (requests.RequestException, urllib3_exceptions.HTTPError, OSError) as error:
            return error

    def _delay(self, call: _Call, method: str, attempts: int, outcome: requests.Response | Exception) -> float | None:
        """Seconds until a failed attempt is retried; None when it is not, or did not fail."""
        status = _status_of(outcome)
        sent = call.sent
        if isinstance(outcome, Exception):
            sent = sent and not never_connected(outcome)
            final = is_permanent(outcome)
        else:
            final = status not in TRANSIENT_STATUSES
        if final or attempts > self.settings.retries or not is_retriable(method, status, sent=sent):
            return None
        longest = self.settings.retry_max_wait
        delay = None if isinstance(outcome, Exception) else _retry_after(outcome)
        if delay is None:
            delay = backoff(attempts, random.uniform(0.5, 1.0), longest)
        in_time = call.deadline is None or self.settings.now() + delay < call.deadline
        return delay if delay <= longest and in_time else None

    def _refuse_while_blocked(self, call: _Call, asked: str, method: str, path: str) -> None:
        """Send nothing that can only be refused: the API has said so, or the pause outlasts this call's deadline."""
        seconds = self.limit.closed_for(call.deadline)
        if seconds > 0:
            advice = advise(429, None, math.ceil(seconds))
            raise ApiError(
                asked, method, path, "not sent: the API takes no more requests of this user for now", status=429,
                reason=http.client.responses[429], advice=advice, from_edge=True,
            )  # fmt: skip

    def _raise_connection_error(self, asked: str, method: str, path: str, call: _Call, error: Exception) -> NoReturn:
        not_processed = method in READS or not call.sent or never_connected(error)
        kind: type[RequestFailed] = ConnectionFailed if not_processed else WriteOutcomeUnknown
        text, advice = explain_connection_error(error, self.settings.timeout, sent=call.sent)
        if self._session.proxies and not call.sent and advice is not CHECK_PROXY:
            advice = CHECK_PROXY if advice is CHECK_NETWORK else f"{advice}; {CHECK_PROXY}"
        if advice is CHECK_NETWORK and self.base_url.startswith("http:"):
            advice += ", and whether the server expects https"
        raise kind(asked, method, path, self._quote(text) or "", advice=advice) from None

    def _quote(self, text: str | None) -> str | None:
        """A server's text as a message may repeat it. Secrets go first: half of one would not be found any more."""
        return None if text is None else short(one_line(self.settings.credentials.scrub(text)))

    def _read(self, asked: str, method: str, path: str, response: requests.Response) -> Answer:
        self._local.service_time = http_date(response.headers.get("Date"))
        status = response.status_code
        request_id = self._quote(response.headers.get("cf-ray"))
        body, is_json = parse(response)
        succeeded = 200 <= status < 300
        if succeeded and is_json and not (isinstance(body, dict) and body.get("success") is False):
            return Answer(status, body, request_id)
        text, code, from_edge = explain(body, response)
        retry_after = _retry_after(response)
        if status == 429 and retry_after:
            self.limit.block(retry_after)
        write = method not in READS
        decided = is_json and isinstance(body, dict) and not from_edge
        refused = 400 <= status < 500 and status not in AMBIGUOUS_STATUSES and (status != 409 or decided)
        kind: type[RequestFailed]
        if write and not refused:
            kind = WriteOutcomeUnknown
        else:
            kind = InvalidAnswer if succeeded and not is_json else ApiError
        if succeeded and not is_json:
            text = "the answer is not JSON"
        elif succeeded and text == response.reason:
            text = "the answer says that it failed, and not why"
        raise kind(
            asked,
            method,
            path,
            self._quote(text) or "",
            status=status,
            reason=self._quote(response.reason) or http.client.responses.get(status),
            code=code,
            request_id=request_id,
            advice=advise(status, code, retry_after),
            from_edge=from_edge,
        )


def _status_of(outcome: requests.Response | Exception) -> int | None:
    return None if isinstance(outcome, Exception) else outcome.status_code


def _retry_after(response: requests.Response) -> float | None:
    """Seconds from now that the API wants the client to wait; None when it does not say."""
    return retry_after_seconds(response.headers.get("Retry-After"), time.time())
