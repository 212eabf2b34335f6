# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Work on many entries at once, a bounded number at a time; what fails stays alone."""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from ansible_collections.eventops.cloudflare.plugins.module_utils.errors import (
    InvalidRequest,
    RealtimeError,
    RequestFailed,
)
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.common import Context, Tally

CONCURRENCY = range(1, 33)
WAKE_UP = 1.0  # seconds
MOST_NAMED = 5  # different reasons that the task's own message repeats


class Failing(Protocol):
    """An entry that may have failed."""

    failure: RealtimeError | None


_Entry = TypeVar("_Entry", bound=Failing)


def check_concurrency(params: Mapping[str, Any]) -> None:
    """Refuse what is not a number of threads."""
    if params["concurrency"] not in CONCURRENCY:
        raise InvalidRequest(f"concurrency must be from {CONCURRENCY[0]} to {CONCURRENCY[-1]}")


def failures(entries: Sequence[Failing]) -> int:
    """How many have failed."""
    return sum(entry.failure is not None for entry in entries)


def in_pool(
    context: Context, concurrency: int, work: Callable[[_Entry], None], entries: Sequence[_Entry], doing: str
) -> None:
    """Do ``work`` with all entries, at most ``concurrency`` at a time, and report how far it has come.

    An exception ends it at once, whether it is raised by ``work`` or in this thread (a task's timeout, Ctrl-C). No
    further entry is begun then. Work that is under way is not waited for: its server may never answer. The threads are
    daemons, so that the process can end while they hang.
    """
    started = context.clock.now()
    waiting: queue.SimpleQueue[_Entry] = queue.SimpleQueue()
    ended: queue.SimpleQueue[BaseException | None] = queue.SimpleQueue()
    stopped = threading.Event()
    for entry in entries:
        waiting.put(entry)

    def run() -> None:
        while not stopped.is_set():
            try:
                entry = waiting.get_nowait()
            except queue.Empty:
                return
            try:
                work(entry)
                ended.put(None)
            except BaseException as failure:  # noqa: BLE001  # pylint: disable=broad-exception-caught
                stopped.set()
                ended.put(failure)

    threads = [threading.Thread(target=run, daemon=True) for _number in range(min(concurrency, len(entries)))]
    try:
        for thread in threads:
            thread.start()
        for done in range(1, len(entries) + 1):
            failure = _next(ended)
            if failure is not None:
                raise failure
            elapsed = context.clock.now() - started
            context.report(Tally(doing, done, len(entries), failures(entries), elapsed))
    except BaseException:
        stopped.set()
        raise
    for thread in threads:
        thread.join()


def _next(ended: queue.SimpleQueue[BaseException | None]) -> BaseException | None:
    """What comes next. Wakes up from time to time.

    A signal that comes right before this thread begins to wait is noticed only when it wakes up.
    """
    while True:
        with contextlib.suppress(queue.Empty):
            return ended.get(timeout=WAKE_UP)


def failure_values(failure: RealtimeError | None) -> dict[str, Any]:
    """What the result of an entry says of its failure; nothing when there is none."""
    if failure is None:
        return {}
    error = {"error": failure.details()} if isinstance(failure, RequestFailed) else {}
    return {"failed": True, "msg": str(failure), **error}


def failure_message(failed: Sequence[tuple[str, RealtimeError]], total: int, things: str) -> str | None:
    """The message of a task that failed in part: names all that failed, and says of the first few why."""
    if not failed:
        return None
    named: dict[str, list[str]] = {}
    for name, failure in failed:
        named.setdefault(str(failure), []).append(name)
    told = list(named.items())
    reasons = "; ".join(f"{', '.join(names)}: {reason}" for reason, names in told[:MOST_NAMED])
    others = ", ".join(name for _reason, names in told[MOST_NAMED:] for name in names)
    return f"{len(failed)} of {total} {things} failed: {reasons}" + (f"; and also {others}" if others else "")
