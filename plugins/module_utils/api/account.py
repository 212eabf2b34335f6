# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an account shows beside an app of RealtimeKit. Reads only.

The paths are those of Cloudflare's API reference, below ``/client/v4``. Every method raises a
:class:`~.errors.RequestFailed`.
"""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import quote

from ansible_collections.eventops.cloudflare.plugins.module_utils.api import models
from ansible_collections.eventops.cloudflare.plugins.module_utils.api.realtimekit import check_id
from ansible_collections.eventops.cloudflare.plugins.module_utils.errors import ApiError, InvalidAnswer
from ansible_collections.eventops.cloudflare.plugins.module_utils.transport.client import Client

MOST_APPS = 100  # that are asked for; an account has few


class Token(NamedTuple):
    """An API token. ``status`` is active, disabled or expired; ``expires_on`` is ISO 8601, None when it never does."""

    status: str | None = None
    expires_on: str | None = None


class AccountApi:
    """What belongs to an account."""

    def __init__(self, client: Client, account_id: str) -> None:
        self.client = client
        self._prefix = f"/accounts/{quote(check_id('account_id', account_id), safe='')}"

    def token(self) -> Token:
        """GET /user/tokens/verify; of a token that belongs to the account, GET /accounts/{account_id}/tokens/verify."""
        asked, path = "verify the token", "/user/tokens/verify"
        try:
            answer = self.client.request("GET", path, asked=asked)
        except ApiError:
            path = f"{self._prefix}/tokens/verify"
            answer = self.client.request("GET", path, asked=asked)
        found = models.mapping(models.mapping(answer.body).get("result"))
        status = models.text(found.get("status"))
        if status is None:
            raise self._not_understood(asked, path)
        return Token(status, models.text(found.get("expires_on")))

    def apps(self) -> tuple[dict[str, str], bool]:
        """GET /accounts/{account_id}/realtime/kit/apps, the first page: names by ID, and whether these are all."""
        path, query = f"{self._prefix}/realtime/kit/apps", {"per_page": MOST_APPS}
        answer = self.client.request("GET", path, asked="list the apps", query=query)
        found = models.list_in(answer.body, "apps", "data")
        if found is None or not all(models.identifier(item.get("id")) for item in found):
            raise self._not_understood("list the apps", path)
        apps = {str(item["id"]): models.text(item.get("name")) or "no name" for item in found}
        total = models.paging_of(answer.body).total
        return apps, len(apps) < MOST_APPS if total is None else len(apps) >= total

    def live_inputs(self) -> int:
        """GET /accounts/{account_id}/stream/live_inputs: how many the answer has, which may not be all."""
        asked, path = "list Stream's live inputs", f"{self._prefix}/stream/live_inputs"
        found = models.list_in(self.client.request("GET", path, asked=asked).body, "liveInputs")
        if found is None:
            raise self._not_understood(asked, path)
        return len(found)

    @staticmethod
    def _not_understood(asked: str, path: str) -> InvalidAnswer:
        return InvalidAnswer(asked, "GET", path, "the answer does not hold what was asked for")
