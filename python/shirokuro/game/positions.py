"""Positions as people and programs write them: the one reader of boards."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from shirokuro._core import BLACK, EMPTY, WHITE, Position
from shirokuro.display.boards import SIDES, SQUARES
from shirokuro.game.ggf import GgfGame
from shirokuro.game.moves import NO_MOVE, read_moves

if TYPE_CHECKING:
    from collections.abc import Mapping

Side = Literal["black", "white"]

_SIZE = 8
_BLACK = "xb#●⚫■"
_WHITE = "ow0○⚪◯□"
_EMPTY = "-._·∙・"
_DISCS = frozenset(_BLACK + _WHITE + "*")
_CELLS = _BLACK + _WHITE + _EMPTY + "*"
_FRAME = re.compile(r"[\s+=|│┃─━┌┐└┘├┤┬┴┼╔╗╚╝═║╋-]*")
_FILES = re.compile(r"\W*a\W*b\W*c\W*d\W*e\W*f\W*g\W*h\W*", re.IGNORECASE)
_RANK = re.compile(r"\s*([1-8])(?:[:|│┃║]|\.(?=\s)|(?=[^\w])|(?=[a-z]))\s*", re.IGNORECASE)
_BARS = "|│┃║"

_SIDE_WORD = rf"black|white|[xobw*{_BLACK[3:]}{_WHITE[3:]}]"
_SIDE = re.compile(rf"\W*({_SIDE_WORD})\s*", re.IGNORECASE)
_TO_MOVE = re.compile(
    rf"(?<!\w)(black|white)[^\n]{{0,8}}?\s+(?:is\s+)?(?:to\s+(?:move|play)|moves|plays|and must pass|must pass)"
    rf"|(?<!\w)({_SIDE_WORD})\s+(?:is\s+)?to\s+(?:move|play)"
    rf"|(?:to\s+move|to\s+play|turn|next|player)\s*[:=]\s*({_SIDE_WORD})(?!\w)"
    rf"|(?<!\w)(black|white)(?:'s|’s)\s+(?:turn|move)",
    re.IGNORECASE,
)
_LINE = re.compile(
    rf"((?:[{re.escape(_CELLS)}]\s*){{64}})(?:({_SIDE_WORD})(?=\s*(?:[;%]|$)))?",
    re.IGNORECASE,
)
_VALUE = re.compile(r"\s*([a-hA-H][1-8]|--|pass|pa|ps)\s*[:=]\s*([+-]?\d{1,3}(?:\.\d+)?)\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A position, with the values of its moves if they are known: a line of an OBF file."""

    position: Position
    """The position."""
    values: Mapping[str, float]
    """Values of moves in discs, for the side to move. A pass is `"--"`."""

    @property
    def best(self) -> float | None:
        """The value of the best move; `None` if no value is known."""
        return max(self.values.values(), default=None)


def read_position(text: str, side: Side | None = None) -> Position:
    """Reads a position in any common notation.

    These are read: moves from the start of a game (see `read_moves`); 64 squares in one or more lines and the side to
    move; lines of OBF files; boards with labels and frames, as `debug.board_text` and other programs print them; and
    games in GGF, up to their last move. `X`, `●` and `B` are black, `O`, `○` and `W` white, `-` and `.` empty. `*` is
    black unless the board has an `X`; then it marks a legal move.

    Args:
        text: the text. Empty text is the start of a game.
        side: the side to move on a board that doesn't say it. What a text says takes precedence.

    Raises:
        ValueError: `text` is not a position, or it doesn't say whose turn it is and `side` is not given.
    """
    return read_problem(text, side).position


def read_problem(text: str, side: Side | None = None) -> Problem:
    """Reads a position like `read_position`, with the values that a line of an OBF file gives its moves.

    Raises:
        ValueError: as for `read_position`; or a value is not a number, or belongs to a move that is not legal.
    """
    if is_ggf(text):
        game = GgfGame.parse(text.replace("\ufeff", "")).play()
        return Problem(position=game.position.play(NO_MOVE) if game.must_pass else game.position, values={})
    return read_board(text, side) or Problem(position=Position.from_moves("".join(read_moves(text))), values={})


def read_board(text: str, side: Side | None = None) -> Problem | None:
    """Reads a board like `read_problem`; `None` if the text has none.

    Raises:
        ValueError: as for `read_problem`.
    """
    text = text.replace("\ufeff", "").strip()
    if found := _LINE.match(text):
        rest = text[found.end() :].partition("%")[0].strip()
        said = found[2] or _said(rest)
        if rest and not said and not rest.startswith(";"):
            raise ValueError(f"{rest[:20]!r} follows the 64 squares of a board: must be the side to move")
        position = _position(found[1], said, side)
        return Problem(position=position, values=_values(rest, position) if rest.startswith(";") else {})
    if rows := _rows(text):
        squares, rest = rows
        return Problem(position=_position(squares, _said(rest), side), values={})
    return None


