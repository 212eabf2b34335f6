# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writing once: what a refused or lost write has come to is read back before anything is sent again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from ansible_collections.eventops.cloudflare.plugins.module_utils.api import RealtimeApi
from ansible_collections.eventops.cloudflare.plugins.module_utils.errors import Ambiguous, Refused, RequestFailed
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.common import Context

SETTLE = 3.0  # seconds after which an earlier livestream of a meeting has usually finished stopping
TRIES = 2  # of a write, with a read before each

_Written = TypeVar("_Written")


class Writer:
    """What every reconciliation that writes shares.

    ``changed`` becomes true when a write was accepted, or may have been; in check mode, when one would be sent.
    """

    # Whether a refused write may be due to what another job did meanwhile.
    contestable = True

    def __init__(self, api: RealtimeApi, context: Context) -> None:
        self.api = api
        self.context = context
        self.changed = False
        self.warnings: tuple[str, ...] = ()

    def write(self, post: Callable[[], _Written], settled: Callable[[], _Written | None]) -> _Written:
        """Carry out a write, and where its answer leaves that open, find out what became of it.

        ``settled`` reads back: what is written when the state is there, else None.
        """
        failure: RequestFailed
        for attempt in range(1, TRIES + 1):
            try:
                written = post()
                self.changed = True
                return written
            except Ambiguous as error:
                self.changed = True
                failure = error
            except Refused as error:
                if not error.contested or not self.contestable:
                    raise
                failure = error
            found = self._read_back(failure, settled)
            if found is None and attempt < TRIES:
                self.inquire(failure)
                # An earlier livestream may still be stopping, or a write whose answer was lost may still arrive.
                self.context.clock.sleep(SETTLE)
                found = self._read_back(failure, settled)
            if found is not None:
                return found
        outcome: _Written = self.give_up(failure)
        return outcome

    @staticmethod
    def _read_back(failure: RequestFailed, settled: Callable[[], _Written | None]) -> _Written | None:
        """What became of a write. Where that cannot be read either, the error says what was sent."""
        try:
            found = settled()
            failure.read_back = True
            return found
        except RequestFailed as error:
            if isinstance(failure, Ambiguous):
                told = f"before that, it was tried to {failure.asked}, which may have been carried out"
                error.advice = f"{error.advice}; {told}" if error.advice else told
            raise

    def inquire(self, failure: RequestFailed) -> None:
        """Raise when there is a reason for a failed write that no repetition mends."""

    def give_up(self, failure: RequestFailed) -> Any:
        """What comes of a write that failed to the last; usually the failure."""
        if isinstance(failure, Ambiguous):
            told = "it was sent twice, and what was read afterwards shows nothing of it"
            failure.advice = f"{failure.advice}; {told}" if failure.advice else told
        raise failure
