# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names, IDs and paths of realtime_credentials: nothing is written outside of the folder, and nobody else can read."""

from __future__ import annotations

import fcntl
import os
import signal
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings, strategies

from abuse.attempts import Attempt, Place, at, attempt, leaves, parts, put, sent
from abuse.scale import SCALE
from abuse.values import TEXTS, VALUES, anything, texts
from ansible_collections.eventops.cloudflare.plugins.module_utils.arguments import CLIENT, CREDENTIALS
from ansible_collections.eventops.cloudflare.plugins.module_utils.errors import printable
from simulator.client import Control

MODULE = "realtime_credentials"
OPTIONS = [place for place, _spec in leaves(CREDENTIALS)]
FILES = ["ffmpeg.env", "service.json"]


@pytest.fixture
def feed(sim: Control) -> str:
    """The ID of a livestream."""
    sim.reset(rate_limit=0)
    found: str = sim.seed(independents=["feed"])["livestreams"][0]
    return found


@pytest.fixture
def around(tmp_path: Path) -> Iterator[Path]:
    """A folder with things that are none of the module's business, which it leaves alone."""
    (tmp_path / "around/x").mkdir(parents=True, mode=0o755)
    (tmp_path / "around/x/ffmpeg.env").write_text("mine")
    before = state(tmp_path)
    yield tmp_path / "around/given"
    assert state(tmp_path) == before


def state(parent: Path) -> dict[str, tuple[int, int]]:
    """Everything in a folder, except for what is in the one that was given: mode, and last change."""
    found = {}
    for folder, names, files in os.walk(os.fsencode(parent)):
        names[:] = [name for name in names if name != b"given"]
        for name in [b".", *names, *files]:
            status = os.lstat(os.path.join(folder, name))
            # The folder itself is made in it.
            found[os.fsdecode(os.path.join(folder, name))] = (
                status.st_mode,
                0 if name == b"." or stat.S_ISDIR(status.st_mode) else status.st_mtime_ns,
            )
    return found


def written(folder: Path) -> dict[str, int]:
    """All files there, with their modes; folders are nobody else's, and nothing is temporary."""
    found = {}
    for above, names, files in os.walk(os.fsencode(folder)):
        for name in names:
            status = os.lstat(os.path.join(above, name))
            assert stat.S_IMODE(status.st_mode) == 0o700
        for name in files:
            path = os.fsdecode(os.path.join(above, name))
            found[path] = os.lstat(path).st_mode
    return found


def check(sim: Control, folder: Path, options: Mapping[str, Any], place: Place) -> Attempt:
    """Try it: what is told to be written is there, is all that is there, and is for nobody else to read."""
    if place == ("path",):
        # Check mode does not know what a file system can hold below a folder that is missing.
        folder.mkdir()
    predicted = attempt(sim, MODULE, options, check=True)
    assert written(folder) == {}
    tried = attempt(sim, MODULE, options)
    assert (predicted.message, predicted.values.get("files")) == (tried.message, tried.values.get("files"))
    for text in (tried.message or "", *tried.warnings):
        assert not tried.params or text.isprintable()
        assert "bug in" not in text
        for secret in (sim.api_token, *sim.secrets()):
            assert secret not in text
    assert not any(secret in repr(tried.values) for secret in sim.secrets())
    found = written(folder)
    assert set(found.values()) <= {stat.S_IFREG | 0o600}
    assert set(tried.values.get("files", [])) == set(found)
    for path in found:
        assert path.startswith(f"{folder}/")
        # Names and IDs are told to the service and to nobody else: the files hold what it has answered.
        assert os.path.basename(path) in FILES
    if tried.message is not None and not tried.journal:
        assert place[-1] in tried.message, "the message does not name the option"
        assert not tried.values.get("changed")
        assert found == {}
    return tried


def clear(folder: Path) -> None:
    """As it was: shutil does not take every name."""
    for above, names, files in os.walk(os.fsencode(folder), topdown=False):
        for name in files:
            os.unlink(os.path.join(above, name))
        for name in names:
            os.rmdir(os.path.join(above, name))
    if folder.exists():
        folder.rmdir()


