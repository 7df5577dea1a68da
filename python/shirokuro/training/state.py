"""State of a run: everything that a checkpoint holds, and the core that advances it."""

from __future__ import annotations

import json
import logging
import os
import time
import uuid
import weakref
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from shirokuro._core import ModelFileError, TrainerCore
from shirokuro.config import TrainConfig
from shirokuro.display.format import counted
from shirokuro.runs import checkpoints, origin
from shirokuro.runs.texts import read_object, typed
from shirokuro.training import given_games, memory, own_parts
from shirokuro.training.given_games import GivenPart
from shirokuro.training.statistics import RunStatistics
from shirokuro.training.warm_start import starting_point

if TYPE_CHECKING:
    from os import PathLike

    from shirokuro._core import PatternSet
    from shirokuro.runs.origin import Origin
    from shirokuro.training.given_games import GivenGames
    from shirokuro.training.memory import MemoryPlan
    from shirokuro.training.warm_start import Init

_log = logging.getLogger(__name__)


_states: weakref.WeakSet[TrainingState] = weakref.WeakSet()
"""The trainings that exist in this process."""


@dataclass(slots=True, kw_only=True, eq=False, weakref_slot=True)
class TrainingState:
    """A run at one moment: weights, moments, position in the run, settings and statistics."""

    core: TrainerCore
    """The core, which holds the weights and moments, plays and learns."""
    config: TrainConfig
    """Settings."""
    statistics: RunStatistics
    """Statistics of the run's games."""
    plan: MemoryPlan
    """Division of the memory budget."""
    run_id: str
    """Identifier of the run, stored in its checkpoints."""
    origins: tuple[Origin, ...] = ()
    """Models from whose weights the run descends, the one that it started from first."""
    given: GivenPart | None = None
    """The part of the run that learns from given games; `None` if it has none."""
    own_parts: dict[str, str] = field(default_factory=dict)
    """Names of the caller's own parts that the run has had, by kind."""
    target_games: int | None = None
    """Number of games for which the run was last started."""
    previous: TrainConfig
    """Settings that were last logged, or with which the state was saved."""
    written: TrainConfig
    """Settings that were last written to the run's `config.toml`: what differs there was edited by hand."""
    unsynced: set[Path] = field(default_factory=set)
    """Folders that can't be synced, of which a warning was given."""
    notes: list[str] = field(default_factory=list)
    """Warnings about the start of the next session, which belong in its log."""
    checkpoint: Path | None = None
    """File that holds exactly this state; `None` if none exists, or if training has continued since."""

    @classmethod
    def new(
        cls,
        config: TrainConfig,
        init: Init | None = None,
        given: GivenGames | None = None,
        patterns: PatternSet | None = None,
    ) -> Self:
        """Starts a new run, from the weights of `init` or from neutral ones, whose first games are the given ones.

        Without `patterns`, they are those of `init`, or the default ones.

        Raises:
            FileNotFoundError: the file `init` does not exist (other `OSError`s: it can't be read).
            ModelFileError: the file `init` is not a model, or is damaged.
            TypeError: `init` is not a model.
            ValueError: `init` has other patterns.
        """
        evaluator, origins = (None, ()) if init is None else starting_point(init)
        plan = memory.plan(config, patterns or (evaluator.patterns if evaluator else None))
        core = TrainerCore(
            seed=config.seed,
            generation_games=config.generation_games,
            delay_generations=config.delay_generations,
            threads=config.worker_threads,
            table_mb=plan.table / memory.MB,
            init=evaluator,
            patterns=patterns,
        )
        statistics = RunStatistics.empty(config)
        state = cls(
            core=core,
            config=config,
            statistics=statistics,
            plan=plan,
            run_id=uuid.uuid4().hex,
            origins=origins,
            given=None if given is None else GivenPart.of(given, 0),
            previous=config,
            written=config,
        )
        state._warn_of_small_tables()
        return state

    @classmethod
    def load(cls, path: Path) -> Self:
        """Reads a file written by `save`.

        Raises:
            FileNotFoundError: the file does not exist (other `OSError`s: it can't be read).
            ModelFileError: the file is not a model, is damaged, or holds only weights.
        """
        start = time.perf_counter()
        memory.memory_before()  # measured once, before the loaded state becomes resident
        # The file itself holds the settings of the workers, so it is read with the smallest ones.
        core, settings, totals, monitor = TrainerCore.load(
            path, threads=1, table_mb=TrainConfig.SETTINGS["table_mb"].low
        )
        config, written, fields, statistics = _decoded(path, core.seed, settings, totals, monitor)
        run_id, target = fields.get("run") or uuid.uuid4().hex, fields.get("target")
        plan = memory.plan(config, core.evaluator.patterns)
        core.set_workers(threads=plan.workers, table_mb=plan.table / memory.MB)
        state = cls(
            core=core,
            config=config,
            statistics=statistics,
            plan=plan,
            run_id=run_id,
            origins=origin.origins_in(fields),
            given=given_games.part_in(fields),
            own_parts=own_parts.names_in(fields),
            target_games=target,
            previous=config,
            written=written,
            checkpoint=path,
        )
        state._warn_of_small_tables()
        statistics.warn_of_resets(core.reset_bad_numbers(), core.games_played)
        _log_file("loaded", path, time.perf_counter() - start, core.games_played)
        return state

    def __post_init__(self) -> None:
        _states.add(self)

    @staticmethod
    def verify(path: Path) -> None:
        """Reads a whole file without keeping it, and checks everything that `load` needs.

        Raises:
            FileNotFoundError: the file does not exist (other `OSError`s: it can't be read).
            ModelFileError: the file is not a model, is damaged, or holds only weights.
        """
        content = checkpoints.verified(path)
        _decoded(path, content["seed"], content["settings"], content["statistics"], content["monitor"])

    def save(self, path: str | PathLike[str]) -> None:
        """Writes everything to a file; an existing file is replaced atomically.

        Raises:
            OSError: the file can't be written.
            RuntimeError: another thread is using the trainer.
        """
        start = time.perf_counter()
        self.statistics.count(self.config)
        monitor = {
            "run": self.run_id,
            "target": self.target_games,
            **({origin.KEY: origin.to_json(self.origins)} if self.origins else {}),
            **({given_games.KEY: self.given.to_json()} if self.given else {}),
            **({own_parts.KEY: self.own_parts} if self.own_parts else {}),
            "config": self.written.as_dict(),
            **self.statistics.to_json(),
        }
        synced = self.core.save(
            path,
            settings=json.dumps(self.config.as_dict()),
            statistics=json.dumps(self.statistics.totals.sums()),
            monitor=json.dumps(monitor),
            compress=self.config.compress,
        )
        _log_file("saved", path, time.perf_counter() - start, self.core.games_played)
        if not synced:
            self._warn_of_unsynced(Path(path).parent)

    def _warn_of_unsynced(self, folder: Path) -> None:
        """Warns, once for each folder, that a power failure may bring the old file back."""
        if folder not in self.unsynced:
            self.unsynced.add(folder)
            message = f"saved, but the file system can't sync {folder}: a power failure may restore the old file"
            self.statistics.warnings.issue("checkpoint", message, self.core.games_played)

    def divide_memory(self, config: TrainConfig) -> None:
        """Gives the workers the threads and tables that `config` asks for, within the budget."""
        plan = memory.plan(config, self.core.evaluator.patterns)
        if plan == self.plan:
            return
        if (plan.workers, plan.table) != (self.plan.workers, self.plan.table):
            self.core.set_workers(threads=plan.workers, table_mb=plan.table / memory.MB)
        self.plan = plan
        self._warn_of_small_tables()

    def _warn_of_small_tables(self) -> None:
        if (plan := self.plan).is_reduced:
            tables = f"transposition tables are smaller than {plan.wanted_table / memory.MB:.1f} MB"
            message = f"{tables} to keep within the {plan}"
            self.statistics.warnings.issue("memory", message, self.core.games_played)


