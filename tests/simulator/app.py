# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The API's routes. The edge has already checked the credential, the account, the app and the path."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, FastAPI, Query, Request
from fastapi.responses import PlainTextResponse, Response
from fastapi.security import APIKeyHeader, HTTPBearer
from pydantic import BaseModel

from . import models
from .answers import Quick, accepted, of_account, refusal, world_of
from .clock import iso
from .control import control, local_only
from .edge import ENTRY, Edge, edge_error, no_route
from .faults import Answer, Scope
from .handlers import Invalid, NotJson, handlers
from .operations import APP, PREFIX, Target
from .state import ApiError, Service
from .stream.app import control as stream_control
from .stream.app import refused as refused_by_stream
from .stream.app import stream, watching
from .stream.state import StreamError
from .wire import Json, Wire
from .world import World

# Checked by the edge; declared so that the interactive documentation can ask for them.
_SCHEMES: Final = [
    Depends(HTTPBearer(auto_error=False)),
    Depends(APIKeyHeader(name="X-Auth-Key", scheme_name="api_key", auto_error=False)),
    Depends(APIKeyHeader(name="X-Auth-Email", scheme_name="api_email", auto_error=False)),
]

_NAME: Final = re.compile(r"[a-zA-Z0-9-_]*")

api: Final = APIRouter(prefix=APP, dependencies=_SCHEMES)
# What belongs to the account or the user, and to no app.
beside: Final = APIRouter(prefix=PREFIX, dependencies=_SCHEMES, tags=["account"])
playback: Final = APIRouter(tags=["playback"])


def _service(request: Request) -> Service:
    return world_of(request).service


def _wire(request: Request) -> Wire:
    return world_of(request).wire


def _good(answer: Json, status: int = 200) -> Quick:
    return Quick({"success": True, **answer}, status)


def _sent(body: BaseModel) -> dict[str, Any]:
    return body.model_dump(exclude_unset=True)


def _seconds(moment: datetime | None) -> float | None:
    return None if moment is None else moment.timestamp()


# --- livestreams -----------------------------------------------------------------------------------------------------


def _check_name(request: Request, name: str | None) -> None:
    if world_of(request).profile.name_pattern == "enforced" and not _NAME.fullmatch(name or ""):
        raise Invalid('[body] "name" fails to match the required pattern: /^[a-zA-Z0-9-_]*$/')


@api.get("/livestreams", tags=["livestreams"])
async def list_livestreams(request: Request, query: Annotated[models.ListLivestreams, Query()]) -> Response:
    """All livestreams of the app."""
    service = _service(request)
    found = service.listed(
        exclude_meetings=query.exclude_meetings,
        status=query.status,
        start=_seconds(query.start_time),
        end=_seconds(query.end_time),
        ascending=(query.sort_order or service.profile.default_sort) == "ASC",
    )
    page = _wire(request).livestreams(found, query.page_no, query.per_page)
    if page is None:
        raise ApiError(404, "No livestreams found")
    return _good(page)


@api.post("/livestreams", tags=["livestreams"], status_code=201)
async def create_livestream(request: Request, body: models.CreateLivestream | None = None) -> Response:
    """Create an independent livestream."""
    service = _service(request)
    match service.profile.create_offered:
        case "405":
            return Quick(_error(405, "Method Not Allowed"), 405, {"allow": "GET"})
        case "7003":
            unrouted = no_route(request.url.path)
            return Response(unrouted.body, unrouted.status, media_type="application/json")
        case "404" | "410" as status:
            raise ApiError(int(status), "This operation is not available")
    name = body.name if body else None
    _check_name(request, name)
    livestream = service.create(name)
    accepted(request)
    return _good(_wire(request).created(livestream), 201)


@api.get("/livestreams/sessions/{livestream_session_id}", tags=["livestreams"])
async def get_livestream_session(request: Request, livestream_session_id: str) -> Response:
    """One session of a livestream."""
    return _good({"data": _wire(request).session(_service(request).read_session(livestream_session_id))})


@api.get("/livestreams/{livestream_id}", tags=["livestreams"])
async def get_livestream(request: Request, livestream_id: str, query: Annotated[models.Paging, Query()]) -> Response:
    """One livestream with its sessions."""
    livestream = _service(request).read_livestream(livestream_id)
    return _good(_wire(request).by_id(livestream, query.page_no, query.per_page))