def options_for(feed: str, folder: Path, place: Place, value: Any) -> dict[str, Any]:
    """Options that are fine but for this one."""
    entry = {"name": "feed", **({} if place[-1] == "meeting_id" else {"id": feed})}
    options: dict[str, Any] = {"livestreams": [entry], "path": str(folder), "retries": 0}
    if place[-1] == "api_key":
        options |= {"api_token": None, "api_email": "events@example.com"}
    if place[-1] == "api_email":
        options |= {"api_token": None, "api_key": "simulator-key-0123456789abcdef0123456"}
    return put(options, place, value)


def is_carried(tried: Attempt, folder: Path, place: Place, value: Any) -> None:
    """The value is where it belongs."""
    if place == ("livestreams", "name") and tried.values.get("files"):
        name = at(tried.params, place)
        assert tried.values["files"] == [f"{folder}/{name}/{file}" for file in FILES]
        assert os.listdir(folder) == [name]
    elif place[-1] in ("id", "meeting_id") and place != ("app_id",) and tried.journal and isinstance(value, str):
        blank = not value.strip()
        if place[-1] == "id" and not blank:
            assert value.strip() in list(sent(tried.journal))
            assert tried.values["files"] == []


@pytest.mark.parametrize("place", OPTIONS, ids=".".join)
def test_every_option(sim: Control, feed: str, around: Path, place: Place) -> None:
    failures = {}
    for name, value in VALUES.items():
        # A path of its own is only looked at: it may be anywhere.
        path = isinstance(value, str) and place == ("path",)
        try:
            if path:
                tried = attempt(sim, MODULE, options_for(feed, around, place, value), check=True)
                assert tried.message is None or "path" in tried.message
                value = f"{around}/{value}"
            tried = check(sim, around, options_for(feed, around, place, value), place)
            is_carried(tried, around, place, value)
        except Exception as error:  # noqa: BLE001
            failures[name] = f"{type(error).__name__}: {str(error)[:300]}"
        clear(around)
    assert failures == {}


@given(place=strategies.sampled_from([place for place in OPTIONS if place[0] not in CLIENT]), value=anything)
def test_any_option(sim: Control, feed: str, around: Path, place: Place, value: Any) -> None:
    value = f"{around}/{value}" if place == ("path",) else value
    is_carried(check(sim, around, options_for(feed, around, place, value), place), around, place, value)
    clear(around)


@given(name=texts, path=texts, more=strategies.lists(texts, max_size=2))
def test_any_names_and_paths(sim: Control, feed: str, around: Path, name: str, path: str, more: list[str]) -> None:
    entries = [{"name": item, "id": feed} for item in (name, *more)]
    tried = attempt(sim, MODULE, {"livestreams": entries, "path": f"{around}/{path}"})
    assert tried.message is None or "bug in" not in tried.message
    found = written(around)
    assert set(found.values()) <= {stat.S_IFREG | 0o600}
    assert set(tried.values.get("files", [])) == set(found)
    assert len(found) in (0, len(entries) * len(FILES))
    clear(around)


@given(options=strategies.dictionaries(texts, anything, max_size=4))
def test_any_set_of_options(sim: Control, feed: str, around: Path, options: dict[str, Any]) -> None:
    """Names of options that do not exist, too."""
    tried = attempt(sim, MODULE, {"livestreams": [{"name": "feed", "id": feed}], "path": str(around), **options})
    assert tried.message is None or "bug in" not in tried.message
    clear(around)


@pytest.mark.parametrize(
    "name", ["..", ".", "../x", "x/../../x", "/etc", "x/ffmpeg.env", "", "a\0", "\0", "..\0", " .."]
)
def test_names_that_lead_elsewhere(sim: Control, feed: str, around: Path, name: str) -> None:
    """Also beside one that does not: none is written then."""
    entries = [{"name": "feed", "id": feed}, {"name": name, "id": feed}]
    tried = attempt(sim, MODULE, {"livestreams": entries, "path": str(around)})
    assert (tried.message or "").startswith(f"name cannot be a folder's: {printable(repr(name))}")
    assert tried.journal == []
    assert not around.exists()


