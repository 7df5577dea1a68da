"""A board in the terminal: in colours where the terminal has them, in letters otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING

from rich.text import Text

from shirokuro._core import BLACK, EMPTY, WHITE, Position
from shirokuro.display.boards import SQUARES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rich.console import Console

_FELT = ("#28802e", "#26702c")
"""Two alternating greens, which make the squares distinguishable."""

_INK = {EMPTY: "bold #c8f0c8", BLACK: "#000000", WHITE: "#ffffff"}

_CELL = 3
_BOARD = 9 * _CELL
_GAP = 4
_LEAST_ROOM = 32


@dataclass(frozen=True, slots=True)
class Look:
    """The characters for discs and marks, and whether colours are used."""

    black: str
    white: str
    empty: str
    legal: str
    colours: bool

    @property
    def legend(self) -> str:
        """The meanings of the marks on the board."""
        return f"{self.legal} legal move, [] last move"


COLOURED = Look(black="●", white="●", empty=" ", legal="·", colours=True)
PLAIN = Look(black="X", white="O", empty=".", legal="*", colours=False)


def look_of(console: Console) -> Look:
    """Returns the look that a terminal supports: coloured discs or letters."""
    colours = console.color_system is not None and not console.no_color and not console.is_dumb_terminal
    return COLOURED if colours and console.encoding.startswith("utf") else PLAIN


def sign(side: int, look: Look) -> Text:
    """Returns the disc of a side."""
    return Text(f" {_disc(side, look)} ", f"{_INK[side]} on {_FELT[0]}" if look.colours else "")


def board(
    position: Position,
    look: Look,
    *,
    last_move: str | None = None,
    labels: Mapping[str, str] | None = None,
) -> Text:
    """Returns a board in nine lines, with the legal moves marked.

    Args:
        position: the position to draw.
        look: the look of discs and marks.
        last_move: a square to put in brackets.
        labels: texts of at most three characters for legal moves.
    """
    marks = dict.fromkeys(position.legal_moves, look.legal) | dict(labels or {})
    edge = "bold" if look.colours else ""
    text = Text().append("   " + "".join(f" {file} " for file in "abcdefgh"), edge)
    for number, (name, square) in enumerate(zip(SQUARES, map(int, position.board), strict=True)):
        if number % 8 == 0:
            text.append(f"\n {number // 8 + 1} ", edge)
        if square == EMPTY:
            mark = marks.get(name, look.empty)
            cell = mark.center(_CELL) if len(mark) == 1 else mark.rjust(_CELL)
        else:
            cell = f"[{_disc(square, look)}]" if name == last_move else f" {_disc(square, look)} "
        felt = _FELT[(number + number // 8) % 2]
        text.append(cell, f"{_INK[square]} on {felt}" if look.colours else "")
    return text if look.colours else Text("\n".join(line.rstrip() for line in text.plain.split("\n")))


def beside(drawn: Text, notes: Text, console: Console) -> Iterator[Text]:
    """Yields the lines of a board with a text next to it, or below it on a narrow terminal."""
    room = console.width - _BOARD - _GAP
    if room < _LEAST_ROOM:
        yield from drawn.split("\n")
        yield from notes.wrap(console, console.width)
        return
    for left, right in zip_longest(drawn.split("\n"), notes.wrap(console, room), fillvalue=Text()):
        line = left.copy()
        if right:
            line.append(" " * (_BOARD + _GAP - left.cell_len)).append(right)
        yield line


def _disc(side: int, look: Look) -> str:
    return look.black if side == BLACK else look.white
