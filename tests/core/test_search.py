"""The search, through its Python interface."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

import shirokuro as sk

if TYPE_CHECKING:
    from collections.abc import Callable

    RandomGame = Callable[[int], list[sk.Position]]


def negamax(position: sk.Position) -> int:
    """Returns the result under best play, in discs for the side to move, by exhaustive search."""
    if position.is_over:
        return position.score
    best = -64
    for move in position.legal_moves:
        after = position.play(move)
        value = negamax(after)
        same_side = not after.is_over and after.side_to_move == position.side_to_move
        if after.is_over:
            same_side = after.side_to_move == position.side_to_move
        best = max(best, value if same_side else -value)
    return best


def test_solve_agrees_with_exhaustive_search(trained: sk.Trainer, positions: RandomGame) -> None:
    solved = 0
    for position in (p for seed in range(30) for p in positions(seed) if p.empties <= 6 and not p.is_over):
        expected = negamax(position)
        for evaluator in (None, trained.evaluator):
            found = sk.solve(position, evaluator=evaluator)
            assert found.exact
            assert found.score == expected
            assert found.best_move in position.legal_moves
        by_limit = sk.search(position, evaluator=trained.evaluator, depth=1, exact_empties=6)
        assert (by_limit.exact, by_limit.score) == (True, expected)
        solved += 1
    assert solved > 150


def test_a_one_ply_search_finds_the_move_with_the_best_evaluation(trained: sk.Trainer, positions: RandomGame) -> None:
    for position in (p for p in positions(5) if p.empties > 12):
        values = {}
        for move in position.legal_moves:
            after = position.play(move)
            sign = 1 if after.side_to_move == position.side_to_move else -1
            if sign == -1 and not after.is_over:
                values[move] = -trained.evaluator.evaluate(after.board, side_to_move=after.side_to_move)
        found = sk.search(position, evaluator=trained.evaluator, depth=1)
        if len(values) == len(position.legal_moves):
            assert found.score == max(values.values())
            assert found.best_move is not None
            assert values[found.best_move] == found.score
            assert found.depth == 1


def test_searching_a_board_and_its_position_is_the_same(trained: sk.Trainer, positions: RandomGame) -> None:
    for position in positions(6)[::7]:
        by_board = sk.search(position.board, side_to_move=position.side_to_move, evaluator=trained.evaluator, depth=3)
        by_position = sk.search(position, evaluator=trained.evaluator, depth=3)
        assert (by_board.score, by_board.best_move) == (by_position.score, by_position.best_move)


def test_the_expected_moves_are_legal(trained: sk.Trainer) -> None:
    position = sk.Position.from_moves("f5d6c3d3c4")
    found = sk.search(position, evaluator=trained.evaluator, depth=6)
    assert found.principal_variation[0] == found.best_move
    for move in found.principal_variation:
        if move != "--":
            position = position.play(move)


def test_a_side_without_a_legal_move_has_no_best_move() -> None:
    board = np.zeros(64, dtype=np.int8)
    board[:2] = sk.WHITE, sk.BLACK
    must_pass = sk.search(board, side_to_move="black", evaluator=sk.Evaluator(), depth=2)
    assert must_pass.best_move is None
    over = sk.solve(np.full(64, sk.BLACK, dtype=np.int8), side_to_move="white")
    assert over.best_move is None
    assert over.score == -64


def test_a_node_limit_is_kept(trained: sk.Trainer) -> None:
    small = sk.search(sk.Position(), evaluator=trained.evaluator, nodes=1_000)
    large = sk.search(sk.Position(), evaluator=trained.evaluator, nodes=200_000)
    assert small.nodes < 10_000 < large.nodes < 400_000
    assert large.depth > small.depth


def test_a_time_limit_ends_the_search(trained: sk.Trainer) -> None:
    found = sk.search(sk.Position(), evaluator=trained.evaluator, time_ms=20)
    assert found.depth >= 1
    assert found.seconds > 0
    assert found.best_move in sk.Position().legal_moves


def test_a_searcher_keeps_its_table_between_searches(trained: sk.Trainer) -> None:
    searcher = sk.Searcher(trained.evaluator, table_mb=16)
    first = searcher.search(sk.Position(), depth=8)
    again = searcher.search(sk.Position(), depth=8)
    assert again.nodes < first.nodes
    assert again.score == first.score
    assert first.table_hit_rate is not None
    assert 0 <= first.table_hit_rate <= 1


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc/self/statm")
def test_a_large_table_is_freed_after_its_search() -> None:
    def resident() -> int:
        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")

    evaluator = sk.Evaluator()
    before = resident()
    sk.search(sk.Position(), evaluator=evaluator, depth=1, table_mb=1000)
    assert resident() - before < 200_000_000


def test_other_threads_run_during_a_search(trained: sk.Trainer) -> None:
    done = threading.Event()
    steps = 0

    def other() -> None:
        nonlocal steps
        while not done.wait(0.001):
            steps += 1

    thread = threading.Thread(target=other)
    thread.start()
    sk.search(sk.Position(), evaluator=trained.evaluator, nodes=10_000_000)
    done.set()
    thread.join()
    assert steps > 10


def test_parallel_searches_agree_with_sequential_ones(trained: sk.Trainer, positions: RandomGame) -> None:
    sample = [p for seed in range(4) for p in positions(seed)[5:50:9]]
    alone = [sk.search(p, evaluator=trained.evaluator, depth=5).score for p in sample]
    together: list[float | None] = [None] * len(sample)

    def work(index: int) -> None:
        together[index] = sk.search(sample[index], evaluator=trained.evaluator, depth=5).score

    threads = [threading.Thread(target=work, args=(index,)) for index in range(len(sample))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert together == alone
