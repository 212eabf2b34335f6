# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Certificates for tests: an authority that nobody knows unless told, and servers that it vouches for."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import trustme


@dataclass(frozen=True)
class Authority:
    """Who vouches for servers, and the file that says so, as ``ca_path`` takes it."""

    ca: trustme.CA
    file: Path

    @classmethod
    def in_directory(cls, directory: Path) -> Authority:
        """A new one; its certificate is written to ``ca.pem``."""
        ca = trustme.CA()
        file = directory / "ca.pem"
        ca.cert_pem.write_to_path(str(file))
        return cls(ca, file)

    def context(self, *names: str, **options: Any) -> ssl.SSLContext:
        """A server with a certificate for these names."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.ca.issue_cert(*names, **options).configure_cert(context)
        return context
