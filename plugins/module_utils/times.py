# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Moments as users write them, in the forms that the API takes. Without a zone they are UTC."""

from __future__ import annotations

import re
from datetime import datetime, timezone

from ansible_collections.eventops.cloudflare.plugins.module_utils.errors import InvalidRequest


def moment(option: str, value: str) -> datetime:
    """``value``, ISO 8601 (``2019-08-21T10:00:00+02:00``, ``2019-08-21``) or Unix seconds, as a UTC datetime."""
    try:
        if re.fullmatch(r"\d{1,11}(\.\d+)?", value.strip()):
            return datetime.fromtimestamp(float(value), timezone.utc)
        # Python before 3.11 reads no Z, and fractions of three or six digits only.
        text = re.sub(r"\.(\d+)", lambda found: f".{found[1]:0<6.6}", re.sub(r"[zZ]$", "+00:00", value.strip()))
        parsed = datetime.fromisoformat(text)
        zoned = parsed if parsed.tzinfo else parsed.replace(tzinfo=timezone.utc)
        return zoned.astimezone(timezone.utc)
    except (ValueError, OverflowError, OSError):
        raise InvalidRequest(
            f"{option} is neither an ISO 8601 time (2019-08-21T10:00:00+02:00) nor Unix seconds: {value!r}"
        ) from None


def unix_seconds(text: str | None) -> float | None:
    """Unix seconds of a time as the service writes it; None when it is no time."""
    try:
        return None if text is None else moment("", text).timestamp()
    except InvalidRequest:
        return None


def iso(when: datetime) -> str:
    """As RealtimeKit writes times: ``2019-08-21T08:00:00.000Z``."""
    return when.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def unix(when: datetime) -> int:
    """Whole Unix seconds."""
    return int(when.timestamp())


def day(when: datetime) -> str:
    """YYYY-MM-DD."""
    return when.date().isoformat()
