"""Compares this engine with others that are accessible from Python, in one run: `make compare`.

Everything is measured on one core, through the interface that a Python program would use, so the figures include the
cost of the interface. The rows of a column do the same work; cells are empty where an engine lacks a feature.
"""

from __future__ import annotations

__ends_on_interrupt__ = True  # before the imports, which take a moment
from shirokuro import startup

# isort: split

import argparse
import sys
import time
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from engines import OTHERS, PLIES, Shirokuro
from rich import box
from rich.console import Console
from rich.table import Table

import shirokuro as sk
from shirokuro.matches.players import SessionPlayer
from shirokuro.runs.checkpoints import model_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from engines import Engine

    from shirokuro.matches.players import Player, PlayerProcess

PERFT = (5, 1396)
"""The depth and its known leaf count."""


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
        "--seconds", type=float, default=0.5, help="minimum seconds per measurement (default: %(default)s)"
    )
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
        rows = []
        for other in (engine, *engines):
            status.update(f"measuring {other.name}")
            rows.append(_speeds(other, options.seconds))
        matches = []
        for other in engines:
            status.update(f"playing against {other.name}")
            matches += [_match(each, other, options.games) for each in (engine, slow)]
        status.update("training")
        trainer = sk.Trainer(sk.TrainConfig(depth=PLIES, exact_empties=0, threads=1))
        trainer.train_batch(512)  # makes the memory resident, which the first games touch
        training = trainer.train_batch(512)
    _print_speeds(console, rows, training)
    _print_matches(console, matches, model)
    _print_missing(console, missing)
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


@dataclass(frozen=True, slots=True)
class _Row:
    engine: Engine
    leaves: float | None
    """Perft leaves per second."""
    evaluations: float | None
    """Evaluations per second."""
    random_games: float | None
    """Random games per second."""
    games: float | None
    """Self-play games per second, at a depth of three plies."""


def _speeds(engine: Engine, least: float) -> _Row:
    """Measures each speed for at least `least` seconds."""
    depth, known = PERFT
    if (found := engine.perft(depth)) not in (known, None):
        raise RuntimeError(f"{engine.name}: perft({depth}) gave {found}, not {known}")
    evaluate, shallow, random = engine.evaluator(), engine.shallow(), Random(1)
    can_play = engine.random_game(random) is not None
    return _Row(
        engine,
        known * _rate(lambda: engine.perft(depth), least) if found else None,
        _rate(evaluate, least) if evaluate else None,
        _rate(lambda: engine.random_game(random), least) if can_play else None,
        _self_play(shallow, 4 * least) if shallow else None,
    )


def _rate(work: Callable[[], object], least: float) -> float:
    """Returns the calls per second."""
    calls, done, start = 1, 0, time.perf_counter()
    while (seconds := time.perf_counter() - start) < least:
        for _ in range(calls):
            work()
        done += calls
        calls *= 2
    return done / seconds


def _self_play(player: Player | SessionPlayer, least: float) -> float:
    """Returns the games per second of a player against itself, from random openings of eight plies."""
    games, start = 0, time.perf_counter()
    while (seconds := time.perf_counter() - start) < least:
        sk.play_match(player, player, games=2, seed=games, threads=1)
        games += 2
    return games / seconds


class _Timed:
    """A player whose moves are timed."""

    def __init__(self, player: Player | SessionPlayer) -> None:
        self._player = player
        self._session: PlayerProcess | None = None
        self.name = player.name
        self.seconds = 0.0
        self.moves = 0

    def session(self) -> _Timed:
        """See `shirokuro.matches.players.SessionPlayer`."""
        if isinstance(self._player, SessionPlayer):
            self._session = self._player.session()
        return self

    def choose(self, moves: Sequence[str], position: sk.Position, random: Random) -> str:
        """See `shirokuro.matches.players.PlayerProcess`."""
        start = time.perf_counter()
        session = self._session
        move = session.choose(moves, position, random) if session else self._player.choose(position, random)  # type: ignore[union-attr]
        self.seconds += time.perf_counter() - start
        self.moves += 1
        return move

    def close(self) -> None:
        """Ends the session."""
        if self._session:
            self._session.close()

    def kill(self) -> None:
        """Ends the session at once."""
        if self._session:
            self._session.kill()

    @property
    def milliseconds(self) -> float:
        """The mean time per move."""
        return 1000 * self.seconds / max(self.moves, 1)


@dataclass(frozen=True, slots=True)
class _Match:
    engine: Engine
    other: Engine
    result: sk.MatchResult
    own: float
    """Mean milliseconds per move."""
    others: float


def _match(engine: Shirokuro, other: Engine, games: int) -> _Match:
    own, others = _Timed(engine.player()), _Timed(other.player())
    result = sk.play_match(own, others, games=games, seed=1, threads=1)
    return _Match(engine, other, result, own.milliseconds, others.milliseconds)


def _shown(figure: float | None) -> str:
    return "–" if figure is None else f"{figure:,.3g}" if figure < 100 else f"{figure:,.0f}"  # noqa: PLR2004


def _print_speeds(console: Console, rows: Sequence[_Row], training: sk.BatchReport) -> None:
    table = Table(
        title="speed on one core, through each engine's Python interface", box=box.SIMPLE, title_justify="left"
    )
    for column in ("engine", "version", "perft(5), leaves/s", "evaluations/s", "random games/s", "3-ply games/s"):
        table.add_column(column, justify="left" if column in ("engine", "version") else "right", no_wrap=True)
    table.add_column("evaluation")
    for row in rows:
        figures = (row.leaves, row.evaluations, row.random_games, row.games)
        table.add_row(row.engine.name, row.engine.version, *map(_shown, figures), row.engine.evaluation or "none")
    console.print(table)
    speed = f"{training.games_per_second:,.0f}"
    console.print(
        f"shirokuro's own trainer, without Python in between, including learning: {speed} 3-ply games/s on one core."
    )


def _print_matches(console: Console, matches: Sequence[_Match], model: str) -> None:
    games = Table(title=f"games of shirokuro, {model}", box=box.SIMPLE, title_justify="left")
    for column in ("shirokuro", "opponent", "", "won", "drawn", "lost", "mean discs", "ms a move", "its ms a move"):
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
