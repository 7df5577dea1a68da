"""WTHOR, the format of the French Othello Federation's game database.

See https://www.ffothello.org/wthor/Format_WThor.pdf. Numbers are little-endian. A file has a header of 16 bytes and
records of fixed size: `.wtb` holds games of 68 bytes, `.jou` names of players of 20 bytes, and `.trn` names of
tournaments of 26 bytes. Only games on 8×8 squares from the start are supported.
"""

from __future__ import annotations

import struct
from functools import partial
from typing import TYPE_CHECKING, BinaryIO, NoReturn

from shirokuro.game.moves import read_moves
from shirokuro.game.records import GameRecord

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

# The date of the file in four bytes, the numbers of games and of names, the year of the games, the board's size, the
# type (0: games, 1: positions to be solved), the depth of the theoretical scores, and a byte that is not used.
_HEADER = struct.Struct("<4sIHHBBBx")
# The numbers of the tournament, Black and White; Black's discs at the end, and with best play from a certain depth.
_GAME = struct.Struct("<HHHBB60s")

PLAYER_BYTES = 20
TOURNAMENT_BYTES = 26


def read_names(path: Path, size: int) -> list[str]:
    """Reads the names of a `.jou` or `.trn` file.

    Args:
        path: the file.
        size: the bytes of a name.

    Raises:
        OSError: the file can't be read.
        ValueError: the file is not a whole number of names after a header.
    """
    content = path.read_bytes()
    count, rest = divmod(len(content) - _HEADER.size, size)
    if count < 0 or rest:
        raise ValueError(f"{path}: {len(content)} bytes are not a header of 16 bytes and names of {size}")
    starts = range(_HEADER.size, len(content), size)
    return [content[at : at + size].partition(b"\0")[0].decode("latin-1").strip() for at in starts]


def split_games(
    file: BinaryIO, players: Sequence[str] = (), tournaments: Sequence[str] = ()
) -> Iterator[tuple[str, Callable[[], GameRecord]]]:
    """Yields the games of a `.wtb` file for `Records`."""
    header = file.read(_HEADER.size)
    if len(header) < _HEADER.size:
        yield "header", partial(_fail, f"{len(header)} bytes: must be 16")
        return
    _, games, _, year, size, kind, _ = _HEADER.unpack(header)
    if size not in {0, 8}:
        yield "header", partial(_fail, f"boards of {size}×{size} squares: must be 8×8")
        return
    if kind:
        yield "header", partial(_fail, f"type {kind}: must be 0, games")
        return
    for number in range(1, games + 1):
        content = file.read(_GAME.size)
        if len(content) < _GAME.size:
            yield f"game {number} of {games}", partial(_fail, f"the file ends after {len(content)} of its 68 bytes")
            return
        yield f"game {number}", partial(_game, content, year, players, tournaments)
    if file.read(1):
        yield "end", partial(_fail, f"more data follows the {games} games that the header announces")


def _fail(reason: str) -> NoReturn:
    raise ValueError(reason)


def _game(content: bytes, year: int, players: Sequence[str], tournaments: Sequence[str]) -> GameRecord:
    event, black, white, discs, _, moves = _GAME.unpack(content)
    if discs > 64:  # noqa: PLR2004 (the squares of a board)
        raise ValueError(f"Black's discs = {discs}: must be at most 64")
    played = moves.rstrip(b"\0")
    return GameRecord(
        moves=read_moves("".join(_square(number, byte) for number, byte in enumerate(played, start=1))),
        black=_name(players, black),
        white=_name(players, white),
        event=_name(tournaments, event),
        date=str(year) if year else None,
        score=2 * discs - 64,
    )


def _square(number: int, byte: int) -> str:
    """Returns the square of a byte: ten times the rank plus the file, both from 1."""
    rank, file = divmod(byte, 10)
    if not (1 <= rank <= 8 and 1 <= file <= 8):  # noqa: PLR2004 (the size of a board)
        raise ValueError(f"move {number}: {byte} is not a square, 11 to 88")
    return f"{'abcdefgh'[file - 1]}{rank}"


def _name(names: Sequence[str], number: int) -> str | None:
    return names[number] or None if number < len(names) else None
