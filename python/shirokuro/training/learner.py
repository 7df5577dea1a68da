"""Training call by call: Python decides what to play and learn next, and the Rust core does it."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, Self

from shirokuro.config import TrainConfig
from shirokuro.display.format import counted
from shirokuro.training import log_file, memory
from shirokuro.training.own_parts import OwnParts
from shirokuro.training.settings import FIXED
from shirokuro.training.state import TrainingState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from os import PathLike

    from shirokuro._core import Evaluator, Game, GenerationReport, PatternSet, TrainerCore
    from shirokuro.cluster import RayWorkers
    from shirokuro.config import GenerationSettings
    from shirokuro.runs.metrics import TrainingWarning
    from shirokuro.runs.origin import Origin
    from shirokuro.schedule import ScheduleLike
    from shirokuro.training.convergence import ConvergenceReport
    from shirokuro.training.failures import FailureReport
    from shirokuro.training.given_games import GivenGames, GivenTargets
    from shirokuro.training.opponents import Opponents
    from shirokuro.training.own_parts import TargetFunction
    from shirokuro.training.report import BatchReport
    from shirokuro.training.statistics import StatsWindow
    from shirokuro.training.warm_start import Init

_log = logging.getLogger(__name__)


class Learner:
    """Training without sessions: each call plays games against itself and learns from them. `Trainer` adds sessions.

    The state after N games depends only on the settings. The number of threads, the way the games were split into
    calls, saving, loading and interruptions do not matter. The only exception is a search limited by `time_ms`.

    A `KeyboardInterrupt` during a call stops it at once and leaves a state that can be saved and continued.

    Args:
        config: the settings.
        init: a model whose weights the run starts from, instead of neutral ones: an evaluator, a trainer, a model file
            or a run directory. Moments, games and statistics start at zero.
        from_games: games from files, which are the first games of the run; games against itself follow.
        workers: what plays the games; `None` for the threads of this process.
        targets: what the positions are taught in place of λ-returns; see the attribute.
        opponents: other players, whom the model meets in a share of the games.
        patterns: the patterns whose weights are learned; by default those of `init`, or the fourteen of the models that
            ship with the package, which are the fastest.

    Raises:
        FileNotFoundError: the file `init` does not exist (other `OSError`s: it can't be read).
        ModelFileError: the file `init` is not a model, or is damaged.
        ValueError: `init` has other patterns.
    """

    state: TrainingState
    """Everything that a checkpoint holds."""

    workers: RayWorkers | None = None
    """What plays the games; `None` for the threads of this process. It does not change the result."""

    _own = OwnParts(None, None)

    _listed: tuple[int, int] | None = None

    def __init__(
        self,
        config: TrainConfig | None = None,
        *,
        init: Init | None = None,
        from_games: GivenGames | None = None,
        workers: RayWorkers | None = None,
        targets: TargetFunction | None = None,
        opponents: Opponents | None = None,
        patterns: PatternSet | None = None,
    ) -> None:
        if config is None:
            config = TrainConfig()
        if not isinstance(config, TrainConfig):
            raise TypeError(f"config: must be a TrainConfig or None, not {type(config).__name__}")
        self._own = OwnParts(targets, opponents)
        self.state = TrainingState.new(config, init, from_games, patterns)
        self.workers = workers

    def __repr__(self) -> str:
        name, config = type(self).__name__, self._config
        games = f"{self.games_played} of {counted(config.games, 'game', form='')}"
        return f"<{name}: {games}, seed {config.seed}, run {self.state.run_id}>"

    def __reduce__(self) -> NoReturn:
        """Refuses to be pickled or copied."""
        name = type(self).__name__
        raise TypeError(
            f"cannot pickle or copy a {name}: it owns threads and a run; write a file with {name}.save, and read it "
            f"with {name}.load where it is needed (its evaluator can be pickled)"
        )

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
        """The evaluator being trained; its weights follow the training."""
        return self._core.evaluator

    @property
    def patterns(self) -> PatternSet:
        """The patterns whose weights are learned."""
        return self.evaluator.patterns

    @property
    def games_played(self) -> int:
        """Games played since the start of the run."""
        return self._core.games_played

    @property
    def origins(self) -> tuple[Origin, ...]:
        """Models from whose weights the run descends, the one that it started from first; empty for neutral weights."""
        return self.state.origins

    @property
    def targets(self) -> TargetFunction | None:
        """What the positions are taught in place of λ-returns: a function that is called once a generation.

        It gets the positions of all games of the generation so far (`GamePositions`), and returns a target for each, in
        discs for its side to move. NaN leaves a position out. Within the call, `evaluator` has the weights from
        before the generation. An exception from it ends the training, as Ctrl-C does.

        A checkpoint has only its name: set it again to continue a run that was loaded.
        """
        return self._own.targets

    @targets.setter
    def targets(self, targets: TargetFunction | None) -> None:
        self._own = OwnParts(targets, self._own.opponents)

    @property
    def opponents(self) -> Opponents | None:
        """Other players, whom the model meets in a share of the games. Set them again after loading a run."""
        return self._own.opponents

    @opponents.setter
    def opponents(self, opponents: Opponents | None) -> None:
        self._own = OwnParts(self._own.targets, opponents)

    @property
    def play(self) -> GenerationSettings:
        """The settings in force for the current generation."""
        return self._play(self._config)

    def _play(self, config: TrainConfig, later: int = 0) -> GenerationSettings:
        # The schedules' values at a generation's first game hold for the whole generation, however it is split.
        return config.at((self._core.generation + later) * self._core.generation_games)

    def train_batch(
        self,
        games: int,
        epsilon: ScheduleLike | None = None,
        *,
        depth: ScheduleLike | None = None,
        nodes: int | None = None,
        time_ms: float | None = None,
        progress: Callable[[int], None] | None = None,
    ) -> BatchReport:
        """Plays games against itself, in parallel, and learns from them. Given games that are due come first.

        Args:
            games: number of games.
            epsilon: replaces the setting for these games.
            depth: replaces the setting for these games.
            nodes: replaces the setting for these games.
            time_ms: replaces the setting for these games.
            progress: called about every 50 ms, and after each generation, with the number of games finished in this
                call. An exception from it ends the call as Ctrl-C does.

        Raises:
            ValueError: a value is out of its range, or more than one search limit is given.
            TypeError: a value is of the wrong type.
            RuntimeError: another thread is using the trainer, or another process made it.
            OSError: a file of given games can't be read any more (ValueError: it has changed).
        """
        TrainConfig.SETTINGS["games"].convert("games", games)
        self._refuse_while_active()
        config = self._with(epsilon=epsilon, depth=depth, nodes=nodes, time_ms=time_ms)
        window, start = self.stats_window(), self.games_played
        while (played := self.games_played - start) < games:
            self._advance(games - played, config, shifted(progress, played))
            if progress is not None:
                progress(self.games_played - start)
        _log.debug("%s played, %d in all", counted(games, "game"), self.games_played)
        return window.take()

    def stats_window(self) -> StatsWindow:
        """Returns a window that measures all games from now on, for as long as a reference to it is held."""
        return self.state.statistics.stats_window(self._config)

    def train_game(
        self,
        time_ms: float | None = None,
        epsilon: ScheduleLike | None = None,
        *,
        depth: ScheduleLike | None = None,
        nodes: int | None = None,
    ) -> Game:
        """Plays one game against itself and learns from it. The arguments are those of `train_batch`."""
        self._refuse_while_active()
        config = self._with(epsilon=epsilon, depth=depth, nodes=nodes, time_ms=time_ms)
        while not (games := self._advance(1, config, None).games):  # play another game if one fails
            pass
        return games[0]

    def _refuse_while_active(self) -> None:
        """Raises an error if a session is training; without sessions, there is nothing to check."""

    def _with(self, **changes: object) -> TrainConfig:
        given = {name: value for name, value in changes.items() if value is not None}
        return self._config.replace(**given) if given else self._config

    def _advance(
        self,
        games: int,
        config: TrainConfig,
        tick: Callable[[int], None] | None,
        given: tuple[list[Game], GivenTargets] | None = None,
    ) -> GenerationReport:
        """Learns from the given games, from those of the run that are due, or from games against itself."""
        self._own.note(self.state)
        core, statistics, part = self._core, self.state.statistics, self.state.given
        wanted, games, played = games, min(games, core.generation_left), core.games_played
        if given is None and part and part.covers(played):
            given = part.next_games(played, games, seed=core.seed), part.targets
        if part and played in {part.start, part.end}:
            statistics.convergence.compare_from(played)
        self.state.checkpoint = None
        self.state.divide_memory(config)
        play = self._play(config)
        if given is None and (met := self._own.met(self.state, config, play, tick)):
            given = met[:games], "search"
        chosen, targets = given or (None, "outcome")
        if self.workers and chosen is None:
            self.workers.play(
                core,
                games,
                play=play,
                table_mb=self.state.plan.table / memory.MB,
                hang_seconds=config.hang_seconds,
                tick=tick,
                warn=lambda message: statistics.warnings.issue("cluster", message, core.games_played),
                # Nodes don't begin a generation whose first games are against opponents.
                later=wanted - games if config.delay_generations and not self._own.opponents else 0,
                later_play=self._play(config, 1),
            )
        generation = core.advance(
            games,
            play=play,
            given=chosen,
            targets=targets,
            own_targets=self._own.targets,
            hang_seconds=config.hang_seconds,
            sudden_discs=config.sudden_discs,
            updates=self._listed,
            tick=tick,
            reports=statistics.reports,
        )
        statistics.count(config)
        if generation.generation_complete and statistics.convergence.check_due:
            found = statistics.convergence.check(core.coverage(), self.games_played, self._config, self.patterns)
            for kind, message in found:
                statistics.warnings.issue(kind, message, self.games_played)
        _log.debug("%s played, TD error %s", counted(len(generation.games), "game"), generation.td_error)
        return generation

    @contextmanager
    def observed(
        self, observer: Callable[[GenerationReport], object], *, updates: tuple[int, int] | None = None
    ) -> Iterator[None]:
        """Calls `observer` with the core's report of each call within the context.

        Args:
            observer: an exception from it ends the training.
            updates: the tables whose updates the reports list, as bit sets of stages and patterns.
        """
        statistics, listed = self.state.statistics, self._listed
        statistics.observers += (observer,)
        self._listed = updates or listed
        try:
            yield
        finally:
            statistics.observers = tuple(other for other in statistics.observers if other is not observer)
            self._listed = listed

    def note_own_parts(self) -> None:
        """Notes the names of the caller's own parts in the state.

        Raises:
            ValueError: the run has had a part that is missing now.
        """
        self._own.note(self.state)

    def train_generation(self, games: int, config: TrainConfig, tick: Callable[[int], None]) -> None:
        """Plays the rest of the current generation, but at most `games` games, and learns from it."""
        self._advance(games, config, tick)

    def configure(self, *, log_level: int | str | None = None, **changes: object) -> None:
        """Changes settings, effective from the next game; during an active training, from the next generation.

        Args:
            log_level: verbosity of the package's logger, such as `"DEBUG"` or `"WARNING"`.
            changes: settings of `TrainConfig` by name. A new search limit (depth, nodes or time_ms) replaces the old
                one.

        Raises:
            ValueError: a value is out of its range, or the setting can't be changed once a training exists (seed,
                generation_games, delay_generations).
            TypeError: a value is of the wrong type, or the setting is unknown.
        """
        config = self._config.replace(**changes)
        for name in FIXED:
            if getattr(config, name) != getattr(self._config, name):
                raise ValueError(f"{name} = {changes[name]!r}: can't be changed during a training")
        memory.plan(config, self.evaluator.patterns)
        if log_level is not None:
            log_file.set_level(log_level)
        self.state.config = config

    def get_statistics(self) -> BatchReport:
        """Returns the measurements of all games since the start of the run, including those before loading."""
        self.state.statistics.count(self._config)
        return self.state.statistics.totals

    def memory(self) -> dict[str, int]:
        """Returns bytes by component, as allocated and as reported by the system; unknown ones are absent.

        The process's current memory is made up of `"weights"`, `"adam"`, `"tables"`, `"records"` (games of the current
        generation), `"learning"` (the workers' sums, and which entries were learned), `"python"` (what the process used
        before the first trainer was made) and `"other"`. Minus `"untouched"`, the part of Adam's moments that was never
        written and takes no memory yet, they add up to `"resident"`. `"rows"` is what the last generation needed while
        it was learned. `"allocator_free"` is what the C library's allocator keeps unused. `"budget"` is the setting.

        While another thread plays, the trainer's components are those that were last measured: in a session, at its
        start or at the last line of metrics.

        Raises:
            RuntimeError: another thread plays, and nothing was measured before.
        """
        return memory.report(self._core.memory(), self._config)

    def convergence(self) -> ConvergenceReport:
        """Reports convergence: the latest games, and how much of each table was learned.

        While another thread plays, what was learned is what was last reported: in a session, at its start or at the
        last line of metrics.

        Raises:
            RuntimeError: another thread plays, and nothing was reported before.
        """
        self.state.statistics.count(self._config)
        return self.state.statistics.convergence_report(self._core.coverage(), self.games_played, self.patterns)

    @property
    def warnings(self) -> tuple[TrainingWarning, ...]:
        """Warnings issued since this trainer was made or loaded; at most the latest thousand."""
        return self.state.statistics.warnings.since(0)

    def digest(self) -> str:
        """Returns the SHA-256 of the state in hexadecimal.

        Equal digests mean equal weights, equal moments and the same position in the run.

        Raises:
            RuntimeError: another thread is using the trainer.
        """
        return self._core.digest()

    @property
    def errors(self) -> FailureReport:
        """Failed games among the latest `error_window` games."""
        return self.state.statistics.failures.report(self.games_played, self._config.error_window)

    @property
    def has_too_many_errors(self) -> bool:
        """Whether more games failed than `max_error_rate` allows."""
        config = self._config
        return len(self.errors.failures) > config.max_error_rate * config.error_window

    def forget_errors(self) -> None:
        """Restarts the count of failed games from zero."""
        self.state.statistics.failures.clear()

    def save(self, path: str | PathLike[str]) -> None:
        """Writes the whole state: weights, moments, the position in the run, settings, statistics and failed games.

        An existing file is replaced atomically.

        Raises:
            OSError: the file can't be written.
            RuntimeError: another thread is using the trainer.
        """
        self.state.save(path)

    @classmethod
    def load(cls, path: str | PathLike[str], *, threads: int | None = None) -> Self:
        """Reads a file written by `save`; training then continues as if it had never stopped.

        Args:
            path: the file.
            threads: number of worker threads; replaces the saved setting.

        Raises:
            ValueError: `threads` is out of its range.
            FileNotFoundError: the file does not exist (other `OSError`s: it can't be read).
            ModelFileError: the file is not a model, is damaged, or holds only weights.
        """
        learner = cls.__new__(cls)
        learner.state = TrainingState.load(Path(path))
        if threads is not None:
            learner.configure(threads=threads)
        return learner


def shifted(progress: Callable[[int], None] | None, before: int) -> Callable[[int], None] | None:
    """Returns a `progress` that counts the games of earlier calls too."""
    return progress and (lambda finished: progress(before + finished))
