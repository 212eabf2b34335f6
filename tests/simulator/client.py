# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The control plane from the point of view of a test."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import requests

from .credentials import Access
from .journal import Entry
from .operations import PREFIX
from .profile import Profile


class ControlError(Exception):
    """The control plane refused something; the text says what."""


class Control:
    """A running simulator.

    ``url`` is its root (``http://127.0.0.1:PORT``). The credentials are those in the environment or the defaults unless
    ``access`` names others: the control plane does not tell them. ``secure_url`` is the root over TLS, and
    ``proxy_url`` a proxy that leads there, where there are such.
    """

    def __init__(self, url: str, access: Access | None = None, secure_url: str = "", proxy_url: str = "") -> None:
        self.url = url.rstrip("/")
        self.secure_url = secure_url
        self.proxy_url = proxy_url
        self.base_url = self.url + PREFIX
        self._session = requests.Session()
        # Neither proxies nor ~/.netrc have a say in what tests do.
        self._session.trust_env = False
        if access is None:
            known = self._call("GET", "/")
            access = Access.from_environment(known["account_id"], known["app_id"])
        self.account_id = access.account_id
        self.app_id = access.app_id
        self.api_token = access.api_token
        self.api_key = access.api_key
        self.email = access.email

    @property
    def app_url(self) -> str:
        """The URL below which all paths of the app are."""
        return f"{self.base_url}/accounts/{self.account_id}/realtime/kit/{self.app_id}"

    def _call(self, method: str, path: str, body: Any = None) -> Any:
        answer = self._session.request(method, f"{self.url}/_simulator{path}", json=body, timeout=60)
        if not answer.ok:
            raise ControlError(f"{method} {path}: {answer.status_code} {answer.text}")
        return answer.json() if answer.content else None

    def close(self) -> None:
        """Close the connection to the control plane."""
        self._session.close()

    def reset(self, profile: str | Profile | Mapping[str, Any] | None = None, /, **settings: Any) -> None:
        """As if just started, as this profile (a name, a profile or fields) with these fields over it."""
        self._call("POST", "/reset", {"profile": _plain(profile), "settings": settings})

    def configure(self, profile: str | Profile | Mapping[str, Any] | None = None, /, **settings: Any) -> None:
        """Change fields of the profile in force; objects stay."""
        self._call("PATCH", "/profile", {"profile": _plain(profile), "settings": settings})

    def profile(self) -> Profile:
        """The profile in force."""
        return Profile.model_validate(self._call("GET", "/profile"))

    def journal(self, operation: str | None = None) -> list[Entry]:
        """Requests to the API since the last reset, or only those of one operation."""
        entries = [Entry(**entry) for entry in self._call("GET", "/journal")]
        return [entry for entry in entries if operation in (None, entry.operation)]

    def clear_journal(self) -> None:
        """Forget the requests."""
        self._call("DELETE", "/journal")

    def advance(self, seconds: float) -> float:
        """Move simulated time forward; returns the simulated Unix seconds."""
        now: float = self._call("POST", "/advance", {"seconds": seconds})["now"]
        return now

    def push(self, livestream_id: str) -> str:
        """An encoder connects to an independent livestream; returns the session's id."""
        session_id: str = self._call("POST", f"/livestreams/{livestream_id}/push")["session_id"]
        return session_id

    def unpush(self, livestream_id: str) -> None:
        """The encoder disconnects."""
        self._call("POST", f"/livestreams/{livestream_id}/unpush")

    def fail(self, livestream_id: str, message: str = "The ingest connection broke") -> None:
        """The livestream becomes ERRORED, with this reason in its session."""
        self._call("POST", f"/livestreams/{livestream_id}/fail", {"message": message})

    def disable(self, livestream_id: str, disabled: bool = True) -> None:
        """Disable (or enable again) a livestream."""
        self._call("POST", f"/livestreams/{livestream_id}/disable", {"disabled": disabled})

    def viewers(self, livestream_id: str, viewers: int) -> None:
        """From now on so many people watch a livestream."""
        self._call("POST", f"/livestreams/{livestream_id}/viewers", {"viewers": viewers})

    def add_meeting(self, id: str | None = None, title: str | None = None, status: str = "ACTIVE") -> str:  # noqa: A002
        """Create a meeting, with a chosen id if need be; returns the id."""
        meeting_id: str = self._call("POST", "/meetings", {"id": id, "title": title, "status": status})["id"]
        return meeting_id

    def presence(self, meeting_id: str, participants: int) -> None:
        """From now on so many people are in the meeting."""
        self._call("POST", f"/meetings/{meeting_id}/presence", {"participants": participants})

    def seed(
        self,
        meetings: int = 0,
        active: bool = False,
        independents: Iterable[str | None] = (),
        past: int = 0,
    ) -> dict[str, list[str]]:
        """Create many objects at once; ids under "meetings" and "livestreams", in order of creation.

        ``active`` starts every meeting; ``past`` livestreams per meeting are already over.
        """
        body = {"meetings": meetings, "active": active, "independents": list(independents), "past": past}
        ids: dict[str, list[str]] = self._call("POST", "/seed", body)
        return ids

    def livestreams(self) -> list[dict[str, Any]]:
        """The truth about all livestreams, whatever the profile shows; oldest first."""
        truth: list[dict[str, Any]] = self._call("GET", "/livestreams")
        return truth

    def configure_stream(self, profile: str | None = None, /, **settings: Any) -> None:
        """Change how live inputs are: a named profile, with fields over it; objects stay."""
        self._call("PATCH", "/stream/profile", {**({"profile": profile} if profile else {}), **settings})

    def live_inputs(self) -> list[dict[str, Any]]:
        """The truth about all live inputs of Stream, oldest first."""
        truth: list[dict[str, Any]] = self._call("GET", "/stream/live_inputs")
        return truth

    def connect(self, uid: str, state: str = "connected") -> None:
        """An encoder connects to a live input, or what is known of it changes."""
        self._call("POST", f"/stream/live_inputs/{uid}/connect", {"state": state})

    def disconnect(self, uid: str) -> None:
        """The encoder goes."""
        self._call("POST", f"/stream/live_inputs/{uid}/disconnect")

    def secrets(self) -> list[str]:
        """Every stream key ever issued, and what else lets somebody broadcast."""
        keys: list[str] = self._call("GET", "/secrets")
        return keys

    def faults(self, *rules: Mapping[str, Any]) -> None:
        """Replace the rules by which answers go wrong (fields of ``simulator.faults.Rule``); none: all goes well."""
        self._call("PUT", "/faults", [dict(rule) for rule in rules])

    def fired(self) -> list[int]:
        """How many requests each rule was applied to."""
        return [rule["fired"] for rule in self._call("GET", "/faults")]


def _plain(profile: str | Profile | Mapping[str, Any] | None) -> str | dict[str, Any] | None:
    if profile is None or isinstance(profile, str):
        return profile
    return profile.model_dump() if isinstance(profile, Profile) else dict(profile)