def is_ggf(text: str) -> bool:
    """Checks whether a text begins like games in GGF."""
    return re.match(r"\d*\s*\(;", text.replace("\ufeff", "").lstrip()) is not None


def is_board(text: str) -> bool:
    """Checks whether a text is or begins with the 64 squares of a board."""
    return _LINE.match(text.replace("\ufeff", "").strip()) is not None


def _position(squares: str, written: str | None, side: Side | None) -> Position:
    """Makes a position of 64 squares, which may be spaced, and the side to move as it is written."""
    cells = "".join(squares.split()).lower()
    black = _BLACK if set(cells) & set(_BLACK) else "*"
    board = [BLACK if cell in black else WHITE if cell in _WHITE else EMPTY for cell in cells]
    if written is not None:
        side = "white" if written.lower() in {"white", *_WHITE} else "black"
    if side is None:
        ended = Position(board, side_to_move="black")
        if not ended.is_over:
            raise ValueError('the board does not say whose turn it is: add "black to move" or "white to move"')
        return ended
    if side not in SIDES.values():
        raise ValueError(f"side = {side!r}: must be 'black' or 'white'")
    return Position(board, side_to_move=side)


def _said(text: str) -> str | None:
    """Returns the side to move that a text next to a board names, if it does."""
    if found := _TO_MOVE.search(text):
        return next(side for side in found.groups() if side)
    alone = [line.strip() for line in text.splitlines() if re.fullmatch(_SIDE_WORD, line.strip(), re.IGNORECASE)]
    return alone[0] if len(alone) == 1 else None


def _values(text: str, position: Position) -> dict[str, float]:
    """Reads `; G8:+18; H1:-4;`."""
    values = dict[str, float]()
    legal = position.legal_moves or [NO_MOVE]
    for field in filter(None, (field.strip() for field in text.split(";"))):
        found = _VALUE.fullmatch(field)
        if not found:
            raise ValueError(f"{field[:20]!r} is not a move and its value, such as G8:+18")
        move = found[1].lower() if found[1].lower() in SQUARES else NO_MOVE
        if move not in legal:
            raise ValueError(f"{move} has a value, but is not a legal move")
        values[move] = float(found[2])
    return values


def _rows(text: str) -> tuple[str, str] | None:
    """Finds the eight rows of a board among the lines of a text.

    Returns:
        The squares, and the rest of the text; `None` if no line is a row with discs.

    Raises:
        ValueError: there are rows with discs, but not eight.
    """
    rows, rest = list[str](), list[str]()
    for line in text.splitlines():
        row, after = _row(line)
        if row:
            rows.append(row)
        rest.append(after)
    if len(rows) == _SIZE + 2 and rows[0] == rows[-1] == "-" * _SIZE:
        rows = rows[1:-1]  # a frame
    if not any(set(row) & _DISCS for row in rows):
        return None  # lines of dashes
    if len(rows) != _SIZE:
        raise ValueError(f"a board has 8 rows of 8 squares, and {len(rows)} such rows were found")
    return "".join(rows), "\n".join(rest)


def _row(line: str) -> tuple[str, str]:
    """Splits a line into a row of eight squares, or an empty text, and the rest."""
    if _FILES.fullmatch(line) or (_FRAME.fullmatch(line) and not re.fullmatch(r"[\s|│┃║]*(?:-\s*[|│┃║]?\s*){8}", line)):
        return _barred(line), ""
    if barred := _barred(line):
        return barred, ""
    label = _RANK.match(line)
    body = line[label.end() :] if label else line
    if label and (closing := re.search(rf"[\s{_BARS}]{label[1]}(?!\w)", body)):
        body, after = body[: closing.start()], body[closing.end() :]
    else:
        body, gap, after = body.strip().partition("   ")
        after = gap + after
    cells = re.sub(r"[\s\[\]()|│┃║]", "", body).lower()
    if len(cells) == _SIZE and all(cell in _CELLS for cell in cells):
        return cells, after
    return "", line


def _barred(line: str) -> str:
    """Returns the squares of a line whose squares are separated by bars, where an empty one may be blank."""
    parts = re.split(rf"[{_BARS}]", line)[1:-1]
    cells = [part.strip().lower() or "-" for part in parts]
    return "".join(cells) if len(cells) == _SIZE and all(cell in _CELLS for cell in cells) else ""
