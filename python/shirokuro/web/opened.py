"""The games of a text or a file that a visitor opens."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from shirokuro._core import Position
from shirokuro.display.format import counted
from shirokuro.game.game_files import read_content
from shirokuro.web.messages import MAX_PLIES, board_digits

if TYPE_CHECKING:
    from shirokuro.game.records import GameRecord

_SHOWN = 12
"""The number of moves shown of a game without names."""

_MAX_GAMES = 1000
"""The maximum number of games that are read of a file."""


def opened_games(content: bytes, name: str) -> dict[str, Any]:
    """Returns the games to choose from, for JSON.

    Raises:
        ValueError: no game can be read.
    """
    games = read_content(content, name)
    read = list(islice(games, _MAX_GAMES + 1))
    if not read:
        raise ValueError(f"{name}: {games.errors[0].split(': ', 1)[-1] if games.errors else 'the file has no games'}")
    shown = [_described(number, game) for number, game in enumerate(read[:_MAX_GAMES], start=1) if _fits(game)]
    if not shown:
        raise ValueError("a position must have at least four discs")
    return {"name": name, "games": shown, "skipped": games.skipped, "more": len(read) > _MAX_GAMES}


def _fits(game: GameRecord) -> bool:
    return game.start.empties <= MAX_PLIES


def _described(number: int, game: GameRecord) -> dict[str, Any]:
    start = game.start
    players = f"{game.black or '?'} – {game.white or '?'}" if game.black or game.white else None
    if players is None and game.moves:
        players = "".join(game.moves[:_SHOWN]) + ("…" if len(game.moves) > _SHOWN else "")
    score = None if game.score is None else f"{game.score:+g} for Black"
    parts = [players, game.event, game.date, score, counted(len(game.moves), "move")]
    return {
        "title": f"{number}. {', '.join(part for part in parts if part)}",
        "moves": game.transcript,
        "board": None if start == Position() else board_digits(start),
    }
