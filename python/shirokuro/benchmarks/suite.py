"""The suite: its figures, their targets, and the rounds in which they are measured."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from shirokuro._core import __version__
from shirokuro.benchmarks import bottlenecks, files
from shirokuro.benchmarks.engine import Engine, table_read_seconds
from shirokuro.benchmarks.figures import Figure, Results
from shirokuro.benchmarks.machine import machine
from shirokuro.benchmarks.training import THREE_PLIES, Training
from shirokuro.config import TrainConfig, cores
from shirokuro.display.format import counted
from shirokuro.training.trainer import Trainer

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from pathlib import Path

    from shirokuro._core import Evaluator

Measure: TypeAlias = "Callable[[], dict[str, float]]"

MODEL = TrainConfig(seed=1, games=20_000, depth=3, exact_empties=8)
"""The training run for the default evaluation, which yields the same weights every time."""

QUICK_MODEL = MODEL.replace(games=3_000)

FOUR_CORES = 4
"""The number of cores that the target at 15 ms per move assumes."""


def _figures(cores: int) -> tuple[Figure, ...]:
    rate = {"more_is_better": True, "scaling": "rate"}
    all_cores = {"all_cores": True}
    return tuple(
        Figure(key=key, name=name, unit=unit, target=target, **kind)
        for key, name, unit, target, kind in (
            ("clock", "clock of the core", "GHz", None, {"scaling": "points"}),
            ("perft", "perft(11)", "s", 0.40, {}),
            ("evaluate_scratch", "evaluation from scratch", "ns", 70, {}),
            ("evaluate_search", "evaluation in a search", "ns", 30, {}),
            ("evaluate_call", "evaluate, per call from Python", "µs", 1.5, {}),
            ("evaluate_batch", "evaluate_batch, per core", "M boards/s", 7.5, rate | all_cores),
            ("search_speed", "search, depth 8", "M nodes/s", 12, rate),
            ("depth10", "search, depth 10, 40 empties", "ms", 30, {}),
            ("depth12", "search, depth 12, 40 empties", "ms", 200, {}),
            ("solve_speed", "solving, 20–22 empties", "M nodes/s", 45, rate),
            ("solve_nodes", "nodes per solved position", "M", 35, {"scaling": "count"}),
            ("train1", "training, 1 ply, one core", "games/s", 3000, rate),
            ("train3", "training, 3 plies + exact 10", "games/s", 700, rate),
            ("train_all", "the same, all cores", "games/s", 0.95 * 700 * cores, rate | all_cores),
            ("speedup", "all cores ÷ one core", "×", 0.95 * cores, {**rate, **all_cores, "scaling": "none"}),
            ("cpu", "CPU use of all cores", "%", 80, {**rate, **all_cores, "scaling": "none"}),
            ("td_update", "TD update, one core", "ms/game", 0.15, {}),
            (
                "train_15ms",
                "training, 15 ms a move, all cores",
                "games/s",
                4.6 * min(cores / FOUR_CORES, 1),
                {**rate, **all_cores, "scaling": "none"},
            ),
            ("cpu_15ms", "CPU use at 15 ms a move", "%", 80, {**rate, **all_cores, "scaling": "none"}),
            ("timing_cost", "cost of measuring phases", "%", 1, {"scaling": "points"}),
            ("save", "saving a checkpoint", "s", 30, {"scaling": "none"}),
            ("load", "loading a checkpoint", "s", 30, {"scaling": "none"}),
            ("disk_write", "writing the same number of bytes", "s", None, {"scaling": "none"}),
            ("checkpoint_size", "size of a checkpoint", "MB", None, {"scaling": "count"}),
            ("memory_weights", "memory: weights", "MB", None, {"scaling": "count"}),
            ("memory_adam", "memory: Adam", "MB", None, {"scaling": "count"}),
            ("memory_tables", "memory: four tables of 32 MB", "MB", None, {"scaling": "count"}),
            ("memory_learning", "memory: four workers' sums", "MB", None, {"scaling": "count"}),
            ("memory_rows", "memory: positions being learned", "MB", None, {"scaling": "count"}),
            ("memory_records", "memory: games in progress", "MB", None, {"scaling": "count"}),
            ("memory_python", "memory: Python", "MB", None, {"scaling": "none"}),
            ("memory_other", "memory: the rest", "MB", None, {"scaling": "none"}),
            ("memory_peak", "memory: peak of the process", "MB", 600, {"scaling": "none"}),
        )
    )


GROUPS = ("engine", "training", "moves", "timing", "files", "memory")
"""The groups of figures that can be measured separately; see `Suite`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """Measures the figures in several rounds of all of them, which spreads a disturbance over all figures.

    Groups: `engine` (one core), `training` (fixed depth), `moves` (15 ms per move), `timing` (the cost of measuring
    phases), `files`, `memory`. The clock and perft are part of every run, because they represent the machine's speed.
    """

    quick: bool = False
    """Whether to do less of everything, in three rounds."""
    groups: Collection[str] = GROUPS
    """The groups to measure."""
    evaluator: Evaluator | None = None
    """The evaluation for searches; by default, one is trained."""
    model: str | None = None
    """The source of the evaluation, as recorded in the results."""
    directory: Path | None = None
    """The folder for checkpoints; by default, the system's folder for temporary files."""
    prepare: Callable[[Trainer], None] | None = None
    """A function that is called with each trainer before it is measured."""
    progress: Callable[[str], None] = lambda _: None
    """A function that is called with a description of each step."""

    @property
    def rounds(self) -> int:
        """The number of rounds."""
        return 3 if self.quick else 5

    def run(self) -> Results:
        """Runs the measurements.

        Raises:
            WrongAnswerError: an answer was wrong.
            OSError: checkpoints can't be written.
        """
        # First, while this process is small.
        values: dict[str, list[float]] = {}
        training = Training(quick=self.quick, prepare=self.prepare)
        if "memory" in self.groups:
            self.progress("memory")
            _add(values, files.memory(self.directory))
        evaluator, model = self._evaluation()
        engine = Engine(evaluator, quick=self.quick)
        where = machine()
        for number in range(self.rounds):
            for name, measure in self._measures(engine, training).items():
                self.progress(f"round {number + 1} of {self.rounds}: {name}")
                _add(values, measure())
        if "timing" in self.groups:
            self.progress("cost of measuring phases")
            for _ in range(self.rounds):
                _add(values, training.cost_of_timing())
        figures = _measured(values)
        context = bottlenecks.Context(
            figures={figure.key: figure for figure in figures},
            samples=training.samples,
            table_read_seconds=table_read_seconds(THREE_PLIES.table_mb),
        )
        return Results(
            version=__version__,
            quick=self.quick,
            machine=where,
            model=model,
            figures=figures,
            phases=bottlenecks.phases(training.samples),
            bottlenecks=bottlenecks.of(context),
        )

    def _evaluation(self) -> tuple[Evaluator, dict[str, object]]:
        if self.evaluator is not None:
            return self.evaluator, {"from": self.model or "the caller"}
        config = QUICK_MODEL if self.quick else MODEL
        self.progress(f"training an evaluation, {counted(config.games, 'game')}")
        trainer = Trainer(config)
        if "engine" in self.groups:
            trainer.train_batch(int(config.games))
        return trainer.evaluator, {"from": "trained on the spot", "games": trainer.games_played}

    def _measures(self, engine: Engine, training: Training) -> dict[str, Measure]:
        measures: dict[str, Measure] = {"clock": engine.clock, "perft": engine.perft}
        if "engine" in self.groups:
            measures |= {"evaluating": engine.evaluating, "searching": engine.searching, "solving": engine.solving}
        if "training" in self.groups:
            measures["training"] = training.fixed_depth
        if "moves" in self.groups:
            measures["training at 15 ms a move"] = training.timed_moves
        if "files" in self.groups:
            measures["saving and loading"] = lambda: files.saving(training.trainer(THREE_PLIES), self.directory)
        return measures


def _add(values: dict[str, list[float]], measured: Mapping[str, float]) -> None:
    for key, value in measured.items():
        values.setdefault(key, []).append(value)


def _measured(values: Mapping[str, list[float]]) -> tuple[Figure, ...]:
    """Returns the figures for which there are measurements."""
    figures = _figures(cores())
    return tuple(
        dataclasses.replace(figure, measured=tuple(values[figure.key])) for figure in figures if figure.key in values
    )
