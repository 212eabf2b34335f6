# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether viewers can watch: each playback URL is asked until it answers with a manifest, or time is up. Reads only."""

from __future__ import annotations

import contextlib
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.eventops.cloudflare.plugins.module_utils.errors import InvalidRequest, RealtimeError
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.common import (
    Context,
    Outcome,
    Tally,
    Wait,
    check_seconds,
    given,
    silent,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.pool import (
    check_concurrency,
    failure_message,
    in_pool,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.transport.hls import Check, Manifests
from ansible_collections.eventops.cloudflare.plugins.module_utils.transport.redirects import unfit

REQUEST = 10.0  # seconds that one request may take

# Python 3.8 cannot subscript what collections.abc has.
CheckUrl = typing.Callable[[str, float], Check]


class Unplayable(RealtimeError):
    """A playback URL does not play."""


@dataclass
class Playback:
    """A playback URL, and what the last request has shown."""

    name: str
    url: str | None
    failure: RealtimeError | None = None
    status: int | None = None
    asked: bool = False

    def fail(self, reason: str, status: int | None = None) -> None:
        """Take note of why it does not play."""
        self.failure, self.status = Unplayable(reason), status

    def result(self) -> dict[str, Any]:
        """What the task returns of it."""
        return {
            "name": self.name,
            "playback_url": self.url,
            "playable": self.failure is None,
            "reason": None if self.failure is None else str(self.failure),
            "status": self.status,
        }


def playback_info(params: Mapping[str, Any], context: Context) -> Outcome:
    """Check all playback URLs that ``params`` (validated options of the module) list."""
    manifests = Manifests(params["validate_certs"], given(params, "ca_path"))
    with contextlib.closing(manifests):
        return check_all(manifests.check, params, context)


def check_all(check_url: CheckUrl, params: Mapping[str, Any], context: Context) -> Outcome:
    """The same, with a function that asks a URL once, for so many seconds at most."""
    check_concurrency(params)
    check_seconds(params, "timeout")
    if params["timeout"] == 0:
        raise InvalidRequest("timeout must be more than 0")
    playbacks = [_playback(options) for options in params["playbacks"]]
    wait = Wait(context, params["timeout"])
    quiet = context._replace(report=silent)

    def check(playback: Playback) -> None:
        left = REQUEST if last else min(REQUEST, wait.remaining)
        if left <= 0:
            if not playback.asked:
                playback.fail("not asked: no time was left; raise timeout or concurrency")
            return
        found = check_url(playback.url or "", max(1.0, left))
        playback.asked = True
        playback.failure, playback.status = None, found.status
        if found.reason is not None:
            playback.fail(found.reason, found.status)

    pending = [playback for playback in playbacks if playback.failure is None]
    last = False
    while pending:
        # Once time is up, only as many as are asked at once: none has to wait for another.
        in_pool(quiet, params["concurrency"], check, pending[: params["concurrency"]] if last else pending, "asking")
        pending = [playback for playback in pending if playback.failure is not None]
        done = sum(playback.failure is None for playback in playbacks)
        if pending:
            context.report(Tally("waiting for manifests", done, len(playbacks), 0, wait.elapsed))
        if last or wait.remaining <= 0:
            break
        if pending:
            wait.pause()
            last = wait.remaining <= 0
    return _outcome(playbacks, params["on_failure"])


def _playback(options: Mapping[str, Any]) -> Playback:
    url = given(options, "playback_url")
    playback = Playback(options["name"], None if url is None else url.strip())
    refusal = "no playback URL" if playback.url is None else unfit(playback.url)
    if refusal is not None:
        playback.fail(refusal)
    return playback


def _outcome(playbacks: list[Playback], on_failure: str) -> Outcome:
    unplayable = [(playback.name, playback.failure) for playback in playbacks if playback.failure is not None]
    message = failure_message(unplayable, len(playbacks), "playback URLs")
    return Outcome(
        False,
        {
            "playbacks": [playback.result() for playback in playbacks],
            "unplayable": [name for name, _failure in unplayable],
        },
        warnings=(message,) if message and on_failure == "warn" else (),
        failure=message if on_failure == "fail" else None,
    )
