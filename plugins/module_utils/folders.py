# Copyright (c) 2026, eventops contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Open folders: whatever becomes of a path meanwhile, they are worked in, and no planted link is followed."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import re
import secrets
import stat
import typing
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from io import FileIO
from typing import cast

from ansible_collections.eventops.cloudflare.plugins.module_utils.errors import FileFailed

FILE_MODE = 0o600
FOLDER_MODE = 0o700
LOCK_POLL = 0.1  # seconds between two attempts to lock a folder that another job holds

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# A pipe in the place of a file must not block the one who looks what is there.
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


class LockWait:
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
def naming(path: str) -> Iterator[None]:
    """Within this block, an error of the system says which path it is about."""
    try:
        yield
    except OSError as error:
        raise FileFailed(f"{path}: {error.strerror or type(error).__name__}") from None


@contextlib.contextmanager
def opened(path: str, name: str | None, parent: int | None = None) -> Iterator[Folder]:
    """A folder by its name in another one, or one that check mode leaves missing (name None)."""
    if name is None:
        yield Folder(path, None)
        return
    if stat.S_ISLNK(os.stat(name, dir_fd=parent, follow_symlinks=False).st_mode):
        raise FileFailed(f"{path} is a symbolic link: nothing is written through it")
    descriptor = os.open(name, _FOLDER, dir_fd=parent)
    try:
        yield Folder(path, descriptor)
    finally:
        os.close(descriptor)


@dataclass(frozen=True)
class Folder:
    """An open folder: whatever becomes of its path meanwhile, this one is worked in. Without descriptor it is empty."""

    path: str
    descriptor: int | None

    @property
    def known(self) -> int:
        """The descriptor of one that is there."""
        return cast(int, self.descriptor)

    def check_owner(self) -> None:
        """Refuse a folder of somebody else, as the system does where one has to be closed before it is written to."""
        if os.geteuid() not in (0, os.fstat(self.known).st_uid):
            raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))

    def lock(self, wait: LockWait) -> None:
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

    def holds(self, name: str, folder: Folder) -> bool:
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

    def _status_of_file(self, name: str) -> os.stat_result | None:
        found = self._status(name)
        if found is not None and stat.S_ISDIR(found.st_mode):
            raise FileFailed(f"{self.path}/{name} is a folder, where a file is to be")
        return found

    def has_file(self, name: str) -> bool:
        """Whether there is anything that can be removed as a file, such as a link. A folder is refused."""
        return self._status_of_file(name) is not None

    def flaw(self, name: str, content: bytes, mode: int = FILE_MODE) -> str | None:
        """Why a file is not as wanted, in words that tell nothing of what is in it; None when it is."""
        found = self._status_of_file(name)
        if found is None:
            return "absent"
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
        """Remove a file, unless it is gone already."""
        with contextlib.suppress(FileNotFoundError):
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
            written = file.write(left)
            left = left[written:]
        os.fsync(file.fileno())
