# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""RealtimeKit's operations: one method each, which returns one normalised model whatever shape came.

Paths and parameters are those of Cloudflare's RealtimeKit API reference. Below ``P`` is
``/accounts/{account_id}/realtime/kit/{app_id}``. Every method raises a :class:`~.errors.RequestFailed`.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar, Union
from urllib.parse import quote

from ansible_collections.eventops.cloudflare.plugins.module_utils.api import models
from ansible_collections.eventops.cloudflare.plugins.module_utils.api.listing import Listing, Reading
from ansible_collections.eventops.cloudflare.plugins.module_utils.errors import (
    ApiError,
    InvalidAnswer,
    InvalidRequest,
    WriteOutcomeUnknown,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.transport.client import Answer, Client

PAGE_SIZE = 100  # the largest in production use; the service may cap it
MOST_PAGES = 10_000  # a bound against lists that never end
MOST_READINGS = 5  # of one list that changes each time while it is read
NO_END = "the pages do not lead to the end of the list"

_Item = TypeVar("_Item")
_Listed = TypeVar("_Listed", bound=Union[models.Livestream, models.Meeting])


def check_id(option: str, value: str) -> str:
    """``value``, refused when it is empty or could lead a path elsewhere."""
    if not re.fullmatch(r"[A-Za-z0-9_~@:=+.-]{1,200}", value) or not value.strip("."):
        raise InvalidRequest(f"{option} is not an ID: {value!r}")
    return value


class RealtimeApi:
    """The RealtimeKit API of one app."""

    def __init__(self, client: Client, account_id: str, app_id: str) -> None:
        self.client = client
        account, app = check_id("account_id", account_id), check_id("app_id", app_id)
        self._prefix = f"/accounts/{quote(account, safe='')}/realtime/kit/{quote(app, safe='')}"

    def within(self, seconds: float) -> contextlib.AbstractContextManager[None]:
        """A block in which no retry is sent later than so many seconds from now."""
        return self.client.within(seconds)

    @property
    def service_time(self) -> float | None:
        """Unix seconds by the service's clock, see :attr:`~..transport.client.Client.service_time`."""
        return self.client.service_time

    def _path(self, *segments: str) -> str:
        return "/".join([self._prefix, *(quote(segment, safe="") for segment in segments)])

    def _get(self, asked: str, *segments: str, query: Mapping[str, Any] | None = None) -> Answer:
        return self.client.request("GET", self._path(*segments), asked=asked, query=query)

    def _post(self, asked: str, *segments: str, body: Mapping[str, Any] | None = None) -> Answer:
        return self.client.request("POST", self._path(*segments), asked=asked, body=body)

    # Livestreams

    def livestreams(
        self,
        *,
        exclude_meetings: bool = False,
        status: str | None = None,
        start_time: str | None = None,
        end_time: str | None = None,
        newest_first: bool = False,
        enough: Callable[[Sequence[models.Livestream]], bool] | None = None,
        most_pages: int = MOST_PAGES,
        whole: bool = True,
    ) -> Listing[models.Livestream]:
        """GET P/livestreams, all pages. A 404 of the service means an empty list.

        Oldest first unless told otherwise: what is created meanwhile then comes last and moves no page. ``enough`` is
        asked after each page whether that will do. With ``most_pages``, or without ``whole``, something may be missing:
        see :meth:`_list`.
        """
        query = {
            "exclude_meetings": "true" if exclude_meetings else None,
            "status": status,
            "start_time": start_time,
            "end_time": end_time,
            "sort_order": "DSC" if newest_first else "ASC",
        }
        return self._of_pages(
            "list the livestreams", "livestreams", query, models.livestreams_in, enough, most_pages, whole
        )

    def create_livestream(self, name: str) -> models.Livestream:
        """POST P/livestreams: create an independent livestream."""
        asked = f"create the independent livestream {name!r}"
        answer = self._post(asked, "livestreams", body={"name": name})
        return self._written(asked, answer, "livestreams")

    def livestream(self, livestream_id: str) -> models.LivestreamDetails:
        """GET P/livestreams/{livestream_id}: with the first page of its sessions."""
        asked, segments = f"read the livestream {livestream_id}", ("livestreams", livestream_id)
        found = models.details_in(self._get(asked, *segments).body)
        if not found:
            raise self._not_understood(asked, segments)
        return found[0]

    def livestream_history(self, livestream_id: str) -> models.LivestreamDetails | None:
        """GET P/livestreams/{livestream_id}: with all its sessions; None when it does not exist."""
        found = self._with_sessions(f"read the livestream {livestream_id}", ("livestreams", livestream_id))
        return found[0] if found else None

    def active_session(self, livestream_id: str) -> models.LivestreamDetails | None:
        """GET P/livestreams/{livestream_id}/active-livestream-session; None when there is none."""
        segments = ("livestreams", livestream_id, "active-livestream-session")
        asked = f"read the active session of the livestream {livestream_id}"
        answer = self._unless_missing(asked, *segments)
        if answer is not None and not models.readable(answer.body):
            raise self._not_understood(asked, segments)
        found = models.details_in(answer.body) if answer else []
        return found[0] if found and found[0].sessions else None

    def session(self, session_id: str) -> models.Session:
        """GET P/livestreams/sessions/{livestream_session_id}"""
        asked, segments = f"read the livestream session {session_id}", ("livestreams", "sessions", session_id)
        found = models.session_in(self._get(asked, *segments).body)
        if found is None:
            raise self._not_understood(asked, segments)
        return found

    def start(
        self, meeting_id: str, *, name: str | None = None, video_config: Mapping[str, int] | None = None
    ) -> models.Livestream:
        """POST P/meetings/{meeting_id}/livestreams. Unknown fields are refused: what is not set stays out."""
        body: dict[str, Any] = {}
        if name is not None:
            body["name"] = name
        if video_config:
            body["video_config"] = dict(video_config)
        asked, segments = f"start livestreaming the meeting {meeting_id}", ("meetings", meeting_id, "livestreams")
        return self._written(asked, self._post(asked, *segments, body=body), *segments)

    def stop(self, meeting_id: str) -> None:
        """POST P/meetings/{meeting_id}/active-livestream/stop"""
        asked, segments = f"stop livestreaming the meeting {meeting_id}", ("meetings", meeting_id, "active-livestream")
        answer = self._post(asked, *segments, "stop")
        if not isinstance(answer.body, dict):
            raise self._open(asked, "POST", answer, "the answer does not say so", *segments, "stop")

    def active_livestream(self, meeting_id: str) -> models.Livestream | None:
        """GET P/meetings/{meeting_id}/active-livestream; None when none is named.

        That none is active has many forms: 404, 400, null, {}, a message, or a livestream whose status is not active.
        """
        asked, segments = f"read the active livestream of the meeting {meeting_id}", ("meetings", meeting_id)
        try:
            answer = self._get(asked, *segments, "active-livestream")
        except ApiError as error:
            if error.status in (400, 404) and not error.from_edge:
                return None
            raise
        found = models.active_livestream_in(answer.body)
        if found is None and not models.readable(answer.body):
            raise self._not_understood(asked, (*segments, "active-livestream"))
        return None if found is None else found.merged_with(models.Livestream(meeting_id=meeting_id))

    def meeting_livestreams(self, meeting_id: str) -> list[models.LivestreamDetails]:
        """GET P/meetings/{meeting_id}/livestream: all its livestreams with their sessions; a 404 means none."""
        asked = f"list the livestreams of the meeting {meeting_id}"
        return self._with_sessions(asked, ("meetings", meeting_id, "livestream"))

    # Meetings

    def meetings(
        self,
        *,
        status: str | None = None,
        search: str | None = None,
        start_time: str | None = None,
        end_time: str | None = None,
        enough: Callable[[Sequence[models.Meeting]], bool] | None = None,
    ) -> Listing[models.Meeting]:
        """GET P/meetings, all pages. A 404 of the service means an empty list. ``enough``: see :meth:`livestreams`."""
        query = {"status": status, "search": search, "start_time": start_time, "end_time": end_time}
        return self._of_pages("list the meetings", "meetings", query, models.meetings_in, enough)

    def meeting(self, meeting_id: str) -> models.Meeting:
        """GET P/meetings/{meeting_id}"""
        asked, segments = f"read the meeting {meeting_id}", ("meetings", meeting_id)
        found = models.meetings_in(self._get(asked, *segments).body)
        if not found:
            raise self._not_understood(asked, segments)
        return found[0]

    def create_meeting(self, fields: Mapping[str, Any]) -> models.Meeting:
        """POST P/meetings"""
        asked = f"create the meeting {fields.get('title')!r}"
        return self._meeting_of(asked, "POST", self._post(asked, "meetings", body=fields), "meetings")

    def update_meeting(self, meeting_id: str, fields: Mapping[str, Any]) -> models.Meeting:
        """PATCH P/meetings/{meeting_id}: changes these fields only."""
        asked, path = f"change the meeting {meeting_id}", self._path("meetings", meeting_id)
        answer = self.client.request("PATCH", path, asked=asked, body=fields)
        return self._meeting_of(asked, "PATCH", answer, "meetings", meeting_id)

    def _meeting_of(self, asked: str, method: str, answer: Answer, *segments: str) -> models.Meeting:
        found = models.meetings_in(answer.body)
        if not found:
            raise self._open(asked, method, answer, "the answer names no meeting", *segments)
        return found[0]

    # Analytics

    def livestream_totals(self, query: Mapping[str, Any]) -> dict[str, models.Number]:
        """GET P/analytics/livestreams/overall: count, total_ingest_seconds, total_viewer_seconds."""
        asked = "read the livestream analytics"
        return models.livestream_totals(self._get(asked, "analytics", "livestreams", "overall", query=query).body)

    def livestream_days(self, query: Mapping[str, Any]) -> list[dict[str, Any]]:
        """GET P/analytics/livestreams/daywise: the same with a date, by day."""
        asked = "read the livestream analytics by day"
        return models.livestream_days(self._get(asked, "analytics", "livestreams", "daywise", query=query).body)

    def app_days(self, query: Mapping[str, Any]) -> dict[str, Any]:
        """GET P/analytics/daywise: session_stats and recording_stats of the app."""
        return models.app_days(self._get("read the app's analytics by day", "analytics", "daywise", query=query).body)

    # What the operations share

    def _unless_missing(self, asked: str, *segments: str, query: Mapping[str, Any] | None = None) -> Answer | None:
        try:
            return self._get(asked, *segments, query=query)
        except ApiError as error:
            if error.missing:
                return None
            raise

    def livestream_webhooks(self) -> list[str]:
        """GET P/webhooks: the names of those that are told of livestreams. A 404 means that there are none."""
        asked = "list the webhooks"
        answer = self._unless_missing(asked, "webhooks")
        if answer is None:
            return []
        found = models.list_in(answer.body, "webhooks", "data")
        if found is None:
            raise self._not_understood(asked, ("webhooks",))
        return models.livestream_webhooks_in(found)

    def _of_pages(
        self,
        asked: str,
        segment: str,
        query: Mapping[str, Any],
        read: Callable[[Any], Sequence[_Listed]],
        enough: Callable[[Sequence[_Listed]], bool] | None,
        most_pages: int = MOST_PAGES,
        whole: bool = True,
    ) -> Listing[_Listed]:
        """A list of objects with IDs, each once: as the last page that has it shows it."""
        listed = self._list(
            asked, (segment,), query, read, lambda items, _total: [item.id for item in items], enough, most_pages, whole
        )
        found = Listing({item.id: item for item in listed}.values())
        found.counted, found.whole = listed.counted, listed.whole
        return found

    def _list(
        self,
        asked: str,
        segments: Sequence[str],
        query: Mapping[str, Any],
        read: Callable[[Any], Sequence[_Item]],
        keys: Callable[[Sequence[_Item], int | None], Sequence[Any]],
        enough: Callable[[Sequence[_Item]], bool] | None = None,
        most_pages: int = MOST_PAGES,
        whole: bool = True,
    ) -> Listing[_Item]:
        """All items of a list that was read to its end while nothing in it moved.

        ``keys`` names what the service counts on a page, from the page's items and the service's total. A reading of
        which something may be missing is read again from the first page, at most MOST_READINGS times. Two readings in a
        row that are the same show a list that nobody changes, whose service counts wrongly.

        ``enough`` is asked after each page, with all items of this reading so far. When it says yes, these are
        returned: what was found is there, whatever else moves. Without ``whole``, a list that changed is returned as
        well: what is in it is there, what is not in it may be there, too. So it is with a list of ``most_pages``.

        Raises :class:`~.errors.InvalidAnswer` when the pages lead to no end, or when the list never was still.
        """
        # Only from a list that is filtered by what changes can something vanish: nothing can be deleted.
        shrinks = query.get("status") is not None or query.get("search") is not None
        requests = 0
        earlier: Reading[_Item] | None = None
        for _number in range(MOST_READINGS):
            reading: Reading[_Item] = Reading(shrinks)
            while not reading.ended:
                if requests == most_pages:
                    if most_pages < MOST_PAGES:
                        return reading.listing
                    raise self._not_understood(asked, segments, NO_END)
                requests += 1
                page = {"page_no": len(reading.pages) + 1, "per_page": PAGE_SIZE}
                answer = self._unless_missing(asked, *segments, query={**query, **page})
                if answer is not None and not models.readable(answer.body):
                    raise self._not_understood(asked, segments)
                paging = models.paging_of(answer.body) if answer else models.Paging()
                items = read(answer.body) if answer else ()
                reading.add(items, keys(items, paging.total), paging)
                if enough is not None and enough(reading.listing):
                    return reading.listing
            if reading.advances_nowhere:
                raise self._not_understood(asked, segments, NO_END)
            reading.listing.whole = reading.whole or (earlier is not None and reading.pages == earlier.pages)
            if reading.listing.whole or (reading.changed and not whole):
                return reading.listing
            earlier = reading
        if not whole:
            return reading.listing
        text = f"the list changed while it was read, {MOST_READINGS} times"
        raise self._not_understood(asked, segments, text, advice="run again")

    def _with_sessions(self, asked: str, segments: Sequence[str]) -> list[models.LivestreamDetails]:
        """The livestreams of all pages, each with the sessions of all pages. A 404 of the service means none.

        Whether the pages count livestreams or sessions depends on the shape: sessions where there are any.
        """

        def keys(
            found: Sequence[models.LivestreamDetails], total: int | None
        ) -> Sequence[tuple[str | None, str | None]]:
            counted = [(details.livestream.id, session.id) for details in found for session in details.sessions]
            return counted if counted or total == 0 else [(details.livestream.id, None) for details in found]

        livestreams: dict[str | None, models.Livestream] = {}
        sessions: dict[str | None, list[models.Session]] = {}
        untold: set[str | None] = set()
        for details in self._list(asked, segments, {}, models.details_in, keys):
            livestreams.setdefault(details.livestream.id, details.livestream)
            sessions.setdefault(details.livestream.id, []).extend(details.sessions)
            if not details.told:
                untold.add(details.livestream.id)
        return [
            models.LivestreamDetails(livestream, tuple(models.distinct(sessions[key])), key not in untold)
            for key, livestream in livestreams.items()
        ]

    def _written(self, asked: str, answer: Answer, *segments: str) -> models.Livestream:
        """The livestream of an accepted write; an answer without one leaves open what was done."""
        found = models.single_livestream_in(answer.body)
        if found is None:
            raise self._open(asked, "POST", answer, "the answer names no livestream", *segments)
        return found

    def _open(self, asked: str, method: str, answer: Answer, text: str, *segments: str) -> WriteOutcomeUnknown:
        """That an answer leaves open what became of a write."""
        return WriteOutcomeUnknown(
            asked, method, self._path(*segments), text, status=answer.status, request_id=answer.request_id
        )  # fmt: skip

    def _not_understood(
        self,
        asked: str,
        segments: Sequence[str],
        text: str = "the answer does not hold what was asked for",
        advice: str = "check base_url",
    ) -> InvalidAnswer:
        return InvalidAnswer(asked, "GET", self._path(*segments), text, advice=advice)
