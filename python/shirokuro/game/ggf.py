"""The Generic Game Format, GGF, in which Othello programs exchange games.

See https://www.skatgame.net/mburo/ggsa/ggf. Only single games of Othello on 8×8 squares are supported.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from shirokuro._core import BLACK, WHITE, Position
from shirokuro.display.boards import SQUARES
from shirokuro.game.clock import GameClock
from shirokuro.game.moves import read_move
from shirokuro.game.turns import TurnGame

_PROPERTY = re.compile(r"\s*([A-Za-z]{1,4})\s*\[([^\[\]]*)\]\s*")

_SQUARES = {"-": 0, "*": BLACK, "O": WHITE}

_SIDES = {"B": BLACK, "W": WHITE}

_LARGEST = 1e9


@dataclass(frozen=True, slots=True, kw_only=True)
class GgfMove:
    """A move in a game."""

    move: str
    """A square, or `"--"` for a pass."""
    side: int | None = None
    """The side that played the move, 1 black or 2 white; `None` if not given."""
    seconds: float = 0.0
    """Time taken for the move."""

    @classmethod
    def parse(cls, text: str, side: int | None = None) -> GgfMove:
        """Reads a square or a pass, with or without its evaluation and its time: `PA`, `F5`, `F5/1.25`, `F5/1.25/3.5`.

        A time may have an exponent, as Java writes it, or a decimal comma. A negative one, from a clock that was set
        back, counts as 0.

        Raises:
            ValueError: `text` is not a move.
        """
        name, *rest = (part.strip() for part in text.split("/"))
        time = rest[1].replace(",", ".") if len(rest) > 1 else ""
        seconds = _number(time.removeprefix("-")) if time else 0.0
        if len(rest) > 2 or seconds is None:  # noqa: PLR2004 (see above)
            raise ValueError(f"{text!r} is not a move")
        try:
            move = read_move(name)
        except ValueError:
            raise ValueError(f"{text!r} is not a move") from None
        return cls(move=move, side=side, seconds=0.0 if time.startswith("-") else seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class GgfGame:
    """A game: its first position, its moves, and the time of each side."""

    start: Position
    """The first position. If the side to move has no legal move there, it must pass."""
    moves: tuple[GgfMove, ...]
    """The moves and passes."""
    times: dict[int, str]
    """The text that gives each side's time. A side without a clock has no entry."""
    properties: dict[str, str]
    """All properties but the moves, such as `PB`, Black's name, and `RE`, the result."""

    @classmethod
    def parse(cls, text: str) -> GgfGame:
        """Reads a game, `(;GM[Othello] … ;)`, with or without the number of games, 1, before it.

        Raises:
            ValueError: `text` is not a game of Othello in this format. Only `play` checks whether the moves are legal.
        """
        found = re.fullmatch(r"\s*([0-9]*)\s*\(;(.*);\)\s*", text, re.DOTALL)
        if not found:
            raise ValueError("a game in GGF begins with (; and ends with ;)")
        if found[1].lstrip("0") not in {"", "1"}:
            raise ValueError(f"{found[1][:20]} games: must be 1")
        properties = _properties(found[2])
        last = {name: value.strip() for name, value in properties}
        if last.get("GM", "").lower() != "othello":
            raise ValueError(f"GM[{last.get('GM', '')}]: must be Othello")
        if komi := next((name for name, _ in properties if name in {"KB", "KW", "KM"}), None):
            raise ValueError(f"{komi}: games with komi are not supported")
        times = {side: last.get(name) or last.get("TI", "") for side, name in ((BLACK, "TB"), (WHITE, "TW"))}
        return cls(
            start=_board(last.get("BO")),
            moves=tuple(GgfMove.parse(value, _SIDES[name]) for name, value in properties if name in _SIDES),
            times={side: time for side, time in times.items() if time},
            properties={name: value for name, value in last.items() if name not in _SIDES},
        )

    def play(self) -> TurnGame:
        """Plays the moves of the game.

        Raises:
            ValueError: a move is not legal.
        """
        game = TurnGame(self.start)
        for number, move in enumerate(self.moves, start=1):
            try:
                game.play(move.move, side=move.side)
            except ValueError as error:
                raise ValueError(f"move {number}, {move.move}: {error}") from error
        return game

    def clocks(self) -> dict[int, GameClock]:
        """Returns the clocks after the last move. A side whose time can't be read has no clock."""
        clocks = {side: clock for side, text in self.times.items() if (clock := _clock(text))}
        for move in self.moves:
            if move.side in clocks:
                clocks[move.side].spend(move.seconds)
        return clocks


def _properties(text: str) -> list[tuple[str, str]]:
    properties, at = [], 0
    while at < len(text):
        found = _PROPERTY.match(text, at)
        if not found:
            raise ValueError(f"{text[at : at + 20]!r} is not a property")
        properties.append((found[1].upper(), found[2]))
        at = found.end()
    return properties


def _board(text: str | None) -> Position:
    """Reads a board: `8`, 64 squares in rows, and the side to move."""
    if text is None:
        raise ValueError("BO: the board is missing")
    size, _, rest = text.partition(" ")
    squares = "".join(rest.split()).upper()
    if size != "8" or len(squares) != len(SQUARES) + 1 or not set(squares) <= set(_SQUARES) or squares[-1] == "-":
        raise ValueError(f"BO[{text[:80]}]: must be 8, 64 squares of -, * and O, and the side to move, * or O")
    board = [_SQUARES[square] for square in squares[:-1]]
    return Position(board, side_to_move="black" if squares[-1] == "*" else "white")


def _clock(text: str) -> GameClock | None:
    """Reads `15:00` or `15:00/00:05/02:00`: the main time, the increment per move, and a grace period."""
    main, increment, *_ = (*map(_seconds, text.split("/")), 0.0)
    return GameClock(main=main, increment=increment or 0.0) if main else None


def _seconds(text: str) -> float | None:
    """Reads `SS`, `MM:SS` or `HH:MM:SS`; anything after a comma is ignored."""
    total = 0.0
    for part in text.partition(",")[0].split(":"):
        number = _number(part) if part.strip() else 0.0
        if number is None:
            return None
        total = 60 * total + number
    return total


def _number(text: str) -> float | None:
    """Reads a number below 10⁹, such as `3`, `3.5` or `5.0E-4`; `None` for anything else."""
    if not re.fullmatch(r"\s*[0-9]{1,9}(\.[0-9]*)?([eE][-+]?[0-9]{1,3})?\s*", text):
        return None
    number = float(text)
    return number if number < _LARGEST else None
