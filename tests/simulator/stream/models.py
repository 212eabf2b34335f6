# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The bodies that Stream takes, as documented. What no document lists is ignored."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel


class _Body(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel)


class Recording(_Body):
    """What becomes of a broadcast. Without ``automatic``, it can be watched by nobody."""

    mode: Literal["off", "automatic"] = "off"
    require_signed_urls: bool = Field(default=False, alias="requireSignedURLs")
    allowed_origins: list[str] = Field(default_factory=list)
    hide_live_viewer_count: bool = False
    timeout_seconds: int = Field(default=0, ge=0)


class LiveInput(_Body):
    """All of it is optional."""

    meta: dict[str, Any] = Field(default_factory=dict)
    recording: Recording = Field(default_factory=Recording)
    enabled: bool = True
    prefer_low_latency: bool = False
    delete_recording_after_days: int | None = Field(default=None, ge=30, le=1096)
    default_creator: str | None = None


class NewOutput(_Body):
    """Where a broadcast is sent as well."""

    url: str
    stream_key: str
    enabled: bool = True


class Output(_Body):
    """What can be changed of it."""

    enabled: bool
