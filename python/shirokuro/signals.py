"""Handling of SIGINT, SIGTERM and SIGHUP: a request to stop without losing work."""

from __future__ import annotations

import logging
import math
import os
import signal
import sys
import threading
import time
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType


_log = logging.getLogger(__name__)

GRACE_SECONDS = 1.0
"""Further signals within this time of the first one count as the same wish to stop: keys are pressed twice."""


def _watched() -> list[signal.Signals]:
    watched = [signal.SIGINT, signal.SIGTERM]
    if sys.platform != "win32" and signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # ignored under nohup
        watched.append(signal.SIGHUP)
    return watched


class StopSignals:
    """A context in which the first SIGINT, SIGTERM or SIGHUP calls `stop`, and a later one ends the program at once.

    Signals within a second of the first one do nothing more, so that a key pressed twice loses nothing. In a forked
    process, signals take the effect that they had before.

    SIGHUP, which is sent when a terminal is closed, stays ignored if it already was, as under `nohup`.

    Only the main thread can handle signals. On any other thread, the context does nothing.
    """

    def __init__(self, stop: Callable[[], object]) -> None:
        self._stop = stop
        self._process = os.getpid()
        self._first = 0.0
        self._previous: dict[signal.Signals, Callable[[int, FrameType | None], object] | int | None] = {}
        self.received: int | None = None
        """The number of the signal received; `None` before there was one, and after it was passed on."""

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            self._previous = {each: signal.signal(each, self._receive) for each in _watched()}
        return self

    def __exit__(self, *_error: object) -> None:
        self.leave()

    def leave(self) -> None:
        """Restores the previous handlers. Does nothing on any thread but the main one, which alone can set handlers."""
        if threading.current_thread() is not threading.main_thread():
            return
        previous, self._previous = self._previous, {}
        for number, handler in previous.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)

    def _receive(self, number: int, _frame: FrameType | None) -> None:
        if os.getpid() != self._process:
            self.leave()
            signal.raise_signal(number)
            return
        if self.received is None:
            self.received, self._first = number, time.monotonic()
            self._stop()
        elif time.monotonic() - self._first > GRACE_SECONDS:
            _log.warning("a second signal: ended before the state was saved; what follows the last checkpoint is lost")
            for each in self._previous:
                signal.signal(each, signal.SIG_DFL)
            signal.raise_signal(number)

    def pass_on(self) -> None:
        """Restores the previous handlers and raises the received signal again, if there was one."""
        self.leave()
        received, self.received = self.received, None
        if received is not None:
            signal.raise_signal(received)


STEP_SECONDS = 0.2
"""The longest time for which a wait on the main thread leaves a signal unseen."""


def wait_for(ready: Callable[[float], bool], timeout: float | None = None) -> bool:
    """Waits in short steps, so that signals are seen.

    Python runs a signal's handler between two steps of the main thread. A signal that arrives just before a wait
    without a timeout, or that another thread receives, is therefore not seen until the wait ends.

    Args:
        ready: waits for at most this many seconds, and returns whether the wait is over, like `Event.wait`.
        timeout: seconds; without it, as long as it takes.

    Returns:
        Whether the wait is over; `False` after the timeout.
    """
    deadline = math.inf if timeout is None else time.monotonic() + timeout
    while not ready(max(0.0, min(STEP_SECONDS, deadline - time.monotonic()))):
        if time.monotonic() >= deadline:
            return False
    return True
