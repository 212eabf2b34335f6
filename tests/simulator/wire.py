# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The answers' JSON, in the shape that the profile says. Plain dicts: they are serialised without further checks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from .clock import iso
from .models import AIConfig, RecordingConfig
from .state import FIRST_READING, INGEST_SERVER, Livestream, Meeting, MeetingSession, Service, Session, Webhook

Json = dict[str, Any]

# Fields of `recording_config.storage_config` that can be written and not read.
_WRITE_ONLY: Final = frozenset({"access_key", "secret", "password", "private_key"})


class Wire:
    """Renders a service's objects. ``origin``: scheme and host of playback URLs unless the profile names others."""

    def __init__(self, service: Service, origin: str, app_id: str) -> None:
        self.service = service
        self.origin = origin
        self.app_id = app_id

    # --- values ------------------------------------------------------------------------------------------------------

    def _nulls(self, fields: Json) -> Json:
        if self.service.profile.nulls == "null":
            return fields
        return {name: value for name, value in fields.items() if value is not None}

    def _seconds(self, exact: float, coarse: bool) -> int | float | str:
        kind = self.service.profile.seconds_type
        if kind == "float":
            return float(FIRST_READING) if coarse else round(exact, 3)
        whole = FIRST_READING if coarse else int(exact)
        return whole if kind == "int" else str(whole)

    def _disabled(self, livestream: Livestream) -> bool | str:
        if self.service.profile.disabled_type == "bool":
            return livestream.disabled
        return "true" if livestream.disabled else "false"

    def _playback(self, livestream: Livestream) -> Json:
        profile = self.service.profile
        if self.service.clock.now() >= livestream.playback_from:
            base = profile.playback_base or self.origin
            return {"playback_url": f"{base}/playback/{livestream.playback_id}/manifest/video.m3u8"}
        if profile.playback_pending == "missing":
            return {}
        return {"playback_url": None if profile.playback_pending == "null" else ""}

    # --- objects -----------------------------------------------------------------------------------------------------

    def livestream(self, livestream: Livestream, *, key: bool = True, status: str | None = None) -> Json:
        """A livestream with all its fields; without stream key and ingest server when not ``key``."""
        fields: Json = self._nulls(
            {
                "id": livestream.id,
                "name": livestream.name,
                "meeting_id": livestream.meeting_id,
                "disabled": self._disabled(livestream),
                "status": status or self.service.shown(livestream.status),
                "created_at": iso(livestream.created_at),
                "updated_at": iso(livestream.updated_at),
            }
        )
        if key:
            fields["ingest_server"] = INGEST_SERVER
            fields["stream_key"] = livestream.stream_key
        fields.update(self._playback(livestream))
        if self.service.profile.extra_fields:
            fields["org_id"] = self.app_id
            fields["manual_ingest"] = livestream.meeting_id is None
        return fields

    def session(self, session: Session) -> Json:
        """One session, flat."""
        now = self.service.clock.now()
        coarse = session.coarse(now)
        fields = self._nulls(
            {
                "id": session.id,
                "livestream_id": session.livestream_id,
                "created_at": iso(session.created_at),
                "updated_at": iso(session.updated_at),
                "invoked_time": None if session.invoked_time is None else iso(session.invoked_time),
                "started_time": None if session.started_time is None else iso(session.started_time),
                "stopped_time": None if session.stopped_time is None else iso(session.stopped_time),
                "err_message": session.err_message,
                "ingest_seconds": self._seconds(session.ingested(now), coarse),
                "viewer_seconds": self._seconds(session.viewed(now), coarse),
            }
        )
        if self.service.profile.extra_fields:
            fields["org_id"] = self.app_id
        return fields

    def meeting(self, meeting: Meeting) -> Json:
        """One meeting, without what can only be written."""
        settings = meeting.settings
        fields: Json = self._nulls(
            {
                "id": meeting.id,
                "title": meeting.title,
                "status": meeting.status,
                "live_stream_on_start": bool(settings.get("live_stream_on_start")),
                "record_on_start": bool(settings.get("record_on_start")),
                "persist_chat": settings.get("persist_chat", False),
                "summarize_on_end": settings.get("summarize_on_end", False),
                "transcribe_on_end": settings.get("transcribe_on_end", False),
                "session_keep_alive_time_in_secs": settings.get("session_keep_alive_time_in_secs", 60),
                "created_at": iso(meeting.created_at),
                "updated_at": iso(meeting.updated_at),
            }
        )
        for name, model in (("ai_config", AIConfig), ("recording_config", RecordingConfig)):
            value = settings.get(name)
            if self.service.profile.meeting_configs == "filled":
                value = model.model_validate(value or {}).model_dump(exclude_none=True)
            if value is not None:
                fields[name] = _readable(value)
            elif self.service.profile.meeting_configs == "null":
                fields[name] = None
        return fields

    def meeting_session(self, meeting: Meeting, session: MeetingSession) -> Json:
        """The session going on in a meeting."""
        now = self.service.clock.now()
        return {
            "id": session.id,
            "associated_id": meeting.id,
            "meeting_display_name": meeting.title or "",
            "type": "meeting",
            "status": "LIVE",
            "live_participants": meeting.participants,
            "max_concurrent_participants": session.peak,
            "minutes_consumed": round((now - session.started_at) / 60, 2),
            "organization_id": self.app_id,
            "started_at": iso(session.started_at),
            "created_at": iso(session.created_at),
            "updated_at": iso(session.updated_at),
            "breakout_rooms": [],
        }

    def webhook(self, webhook: Webhook) -> Json:
        """One webhook."""
        return {
            "id": webhook.id,
            **webhook.settings,
            "created_at": iso(webhook.created_at),
            "updated_at": iso(webhook.updated_at),
        }

    # --- answers -----------------------------------------------------------------------------------------------------

    def page_size(self, asked: int | None) -> int:
        """Items on one page: what was asked, silently capped."""
        profile = self.service.profile
        return min(asked or profile.default_per_page, profile.max_per_page)

    def _paging(self, total: int, page: int, size: int, items: int) -> Json:
        profile = self.service.profile
        if profile.paging_total == "no_paging":
            return {}
        first = (page - 1) * size + 1 if items else 0
        offsets = {"start_offset": first, "end_offset": first + items - 1 if items else 0}
        return {"paging": offsets if profile.paging_total == "absent" else {"total_count": total, **offsets}}

    def livestreams(self, found: Sequence[Livestream], page: int, asked: int | None) -> Json | None:
        """A page of the list; None stands for the profile's 404."""
        profile = self.service.profile
        size = 1 if profile.list_shape == "single" else self.page_size(asked)
        cut = found[(page - 1) * size : page * size]
        if not cut and profile.list_none == "404":
            return None
        items = [self.livestream(item, status=self.service.listed_status(item)) for item in cut]
        paging = self._paging(len(found), page, size, len(items))
        if profile.list_shape == "list":
            return {"data": items, **paging}
        if profile.list_shape == "single":
            return {"data": {**(items[0] if items else {}), **paging}}
        inner = "livestreams" if profile.list_shape == "object_livestreams" else "data"
        return {"data": {inner: items, **paging}}

    def by_id(self, livestream: Livestream, page: int, asked: int | None) -> Json:
        """One livestream with a page of its sessions, newest first."""
        shape = self.service.profile.by_id_shape
        if shape == "flat":
            return {"data": self.livestream(livestream)}
        sessions = livestream.sessions[::-1]
        size = self.page_size(asked) if shape == "wrapped" else 1
        cut = [self.session(session) for session in sessions[(page - 1) * size : page * size]]
        paging = self._paging(len(sessions), page, size, len(cut))
        if shape == "wrapped":
            return {"data": {"livestream": self.livestream(livestream), "sessions": cut}, **paging}
        session = {"session": cut[0]} if cut else {}
        return {"data": {"livestream": self.livestream(livestream), **session, **paging}}

    def by_meeting(self, newest: Sequence[Livestream], page: int, asked: int | None) -> Json | None:
        """A meeting's livestreams with sessions; None stands for the profile's 404."""
        profile = self.service.profile
        if not newest and profile.by_meeting_none == "404":
            return None
        size = self.page_size(asked)
        if profile.by_meeting_shape == "livestream_sessions":
            if not newest:
                return {"data": {"sessions": []}, **self._paging(0, page, size, 0)}
            sessions = newest[0].sessions[::-1]
            cut = [self.session(session) for session in sessions[(page - 1) * size : page * size]]
            paging = self._paging(len(sessions), page, size, len(cut))
            return {"data": {"livestream": self.livestream(newest[0]), "sessions": cut}, **paging}
        some = newest[(page - 1) * size : page * size]
        paging = self._paging(len(newest), page, size, len(some))
        every = [self.session(session) for item in some for session in item.sessions[::-1]]
        several = profile.by_meeting_shape == "livestreams"
        return {
            "data": {
                "livestreams": [self.livestream(item) for item in some],
                "sessions": every if several else (every[0] if every else {}),
                **paging,
            }
        }

    def active(self, livestream: Livestream | None, newest: Sequence[Livestream]) -> Json | None:
        """A meeting's active livestream, or 200 for none; None stands for the profile's 400 or 404."""
        profile = self.service.profile
        if livestream is None:
            match profile.active_none:
                case "null":
                    return {"data": None}
                case "empty":
                    return {"data": {}}
                case "empty_list":
                    return {"data": []}
                case "message":
                    return {"data": {"message": "No active livestream"}}
                case "no_data":
                    return {}
                case "idle" if newest:
                    livestream = newest[0]
                case _:
                    return None
        fields = self.livestream(livestream, key=profile.active_has_key)
        return {"data": fields if profile.active_shape == "object" else [fields]}

    def started(self, livestream: Livestream) -> Json:
        """Answer to a start: no more than these fields (Cloudflare API reference)."""
        return {
            "data": {
                "id": livestream.id,
                "ingest_server": INGEST_SERVER,
                **self._playback(livestream),
                "status": "INVOKED",
                "stream_key": livestream.stream_key,
            }
        }

    def created(self, livestream: Livestream) -> Json:
        """Answer to the creation of an independent livestream."""
        answer = self.started(livestream)
        answer["data"].update(
            self._nulls(
                {
                    "disabled": self._disabled(livestream),
                    "meeting_id": None,
                    "name": livestream.name,
                    "status": self.service.profile.create_status,
                }
            )
        )
        return answer

    def meetings(self, found: Sequence[Meeting], page: int, asked: int | None) -> Json:
        """A page of the list of meetings."""
        size = self.page_size(asked)
        items = [self.meeting(meeting) for meeting in found[(page - 1) * size : page * size]]
        return {"data": items, **self._paging(len(found), page, size, len(items))}

    # --- analytics ---------------------------------------------------------------------------------------------------

    def _counters(self, sessions: Sequence[Session]) -> Json:
        now = self.service.clock.now()
        return {
            "total_ingest_seconds": int(sum(session.ingested(now) for session in sessions)),
            "total_viewer_seconds": int(sum(session.viewed(now) for session in sessions)),
        }

    def _between(self, start: float | None, end: float | None) -> list[Session]:
        return [
            session
            for session in self.service.sessions.values()
            if (start is None or session.created_at >= start) and (end is None or session.created_at <= end)
        ]

    def overall(self, start: float | None, end: float | None) -> Json:
        """Livestream analytics of a period; counts livestreams (Cloudflare API reference)."""
        sessions = self._between(start, end)
        totals = {"count": len({session.livestream_id for session in sessions}), **self._counters(sessions)}
        return {"data": totals if self.service.profile.analytics_overall_shape == "object" else [totals]}

    def daywise(self, start: float | None, end: float | None) -> Json:
        """Livestream analytics by UTC day; counts sessions (API reference). Days without one are left out."""
        days: dict[date, list[Session]] = {}
        for session in self._between(start, end):
            days.setdefault(_day(session.created_at), []).append(session)
        return {
            "data": [
                {"count": len(sessions), "date": day.isoformat(), **self._counters(sessions)}
                for day, sessions in sorted(days.items())
            ]
        }

    def app_daywise(self, first: date | None, last: date | None) -> Json:
        """The app's sessions and recordings by UTC day; there are no recordings here."""
        now = self.service.clock.now()
        last = last or _day(now)
        first = first or last - timedelta(days=30)
        minutes: dict[date, list[float]] = {}
        day = first
        while day <= last:
            minutes[day] = []
            day += timedelta(days=1)
        for session in self.service.sessions.values():
            if (day := _day(session.created_at)) in minutes:
                minutes[day].append(session.ingested(now) / 60)
        return {
            "data": {
                "session_stats": {
                    "sessions_count": sum(map(len, minutes.values())),
                    "sessions_minutes_consumed": round(sum(map(sum, minutes.values())), 2),
                    "day_stats": [
                        {
                            "day": day.isoformat(),
                            "total_sessions": len(values),
                            "total_session_minutes": round(sum(values), 2),
                        }
                        for day, values in minutes.items()
                    ],
                },
                "recording_stats": {
                    "recording_count": 0,
                    "recording_minutes_consumed": 0,
                    "day_stats": [
                        {"day": day.isoformat(), "total_recordings": 0, "total_recording_minutes": 0} for day in minutes
                    ],
                },
            }
        }


def _day(moment: float) -> date:
    return datetime.fromtimestamp(moment, UTC).date()


def _readable(config: Json) -> Json:
    storage = config.get("storage_config")
    if not storage:
        return config
    return {**config, "storage_config": {name: storage[name] for name in storage if name not in _WRITE_ONLY}}
