# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The routes of Stream's live inputs. The edge has already checked the credential, the account and the path."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, ValidationError

from ..answers import Quick, accepted, of_account, refusal, unfit, world_of
from ..models import ListLiveInputs
from ..operations import ACCOUNT
from . import models
from .profile import NAMED, StreamProfile
from .state import LiveInputs, StreamError, truth
from .wire import Json, StreamWire

ROOT: Final = f"{ACCOUNT}/stream/live_inputs"

stream: Final = APIRouter(tags=["stream"])
watching: Final = APIRouter(prefix="/stream", tags=["playback"])
control: Final = APIRouter(prefix="/_simulator/stream", tags=["control plane"])


def _inputs(request: Request) -> LiveInputs:
    return world_of(request).live_inputs


def _wire(request: Request) -> StreamWire:
    return StreamWire(_inputs(request), world_of(request).origin)


async def refused(_request: Request, error: Exception) -> Response:
    """What Stream answers to what it refuses."""
    assert isinstance(error, StreamError)
    return refusal(error.status, error.code, error.message)


# --- live inputs -----------------------------------------------------------------------------------------------------


@stream.get(ROOT)
async def list_live_inputs(request: Request, query: Annotated[ListLiveInputs, Query()]) -> Response:
    """All live inputs of the account, without credentials."""
    offered = world_of(request).profile.stream_offered
    if offered == "403":
        raise StreamError(403, 10000, "Authentication error")
    return of_account(_wire(request).listed(offered))


@stream.post(ROOT)
async def create_live_input(request: Request, body: models.LiveInput | None = None) -> Response:
    """Create a live input; the answer has everything, credentials too."""
    inputs = _inputs(request)
    created = inputs.create(body or models.LiveInput(), request.headers.get("idempotency-key"))
    accepted(request)
    shown = _wire(request).live_input(created)
    return Quick(shown) if inputs.profile.created_shape == "bare" else of_account(shown)


@stream.get(ROOT + "/{live_input_id}")
async def get_live_input(request: Request, live_input_id: str) -> Response:
    """One live input, with everything."""
    return of_account(_wire(request).live_input(_inputs(request).read(live_input_id)))


@stream.put(ROOT + "/{live_input_id}")
async def update_live_input(request: Request, live_input_id: str, body: models.LiveInput) -> Response:
    """Change a live input."""
    changed = _inputs(request).update(live_input_id, body)
    accepted(request)
    return of_account(_wire(request).live_input(changed))


@stream.delete(ROOT + "/{live_input_id}")
async def delete_live_input(request: Request, live_input_id: str) -> Response:
    """Delete a live input; its recordings stay."""
    _inputs(request).delete(live_input_id)
    accepted(request)
    match _inputs(request).profile.deleted:
        case "204":
            return Response(None, 204)
        case "200 with a body":
            return of_account(None)
    return Response(None, 200)


@stream.post(ROOT + "/{live_input_id}/rotate_keys")
async def rotate_keys(request: Request, live_input_id: str) -> Response:
    """New keys."""
    inputs = _inputs(request)
    inputs.read(live_input_id)
    if inputs.profile.rotate_offered == "404":
        raise StreamError(404, 7003, "Could not route to the request, perhaps your object identifier is invalid?")
    rotated = inputs.rotate(live_input_id)
    accepted(request)
    return of_account(_wire(request).live_input(rotated))


@stream.get(ROOT + "/{live_input_id}/videos")
async def list_live_input_videos(request: Request, live_input_id: str) -> Response:
    """The recordings of a live input, newest first."""
    found = _inputs(request).read(live_input_id)
    wire = _wire(request)
    return of_account([wire.video(found, video) for video in reversed(found.videos)])


# --- outputs ---------------------------------------------------------------------------------------------------------


@stream.get(ROOT + "/{live_input_id}/outputs")
async def list_outputs(request: Request, live_input_id: str) -> Response:
    """Where its broadcasts are sent as well."""
    wire = _wire(request)
    return of_account([wire.output(output) for output in _inputs(request).read(live_input_id).outputs])


