"""No part is twice as slow as it was: its processor time is compared with perft's in the same process."""

from __future__ import annotations

import statistics
import time
from typing import TYPE_CHECKING

import pytest

import shirokuro as sk
from shirokuro.benchmarks.training import ONE_PLY, THREE_PLIES

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.timing

ROUNDS = 7

PERFT = 10
"""Its time depends least on anything but the processor: no memory, no Python."""


def train(config: sk.TrainConfig, games: int) -> Callable[[], object]:
    trainer = sk.Trainer(config)
    trainer.train_batch(2 * games)  # touches the memory for the first time
    return lambda: trainer.train_batch(games)


def positions(empties: int, count: int) -> list[sk.Position]:
    found = []
    for game in sk.random_games(2 * count, seed=1):
        position = sk.Position()
        for move in game.moves[: 60 - empties]:
            position = position.play(move)
        if not position.is_over and position.legal_moves:
            found.append(position)
    return found[:count]


def search(empties: int, count: int, *, depth: int, exact_empties: int = 0) -> Callable[[], object]:
    evaluator, chosen = sk.Evaluator.default(), positions(empties, count)
    return lambda: [sk.search(each, evaluator=evaluator, depth=depth, exact_empties=exact_empties) for each in chosen]


def evaluate(count: int) -> Callable[[], object]:
    evaluator, boards = sk.Evaluator.default(), [position.board for position in positions(30, 64)]
    return lambda: evaluator.evaluate_batch(boards * (count // 64), side_to_move=sk.BLACK)


@pytest.mark.parametrize(
    ("usual", "part"),
    [
        # Measured with AVX-512. With other instructions perft takes longer, so the shares are smaller.
        (0.8, lambda: train(ONE_PLY, 128)),
        (1.15, lambda: train(THREE_PLIES, 32)),
        (0.8, lambda: search(40, 8, depth=8)),
        (1.1, lambda: search(14, 16, depth=1, exact_empties=14)),
        (0.5, lambda: evaluate(64_000)),
    ],
    ids=["training at 1 ply", "training at 3 plies", "a search", "solving", "evaluating"],
)
def test_a_part_takes_at_most_twice_its_usual_share_of_perfts_time(
    usual: float, part: Callable[[], Callable[[], object]]
) -> None:
    work = part()
    ratios = []
    for _ in range(ROUNDS):
        start = time.process_time()
        sk.perft(PERFT)
        middle = time.process_time()
        work()
        ratios.append((time.process_time() - middle) / (middle - start))
    assert statistics.median(ratios) < 2 * usual, ratios
