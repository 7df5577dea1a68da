"""Invalid arguments raise the right exception, whose message names the parameter, the value and the valid range."""

from __future__ import annotations

import functools
import json
import math
import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import shirokuro as sk

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

START = sk.Position().board
EVALUATOR = sk.Evaluator()
BOARD_CALLS: dict[str, Callable[[Any], object]] = {
    "evaluate": EVALUATOR.evaluate,
    "Position": sk.Position,
    "search": lambda board: sk.search(board, evaluator=EVALUATOR, depth=1),
    "Searcher.search": lambda board: sk.Searcher(EVALUATOR).search(board, depth=1),
    "solve": sk.solve,
    "perft": lambda board: sk.perft(1, board),
}
SIDE_CALLS: dict[str, Callable[[Any], object]] = {
    "evaluate": lambda side: EVALUATOR.evaluate(START, side_to_move=side),
    "evaluate_batch": lambda side: EVALUATOR.evaluate_batch(START[None], side_to_move=side),
    "Position": lambda side: sk.Position(START, side_to_move=side),
    "search": lambda side: sk.search(START, side_to_move=side, evaluator=EVALUATOR, depth=1),
    "solve": lambda side: sk.solve(START, side_to_move=side),
    "perft": lambda side: sk.perft(1, START, side_to_move=side),
}

POSITION_CALLS: dict[str, Callable[..., object]] = {
    "evaluate": EVALUATOR.evaluate,
    "evaluate_batch": lambda board, **side: EVALUATOR.evaluate_batch([board], **side),
    "Position": sk.Position,
    "search": functools.partial(sk.search, evaluator=EVALUATOR, depth=1),
    "Searcher.search": lambda board, **side: sk.Searcher(EVALUATOR).search(board, depth=1, **side),
    "perft": functools.partial(sk.perft, 1),
}


def wrong_square(value: int) -> list[int]:
    return [*START.tolist()[:17], value, *START.tolist()[18:]]


