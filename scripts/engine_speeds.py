"""The speeds that `make compare` measures."""

from __future__ import annotations

import resource
import statistics
import time
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING

from engines import PLIES, random_game

import shirokuro as sk
from shirokuro.benchmarks.positions import SOLVED
from shirokuro.matches.players import SessionPlayer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from engines import Engine
    from rich.console import Console

    from shirokuro.matches.players import Player

PERFT = (5, 1396)
"""The depth and its known leaf count."""

BULK_PERFT = (9, 3_005_288)
"""The same for a call of the core, which counts the moves of the last ply without playing them."""

BULK_GAMES = 2000
"""The number of random games in a call of the core."""

EMPTIES = (8, 12)
"""The numbers of empty squares of the solved positions."""


@dataclass
class Row:
    """The speeds of an engine, by column, one for each round."""

    engine: Engine
    speeds: dict[str, list[float]] = field(default_factory=dict)
    kept: dict[int, int] = field(default_factory=dict)
    """How many positions the solver's moves keep the best score of, by empty squares."""

    def measure(self, least: float, puzzles: dict[int, list[Puzzle]]) -> None:
        """Measures every speed once, for at least `least` seconds."""
        engine, (depth, known), random = self.engine, PERFT, Random(1)
        if found := engine.perft(depth):
            if found != known:
                raise RuntimeError(f"{engine.name}: perft({depth}) gave {found}, not {known}")
            self.add("perft", known * _rate(lambda: engine.perft(depth), least))
        if evaluate := engine.evaluator():
            self.add("evaluations", _rate(evaluate, least))
        if rules := engine.rules():
            self.add("random games", _rate(lambda: random_game(rules, random), least))
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
        """Formats the median speed with its spread, if it was measured."""
        return spread_text(self.speeds.get(column))


@dataclass(frozen=True)
class Puzzle:
    """A position to solve."""

    moves: list[str]
    position: sk.Position
    best_moves: list[str]


def make_puzzles(empties: int) -> list[Puzzle]:
    """Plays on from the suite's positions until this number of squares is empty."""
    puzzles = []
    for transcript, _ in SOLVED:
        game = sk.LiveGame(transcript)
        while game.position.empties > empties and not game.position.is_over:
            game.play(sk.search(game.position, depth=6).best_move or "")
        if not game.position.is_over:
            puzzles.append(Puzzle(list(game.moves), game.position, _best_moves(game.position)))
    return puzzles


def _best_moves(position: sk.Position) -> list[str]:
    scores = {}
    for move in position.legal_moves:
        child = position.play(move)
        score = child.score if child.is_over else sk.solve(child).score
        scores[move] = score if child.side_to_move == position.side_to_move else -score
    return [move for move, score in scores.items() if score == max(scores.values())]


def _solved(player: Player | SessionPlayer, puzzles: Sequence[Puzzle]) -> tuple[list[str], float]:
    """Returns the moves of a solver and the seconds that they took, without those of its start."""

    def solve(puzzles: Sequence[Puzzle]) -> tuple[list[str], float]:
        start, random = processor_time(), Random(1)
        if not isinstance(player, SessionPlayer):
            return [player.choose(puzzle.position, random) for puzzle in puzzles], processor_time() - start
        session = player.session()
        try:
            moves = [session.choose(puzzle.moves, puzzle.position, random) for puzzle in puzzles]
        finally:
            session.close()
        return moves, processor_time() - start

    _, starting = solve([])
    moves, seconds = solve(puzzles)
    return moves, max(seconds - starting, 1e-6)


class Bulk:
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
        start = processor_time()
        nodes = sum(sk.solve(each, evaluator=self._evaluator, table_mb=64).nodes for each in self._solved)
        solving = nodes / (processor_time() - start)
        start = processor_time()
        training = self._trainer.train_batch(512).games / (processor_time() - start)
        self._rounds.append((perft, games, solving, solving / perft, training))

    def print(self, console: Console) -> None:
        """Prints the medians."""
        rounds = list(zip(*self._rounds, strict=True))
        perft, games, solving, _, training = map(spread_text, rounds)
        ratio = statistics.median(rounds[3])
        console.print(
            f"shirokuro without Python in between: perft({BULK_PERFT[0]}) {perft} leaves/s; "
            f"{games} random games/s; "
            f"{training} 3-ply games/s of the trainer, including learning.",
            f"Solving 20–22 empty squares: {solving} nodes/s, {ratio:.3f} of the leaves/s of perft. "
            "The other engines do not say how many positions they visit.",
            sep="\n",
            highlight=False,
        )


def processor_time() -> float:
    """Returns the processor time of this process and of its children that have ended, in seconds."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def _rate(work: Callable[[], object], least: float) -> float:
    """Returns the calls per second."""
    calls, done, start = 1, 0, processor_time()
    while (seconds := processor_time() - start) < least:
        for _ in range(calls):
            work()
        done += calls
        calls *= 2
    return done / seconds


def _self_play(player: Player | SessionPlayer, least: float) -> float:
    """Returns the games per second of a player against itself, from random openings of eight plies."""
    games, start = 0, processor_time()
    while (seconds := processor_time() - start) < least:
        sk.play_match(player, player, games=2, seed=games, threads=1)
        games += 2
    return games / seconds


def figure_text(figure: float) -> str:
    """Formats a speed."""
    return f"{figure:,.3g}" if figure < 100 else f"{figure:,.0f}"  # noqa: PLR2004


def spread_text(speeds: Sequence[float] | None) -> str:
    """Formats the median of the rounds, and half the distance between the highest and the lowest as its percentage."""
    if not speeds:
        return "–"
    median = statistics.median(speeds)
    return f"{figure_text(median)} ±{(max(speeds) - min(speeds)) / median / 2:3.0%}"
