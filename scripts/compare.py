"""Compares this engine with others that are accessible from Python, in one run: `make compare`.

Everything is measured on one core, through the interface that a Python program would use, so the figures include the
cost of the interface. The rows of a column do the same work; cells are empty where an engine lacks a feature. Speeds
are medians of rounds in which the engines take turns, in processor time.
"""

from __future__ import annotations

__ends_on_interrupt__ = True  # before the imports, which take a moment
from shirokuro import startup

# isort: split

import argparse
import resource
import statistics
import sys
import time
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING

from engines import OTHERS, PLIES, Shirokuro
from rich import box
from rich.console import Console
from rich.table import Table

import shirokuro as sk
from shirokuro.benchmarks.positions import SOLVED
from shirokuro.matches.players import SessionPlayer
from shirokuro.runs.checkpoints import model_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from engines import Engine

    from shirokuro.matches.players import Player, PlayerProcess

PERFT = (5, 1396)
"""The depth and its known leaf count."""

BULK_PERFT = (9, 3_005_288)
"""The same for a call of the core, which counts the moves of the last ply without playing them."""

BULK_GAMES = 2000
"""The number of random games in a call of the core."""

EMPTIES = (8, 12)
"""The numbers of empty squares of the solved positions."""


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
    parser.add_argument("--rounds", type=int, default=5, help="measurements of each speed (default: %(default)s)")
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
        rows = [_Row(each) for each in (engine, *engines)]
        puzzles = {empties: _puzzles(empties) for empties in EMPTIES}
        bulk = _Bulk(evaluator)
        for number in range(options.rounds):
            for row in rows:
                status.update(f"round {number + 1} of {options.rounds}: {row.engine.name}")
                row.measure(options.seconds, puzzles)
            status.update(f"round {number + 1} of {options.rounds}: calls of the core")
            bulk.measure(options.seconds)
        matches = []
        for other in engines:
            status.update(f"playing against {other.name}")
            matches += [_match(each, other, options.games) for each in (engine, slow)]
    _print_speeds(console, rows)
    _print_solving(console, rows)
    bulk.print(console)
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


@dataclass
class _Row:
    """The speeds of an engine, by column, one for each round."""

    engine: Engine
    speeds: dict[str, list[float]] = field(default_factory=dict)
    kept: dict[int, int] = field(default_factory=dict)
    """How many positions the solver's moves keep the best score of, by empty squares."""

    def measure(self, least: float, puzzles: dict[int, list[_Puzzle]]) -> None:
        """Measures every speed once, for at least `least` seconds."""
        engine, (depth, known), random = self.engine, PERFT, Random(1)
        if found := engine.perft(depth):
            if found != known:
                raise RuntimeError(f"{engine.name}: perft({depth}) gave {found}, not {known}")
            self.add("perft", known * _rate(lambda: engine.perft(depth), least))
        if evaluate := engine.evaluator():
            self.add("evaluations", _rate(evaluate, least))
        if engine.random_game(random):
            self.add("random games", _rate(lambda: engine.random_game(random), least))
        if shallow := engine.shallow():
            self.add("games", _self_play(shallow, 4 * least))
        for empties, positions in puzzles.items():
            if empties <= engine.most_empties:
                moves, seconds = _solved(engine.solver(), positions)
                self.add(f"solved {empties}", len(positions) / seconds)
                pairs = zip(positions, moves, strict=True)
                self.kept[empties] = sum(move in puzzle.best_moves for puzzle, move in pairs)

    def add(self, column: str, speed: float) -> None:
        """Adds a round's speed."""
        self.speeds.setdefault(column, []).append(speed)

    def shown(self, column: str) -> str:
        """Formats the median speed, if it was measured."""
        return _shown(statistics.median(self.speeds[column])) if column in self.speeds else "–"


@dataclass(frozen=True)
class _Puzzle:
    """A position to solve."""

    moves: list[str]
    position: sk.Position
    best_moves: list[str]


def _puzzles(empties: int) -> list[_Puzzle]:
    """Plays on from the suite's positions until this number of squares is empty."""
    puzzles = []
    for transcript, _ in SOLVED:
        game = sk.LiveGame(transcript)
        while game.position.empties > empties and not game.position.is_over:
            game.play(sk.search(game.position, depth=6).best_move or "")
        if not game.position.is_over:
            puzzles.append(_Puzzle(list(game.moves), game.position, _best_moves(game.position)))
    return puzzles


