# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What messages say of an answer: the API's own text in one line, and what to do."""

from __future__ import annotations

import http.client
import time
from typing import TYPE_CHECKING, Any

from ansible_collections.eventops.cloudflare.plugins.module_utils.errors import printable

if TYPE_CHECKING:
    from ansible_collections.eventops.cloudflare.plugins.module_utils.transport._requests import requests

LONGEST_TEXT = 500  # characters of an API's error text that are passed on
CHECK_NETWORK = "check the network and base_url"
CHECK_PROXY = "check HTTPS_PROXY and NO_PROXY in the environment"
_AUTH_CODES = (971, 6003, 6103, 6111, 9106, 9109, 10000, 10001)
_NO_ROUTE = 7003


def explain(body: Any, response: requests.Response) -> tuple[str, int | None, bool]:
    """The API's own text in an error, its code, and whether Cloudflare's edge rather than the service wrote it.

    The order covers every body seen: ``error.message`` (or ``error``), ``errors[].message`` with
    ``error_chain[].message``, ``message``, plain text, the HTTP reason. HTML never gets through.
    """
    reason = response.reason or http.client.responses.get(response.status_code, "no text")
    if isinstance(body, dict):
        error = body.get("error")
        if isinstance(error, dict) and error.get("message"):
            return one_line(error["message"]), _code(error.get("code")), False
        if isinstance(error, str) and error:
            return one_line(error), None, False
        errors = [item for item in _list(body.get("errors")) if isinstance(item, dict)]
        if errors:
            texts = [
                str(link["message"])
                for item in errors
                for link in (item, *_list(item.get("error_chain")))
                if isinstance(link, dict) and link.get("message")
            ]
            return one_line("; ".join(dict.fromkeys(texts)) or reason), _code(errors[0].get("code")), True
        if body.get("message"):
            return one_line(body["message"]), None, False
        return reason, None, False
    text = body.strip() if isinstance(body, str) else ""
    is_html = text.startswith("<") or "html" in response.headers.get("Content-Type", "")
    return (reason if is_html or not text else one_line(text)), None, is_html


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
            "RealtimeKit; check that api_token (CLOUDFLARE_API_TOKEN) is the token you mean and is still valid; one "
            "made seconds ago may need a minute"
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


def short(text: str) -> str:
    return text if len(text) <= LONGEST_TEXT else text[:LONGEST_TEXT] + "…"


def one_line(text: Any) -> str:
    return printable(" ".join(str(text).split()))


def _code(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