@pytest.mark.parametrize("path", ["../x", "x/../../x", "..", "./../x", "x/..", "a\0/x", "\ud800"])
def test_paths_that_lead_elsewhere(sim: Control, feed: str, around: Path, path: str) -> None:
    tried = attempt(sim, MODULE, {"livestreams": [{"name": "x", "id": feed}], "path": f"{around}/{path}"})
    assert (tried.message or "").startswith("path ")
    assert not around.exists()


HANGS = 20  # real seconds after which a task that should take none waits for ever


@contextmanager
def held(*folders: Path) -> Iterator[None]:
    """Another job holds the locks of these folders. Whoever waits for one without end is interrupted."""

    def interrupt(_signal: int, _frame: Any) -> None:
        raise AssertionError("it waits for a lock without end")

    descriptors = []
    before = signal.signal(signal.SIGALRM, interrupt)
    signal.alarm(HANGS)
    try:
        for folder in folders:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptors.append(os.open(folder, os.O_RDONLY))
            fcntl.flock(descriptors[-1], fcntl.LOCK_EX)
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
        for descriptor in descriptors:
            os.close(descriptor)


_NAMES = strategies.sampled_from(["curie", "meitner", "gray", "room 1"])


# Not made smaller when it fails: each attempt may take HANGS seconds.
@settings(phases=[Phase.generate], max_examples=20 * SCALE)
@given(
    names=strategies.lists(_NAMES, unique=True, min_size=1),
    busy=strategies.sets(_NAMES, max_size=2),
    timeout=strategies.sampled_from([2, 7.5, 30]),
)
def test_locks_that_another_job_holds(
    sim: Control, feed: str, around: Path, names: list[str], busy: set[str], timeout: float
) -> None:
    """The task says which folders they are, writes the others, and waits no longer than it may."""
    entries = [{"name": name, "id": feed} for name in names]
    options = {"livestreams": entries, "path": str(around), "timeout": timeout}
    locked = [name for name in names if name in busy]
    with held(*(around / name for name in sorted(busy))):
        predicted = attempt(sim, MODULE, options, check=True)
        tried = attempt(sim, MODULE, options)
    assert predicted.message is None
    assert predicted.slept == 0
    assert tried.slept <= timeout + 0.001
    assert bool(locked) is (tried.message is not None)
    for name in locked:
        text = f"{name}: {around}/{name}: another job holds the lock of this folder, also after {timeout:g} s"
        assert text in (tried.message or "")
    assert sorted(written(around)) == sorted(f"{around}/{n}/{file}" for n in names if n not in busy for file in FILES)
    assert sorted(tried.values["files"]) == sorted(written(around))
    assert attempt(sim, MODULE, options).message is None
    assert sorted(written(around)) == sorted(predicted.values["files"])
    clear(around)


# The simulator's answers are UTF-8, which has no surrogates.
@pytest.mark.parametrize("key", [name for name in TEXTS if "surrogate" not in name])
def test_any_key_is_in_its_files_and_nowhere_else(sim: Control, feed: str, around: Path, key: str) -> None:
    """What the service answers names no file."""
    text = TEXTS[key]
    body = {"id": feed, "name": text, "ingest_server": f"rtmps://x/{text}", "stream_key": text or None}
    sim.faults({"kind": "body", "body": {"success": True, "data": {"livestream": body}}, "times": None})
    tried = attempt(sim, MODULE, {"livestreams": [{"name": "feed", "id": feed}], "path": str(around)})
    assert tried.message is None or "bug in" not in tried.message
    found = written(around)
    assert set(found.values()) <= {stat.S_IFREG | 0o600}
    assert sorted(found) in ([], [f"{around}/feed/{file}" for file in FILES])
    assert bool(found) is (tried.message is None)
    shown = [*parts(tried.values), *tried.warnings]
    assert len(text) < 4 or not [item for item in shown if isinstance(item, str) and text in item]
    clear(around)
