# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How servers are verified: one TLS context for all connections of a client.

Reading the certificate authorities takes some 20 ms of CPU, many times what a request takes. requests reads them anew
for each connection.
"""

from __future__ import annotations

import os
import ssl

from ansible_collections.eventops.cloudflare.plugins.module_utils.errors import InvalidRequest
from ansible_collections.eventops.cloudflare.plugins.module_utils.transport._requests import requests, urllib3


def tls_context(validate_certs: bool, ca_path: str | None) -> ssl.SSLContext:
    """A context that verifies servers by the authorities of ``ca_path`` (a file in PEM format, or a folder).

    Without ``ca_path``, by those that the environment names as requests does it, or those that requests brings.
    Raises :class:`~.errors.InvalidRequest` when there are none at that path.
    """
    if not validate_certs:
        # The user has decided; urllib3 would say so again on standard error, for each connection.
        urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
        return _context(ssl.CERT_NONE)
    context = _context(ssl.CERT_REQUIRED)
    named = ca_path or os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE")
    path = named or requests.utils.DEFAULT_CA_BUNDLE_PATH
    if not os.path.exists(path):
        raise InvalidRequest(f"ca_path does not exist: {path}")
    try:
        if os.path.isdir(path):
            context.load_verify_locations(capath=path)
        else:
            context.load_verify_locations(cafile=path)
    except OSError:
        raise InvalidRequest(f"ca_path is no file of certificates in PEM format: {path}") from None
    return context


def _context(verify_mode: ssl.VerifyMode) -> ssl.SSLContext:
    context: ssl.SSLContext = urllib3.util.ssl_.create_urllib3_context(cert_reqs=verify_mode)
    # What urllib3 demands since 2.0; OpenSSL may be configured to take more.
    context.minimum_version = max(context.minimum_version, ssl.TLSVersion.TLSv1_2)
    return context
