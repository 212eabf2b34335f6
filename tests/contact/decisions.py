# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What answers say of the fields of the simulator's profile. A field that they leave open is not decided."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from typing import Any, Final

from .answers import ENDED, Answer, livestream_of, status_of
from .visit import NOWHERE

Answers = Mapping[str, Answer]
MISSING: Final = object()


def decided(answers: Answers, title: str) -> dict[str, Any]:
    """The fields that are decided, with their values. ``title``: that of the meeting, as it was sent."""
    # What was refused for the limit, or failed on the way, says nothing of the service.
    answers = {step: answer for step, answer in answers.items() if answer.status != 429 and answer.status < 500}
    found: dict[str, Any] = {"name_form": _name_form(answers, title)}
    for name, decide in DECISIONS.items():
        found[name] = decide(answers)
    return {name: value for name, value in sorted(found.items()) if value is not None}


def _good(answers: Answers, step: str) -> Answer | None:
    """The answer of a step that was carried out and went well."""
    answer = answers.get(step)
    return answer if answer is not None and 200 <= answer.status < 300 else None


def _status(answers: Answers, step: str, *known: str) -> str | None:
    """The status of a step, if the profile has it."""
    answer = answers.get(step)
    return answer.code if answer is not None and answer.code in known else None


def _data(answers: Answers, step: str) -> Any:
    answer = _good(answers, step)
    return None if answer is None else answer.data


def _list_shape(answers: Answers) -> str | None:
    data = _data(answers, "livestreams") or _data(answers, "livestreams before")
    if isinstance(data, list):
        return "list" if data else None
    if not isinstance(data, dict):
        return None
    for key, name in (("livestreams", "object_livestreams"), ("data", "object_data")):
        if isinstance(data.get(key), list):
            return name
    return "single" if "id" in data else None


def _items(answers: Answers, step: str) -> list[Any]:
    data = _data(answers, step)
    if isinstance(data, dict):
        data = data.get("livestreams", data.get("data"))
    return [item for item in data if isinstance(item, dict)] if isinstance(data, list) else []


def _paging(answers: Answers) -> str | None:
    answer = _good(answers, "livestreams") or _good(answers, "livestreams before")
    if answer is None or not isinstance(answer.body, dict):
        return None
    paging = answer.body.get("paging", answer.data.get("paging") if isinstance(answer.data, dict) else None)
    if not isinstance(paging, dict):
        return "no_paging"
    return "present" if "total_count" in paging else "absent"


def _max_per_page(answers: Answers) -> int | None:
    """A page shorter than asked for, with another one after it. Of pages of one livestream, nothing is learnt."""
    number = len(_items(answers, "livestreams"))
    return number if 0 < number < 100 and _items(answers, "second page") else None


def _default_sort(answers: Answers) -> str | None:
    times = [item.get("created_at") for item in _items(answers, "livestreams unsorted")]
    known = [time for time in times if isinstance(time, str)]
    if len(set(known)) < 2:
        return None
    return "DSC" if known == sorted(known, reverse=True) else "ASC" if known == sorted(known) else None


def _list_none(answers: Answers) -> str | None:
    answer = answers.get("livestreams before")
    if answer is None:
        return None
    if answer.status == 404:
        return "404"
    return "empty" if answer.status == 200 and not _items(answers, "livestreams before") and _empty(answer) else None


def _empty(answer: Answer) -> bool:
    return answer.data == [] or (isinstance(answer.data, dict) and "id" not in answer.data)


def _active_none(answers: Answers) -> str | None:
    # With an earlier livestream, one more form is possible.
    answer = answers.get("active after") or answers.get("active none")
    return None if answer is None else _form_of_none(answer)


def _form_of_none(answer: Answer) -> str | None:
    if answer.status in (400, 404):
        return str(answer.status)
    if answer.status != 200 or not isinstance(answer.body, dict):
        return None
    if "data" not in answer.body:
        return "no_data"
    data = answer.data
    if data is None:
        return "null"
    if data in ({}, []):
        return "empty" if data == {} else "empty_list"
    if isinstance(data, dict) and set(data) == {"message"}:
        return "message"
    return "idle" if status_of(data) in ENDED else None


def _active_unknown(answers: Answers) -> str | None:
    known, unknown = answers.get("active none"), answers.get("active nowhere")
    if known is None or unknown is None:
        return None
    if _form_of_none(known) != _form_of_none(unknown) or not 400 <= known.status < 500:
        return "as_none" if _form_of_none(known) == _form_of_none(unknown) else "404"
    return "as_none" if _text(known) == _text(unknown) else "404"


def _text(answer: Answer) -> str:
    """The text of an error without the ID that it is about."""
    error = answer.body.get("error") if isinstance(answer.body, dict) else None
    words = str(error.get("message") if isinstance(error, dict) else error).split()
    return " ".join("ID" if len(word) == len(NOWHERE) and "-" in word else word for word in words)


def _by_id_shape(answers: Answers) -> str | None:
    data = _data(answers, "on air") or _data(answers, "created")
    if not isinstance(data, dict):
        return None
    if "livestream" not in data:
        return "flat" if "id" in data else None
    return "wrapped" if "sessions" in data else "session_object" if "session" in data or "paging" in data else None


