"""Training call by call: Python decides what is played and learned next, the Rust core does it."""

from __future__ import annotations

import json
import logging
import os
import time
import uuid
import zlib
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Self

from shirokuro import logs, memory
from shirokuro._core import ModelFileError, TrainerCore
from shirokuro.config import TrainConfig
from shirokuro.ledger import Ledger

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from os import PathLike

    from shirokuro._core import Evaluator, Game, GenerationReport
    from shirokuro.alerts import Alert
    from shirokuro.config import Play
    from shirokuro.convergence import ConvergenceReport
    from shirokuro.faults import ErrorReport
    from shirokuro.ledger import Meter
    from shirokuro.report import BatchReport
    from shirokuro.schedule import ScheduleLike

_log = logging.getLogger(__name__)

_FIXED = ("seed", "generation_games")


class Learner:
    """Plays against itself and learns, as often as it is told to: what `Trainer` is without its sessions.

    The state after N games depends on the settings alone: not on the number of threads, nor on how the games were
    split into calls, nor on saving, loading and interruptions. Only `time_ms` gives that up.

    A `KeyboardInterrupt` during a call stops it at once and leaves a state that can be saved and continued.
    """

    _listed: tuple[int, int] | None = None

    def __init__(self, config: TrainConfig | None = None) -> None:
        if config is None:
            config = TrainConfig()
        if not isinstance(config, TrainConfig):
            raise TypeError(f"config: must be a TrainConfig or None, not {type(config).__name__}")
        self._begin(config)

    def _begin(self, config: TrainConfig) -> None:
        """A new run."""
        self._plan = memory.plan(config)
        self._core = TrainerCore(
            seed=config.seed,
            generation_games=config.generation_games,
            threads=config.worker_threads,
            table_mb=self._plan.table / memory.MB,
        )
        self._config = config
        self.ledger = Ledger.empty(config)
        """What is known of the run's games."""
        self._tell_plan()
        self.run: str = uuid.uuid4().hex
        """What tells this run's checkpoints from those of others."""
        self.target_games: int | None = None
        """What the training was last started for."""
        self.checkpoint: Path | None = None
        """The checkpoint that holds the present state; `None` when there is none, or something was trained since."""

    def _tell_plan(self) -> None:
        if (plan := self._plan).is_reduced:
            wanted = f"transposition tables are smaller than {plan.wanted_table / memory.MB:.1f} MB"
            self.ledger.alerts.give("memory", f"{wanted} to keep within the {plan}", self.games_played)

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
        meter, start = self.meter(), self.games_played
        while (played := self.games_played - start) < games:
            self._advance(games - played, config, _shifted(progress, played))
            if progress is not None:
                progress(self.games_played - start)
        _log.debug("%d games played, %d in all", games, self.games_played)
        return meter.take()

    def meter(self) -> Meter:
        """Measures the games from now on, as long as somebody holds it."""
        return self.ledger.meter(self._config)

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
        if (plan := memory.plan(config)) != self._plan:
            if (plan.workers, plan.table) != (self._plan.workers, self._plan.table):
                core.set_workers(threads=plan.workers, table_mb=plan.table / memory.MB)
            self._plan = plan
            self._tell_plan()
        generation = core.advance(
            min(games, core.generation_left),
            play=self._play(config),
            hang_seconds=config.hang_seconds,
            sudden_discs=config.sudden_discs,
            updates=self._listed,
            tick=tick,
            reports=self.ledger.reports,
        )
        self.ledger.count(self._config)
        if generation.generation_complete and self.ledger.convergence.check_due:
            for kind, message in self.ledger.convergence.check(core.coverage(), self.games_played, self._config):
                self.ledger.alerts.give(kind, message, self.games_played)
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
        ledger, listed = self.ledger, self._listed
        ledger.observers += (observer,)
        self._listed = updates or listed
        try:
            yield
        finally:
            ledger.observers = tuple(other for other in ledger.observers if other is not observer)
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
            logs.set_level(log_level)
        self._config = config

    def get_statistics(self) -> BatchReport:
        """What was measured over all games since the start of the run, those before loading included."""
        self.ledger.count(self._config)
        return self.ledger.statistics

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
        self.ledger.count(self._config)
        return self.ledger.convergence_report(self._core.coverage(), self.games_played)

    @property
    def warnings(self) -> tuple[Alert, ...]:
        """What this trainer has warned about since it was made or loaded, the newest thousand at most."""
        return self.ledger.alerts.since(0)

    def digest(self) -> str:
        """SHA-256, in hexadecimal, of the state: equal digests mean equal weights, moments and places in the run.

        Raises:
            RuntimeError: another thread is using the trainer.
        """
        return self._core.digest()

    @property
    def errors(self) -> ErrorReport:
        """The games that failed among the last ones, `error_window` at most."""
        return self.ledger.errors.report(self.games_played, self._config.error_window)

    @property
    def has_too_many_errors(self) -> bool:
        """More games failed than a window may hold."""
        config = self._config
        return len(self.errors.failures) > config.max_error_rate * config.error_window

    def forget_errors(self) -> None:
        """Counts failed games from zero."""
        self.ledger.errors.clear()

    def save(self, path: str | PathLike[str]) -> None:
        """Writes the whole state: weights, moments, the place in the run, settings, statistics and failed games.

        An existing file is replaced in one step.

        Raises:
            OSError: the file can't be written.
            RuntimeError: another thread is using the trainer.
        """
        start = time.perf_counter()
        self.ledger.count(self._config)
        monitor = {"run": self.run, "target": self.target_games, **self.ledger.to_json()}
        self._core.save(
            path,
            settings=json.dumps(self._config.as_dict()),
            statistics=json.dumps(self.ledger.statistics.sums()),
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
        memory.memory_before()  # asked once, before what is loaded is resident
        # The file holds the settings that the workers are made with: it is read with the least of them.
        workers = (1, TrainConfig.SETTINGS["table_mb"].low)
        core, settings, statistics, monitor = TrainerCore.load(path, threads=workers[0], table_mb=workers[1])
        try:
            config = TrainConfig(**json.loads(settings))
            known = json.loads(monitor)
            run, target = known.get("run") or uuid.uuid4().hex, known.get("target")
            ledger = Ledger.from_json(core.seed, json.loads(statistics), known)
        except (TypeError, ValueError, AttributeError, LookupError, zlib.error) as error:
            raise ModelFileError(f"{os.fspath(path)}: its settings can't be read: {error}") from error
        plan = memory.plan(config)
        core.set_workers(threads=plan.workers, table_mb=plan.table / memory.MB)
        self._core, self._plan = core, plan
        self._config, self.ledger = config, ledger
        self.run, self.target_games, self.checkpoint = run, target, path
        self._tell_plan()
        ledger.warn_of_resets(core.reset_bad_numbers(), self.games_played)
        _log_file("loaded", path, time.perf_counter() - start, self.games_played)


def _log_file(action: str, path: str | PathLike[str], seconds: float, games: int) -> None:
    size = Path(path).stat().st_size / 1e6
    _log.info("%s %s: %.1f MB in %.2f s, after %d games", action, os.fspath(path), size, seconds, games)


def _shifted(progress: Callable[[int], None] | None, before: int) -> Callable[[int], None] | None:
    return progress and (lambda finished: progress(before + finished))
