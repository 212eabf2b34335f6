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
import fcntl
import os
import re
import secrets
import stat
import time
import typing
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import FileIO
from pathlib import PurePosixPath
from typing import cast

from ansible_collections.eventops.cloudflare.plugins.module_utils.errors import FileFailed, InvalidRequest

FILE_MODE = 0o600
PAGE_MODE = 0o644
FOLDER_MODE = 0o700
LONGEST_NAME = 200  # bytes; file systems take 255
LOCK_POLL = 0.1  # seconds between two attempts to lock a folder that another job holds

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# A pipe in the place of a file must not block the one who looks what is there.
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC

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


def check_names(names: Sequence[str]) -> None:
    """Refuse names that are no folder's, and two that are one on some file systems."""
    known: dict[str, str] = {}
    for name in names:
        fit = name.isprintable() and "/" not in name and not name.startswith(".") and name == name.strip()
        if not name or not fit or len(name.encode()) > LONGEST_NAME:
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
    lock_wait = _LockWait(lock_timeout, sleep)
    if not folders:
        return placed
    try:
        with _naming(root), _open_root(root, placed, check_mode) as parent:
            for name, contents in folders.items():
                _place_folder(parent, name, contents, placed, check_mode, lock_wait)
    except FileFailed as failure:
        failure.changed = bool(placed.changes)
        raise
    return placed


def _place_folder(
    parent: _Folder, name: str, contents: Contents, placed: Placed, check_mode: bool, lock_wait: _LockWait
) -> None:
    """The files of one folder."""
    path = f"{parent.path}/{name}"
    try:
        with _naming(path), _have_folder(parent, name, placed, check_mode, lock_wait) as folder:
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
    folders: Iterable[str],
    names: Sequence[str],
    *,
    check_mode: bool = False,
    lock_timeout: float = 30,
    sleep: Callable[[float], None] = time.sleep,
) -> Placed:
    """Remove the files of these names from these folders below ``root``, and the folders that are empty then.

    Otherwise as :func:`place`. Other files stay, and so do their folders, and the root.
    """
    check_names(list(folders))
    root = check_root(root)
    placed = Placed()
    lock_wait = _LockWait(lock_timeout, sleep)
    try:
        with _naming(root):
            if not _exists(PurePosixPath(root)):
                return placed
            with _opened(root, root) as parent:
                for name in folders:
                    _remove_folder(parent, name, names, placed, check_mode, lock_wait)
    except FileFailed as failure:
        failure.changed = bool(placed.changes)
        raise
    return placed


def _remove_folder(
    parent: _Folder, name: str, names: Sequence[str], placed: Placed, check_mode: bool, lock_wait: _LockWait
) -> None:
    """The files of one folder, and the folder if nothing else is in it."""
    path = f"{parent.path}/{name}"
    try:
        with _naming(path):
            if parent.mode(name) is None:
                return
            with _opened(path, name, parent.descriptor) as folder:
                if not check_mode:
                    folder.lock(lock_wait)
                gone = [file for file in (*folder.leftovers(names), *names) if folder.mode(file) is not None]
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


@dataclass(frozen=True)
class Page:
    """What has come of a file for everybody: ``flaw`` is why it was not as wanted, None if it was.

    ``before`` is what was in it, or its beginning; None if it could not be read, or nothing was there.
    """

    flaw: str | None
    before: bytes | None


def check_page(path: str) -> None:
    """Refuse a path at which no file can be written, before it has to be. Raises :class:`FileFailed`."""
    with _naming(path), _parent(path) as (folder, name):
        folder.flaw(name, b"", PAGE_MODE)
        if not os.access(folder.path, os.W_OK | os.X_OK):
            raise FileFailed(f"{path}: the folder {folder.path} cannot be written to")


def place_page(path: str, content: bytes, *, most_before: int = 0, check_mode: bool = False) -> Page:
    """Have this file, with mode 0644, in a folder that is there. In check mode nothing is written.

    Whatever has the name, a symbolic link included, is replaced. Links on the way to the folder are followed. At most
    ``most_before`` bytes are returned of what was there. Raises :class:`FileFailed`.
    """
    with _naming(path), _parent(path) as (folder, name):
        flaw = folder.flaw(name, content, PAGE_MODE)
        before = folder.beginning(name, most_before) if most_before else None
        if flaw is not None and not check_mode:
            folder.write(name, content, PAGE_MODE)
        return Page(flaw, before)


