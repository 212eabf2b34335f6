# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Calls every livestream operation that an installed version of Cloudflare's SDK has, and reports what came back.

Run by the SDK's own Python environment; it must not import anything from this repository. Reads EXERCISE_BASE_URL,
EXERCISE_API_TOKEN, EXERCISE_ACCOUNT_ID, EXERCISE_APP_ID and EXERCISE_CONTROL_URL; prints one JSON object: the SDK's
version, and for each operation the facts that a caller sees.
"""

from __future__ import annotations

import json
import os
import sys
import time
from typing import Any

import cloudflare
import httpx
from cloudflare import Cloudflare

ACCOUNT_ID = os.environ["EXERCISE_ACCOUNT_ID"]
APP_ID = os.environ["EXERCISE_APP_ID"]

client = Cloudflare(
    api_token=os.environ["EXERCISE_API_TOKEN"],
    base_url=os.environ["EXERCISE_BASE_URL"],
    # The SDK repeats POST requests on its own, which starts things twice.
    max_retries=0,
    http_client=httpx.Client(trust_env=False, timeout=10),
)
kit = client.realtime_kit


def control(path: str, body: Any = None) -> None:
    """Let something happen in the simulator that no API call can do."""
    url = f"{os.environ['EXERCISE_CONTROL_URL']}/_simulator{path}"
    httpx.post(url, json=body, trust_env=False, timeout=10).raise_for_status()


def call(method: Any, *ids: str, **arguments: Any) -> Any:
    """An operation of the app, parsed into the SDK's own type."""
    if ids:
        return method(*ids, account_id=ACCOUNT_ID, app_id=APP_ID, **arguments)
    return method(APP_ID, account_id=ACCOUNT_ID, **arguments)


def raw(method: Any, *ids: str, **arguments: Any) -> Any:
    """The JSON of an operation whose type in the SDK contradicts the wire."""
    return json.loads(call(method, *ids, **arguments).http_response.content)


def typed(value: Any) -> str:
    """The name of a value's type, to see what the SDK made of it."""
    return type(value).__name__


def refused(method: Any, *ids: str, **arguments: Any) -> dict[str, Any]:
    """How the SDK reports that an operation was refused."""
    try:
        call(method, *ids, **arguments)
    except cloudflare.APIStatusError as error:
        body = error.body if isinstance(error.body, dict) else {}
        return {
            "exception": typed(error),
            "status": error.status_code,
            "message": body.get("error", {}).get("message"),
            # The SDK looks for Cloudflare's usual errors and misses RealtimeKit's.
            "errors": bool(error.errors),
        }
    return {"exception": None}


def live_inputs() -> dict[str, Any]:
    """The operations of Stream's live inputs. The SDK has none that rotates keys or lists the recordings of one."""
    inputs = client.stream.live_inputs
    made = inputs.create(account_id=ACCOUNT_ID, meta={"name": "mast"}, recording={"mode": "automatic"})
    control(f"/stream/live_inputs/{made.uid}/connect")
    listed = inputs.list(account_id=ACCOUNT_ID)
    changed = inputs.update(made.uid, account_id=ACCOUNT_ID, enabled=False, recording={"mode": "automatic"})
    outputs = {"account_id": ACCOUNT_ID, "live_input_identifier": made.uid}
    output = inputs.outputs.create(**outputs, url="rtmps://example.org/live", stream_key="k")
    disabled = inputs.outputs.update(output.uid, **outputs, enabled=False)
    there = [item.uid for item in inputs.outputs.list(made.uid, account_id=ACCOUNT_ID)]
    inputs.outputs.delete(output.uid, **outputs)
    read = inputs.get(made.uid, account_id=ACCOUNT_ID)
    inputs.delete(made.uid, account_id=ACCOUNT_ID)
    try:
        inputs.get(made.uid, account_id=ACCOUNT_ID)
        gone = None
    except cloudflare.NotFoundError as error:
        gone = [item.code for item in error.errors]
    return {
        "made": {"created": typed(made.created), "status": made.status, "mode": made.recording.mode},
        "key": len(made.rtmps.stream_key) > 0 and len(made.srt.passphrase) > 0 and made.web_rtc.url.startswith("https"),
        "listed": {"names": [item.meta["name"] for item in listed.live_inputs], "total": listed.total},
        "changed": {"enabled": changed.enabled, "same": read.uid == made.uid},
        "outputs": {"enabled": [output.enabled, disabled.enabled], "same": there == [output.uid]},
        "gone": gone,
    }


