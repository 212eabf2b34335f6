# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What has to be sent for a meeting to get into the state asked for: pure decisions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from ansible_collections.eventops.cloudflare.plugins.module_utils.api.models import WRITE_ONLY, Meeting
from ansible_collections.eventops.cloudflare.plugins.module_utils.api.realtimekit import check_id
from ansible_collections.eventops.cloudflare.plugins.module_utils.errors import InvalidRequest, StateUnreachable
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.common import given
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.naming import (
    Named,
    is_cut,
    is_form,
    is_spelling,
    told,
    unsure,
)

ACTIVE = "ACTIVE"
INACTIVE = "INACTIVE"
# What a meeting has when nothing else was set, as Cloudflare's API reference says.
DEFAULTS: Mapping[str, Any] = {
    "live_stream_on_start": False,
    "record_on_start": False,
    "persist_chat": False,
    "summarize_on_end": False,
    "transcribe_on_end": False,
    "session_keep_alive_time_in_secs": 60,
}
CONFIGS = ("ai_config", "recording_config")
SETTINGS = (*DEFAULTS, *CONFIGS)


class DesiredMeeting(NamedTuple):
    """The state asked for. ``settings`` holds only what was given; without ``meeting_id``, ``title`` identifies."""

    state: str
    settings: Mapping[str, Any]
    meeting_id: str | None = None
    title: str | None = None

    @classmethod
    def of(cls, params: Mapping[str, Any]) -> DesiredMeeting:
        """From validated module parameters; raises :class:`~..errors.InvalidRequest`."""
        meeting_id, title = given(params, "meeting_id"), given(params, "title")
        if meeting_id is not None:
            check_id("meeting_id", meeting_id)
        if meeting_id is None and title is None:
            raise InvalidRequest("give meeting_id or title: which meeting is meant?")
        settings = {name: said(given(params, name)) for name in SETTINGS}
        keep_alive = settings["session_keep_alive_time_in_secs"]
        if keep_alive is not None and not 60 <= keep_alive <= 600:
            raise InvalidRequest("session_keep_alive_time_in_secs must be from 60 to 600")
        settings = {name: value for name, value in settings.items() if value is not None}
        return cls(params["state"], settings, meeting_id, title)

    @property
    def unseen(self) -> Meeting:
        """What is known of the meeting before anything is read: what identifies it."""
        return Meeting(id=self.meeting_id, title=None if self.meeting_id else self.title)

    @property
    def short(self) -> str:
        """Its title, where it has one."""
        return self.title or self.meeting_id or ""

    @property
    def identity(self) -> tuple[str, str]:
        """The option that says which meeting is meant, and its value."""
        return ("meeting_id", self.meeting_id) if self.meeting_id else ("title", self.title or "")

    @property
    def label(self) -> str:
        """What messages call it."""
        return f"the meeting {self.meeting_id or repr(self.title)}"

    @property
    def heading(self) -> str:
        """What a diff is headed with."""
        return self.label


def said(value: Any) -> Any:
    """A setting without what was not given: nested options that are None, and objects that hold nothing else."""
    if not isinstance(value, Mapping):
        return value
    found = {key: said(item) for key, item in value.items()}
    return {key: item for key, item in found.items() if item is not None} or None


