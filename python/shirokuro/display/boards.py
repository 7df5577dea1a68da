"""Boards as text, and as pictures for notebooks and web pages."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from shirokuro._core import BLACK, EMPTY, WHITE, Position, black_view

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shirokuro._core import _Board

SQUARES = tuple(f"{file}{rank}" for rank in range(1, 9) for file in "abcdefgh")
"""Square names by index, a1 … h8."""

SIDES = {1: "black", 2: "white"}
"""Names of the sides by number."""

_DISCS = "-XO"


def board_text(position: _Board, *, legal_moves: bool = False, last_move: str | None = None) -> str:
    """Draws a board as ten lines of ASCII: the files, eight ranks, and the side to move.

    Args:
        position: the position to draw, or a board with Black to move: `X` black, `O` white, `-` empty.
        legal_moves: whether to mark legal moves with `*`.
        last_move: a square to put in brackets; `None` for none.

    Raises:
        ValueError: `last_move` is not a square, or the board is not 64 squares of 0, 1 and 2.
        TypeError: the board does not consist of integers.
    """
    position = Position(position)
    cells = [_DISCS[square] for square in position.board]
    if legal_moves:
        for move in position.legal_moves:
            cells[SQUARES.index(move)] = "*"
    marked = None if last_move is None else _number(last_move)
    lines = ["  a b c d e f g h"]
    for rank in range(8):
        line = f"{rank + 1} " + " ".join(cells[8 * rank : 8 * rank + 8]) + " "
        if marked is not None and marked // 8 == rank:
            at = 2 + 2 * (marked % 8)
            line = f"{line[: at - 1]}[{line[at]}]{line[at + 2 :]}"
        lines.append(line.rstrip())
    return "\n".join([*lines, situation(position)])


def board_svg(
    position: _Board,
    *,
    legal_moves: bool = True,
    last_move: str | None = None,
    labels: Mapping[str, str] | None = None,
    size: int = 320,
) -> str:
    """Draws a board as a self-contained SVG document.

    Args:
        position: the position to draw, or a board with Black to move.
        legal_moves: whether to mark legal moves with a dot.
        last_move: a square to mark; `None` for none.
        labels: short texts by square, shown instead of the dots.
        size: width and height in pixels.

    Raises:
        ValueError: `last_move` is not a square, or the board is not 64 squares of 0, 1 and 2.
        TypeError: the board does not consist of integers.
    """
    position = Position(position)
    marked = None if last_move is None else _number(last_move)
    shapes = [
        '<rect width="360" height="360" fill="#222"/><rect x="20" y="20" width="320" height="320" fill="#2c7a4b"/>'
    ]
    lines = "".join(f"M{20 + 40 * i} 20v320M20 {20 + 40 * i}h320" for i in range(9))
    shapes.append(f'<path d="{lines}" stroke="#1b4d30" stroke-width="1.5"/>')
    shapes.append('<g fill="#ddd" font-family="sans-serif" font-size="12" text-anchor="middle">')
    shapes += [f'<text x="{40 + 40 * i}" y="14">{file}</text>' for i, file in enumerate("abcdefgh")]
    shapes += [f'<text x="10" y="{44 + 40 * i}">{i + 1}</text>' for i in range(8)]
    shapes.append("</g>")
    legal = {SQUARES.index(move) for move in position.legal_moves} if legal_moves else set()
    for number, square in enumerate(position.board):
        x, y = 40 + 40 * (number % 8), 40 + 40 * (number // 8)
        if square != EMPTY:
            fill = "#111" if square == BLACK else "#f4f4f0"
            shapes.append(f'<circle cx="{x}" cy="{y}" r="16" fill="{fill}" stroke="#000" stroke-width="0.8"/>')
        elif number in legal and SQUARES[number] not in (labels or {}):
            shapes.append(f'<circle cx="{x}" cy="{y}" r="4" fill="#a8d5b5"/>')
        if number == marked:
            shapes.append(f'<circle cx="{x}" cy="{y}" r="5" fill="#d9412b"/>')
        if label := (labels or {}).get(SQUARES[number]):
            fill = "#000" if square == WHITE else "#fff"
            style = f'fill="{fill}" font-family="sans-serif" font-size="15" font-weight="bold" text-anchor="middle"'
            shapes.append(f'<text x="{x}" y="{y + 5}" {style}>{escape(label)}</text>')
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 360 360" width="{size}" height="{size}" role="img">'
    return f"{head}<title>{situation(position)}</title>{''.join(shapes)}</svg>"


def board_line(position: Position) -> str:
    """Returns a board in one line, as `Position.from_diagram` reads it."""
    return "".join(".XO"[square] for square in position.board) + f" {_DISCS[position.side_to_move]}"


def result_text(position: Position) -> str:
    """Describes how a game ended, such as `Black wins by 12, 38 : 26`. Empty squares are counted for the winner.

    Raises:
        ValueError: the game is not over.
    """
    black = black_view(position.score, position.side_to_move)
    discs = f"{(64 + black) / 2:g} : {(64 - black) / 2:g}"
    return f"{'Black' if black > 0 else 'White'} wins by {abs(black)}, {discs}" if black else f"A draw, {discs}"


def _number(square: str) -> int:
    if square not in SQUARES:
        raise ValueError(f"last_move = {square!r}: must be a square, a1 to h8")
    return SQUARES.index(square)


def situation(position: Position) -> str:
    """Describes whose turn it is, and how many discs each side has."""
    black = int((position.board == BLACK).sum())
    white = 64 - position.empties - black
    if position.is_over:
        return f"game over, X {black} : O {white}"
    passes = "" if position.legal_moves else " and must pass"
    return f"{SIDES[position.side_to_move]} ({_DISCS[position.side_to_move]}) to move{passes}, X {black} : O {white}"
