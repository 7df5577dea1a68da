"""The messages from a browser. All input from browsers is validated here before it is acted on."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from shirokuro.engine.limits import SearchLimits
from shirokuro.game.moves import read_moves

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

MAX_BYTES = 8192
"""The maximum size of a message."""

MAX_DEPTH = 16
MAX_SECONDS = 10.0

Player: TypeAlias = Literal["black", "white", "both"]
"""The sides that a person plays; the model plays the others."""

PLAYERS: Mapping[str, Player] = {"black": "black", "white": "white", "both": "both"}

_MAX_EXACT = 20
"""The maximum number of empty squares from which positions are solved; more would take too long."""


@dataclass(frozen=True, slots=True)
class Strength:
    """The model's limit per move, either a depth or a time."""

    depth: int | None = None
    """The search depth in plies."""
    seconds: float | None = None

    @property
    def limits(self) -> SearchLimits:
        """The search limits, at most `MAX_SECONDS`; the deeper the search, the earlier positions are solved."""
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
class BackTo:
    """Continue from the position after `ply` moves."""

    ply: int


@dataclass(frozen=True, slots=True)
class Setup:
    """Start a game from the initial position or after given moves."""

    moves: tuple[str, ...]
    player: Player
    strength: Strength


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


Message: TypeAlias = Play | Undo | BackTo | Setup | Choose | ShowScores | Watch | Renew


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


def _read_strength(values: Mapping[str, object]) -> Strength:
    if values.get("depth") is not None:
        return Strength(depth=_read_count(values, "depth", 1, MAX_DEPTH))
    return Strength(seconds=_read_number(values, "seconds", 0.1, MAX_SECONDS))


_READERS: Mapping[str, Callable[[Mapping[str, object]], Message]] = {
    "play": lambda values: Play(_read_text(values, "move", 2).lower(), _read_count(values, "ply", 0, 60)),
    "undo": lambda _: Undo(),
    "back": lambda values: BackTo(_read_count(values, "ply", 0, 60)),
    "setup": lambda values: Setup(
        read_moves(_read_text(values, "moves", 2000)), _read_player(values), _read_strength(values)
    ),
    "choose": lambda values: Choose(_read_player(values), _read_strength(values)),
    "scores": lambda values: ShowScores(_read_bool(values, "on")),
    "watch": lambda values: Watch(_read_bool(values, "on")),
    "renew": lambda _: Renew(),
}
