# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""HTTP to Cloudflare's API: authentication, retries, limits, errors. Knows nothing of livestreams or Ansible.

Reads are retried on transient errors. A write is retried only if the service certainly did not process it: no byte of
it was sent, or it was answered with 429. Every other failed write that the API did not plainly refuse is raised as
:class:`~.errors.Ambiguous`: the caller reads back and decides.
"""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import json
import math
import random
import re
import ssl
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, NoReturn
from urllib.parse import unquote, urljoin, urlsplit

from ansible_collections.eventops.cloudflare.plugins.module_utils._requests import (
    AuthBase,
    Session,
    requests,
    urllib3_exceptions,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.bounded import (
    LARGEST_ANSWER,
    AnswerTooLarge,
    BoundedAdapter,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.errors import (
    Ambiguous,
    ConnectionFailed,
    Interrupted,
    InvalidAnswer,
    InvalidRequest,
    Refused,
    RequestFailed,
    printable,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.retry import (
    AMBIGUOUS_STATUSES,
    READS,
    TRANSIENT_STATUSES,
    Limit,
    backoff,
    http_date,
    is_retriable,
    limit_of,
    retry_after_seconds,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.tls import tls_context

VERSION = "0.1.0"
DEFAULT_BASE_URL = "https://api.cloudflare.com/client/v4"
MAX_CONNECTIONS = 32  # kept open for as many threads
MOST_REDIRECTS = 5
LONGEST_TEXT = 500  # characters of an API's error text that are passed on
CHUNK = 2**16  # bytes that are unpacked at a time
LONGEST_READ = 65_536  # characters of an answer that is not JSON in which a text is looked for
LONGEST_WINDOW = 600  # seconds until a limit is reset that are believed; Cloudflare's lasts 300
DEEPEST = 50  # levels of nesting in an answer; the API's have six

_AUTH_CODES = (971, 6003, 6103, 6111, 9106, 9109, 10000, 10001)
_NO_ROUTE = 7003
# OpenSSL's reasons for a handshake that failed: what came was no TLS, or of a version that is refused.
_NOT_TLS = frozenset({"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "PACKET_LENGTH_TOO_LONG", "RECORD_LAYER_FAILURE"})
CHECK_NETWORK = "check the network and base_url"
CHECK_PROXY = "check HTTPS_PROXY and NO_PROXY in the environment"
_NO_TLS = ("the server does not speak TLS at this port", "check base_url")
_OLD_TLS = frozenset({"UNSUPPORTED_PROTOCOL", "TLSV1_ALERT_PROTOCOL_VERSION", "NO_PROTOCOLS_AVAILABLE"})
# JSON may hold one half of a surrogate pair as an escape.
_HALF_CHARACTER = re.compile(r"\\u[dD][89a-fA-F]")
# Characters of a host and a path (RFC 3986); no query, no fragment, nothing that is not ASCII.
_BASE_URL = re.compile(r"(?i:https?)://[A-Za-z0-9._~:/\[\]!$&'()*+,;=%-]+")


@dataclass(frozen=True)
class Credentials:
    """An API token, or the older pair of global API key and e-mail address. Never printed."""

    token: str | None = field(default=None, repr=False)
    key: str | None = field(default=None, repr=False)
    email: str | None = None

    def __post_init__(self) -> None:
        for name, value in (("api_token", self.token), ("api_key", self.key), ("api_email", self.email)):
            # A header value; requests would quote an unfit one, secret and all, in its error.
            if value is not None and not re.fullmatch(r"[\x21-\x7e]+", value):
                raise InvalidRequest(f"{name} holds a space, a line break or a character that is not ASCII")
        if not self.token and not (self.key and self.email):
            raise InvalidRequest(
                "no credentials: give api_token (or the environment variable CLOUDFLARE_API_TOKEN), "
                "or api_key and api_email (CLOUDFLARE_API_KEY and CLOUDFLARE_EMAIL)"
            )

    @property
    def headers(self) -> dict[str, str]:
        """The request headers that authenticate."""
        if self.token:
            return {"Authorization": f"Bearer {self.token}"}
        return {"X-Auth-Email": self.email or "", "X-Auth-Key": self.key or ""}

    def scrub(self, text: str) -> str:
        """``text`` without the secrets, should a server have echoed them."""
        for secret in (self.token, self.key):
            if secret:
                text = text.replace(secret, "********")
        return text


class Settings(NamedTuple):
    """How to talk to the API. Times in seconds; ``sleep`` and ``now`` are replaceable for tests."""

    base_url: str
    credentials: Credentials
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


class _Auth(AuthBase):
    """Credentials as an AuthBase: unlike a header, requests never replaces it by an entry of ~/.netrc."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        self._headers = headers

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers.update(self._headers)
        return request


