"""Games of every kind as records."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from shirokuro.game.live import LiveGame
from shirokuro.game.moves import read_moves
from shirokuro.game.records import GameRecord

if TYPE_CHECKING:
    from shirokuro._core import Game

AnyGame: TypeAlias = "str | GameRecord | Game | LiveGame"
"""Moves in any notation of `read_moves`, a game of a file, a recorded game, or a game in progress."""


def record_of(game: AnyGame) -> GameRecord:
    """Returns a game as a record.

    Raises:
        ValueError: moves can't be read.
    """
    if isinstance(game, GameRecord):
        return game
    if isinstance(game, LiveGame):
        return GameRecord(moves=tuple(game.moves), start=game.start)
    return GameRecord(moves=read_moves(game) if isinstance(game, str) else tuple(game.moves))
