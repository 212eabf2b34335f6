# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of the modules, as Ansible argument specs. Their documentation is in doc_fragments and modules."""

from __future__ import annotations

from typing import Any, Dict

from ansible.module_utils.basic import env_fallback

Spec = Dict[str, Any]  # Python 3.8 cannot subscript dict


def _env(variable: str) -> Spec:
    return {"fallback": (env_fallback, [variable])}


CLIENT: Spec = {
    "account_id": {"type": "str", **_env("CLOUDFLARE_ACCOUNT_ID")},
    "app_id": {"type": "str", **_env("CLOUDFLARE_REALTIME_APP_ID")},
    "api_token": {"type": "str", "no_log": True, **_env("CLOUDFLARE_API_TOKEN")},
    "api_key": {"type": "str", "no_log": True, **_env("CLOUDFLARE_API_KEY")},
    "api_email": {"type": "str", **_env("CLOUDFLARE_EMAIL")},
    "base_url": {
        "type": "str",
        "default": "https://api.cloudflare.com/client/v4",
        **_env("CLOUDFLARE_BASE_URL"),
    },
    "timeout": {"type": "float", "default": 30},
    "retries": {"type": "int", "default": 4},
    "retry_max_wait": {"type": "float", "default": 60},
    "validate_certs": {"type": "bool", "default": True},
    "ca_path": {"type": "path"},
}

WAIT: Spec = {
    "wait": {"type": "bool", "default": True},
    "wait_timeout": {"type": "float", "default": 120},
}

STREAM_KEY: Spec = {"return_stream_key": {"type": "bool", "default": False, "no_log": False}}

TIME_RANGE: Spec = {"start_time": {"type": "str"}, "end_time": {"type": "str"}}

STATES = ["present", "started", "stopped"]

# What a livestream is, and how a new one is to be.
ENTRY: Spec = {
    "meeting_id": {"type": "str"},
    "livestream_id": {"type": "str"},
    "name": {"type": "str"},
    "video_config": {
        "type": "dict",
        "options": {"width": {"type": "int"}, "height": {"type": "int"}},
    },
}

LIVESTREAM: Spec = {
    "state": {"type": "str", "choices": STATES, "default": "present"},
    **ENTRY,
    **WAIT,
    **STREAM_KEY,
    **CLIENT,
}

LIVESTREAMS: Spec = {
    "livestreams": {
        "type": "list",
        "elements": "dict",
        "required": True,
        "options": {"state": {"type": "str", "choices": STATES}, **ENTRY},
    },
    "state": {"type": "str", "choices": STATES, "default": "present"},
    "exclusive": {"type": "bool", "default": False},
    "concurrency": {"type": "int", "default": 4},
    **WAIT,
    **STREAM_KEY,
    **CLIENT,
}


def _flags(*names: str) -> Spec:
    return {name: {"type": "bool"} for name in names}


AI_CONFIG: Spec = {
    "transcription": {
        "type": "dict",
        "options": {
            "keywords": {"type": "list", "elements": "str", "no_log": False},
            "language": {"type": "str"},
            "profanity_filter": {"type": "bool"},
        },
    },
    "summarization": {
        "type": "dict",
        "options": {
            "word_limit": {"type": "int"},
            "text_format": {"type": "str", "choices": ["plain_text", "markdown"]},
            "summary_type": {"type": "str"},
        },
    },
}

RECORDING_CONFIG: Spec = {
    "max_seconds": {"type": "int"},
    "file_name_prefix": {"type": "str"},
    "video_config": {
        "type": "dict",
        "options": {
            "codec": {"type": "str"},
            "width": {"type": "int"},
            "height": {"type": "int"},
            "export_file": {"type": "bool"},
            "watermark": {
                "type": "dict",
                "options": {
                    "url": {"type": "str"},
                    "position": {"type": "str", "choices": ["left top", "right top", "left bottom", "right bottom"]},
                    "size": {"type": "dict", "options": {"width": {"type": "int"}, "height": {"type": "int"}}},
                },
            },
        },
    },
    "audio_config": {
        "type": "dict",
        "options": {
            "codec": {"type": "str"},
            "channel": {"type": "str", "choices": ["mono", "stereo"]},
            "export_file": {"type": "bool"},
        },
    },
    "storage_config": {
        "type": "dict",
        "options": {
            "type": {"type": "str", "required": True, "choices": ["aws", "azure", "digitalocean", "gcs", "sftp"]},
            "access_key": {"type": "str", "no_log": True},
            "secret": {"type": "str", "no_log": True},
            "bucket": {"type": "str"},
            "region": {"type": "str"},
            "path": {"type": "str"},
            "auth_method": {"type": "str", "choices": ["KEY", "PASSWORD"]},
            "host": {"type": "str"},
            "port": {"type": "int"},
            "username": {"type": "str"},
            "password": {"type": "str", "no_log": True},
            "private_key": {"type": "str", "no_log": True},
        },
    },
    "realtimekit_bucket_config": {"type": "dict", "options": {"enabled": {"type": "bool", "required": True}}},
    "live_streaming_config": {"type": "dict", "options": {"rtmp_url": {"type": "str", "no_log": True}}},
}

