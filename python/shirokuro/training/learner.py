"""Training call by call: Python decides what is played and learned next, the Rust core does it."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Self

from shirokuro.config import TrainConfig
from shirokuro.training import log_file, memory
from shirokuro.training.state import TrainingState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from os import PathLike

    from shirokuro._core import Evaluator, Game, GenerationReport, TrainerCore
    from shirokuro.config import GenerationSettings
    from shirokuro.runs.metrics import TrainingWarning
    from shirokuro.schedule import ScheduleLike
    from shirokuro.training.convergence import ConvergenceReport
    from shirokuro.training.failures import FailureReport
    from shirokuro.training.report import BatchReport
    from shirokuro.training.statistics import StatsWindow

_log = logging.getLogger(__name__)

_FIXED = ("seed", "generation_games")


class Learner:
    """Plays against itself and learns, as often as it is told to: what `Trainer` is without its sessions.

    The state after N games depends on the settings alone: not on the number of threads, nor on how the games were
    split into calls, nor on saving, loading and interruptions. Only `time_ms` gives that up.

    A `KeyboardInterrupt` during a call stops it at once and leaves a state that can be saved and continued.
    """

    state: TrainingState
    """Everything that a checkpoint holds."""

    _listed: tuple[int, int] | None = None

    def __init__(self, config: TrainConfig | None = None) -> None:
        if config is None:
            config = TrainConfig()
        if not isinstance(config, TrainConfig):
            raise TypeError(f"config: must be a TrainConfig or None, not {type(config).__name__}")
        self.state = TrainingState.new(config)

    @property
    def _core(self) -> TrainerCore:
        return self.state.core

    @property
    def _config(self) -> TrainConfig:
        return self.state.config

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
    def play(self) -> GenerationSettings:
        """The values that hold for the current generation."""
        return self._play(self._config)

    def _play(self, config: TrainConfig) -> GenerationSettings:
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
        window, start = self.stats_window(), self.games_played
        while (played := self.games_played - start) < games:
            self._advance(games - played, config, _shifted(progress, played))
            if progress is not None:
                progress(self.games_played - start)
        _log.debug("%d games played, %d in all", games, self.games_played)
        return window.take()

    def stats_window(self) -> StatsWindow:
        """Measures the games from now on, as long as somebody holds it."""
        return self.state.statistics.stats_window(self._config)

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
        core, statistics = self._core, self.state.statistics
        self.state.checkpoint = None
        self.state.divide_memory(config)
        generation = core.advance(
            min(games, core.generation_left),
            play=self._play(config),
            hang_seconds=config.hang_seconds,
            sudden_discs=config.sudden_discs,
            updates=self._listed,
            tick=tick,
            reports=statistics.reports,
        )
        statistics.count(self._config)
        if generation.generation_complete and statistics.convergence.check_due:
            for kind, message in statistics.convergence.check(core.coverage(), self.games_played, self._config):
                statistics.warnings.issue(kind, message, self.games_played)
        _log.debug("%d games played, TD error %s", len(generation.games), generation.td_error)
        return generation

    @contextmanager
    def observed(
        self, observer: Callable[[GenerationReport], object], *, updates: tuple[int, int] | None = None
    ) -> Iterator[None]:
        """Within it, `observer` is called with what the core reports of each call.

        Args:
            observer: an exception from it ends the training.
            updates: the tables whose updates are listed: bit sets of stages and of patterns.
        """
        statistics, listed = self.state.statistics, self._listed
        statistics.observers += (observer,)
        self._listed = updates or listed
        try:
            yield
        finally:
            statistics.observers = tuple(other for other in statistics.observers if other is not observer)
            self._listed = listed

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
        memory.plan(config)
        if log_level is not None:
            log_file.set_level(log_level)
        self.state.config = config

    def get_statistics(self) -> BatchReport:
        """What was measured over all games since the start of the run, those before loading included."""
        self.state.statistics.count(self._config)
        return self.state.statistics.totals

    def memory(self) -> dict[str, int]:
        """Bytes by component, of what was allocated and of what the system says; unknown ones are absent.

        `"weights"`, `"adam"`, `"tables"`, `"records"` (games of the generation under way), `"learning"` (the workers'
        sums, and which entries were learned), `"python"` (what the process had before the first trainer was made) and
        `"other"` are what the process has now: without `"untouched"`, the part of Adam's moments that was never written
        and takes no memory yet, they add up to `"resident"`. `"rows"` were needed by the last generation while it was
        learned; `"allocator_free"` is what the C library's allocator keeps without using it; `"budget"` is the setting.

        Raises:
            RuntimeError: another thread is using the trainer.
        """
        return memory.report(self._core.memory(), self._config)

    def convergence(self) -> ConvergenceReport:
        """How far the training is: the last games, and what was learned of each table.

        Raises:
            RuntimeError: another thread is using the trainer.
        """
        self.state.statistics.count(self._config)
        return self.state.statistics.convergence_report(self._core.coverage(), self.games_played)

    @property
    def warnings(self) -> tuple[TrainingWarning, ...]:
        """What this trainer has warned about since it was made or loaded, the newest thousand at most."""
        return self.state.statistics.warnings.since(0)

    def digest(self) -> str:
        """SHA-256, in hexadecimal, of the state: equal digests mean equal weights, moments and places in the run.

        Raises:
            RuntimeError: another thread is using the trainer.
        """
        return self._core.digest()

    @property
    def errors(self) -> FailureReport:
        """The games that failed among the last ones, `error_window` at most."""
        return self.state.statistics.failures.report(self.games_played, self._config.error_window)

    @property
    def has_too_many_errors(self) -> bool:
        """More games failed than a window may hold."""
        config = self._config
        return len(self.errors.failures) > config.max_error_rate * config.error_window

    def forget_errors(self) -> None:
        """Counts failed games from zero."""
        self.state.statistics.failures.clear()

    def save(self, path: str | PathLike[str]) -> None:
        """Writes the whole state: weights, moments, the place in the run, settings, statistics and failed games.

        An existing file is replaced in one step.

        Raises:
            OSError: the file can't be written.
            RuntimeError: another thread is using the trainer.
        """
        self.state.save(path)

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
        learner.state = TrainingState.load(Path(path))
        if threads is not None:
            learner.configure(threads=threads)
        return learner


def _shifted(progress: Callable[[int], None] | None, before: int) -> Callable[[int], None] | None:
    return progress and (lambda finished: progress(before + finished))
