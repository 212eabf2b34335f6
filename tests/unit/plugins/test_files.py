# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Folders of secret files, on a real file system: links, modes, kills, full disks, and several writers."""

from __future__ import annotations

import errno
import fcntl
import os
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.eventops.cloudflare.plugins.module_utils.errors import FileFailed, InvalidRequest
from ansible_collections.eventops.cloudflare.plugins.module_utils.files import (
    Placed,
    check_names,
    check_root,
    place,
)

OLD, NEW = b"old-secret-4711", b"new-secret-4712"


@pytest.fixture(params=[0o022, 0o000, 0o077], ids=["umask 022", "umask 000", "umask 077"])
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    """Whatever the surroundings allow by themselves."""
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def mode(path: Path) -> int:
    """The permissions of what is there, links not followed."""
    return stat.S_IMODE(path.lstat().st_mode)


def said(placed: Placed) -> list[tuple[str, str]]:
    """What was changed: the last part of the path, and what was there."""
    return [(item.path.rpartition("/")[2], item.before) for item in placed.changes]


def agreed(root: Path, content: bytes = NEW) -> list[tuple[str, str]]:
    """In check mode, for real, and again: the same prediction, and then nothing."""
    folders = {"stage": {"key.env": content}}
    before = sorted((path, path.lstat().st_mtime_ns) for path in root.parent.rglob("*"))
    check = place(str(root), folders, check_mode=True)
    assert sorted((path, path.lstat().st_mtime_ns) for path in root.parent.rglob("*")) == before
    real = place(str(root), folders)
    assert check == real
    again = place(str(root), folders)
    assert again.changes == []
    assert again.paths == real.paths == [f"{root}/stage/key.env"]
    assert (root / "stage/key.env").read_bytes() == content
    assert mode(root / "stage/key.env") == 0o600
    assert mode(root / "stage") & 0o777 == 0o700
    return said(real)


@pytest.mark.usefixtures("umask")
class TestPlacing:
    """What is there before, and what comes of it."""

    def test_nothing_is_there(self, tmp_path: Path) -> None:
        root = tmp_path / "a/b"
        assert agreed(root) == [(name, "absent") for name in ("a", "b", "stage", "key.env")]
        assert mode(root) == mode(root.parent) == 0o700

    def test_a_folder_that_is_there_keeps_its_mode(self, tmp_path: Path) -> None:
        root = tmp_path / "there"
        root.mkdir()
        root.chmod(0o755)
        assert agreed(root) == [("stage", "absent"), ("key.env", "absent")]
        assert mode(root) == 0o755

    @pytest.mark.parametrize("wrong", [0o644, 0o640, 0o400, 0o666])
    def test_a_mode_is_corrected(self, tmp_path: Path, wrong: int) -> None:
        agreed(tmp_path)
        (tmp_path / "stage/key.env").chmod(wrong)
        (tmp_path / "stage").chmod(0o755)
        assert agreed(tmp_path) == [("stage", "mode 0755"), ("key.env", f"mode {wrong:04o}")]

    @pytest.mark.parametrize("content", [b"", NEW + b"x", NEW[:-1], b"x" * 100_000])
    def test_another_content_is_replaced(self, tmp_path: Path, content: bytes) -> None:
        agreed(tmp_path, content)
        assert agreed(tmp_path) == [("key.env", "other content")]

    def test_others_with_an_open_file_never_see_the_new_content(self, tmp_path: Path) -> None:
        agreed(tmp_path, OLD)
        with (tmp_path / "stage/key.env").open("rb") as opened:
            agreed(tmp_path)
            assert opened.read() == OLD

    def test_a_setgid_folder_is_no_change_for_ever(self, tmp_path: Path) -> None:
        tmp_path.chmod(0o2755)
        agreed(tmp_path)