class _Session(Session):
    """A redirected read is followed on the same server only: credentials go nowhere else, and a write stays put."""

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        if resp.request.method not in READS:
            return None
        try:
            target = super().get_redirect_target(resp)
            stays = target is not None and _origin(urljoin(resp.url, target)) == _origin(resp.url)
        except ValueError:  # not a URL
            return None
        return target if stays else None


class _Adapter(BoundedAdapter):
    """Counts what is sent, redirects included, reads the limits in each answer, and reads its body within bounds."""

    def __init__(self, transport: Transport, context: ssl.SSLContext | None) -> None:
        self.transport = transport
        super().__init__(transport.settings.now, context, transport.note_sent, pool_maxsize=MAX_CONNECTIONS)

    def send(self, *args: Any, **kwargs: Any) -> requests.Response:
        self.transport.count(requests=1)
        response = super().send(*args, **kwargs)
        self.transport.note_limit(limit_of(response.headers.get("Ratelimit"), response.headers.get("Ratelimit-Policy")))
        # Session.send finds it read.
        response._content = _content(response) if response.ok else _beginning(response)
        return response


def _content(response: requests.Response) -> bytes:
    """The whole body. A packed one may become larger than what was sent."""
    parts: list[bytes] = []
    size = 0
    for part in response.iter_content(CHUNK):
        parts.append(part)
        size += len(part)
        if size > LARGEST_ANSWER:
            response.close()
            raise AnswerTooLarge
    return b"".join(parts)


def _beginning(response: requests.Response) -> bytes:
    """As much of an error's body as is needed for its message. Its status counts, even if the body is cut."""
    content = b""
    with contextlib.suppress(requests.RequestException, urllib3_exceptions.HTTPError, OSError):
        for part in response.iter_content(CHUNK):
            content += part
            if len(content) >= LONGEST_READ:
                response.close()
                break
    return content


