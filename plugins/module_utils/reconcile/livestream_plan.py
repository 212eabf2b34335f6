# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What has to be sent for a livestream to get into the state asked for: pure decisions.

What is there and what is wanted make one of four actions, with the livestream it leads to. Check mode, diff mode and
the requests all follow from that.

A meeting's livestream is started and stopped through the API. An independent one is created, and goes live when an
encoder pushes to it.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from ansible_collections.eventops.cloudflare.plugins.module_utils.api.models import IDLE, INVOKED, LIVE, Livestream
from ansible_collections.eventops.cloudflare.plugins.module_utils.api.realtimekit import check_id
from ansible_collections.eventops.cloudflare.plugins.module_utils.errors import InvalidRequest, StateUnreachable
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.common import (
    at_most_one,
    check_seconds,
    given,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.naming import Named, is_form, told


class Desired(NamedTuple):
    """The state asked for. Exactly one of ``meeting_id``, ``livestream_id`` and (without these) ``name`` identifies."""

    state: str
    meeting_id: str | None = None
    livestream_id: str | None = None
    name: str | None = None
    video_config: Mapping[str, int] | None = None
    wait: bool = True
    wait_timeout: float = 120
    return_stream_key: bool = False

    @classmethod
    def of(cls, params: Mapping[str, Any]) -> Desired:
        """From validated module parameters; raises :class:`~..errors.InvalidRequest`."""
        at_most_one(params, "meeting_id", "livestream_id")
        identity = {option: given(params, option) for option in ("meeting_id", "livestream_id", "name")}
        for option in ("meeting_id", "livestream_id"):
            if identity[option] is not None:
                check_id(option, identity[option])
        blank = identity["meeting_id"] is None and params.get("meeting_id") is not None
        if blank and identity["name"] and not identity["livestream_id"]:
            # A variable that turned out to be empty. An independent livestream could never be deleted again.
            raise InvalidRequest("meeting_id is blank: leave it out if an independent livestream is meant")
        if not any(identity.values()):
            raise InvalidRequest("give meeting_id, livestream_id or name: which livestream is meant?")
        if params["state"] == "present" and identity["meeting_id"]:
            raise InvalidRequest(
                "state present cannot be had for a meeting_id: only starting creates a meeting's livestream; "
                "use state started"
            )
        check_seconds(params, "wait_timeout")
        size = given(params, "video_config") or {}
        return cls(
            state=params["state"],
            video_config={key: value for key, value in size.items() if value is not None} or None,
            wait=params["wait"],
            wait_timeout=params["wait_timeout"],
            return_stream_key=params["return_stream_key"],
            **identity,
        )

    @property
    def identity(self) -> tuple[str, str]:
        """The option that says which livestream is meant, and its value."""
        for option in ("meeting_id", "livestream_id", "name"):
            value = getattr(self, option)
            if value:
                return option, value
        raise AssertionError("a livestream without identity")

    @property
    def unseen(self) -> Livestream:
        """What is known of the livestream before anything is read: what identifies it."""
        name = self.name if self.identity[0] == "name" else None
        return Livestream(id=self.livestream_id, meeting_id=self.meeting_id, name=name)

    @property
    def short(self) -> str:
        """Its name, where it has one."""
        return self.name or self.identity[1]

    @property
    def label(self) -> str:
        """What messages call it."""
        if self.meeting_id:
            return f"the livestream of the meeting {self.meeting_id}"
        return f"the livestream {self.livestream_id or repr(self.name)}"

    @property
    def heading(self) -> str:
        """What a diff is headed with: people know a livestream by its name."""
        return f"{self.name}: {self.label}" if self.meeting_id and self.name else self.label


class Action(enum.Enum):
    """What has to be sent."""

    NOTHING = "nothing"
    START = "start"
    STOP = "stop"
    CREATE = "create"


class Plan(NamedTuple):
    """An action, and the livestream that stands when it, and the wait, went well."""

    action: Action
    livestream: Livestream
    warnings: tuple[str, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether anything has to be sent."""
        return self.action is not Action.NOTHING

    @property
    def create(self) -> bool:
        """Whether that is a creation."""
        return self.action is Action.CREATE


def plan(observed: Livestream | None, desired: Desired) -> Plan:
    """Decide. ``observed`` is the meeting's active livestream, or the independent one; None when there is none.

    Raises :class:`~..errors.StateUnreachable` where the API has no way to the state.
    """
    if desired.meeting_id:
        return _plan_meeting(observed, desired)
    return _plan_independent(observed, desired)


def _plan_meeting(observed: Livestream | None, desired: Desired) -> Plan:
    active = observed is not None and observed.active
    base = observed if observed is not None else Livestream(meeting_id=desired.meeting_id)
    if desired.state == "started":
        status = LIVE if desired.wait else INVOKED
        if not active:
            new = Livestream(name=desired.name, meeting_id=desired.meeting_id, status=status)
            return Plan(Action.START, new)
        warnings = _rename_warnings(base, desired)
        return Plan(Action.NOTHING, base._replace(status=LIVE if desired.wait else base.status), warnings)
    if active:
        return Plan(Action.STOP, base._replace(status=IDLE))
    return Plan(Action.NOTHING, base._replace(status=base.status or IDLE))


def _plan_independent(observed: Livestream | None, desired: Desired) -> Plan:
    if observed is None:
        return _plan_missing(desired)
    warnings = _rename_warnings(observed, desired)
    if desired.video_config:
        warnings += ("video_config has no effect on an independent livestream: its encoder decides",)
    if desired.state == "present":
        return Plan(Action.NOTHING, observed, warnings)
    done = observed.active == (desired.state == "started")
    if not done and observed.meeting_id:
        raise StateUnreachable(
            f"{desired.label} belongs to the meeting {observed.meeting_id}: give that as meeting_id instead of "
            f"livestream_id to have it {desired.state}"
        )
    if not done and desired.state == "started" and observed.disabled:
        raise StateUnreachable(
            f"{desired.label} is disabled: no encoder can bring it live, and the API cannot enable it"
        )
    if not done and not desired.wait:
        raise StateUnreachable(
            f"{desired.label} is {observed.status}, not {desired.state}, and the API cannot change that: an encoder "
            f"{'has to push to its ingest server' if desired.state == 'started' else 'is still pushing to it'}; "
            "with wait: true this task waits for it"
        )
    if desired.state == "started":
        return Plan(Action.NOTHING, observed._replace(status=LIVE if desired.wait else observed.status), warnings)
    return Plan(Action.NOTHING, observed._replace(status=IDLE) if observed.active else observed, warnings)


def _plan_missing(desired: Desired) -> Plan:
    if desired.livestream_id:
        raise StateUnreachable(f"{desired.label} does not exist: check the ID, app_id and account_id")
    new = Livestream(name=desired.name)
    if desired.state == "stopped":
        return Plan(Action.NOTHING, new)
    live = desired.state == "started" and desired.wait
    return Plan(Action.CREATE, new._replace(status=LIVE if live else INVOKED, disabled=False))


def _rename_warnings(observed: Livestream, desired: Desired) -> tuple[str, ...]:
    if not desired.name or not observed.name or observed.name == desired.name:
        return ()
    if desired.identity[0] == "name" or is_form(observed.name, desired.name):
        return told(desired.label, observed.name, desired.name)
    return (f"{desired.label} is named {observed.name!r}; a livestream cannot be renamed to {desired.name!r}",)


def independents(livestreams: Iterable[Livestream]) -> Named[Livestream]:
    """The enabled independent livestreams of a list, by name."""
    return Named((item.name, item) for item in livestreams if not item.meeting_id and not item.disabled)


def find(named: Named[Livestream], desired: Desired) -> tuple[Livestream | None, tuple[str, ...]]:
    """The livestream that is the one of this name, and a warning when there are more.

    Raises :class:`~..errors.StateUnreachable` when nobody can tell whether it is among them.
    """
    name, found = named.find(desired.name or "", desired.label)
    return oldest(found, name)


def oldest(livestreams: Sequence[Livestream], name: str) -> tuple[Livestream | None, tuple[str, ...]]:
    """The livestream that *is* the independent one of this name, and a warning when there are more.

    It is the oldest enabled one of exactly that name that belongs to no meeting: jobs that race to create it agree.
    """
    found = [item for item in livestreams if item.name == name and not item.meeting_id and not item.disabled]
    found.sort(key=lambda item: (item.created_at is None, item.created_at or "", item.id or ""))
    if len(found) < 2:
        return (found[0] if found else None), ()
    others = ", ".join(str(item.id) for item in found[1:])
    return found[0], (f"{len(found)} livestreams are named {name!r}: the oldest, {found[0].id}, is used, not {others}",)