# What a meeting is, and how it is to be.
MEETING_ENTRY: Spec = {
    "meeting_id": {"type": "str"},
    "title": {"type": "str"},
    **_flags("live_stream_on_start", "record_on_start", "persist_chat", "summarize_on_end", "transcribe_on_end"),
    "session_keep_alive_time_in_secs": {"type": "int"},
    "ai_config": {"type": "dict", "options": AI_CONFIG},
    "recording_config": {"type": "dict", "options": RECORDING_CONFIG},
}
MEETING_STATES = ["active", "inactive"]

MEETING: Spec = {
    "state": {"type": "str", "choices": MEETING_STATES, "default": "active"},
    **MEETING_ENTRY,
    **CLIENT,
}

MEETINGS: Spec = {
    "meetings": {
        "type": "list",
        "elements": "dict",
        "required": True,
        "options": {"state": {"type": "str", "choices": MEETING_STATES}, **MEETING_ENTRY},
    },
    "state": {"type": "str", "choices": MEETING_STATES, "default": "active"},
    "concurrency": {"type": "int", "default": 4},
    **CLIENT,
}

EVENT_STREAM: Spec = {
    "name": {"type": "str", "required": True},
    "title": {"type": "str"},
    "meeting_id": {"type": "str"},
    "meeting_title": {"type": "str"},
    "independent": {"type": "bool"},
    "video_config": ENTRY["video_config"],
    "state": {"type": "str", "choices": STATES},
    "wait": {"type": "bool"},
    "encoder": {"type": "str"},
    "talks": {"type": "list", "elements": "dict"},
}

EVENT_LIST: Spec = {
    "event": {"type": "str"},
    "streams": {"type": "list", "elements": "dict", "default": [], "options": EVENT_STREAM},
    "others": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "name": {"type": "str", "required": True},
            "meeting_id": {"type": "str"},
            "meeting_title": {"type": "str"},
        },
    },
    "concurrency": {"type": "int", "default": 4},
}

EVENT: Spec = {
    "state": {"type": "str", "choices": [*STATES, "retired"], "default": "present"},
    **EVENT_LIST,
    "auto_start": {"type": "bool"},
    "exclusive": {"type": "str", "choices": ["no", "event", "app"], "default": "no"},
    "missing": {"type": "str", "choices": ["fail", "warn"], "default": "fail"},
    "earlier": {"type": "list", "elements": "dict", "default": []},
    "verify": {"type": "str", "choices": ["warn", "fail", "no"], "default": "no"},
    "verify_timeout": {"type": "float", "default": 60},
    **WAIT,
    **CLIENT,
}

EVENT_INFO: Spec = {
    "state": {"type": "str", "choices": [*STATES, "retired"], "default": "present"},
    **EVENT_LIST,
    **CLIENT,
}

MEETING_INFO: Spec = {
    "meeting_id": {"type": "str"},
    "title": {"type": "str"},
    "search": {"type": "str"},
    "status": {"type": "str", "choices": MEETING_STATES},
    "limit": {"type": "int"},
    **TIME_RANGE,
    **CLIENT,
}

LIVESTREAM_INFO: Spec = {
    "livestream_id": {"type": "str"},
    "meeting_id": {"type": "str"},
    "session_id": {"type": "str"},
    "active": {"type": "bool", "default": False},
    "status": {"type": "list", "elements": "str", "choices": ["LIVE", "IDLE", "ERRORED", "INVOKED"]},
    "name": {"type": "str"},
    "exclude_meetings": {"type": "bool", "default": False},
    "sort_order": {"type": "str", "choices": ["asc", "desc"], "default": "asc"},
    "limit": {"type": "int"},
    **TIME_RANGE,
    **STREAM_KEY,
    **CLIENT,
}

ANALYTICS_INFO: Spec = {
    "report": {
        "type": "str",
        "choices": ["livestreams", "livestreams_daily", "app_daily", "event"],
        "default": "livestreams",
    },
    "filters": {"type": "str"},
    **EVENT_LIST,
    **TIME_RANGE,
    **CLIENT,
}

CREDENTIALS: Spec = {
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "livestreams": {
        "type": "list",
        "elements": "dict",
        "required": True,
        "options": {
            "name": {"type": "str", "required": True},
            "id": {"type": "str"},
            "meeting_id": {"type": "str"},
        },
    },
    "path": {"type": "path", "required": True},
    "required": {"type": "bool", "default": False},
    "concurrency": {"type": "int", "default": 4},
    **CLIENT,
}

# What the action plugin adds where the module of the same name writes the files: all of them, keys included.
SENT: Spec = {"_contents": {"type": "str", "no_log": True}}

CHECK: Spec = {
    "ingest_servers": {"type": "list", "elements": "str", "default": []},
    "requests": {"type": "int", "default": 100},
    "on_failure": {"type": "str", "choices": ["warn", "fail"], "default": "fail"},
    **CLIENT,
}

PLAYBACK_INFO: Spec = {
    "playbacks": {
        "type": "list",
        "elements": "dict",
        "required": True,
        "options": {"name": {"type": "str", "required": True}, "playback_url": {"type": "str"}},
    },
    "timeout": {"type": "float", "default": 60},
    "on_failure": {"type": "str", "choices": ["warn", "fail"], "default": "warn"},
    "concurrency": {"type": "int", "default": 16},
    "validate_certs": CLIENT["validate_certs"],
    "ca_path": CLIENT["ca_path"],
}

PAGE: Spec = {
    "template": {"type": "str", "required": True},
    "path": {"type": "path", "required": True},
}

# What the action plugin adds where the module of the same name writes the page.
SENT_PAGE: Spec = {"_content": {"type": "str"}}
