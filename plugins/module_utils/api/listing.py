# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lists that are read in pages, and may change while they are read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Generic, List, TypeVar

from ansible_collections.eventops.cloudflare.plugins.module_utils.api.models import Paging

REPEATED_PAGES = 2  # pages in a row with nothing new, after which a list does not advance

_Item = TypeVar("_Item")


# A base class is evaluated when the module is loaded, and Python 3.8 has no list[...].
class Listing(List[_Item]):
    """What a list holds.

    ``counted``: the service said how many there are, and as many came. Where it did not, something that left the list
    while it was read may have moved another one unseen from a page to the page before. ``whole``: it was read to its
    end, and nothing is missing from it as far as anybody can tell.
    """

    counted: bool = True
    whole: bool = False


class Reading(Generic[_Item]):
    """One pass over the pages of a list.

    Something is missing from a reading when an item moved to a page that had been read: when another one left before
    it. The service's count falls then. When the count grows, and the last items of a page come again on the next one,
    something came before them: everything else moved the other way, and nothing is missed. When the count grows, and
    no item comes again, something came behind; in a list that things can leave, others may have left meanwhile. A page
    that got lost, or is the wrong one, is noticed as well: fewer items came than were counted, or items came again
    without a reason.

    Nobody can tell when as many came as left between two pages. Without a count, nobody can tell that anything left.
    """

    def __init__(self, shrinks: bool) -> None:
        self.listing: Listing[_Item] = Listing()
        self.pages: list[tuple[Sequence[Any], int | None]] = []  # what was counted on each, and the service's count
        self.ended = False
        self.changed = False
        self._shrinks = shrinks
        self._total: int | None = None
        self._moved = False
        self._received = self._stuck = 0
        self._seen: set[Any] = set()

    def add(self, items: Sequence[_Item], keys: Sequence[Any], paging: Paging) -> None:
        """The next page."""
        repeated = len(keys) - len(set(keys) - self._seen)
        self._stuck = self._stuck + 1 if repeated == len(keys) else 0
        self._received += len(keys) - repeated
        self._seen.update(keys)
        self.listing.extend(items)
        self.pages.append((keys, paging.total))
        if keys or paging.total is not None:
            self._count(paging, len(keys), repeated)
        if not keys or self._stuck == REPEATED_PAGES:
            self.ended = True
        elif self.listing.counted and self._complete:
            self.ended = paging.end is None or paging.end >= (self._total or 0)

    @property
    def whole(self) -> bool:
        """Whether nothing is missing of what was there when it began, as far as anybody can tell."""
        return not self.changed and (not self.listing.counted or self._complete)

    @property
    def advances_nowhere(self) -> bool:
        """Whether the service counts more than its pages show, and repeats a page for ever."""
        stuck = self._stuck == REPEATED_PAGES and bool(self.pages[-1][0])
        return stuck and self.listing.counted and not self._moved

    @property
    def _complete(self) -> bool:
        return self._received >= (self._total or 0)

    def _count(self, paging: Paging, on_page: int, repeated: int) -> None:
        total, before = paging.total, self._total
        if total is None and paging.start and paging.end and on_page < paging.end - paging.start + 1:
            self.changed = True
        # A count of less than the page itself holds, or of less than where it ends, is none.
        if total is None or total < max(on_page, paging.end or 0):
            self.listing.counted = False
        if not self.listing.counted or total is None:
            return
        grown = 0 if before is None else total - before
        self._total = total
        self._moved = self._moved or grown != 0
        if repeated <= max(grown, 0):
            self._received += repeated
        hidden = grown > 0 and not repeated and self._shrinks
        self.changed = self.changed or grown < 0 or hidden or repeated > max(grown, 0)
        if not self._moved and len(self._seen) > total:
            self.listing.counted = False
