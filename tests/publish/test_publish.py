# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is published: nothing that lies about in a working tree, and what Galaxy accepts."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Final

import pytest
import yaml

from publish.archive import ROOT, build
from publish.importer import SETTINGS, complaints

# What lies about in the working trees of developers and of users. None of it is known to Git.
LEFT_ABOUT: Final = (
    ".env",
    ".venv-2.20/bin/activate",
    ".nox/tests/log",
    ".vscode/settings.json",
    ".ansible/collections/secret",
    ".ansible_vault_pass",
    ".aws/credentials",
    "playbooks/.env",
    "roles/event_livestream/.idea/workspace.xml",
)
UNKNOWN: Final = ("playbooks/streams-of-a-customer.yml", "vault-password", "keys/curie/service.json")
# The top of the archive: what users need, and what the rules of Galaxy want beside it.
TOP: Final = {
    ".ansible-lint",
    "CODE_OF_CONDUCT.md",
    "CONTRIBUTING.md",
    "FILES.json",
    "LICENSES",
    "MANIFEST.json",
    "README.md",
    "REUSE.toml",
    "SECURITY.md",
    "changelogs",
    "docs",
    "extensions",
    "meta",
    "playbooks",
    "plugins",
    "roles",
}


def members(archive: Path) -> set[str]:
    """The files of an archive."""
    with tarfile.open(archive) as files:
        return {member.name for member in files if member.isfile()}


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone with the changes of this working tree committed."""
    place = tmp_path_factory.mktemp("checkout") / "a clone"
    git = ("git", "-c", "user.name=t", "-c", "user.email=t@example.org")
    subprocess.run([*git, "clone", "--quiet", "--no-tags", ROOT, place], check=True)
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    tracked = subprocess.run(listed, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\0")
    for path in filter(None, {*members_of_clone(place), *tracked}):
        (place / path).unlink(missing_ok=True)
        if (ROOT / path).is_file():
            (place / path).parent.mkdir(parents=True, exist_ok=True)
            (place / path).write_bytes((ROOT / path).read_bytes())
    subprocess.run([*git, "add", "--all"], cwd=place, check=True)
    subprocess.run([*git, "commit", "--quiet", "--allow-empty", "--message", "changes"], cwd=place, check=True)
    return place


def members_of_clone(place: Path) -> list[str]:
    """What Git knows of in a clone."""
    return subprocess.run(["git", "ls-files"], cwd=place, check=True, capture_output=True, text=True).stdout.split("\n")


@pytest.fixture(scope="module")
def archive(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive of that clone."""
    return build(tmp_path_factory.mktemp("archive"), checkout=checkout)


@pytest.fixture
def dirty(checkout: Path) -> Path:
    """The clone, with files in it that nobody committed."""
    for name in (*LEFT_ABOUT, *UNKNOWN):
        path = checkout / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("secret")
    return checkout


def test_the_archive_is_what_was_committed_for_users(archive: Path) -> None:
    found = members(archive)
    assert {name.partition("/")[0] for name in found} == TOP
    # The playbooks of the pattern are in directories that have names of directories that are left out.
    for name in ("meta/ee-requirements.txt", "extensions/patterns/event_livestream/meta/pattern.json"):
        assert name in found


def test_nothing_that_lies_about_is_published(archive: Path, dirty: Path, tmp_path: Path) -> None:
    assert members(build(tmp_path, checkout=dirty)) == members(archive)


def test_ansible_galaxy_alone_leaves_hidden_files_out(archive: Path, dirty: Path, tmp_path: Path) -> None:
    """It cannot know what Git does not know of, which is why the archive is made from a commit."""
    galaxy = Path(sys.executable).with_name("ansible-galaxy")
    command: list[str | Path] = [galaxy, "collection", "build", "--output-path", tmp_path, dirty]
    subprocess.run(command, check=True, capture_output=True)
    (built,) = tmp_path.glob("*.tar.gz")
    assert members(built) - members(archive) == set(UNKNOWN)


def released(checkout: Path, version: str, check: str = "true") -> subprocess.CompletedProcess[str]:
    """``make release`` without its long checks."""
    command = [sys.executable, "-m", "publish.release", version, "--check", check, "--no-import"]
    author = {f"GIT_{role}_{what}": "t" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    environment = {**os.environ, **author, "PYTHONPATH": str(checkout / "tests")}
    return subprocess.run(command, cwd=checkout, env=environment, capture_output=True, text=True, check=False)


def test_a_release_is_one_command(checkout: Path, tmp_path: Path) -> None:
    """A changelog, a commit, a tag and an archive; nothing of it when a check fails."""
    place = tmp_path / "a clone"
    subprocess.run(["git", "clone", "--quiet", "--no-tags", checkout, place], check=True)
    collection = place / ".build/ansible_collections/eventops/cloudflare"
    collection.parent.mkdir(parents=True)
    collection.symlink_to("../../..")
    for version, why_not in (("1.x", "not a semantic version"), ("2.0.0", "false failed")):
        refused = released(place, version, "false")
        assert refused.returncode == 1
        assert why_not in refused.stderr
    assert "has changes" in released(place, "2.0.0").stderr
    subprocess.run(["git", "reset", "--quiet", "--hard"], cwd=place, check=True)
    # Git may have been told not to mention what it does not know of.
    subprocess.run(["git", "config", "status.showUntrackedFiles", "no"], cwd=place, check=True)
    (place / "token.txt").write_text("hidden")
    assert "has changes" in released(place, "2.0.0").stderr
    (place / "token.txt").unlink()

    done = released(place, "2.0.0", "touch token.txt")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "ansible-galaxy collection publish" in done.stdout
    assert yaml.safe_load((place / "galaxy.yml").read_text())["version"] == "2.0.0"
    assert "2.0.0" in yaml.safe_load((place / "changelogs/changelog.yaml").read_text())["releases"]
    assert "event\\_livestream" in (place / "CHANGELOG.md").read_text()
    assert not list((place / "changelogs/fragments").glob("*.yml"))
    names = members(place / ".build/eventops-cloudflare-2.0.0.tar.gz")
    assert "CHANGELOG.md" in names
    assert "token.txt" not in names
    tagged = subprocess.run(["git", "show", "--stat", "2.0.0"], cwd=place, check=True, capture_output=True, text=True)
    assert "execution-environment.yml" in tagged.stdout
    assert "there is a tag" in released(place, "2.0.0").stderr


def test_the_execution_environment_takes_the_version_that_it_comes_with() -> None:
    definition = ROOT / "extensions/patterns/event_livestream/exec_env/execution-environment.yml"
    (collection,) = yaml.safe_load(definition.read_text())["dependencies"]["galaxy"]["collections"]
    assert collection["version"] == yaml.safe_load((ROOT / "galaxy.yml").read_text())["version"]


@pytest.mark.parametrize("settings", SETTINGS)
def test_galaxy_accepts_the_archive(settings: str, archive: Path) -> None:
    assert not complaints(archive, SETTINGS[settings])