def others() -> str:
    """Returns the end of a warning that says how many trainers the process has, if there are several."""
    count = len(_states)
    return f"; {count} trainers are in this process, and the budget of each counts them all" if count > 1 else ""


def _decoded(
    path: Path, seed: int | None, settings: str | None, totals: str | None, monitor: str | None
) -> tuple[TrainConfig, TrainConfig, dict[str, Any], RunStatistics]:
    """Decodes a file's texts.

    Returns:
        The settings, those last written to the run's `config.toml`, the fields of the monitor's text, the statistics.

    Raises:
        ModelFileError: a text is damaged.
    """
    try:
        config = TrainConfig(**read_object(settings, "settings"))
        fields = read_object(monitor, "monitor")
        written = TrainConfig(**fields["config"]) if "config" in fields else config
        typed(fields.get("run"), str | None)
        typed(fields.get("target"), int | None)
        origin.origins_in(fields)
        given_games.part_in(fields)
        own_parts.names_in(fields)
        statistics = RunStatistics.from_json(seed or 0, read_object(totals, "statistics"), fields)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, zlib.error) as error:
        raise ModelFileError(
            f"{os.fspath(path)}: damaged: its settings or statistics can't be read: {error}"
        ) from error
    return config, written, fields, statistics


def _log_file(action: str, path: str | PathLike[str], seconds: float, games: int) -> None:
    size = Path(path).stat().st_size / 1e6
    _log.info(
        "%s %s: %.1f MB in %.2f s, after %s", action, os.fspath(path), size, seconds, counted(games, "game", form="")
    )
