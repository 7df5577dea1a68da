"""Positions in the notations that people and programs use."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import shirokuro as sk
from shirokuro.game.positions import read_position, read_problem
from tests.support.transcripts import NOTATIONS, random_game

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from shirokuro.game.positions import Side

SIDES: Mapping[int, Side] = {sk.BLACK: "black", sk.WHITE: "white"}


def rows(position: sk.Position, discs: str = "-XO") -> list[str]:
    squares = "".join(discs[square] for square in position.board)
    return [squares[at : at + 8] for at in range(0, 64, 8)]


def framed(position: sk.Position) -> str:
    rule = "  +" + "---+" * 8
    body = "\n".join(
        f"{number} | {' | '.join(row)} | {number}\n{rule}" for number, row in enumerate(rows(position, " ●○"), start=1)
    )
    return f"    a   b   c   d   e   f   g   h\n{rule}\n{body}\nTo move: {'●○'[position.side_to_move - 1]}"


def printed(position: sk.Position) -> str:
    """Labels on all sides, text to the right, dots for legal moves, and `*` for black."""
    cells = ["-*O"[square] for square in position.board]
    for move in position.legal_moves:
        cells["abcdefgh".index(move[0]) + 8 * (int(move[1]) - 1)] = "."
    lines = [f"{rank + 1} {' '.join(cells[8 * rank : 8 * rank + 8])} {rank + 1}" for rank in range(8)]
    lines[3] += f"    {SIDES[position.side_to_move].upper()} to play: ply 12"
    return "\n".join(["  A B C D E F G H", *lines, "  A B C D E F G H", "Value: +3"])


def in_a_box(position: sk.Position) -> str:
    side = SIDES[position.side_to_move]
    return "\n".join(
        [
            "  abcdefgh",
            " ┌────────┐",
            *(f"{n}│{row}│" for n, row in enumerate(rows(position, ".bw"), 1)),
            " └────────┘",
            f"{side}'s turn",
        ]
    )


FORMS: Mapping[str, Callable[[sk.Position], str]] = {
    "board_text": sk.debug.board_text,
    "board_text with legal moves": lambda position: sk.debug.board_text(position, legal_moves=True),
    "board_text with the last move a1": lambda position: sk.debug.board_text(position, last_move="a1"),
    "board_text with the last move h8": lambda position: sk.debug.board_text(position, last_move="h8"),
    "str": str,
    "64 squares": lambda position: f"{''.join(rows(position))} {'XO'[position.side_to_move - 1]}",
    "64 squares, glued": lambda position: "".join(rows(position, "-*O")) + "*O"[position.side_to_move - 1],
    "64 squares and words": lambda position: f"{''.join(rows(position))} {SIDES[position.side_to_move]} to move",
    "OBF": lambda position: f"{''.join(rows(position))} {'XO'[position.side_to_move - 1]}; % a comment",
    "rows": lambda position: "\n".join([*rows(position, ".xo"), f"{SIDES[position.side_to_move]} to play"]),
    "spaced rows": lambda position: "\r\n".join(
        [*(" ".join(r) for r in rows(position, "·⚫⚪")), f"turn: {SIDES[position.side_to_move]}"]
    ),
    "framed": framed,
    "printed": printed,
    "in a box": in_a_box,
    "GGF": lambda position: f"(;GM[Othello]BO[8 {''.join(rows(position, '-*O'))} {'*O'[position.side_to_move - 1]}];)",
}


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=25)
@given(seed=st.integers(0, 10_000), plies=st.integers(0, 60))
def test_every_form_is_read_as_the_position_that_was_written(form: str, seed: int, plies: int) -> None:
    position = random_game(seed, plies).position
    read = read_position("\ufeff" + FORMS[form](position))
    assert (read.board == position.board).all()
    assert position.is_over or read == position


@pytest.mark.parametrize("notation", NOTATIONS)
def test_a_position_is_read_from_moves(notation: str) -> None:
    game = random_game(3, 20)
    assert read_position(NOTATIONS[notation](game)) == game.position


def test_an_empty_text_is_the_start() -> None:
    assert read_position("") == sk.Position()


# The FFO endgame test suite, number 40.
OBF = "O--OOOOX-OOOOOOXOOXXOOOXOOXOOOXXOOOOOOXX---OOOOX----O--X-------- X"


def test_the_values_of_an_obf_line_are_read() -> None:
    problem = read_problem(f"{OBF}; A2:+38; B1:+12; c7:-1.5 % made up")
    assert problem.values == {"a2": 38, "b1": 12, "c7": -1.5}
    assert problem.best == 38
    assert problem.position == sk.Position.from_diagram(OBF)
    assert read_problem(OBF).values == {}
    assert read_problem(OBF).best is None


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ("; G8:x", "'G8:x' is not a move and its value"),
        ("; a9:+2", "'a9:\\+2' is not a move and its value"),
        ("; A2:+38; C4:+2", "c4 has a value, but is not a legal move"),
        ("; --:+2", "-- has a value, but is not a legal move"),
    ],
)
def test_a_value_that_is_damaged_is_rejected(fields: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read_problem(OBF + fields)


@pytest.mark.parametrize("form", ["\n".join, "".join])
def test_the_side_to_move_is_asked_for_where_the_board_does_not_say_it(form: Callable[[list[str]], str]) -> None:
    position = random_game(3, 21).position
    text = form(rows(position))
    with pytest.raises(ValueError, match="does not say whose turn it is"):
        read_position(text)
    for given_side in SIDES.values():
        assert read_position(text, side=given_side) == sk.Position(position.board, side_to_move=given_side)
    said = text + f"\n{SIDES[position.side_to_move]} to move"
    other: Side = "white" if position.side_to_move == sk.BLACK else "black"
    assert read_position(said, side=other) == position


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("\n".join(["XXXXOOOO"] * 7), "8 rows of 8 squares, and 7 such rows"),
        ("-" * 62 + "XO" + "XXX", "'XXX' follows the 64 squares"),
        ("hello", "move 1: 'hello' is not a square"),
        ("f5f5", "move 2: illegal move f5"),
        ("(;GM[Go];)", "GM\\[Go\\]: must be Othello"),
    ],
)
def test_what_is_not_a_position_is_rejected(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read_position(text)


def test_a_side_that_does_not_exist_is_rejected() -> None:
    with pytest.raises(ValueError, match="side = 'red': must be"):
        read_position(OBF[:64], side="red")  # type: ignore[arg-type]


@settings(max_examples=300)
@given(
    st.text(alphabet="XO-. *xo|12345678abcdefgh\n;:+", max_size=150)
    | st.text(alphabet="XO-", min_size=64, max_size=66)
    | st.text(max_size=80)
)
def test_any_text_is_a_position_or_rejected(text: str) -> None:
    with suppress(ValueError):
        position = read_position(text)
        again = read_position(str(position))
        assert again == position
