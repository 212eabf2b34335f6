# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files that are replaced as a whole: no planted link is followed, and a file is either the old one or the new one.

Folders of small secret files: ``<root>/<folder>/<file>``, folders of mode 0700, files of mode 0600, so that nobody else
can read them at any moment. And single files of mode 0644, for everybody. Knows nothing of what is in the files, and
nothing of Ansible.
"""

from __future__ import annotations

import contextlib
import errno
import os
import time
import typing
import unicodedata
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from ansible_collections.eventops.cloudflare.plugins.module_utils.errors import FileFailed, InvalidRequest
from ansible_collections.eventops.cloudflare.plugins.module_utils.folders import (
    FILE_MODE,
    FOLDER_MODE,
    Folder,
    LockWait,
    naming,
    opened,
)

PAGE_MODE = 0o644
LONGEST_NAME = 200  # bytes; file systems take 255

# Python 3.8 cannot subscript what collections.abc has.
Contents = typing.Mapping[str, bytes]  # by file name


@dataclass(frozen=True)
class Change:
    """What was, or in check mode would be, done to a path: ``before`` and ``after`` in words."""

    path: str
    before: str
    after: str


@dataclass
class Placed:
    """What has come of the files; ``failures`` by folder. ``kept``: folders in which something else is, in words."""

    paths: list[str] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    failures: list[tuple[str, str]] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)


def check_root(path: str) -> str:
    """``path`` without trailing slashes; refused when it depends on where a process happens to run."""
    if not path.startswith("/") or "\0" in path or ".." in PurePosixPath(path).parts:
        raise InvalidRequest(f"path must be an absolute path without '..': {path!r}")
    try:
        os.fsencode(path)
    except UnicodeEncodeError:
        raise InvalidRequest(f"path cannot be a path of this system: {path!r}") from None
    return str(PurePosixPath("/" + path.lstrip("/")))


def is_name(name: str) -> bool:
    """Whether a folder can be called so."""
    fit = name.isprintable() and "/" not in name and not name.startswith(".") and name == name.strip()
    return bool(name) and fit and len(name.encode()) <= LONGEST_NAME


def check_names(names: Sequence[str]) -> None:
    """Refuse names that are no folder's, and two that are one on some file systems."""
    known: dict[str, str] = {}
    for name in names:
        if not is_name(name):
            raise InvalidRequest(
                f"name cannot be a folder's: {name!r}; it must not be empty or too long, begin with a dot, begin or "
                "end with a space, or hold a slash or a control character"
            )
        folded = unicodedata.normalize("NFKC", name).casefold()
        if folded in known:
            raise InvalidRequest(f"names must differ in more than case: {known[folded]!r} and {name!r}")
        known[folded] = name


def place(
    root: str,
    folders: Mapping[str, Contents],
    *,
    check_mode: bool = False,
    lock_timeout: float = 30,
    sleep: Callable[[float], None] = time.sleep,
) -> Placed:
    """Have these files below ``root``: folder name to file name to content. In check mode nothing is written or locked.

    Folders that other jobs have locked are waited for, for ``lock_timeout`` seconds in all. One folder that fails stops
    none of the others. Raises :class:`FileFailed` when the root itself is unusable.
    """
    check_names(list(folders))
    root = check_root(root)
    placed = Placed()
    lock_wait = LockWait(lock_timeout, sleep)
    if not folders:
        return placed
    try:
        with naming(root), _open_root(root, placed, check_mode) as parent:
            for name, contents in folders.items():
                _place_folder(parent, name, contents, placed, check_mode, lock_wait)
    except FileFailed as failure:
        failure.changed = bool(placed.changes)
        raise
    return placed


