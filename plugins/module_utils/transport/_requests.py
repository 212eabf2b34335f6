# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one place that imports requests, so that its absence is a message and not a traceback."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import requests
    import urllib3
    from requests import Session
    from requests.adapters import HTTPAdapter
    from requests.auth import AuthBase
    from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
    from urllib3 import exceptions as urllib3_exceptions
    from urllib3.connection import HTTPConnection, HTTPSConnection

    REQUESTS_IMPORT_ERROR: str | None = None
else:
    try:
        import requests
        import urllib3
        from requests import Session
        from requests.adapters import HTTPAdapter
        from requests.auth import AuthBase
        from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
        from urllib3 import exceptions as urllib3_exceptions
        from urllib3.connection import HTTPConnection, HTTPSConnection

        REQUESTS_IMPORT_ERROR = None
    except ImportError:
        REQUESTS_IMPORT_ERROR = traceback.format_exc()
        # Stand-ins for the base classes of others: they must be importable to say what is missing.
        requests = urllib3 = urllib3_exceptions = None
        HTTPAdapter = AuthBase = Session = object
        HTTPConnection = HTTPSConnection = HTTPConnectionPool = HTTPSConnectionPool = object

__all__ = [
    "REQUESTS_IMPORT_ERROR",
    "AuthBase",
    "HTTPAdapter",
    "HTTPConnection",
    "HTTPConnectionPool",
    "HTTPSConnection",
    "HTTPSConnectionPool",
    "Session",
    "requests",
    "urllib3",
    "urllib3_exceptions",
]
