"""The training loop: trains generation by generation, and saves and reports in between."""

from __future__ import annotations

import errno
import logging
import time
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING

from shirokuro._core import ModelFileError
from shirokuro.display.format import counted, message_of
from shirokuro.runs import checkpoints
from shirokuro.runs.games import GameLog
from shirokuro.training.log_file import RunLog
from shirokuro.training.reporter import EveryNGames, Reporter
from shirokuro.training.results import TrainingProgress, TrainingResult
from shirokuro.training.settings import changes_between, jumps
from shirokuro.training.strength import StrengthMeter

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from shirokuro.training.game_learner import GameLearner
    from shirokuro.training.results import Outcome
    from shirokuro.training.session import Session

_TICK_SECONDS = 0.05
"""Time between two calls of `progress` while strength is measured."""

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT}

_log = logging.getLogger(__name__)


class Stopped(BaseException):
    """Raised to end a call of the core early; finished games are kept."""


class TrainingLoop:
    """Loop that trains up to a session's target, saving and reporting on the way."""

    def __init__(
        self,
        trainer: GameLearner,
        session: Session,
        *,
        callback: Callable[[TrainingProgress], object] | None,
        callback_every: int,
        progress: Callable[[int], object] | None,
        log_level: int | str,
        log_json: bool,
    ) -> None:
        trainer.memory(), trainer.convergence()  # other threads get these reports while a generation is played
        self._trainer = trainer
        self._session = session
        self._directory = session.directory
        self._target = session.target_games
        self._callback = callback
        self._progress = progress
        self._log_level, self._log_json = log_level, log_json
        self._callbacks = EveryNGames(callback_every, trainer.games_played)
        self._callbacks_within = EveryNGames(callback_every, trainer.games_played)
        self._checkpoints = EveryNGames(trainer.config.checkpoint_games, trainer.games_played)
        self._held_out = EveryNGames(callback_every, trainer.games_played)
        self._reporter = Reporter(trainer, self._directory, session=session, metrics_every=callback_every)
        self._unreported, self._all = trainer.stats_window(), trainer.stats_window()
        self._start = time.monotonic()
        self._count = self._before_call = trainer.games_played
        self._config = trainer.config
        self._is_continued = False
        """Whether a generation was interrupted, and its finished games wait for the others."""
        self._is_flat = False
        self._ticked = 0.0
        self._resources = ExitStack()

    def open(self) -> None:
        """Locks the directory and opens the files in it.

        Raises:
            ValueError: the directory holds another run, a file of given games has changed, or the run had its own
                targets or opponents, which are missing now.
            BlockingIOError: another training run is using the directory.
            OSError: the directory can't be written, or a file of given games can't be read.
        """
        given = self._trainer.state.given
        if given and given.covers(self._trainer.games_played):
            given.opened()
        self._trainer.note_own_parts()
        with ExitStack() as resources:
            self._lock = resources.enter_context(self._directory.held())
            trainer = self._trainer
            self._retention = checkpoints.Retention(self._directory, trainer.state.run_id, trainer.games_played)
            self._directory.write_config(trainer.config)
            self._directory.write_patterns(trainer.patterns)
            trainer.state.written = trainer.config
            resources.enter_context(RunLog(self._directory.logs, level=self._log_level, as_json=self._log_json))
            if problem := self._lock.problem:
                message = f"{self._directory.path} can't be locked: {problem}; start no second training there"
                trainer.state.statistics.warnings.issue("lock", message, trainer.games_played)
            self._games = GameLog(self._directory, keep=trainer.config.record_games, games_played=trainer.games_played)
            resources.enter_context(trainer.observed(self._games))
            self._meter = StrengthMeter(trainer, self._directory)
            self._judge_by_strength()
            resources.callback(self._end_judging)
            self._resources = resources.pop_all()

    def run(self) -> TrainingResult:
        """Trains until the target is reached or the session is asked to stop."""
        with self._resources:
            return self._run()

    def _run(self) -> TrainingResult:
        _log.info("training from %d to %d games in %s", self._count, self._target, self._directory.path)
        notes, self._trainer.state.notes = self._trainer.state.notes, []
        for note in notes:
            _log.warning("%s", note)
        if self._trainer.origins and not self._count:
            _log.info("started from %s", self._trainer.origins[0])
        self._log_given_games()
        if (self._trainer.origins or self._trainer.state.given) and not self._count:
            self._save_or_warn()  # nothing else can restore the weights and the games that the run starts from
        try:
            outcome = self._train_to_end()
            if self._unreported.report.games or self._unreported.report.failures:
                self._run_callback()
        except BaseException as error:
            try:
                self._save(final=True)
            except (OSError, ModelFileError) as failure:
                error.add_note(f"and the state could not be saved: {message_of(failure)}")
            raise
        return self._end(outcome)

    def _log_given_games(self) -> None:
        """Logs from which games the run learns, what was skipped, and that it ends before the last of them."""
        given = self._trainer.state.given
        if given is None or given.games is None or not (left := given.left(self._count)):
            return
        _log.info("%s to learn from: %s", counted(left, "given game"), given.games)
        if given.games.skipped and self._count == given.start:
            _log.warning("%s", given.games.skipped_text)
        if self._target < given.end:
            text = "the run ends after %s games, before the last of its given games, which is number %s"
            _log.warning(text, f"{self._target:,}", f"{given.end:,}")

    def _end(self, outcome: Outcome) -> TrainingResult:
        trainer = self._trainer
        if outcome == "too_many_errors":
            trainer.state.statistics.warnings.issue(
                "errors", f"paused: {trainer.errors}", trainer.games_played, level=logging.ERROR
            )
        result = TrainingResult(
            outcome=outcome,
            games_played=trainer.games_played,
            statistics=self._all.report,
            seconds=time.monotonic() - self._start,
            checkpoint=self._save(final=True),
            errors=trainer.errors,
            held_out=trainer.state.given.error if trainer.state.given else None,
        )
        _log.info("%s after %s", outcome, counted(result.games_played, "game", form=""))
        return result

    def _train_to_end(self) -> Outcome:
        trainer = self._trainer
        if trainer.has_too_many_errors:
            _log.warning("continuing after too many errors: the count restarts from zero")
            trainer.forget_errors()
        self._session.pace.start(self._count)
        self._measure_strength()  # if a pause prevented it
        while (played := trainer.games_played) < self._target:
            if self._session.is_stopping:
                return "paused"
            self._train_part()
            if trainer.has_too_many_errors:
                return "too_many_errors"
            self._measure_held_out(played)
            self._measure_strength()
            if self._checkpoints.at(self._count):
                self._save_or_warn()
            self._reporter.observe()
            if not self._is_continued:
                self._callbacks_within.at(self._count)
                if self._callbacks.at(self._count):
                    self._run_callback()
            if self._is_flat and self._count < self._target:
                return "flat"
        return "completed"

    def _train_part(self) -> None:
        """Plays the rest of a generation and learns from it, unless a pause or a checkpoint interrupts it."""
        trainer = self._trainer
        played = self._before_call = trainer.games_played
        if not self._is_continued:  # the finished games of a generation fit only the settings with which it began
            self._note_changes()
            self._config = trainer.config
        self._is_continued = True
        self._play = trainer.play
        given = trainer.state.given
        is_unsearched = given and given.targets == "outcome" and given.covers(played)
        self._session.pace.outcome_until = given.end if given and is_unsearched else None
        with suppress(Stopped):
            trainer.train_generation(self._target - played, self._config, self._tick)
            self._is_continued = False
            self._count = trainer.games_played
            self._session.pace.played(self._count, self._play, complete=True)
            if self._progress is not None:
                self._progress(self._count)

    def _note_changes(self) -> None:
        """Logs settings that were changed since the checkpoint, or since the last call, and follows them."""
        state = self._trainer.state
        before, now = state.previous, state.config
        if now == before:
            return
        _log.info("settings changed: %s", changes_between(before, now))
        if before.games != now.games and (jumped := jumps(before, now, self._trainer.games_played)):
            text = f"games = {now.games}: schedules stretch over the new length, so values jump: {jumped}"
            _log.warning("%s; to continue from the present values, extend the run (--extend, Trainer.extend)", text)
        state.previous = now
        self._checkpoints.change(now.checkpoint_games, self._trainer.games_played)
        self._games.keep = now.record_games
        self._reporter.configure(now)

    def _tick(self, finished: int) -> None:
        """Handles progress, many times a second; `finished` counts the games finished in this call of the core."""
        self._count = count = self._before_call + finished
        self._session.pace.played(count, self._play, complete=False)
        if self._progress is not None:
            self._progress(count)
        self._reporter.tick(count)
        # Callbacks and checkpoints wait for the end of the generation unless they are due more often than that.
        generation = self._trainer.config.generation_games
        is_within = count < self._target and count % generation  # or else a callback with its measurements follows
        if is_within and self._callbacks_within.every < generation and self._callbacks_within.at(count):
            self._run_callback()
        if self._session.is_stopping or (self._checkpoints.every < generation and self._checkpoints.is_due(count)):
            raise Stopped

    def _measure_held_out(self, before: int) -> None:
        """Measures the held-out error with each line of metrics, and after the last given game."""
        given = self._trainer.state.given
        if given is None or not given.covers(before) or self._trainer.games_played == before:
            return
        if self._held_out.at(self._count) or not given.left(self._trainer.games_played):
            with self._reporter.timer.phase("held_out"):
                error = self._trainer.held_out_error()
            if error:
                self._reporter.measured_held_out(error)

    def _measure_strength(self) -> None:
        """Measures the strength if that is due; a fault of the measurement costs a warning, never the run."""
        if not self._meter.is_due():
            return
        start, report = time.monotonic(), None
        try:
            with self._reporter.timer.phase("strength"):
                report = self._meter.measure(self._tick_in_match)
        except Stopped as stopped:
            if stopped.__cause__:  # an exception from `progress`
                raise stopped.__cause__ from None
            return
        except Exception as error:  # noqa: BLE001 (whatever it is, the training itself is sound)
            message = f"strength was not measured, training continues: {error!r:.300}"
            self._trainer.state.statistics.warnings.issue("strength", message, self._count)
            _log.debug("while measuring strength", exc_info=True)
        finally:
            self._session.pace.interrupted(time.monotonic() - start)
            self._session.pace.overhead = self._meter.overhead
        if report is None:
            return
        self._session.strength = report
        self._reporter.measured(report)
        self._judge_by_strength()
        if self._meter.is_flat and report.gain:
            self._reporter.warn_of_flatness(report.gain)
            self._is_flat = self._trainer.config.stop_when_flat

    def _judge_by_strength(self) -> None:
        self._trainer.state.statistics.is_judged_by_strength = self._meter.is_judging

    def _end_judging(self) -> None:
        self._trainer.state.statistics.is_judged_by_strength = False

    def _tick_in_match(self) -> None:
        """Shows that the training is alive, and ends the match if the session is asked to stop."""
        if self._session.is_stopping:
            raise Stopped
        now = time.monotonic()
        if self._progress is not None and now - self._ticked >= _TICK_SECONDS:
            self._ticked = now
            try:
                self._progress(self._count)
            except BaseException as error:
                raise Stopped from error

    def _run_callback(self) -> None:
        """Calls the callback, if any, with the measurements since its last call."""
        batch = self._unreported.take()
        if self._callback is None:
            return
        seconds = time.monotonic() - self._start
        self._callback(
            TrainingProgress(
                games_played=self._count,
                target_games=self._target,
                batch=batch,
                statistics=self._trainer.get_statistics(),
                seconds=seconds,
                seconds_left=self._session.pace.left(self._trainer.config, self._target),
                generation_complete=self._count == self._trainer.games_played,
                strength=self._session.strength,
                held_out=self._trainer.state.given.error if self._trainer.state.given else None,
            )
        )

    def _save_or_warn(self) -> None:
        try:
            self._save()
        except (OSError, ModelFileError) as error:
            when = counted(self._count, "game", form="")
            message = f"no checkpoint after {when}, training continues: {message_of(error)}"
            self._trainer.state.statistics.warnings.issue("checkpoint", message, self._count)

    def _save(self, *, final: bool = False) -> Path:
        """Saves a checkpoint unless one of this exact state exists; returns its path."""
        trainer, directory = self._trainer, self._directory
        path = directory.checkpoints / checkpoints.checkpoint_name(trainer.games_played)
        self._reporter.write_metrics()  # a run resumed from this checkpoint appends to these metrics

        def save() -> None:
            with self._reporter.timer.phase("saving"):
                save_now()

        def save_now() -> None:
            self._lock.check()
            if trainer.state.checkpoint != path or not path.exists():
                start = time.monotonic()
                self._save_with_room(path)
                seconds = time.monotonic() - start
                self._retention.saved(path, keep=trainer.config.keep)
                trainer.state.checkpoint = path
                self._reporter.saved(path, seconds)
            elif final:
                path.touch()  # a run has ended if it was saved after its settings were written
            if final:
                directory.publish(path)

        checkpoints.with_one_retry(save, wait=time.sleep if final else self._wait)
        return path

    def _save_with_room(self, path: Path) -> None:
        """Saves; while the disk is full, gives up the run's oldest checkpoints, but never its newest good one."""
        trainer = self._trainer
        while True:
            try:
                return trainer.save(path)
            except OSError as error:
                if error.errno not in _NO_ROOM or (given_up := self._retention.give_up_oldest()) is None:
                    raise
                text = f"{error.strerror}: deleted {given_up}, the run's oldest checkpoint, to save a new one"
                trainer.state.statistics.warnings.issue("checkpoint", text, trainer.games_played)

    def _wait(self, seconds: float) -> None:
        """Waits, but returns early if the session is asked to stop."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and not self._session.is_stopping:
            time.sleep(0.05)
