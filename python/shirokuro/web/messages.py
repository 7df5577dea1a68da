"""The messages from a browser. All input from browsers is validated here before it is acted on."""

from __future__ import annotations

import base64
import binascii
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from shirokuro._core import Position
from shirokuro.engine.levels import FIRST, LEVELS, Level, level_of
from shirokuro.engine.limits import SearchLimits
from shirokuro.game.moves import read_moves

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

MAX_BYTES = 1 << 19
"""The maximum size of a message, which may contain a file of games."""

MAX_DEPTH = 16
MAX_SECONDS = 10.0

Player: TypeAlias = Literal["black", "white", "both"]
"""The sides that a person plays; the model plays the others."""

PLAYERS: Mapping[str, Player] = {"black": "black", "white": "white", "both": "both"}

MAX_PLIES = 60

_MAX_TEXT = 2000
_MAX_LINES = 20
_MAX_NAME = 200

_STRENGTHS = ("level", "depth", "seconds")

_MAX_EXACT = 20
"""The maximum number of empty squares from which positions are solved; more would take too long."""


@dataclass(frozen=True, slots=True)
class Strength:
    """The model's strength: a limit per move, either a depth or a time, or else a named level."""

    depth: int | None = None
    """The search depth in plies."""
    seconds: float | None = None
    name: str = FIRST.name
    """The name of the level, which is used if there is no limit."""

    @property
    def named(self) -> str | None:
        """The name of the level; `None` if there is a limit instead."""
        return self.name if self.depth is None and self.seconds is None else None

    @property
    def level(self) -> Level:
        """The level, whose search takes at most `MAX_SECONDS`."""
        return LEVELS[self.named] if self.named else Level(name="own", about="", limits=self._limits)

    @property
    def _limits(self) -> SearchLimits:
        """The search limits. The deeper the search, the earlier positions are solved."""
        if self.depth is None:
            return SearchLimits(time_ms=1000 * (self.seconds or MAX_SECONDS), exact_empties=_MAX_EXACT)
        exact = min(2 * self.depth, _MAX_EXACT)
        return SearchLimits(depth=self.depth, time_ms=1000 * MAX_SECONDS, exact_empties=exact)


@dataclass(frozen=True, slots=True)
class Play:
    """Play a move after `ply` moves; a late second click has the wrong ply and is ignored."""

    move: str
    ply: int


@dataclass(frozen=True, slots=True)
class Undo:
    """Take back moves to the person's last decision."""


@dataclass(frozen=True, slots=True)
class Redo:
    """Play moves that were taken back, to the person's next decision."""


@dataclass(frozen=True, slots=True)
class BackTo:
    """Continue from the position after `ply` moves."""

    ply: int


@dataclass(frozen=True, slots=True)
class Switch:
    """Go to a variation, by its number."""

    variation: int


@dataclass(frozen=True, slots=True)
class Look:
    """View the position after `ply` moves, or the current one."""

    ply: int | None


@dataclass(frozen=True, slots=True)
class Setup:
    """Start a game from the initial position or a given one, or after given moves."""

    moves: tuple[str, ...]
    player: Player
    strength: Strength
    start: Position | None = None
    """The position before the first move; `None` for the usual one."""
    undone: int = 0
    """The number of moves at the end that are taken back."""
    lines: tuple[tuple[str, ...], ...] = ()
    """The variations, newest first."""


@dataclass(frozen=True, slots=True)
class Open:
    """Read the games of a text or of a file's content."""

    content: bytes
    name: str


@dataclass(frozen=True, slots=True)
class Download:
    """Send the game in GGF."""


@dataclass(frozen=True, slots=True)
class Choose:
    """Continue the game with other sides or another strength."""

    player: Player
    strength: Strength


@dataclass(frozen=True, slots=True)
class ShowScores:
    """Show or hide the score of each legal move."""

    on: bool


@dataclass(frozen=True, slots=True)
class Watch:
    """Start or stop sending the run's curves."""

    on: bool


@dataclass(frozen=True, slots=True)
class Renew:
    """Switch to the newest checkpoint."""


GameMessage: TypeAlias = Play | Undo | Redo | BackTo | Switch | Look | Setup | Choose | ShowScores
"""A request that changes the game or what is shown of it."""

Message: TypeAlias = GameMessage | Open | Download | Watch | Renew


def parse(text: str | bytes) -> Message:
    """Reads a message.

    Raises:
        ValueError: the message is invalid; the error text may be shown to the person.
    """
    try:
        values = json.loads(text) if isinstance(text, str) else None
    except (ValueError, RecursionError):
        values = None
    if not isinstance(values, dict) or not isinstance(name := values.get("do"), str) or name not in _READERS:
        raise ValueError("this is not a message of the page")
    return _READERS[name](values)


