"""The stopwatches of the benchmark suite."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

import shirokuro as sk
from shirokuro import _core

if TYPE_CHECKING:
    from collections.abc import Callable


def test_timed_evaluations_are_those_of_the_evaluator(
    trained: sk.Trainer, positions: Callable[[int], list[sk.Position]]
) -> None:
    boards = positions(5)
    _core.time_evaluation(trained.evaluator, boards, rounds=1)  # warm-up: the first call waits for memory
    seconds, total = _core.time_evaluation(trained.evaluator, boards, rounds=1)
    assert seconds > 0
    assert total == pytest.approx(sum(trained.evaluator.evaluate(board) for board in boards))
    assert _core.time_evaluation(trained.evaluator, boards, rounds=10_000)[0] > seconds


def test_timed_searches_have_a_depth_of_one_ply(
    trained: sk.Trainer, positions: Callable[[int], list[sk.Position]]
) -> None:
    boards = [position for position in positions(5) if position.legal_moves]
    for evaluator in (trained.evaluator, sk.Evaluator()):
        searcher = _core.Searcher(evaluator, table_mb=1)
        nodes = sum(searcher.search(board, depth=1).nodes for board in boards)
        _core.time_searches(evaluator, boards, rounds=1)  # warm-up: the first call waits for memory
        seconds, once = _core.time_searches(evaluator, boards, rounds=1)
        assert seconds > 0
        assert once == nodes
        many = _core.time_searches(evaluator, boards, rounds=1000)
        assert many[0] > seconds
        assert many[1] == 1000 * nodes


def test_reads_from_main_memory_are_slower_than_from_the_nearest_cache() -> None:
    near = min(_core.time_reads(1 << 12, count=100_000) for _ in range(5))
    far = min(_core.time_reads(1 << 27, count=100_000) for _ in range(5))
    assert 0 < near < far


def test_steps_depend_on_each_other() -> None:
    few, many = (min(_core.time_steps(count) for _ in range(5)) for count in (1_000_000, 20_000_000))
    assert 0 < few < many


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda model: _core.time_evaluation(model, [], rounds=0), ValueError, "rounds = 0"),
        (lambda model: _core.time_evaluation(model, [1], rounds=1), TypeError, "Position"),  # type: ignore[list-item]
        (lambda model: _core.time_searches(model, [], rounds=0), ValueError, "rounds = 0"),
        (lambda model: _core.time_searches(model, [1], rounds=1), TypeError, "Position"),  # type: ignore[list-item]
        (lambda _: _core.time_searches(1, [], rounds=1), TypeError, "evaluator"),  # type: ignore[arg-type]
        (lambda _: _core.time_steps(0), ValueError, "count = 0"),
        (lambda _: _core.time_steps("a"), TypeError, "count"),  # type: ignore[arg-type]
        (lambda _: _core.time_reads(8, count=1), ValueError, "size = 8: must be from 64 to 4294967296"),
        (lambda _: _core.time_reads(64, count=0), ValueError, "count = 0"),
        (lambda _: _core.time_reads("a", count=1), TypeError, "size"),  # type: ignore[arg-type]
    ],
)
def test_stopwatch_arguments_are_checked(
    trained: sk.Trainer, call: Callable[[sk.Evaluator], object], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=re.escape(message)):
        call(trained.evaluator)
