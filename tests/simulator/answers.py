# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the routes of all APIs have in common: the world they are about, and Cloudflare's usual envelope."""

from __future__ import annotations

import json
from typing import Any, cast

from fastapi import HTTPException, Request
from fastapi.responses import Response
from pydantic import ValidationError

from .edge import ENTRY, edge_error
from .world import World


class Quick(Response):
    """JSON from plain values, without conversions."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        """Compact JSON."""
        return json.dumps(content, separators=(",", ":")).encode()


def world_of(request: Request) -> World:
    """The world that answers a request."""
    return cast(World, request.app.state.world)


def accepted(request: Request) -> None:
    """Note in the journal that a request has changed something."""
    request.scope[ENTRY].accepted = True


def of_account(result: Any, status: int = 200) -> Quick:
    """A good answer of what belongs to the account."""
    return Quick({"success": True, "errors": [], "messages": [], "result": result}, status)


def refusal(status: int, code: int, message: str) -> Response:
    """Cloudflare's usual error object."""
    answer = edge_error(status, code, message)
    return Response(answer.body, answer.status, media_type="application/json")


def unfit(error: ValidationError) -> HTTPException:
    """That a field of a profile does not exist, or cannot have such a value."""
    return HTTPException(422, [f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()])
