# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names of streams, made of nothing but the conference's acronym and the room's name.

Other rooms, their order and filters never change a name. Two rooms of a schedule never share one:

- A name of ASCII words is kept, with ``-`` for each space. No two such names become the same.
- Any other is spelt in ASCII as far as possible, which is not unique, and ends in six digits of its SHA-256, which is.
- A name of ASCII words that looks as if it ended in such digits gets its own. So the first sort is never the second.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata

from ansible_collections.eventops.cloudflare.plugins.plugin_utils.schedule.values import clean

LONGEST = 40  # characters of a room's name, before the digits
WORDS = re.compile(r"[A-Za-z0-9]+(?: [A-Za-z0-9]+)*")
DIGITS = re.compile(r".* [0-9a-f]{6}")
SPELT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss", "ẞ": "SS"})


def stream_name(prefix: str, room: str) -> str:
    """The stream name of a room; ``prefix`` comes from ``slug`` or ``prefix``, and may be empty."""
    room = clean(room)
    if len(room) <= LONGEST and WORDS.fullmatch(room) and not DIGITS.fullmatch(room):
        name = room.replace(" ", "-")
    else:
        name = f"{slug(room) or 'room'}-{hashlib.sha256(room.encode()).hexdigest()[:6]}"
    return f"{prefix}-{name}" if prefix else name


def prefix(acronym: str | None, title: str | None) -> str:
    """What the names of a conference's streams begin with."""
    return next((found for found in map(slug, (acronym or "", title or "")) if found), "").lower()


def slug(text: str) -> str:
    """``text`` in ASCII letters and digits with ``-`` for the rest, at most 40 characters; not unique."""
    spelt = unicodedata.normalize("NFKD", clean(text).translate(SPELT))
    letters = "".join(character for character in spelt if not unicodedata.combining(character))
    return re.sub(r"[^A-Za-z0-9]+", "-", letters).strip("-")[:LONGEST].rstrip("-")