@contextlib.contextmanager
def _parent(path: str) -> Iterator[tuple[_Folder, str]]:
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
        yield _Folder(parent, descriptor), name
    finally:
        os.close(descriptor)


class _LockWait:
    """The pauses between attempts to lock folders that other jobs hold: ``timeout`` seconds for all of them."""

    def __init__(self, timeout: float, sleep: Callable[[float], None]) -> None:
        self.timeout = timeout
        self._sleep = sleep
        self._left = timeout

    def pause(self) -> bool:
        """Sleep until the next attempt; false, without sleeping, when no time is left."""
        seconds = min(LOCK_POLL, self._left)
        if not seconds > 0:
            return False
        self._sleep(seconds)
        self._left -= seconds
        return True


@contextlib.contextmanager
def _naming(path: str) -> Iterator[None]:
    """Within this block, an error of the system says which path it is about."""
    try:
        yield
    except OSError as error:
        raise FileFailed(f"{path}: {error.strerror or type(error).__name__}") from None


@contextlib.contextmanager
def _open_root(root: str, placed: Placed, check_mode: bool) -> Iterator[_Folder]:
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
    with _opened(root, None if check_mode and missing else root) as folder:
        yield folder


def _exists(path: PurePosixPath) -> bool:
    """Whether there is anything. What cannot be there at all, a name that is too long, say, is an error."""
    try:
        os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


@contextlib.contextmanager
def _have_folder(
    parent: _Folder, name: str, placed: Placed, check_mode: bool, lock_wait: _LockWait
) -> Iterator[_Folder]:
    """A folder in the root, made when it is missing, closed to others when it is not, and locked."""
    path = f"{parent.path}/{name}"
    found = parent.mode(name)
    if found is None:
        if not check_mode:
            with contextlib.suppress(FileExistsError):
                os.mkdir(name, FOLDER_MODE, dir_fd=parent.descriptor)
        placed.changes.append(Change(path, "absent", f"folder, mode {FOLDER_MODE:04o}"))
    with _opened(path, None if check_mode and found is None else name, parent.descriptor) as folder:
        if not check_mode:
            folder.lock(lock_wait)
            if not parent.holds(name, folder):
                raise FileFailed(f"{path} was replaced by another folder meanwhile: run again")
        if found not in (None, FOLDER_MODE):
            if not check_mode:
                os.fchmod(folder.known, FOLDER_MODE)
            placed.changes.append(Change(path, f"mode {found:04o}", f"folder, mode {FOLDER_MODE:04o}"))
        yield folder


@contextlib.contextmanager
def _opened(path: str, name: str | None, parent: int | None = None) -> Iterator[_Folder]:
    """A folder by its name in another one, or one that check mode leaves missing (name None)."""
    if name is None:
        yield _Folder(path, None)
        return
    if stat.S_ISLNK(os.stat(name, dir_fd=parent, follow_symlinks=False).st_mode):
        raise FileFailed(f"{path} is a symbolic link: nothing is written through it")
    descriptor = os.open(name, _FOLDER, dir_fd=parent)
    try:
        yield _Folder(path, descriptor)
    finally:
        os.close(descriptor)