def _read_text(values: Mapping[str, object], name: str, longest: int) -> str:
    value = values.get(name)
    if not isinstance(value, str) or len(value) > longest:
        raise ValueError(f"{name}: must be a text of at most {longest:,} characters")
    return value


def _read_bool(values: Mapping[str, object], name: str) -> bool:
    value = values.get(name)
    if not isinstance(value, bool):
        raise ValueError(f"{name}: must be true or false")  # noqa: TRY004 (one kind of error for the whole message)
    return value


def _read_number(values: Mapping[str, object], name: str, low: float, high: float) -> float:
    value = values.get(name)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
        raise ValueError(f"{name}: must be a number within {low:g}…{high:g}")
    return value


def _read_count(values: Mapping[str, object], name: str, low: int, high: int) -> int:
    number = _read_number(values, name, low, high)
    if number != int(number):
        raise ValueError(f"{name}: must be a whole number")
    return int(number)


def _read_player(values: Mapping[str, object]) -> Player:
    player = PLAYERS.get(str(values.get("player")))
    if player is None:
        raise ValueError("player: must be black, white or both")
    return player


def board_digits(position: Position) -> str:
    """Returns a position as 65 digits: the squares from a1 to h8, 1 black and 2 white, and the side to move."""
    return "".join(map(str, (*position.board, position.side_to_move)))


def _read_board(values: Mapping[str, object]) -> Position | None:
    """Reads a position as `board_digits` writes it."""
    text = values.get("board")
    if text is None:
        return None
    if not isinstance(text, str) or not re.fullmatch(r"[012]{64}[12]", text):
        raise ValueError("board: must be 64 digits 0, 1 and 2 and the side to move, 1 or 2")
    position = Position([int(digit) for digit in text[:-1]], side_to_move="black" if text[-1] == "1" else "white")
    if position.empties > MAX_PLIES:
        raise ValueError("board: a position must have at least four discs")
    return position


def _read_setup(values: Mapping[str, object]) -> Setup:
    strength = _read_strength(values) if any(values.get(name) is not None for name in _STRENGTHS) else Strength()
    start, lines = _read_board(values), values.get("variations", [])
    if not isinstance(lines, list) or len(lines) > _MAX_LINES:
        raise ValueError(f"variations: must be a list of at most {_MAX_LINES}")
    moves = read_moves(_read_text(values, "moves", _MAX_TEXT), start)
    return Setup(
        moves,
        _read_player(values),
        strength,
        start=start,
        undone=0 if values.get("undone") is None else _read_count(values, "undone", 0, len(moves)),
        lines=tuple(read_moves(_read_text({"line": line}, "line", _MAX_TEXT), start) for line in lines),
    )


def _read_open(values: Mapping[str, object]) -> Open:
    name = _read_text(values, "name", _MAX_NAME)
    if values.get("base64") is not None:
        try:
            return Open(base64.b64decode(_read_text(values, "base64", MAX_BYTES), validate=True), name)
        except binascii.Error:
            raise ValueError("base64: must be the content of a file") from None
    return Open(_read_text(values, "text", MAX_BYTES).encode("utf-8", errors="replace"), name)


def _read_strength(values: Mapping[str, object]) -> Strength:
    if values.get("level") is not None:
        return Strength(name=level_of(_read_text(values, "level", _MAX_NAME)).name)
    if values.get("depth") is not None:
        return Strength(depth=_read_count(values, "depth", 1, MAX_DEPTH))
    return Strength(seconds=_read_number(values, "seconds", 0.1, MAX_SECONDS))


_READERS: Mapping[str, Callable[[Mapping[str, object]], Message]] = {
    "play": lambda values: Play(_read_text(values, "move", 2).lower(), _read_count(values, "ply", 0, MAX_PLIES)),
    "undo": lambda _: Undo(),
    "redo": lambda _: Redo(),
    "back": lambda values: BackTo(_read_count(values, "ply", 0, MAX_PLIES)),
    "switch": lambda values: Switch(_read_count(values, "variation", 0, _MAX_LINES)),
    "look": lambda values: Look(None if values.get("ply") is None else _read_count(values, "ply", 0, MAX_PLIES)),
    "setup": _read_setup,
    "open": _read_open,
    "download": lambda _: Download(),
    "choose": lambda values: Choose(_read_player(values), _read_strength(values)),
    "scores": lambda values: ShowScores(_read_bool(values, "on")),
    "watch": lambda values: Watch(_read_bool(values, "on")),
    "renew": lambda _: Renew(),
}
