"""Training: Python decides what is played and learned next, the Rust core does it."""

from __future__ import annotations

import dataclasses
import json
import logging
import os
from typing import TYPE_CHECKING

from shirokuro._core import ModelFileError, TrainerCore
from shirokuro.config import TrainConfig
from shirokuro.report import BatchReport

if TYPE_CHECKING:
    from collections.abc import Callable
    from os import PathLike

    from shirokuro._core import Evaluator, Game, GenerationReport
    from shirokuro.config import Play
    from shirokuro.schedule import ScheduleLike

_log = logging.getLogger(__name__)

_FIXED = ("seed", "generation_games")


class Trainer:
    """Trains an evaluator by self-play.

    The state after N games depends on the settings alone: not on the number of threads, nor on how the games were
    split into calls, nor on saving, loading and interruptions. Only `time_ms` gives that up.

    A `KeyboardInterrupt` during a call stops it at once and leaves a state that can be saved and continued.

    While one thread trains, the others may read the properties and `get_statistics`, and use the evaluator. Whatever
    else they call, `save`, `memory` and `digest` included, raises `RuntimeError` and changes nothing: a thread that
    watches a training asks from `progress`, or again later. So does every call in a process that was forked: the
    trainer's threads stay behind.
    """

    def __init__(self, config: TrainConfig | None = None) -> None:
        if config is None:
            config = TrainConfig()
        if not isinstance(config, TrainConfig):
            raise TypeError(f"config: must be a TrainConfig or None, not {type(config).__name__}")
        core = TrainerCore(
            seed=config.seed,
            generation_games=config.generation_games,
            threads=config.worker_threads,
            table_mb=config.table_mb,
        )
        self._start(core, config, BatchReport())

    def _start(self, core: TrainerCore, config: TrainConfig, statistics: BatchReport) -> None:
        self._core = core
        self._config = config
        self._statistics = statistics

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
        config = self._with(epsilon=epsilon, depth=depth, nodes=nodes, time_ms=time_ms)
        before, start = self._statistics, self.games_played
        while (played := self.games_played - start) < games:
            self._advance(games - played, config, _shifted(progress, played))
            if progress:
                progress(self.games_played - start)
        _log.info("%d games played, %d in all", games, self.games_played)
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
        config = self._with(epsilon=epsilon, depth=depth, nodes=nodes, time_ms=time_ms)
        while not (games := self._advance(1, config, None).games):  # a game that failed is followed by another
            pass
        return games[0]

    def _with(self, **changes: object) -> TrainConfig:
        given = {name: value for name, value in changes.items() if value is not None}
        return self._config.replace(**given) if given else self._config

    def _advance(self, games: int, config: TrainConfig, tick: Callable[[int], None] | None) -> GenerationReport:
        core = self._core
        play = dataclasses.asdict(self._play(config))
        generation = core.advance(min(games, core.generation_left), tick=tick, **play)
        self._statistics += BatchReport.of_generation(generation)
        for index, reason in generation.failures:
            _log.error("game %d failed: %s", index, reason)
        _log.debug("%d games played, TD error %s", len(generation.games), generation.td_error)
        return generation

    def configure(self, *, log_level: int | str | None = None, **changes: object) -> None:
        """Changes settings from the next game on.

        Args:
            log_level: verbosity of the package's logger, such as `"DEBUG"` or `"WARNING"`.
            changes: settings of `TrainConfig` by name; a new search limit (depth, nodes or time_ms) takes the old
                one's place.

        Raises:
            ValueError: a value is out of its range, or the setting is fixed for a training's life (seed,
                generation_games).
            TypeError: a value is of the wrong type, or there is no such setting.
            RuntimeError: another thread is using the trainer, or another process made it; nothing is changed.
        """
        config = self._config.replace(**changes)
        for name in _FIXED:
            if getattr(config, name) != getattr(self._config, name):
                raise ValueError(f"{name} = {changes[name]!r}: can't be changed during a training")
        logger = logging.getLogger("shirokuro")
        level_before = logger.level
        if log_level is not None:
            logger.setLevel(log_level)
        try:
            if (config.threads, config.table_mb) != (self._config.threads, self._config.table_mb):
                self._core.set_workers(threads=config.worker_threads, table_mb=config.table_mb)
        except BaseException:
            logger.setLevel(level_before)
            raise
        self._config = config

    def get_statistics(self) -> BatchReport:
        """What was measured over all games since the start of the run, those before loading included."""
        return self._statistics

    def memory(self) -> dict[str, int]:
        """Bytes held by the training, by component.

        Raises:
            RuntimeError: another thread is using the trainer, or another process made it.
        """
        return self._core.memory()

    def digest(self) -> str:
        """SHA-256, in hexadecimal, of the state: equal digests mean equal weights, moments and places in the run.

        Raises:
            RuntimeError: another thread is using the trainer, or another process made it.
        """
        return self._core.digest()

    def save(self, path: str | PathLike[str]) -> None:
        """Writes the whole state: weights, moments, the place in the run, settings and statistics.

        An existing file is replaced in one step.

        Raises:
            OSError: the file can't be written.
            RuntimeError: another thread is using the trainer, or another process made it.
        """
        self._core.save(
            path, settings=json.dumps(self._config.as_dict()), statistics=json.dumps(self._statistics.sums())
        )
        _log.info("saved %s after %d games", path, self.games_played)

    @classmethod
    def load(cls, path: str | PathLike[str], *, threads: int | None = None) -> Trainer:
        """Reads what `save` wrote; training then goes on as if it had never stopped.

        Args:
            path: the file.
            threads: worker threads, in place of the saved setting.

        Raises:
            ValueError: `threads` is out of its range.
            FileNotFoundError: there is no such file (other `OSError`s: it can't be read).
            ModelFileError: the file is not a model, is damaged, or holds weights alone.
        """
        # The file holds the settings that the workers are made with: it is read with the least of them.
        core, settings, statistics = TrainerCore.load(path, threads=1, table_mb=TrainConfig.SETTINGS["table_mb"].low)
        try:
            config = TrainConfig(**json.loads(settings))
            measured = BatchReport(**json.loads(statistics))
        except (TypeError, ValueError) as error:
            raise ModelFileError(f"{os.fspath(path)}: its settings can't be read: {error}") from error
        if threads is not None:
            config = config.replace(threads=threads)
        trainer = cls.__new__(cls)
        core.set_workers(threads=config.worker_threads, table_mb=config.table_mb)
        trainer._start(core, config, measured)  # noqa: SLF001 (its own class)
        return trainer


def _shifted(progress: Callable[[int], None] | None, before: int) -> Callable[[int], None] | None:
    return progress and (lambda finished: progress(before + finished))
