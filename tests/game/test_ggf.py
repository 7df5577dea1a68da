"""Games in the Generic Game Format."""

from __future__ import annotations

import re
from random import Random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

import shirokuro as sk
from shirokuro._core import black_view
from shirokuro.game.game_files import read_content
from shirokuro.game.ggf import GgfGame, GgfMove
from shirokuro.game.ggf_writer import ggf_text
from shirokuro.game.moves import NO_MOVE
from shirokuro.game.records import GameRecord
from shirokuro.game.turns import TurnGame

if TYPE_CHECKING:
    from pathlib import Path

# The example in NBoard's manual.
NBOARD = (
    "(;GM[Othello]PC[NBoard]DT[2014-02-21 20:52:27 GMT]PB[./mEdax]PW[chris]RE[?]TI[15:00]TY[8]"
    "BO[8 ---------------------------O*------*O--------------------------- *]"
    "B[F5]W[F6]B[D3]W[C5]B[E6]W[F7]B[E7]W[F4];)"
)

# As a game server writes games: rows separated by spaces, with ratings, evaluations and times.
SERVER = """(;GM[Othello]PC[GGS/os]DT[2003.12.15_13:24:03.MST]PB[one]PW[other]RB[2197.01]RW[1855.5]
TI[05:00/00:02/02:00]TY[8]RE[+2.00]
BO[8 -------- -------- -------- ---O*--- ---*O--- -------- -------- -------- *]
B[d3//0.01]W[c5/-0.5/12.5]B[f6/1.00/60]W[f5];)"""

SET_UP = "(;GM[Othello]BO[8 {} {}]{};)"

# White has one legal move, c1. Black has none and must pass.
STUCK = "O*------" + 56 * "-"


def test_the_manuals_example_is_read() -> None:
    game = GgfGame.parse(NBOARD)
    assert game.play().position == sk.Position.from_moves("f5f6d3c5e6f7e7f4")
    assert [clock.left for clock in game.clocks().values()] == [900, 900]


def test_a_servers_game_is_read_with_its_times() -> None:
    game = GgfGame.parse(SERVER)
    assert [(each.move, each.side, each.seconds) for each in game.moves] == [
        ("d3", sk.BLACK, 0.01),
        ("c5", sk.WHITE, 12.5),
        ("f6", sk.BLACK, 60.0),
        ("f5", sk.WHITE, 0.0),
    ]
    assert game.play().position == sk.Position.from_moves("d3c5f6f5")
    clocks = game.clocks()
    assert clocks[sk.BLACK].left == pytest.approx(300 - 60.01 + 2 * 2)
    assert clocks[sk.WHITE].left == pytest.approx(300 - 12.5 + 2 * 2)


@pytest.mark.parametrize("before", ["1 ", "1", " 01  ", "\n"])
def test_the_number_of_games_may_precede_a_game(before: str) -> None:
    assert GgfGame.parse(before + NBOARD) == GgfGame.parse(NBOARD)


@pytest.mark.parametrize(
    ("time", "seconds"),
    [("5.0E-4", 0.0005), ("1.25e1", 12.5), ("3,5", 3.5), ("-5.0E-4", 0), ("-1", 0), ("7.", 7), ("", 0)],
)
def test_the_time_of_a_move_is_read_as_programs_write_it(time: str, seconds: float) -> None:
    assert GgfMove.parse(f"F5/1.25/{time}") == GgfMove(move="f5", seconds=seconds)


@pytest.mark.parametrize(
    ("time", "seconds"),
    [("10", 10), ("1:30", 90), ("2:00:05", 7205), (":45", 45), ("01:00,3:1/00:10", 60), ("0:00", None), ("soon", None)],
)
def test_valid_times_are_read_and_others_ignored(time: str, seconds: float | None) -> None:
    clocks = GgfGame.parse(SET_UP.format("-" * 64, "*", f"TB[{time}]")).clocks()
    assert (clocks[sk.BLACK].left if clocks else None) == seconds
    assert sk.WHITE not in clocks


def test_a_game_may_start_from_any_position() -> None:
    position = sk.Position.from_moves("f5d6c3d3c4f4")
    squares = "".join("-*O"[square] for square in position.board)
    game = GgfGame.parse(SET_UP.format(squares, "*", "B[E3]")).play()
    assert game.position == position.play("e3")
    assert game.positions[0] == position


@pytest.mark.parametrize("moves", ["B[PA]", "B[pass]", "B[--]"])
def test_a_game_may_start_with_a_pass(moves: str) -> None:
    assert GgfGame.parse(SET_UP.format(STUCK, "*", "")).play().must_pass
    assert GgfGame.parse(SET_UP.format(STUCK, "*", moves)).play().position.side_to_move == sk.WHITE


def games_with_passes() -> list[TurnGame]:
    random, found = Random(2), list[TurnGame]()
    while len(found) < 5:
        game = TurnGame()
        while not game.position.is_over:
            game.play(NO_MOVE if game.must_pass else random.choice(game.position.legal_moves))
        if NO_MOVE in game.moves:
            found.append(game)
    return found


