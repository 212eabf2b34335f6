# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whatever a server answers is read without an error, and what comes of it can be returned."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, strategies

from abuse.values import scalars, texts
from abuse.wire import SEEDS, read
from ansible_collections.eventops.cloudflare.plugins.module_utils.api import models

KEYS = strategies.sampled_from(
    [
        *("data", "result", "success", "paging", "total_count", "start_offset", "end_offset", "message", "code"),
        *("error", "errors", "error_chain", "livestreams", "livestream", "sessions", "session", "meeting", "meetings"),
        *("session_stats", "recording_stats", "day", "date", "count", "total_ingest_seconds", "ai_config"),
        *("recording_config", "storage_config", "rtmp_url", "secret", "title", *models.Livestream._fields),
        *models.Session._fields,
    ]
)
bodies = strategies.recursive(
    scalars,
    lambda inner: strategies.lists(inner, max_size=4) | strategies.dictionaries(KEYS | texts, inner, max_size=8),
    max_leaves=30,
)


@pytest.mark.parametrize("content", SEEDS)
def test_known_answers(content: bytes) -> None:
    read(content)


@given(body=bodies)
def test_any_json(body: Any) -> None:
    read(json.dumps(body).encode())


@given(content=strategies.binary(max_size=300))
def test_any_bytes(content: bytes) -> None:
    read(content)


@given(seed=strategies.sampled_from(SEEDS), data=strategies.data())
def test_damaged_answers(seed: bytes, data: Any) -> None:
    start = data.draw(strategies.integers(0, len(seed)))
    end = data.draw(strategies.integers(start, len(seed)))
    read(seed[:start] + data.draw(strategies.binary(max_size=6)) + seed[end:])
