# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``make release VERSION=1.2.0``: checks everything, and makes the commit, the tag and the archive of a release.

It pushes nothing and publishes nothing: what to run for that is printed at the end.
"""

from __future__ import annotations

import argparse
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Final

from .archive import ROOT, build
from .importer import SETTINGS, complaints

# Where the version stands, with what is before and after it.
PLACES: Final = {
    "galaxy.yml": r"(?m)(^version: )\S+()$",
    "plugins/module_utils/transport/session.py": r'(?m)(^VERSION = ")[^"]+(")$',
    "extensions/patterns/event_livestream/exec_env/execution-environment.yml": r"(?m)(^ +version: )\S+()$",
}
SEMANTIC: Final = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")


def git(*arguments: str) -> str:
    """What Git prints; subprocess.CalledProcessError when it fails."""
    return subprocess.run(["git", *arguments], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


def obstacle(version: str) -> str | None:
    """Why this version cannot be released; None when it can."""
    if not SEMANTIC.fullmatch(version):
        return f"{version!r} is not a semantic version such as 1.2.0"
    if git("tag", "--list", version):
        return f"there is a tag {version} already"
    # Whatever the user's settings are: what is untracked must not be released.
    if git("status", "--porcelain", "--untracked-files=all"):
        return "the working tree has changes: commit or remove them"
    if not list((ROOT / "changelogs/fragments").glob("*.yml")):
        return "changelogs/fragments is empty: nothing has changed since the last release"
    return None


def set_version(version: str) -> None:
    """Write the version where it stands."""
    for name, pattern in PLACES.items():
        path = ROOT / name
        text, number = re.subn(pattern, rf"\g<1>{version}\g<2>", path.read_text(encoding="utf-8"))
        if number != 1:
            raise SystemExit(f"{name}: the version is not where it was expected")
        path.write_text(text, encoding="utf-8")


def release(version: str, check: list[str], imported: bool) -> int:
    """The exit status. ``check``: the command that must succeed; ``imported``: whether galaxy-importer must, too."""
    why_not = obstacle(version)
    if why_not:
        print(f"Not released: {why_not}", file=sys.stderr)
        return 1
    set_version(version)
    changelog = str(Path(sys.executable).with_name("antsibull-changelog"))
    if subprocess.run([changelog, "release", "--version", version], cwd=ROOT, check=False).returncode:
        print("Not released: antsibull-changelog failed. Undo with: git reset --hard", file=sys.stderr)
        return 1
    # What the check takes long for, and what comes meanwhile, is not part of it.
    git("add", "--all")
    if subprocess.run(check, cwd=ROOT, check=False).returncode:
        print(f"Not released: {shlex.join(check)} failed. Undo with: git reset --hard", file=sys.stderr)
        return 1
    git("commit", "--quiet", "--message", f"Release {version}")
    archive = build(ROOT / ".build")
    found = [line for settings in SETTINGS.values() for line in complaints(archive, settings)] if imported else []
    if found:
        print("Not released: galaxy-importer complains. Undo with: git reset --hard HEAD~", *found, sep="\n  ")
        return 1
    git("tag", "--annotate", "--message", f"Release {version}", version)
    print(f"Released {version} here. To publish it:")
    print(f"  git push origin HEAD {version}")
    print(f"  ansible-galaxy collection publish {archive}")
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(prog="make release", description="Make a release.")
    parser.add_argument("version", help="such as 1.2.0")
    parser.add_argument(
        "--check", type=shlex.split, default=["make", "test-all"], help="what must pass (default: make test-all)"
    )
    parser.add_argument("--no-import", action="store_true", help="skip galaxy-importer")
    options = parser.parse_args()
    return release(options.version, options.check, not options.no_import)


if __name__ == "__main__":
    sys.exit(main())