def _best_moves(position: sk.Position) -> list[str]:
    scores = {}
    for move in position.legal_moves:
        child = position.play(move)
        score = child.score if child.is_over else sk.solve(child).score
        scores[move] = score if child.side_to_move == position.side_to_move else -score
    return [move for move, score in scores.items() if score == max(scores.values())]


def _solved(player: Player | SessionPlayer, puzzles: Sequence[_Puzzle]) -> tuple[list[str], float]:
    """Returns the moves of a solver and the seconds that they took, without those of its start."""

    def solve(puzzles: Sequence[_Puzzle]) -> tuple[list[str], float]:
        start, random = _processor_time(), Random(1)
        if not isinstance(player, SessionPlayer):
            return [player.choose(puzzle.position, random) for puzzle in puzzles], _processor_time() - start
        session = player.session()
        try:
            moves = [session.choose(puzzle.moves, puzzle.position, random) for puzzle in puzzles]
        finally:
            session.close()
        return moves, _processor_time() - start

    _, starting = solve([])
    moves, seconds = solve(puzzles)
    return moves, max(seconds - starting, 1e-6)


class _Bulk:
    """The speeds of this package's calls that do all the work in its core."""

    def __init__(self, evaluator: sk.Evaluator) -> None:
        self._evaluator = evaluator
        self._solved = [sk.Position.from_moves(moves) for moves, _ in SOLVED]
        self._trainer = sk.Trainer(sk.TrainConfig(depth=PLIES, exact_empties=0, threads=1))
        self._trainer.train_batch(512)  # makes the memory resident, which the first games touch
        self._rounds: list[tuple[float, ...]] = []

    def measure(self, least: float) -> None:
        """Measures every speed once."""
        depth, leaves = BULK_PERFT
        perft = leaves * _rate(lambda: sk.perft(depth), least)
        games = BULK_GAMES * _rate(lambda: sk.random_games(BULK_GAMES), least)
        start = _processor_time()
        nodes = sum(sk.solve(each, evaluator=self._evaluator, table_mb=64).nodes for each in self._solved)
        solving = nodes / (_processor_time() - start)
        start = _processor_time()
        training = self._trainer.train_batch(512).games / (_processor_time() - start)
        self._rounds.append((perft, games, solving, solving / perft, training))

    def print(self, console: Console) -> None:
        """Prints the medians."""
        perft, games, solving, ratio, training = map(statistics.median, zip(*self._rounds, strict=True))
        console.print(
            f"shirokuro without Python in between: perft({BULK_PERFT[0]}) {_shown(perft)} leaves/s; "
            f"{_shown(games)} random games/s; {_shown(training)} 3-ply games/s of the trainer, including learning.",
            f"Solving 20–22 empty squares: {_shown(solving)} nodes/s, {ratio:.3f} of the leaves/s of perft. "
            "The other engines do not say how many positions they visit.",
            sep="\n",
            highlight=False,
        )


def _processor_time() -> float:
    """Returns the processor time of this process and of its children that have ended, in seconds."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def _rate(work: Callable[[], object], least: float) -> float:
    """Returns the calls per second."""
    calls, done, start = 1, 0, _processor_time()
    while (seconds := _processor_time() - start) < least:
        for _ in range(calls):
            work()
        done += calls
        calls *= 2
    return done / seconds


def _self_play(player: Player | SessionPlayer, least: float) -> float:
    """Returns the games per second of a player against itself, from random openings of eight plies."""
    games, start = 0, _processor_time()
    while (seconds := _processor_time() - start) < least:
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


def _shown(figure: float) -> str:
    return f"{figure:,.3g}" if figure < 100 else f"{figure:,.0f}"  # noqa: PLR2004


def _print_speeds(console: Console, rows: Sequence[_Row]) -> None:
    table = Table(
        title="speed on one core, through each engine's Python interface", box=box.SIMPLE, title_justify="left"
    )
    for column in ("engine", "version", "perft(5), leaves/s", "evaluations/s", "random games/s", "3-ply games/s"):
        table.add_column(column, justify="left" if column in ("engine", "version") else "right", no_wrap=True)
    table.add_column("evaluation")
    for row in rows:
        figures = map(row.shown, ("perft", "evaluations", "random games", "games"))
        table.add_row(row.engine.name, row.engine.version, *figures, row.engine.evaluation or "none")
    console.print(table)


def _print_solving(console: Console, rows: Sequence[_Row]) -> None:
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
