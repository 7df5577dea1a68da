"""Writers of small game files in the formats of other programs."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import shirokuro as sk

if TYPE_CHECKING:
    from collections.abc import Sequence

HEADER = struct.Struct("<BBBBIHHBBBB")


def wthor(
    games: Sequence[Sequence[str]], *, count: int | None = None, year: int = 2024, size: int = 8, kind: int = 0
) -> bytes:
    """Writes a `.wtb` file. Game n has tournament n, and players n and n + 1; Black's score is its discs."""
    records = []
    for number, moves in enumerate(games):
        discs = int((sk.Position.from_moves("".join(moves)).board == sk.BLACK).sum())
        squares = bytes(10 * int(move[1]) + "abcdefgh".index(move[0]) + 1 for move in moves)
        records.append(struct.pack("<HHHBB60s", number, number, number + 1, discs, discs, squares))
    header = HEADER.pack(20, 25, 1, 31, len(games) if count is None else count, 0, year, size, kind, 24, 0)
    return header + b"".join(records)


def names(texts: Sequence[str], size: int) -> bytes:
    """Writes a `.jou` (20 bytes a name) or `.trn` (26 bytes) file."""
    header = HEADER.pack(20, 25, 1, 31, 0, len(texts), 0, 0, 0, 0, 0)
    return header + b"".join(text.encode("latin-1").ljust(size, b"\0") for text in texts)


def ggf(moves: Sequence[str], *, black: str = "one", white: str = "other", result: str = "?") -> str:
    """Writes a game in GGF, with passes, and times as game servers write them."""
    position, written = sk.Position(), list[str]()
    before = sk.WHITE
    for number, move in enumerate(moves):
        side = position.side_to_move
        if side == before:
            written.append(f"{'BW'[2 - side]}[PA//0.01]")
        written.append(f"{'BW'[side - 1]}[{move.upper()}{['', '/1.5', '/-2.00/3.1', '//5.0E-4'][number % 4]}]")
        before, position = side, position.play(move)
    board = "-------- -------- -------- ---O*--- ---*O--- -------- -------- -------- *"
    head = f"(;GM[Othello]PC[GGS/os]DT[2003.12.15]PB[{black}]PW[{white}]TI[05:00//02:00]TY[8]RE[{result}]"
    return f"{head}BO[8 {board}]{''.join(written)};)"