class Transport:
    """A connection to the API: one requests Session, usable from several threads at once.

    ``requests`` and ``retries`` count what was sent, and how much of it was retries. ``remaining`` is how many requests
    the API says are left of its limit; None when it does not say.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.base_url = check_base_url(settings.base_url)
        self.requests = 0
        self.retries = 0
        self.remaining: int | None = None
        self._lock = threading.Lock()
        self._local = threading.local()
        # Monotonic seconds. Paused: everybody waits. Blocked: for longer than anybody is willing to wait.
        self._paused_until = 0.0
        self._blocked_until = 0.0
        # Slowed down: requests leave in turn, so many seconds apart, until the limit is reset.
        self._interval = 0.0
        self._next_turn = 0.0
        self._slow_until = 0.0
        self.abandoned = False
        self._session = self._make_session()

    def _make_session(self) -> requests.Session:
        session = _Session()
        needed = urlsplit(self.base_url).scheme == "https" or self.settings.ca_path
        context = tls_context(self.settings.validate_certs, self.settings.ca_path) if needed else None
        set_up(session, self.settings.validate_certs)
        session.proxies.update(environment_proxies(self.base_url))
        check_proxy(self.base_url, session.proxies)
        session.auth = _Auth(self.settings.credentials.headers)
        session.headers["Accept"] = "application/json"
        adapter = _Adapter(self, context)
        session.mount("https://", adapter)
        session.mount("http://", adapter)
        return session

    def close(self) -> None:
        """Close the kept connections."""
        self._session.close()

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

    def note_limit(self, limit: Limit | None) -> None:
        """Slow down when few requests are left, before the API blocks all that its user sends."""
        if limit is None:
            return
        with self._lock:
            self.remaining = limit.remaining
            now = self.settings.now()
            self._interval = limit.interval
            self._slow_until = now + min(limit.seconds, LONGEST_WINDOW)
            if limit.remaining == 0:
                self._next_turn = self._slow_until
                if self._slow_until - now > self.settings.retry_max_wait:
                    # The next request would have the API block all that the user sends.
                    self._blocked_until = max(self._blocked_until, self._slow_until)

    def _pause(self, seconds: float, *, everybody: bool = False) -> None:
        """Sleep before a retry, and count it. ``everybody``: no other thread sends anything meanwhile, either."""
        self.count(retries=1)
        until = self.settings.now() + seconds
        if everybody:
            with self._lock:
                self._paused_until = max(self._paused_until, until)
        self.settings.sleep(seconds)
        if everybody:
            with self._lock:
                if self._paused_until == until:
                    self._paused_until = 0.0

    def _wait_while_paused(self) -> None:
        """Sleep until the pause is over that the API has asked another thread for."""
        while True:
            until = self._paused_until
            remaining = until - self.settings.now()
            if remaining <= 0:
                return
            self.settings.sleep(remaining)
            if self._paused_until == until:
                return

    def _wait_for_turn(self, call: _Call) -> None:
        """Sleep while the limit is nearly used up: until this request's turn, or the limit's reset, or the deadline."""
        with self._lock:
            now = self.settings.now()
            if not self._interval or now >= self._slow_until or now < self._blocked_until:
                return
            turn = min(max(now, self._next_turn), self._slow_until)
            self._next_turn = turn + self._interval
        if call.deadline is not None:
            turn = min(turn, call.deadline)
        if turn > now:
            self.settings.sleep(turn - now)

    def _note_block(self, seconds: float) -> None:
        """Send nothing for so long, also after a request that is given up: wait for it, or refuse if it is too long."""
        until = self.settings.now() + seconds
        with self._lock:
            if seconds > self.settings.retry_max_wait:
                self._blocked_until = max(self._blocked_until, until)
            else:
                self._paused_until = max(self._paused_until, until)

    def _refuse_if_abandoned(self) -> None:
        if self.abandoned:
            raise Interrupted

    @contextlib.contextmanager
    def until(self, seconds: float) -> Iterator[None]:
        """Within this block, in this thread, nothing is repeated after ``seconds`` from now."""
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
            self._wait_for_turn(call)
            # Last, since the API may ask for a pause while this request waits for its turn.
            self._wait_while_paused()
            # Others may have been told meanwhile to send nothing more.
            blocked = self.settings.now() < self._blocked_until
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
            self._pause(delay, everybody=_status_of(outcome) == 429)
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
        """Seconds until a failed attempt is repeated; None when it is not, or did not fail."""
        status = _status_of(outcome)
        sent = call.sent
        if isinstance(outcome, Exception):
            sent = sent and not _never_connected(outcome)
            final = _is_permanent(outcome)
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
        deadline = call.deadline
        now = self.settings.now()
        until = self._blocked_until
        if deadline is not None and self._paused_until > deadline:
            until = max(until, self._paused_until)
        if until > now:
            advice = advise(429, None, math.ceil(until - now))
            raise Refused(
                asked, method, path, "not sent: the API takes no more requests of this user for now", status=429,
                reason=http.client.responses[429], advice=advice, from_edge=True,
            )  # fmt: skip

    def _raise_connection_error(self, asked: str, method: str, path: str, call: _Call, error: Exception) -> NoReturn:
        not_processed = method in READS or not call.sent or _never_connected(error)
        kind: type[RequestFailed] = ConnectionFailed if not_processed else Ambiguous
        text, advice = explain_connection_error(error, self.settings.timeout, sent=call.sent)
        if self._session.proxies and not call.sent and advice is not CHECK_PROXY:
            advice = CHECK_PROXY if advice is CHECK_NETWORK else f"{advice}; {CHECK_PROXY}"
        if advice is CHECK_NETWORK and self.base_url.startswith("http:"):
            advice += ", and whether the server expects https"
        raise kind(asked, method, path, self._quote(text) or "", advice=advice) from None

    def _quote(self, text: str | None) -> str | None:
        """A server's text as a message may repeat it. Secrets go first: half of one would not be found any more."""
        return None if text is None else _short(_one_line(self.settings.credentials.scrub(text)))

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
            self._note_block(retry_after)
        write = method not in READS
        decided = is_json and isinstance(body, dict) and not from_edge
        kind: type[RequestFailed]
        if write and (
            status < 400 or status >= 500 or status in AMBIGUOUS_STATUSES
            or (status == 409 and not decided)
        ):  # fmt: skip
            kind = Ambiguous
        else:
            kind = InvalidAnswer if succeeded and not is_json else Refused
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


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_TEXT else text[:LONGEST_TEXT] + "…"