@pytest.mark.parametrize("call", BOARD_CALLS.values(), ids=BOARD_CALLS)
@pytest.mark.parametrize(
    ("board", "error", "message"),
    [
        (START[:63], ValueError, r"board.*63.*64"),
        (np.zeros(65, dtype=np.int8), ValueError, r"board.*65.*64"),
        (np.zeros((4, 16), dtype=np.int8), ValueError, r"board.*4.*16.*64"),
        (np.zeros((2, 8, 8), dtype=np.int8), ValueError, r"board.*2.*8.*8.*64"),
        ([], ValueError, r"board.*0.*64"),
        (wrong_square(3), ValueError, r"board.*3.*0.*1.*2"),
        (np.array(wrong_square(-1)), ValueError, r"board.*-1.*0.*1.*2"),
        (np.array(wrong_square(257)), ValueError, r"board.*257.*0.*1.*2"),
        (np.array(wrong_square(2**40 + 1)), ValueError, r"board.*1099511627777.*0.*1.*2"),
        (np.array(wrong_square(2**64 - 1), dtype=np.uint64), ValueError, r"board.* = 18446744073709551615:"),
        (START.astype(np.float64), TypeError, r"board.*(integer|float64)"),
        (START.astype(np.float64).tolist(), TypeError, r"board.*(integer|float)"),
        (START.astype(bool), TypeError, r"board.*(integer|bool)"),
        ("f5d6", TypeError, r"board.*"),
        (7, TypeError, r"board.*"),
    ],
    ids=str,
)
def test_an_invalid_board_is_rejected(
    call: Callable[[Any], object], board: object, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        call(board)


@pytest.mark.parametrize("call", SIDE_CALLS.values(), ids=SIDE_CALLS)
@pytest.mark.parametrize("side", [0, 3, -1, "Black", "", "red"])
def test_an_unknown_side_is_rejected(call: Callable[[Any], object], side: object) -> None:
    with pytest.raises(ValueError, match=rf"side_to_move.*{side}.*1.*black.*2.*white"):
        call(side)


@pytest.mark.parametrize("call", SIDE_CALLS.values(), ids=SIDE_CALLS)
@pytest.mark.parametrize("side", [1.5, {}, sk])
def test_a_side_of_the_wrong_type_is_rejected(call: Callable[[Any], object], side: object) -> None:
    with pytest.raises(TypeError, match="side_to_move"):
        call(side)


@pytest.mark.parametrize(
    ("boards", "sides", "error", "message"),
    [
        (START, 1, ValueError, r"boards.*64"),
        (np.zeros((3, 63), dtype=np.int8), 1, ValueError, r"boards.*63.*64"),
        (np.zeros((3, 8, 7), dtype=np.int8), 1, ValueError, r"boards.*8.*7"),
        (np.zeros((3, 64)), 1, TypeError, r"boards.*(integer|float64)"),
        (np.full((3, 64), 3), 1, ValueError, r"boards.*3.*0.*1.*2"),
        (np.stack([START, START]), np.array([1, 2, 1]), ValueError, r"side_to_move.*3.*2"),
        (np.stack([START, START]), np.array([1, 0]), ValueError, r"side_to_move.*0.*1.*2"),
        (np.stack([START, START]), [1, 3], ValueError, r"side_to_move.*3.*1.*2"),
        (np.full((1, 64), 2**63, dtype=np.uint64), 1, ValueError, r"boards\[0\]: a1 .* = 9223372036854775808:"),
        (START[None], np.array([2**63], dtype=np.uint64), ValueError, r"side_to_move\[0\] = 9223372036854775808:"),
    ],
    ids=str,
)
def test_an_invalid_batch_is_rejected(boards: Any, sides: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        EVALUATOR.evaluate_batch(boards, side_to_move=sides)


@pytest.mark.parametrize("call", POSITION_CALLS.values(), ids=POSITION_CALLS)
def test_a_position_provides_its_own_side(call: Callable[..., object]) -> None:
    white = sk.Position(START, side_to_move=2)
    assert repr(call(white)) == repr(call(white, side_to_move=2)) == repr(call(START, side_to_move="white"))
    with pytest.raises(ValueError, match=r"side_to_move = 1: must be 2, the side to move of board.*, a Position"):
        call(white, side_to_move=1)


class Reversed(list[int]):
    """A list that Python code reads from its end."""

    def __getitem__(self, index: Any) -> Any:
        return super().__getitem__(63 - index)


@pytest.mark.parametrize("kind", [list, tuple, lambda squares: list(np.array(squares)), bytes, Reversed])
def test_every_sequence_of_64_integers_is_read_as_python_reads_it(kind: Callable[[list[int]], Any]) -> None:
    board = sk.Position.from_moves("f5d6c3d3c4").board
    squares: Any = kind(board.tolist())
    read = [squares[index] for index in range(64)]
    np.testing.assert_array_equal(sk.Position(squares, side_to_move=2).board, read)
    assert EVALUATOR.evaluate(squares) == EVALUATOR.evaluate(np.array(read))


@pytest.mark.parametrize(
    ("square", "error", "message"),
    [
        (True, TypeError, "^board: must be of integers, not bool at b3 .index 17.$"),
        (None, TypeError, "^board: must be of integers, not NoneType at b3 .index 17.$"),
        (3, ValueError, "^board: b3 .index 17. = 3: must be 0 .empty., 1 .black. or 2 .white.$"),
        (-1, ValueError, "^board: b3 .index 17. = -1: "),
        (10**30, ValueError, "^board: b3 .index 17. = 10{30}: "),
    ],
)
def test_a_wrong_square_in_a_list_is_named(square: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        EVALUATOR.evaluate(wrong_square(square))


@given(hnp.arrays(np.int64, 64, elements=st.integers(-(2**63), 2**63 - 1)))
def test_any_board_of_integers_is_evaluated_or_rejected(board: np.ndarray[Any, Any]) -> None:
    if np.isin(board, (0, 1, 2)).all():
        assert -64 <= EVALUATOR.evaluate(board) <= 64
    else:
        with pytest.raises(ValueError, match="board"):
            EVALUATOR.evaluate(board)


@given(hnp.arrays(np.int8, 64, elements=st.integers(0, 2)), st.sampled_from([1, 2]))
def test_any_board_has_a_score_within_64_discs(board: np.ndarray[Any, Any], side: Any) -> None:
    assert -64 <= EVALUATOR.evaluate(board, side_to_move=side) <= 64
    assert sk.Position(board, side_to_move=side).side_to_move == side


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({}, ValueError, r"depth.*nodes.*time_ms"),
        ({"depth": 0}, ValueError, r"depth.*0.*1.*60"),
        ({"depth": 61}, ValueError, r"depth.*61.*1.*60"),
        ({"depth": -1}, (ValueError, OverflowError), r"depth.*-1"),
        ({"depth": 1.5}, TypeError, "depth"),
        ({"nodes": 0}, ValueError, r"nodes.*0.*1"),
        ({"time_ms": 0}, ValueError, r"time_ms.*0"),
        ({"time_ms": True}, TypeError, "time_ms: must be a number, not bool"),
        ({"depth": 1, "table_mb": True}, TypeError, "table_mb: must be a number, not bool"),
        ({"time_ms": -1}, ValueError, r"time_ms.*-1"),
        ({"time_ms": math.nan}, ValueError, r"time_ms.*(?i:nan)"),
        ({"time_ms": math.inf}, ValueError, r"time_ms.*(?i:inf)"),
        ({"depth": 1, "exact_empties": 61}, ValueError, r"exact_empties.*61.*0.*60"),
        ({"depth": 1, "table_mb": -1}, ValueError, r"table_mb.*-1.*0.*65536"),
        ({"depth": 1, "table_mb": math.nan}, ValueError, r"table_mb.*(?i:nan)"),
        ({"depth": 1, "table_mb": 1e12}, ValueError, r"table_mb.*1"),
    ],
    ids=str,
)
def test_an_invalid_search_limit_is_rejected(arguments: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        sk.search(START, **arguments)


@pytest.mark.parametrize("depth", [-1, 100])
def test_a_perft_depth_out_of_range_is_rejected(depth: int) -> None:
    with pytest.raises((ValueError, OverflowError), match=rf"depth.*{depth}"):
        sk.perft(depth)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"games": 0}, ValueError, "games = 0: must be within 1…1,000,000,000"),
        ({"games": -5}, ValueError, "games = -5: must be within 1…"),
        ({"games": 1.0}, TypeError, "games = 1.0: must be a whole number"),
        ({"games": np.float32(1)}, TypeError, "games = np.float32(1.0): must be a whole number"),
        ({"games": np.int64(0)}, ValueError, "games = 0: must be within 1…1,000,000,000"),
        ({"games": np.True_}, TypeError, "games = np.True_: must be a whole number"),
        ({"games": 1, "epsilon": True}, TypeError, "epsilon = True: must be a number or a schedule"),
        ({"games": 1, "epsilon": 10**400}, ValueError, "epsilon = 1000"),
        ({"games": 1, "epsilon": 1.5}, ValueError, "epsilon = 1.5: must be within 0…1"),
        ({"games": 1, "epsilon": -0.1}, ValueError, "epsilon = -0.1: must be within 0…1"),
        ({"games": 1, "epsilon": math.nan}, ValueError, "epsilon = nan: must be within 0…1"),
        ({"games": 1, "epsilon": "0:0.1,1:2"}, ValueError, "epsilon = 0:0.1,1:2: must be within 0…1"),
        ({"games": 1, "epsilon": "often"}, ValueError, "epsilon: 'often' is not a schedule"),
        ({"games": 1, "depth": 0}, ValueError, "depth = 0: must be within 1…60"),
        ({"games": 1, "depth": 3, "nodes": 10}, ValueError, "depth = 3, nodes = 10: only one of"),
        ({"games": 1, "nodes": 10, "time_ms": 5}, ValueError, "nodes = 10, time_ms = 5: only one of"),
        ({"games": 1, "time_ms": 0}, ValueError, "time_ms = 0: must be within 0.01…"),
    ],
    ids=str,
)
def test_an_invalid_training_batch_is_rejected(
    trained: sk.Trainer, arguments: Any, error: type[Exception], message: str
) -> None:
    before = trained.games_played
    with pytest.raises(error, match=f"^{re.escape(message)}"):
        trained.train_batch(**arguments)
    assert trained.games_played == before


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"epsilon": 2}, ValueError, "epsilon = 2: must be within 0…1"),
        ({"depth": 1, "time_ms": 1}, ValueError, "only one of"),
        ({"seed": 99}, ValueError, "seed = 99: can't be changed"),
        ({"generation_games": 99}, ValueError, "generation_games = 99: can't be changed"),
        ({"epsilom": 0.1}, TypeError, r"^epsilom: unknown setting; did you mean epsilon\?$"),
        ({"log_level": "LOUD"}, ValueError, "LOUD"),
    ],
    ids=str,
)
def test_an_invalid_configuration_is_rejected_and_changes_nothing(
    trained: sk.Trainer, changes: Any, error: type[Exception], message: str
) -> None:
    before = trained.config
    with pytest.raises(error, match=message):
        trained.configure(**changes)
    assert trained.config == before


