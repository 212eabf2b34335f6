# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which format a text is in, and the schedule that it holds."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping
from typing import Any

from ansible_collections.eventops.cloudflare.plugins.plugin_utils.schedule import frab_xml, json_v1, json_v2
from ansible_collections.eventops.cloudflare.plugins.plugin_utils.schedule.errors import ScheduleError
from ansible_collections.eventops.cloudflare.plugins.plugin_utils.schedule.model import Schedule
from ansible_collections.eventops.cloudflare.plugins.plugin_utils.schedule.values import Node, kind, quoted

LARGEST = 16 * 1024 * 1024  # characters; the largest conferences publish about 4 million


def parse(text: str | Mapping[str, Any]) -> Schedule:
    """The schedule in a text, or in an object that was JSON. Raises ScheduleError."""
    if isinstance(text, Mapping):
        return read_json(text)
    if not isinstance(text, str):
        raise ScheduleError(f"a schedule is a text, and not {kind(text)}")
    if len(text) > LARGEST:
        raise ScheduleError(f"this is too large for a schedule: {len(text):,} characters; at most {LARGEST:,} are read")
    content = text.lstrip("\ufeff \t\r\n")
    if not content:
        raise ScheduleError("the schedule is empty")
    tag = re.search(r"<(?:!doctype\s+)?([a-z][\w:.-]*)", content[:5000], re.IGNORECASE)
    if content.startswith("<") and tag and tag[1].lower() in ("html", "head", "body"):
        found = re.search(r"<title[^>]{0,500}>([^<]{0,500})", content[:50_000], re.IGNORECASE)
        named = f" with the title {quoted(html.unescape(found[1]))}" if found else ""
        raise ScheduleError(
            f"this is an HTML page{named}, and not a schedule; does the address need a login, or is it another one?"
        )
    # Line numbers in messages are those of the file
    lead = "\n" * text[: len(text) - len(content)].count("\n")
    if content.startswith("<"):
        return frab_xml.read(content if content.startswith("<?xml") else lead + content)
    if content[0] in "{[":
        return read_json(load(lead + content))
    raise ScheduleError(f"this is neither JSON nor XML: it begins with {quoted(content)}")


def load(text: str) -> Any:
    """What the JSON says."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise ScheduleError(f"line {error.lineno}, column {error.colno}: broken JSON: {error.msg}") from None
    except RecursionError:
        raise ScheduleError("broken JSON: it is nested deeper than any schedule") from None
    except ValueError:
        raise ScheduleError("broken JSON: a number in it has more digits than can be read") from None


def read_json(document: Any) -> Schedule:
    """The schedule in what the JSON said: one list of events is version 2."""
    if not isinstance(document, Mapping):
        raise ScheduleError(f"this is JSON, but not a schedule: {kind(document)} instead of an object")
    schedule = document.get("schedule")
    if not isinstance(schedule, Mapping):
        keys = ", ".join(quoted(str(key)) for key in list(document)[:8]) or "no key at all"
        raise ScheduleError(f'this is JSON, but not a schedule: it has no object "schedule", only {keys}')
    node = Node(schedule, ("schedule",))
    if schedule.get("events") is not None or "schema2" in str(document.get("$schema")):
        return json_v2.read(node)
    return json_v1.read(node)
