"""Line-based input from another program, and output to it."""

from __future__ import annotations

import os
import select
import sys
from typing import TYPE_CHECKING

from shirokuro.signals import wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator

_LONGEST = 65_536
"""The maximum length of a line in bytes; longer lines are split to bound the memory."""


def input_lines() -> Iterator[str]:
    """Yields the lines of standard input, each as soon as it is complete.

    Reads bypass Python's buffer, because a thread that waits for input would hold its lock when the program exits. A
    byte order mark, with which some programs begin a file, is dropped.
    """
    rest = b""
    while content := _read():
        *lines, rest = (rest + content).split(b"\n")
        if len(rest) > _LONGEST:
            lines, rest = [*lines, rest], b""
        for line in lines:
            yield _text(line)
    if rest:
        yield _text(rest)


def _text(line: bytes) -> str:
    return line.decode("utf-8-sig", errors="replace")


def _read() -> bytes:
    """Waits for input, and reads what there is; empty at the end."""
    stdin = sys.stdin.fileno()
    if sys.platform != "win32":  # where only sockets can be waited for
        wait_for(lambda seconds: bool(select.select([stdin], [], [], seconds)[0]))
    return os.read(stdin, 65536)


def output(text: str) -> None:
    """Writes to standard output and flushes it."""
    print(text, end="", flush=True)
