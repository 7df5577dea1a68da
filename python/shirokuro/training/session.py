"""A training session as seen by other threads, which may pause it and wait for its end."""

from __future__ import annotations

import logging
import os
import threading
from typing import TYPE_CHECKING, TypedDict

from shirokuro.runs.estimate import Pace
from shirokuro.signals import wait_for

if TYPE_CHECKING:
    from collections.abc import Callable

    from shirokuro.runs.directory import RunDirectory
    from shirokuro.training.results import TrainingProgress, TrainingResult
    from shirokuro.training.strength_history import StrengthReport

_log = logging.getLogger(__name__)


class SessionOptions(TypedDict, total=False):
    """Options of a session. `Trainer.start_training` documents them and has their defaults."""

    callback: Callable[[TrainingProgress], object] | None
    callback_every: int
    background: bool
    checkpoint_every: int | None
    keep: int | None
    compress: bool | None
    progress: Callable[[int], object] | None
    log_level: int | str
    log_json: bool


class Session:
    """A session from its start to its end or a pause. The trainer holds its session, but not the reverse."""

    def __init__(self, directory: RunDirectory, *, target_games: int) -> None:
        self.directory = directory
        """The run's directory."""
        self.target_games = target_games
        """Number of games after which the whole run is complete."""
        self.pace = Pace()
        """Present speed."""
        self.strength: StrengthReport | None = None
        """The latest measurement of strength."""
        self.is_stopping = False
        """Whether the session was asked to stop."""
        self._ended = threading.Event()
        self._thread = threading.current_thread()
        self._result: TrainingResult | None = None
        self._error: BaseException | None = None
        self._is_error_known = False
        self._process = os.getpid()

    @property
    def active(self) -> bool:
        """Whether the session has not ended yet."""
        return not self._ended.is_set()

    @property
    def is_in_background(self) -> bool:
        """Whether the training runs, or has run, on a thread of its own."""
        return self._thread is not threading.main_thread() and self._thread.ident is not None

    @property
    def result(self) -> TrainingResult | None:
        """Result of the session; `None` until it ends, and if an exception ended it."""
        return self._result

    def run(self, train: Callable[[], TrainingResult]) -> None:
        """Trains on this thread until the end; `wait` then returns the result."""
        self._thread = threading.current_thread()
        try:
            self._result = train()
        except BaseException as error:  # noqa: BLE001 (`wait` raises it)
            self._error = error
        finally:
            self._ended.set()

    def run_in_background(self, train: Callable[[], TrainingResult]) -> None:
        """Trains on a separate thread, which keeps the program alive until the end."""

        def run() -> None:
            self.run(train)
            if self._error:
                _log.error("an error ended the training", exc_info=self._error)

        self._thread = threading.Thread(target=run, name="shirokuro-training")
        self._thread.start()

    def pause(self, *, wait: bool = True) -> None:
        """Stops training at once and saves the run. Waits until that is done, unless called from within the session.

        Raises:
            RuntimeError: the call comes from a forked process, in which the session does not run.
            BaseException: the exception that ended the session, unless `wait` or this method has raised it.
        """
        self._refuse_in_fork()
        self.is_stopping = True
        if wait and threading.current_thread() is not self._thread:
            wait_for(self._ended.wait)
            if self._error and not self._is_error_known:
                self._is_error_known = True
                raise self._error

    def wait(self, timeout: float | None = None) -> TrainingResult | None:
        """Waits for the end and returns the result; `None` if the timeout (in seconds) expires first.

        Raises:
            RuntimeError: the call comes from within the session, or from a forked process.
            BaseException: the exception that ended the session.
        """
        self._refuse_in_fork()
        if self.active and threading.current_thread() is self._thread:
            raise RuntimeError("a training can't wait for its own end")
        wait_for(self._ended.wait, timeout)
        if self._error:
            self._is_error_known = True
            raise self._error
        return self._result

    def _refuse_in_fork(self) -> None:
        if self.active and os.getpid() != self._process:
            raise RuntimeError("this process was forked from the one that trains: the training is not part of it")