@api.get("/livestreams/{livestream_id}/active-livestream-session", tags=["livestreams"])
async def get_active_livestream_session(request: Request, livestream_id: str) -> Response:
    """A livestream and its current session."""
    livestream = _service(request).read_livestream(livestream_id)
    if livestream.session is None:
        raise ApiError(404, f"No active session found for livestream_id {livestream_id}")
    wire = _wire(request)
    return _good({"data": {"livestream": wire.livestream(livestream), "session": wire.session(livestream.session)}})


@api.post("/meetings/{meeting_id}/livestreams", tags=["livestreams"], status_code=201)
async def start_livestream(request: Request, meeting_id: str, body: models.StartLivestream | None = None) -> Response:
    """Start livestreaming a meeting."""
    body = body or models.StartLivestream()
    _check_name(request, body.name)
    video = _sent(body.video_config) if body.video_config else None
    livestream = _service(request).start(meeting_id, body.name, video)
    accepted(request)
    return _good(_wire(request).started(livestream), 201)


@api.post("/meetings/{meeting_id}/active-livestream/stop", tags=["livestreams"])
async def stop_livestream(request: Request, meeting_id: str, body: models.Empty | None = None) -> Response:
    """Stop livestreaming a meeting."""
    message, changed = _service(request).stop(meeting_id)
    if changed:
        accepted(request)
    return _good({"data": {"message": message}})


@api.get("/meetings/{meeting_id}/active-livestream", tags=["livestreams"])
async def get_active_livestream(request: Request, meeting_id: str) -> Response:
    """A meeting's active livestream."""
    service = _service(request)
    livestream = service.read_active(meeting_id)
    if livestream is None and service.profile.active_unknown_meeting == "404":
        _known(service, meeting_id)
    answer = _wire(request).active(livestream, service.newest(meeting_id))
    if answer is None:
        status = 400 if service.profile.active_none == "400" else 404
        raise ApiError(status, f"No active livestream found for meeting_id {meeting_id}")
    return _good(answer)


@api.get("/meetings/{meeting_id}/livestream", tags=["livestreams"])
async def get_meeting_livestreams(
    request: Request, meeting_id: str, query: Annotated[models.Paging, Query()]
) -> Response:
    """A meeting's livestreams and their sessions."""
    service = _service(request)
    newest = service.newest(meeting_id)
    if not newest:
        _known(service, meeting_id)
    answer = _wire(request).by_meeting(newest, query.page_no, query.per_page)
    if answer is None:
        raise ApiError(404, f"No livestream found for meeting_id {meeting_id}")
    return _good(answer)


def _known(service: Service, meeting_id: str) -> None:
    # A livestream may belong to a meeting that never existed: starting it was accepted.
    if not service.newest(meeting_id):
        service.meeting(meeting_id)


# --- analytics -------------------------------------------------------------------------------------------------------


def _moment(service: Service, name: str, text: str | None) -> float | None:
    if text is None:
        return None
    form = service.profile.analytics_time
    digits = text.isascii() and text.isdigit()
    if digits and form != "iso":
        return float(text)
    if not digits and form != "unix":
        try:
            return models.parse_iso(text).timestamp()
        except ValueError:
            pass
    wanted = "be a number" if form == "unix" else "be in ISO 8601 date format"
    raise Invalid(f'[query] "{name}" must {wanted}', int(service.profile.analytics_time_error))


@api.get("/analytics/livestreams/overall", tags=["analytics"])
async def livestream_analytics(request: Request, query: Annotated[models.Period, Query()]) -> Response:
    """Totals of all livestreams in a period."""
    service = _service(request)
    start, end = _moment(service, "start_time", query.start_time), _moment(service, "end_time", query.end_time)
    service.settle()
    return _good(_wire(request).overall(start, end))


@api.get("/analytics/livestreams/daywise", tags=["analytics"])
async def livestream_analytics_daywise(request: Request, query: Annotated[models.Period, Query()]) -> Response:
    """The same by day."""
    service = _service(request)
    start, end = _moment(service, "start_time", query.start_time), _moment(service, "end_time", query.end_time)
    service.settle()
    return _good(_wire(request).daywise(start, end))


@api.get("/analytics/daywise", tags=["analytics"])
async def analytics_daywise(request: Request, query: Annotated[models.Days, Query()]) -> Response:
    """Sessions and recordings of the app by day."""
    days: dict[str, date | None] = {}
    for name, text in (("start_date", query.start_date), ("end_date", query.end_date)):
        try:
            days[name] = date.fromisoformat(text) if text else None
        except ValueError:
            raise Invalid(f'[query] "{name}" must be a valid date') from None
    _service(request).settle()
    return _good(_wire(request).app_daywise(days["start_date"], days["end_date"]))