def parse(response: requests.Response) -> tuple[Any, bool]:
    """The body, and whether it is JSON. An empty one counts as JSON's null; what is not JSON stays text.

    What Python's parser takes beyond JSON, and what could not be returned to Ansible, does not come through: NaN and
    infinite numbers become null, halves of characters are replaced, and nesting without end is no JSON.
    """
    if not response.content.strip():
        return None, True
    # RFC 8259: JSON on the wire is UTF-8, whatever the headers say.
    text = response.content.decode("utf-8-sig", "replace")
    try:
        body = json.loads(text, parse_constant=_null, parse_float=_finite)
    except (ValueError, RecursionError):
        return text[:LONGEST_READ], False
    if _too_deep(body):
        return "nested too deeply", False
    return (_whole(body) if _HALF_CHARACTER.search(text) else body), True


def _null(_name: str) -> None:
    """What NaN and Infinity, which are not JSON, become."""


def _finite(digits: str) -> float | None:
    number = float(digits)
    return number if math.isfinite(number) else None


def _too_deep(body: Any) -> bool:
    """Whether a value is nested deeper than any answer of the API; code that follows it down would overflow."""
    level: list[Any] = [[body]]
    for _depth in range(DEEPEST):
        inner = [item for value in level for item in (value.values() if isinstance(value, dict) else value)]
        level = [item for item in inner if isinstance(item, (dict, list))]
        if not level:
            return False
    return True


def _whole(value: Any) -> Any:
    """A value whose texts are Unicode: a lone surrogate in them becomes the replacement character."""
    if isinstance(value, str):
        return re.sub("[\ud800-\udfff]", "\ufffd", value)
    if isinstance(value, dict):
        return {_whole(key): _whole(item) for key, item in value.items()}
    return [_whole(item) for item in value] if isinstance(value, list) else value


def explain(body: Any, response: requests.Response) -> tuple[str, int | None, bool]:
    """The API's own text in an error, its code, and whether Cloudflare's edge rather than the service wrote it.

    The order covers every body seen: ``error.message`` (or ``error``), ``errors[].message`` with
    ``error_chain[].message``, ``message``, plain text, the HTTP reason. HTML never gets through.
    """
    reason = response.reason or http.client.responses.get(response.status_code, "no text")
    if isinstance(body, dict):
        error = body.get("error")
        if isinstance(error, dict) and error.get("message"):
            return _one_line(error["message"]), _code(error.get("code")), False
        if isinstance(error, str) and error:
            return _one_line(error), None, False
        errors = [item for item in _list(body.get("errors")) if isinstance(item, dict)]
        if errors:
            texts = [
                str(link["message"])
                for item in errors
                for link in (item, *_list(item.get("error_chain")))
                if isinstance(link, dict) and link.get("message")
            ]
            return _one_line("; ".join(dict.fromkeys(texts)) or reason), _code(errors[0].get("code")), True
        if body.get("message"):
            return _one_line(body["message"]), None, False
        return reason, None, False
    text = body.strip() if isinstance(body, str) else ""
    is_html = text.startswith("<") or "html" in response.headers.get("Content-Type", "")
    return (reason if is_html or not text else _one_line(text)), None, is_html


