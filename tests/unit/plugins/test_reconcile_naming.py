# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names as a service may keep them: the form is found, and nothing else is taken for it."""

from __future__ import annotations

import html
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.eventops.cloudflare.plugins.module_utils.errors import StateUnreachable
from ansible_collections.eventops.cloudflare.plugins.module_utils.reconcile.naming import (
    CUTS,
    Named,
    canonical,
    doubles,
    is_form,
    is_spelling,
    parted,
    told,
)

LONG = "the longest of all the titles, of which a service that cuts forgets the end, and a good deal more than that"
texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)


def find(wanted: str, *names: str | None) -> str | None:
    """The name by which a list with these names has the wanted one; None when it has not."""
    form, found = Named((name, name) for name in names).find(wanted, "the thing")
    return form if found else None


@pytest.mark.parametrize(
    ("wanted", "kept"),
    [
        ("feed", "feed"),
        (" feed ", "feed"),
        (" a  b\n", "a  b"),
        (" a  b\n", "a b"),
        ("Cafe\u0301", "Caf\u00e9"),
        (" Cafe\u0301  x ", "Caf\u00e9 x"),
        ("R&D", "R&amp;D"),
        ("R&D 'x' \"y\"", "R&amp;D &#39;x&#39; &quot;y&quot;"),
        ("R&D 'x'", "R&amp;D &#x27;x&#x27;"),
        (" R&D ", "R&amp;D"),
        ("R&amp;D", "R&D"),
        ("R&amp;D", "R&amp;amp;D"),
    ],
)
def test_a_form_is_found(wanted: str, kept: str) -> None:
    assert find(wanted, "other", kept) == kept
    assert is_form(kept, wanted)
    assert is_spelling(kept, wanted)


@pytest.mark.parametrize(
    ("wanted", "other"),
    [
        ("Room 10", "Room 1"),
        ("Room 1", "Room 10"),
        ("feed", "Feed"),
        ("feed", " feed"),
        ("a b", "a  b"),
        ("Caf\u00e9", "Cafe\u0301"),
        ("Cafe", "Caf\u00e9"),
        ("R&D", "R&D;"),
        ("①", "1"),
        (LONG, LONG[:31]),
        (LONG, LONG[:33]),
        (LONG[:64], LONG),
        (LONG, f"x{LONG[:63]}"),
        (LONG[:64], LONG[:32] + "x" * 32),
    ],
)
def test_nothing_else_is_taken_for_it(wanted: str, other: str) -> None:
    assert find(wanted, other, None) is None
    assert not is_form(other, wanted)


def test_what_is_exactly_called_so_is_the_one() -> None:
    assert find(" feed", "feed", " feed") == " feed"
    assert find(LONG, LONG[:64], LONG) == LONG


def test_all_of_a_name_are_found() -> None:
    assert Named([("feed", 1), ("x", 2), ("feed", 3), (None, 4)]).find(" feed", "x") == ("feed", [1, 3])


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        (" R&D", ["R&amp;D", "R&D"]),
        (" a  b ", ["a b", "a  b"]),
        # A name that may have been cut may as well be that of something else, wherever it ends.
        (LONG, [LONG[:32]]),
        (LONG, [LONG[:64]]),
        (f"  {LONG}", [LONG[:64]]),
        ("ä" * 200, ["ä" * 127]),
        ("ä" * 200, ["ä" * 128]),
        ("&" + "x" * 100, ["&" + "x" * 63]),
        # Escaped and cut, in either order.
        ("R&D " + "x" * 100, ["R&amp;D " + "x" * 56]),
        ("R&D " + "x" * 100, ["R&amp;D " + "x" * 60]),
        ("The annual general meeting: partners", ["The annual general meeting: part"]),
        ("the stage of the garden at night, and at noon", ["the stage of the garden at night"]),
        ("the longest of all names: room 12", ["the longest of all names: room 1"]),
    ],
)
def test_where_nobody_can_tell_nothing_is_taken(wanted: str, names: list[str]) -> None:
    with pytest.raises(StateUnreachable, match=r"the thing may be what the service calls .*, or something else"):
        find(wanted, *names)


def test_a_service_that_has_longer_names_does_not_cut() -> None:
    with pytest.raises(StateUnreachable):
        find(LONG, LONG[:64], "x" * 64)
    assert find(LONG, LONG[:64], "x" * 65) is None
    with pytest.raises(StateUnreachable):
        find(LONG, LONG[:32], LONG[:64])


@given(texts)
def test_every_form_of_any_name_is_found(name: str) -> None:
    for kept in (
        name.strip(),
        " ".join(name.split()),
        unicodedata.normalize("NFC", name),
        html.escape(name),
        html.escape(name.strip()),
    ):
        assert is_form(kept, name)
        if kept:
            assert find(name, kept) == kept


@given(texts, st.sampled_from(CUTS), st.booleans())
def test_no_name_that_may_have_been_cut_is_taken_or_missed(name: str, length: int, escaped: bool) -> None:
    whole = f"{name}{'x' * length}"
    kept = html.escape(whole)[:length] if escaped else whole[:length]
    assert is_form(kept, whole)
    with pytest.raises(StateUnreachable):
        find(whole, kept)


@given(texts)
def test_one_spelling_for_all_forms(name: str) -> None:
    assert canonical(f" {name}\n") == canonical(name)
    assert canonical(html.escape(name)) == unicodedata.normalize("NFC", " ".join(name.split()))


def test_what_is_told() -> None:
    assert told("the livestream ' x'", "x", " x") == ("the service calls the livestream ' x' 'x': use that name",)
    assert told("it", "x", "x") == told("it", None, "x") == told("it", "x", None) == ()


def apart(names: list[str], kept: dict[str, str | None]) -> tuple[list[str], list[tuple[str, str]]]:
    """Those of the names that are created first, and those that are then refused, with the other one."""
    first, rest = parted(names, str)
    assert sorted([*first, *rest]) == sorted(names)
    return first, doubles(first, rest, str, kept.get)


def test_of_names_that_begin_alike_the_longest_is_created_first() -> None:
    one, two, three = LONG, f"{LONG[:64]}!", f"{LONG[:40]}?"
    names = ["feed", three, two, one, "other"]
    assert apart(names, {}) == (["feed", one, "other"], [])
    assert apart(names, {one: one}) == (["feed", one, "other"], [])
    assert apart(names, {one: one[:80]}) == (["feed", one, "other"], [])
    assert apart(names, {one: one[:64]}) == (["feed", one, "other"], [(two, one)])
    assert apart(names, {one: one[:40]}) == (["feed", one, "other"], [(three, one), (two, one)])


def test_names_that_become_one_with_each_other() -> None:
    first, second = f"{LONG[:50]} one", f"{LONG[:50]} two"
    names = [first, second, f"{LONG[:40]} and something that is longer"]
    assert apart(names, {names[2]: names[2][:50]}) == ([names[2]], [(second, first)])


def test_a_name_that_is_trimmed_is_not_cut() -> None:
    names = [f"  {LONG}", f"  {LONG}!"]
    assert apart(names, {names[1]: names[1].strip()}) == ([names[1]], [])
