# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every operation once, on things of its own: what a service answers is kept by the name of the step.

Nothing that was there before is changed. What is made is called ``eventops-contact-...``. Meetings are retired at the
end; an independent livestream cannot be removed, and is made only when that is allowed.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import requests

from .answers import ENDED, Answer, status_of
from .cleanup import clean_up

NOWHERE: Final = "00000000-0000-4000-8000-000000000000"
POLLS: Final = 60  # of a status that is waited for
TRIES: Final = 5  # of a start that is refused
INTERVAL: Final = 2.0  # seconds between them
THROTTLED: Final = 3  # times that a request which was refused for the limit is sent again
LONGEST_PAUSE: Final = 300.0  # seconds before it is; what the limit asks for at most


@dataclass
class Visit:
    """One visit. ``pause`` waits so many seconds; ``independent``: whether an independent livestream may be made."""

    base_url: str
    account_id: str
    app_id: str
    token: str
    independent: bool = False
    pause: Callable[[float], Any] = time.sleep
    answers: dict[str, Answer] = field(default_factory=dict)
    #: What was made and is left: names of things.
    left: list[str] = field(default_factory=list)
    #: The IDs of the meetings that were made.
    meetings: list[str] = field(default_factory=list)
    #: Whether a meeting may have been made whose ID is not known.
    unclear: bool = False
    #: Whether a start was sent whose end was not seen.
    starting: bool = False

    def __post_init__(self) -> None:
        self._session = requests.Session()
        self._session.trust_env = False
        self.name = f"eventops-contact-{secrets.token_hex(4)}"
        # Whatever a service does to names, it does it to this one: blanks, a decomposed letter, an ampersand, a length.
        self.title = f"{self.name}  e\u0301 & co. ".ljust(70, "x") + " "

    def ask(
        self,
        step: str,
        operation: str,
        method: str,
        path: str,
        body: Any = None,
        *,
        token: str | None = None,
        app_id: str | None = None,
        **query: Any,
    ) -> Answer:
        """One request, of which the answer is kept. For ``path`` see :meth:`request`."""
        self.answers[step] = self.request(method, path, body, operation, token=token, app_id=app_id, **query)
        return self.answers[step]

    def request(
        self,
        method: str,
        path: str,
        body: Any = None,
        operation: str = "",
        *,
        token: str | None = None,
        app_id: str | None = None,
        **query: Any,
    ) -> Answer:
        """One request. ``path`` is below the app, or below the API where it begins with two slashes.

        It is sent again when it was refused for the limit: that says nothing of the service.
        """
        app = f"/accounts/{self.account_id}/realtime/kit/{app_id or self.app_id}"
        url = self.base_url + (path[1:].format(account=self.account_id) if path.startswith("//") else app + path)
        headers = {"Authorization": f"Bearer {token or self.token}"}
        for attempt in range(1 + THROTTLED):
            answered = self._session.request(
                method, url, json=body, params=query, headers=headers, timeout=30, allow_redirects=False
            )
            if answered.status_code != 429 or attempt == THROTTLED:
                break
            seconds = answered.headers.get("Retry-After", "")
            self.pause(min(float(seconds) if seconds.isdigit() else 60.0, LONGEST_PAUSE))
        try:
            parsed = answered.json()
        except ValueError:
            parsed = None
        return Answer(operation, answered.status_code, dict(answered.headers), parsed)

    def run(self) -> dict[str, Answer]:
        """All steps; returns the answers by step."""
        try:
            self._account()
            self._lists()
            if self.independent:
                self._independent()
            self._meeting()
            self._analytics()
        finally:
            try:
                clean_up(self)
            finally:
                self._session.close()
        return self.answers

    def _account(self) -> None:
        self.ask("token", "verify_token", "GET", "//user/tokens/verify")
        self.ask("account token", "verify_account_token", "GET", "//accounts/{account}/tokens/verify")
        self.ask("apps", "list_apps", "GET", "//accounts/{account}/realtime/kit/apps")
        self.ask("live inputs", "list_live_inputs", "GET", "//accounts/{account}/stream/live_inputs")
        self.ask("wrong token", "list_livestreams", "GET", "/livestreams", token="0" * 40)
        self.ask("wrong app", "get_meeting", "GET", f"/meetings/{NOWHERE}", app_id=NOWHERE)
        self.ask("webhooks", "list_webhooks", "GET", "/webhooks")

    def _lists(self) -> None:
        self.ask("livestreams before", "list_livestreams", "GET", "/livestreams", per_page=100)
        self.ask("unknown query", "list_livestreams", "GET", "/livestreams", eventops="1")

    def _independent(self) -> None:
        livestream_id = self._create("create", self.name)
        if livestream_id:
            self.ask("created", "get_livestream", "GET", f"/livestreams/{livestream_id}")
            self._create("create with a blank", self.name + " b")

    def _create(self, step: str, name: str) -> Any:
        """Create an independent livestream. Until it is plainly refused, one may have been made."""
        left = f"the independent livestream {name}, which cannot be removed"
        self.left.append(left)
        created = self.ask(step, "create_livestream", "POST", "/livestreams", {"name": name})
        if _refused(created):
            self.left.remove(left)
        return _of(created.data).get("id")

    def _meeting(self) -> None:
        self.unclear = True
        made = self.ask("meeting", "create_meeting", "POST", "/meetings", {"title": self.title})
        meeting_id = _of(made.data).get("id")
        self.unclear = not meeting_id and not _refused(made)
        if not meeting_id:
            return
        self.meetings.append(meeting_id)
        path = f"/meetings/{meeting_id}"
        self.ask("meeting read", "get_meeting", "GET", path)
        self.ask("recording", "update_meeting", "PATCH", path, {"recording_config": {"max_seconds": 3600}})
        self.ask("active none", "get_active_livestream", "GET", f"{path}/active-livestream")
        self.ask("by meeting none", "get_meeting_livestreams", "GET", f"{path}/livestream")
        self.ask("stop none", "stop_livestream", "POST", f"{path}/active-livestream/stop")
        nowhere = f"/meetings/{NOWHERE}"
        self.ask("active nowhere", "get_active_livestream", "GET", f"{nowhere}/active-livestream")
        self.ask("start nowhere", "start_livestream", "POST", f"{nowhere}/livestreams", {})
        self._follow("after start nowhere", nowhere)
        self.starting = True
        self._on_air(path)
        self.ask("retire", "update_meeting", "PATCH", path, {"status": "INACTIVE"})
        self._start_settled("start retired", f"{path}/livestreams")
        self._follow("after start retired", path)

    def _on_air(self, path: str) -> None:
        """Start, look, stop. Nobody is in the meeting: the service may refuse, or end it by itself."""
        start, stop = f"{path}/livestreams", f"{path}/active-livestream/stop"
        started = self.ask("start", "start_livestream", "POST", start, {"name": self.name})
        first = _of(started.data).get("id")
        if started.status >= 300 or not first:
            return
        self.ask("pending", "get_livestream", "GET", f"/livestreams/{first}")
        status = self._wait("while starting", path, lambda status: status not in (None, "INVOKED", "PAUSED"))
        self.ask("on air", "get_livestream", "GET", f"/livestreams/{first}")
        if status in ENDED:
            return
        self.ask("active", "get_active_livestream", "GET", f"{path}/active-livestream")
        self.ask("by meeting", "get_meeting_livestreams", "GET", f"{path}/livestream")
        self.ask("start again", "start_livestream", "POST", start, {})
        self.ask("livestreams", "list_livestreams", "GET", "/livestreams", per_page=100)
        self.ask("second page", "list_livestreams", "GET", "/livestreams", per_page=100, page_no=2)
        self.ask("livestreams unsorted", "list_livestreams", "GET", "/livestreams")
        self.ask("stop", "stop_livestream", "POST", stop)
        self.ask("stopping", "get_active_livestream", "GET", f"{path}/active-livestream")
        self.ask("stop again", "stop_livestream", "POST", stop)
        self.ask("start while stopping", "start_livestream", "POST", start, {})
        if self.answers["start while stopping"].status < 300:
            self.ask("stop the second", "stop_livestream", "POST", stop)
        self._wait("while stopping", path, lambda status: status is None or status in ENDED)
        self.ask("active after", "get_active_livestream", "GET", f"{path}/active-livestream")
        self.ask("ended", "get_livestream", "GET", f"/livestreams/{first}")
        self._start_settled("restart", start)
        self.ask("stop the last", "stop_livestream", "POST", stop)
        self._wait("while stopping the last", path, lambda status: status is None or status in ENDED)

    def _start_settled(self, step: str, path: str) -> None:
        """A start that an earlier livestream, which is still stopping unseen, does not get in the way of."""
        for _try in range(TRIES):
            if self.ask(step, "start_livestream", "POST", path, {}).status not in (400, 409):
                break
            self.pause(INTERVAL)

    def _follow(self, step: str, path: str) -> None:
        """What becomes of a start that was accepted; it is stopped."""
        started = self.answers[step.removeprefix("after ")]
        livestream_id = _of(started.data).get("id")
        if started.status >= 300 or not livestream_id:
            return
        for _poll in range(POLLS):
            found = self.ask(step, "get_livestream", "GET", f"/livestreams/{livestream_id}")
            if status_of(found.data) not in (None, "INVOKED", "PAUSED"):
                break
            self.pause(INTERVAL)
        self.ask(f"stop {step}", "stop_livestream", "POST", f"{path}/active-livestream/stop")

    def _wait(self, step: str, path: str, done: Callable[[str | None], bool]) -> str | None:
        """Poll the meeting's livestream; the last status that was seen."""
        status = None
        for _poll in range(POLLS):
            found = self.ask(step, "get_meeting_livestreams", "GET", f"{path}/livestream")
            status = status_of(found.data)
            if status not in (None, *ENDED, "INVOKED", "LIVE"):
                self.answers["strange status"] = found
            if done(status):
                break
            self.pause(INTERVAL)
        return status

    def _analytics(self) -> None:
        now = int(time.time())
        iso = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now - 86_400))
        path, operation = "/analytics/livestreams/overall", "livestream_analytics"
        self.ask("analytics unix", operation, "GET", path, start_time=now - 86_400, end_time=now)
        self.ask("analytics iso", operation, "GET", path, start_time=iso)
        self.ask("analytics by day", "livestream_analytics_daywise", "GET", "/analytics/livestreams/daywise")
        self.ask("app by day", "analytics_daywise", "GET", "/analytics/daywise")


def _refused(answer: Answer) -> bool:
    """Whether a creation was refused for certain. One that is answered with 408 or 409 may have been carried out."""
    return 400 <= answer.status < 500 and answer.status not in (408, 409)


def _of(data: Any) -> Mapping[str, Any]:
    return data if isinstance(data, dict) else {}
