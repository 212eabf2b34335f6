# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Removing files and folders, on a real file system: what stays, what is refused, and several jobs at once."""

from __future__ import annotations

import fcntl
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ansible_collections.eventops.cloudflare.plugins.module_utils.errors import FileFailed, InvalidRequest
from ansible_collections.eventops.cloudflare.plugins.module_utils.files import Placed, place, remove

KEY = b"old-secret-4711"
NAMES = ("key.env", "key.bak")


def state(folder: Path) -> list[tuple[str, int, int]]:
    """Everything below a folder, with modes and times."""
    return sorted((str(path), path.lstat().st_mode, path.lstat().st_mtime_ns) for path in folder.rglob("*"))


def agreed(root: Path, *folders: str) -> Placed:
    """In check mode, for real, and again: the same prediction, and then nothing."""
    before = state(root.parent)
    check = remove(str(root), folders, NAMES, check_mode=True)
    assert state(root.parent) == before
    real = remove(str(root), folders, NAMES)
    assert check == real
    again = remove(str(root), folders, NAMES)
    assert (again.changes, again.failures) == ([], real.failures)
    return real


def gone(root: Path, placed: Placed) -> list[str]:
    """What was removed, in the words of paths below the root's parent."""
    return [os.path.relpath(item.path, root.parent) for item in placed.changes]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """With the files of two folders."""
    root = tmp_path / "root"
    place(str(root), {"stage": {"key.env": KEY, "key.bak": KEY}, "other": {"key.env": KEY}})
    return root


