# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the simulator was asked, by whom, and what became of it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any, TextIO


@dataclass
class Entry:
    """One request to the API; requests to the control plane and for playback are not recorded."""

    index: int
    #: Simulated Unix seconds.
    time: float
    #: Real seconds on the monotonic clock of the simulator's machine.
    monotonic: float
    method: str
    #: Below ``/client/v4``.
    path: str
    query: dict[str, str]
    #: Parsed JSON; the text when it was none; None without a body.
    body: Any
    #: A name of ``simulator.operations``, or "unknown".
    operation: str
    #: "token", "key", "none" or "malformed": never a value.
    credential: str
    user_agent: str
    #: The client's port, which tells connections apart.
    client: int | None = None
    #: The status that the client was sent; None when it got no answer.
    status: int | None = None
    #: The status that the service decided on; None when a fault kept the request from it.
    service_status: int | None = None
    #: Whether the request changed something.
    accepted: bool = False
    #: For how many seconds the answer told the client to wait: what its Retry-After means, if it means anything.
    retry_after: float | None = None
    #: The kind of fault applied to the request.
    fault: str | None = None
    #: Whether the request is over: nothing of this changes any more.
    closed: bool = False


@dataclass
class Journal:
    """All entries, in the order in which the requests arrived; optionally written to a file, one JSON per line."""

    file: TextIO | None = None
    entries: list[Entry] = field(default_factory=list)

    def add(self, entry: Entry) -> Entry:
        """Record a request that just arrived."""
        self.entries.append(entry)
        return entry

    def close(self, entry: Entry) -> None:
        """The request is over: its entry will not change any more."""
        entry.closed = True
        if self.file is not None:
            print(json.dumps(asdict(entry)), file=self.file, flush=True)

    def clear(self) -> None:
        """Forget all entries; the file stays."""
        self.entries.clear()
