# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The simulated service without HTTP: meetings, livestreams and their sessions, and how they change over time.

Nothing runs in the background. Changes that are due at some simulated time wait in a heap, and :meth:`Service.settle`
applies them in order before a request is served, so that a test moves time and sees the outcome at once.
"""

from __future__ import annotations

import heapq
import html
import secrets
import unicodedata
import uuid
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any, Final, Literal, TypeVar

from .clock import Clock
from .profile import Profile

INGEST_SERVER: Final = "rtmps://live.cloudflare.com:443/live/"

# Before an encoder first pushed to an independent livestream; profiles decide what is shown.
CREATED: Final = "CREATED"
# After a livestream ended; profiles decide what is shown.
ENDED: Final = "ENDED"
ACTIVE: Final = frozenset({"INVOKED", "LIVE", "PAUSED"})

# Characters that the profile's `name_form` `cut` keeps of a name.
NAME_LENGTH: Final = 64

# Counters read this many seconds for the first COARSE_SECONDS of a session (seen on the wire: 40 to 50).
FIRST_READING: Final = 60
COARSE_SECONDS: Final = 45.0

Outcome = Literal["live", "ended", "errored"]


class ApiError(Exception):
    """The service refuses an operation. ``status``: HTTP status and the error object's code."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


@dataclass(slots=True, eq=False)
class Session:
    """One broadcast of a livestream. Times are simulated Unix seconds."""

    id: str
    livestream_id: str
    created_at: float
    updated_at: float
    invoked_time: float | None
    started_time: float | None = None
    stopped_time: float | None = None
    err_message: str | None = None
    viewer_seconds: float = 0.0
    viewers: int = 0
    viewers_since: float | None = None

    def ingested(self, now: float) -> float:
        """Seconds of video that came in so far."""
        if self.started_time is None:
            return 0.0
        return max(0.0, (now if self.stopped_time is None else self.stopped_time) - self.started_time)

    def viewed(self, now: float) -> float:
        """Seconds watched so far, all viewers together."""
        if self.viewers_since is None:
            return self.viewer_seconds
        end = now if self.stopped_time is None else self.stopped_time
        return self.viewer_seconds + self.viewers * max(0.0, end - self.viewers_since)

    def as_of(self, moment: float) -> Session | None:
        """What was known of it at an earlier time; None if it had not begun."""
        if self.created_at > moment:
            return None
        stopped = self.stopped_time is not None and self.stopped_time <= moment
        started = self.started_time is not None and self.started_time <= moment
        known = [self.created_at, *([self.started_time] if started else []), *([self.stopped_time] if stopped else [])]
        return replace(
            self,
            updated_at=max(time for time in known if time is not None),
            started_time=self.started_time if started else None,
            stopped_time=self.stopped_time if stopped else None,
            err_message=self.err_message if stopped else None,
        )

    def coarse(self, now: float) -> bool:
        """Whether the counters still show their first reading."""
        return self.started_time is not None and self.stopped_time is None and now - self.started_time < COARSE_SECONDS

    def watch(self, viewers: int, now: float) -> None:
        """From ``now`` on, so many people watch."""
        self.viewer_seconds = self.viewed(now)
        self.viewers = viewers
        self.viewers_since = now if self.started_time is not None else None


@dataclass(slots=True, eq=False)
class Livestream:
    """A livestream of a meeting, or an independent one (``meeting_id`` None)."""

    id: str
    number: int
    name: str | None
    meeting_id: str | None
    stream_key: str
    playback_id: str
    created_at: float
    updated_at: float
    status: str
    playback_from: float
    disabled: bool = False
    video: dict[str, Any] | None = None
    viewers: int = 0
    stopping_until: float | None = None
    sessions: list[Session] = field(default_factory=list)
    history: list[tuple[float, str]] = field(default_factory=list)
    # Changes whenever pending events stop being valid.
    turn: int = 0

    @property
    def session(self) -> Session | None:
        """The session that is going on, None when the last one was stopped."""
        return self.sessions[-1] if self.sessions and self.sessions[-1].stopped_time is None else None

    def status_at(self, moment: float) -> str:
        """The status at an earlier time; the first one for a time before the livestream."""
        known = [status for since, status in self.history if since <= moment]
        return known[-1] if known else self.history[0][1]

    def as_of(self, moment: float) -> Livestream | None:
        """What was known of it at an earlier time; None if it did not exist."""
        if self.created_at > moment:
            return None
        changed = [since for since, _status in self.history if since <= moment]
        sessions = [session.as_of(moment) for session in self.sessions]
        return replace(
            self,
            status=self.status_at(moment),
            updated_at=max([self.created_at, *changed]),
            sessions=[session for session in sessions if session is not None],
        )


