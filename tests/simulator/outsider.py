# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Somebody else who uses the same app: what happens between two requests of the client that is tested."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, model_validator

from .state import ApiError, Meeting, Service

_NEEDS = {
    "create_meeting": ("title",),
    "retire_meeting": ("title",),
    "rename_meeting": ("title", "to"),
    "create_livestream": ("name",),
    "start": ("meeting_id",),
    "end": ("meeting_id",),
}


class Event(BaseModel):
    """One thing that somebody else does. Where there is nothing to do it with, nothing happens."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    do: Literal["create_meeting", "retire_meeting", "rename_meeting", "create_livestream", "start", "end"]
    """``retire_meeting`` and ``rename_meeting``: the newest active meeting of the title. ``create_livestream``: an
    independent one. ``start``, ``end``: the livestream of a meeting, which ends at once."""
    title: str | None = None
    """The title of the meeting."""
    to: str | None = None
    """The title that a meeting is renamed to."""
    name: str | None = None
    """The name of the livestream."""
    meeting_id: str | None = None
    """The ID of the meeting."""

    @model_validator(mode="after")
    def _sensible(self) -> Event:
        given = {name for name in ("title", "to", "name", "meeting_id") if getattr(self, name) is not None}
        if given != set(_NEEDS[self.do]):
            raise ValueError(f"{self.do} needs {' and '.join(_NEEDS[self.do])}, and nothing else")
        return self

    def happen(self, service: Service) -> bool:
        """Do it; whether there was anything to do it with."""
        if self.do == "create_meeting":
            service.add_meeting({"title": self.title})
        elif self.do == "create_livestream":
            service.create(self.name)
        elif self.do in ("start", "end"):
            return self._broadcast(service)
        else:
            return self._change(service)
        return True

    def _broadcast(self, service: Service) -> bool:
        meeting_id = self.meeting_id or ""
        try:
            if self.do == "start":
                service.start(meeting_id, None, None)
                return True
        except ApiError:
            return False
        return service.end(meeting_id)

    def _change(self, service: Service) -> bool:
        found = _newest(service, service.called(self.title))
        if found is None:
            return False
        if self.do == "retire_meeting":
            service.change_meeting(found.id, {}, "INACTIVE", replace=False)
        else:
            service.change_meeting(found.id, {"title": self.to}, None, replace=False)
        return True


def _newest(service: Service, title: str | None) -> Meeting | None:
    found = [meeting for meeting in service.meetings.values() if meeting.title == title and meeting.status == "ACTIVE"]
    return found[-1] if found else None
