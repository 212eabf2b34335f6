# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What tells the meetings and livestreams of one event from those of another: the event's slug.

A slug is made of lower-case ASCII letters and digits, in parts joined by ``-``. Livestreams of the event are named
``<slug>-room``, and its meetings are titled ``<slug>: Room``. A title always says which event it is of. A name does
not: ``camp-2019-curie`` may be of ``camp`` or of ``camp-2019``. Then the longest slug that is in use is the one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from ansible_collections.eventops.cloudflare.plugins.module_utils.errors import InvalidRequest

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_TITLE = re.compile(rf"({SLUG.pattern}): ")


def check_slug(slug: str | None) -> str | None:
    """The slug that was given, if one was. Raises :class:`~.errors.InvalidRequest` for anything else."""
    if slug is not None and not SLUG.fullmatch(slug):
        raise InvalidRequest(f"event must be lower-case letters, digits and single dashes, not {slug!r}")
    return slug


def name_with(slug: str | None, name: str) -> str:
    """The name of a livestream of the event: with the slug in front, where it is not there yet."""
    return name if not slug or name.startswith(f"{slug}-") else f"{slug}-{name}"


def title_with(slug: str | None, title: str) -> str:
    """The title of a meeting of the event: with the slug in front, where it is not there yet."""
    return title if not slug or title.startswith(f"{slug}: ") else f"{slug}: {title}"


def slug_of_title(title: str | None) -> str | None:
    """The slug with which a title begins, if it does."""
    found = _TITLE.match(title or "")
    return found.group(1) if found else None


def slug_of_name(name: str | None, slugs: Iterable[str]) -> str | None:
    """The longest of these slugs with which a name begins, if it begins with one."""
    return max((slug for slug in slugs if (name or "").startswith(f"{slug}-")), key=len, default=None)


def slug_of(title: str | None, name: str | None, slugs: Iterable[str]) -> str | None:
    """The event of a meeting of this title whose livestream has this name; either may be unknown, or changed by hand.

    A name that agrees with the title says no more than the title. Where they differ, the livestream was started for the
    event of its name, and the meeting was renamed since.
    """
    titled = slug_of_title(title)
    if titled and (not name or name.startswith(f"{titled}-")):
        return titled
    return slug_of_name(name, slugs) or titled
