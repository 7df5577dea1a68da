"""`shirokuro bench`: measures the figures that the project promises."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np
from rich.console import Console
from rich.table import Table

import shirokuro as sk
from shirokuro.arena import random_openings

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator

HELP = "Measure speed and memory, and compare them with their targets."

REPETITIONS = 5
"""Measurements of each figure, of which the median is shown."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure."""

    name: str
    unit: str
    target: float
    more_is_better: bool
    measured: tuple[float, ...]

    @property
    def median(self) -> float:
        """The figure."""
        return statistics.median(self.measured)

    @property
    def met(self) -> bool:
        """The target is reached."""
        return self.median >= self.target if self.more_is_better else self.median <= self.target


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's options."""
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures to a JSON file")


def run(options: argparse.Namespace) -> int:
    """Measures everything and prints the table."""
    console = Console()
    table = Table(title=f"shirokuro {sk.__version__}, {sk.kernel()} kernel, median of {REPETITIONS}")
    for title in ("figure", "target", "result", "spread", ""):
        table.add_column(title, justify="left" if title == "figure" else "right")
    figures = []
    with console.status("measuring") as status:
        for figure in _figures(status.update):
            figures.append(figure)
            table.add_row(*_row(figure))
    console.print(table)
    if options.json:
        shown = [{**asdict(figure), "median": figure.median, "met": figure.met} for figure in figures]
        options.json.write_text(json.dumps(shown, indent=2) + "\n", encoding="utf-8")
    return 0


def _row(figure: Figure) -> tuple[str, ...]:
    sign = "≥" if figure.more_is_better else "≤"
    return (
        f"{figure.name}, {figure.unit}",
        f"{sign} {figure.target:,g}",
        _digits(figure.median),
        f"{_digits(min(figure.measured))}…{_digits(max(figure.measured))}",
        "met" if figure.met else "missed",
    )


def _digits(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"  # noqa: PLR2004 (three digits tell enough)


def _figures(tell: Callable[[str], None]) -> Iterator[Figure]:
    """Measures one figure after the other."""

    def figure(name: str, unit: str, target: float, measure: Callable[[], float], *, more: bool = True) -> Figure:
        tell(f"measuring {name}")
        return Figure(name, unit, target, more, tuple(measure() for _ in range(REPETITIONS)))

    # First, while this process is small: Linux counts a parent's memory at the start of a child to the child's peak.
    yield figure("memory of a training, 64 MB table", "MB", 450, _memory, more=False)
    fast = sk.Trainer(sk.TrainConfig(depth=1, exact_empties=0, threads=1))
    deep = sk.Trainer(sk.TrainConfig(depth=3, exact_empties=8, threads=1))
    for trainer in (fast, deep):
        trainer.train_batch(512)  # the first games touch their memory for the first time
    learning: list[float] = []

    def games_per_second(trainer: sk.Trainer, games: int) -> float:
        start = time.perf_counter()
        report = trainer.train_batch(games)
        learning.append(1000 * report.learn_seconds / games)
        return games / (time.perf_counter() - start)

    yield figure("perft", "M leaves/s", 300, _perft)
    yield figure("1-ply training, one thread", "games/s", 3000, lambda: games_per_second(fast, 2048))
    learning.clear()
    yield figure("3-ply exact-8 training, one thread", "games/s", 400, lambda: games_per_second(deep, 512))
    yield Figure("TD update", "ms/game", 0.3, more_is_better=False, measured=tuple(learning))
    evaluator = deep.evaluator
    openings = random_openings(20, seed=1)
    yield figure("depth-8 search, one thread", "M nodes/s", 12, lambda: _search(evaluator, openings))
    yield figure("evaluate", "µs/call", 1.5, lambda: _evaluate(evaluator, openings[0].board), more=False)
    boards = np.stack([position.board for position in openings] * 10_000)
    yield figure("evaluate_batch, all cores", "M boards/s", 8, lambda: _evaluate_batch(evaluator, boards))


def _perft() -> float:
    start = time.perf_counter()
    leaves = sk.perft(11)
    seconds = time.perf_counter() - start
    if leaves != 212_258_800:  # noqa: PLR2004 (the known count: a fast wrong answer is none)
        raise RuntimeError(f"perft(11) gave {leaves}")
    return leaves / seconds / 1e6


def _search(evaluator: sk.Evaluator, positions: list[sk.Position]) -> float:
    found = [sk.search(position, evaluator=evaluator, depth=8) for position in positions]
    return sum(result.nodes for result in found) / sum(result.seconds for result in found) / 1e6


def _evaluate(evaluator: sk.Evaluator, board: np.ndarray[tuple[int], np.dtype[np.int8]]) -> float:
    calls = range(100_000)
    start = time.perf_counter()
    for _ in calls:
        evaluator.evaluate(board)
    return (time.perf_counter() - start) / len(calls) * 1e6


def _evaluate_batch(evaluator: sk.Evaluator, boards: np.ndarray[tuple[int, int], np.dtype[np.int8]]) -> float:
    start = time.perf_counter()
    evaluator.evaluate_batch(boards)
    return len(boards) / (time.perf_counter() - start) / 1e6


_TRAINING = """
import resource, sys
import shirokuro as sk
trainer = sk.Trainer.load(sys.argv[1])
trainer.train_batch(200)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024))
"""


def _memory() -> float:
    """The peak of a process that goes on with a saved training, whose memory is all in use."""
    with TemporaryDirectory() as directory:
        model = Path(directory) / "model.shiro"
        _run("import shirokuro as sk, sys; sk.Trainer(sk.TrainConfig(table_mb=64, threads=1)).save(sys.argv[1])", model)
        return int(_run(_TRAINING, model)) / 1e6


def _run(program: str, model: Path) -> str:
    command = [sys.executable, "-c", program, str(model)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603 (itself)
