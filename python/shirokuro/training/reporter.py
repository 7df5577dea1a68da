"""Reports of a session: lines of the log, lines of the metrics, and a summary at each checkpoint."""

from __future__ import annotations

import logging
import time
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Literal

from shirokuro.config import shown_name
from shirokuro.display.format import duration, message_of
from shirokuro.runs.metrics import append_line
from shirokuro.training import memory
from shirokuro.training.log_text import detail_line, memory_line, progress_line, summary
from shirokuro.training.state import others
from shirokuro.training.timers import PhaseTimer

if TYPE_CHECKING:
    from pathlib import Path

    from shirokuro.config import TrainConfig
    from shirokuro.runs.directory import RunDirectory
    from shirokuro.training.game_learner import GameLearner
    from shirokuro.training.given_games import HeldOutError
    from shirokuro.training.session import Session
    from shirokuro.training.strength_history import Gain, StrengthReport

_log = logging.getLogger(__name__)

WARNINGS = 20
"""Maximum number of warnings in one line of the metrics: the latest ones."""


class EveryNGames:
    """Trigger that fires when a count reaches or passes a multiple of a number."""

    def __init__(self, every: int, count: int) -> None:
        self.every = every
        self._passed = count // every

    def is_due(self, count: int) -> bool:
        """Checks whether a multiple has been reached or passed since `at` last returned true."""
        return count // self.every > self._passed

    def change(self, every: int, count: int) -> None:
        """Fires at the multiples of another number, from a count on."""
        if every != self.every:
            self.every, self._passed = every, count // every

    def at(self, count: int) -> bool:
        """Checks the same as `is_due`, but returns true only once for each multiple."""
        due = self.is_due(count)
        self._passed = max(self._passed, count // self.every)
        return due


class Reporter:
    """Writer of the reports that are due between two generations of a training.

    Args:
        trainer: the trainer to report on.
        directory: the run's directory.
        session: the session, which knows the target and the time left.
        metrics_every: number of games between two lines of the metrics.
    """

    def __init__(self, trainer: GameLearner, directory: RunDirectory, *, session: Session, metrics_every: int) -> None:
        self._trainer = trainer
        self._directory = directory
        self._session, self._target = session, session.target_games
        self._start = time.monotonic()
        config, games = trainer.config, trainer.games_played
        self._lines, self._within = EveryNGames(config.log_games, games), EveryNGames(config.log_games, games)
        self._details = EveryNGames(config.detail_games, games)
        self._metrics = EveryNGames(metrics_every, games)
        self._unlogged, self._undetailed, self._unwritten = (
            trainer.stats_window(),
            trainer.stats_window(),
            trainer.stats_window(),
        )
        self._play = trainer.play
        self._warnings = trainer.state.statistics.warnings
        self._written_warnings = self._warnings.count
        self._checkpoint: dict[str, Any] | None = None
        self._strength: StrengthReport | None = None
        self._held_out: HeldOutError | None = None
        self._warned: dict[str, int] = {}
        self.timer = PhaseTimer()
        """Time by phase since the last line of the metrics."""

    def configure(self, config: TrainConfig) -> None:
        """Writes the reports as often as these settings say."""
        games_played = self._trainer.games_played
        self._lines.change(config.log_games, games_played)
        self._within.change(config.log_games, games_played)
        self._details.change(config.detail_games, games_played)

    def observe(self) -> None:
        """Writes the reports that are due; called after each generation and after each part of one."""
        games_played = self._trainer.games_played
        self._within.at(games_played)
        if self._lines.at(games_played):
            self._log_progress()
        if self._details.at(games_played):
            self._log_details()
        if self._metrics.at(games_played):
            self.write_metrics()

    def tick(self, count: int) -> None:
        """Logs progress within a long generation; called many times a second with the number of finished games.

        These lines have no measurements: those of a generation are known only when it is complete.
        """
        config = self._trainer.config
        is_within = count < self._target and count % config.generation_games  # or else a line with measurements follows
        if is_within and config.log_games < config.generation_games and self._within.at(count):
            seconds, left = self._clock()
            fields = {
                "games_finished": count,
                "target_games": self._target,
                "generation_complete": False,
                "elapsed_seconds": round(seconds, 3),
                "seconds_left": None if left is None else round(left, 3),
            }
            text = f"{count:,}/{self._target:,} games finished, generation not complete"
            elapsed = f"elapsed {duration(seconds)}, ETA {duration(left, unknown='unknown')}"
            _log.info("%s: %s", text, elapsed, extra={"fields": fields})

    def _clock(self) -> tuple[float, float | None]:
        """Returns the seconds since the session started, and the estimated seconds remaining."""
        return time.monotonic() - self._start, self._session.pace.left(self._trainer.config, self._target)

    def _log_progress(self) -> None:
        trainer = self._trainer
        seconds, left = self._clock()
        batch = self._unlogged.take()
        fields = {
            "games_played": trainer.games_played,
            "target_games": self._target,
            "elapsed_seconds": round(seconds, 3),
            "seconds_left": None if left is None else round(left, 3),
            **batch.measures(),
        }
        text = progress_line(batch, trainer.games_played, self._target, seconds, left)
        _log.info("%s", text, extra={"fields": fields})

    def _log_details(self) -> None:
        trainer = self._trainer
        batch, convergence, bytes_by_part = self._undetailed.take(), trainer.convergence(), trainer.memory()
        fields = {
            "games_played": trainer.games_played,
            **batch.line(),
            "convergence": convergence.line(),
            "memory": bytes_by_part,
        }
        _log.info("%s", detail_line(batch, convergence, bytes_by_part), extra={"fields": fields})

    def write_metrics(self) -> None:
        """Appends the measurements since the last line, if there are any."""
        trainer, batch = self._trainer, self._unwritten.report
        if not batch.games and not batch.failures:
            self._play = trainer.play
            return
        bytes_by_part = trainer.memory()
        self._check_memory(bytes_by_part)
        times, drop = self.timer.read(batch, self._play)
        if drop:
            self._warnings.issue("throughput", str(drop), trainer.games_played)
        warnings = self._warnings.since(self._written_warnings)[-WARNINGS:]
        line: dict[str, Any] = {
            **batch.line(),
            "play": {shown_name(name): value for name, value in asdict(self._play).items() if value is not None},
            "convergence": trainer.convergence().line(),
            "memory": bytes_by_part,
            **times,
        }
        if warnings:
            line["warnings"] = [{"kind": warning.kind, "message": warning.message} for warning in warnings]
        if trainer.workers:
            line |= trainer.workers.take_report().line()
        if self._strength:
            line["strength"] = self._strength.line()
        if self._held_out:
            line["held_out"] = self._held_out.line()
        if (part := trainer.state.given) and (left := part.left(trainer.games_played)):
            line["given_left"] = left
        if self._checkpoint:
            line["checkpoint"] = self._checkpoint
        try:
            append_line(self._directory.metrics, trainer.games_played, line)
        except OSError as error:
            message = f"metrics were not written; the next line will include them: {message_of(error)}"
            self._warnings.issue("log", message, trainer.games_played)
            return
        self._unwritten.take()
        self.timer.restart()
        self._written_warnings, self._checkpoint, self._play = self._warnings.count, None, trainer.play
        self._strength = self._held_out = None

    def _check_memory(self, bytes_by_part: dict[str, int]) -> None:
        """Warns if the process exceeds its budget, or if the allocator keeps too much unused memory."""
        config = self._trainer.config
        budget, resident = bytes_by_part["budget"], bytes_by_part.get("resident", 0)
        if resident > budget:
            sizes = f"{resident / memory.MB:.1f} MB are resident, more than the budget of {budget / memory.MB:.1f}"
            kept = "; nothing is made smaller during a run, because that would change its games"
            self._warn("memory", f"{sizes}: {memory_line(bytes_by_part)}{kept}{others()}")
        free = bytes_by_part.get("allocator_free", 0)
        if free > config.max_fragmentation * budget:
            share = f"{free / budget:.0%} of the budget, {free / max(resident, 1):.0%} of the resident memory"
            self._warn(
                "fragmentation", f"the allocator keeps {free / memory.MB:.1f} MB in holes between blocks: {share}"
            )

    def measured_held_out(self, error: HeldOutError) -> None:
        """Logs a measurement by the games that were held out, and puts it into the next line of the metrics."""
        self._held_out = error
        fields = {"games_played": error.games_played, "held_out": error.line()}
        _log.info("after %s games, %s", f"{error.games_played:,}", error, extra={"fields": fields})

    def measured(self, report: StrengthReport) -> None:
        """Logs a measurement of strength, and puts it into the next line of the metrics."""
        self._strength = report
        fields = {"games_played": report.games_played, "seconds": round(report.seconds, 3), **report.line()}
        text = f"strength after {report.games_played:,} games: {report}"
        _log.info("%s (%d games in %.2f s)", text, report.games, report.seconds, extra={"fields": fields})

    def warn_of_flatness(self, gain: Gain) -> None:
        """Warns that the strength no longer grows."""
        least = self._trainer.config.min_gain
        self._warn("stagnation", f"the strength no longer grows: {gain}, surely less than {least:g} (min_gain)")

    def _warn(self, kind: Literal["memory", "fragmentation", "stagnation"], message: str) -> None:
        """Issues a warning unless one of this kind was issued recently."""
        games_played = self._trainer.games_played
        last = self._warned.get(kind)
        if last is None or games_played - last >= self._trainer.config.warn_again_games:
            self._warned[kind] = games_played
            self._warnings.issue(kind, message, games_played)

    def saved(self, path: Path, seconds: float) -> None:
        """Logs a summary of the whole run after a checkpoint was saved."""
        trainer = self._trainer
        size = path.stat().st_size
        self._checkpoint = {"path": path.name, "bytes": size, "seconds": round(seconds, 3)}
        statistics, convergence, bytes_by_part = trainer.get_statistics(), trainer.convergence(), trainer.memory()
        elapsed = time.monotonic() - self._start
        fields = {
            "games_played": trainer.games_played,
            "elapsed_seconds": round(elapsed, 3),
            **statistics.line(),
            "errors": dict(trainer.errors.kinds),
            "convergence": convergence.line(),
            "memory": bytes_by_part,
            "checkpoint": self._checkpoint,
        }
        text = summary(
            statistics,
            convergence,
            bytes_by_part,
            trainer.errors,
            games_played=trainer.games_played,
            target=self._target,
        )
        saved = f"{path.name}, {size / memory.MB:.1f} MB in {seconds:.2f} s"
        _log.info("%s\n  session: %s\n  checkpoint: %s", text, duration(elapsed), saved, extra={"fields": fields})
