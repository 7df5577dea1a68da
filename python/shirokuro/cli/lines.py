"""A dialogue with another program: lines of standard input, and answers on standard output."""

from __future__ import annotations

import errno
import os
import select
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from shirokuro._core import Cancellation
from shirokuro.signals import STEP_SECONDS, wait_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_LONGEST = 65_536
"""The maximum length of a line in bytes; longer lines are split to bound the memory."""


def converse(answer: Callable[[Iterator[str]], object]) -> None:
    """Lets `answer` handle the lines of standard input. When standard output is closed, its searches are cancelled.

    The end of the input alone cancels nothing: the other program may still wait for an answer.

    Args:
        answer: handles the lines, on this thread. There are no more lines once the output is closed.

    Raises:
        BrokenPipeError: the output was closed.
    """
    closed, cancellation = threading.Event(), Cancellation()
    with _watched_output(closed, cancellation):
        try:
            with cancellation:
                answer(_input_lines(closed))
        except KeyboardInterrupt:
            if not closed.is_set():
                raise
    # The other program may have closed both pipes, and the end of the input may have been noticed first.
    if closed.is_set() or _is_output_closed(0.0):
        raise BrokenPipeError(errno.EPIPE, "the output was closed")


@contextmanager
def _watched_output(closed: threading.Event, cancellation: Cancellation) -> Iterator[None]:
    """Sets `closed` and cancels when nobody can read standard output any more. A thread waits for it."""
    ended = threading.Event()

    def watch() -> None:
        while not ended.is_set():
            if _is_output_closed(STEP_SECONDS):
                closed.set()
                cancellation.cancel()
                return

    if sys.platform != "win32":
        threading.Thread(target=watch, name="shirokuro-output", daemon=True).start()
    try:
        yield
    finally:
        ended.set()


def _is_output_closed(seconds: float) -> bool:
    """Waits until nobody can read standard output any more, at most for some time; checks whether that is so."""
    if sys.platform == "win32":  # where `poll` does not exist
        return False
    poll = select.poll()
    poll.register(sys.stdout.fileno(), 0)  # reports only errors and hang-ups
    return bool(poll.poll(1000 * seconds))


def _input_lines(closed: threading.Event) -> Iterator[str]:
    """Yields the lines of standard input, each as soon as it is complete, until its end or until `closed` is set.

    Reads bypass Python's buffer, because a thread that waits for input would hold its lock when the program exits. A
    byte order mark, with which some programs begin a file, is dropped.
    """
    rest = b""
    while content := _read(closed):
        *lines, rest = (rest + content).split(b"\n")
        if len(rest) > _LONGEST:
            lines, rest = [*lines, rest], b""
        for line in lines:
            yield _text(line)
    if rest:
        yield _text(rest)


def _read(closed: threading.Event) -> bytes:
    """Waits for input, and reads what there is; empty at the end, and when the output is closed."""
    stdin = sys.stdin.fileno()
    if sys.platform != "win32":  # where only sockets can be waited for
        wait_for(lambda seconds: closed.is_set() or bool(select.select([stdin], [], [], seconds)[0]))
    return b"" if closed.is_set() else os.read(stdin, 65536)


def _text(line: bytes) -> str:
    return line.decode("utf-8-sig", errors="replace")


def output(text: str) -> None:
    """Writes to standard output and flushes it."""
    print(text, end="", flush=True)
