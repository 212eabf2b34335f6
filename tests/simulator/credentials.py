# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The account, the app and the credentials that the simulator accepts."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

DEFAULT_ACCOUNT_ID: Final = "023e105f4ecef8ad9ca31a8372d0c353"
# 36 characters: documents say at most 32, real app ids are UUIDs.
DEFAULT_APP_ID: Final = "2ac5e0d1-7b04-4f6c-9a58-3c1e8f7d6b90"
DEFAULT_API_TOKEN: Final = "simulator-token-0123456789abcdef0123456789"
DEFAULT_API_KEY: Final = "simulator-key-0123456789abcdef0123456"
DEFAULT_EMAIL: Final = "events@example.com"


@dataclass(frozen=True)
class Access:
    """Who may call the simulated API, and under which account and app."""

    account_id: str = DEFAULT_ACCOUNT_ID
    app_id: str = DEFAULT_APP_ID
    api_token: str = DEFAULT_API_TOKEN
    api_key: str = DEFAULT_API_KEY
    email: str = DEFAULT_EMAIL

    @classmethod
    def from_environment(
        cls,
        account_id: str | None = None,
        app_id: str | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> Access:
        """Secrets come from SIMULATOR_API_TOKEN, SIMULATOR_API_KEY and SIMULATOR_EMAIL, else the constants above."""
        environment = os.environ if environment is None else environment
        return cls(
            account_id=account_id or DEFAULT_ACCOUNT_ID,
            app_id=app_id or DEFAULT_APP_ID,
            api_token=environment.get("SIMULATOR_API_TOKEN") or DEFAULT_API_TOKEN,
            api_key=environment.get("SIMULATOR_API_KEY") or DEFAULT_API_KEY,
            email=environment.get("SIMULATOR_EMAIL") or DEFAULT_EMAIL,
        )
