# ruff: noqa: INP001 (a program, not a package)
"""Lets two folders change places in one step: exchange.py FIRST SECOND. Called by install.sh."""

import ctypes
import os
import sys
from pathlib import Path

AT_FDCWD = -100
RENAME_EXCHANGE = 2


def main(first: str, second: str) -> None:
    """Exchanges the names of two files or folders on the same file system.

    A file system that can't do that renames one after the other, as `mv` would.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.renameat2(AT_FDCWD, os.fsencode(first), AT_FDCWD, os.fsencode(second), RENAME_EXCHANGE) == 0:
        return
    old = Path(f"{second}.old")
    Path(second).rename(old)
    Path(first).rename(second)
    old.rename(first)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
