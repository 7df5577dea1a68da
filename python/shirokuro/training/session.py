"""A training from its start, or from a checkpoint, to its end or a pause: what happens between two generations."""

from __future__ import annotations

import logging
import threading
import time
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING

from shirokuro._core import ModelFileError
from shirokuro.runs import checkpoints
from shirokuro.runs.games import GameLog
from shirokuro.training.log_file import RunLog
from shirokuro.training.reporter import Crossing, Monitor
from shirokuro.training.results import TrainingProgress, TrainingResult

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from shirokuro.runs.directory import RunDirectory
    from shirokuro.training.learner import Learner
    from shirokuro.training.results import Outcome

_log = logging.getLogger(__name__)


class Stopped(BaseException):
    """Ends a call of the core early; finished games are kept."""


class Session:
    """Trains up to a target, saves and reports on the way, and can be paused from any thread."""

    def __init__(
        self,
        trainer: Learner,
        directory: RunDirectory,
        *,
        target_games: int,
        callback: Callable[[TrainingProgress], object] | None,
        callback_every: int,
        progress: Callable[[int], object] | None,
        log_level: int | str,
        log_json: bool,
    ) -> None:
        self._trainer = trainer
        self.directory = directory
        self.target_games = target_games
        self._callback = callback
        self._progress = progress
        self._log_level, self._log_json = log_level, log_json
        self._callbacks = Crossing(callback_every, trainer.games_played)
        self._checkpoints = Crossing(trainer.config.checkpoint_games, trainer.games_played)
        self._monitor = Monitor(trainer, directory, target_games=target_games, metrics_every=callback_every)
        self._untold, self._all = trainer.meter(), trainer.meter()
        self._start = time.monotonic()
        self._first = self._count = self._before_call = trainer.games_played
        self._stopping = False
        self._ended = threading.Event()
        self._thread = threading.current_thread()
        self._resources = ExitStack()
        self._result: TrainingResult | None = None
        self._error: BaseException | None = None

    @property
    def active(self) -> bool:
        """It has not ended yet."""
        return not self._ended.is_set()

    @property
    def result(self) -> TrainingResult | None:
        """How it ended; `None` before, and if an exception ended it."""
        return self._result

    def open(self) -> None:
        """Takes hold of the directory.

        Raises:
            ValueError: the directory holds another run.
            BlockingIOError: another training is using it.
            OSError: it can't be written.
        """
        with ExitStack() as resources:
            resources.enter_context(self.directory.held())
            self._retention = checkpoints.Retention(self.directory, self._trainer.run, self._trainer.games_played)
            self.directory.write_config(self._trainer.config)
            resources.enter_context(RunLog(self.directory.logs, level=self._log_level, as_json=self._log_json))
            if keep := self._trainer.config.record_games:
                games = GameLog(self.directory, keep=keep, games_played=self._trainer.games_played)
                resources.enter_context(self._trainer.observed(games))
            self._resources = resources.pop_all()

    def run(self) -> None:
        """Trains on this thread until the end; then `wait` tells how it was."""
        self._thread = threading.current_thread()
        try:
            with self._resources:
                self._result = self._run()
        except BaseException as error:  # noqa: BLE001 (`wait` raises it)
            self._error = error
        finally:
            # The trainer keeps the session: if both kept each other, its memory would wait for a garbage collection.
            del self._trainer, self._monitor, self._callback, self._progress
            self._ended.set()

    def run_in_background(self) -> None:
        """Trains on a thread of its own, which keeps the program alive until the end."""

        def run() -> None:
            self.run()
            if self._error:
                _log.error("the training was ended by an error", exc_info=self._error)

        self._thread = threading.Thread(target=run, name="shirokuro-training")
        self._thread.start()

    def pause(self, *, wait: bool = True) -> None:
        """Stops playing at once, and saves; waits for the end of that, unless it is called from within the training."""
        self._stopping = True
        if wait and threading.current_thread() is not self._thread:
            self._ended.wait()

    def wait(self, timeout: float | None = None) -> TrainingResult | None:
        """How the training ended; `None` when the time is over first.

        Raises:
            RuntimeError: it is called from within the training.
            BaseException: what ended it.
        """
        if self.active and threading.current_thread() is self._thread:
            raise RuntimeError("a training can't wait for its own end")
        self._ended.wait(timeout)
        if self._error:
            raise self._error
        return self._result

    def _run(self) -> TrainingResult:
        _log.info("training from %d to %d games in %s", self._count, self.target_games, self.directory.path)
        try:
            outcome = self._train_to_end()
            if self._untold.report.games or self._untold.report.failures:
                self._tell()
        except BaseException as error:
            try:
                self._save(final=True)
            except (OSError, ModelFileError) as failure:
                error.add_note(f"and the state could not be saved: {failure}")
            raise
        return self._end(outcome)

    def _end(self, outcome: Outcome) -> TrainingResult:
        trainer = self._trainer
        result = TrainingResult(
            outcome=outcome,
            games_played=trainer.games_played,
            statistics=self._all.report,
            seconds=time.monotonic() - self._start,
            checkpoint=self._save(final=True),
            errors=trainer.errors,
        )
        if outcome == "too_many_errors":
            trainer.ledger.warnings.issue(
                "errors", f"paused: {result.errors}", result.games_played, level=logging.ERROR
            )
        _log.info("%s after %d games", outcome, result.games_played)
        return result

    def _train_to_end(self) -> Outcome:
        trainer = self._trainer
        if trainer.has_too_many_errors:
            _log.warning("going on after too many errors: they are counted from zero")
            trainer.forget_errors()
        while (played := trainer.games_played) < self.target_games:
            if self._stopping:
                return "paused"
            self._before_call = played
            with suppress(Stopped):
                trainer.train_generation(self.target_games - played, self._tick)
                self._count = trainer.games_played
                if self._progress is not None:
                    self._progress(self._count)
            if trainer.has_too_many_errors:
                return "too_many_errors"
            if self._checkpoints.at(self._count):
                self._save_or_warn()
            self._monitor.observe()
            if self._callbacks.at(self._count):
                self._tell()
        return "completed"

    def _tick(self, finished: int) -> None:
        """Called many times a second while games are played, with the number finished in this call of the core."""
        self._count = count = self._before_call + finished
        if self._progress is not None:
            self._progress(count)
        self._monitor.tick(count)
        # Where a generation ends soon, its end is the time for callbacks and checkpoints.
        generation = self._trainer.config.generation_games
        if self._callbacks.every < generation and self._callbacks.at(count):
            self._tell()
        if self._stopping or (self._checkpoints.every < generation and self._checkpoints.is_due(count)):
            raise Stopped

    def _tell(self) -> None:
        """Calls the callback."""
        batch = self._untold.take()
        if self._callback is None:
            return
        seconds = time.monotonic() - self._start
        games = self._count - self._first
        left = max(self.target_games - self._count, 0)
        self._callback(
            TrainingProgress(
                games_played=self._count,
                target_games=self.target_games,
                batch=batch,
                statistics=self._trainer.get_statistics(),
                seconds=seconds,
                seconds_left=left * seconds / games if games else None,
            )
        )

    def _save_or_warn(self) -> None:
        try:
            self._save()
        except (OSError, ModelFileError) as error:
            message = f"no checkpoint after {self._count} games, training goes on: {error}"
            self._trainer.ledger.warnings.issue("checkpoint", message, self._count)

    def _save(self, *, final: bool = False) -> Path:
        """Saves a checkpoint, unless there is one of this very state."""
        trainer, directory = self._trainer, self.directory
        path = directory.checkpoints / checkpoints.checkpoint_name(trainer.games_played)
        self._monitor.write_metrics()  # whoever goes on from here appends to what has been written up to here

        def save() -> None:
            with self._monitor.clocks.saving():
                save_now()

        def save_now() -> None:
            if trainer.checkpoint != path or not path.exists():
                start = time.monotonic()
                trainer.save(path)
                seconds = time.monotonic() - start
                self._retention.saved(path, keep=trainer.config.keep)
                trainer.checkpoint = path
                self._monitor.saved(path, seconds)
            if final:
                directory.publish(path)

        checkpoints.with_one_retry(save, wait=time.sleep if final else self._wait)
        return path

    def _wait(self, seconds: float) -> None:
        """Waits, but not any longer when a pause is wanted."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and not self._stopping:
            time.sleep(0.05)
