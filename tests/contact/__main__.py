# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Visits a service with an account of yours, and writes down what it is like, as a profile of the simulator.

It needs CLOUDFLARE_ACCOUNT_ID, CLOUDFLARE_REALTIME_APP_ID and CLOUDFLARE_API_TOKEN in the environment, and --write: it
makes a meeting, starts and stops its livestream, and retires it. Nothing that was there before is changed. What is
written down has no values but words of the API: no ID, no name, no key.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import sys
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import requests

DEFAULT_BASE_URL: Final = "https://api.cloudflare.com/client/v4"
NEEDED: Final = ("CLOUDFLARE_ACCOUNT_ID", "CLOUDFLARE_REALTIME_APP_ID", "CLOUDFLARE_API_TOKEN")


def _document(visit: Any) -> dict[str, Any]:
    from contact.decisions import decided
    from simulator.profile import wire_fields

    profile = decided(visit.answers, visit.title)
    return {
        "visited": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "profile": profile,
        "undecided": sorted(set(wire_fields()) - set(profile)),
        "answers": [{"step": step, **answer.record()} for step, answer in visit.answers.items()],
    }


def main(arguments: list[str] | None = None) -> int:
    """The exit status."""
    parser = argparse.ArgumentParser(prog="make contact", description="Write down what the service is like.")
    parser.add_argument("--write", action="store_true", help="make, start, stop and retire a meeting of its own")
    parser.add_argument("--independent", action="store_true", help="make independent livestreams, which stay for ever")
    parser.add_argument("--output", type=Path, default=Path("contact.json"), help="(default: %(default)s)")
    options = parser.parse_args(arguments)
    missing = [name for name in NEEDED if not os.environ.get(name)]
    if missing:
        print(f"Set {', '.join(missing)} in the environment", file=sys.stderr)
        return 2
    if not options.write:
        print(
            "This makes a meeting called eventops-contact-..., starts and stops its livestream, and retires it. It\n"
            "takes a few minutes. Livestreams may cost money. Run it with: make contact ARGS=--write",
            file=sys.stderr,
        )
        return 2
    if not options.output.resolve().parent.is_dir():
        print(f"There is no folder {options.output.resolve().parent}", file=sys.stderr)
        return 2
    sys.path[:0] = [str(Path(__file__).resolve().parents[1])]
    from contact.visit import Visit

    account_id, app_id, token = (os.environ[name].strip() for name in NEEDED)
    base_url = (os.environ.get("CLOUDFLARE_BASE_URL") or DEFAULT_BASE_URL).rstrip("/")
    visit = Visit(base_url, account_id, app_id, token, options.independent)
    status = 0
    try:
        visit.run()
    except requests.RequestException as error:
        # Its text may hold the URL, and with it the account.
        print(f"The visit ended early: {type(error).__name__}", file=sys.stderr)
        status = 1
    except KeyboardInterrupt:
        print("The visit was interrupted", file=sys.stderr)
        status = 130
    for thing in visit.left:
        print(f"Left: {thing}")
    status = status or int(any("cannot be removed" not in thing for thing in visit.left))
    at_cloudflare = base_url == DEFAULT_BASE_URL
    print(f"Visited: {urlsplit(base_url).hostname}{'' if at_cloudflare else ', as CLOUDFLARE_BASE_URL says'}")
    first = visit.answers.get("livestreams before")
    if first is None or first.status in (401, 403):
        answer = "no answer" if first is None else str(first.status)
        print(f"Nothing is written: the list of livestreams was refused ({answer}). Check the token", file=sys.stderr)
        return 1
    made = visit.answers.get("meeting")
    if made is not None and made.status == 404:
        print("Nothing is written: there is no such app. Check CLOUDFLARE_REALTIME_APP_ID", file=sys.stderr)
        return 1
    found = {"service": "cloudflare" if at_cloudflare else "another", **_document(visit)}
    text = json.dumps(found, indent=2) + "\n"
    try:
        options.output.write_text(text, encoding="utf-8")
    except OSError as error:
        print(text, end="")
        print(f"{options.output} could not be written: {error.strerror}", file=sys.stderr)
        return 1
    print(f"Written: {options.output}, from {len(visit.answers)} answers")
    print(f"Decided: {len(found['profile'])} fields; not decided: {', '.join(found['undecided']) or 'none'}")
    return status


if __name__ == "__main__":
    sys.exit(main())