class TestPlanted:
    """What somebody else has put there."""

    def test_a_link_in_place_of_a_file_is_replaced_and_not_followed(self, tmp_path: Path) -> None:
        victim = tmp_path / "victim"
        victim.write_bytes(b"mine")
        root = tmp_path / "root"
        agreed(root)
        (root / "stage/key.env").unlink()
        (root / "stage/key.env").symlink_to(victim)
        assert agreed(root) == [("key.env", "a symbolic link")]
        assert victim.read_bytes() == b"mine"
        assert not (root / "stage/key.env").is_symlink()

    def test_a_link_to_the_right_content_is_replaced_as_well(self, tmp_path: Path) -> None:
        victim = tmp_path / "victim"
        victim.write_bytes(NEW)
        (tmp_path / "root/stage").mkdir(parents=True, mode=0o700)
        (tmp_path / "root/stage/key.env").symlink_to(victim)
        assert ("key.env", "a symbolic link") in agreed(tmp_path / "root")

    def test_a_pipe_is_replaced(self, tmp_path: Path) -> None:
        (tmp_path / "stage").mkdir(mode=0o700)
        os.mkfifo(tmp_path / "stage/key.env")
        assert agreed(tmp_path) == [("key.env", "not a regular file")]

    @pytest.mark.parametrize("check", [True, False])
    def test_a_link_in_place_of_a_folder_is_refused_and_the_others_are_written(
        self, tmp_path: Path, check: bool
    ) -> None:
        elsewhere = tmp_path / "elsewhere"
        elsewhere.mkdir()
        root = tmp_path / "root"
        root.mkdir()
        (root / "stage").symlink_to(elsewhere)
        placed = place(str(root), {"stage": {"key.env": NEW}, "other": {"key.env": NEW}}, check_mode=check)
        assert placed.failures == [("stage", f"{root}/stage is a symbolic link: nothing is written through it")]
        assert placed.paths == [f"{root}/other/key.env"]
        assert list(elsewhere.iterdir()) == []

    @pytest.mark.parametrize("target", ["elsewhere", "nowhere"])
    @pytest.mark.parametrize("slash", ["", "/", "//"])
    def test_a_link_in_place_of_the_root_is_refused(self, tmp_path: Path, target: str, slash: str) -> None:
        (tmp_path / "elsewhere").mkdir()
        (tmp_path / "root").symlink_to(tmp_path / target)
        for check in (True, False):
            with pytest.raises(FileFailed, match="root is a symbolic link"):
                place(f"{tmp_path}/root{slash}", {"stage": {"key.env": NEW}}, check_mode=check)
        assert list((tmp_path / "elsewhere").iterdir()) == []

    def test_what_is_in_the_way_is_named(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        for check in (True, False):
            with pytest.raises(FileFailed, match=f"^{tmp_path}/file is not a folder$"):
                place(f"{tmp_path}/file/below", {"stage": {"key.env": NEW}}, check_mode=check)
            with pytest.raises(FileFailed, match=f"^{tmp_path}/file: Not a directory$"):
                place(f"{tmp_path}/file", {"stage": {"key.env": NEW}}, check_mode=check)
            (tmp_path / "stage/key.env").mkdir(parents=True, exist_ok=True)
            placed = place(str(tmp_path), {"stage": {"key.env": NEW}, "file": {"key.env": NEW}}, check_mode=check)
            assert dict(placed.failures) == {
                "stage": f"{tmp_path}/stage/key.env is a folder, where a file is to be",
                "file": f"{tmp_path}/file: Not a directory",
            }


def test_a_path_that_cannot_be_there_is_no_prediction(tmp_path: Path) -> None:
    for check in (True, False):
        with pytest.raises(FileFailed, match="File name too long"):
            place(f"{tmp_path}/{'x' * 300}/y", {"stage": {"key.env": NEW}}, check_mode=check)


SCRIPT = """
import os, resource, signal, sys
from ansible_collections.eventops.cloudflare.plugins.module_utils import files
root, what = sys.argv[1:]
if what == "full":
    resource.setrlimit(resource.RLIMIT_FSIZE, (8, 8))
else:
    setattr(os, what, lambda *_args, **_options: os.kill(os.getpid(), signal.SIGKILL))
placed = files.place(root, {"stage": {"key.env": b"new-secret-4712", "other.env": b"x"}})
print(placed.failures)
"""


def run(root: Path, what: str) -> subprocess.CompletedProcess[str]:
    """Write in a process of its own, which meets with an accident."""
    return subprocess.run(
        [sys.executable, "-c", SCRIPT, str(root), what], capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize("content", [None, OLD])
@pytest.mark.parametrize("at", ["fchmod", "fsync", "replace"])
def test_a_kill_leaves_the_old_file_and_nothing_that_others_can_read(
    tmp_path: Path, at: str, content: bytes | None
) -> None:
    if content is not None:
        agreed(tmp_path, content)
    assert run(tmp_path, at).returncode == -signal.SIGKILL
    folder = tmp_path / "stage"
    assert mode(folder) == 0o700
    left = sorted(path.name for path in folder.iterdir())
    assert [name for name in left if name.endswith(".tmp")]
    assert {mode(path) for path in folder.iterdir()} == {0o600}
    if content is None:
        assert "key.env" not in left
    else:
        assert (folder / "key.env").read_bytes() == content
    found = agreed(tmp_path)
    assert found[0][1] == "left by an interrupted run"
    assert found[1:] == [("key.env", "absent" if content is None else "other content")]
    assert [path.name for path in folder.iterdir()] == ["key.env"]


def test_a_disk_without_room_leaves_the_old_file(tmp_path: Path) -> None:
    """The system refuses the write after the first eight bytes, as it would with a full disk."""
    agreed(tmp_path, OLD)
    ran = run(tmp_path, "full")
    assert ran.stdout.strip() == f"[('stage', '{tmp_path}/stage: File too large')]"
    assert "secret" not in ran.stdout + ran.stderr
    assert (tmp_path / "stage/key.env").read_bytes() == OLD
    assert [path.name for path in (tmp_path / "stage").iterdir()] == ["key.env"]


def test_a_failure_tells_that_something_was_changed_before(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(FileFailed) as failure:
        place(f"{tmp_path}/file", {"stage": {"key.env": NEW}})
    assert failure.value.changed is False


def test_several_writers_at_once(tmp_path: Path) -> None:
    """Each file is at any moment one of those that are written, whole, and in the end nothing else is there."""
    contents = [bytes([65 + number]) * 200_000 for number in range(4)]
    failures: list[object] = []
    seen: set[bytes] = set()

    def write(content: bytes) -> None:
        for _round in range(10):
            failures.extend(place(str(tmp_path), {"stage": {"a": content, "b": content}}).failures)

    threads = [threading.Thread(target=write, args=(content,)) for content in contents]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        path = tmp_path / "stage/a"
        if path.exists():
            seen.add(path.read_bytes())
    for thread in threads:
        thread.join()
    assert failures == []
    assert seen <= set(contents)
    assert sorted(path.name for path in (tmp_path / "stage").iterdir()) == ["a", "b"]
    assert (tmp_path / "stage/a").read_bytes() == (tmp_path / "stage/b").read_bytes()


def test_of_two_writers_of_the_same_one_changes_something(tmp_path: Path) -> None:
    (tmp_path / "stage").mkdir(mode=0o700)
    barrier = threading.Barrier(2)
    found: list[Placed] = []

    def write() -> None:
        barrier.wait()
        found.append(place(str(tmp_path), {"stage": {"key.env": NEW}}))

    threads = [threading.Thread(target=write) for _writer in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(len(placed.changes) for placed in found) == [0, 1]


@contextmanager
def locked(*folders: Path) -> Iterator[Callable[[], None]]:
    """Folders that another job writes to; the function ends that."""
    descriptors = []
    for folder in folders:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptors.append(os.open(folder, os.O_RDONLY))
        fcntl.flock(descriptors[-1], fcntl.LOCK_EX)

    def release() -> None:
        while descriptors:
            os.close(descriptors.pop())

    yield release
    release()


class TestLocked:
    """Folders that another job writes to. Nobody waits for real."""

    def test_they_are_waited_for_until_time_is_up_and_the_others_are_written(self, tmp_path: Path) -> None:
        folders = {name: {"key.env": NEW} for name in ("one", "free", "two")}
        sleeps: list[float] = []
        with locked(tmp_path / "one", tmp_path / "two"):
            placed = place(str(tmp_path), folders, lock_timeout=2.25, sleep=sleeps.append)
        assert placed.paths == [f"{tmp_path}/free/key.env"]
        text = "another job holds the lock of this folder, also after 2.25 s of waiting; run again when it is done, or"
        assert placed.failures == [
            (name, f"{tmp_path}/{name}: {text} raise the option timeout") for name in ("one", "two")
        ]
        assert sum(sleeps) == pytest.approx(2.25), "for all folders together"
        assert max(sleeps) < 1
        assert list((tmp_path / "one").iterdir()) == []
        agreed(tmp_path)

    def test_one_that_is_released_in_time_is_written(self, tmp_path: Path) -> None:
        with locked(tmp_path / "stage") as release:
            sleeps: list[float] = []

            def sleep(seconds: float) -> None:
                sleeps.append(seconds)
                if len(sleeps) == 3:
                    release()

            placed = place(str(tmp_path), {"stage": {"key.env": NEW}}, lock_timeout=30, sleep=sleep)
        assert (placed.failures, len(sleeps)) == ([], 3)
        assert (tmp_path / "stage/key.env").read_bytes() == NEW

    def test_one_that_is_replaced_meanwhile_is_not_said_to_be_written(self, tmp_path: Path) -> None:
        with locked(tmp_path / "stage") as release:

            def sleep(_seconds: float) -> None:
                (tmp_path / "stage").rename(tmp_path / "moved")
                (tmp_path / "stage").mkdir(mode=0o700)
                release()

            placed = place(str(tmp_path), {"stage": {"key.env": NEW}}, lock_timeout=30, sleep=sleep)
        assert placed.paths == []
        assert placed.failures == [("stage", f"{tmp_path}/stage was removed or replaced meanwhile: run again")]
        assert list((tmp_path / "moved").iterdir()) == list((tmp_path / "stage").iterdir()) == []

    def test_check_mode_locks_nothing_and_waits_for_nothing(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        agreed(tmp_path, OLD)
        with locked(tmp_path / "stage"):
            monkeypatch.setattr(fcntl, "flock", lambda *_arguments: pytest.fail("locked"))
            found = place(
                str(tmp_path),
                {"stage": {"key.env": NEW}},
                check_mode=True,
                sleep=lambda _seconds: pytest.fail("waited"),
            )
            assert said(found) == [("key.env", "other content")]

    @pytest.mark.parametrize("code", [errno.ENOLCK, errno.EOPNOTSUPP, errno.EINVAL])
    def test_a_file_system_without_locks(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int) -> None:
        def refuse(*_arguments: Any) -> None:
            raise OSError(code, os.strerror(code))

        monkeypatch.setattr(fcntl, "flock", refuse)
        assert ("key.env", "absent") in agreed(tmp_path)


class TestNames:
    """Which names folders may have."""

    @pytest.mark.parametrize(
        "name", ["", ".", "..", ".ssh", "a/b", "/", "a\0b", "a\nb", " a", "a ", "\ud800", "x" * 201, "ä" * 101]
    )
    def test_unfit(self, name: str) -> None:
        with pytest.raises(InvalidRequest, match="name cannot be a folder's"):
            check_names([name])

    @pytest.mark.parametrize("other", ["STAGE", "Stage", "\uff33tage", "stage"])
    def test_equal_on_some_file_systems(self, other: str) -> None:
        with pytest.raises(InvalidRequest, match="differ in more than case"):
            check_names(["stage", other])

    @given(st.text(max_size=40))
    def test_a_fit_name_stays_below_the_root(self, name: str) -> None:
        try:
            check_names([name])
        except InvalidRequest:
            return
        assert os.path.normpath(f"/base/{name}") == f"/base/{name}"
        assert os.path.dirname(f"/base/{name}") == "/base"

    @pytest.mark.parametrize("path", ["", "a", "./a", "~/a", "/a/../b", "/..", "/a\0"])
    def test_unfit_roots(self, path: str) -> None:
        with pytest.raises(InvalidRequest, match="path must be an absolute path"):
            check_root(path)

    def test_a_root_that_the_system_cannot_name(self) -> None:
        with pytest.raises(InvalidRequest, match="path cannot be a path of this system"):
            check_root("/a\ud800")

    @pytest.mark.parametrize("path", ["/a/b", "/a/b/", "//a//b//", "/a/./b"])
    def test_roots(self, path: str) -> None:
        assert check_root(path) == "/a/b"
