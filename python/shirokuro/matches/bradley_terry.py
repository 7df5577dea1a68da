"""Ratings of many players at once, from all of their matches (the Bradley–Terry model)."""

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
    """The results of the games between two players."""

    first: int
    """The index of the player whose points are counted."""
    second: int
    """The index of the opponent."""
    pair_counts: tuple[int, int, int, int, int]
    """The numbers of game pairs that scored 0, ½, 1, 1½ and 2 points."""


@dataclass(frozen=True, slots=True)
class Rating:
    """A player's strength."""

    elo: float
    """Elo points."""
    error: float
    """Half the width of the 95 % interval of the difference to the zero point."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RatingFit:
    """The ratings of all players, which only have a meaning as differences, and their covariance."""

    elo: NDArray[np.float64]
    """Elo points, shape (players,)."""
    covariance: NDArray[np.float64]
    """Their covariance in Elo points², shape (players, players)."""

    def contrast(self, weights: NDArray[np.float64]) -> Rating:
        """Returns the sum of the ratings times these weights, which must add up to zero, with its 95 % interval."""
        variance = float(weights @ self.covariance @ weights)
        return Rating(float(weights @ self.elo), 1.96 * math.sqrt(max(0.0, variance)))

    def relative_to(self, zero: Sequence[int]) -> list[Rating]:
        """Returns all ratings, relative to the mean rating of the players in `zero`."""
        contrasts = np.eye(len(self.elo))
        contrasts[:, list(zero)] -= 1 / len(zero)
        return [self.contrast(weights) for weights in contrasts]


def fit_ratings(players: int, pairings: Sequence[Pairing], *, zero: Sequence[int]) -> list[Rating]:
    """Rates all players at once, as `fit` does.

    Args:
        players: the number of players; their indices start at 0.
        pairings: the results; they must connect every player to every other one, directly or through others.
        zero: the players whose mean rating is the zero point.

    Raises:
        ValueError: a player is not connected to the others, or `zero` is empty.
    """
    if not zero:
        raise ValueError("zero: name at least one player")
    return fit(players, pairings).relative_to(zero)


def fit(players: int, pairings: Sequence[Pairing], *, drawn: float = 1.0) -> RatingFit:
    """Rates all players at once by the maximum-likelihood fit of the Bradley–Terry model.

    R. A. Bradley, M. E. Terry, "Rank analysis of incomplete block designs", Biometrika 39, 1952. A draw counts half a
    point. Drawn pairs are added to each pairing, which keeps ratings finite where one player won all games. The errors
    are computed from the variance of the pairs (a "sandwich" estimate), because the two games of a pair depend on each
    other.

    Args:
        players: the number of players; their indices start at 0.
        pairings: the results; they must connect every player to every other one, directly or through others.
        drawn: the number of drawn pairs added to each pairing, which need not be whole.

    Raises:
        ValueError: a player is not connected to the others.
    """
    ratings = np.zeros(players)
    for _ in range(_STEPS):
        gradient, curvature, _ = _derivatives(ratings, pairings, drawn)
        if np.linalg.matrix_rank(curvature) < players - 1:
            raise ValueError("some players are not connected to the others by games")
        step = np.linalg.pinv(curvature, hermitian=True) @ gradient
        ratings += step / max(1.0, float(np.abs(step).max()) / 2)
        if np.abs(step).max() < 1e-10:  # noqa: PLR2004
            break
    _, curvature, covariance = _derivatives(ratings, pairings, drawn)
    inverse = np.linalg.pinv(curvature, hermitian=True)
    points = 400 / math.log(10)
    return RatingFit(elo=points * ratings, covariance=points**2 * (inverse @ covariance @ inverse))


def _derivatives(
    ratings: NDArray[np.float64], pairings: Sequence[Pairing], drawn: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Returns the log-likelihood's gradient, its negative Hessian, and the covariance of the gradient."""
    size = len(ratings)
    gradient, curvature, covariance = np.zeros(size), np.zeros((size, size)), np.zeros((size, size))
    for pairing in pairings:
        expected = 1 / (1 + math.exp(ratings[pairing.second] - ratings[pairing.first]))
        contrast = np.zeros(size)
        contrast[pairing.first], contrast[pairing.second] = 1.0, -1.0
        # The added drawn pairs: one game won, one game lost.
        slope, games, squares = drawn * (1 - 2 * expected), 2 * drawn, drawn * (expected**2 + (1 - expected) ** 2)
        for score, count in zip(PAIR_SCORES, pairing.pair_counts, strict=True):
            surplus = 2 * (score - expected)
            slope += count * surplus
            games += 2 * count
            squares += count * surplus**2
        square = np.outer(contrast, contrast)
        gradient += slope * contrast
        curvature += games * expected * (1 - expected) * square
        covariance += squares * square
    return gradient, curvature, covariance
