"""Strength from results: Elo differences with intervals that respect the pairs of games.

Elo points: a player who is `d` points stronger scores `1 / (1 + 10 ** (-d / 400))` a game, a draw counting one half.

The two games of a pair share an opening and depend on each other, so that pairs, not games, are what is counted:
0, ½, 1, 1½ or 2 points, the "pentanomial" model of Fishtest (https://www.cantate.be/Fishtest/).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

PAIR_SCORES = (0.0, 0.25, 0.5, 0.75, 1.0)
"""The shares of the points that a pair of games can bring."""

_UNSEEN = 1e-3
"""Pairs that stand for a result that was not seen, as in Fishtest."""

_STEPS = 50


def expected_score(elo: float) -> float:
    """The share of the points of a player who is so many Elo points stronger."""
    return 1 / (1 + 10 ** (-elo / 400))


def elo_of_score(score: float) -> float:
    """The Elo points behind a share of the points; ±∞ for all of them and none."""
    if score in {0, 1}:
        return math.inf if score else -math.inf
    return 400 * math.log10(score / (1 - score))


@dataclass(frozen=True, slots=True, kw_only=True)
class EloEstimate:
    """A difference in Elo points, positive if the first player is the stronger one; as text, `+35 (+12 … +58)`."""

    difference: float
    """The difference that fits best; ±∞ if one player took all points."""
    low: float
    """Lower end of the 95 % interval."""
    high: float
    """Upper end of the 95 % interval."""

    def __str__(self) -> str:
        return f"{_points(self.difference)} ({_points(self.low)} … {_points(self.high)})"


def _points(elo: float) -> str:
    return f"{elo:+.0f}" if math.isfinite(elo) else "+∞" if elo > 0 else "−∞"


def elo_difference(pair_counts: Sequence[int], *, confidence: float = 0.95) -> EloEstimate:
    """Estimates the rating difference behind a match result.

    The interval holds every score that the pairs do not contradict: it is the profile likelihood's over all
    distributions of the five pair results, with Student's t in place of the normal distribution for short matches
    (A. B. Owen, "Empirical Likelihood", 2001, §3.3). Unlike mean ± 1.96 standard errors it stays within 0…1 and makes
    sense when one side took all points.

    Args:
        pair_counts: how many pairs brought 0, ½, 1, 1½ and 2 points.
        confidence: the chance with which such intervals contain the true value.

    Raises:
        ValueError: no pair was played.
    """
    pairs = sum(pair_counts)
    if not pairs:
        raise ValueError("no games were played")
    score = _mean(pair_counts)
    if pairs == 1:
        return EloEstimate(difference=elo_of_score(score), low=-math.inf, high=math.inf)
    limit = student_quantile((1 + confidence) / 2, pairs - 1) ** 2 / 2
    best = log_likelihood(pair_counts, pair_counts)

    def contradicted(other: float) -> bool:
        return best - log_likelihood(pair_counts, likeliest_weights(pair_counts, other)) > limit

    return EloEstimate(
        difference=elo_of_score(score),
        low=elo_of_score(_edge(0.0, score, contradicted)) if score > 0 else -math.inf,
        high=elo_of_score(_edge(1.0, score, contradicted)) if score < 1 else math.inf,
    )


def _mean(counts: Sequence[float]) -> float:
    return sum(score * count for score, count in zip(PAIR_SCORES, counts, strict=True)) / sum(counts)


def likeliest_weights(counts: Sequence[float], score: float) -> list[float]:
    """The distribution with this mean that makes the counts most likely.

    It is `count / (1 + x * (result - score))` with the `x` that gives it that mean
    (https://www.cantate.be/Fishtest/support_MLE_multinomial.pdf, proposition 1.1).
    """
    counts = _seen(counts)
    total = sum(counts)
    offsets = [each - score for each in PAIR_SCORES]
    low, high, x = -1 / offsets[-1], -1 / offsets[0], 0.0
    for _ in range(_STEPS):
        # Newton's method, and bisection where it would leave what is known to hold the root: the slope falls all along.
        shares = [offset / (1 + x * offset) for offset in offsets]
        slope = sum(count * share for count, share in zip(counts, shares, strict=True))
        low, high = (x, high) if slope > 0 else (low, x)
        step = slope / sum(count * share * share for count, share in zip(counts, shares, strict=True))
        if abs(step) < 1e-13 * (1 + abs(x)):
            break
        x = x + step if low < x + step < high else (low + high) / 2
    return [count / (1 + x * offset) / total for count, offset in zip(counts, offsets, strict=True)]


def _seen(counts: Sequence[float]) -> list[float]:
    return [count or _UNSEEN for count in counts]


def log_likelihood(counts: Sequence[float], weights: Sequence[float]) -> float:
    """Of the counts, if results are distributed as the weights are."""
    weights = _seen(weights)
    total = sum(weights)
    return sum(count * math.log(weight / total) for count, weight in zip(_seen(counts), weights, strict=True))


def _edge(outside: float, inside: float, is_outside: Callable[[float], bool]) -> float:
    for _ in range(_STEPS // 2):
        middle = (outside + inside) / 2
        if is_outside(middle):
            outside = middle
        else:
            inside = middle
    return inside


def student_quantile(probability: float, freedom: int) -> float:
    """Student's t for a probability, by its expansion around the normal quantile.

    Abramowitz and Stegun, "Handbook of Mathematical Functions", 26.7.5; for one and two degrees of freedom, which have
    closed forms, exactly.
    """
    if freedom == 1:
        return math.tan(math.pi * (probability - 0.5))
    if freedom == 2:  # noqa: PLR2004
        return (2 * probability - 1) * math.sqrt(2 / (4 * probability * (1 - probability)))
    z = NormalDist().inv_cdf(probability)
    terms = (
        z,
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return math.fsum(term / freedom**power for power, term in enumerate(terms))
