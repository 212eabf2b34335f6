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
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import quote

from ansible_collections.eventops.cloudflare.plugins.module_utils import models
from ansible_collections.eventops.cloudflare.plugins.module_utils.errors import (
    Ambiguous,
    InvalidAnswer,
    InvalidRequest,
    Refused,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.transport import Answer, Transport

PAGE_SIZE = 100  # the largest in production use; the service may cap it
MOST_PAGES = 10_000  # a bound against lists that never end
REPEATED_PAGES = 2  # pages in a row with nothing new, after which a list does not advance

_Item = TypeVar("_Item")


def check_id(option: str, value: str) -> str:
    """``value``, refused when it is empty or could lead a path elsewhere."""
    if not re.fullmatch(r"[A-Za-z0-9_~@:=+.-]{1,200}", value) or not value.strip("."):
        raise InvalidRequest(f"{option} is not an ID: {value!r}")
    return value


class RealtimeApi:
    """The RealtimeKit API of one app."""

    def __init__(self, transport: Transport, account_id: str, app_id: str) -> None:
        self.transport = transport
        account, app = check_id("account_id", account_id), check_id("app_id", app_id)
        self._prefix = f"/accounts/{quote(account, safe='')}/realtime/kit/{quote(app, safe='')}"

    def within(self, seconds: float) -> contextlib.AbstractContextManager[None]:
        """A block in which no request is repeated after so many seconds."""
        return self.transport.until(seconds)

    def _path(self, *segments: str) -> str:
        return "/".join([self._prefix, *(quote(segment, safe="") for segment in segments)])

    def _get(self, asked: str, *segments: str, query: Mapping[str, Any] | None = None) -> Answer:
        return self.transport.request("GET", self._path(*segments), asked=asked, query=query)

    def _post(self, asked: str, *segments: str, body: Mapping[str, Any] | None = None) -> Answer:
        return self.transport.request("POST", self._path(*segments), asked=asked, body=body)

    # Livestreams

    def livestreams(
        self,
        *,
        exclude_meetings: bool = False,
        status: str | None = None,
        start_time: str | None = None,
        end_time: str | None = None,
        newest_first: bool = False,
        most_pages: int = MOST_PAGES,
    ) -> Iterator[models.Livestream]:
        """GET P/livestreams, page by page as they are needed. A 404 of the service means an empty list.

        Oldest first unless told otherwise: what is created meanwhile then comes last and moves no page. With
        ``most_pages`` the list may end early.
        """
        query = {
            "exclude_meetings": "true" if exclude_meetings else None,
            "status": status,
            "start_time": start_time,
            "end_time": end_time,
            "sort_order": "DSC" if newest_first else "ASC",
        }
        return self._pages("list the livestreams", ("livestreams",), query, models.livestreams_in, _id, most_pages)

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
        except Refused as error:
            if error.status in (400, 404) and not error.from_edge:
                return None
            raise
        found = models.active_livestream_in(answer.body)
        if found is None and not models.readable(answer.body):
            raise self._not_understood(asked, (*segments, "active-livestream"))
        return None if found is None else found.known(models.Livestream(meeting_id=meeting_id))

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
    ) -> Iterator[models.Meeting]:
        """GET P/meetings, page by page as they are needed. A 404 of the service means an empty list."""
        query = {"status": status, "search": search, "start_time": start_time, "end_time": end_time}
        return self._pages("list the meetings", ("meetings",), query, models.meetings_in, _id)

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
        answer = self.transport.request("PATCH", path, asked=asked, body=fields)
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
        except Refused as error:
            if error.missing:
                return None
            raise

    def _pages(
        self,
        asked: str,
        segments: Sequence[str],
        query: Mapping[str, Any],
        read: Callable[[Any], Sequence[_Item]],
        key: Callable[[_Item], Any],
        most_pages: int = MOST_PAGES,
    ) -> Iterator[_Item]:
        """Everything a paged answer holds, each once; no more than ``most_pages`` of it when that was asked for.

        A server may send shorter pages than asked for and wrong counts, so a list ends with an empty page, or when as
        many were received as a credible ``total_count`` announced. When it ends before that, it is read once more: a
        page may have got lost, or the count is wrong. A list that cannot be read to its end is an error: what is
        missing from it would be created twice.
        """
        seen: set[Any] = set()
        credible, total = True, None
        page = stuck = first_reading = 0
        for _request in range(most_pages):
            page += 1
            answer = self._unless_missing(asked, *segments, query={**query, "page_no": page, "per_page": PAGE_SIZE})
            if answer is not None and not models.readable(answer.body):
                raise self._not_understood(asked, segments)
            items = read(answer.body) if answer else []
            fresh = [item for item in items if key(item) not in seen]
            for item in fresh:
                seen.add(key(item))
                yield item
            paging = models.paging_of(answer.body) if answer else models.Paging(total)
            if items or paging.total is not None:
                total = paging.total
            # A count of less than what already came, or of less than where this page ends, is no total.
            credible = credible and total is not None and total >= max(len(seen), paging.end or 0)
            if credible and len(seen) == total and (paging.end is None or paging.end >= total):
                return
            if not items or (first_reading and page > first_reading):
                if first_reading or not credible:
                    return
                first_reading, page, stuck = page, 0, 0
                continue
            stuck = 0 if fresh or first_reading else stuck + 1
            if stuck == REPEATED_PAGES:
                if credible:
                    break
                return
        else:
            if most_pages < MOST_PAGES:
                return
        raise self._not_understood(asked, segments, "the pages do not lead to the end of the list")

    def _with_sessions(self, asked: str, segments: Sequence[str]) -> list[models.LivestreamDetails]:
        """The livestreams of all pages, each with the sessions of all pages. A 404 of the service means none.

        Whether the pages count livestreams or sessions depends on the shape: sessions where there are any.
        """
        livestreams: dict[str | None, models.Livestream] = {}
        sessions: dict[str | None, list[models.Session]] = {}

        def read(body: Any) -> list[tuple[str | None, str | None]]:
            found = models.details_in(body)
            for details in found:
                livestreams.setdefault(details.livestream.id, details.livestream)
                sessions.setdefault(details.livestream.id, []).extend(details.sessions)
            counted = [(d.livestream.id, session.id) for d in found for session in d.sessions]
            if counted or models.paging_of(body).total == 0:
                return counted
            return [(d.livestream.id, None) for d in found]

        for _item in self._pages(asked, segments, {}, read, lambda item: item):
            pass
        return [
            models.LivestreamDetails(livestream, tuple(models.distinct(sessions[key])))
            for key, livestream in livestreams.items()
        ]

    def _written(self, asked: str, answer: Answer, *segments: str) -> models.Livestream:
        """The livestream of an accepted write; an answer without one leaves open what was done."""
        found = models.single_livestream_in(answer.body)
        if found is None:
            raise self._open(asked, "POST", answer, "the answer names no livestream", *segments)
        return found

    def _open(self, asked: str, method: str, answer: Answer, text: str, *segments: str) -> Ambiguous:
        """That an answer leaves open what became of a write."""
        return Ambiguous(
            asked, method, self._path(*segments), text, status=answer.status, request_id=answer.request_id
        )  # fmt: skip

    def _not_understood(
        self, asked: str, segments: Sequence[str], text: str = "the answer does not hold what was asked for"
    ) -> InvalidAnswer:
        return InvalidAnswer(asked, "GET", self._path(*segments), text, advice="check base_url")


def _id(item: models.Livestream | models.Meeting) -> str | None:
    return item.id
