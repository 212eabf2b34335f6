# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Addresses that may hold credentials: the parts that are sent, and the text that may be shown."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote_to_bytes, urlsplit

HIDDEN = "********"
SHORTEST_SECRET = 4  # characters; a shorter one is part of many words, and no secret
SHORTEST_TOKEN = 8  # characters of a value in a query that may be a token
_SCHEME = re.compile(r"\s*([A-Za-z][A-Za-z0-9+.-]*):")


@dataclass(frozen=True)
class Address:
    """A URL without its credentials, and these: ``user`` and ``password`` as bytes, both None if it has none."""

    url: str
    user: bytes | None = field(default=None, repr=False)
    password: bytes | None = field(default=None, repr=False)

    @classmethod
    def of(cls, text: str) -> Address:
        """Take an address apart. Raises ValueError if it is none."""
        parts = _split(text)
        url = parts._replace(netloc=parts.netloc.rpartition("@")[2], fragment="").geturl()
        if "@" not in parts.netloc:
            return cls(url)
        return cls(url, unquote_to_bytes(parts.username or ""), unquote_to_bytes(parts.password or ""))

    @property
    def auth(self) -> tuple[bytes, bytes] | None:
        """The credentials for basic authentication."""
        return None if self.user is None or self.password is None else (self.user, self.password)

    def scrub(self, text: str) -> str:
        """``text`` without the credentials, should a server have echoed them.

        A user without a password is a token, and so may be each value of the query.
        """
        secrets = [value for _name, value in parse_qsl(urlsplit(self.url).query) if len(value) >= SHORTEST_TOKEN]
        if self.user is not None and self.password is not None:
            both = base64.b64encode(self.user + b":" + self.password).decode()
            own = (self.password or self.user).decode(errors="replace")
            secrets += [secret for secret in (own, both) if len(secret) >= SHORTEST_SECRET]
        for secret in secrets:
            text = text.replace(secret, HIDDEN)
        return text


def _split(text: str) -> SplitResult:
    parts = urlsplit(text.strip())
    if not parts.hostname or parts.port == 0:
        raise ValueError("no host")
    return parts


def masked(text: str) -> str:
    """A path as it is; an address without its credentials, and without the values of its query, which may be tokens.

    Where it is not plain where the credentials end (it is no URL, or has an @ in its path), no more than the scheme.
    """
    scheme = _SCHEME.match(text)
    if "://" not in text and not (scheme and "@" in text):
        return text
    hidden = f"{scheme[1] if scheme else ''}://{HIDDEN}"
    try:
        parts = _split(text)
    except ValueError:
        return hidden
    # Without user and port, what is after the host is no password, unless another address is in it.
    before, at_sign, _after = f"{parts.path}?{parts.query}#{parts.fragment}".rpartition("@")
    if not scheme or (at_sign and (parts.netloc.lower() != parts.hostname or ":" in before)):
        return hidden
    query = "&".join(_masked_field(part) for part in parts.query.split("&")) if parts.query else ""
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query=query, fragment="").geturl()


def _masked_field(text: str) -> str:
    name, found, _value = text.partition("=")
    return f"{name}={HIDDEN}" if found else HIDDEN


def masked_within(value: Any) -> Any:
    """A value with all texts in it as they may be shown."""
    if isinstance(value, str):
        return masked(value)
    if isinstance(value, Mapping):
        return {masked_within(key): masked_within(item) for key, item in value.items()}
    return [masked_within(item) for item in value] if isinstance(value, (list, tuple)) else value