# --- meetings --------------------------------------------------------------------------------------------------------


@api.get("/meetings", tags=["meetings"])
async def list_meetings(request: Request, query: Annotated[models.ListMeetings, Query()]) -> Response:
    """All meetings of the app."""
    found = _service(request).listed_meetings(
        search=query.search,
        status=query.status,
        start=_seconds(query.start_time),
        end=_seconds(query.end_time),
    )
    return _good(_wire(request).meetings(found, query.page_no or 1, query.per_page))


@api.post("/meetings", tags=["meetings"], status_code=201)
async def create_meeting(request: Request, body: models.WriteMeeting | None = None) -> Response:
    """Create a meeting."""
    meeting = _service(request).add_meeting(_sent(body) if body else {})
    accepted(request)
    return _good({"data": _wire(request).meeting(meeting)}, 201)


@api.get("/meetings/{meeting_id}", tags=["meetings"])
async def get_meeting(request: Request, meeting_id: str, query: Annotated[models.GetMeeting, Query()]) -> Response:
    """One meeting."""
    return _good({"data": _wire(request).meeting(_service(request).meeting(meeting_id))})


@api.patch("/meetings/{meeting_id}", tags=["meetings"])
async def update_meeting(request: Request, meeting_id: str, body: models.PatchMeeting) -> Response:
    """Change some fields of a meeting."""
    service = _service(request)
    fields = _sent(body)
    if "recording_config" in fields and service.profile.patch_recording_config == "rejected":
        raise Invalid('[body] "recording_config" is not allowed')
    meeting = service.change_meeting(meeting_id, fields, fields.pop("status", None), replace=False)
    accepted(request)
    return _good({"data": _wire(request).meeting(meeting)})


@api.put("/meetings/{meeting_id}", tags=["meetings"])
async def replace_meeting(request: Request, meeting_id: str, body: models.WriteMeeting) -> Response:
    """Set all fields of a meeting."""
    meeting = _service(request).change_meeting(meeting_id, _sent(body), None, replace=True)
    accepted(request)
    return _good({"data": _wire(request).meeting(meeting)})


@api.get("/meetings/{meeting_id}/active-session", tags=["meetings"])
async def get_active_session(request: Request, meeting_id: str) -> Response:
    """The session going on in a meeting."""
    service = _service(request)
    meeting = service.meeting(meeting_id)
    session = service.meeting_session(meeting)
    if session is None:
        raise ApiError(404, f"No active session found for meeting_id {meeting_id}")
    return _good({"data": _wire(request).meeting_session(meeting, session)})


# --- webhooks --------------------------------------------------------------------------------------------------------


@api.get("/webhooks", tags=["webhooks"])
async def list_webhooks(request: Request) -> Response:
    """All webhooks of the app."""
    service = _service(request)
    if not service.webhooks and service.profile.webhooks_none == "404":
        raise ApiError(404, "No webhooks found")
    wire = _wire(request)
    return _good({"data": [wire.webhook(webhook) for webhook in service.webhooks.values()]})


@api.post("/webhooks", tags=["webhooks"], status_code=201)
async def create_webhook(request: Request, body: models.WriteWebhook) -> Response:
    """Subscribe to events; nothing is delivered."""
    webhook = _service(request).add_webhook(body.model_dump())
    accepted(request)
    return _good({"data": _wire(request).webhook(webhook)}, 201)


@api.get("/webhooks/{webhook_id}", tags=["webhooks"])
async def get_webhook(request: Request, webhook_id: str) -> Response:
    """One webhook."""
    return _good({"data": _wire(request).webhook(_service(request).webhook(webhook_id))})


@api.patch("/webhooks/{webhook_id}", tags=["webhooks"])
async def update_webhook(request: Request, webhook_id: str, body: models.PatchWebhook) -> Response:
    """Change some fields of a webhook."""
    webhook = _service(request).change_webhook(webhook_id, _sent(body))
    accepted(request)
    return _good({"data": _wire(request).webhook(webhook)})


@api.put("/webhooks/{webhook_id}", tags=["webhooks"])
async def replace_webhook(request: Request, webhook_id: str, body: models.WriteWebhook) -> Response:
    """Set all fields of a webhook."""
    webhook = _service(request).change_webhook(webhook_id, body.model_dump())
    accepted(request)
    return _good({"data": _wire(request).webhook(webhook)})


@api.delete("/webhooks/{webhook_id}", tags=["webhooks"])
async def delete_webhook(request: Request, webhook_id: str) -> Response:
    """Remove a webhook."""
    service = _service(request)
    webhook = service.webhook(webhook_id)
    del service.webhooks[webhook_id]
    accepted(request)
    return _good({"data": _wire(request).webhook(webhook)})


