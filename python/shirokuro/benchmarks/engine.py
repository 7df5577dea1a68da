"""The engine's speed on one core: counting, evaluating, searching, solving. Every answer is checked."""

from __future__ import annotations

import statistics
import time
from typing import TYPE_CHECKING

import numpy as np

import shirokuro._core as core
from shirokuro.benchmarks.positions import FORTY_EMPTIES, SOLVED
from shirokuro.config import cores
from shirokuro.matches.openings import draw_openings

if TYPE_CHECKING:
    from shirokuro._core import Evaluator, Position

PERFT = (11, 212_258_800)
"""The depth and its known leaf count, since speed without the right answer counts for nothing."""

STAGE = 30
"""Empty squares of the evaluated positions, which belong to one stage, as in a search."""

CHUNK = 1000
"""The number of positions that are evaluated in sequence."""

STEPS = 50_000_000
"""Steps of two cycles each, with which the clock rate is measured."""

BATCHES = 7
"""Calls of `evaluate_batch`, of which the median is taken."""


class WrongAnswerError(RuntimeError):
    """The engine returned a wrong answer."""


def expect(name: str, *, found: object, known: object) -> None:
    """Raises an error if an answer differs from the known one."""
    if found != known:
        raise WrongAnswerError(f"{name} gave {found}, not {known}")


class Engine:
    """Measurements of the engine with a trained evaluation."""

    def __init__(self, evaluator: Evaluator, *, quick: bool) -> None:
        self._evaluator = evaluator
        self._quick = quick
        self._solved = [(core.Position.from_moves(moves), score) for moves, score in SOLVED][: 2 if quick else None]
        self._middle = [core.Position.from_moves(moves) for moves in FORTY_EMPTIES][: 4 if quick else None]
        self._stage = _positions(STAGE, CHUNK)
        boards = np.stack([position.board for position in self._stage])
        times = 60 if quick else 300
        self._many = np.tile(boards, (times, 1))
        self._sides = np.tile(np.array([position.side_to_move for position in self._stage]), times)
        self._value_sum = float(evaluator.evaluate_batch(self._stage).astype(np.float64).sum())

    def clock(self) -> dict[str, float]:
        """Measures the processor's clock rate in GHz."""
        return {"clock": 2e-9 * STEPS / core.time_steps(STEPS)}

    def perft(self) -> dict[str, float]:
        """Measures the counting of move sequences."""
        depth, known = PERFT
        start = time.perf_counter()
        leaves = core.perft(depth)
        seconds = time.perf_counter() - start
        expect(f"perft({depth})", found=leaves, known=known)
        return {"perft": seconds}

    def solving(self) -> dict[str, float]:
        """Measures solving positions with 20 to 22 empty squares to the end."""
        found = []
        for position, score in self._solved:
            result = core.solve(position, evaluator=self._evaluator, table_mb=64)
            expect(f"solving {position.board.tolist()}", found=result.score, known=score)
            found.append(result)
        nodes = sum(result.nodes for result in found)
        seconds = sum(result.seconds for result in found)
        return {"solve_speed": nodes / seconds / 1e6, "solve_nodes": nodes / len(found) / 1e6}

    def searching(self) -> dict[str, float]:
        """Measures full-width searches of the middle game."""
        measured = {}
        for depth in (8, 10, 12):
            found = [core.search(position, evaluator=self._evaluator, depth=depth) for position in self._middle]
            expect(f"depth {depth}", found={result.depth for result in found}, known={depth})
            seconds = sum(result.seconds for result in found)
            if depth == 8:  # noqa: PLR2004 (long enough to measure the speed)
                measured["search_speed"] = sum(result.nodes for result in found) / seconds / 1e6
            else:
                measured[f"depth{depth}"] = 1000 * seconds / len(found)
        return measured

    def evaluating(self) -> dict[str, float]:
        """Measures evaluation: of single positions, within a search, from Python, and in batches."""
        evaluator, stage = self._evaluator, self._stage
        rounds = 50 if self._quick else 200
        seconds, total = core.time_evaluation(evaluator, stage, rounds=rounds)
        expect("evaluating", found=round(total, 3), known=round(self._value_sum, 3))
        return {
            "evaluate_scratch": 1e9 * seconds / rounds / len(stage),
            "evaluate_search": self._in_search(),
            "evaluate_call": self._call(),
            "evaluate_batch": self._batch(),
        }

    def _in_search(self) -> float:
        """Measures the extra nanoseconds per position of a one-ply search with the model over one with disc counts."""
        repetitions = range(10 if self._quick else 40)
        model, discs = (
            [core.time_searches(evaluator, self._stage, rounds=1) for _ in repetitions]
            for evaluator in (self._evaluator, None)
        )
        nodes = {nodes for _, nodes in (*model, *discs)}
        expect("positions in a search of one ply", found=len(nodes), known=1)
        seconds = [statistics.median(seconds for seconds, _ in times) for times in (model, discs)]
        return 1e9 * (seconds[0] - seconds[1]) / nodes.pop()

    def _call(self) -> float:
        calls = range(20_000 if self._quick else 100_000)
        board, evaluate = self._stage[0].board, self._evaluator.evaluate
        start = time.perf_counter()
        for _ in calls:
            evaluate(board)
        return (time.perf_counter() - start) / len(calls) * 1e6

    def _batch(self) -> float:
        """Measures millions of boards per second and core, over several calls because one is too short."""
        times = []
        for _ in range(BATCHES):
            start = time.perf_counter()
            values = self._evaluator.evaluate_batch(self._many, side_to_move=self._sides)
            times.append(time.perf_counter() - start)
            total = float(values[:CHUNK].astype(np.float64).sum())
            expect("evaluate_batch", found=round(total, 3), known=round(self._value_sum, 3))
        return len(self._many) / statistics.median(times) / 1e6 / cores()


def table_read_seconds(table_mb: float) -> float:
    """Measures the latency of a read at a random position in a table of this size."""
    count = 200_000
    return core.time_reads(int(table_mb * 1e6), count=count) / count


def _positions(empties: int, count: int) -> list[Position]:
    """Returns `count` different positions with `empties` empty squares, from random play."""
    found: dict[Position, None] = {}
    seed = 0
    while len(found) < count:
        seed += 1
        for opening in draw_openings(count, seed):
            position = _random_descendant(opening.position, empties, seed)
            if position is not None:
                found[position] = None
    return list(found)[:count]


def _random_descendant(position: Position, empties: int, seed: int) -> Position | None:
    """Plays random moves down to `empties` empty squares; returns `None` if the game ends earlier."""
    step = seed
    while position.empties > empties:
        if position.is_over:
            return None
        step = (step * 1_103_515_245 + 12_345) % 2**31
        moves = position.legal_moves
        position = position.play(moves[(step >> 8) % len(moves)])
    return position
