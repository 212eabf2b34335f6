# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How live inputs are written: in the shapes of a profile."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..clock import iso
from .state import CUSTOMER, LiveInput, LiveInputs, Output, Video

Json = dict[str, Any]


class StreamWire:
    """Renders live inputs. ``origin``: scheme and host under which their playback URLs are."""

    def __init__(self, inputs: LiveInputs, origin: str) -> None:
        self._inputs = inputs
        self._profile = inputs.profile
        self._origin = origin

    def listed(self, shape: str) -> Json | list[Json]:
        """The list: without credentials and URLs. ``shape``: ``object`` or ``list``."""
        found, total = self._inputs.listed()
        items = [self._summary(item) for item in found]
        if shape == "list":
            return items
        counts = {"range": total - len(items), "total": total} if self._profile.list_total == "present" else {}
        return {"liveInputs": items, **counts}

    def _summary(self, item: LiveInput) -> Json:
        return self._set(
            {
                "uid": item.uid,
                "meta": item.fields.meta,
                "created": iso(item.created_at),
                "modified": iso(item.modified_at),
                "deleteRecordingAfterDays": item.fields.delete_recording_after_days,
                "enabled": item.fields.enabled,
            }
        )

    def live_input(self, item: LiveInput) -> Json:
        """All of it."""
        fields, keys = item.fields, item.keys
        rotated = item.keys_rotated_at
        return {
            **self._summary(item),
            "status": self._status(item),
            "recording": fields.recording.model_dump(by_alias=True),
            "preferLowLatency": fields.prefer_low_latency,
            **self._set({"defaultCreator": fields.default_creator}),
            **({} if rotated is None else {"keysRotatedAt": iso(rotated)}),
            "rtmps": {"url": "rtmps://live.cloudflare.com:443/live/", "streamKey": keys.rtmps},
            "rtmpsPlayback": {"url": "rtmps://live.cloudflare.com:443/live/", "streamKey": keys.rtmps_playback},
            "srt": {"url": "srt://live.cloudflare.com:778", "streamId": item.uid, "passphrase": keys.passphrase},
            "srtPlayback": {
                "url": "srt://live.cloudflare.com:778",
                "streamId": f"play{item.uid}",
                "passphrase": keys.passphrase_playback,
            },
            "webRTC": {"url": f"https://{CUSTOMER}/{keys.webrtc}/webRTC/publish"},
            "webRTCPlayback": {"url": f"https://{CUSTOMER}/{item.uid}/webRTC/play"},
            **self._playback(item),
        }

    def _playback(self, item: LiveInput) -> Json:
        match self._profile.playback:
            case "absent":
                return {}
            case "after_broadcast" if item.state is None:
                return {}
        return {"playback": self._urls(item.uid)}

    def _urls(self, uid: str) -> Json:
        manifest = f"{self._origin}/stream/{uid}/manifest/video"
        return {"hls": f"{manifest}.m3u8", "dash": f"{manifest}.mpd"}

    def _status(self, item: LiveInput) -> Any:
        if item.state is None or item.state_entered_at is None:
            return None
        if self._profile.status_shape == "string":
            return item.state
        current = {
            "state": item.state,
            "statusEnteredAt": iso(item.state_entered_at),
            "reason": item.state,
            "ingestProtocol": "rtmp",
        }
        history = [{"state": state, "statusEnteredAt": iso(entered)} for state, entered in item.history]
        return {"current": current, "history": history}

    def output(self, output: Output) -> Json:
        """Where a broadcast is sent as well."""
        return {
            "uid": output.uid, "url": output.url, "streamKey": output.stream_key, "enabled": output.enabled
        }  # fmt: skip

    def video(self, item: LiveInput, video: Video) -> Json:
        """A recording."""
        now = self._inputs.clock.now()
        ended = video.ended_at
        return {
            "uid": video.uid,
            "status": {"state": self._inputs.video_state(video)},
            "playback": self._urls(video.uid),
            "preview": f"{self._origin}/stream/{video.uid}/watch",
            "created": iso(video.created_at),
            "modified": iso(now if ended is None else ended),
            "meta": {"name": item.name or ""},
            "duration": -1 if ended is None else ended - video.created_at,
            "size": int(500_000 * ((now if ended is None else ended) - video.created_at)),
            "liveInput": item.uid,
        }

    def _set(self, fields: Mapping[str, Any]) -> Json:
        """Fields that have a value, and the others as the profile writes them."""
        missing = self._profile.unset == "missing"
        return {name: value for name, value in fields.items() if value is not None or not missing}
