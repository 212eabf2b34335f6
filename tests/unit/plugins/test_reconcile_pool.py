# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Work on many entries at once: how many at a time, what is reported, and what an interruption leaves."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from ansible_collections.eventops.cloudflare.plugins.module_utils.errors import InvalidRequest, RealtimeError
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.common import Clock, Context
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.pool import check_concurrency, in_pool

PATIENCE = 60  # real seconds for what takes none


@dataclass
class Entry:
    """An entry of a list."""

    number: int
    failure: RealtimeError | None = None


class Interrupted(BaseException):
    """As ansible-core raises it in the main thread when a task's timeout is over."""


def entries(count: int) -> list[Entry]:
    """So many."""
    return [Entry(number) for number in range(count)]


@contextmanager
def interruptible() -> Iterator[None]:
    """Within this block, SIGALRM raises Interrupted in the main thread."""

    def interrupt(_signal: int, _frame: Any) -> None:
        raise Interrupted

    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGALRM, before)


def interrupt_main_thread() -> None:
    """Send SIGALRM to it, whichever thread calls."""
    signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGALRM)


@pytest.mark.parametrize("concurrency", [1, 3, 32])
def test_all_are_done_and_each_is_reported(concurrency: int) -> None:
    done: list[int] = []
    at_work: set[threading.Thread] = set()
    told: list[Any] = []

    def work(entry: Entry) -> None:
        at_work.add(threading.current_thread())
        done.append(entry.number)
        if entry.number == 3:
            entry.failure = InvalidRequest("no")

    in_pool(Context(report=told.append, clock=Clock(lambda: 0.0)), concurrency, work, entries(7), "working")
    assert sorted(done) == list(range(7))
    assert 1 <= len(at_work) <= min(concurrency, 7)
    assert not any(thread.is_alive() for thread in at_work)
    assert [(tally.doing, tally.done, tally.total) for tally in told] == [("working", n, 7) for n in range(1, 8)]
    assert told[-1].failed == 1


def test_no_more_are_under_way_than_asked_for() -> None:
    both = threading.Barrier(2)
    at_work: list[int] = []
    most: list[int] = []

    def work(entry: Entry) -> None:
        at_work.append(entry.number)
        most.append(len(at_work))
        both.wait(PATIENCE)
        at_work.remove(entry.number)

    in_pool(Context(), 2, work, entries(6), "working")
    assert max(most) == 2


def test_nothing_is_done_without_entries() -> None:
    in_pool(Context(report=lambda _tally: pytest.fail("reported")), 4, lambda _entry: pytest.fail("began"), [], "x")


@pytest.mark.parametrize("concurrency", [1, 3])
def test_an_interruption_ends_it_while_a_server_hangs(concurrency: int) -> None:
    """The server answers only after in_pool has returned: nothing else is begun then."""
    answers = threading.Event()
    begun: list[int] = []
    at_work: list[threading.Thread] = []

    def work(entry: Entry) -> None:
        at_work.append(threading.current_thread())
        begun.append(entry.number)
        if len(begun) == concurrency:
            interrupt_main_thread()
        assert answers.wait(PATIENCE)

    with interruptible(), pytest.raises(Interrupted):
        in_pool(Context(), concurrency, work, entries(8), "working")
    assert all(thread.is_alive() for thread in at_work)
    answers.set()
    for thread in at_work:
        thread.join(PATIENCE)
    assert not any(thread.is_alive() for thread in at_work)
    assert sorted(begun) == list(range(concurrency))


def test_a_defect_is_raised_at_once_while_another_entry_hangs() -> None:
    answers, hangs = threading.Event(), threading.Event()
    begun: list[int] = []

    def work(entry: Entry) -> None:
        begun.append(entry.number)
        if entry.number == 0:
            hangs.set()
            assert answers.wait(PATIENCE)
        elif hangs.wait(PATIENCE):
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        in_pool(Context(), 2, work, entries(8), "working")
    answers.set()
    assert sorted(begun) == [0, 1]


SCRIPT = """
import signal, threading
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.common import Context
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.pool import in_pool

class Entry:
    failure = None

def work(entry):
    signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
    threading.Event().wait()

# A shell has its background jobs ignore it.
signal.signal(signal.SIGINT, signal.default_int_handler)
try:
    in_pool(Context(), 1, work, [Entry(), Entry()], "working")
except KeyboardInterrupt:
    print("interrupted")
"""


def test_a_process_ends_while_a_server_hangs() -> None:
    """The thread that waits for the answer never ends."""
    ran = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert (ran.stdout, ran.stderr, ran.returncode) == ("interrupted\n", "", 0)


@pytest.mark.parametrize("concurrency", [0, -1, 33])
def test_senseless_numbers_of_threads_are_refused(concurrency: int) -> None:
    with pytest.raises(InvalidRequest, match="concurrency must be from 1 to 32"):
        check_concurrency({"concurrency": concurrency})
