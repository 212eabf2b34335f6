# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Analytics of livestreams and of the app. Reads only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from ansible_collections.eventops.cloudflare.plugins.module_utils import times
from ansible_collections.eventops.cloudflare.plugins.module_utils.api.realtimekit import RealtimeApi
from ansible_collections.eventops.cloudflare.plugins.module_utils.errors import ApiError, InvalidRequest
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.common import Context, Outcome, given
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.event_sessions import event_sessions

_Report = TypeVar("_Report")


def report(api: RealtimeApi, params: Mapping[str, Any], context: Context) -> Outcome:
    """The report that ``params`` (validated options of the module) ask for."""
    moments = {
        option: times.moment(option, given(params, option))
        for option in ("start_time", "end_time")
        if given(params, option) is not None
    }
    if len(moments) == 2 and moments["start_time"] > moments["end_time"]:
        raise InvalidRequest("start_time is after end_time")
    filters = given(params, "filters")
    if filters is not None and params["report"] in ("app_daily", "event"):
        raise InvalidRequest(f"filters has no meaning for report {params['report']}")
    if params["report"] == "event":
        return event_sessions(api, params, context, moments.get("start_time"), moments.get("end_time"))
    unfit = [option for option in ("event", "streams", "others") if given(params, option) not in (None, [])]
    if unfit:
        raise InvalidRequest(f"{', '.join(unfit)} is for report event, not for report {params['report']}")
    if params["report"] == "app_daily":
        days = {option.replace("time", "date"): times.day(moment) for option, moment in moments.items()}
        return Outcome(False, {"analytics": api.app_days(days)})
    fetch: Callable[[Mapping[str, Any]], Any]
    fetch = api.livestream_totals if params["report"] == "livestreams" else api.livestream_days
    extra = {"filters": filters} if filters is not None else {}
    seconds = {option: times.unix(moment) for option, moment in moments.items()}
    iso = {option: times.iso(moment) for option, moment in moments.items()}
    found = _in_either_form(fetch, {**seconds, **extra}, {**iso, **extra})
    return Outcome(False, {"analytics": found if params["report"] == "livestreams" else {"days": found}})


def _in_either_form(
    fetch: Callable[[Mapping[str, Any]], _Report], seconds: Mapping[str, Any], iso: Mapping[str, Any]
) -> _Report:
    """The API reference asks for Unix seconds since 2026, and asked for ISO 8601 before: take what is accepted."""
    try:
        return fetch(seconds)
    except ApiError as error:
        if error.status not in (400, 422) or error.from_edge or seconds == iso:
            raise
        try:
            return fetch(iso)
        except ApiError:
            raise error from None
