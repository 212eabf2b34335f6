# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Livestreams, one or many, brought to their states: see :mod:`.batch` for the phases."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.eventops.cloudflare.plugins.module_utils.api.models import Livestream
from ansible_collections.eventops.cloudflare.plugins.module_utils.api.realtimekit import RealtimeApi
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.batch import (
    Batch,
    batch_of_one,
    targets_of,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.common import Context, Outcome
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.independent import IndependentLivestream
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.livestream import (
    LivestreamTarget,
    MeetingLivestream,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.livestream_listing import (
    LivestreamListing,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.livestream_plan import Desired

COMMON = ("wait", "wait_timeout", "return_stream_key")  # options of a task that hold for each of its livestreams


def target_of(api: RealtimeApi, desired: Desired, context: Context) -> LivestreamTarget:
    """A meeting's livestream, or an independent one."""
    kind = MeetingLivestream if desired.meeting_id else IndependentLivestream
    return kind(api, desired, context)


def reconcile_livestream(api: RealtimeApi, params: Mapping[str, Any], context: Context) -> Outcome:
    """Bring the livestream that ``params`` (validated options of the module) name to its state, or raise."""
    target = target_of(api, Desired.of(params), context)
    batch = batch_of_one(api, context, target, params["wait_timeout"])
    batch.run()
    return batch.outcome_of_one("livestream")


def reconcile_livestreams(api: RealtimeApi, params: Mapping[str, Any], context: Context) -> Outcome:
    """Bring every livestream that ``params`` (validated options of the module) list to its state.

    Raises only while nothing has been sent that changes anything; after that, failures are part of the outcome.
    """
    common = {option: params[option] for option in COMMON}
    targets = targets_of(
        "livestreams", params, lambda options: target_of(api, Desired.of({**options, **common}), context)
    )
    listing = LivestreamListing(api, context, others=params["exclusive"])
    batch = Batch(api, context, targets, listing, "livestreams", params["concurrency"], params["wait_timeout"])
    batch.observe()
    if params["exclusive"]:
        # One that is listed by its own ID may be that of a meeting, too.
        named: set[str | None] = {target.desired.identity[1] for target in targets}
        named |= {target.before.meeting_id for target in targets if isinstance(target.before, Livestream)}
        batch.unlisted = [
            to_be_stopped(api, livestream, params, context)
            for meeting_id, livestream in listing.active.items()
            if meeting_id not in named
        ]
    batch.decide(batch.all)
    batch.check()
    batch.carry_out()
    outcome = batch.outcome()
    values = {**outcome.values, "unlisted": [target.result() for target in batch.unlisted]}
    return outcome._replace(values=values)


def to_be_stopped(
    api: RealtimeApi, livestream: Livestream, params: Mapping[str, Any], context: Context
) -> LivestreamTarget:
    """The target of an active livestream that is in no list, and that ``exclusive`` stops."""
    wait = {option: params[option] for option in ("wait", "wait_timeout")}
    own_id = None if livestream.meeting_id else livestream.id
    desired = Desired("stopped", livestream.meeting_id, own_id, livestream.name, **wait)
    target = target_of(api, desired, context)
    target.before, target.listed = livestream, True
    return target
