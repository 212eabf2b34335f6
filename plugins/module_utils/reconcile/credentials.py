# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What encoders need to broadcast, in files.

Fetching and writing are apart: the keys are read where the API is reached from, and the files are written by a function
that is handed in, which may do so on another host.
"""

from __future__ import annotations

import json
import re
import typing
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ansible_collections.eventops.cloudflare.plugins.module_utils import files
from ansible_collections.eventops.cloudflare.plugins.module_utils.api.models import Livestream
from ansible_collections.eventops.cloudflare.plugins.module_utils.api.realtimekit import RealtimeApi, check_id
from ansible_collections.eventops.cloudflare.plugins.module_utils.errors import (
    FileFailed,
    InvalidRequest,
    RealtimeError,
    StateUnreachable,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.common import (
    Context,
    Outcome,
    at_most_one,
    given,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.livestream_listing import (
    active_of_meetings,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.pool import (
    check_concurrency,
    failure_message,
    in_pool,
)

OLDEST_PYTHON = "3.8"  # what the module runs on
FFMPEG, OBS = "ffmpeg.env", "service.json"
# OBS keeps the settings before its last change, with their key.
REMOVED = (FFMPEG, OBS, f"{OBS}.bak")

# Python 3.8 cannot subscript what collections.abc has.
Folders = typing.Mapping[str, files.Contents]  # by name of the stream
Place = typing.Callable[[Folders, Context], files.Placed]


@dataclass
class Entry:
    """A stream, and the livestream that its encoder pushes to: None when there is none yet."""

    name: str
    livestream_id: str | None = None
    meeting_id: str | None = None
    livestream: Livestream | None = None
    failure: RealtimeError | None = None


def entries_of(params: Mapping[str, Any]) -> list[Entry]:
    """The streams; refused when one is named as no folder can be, or is about two livestreams."""
    entries = []
    for place, options in enumerate(params["livestreams"]):
        try:
            at_most_one(options, "id", "meeting_id")
            livestream_id, meeting_id = _id_of(options, "id"), _id_of(options, "meeting_id")
        except InvalidRequest as error:
            raise InvalidRequest(f"livestreams[{place}]: {error}") from None
        entries.append(Entry(options["name"], livestream_id, meeting_id))
    files.check_names([entry.name for entry in entries])
    return entries


def _id_of(options: Mapping[str, Any], option: str) -> str | None:
    value = given(options, option)
    return None if value is None else check_id(option, value.strip())


def write_credentials(api: RealtimeApi, params: Mapping[str, Any], context: Context, place: Place) -> Outcome:
    """Write, or remove, the files of all streams that ``params`` (validated options of the module) list.

    A stream that fails does not stop the others.
    """
    check_concurrency(params)
    if params["state"] == "absent":
        names = list(dict.fromkeys(options["name"] for options in params["livestreams"]))
        # Nothing can have been written for a name that is no folder's. The others are removed all the same.
        unfit = [name for name in names if not files.is_name(name)]
        outcome = _removed(place({name: {} for name in names if name not in unfit}, context), len(names))
        unremoved = tuple(f"{name!r} is no name of a folder: nothing is removed for it" for name in unfit)
        return outcome._replace(warnings=outcome.warnings + unremoved)
    entries = entries_of(params)
    _fetch(api, params, context, entries)
    folders = {entry.name: contents for entry in entries for contents in _contents(entry)}
    placed = place(folders, context)
    changed = {change.path for change in placed.changes}
    missing = [entry.name for entry in entries if entry.livestream is None]
    failed = [(entry.name, entry.failure) for entry in entries if entry.failure is not None]
    failed += [(name, FileFailed(text)) for name, text in placed.failures]
    told = [failure_message(failed, len(entries), "livestreams"), _nothing_for(missing)]
    # In check mode nothing may have been started yet that a real run has started by now.
    only_warned = context.check_mode or not params["required"]
    warnings = told[1:] if only_warned else []
    failures = [text for text in (told[:1] if only_warned else told) if text]
    return Outcome(
        bool(placed.changes),
        {
            "files": placed.paths,
            "written": [path for path in placed.paths if path in changed],
            "removed": [],
            "missing": missing,
        },
        _diff(placed),
        tuple(text for text in warnings if text),
        tuple(entry.livestream.stream_key for entry in entries if entry.livestream and entry.livestream.stream_key),
        ". ".join(failures) or None,
    )


def _removed(placed: files.Placed, total: int) -> Outcome:
    """What came of removing files."""
    failed = [(name, FileFailed(text)) for name, text in placed.failures]
    return Outcome(
        bool(placed.changes),
        {"files": [], "written": [], "removed": sorted(item.path for item in placed.changes), "missing": []},
        _diff(placed),
        tuple(placed.kept),
        failure=failure_message(failed, total, "livestreams"),
    )


def _diff(placed: files.Placed) -> list[dict[str, str]]:
    """One difference for each path, in words that tell nothing of what is in it."""
    return [
        {
            "before_header": item.path,
            "after_header": item.path,
            "before": f"{item.before}\n",
            "after": f"{item.after}\n",
        }
        for item in placed.changes
    ]


def _contents(entry: Entry) -> Iterator[files.Contents]:
    """What is to be written for an entry, if anything."""
    if entry.livestream is None or entry.failure is not None:
        return
    try:
        yield contents_of(entry.livestream)
    except StateUnreachable as failure:
        entry.failure = failure


def _nothing_for(missing: Sequence[str]) -> str | None:
    """What is said of entries without a livestream."""
    if not missing:
        return None
    return f"There is no livestream yet, and so no credentials, for {', '.join(missing)}: start it, and run this again"


def _fetch(api: RealtimeApi, params: Mapping[str, Any], context: Context, entries: list[Entry]) -> None:
    """Find the livestreams in listings, and read those whose key these lack."""
    meetings = {entry.meeting_id for entry in entries if entry.meeting_id}
    active = active_of_meetings(api, meetings) if meetings else {}
    known = {item.id: item for item in active.values()}
    sought = {entry.livestream_id for entry in entries if entry.livestream_id} - known.keys()
    if len(sought) > 1:
        # The list also holds what is long over: newest first, and no more pages than reading each by itself costs.
        listed = api.livestreams(
            newest_first=True,
            enough=lambda items: sought <= {item.id for item in items},
            most_pages=len(sought) - 1,
            whole=False,
        )
        known = {**{item.id: item for item in listed}, **known}
    for entry in entries:
        if entry.livestream_id:
            entry.livestream = known.get(entry.livestream_id, Livestream(id=entry.livestream_id))
        elif entry.meeting_id:
            entry.livestream = active.get(entry.meeting_id)

    def read(entry: Entry) -> None:
        livestream = entry.livestream or Livestream()
        try:
            entry.livestream = api.livestream(livestream.id or "").livestream.merged_with(livestream)
        except RealtimeError as failure:
            entry.failure = failure

    lacking = [entry for entry in entries if entry.livestream is not None and not _complete(entry.livestream)]
    in_pool(context, params["concurrency"], read, lacking, "reading keys")


def _complete(livestream: Livestream) -> bool:
    return bool(livestream.stream_key and livestream.ingest_server)


def contents_of(livestream: Livestream) -> files.Contents:
    """The files for the encoder of a livestream; raises :class:`~.errors.StateUnreachable` when there can be none."""
    server, key = livestream.ingest_server, livestream.stream_key
    if not server or not key:
        raise StateUnreachable(
            f"the API names no {'ingest server' if key else 'stream key'} of the livestream {livestream.id}"
        )
    if not (server.isprintable() and key.isprintable()):
        raise StateUnreachable(
            f"the ingest server or the stream key of the livestream {livestream.id} holds a control character: "
            "it cannot be written to a file of variables"
        )
    variables = {
        "INGEST_SERVER": server,
        "STREAM_KEY": key,
        "STREAM_URL": f"{server.rstrip('/')}/{key.lstrip('/')}",
    }
    service = {"type": "rtmp_custom", "settings": {"server": server, "key": key, "use_auth": False}}
    return {
        FFMPEG: "".join(f"{name}={quoted(value)}\n" for name, value in variables.items()).encode(),
        OBS: f"{json.dumps(service, indent=4)}\n".encode(),
    }


def quoted(value: str) -> str:
    """A value as a shell and systemd's ``EnvironmentFile=`` both read it back.

    In double quotes, where both take a backslash before these four characters, and only these, for a quote.
    """
    escaped = re.sub(r'[\\"$`]', r"\\\g<0>", value)
    return f'"{escaped}"'


# From the process that fetches to the host that writes, and back.


def placing(params: Mapping[str, Any]) -> Place:
    """Writes or removes here, below ``path``.

    ``timeout`` is how long it waits for folders that another job has locked.
    """

    def place(folders: Folders, context: Context) -> files.Placed:
        path, timeout, sleep = params["path"], params["timeout"], context.clock.sleep
        if params["state"] == "absent":
            return files.remove(
                path, folders, REMOVED, check_mode=context.check_mode, lock_timeout=timeout, sleep=sleep
            )
        return files.place(path, folders, check_mode=context.check_mode, lock_timeout=timeout, sleep=sleep)

    return place


def sent(folders: Folders) -> str:
    """The files as an option of the module on the host; it holds the keys."""
    return json.dumps({name: {file: text.decode() for file, text in found.items()} for name, found in folders.items()})


def write_sent(params: Mapping[str, Any], context: Context) -> Outcome:
    """What the module does on the host: write what was sent, and answer in terms of :func:`placed_there`."""
    if params["_contents"] is None:
        raise InvalidRequest("the keys are fetched by the action plugin of this module, which did not run")
    wire = json.loads(params["_contents"])
    folders = {name: {file: text.encode() for file, text in found.items()} for name, found in wire.items()}
    placed = placing(params)(folders, context)
    return Outcome(bool(placed.changes), asdict(placed))


def placed_there(values: Mapping[str, Any]) -> files.Placed:
    """What the module on the host says; raises :class:`~.errors.FileFailed` when it wrote nothing at all."""
    if values.get("failed") or "paths" not in values:
        # Of a module that did not get to run: what the host's shell or Python said last.
        said = str(values.get("module_stderr") or values.get("module_stdout") or "").strip().splitlines()[-1:]
        text = ": ".join([str(values.get("msg") or "The host gave no answer").splitlines()[0], *said])
        if said or not values.get("msg"):
            text += f"; the host needs Python {OLDEST_PYTHON} or later"
        failure = FileFailed(text)
        failure.changed = bool(values.get("changed"))
        raise failure
    return files.Placed(
        paths=list(values["paths"]),
        changes=[files.Change(**item) for item in values["changes"]],
        failures=[(item[0], item[1]) for item in values["failures"]],
        kept=list(values["kept"]),
    )
