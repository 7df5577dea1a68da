"""Openings for matches."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from random import Random
from typing import TYPE_CHECKING

from shirokuro._core import Position
from shirokuro.game.game_files import read_games
from shirokuro.game.symmetry import canonical

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from os import PathLike

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
    start: Position = field(default_factory=Position)
    """The position before them."""


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
    if not plies:
        return [Opening((), Position())] * count
    openings = list(islice(random_openings(plies, seed), count))
    if len(openings) < count:
        raise ValueError(
            f"opening_plies = {plies}: there are hardly more than {len(openings):,} different openings of this "
            f"length, and {count:,} are needed"
        )
    return openings


def random_openings(plies: int, seed: int) -> Iterator[Opening]:
    """Yields random openings, no two of which are equal or symmetric to each other, until hardly any are left.

    Raises:
        ValueError: `plies` is out of range.
    """
    if not 0 <= plies <= MAX_PLIES:
        raise ValueError(f"opening_plies = {plies}: must be within 0…{MAX_PLIES}")
    return _different(plies, Random(f"{seed} openings"))


def _different(plies: int, random: Random) -> Iterator[Opening]:
    known: set[bytes] = set()
    repeats = 0
    while repeats < _MAX_REPEATS:
        opening = random_opening(plies, random)
        key = canonical(opening.position)
        repeats = repeats + 1 if key in known else 0
        if not repeats:
            known.add(key)
            yield opening


def read_openings(path: str | PathLike[str]) -> list[Opening]:
    """Reads a list of openings, such as that of XOT: any file that `read_games` reads. A position is an opening too.

    Of openings that lead to equal or symmetric positions, only the first one is kept.

    Raises:
        OSError: the file can't be read.
        ValueError: the file is damaged or has no openings, or the game has ended after an opening.
    """
    openings: dict[bytes, Opening] = {}
    for number, record in enumerate(read_games(path), start=1):
        position = record.position
        if position.is_over:
            raise ValueError(f"{path}: opening {number}: the game is over after it")
        openings.setdefault(canonical(position), Opening(record.moves, position, record.start))
    if not openings:
        raise ValueError(f"{path}: no openings")
    return list(openings.values())


def choose_openings(openings: Sequence[Opening], count: int, seed: int) -> list[Opening]:
    """Returns `count` of the given openings, in an order that the seed decides.

    Raises:
        ValueError: there are fewer.
    """
    if count > len(openings):
        raise ValueError(f"games = {2 * count}: {len(openings):,} openings are enough for {2 * len(openings):,} games")
    return Random(f"{seed} openings").sample(openings, count)


def random_opening(plies: int, random: Random) -> Opening:
    """Returns an opening of random moves from the start."""
    position, moves = Position(), []
    for _ in range(plies):
        if position.is_over:
            return random_opening(plies, random)
        moves.append(random.choice(position.legal_moves))
        position = position.play(moves[-1])
    return Opening(tuple(moves), position)
