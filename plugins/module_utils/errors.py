# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can go wrong, in types.

Every layer raises one of these and nothing else on purpose; ``str(error)`` is the text the user reads. Nothing here
knows HTTP libraries or Ansible.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def printable(text: str) -> str:
    """``text`` for a terminal: what would steer one (escape sequences, the direction of writing) is spelled out.

    Names and error texts of the service are others' texts, and Ansible prints messages as they are.
    """
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in text
    )  # fmt: skip


class RealtimeError(Exception):
    """The base of all errors of this collection.

    ``changed`` says that a write had been accepted before the failure, so that a failed task can say so. ``known`` is
    what it returns then of what was read or accepted last.
    """

    changed: bool = False
    known: Mapping[str, Any] = {}

    def __str__(self) -> str:
        return printable(super().__str__())


class InvalidRequest(RealtimeError):
    """The options cannot be carried out; nothing was sent."""


class Interrupted(RealtimeError):
    """The task was interrupted, by its timeout for instance: nothing more is sent for it."""

    def __init__(self) -> None:
        super().__init__("the task was interrupted: nothing more was sent")


class WaitFailed(RealtimeError):
    """The livestream did not get into the state that was waited for: it failed, ended, or time ran out."""


class WaitTimedOut(WaitFailed):
    """Time ran out while the livestream was on its way: its encoder, or the people of its meeting, may still come."""


class StateUnreachable(RealtimeError):
    """The service offers no way to the state asked for (an encoder has to act, or the livestream does not exist)."""


class FileFailed(RealtimeError):
    """A file or folder could not be read or written. The text begins with its path and tells nothing of its content."""


class RequestFailed(RealtimeError):
    """A request to the API had no usable answer, or was answered with a refusal.

    ``asked`` is what was asked, in words. ``status`` (HTTP), ``code`` (of the API), ``text`` (the API's own, or the
    connection's, one line) and ``request_id`` (``cf-ray``) are what is known of the answer, else None.
    """

    def __init__(
        self,
        asked: str,
        method: str,
        path: str,
        text: str,
        *,
        status: int | None = None,
        reason: str | None = None,
        code: int | None = None,
        request_id: str | None = None,
        advice: str | None = None,
        from_edge: bool = False,
    ) -> None:
        self.asked = asked
        self.method = method
        self.path = path
        self.text = text
        self.status = status
        self.reason = reason
        self.code = code
        self.request_id = request_id
        self.advice = advice
        self.from_edge = from_edge
        # Whether it was read back what became of it.
        self.read_back = False
        super().__init__(text)

    def __str__(self) -> str:
        """what was asked: HTTP status reason: the API's text; what to do"""
        advice = f"; {self.advice}" if self.advice else ""
        return printable(f"{self.said}{advice}")

    @property
    def said(self) -> str:
        """The same without what to do."""
        answer = "" if self.status is None else f" HTTP {self.status} {self.reason or ''}".rstrip() + ":"
        return printable(f"{self.asked}:{answer} {self.text}")

    def details(self) -> dict[str, Any]:
        """The ``error`` value of a failed task: status, code, message, request_id, method, path."""
        return {
            "status": self.status,
            "code": self.code,
            "message": self.text,
            "request_id": self.request_id,
            "method": self.method,
            "path": self.path,
        }


class ConnectionFailed(RequestFailed):
    """A read got no answer, or a write's connection was never made: the service did nothing."""


class InvalidAnswer(RequestFailed):
    """A read was answered with something that is not the API's: no JSON, the wrong shape, endless pages."""


class ApiError(RequestFailed):
    """The API said no, and did nothing."""

    @property
    def missing(self) -> bool:
        """The object asked for does not exist, as opposed to a wrong route, account or app (Cloudflare's 7003)."""
        return self.status == 404 and not self.from_edge

    @property
    def contested(self) -> bool:
        """The service (not Cloudflare's edge) refused because of the state it is in: read it again before deciding.

        400, 404 and 409 are what starting twice, starting while stopping and stopping twice have been answered with.
        """
        return self.status in (400, 404, 409) and not self.from_edge


class WriteOutcomeUnknown(RequestFailed):
    """A write whose fate is unknown: it may have been carried out. Read back before anything else."""

    def __str__(self) -> str:
        """Also that it may have been carried out, unless the advice says what was found out about that."""
        text = super().__str__()
        return text if self.read_back else f"{text}; it may have been carried out: run again, which reads first"