@dataclass(frozen=True)
class _Folder:
    """An open folder: whatever becomes of its path meanwhile, this one is worked in. Without descriptor it is empty."""

    path: str
    descriptor: int | None

    @property
    def known(self) -> int:
        """The descriptor of one that is there."""
        return cast(int, self.descriptor)

    def lock(self, wait: _LockWait) -> None:
        """Wait until nobody else writes here. Where there are no locks, one of two jobs that interfere fails."""
        while True:
            try:
                fcntl.flock(self.known, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                if not wait.pause():
                    raise FileFailed(
                        f"{self.path}: another job holds the lock of this folder, also after {wait.timeout:g} s of "
                        "waiting; run again when it is done, or raise the option timeout"
                    ) from None
            except OSError:
                return

    def holds(self, name: str, folder: _Folder) -> bool:
        """Whether an open folder is still the one of that name."""
        found, opened = self._status(name), os.fstat(folder.known)
        return found is not None and os.path.samestat(found, opened)

    def mode(self, name: str) -> int | None:
        """The permissions of what is there by that name; None when nothing is."""
        found = self._status(name)
        # Without the bits that a new folder may inherit.
        return None if found is None else stat.S_IMODE(found.st_mode) & 0o777

    def _status(self, name: str) -> os.stat_result | None:
        if self.descriptor is None:
            return None
        try:
            return os.stat(name, dir_fd=self.descriptor, follow_symlinks=False)
        except FileNotFoundError:
            return None

    def flaw(self, name: str, content: bytes, mode: int = FILE_MODE) -> str | None:
        """Why a file is not as wanted, in words that tell nothing of what is in it; None when it is."""
        found = self._status(name)
        if found is None:
            return "absent"
        if stat.S_ISDIR(found.st_mode):
            raise FileFailed(f"{self.path}/{name} is a folder, where a file is to be")
        if not stat.S_ISREG(found.st_mode):
            return "a symbolic link" if stat.S_ISLNK(found.st_mode) else "not a regular file"
        try:
            with self._open(name) as file:
                if file.read(len(content) + 1) != content:
                    return "other content"
                current = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
        except PermissionError:
            return "unreadable"
        except OSError as error:
            # Somebody has put something else in its place since.
            return f"unreadable ({error.strerror})"
        return None if current == mode else f"mode {current:04o}"

    def _open(self, name: str) -> typing.BinaryIO:
        """A file for reading. A link is not followed."""
        return open(name, "rb", opener=lambda path, _flags: os.open(path, _READ, dir_fd=self.known))

    def beginning(self, name: str, most: int) -> bytes | None:
        """The first bytes of a regular file; None if there is none that can be read."""
        found = self._status(name)
        if found is None or not stat.S_ISREG(found.st_mode):
            return None
        try:
            with self._open(name) as file:
                return file.read(most)
        except OSError:
            return None

    def leftovers(self, names: Iterable[str]) -> list[str]:
        """Temporary files of a run that was killed. Under the lock, none is that of a run that is not."""
        if self.descriptor is None:
            return []
        pattern = re.compile(rf"\.({'|'.join(map(re.escape, names))})\.[0-9a-f]{{16}}\.tmp")
        return sorted(name for name in os.listdir(self.descriptor) if pattern.fullmatch(name))

    def remove(self, name: str) -> None:
        """Remove a file."""
        os.unlink(name, dir_fd=self.known)

    def write(self, name: str, content: bytes, mode: int = FILE_MODE) -> None:
        """Have a file with this content, all of it or, when that fails, the one there was."""
        temporary = f".{name}.{secrets.token_hex(8)}.tmp"
        descriptor = os.open(temporary, _CREATE, FILE_MODE, dir_fd=self.known)
        try:
            with open(descriptor, "wb", buffering=0) as file:
                self._fill(file, content, mode)
            # Whatever has the name, a link included, is replaced and not followed.
            os.replace(temporary, name, src_dir_fd=self.known, dst_dir_fd=self.known)
        except BaseException:
            with contextlib.suppress(OSError):
                self.remove(temporary)
            raise
        # Some file systems cannot: the file's own content is safe by now.
        with contextlib.suppress(OSError):
            os.fsync(self.known)

    def _fill(self, file: FileIO, content: bytes, mode: int) -> None:
        """Write all of it to the disk; if others must not read it, once nobody else can."""
        os.fchmod(file.fileno(), mode)
        if mode == FILE_MODE and stat.S_IMODE(os.fstat(file.fileno()).st_mode) != mode:
            raise FileFailed(
                f"{self.path}: the file system keeps no permissions, so that others could read what is written"
            )
        left = memoryview(content)
        while left:
            left = left[file.write(left) :]
        os.fsync(file.fileno())
