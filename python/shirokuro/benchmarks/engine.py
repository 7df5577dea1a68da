"""What the engine can do on one core: counting, evaluating, searching, solving. Every answer is checked."""

from __future__ import annotations

import statistics
import time
from typing import TYPE_CHECKING

import numpy as np

import shirokuro._core as core
from shirokuro.benchmarks.positions import FORTY_EMPTIES, SOLVED
from shirokuro.config import cores
from shirokuro.matches.arena import random_openings

if TYPE_CHECKING:
    from shirokuro._core import Evaluator, Position

PERFT = (11, 212_258_800)
"""The depth and its known count: a fast wrong answer is none."""

STAGE = 30
"""Empty squares of the positions that are evaluated: those of one stage, as in a search."""

CHUNK = 1000
"""Positions that are evaluated one after the other."""

STEPS = 50_000_000
"""Steps of two cycles that the clock is measured with."""

BATCHES = 7
"""Calls of `evaluate_batch`, of which the median counts."""


class WrongAnswerError(RuntimeError):
    """The engine was fast and wrong."""


def expect(name: str, *, found: object, known: object) -> None:
    """Raises an error if an answer is not the known one."""
    if found != known:
        raise WrongAnswerError(f"{name} gave {found}, not {known}")


class Engine:
    """Measures the engine with an evaluation that was trained."""

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
        """Cycles a second of the processor, in billions."""
        return {"clock": 2e-9 * STEPS / core.time_steps(STEPS)}

    def perft(self) -> dict[str, float]:
        """Counting move sequences."""
        depth, known = PERFT
        start = time.perf_counter()
        leaves = core.perft(depth)
        seconds = time.perf_counter() - start
        expect(f"perft({depth})", found=leaves, known=known)
        return {"perft": seconds}

    def solving(self) -> dict[str, float]:
        """Solving positions of the middle game to the end."""
        found = []
        for position, score in self._solved:
            result = core.solve(position, evaluator=self._evaluator, table_mb=64)
            expect(f"solving {position.board.tolist()}", found=result.score, known=score)
            found.append(result)
        nodes = sum(result.nodes for result in found)
        seconds = sum(result.seconds for result in found)
        return {"solve_speed": nodes / seconds / 1e6, "solve_nodes": nodes / len(found) / 1e6}

    def searching(self) -> dict[str, float]:
        """Searching the middle game in full width."""
        measured = {}
        for depth in (8, 10, 12):
            found = [core.search(position, evaluator=self._evaluator, depth=depth) for position in self._middle]
            expect(f"depth {depth}", found={result.depth for result in found}, known={depth})
            seconds = sum(result.seconds for result in found)
            if depth == 8:  # noqa: PLR2004 (it is long enough for a speed)
                measured["search_speed"] = sum(result.nodes for result in found) / seconds / 1e6
            else:
                measured[f"depth{depth}"] = 1000 * seconds / len(found)
        return measured

    def evaluating(self) -> dict[str, float]:
        """Evaluating positions: each by itself, within a search, from Python, and many at a time."""
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
        """Nanoseconds that a position costs more in a search of one ply with the model than with counted discs."""
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
        """Millions of boards a second and core. One call is over too soon to be trusted."""
        times = []
        for _ in range(BATCHES):
            start = time.perf_counter()
            values = self._evaluator.evaluate_batch(self._many, side_to_move=self._sides)
            times.append(time.perf_counter() - start)
            total = float(values[:CHUNK].astype(np.float64).sum())
            expect("evaluate_batch", found=round(total, 3), known=round(self._value_sum, 3))
        return len(self._many) / statistics.median(times) / 1e6 / cores()


def table_read_seconds(table_mb: float) -> float:
    """What reading a random place of a table takes when the next step waits for it."""
    count = 200_000
    return core.time_reads(int(table_mb * 1e6), count=count) / count


def _positions(empties: int, count: int) -> list[Position]:
    """Different positions with so many empty squares, from random play."""
    found: dict[Position, None] = {}
    seed = 0
    while len(found) < count:
        seed += 1
        for start in random_openings(count, seed):
            position = _random_descendant(start, empties, seed)
            if position is not None:
                found[position] = None
    return list(found)[:count]


def _random_descendant(position: Position, empties: int, seed: int) -> Position | None:
    """A position that random moves lead to; `None` if the game ends before."""
    step = seed
    while position.empties > empties:
        if position.is_over:
            return None
        step = (step * 1_103_515_245 + 12_345) % 2**31
        moves = position.legal_moves
        position = position.play(moves[(step >> 8) % len(moves)])
    return position
