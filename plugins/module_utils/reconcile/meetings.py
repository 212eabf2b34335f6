# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Meetings, one or many, brought to their states: see :mod:`.batch` for the phases."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.eventops.cloudflare.plugins.module_utils.api.realtimekit import RealtimeApi
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.batch import (
    Batch,
    batch_of_one,
    targets_of,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.common import Context, Outcome
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.meeting import MeetingListing, MeetingTarget
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.meeting_plan import DesiredMeeting


def reconcile_meeting(api: RealtimeApi, params: Mapping[str, Any], context: Context) -> Outcome:
    """Bring the meeting that ``params`` (validated options of the module) name to its state, or raise."""
    batch = batch_of_one(api, context, MeetingTarget(api, DesiredMeeting.of(params), context))
    batch.run()
    return batch.outcome_of_one("meeting")


def reconcile_meetings(api: RealtimeApi, params: Mapping[str, Any], context: Context) -> Outcome:
    """Bring every meeting that ``params`` (validated options of the module) list to its state.

    Raises only while nothing has been sent that changes anything; after that, failures are part of the outcome.
    """
    targets = targets_of("meetings", params, lambda options: MeetingTarget(api, DesiredMeeting.of(options), context))
    batch = Batch(api, context, targets, MeetingListing(api), "meetings", params["concurrency"])
    batch.run()
    return batch.outcome()