def _place_folder(
    parent: Folder, name: str, contents: Contents, placed: Placed, check_mode: bool, lock_wait: LockWait
) -> None:
    """The files of one folder."""
    path = f"{parent.path}/{name}"
    try:
        with naming(path), _have_folder(parent, name, placed, check_mode, lock_wait) as folder:
            for leftover in folder.leftovers(contents):
                if not check_mode:
                    folder.remove(leftover)
                placed.changes.append(Change(f"{path}/{leftover}", "left by an interrupted run", "absent"))
            for file, content in contents.items():
                flaw = folder.flaw(file, content)
                if flaw is not None:
                    if not check_mode:
                        folder.write(file, content)
                    placed.changes.append(Change(f"{path}/{file}", flaw, f"as wanted, mode {FILE_MODE:04o}"))
                placed.paths.append(f"{path}/{file}")
    except FileFailed as failure:
        placed.failures.append((name, str(failure)))


def remove(
    root: str,
    folders: Collection[str],
    names: Sequence[str],
    *,
    check_mode: bool = False,
    lock_timeout: float = 30,
    sleep: Callable[[float], None] = time.sleep,
) -> Placed:
    """Remove the files of these names from these folders below ``root``, and the folders that are empty then.

    The root goes as well if that has left it empty. Other files stay, and so do their folders. Otherwise as
    :func:`place`.
    """
    for name in folders:
        check_names([name])
    root = check_root(root)
    placed = Placed()
    lock_wait = LockWait(lock_timeout, sleep)
    try:
        # What is gone, or goes meanwhile, is as wanted.
        with naming(root), contextlib.suppress(FileNotFoundError):
            if not folders or not _exists(PurePosixPath(root)):
                return placed
            with opened(root, root) as parent:
                for name in folders:
                    _remove_folder(parent, name, names, placed, check_mode, lock_wait)
                _remove_root(parent, placed, check_mode)
    except FileFailed as failure:
        failure.changed = bool(placed.changes)
        raise
    return placed


def _remove_folder(
    parent: Folder, name: str, names: Sequence[str], placed: Placed, check_mode: bool, lock_wait: LockWait
) -> None:
    """The files of one folder, and the folder if nothing else is in it."""
    path = f"{parent.path}/{name}"
    try:
        with naming(path), contextlib.suppress(FileNotFoundError), opened(path, name, parent.descriptor) as folder:
            folder.check_owner()
            if not check_mode:
                folder.lock(lock_wait)
                if parent.mode(name) is None:
                    return
                _check_held(parent, name, folder)
            gone = [file for file in (*folder.leftovers(names), *names) if folder.has_file(file)]
            for file in gone:
                if not check_mode:
                    folder.remove(file)
                placed.changes.append(Change(f"{path}/{file}", "present", "absent"))
            others = sorted(set(os.listdir(folder.known)) - set(gone))
            if others:
                placed.kept.append(f"{path} is kept: {others[0]!r} is in it")
                return
            if not check_mode:
                os.rmdir(name, dir_fd=parent.known)
            placed.changes.append(Change(path, "folder", "absent"))
    except FileFailed as failure:
        placed.failures.append((name, str(failure)))


def _remove_root(root: Folder, placed: Placed, check_mode: bool) -> None:
    """The root, if what was removed has left it empty. One that the system keeps is told, and is no failure."""
    gone = {change.path for change in placed.changes}
    if not gone or any(f"{root.path}/{name}" not in gone for name in os.listdir(root.known)):
        return
    with _parent(root.path) as (above, name):
        if not above.holds(name, root):
            return
        try:
            if not check_mode:
                os.rmdir(name, dir_fd=above.known)
            elif not os.access(above.path, os.W_OK | os.X_OK):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        except OSError as error:
            placed.kept.append(f"{root.path} is kept: {error.strerror}")
            return
    placed.changes.append(Change(root.path, "folder", "absent"))


@dataclass(frozen=True)
class Page:
    """What has come of a file for everybody: ``flaw`` is why it was not as wanted, None if it was.

    ``before`` is what was in it, or its beginning; None if it could not be read, or nothing was there.
    """

    flaw: str | None
    before: bytes | None