def test_a_partly_invalid_configuration_changes_nothing(trained: sk.Trainer) -> None:
    before, digest = trained.config, trained.digest()
    with pytest.raises(ValueError, match="LOUD"):
        trained.configure(threads=1, log_level="LOUD")
    assert (trained.config, trained.digest()) == (before, digest)


def test_numpy_scalars_are_accepted_as_settings() -> None:
    config = sk.TrainConfig(seed=np.int64(3), depth=np.int8(2), epsilon=np.float32(0.5), table_mb=np.float32(1))  # type: ignore[arg-type]
    assert config == sk.TrainConfig(seed=3, depth=2, epsilon=0.5, table_mb=1)
    assert sk.TrainConfig.from_toml(config.to_toml()) == config
    assert json.loads(json.dumps(config.as_dict())) == config.as_dict()
    assert sk.Trainer(config).train_batch(np.int64(2)).games == 2  # type: ignore[arg-type]


@pytest.mark.parametrize("config", [0, {}, {"depth": 3}, "0.1", sk.TrainConfig])
def test_a_trainer_accepts_only_a_configuration(config: Any) -> None:
    with pytest.raises(TypeError, match="config: must be a TrainConfig or None"):
        sk.Trainer(config)


FILE_CALLS: dict[str, Callable[[Any], object]] = {
    "Evaluator.load": sk.Evaluator.load,
    "Trainer.load": sk.Trainer.load,
    "file_digest": sk.file_digest,
}


