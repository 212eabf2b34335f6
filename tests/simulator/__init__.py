# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A simulator of the part of Cloudflare RealtimeKit's REST API that livestreams meetings.

It is a real HTTP server, so that clients are tested through real sockets. What is published about the API is
contradictory in places and silent in others; each such point is a field of :class:`simulator.profile.Profile`, so that
one test can be run against every plausible service.
"""
