# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Addresses with credentials: what is sent, and what is shown."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.eventops.cloudflare.plugins.plugin_utils.addresses import (
    HIDDEN,
    Address,
    masked,
    masked_within,
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("schedule.json", "schedule.json"),
        ("/srv/@2027/a:b.json", "/srv/@2027/a:b.json"),
        ("https://example.org/schedule.json", "https://example.org/schedule.json"),
        ("https://example.org/@2027/schedule.json", "https://example.org/@2027/schedule.json"),
        ("https://example.org:8443/schedule.json", "https://example.org:8443/schedule.json"),
        # A path with a colon, or a password with a slash.
        ("https://example.org:8443/hid@den/x", "https://********"),
        ("https://me:hidden@example.org/hid@den/x", "https://********"),
        ("https://example.org/a?x=1@2#y@z", "https://example.org/a?x=********"),
        ("https://me:hidden@example.org/2027/x", "https://example.org/2027/x"),
        ("https://me:hid@den@example.org/x", "https://example.org/x"),
        ("https://hidden@example.org/x", "https://example.org/x"),
        ("https://example.org/x?token=hidden&v=2&hidden", "https://example.org/x?token=********&v=********&********"),
        ("HTTPS://me:hidden@Example.org/x", "https://Example.org/x"),
        (" https://me:hidden@example.org/x ", "https://example.org/x"),
        ("https://example.org/https://me:hidden@example.com/x", "https://********"),
        ("//example.org/x://me:hidden@example.com/x", "://********"),
        # No address, but a password may be in it.
        ("https://me:hid/den@example.org/x", "https://********"),
        ("https://me:hid%40example.org/x", "https://********"),
        ("https://[::1", "https://********"),
        ("https:///me:hidden@example.org", "https://********"),
        ("https:/me:hidden@example.org/x", "https://********"),
        ("me:hidden@example.org/x", "me://********"),
        ("://me:hidden@example.org/x", "://********"),
        ("ftp://me:hidden@example.org/x", "ftp://example.org/x"),
    ],
)
def test_credentials_are_not_shown(text: str, shown: str) -> None:
    assert masked(text) == shown


def test_addresses_in_a_value_are_masked() -> None:
    address = "https://me:hidden@example.org/x"
    value = [address, {address: (address, 1)}, None, f"from {address}", "a@b"]
    shown = "https://example.org/x"
    assert masked_within(value) == [shown, {shown: [shown, 1]}, None, "://********", "a@b"]


@pytest.mark.parametrize(
    ("text", "url", "auth"),
    [
        ("https://example.org/x#y", "https://example.org/x", None),
        ("https://me:a%3Ab%40@example.org/x?y", "https://example.org/x?y", (b"me", b"a:b@")),
        ("https://t%C3%B6ken@example.org:99/x", "https://example.org:99/x", ("töken".encode(), b"")),
        ("https://:secret@[::1]/", "https://[::1]/", (b"", b"secret")),
    ],
)
def test_credentials_are_taken_from_an_address(text: str, url: str, auth: tuple[bytes, bytes] | None) -> None:
    address = Address.of(text)
    assert (address.url, address.auth) == (url, auth)
    assert "secret" not in repr(address)


@pytest.mark.parametrize("text", ["x.json", "https://", "https://[::1", "https://a:b/", "https://a:0/", "//", ""])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        Address.of(text)


def test_an_echo_is_scrubbed() -> None:
    address = Address.of("https://me:s%21cret@example.org/")
    assert address.scrub("s!cret, bWU6cyFjcmV0, secret") == "********, ********, secret"
    assert Address.of("https://t0ken@example.org/").scrub("t0ken") == "********"
    assert Address.of("https://me:a@example.org/").scrub("a") == "a"
    assert Address.of("https://example.org/").scrub("a") == "a"
    assert Address.of("https://example.org/?t=QUERYSECRET&f=json").scrub("QUERYSECRET json") == "******** json"


PASSWORD = "canary-0123456789"
HOSTS = st.sampled_from(["example.org", "example.org:8443", "[::1]", "127.0.0.1:99999", "a b", "", "[::1", "x:y"])
ODD = st.text(alphabet="@:/?#\\[]%& =.\t\nab1", max_size=6)


@given(
    scheme=st.sampled_from(["http", "https", "ftp", "HTTP", "x"]),
    slashes=st.sampled_from(["//", "/", ""]),
    before=ODD,
    after=ODD,
    host=HOSTS,
    path=ODD,
)
def test_no_password_is_shown_whatever_is_around_it(
    scheme: str, slashes: str, before: str, after: str, host: str, path: str
) -> None:
    shown = masked(f"{scheme}:{slashes}me:{before}{PASSWORD}{after}@{host}/{path}")
    assert PASSWORD not in shown
    assert PASSWORD not in masked(f"https://me:{quote(before + PASSWORD + after, safe='')}@example.org/{path}")


@given(host=st.sampled_from(["example.org", "example.org:8443", "[::1]:80"]), path=ODD)
def test_the_host_that_is_shown_is_the_one_that_is_asked(host: str, path: str) -> None:
    text = f"https://me:{PASSWORD}@{host}/{path}"
    assert urlsplit(Address.of(text).url).netloc == host
    assert urlsplit(masked(text)).netloc in (host, HIDDEN)
    plain = f"https://example.org/{path}"
    assert urlsplit(masked(plain)).netloc in ("example.org", HIDDEN if ":" in path else "example.org")