def exercise() -> dict[str, Any]:
    """All operations, in an order in which each has something to see."""
    streams, meetings = kit.livestreams, kit.meetings
    report: dict[str, Any] = {}

    made = meetings.create(
        APP_ID, account_id=ACCOUNT_ID, title="SDK meeting", extra_body={"session_keep_alive_time_in_secs": 120}
    ).data
    report["create_meeting"] = {"id": made.id, "title": made.title, "status": made.status}
    updated = call(meetings.update_meeting_by_id, made.id, title="Renamed", persist_chat=True).data
    report["update_meeting"] = {"title": updated.title}
    read = call(meetings.get_meeting_by_id, made.id).data
    report["get_meeting"] = {"title": read.title, "created_at": typed(read.created_at)}
    listed = call(meetings.get, search="Renamed")
    report["list_meetings"] = {"ids": [item.id for item in listed.data], "total": listed.paging.total_count}

    replaced = call(meetings.replace_meeting_by_id, made.id, title="Replaced").data
    report["replace_meeting"] = {"title": replaced.title}
    control(f"/meetings/{made.id}/presence", {"participants": 2})
    present = call(kit.active_session.get_active_session, made.id).data
    report["get_active_session"] = {"status": present.status, "people": present.live_participants}

    report["nothing_active"] = refused(streams.get_meeting_active_livestreams, made.id)

    size = {"width": 1280, "height": 720}
    started = call(streams.start_livestreaming_a_meeting, made.id, name="sdk", video_config=size).data
    report["start_livestream"] = {
        "id": started.id,
        "status": started.status,
        "key": len(started.stream_key),
        "ingest_server": started.ingest_server,
        "playback_url": started.playback_url,
    }
    report["start_again"] = refused(streams.start_livestreaming_a_meeting, made.id)
    active = call(streams.get_meeting_active_livestreams, made.id).data
    report["get_active_livestream"] = {
        "id": active.id,
        "status": active.status,
        "name": active.name,
        "created_at": typed(active.created_at),
        "key": active.stream_key,
    }
    control("/advance", {"seconds": 100})

    by_id = call(streams.get_livestream_session_for_livestream_id, started.id).data
    sessions = raw(streams.with_raw_response.get_livestream_session_for_livestream_id, started.id)["data"]["sessions"]
    report["get_livestream"] = {
        "id": by_id.livestream.id,
        "status": by_id.livestream.status,
        # Declared as one object; the wire has a list of another name.
        "session": typed(by_id.session),
        "sessions": len(sessions),
    }
    current = call(streams.get_active_livestreams_for_livestream_id, started.id).data
    report["get_active_livestream_session"] = {"id": current.session.id, "livestream": current.livestream.id}
    session = call(streams.get_livestream_session_details_for_session_id, sessions[0]["id"]).data
    report["get_livestream_session"] = {"livestream_id": session.livestream_id, "seconds": session.ingest_seconds}
    wire = raw(streams.with_raw_response.get_all_livestreams, status="LIVE", sort_order="DSC", per_page=10, page_no=1)
    report["list_livestreams"] = {
        "ids": [item["id"] for item in wire["data"]],
        "total": wire["paging"]["total_count"],
        # Declared as one object.
        "parsed": typed(call(streams.get_all_livestreams, exclude_meetings=False).data),
    }
    stopped = call(streams.stop_livestreaming_a_meeting, made.id).data
    report["stop_livestream"] = {"message": stopped.message}
    report["stop_again"] = refused(streams.stop_livestreaming_a_meeting, made.id)

    now = int(time.time())
    period = {"start_time": now - 3600, "end_time": now + 86_400}
    overall = call(streams.get_livestream_analytics_complete, **period).data
    report["livestream_analytics"] = {"count": overall.count, "seconds": overall.total_ingest_seconds}
    days = call(streams.get_livestream_analytics_daywise, **period).data
    report["livestream_analytics_daywise"] = {"counts": [day.count for day in days]}
    for resource in (streams, kit.analytics):
        stats = call(resource.get_org_analytics).data
        report["analytics_daywise"] = {"days": len(stats.session_stats.day_stats)}

    # Gone from 5.7.0 on.
    if hasattr(streams, "create_independent_livestream"):
        created = call(streams.create_independent_livestream, name="studio").data
        report["create_livestream"] = {"id": created.id, "name": created.name, "meeting_id": created.meeting_id}

    report["live_inputs"] = live_inputs()

    hooks = kit.webhooks
    fields = {"name": "status", "url": "https://example.com/hook", "events": ["livestreaming.statusUpdate"]}
    hook = call(hooks.create_webhook, **fields).data
    report["create_webhook"] = {"id": hook.id, "enabled": hook.enabled}
    report["list_webhooks"] = {"ids": [item.id for item in call(hooks.get_webhooks).data]}
    report["get_webhook"] = {"name": call(hooks.get_webhook_by_id, hook.id).data.name}
    report["update_webhook"] = {"enabled": call(hooks.edit_webhook, hook.id, enabled=False).data.enabled}
    report["replace_webhook"] = {"enabled": call(hooks.replace_webhook, hook.id, **fields).data.enabled}
    report["delete_webhook"] = {"id": call(hooks.delete_webhook, hook.id).data.id}
    retired = call(meetings.update_meeting_by_id, made.id, status="INACTIVE").data
    report["retire_meeting"] = {"status": retired.status}
    return report


if __name__ == "__main__":
    json.dump({"version": cloudflare.__version__, "report": exercise()}, sys.stdout)
