"""What must hold for the readers of moves, positions and files, whatever the input; `scripts/fuzz.py` tries it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import shirokuro as sk
from shirokuro.game.game_files import read_content
from shirokuro.game.ggf_writer import ggf_text
from shirokuro.game.moves import read_moves
from shirokuro.game.positions import read_position, read_problem

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def moves(content: bytes) -> None:
    """Moves are legal, and read back from their plain form."""
    refusal = None
    read: tuple[str, ...] = ()
    try:
        read = read_moves(_text(content))
    except ValueError as error:
        refusal = str(error)
    assert refusal is None or refusal.startswith("move ")
    plain = "".join(read)
    assert read_moves(plain) == read
    assert sk.Position.from_moves(plain) == sk.LiveGame(plain).position


def positions(content: bytes) -> None:
    """A position reads back from its diagram and from its drawing."""
    try:
        problem = read_problem(_text(content))
    except ValueError:
        return
    position = problem.position
    assert sk.Position.from_diagram(str(position)) == position
    if not position.board.any():
        return  # drawn, a board without discs can't be told from lines of dashes
    assert (
        read_position(sk.debug.board_text(position), side="black" if position.side_to_move == sk.BLACK else "white")
        == position
    )


def texts(content: bytes) -> None:
    """The games of a text or of GGF are legal, and read back from GGF."""
    _games(content, "games.txt")


def wthor(content: bytes) -> None:
    """The games of a WTHOR file are legal, and read back from GGF."""
    _games(content, "games.wtb")


def _games(content: bytes, name: str) -> None:
    try:
        games = list(read_content(content, name))
    except ValueError:
        return
    for game in games:
        assert game.position is not None  # plays all moves
        (again,) = read_content(ggf_text(game).encode(), "game.ggf")
        assert (again.moves, again.start) == (game.moves, game.start)


def _text(content: bytes) -> str:
    return content.decode(errors="replace")


TARGETS: Mapping[str, Callable[[bytes], None]] = {
    "moves": moves,
    "positions": positions,
    "texts": texts,
    "wthor": wthor,
}
"""The targets by name; each has a folder of inputs in `tests/corpus`."""
