# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Values that others wrote: each with its place, so that what is wrong with it can be said where it is."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.eventops.cloudflare.plugins.plugin_utils.schedule.errors import Name, Place, ScheduleError

# Neither seen nor meant: control characters, halves of characters, and format characters that reorder or hide text.
# The joiners U+200C and U+200D stay: scripts and emoji need them.
INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"
    "\ud800-\udfff\ufeff\ufff9-\ufffb]"
)
LINK = re.compile(r"https?://[^\s/?#\\@]+(?:[/?#]|$)", re.IGNORECASE)
LONGEST_TEXT = 2_000  # characters; normalising a text made for it takes the square of its length
SHOWN = 60  # characters of a wrong value that a message quotes
MOST_LISTED = 40  # of things that a message lists


def clean(text: str) -> str:
    """``text`` as people see it: composed (NFC), nothing invisible, white space collapsed."""
    return " ".join(unicodedata.normalize("NFC", INVISIBLE.sub("", text)).split())


def quoted(value: str) -> str:
    """A text for a message, in quotation marks and not too long."""
    text = clean(value[: SHOWN * 4])
    return json.dumps(text if len(text) <= SHOWN else text[: SHOWN - 1] + "…", ensure_ascii=False)


def enumerated(items: Iterable[str]) -> str:
    """Texts for a message: the first ones, and how many more there are."""
    every = list(items)
    more = f" and {len(every) - MOST_LISTED} more" if len(every) > MOST_LISTED else ""
    return (", ".join(every[:MOST_LISTED]) or "none") + more


def kind(value: Any) -> str:
    """What a value is, in words."""
    if value is None:
        return "nothing"
    if isinstance(value, str):
        return f"the text {quoted(value)}"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return "a number"
    if isinstance(value, Mapping):
        return "an object"
    return "a list" if isinstance(value, Sequence) else "something else"


@dataclass(frozen=True)
class Node:
    """A value and its place. Every method raises ScheduleError if the value is not of the sort that is asked for."""

    value: Any
    place: Place

    def wrong(self, problem: str) -> ScheduleError:
        """The error that says what is wrong here."""
        return ScheduleError(problem, self.place)

    @property
    def blank(self) -> bool:
        """Whether there is nothing: no value, null, or a text of white space."""
        return self.value is None or (isinstance(self.value, str) and not clean(self.value[:LONGEST_TEXT]))

    def expect(self, wanted: str) -> ScheduleError:
        """The error that says what should be here."""
        return self.wrong("missing" if self.value is None else f"expected {wanted}, found {kind(self.value)}")

    def field(self, *names: str) -> Node:
        """A field of this object: the first of these that is not blank, otherwise the first."""
        if not isinstance(self.value, Mapping):
            raise self.expect("an object")
        nodes = [Node(self.value.get(name), (*self.place, name)) for name in names]
        return next((node for node in nodes if not node.blank), nodes[0])

    def elements(self) -> Iterator[Node]:
        """What this list holds; none if it is blank."""
        if not self.blank:
            if isinstance(self.value, (str, bytes)) or not isinstance(self.value, Sequence):
                raise self.expect("a list")
            for position, value in enumerate(self.value):
                yield Node(value, (*self.place, position))

    def entries(self) -> Iterator[tuple[str, Node]]:
        """The names, cleaned, and values of an object whose keys are names; none of an empty list, which PHP writes."""
        if self.value != []:
            if not isinstance(self.value, Mapping):
                raise self.expect("an object")
            for key, value in self.value.items():
                name = Node(str(key), self.place).plain() or ""
                yield name, Node(value, (*self.place, Name(name)))

    def text(self, *languages: str | None) -> str | None:
        """This text, cleaned; of a localised one, the first of these languages, English, or the first that is there."""
        if isinstance(self.value, Mapping):
            texts = {name: node.plain() for name, node in self.entries()}
            candidates = [*(texts.get(language or "") for language in (*languages, "en")), *texts.values()]
            return next((text for text in candidates if text), None)
        return self.plain()

    def plain(self) -> str | None:
        """This text, cleaned; None if it is blank."""
        if self.value is not None and not isinstance(self.value, str):
            raise self.expect("a text")
        text = self.value or ""
        if len(text) > LONGEST_TEXT:
            raise self.wrong(f"a text of {len(text):,} characters; at most {LONGEST_TEXT:,} are read")
        return clean(text) or None

    def label(self) -> str | None:
        """A text that may be given as a number: an ID, a version."""
        if isinstance(self.value, (int, float)) and not isinstance(self.value, bool):
            if not abs(self.value) < 1e18:
                raise self.wrong("a number that is too large")
            return str(self.value)
        return self.plain()

    def link(self) -> str | None:
        """A web address; None if it is anything else, holds credentials, or is too long: no page should link it."""
        text = None if isinstance(self.value, str) and len(self.value) > LONGEST_TEXT else self.plain()
        return text if text and LINK.match(text) else None