def _by_meeting_shape(answers: Answers) -> str | None:
    data = _data(answers, "by meeting")
    if not isinstance(data, dict):
        return None
    if "livestream" in data:
        return "livestream_sessions"
    return (
        None
        if "livestreams" not in data
        else "livestreams"
        if isinstance(data.get("sessions"), list)
        else "livestreams_object"
    )


def _active_shape(answers: Answers) -> str | None:
    data = _data(answers, "active")
    return None if not data else "list" if isinstance(data, list) else "object"


def _by_meeting_none(answers: Answers) -> str | None:
    answer = answers.get("by meeting none")
    if answer is None:
        return None
    return "404" if answer.status == 404 else "empty" if answer.status == 200 else None


def _livestream_field(answers: Answers, name: str, *steps: str) -> Any:
    """A field of the livestream in the first of these answers that has one."""
    for step in steps:
        found = livestream_of(_data(answers, step))
        if found:
            return found.get(name, MISSING)
    return MISSING


def _session(answers: Answers, step: str) -> Mapping[str, Any]:
    data = _data(answers, step)
    data = data if isinstance(data, dict) else {}
    sessions = data.get("sessions")
    found = sessions[0] if isinstance(sessions, list) and sessions else data.get("session", sessions)
    return found if isinstance(found, dict) else {}


def _seconds_type(answers: Answers) -> str | None:
    found = _session(answers, "on air").get("ingest_seconds")
    kinds = {int: "int", float: "float", str: "string"}
    return None if isinstance(found, bool) else kinds.get(type(found))


def _nulls(answers: Answers) -> str | None:
    session = _session(answers, "on air")
    if not session:
        return None
    return "missing" if "stopped_time" not in session else "null" if session["stopped_time"] is None else None


def _playback_pending(answers: Answers) -> str | None:
    found = _livestream_field(answers, "playback_url", "pending")
    if found is MISSING:
        return "missing" if livestream_of(_data(answers, "pending")) else None
    return "null" if found is None else "empty" if found == "" else None


def _extra_fields(answers: Answers) -> bool | None:
    found = livestream_of(_data(answers, "on air")) or livestream_of(_data(answers, "created"))
    return bool({"org_id", "manual_ingest"} & set(found)) if found else None


def _meeting_configs(answers: Answers) -> str | None:
    data = _data(answers, "meeting read")
    if not isinstance(data, dict):
        return None
    return {dict: "filled", type(None): "null"}.get(type(data["ai_config"])) if "ai_config" in data else "as_sent"


def _name_form(answers: Answers, sent: str) -> str | None:
    data = _data(answers, "meeting")
    kept = data.get("title") if isinstance(data, dict) else None
    forms = {
        "exact": sent,
        "trimmed": " ".join(sent.split()),
        "nfc": unicodedata.normalize("NFC", sent),
        "escaped": sent.replace("&", "&amp;"),
        "cut": sent[:64],
    }
    return next((form for form, text in forms.items() if text == kept), None)


def _started(answers: Answers, step: str, *refused: str) -> str | None:
    """What came of a start: its refusal, or the state that an accepted one led to."""
    answer = answers.get(step)
    if answer is None or answer.status >= 300:
        return _status(answers, step, *refused)
    status = status_of(_data(answers, f"after {step}"))
    return {"IDLE": "invoked_then_idle", "ERRORED": "invoked_then_errored", "LIVE": "accepted"}.get(status or "")


def _start_empty(answers: Answers) -> str | None:
    answer = answers.get("start")
    if answer is None:
        return None
    if answer.status >= 300:
        return "error"
    status = status_of(_data(answers, "on air"))
    return {"IDLE": "invoked_then_idle", "ERRORED": "invoked_then_errored", "LIVE": "accepted"}.get(status or "")


def _stop_none(answers: Answers, step: str, accepted: str) -> str | None:
    answer = answers.get(step)
    if answer is None:
        return None
    return accepted if answer.status == 200 else _status(answers, step, "400", "404", "409")


def _stopping_shows(answers: Answers) -> str | None:
    """Only while a stop settles: a second start is refused then."""
    if _status(answers, "start while stopping", "400", "409") is None:
        return None
    answer = answers.get("stopping")
    if answer is None:
        return None
    return "active" if status_of(answer.data) in ("LIVE", "INVOKED") else "none"


def _stop_again(answers: Answers) -> str | None:
    if _stopping_shows(answers) is None:
        return None
    return _status(answers, "stop again", "200", "400", "404", "409")


def _restart(answers: Answers) -> bool | None:
    first, last = _data(answers, "start"), _data(answers, "restart")
    if not isinstance(first, dict) or not isinstance(last, dict):
        return None
    return first.get("id") == last.get("id")


def _analytics_time(answers: Answers) -> str | None:
    if not {"analytics unix", "analytics iso"} <= answers.keys():
        return None
    unix, iso = (_good(answers, f"analytics {form}") is not None for form in ("unix", "iso"))
    return "both" if unix and iso else "unix" if unix else "iso" if iso else None


