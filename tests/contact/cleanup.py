# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""After a visit, however it ended: its meetings are off the air, and retired. What is not seen to be so is named."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import requests

from .answers import ENDED, Answer, status_of

if TYPE_CHECKING:
    from .visit import Visit

INTERVAL: Final = 2.0  # seconds between two looks
LOOKS: Final = 30
MOST_PAGES: Final = 50  # of the list in which a meeting is looked for


def clean_up(visit: Visit) -> None:
    """Stop and retire the meetings of a visit. What remains is in ``visit.left``, also when this is interrupted."""
    doubt = f"perhaps a meeting whose title begins with {visit.name}: it could not be looked for"
    visit.left += [doubt] if visit.unclear else []
    try:
        found = _looked_for(visit) if visit.unclear else []
    except requests.RequestException:
        found = None
    if found is not None and doubt in visit.left:
        visit.left.remove(doubt)
    for meeting_id in dict.fromkeys([*visit.meetings, *(found or ())]):
        path = f"/meetings/{meeting_id}"
        title = f"the meeting whose title begins with {visit.name}"
        on_air = f"a livestream of {title}, which may be on the air: stop it in the dashboard"
        active = f"{title}, which could not be retired"
        visit.left += [on_air, active]
        for text, done in ((on_air, _off_air), (active, _retired)):
            try:
                if done(visit, path):
                    visit.left.remove(text)
            except requests.RequestException:
                continue


def _looked_for(visit: Visit) -> list[str] | None:
    """The IDs of meetings that bear the name of the visit; None where the list could not be read."""
    found: list[str] = []
    for page in range(1, MOST_PAGES + 1):
        answer = visit.request("GET", "/meetings", search=visit.name, page_no=page, per_page=100)
        items = answer.data if isinstance(answer.data, list) else None
        if answer.status == 404:
            return found
        if answer.status != 200 or items is None:
            return None
        new = [item for item in items if isinstance(item, dict) and str(item.get("title")).startswith(visit.name)]
        found += [str(item["id"]) for item in new if item.get("id") and item["id"] not in found]
        if not items:
            break
    return found


def _off_air(visit: Visit, path: str) -> bool:
    """Stop until nothing is seen on the air: twice, where a start was sent whose end was not seen."""
    seen = 0
    for _look in range(LOOKS):
        answers = [visit.request("GET", f"{path}/{what}") for what in ("active-livestream", "livestream")]
        if all(map(_none, answers)):
            seen += 1
            if seen == (2 if visit.starting else 1):
                return True
        else:
            seen = 0
            visit.request("POST", f"{path}/active-livestream/stop")
        visit.pause(INTERVAL)
    return False


def _none(answer: Answer) -> bool:
    """Whether an answer says that nothing is on the air. One that is not understood says nothing."""
    if answer.status in (400, 404):
        return isinstance(answer.body, dict)
    listed = answer.data.get("livestreams") if isinstance(answer.data, dict) else answer.data
    if answer.status != 200 or not isinstance(answer.body, dict) or answer.body.get("success") is False:
        return False
    statuses = [status_of(item) for item in listed] if isinstance(listed, list) else [status_of(answer.data)]
    return all(status in (None, *ENDED) for status in statuses)


def _retired(visit: Visit, path: str) -> bool:
    """Retire until the meeting is seen to be so, or is gone."""
    for _look in range(LOOKS):
        answer = visit.request("GET", path)
        if answer.status == 404 or (answer.status == 200 and status_of(answer.data) == "INACTIVE"):
            return True
        visit.request("PATCH", path, {"status": "INACTIVE"})
        visit.pause(INTERVAL)
    return False
