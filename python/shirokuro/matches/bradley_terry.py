"""The strengths of many players at once, from all of their matches."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from shirokuro.matches.elo import PAIR_SCORES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_STEPS = 100


@dataclass(frozen=True, slots=True)
class Pairing:
    """The results of two players' games."""

    first: int
    """The number of the player whose points are counted."""
    second: int
    """The number of the other one."""
    pair_counts: tuple[int, int, int, int, int]
    """How many pairs brought 0, ½, 1, 1½ and 2 points."""


@dataclass(frozen=True, slots=True)
class Rating:
    """A player's strength."""

    elo: float
    """Elo points."""
    error: float
    """Half the width of the 95 % interval of the distance to the zero point."""


def fit_ratings(players: int, pairings: Sequence[Pairing], *, zero: Sequence[int]) -> list[Rating]:
    """Rates all players at once, so that expected scores match the results (Bradley and Terry's model).

    R. A. Bradley, M. E. Terry, "Rank analysis of incomplete block designs", Biometrika 39, 1952; a draw is one half of
    a point. A drawn pair is added to each pairing, so that a rating is finite where all games were won. The errors come
    from the scatter of the pairs (a "sandwich" estimate), as two games of a pair depend on each other.

    Args:
        players: how many there are, numbered from 0.
        pairings: who played whom; every player is linked to every other one by them.
        zero: the players whose mean rating is the zero point.

    Raises:
        ValueError: a player is not linked to the others, or `zero` is empty.
    """
    if not zero:
        raise ValueError("zero: name at least one player")
    ratings = np.zeros(players)
    for _ in range(_STEPS):
        gradient, curvature, _ = _derivatives(ratings, pairings)
        if np.linalg.matrix_rank(curvature) < players - 1:
            raise ValueError("some players are not linked to the others by games")
        step = np.linalg.pinv(curvature, hermitian=True) @ gradient
        ratings += step / max(1.0, float(np.abs(step).max()) / 2)
        if np.abs(step).max() < 1e-10:  # noqa: PLR2004
            break
    _, curvature, scatter = _derivatives(ratings, pairings)
    inverse = np.linalg.pinv(curvature, hermitian=True)
    contrasts = np.eye(players)
    contrasts[:, list(zero)] -= 1 / len(zero)
    variances = np.diag(contrasts @ inverse @ scatter @ inverse @ contrasts.T)
    points = 400 / math.log(10)
    ratings = contrasts @ ratings
    return [
        Rating(float(rating) * points, 1.96 * math.sqrt(max(0.0, float(variance))) * points)
        for rating, variance in zip(ratings, variances, strict=True)
    ]


def _derivatives(
    ratings: NDArray[np.float64], pairings: Sequence[Pairing]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """The log-likelihood's slope, its curvature with the sign changed, and the scatter of the slope."""
    size = len(ratings)
    gradient, curvature, scatter = np.zeros(size), np.zeros((size, size)), np.zeros((size, size))
    for pairing in pairings:
        expected = 1 / (1 + math.exp(ratings[pairing.second] - ratings[pairing.first]))
        contrast = np.zeros(size)
        contrast[pairing.first], contrast[pairing.second] = 1.0, -1.0
        # The drawn pair that is added: a game won and a game lost.
        slope, games, squares = 1 - 2 * expected, 2, expected**2 + (1 - expected) ** 2
        for score, count in zip(PAIR_SCORES, pairing.pair_counts, strict=True):
            surplus = 2 * (score - expected)
            slope += count * surplus
            games += 2 * count
            squares += count * surplus**2
        square = np.outer(contrast, contrast)
        gradient += slope * contrast
        curvature += games * expected * (1 - expected) * square
        scatter += squares * square
    return gradient, curvature, scatter
