"""The evaluation, checked against a NumPy implementation and its own laws."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pytest

import shirokuro as sk

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    RandomGame = Callable[[int], list[sk.Position]]

PATTERNS = {
    "P01": "d4 d3 c4 c3 c2 b3 b2 b1 a2 a1",
    "P02": "d4 e5 c3 f6 b2 g7 b1 a2 a1 h8",
    "P03": "c2 b3 d1 b2 a4 c1 a3 b1 a2 a1",
    "P04": "d1 e1 b2 a4 a5 c1 a3 b1 a2 a1",
    "P05": "d1 e1 b2 g2 c1 f1 b1 g1 a1 h1",
    "P06": "d2 e2 c2 f2 d1 e1 c1 f1 a1 h1",
    "P07": "d2 e2 c2 f2 d1 e1 c1 f1 b1 g1",
    "P08": "c3 c2 b3 b2 c1 a3 b1 a2 a1",
    "P09": "e4 d3 f5 c2 g6 b1 h7 a1 h8",
    "P10": "d2 e2 c2 f2 b2 g2 a2 h2",
    "P11": "d3 e3 c3 f3 b3 g3 a3 h3",
    "P12": "d4 e4 c4 f4 b4 g4 a4 h4",
    "P13": "e3 f4 d2 g5 c1 h6 b1 h7",
    "P14": "f3 e2 g4 d1 b2 h5 g7",
}


def symmetries(board: NDArray[Any]) -> list[NDArray[Any]]:
    square = np.asarray(board).reshape(8, 8)
    return [np.rot90(each, turns) for each in (square, square.T) for turns in range(4)]


def numpy_evaluate(weights: dict[str, NDArray[np.uint16]], board: NDArray[np.int8], side: int) -> float:
    """Returns the sum of the pattern weights, in discs."""
    stage = int((board != sk.EMPTY).sum()) - 4
    digits = board if side == sk.BLACK else np.array([0, 2, 1])[board]
    total = 0
    for name, squares in PATTERNS.items():
        indices = [ord(s[0]) - ord("a") + 8 * (int(s[1]) - 1) for s in squares.split()]
        powers = 3 ** np.arange(len(indices))
        for rotated in symmetries(digits)[:4]:
            total += int(weights[name][stage, rotated.ravel()[indices] @ powers]) - 32768
    return min(64.0, max(-64.0, total / 256))


def takes_the_last_disc(board: NDArray[np.int8], side: Literal[1, 2]) -> bool:
    """Checks whether one move of `side` takes all discs of the other side, which has at most six."""
    position, other = sk.Position(board, side_to_move=side), 3 - side
    return (board == other).sum() <= 6 and any(
        other not in position.play(move).board for move in position.legal_moves if position.side_to_move == side
    )


def test_the_evaluation_is_the_sum_of_the_weights_from_get_weights(trained: sk.Trainer, positions: RandomGame) -> None:
    weights = trained.evaluator.get_weights()
    sides: tuple[Literal[1, 2], ...] = (1, 2)
    compared = 0
    for seed in range(20):
        for position in positions(seed):
            board = position.board
            if position.empties == 0 or sk.BLACK not in board or sk.WHITE not in board:
                continue
            for side in sides:
                expected = 64 if takes_the_last_disc(board, side) else numpy_evaluate(weights, board, side)
                assert trained.evaluator.evaluate(board, side_to_move=side) == expected
                compared += expected != 0
    assert compared > 1000


def test_eight_symmetries_leave_the_evaluation_unchanged(trained: sk.Trainer, positions: RandomGame) -> None:
    values = set()
    for position in (p for seed in range(20) for p in positions(seed)):
        found = {
            trained.evaluator.evaluate(np.ascontiguousarray(board), side_to_move=position.side_to_move)
            for board in symmetries(position.board)
        }
        assert len(found) == 1
        values |= found
    assert len(values) > 500


def test_swapping_colours_and_side_leaves_the_evaluation_unchanged(trained: sk.Trainer, positions: RandomGame) -> None:
    for position in positions(1):
        swapped = np.array([0, 2, 1], dtype=np.int8)[position.board]
        evaluate = trained.evaluator.evaluate
        assert evaluate(position.board, side_to_move=1) == evaluate(swapped, side_to_move=2)


def test_a_batch_equals_single_calls(trained: sk.Trainer, positions: RandomGame) -> None:
    sample = [position for seed in range(20) for position in positions(seed)]
    boards = np.stack([position.board for position in sample])
    sides = np.array([position.side_to_move for position in sample])
    evaluator = trained.evaluator
    expected = [evaluator.evaluate(p.board, side_to_move=p.side_to_move) for p in sample]
    batch = evaluator.evaluate_batch(boards, side_to_move=sides)
    assert batch.dtype == np.float32
    assert batch.tolist() == expected
    assert evaluator.evaluate_batch(boards.reshape(-1, 8, 8), side_to_move=sides).tolist() == expected
    white = [evaluator.evaluate(p.board, side_to_move="white") for p in sample]
    assert evaluator.evaluate_batch(boards, side_to_move="white").tolist() == white


def test_a_large_batch_equals_single_calls(trained: sk.Trainer, positions: RandomGame) -> None:
    sample = [position for seed in range(10) for position in positions(seed)]
    order = np.random.default_rng(1).integers(len(sample), size=40_000)
    boards = np.stack([position.board for position in sample])[order]
    sides = np.array([position.side_to_move for position in sample])[order]
    evaluator = trained.evaluator
    single = np.array([evaluator.evaluate(p.board, side_to_move=p.side_to_move) for p in sample])
    assert (evaluator.evaluate_batch(boards, side_to_move=sides) == single[order]).all()
    same = [sample[number] for number in order[:20_000]]
    assert (evaluator.evaluate_batch(same) == single[order[:20_000]]).all()


def test_the_first_of_several_invalid_boards_in_a_large_batch_is_named() -> None:
    boards = np.zeros((60_000, 64), dtype=np.int8)
    boards[[17_000, 40_000, 59_999], 5] = 7
    with pytest.raises(ValueError, match=r"boards\[17000\]"):
        sk.Evaluator().evaluate_batch(boards)


def test_an_empty_batch_has_no_scores() -> None:
    assert sk.Evaluator().evaluate_batch(np.zeros((0, 64), dtype=np.int8)).shape == (0,)


@pytest.mark.parametrize("kind", [np.int8, np.uint8, np.int16, np.uint16, np.int32, np.uint32, np.int64, np.uint64])
def test_boards_of_every_integer_type_and_shape_are_equivalent(
    kind: type[Any], trained: sk.Trainer, positions: RandomGame
) -> None:
    evaluate = trained.evaluator.evaluate
    for position in positions(2):
        board = position.board.astype(kind)
        expected = evaluate(position.board)
        for form in (
            board,
            board.reshape(8, 8),
            board.tolist(),
            board.reshape(8, 8).tolist(),
            np.repeat(board, 2)[::2],
        ):
            assert evaluate(form) == expected
    boards = np.stack([position.board for position in positions(2)])
    every = trained.evaluator.evaluate_batch
    assert every(boards.astype(kind)).tolist() == every(boards).tolist() == every(boards.tolist()).tolist()


def test_finished_boards_are_counted_exactly() -> None:
    evaluator = sk.Evaluator()
    full = np.full(64, sk.BLACK, dtype=np.int8)
    full[:10] = sk.WHITE
    assert evaluator.evaluate(full) == 44
    assert evaluator.evaluate(full, side_to_move="white") == -44
    wiped_out = np.zeros(64, dtype=np.int8)
    wiped_out[20] = sk.WHITE
    assert evaluator.evaluate(wiped_out) == -64


def test_a_new_evaluator_is_neutral() -> None:
    assert sk.Evaluator().evaluate(sk.Position().board) == 0
    assert all((table == 32768).all() for table in sk.Evaluator().get_weights().values())


def test_weights_are_read_only_views_of_the_documented_shapes(trained: sk.Trainer) -> None:
    weights = trained.evaluator.get_weights()
    assert list(weights) == list(PATTERNS)
    for name, table in weights.items():
        assert table.shape == (60, 3 ** len(PATTERNS[name].split()))
        assert table.dtype == np.uint16
        assert not table.flags.writeable
        assert not table.flags.owndata
        with pytest.raises(ValueError, match="read-only"):
            table[0, 0] = 0
    assert sum(table.size for table in weights.values()) == 28_868_400


def test_weight_views_copy_nothing_and_follow_the_training(fast: sk.TrainConfig) -> None:
    trainer = sk.Trainer(fast)
    before, again = trainer.evaluator.get_weights(), trainer.evaluator.get_weights()
    assert all(np.shares_memory(before[name], again[name]) for name in before)
    assert (before["P05"] == 32768).all()
    trainer.train_batch(64)
    assert (before["P05"] != 32768).any()
    np.testing.assert_array_equal(before["P05"], trainer.evaluator.get_weights()["P05"])


def test_weight_views_outlive_their_evaluator(trained: sk.Trainer, model: Path) -> None:
    table = sk.Evaluator.load(model).get_weights()["P14"]
    np.testing.assert_array_equal(table, trained.evaluator.get_weights()["P14"])


def test_a_saved_evaluator_evaluates_the_same(trained: sk.Trainer, model: Path, tmp_path: Path) -> None:
    trained.evaluator.save(tmp_path / "weights.shiro")
    loaded = [sk.Evaluator.load(tmp_path / "weights.shiro"), sk.Evaluator.load(str(model))]
    for evaluator in loaded:
        for name, table in trained.evaluator.get_weights().items():
            np.testing.assert_array_equal(evaluator.get_weights()[name], table)


def test_py_evaluator_is_an_alias_of_evaluator() -> None:
    assert sk.Evaluator is sk.PyEvaluator


def test_the_representation_of_an_evaluator_shows_how_much_it_has_learned(trained: sk.Trainer) -> None:
    assert repr(sk.Evaluator()) == "<Evaluator: 28868400 weights, 0 of them not neutral>"
    learned = sum(np.count_nonzero(table != 32768) for table in trained.evaluator.get_weights().values())
    assert repr(trained.evaluator) == f"<Evaluator: 28868400 weights, {learned} of them not neutral>"
