"""Solving many positions in parallel."""

from __future__ import annotations

import threading
from itertools import islice
from typing import TYPE_CHECKING

import pytest

import shirokuro as sk
from shirokuro.engine import parallel, solving
from shirokuro.game.positions import read_problem

if TYPE_CHECKING:
    from collections.abc import Iterator


def endgames(count: int, plies: int = 50) -> list[sk.Position]:
    games = (sk.Position.from_moves("".join(game.moves[:plies])) for game in sk.random_games(2 * count, seed=3))
    return [position for position in games if not position.is_over][:count]


def outcomes(solutions: Iterator[sk.Solution]) -> list[tuple[object, ...]]:
    return [
        (each.number, each.search.score, each.search.principal_variation, each.search.nodes, each.search.exact)
        for each in solutions
    ]


def test_positions_are_solved_as_one_by_one_and_in_order_at_any_number_of_threads(trained: sk.Trainer) -> None:
    positions = endgames(20)
    expected = [
        (number, float(sk.solve(each, evaluator=trained.evaluator).score))
        for number, each in enumerate(positions, start=1)
    ]
    one, three = (
        outcomes(sk.solve_many(positions, evaluator=trained.evaluator, threads=threads)) for threads in (1, 3)
    )
    assert one == three
    assert [each[:2] for each in one] == expected
    assert all(each[-1] for each in one)


def test_limits_and_a_model_apply_to_every_position(trained: sk.Trainer) -> None:
    evaluator, positions = trained.evaluator, endgames(5, 30)
    limits = sk.SearchLimits(depth=2)
    for each in sk.solve_many(positions, evaluator=evaluator, limits=limits, threads=2):
        found = sk.search(positions[each.number - 1], evaluator=evaluator, depth=2)
        assert (each.search.score, each.search.depth, each.search.exact) == (found.score, 2, False)


def solution(text: str, evaluator: sk.Evaluator) -> sk.Solution:
    return next(sk.solve_many([read_problem(text)], evaluator=evaluator))


def test_known_values_say_whether_the_move_is_right_and_how_far_the_score_is_off(trained: sk.Trainer) -> None:
    position = endgames(1)[0]
    diagram = str(position).replace("\n", "")
    found = sk.solve(position, evaluator=trained.evaluator)
    best, score = found.best_move, found.score
    other = next(move for move in position.legal_moves if move != best)

    def judged(values: str) -> tuple[bool | None, float | None]:
        done = solution(f"{diagram}; {values}" if values else diagram, trained.evaluator)
        return done.right, done.error

    assert judged("") == (None, None)
    assert judged(f"{best}:{score:+g}; {other}:{score - 4:+g};") == (True, 0)
    assert judged(f"{other}:{score + 4:+g}; {best}:{score:+g}") == (False, 4)
    assert judged(f"{other}:{score:+g}") == (True, 0), "of several best moves the file may name another one"


def test_a_forced_pass_is_a_right_move(trained: sk.Trainer) -> None:
    done = solution("XO" + "-" * 62 + " O; --:-64;", trained.evaluator)
    assert (done.search.best_move, done.search.score, done.right, done.error) == (None, -64, True, 0)


def test_positions_are_taken_as_they_are_needed(trained: sk.Trainer) -> None:
    taken = 0

    def endless() -> Iterator[sk.Position]:
        nonlocal taken
        while True:
            taken += 1
            yield endgames(1, 56)[0]

    solutions = sk.solve_many(endless(), evaluator=trained.evaluator, threads=2)
    assert [each.number for each in islice(solutions, 30)] == list(range(1, 31))
    assert taken <= 30 + 2 * parallel.AHEAD


def test_an_error_of_the_positions_follows_the_solutions_before_it(trained: sk.Trainer) -> None:
    def broken() -> Iterator[sk.Position]:
        yield from endgames(3)
        raise ValueError("line 4")

    seen = list[int]()
    with pytest.raises(ValueError, match="line 4"):
        seen.extend(each.number for each in sk.solve_many(broken(), evaluator=trained.evaluator, threads=1))
    assert seen == [1, 2, 3]


def test_ctrl_c_keeps_what_is_solved(monkeypatch: pytest.MonkeyPatch, trained: sk.Trainer) -> None:
    positions, done = endgames(3), threading.Semaphore(0)
    hard = threading.Event()

    def counted(position: sk.Position, **_options: object) -> sk.SearchResult:
        if position == positions[0]:  # the first one takes forever
            hard.set()
            return sk.search(sk.Position(), depth=60, evaluator=trained.evaluator)
        found = sk.solve(position, evaluator=trained.evaluator)
        done.release()
        return found

    def interrupted() -> Iterator[sk.Position]:
        yield from positions
        hard.wait(300)
        done.acquire(timeout=300)
        done.acquire(timeout=300)
        raise KeyboardInterrupt

    monkeypatch.setattr(solving, "solve", counted)
    seen = list[int]()
    with pytest.raises(KeyboardInterrupt):
        seen.extend(each.number for each in sk.solve_many(interrupted(), evaluator=trained.evaluator, threads=2))
    assert seen == [2, 3]


def test_leaving_the_loop_ends_the_searches(trained: sk.Trainer) -> None:
    solutions = sk.solve_many([endgames(1)[0], sk.Position()], evaluator=trained.evaluator, threads=2)
    assert next(solutions).number == 1
    before = threading.active_count()
    solutions.close()  # type: ignore[attr-defined]
    assert threading.active_count() < before


@pytest.mark.parametrize(
    ("options", "message"),
    [({"threads": -1}, "threads = -1"), ({"table_mb": -1}, "table_mb = -1"), ({"confidence": 50}, "confidence = 50")],
)
def test_values_out_of_range_are_refused_at_once(options: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        sk.solve_many([], **options)  # type: ignore[arg-type]


def test_no_positions_have_no_solutions(trained: sk.Trainer) -> None:
    assert list(sk.solve_many([], evaluator=trained.evaluator)) == []


def test_wrong_types_are_named(trained: sk.Trainer) -> None:
    with pytest.raises(TypeError, match="limits = 3: must be SearchLimits or None"):
        sk.solve_many([], limits=3)  # type: ignore[arg-type]
    solutions = sk.solve_many([sk.Position(), "f5d6"], evaluator=trained.evaluator, limits=sk.SearchLimits(depth=1))  # type: ignore[list-item]
    assert next(solutions).number == 1
    with pytest.raises(TypeError, match="positions: 'f5d6', number 2: must be a Position or a Problem"):
        next(solutions)
