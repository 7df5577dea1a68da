"""Openings for matches."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

import numpy as np

from shirokuro._core import Position

OPENING_PLIES = 8
"""Random moves before the players take over: there are 51,964 such positions, symmetric ones counted once."""

_MANY = 5_000
_MORE_PLIES = 10
_VAIN_TRIES = 10_000


@dataclass(frozen=True, slots=True)
class Opening:
    """A game's first moves."""

    moves: tuple[str, ...]
    """From the start; passes are left out."""
    position: Position
    """The position after them."""


def default_plies(count: int) -> int:
    """Random moves that make so many openings: `OPENING_PLIES`, or two more where those become rare."""
    return OPENING_PLIES if count <= _MANY else _MORE_PLIES


def draw_openings(count: int, seed: int, plies: int | None = None) -> list[Opening]:
    """So many openings, each reached from the start by random moves, no two of them the same but for symmetry.

    Args:
        count: how many.
        seed: where the random numbers come from.
        plies: random moves (default: `default_plies`); 0 gives the start position for all.

    Raises:
        ValueError: there are not so many different ones, or `plies` is out of its range.
    """
    plies = default_plies(count) if plies is None else plies
    if not 0 <= plies <= 30:  # noqa: PLR2004 (beyond, random games come to their end)
        raise ValueError(f"opening_plies = {plies}: must be within 0…30")
    if not plies:
        return [Opening((), Position())] * count
    random = Random(f"{seed} openings")
    openings: dict[bytes, Opening] = {}
    vain = 0
    while len(openings) < count:
        opening = _random_opening(plies, random)
        key = _canonical(opening.position)
        vain = vain + 1 if key in openings else 0
        if vain == _VAIN_TRIES:
            raise ValueError(
                f"opening_plies = {plies}: there are not many more than {len(openings):,} different openings of so "
                f"many plies, and {count:,} are needed"
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
    """The same for all eight symmetric positions, and for no other."""
    board = position.board.reshape(8, 8)
    turned = [np.rot90(each, turns) for each in (board, board.T) for turns in range(4)]
    return bytes([position.side_to_move]) + min(each.tobytes() for each in turned)
