# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The control plane below ``/_simulator``: how tests set up the simulator and look into it.

It takes no credentials, so it only answers clients on the same machine.
"""

from __future__ import annotations

import ipaddress
from dataclasses import asdict
from typing import Any, Final

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from .answers import unfit, world_of
from .faults import Rule
from .operations import PREFIX
from .profile import DEFAULT, Profile
from .state import ApiError, Livestream
from .world import make_profile


async def local_only(request: Request) -> None:
    """Refuse clients on other machines."""
    if request.client is None or not ipaddress.ip_address(request.client.host).is_loopback:
        raise HTTPException(403, "The control plane only answers this machine")


control: Final = APIRouter(prefix="/_simulator", tags=["control plane"], dependencies=[Depends(local_only)])


class _Input(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Configuration(_Input):
    """A profile by name or by its fields, and further fields over it. The two are one set of fields."""

    profile: str | dict[str, Any] | None = None
    settings: dict[str, Any] | None = None

    def over(self, base: Profile) -> Profile:
        """The profile that results; 422 for what does not exist."""
        try:
            return make_profile(base, self.profile, self.settings)
        except ValidationError as error:
            raise unfit(error) from error
        except ValueError as error:
            raise HTTPException(422, str(error)) from error


class Advance(_Input):
    """Simulated seconds."""

    seconds: float = Field(ge=0)


class Failure(_Input):
    """The reason that the session shows."""

    message: str = "The ingest connection broke"


class Disabled(_Input):
    """Whether a livestream is disabled."""

    disabled: bool = True


class Viewers(_Input):
    """How many people watch a livestream."""

    viewers: int = Field(ge=0)


class NewMeeting(_Input):
    """A meeting whose id may be chosen."""

    id: str | None = None
    title: str | None = None
    status: str = Field(default="ACTIVE", pattern="^(ACTIVE|INACTIVE)$")


class Presence(_Input):
    """How many people are in a meeting."""

    participants: int = Field(ge=0)


class Seed(_Input):
    """Objects to create at once; ``past``: livestreams per meeting that are already over."""

    meetings: int = Field(default=0, ge=0)
    active: bool = False
    past: int = Field(default=0, ge=0)
    independents: list[str | None] = Field(default_factory=list)


@control.get("/")
async def information(request: Request) -> dict[str, str]:
    """Where the API is; no secrets."""
    world = world_of(request)
    return {
        "base_url": world.origin + PREFIX,
        "account_id": world.access.account_id,
        "app_id": world.access.app_id,
    }


@control.post("/reset")
async def reset(request: Request, body: Configuration | None = None) -> dict[str, Any]:
    """Forget everything; fields that are not named get their defaults."""
    profile = (body or Configuration()).over(DEFAULT)
    world_of(request).reset(profile)
    return profile.model_dump()


@control.get("/profile")
async def get_profile(request: Request) -> dict[str, Any]:
    """The profile in force."""
    return world_of(request).profile.model_dump()


@control.patch("/profile")
async def patch_profile(request: Request, body: Configuration) -> dict[str, Any]:
    """Change the service while it runs; objects stay."""
    world = world_of(request)
    profile = body.over(world.profile)
    world.service.configure(profile)
    return profile.model_dump()


@control.get("/journal")
async def get_journal(request: Request) -> JSONResponse:
    """All requests to the API since the last reset, in order of arrival."""
    return JSONResponse([asdict(entry) for entry in world_of(request).journal.entries])


@control.delete("/journal", status_code=204, response_model=None)
async def delete_journal(request: Request) -> None:
    """Forget the requests."""
    world_of(request).journal.clear()


@control.post("/advance")
async def advance(request: Request, body: Advance) -> dict[str, float]:
    """Move simulated time forward; what becomes due happens now."""
    service = world_of(request).service
    service.clock.advance(body.seconds)
    return {"now": service.settle()}


@control.post("/livestreams/{livestream_id}/push")
async def push(request: Request, livestream_id: str) -> dict[str, str]:
    """An encoder connects to an independent livestream."""
    return {"session_id": world_of(request).service.push(livestream_id).id}


@control.post("/livestreams/{livestream_id}/unpush", status_code=204, response_model=None)
async def unpush(request: Request, livestream_id: str) -> None:
    """The encoder disconnects."""
    world_of(request).service.unpush(livestream_id)


@control.post("/livestreams/{livestream_id}/fail", status_code=204, response_model=None)
async def fail(request: Request, livestream_id: str, body: Failure | None = None) -> None:
    """The livestream becomes ERRORED."""
    world_of(request).service.fail(livestream_id, (body or Failure()).message)


@control.post("/livestreams/{livestream_id}/disable", status_code=204, response_model=None)
async def disable(request: Request, livestream_id: str, body: Disabled | None = None) -> None:
    """Disable (or enable again) a livestream."""
    world_of(request).service.disable(livestream_id, (body or Disabled()).disabled)


@control.post("/livestreams/{livestream_id}/viewers", status_code=204, response_model=None)
async def viewers(request: Request, livestream_id: str, body: Viewers) -> None:
    """From now on so many people watch."""
    world_of(request).service.watch(livestream_id, body.viewers)


@control.post("/meetings", status_code=201)
async def add_meeting(request: Request, body: NewMeeting) -> dict[str, str]:
    """Create a meeting."""
    service = world_of(request).service
    if body.id in service.meetings:
        raise ApiError(409, f"There is a meeting {body.id}")
    return {"id": service.add_meeting({"title": body.title}, meeting_id=body.id, status=body.status).id}


@control.post("/meetings/{meeting_id}/presence", status_code=204, response_model=None)
async def presence(request: Request, meeting_id: str, body: Presence) -> None:
    """From now on so many people are in the meeting."""
    world_of(request).service.presence(meeting_id, body.participants)


@control.post("/seed")
async def seed(request: Request, body: Seed) -> dict[str, list[str]]:
    """Create many objects; the ids are in order of creation."""
    meetings, livestreams = world_of(request).service.seed(body.meetings, body.active, body.independents, body.past)
    return {"meetings": meetings, "livestreams": livestreams}


@control.get("/livestreams")
async def livestreams(request: Request) -> JSONResponse:
    """The truth about all livestreams, whatever the profile shows. Times are simulated Unix seconds."""
    service = world_of(request).service
    now = service.settle()
    return JSONResponse([_truth(livestream, now) for livestream in service.ordered])


def _truth(livestream: Livestream, now: float) -> dict[str, Any]:
    truth = asdict(livestream)
    del truth["turn"]
    for shown, session in zip(truth["sessions"], livestream.sessions, strict=True):
        shown["ingest_seconds"] = session.ingested(now)
        shown["viewer_seconds"] = session.viewed(now)
    return truth


@control.get("/secrets")
async def secrets(request: Request) -> list[str]:
    """Every stream key ever issued: none of them may appear where a client writes."""
    world = world_of(request)
    return [*(livestream.stream_key for livestream in world.service.ordered), *world.live_inputs.secrets()]


@control.put("/faults")
async def put_faults(request: Request, rules: list[Rule]) -> list[dict[str, Any]]:
    """Replace the rules by which answers go wrong; counting begins anew."""
    world_of(request).faults.set(rules)
    return await get_faults(request)


@control.get("/faults")
async def get_faults(request: Request) -> list[dict[str, Any]]:
    """The rules, with how many requests matched and how many they were applied to."""
    return [
        {**armed.rule.model_dump(exclude_unset=True), "matched": armed.matched, "fired": armed.fired}
        for armed in world_of(request).faults.armed
    ]
