# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run ``ansible-test sanity`` of the installed ansible-core on a copy of the collection.

ansible-test wants the collection in a real ``ansible_collections/eventops/cloudflare`` directory. Everything that Git
tracks, or would track, is copied to one below ``.build``. Each ansible-core has one, since two may run at once.
Arguments are handed on: ``--test import``, for example.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

from ansible.release import __version__ as core

import not_run
from pythons import interpreter, oldest_target

ROOT = Path(__file__).resolve().parents[1]
RELEASE = ".".join(core.split(".")[:2])
COPY = ROOT / f".build/sanity-{RELEASE}/ansible_collections/eventops/cloudflare"
KEEP = (".git/", "tests/output/")


def copy_collection() -> None:
    """Bring the copy up to date."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    wanted = {name for name in listing.split("\0") if name and (ROOT / name).is_file()}
    for path in sorted(COPY.rglob("*"), reverse=True):
        name = path.relative_to(COPY).as_posix() + ("/" if path.is_dir() else "")
        if name.startswith(KEEP):
            continue
        if path.is_dir() and not path.is_symlink():
            if not any(path.iterdir()):
                path.rmdir()
        elif name not in wanted:
            path.unlink()
    for name in wanted:
        target = COPY / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target, follow_symlinks=False)
    # A repository of its own, or ansible-test would ask the one around it, which ignores the copy
    subprocess.run(["git", "init", "--quiet", "."], cwd=COPY, check=True)


def reachable(url: str) -> bool:
    """Tell whether something answers at the address."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, method="HEAD"), timeout=5):
            return True
    except (OSError, urllib.error.URLError):
        return False


def ansible_test_root() -> Path:
    spec = importlib.util.find_spec("ansible_test")
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit("ansible-test is not installed: make env")
    return Path(next(iter(spec.submodule_search_locations)))


def provide_pip(root: Path) -> None:
    """Where the script that installs pip cannot be fetched, let Python install the pip that it carries itself.

    ansible-test makes its environments without pip, and looks for that script in its cache before it fetches it.
    """
    source = (root / "_internal/python_requirements.py").read_text()
    versions = set(re.findall(r"\bpip['\"]?\s*[=:]=?\s*['\"](\d+(?:\.\d+)+)", source))
    cache = Path.home() / ".ansible/test/cache"
    for version in sorted(versions):
        script = cache / f"get_pip_{version.replace('.', '_')}.py"
        url = f"https://ci-files.testing.ansible.com/ansible-test/get-pip-{version}.py"
        if script.exists() or reachable(url):
            continue
        print(f"NOTE: {url} cannot be reached: using the pip that Python carries instead", flush=True)
        cache.mkdir(parents=True, exist_ok=True)
        script.write_text("import ensurepip\n\nensurepip.bootstrap(upgrade=True, default_pip=True)\n")


def impossible_tests(root: Path) -> list[str]:
    """Name the tests that need an archive which cannot be fetched from here."""
    tests = []
    for requirements in sorted((root / "_data/requirements").glob("sanity.*.txt")):
        urls = re.findall(r"^[^#\n]*@ (https://[^\s#]+)", requirements.read_text(), flags=re.MULTILINE)
        if not all(reachable(url) for url in urls):
            test = requirements.name.split(".")[1]
            reason = f"the sanity test {test} of ansible-core {RELEASE}: needs {', '.join(urls)}, unreachable from here"
            print(f"WARNING: SKIPPED SANITY TEST: {reason}", flush=True)
            not_run.note(reason)
            tests.append(test)
    return tests


def main() -> int:
    copy_collection()
    root = ansible_test_root()
    provide_pip(root)
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    here = str(Path(sys.executable).parent)
    path = [here, os.environ.get("PATH", os.defpath)]
    command = [f"{here}/ansible-test", "sanity", "--color", "no", "--controller", f"origin:python={version}"]
    target = oldest_target()
    oldest = interpreter(target)
    if oldest:
        path.insert(1, str(Path(oldest).parent))
        command += ["--target-python", target]
    else:
        reason = f"sanity with Python {target}, which ansible-core {RELEASE} supports on hosts: install it"
        print(f"WARNING: not run: {reason}", flush=True)
        not_run.note(reason)
    command += ["--target-python", version]
    for test in impossible_tests(root):
        command += ["--skip-test", test]
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("ANSIBLE_", "PYTEST_")) and name not in ("PYTHONPATH", "PYTHONDONTWRITEBYTECODE")
    }
    environment["PATH"] = os.pathsep.join(path)
    return subprocess.run(
        [*command, *sys.argv[1:]], cwd=COPY, env=environment, stdin=subprocess.DEVNULL, check=False
    ).returncode


if __name__ == "__main__":
    sys.exit(main())
