# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One livestream, brought to the state asked for.

:func:`plan` is the pure part: what is there and what is wanted make one of four actions, with the livestream it leads
to; check mode, diff mode and the requests all follow from it. The classes below observe, carry it out, and wait.

A meeting's livestream is started and stopped through the API. An independent one is created, and goes live when an
encoder pushes to it. What a refused or ambiguous start or stop means is what clients in production found out: read the
active livestream again; if that does not settle it, wait a few seconds for an earlier one to finish stopping, read
again, and try once more.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ansible_collections.eventops.cloudflare.plugins.module_utils.api import RealtimeApi, check_id
from ansible_collections.eventops.cloudflare.plugins.module_utils.errors import (
    Ambiguous,
    InvalidRequest,
    RealtimeError,
    Refused,
    RequestFailed,
    StateUnreachable,
    WaitFailed,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.models import (
    ERRORED,
    IDLE,
    INVOKED,
    LIVE,
    Livestream,
    LivestreamDetails,
    Meeting,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.common import (
    Context,
    Outcome,
    Wait,
    at_most_one,
    given,
)

SETTLE = 3.0  # seconds after which an earlier livestream of a meeting has usually finished stopping
TRIES = 2  # of a write, with a read before each
ENDED_LOOKS = 2  # looks in a row that must agree before a started livestream counts as ended: reads can be stale
NOT_OFFERED = (404, 405, 410)
NO_ROUTE = 7003  # Cloudflare's code for a route it does not have


@dataclass(frozen=True)
class Desired:
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
        if not any(identity.values()):
            raise InvalidRequest("give meeting_id, livestream_id or name: which livestream is meant?")
        if params["state"] == "present" and identity["meeting_id"]:
            raise InvalidRequest(
                "state present cannot be had for a meeting_id: only starting creates a meeting's livestream; "
                "use state started"
            )
        if params["wait_timeout"] < 0:
            raise InvalidRequest("wait_timeout must not be negative")
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
    def label(self) -> str:
        """What messages call it."""
        if self.meeting_id:
            return f"the livestream of the meeting {self.meeting_id}"
        return f"the livestream {self.livestream_id or repr(self.name)}"


class Action(enum.Enum):
    """What has to be sent."""

    NOTHING = "nothing"
    START = "start"
    STOP = "stop"
    CREATE = "create"


@dataclass(frozen=True)
class Plan:
    """An action, and the livestream that stands when it, and the wait, went well."""

    action: Action
    livestream: Livestream
    warnings: tuple[str, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether anything has to be sent."""
        return self.action is not Action.NOTHING


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
        return Plan(Action.NOTHING, replace(base, status=LIVE if desired.wait else base.status), warnings)
    if active:
        return Plan(Action.STOP, replace(base, status=IDLE))
    return Plan(Action.NOTHING, replace(base, status=base.status or IDLE))


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
        return Plan(Action.NOTHING, replace(observed, status=LIVE if desired.wait else observed.status), warnings)
    return Plan(Action.NOTHING, replace(observed, status=IDLE) if observed.active else observed, warnings)


def _plan_missing(desired: Desired) -> Plan:
    if desired.livestream_id:
        raise StateUnreachable(f"{desired.label} does not exist: check the ID, app_id and account_id")
    new = Livestream(name=desired.name)
    if desired.state == "stopped":
        return Plan(Action.NOTHING, new)
    live = desired.state == "started" and desired.wait
    return Plan(Action.CREATE, replace(new, status=LIVE if live else INVOKED, disabled=False))


def _rename_warnings(observed: Livestream, desired: Desired) -> tuple[str, ...]:
    if desired.name and observed.name and observed.name != desired.name:
        return (f"{desired.label} is named {observed.name!r}; a livestream cannot be renamed to {desired.name!r}",)
    return ()


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


def reconcile(api: RealtimeApi, params: Mapping[str, Any], context: Context) -> Outcome:
    """Bring the livestream that ``params`` (validated options of the module) name to their state, or raise."""
    desired = Desired.of(params)
    kind: type[_Reconciliation] = _OfMeeting if desired.meeting_id else _Independent
    return kind(api, desired, context).run()


class _Reconciliation:
    """Observe, plan, apply, wait: what both kinds share."""

    def __init__(self, api: RealtimeApi, desired: Desired, context: Context) -> None:
        self.api = api
        self.desired = desired
        self.context = context
        self.changed = False
        self.warnings: tuple[str, ...] = ()

    def run(self) -> Outcome:
        """The whole reconciliation. A failure after an accepted write says so in its ``changed``."""
        before = self.observe()
        planned = plan(before, self.desired)
        self.warnings += planned.warnings
        if self.context.check_mode:
            self.foresee(planned)
            self.changed = planned.changed
            return self.outcome(before, planned.livestream)
        try:
            current = before if before is not None else planned.livestream
            if planned.changed:
                current = self.apply(planned)
            return self.outcome(before, self.settle(current, planned))
        except RealtimeError as error:
            error.changed = self.changed
            raise

    def observe(self) -> Livestream | None:
        """What is there."""
        raise NotImplementedError

    def foresee(self, planned: Plan) -> None:
        """In check mode, fail where the real run is known to fail."""

    def apply(self, planned: Plan) -> Livestream:
        """Send what is planned; sets ``changed`` when it was accepted."""
        raise NotImplementedError

    def settle(self, current: Livestream, planned: Plan) -> Livestream:
        """Wait, when asked to, and return the livestream that came of it."""
        raise NotImplementedError

    def outcome(self, before: Livestream | None, after: Livestream) -> Outcome:
        """The result, with the stream key when it was asked for."""
        values = after.public()
        secrets: tuple[str, ...] = ()
        if self.desired.return_stream_key:
            if after.stream_key is None and after.id:
                after = after.known(self.api.livestream(after.id).livestream)
                values = after.public()
            values["stream_key"] = after.stream_key
            secrets = (after.stream_key,) if after.stream_key else ()
        shown = after.public()
        was = shown if not self.changed else (before.public() if before is not None else {})
        return Outcome(self.changed, {"livestream": values}, was, shown, self.warnings, secrets)

    def write(self, post: Callable[[], Livestream], settled: Callable[[], Livestream | None]) -> Livestream:
        """Carry out a write, and where its answer leaves that open, find out what became of it.

        ``settled`` reads back: the livestream when the state is there, else None. ``changed`` becomes true when a
        write was accepted, or may have been.
        """
        failure: RequestFailed
        for attempt in range(1, TRIES + 1):
            try:
                written = post()
                self.changed = True
                return written
            except Ambiguous as error:
                self.changed = True
                failure = error
            except Refused as error:
                if not error.contested or not self.contestable:
                    raise
                failure = error
            found = settled()
            if found is None and attempt < TRIES:
                self.inquire(failure)
                # An earlier livestream may still be stopping, or a write whose answer was lost may still arrive.
                self.context.clock.sleep(SETTLE)
                found = settled()
            if found is not None:
                return found
        return self.give_up(failure)

    # Whether a refusal may be due to what another job did meanwhile.
    contestable = True

    def inquire(self, failure: RequestFailed) -> None:
        """Raise when there is a reason for a failed write that no repetition mends."""

    def give_up(self, failure: RequestFailed) -> Livestream:
        """What comes of a write that failed to the last; usually the failure."""
        raise failure

    def failed(self, details: LivestreamDetails) -> WaitFailed:
        """That a livestream is ERRORED, and why: a session says so, and not every answer holds the sessions."""
        reason, meeting_id = details.err_message, details.livestream.meeting_id
        if reason is None and meeting_id:
            history = self.api.meeting_livestreams(meeting_id)
            reason = next((item.err_message for item in history if item.livestream.id == details.livestream.id), None)
        return WaitFailed(
            f"{self.desired.label} ended with an error (status {ERRORED}): {reason or 'the service gives no reason'}"
        )


class _OfMeeting(_Reconciliation):
    """The livestream of a meeting."""

    @property
    def meeting_id(self) -> str:
        return self.desired.meeting_id or ""

    def observe(self) -> Livestream | None:
        return self.api.active_livestream(self.meeting_id)

    def active(self) -> Livestream | None:
        """The active livestream, None when there is none."""
        found = self.observe()
        return found if found is not None and found.active else None

    def foresee(self, planned: Plan) -> None:
        if planned.action is Action.START:
            self.check_meeting()

    def apply(self, planned: Plan) -> Livestream:
        if planned.action is Action.START:
            return self.write(self.start, self.active)
        return self.write(lambda: self.stop(planned), lambda: None if self.active() else planned.livestream)

    def start(self) -> Livestream:
        started = self.api.start(self.meeting_id, name=self.desired.name, video_config=self.desired.video_config)
        return started.known(Livestream(name=self.desired.name, meeting_id=self.meeting_id, status=INVOKED))

    def stop(self, planned: Plan) -> Livestream:
        self.api.stop(self.meeting_id)
        return planned.livestream

    def inquire(self, failure: RequestFailed) -> None:
        if self.desired.state == "started":
            meeting = self.check_meeting()
            if isinstance(failure, Refused) and meeting is not None and meeting.status == "INACTIVE":
                failure.advice = "the meeting is INACTIVE: make it ACTIVE first"
                raise failure

    def check_meeting(self) -> Meeting | None:
        """The meeting, when it can be read. Raises when it does not exist: "none is active" may also mean that."""
        try:
            return self.api.meeting(self.meeting_id)
        except Refused as error:
            if error.missing:
                error.advice = "check meeting_id, and that the meeting belongs to this app_id and account_id"
                raise
            return None

    def give_up(self, failure: RequestFailed) -> Livestream:
        if self.desired.state == "started":
            failure.advice = (
                "no livestream of the meeting is active, and it was tried twice: perhaps nobody is in the meeting, or "
                "an earlier livestream of it is still stopping"
            )
        if self.desired.state == "started" or not isinstance(failure, Refused):
            raise failure
        # Refused twice while it is still listed as active: 400, 404 and 409 all mean that it is stopped already.
        if not self.desired.wait:
            self.warnings += (f"{self.desired.label} is still listed as active; the service says: {failure.text}",)
        return Livestream(meeting_id=self.meeting_id, status=IDLE)

    def settle(self, current: Livestream, planned: Plan) -> Livestream:
        if not self.desired.wait:
            return current if self.desired.state == "started" else planned.livestream
        wait = Wait(self.context, self.desired.label, self.desired.wait_timeout)
        if self.desired.state == "started":
            return self.until_live(current, wait)
        return self.until_stopped(planned) if planned.changed else planned.livestream

    def until_live(self, current: Livestream, wait: Wait) -> Livestream:
        ended = 0
        while not current.playable:
            if ended == ENDED_LOOKS:
                raise WaitFailed(
                    f"{self.desired.label} was started but ended by itself (status {current.status}); "
                    "a meeting with nobody in it cannot be livestreamed"
                )
            waited_for = "given a playback URL" if current.status == LIVE else LIVE
            wait.pause(
                current.status, waited_for, "look whether anybody is in the meeting, and at the livestream's sessions"
            )
            with self.api.within(wait.remaining()):
                found = self.active()
                if found is not None:
                    current, ended = found.known(current), 0
                elif current.id:
                    # Not listed as active: not yet, not any more, or failed. The livestream itself says which.
                    details = self.api.livestream(current.id)
                    current = details.livestream.known(current)
                    if current.status == ERRORED:
                        raise self.failed(details)
                    ended = 0 if current.active else ended + 1
        return current

    def until_stopped(self, planned: Plan) -> Livestream:
        wait = Wait(self.context, self.desired.label, self.desired.wait_timeout)
        while True:
            with self.api.within(wait.remaining()):
                found = self.observe()
            if found is None or not found.active:
                return found.known(planned.livestream) if found is not None else planned.livestream
            wait.pause(found.status, "stopped", "stop it again, or look at the meeting's active livestream")


class _Independent(_Reconciliation):
    """A livestream of its own, known by ID or by name."""

    def observe(self) -> Livestream | None:
        if self.desired.livestream_id:
            return self.read(self.desired.livestream_id)
        return self.without_encoder(self.found())

    def read(self, livestream_id: str) -> Livestream | None:
        try:
            return self.without_encoder(self.api.livestream(livestream_id).livestream)
        except Refused as error:
            if error.missing:
                return None
            raise

    def without_encoder(self, found: Livestream | None) -> Livestream | None:
        """To stop one that is INVOKED, look for its session: the service calls a fresh one INVOKED, too."""
        if found is None or found.id is None or found.status != INVOKED or self.desired.state != "stopped":
            return found
        return found if self.api.active_session(found.id) is not None else replace(found, status=IDLE)

    def find(self) -> tuple[Livestream | None, tuple[str, ...]]:
        return oldest(list(self.api.livestreams(exclude_meetings=True)), self.desired.name or "")

    def apply(self, planned: Plan) -> Livestream:
        try:
            return self.write(self.create, self.found)
        except Refused as error:
            if error.method == "POST" and (error.status in NOT_OFFERED or error.code == NO_ROUTE):
                error.advice = (
                    "the API no longer offers to create independent livestreams here; livestream a meeting with "
                    "meeting_id, or use an independent livestream that exists already"
                )
            raise

    contestable = False

    def create(self) -> Livestream:
        """Create it, then read the list again: of several made at once, all jobs take the oldest."""
        created = self.api.create_livestream(self.desired.name or "")
        self.changed = True
        return self.agree(created)

    def found(self) -> Livestream | None:
        found, warnings = self.find()
        self.warnings += warnings
        return found

    def agree(self, created: Livestream) -> Livestream:
        listed = list(self.api.livestreams(exclude_meetings=True))
        named = replace(created.known(Livestream(name=self.desired.name)), meeting_id=None)
        if all(item.id != created.id for item in listed):
            listed.append(named)
        found, warnings = oldest(listed, self.desired.name or "")
        self.warnings += warnings
        return found.known(named) if found is not None else named

    def settle(self, current: Livestream, planned: Plan) -> Livestream:
        if self.desired.state == "present":
            return current
        if not self.desired.wait:
            if planned.changed:
                # Created just now: the same refusal as for one found there, unless it is active already.
                plan(current, self.desired)
            return current
        wait = Wait(self.context, self.desired.label, self.desired.wait_timeout)
        look: Callable[[Livestream], bool]
        if self.desired.state == "started":
            look, waited_for, look_at = _is_playable, LIVE, "look whether its encoder is pushing to the ingest server"
        else:
            look, waited_for, look_at = _has_ended, "stopped", "look whether its encoder is still pushing"
        while current.id and not look(current):
            if current.status == ERRORED:
                raise self.failed(self.api.livestream(current.id))
            wait.pause(current.status, waited_for, look_at)
            with self.api.within(wait.remaining()):
                found = self.read(current.id)
            current = found.known(current) if found is not None else current
        return current


def _is_playable(livestream: Livestream) -> bool:
    return livestream.playable


def _has_ended(livestream: Livestream) -> bool:
    return not livestream.active
