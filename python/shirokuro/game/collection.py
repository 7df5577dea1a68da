"""Collections: the whole games of several files, in memory, in the order of the files."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from shirokuro._core import BLACK, WHITE, Game, Position
from shirokuro.display.boards import SQUARES
from shirokuro.display.format import counted
from shirokuro.game.game_files import read_games
from shirokuro.game.moves import read_moves
from shirokuro.game.records import GameRecord

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from os import PathLike

_NUMBERS = {square: number for number, square in enumerate(SQUARES)}

_SYMMETRIES = tuple(
    bytes(8 * row + column for row, column in images) + bytes(192)
    for images in (
        [(column, row) for row in range(8) for column in range(8)],
        [(7 - column, 7 - row) for row in range(8) for column in range(8)],
        [(7 - row, 7 - column) for row in range(8) for column in range(8)],
    )
)
"""The symmetries of the start position as translations of squares: reflections in the diagonals, and half a turn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectedFile:
    """A file of a collection."""

    path: str
    """Its absolute path."""
    games: int
    """Whole games in it."""
    digest: str
    """SHA-256 of these games' moves, in hexadecimal."""


@dataclass(frozen=True, slots=True)
class GameCollection:
    """The whole games of files. A game takes about a hundred bytes."""

    files: tuple[CollectedFile, ...]
    """The files, in the order given."""
    moves: list[bytes]
    """The moves of each game, a byte per square."""
    skipped: Mapping[str, int] = field(default_factory=dict)
    """Number of records that are not whole games, by reason."""
    first_damaged: str | None = None
    """Message about the first damaged record."""

    @classmethod
    def read(cls, files: Iterable[str | PathLike[str]]) -> GameCollection:
        """Reads the whole games of files in any format that `read_games` reads.

        Records are skipped, and counted by reason, if they are damaged, unfinished, don't begin at the start position,
        or come with a result that the moves don't lead to.

        Raises:
            OSError: a file can't be read.
            ValueError: no file was given, or a file has no whole game.
        """
        found, moves, skipped, first = list[CollectedFile](), list[bytes](), Counter[str](), None
        for path in files:
            records = read_games(path, damaged="skip")
            before, reasons = len(moves), Counter[str]()
            for record in records:
                if reason := _fault(record):
                    reasons[reason] += 1
                else:
                    moves.append(bytes(map(_NUMBERS.__getitem__, record.moves)))
            if records.skipped:
                reasons["damaged"] = records.skipped
                first = first or records.errors[0]
            if len(moves) == before:
                why = f": {summary(reasons)}" if reasons else ""
                detail = f" ({records.errors[0]})" if records.errors else ""
                raise ValueError(f"{os.fspath(path)}: no whole games to learn from{why}{detail}")
            digest = _digest(moves[before:])
            found.append(CollectedFile(path=str(Path(path).absolute()), games=len(moves) - before, digest=digest))
            skipped += reasons
        if not found:
            raise ValueError("files: must name at least one file of games")
        return cls(tuple(found), moves, dict(skipped), first)

    def __len__(self) -> int:
        """Returns the number of games."""
        return len(self.moves)

    def game(self, number: int) -> Game:
        """Returns a game by its number, from 0."""
        return Game("".join(map(SQUARES.__getitem__, self.moves[number])))

    def share(self, number: int) -> float:
        """Returns a number from 0 to 1 that follows from a game's moves alone.

        It is the same for a game and for its images under the symmetries of the start position.
        """
        moves = self.moves[number]
        least = min(moves, *(moves.translate(symmetry) for symmetry in _SYMMETRIES))
        return int.from_bytes(hashlib.sha256(least).digest()[:6]) / 2**48


def whole_games(games: Iterable[Game | GameRecord | str]) -> list[Game]:
    """Converts whole games from the start position.

    Args:
        games: games of a training, records of files, or moves in any notation that `read_moves` reads.

    Raises:
        ValueError: a game is not whole, begins elsewhere, or has a move that is not legal. The message has its number.
        TypeError: `games` has something else than games.
    """
    return [_whole_game(number, game) for number, game in enumerate(games)]


def _whole_game(number: int, game: Game | GameRecord | str) -> Game:
    if isinstance(game, Game):
        return game
    if not isinstance(game, (GameRecord, str)):
        raise TypeError(f"games[{number}]: must be a Game, a GameRecord or moves, not {type(game).__name__}")
    try:
        record = GameRecord(moves=read_moves(game)) if isinstance(game, str) else game
    except ValueError as error:
        raise ValueError(f"games[{number}]: {error}") from None
    if reason := _fault(record):
        raise ValueError(f"games[{number}]: {counted(len(record.moves), 'move')}, {reason}")
    return Game(record.transcript)


def summary(reasons: Mapping[str, int]) -> str:
    """Describes why records were skipped, most frequent reason first."""
    count = counted(sum(reasons.values()), "record")
    return f"{count} skipped: " + ", ".join(
        f"{number:,} {reason}" for reason, number in sorted(reasons.items(), key=lambda item: (-item[1], item[0]))
    )


def _fault(record: GameRecord) -> str | None:
    """Returns why a record is not a whole game, or `None` if it is one."""
    if record.start != Position():
        return "not from the start position"
    if not record.moves:
        return "unfinished"
    try:
        game = Game(record.transcript)
    except ValueError:  # its moves are legal: the reader has played them
        return "unfinished"
    if record.score is not None and record.score not in _results(game, record):
        return "with another result than its moves"
    return None


def _results(game: Game, record: GameRecord) -> set[int]:
    """Returns the results in discs that files give for a game: some leave out the empty squares."""
    if game.move_count == 60:  # noqa: PLR2004 (a full board)
        return {game.stone_difference}
    board = record.position.board
    black, white = int((board == BLACK).sum()), int((board == WHITE).sum())
    return {game.stone_difference, black - white, 2 * black - 64}


def _digest(games: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for moves in games:
        digest.update(bytes([len(moves)]) + moves)
    return digest.hexdigest()
