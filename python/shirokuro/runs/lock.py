"""The lock that keeps a second training out of a run's directory."""

from __future__ import annotations

import errno
import os
import sys
import time
import weakref
from contextlib import suppress
from typing import TYPE_CHECKING, Self

from shirokuro.files import open_own

if sys.platform != "win32":
    import fcntl

if TYPE_CHECKING:
    from pathlib import Path

_UNSUPPORTED = {
    errno.ENOLCK,
    errno.ENOSYS,
    errno.ENOTSUP,
    errno.EOPNOTSUPP,
    errno.EINVAL,
    errno.EBADF,  # a folder, where the file system locks only what is open for writing
}

_NAME = ".lock"


class DirectoryLock:
    """A context that locks a directory and the file `.lock` in it.

    The lock on the directory itself holds even if somebody deletes the file. The file's lock works on network file
    systems that can't lock folders.

    Raises:
        BlockingIOError: another training run is using the directory.
        OSError: the file can't be created, or is not a regular file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._held: list[int] = []
        self.problem: str | None = None
        """The reason why the directory is not locked; `None` if it is."""

    def __enter__(self) -> Self:
        if sys.platform == "win32":
            return self
        _open.add(self)
        try:
            problems = [self._take(self._open_folder()), self._take(self._open_file())]
        except BaseException:
            self._close()
            raise
        if all(problems):
            self.problem = problems[-1]
        return self

    def __exit__(self, *_error: object) -> None:
        if sys.platform != "win32":
            for descriptor in self._held:
                with suppress(OSError):
                    fcntl.flock(descriptor, fcntl.LOCK_UN)  # also for a forked process that has not closed it yet
        self._close()

    def check(self) -> None:
        """Checks that the directory is still the locked one, and locks its file again if that was replaced.

        Raises:
            OSError: the directory was deleted or replaced, or another training is using it.
        """
        if sys.platform == "win32" or not self._held:
            return
        folder, file = self._held[0], self._held[-1]
        if not _is_at(folder, self._path):
            raise OSError(errno.ESTALE, "the directory was deleted or replaced during the training", str(self._path))
        if not _is_at(file, self._path / _NAME):
            self._take(self._open_file())

    def _open_folder(self) -> int:
        return os.open(self._path, os.O_RDONLY | os.O_DIRECTORY)

    def _open_file(self) -> int:
        while True:
            with open_own(self._path / _NAME, os.O_RDWR | os.O_CREAT) as file:
                descriptor = os.dup(file.fileno())
            if _is_at(descriptor, self._path / _NAME):
                return descriptor
            os.close(descriptor)  # deleted in the meantime

    def _take(self, descriptor: int) -> str | None:
        """Locks an open file or folder; returns the reason if the file system has no locks."""
        problem = None
        try:
            _lock(descriptor)
        except OSError as error:
            if error.errno not in _UNSUPPORTED:
                os.close(descriptor)
                if isinstance(error, BlockingIOError):
                    path = str(self._path / _NAME)
                    raise BlockingIOError(error.errno, "another training run is using this directory", path) from None
                raise
            problem = error.strerror
        self._held.append(descriptor)
        return problem

    def _close(self) -> None:
        held, self._held = self._held, []
        for descriptor in held:
            with suppress(OSError):
                os.close(descriptor)


_open: weakref.WeakSet[DirectoryLock] = weakref.WeakSet()


def _let_go_in_child() -> None:
    """Closes the locks in a forked process, which would otherwise keep the directory locked after its parent's end."""
    for lock in _open:
        lock._close()  # noqa: SLF001


if sys.platform != "win32":
    os.register_at_fork(after_in_child=_let_go_in_child)


def is_locked(path: Path) -> bool:
    """Checks whether a training run is using a directory."""
    if sys.platform == "win32":
        return False
    for each, flags in ((path, os.O_DIRECTORY), (path / _NAME, getattr(os, "O_NONBLOCK", 0))):
        try:
            descriptor = os.open(each, os.O_RDONLY | flags)
        except (FileNotFoundError, NotADirectoryError):
            return False
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except OSError as error:
            if error.errno not in _UNSUPPORTED:
                raise
        finally:
            os.close(descriptor)
    return False


def _lock(descriptor: int) -> None:
    """Takes the lock; retries, because `is_locked` in another process may hold it for a moment."""
    for _ in range(4):
        with suppress(BlockingIOError):
            return fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        time.sleep(0.02)
    return fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _is_at(descriptor: int, path: Path) -> bool:
    """Checks whether an open file or folder is the one at a path."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat(follow_symlinks=path.name != _NAME))
    except FileNotFoundError:
        return False
