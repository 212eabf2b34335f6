# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is shown of a URL."""

from __future__ import annotations

import pytest

from ansible_collections.eventops.cloudflare.plugins.module_utils.transport.url import place_of


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("rtmps://live.cloudflare.com:443/live/hidden", "live.cloudflare.com:443"),
        ("srt://live.cloudflare.com:778?passphrase=hidden", "live.cloudflare.com:778"),
        ("http://[2001:db8::1]:8080", "[2001:db8::1]:8080"),
        ("proxy.example.org:3128", "proxy.example.org:3128"),
        ("http://me:hidden@proxy.example.org:3128/", "proxy.example.org:3128"),
        ("rtmp://host:1935/live?streamid=publish://hidden", "host:1935"),
        ("rtmp://host#hidden", "host"),
        ("rtmp://host:1\\hidden", ""),
        ("rtmp://me:hid/den@host/live", ""),
        ("rtmp://me:hid@den@host/live", "host"),
        ("rtmp:///hidden", ""),
        ("not a URL: hidden", ""),
    ],
)
def test_a_place_is_a_host_and_nothing_that_may_be_secret(url: str, place: str) -> None:
    assert place_of(url) == place
