"""SIGINT and SIGTERM as a wish to stop where nothing is lost."""

from __future__ import annotations

import signal
import threading
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

_WATCHED = (signal.SIGINT, signal.SIGTERM)


class StopSignals:
    """While it is entered, the first SIGINT or SIGTERM calls `stop` and the second one ends the program at once.

    Only the main thread can watch signals: elsewhere, nothing is watched.
    """

    def __init__(self, stop: Callable[[], object]) -> None:
        self._stop = stop
        self._before: dict[signal.Signals, Callable[[int, FrameType | None], object] | int | None] = {}
        self.received: int | None = None
        """The signal's number, once there was one."""

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            self._before = {each: signal.signal(each, self._receive) for each in _WATCHED}
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
        for each in _WATCHED:
            signal.signal(each, signal.SIG_DFL)
        self._stop()

    def pass_on(self) -> None:
        """Lets the signal do what it would have done before, if there was one."""
        self.leave()
        if self.received is not None:
            signal.raise_signal(self.received)
