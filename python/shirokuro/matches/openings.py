"""Openings for matches."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

import numpy as np

from shirokuro._core import Position

OPENING_PLIES = 8
"""Random moves before the players take over: 51,964 positions are possible, symmetric ones counted once."""

MAX_PLIES = 30
"""The longest opening: random games of more moves may have ended."""

_MANY = 5_000
_MORE_PLIES = 10
_MAX_REPEATS = 10_000


@dataclass(frozen=True, slots=True)
class Opening:
    """A game's first moves."""

    moves: tuple[str, ...]
    """The moves from the start; passes are left out."""
    position: Position
    """The position after them."""


def default_plies(count: int) -> int:
    """Returns the random moves per opening for `count` openings: `OPENING_PLIES`, or two more for many openings."""
    return OPENING_PLIES if count <= _MANY else _MORE_PLIES


def draw_openings(count: int, seed: int, plies: int | None = None) -> list[Opening]:
    """Draws openings of random moves from the start, no two of which are equal or symmetric to each other.

    Args:
        count: the number of openings.
        seed: the seed of the random numbers.
        plies: random moves per opening (default: `default_plies`). With 0, every opening is the start position.

    Raises:
        ValueError: there are not enough different openings, or `plies` is out of range.
    """
    plies = default_plies(count) if plies is None else plies
    if not 0 <= plies <= MAX_PLIES:
        raise ValueError(f"opening_plies = {plies}: must be within 0…{MAX_PLIES}")
    if not plies:
        return [Opening((), Position())] * count
    random = Random(f"{seed} openings")
    openings: dict[bytes, Opening] = {}
    repeats = 0
    while len(openings) < count:
        opening = _random_opening(plies, random)
        key = _canonical(opening.position)
        repeats = repeats + 1 if key in openings else 0
        if repeats == _MAX_REPEATS:
            raise ValueError(
                f"opening_plies = {plies}: there are hardly more than {len(openings):,} different openings of this "
                f"length, and {count:,} are needed"
            )
        openings.setdefault(key, opening)
    return list(openings.values())


def _random_opening(plies: int, random: Random) -> Opening:
    position, moves = Position(), []
    for _ in range(plies):
        if position.is_over:
            return _random_opening(plies, random)
        moves.append(random.choice(position.legal_moves))
        position = position.play(moves[-1])
    return Opening(tuple(moves), position)


def _canonical(position: Position) -> bytes:
    """Returns a key that is equal for the eight symmetric positions, and different for all others."""
    board = position.board.reshape(8, 8)
    symmetric = [np.rot90(each, turns) for each in (board, board.T) for turns in range(4)]
    return bytes([position.side_to_move]) + min(each.tobytes() for each in symmetric)
