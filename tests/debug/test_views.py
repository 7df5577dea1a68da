"""Drawn boards, the weights a model reads, and traces, checked against NumPy computations."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

import numpy as np
import pytest

import shirokuro as sk
from shirokuro import _core, debug

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    RandomGame = Callable[[int], list[sk.Position]]

SQUARES = [f"{file}{rank}" for rank in range(1, 9) for file in "abcdefgh"]


def test_a_board_is_drawn_in_ascii() -> None:
    drawn = debug.board_text(sk.Position.from_moves("f5d6c3"))
    assert drawn.isascii()
    assert drawn.splitlines() == [
        "  a b c d e f g h",
        "1 - - - - - - - -",
        "2 - - - - - - - -",
        "3 - - X - - - - -",
        "4 - - - X X - - -",
        "5 - - - O X X - -",
        "6 - - - O - - - -",
        "7 - - - - - - - -",
        "8 - - - - - - - -",
        "white (O) to move, X 5 : O 2",
    ]


def test_a_board_may_be_an_array_with_black_to_move() -> None:
    position = sk.Position.from_moves("f5d6c3d3")
    evaluator = sk.Evaluator.default()
    for board in (position.board, position.board.reshape(8, 8), position.board.tolist()):
        assert debug.board_text(board) == debug.board_text(position)
        assert debug.board_svg(board) == debug.board_svg(position)
        assert debug.pattern_view(evaluator, board) == debug.pattern_view(evaluator, position)
    for call in (debug.board_text, debug.board_svg, lambda board: debug.pattern_view(evaluator, board)):
        with pytest.raises(ValueError, match=r"^board: shape \(63,\)"):
            call([0] * 63)


@pytest.mark.parametrize(("last", "row"), [("a1", 1), ("h8", 8), ("c3", 3), ("h1", 1), ("a8", 8)])
def test_legal_moves_and_the_last_move_are_marked_and_nothing_else_changes(last: str, row: int) -> None:
    position = sk.Position.from_moves("f5d6c3")
    plain = debug.board_text(position).splitlines()
    marked = debug.board_text(position, legal_moves=True, last_move=last).splitlines()
    stars = [SQUARES[8 * (r - 1) + (i - 2) // 2] for r in range(1, 9) for i, c in enumerate(marked[r]) if c == "*"]
    assert stars == position.legal_moves
    at = marked[row].index("[")
    assert marked[row][at + 1 : at + 3] in {"-]", "X]", "O]", "*]"}
    assert SQUARES[8 * (row - 1) + (at - 1) // 2] == last
    text = "\n".join(marked)
    assert text.count("[") == text.count("]") == 1
    bare = text.replace("[", " ").replace("]", " ").replace("*", "-")
    assert [line.rstrip() for line in bare.splitlines()] == plain


def test_the_end_of_a_game_and_a_pass_are_stated() -> None:
    board = np.zeros(64, dtype=np.int8)
    board[0] = sk.BLACK
    assert debug.board_text(sk.Position(board)).endswith("game over, X 1 : O 0")
    must_pass = sk.Position.from_diagram("XO" + "-" * 62 + " O")
    assert not must_pass.legal_moves
    assert not must_pass.is_over
    assert debug.board_text(must_pass).endswith("white (O) to move and must pass, X 1 : O 1")


def test_an_svg_shows_every_disc_and_the_marks(positions: RandomGame) -> None:
    for position in positions(3)[::7]:
        root = ET.fromstring(debug.board_svg(position, last_move="d4"))  # noqa: S314 (the project's own output)
        circles = [e for e in root.iter() if e.tag.endswith("circle")]
        fills = Counter(e.get("fill") for e in circles)
        board = position.board
        assert fills["#111"] == (board == sk.BLACK).sum()
        assert fills["#f4f4f0"] == (board == sk.WHITE).sum()
        assert fills["#a8d5b5"] == len(position.legal_moves)
        assert [(e.get("cx"), e.get("cy")) for e in circles if e.get("fill") == "#d9412b"] == [("160", "160")]
        without = debug.board_svg(position, legal_moves=False)
        assert "#a8d5b5" not in without
        assert "#d9412b" not in without


def test_notebooks_draw_positions_and_games(trained: sk.Trainer) -> None:
    position = sk.Position.from_moves("f5d6")
    assert position._repr_svg_() == debug.board_svg(position)
    game = sk.Trainer(trained.config).train_game()
    assert game._repr_svg_() == debug.board_svg(sk.Position.from_moves(game.transcript), last_move=game.moves[-1])


def test_an_invalid_square_is_rejected() -> None:
    for draw in (debug.board_text, debug.board_svg):
        with pytest.raises(ValueError, match="last_move = 'i9'"):
            draw(sk.Position(), last_move="i9")


# The weights a model reads.


def digits_of(position: sk.Position) -> NDArray[np.int64]:
    """Returns the digit of each square: 0 empty, 1 side to move, 2 opponent."""
    board = position.board.astype(np.int64)
    return board if position.side_to_move == sk.BLACK else np.array([0, 2, 1])[board]


def test_contributions_are_the_read_weights_and_add_up_to_the_evaluation(
    trained: sk.Trainer, positions: RandomGame
) -> None:
    weights = trained.evaluator.get_weights()
    seen = 0
    for position in (position for seed in range(4) for position in positions(seed)[:-1]):
        view = debug.pattern_view(trained.evaluator, position)
        assert len(view.reads) == 56
        assert view.stage == (position.board != sk.EMPTY).sum() - 4
        digits = digits_of(position)
        for read in view.reads:
            expected = [digits[SQUARES.index(square)] for square in read.squares]
            assert read.digits == "".join(map(str, expected))
            assert read.entry == sum(digit * 3**k for k, digit in enumerate(expected))
            assert read.weight == weights[read.pattern][view.stage, read.entry]
            assert weights[read.pattern][view.stage, read.mirror] == read.weight
            assert read.discs == (read.weight - 32768) / 256
        assert sum(view.by_pattern.values()) == view.sum == view.evaluation
        assert view.evaluation == trained.evaluator.evaluate(position)
        seen += view.evaluation != 0
    assert seen > 100


def test_the_four_rotations_are_quarter_turns_of_the_board() -> None:
    for rotations in _core.PatternSet.default().features.values():
        boards = []
        for squares in rotations:
            board = np.zeros((8, 8), dtype=int)
            for k, square in enumerate(squares, 1):
                board[divmod(SQUARES.index(square), 8)] = k
            boards.append(board)
        assert all((boards[turn] == np.rot90(boards[0], -turn)).all() for turn in range(4))


def test_the_mirrored_board_reads_the_mirror_images(positions: RandomGame) -> None:
    mirrors = list(_core.mirror_entries().values())
    for position in positions(5):
        own = _core.feature_indices(position).reshape(14, 4)
        mirrored = np.ascontiguousarray(position.board.reshape(8, 8).T)
        other = _core.feature_indices(mirrored, side_to_move=position.side_to_move).reshape(14, 4)
        for number, mirror in enumerate(mirrors):
            assert sorted(mirror[own[number]]) == sorted(other[number])
            assert (mirror[mirror] == np.arange(len(mirror))).all()


def test_the_sum_of_the_weights_is_not_limited_as_the_evaluation_is(trained: sk.Trainer) -> None:
    board = np.zeros(64, dtype=np.int8)
    board[20:25] = sk.WHITE
    view = debug.pattern_view(trained.evaluator, sk.Position(board))
    assert view.evaluation == -64
    assert view.sum == sum(read.discs for read in view.reads)
    with pytest.raises(ValueError, match="the board is full"):
        debug.pattern_view(trained.evaluator, sk.Position(np.full(64, sk.WHITE, dtype=np.int8)))
    with pytest.raises(ValueError, match="4 to 63 discs"):
        debug.pattern_view(trained.evaluator, sk.Position(np.zeros(64, dtype=np.int8)))


def test_patterns_are_drawn_with_their_squares_entries_and_weights(trained: sk.Trainer) -> None:
    position = sk.Position.from_moves("f5d6c3d3c4f4f6")
    view = debug.pattern_view(trained.evaluator, position)
    text = str(view)
    for read in view.reads:
        assert f"entry {read.entry} " in text.replace("\n", " ")
        assert f"digits {read.digits}" in text
        assert f"weight {read.weight}" in text
    one = view.text("P12")
    assert "P11" not in one
    assert f"evaluation {view.evaluation:+.4f} discs" in one
    rows = [line.split() for line in one.split("P12")[1].splitlines()[1:9]]
    assert all(len(row) == 4 for row in rows)
    # P12 is the fourth rank: the first rotation shows this rank and no other square.
    expected = "".join("-XO"[square] for square in position.board[24:32])
    assert [row[0] for row in rows] == ["........"] * 3 + [expected] + ["........"] * 4
    with pytest.raises(ValueError, match="P99"):
        view.text("P99")


# Traces.


@pytest.fixture(scope="module")
def games(tmp_path_factory: pytest.TempPathFactory, fast: sk.TrainConfig) -> list[sk.Game]:
    """Recorded games with random moves, random openings and exact values."""
    directory: Path = tmp_path_factory.mktemp("run")
    trainer = sk.Trainer(fast.replace(exact_empties=8, random_plies=20))
    trainer.start_training(64, directory=directory)
    return list(debug.read_games(directory))


def read_by(game: sk.Game, ply: int) -> Counter[tuple[str, int]]:
    """Counts the entries that the position after `ply` moves reads; mirror images count as the lower of the two."""
    position = sk.Position.from_moves("".join(game.moves[:ply]))
    names = list(_core.PatternSet.default().features)
    mirrors = _core.mirror_entries()
    entries = [(names[n // 4], int(entry)) for n, entry in enumerate(_core.feature_indices(position))]
    return Counter((name, min(entry, int(mirrors[name][entry]))) for name, entry in entries)


@pytest.mark.parametrize("lambda_", [0.0, 0.5, 1.0])
def test_eligibility_is_the_count_times_lambda_to_the_power_of_later_searches(
    games: list[sk.Game], lambda_: float
) -> None:
    eligible = 0
    for game in games[:12]:
        for plies in (0, game.random_plies, 25, 40, game.move_count):
            expected: dict[tuple[int, str, int], float] = {}
            factor = 1.0
            for ply in reversed(range(plies)):
                if game.kinds[ply] != "b":
                    break
                position = sk.Position.from_moves("".join(game.moves[:ply]))
                sign = 1 if position.side_to_move == sk.BLACK else -1
                for (name, entry), count in read_by(game, ply).items():
                    expected[60 - position.empties, name, entry] = sign * count * factor
                factor *= lambda_
            expected = {entry: value for entry, value in expected.items() if abs(value) >= 1e-9}
            view = debug.trace_view(game, plies, lambda_=lambda_)
            found = {(int(r["stage"]), str(r["pattern"]), int(r["entry"])): r["eligibility"] for r in view.entries}
            assert found.keys() == expected.keys()
            assert all(abs(found[entry] - expected[entry]) < 1e-9 for entry in expected)
            eligible += len(found)
    assert eligible > 1000


def test_td_errors_times_traces_add_up_to_the_targets(games: list[sk.Game]) -> None:
    lambda_ = 0.7
    for game in games[:4]:
        by_targets: defaultdict[tuple[int, str, int], float] = defaultdict(float)
        by_traces: defaultdict[tuple[int, str, int], float] = defaultdict(float)
        targets, last = game.targets(lambda_), 0.0
        for ply, value in enumerate(game.values):
            if value is None:
                continue
            position = sk.Position.from_moves("".join(game.moves[:ply]))
            sign = 1 if position.side_to_move == sk.BLACK else -1
            for row in debug.trace_view(game, ply, lambda_=lambda_).entries:
                key = (int(row["stage"]), str(row["pattern"]), int(row["entry"]))
                by_traces[key] += lambda_ * row["eligibility"] * (sign * value - last)
            last = sign * value
            for (name, entry), count in read_by(game, ply).items():
                by_traces[60 - position.empties, name, entry] += count * value
                target = targets[ply]
                assert target is not None
                by_targets[60 - position.empties, name, entry] += count * target
        for row in debug.trace_view(game, game.move_count, lambda_=lambda_).entries:
            key = (int(row["stage"]), str(row["pattern"]), int(row["entry"]))
            by_traces[key] += lambda_ * row["eligibility"] * (game.stone_difference - last)
        assert by_traces.keys() == by_targets.keys()
        assert all(abs(by_traces[entry] - by_targets[entry]) < 1e-3 for entry in by_targets)


def test_traces_show_weights_and_the_number_of_omitted_entries(games: list[sk.Game], trained: sk.Trainer) -> None:
    game = next(game for game in games if game.kinds[25:32] == "bbbbbbb")
    view = debug.trace_view(game, 32, lambda_=0.9, evaluator=trained.evaluator)
    weights = trained.evaluator.get_weights()
    assert view.weights is not None
    for row, weight in zip(view.entries, view.weights, strict=True):
        assert weights[str(row["pattern"])][row["stage"], row["entry"]] == weight
        assert weights[str(row["pattern"])][row["stage"], row["mirror"]] == weight
    assert f"{len(view.entries)} entries" in str(view)
    assert f"… and {len(view.entries) - 3} more" in view.text(limit=3)


@pytest.mark.parametrize(("plies", "lambda_"), [(-1, 0.9), (61, 0.9), (10, 1.5), (10, float("nan"))])
def test_traces_with_invalid_arguments_are_rejected(games: list[sk.Game], plies: int, lambda_: float) -> None:
    with pytest.raises(ValueError, match="must be"):
        debug.trace_view(games[0], plies, lambda_=lambda_)


def test_the_model_may_be_named() -> None:
    position = sk.Position()
    assert debug.pattern_view("default", position) == debug.pattern_view(sk.Evaluator.default(), position)