@pytest.mark.parametrize("call", FILE_CALLS.values(), ids=FILE_CALLS)
def test_a_file_that_is_not_a_model_is_rejected_by_name(
    call: Callable[[Any], object], tmp_path: Path, model: Path
) -> None:
    with pytest.raises(FileNotFoundError, match=r"missing\.shiro"):
        call(tmp_path / "missing.shiro")
    with pytest.raises(IsADirectoryError, match=re.escape(tmp_path.name)):
        call(tmp_path)
    head = model.read_bytes()[:100_000]
    for name, content in (("empty", b""), ("text", b"not a model\n" * 1000), ("cut", head)):
        path = tmp_path / f"{name}.shiro"
        path.write_bytes(content)
        with pytest.raises(sk.ModelFileError, match=rf"{name}\.shiro"):
            call(path)
        with pytest.raises(ValueError, match=rf"{name}\.shiro"):
            call(str(path))
    with pytest.raises(TypeError):
        call(7)


@pytest.mark.parametrize("call", [sk.Trainer.load, sk.file_digest])
def test_a_weights_only_file_is_not_accepted_as_a_training(call: Callable[[Any], object], tmp_path: Path) -> None:
    path = tmp_path / "weights.shiro"
    EVALUATOR.save(path)
    with pytest.raises(sk.ModelFileError, match=r"weights\.shiro"):
        call(path)


def test_saving_to_an_impossible_path_names_the_path(trained: sk.Trainer, tmp_path: Path) -> None:
    for save in (EVALUATOR.save, trained.save):
        with pytest.raises(FileNotFoundError, match="nowhere"):
            save(tmp_path / "nowhere" / "model.shiro")
        with pytest.raises(OSError, match=re.escape(tmp_path.name)):
            save(tmp_path)


@pytest.mark.parametrize("move", ["a1", "d4", "i9", "f5d6", "--"])
def test_an_illegal_move_is_rejected_by_name(move: str) -> None:
    with pytest.raises(ValueError, match=re.escape(move)):
        sk.Position().play(move)


@pytest.mark.parametrize("moves", ["f5f5", "f5d6xx", "a1", "xx"])
def test_an_illegal_transcript_is_rejected(moves: str) -> None:
    with pytest.raises(ValueError, match=moves[-2:]):
        sk.Position.from_moves(moves)


@pytest.mark.parametrize("dtype", [np.int8, np.int64])
@pytest.mark.parametrize("shape", [(64,), (8, 8)])
@pytest.mark.parametrize("name", BOARD_CALLS)
def test_a_masked_board_is_refused_rather_than_read_without_its_mask(
    name: str, shape: tuple[int, ...], dtype: Any
) -> None:
    board = np.ma.masked_equal(START.astype(dtype).reshape(shape), 0)
    with pytest.raises(TypeError, match=r"^board: must be an array without a mask, not a MaskedArray: fill it first"):
        BOARD_CALLS[name](board)
    assert sk.Position(board.filled(0)) == sk.Position()


@pytest.mark.parametrize("dtype", [np.int8, np.int64])
def test_masked_batches_and_sides_are_refused(dtype: Any) -> None:
    boards = np.ma.masked_equal(START.astype(dtype)[None], 0)
    with pytest.raises(TypeError, match=r"^boards: must be an array without a mask"):
        EVALUATOR.evaluate_batch(boards)
    with pytest.raises(TypeError, match=r"^boards\[0\]: must be an array without a mask"):
        EVALUATOR.evaluate_batch([boards[0]])
    with pytest.raises(TypeError, match=r"^side_to_move: must be an array without a mask"):
        EVALUATOR.evaluate_batch(START[None], side_to_move=np.ma.masked_equal([1], 1))
    with pytest.raises(TypeError, match=r"^board: must be of integers, not MaskedConstant"):
        sk.Position(list(boards[0]))


def test_other_subclasses_of_arrays_are_accepted() -> None:
    class Mine(np.ndarray[Any, Any]):
        pass

    assert sk.Position(START.view(Mine)) == sk.Position()