Dated = TypeVar("Dated", Session, Livestream)


@dataclass(slots=True, eq=False)
class MeetingSession:
    """People in a meeting at the same time."""

    id: str
    started_at: float
    created_at: float
    updated_at: float
    peak: int
    empty_since: float | None = None


@dataclass(slots=True, eq=False)
class Meeting:
    """A meeting. ``settings`` holds the fields that its owner can write."""

    id: str
    number: int
    status: str
    created_at: float
    updated_at: float
    settings: dict[str, Any]
    participants: int = 0
    empty_since: float = 0.0
    session: MeetingSession | None = None

    @property
    def title(self) -> str | None:
        """None when it was never given."""
        title: str | None = self.settings.get("title")
        return title


@dataclass(slots=True, eq=False)
class Webhook:
    """A subscription; the simulator stores it and delivers nothing."""

    id: str
    created_at: float
    updated_at: float
    settings: dict[str, Any]


class Service:
    """All objects of one app, and the rules for them."""

    def __init__(self, profile: Profile, clock: Clock | None = None) -> None:
        self.profile = profile
        self.clock = clock or Clock()
        self.meetings: dict[str, Meeting] = {}
        self.livestreams: dict[str, Livestream] = {}
        self.sessions: dict[str, Session] = {}
        self.webhooks: dict[str, Webhook] = {}
        # In order of creation; the creation times beside them make time filters a binary search.
        self.ordered: list[Livestream] = []
        self._created: list[float] = []
        self._with_status: dict[str, dict[int, Livestream]] = {}
        self._active: dict[str, Livestream] = {}
        self._of_meeting: dict[str, list[Livestream]] = {}
        self._by_playback: dict[str, Livestream] = {}
        self._pending: list[tuple[float, int, Livestream, int, str]] = []
        self._serial = count()
        self._found: dict[tuple[Any, ...], list[Livestream]] = {}

    def configure(self, profile: Profile) -> None:
        """Go on as another service; what already happened stays."""
        self.profile = profile
        self._found.clear()

    def called(self, name: str | None) -> str | None:
        """A name in the form in which the service keeps it."""
        if name is None:
            return None
        match self.profile.name_form:
            case "trimmed":
                return " ".join(name.split())
            case "nfc":
                return unicodedata.normalize("NFC", name)
            case "escaped":
                return html.escape(name)
            case "cut":
                return name[:NAME_LENGTH]
        return name

    # --- time --------------------------------------------------------------------------------------------------------

    def settle(self) -> float:
        """Apply everything that is due; returns now."""
        now = self.clock.now()
        while self._pending and self._pending[0][0] <= now:
            due, _serial, livestream, turn, event = heapq.heappop(self._pending)
            if livestream.turn == turn:
                self._apply(livestream, event, due)
        return now

    def _later(self, due: float, livestream: Livestream, event: str) -> None:
        heapq.heappush(self._pending, (due, next(self._serial), livestream, livestream.turn, event))

    def _apply(self, livestream: Livestream, event: str, due: float) -> None:
        if event == "pause":
            self._change(livestream, "PAUSED", due)
            self._later(due + self.profile.unknown_status_seconds, livestream, "live")
        elif event == "live":
            self._go_live(livestream, due)
        elif event == "errored":
            self._finish(livestream, "ERRORED", due, "The meeting cannot be livestreamed")
        elif event == "empty":
            self._check_empty(livestream, due)
        else:
            self._finish(livestream, ENDED, due)

    def _go_live(self, livestream: Livestream, due: float) -> None:
        self._change(livestream, "LIVE", due)
        session = livestream.session
        if session is not None:
            session.started_time = session.updated_at = due
            session.watch(livestream.viewers, due)
        self._later(due + self.profile.max_live_seconds, livestream, "ended")

    def _check_empty(self, livestream: Livestream, due: float) -> None:
        meeting = self.meetings.get(livestream.meeting_id or "")
        if meeting is None or not self.profile.auto_stop or meeting.participants:
            return
        # Half a millisecond: the due time was computed in floating point.
        if due - meeting.empty_since >= self.profile.auto_stop_seconds - 0.0005:
            self._finish(livestream, ENDED, due)

    # --- changes of one livestream -----------------------------------------------------------------------------------

    def _change(self, livestream: Livestream, status: str, when: float) -> None:
        self._with_status.get(livestream.status, {}).pop(livestream.number, None)
        self._with_status.setdefault(status, {})[livestream.number] = livestream
        livestream.status = status
        livestream.updated_at = max(when, livestream.updated_at + 0.001)
        livestream.history.append((when, status))
        self._found.clear()

    def _close_session(self, livestream: Livestream, when: float, message: str | None = None) -> None:
        session = livestream.session
        if session is not None:
            session.stopped_time = session.updated_at = when
            session.err_message = message

    def _finish(self, livestream: Livestream, status: str, when: float, message: str | None = None) -> None:
        self._close_session(livestream, when, message)
        livestream.turn += 1
        livestream.stopping_until = None
        if livestream.status != status:
            self._change(livestream, status, when)
        if livestream.meeting_id is not None and self._active.get(livestream.meeting_id) is livestream:
            del self._active[livestream.meeting_id]

    def _add(self, name: str | None, meeting_id: str | None, status: str, backdate: float = 0.0) -> Livestream:
        created = self.clock.stamp(backdate)
        livestream = Livestream(
            id=str(uuid.uuid4()),
            number=len(self.ordered),
            name=self.called(name),
            meeting_id=meeting_id,
            stream_key=secrets.token_hex(32),
            playback_id=secrets.token_hex(16),
            created_at=created,
            updated_at=created,
            status=status,
            playback_from=min(created, self.clock.now()) + self.profile.playback_delay,
            history=[(created, status)],
        )
        self.livestreams[livestream.id] = livestream
        self.ordered.append(livestream)
        self._created.append(created)
        self._with_status.setdefault(status, {})[livestream.number] = livestream
        self._by_playback[livestream.playback_id] = livestream
        if meeting_id is not None:
            self._of_meeting.setdefault(meeting_id, []).append(livestream)
        self._found.clear()
        return livestream

    def _invoke(self, livestream: Livestream, outcome: Outcome, backdate: float = 0.0) -> Session:
        """Begin a session; the livestream is INVOKED until its outcome is due."""
        profile = self.profile
        created = self.clock.stamp(backdate)
        # A creation time may be ahead of now by some milliseconds, to be unique; nothing else may wait for that.
        now = min(created, self.clock.now())
        livestream.turn += 1
        session = Session(
            id=str(uuid.uuid4()),
            livestream_id=livestream.id,
            created_at=created,
            updated_at=created,
            invoked_time=now,
        )
        self.sessions[session.id] = session
        livestream.sessions.append(session)
        if livestream.status != "INVOKED":
            self._change(livestream, "INVOKED", now)
        if outcome != "live":
            self._later(now + profile.failure_delay, livestream, outcome)
        elif profile.status_of_unknown == "none":
            self._later(now + profile.live_delay, livestream, "live")
        else:
            self._later(now + profile.live_delay, livestream, "pause")
        return session

    # --- operations on livestreams -----------------------------------------------------------------------------------

    def start(self, meeting_id: str, name: str | None, video: dict[str, Any] | None) -> Livestream:
        """Start a meeting's livestream; not idempotent (seen on the wire)."""
        self.settle()
        current = self._active.get(meeting_id)
        if current is not None:
            if current.stopping_until is not None:
                raise ApiError(int(self.profile.start_while_stopping), "The earlier livestream is still stopping")
            raise ApiError(int(self.profile.start_duplicate), f"Meeting {meeting_id} is already being livestreamed")
        outcome = self._outcome(meeting_id)
        return self._start(meeting_id, name, video, outcome)

    def _outcome(self, meeting_id: str) -> Outcome:
        profile = self.profile
        meeting = self.meetings.get(meeting_id)
        if meeting is None:
            if profile.start_unknown_meeting == "invoked_then_errored":
                return "errored"
            raise ApiError(int(profile.start_unknown_meeting), f"No meeting found with id {meeting_id}")
        if meeting.status == "INACTIVE" and profile.start_inactive_meeting != "accepted":
            if profile.start_inactive_meeting in ("400", "403"):
                raise ApiError(int(profile.start_inactive_meeting), f"Meeting {meeting_id} is inactive")
            return "errored" if profile.start_inactive_meeting == "invoked_then_errored" else "ended"
        if meeting.participants == 0 and profile.start_empty_meeting != "accepted":
            if profile.start_empty_meeting == "error":
                raise ApiError(400, f"No active session found for meeting_id {meeting_id}")
            return "errored" if profile.start_empty_meeting == "invoked_then_errored" else "ended"
        return "live"

    def _start(
        self,
        meeting_id: str,
        name: str | None,
        video: dict[str, Any] | None,
        outcome: Outcome,
        backdate: float = 0.0,
    ) -> Livestream:
        earlier = self._of_meeting.get(meeting_id)
        if self.profile.restart_keeps_id and earlier:
            livestream = earlier[-1]
            livestream.name = self.called(name)
        else:
            livestream = self._add(name, meeting_id, "INVOKED", backdate)
        livestream.video = video
        self._active[meeting_id] = livestream
        session = self._invoke(livestream, outcome, backdate)
        meeting = self.meetings.get(meeting_id)
        if meeting is not None and meeting.participants == 0 and self.profile.auto_stop:
            # An empty room is only counted against the livestream from its start on.
            meeting.empty_since = max(meeting.empty_since, session.created_at)
            self._later(meeting.empty_since + self.profile.auto_stop_seconds, livestream, "empty")
        return livestream

    def stop(self, meeting_id: str) -> tuple[str, bool]:
        """Stop a meeting's livestream; returns the answer's message and whether anything changed."""
        now = self.settle()
        profile = self.profile
        if meeting_id not in self.meetings and meeting_id not in self._of_meeting:
            raise ApiError(404, f"No meeting found with id {meeting_id}")
        livestream = self._active.get(meeting_id)
        if livestream is None:
            if profile.stop_none == "message":
                return "No active livestream", False
            raise ApiError(int(profile.stop_none), f"No active livestream found for meeting_id {meeting_id}")
        if livestream.stopping_until is not None:
            if profile.stop_while_stopping == "200":
                return "Stopped live stream successfully", False
            raise ApiError(int(profile.stop_while_stopping), "The livestream is already stopping")
        if profile.stop_delay == 0:
            self._finish(livestream, ENDED, now)
            return "Stopped live stream successfully", True
        livestream.turn += 1
        livestream.stopping_until = now + profile.stop_delay
        self._later(livestream.stopping_until, livestream, "ended")
        if profile.stopping_shows == "none":
            self._close_session(livestream, now)
            self._change(livestream, ENDED, now)
        return "Stopped live stream successfully", True

    def end(self, meeting_id: str) -> bool:
        """The livestream of a meeting ends by itself, at once; whether there was one."""
        now = self.settle()
        livestream = self._active.get(meeting_id)
        if livestream is not None:
            self._finish(livestream, ENDED, now)
        return livestream is not None

    def create(self, name: str | None) -> Livestream:
        """An independent livestream, waiting for an encoder."""
        self.settle()
        return self._add(name, None, CREATED)

    def active(self, meeting_id: str) -> Livestream | None:
        """A meeting's active livestream."""
        self.settle()
        livestream = self._active.get(meeting_id)
        return livestream if livestream is not None and livestream.status in ACTIVE else None

    def newest(self, meeting_id: str) -> list[Livestream]:
        """What reads show as a meeting's livestreams, newest first."""
        self.settle()
        return self._as_read(self._of_meeting.get(meeting_id, [])[::-1])

    def read_active(self, meeting_id: str) -> Livestream | None:
        """What reads show as a meeting's active livestream."""
        return next((item for item in self.newest(meeting_id) if item.status in ACTIVE), None)

    def read_livestream(self, livestream_id: str) -> Livestream:
        """What reads show of a livestream; raises ApiError (404)."""
        found = self._as_read([self.livestream(livestream_id)])
        if not found:
            raise ApiError(404, f"No livestream found with id {livestream_id}")
        return found[0]

    def read_session(self, session_id: str) -> Session:
        """What reads show of a session; raises ApiError (404)."""
        found = self._as_read([self.session(session_id)])
        if not found:
            raise ApiError(404, f"No livestream session found with id {session_id}")
        return found[0]

    def _as_read(self, items: list[Dated]) -> list[Dated]:
        """The items as reads show them, which may be older; without those that reads do not know yet."""
        if self.profile.stale_read <= 0:
            return items
        shown = [item.as_of(self.clock.now() - self.profile.stale_read) for item in items]
        return [item for item in shown if item is not None]

    def livestream(self, livestream_id: str) -> Livestream:
        """One livestream; raises ApiError (404)."""
        self.settle()
        livestream = self.livestreams.get(livestream_id)
        if livestream is None:
            raise ApiError(404, f"No livestream found with id {livestream_id}")
        return livestream

    def session(self, session_id: str) -> Session:
        """One session; raises ApiError (404)."""
        self.settle()
        session = self.sessions.get(session_id)
        if session is None:
            raise ApiError(404, f"No livestream session found with id {session_id}")
        return session

    def playing(self, playback_id: str) -> Livestream | None:
        """The livestream that can be watched under a playback id right now."""
        self.settle()
        livestream = self._by_playback.get(playback_id)
        if livestream is None or livestream.status != "LIVE" or livestream.session is None:
            return None
        return livestream if livestream.session.ingested(self.clock.now()) >= self.profile.manifest_delay else None

    def shown(self, status: str) -> str:
        """The status on the wire for one of the simulator's own."""
        if status == CREATED:
            return self.profile.created_later_status
        return self.profile.stopped_status if status == ENDED else status

    def listed(
        self,
        *,
        exclude_meetings: bool,
        status: str | None,
        start: float | None,
        end: float | None,
        ascending: bool,
    ) -> list[Livestream]:
        """The livestreams that pass the filters, in order. Pages of one list are cut from one result."""
        now = self.settle()
        lagging = self.profile.list_lag > 0
        latest = now - self.profile.list_lag if lagging else None
        stale = now - self.profile.stale_list if self.profile.stale_list > 0 else None
        key = (exclude_meetings, status, start, end, ascending)
        keep = not lagging and stale is None
        if keep and key in self._found:
            return self._found[key]
        candidates: Iterable[Livestream]
        first = 0 if start is None else bisect_left(self._created, start)
        last = len(self._created) if end is None else bisect_right(self._created, end)
        if latest is not None:
            last = min(last, bisect_right(self._created, latest))
        if status is None:
            candidates = self.ordered[first:last]
        elif stale is not None:
            candidates = (item for item in self.ordered[first:last] if self.shown(item.status_at(stale)) == status)
        else:
            candidates = self._having(status, first, last)
        found = [item for item in candidates if not (exclude_meetings and item.meeting_id is not None)]
        if not ascending:
            found.reverse()
        if keep:
            self._found[key] = found
        return found

    def _having(self, status: str, first: int, last: int) -> Iterator[Livestream]:
        groups = [group for own, group in self._with_status.items() if self.shown(own) == status]
        numbers = sorted(number for group in groups for number in group if first <= number < last)
        return (self.ordered[number] for number in numbers)

    def listed_status(self, livestream: Livestream) -> str:
        """The status that the list shows, which may be an older one."""
        if self.profile.stale_list > 0:
            return self.shown(livestream.status_at(self.clock.now() - self.profile.stale_list))
        return self.shown(livestream.status)

    # --- what people and encoders do ---------------------------------------------------------------------------------

    def push(self, livestream_id: str) -> Session:
        """An encoder connects to an independent livestream."""
        livestream = self.livestream(livestream_id)
        if livestream.meeting_id is not None:
            raise ApiError(409, "Only independent livestreams take an encoder")
        if livestream.disabled:
            raise ApiError(409, "The livestream is disabled")
        if livestream.session is not None:
            raise ApiError(409, "An encoder is already pushing")
        return self._invoke(livestream, "live")

    def unpush(self, livestream_id: str) -> None:
        """The encoder disconnects."""
        livestream = self.livestream(livestream_id)
        if livestream.meeting_id is not None or livestream.session is None:
            raise ApiError(409, "No encoder is pushing")
        self._finish(livestream, ENDED, self.clock.now())

    def fail(self, livestream_id: str, message: str) -> None:
        """The livestream breaks; the reason is in its session."""
        livestream = self.livestream(livestream_id)
        now = self.clock.now()
        if livestream.session is None and livestream.sessions:
            livestream.sessions[-1].err_message = message
        self._finish(livestream, "ERRORED", now, message)

    def disable(self, livestream_id: str, disabled: bool) -> None:
        """Disable or enable a livestream, which the API cannot do but shows."""
        livestream = self.livestream(livestream_id)
        livestream.disabled = disabled
        livestream.updated_at = max(self.clock.now(), livestream.updated_at + 0.001)

    def watch(self, livestream_id: str, viewers: int) -> None:
        """From now on so many people watch the livestream."""
        livestream = self.livestream(livestream_id)
        livestream.viewers = viewers
        if livestream.session is not None:
            livestream.session.watch(viewers, self.clock.now())

    def presence(self, meeting_id: str, participants: int) -> None:
        """From now on so many people are in the meeting."""
        now = self.settle()
        meeting = self.meeting(meeting_id)
        before, meeting.participants = meeting.participants, participants
        if participants:
            session = self.meeting_session(meeting)
            if session is None:
                session = MeetingSession(str(uuid.uuid4()), now, now, now, participants)
                meeting.session = session
            session.peak = max(session.peak, participants)
            session.updated_at = now
            session.empty_since = None
            if not before and meeting.settings.get("live_stream_on_start") and meeting_id not in self._active:
                self._start(meeting_id, None, None, "live")
        elif before:
            meeting.empty_since = now
            if meeting.session is not None:
                meeting.session.empty_since = meeting.session.updated_at = now
            livestream = self._active.get(meeting_id)
            if livestream is not None and self.profile.auto_stop:
                self._later(now + self.profile.auto_stop_seconds, livestream, "empty")

    # --- meetings ----------------------------------------------------------------------------------------------------

    def add_meeting(
        self,
        settings: dict[str, Any],
        *,
        meeting_id: str | None = None,
        status: str = "ACTIVE",
        backdate: float = 0.0,
    ) -> Meeting:
        """A new meeting; only the control plane chooses ids."""
        created = self.clock.stamp(backdate)
        if "title" in settings:
            settings = {**settings, "title": self.called(settings["title"])}
        meeting = Meeting(
            id=meeting_id or str(uuid.uuid4()),
            number=len(self.meetings),
            status=status,
            created_at=created,
            updated_at=created,
            settings=settings,
            empty_since=created,
        )
        self.meetings[meeting.id] = meeting
        if self.profile.default_participants:
            self.presence(meeting.id, self.profile.default_participants)
        return meeting

    def meeting(self, meeting_id: str) -> Meeting:
        """One meeting; raises ApiError (404)."""
        meeting = self.meetings.get(meeting_id)
        if meeting is None:
            raise ApiError(404, f"No meeting found with id {meeting_id}")
        return meeting

    def change_meeting(self, meeting_id: str, settings: dict[str, Any], status: str | None, replace: bool) -> Meeting:
        """Patch or replace what the owner of a meeting can write."""
        meeting = self.meeting(meeting_id)
        if "title" in settings:
            settings = {**settings, "title": self.called(settings["title"])}
        meeting.settings = settings if replace else {**meeting.settings, **settings}
        meeting.status = status or meeting.status
        meeting.updated_at = max(self.clock.now(), meeting.updated_at + 0.001)
        return meeting

    def listed_meetings(
        self,
        *,
        search: str | None,
        status: str | None,
        start: float | None,
        end: float | None,
    ) -> list[Meeting]:
        """The meetings that pass the filters, newest first."""
        wanted = (search or "").lower()
        latest = self.clock.now() - self.profile.meeting_lag
        return [
            meeting
            for meeting in reversed(self.meetings.values())
            if (status is None or meeting.status == status)
            and (not self.profile.meeting_lag or meeting.created_at <= latest)
            and (start is None or meeting.created_at >= start)
            and (end is None or meeting.created_at <= end)
            and (not wanted or wanted in meeting.id.lower() or wanted in (meeting.title or "").lower())
        ]

    def meeting_session(self, meeting: Meeting) -> MeetingSession | None:
        """The session going on in a meeting: it outlives the last participant by the meeting's keep-alive time."""
        session = meeting.session
        if session is None or session.empty_since is None:
            return session
        keep_alive: float = meeting.settings.get("session_keep_alive_time_in_secs", 60)
        return session if self.clock.now() - session.empty_since < keep_alive else None

    # --- webhooks ----------------------------------------------------------------------------------------------------

    def add_webhook(self, settings: dict[str, Any]) -> Webhook:
        """A new subscription."""
        created = self.clock.stamp()
        webhook = Webhook(str(uuid.uuid4()), created, created, settings)
        self.webhooks[webhook.id] = webhook
        return webhook

    def webhook(self, webhook_id: str) -> Webhook:
        """One subscription; raises ApiError (404)."""
        webhook = self.webhooks.get(webhook_id)
        if webhook is None:
            raise ApiError(404, f"No webhook found with id {webhook_id}")
        return webhook

    def change_webhook(self, webhook_id: str, settings: dict[str, Any]) -> Webhook:
        """Set some or all fields of a subscription."""
        webhook = self.webhook(webhook_id)
        webhook.settings = {**webhook.settings, **settings}
        webhook.updated_at = max(self.clock.now(), webhook.updated_at + 0.001)
        return webhook

    # --- bulk --------------------------------------------------------------------------------------------------------

    def seed(
        self,
        meetings: int,
        active: bool,
        independents: Iterable[str | None],
        past: int,
    ) -> tuple[list[str], list[str]]:
        """Create many objects at once; returns the ids of the meetings and of the livestreams.

        ``active`` starts every meeting; ``past`` livestreams per meeting were started and stopped before that.
        """
        self.settle()
        names = list(independents)
        # Every object takes a millisecond of its own; none of them may lie in the future.
        backdate = (meetings * (1 + 3 * (past + 1)) + len(names)) / 1000
        first = len(self.ordered)
        meeting_ids: list[str] = []
        for number in range(1, meetings + 1):
            meeting = self.add_meeting({"title": f"Seeded meeting {number}"}, backdate=backdate)
            meeting_ids.append(meeting.id)
            for _unused in range(past):
                over = self._start(meeting.id, None, None, "live", backdate)
                self._finish(over, ENDED, self.clock.stamp(backdate))
            if active:
                self._start(meeting.id, None, None, "live", backdate)
        for name in names:
            self._add(name, None, CREATED, backdate)
        self.settle()
        return meeting_ids, [livestream.id for livestream in self.ordered[first:]]
