"""Search with several threads, and with confidence below 100 %."""

from __future__ import annotations

from typing import Any

import pytest

import shirokuro as sk
from shirokuro.benchmarks.positions import FORTY_EMPTIES, SOLVED

MIDDLE = [sk.Position.from_moves(moves) for moves in FORTY_EMPTIES]


@pytest.fixture(scope="module")
def sensible() -> sk.Evaluator:
    """An evaluator good enough for shallow searches to predict deeper ones."""
    trainer = sk.Trainer(sk.TrainConfig(seed=1, games=6000, depth=1, exact_empties=6, random_plies=20))
    trainer.train_batch(6000)
    return trainer.evaluator


def test_several_threads_find_the_same_score(trained: sk.Trainer) -> None:
    evaluator = trained.evaluator
    for position in MIDDLE[:4]:
        alone = sk.search(position, evaluator=evaluator, depth=7)
        together = sk.search(position, evaluator=evaluator, depth=7, threads=3)
        assert (together.score, together.depth) == (alone.score, alone.depth)
        best = sk.search(position.play(together.best_move or ""), evaluator=evaluator, depth=6)
        assert best.score == -alone.score
    searcher = sk.Searcher(evaluator)
    assert searcher.search(MIDDLE[5], depth=6, threads=2).score == searcher.search(MIDDLE[5], depth=6).score


def test_several_threads_solve_to_the_known_result(trained: sk.Trainer) -> None:
    moves, score = SOLVED[-1]
    position = sk.Position.from_moves(moves)
    while position.empties > 16:
        position = position.play(sk.solve(position, evaluator=trained.evaluator).best_move or "")
        score = -score
    assert sk.solve(position, evaluator=trained.evaluator, threads=2).score == score


def test_confidence_saves_nodes_and_is_reported(sensible: sk.Evaluator) -> None:
    full = [sk.search(position, evaluator=sensible, depth=8) for position in MIDDLE]
    selective = [sk.search(position, evaluator=sensible, depth=8, confidence=73) for position in MIDDLE]
    assert {result.confidence for result in full} == {100}
    assert {result.confidence for result in selective} == {73}
    assert sum(result.nodes for result in selective) < 0.9 * sum(result.nodes for result in full)
    errors = [abs(one.score - other.score) for one, other in zip(full, selective, strict=True)]
    assert sum(errors) / len(errors) < 2


def test_a_solved_position_has_full_confidence(trained: sk.Trainer) -> None:
    position = sk.Position.from_moves(SOLVED[0][0])
    result = sk.search(position, evaluator=trained.evaluator, depth=4, exact_empties=22, confidence=73)
    assert (result.score, result.exact, result.confidence) == (SOLVED[0][1], True, 100)


def test_an_engine_uses_its_threads_and_confidence(trained: sk.Trainer) -> None:
    engine = sk.Engine(trained.evaluator, limits=sk.SearchLimits(depth=6), threads=2, confidence=73)
    assert engine.search(MIDDLE[0]).confidence == 73
    engine.confidence = 100
    assert engine.search(MIDDLE[0]).score == sk.search(MIDDLE[0], evaluator=trained.evaluator, depth=6).score


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"threads": 0}, ValueError, r"threads = 0: must be from 1 to 256"),
        ({"threads": 257}, ValueError, r"threads = 257"),
        ({"threads": "2"}, TypeError, r"threads"),
        ({"confidence": 50}, ValueError, r"confidence = 50: must be one of 73, 87, 95, 98, 99, 100"),
        ({"confidence": 0.95}, TypeError, r"confidence"),
    ],
)
def test_invalid_threads_and_confidence_are_named(
    trained: sk.Trainer, options: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        sk.Engine(trained.evaluator, limits=sk.SearchLimits(depth=2), **options)
    with pytest.raises(error, match=message):
        sk.search(sk.Position(), depth=2, **options)