def _analytics_error(answers: Answers) -> str | None:
    return _status(answers, "analytics unix", "400", "422") or _status(answers, "analytics iso", "400", "422")


def _overall(answers: Answers) -> str | None:
    for step in ("analytics unix", "analytics iso"):
        if _good(answers, step) is not None:
            return "list" if isinstance(_data(answers, step), list) else "object"
    return None


def _token(answers: Answers) -> str | None:
    if _good(answers, "token") is not None:
        result = answers["token"].result
        return "expiring" if isinstance(result, dict) and result.get("expires_on") else "active"
    if not {"token", "account token"} <= answers.keys():
        return None
    return "account" if _good(answers, "account token") is not None else "refused"


def _live_inputs(answers: Answers) -> str | None:
    answer = answers.get("live inputs")
    if answer is None:
        return None
    if answer.status == 200:
        return "list" if isinstance(answer.result, list) else "object"
    return "403" if answer.status == 403 else None


def _ratelimit(answers: Answers) -> str | None:
    answer = _good(answers, "livestreams before") or answers.get("livestreams before")
    if answer is None:
        return None
    headers = {name.lower(): value for name, value in answer.headers.items()}
    limit = headers.get("ratelimit")
    if limit is None:
        return "absent"
    if not any(part.strip().startswith("r=") and part.strip()[2:].isdigit() for part in limit.split(";")):
        return "garbage"
    return "several" if "," in limit else "present"


def _shape_of_refusal(answers: Answers) -> str | None:
    answer = answers.get("wrong token")
    body = answer.body if answer is not None and isinstance(answer.body, dict) else {}
    return "edge" if "errors" in body else "service" if "message" in body else None


DECISIONS: Final[Mapping[str, Callable[[Answers], Any]]] = {
    "active_has_key": lambda a: None if not _data(a, "active") else "stream_key" in livestream_of(_data(a, "active")),
    "active_none": _active_none,
    "active_shape": _active_shape,
    "active_unknown_meeting": _active_unknown,
    "analytics_overall_shape": _overall,
    "analytics_time": _analytics_time,
    "analytics_time_error": _analytics_error,
    "apps_listed": lambda a: "listed" if _good(a, "apps") else _status(a, "apps", "403"),
    "by_id_shape": _by_id_shape,
    "by_meeting_none": _by_meeting_none,
    "by_meeting_shape": _by_meeting_shape,
    "create_offered": lambda a: _status(a, "create", "201", "404", "405", "410", "7003"),
    "create_status": lambda a: {"INVOKED": "INVOKED", "OFFLINE": "OFFLINE"}.get(status_of(_data(a, "create")) or ""),
    "created_later_status": lambda a: {name: name for name in ("IDLE", "OFFLINE", "INVOKED")}.get(
        status_of(_data(a, "created")) or ""
    ),
    "default_sort": _default_sort,
    "disabled_type": lambda a: {bool: "bool", str: "string"}.get(
        type(_livestream_field(a, "disabled", "on air", "created"))
    ),
    "extra_fields": _extra_fields,
    "list_none": _list_none,
    "list_shape": _list_shape,
    "max_per_page": _max_per_page,
    "meeting_configs": _meeting_configs,
    "name_pattern": lambda a: (
        "ignored" if _good(a, "create with a blank") else _status(a, "create with a blank", "422") and "enforced"
    ),
    "nulls": _nulls,
    "paging_total": _paging,
    "patch_recording_config": lambda a: (
        "accepted" if _good(a, "recording") else _status(a, "recording", "422") and "rejected"
    ),
    "playback_pending": _playback_pending,
    "ratelimit_header": _ratelimit,
    "restart_keeps_id": _restart,
    "seconds_type": _seconds_type,
    "start_duplicate": lambda a: _status(a, "start again", "400", "409"),
    "start_empty_meeting": _start_empty,
    "start_inactive_meeting": lambda a: _started(a, "start retired", "400", "403"),
    "start_unknown_meeting": lambda a: _started(a, "start nowhere", "404", "400"),
    "start_while_stopping": lambda a: _status(a, "start while stopping", "400", "409"),
    "status_of_unknown": lambda a: "PAUSED" if status_of(_data(a, "strange status")) else None,
    "stop_none": lambda a: _stop_none(a, "stop none", "message"),
    "stop_while_stopping": _stop_again,
    "stopped_status": lambda a: {"IDLE": "IDLE", "OFFLINE": "OFFLINE"}.get(status_of(_data(a, "ended")) or ""),
    "stopping_shows": _stopping_shows,
    "stream_offered": _live_inputs,
    "token_verify": _token,
    "unauthorized_shape": _shape_of_refusal,
    "unknown_app": lambda a: _status(a, "wrong app", "404", "7003"),
    "unknown_query": lambda a: (
        "rejected" if _status(a, "unknown query", "422") else "ignored" if _good(a, "unknown query") else None
    ),
    "webhooks_none": lambda a: (
        "404" if _status(a, "webhooks", "404") else "empty" if _data(a, "webhooks") == [] else None
    ),
}
