# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names as the service keeps them. It may trim, normalise, escape or cut what it is sent: nobody says that it does not.

A thing that is known by its name is found again by the form that the service may have made of that name by trimming,
normalising or escaping it. Otherwise each run would create it again. A name that may have been cut may as well be that
of something else. Then nothing is created, and nothing is changed.
"""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from typing import Generic, TypeVar

from ansible_collections.eventops.cloudflare.plugins.module_utils.errors import StateUnreachable

# Lengths at which services cut, in characters or in bytes. Names that are shorter than the first are never cut.
CUTS = (32, 40, 48, 50, 60, 63, 64, 80, 100, 120, 127, 128, 140, 150, 160, 200, 250, 255, 256, 500, 512, 1000, 1024)

_ESCAPES: tuple[Callable[[str], str], ...] = (html.escape, lambda text: html.escape(text, quote=False))

_Thing = TypeVar("_Thing")
_Entry = TypeVar("_Entry")


def canonical(name: str) -> str:
    """One spelling for all names that differ in blanks, in Unicode's composition or in HTML's escapes only."""
    return unicodedata.normalize("NFC", _trimmed(html.unescape(name)))


def _trimmed(name: str) -> str:
    return " ".join(name.split())


def _spellings(name: str) -> set[str]:
    """What a service may make of a name that it does not cut; what it may escape besides."""
    texts = {name, html.unescape(name)}
    texts |= {change(text) for text in texts for change in (str.strip, _trimmed)}
    return texts | {unicodedata.normalize("NFC", text) for text in texts}


def is_spelling(found: str, wanted: str) -> bool:
    """Whether ``found`` is ``wanted``, or what a service that does not cut may have made of it."""
    return found == wanted or bool({found, html.unescape(found)} & _spellings(wanted))


def is_cut(found: str, wanted: str) -> bool:
    """Whether ``found`` may be what a service that cuts names has made of ``wanted``."""
    return found in _cuts(wanted)


def is_form(found: str, wanted: str) -> bool:
    """Whether ``found`` may be what a service has made of ``wanted``. It need not be so the other way round."""
    return is_spelling(found, wanted) or is_cut(found, wanted)


def _cuts(name: str) -> dict[str, set[int]]:
    """What a service that cuts may make of a name, with the lengths that it may keep, in characters or in bytes.

    It may cut before it escapes, or after it.
    """
    found: dict[str, set[int]] = {}
    spellings = _spellings(name)
    escaped = {escape(text) for text in spellings for escape in _ESCAPES}
    for text in spellings | escaped:
        raw = _raw(text)
        for length in CUTS if len(raw) > CUTS[0] else ():
            for cut, whole in ((text[:length], len(text)), (raw[:length].decode(errors="ignore"), len(raw))):
                if length < whole and len(cut) >= CUTS[0]:
                    for form in (cut, cut.rstrip(), *(escape(cut) for escape in _ESCAPES)):
                        found.setdefault(form, set()).add(length)
    return found


def _raw(name: str) -> bytes:
    return name.encode(errors="surrogatepass")


class Named(Generic[_Thing]):
    """The things of a list, by their names."""

    def __init__(self, things: Iterable[tuple[str | None, _Thing]]) -> None:
        self._named: dict[str, list[_Thing]] = {}
        for name, thing in things:
            if name:
                self._named.setdefault(name, []).append(thing)
        self._spelled: dict[str, set[str]] = {}
        for name in self._named:
            for spelling in (name, html.unescape(name)):
                self._spelled.setdefault(spelling, set()).add(name)
        # A service may count characters or bytes, before or after it escapes them.
        measures = (len, lambda name: len(_raw(name)), lambda name: len(html.unescape(name)))
        self._longest = [max(map(measure, self._named), default=0) for measure in measures]

    def find(self, wanted: str, label: str) -> tuple[str, list[_Thing]]:
        """The name by which the list has ``wanted``, and all that are called so: exactly, or in the service's form.

        Raises :class:`~..errors.StateUnreachable` when several names may be the one, or when a name may be ``wanted``
        cut short: it begins like it, is as long as a service would leave it, and the list has no longer one. Nobody can
        tell then whether it is the one, or something else. ``label``: what messages call it.
        """
        if wanted in self._named:
            return wanted, self._named[wanted]
        found = {name for spelling in _spellings(wanted) for name in self._spelled.get(spelling, ())}
        if len(found) == 1:
            form = found.pop()
            return form, self._named[form]
        found |= {name for name, lengths in _cuts(wanted).items() if name in self._named and self._may_cut_at(lengths)}
        if found:
            raise StateUnreachable(unsure(label, *found))
        return wanted, []

    def _may_cut_at(self, lengths: Iterable[int]) -> bool:
        """Whether no name is longer than a service that cuts at one of these lengths would leave it."""
        return any(longest <= length for longest in self._longest for length in lengths)


def unsure(label: str, *names: str) -> str:
    """That one of these names may be that of something, or of something else."""
    listed = " or ".join(repr(name) for name in sorted(names))
    return (
        f"{label} may be what the service calls {listed}, or something else: use that name, or its ID, or a name that "
        "does not begin like it"
    )


def unsent(label: str, other: str) -> StateUnreachable:
    """That nothing was sent for something, since another one that may get the same name failed."""
    return StateUnreachable(
        f"nothing was sent for {label}: {other} failed, and the service may call both the same; run again"
    )


def told(label: str, found: str | None, wanted: str | None) -> tuple[str, ...]:
    """A warning when the service calls something by another name than it was sent."""
    if not found or not wanted or found == wanted:
        return ()
    # Names that look the same are told apart by their code points.
    shown = ascii(found) if unicodedata.normalize("NFC", found) == unicodedata.normalize("NFC", wanted) else repr(found)
    if found not in _spellings(wanted) and is_spelling(found, wanted):
        # To use an escaped name would have it escaped again, should it ever be created anew.
        return (f"the service calls {label} {shown}: either name finds it",)
    return (f"the service calls {label} {shown}: use that name",)


def parted(entries: Sequence[_Entry], name_of: Callable[[_Entry], str]) -> tuple[list[_Entry], list[_Entry]]:
    """Entries whose names are to be sent first, and the others: those that may become one with one of the first.

    Of names that begin alike, the longest is sent first. The service's answer shows whether it cuts them, and so what
    it makes of the others: see :func:`doubles`.
    """
    longest: dict[str, int] = {}
    for place, entry in enumerate(entries):
        start, name = _start(name_of(entry)), name_of(entry)
        if start not in longest or len(name_of(entries[longest[start]])) < len(name):
            longest[start] = place
    first = set(longest.values())
    return (
        [entry for place, entry in enumerate(entries) if place in first],
        [entry for place, entry in enumerate(entries) if place not in first],
    )


def unclear(
    first: Sequence[_Entry],
    rest: Sequence[_Entry],
    name_of: Callable[[_Entry], str],
    kept_of: Callable[[_Entry], str | None],
) -> list[tuple[_Entry, _Entry]]:
    """Those of the rest that must not be sent, since nobody can say what the service made of the first one like them.

    What was sent first, and failed, comes second. See :func:`parted`.
    """
    failed = {_start(name_of(entry)): entry for entry in first if kept_of(entry) is None}
    return [(entry, failed[_start(name_of(entry))]) for entry in rest if _start(name_of(entry)) in failed]


def doubles(
    known: Sequence[_Entry],
    unsent: Sequence[_Entry],
    name_of: Callable[[_Entry], str],
    kept_of: Callable[[_Entry], str | None],
) -> list[tuple[_Entry, _Entry]]:
    """Those of the unsent that the service would call like another entry, which comes second.

    ``kept_of``: what the service calls one that is known; None where nobody can say.
    """
    lengths: dict[str, int] = {}  # at which the service cuts names that begin so
    taken: dict[str, _Entry] = {}
    for entry in known:
        whole, form = canonical(name_of(entry)), canonical(kept_of(entry) or "")
        if form:
            taken[form] = entry
            if len(form) < len(whole) and whole.startswith(form):
                lengths[whole[: CUTS[0]]] = len(form)
    found = []
    for entry in unsent:
        whole = canonical(name_of(entry))
        other = taken.setdefault(whole[: lengths.get(whole[: CUTS[0]])], entry)
        if other is not entry:
            found.append((entry, other))
    return found


def _start(name: str) -> str:
    return canonical(name)[: CUTS[0]]
