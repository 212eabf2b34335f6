# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names of streams: valid, stable, and no two alike."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.eventops.cloudflare.plugins.plugin_utils.schedule.names import prefix, slug, stream_name
from ansible_collections.eventops.cloudflare.plugins.plugin_utils.schedule.values import clean

VALID = re.compile(r"[a-zA-Z0-9-_]+")
# What rooms are called, and what is made of them: characters that collide when spelt, names that look like hashed ones.
rooms = st.one_of(
    st.text(max_size=60),
    st.text(alphabet="aA1 -_/äaé", max_size=12),
    st.lists(st.sampled_from(["Monheim", "Rhein", "a1b2c3", "ABCDEF", "x", "ö", "oe", "/", "-"]), max_size=4).map(
        " ".join
    ),
).filter(clean)


@pytest.mark.parametrize(
    ("room", "name"),
    [
        ("Curie", "camp2019-Curie"),
        ("Gray Room", "camp2019-Gray-Room"),
        ("Saal 1", "camp2019-Saal-1"),
        ("abcdef", "camp2019-abcdef"),
        ("Monheim/Rhein", "camp2019-Monheim-Rhein-6e7c72"),
        ("Gängeviertel", "camp2019-Gaengeviertel-16c836"),
        ("Straße Öst", "camp2019-Strasse-Oest-9a0db1"),
        ("Café №5", "camp2019-Cafe-No5-51cb80"),
        ("Saal_1", "camp2019-Saal-1-3fbf96"),
        ("Room 123456", "camp2019-Room-123456-af4212"),
        ("会議室", "camp2019-room-9ee159"),
        ("🎸", "camp2019-room-9c09c3"),
        ("x" * 41, "camp2019-" + "x" * 40 + "-316459"),
        ("x" * 40, "camp2019-" + "x" * 40),
    ],
)
def test_examples(room: str, name: str) -> None:
    """They are written down: a change of any would make new livestreams of events that are on."""
    assert stream_name("camp2019", room) == name


@pytest.mark.parametrize(
    ("acronym", "title", "found"),
    [
        ("Camp2019", "ignored", "camp2019"),
        ("rc3-nowhere", None, "rc3-nowhere"),
        ("GÖN/23", None, "goen-23"),
        (None, "Chaos Communication Camp", "chaos-communication-camp"),
        ("会", "Mast", "mast"),
        ("会", None, ""),
        (None, None, ""),
        ("a" * 60, None, "a" * 40),
    ],
)
def test_prefixes(acronym: str | None, title: str | None, found: str) -> None:
    assert prefix(acronym, title) == found


def test_without_a_prefix_there_is_only_the_room() -> None:
    assert stream_name("", "Gray Room") == "Gray-Room"


@given(rooms, st.text(max_size=50))
def test_valid_and_not_too_long(room: str, acronym: str) -> None:
    name = stream_name(prefix(acronym, None), room)
    assert VALID.fullmatch(name)
    assert len(name) <= 40 + 1 + 40 + 7


@given(rooms, rooms, st.sampled_from(["", "camp2019", "a-b"]))
def test_no_two_rooms_share_a_name(one: str, other: str, lead: str) -> None:
    assert (stream_name(lead, one) == stream_name(lead, other)) == (clean(one) == clean(other))


@given(rooms, rooms)
def test_the_name_of_a_stream_as_a_rooms_name(one: str, other: str) -> None:
    """Whoever calls a room as another one's stream is called gets a different stream."""
    for imitation in (stream_name("", one), stream_name("", one).replace("-", " ")):
        assert (stream_name("", imitation) == stream_name("", other)) == (imitation == clean(other))


@given(rooms, st.sampled_from(["NFC", "NFD"]))
def test_one_name_in_two_encodings_is_one_room(room: str, form: str) -> None:
    assert stream_name("x", unicodedata.normalize(form, clean(room))) == stream_name("x", room)


@given(st.text())
def test_cleaning_twice_changes_nothing(text: str) -> None:
    cleaned = clean(text)
    assert clean(cleaned) == cleaned
    assert cleaned.encode().decode() == cleaned
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]|  ", cleaned)


@given(st.text())
def test_slugs_are_stable(text: str) -> None:
    assert slug(slug(text)) == slug(text)
    assert re.fullmatch(r"([a-zA-Z0-9]+(-[a-zA-Z0-9]+)*)?", slug(text))
