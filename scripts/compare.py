"""Compares this engine with others that are accessible from Python, in one run: `make compare`.

Everything is measured on one core, through the interface that a Python program would use, so the figures include the
cost of the interface. The rows of a column do the same work; cells are empty where an engine lacks a feature. Speeds
are medians of rounds in which the engines take turns, in processor time. The same loop plays random games in every
library, with the same moves.
"""

from __future__ import annotations

__ends_on_interrupt__ = True  # before the imports, which take a moment
from shirokuro import startup

# isort: split

import argparse
import sys
from typing import TYPE_CHECKING

from engine_matches import play_timed
from engine_speeds import EMPTIES, Bulk, Row, make_puzzles
from engines import Shirokuro
from environment_speeds import Environments
from other_engines import OTHERS
from rich import box
from rich.console import Console
from rich.table import Table

import shirokuro as sk
from shirokuro.benchmarks.positions import SOLVED
from shirokuro.runs.checkpoints import model_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from engine_matches import Match
    from engines import Engine


def main() -> int:
    """Measures every available engine and prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", metavar="RUN|FILE", help="the model to play with (default: train one first)")
    parser.add_argument("--games", type=int, default=20, help="games per match, an even number (default: %(default)s)")
    parser.add_argument(
        "--training-games", type=int, default=20_000, help="games of the default training (default: %(default)s)"
    )
    parser.add_argument(
        "--time-ms", type=float, default=5, help="milliseconds per move in the second match (default: %(default)s)"
    )
    parser.add_argument(
        "--seconds", type=float, default=0.1, help="minimum seconds per measurement (default: %(default)s)"
    )
    parser.add_argument("--rounds", type=int, default=3, help="measurements of each speed (default: %(default)s)")
    names = [name for name, _ in OTHERS]
    parser.add_argument("--opponents", default=",".join(names), help="engines to compare with (default: %(default)s)")
    options = parser.parse_args()
    if unknown := sorted(set(options.opponents.split(",")) - set(names)):
        parser.error(f"{unknown[0]!r} is not an opponent: {', '.join(names)}")
    console = Console()
    console.width = max(console.width, 118)
    with console.status("") as status:
        evaluator, model = _evaluator(options.model, options.training_games, status.update)
        engine, slow = Shirokuro(evaluator), Shirokuro(evaluator, time_ms=options.time_ms)
        engines, missing = _engines(options.opponents.split(","))
        rows = [Row(each) for each in (engine, *engines)]
        puzzles = {empties: make_puzzles(empties) for empties in EMPTIES}
        bulk, environments = Bulk(evaluator), Environments()
        for number in range(options.rounds):
            for row in rows:
                status.update(f"round {number + 1} of {options.rounds}: {row.engine.name}")
                row.measure(options.seconds, puzzles)
            status.update(f"round {number + 1} of {options.rounds}: calls of the core")
            bulk.measure(options.seconds)
            status.update(f"round {number + 1} of {options.rounds}: environments")
            environments.measure(options.seconds)
        matches = []
        for other in engines:
            status.update(f"playing against {other.name}")
            matches += [play_timed(each, other, options.games) for each in (engine, slow)]
    _print_speeds(console, rows)
    _print_solving(console, rows)
    bulk.print(console)
    environments.print(console)
    _print_matches(console, matches, model)
    _print_missing(console, [*missing, *environments.missing])
    return 0


def _evaluator(model: str | None, games: int, progress: Callable[[str], None]) -> tuple[sk.Evaluator, str]:
    if model:
        return sk.Evaluator.load(model_of(model)), model
    progress(f"training an evaluation, {games:,} games")
    trainer = sk.Trainer(sk.TrainConfig(seed=1, games=games))
    report = trainer.train_batch(games)
    return trainer.evaluator, f"trained on the spot: {games:,} games in {report.seconds:.0f} s"


def _engines(names: Sequence[str]) -> tuple[list[Engine], list[str]]:
    engines, missing = [], []
    for name, make in OTHERS:
        if name not in names:
            continue
        try:
            engines.append(make())
        except (ImportError, OSError) as error:
            missing.append(f"{name}: {error}")
    return engines, missing


def _print_speeds(console: Console, rows: Sequence[Row]) -> None:
    table = Table(
        title="per second of one core, through each engine's Python interface; median of the rounds ± half their span",
        box=box.SIMPLE,
        title_justify="left",
    )
    for column in ("engine", "version", "leaves of perft(5)", "evaluations", "random games", "3-ply games"):
        table.add_column(column, justify="left" if column in ("engine", "version") else "right", no_wrap=True)
    table.add_column("evaluation")
    for row in rows:
        figures = map(row.shown, ("perft", "evaluations", "random games", "games"))
        table.add_row(row.engine.name, row.engine.version, *figures, row.engine.evaluation or "none")
    console.print(table)


def _print_solving(console: Console, rows: Sequence[Row]) -> None:
    table = Table(title="positions solved per second on one core", box=box.SIMPLE, title_justify="left")
    table.add_column("engine")
    for empties in EMPTIES:
        table.add_column(f"{empties} empty squares", justify="right")
        table.add_column("best scores", justify="right")
    for row in rows:
        kept = (f"{row.kept[empties]} of {len(SOLVED)}" if empties in row.kept else "–" for empties in EMPTIES)
        speeds = (row.shown(f"solved {empties}") for empties in EMPTIES)
        table.add_row(row.engine.name, *(cell for pair in zip(speeds, kept, strict=True) for cell in pair))
    console.print(table)


def _print_matches(console: Console, matches: Sequence[Match], model: str) -> None:
    games = Table(title=f"games of shirokuro, {model}", box=box.SIMPLE, title_justify="left")
    for column in ("shirokuro", "opponent", "", "won", "drawn", "lost", "mean discs", "CPU ms", "its CPU ms"):
        games.add_column(column, justify="left" if column in ("shirokuro", "opponent", "") else "right", no_wrap=True)
    for match in matches:
        result = match.result
        counts = (str(count) for count in (result.wins, result.draws, result.losses))
        times = (f"{match.own:.3g}", f"{match.others:.3g}")
        mean = "–" if result.mean_difference is None else f"{result.mean_difference:+.1f}"
        games.add_row(match.engine.strong, match.other.name, match.other.strong, *counts, mean, *times)
    console.print(games)


def _print_missing(console: Console, missing: Sequence[str]) -> None:
    for text in missing:
        console.print(f"not compared: {text}", highlight=False)


if __name__ == "__main__":
    sys.exit(startup.run(main))
