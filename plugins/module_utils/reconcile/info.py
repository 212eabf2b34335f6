# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Livestreams as they are: by ID, by meeting, by session, or a filtered list. Reads only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ansible_collections.eventops.cloudflare.plugins.module_utils import times
from ansible_collections.eventops.cloudflare.plugins.module_utils.api.models import (
    ERRORED,
    IDLE,
    INVOKED,
    LIVE,
    Livestream,
    LivestreamDetails,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.api.realtimekit import RealtimeApi, check_id
from ansible_collections.eventops.cloudflare.plugins.module_utils.errors import ApiError, InvalidRequest
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.common import (
    Context,
    Outcome,
    at_most_one,
    given,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.naming import is_spelling

IDENTITIES = ("livestream_id", "meeting_id", "session_id")
FILTERS = ("status", "name", "start_time", "end_time", "limit")


class Found(NamedTuple):
    """A livestream, and its sessions when they were fetched (else None)."""

    livestream: Livestream
    sessions: tuple[Any, ...] | None = None

    @classmethod
    def of(cls, details: LivestreamDetails) -> Found:
        """With the sessions."""
        return cls(details.livestream, details.sessions)


def look_up(api: RealtimeApi, params: Mapping[str, Any], _context: Context) -> Outcome:
    """The livestreams that ``params`` (validated options of the module) ask for; none is not an error."""
    at_most_one(params, *IDENTITIES)
    identity = next((option for option in IDENTITIES if given(params, option) is not None), None)
    if identity is None:
        if params["active"]:
            raise InvalidRequest("active needs a meeting_id or livestream_id; a list is filtered with status")
        found = _listed(api, params)
    else:
        unfit = [option for option in FILTERS if given(params, option) not in (None, [])]
        if unfit or params["exclude_meetings"]:
            raise InvalidRequest(f"{', '.join(unfit or ['exclude_meetings'])} filters a list: omit it with {identity}")
        found = _identified(api, identity, check_id(identity, params[identity]), params["active"])
    values, secrets = [], []
    for item in found:
        value = item.livestream.public()
        if params["return_stream_key"]:
            key = _stream_key(api, item.livestream)
            value["stream_key"] = key
            secrets += [key] if key else []
        if item.sessions is not None:
            value["sessions"] = [session.public() for session in item.sessions]
        values.append(value)
    return Outcome(False, {"livestreams": values}, secrets=tuple(secrets))


def _identified(api: RealtimeApi, identity: str, value: str, active: bool) -> list[Found]:
    if identity == "livestream_id":
        details = api.active_session(value) if active else api.livestream_history(value)
        return [Found.of(details)] if details is not None else []
    if identity == "session_id":
        if active:
            raise InvalidRequest("active needs a meeting_id or livestream_id, not a session_id")
        return _of_session(api, value)
    if active:
        current = api.active_livestream(value)
        return [Found(current)] if current is not None and current.active else []
    return [Found.of(details) for details in api.meeting_livestreams(value)]


def _of_session(api: RealtimeApi, session_id: str) -> list[Found]:
    try:
        session = api.session(session_id)
    except ApiError as error:
        if error.missing:
            return []
        raise
    livestream = Livestream(id=session.livestream_id)
    if session.livestream_id:
        livestream = api.livestream(session.livestream_id).livestream
    return [Found(livestream, (session,))]


def _listed(api: RealtimeApi, params: Mapping[str, Any]) -> list[Found]:
    """The filtered list, read no further than ``limit`` needs."""
    limit, name = params["limit"], given(params, "name")
    if limit is not None and limit < 1:
        raise InvalidRequest("limit must be at least 1")
    query = {
        "exclude_meetings": params["exclude_meetings"],
        "newest_first": params["sort_order"] == "desc",
        **{
            option: times.iso(times.moment(option, given(params, option)))
            for option in ("start_time", "end_time")
            if given(params, option) is not None
        },
    }

    def named(livestreams: Sequence[Livestream]) -> list[Livestream]:
        return [livestream for livestream in livestreams if name is None or is_spelling(livestream.name or "", name)]

    def enough(livestreams: Sequence[Livestream]) -> bool:
        return limit is not None and len(named(livestreams)) >= limit

    statuses = list(dict.fromkeys(params["status"] or []))
    if len(statuses) > 1:
        livestreams = _by_status(api, statuses, query)
    else:
        livestreams = api.livestreams(**query, status=statuses[0] if statuses else None, enough=enough)
    return [Found(livestream) for livestream in named(livestreams)[:limit]]


def _by_status(api: RealtimeApi, statuses: Sequence[str], query: Mapping[str, Any]) -> list[Livestream]:
    """The API filters by one status at a time: several lists become one, in the order asked for.

    They are read in the order in which a livestream goes through the statuses: one that changes its status meanwhile
    is then in two lists, and not in none.
    """
    ordered = sorted(statuses, key=[INVOKED, LIVE, IDLE, ERRORED].index)
    found = {item.id: item for status in ordered for item in api.livestreams(**query, status=status)}
    return sorted(found.values(), key=lambda item: item.created_at or "", reverse=query["newest_first"])


def _stream_key(api: RealtimeApi, livestream: Livestream) -> str | None:
    if livestream.stream_key is None and livestream.id:
        return api.livestream(livestream.id).livestream.stream_key
    return livestream.stream_key
