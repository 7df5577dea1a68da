"""Writing files: completely or not at all, and never into what somebody else put in their place."""

from __future__ import annotations

import errno
import os
import secrets
import stat
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from os import PathLike

_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
"""Flags that refuse symbolic links, and don't wait for the reader of a named pipe."""


def target_of(path: str | PathLike[str]) -> Path:
    """Returns the regular file, existing or not, that writing to `path` would write, through symbolic links.

    Raises:
        IsADirectoryError: `path` is a directory.
        OSError: `path` is a device, a named pipe or a socket, or its symbolic links form a circle.
    """
    target = Path(os.path.realpath(path))
    with suppress(FileNotFoundError):
        _refuse_special(target.lstat().st_mode, path)
    return target


def _refuse_special(mode: int, path: str | PathLike[str]) -> None:
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, "is a directory", os.fspath(path))
    if stat.S_ISLNK(mode):
        raise OSError(errno.ELOOP, "is a symbolic link", os.fspath(path))
    if not stat.S_ISREG(mode):
        raise OSError(errno.EINVAL, "is not a regular file", os.fspath(path))


@contextmanager
def temporary_for(path: str | PathLike[str], *, follow: bool = True, replace: bool = True) -> Iterator[Path]:
    """Yields a new, empty file next to `path`, which replaces it at the end of the context, with its mode.

    If the context ends with an error, the new file is deleted, and `path` is unchanged.

    Args:
        path: the file to be replaced or created.
        follow: write through symbolic links, as for a file that a user names. Otherwise a link itself is replaced.
        replace: replace an existing file.

    Raises:
        FileExistsError: `path` exists, and `replace` is False.
        OSError: the file can't be written, or `path` is not a regular file.
    """
    target = target_of(path) if follow else Path(path)
    mode = None
    with suppress(FileNotFoundError):
        status = target.lstat()
        if not stat.S_ISLNK(status.st_mode):
            _refuse_special(status.st_mode, path)
            mode = stat.S_IMODE(status.st_mode) & 0o777
    # The suffix stays, because a writer may choose the format by it.
    temporary = target.with_name(f".{target.stem}.{os.getpid()}-{secrets.token_hex(4)}.tmp{target.suffix}")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_FOLLOW
    try:
        os.close(os.open(temporary, flags, 0o666 if mode is None else 0o600))
    except OSError as error:
        raise type(error)(error.errno, error.strerror, os.fspath(path)) from None
    try:
        yield temporary
        if mode is not None:
            with suppress(PermissionError):  # some file systems have no modes
                temporary.chmod(mode)
        if not replace:  # only one program can create the file
            os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_FOLLOW))
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def check_writable(path: str | PathLike[str]) -> None:
    """Checks, before the work that fills it, that a file can be written.

    Raises:
        OSError: its folder is missing or can't be written, or `path` is not a regular file.
    """
    folder = target_of(path).parent
    if not folder.exists():
        raise FileNotFoundError(errno.ENOENT, "its folder is missing", os.fspath(path))
    if not os.access(folder, os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, "its folder can't be written", os.fspath(path))


def existing_parent(path: Path) -> Path:
    """Returns the nearest folder that exists on the way from a path, which may not exist yet, to the root."""
    return next(each for each in (path.absolute(), *path.absolute().parents) if each.exists())


def write_text(path: str | PathLike[str], text: str, *, follow: bool = True, replace: bool = True) -> None:
    """Writes a text file, completely or not at all; see `temporary_for`.

    Raises:
        FileExistsError: `path` exists, and `replace` is False.
        OSError: the file can't be written, or `path` is not a regular file.
    """
    with (
        temporary_for(path, follow=follow, replace=replace) as temporary,
        temporary.open("w", encoding="utf-8", newline="") as file,
    ):
        file.write(text)
        file.flush()
        with suppress(OSError):  # some file systems can't
            os.fsync(file.fileno())


def open_own(path: Path, flags: int) -> IO[bytes]:
    """Opens a file that belongs to a run directory; refuses symbolic links and special files.

    Files that are only written have no buffer.

    Args:
        path: the file.
        flags: flags of `os.open`.

    Raises:
        OSError: the file can't be opened, or is not a regular file.
    """
    try:
        descriptor = os.open(path, flags | _NO_FOLLOW, 0o666)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise OSError(errno.ELOOP, "is a symbolic link", str(path)) from None
        raise
    try:
        _refuse_special(os.fstat(descriptor).st_mode, path)
    except OSError:
        os.close(descriptor)
        raise
    mode = "ab" if flags & os.O_APPEND else "wb" if flags & os.O_WRONLY else "rb+" if flags & os.O_RDWR else "rb"
    return os.fdopen(descriptor, mode, buffering=-1 if flags & os.O_RDWR else 0)
