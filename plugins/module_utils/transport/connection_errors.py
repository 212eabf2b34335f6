# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Why a request got no answer: what the libraries' errors mean, and whether anything was sent."""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterator
from typing import Any

from ansible_collections.eventops.cloudflare.plugins.module_utils.transport._requests import (
    requests,
    urllib3_exceptions,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.transport.bounded import AnswerTooLarge
from ansible_collections.eventops.cloudflare.plugins.module_utils.transport.messages import (
    CHECK_NETWORK,
    CHECK_PROXY,
    one_line,
)

# OpenSSL's reasons for a handshake that failed: what came was no TLS, or of a version that is refused.
_NOT_TLS = frozenset({"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "PACKET_LENGTH_TOO_LONG", "RECORD_LAYER_FAILURE"})
_NO_TLS = ("the server does not speak TLS at this port", "check base_url")
_OLD_TLS = frozenset({"UNSUPPORTED_PROTOCOL", "TLSV1_ALERT_PROTOCOL_VERSION", "NO_PROTOCOLS_AVAILABLE"})


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


def is_permanent(error: Exception) -> bool:
    """Whether a failure is no use to try again."""
    redirected = isinstance(error, requests.exceptions.TooManyRedirects)
    return redirected or _is_unusable(error) or _tls_failure(error) is not None or _too_large(error) is not None


def never_connected(error: Exception) -> bool:
    """Whether no connection was made, as the error says it: also one through a SOCKS proxy, which is not tracked."""
    if _is_unusable(error) or _tls_failure(error) not in (None, _NO_TLS):  # what is no TLS may come at any time
        return True
    reasons = (urllib3_exceptions.NewConnectionError, urllib3_exceptions.ConnectTimeoutError)
    final = next((link for link in _chain(error) if isinstance(link, urllib3_exceptions.MaxRetryError)), None)
    return final is not None and isinstance(final.reason, reasons)


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


def _of_tunnel(error: Exception) -> str | None:
    """The proxy's answer to CONNECT, as http.client quotes it; None if there was none."""
    said = (re.search(r"Tunnel connection failed: (\d{3}.*)", str(link)) for link in _chain(error))
    return next((one_line(found[1]) for found in said if found), None)


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


def _cause(error: BaseException) -> str:
    """The innermost explanation of a connection error, in one line."""
    system = [link for link in _chain(error) if isinstance(link, OSError) and link.strerror]
    if system:
        return f"the connection failed: {one_line(system[-1].strerror)}"
    return f"the connection was lost ({type(list(_chain(error))[-1]).__name__})"