def check_page(path: str) -> None:
    """Refuse a path at which no file can be written, before it has to be. Raises :class:`FileFailed`."""
    with naming(path), _parent(path) as (folder, name):
        folder.flaw(name, b"", PAGE_MODE)
        if not os.access(folder.path, os.W_OK | os.X_OK):
            raise FileFailed(f"{path}: the folder {folder.path} cannot be written to")


def place_page(path: str, content: bytes, *, most_before: int = 0, check_mode: bool = False) -> Page:
    """Have this file, with mode 0644, in a folder that is there. In check mode nothing is written.

    Whatever has the name, a symbolic link included, is replaced. Links on the way to the folder are followed. At most
    ``most_before`` bytes are returned of what was there. Raises :class:`FileFailed`.
    """
    with naming(path), _parent(path) as (folder, name):
        flaw = folder.flaw(name, content, PAGE_MODE)
        before = folder.beginning(name, most_before) if most_before else None
        if flaw is not None and not check_mode:
            folder.write(name, content, PAGE_MODE)
        return Page(flaw, before)


@contextlib.contextmanager
def _parent(path: str) -> Iterator[tuple[Folder, str]]:
    """The folder that a file is to be in, and the file's name in it."""
    parent, name = os.path.split(path)
    if not name:
        raise FileFailed(f"{path} is no path of a file")
    parent = parent or "."
    try:
        descriptor = os.open(parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except FileNotFoundError:
        raise FileFailed(f"{path}: there is no folder {parent}") from None
    except NotADirectoryError:
        raise FileFailed(f"{path}: {parent} is not a folder") from None
    try:
        yield Folder(parent, descriptor), name
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _open_root(root: str, placed: Placed, check_mode: bool) -> Iterator[Folder]:
    """The root, made when it is missing, as are its parents."""
    ancestors = (PurePosixPath(root), *PurePosixPath(root).parents)
    missing = [path for path in ancestors if not _exists(path)]
    existing = ancestors[len(missing)]
    if missing and not os.path.isdir(existing):
        raise FileFailed(f"{existing} is not a folder")
    for path in reversed(missing):
        if not check_mode:
            with contextlib.suppress(FileExistsError):
                os.mkdir(path, FOLDER_MODE)
        placed.changes.append(Change(str(path), "absent", f"folder, mode {FOLDER_MODE:04o}"))
    with opened(root, None if check_mode and missing else root) as folder:
        yield folder


def _exists(path: PurePosixPath) -> bool:
    """Whether there is anything. What cannot be there at all, a name that is too long, say, is an error."""
    try:
        os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


@contextlib.contextmanager
def _have_folder(parent: Folder, name: str, placed: Placed, check_mode: bool, lock_wait: LockWait) -> Iterator[Folder]:
    """A folder in the root, made when it is missing, closed to others when it is not, and locked."""
    path = f"{parent.path}/{name}"
    found = parent.mode(name)
    if found is None:
        if not check_mode:
            with contextlib.suppress(FileExistsError):
                os.mkdir(name, FOLDER_MODE, dir_fd=parent.descriptor)
        placed.changes.append(Change(path, "absent", f"folder, mode {FOLDER_MODE:04o}"))
    with opened(path, None if check_mode and found is None else name, parent.descriptor) as folder:
        if not check_mode:
            folder.lock(lock_wait)
            _check_held(parent, name, folder)
        if found not in (None, FOLDER_MODE):
            if not check_mode:
                os.fchmod(folder.known, FOLDER_MODE)
            placed.changes.append(Change(path, f"mode {found:04o}", f"folder, mode {FOLDER_MODE:04o}"))
        yield folder


def _check_held(parent: Folder, name: str, folder: Folder) -> None:
    """Refuse a folder that lost its name while its lock was waited for."""
    if not parent.holds(name, folder):
        raise FileFailed(f"{folder.path} was removed or replaced meanwhile: run again")
