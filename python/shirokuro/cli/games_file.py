"""The file of a command's games."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from shirokuro.files import check_writable
from shirokuro.game.ggf_writer import write_games

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from shirokuro.game.records import GameRecord
    from shirokuro.matches.result import MatchGame


@contextmanager
def games_file(path: str | None) -> Iterator[Callable[[MatchGame], object] | None]:
    """Yields a function that keeps the games of matches, which are written at the end, even of matches cut short.

    Without a path there is nothing to keep them for, and it yields `None`. Without games, nothing is written.

    Raises:
        OSError: the file can't be written, which is found out before the matches.
    """
    if path is None:
        yield None
        return
    check_writable(path)
    games: list[GameRecord] = []
    try:
        yield lambda game: games.append(game.record)
    finally:
        if games:
            write_games(path, games)
