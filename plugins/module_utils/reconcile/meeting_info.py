# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Meetings as they are: by ID, by title, or a filtered list. Reads only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.eventops.cloudflare.plugins.module_utils import times
from ansible_collections.eventops.cloudflare.plugins.module_utils.api.models import Meeting
from ansible_collections.eventops.cloudflare.plugins.module_utils.api.realtimekit import RealtimeApi, check_id
from ansible_collections.eventops.cloudflare.plugins.module_utils.errors import ApiError, InvalidRequest
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.common import (
    Context,
    Outcome,
    at_most_one,
    given,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.naming import is_spelling


def look_up_meetings(api: RealtimeApi, params: Mapping[str, Any], _context: Context) -> Outcome:
    """The meetings that ``params`` (validated options of the module) ask for; none is not an error."""
    at_most_one(params, "meeting_id", "title")
    meeting_id = given(params, "meeting_id")
    listed = meeting_id is None
    found = _listed(api, params) if listed else _by_id(api, check_id("meeting_id", str(meeting_id)))
    return Outcome(False, {"meetings": [meeting.public() for meeting in found]})


def _by_id(api: RealtimeApi, meeting_id: str) -> list[Meeting]:
    try:
        return [api.meeting(meeting_id)]
    except ApiError as error:
        if error.missing:
            return []
        raise


def _listed(api: RealtimeApi, params: Mapping[str, Any]) -> list[Meeting]:
    limit, title, status = params["limit"], given(params, "title"), given(params, "status")
    if limit is not None and limit < 1:
        raise InvalidRequest("limit must be at least 1")
    moments = {
        option: times.iso(times.moment(option, given(params, option)))
        for option in ("start_time", "end_time")
        if given(params, option) is not None
    }
    query = {"status": status.upper() if status else None, "search": given(params, "search"), **moments}

    def titled(meetings: Sequence[Meeting]) -> list[Meeting]:
        return [meeting for meeting in meetings if title is None or is_spelling(meeting.title or "", title)]

    def enough(meetings: Sequence[Meeting]) -> bool:
        return limit is not None and len(titled(meetings)) >= limit

    return titled(api.meetings(**query, enough=enough))[:limit]
