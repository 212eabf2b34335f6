# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What live inputs look like and how they behave: one field for each point that is not certain.

Whether they are offered at all, and the shape of their list, is `stream_offered` of the other profile. The docstrings
say what is unknown, and where values come from:

- "documented": https://developers.cloudflare.com/stream/ and the API reference;
- "SDK": Cloudflare's Python SDK 5.9.0;
- "seen on the wire": relied on by clients in production;
- "nobody says: open": no public material answers it, so a client has to cope with every value.
"""

from __future__ import annotations

from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field


class StreamProfile(BaseModel):
    """Everything that differs between plausible services. Frozen: derive another one with :meth:`but`."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    list_limit: int = Field(default=0, ge=0)
    """The list holds so many at most, and its `total` says that there are more. 0: it holds all. Whether it pages, and
    how, nobody says: open."""

    list_total: Literal["present", "absent"] = "present"
    """Whether a list that is an object says `total` and `range` (documented; a bare list cannot)."""

    list_order: Literal["newest", "oldest"] = "newest"
    """The order of the list (nobody says: open)."""

    list_lag: float = Field(default=0.0, ge=0)
    """Seconds before a new live input appears in the list (nobody says: open)."""

    created_shape: Literal["envelope", "bare"] = "envelope"
    """Answer to a creation: in Cloudflare's usual envelope (SDK), or the bare object (documented example)."""

    update: Literal["merge", "replace"] = "merge"
    """What becomes of fields that an update leaves out: they are kept (an example of the documentation suggests it), or
    get their defaults (nobody says: open)."""

    deleted: Literal["200", "200 with a body", "204"] = "200"
    """Answer to a deletion (nobody says: open)."""

    status_shape: Literal["object", "string"] = "object"
    """`status` once an encoder was connected: an object with `current` and `history` (seen on the wire), or the name of
    the state alone (SDK). Before, it is null."""

    unset: Literal["null", "missing"] = "missing"
    """Fields without a value: `keysRotatedAt` is absent if the keys never were (documented); others: open."""

    playback: Literal["present", "after_broadcast", "absent"] = "present"
    """`playback` of a live input: newer than most documents. It may be there at once, after the first broadcast only,
    or never (nobody says: open)."""

    rotate_offered: Literal["200", "404"] = "200"
    """Whether keys can be rotated: documented, but in no SDK."""

    idempotency: Literal["ignored", "honoured"] = "ignored"
    """What becomes of a second creation with the same `Idempotency-Key`, which the SDK sends since 5.8.0: another live
    input, or the first one again (nobody says: open)."""

    ready_delay: float = Field(default=60.0, ge=0)
    """Seconds after a broadcast before its recording is `ready` (documented: about 60)."""

    def but(self, **changes: object) -> StreamProfile:
        """The same profile with some fields changed; raises ``pydantic.ValidationError`` for what does not exist."""
        return StreamProfile.model_validate({**self.model_dump(), **changes})


DEFAULT: Final = StreamProfile()

NAMED: Final[dict[str, StreamProfile]] = {
    "default": DEFAULT,
    # What the SDK's types say.
    "sdk": DEFAULT.but(status_shape="string", unset="null", list_order="oldest"),
    # Everything drifts at once, and yet every operation can be carried out.
    "hostile": DEFAULT.but(
        list_total="absent",
        list_order="oldest",
        created_shape="bare",
        update="replace",
        deleted="204",
        status_shape="string",
        unset="null",
        playback="after_broadcast",
        idempotency="honoured",
    ),
}