def advise(status: int, code: int | None, seconds: float | None) -> str | None:
    """What to do about an error answer, or None where its text has to do. ``seconds``: until the API takes requests."""
    if status == 429 or code == 971:
        if seconds is None:
            return (
                "Cloudflare allows 1,200 requests per 5 minutes and user, over all tokens and the dashboard together: "
                "try again in 5 minutes"
            )
        moment = time.strftime("%H:%M:%S UTC", time.gmtime(time.time() + seconds))
        return f"try again after {moment} (in {seconds:.0f} s), or raise retry_max_wait to wait for it"
    if status == 401 or (status == 400 and code in _AUTH_CODES):
        return "check api_token (CLOUDFLARE_API_TOKEN), or api_key and api_email"
    if status == 403:
        return (
            "the token needs the permission Realtime or Realtime Admin on this account, and the account needs "
            "RealtimeKit; a token made seconds ago may need a minute"
        )
    if code == _NO_ROUTE:
        return "check account_id, app_id and base_url"
    if status == 404:
        return "check the ID, and that it belongs to this app_id and account_id"
    if status == 422:
        return "the service does not accept this value or field: correct or omit it"
    if 300 <= status < 400:
        return "a redirect is followed on the same server and for reads only: check base_url"
    if status >= 500:
        return "Cloudflare's side failed: run again; with the request id, Cloudflare's support can look it up"
    return None


def _status_of(outcome: requests.Response | Exception) -> int | None:
    return None if isinstance(outcome, Exception) else outcome.status_code


def _retry_after(response: requests.Response) -> float | None:
    """Seconds from now that the API wants the client to wait; None when it does not say."""
    return retry_after_seconds(response.headers.get("Retry-After"), time.time())


def check_base_url(url: str) -> str:
    """``url`` without its trailing slash; refused when credentials would travel in clear or end up elsewhere.

    What is not plainly one host and a path is refused, too: libraries differ in where they see the host of an odd URL.
    """
    url = url.strip()
    if "@" in url:
        raise InvalidRequest("base_url holds credentials: give api_token instead")
    form = f"base_url is not a URL of the form https://host/path: {url[:LONGEST_TEXT]!r}"
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise InvalidRequest(form) from None
    segments = unquote(parts.path).split("/")
    if not _BASE_URL.fullmatch(url) or not _is_host(host) or port == 0 or not {".", ".."}.isdisjoint(segments):
        raise InvalidRequest(form)
    if parts.scheme == "http" and not is_loopback(host):
        raise InvalidRequest(f"base_url is plain http to {host}: only a loopback address may be used without TLS")
    return url.rstrip("/")


def _is_host(host: str) -> bool:
    """Whether ``host`` is a name as DNS allows it, or an address."""
    if ":" in host:
        try:
            return ipaddress.ip_address(host).version == 6
        except ValueError:
            return False
    labels = host.rstrip(".").split(".")
    return len(host) <= 253 and all(re.fullmatch(r"[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?", x) for x in labels)


