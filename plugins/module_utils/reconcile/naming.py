# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names as the service keeps them. It may trim, normalise, escape or cut what it is sent: nobody says that it does not.

A thing that is known by its name is found again by every form that the service may have made of that name. Otherwise
each run would create it again.
"""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from typing import Generic, TypeVar

from ansible_collections.eventops.cloudflare.plugins.module_utils.errors import StateUnreachable

# Lengths at which services cut, in characters or in bytes. Names that are shorter than the first are never cut.
CUTS = (32, 40, 48, 50, 60, 63, 64, 80, 100, 120, 127, 128, 140, 150, 160, 200, 250, 255, 256, 500, 512, 1000, 1024)

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


def is_form(found: str, wanted: str) -> bool:
    """Whether ``found`` is ``wanted``, or what a service may have made of it. It need not be so the other way round."""
    return found == wanted or bool({found, html.unescape(found)} & _spellings(wanted)) or is_cut(found, wanted)


def is_cut(found: str, wanted: str) -> bool:
    """Whether ``found`` is what a service that cuts names has made of ``wanted``: it ends in the middle of a word.

    One that ends with a word may be the name of something else.
    """
    return found in _cuts(wanted) and _in_a_word(found, wanted)


def _cuts(name: str) -> dict[str, int]:
    """What a service that cuts may make of a name, with the length that it keeps, in characters or in bytes."""
    found = {}
    for text in _spellings(name):
        raw = _raw(text)
        for length in CUTS if len(raw) > CUTS[0] else ():
            for cut, whole in ((text[:length], len(text)), (raw[:length].decode(errors="ignore"), len(raw))):
                if length < whole and len(cut) >= CUTS[0]:
                    found[cut] = found[cut.rstrip()] = length
    return found


def _raw(name: str) -> bytes:
    return name.encode(errors="surrogatepass")


def _in_a_word(found: str, wanted: str) -> bool:
    """Whether a cut is where no name ends by itself: between two letters, or behind a blank."""
    letters = any(
        text.startswith(found) and found[-1].isalpha() and text[len(found)].isalpha() for text in _spellings(wanted)
    )
    return letters or found[-1].isspace()


class Named(Generic[_Thing]):
    """The things of a list, by their names."""

    def __init__(self, things: Iterable[tuple[str | None, _Thing]]) -> None:
        self._named: dict[str, list[_Thing]] = {}
        for name, thing in things:
            if name:
                self._named.setdefault(name, []).append(thing)
        self._spelled: dict[str, set[str]] = {}
        for name in self._named:
            for spelling in {name, html.unescape(name)}:
                self._spelled.setdefault(spelling, set()).add(name)
        self._characters = max((len(name) for name in self._named), default=0)
        self._bytes = max((len(_raw(name)) for name in self._named), default=0)

    def find(self, wanted: str, label: str) -> tuple[str, list[_Thing]]:
        """The name by which the list has ``wanted``, and all that are called so: exactly, or in the service's form.

        A name that was cut is one that begins like ``wanted``, is as long as a service would leave it, and ends in the
        middle of a word, in a list that has no longer one.

        Raises :class:`~..errors.StateUnreachable` when several names may be the one, or when it may be another
        thing's: it would be created again, or the wrong one would be changed. ``label``: what messages call it.
        """
        if wanted in self._named:
            return wanted, self._named[wanted]
        found = {name for spelling in _spellings(wanted) for name in self._spelled.get(spelling, ())}
        sure = len(found) == 1
        if not found:
            found = {name for name, length in _cuts(wanted).items() if name in self._named and self._ends_at(length)}
            sure = len(found) == 1 and all(_in_a_word(name, wanted) for name in found)
        if found and not sure:
            names = " or ".join(repr(name) for name in sorted(found))
            raise StateUnreachable(
                f"{label} may be what the service calls {names}, or something else: use that name, or one that does "
                "not begin like it"
            )
        form = next(iter(found), wanted)
        return form, self._named.get(form, [])

    def _ends_at(self, length: int) -> bool:
        return self._characters <= length or self._bytes <= length


def told(label: str, found: str | None, wanted: str | None) -> tuple[str, ...]:
    """A warning when the service calls something by another name than it was sent."""
    if not found or not wanted or found == wanted:
        return ()
    return (f"the service calls {label} {found!r}: use that name",)


def parted(entries: Sequence[_Entry], name_of: Callable[[_Entry], str]) -> tuple[list[_Entry], list[_Entry]]:
    """Entries to be created first, and the others: those that may become one with one of the first, when it is cut.

    Of those that begin alike, the one with the longest name is created first. The service's answer shows what it makes
    of the others: see :func:`doubles`.
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


def doubles(
    first: Sequence[_Entry],
    rest: Sequence[_Entry],
    name_of: Callable[[_Entry], str],
    kept_of: Callable[[_Entry], str | None],
) -> list[tuple[_Entry, _Entry]]:
    """Those of the rest that the service would call like another entry, which comes second.

    ``kept_of``: what the service calls one that it has created, None for one that it has not.
    """
    answered = {_start(name_of(entry)): entry for entry in first if kept_of(entry)}
    taken = {(start, canonical(kept_of(entry) or "")): entry for start, entry in answered.items()}
    found = []
    for entry in rest:
        start = _start(name_of(entry))
        if start in answered:
            form = _made_of(name_of(entry), name_of(answered[start]), kept_of(answered[start]) or "")
            other = taken.setdefault((start, form), entry)
            if other is not entry:
                found.append((entry, other))
    return found


def _start(name: str) -> str:
    return canonical(name)[: CUTS[0]]


def _made_of(name: str, sent: str, kept: str) -> str:
    """What a service makes of a name, if it keeps another one that it was sent in this form."""
    whole, form = canonical(sent), canonical(kept)
    return canonical(name)[: len(form)] if len(form) < len(whole) and whole.startswith(form) else canonical(name)