@pytest.mark.parametrize("written", [True, False])
def test_passes_may_be_written_or_left_out(written: bool) -> None:  # noqa: FBT001 (a test's parameter)
    for game in games_with_passes():
        sides = [position.side_to_move for position in game.positions]
        moves = "".join(
            f"{'BW'[side - 1]}[{move.replace(NO_MOVE, 'PA')}]"
            for side, move in zip(sides, game.moves, strict=False)
            if written or move != NO_MOVE
        )
        start = "---------------------------O*------*O---------------------------"
        assert GgfGame.parse(SET_UP.format(start, "*", moves)).play().positions == game.positions


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "begins with (; and ends with ;)"),
        ("f5d6", "begins with (; and ends with ;)"),
        (NBOARD[:-2], "begins with (; and ends with ;)"),
        (NBOARD.replace("Othello", "Amazons"), "GM[Amazons]: must be Othello"),
        (NBOARD.replace("GM[Othello]", ""), "GM[]: must be Othello"),
        (re.sub(r"BO\[.*?\]", "", NBOARD), "BO: the board is missing"),
        (NBOARD.replace("BO[8 ", "BO[10 "), "must be 8, 64 squares"),
        (NBOARD.replace("BO[8 -", "BO[8 "), "must be 8, 64 squares"),
        (NBOARD.replace("BO[8 -", "BO[8 x"), "must be 8, 64 squares"),
        (NBOARD.replace("- *]", "- -]"), "must be 8, 64 squares"),
        (NBOARD.replace("B[F5]", "B[F5"), "is not a property"),
        (NBOARD.replace("B[F5]", "nonsense"), "is not a property"),
        (NBOARD.replace("B[F5]", "B[I9]"), "'I9' is not a move"),
        (NBOARD.replace("B[F5]", "B[]"), "'' is not a move"),
        (NBOARD.replace("B[F5]", "B[F5/1/soon]"), "'F5/1/soon' is not a move"),
        (NBOARD.replace("B[F5]", "B[F5/1/2/3]"), "'F5/1/2/3' is not a move"),
        (NBOARD.replace("B[F5]", "B[F5/1/1E9]"), "'F5/1/1E9' is not a move"),
        (NBOARD.replace("B[F5]", "KB[F5/2]"), "KB: games with komi"),
        (f"2 {NBOARD}", "2 games: must be 1"),
    ],
)
def test_an_invalid_game_is_rejected_with_the_reason(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        GgfGame.parse(text)


@pytest.mark.parametrize(
    ("moves", "message"),
    [
        ("B[A1]", "move 1, a1: move: illegal move a1"),
        ("B[F5]B[D6]", "move 2, d6: it is white's turn"),
        ("W[D3]", "move 1, d3: it is black's turn"),
        ("B[F5]W[PA]", "move 2, --: "),
    ],
)
def test_illegal_moves_are_named(moves: str, message: str) -> None:
    start = "---------------------------O*------*O---------------------------"
    with pytest.raises(ValueError, match=re.escape(message)):
        GgfGame.parse(SET_UP.format(start, "*", moves)).play()


def test_a_move_may_have_a_score_and_a_time() -> None:
    assert GgfMove.parse("F5") == GgfMove(move="f5")
    assert GgfMove.parse("f5/-1.25") == GgfMove(move="f5")
    assert GgfMove.parse("F5//3.5", sk.WHITE) == GgfMove(move="f5", side=sk.WHITE, seconds=3.5)
    assert GgfMove.parse("PA/0/0") == GgfMove(move=NO_MOVE)


@given(st.integers(0, 10**6), st.integers(0, 60))
def test_a_game_that_is_written_reads_the_same(seed: int, plies: int) -> None:
    random, game = Random(seed), sk.LiveGame()
    while not game.position.is_over and len(game.moves) < plies:
        game.play(random.choice(game.position.legal_moves))
    smiling = ggf_text(GameRecord(moves=game.moves, black="Ann [;-)]"))
    assert [each.black for each in read_content(f"{smiling} {smiling}".encode())] == ["Ann ( ;-))"] * 2
    written = ggf_text(GameRecord(moves=game.moves, black="a[b]", white="c"))
    (read,) = read_content(written.encode())
    assert (read.moves, read.start, read.black, read.white) == (game.moves, game.start, "a(b)", "c")
    position = game.position
    assert read.score == (black_view(position.score, position.side_to_move) if position.is_over else None)


def test_files_have_games_of_every_kind(tmp_path: Path) -> None:
    path, (game,) = tmp_path / "games.ggf", sk.random_games(1, seed=1)
    record = sk.GameRecord(moves=("f5",), black="two\nlines [1]", white="W", event="a cup", date="2026-11-30", score=64)
    live = sk.LiveGame(start=sk.read_position("OX" + "-" * 62, side="white"))
    sk.write_games(path, ["f5 d6 C3", game, record, live])
    assert len(path.read_text(encoding="utf-8").splitlines()) == 4
    first, whole, named, empty = sk.read_games(path)
    assert (first.moves, first.score) == (("f5", "d6", "c3"), None)
    assert (whole.moves, whole.score) == (tuple(game.moves), game.stone_difference)
    assert (named.black, named.white, named.event, named.date) == ("two lines (1)", "W", "a cup", "2026-11-30")
    assert (named.moves, named.score) == (("f5",), 64)
    assert (empty.moves, empty.start) == ((), live.start)


def test_a_text_is_not_a_list_of_games(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="games = 'f5d6': must be a list of games"):
        sk.write_games(tmp_path / "games.ggf", "f5d6")


def test_moves_that_can_not_be_read_leave_the_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "games.ggf"
    sk.write_games(path, ["f5"])
    before = path.read_bytes()
    with pytest.raises(ValueError, match="a1"):
        sk.write_games(path, ["f5", "a1"])
    assert path.read_bytes() == before


def test_a_game_from_a_set_up_board_is_written_with_its_board() -> None:
    start = sk.read_position("OX" + "-" * 62, side="black")  # Black must pass
    written = ggf_text(GameRecord(moves=("c1",), start=start))
    assert "B[PA]W[C1]" in written
    (read,) = read_content(written.encode())
    assert (read.start, read.moves, read.score) == (start, ("c1",), -64)
