# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An environment with what the execution environment's context says, and nothing else, runs the job templates."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from awx.jobs import Platform, done
from awx.pattern import PATTERN, ROOT
from environments import programs

DEFINITION = PATTERN / "exec_env/execution-environment.yml"
BIN = Path(sys.executable).parent


def run(*command: str | Path) -> str:
    """What a command prints; it must go well."""
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The context from which a container engine would build the image."""
    directory = tmp_path_factory.mktemp("context")
    create: list[str | Path] = [BIN / "ansible-builder", "create", "--output-filename", "Containerfile"]
    run(*create, "--file", DEFINITION, "--context", directory)
    return directory


@pytest.fixture(scope="module")
def collections(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The collection, installed from its archive."""
    directory = tmp_path_factory.mktemp("collections")
    run(BIN / "ansible-galaxy", "collection", "build", "--output-path", directory)
    (archive,) = directory.glob("eventops-cloudflare-*.tar.gz")
    # The one under development, which Ansible finds too, is no reason not to install this one
    install = ["collection", "install", "--force", "--offline", "--collections-path"]
    run(BIN / "ansible-galaxy", *install, directory, archive)
    return directory


@pytest.fixture(scope="module")
def requirements(context: Path, collections: Path) -> list[str]:
    """All Python packages of the image: what introspection finds, ansible-core and ansible-runner."""
    found = collections / "requirements.txt"
    user = context / "_build/requirements.txt"
    run(BIN / "ansible-builder", "introspect", collections, "--user-pip", user, "--write-pip", found)
    packages = yaml.safe_load(DEFINITION.read_text())["dependencies"]
    lines = [line.partition("#")[0].strip() for line in found.read_text().splitlines()]
    named = [packages["ansible_core"]["package_pip"], packages["ansible_runner"]["package_pip"]]
    return [*named, *(line for line in lines if line)]


@pytest.fixture(scope="module")
def environment(requirements: list[str]) -> Path:
    """The programs of an environment with these packages."""
    return programs("execution-environment", *requirements)


def test_the_context_fetches_the_collection_and_its_tools(context: Path) -> None:
    assert yaml.safe_load((context / "_build/requirements.yml").read_text()) == {
        "collections": yaml.safe_load(DEFINITION.read_text())["dependencies"]["galaxy"]["collections"]
    }
    recipe = (context / "Containerfile").read_text()
    for text in ("ansible-core~=", "ansible-runner~=", "git-core", "/usr/bin/python3.12"):
        assert text in recipe


def test_the_collection_says_what_it_needs(requirements: list[str]) -> None:
    names = [line.split("~")[0].split(">")[0] for line in requirements]
    assert names == ["ansible-core", "ansible-runner", "requests", "segno"]


def test_the_archive_holds_the_pattern(collections: Path) -> None:
    installed = collections / "ansible_collections/eventops/cloudflare"
    pattern = PATTERN.relative_to(ROOT)
    assert {path.relative_to(installed) for path in (installed / pattern).rglob("*") if path.is_file()} == {
        path.relative_to(ROOT) for path in PATTERN.rglob("*") if path.is_file()
    }
    assert not (installed / ".build").exists()


def test_it_has_all_that_a_job_needs(platform: Platform, environment: Path, collections: Path) -> None:
    platform.environment, platform.collections = environment, collections
    sheet = platform.home / "sheet.html"
    answers = {
        "event_livestream_streams": yaml.safe_dump([{"name": "curie", "meeting_title": "Curie"}]),
        "event_livestream_event": "camp2019",
        "event_livestream_run_sheet": str(sheet),
    }
    for kind in ("provision", "start"):
        assert "[WARNING]" not in done(platform.run(kind, answers)).output
    # A QR code
    assert "<svg" in sheet.read_text()
    assert [item["status"] for item in platform.sim.livestreams()] == ["LIVE"]