@stream.post(ROOT + "/{live_input_id}/outputs")
async def create_output(request: Request, live_input_id: str, body: models.NewOutput) -> Response:
    """Send its broadcasts somewhere else as well."""
    output = _inputs(request).add_output(live_input_id, body)
    accepted(request)
    return of_account(_wire(request).output(output))


@stream.put(ROOT + "/{live_input_id}/outputs/{output_id}")
async def update_output(request: Request, live_input_id: str, output_id: str, body: models.Output) -> Response:
    """Enable or disable an output."""
    _found, output = _inputs(request).output(live_input_id, output_id)
    output.enabled = body.enabled
    accepted(request)
    return of_account(_wire(request).output(output))


@stream.delete(ROOT + "/{live_input_id}/outputs/{output_id}")
async def delete_output(request: Request, live_input_id: str, output_id: str) -> Response:
    """Send nothing there any more."""
    found, output = _inputs(request).output(live_input_id, output_id)
    found.outputs.remove(output)
    accepted(request)
    return Response(None, 200)


# --- watching --------------------------------------------------------------------------------------------------------


def _shown(request: Request, uid: str) -> tuple[bool, str | None]:
    """Whether something of this ID is live, and the recording that is shown; 404 where there is nothing."""
    for found in _inputs(request).inputs.values():
        if uid == found.uid:
            return found.broadcast is not None, found.videos[-1].uid if found.videos else None
        for video in found.videos:
            if uid == video.uid:
                return video.ended_at is None, video.uid
    raise HTTPException(404, "Not found")


@watching.get("/{uid}/manifest/video.m3u8")
async def manifest(request: Request, uid: str) -> Response:
    """A playlist while something can be watched. The segments do not exist."""
    _live, video = _shown(request, uid)
    if video is None:
        raise HTTPException(404, "Not found")
    lines = ["#EXTM3U", "#EXT-X-VERSION:6", "#EXT-X-STREAM-INF:BANDWIDTH=2000000", "stream.m3u8", ""]
    return Response("\n".join(lines), media_type="application/vnd.apple.mpegurl")


@watching.get("/{uid}/lifecycle")
async def lifecycle(request: Request, uid: str) -> Json:
    """Whether a live input, or a recording, is live; without a token."""
    live, video = _shown(request, uid)
    return {"isInput": uid in _inputs(request).inputs, "videoUID": video, "live": live}


@watching.get("/{uid}/views")
async def views(request: Request, uid: str) -> Json:
    """How many watch; without a token."""
    found = _inputs(request).inputs.get(uid)
    if found is None or found.fields.recording.hide_live_viewer_count:
        raise HTTPException(404, "Not found")
    return {"liveViewers": found.viewers if found.broadcast is not None else 0}


# --- control ---------------------------------------------------------------------------------------------------------


class Encoder(BaseModel):
    """What is known of an encoder."""

    model_config = ConfigDict(extra="forbid")

    state: str = "connected"


@control.patch("/profile")
async def patch_profile(request: Request, body: dict[str, Any]) -> dict[str, Any]:
    """Change the service while it runs: a named profile (``profile``), and fields over it; objects stay."""
    inputs = _inputs(request)
    fields = dict(body)
    name = fields.pop("profile", None)
    if name is not None and name not in NAMED:
        raise HTTPException(422, f"no profile is called {name}; there are {', '.join(NAMED)}")
    base: StreamProfile = NAMED[name] if name is not None else inputs.profile
    try:
        inputs.profile = base.but(**fields)
    except ValidationError as error:
        raise unfit(error) from error
    return inputs.profile.model_dump()


@control.get("/live_inputs")
async def live_inputs(request: Request) -> list[dict[str, Any]]:
    """The truth about all live inputs, without keys."""
    return [truth(found) for found in _inputs(request).inputs.values()]


@control.post("/live_inputs/{uid}/connect", status_code=204, response_model=None)
async def connect(request: Request, uid: str, body: Encoder | None = None) -> None:
    """An encoder connects."""
    _inputs(request).connect(uid, (body or Encoder()).state)


@control.post("/live_inputs/{uid}/disconnect", status_code=204, response_model=None)
async def disconnect(request: Request, uid: str) -> None:
    """The encoder goes."""
    inputs = _inputs(request)
    inputs.disconnect(inputs.read(uid))