# --- account ---------------------------------------------------------------------------------------------------------


@beside.get("/user/tokens/verify")
async def verify_token(request: Request) -> Response:
    """Whether the user's API token is active."""
    if request.scope[ENTRY].credential != "token":
        return refusal(400, 6003, "Invalid request headers")
    if world_of(request).profile.token_verify in ("account", "refused"):
        return refusal(401, 1000, "Invalid API Token")
    return _token(request)


@beside.get("/accounts/{account_id}/tokens/verify")
async def verify_account_token(request: Request) -> Response:
    """Whether the account's API token is active."""
    if world_of(request).profile.token_verify != "account":
        return refusal(403, 10000, "Authentication error")
    return _token(request)


def _token(request: Request) -> Quick:
    world = world_of(request)
    token = {"id": "ed17574386854bf78a67040be0a770b0", "status": "active"}
    if world.profile.token_verify == "expiring":
        token["expires_on"] = iso(world.service.clock.now() + 3600)
    return of_account(token)


@beside.get("/accounts/{account_id}/realtime/kit/apps")
async def list_apps(request: Request, query: Annotated[models.ListApps, Query()]) -> Response:
    """The apps of the account: there is one."""
    if world_of(request).profile.apps_listed == "403":
        return refusal(403, 10000, "Authentication error")
    app = {"id": world_of(request).access.app_id, "name": "simulated", "created_at": "2025-01-01T08:16:40.644Z"}
    return _good({"data": [app], "paging": {"total_count": 1, "start_offset": 1, "end_offset": 1}})


# --- playback --------------------------------------------------------------------------------------------------------


@playback.get("/playback/{playback_id}/manifest/video.m3u8")
async def manifest(request: Request, playback_id: str) -> Response:
    """A live HLS media playlist while the livestream is LIVE, 404 otherwise. The segments do not exist."""
    service = _service(request)
    now = service.settle()
    livestream = service.playing(playback_id)
    if livestream is None or livestream.session is None:
        return PlainTextResponse("Not found\n", 404)
    number = int(livestream.session.ingested(now) / 4)
    lines = ["#EXTM3U", "#EXT-X-VERSION:3", "#EXT-X-TARGETDURATION:4", f"#EXT-X-MEDIA-SEQUENCE:{number}"]
    for segment in range(number, number + 3):
        lines += ["#EXTINF:4.000,", f"segment-{segment}.ts"]
    return Response("\n".join([*lines, ""]), media_type="application/vnd.apple.mpegurl")


# --- the application -------------------------------------------------------------------------------------------------


def _error(status: int, message: str) -> Json:
    return {"success": False, "error": {"code": status, "message": message}}


async def _refused(request: Request, refused: Exception) -> Response:
    assert isinstance(refused, ApiError)
    return Quick(_error(refused.status, refused.message), refused.status)


class Api:
    """Answers the API's requests."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app
        self._handlers = handlers([*api.routes, *beside.routes, *stream.routes])

    async def __call__(self, scope: Scope, target: Target, query: Mapping[str, str], body: bytes) -> Answer:
        """One request to an operation that exists."""
        request = Request({**scope, "app": self._app})
        try:
            response = await self._handlers[target.operation.name](request, target, query, body)
        except ApiError as refused:
            response = await _refused(request, refused)
        except StreamError as refused:
            response = await refused_by_stream(request, refused)
        except Invalid as invalid:
            if target.operation.path.startswith("/stream/"):
                return edge_error(400, 10005, f"Bad Request: {invalid.message}")
            response = Quick({"message": invalid.message, "success": False}, invalid.status)
        except NotJson:
            response = Quick(_error(400, "The request body is not valid JSON"), 400)
        return Answer(response.status_code, response.raw_headers, bytes(response.body))


def make_app(world: World) -> Edge:
    """The application for one world, with the edge around it."""
    app = FastAPI(
        title="RealtimeKit simulator",
        summary="The part of Cloudflare RealtimeKit's REST API that livestreams meetings.",
        redoc_url=None,
        exception_handlers={ApiError: _refused, StreamError: refused_by_stream},
    )
    app.state.world = world
    app.include_router(api)
    app.include_router(beside)
    app.include_router(stream, dependencies=_SCHEMES)
    app.include_router(playback)
    app.include_router(watching)
    app.include_router(control)
    app.include_router(stream_control, dependencies=[Depends(local_only)])
    return Edge(app, Api(app), world)
