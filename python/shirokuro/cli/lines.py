"""Lines from another program, and lines to it."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_LONGEST = 1_000_000
"""Bytes of a line; what is longer comes in pieces, so that memory stays bounded."""


def input_lines() -> Iterator[str]:
    """The lines of the standard input, each as soon as it is whole.

    They are read past Python's buffer, whose lock a thread that waits for input would hold when the program ends.
    """
    rest = b""
    while content := os.read(sys.stdin.fileno(), 65536):
        *lines, rest = (rest + content).split(b"\n")
        if len(rest) > _LONGEST:
            lines, rest = [*lines, rest], b""
        for line in lines:
            yield line.decode(errors="replace")
    if rest:
        yield rest.decode(errors="replace")


def output(text: str) -> None:
    """Writes to the standard output at once."""
    print(text, end="", flush=True)
