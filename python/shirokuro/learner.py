"""Training call by call: Python decides what is played and learned next, the Rust core does it."""

from __future__ import annotations

import dataclasses
import json
import logging
import os
import threading
import time
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Self

from shirokuro._core import ModelFileError, TrainerCore
from shirokuro.config import TrainConfig
from shirokuro.faults import ErrorReport, ErrorWindow, FailedGame
from shirokuro.report import BatchReport

if TYPE_CHECKING:
    from collections.abc import Callable
    from os import PathLike

    from shirokuro._core import Evaluator, Game, GenerationReport
    from shirokuro.config import Play
    from shirokuro.schedule import ScheduleLike

_log = logging.getLogger(__name__)

_FIXED = ("seed", "generation_games")


class Learner:
    """Plays against itself and learns, as often as it is told to: what `Trainer` is without its sessions.

    The state after N games depends on the settings alone: not on the number of threads, nor on how the games were
    split into calls, nor on saving, loading and interruptions. Only `time_ms` gives that up.

    A `KeyboardInterrupt` during a call stops it at once and leaves a state that can be saved and continued.
    """

    def __init__(self, config: TrainConfig | None = None) -> None:
        if config is None:
            config = TrainConfig()
        if not isinstance(config, TrainConfig):
            raise TypeError(f"config: must be a TrainConfig or None, not {type(config).__name__}")
        self._begin(config)

    def _begin(self, config: TrainConfig) -> None:
        """A new run."""
        self._workers = (config.worker_threads, config.table_mb)
        self._core = TrainerCore(
            seed=config.seed,
            generation_games=config.generation_games,
            threads=config.worker_threads,
            table_mb=config.table_mb,
        )
        self._config = config
        self._statistics = BatchReport()
        self._reports: list[GenerationReport] = []
        self._counting = threading.RLock()
        self._errors = ErrorWindow()
        self.run: str = uuid.uuid4().hex
        """What tells this run's checkpoints from those of others."""
        self.target_games: int | None = None
        """What the training was last started for."""
        self.checkpoint: Path | None = None
        """The checkpoint that holds the present state; `None` when there is none, or something was trained since."""

    @property
    def config(self) -> TrainConfig:
        """The settings."""
        return self._config

    @property
    def evaluator(self) -> Evaluator:
        """The evaluator that is being trained: it follows the training."""
        return self._core.evaluator

    @property
    def games_played(self) -> int:
        """Games played since the start of the run."""
        return self._core.games_played

    @property
    def play(self) -> Play:
        """The values that hold for the current generation."""
        return self._play(self._config)

    def _play(self, config: TrainConfig) -> Play:
        # What schedules say at the generation's first game holds for all of it: however it is split, it is the same.
        return config.at(self._core.generation * self._core.generation_games)

    def train_batch(
        self,
        games: int,
        *,
        epsilon: ScheduleLike | None = None,
        depth: ScheduleLike | None = None,
        nodes: int | None = None,
        time_ms: float | None = None,
        progress: Callable[[int], None] | None = None,
    ) -> BatchReport:
        """Plays games against itself, in parallel, and learns from them.

        Args:
            games: how many.
            epsilon: for these games, in place of the setting.
            depth: the same.
            nodes: the same.
            time_ms: the same.
            progress: called about every 50 ms, and after each generation, with the number of games finished in this
                call. An exception from it ends the call as Ctrl-C does.

        Raises:
            ValueError: a value is out of its range, or more than one search limit is given.
            TypeError: a value is of the wrong type.
            RuntimeError: another thread is using the trainer, or another process made it.
        """
        TrainConfig.SETTINGS["games"].convert("games", games)
        self._refuse_while_active()
        config = self._with(epsilon=epsilon, depth=depth, nodes=nodes, time_ms=time_ms)
        before, start = self.get_statistics(), self.games_played
        while (played := self.games_played - start) < games:
            self._advance(games - played, config, _shifted(progress, played))
            if progress is not None:
                progress(self.games_played - start)
        _log.debug("%d games played, %d in all", games, self.games_played)
        return self._statistics - before

    def train_game(
        self,
        *,
        time_ms: float | None = None,
        depth: ScheduleLike | None = None,
        nodes: int | None = None,
        epsilon: ScheduleLike | None = None,
    ) -> Game:
        """Plays one game against itself and learns from it; the arguments are as for `train_batch`."""
        self._refuse_while_active()
        config = self._with(epsilon=epsilon, depth=depth, nodes=nodes, time_ms=time_ms)
        while not (games := self._advance(1, config, None).games):  # a game that failed is followed by another
            pass
        return games[0]

    def _refuse_while_active(self) -> None:
        """Raises an error while nobody may train but the one who does."""

    def _with(self, **changes: object) -> TrainConfig:
        given = {name: value for name, value in changes.items() if value is not None}
        return self._config.replace(**given) if given else self._config

    def _advance(self, games: int, config: TrainConfig, tick: Callable[[int], None] | None) -> GenerationReport:
        core = self._core
        self.checkpoint = None
        if (workers := (config.worker_threads, config.table_mb)) != self._workers:
            core.set_workers(threads=workers[0], table_mb=workers[1])
            self._workers = workers
        play = dataclasses.asdict(self._play(config))
        generation = core.advance(
            min(games, core.generation_left), hang_seconds=config.hang_seconds, tick=tick, reports=self._reports, **play
        )
        self._count_reports()
        _log.debug("%d games played, TD error %s", len(generation.games), generation.td_error)
        return generation

    def _count_reports(self) -> None:
        """Counts what the core has reported: at once, or later if a signal handler's exception came in between."""
        with self._counting:
            while self._reports:
                generation = self._reports[0]
                failures = FailedGame.of_generation(generation, self._core.seed)
                self._statistics += BatchReport.of_generation(generation)
                del self._reports[0]
                self._errors.add(failures)
                for failure in failures:
                    _log.error("%s", failure)
                _warn_of_resets(generation.resets)

    def train_generation(self, games: int, tick: Callable[[int], None]) -> None:
        """Plays and learns what is left of the generation under way, or so many of its games."""
        self._advance(games, self._config, tick)

    def configure(self, *, log_level: int | str | None = None, **changes: object) -> None:
        """Changes settings from the next game on; while a training is active, from the next generation on.

        Args:
            log_level: verbosity of the package's logger, such as `"DEBUG"` or `"WARNING"`.
            changes: settings of `TrainConfig` by name; a new search limit (depth, nodes or time_ms) takes the old
                one's place.

        Raises:
            ValueError: a value is out of its range, or the setting is fixed for a training's life (seed,
                generation_games).
            TypeError: a value is of the wrong type, or there is no such setting.
        """
        config = self._config.replace(**changes)
        for name in _FIXED:
            if getattr(config, name) != getattr(self._config, name):
                raise ValueError(f"{name} = {changes[name]!r}: can't be changed during a training")
        if log_level is not None:
            logging.getLogger("shirokuro").setLevel(log_level)
        self._config = config

    def get_statistics(self) -> BatchReport:
        """What was measured over all games since the start of the run, those before loading included."""
        self._count_reports()
        return self._statistics

    def memory(self) -> dict[str, int]:
        """Bytes held by the training, by component.

        Raises:
            RuntimeError: another thread is using the trainer.
        """
        return self._core.memory()

    def digest(self) -> str:
        """SHA-256, in hexadecimal, of the state: equal digests mean equal weights, moments and places in the run.

        Raises:
            RuntimeError: another thread is using the trainer.
        """
        return self._core.digest()

    @property
    def errors(self) -> ErrorReport:
        """The games that failed among the last ones, `error_window` at most."""
        return self._errors.report(self.games_played, self._config.error_window)

    @property
    def has_too_many_errors(self) -> bool:
        """More games failed than a window may hold."""
        config = self._config
        return len(self.errors.failures) > config.max_error_rate * config.error_window

    def forget_errors(self) -> None:
        """Counts failed games from zero."""
        self._errors.clear()

    def save(self, path: str | PathLike[str]) -> None:
        """Writes the whole state: weights, moments, the place in the run, settings, statistics and failed games.

        An existing file is replaced in one step.

        Raises:
            OSError: the file can't be written.
            RuntimeError: another thread is using the trainer.
        """
        start = time.perf_counter()
        self._count_reports()
        monitor = {"run": self.run, "target": self.target_games, "errors": self._errors.to_json()}
        self._core.save(
            path,
            settings=json.dumps(self._config.as_dict()),
            statistics=json.dumps(self._statistics.sums()),
            monitor=json.dumps(monitor),
            compress=self._config.compress,
        )
        _log_file("saved", path, time.perf_counter() - start, self.games_played)

    @classmethod
    def load(cls, path: str | PathLike[str], *, threads: int | None = None) -> Self:
        """Reads what `save` wrote; training then goes on as if it had never stopped.

        Args:
            path: the file.
            threads: worker threads, in place of the saved setting.

        Raises:
            ValueError: `threads` is out of its range.
            FileNotFoundError: there is no such file (other `OSError`s: it can't be read).
            ModelFileError: the file is not a model, is damaged, or holds weights alone.
        """
        learner = cls.__new__(cls)
        learner._load(Path(path))  # noqa: SLF001 (its own class)
        if threads is not None:
            learner.configure(threads=threads)
        return learner

    def _load(self, path: Path) -> None:
        start = time.perf_counter()
        # The file holds the settings that the workers are made with: it is read with the least of them.
        workers = (1, TrainConfig.SETTINGS["table_mb"].low)
        core, settings, statistics, monitor = TrainerCore.load(path, threads=workers[0], table_mb=workers[1])
        try:
            config = TrainConfig(**json.loads(settings))
            measured = BatchReport(**json.loads(statistics))
            known = json.loads(monitor)
            run, target = known.get("run") or uuid.uuid4().hex, known.get("target")
            errors = ErrorWindow.from_json(known.get("errors", []))
        except (TypeError, ValueError, AttributeError) as error:
            raise ModelFileError(f"{os.fspath(path)}: its settings can't be read: {error}") from error
        core.set_workers(threads=config.worker_threads, table_mb=config.table_mb)
        self._core, self._workers = core, (config.worker_threads, config.table_mb)
        self._config, self._statistics, self._errors = config, measured, errors
        self._reports, self._counting = [], threading.RLock()
        self.run, self.target_games, self.checkpoint = run, target, path
        _warn_of_resets(core.reset_bad_numbers())
        _log_file("loaded", path, time.perf_counter() - start, self.games_played)


def _warn_of_resets(resets: list[tuple[str, int, int]]) -> None:
    for pattern, stage, count in resets:
        _log.warning("%d entries of %s, stage %d, came to no finite number: reset to neutral", count, pattern, stage)


def _log_file(action: str, path: str | PathLike[str], seconds: float, games: int) -> None:
    size = Path(path).stat().st_size / 1e6
    _log.info("%s %s: %.1f MB in %.2f s, after %d games", action, os.fspath(path), size, seconds, games)


def _shifted(progress: Callable[[int], None] | None, before: int) -> Callable[[int], None] | None:
    return progress and (lambda finished: progress(before + finished))
