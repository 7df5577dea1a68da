"""SIGINT, SIGTERM and SIGHUP as a wish to stop where nothing is lost."""

from __future__ import annotations

import signal
import sys
import threading
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType


def _watched() -> list[signal.Signals]:
    watched = [signal.SIGINT, signal.SIGTERM]
    if sys.platform != "win32" and signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as under nohup
        watched.append(signal.SIGHUP)
    return watched


class StopSignals:
    """While it is entered, the first SIGINT, SIGTERM or SIGHUP calls `stop`; the second one ends the program at once.

    SIGHUP, which comes when a terminal is closed, stays ignored where it is, as under `nohup`.

    Only the main thread can watch signals: elsewhere, nothing is watched.
    """

    def __init__(self, stop: Callable[[], object]) -> None:
        self._stop = stop
        self._before: dict[signal.Signals, Callable[[int, FrameType | None], object] | int | None] = {}
        self.received: int | None = None
        """The signal's number, once there was one."""

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            self._before = {each: signal.signal(each, self._receive) for each in _watched()}
        return self

    def __exit__(self, *_error: object) -> None:
        self.leave()

    def leave(self) -> None:
        """Puts the handlers of before back; elsewhere than on the main thread, it can't be done and is left."""
        if threading.current_thread() is not threading.main_thread():
            return
        before, self._before = self._before, {}
        for number, handler in before.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)

    def _receive(self, number: int, _frame: FrameType | None) -> None:
        self.received = number
        for each in self._before:
            signal.signal(each, signal.SIG_DFL)
        self._stop()

    def pass_on(self) -> None:
        """Lets the signal do what it would have done before, if there was one."""
        self.leave()
        if self.received is not None:
            signal.raise_signal(self.received)