def is_loopback(host: str) -> bool:
    """Whether ``host`` is this machine by name or by address."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def set_up(session: requests.Session, verify: bool) -> None:
    """What all sessions share. How servers are verified is up to the context of the adapters."""
    # Nothing of netrc, and nothing of the system's proxy store, which crashes forked processes on macOS.
    session.trust_env = False
    session.verify = verify
    session.headers["User-Agent"] = f"eventops.cloudflare/{VERSION}"
    session.max_redirects = MOST_REDIRECTS


def environment_proxies(url: str) -> dict[str, str]:
    """The proxies that the environment names for this URL; never for loopback."""
    host = urlsplit(url).hostname or ""
    if is_loopback(host) or urllib.request.proxy_bypass_environment(host):  # type: ignore[attr-defined]
        return {}
    return urllib.request.getproxies_environment()


def check_proxy(url: str, proxies: Mapping[str, str]) -> None:
    """Refuse a proxy that is no address. The libraries say of it what nobody understands, its password included."""
    proxy = requests.utils.select_proxy(url, dict(proxies))
    if not proxy:
        return
    try:
        parts = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
        fit = bool(parts.hostname) and parts.port != 0 and re.fullmatch(r"https?|socks(4a?|5h?)", parts.scheme)
    except ValueError:
        fit = None
    if not fit:
        raise InvalidRequest(
            "the environment names a proxy that is no URL of the form http://host:port; " + CHECK_PROXY
        )


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port


def _chain(error: BaseException) -> Iterator[BaseException]:
    """An error and everything it wraps: in args (requests), reason (urllib3), or as its cause or context."""
    waiting: list[Any] = [error]
    seen: list[BaseException] = []
    while waiting:
        current = waiting.pop(0)
        if isinstance(current, BaseException) and not any(current is other for other in seen):
            seen.append(current)
            yield current
            waiting += [*current.args, getattr(current, "reason", None), getattr(current, "original_error", None)]
            waiting += [current.__cause__, current.__context__]


def explain_connection_error(error: Exception, timeout: float, *, sent: bool = False) -> tuple[str, str]:
    """Why there was no answer within ``timeout`` seconds, and what to do about it.

    ``sent``: the request was sent, so that a proxy on the way had let it through.
    """
    tls = _tls_failure(error)
    if tls is not None:
        return tls
    too_large = _too_large(error)
    if too_large is not None:
        return str(too_large), "check base_url"
    if isinstance(error, requests.exceptions.TooManyRedirects):
        return "the server redirects without end", "check base_url"
    if _is_unusable(error):
        socks = "; a SOCKS proxy needs the Python package PySocks" if "SOCKS" in str(error) else ""
        return "the environment names no proxy that can be used", CHECK_PROXY + socks
    if isinstance(error, requests.exceptions.ProxyError) and not sent:
        return f"the proxy did not let it through: {_of_tunnel(error) or _cause(error)}", CHECK_PROXY
    if isinstance(error, requests.exceptions.Timeout) or "timed out" in str(error):
        return f"no answer within {timeout:g} s", "check the network, or allow more with timeout"
    return _cause(error), CHECK_NETWORK


def _of_tunnel(error: Exception) -> str | None:
    """The proxy's answer to CONNECT, as http.client quotes it; None if there was none."""
    said = (re.search(r"Tunnel connection failed: (\d{3}.*)", str(link)) for link in _chain(error))
    return next((_one_line(found[1]) for found in said if found), None)


def _is_permanent(error: Exception) -> bool:
    """Whether a failure is no use to try again."""
    redirected = isinstance(error, requests.exceptions.TooManyRedirects)
    return redirected or _is_unusable(error) or _tls_failure(error) is not None or _too_large(error) is not None


def _is_unusable(error: Exception) -> bool:
    """Whether an address was no use to connect to. That of the API was checked before: it is a proxy's."""
    kinds = (
        requests.exceptions.InvalidSchema,
        requests.exceptions.InvalidURL,
        urllib3_exceptions.LocationValueError,
    )
    return isinstance(error, kinds)


def _tls_failure(error: BaseException) -> tuple[str, str] | None:
    """Why no secure connection was made, and what to do; None for any other failure."""
    for link in _chain(error):
        if isinstance(link, ssl.SSLCertVerificationError):
            reason = getattr(link, "verify_message", "") or link
            return (
                f"the server's certificate was refused: {reason}",
                "check base_url and the clock; a private certificate authority is given with ca_path",
            )
        if isinstance(link, ssl.SSLError):
            if link.reason in _NOT_TLS:
                return _NO_TLS
            if link.reason in _OLD_TLS:
                return (
                    "the server and this machine have no version of TLS in common",
                    "the server must speak TLS 1.2 or later; check base_url",
                )
    return None


def _too_large(error: BaseException) -> AnswerTooLarge | None:
    return next((link for link in _chain(error) if isinstance(link, AnswerTooLarge)), None)


def _never_connected(error: Exception) -> bool:
    """Whether no connection was made, as the error says it: also one through a SOCKS proxy, which is not tracked."""
    if _is_unusable(error) or _tls_failure(error) not in (None, _NO_TLS):  # what is no TLS may come at any time
        return True
    reasons = (urllib3_exceptions.NewConnectionError, urllib3_exceptions.ConnectTimeoutError)
    final = next((link for link in _chain(error) if isinstance(link, urllib3_exceptions.MaxRetryError)), None)
    return final is not None and isinstance(final.reason, reasons)


def _cause(error: BaseException) -> str:
    """The innermost explanation of a connection error, in one line."""
    system = [link for link in _chain(error) if isinstance(link, OSError) and link.strerror]
    if system:
        return f"the connection failed: {_one_line(system[-1].strerror)}"
    return f"the connection was lost ({type(list(_chain(error))[-1]).__name__})"


def _one_line(text: Any) -> str:
    return printable(" ".join(str(text).split()))


def _code(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