class MeetingPlan(NamedTuple):
    """What to send: ``fields``, for each of ``targets`` or for a new meeting; and what it leads to."""

    meeting: Meeting
    fields: Mapping[str, Any]
    targets: tuple[str, ...] = ()
    create: bool = False
    warnings: tuple[str, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether anything has to be sent."""
        return self.create or bool(self.fields and self.targets)


def plan_meeting(observed: Sequence[Meeting], desired: DesiredMeeting) -> MeetingPlan:
    """Decide. ``observed``: the meeting of this ID, or the active ones of this title, oldest first."""
    if not observed:
        if desired.meeting_id:
            raise StateUnreachable(f"{desired.label} does not exist: check the ID, app_id and account_id")
        new = Meeting(title=desired.title, status=ACTIVE, **desired.settings)
        if desired.state == "inactive":
            return MeetingPlan(Meeting(title=desired.title, status=INACTIVE), {})
        return MeetingPlan(new, {"title": desired.title, **desired.settings}, create=True)
    first = observed[0]
    ids = tuple(item.id for item in observed if item.id)
    if desired.state == "inactive":
        # All of that title: retiring one would make the next one the meeting, and the task never done.
        fields = {"status": INACTIVE} if any(item.status != INACTIVE for item in observed) else {}
        # With an ID, the title is what the meeting would have when it is active.
        warnings = () if desired.meeting_id else told(desired.label, first.title, desired.title)
        warnings += _doubles(observed, "retired")
        return MeetingPlan(first._replace(status=INACTIVE), fields, ids, warnings=warnings)
    fields = changes(first, desired)
    leads_to: Meeting = first._replace(**{"status": ACTIVE, **fields})  # type: ignore[arg-type]
    warnings = () if "title" in fields else told(desired.label, first.title, desired.title)
    return MeetingPlan(leads_to, fields, ids[:1], warnings=warnings + _doubles(observed, "used"))


def _doubles(observed: Sequence[Meeting], what: str) -> tuple[str, ...]:
    if len(observed) < 2:
        return ()
    first, others = observed[0], ", ".join(str(item.id) for item in observed[1:])
    if what == "retired":
        return (f"{len(observed)} meetings are titled {first.title!r}: all are retired, also {others}",)
    return (f"{len(observed)} meetings are titled {first.title!r}: the oldest, {first.id}, is used, not {others}",)


def changes(observed: Meeting, desired: DesiredMeeting) -> dict[str, Any]:
    """The fields of a PATCH: what was given and differs. Secrets that the service never tells cannot be compared.

    A title in the form in which the service keeps it does not differ. Raises :class:`~..errors.StateUnreachable` when
    nobody can tell whether it was cut, or is another one.
    """
    fields: dict[str, Any] = {}
    if observed.status == INACTIVE:
        fields["status"] = ACTIVE
    if desired.meeting_id and desired.title is not None and not is_spelling(observed.title or "", desired.title):
        if is_cut(observed.title or "", desired.title):
            raise StateUnreachable(unsure(f"the title {desired.title!r} of {desired.label}", observed.title or ""))
        fields["title"] = desired.title
    for name, wanted in desired.settings.items():
        found = getattr(observed, name)
        if found is None:
            found = DEFAULTS.get(name)
        if not covers(found, wanted):
            fields[name] = merged(found, wanted)
    return fields


def covers(found: Any, wanted: Any) -> bool:
    """Whether what is there holds all that is wanted; more than that does not matter."""
    if isinstance(wanted, Mapping):
        there = found if isinstance(found, Mapping) else {}
        return all(key in WRITE_ONLY or covers(there.get(key), value) for key, value in wanted.items())
    return bool(found == wanted)


def merged(found: Any, wanted: Any) -> Any:
    """What is wanted, and of what is there the rest: an object that is sent may replace the one that is there."""
    if not isinstance(wanted, Mapping):
        return wanted
    there = found if isinstance(found, Mapping) else {}
    return {**there, **{key: merged(there.get(key), value) for key, value in wanted.items()}}


def written(found: Meeting, fields: Mapping[str, Any]) -> bool:
    """Whether a meeting is as these fields of a PATCH have it."""
    return all(
        is_form(found.title or "", value) if name == "title" else covers(getattr(found, name), value)
        for name, value in fields.items()
    )


def by_title(meetings: Iterable[Meeting]) -> Named[Meeting]:
    """The active meetings of a list, by title."""
    return Named((item.title, item) for item in meetings if item.status in (ACTIVE, None))


def titled(meetings: Named[Meeting], desired: DesiredMeeting) -> list[Meeting]:
    """The meetings of the title, in the form in which the service keeps it, oldest first.

    Raises :class:`~..errors.StateUnreachable` when nobody can tell whether there are any.
    """
    _title, found = meetings.find(desired.title or "", desired.label)
    return oldest_first(found)


def oldest_first(meetings: Iterable[Meeting]) -> list[Meeting]:
    """In the order in which they were created."""
    return sorted(meetings, key=lambda item: (item.created_at is None, item.created_at or "", item.id or ""))