class TestWhatGoes:
    """And what stays."""

    def test_one_of_two_folders(self, root: Path) -> None:
        assert gone(root, agreed(root, "stage", "never")) == ["root/stage/key.env", "root/stage/key.bak", "root/stage"]
        assert (root / "other/key.env").read_bytes() == KEY

    def test_all_of_them_and_the_root(self, root: Path) -> None:
        placed = agreed(root, "stage", "other")
        assert gone(root, placed)[-2:] == ["root/other", "root"]
        assert {(item.before, item.after) for item in placed.changes} == {("present", "absent"), ("folder", "absent")}
        assert not root.exists()

    def test_a_root_that_nothing_was_removed_from_stays(self, tmp_path: Path) -> None:
        assert agreed(tmp_path, "stage") == Placed()
        assert tmp_path.exists()

    def test_what_is_beside_the_folders_keeps_the_root(self, root: Path) -> None:
        (root / "notes").write_text("mine")
        placed = agreed(root, "stage", "other")
        assert [path.name for path in root.iterdir()] == ["notes"]
        assert placed.kept == []

    def test_a_foreign_file_keeps_its_folder_and_is_named(self, root: Path) -> None:
        (root / "stage/scene").write_text("mine")
        placed = agreed(root, "stage", "other")
        assert placed.kept == [f"{root}/stage is kept: 'scene' is in it"]
        assert [path.name for path in (root / "stage").iterdir()] == ["scene"]
        assert remove(str(root), ["stage"], NAMES).kept == placed.kept

    def test_what_a_killed_run_left_is_removed(self, root: Path) -> None:
        (root / f"stage/.key.env.{'0' * 16}.tmp").write_bytes(KEY)
        agreed(root, "stage")
        assert not (root / "stage").exists()

    def test_nothing_is_there(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        for path in ("nothing", "file/below"):
            assert remove(f"{tmp_path}/{path}", ["stage"], NAMES) == Placed()

    def test_no_folder_is_asked_for(self, tmp_path: Path) -> None:
        """As when files are placed, the root is not even looked at."""
        (tmp_path / "file").write_text("")
        assert remove(f"{tmp_path}/file", [], NAMES) == Placed()


class TestRefused:
    """One folder that fails stops none of the others."""

    def test_links_are_removed_and_not_followed(self, root: Path, tmp_path: Path) -> None:
        secret = tmp_path / "key.env"
        secret.write_bytes(KEY)
        (root / "stage/key.env").unlink()
        (root / "stage/key.env").symlink_to(secret)
        (root / "linked").symlink_to(tmp_path)
        placed = agreed(root, "linked", "stage")
        assert placed.failures == [("linked", f"{root}/linked is a symbolic link: nothing is written through it")]
        assert not (root / "stage").exists()
        assert secret.read_bytes() == KEY

    def test_a_link_in_place_of_the_root(self, root: Path) -> None:
        link = root.parent / "link"
        link.symlink_to(root)
        for check in (True, False):
            with pytest.raises(FileFailed, match="link is a symbolic link"):
                remove(str(link), ["stage"], NAMES, check_mode=check)
        assert (root / "stage/key.env").exists()

    def test_a_folder_in_place_of_a_file(self, root: Path) -> None:
        (root / "stage/key.bak").unlink()
        (root / "stage/key.bak").mkdir()
        placed = agreed(root, "stage", "other")
        assert placed.failures == [("stage", f"{root}/stage/key.bak is a folder, where a file is to be")]
        assert not (root / "other").exists()

    def test_a_file_in_place_of_a_folder(self, root: Path) -> None:
        (root / "file").write_text("mine")
        placed = agreed(root, "file", "other")
        assert placed.failures == [("file", f"{root}/file: Not a directory")]
        assert not (root / "other").exists()

    def test_folders_of_others(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
        placed = agreed(root, "stage")
        assert placed.failures == [("stage", f"{root}/stage: Operation not permitted")]
        assert (root / "stage/key.env").exists()

    @pytest.mark.parametrize("name", ["", "..", ".ssh", "a/b"])
    def test_names_that_are_no_folder(self, root: Path, name: str) -> None:
        with pytest.raises(InvalidRequest, match="name cannot be a folder's"):
            remove(str(root), [name], NAMES)

    def test_a_root_that_the_system_keeps(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """As one in a folder of root's. It is told, in check mode too, and the task has done what matters."""
        rmdir = os.rmdir

        def refuse(name: str, *, dir_fd: int) -> None:
            if name == "root":
                raise PermissionError(13, "Permission denied")
            rmdir(name, dir_fd=dir_fd)

        monkeypatch.setattr(os, "rmdir", refuse)
        monkeypatch.setattr(os, "access", lambda *_arguments: False)
        placed = agreed(root, "stage", "other")
        assert placed.kept == [f"{root} is kept: Permission denied"]
        assert placed.failures == []
        assert list(root.iterdir()) == []


class TestOtherJobs:
    """The same lock as when files are placed. Nobody waits for real."""

    def test_a_locked_folder_is_waited_for_until_time_is_up(self, root: Path) -> None:
        sleeps: list[float] = []
        descriptor = os.open(root / "stage", os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            check = remove(str(root), ["stage", "other"], NAMES, check_mode=True, sleep=sleeps.append)
            assert (check.failures, sleeps) == ([], [])
            placed = remove(str(root), ["stage", "other"], NAMES, lock_timeout=2.25, sleep=sleeps.append)
        finally:
            os.close(descriptor)
        ((name, text),) = placed.failures
        assert name == "stage"
        assert text.startswith(f"{root}/stage: another job holds the lock of this folder, also after 2.25 s")
        assert sum(sleeps) == pytest.approx(2.25)
        assert (root / "stage/key.env").read_bytes() == KEY
        assert not (root / "other").exists()

    @pytest.mark.parametrize("replaced", [True, False])
    def test_one_that_goes_while_its_lock_is_waited_for(self, root: Path, replaced: bool) -> None:
        """Gone is as wanted. Another folder in its place is not touched."""
        descriptors = [os.open(root / "stage", os.O_RDONLY)]
        fcntl.flock(descriptors[0], fcntl.LOCK_EX)

        def sleep(_seconds: float) -> None:
            (root / "stage").rename(root.parent / "moved")
            if replaced:
                place(str(root), {"stage": {"key.env": KEY}})
            os.close(descriptors.pop())

        placed = remove(str(root), ["stage"], NAMES, sleep=sleep)
        assert placed.changes == []
        text = f"{root}/stage was removed or replaced meanwhile: run again"
        assert placed.failures == ([("stage", text)] if replaced else [])
        assert (root / "stage/key.env").exists() == replaced
        assert (root.parent / "moved/key.env").read_bytes() == KEY

    def test_of_two_that_remove_the_same_neither_fails(self, tmp_path: Path) -> None:
        for number in range(30):
            root = tmp_path / str(number)
            place(str(root), {"stage": {"key.env": KEY}})
            barrier = threading.Barrier(2)

            def work(path: str, barrier: threading.Barrier) -> Placed:
                barrier.wait()
                return remove(path, ["stage"], NAMES)

            with ThreadPoolExecutor(2) as jobs:
                started = [jobs.submit(work, str(root), barrier) for _job in range(2)]
            found = [job.result() for job in started]
            assert [placed.failures for placed in found] == [[], []]
            removed = sorted(item.path for placed in found for item in placed.changes)
            assert removed[-2:] == [f"{root}/stage", f"{root}/stage/key.env"]
            assert not root.exists()
