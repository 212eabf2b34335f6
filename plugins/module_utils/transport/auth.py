# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The credentials of the API, and how requests carry them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from ansible_collections.eventops.cloudflare.plugins.module_utils.errors import InvalidRequest
from ansible_collections.eventops.cloudflare.plugins.module_utils.transport._requests import AuthBase, requests


@dataclass(frozen=True)
class ApiCredentials:
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


class ApiAuth(AuthBase):
    """Credentials as an AuthBase: unlike a header, requests never replaces it by an entry of ~/.netrc."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        self._headers = headers

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers.update(self._headers)
        return request
