"""Games that `shirokuro play` starts from and writes: moves, boards, and files of games."""

from __future__ import annotations

from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from shirokuro._core import Position
from shirokuro.game.game_files import read_content, read_game, read_games
from shirokuro.game.ggf_writer import ggf_text
from shirokuro.game.records import GameRecord

if TYPE_CHECKING:
    from shirokuro.game.live import LiveGame

_SMALL = 1 << 20
"""The size in bytes up to which a file may be a single game in several lines."""


def read_start(text: str) -> GameRecord:
    """Reads a game from an option, or from the file that it names, which must hold one game.

    Raises:
        ValueError: the game can't be read.
        OSError: the file can't be read.
    """
    try:
        return read_game(text)
    except ValueError as error:
        if not exists(text):
            raise ValueError(f"moves = {text[:80]!r}: {error}, and no file has this name") from error
    try:
        return read_game(Path(text).read_text(encoding="utf-8-sig", errors="replace"))
    except ValueError as error:
        raise ValueError(f"{text}: {error}") from error


def read_numbered(path: Path, number: int) -> GameRecord:
    """Reads one of the games of a file, which are numbered from 1; damaged ones don't count.

    Raises:
        ValueError: the file has no such game.
        OSError: the file can't be read.
    """
    try:
        is_whole = path.suffix.lower() != ".wtb" and path.stat().st_size <= _SMALL
        games = read_content(path.read_bytes(), path.name) if is_whole else read_games(path, damaged="skip")
        game = next(islice(games, max(number - 1, 0), None), None) if number else None
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error
    if game is None:
        raise ValueError(f"{path}: the file has no game {number}")
    return game


def exists(name: str) -> bool:
    """Checks whether a file has this name."""
    with suppress(OSError, ValueError):  # moves may be longer than any name
        return Path(name).exists()
    return False


def content_of(game: LiveGame) -> str:
    """Returns what is written of a game: its moves, or the game in GGF if it starts from a set-up board."""
    if game.start == Position():
        return game.transcript + "\n"
    return ggf_text(GameRecord(moves=game.moves, start=game.start)) + "\n"
