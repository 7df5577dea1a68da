"""Elo differences estimated from match results, with confidence intervals that account for game pairs.

A player who is `d` Elo points stronger has an expected score of `1 / (1 + 10 ** (-d / 400))` per game. A draw counts
one half.

The two games of a pair share an opening and so depend on each other. The statistics therefore count pairs, not games.
A pair scores 0, ½, 1, 1½ or 2 points: the "pentanomial" model of Fishtest (https://www.cantate.be/Fishtest/).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

PAIR_SCORES = (0.0, 0.25, 0.5, 0.75, 1.0)
"""The possible scores of a pair, as shares of its two points."""

_UNSEEN = 1e-3
"""The count used for a pair result that did not occur, as in Fishtest."""

_STEPS = 50


def expected_score(elo: float) -> float:
    """Returns the expected share of the points for a player who is `elo` points stronger."""
    return 1 / (1 + 10 ** (-elo / 400))


def elo_of_score(score: float) -> float:
    """Returns the Elo difference at which `score` is the expected share of the points; ±∞ for all or none of them."""
    if score in {0, 1}:
        return math.inf if score else -math.inf
    return 400 * math.log10(score / (1 - score))


@dataclass(frozen=True, slots=True, kw_only=True)
class EloEstimate:
    """A difference in Elo points, positive if the first player is stronger. As text: `+35 (+12 … +58)`."""

    difference: float
    """The best estimate; ±∞ if one player took all points."""
    low: float
    """Lower end of the 95 % interval."""
    high: float
    """Upper end of the 95 % interval."""

    def __str__(self) -> str:
        return f"{_points(self.difference)} ({_points(self.low)} … {_points(self.high)})"


def _points(elo: float) -> str:
    return f"{elo:+.0f}" if math.isfinite(elo) else "+∞" if elo > 0 else "-∞"


def elo_difference(pair_counts: Sequence[int], *, confidence: float = 0.95) -> EloEstimate:
    """Estimates the rating difference behind a match result.

    The interval contains every score that the pairs do not contradict. It follows from the profile likelihood over all
    distributions of the five pair results, with Student's t in place of the normal distribution for short matches
    (A. B. Owen, "Empirical Likelihood", 2001, §3.3). Unlike mean ± 1.96 standard errors, it stays within 0…1 and is
    meaningful when one side took all points.

    Args:
        pair_counts: the numbers of pairs that scored 0, ½, 1, 1½ and 2 points.
        confidence: the probability that such an interval contains the true value.

    Raises:
        ValueError: no pair was played, or there are not five numbers.
    """
    if len(pair_counts) != len(PAIR_SCORES):
        raise ValueError(f"pair_counts = {list(pair_counts)}: must be {len(PAIR_SCORES)} numbers of pairs")
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
    """Returns the distribution with mean `score` under which the counts are most likely.

    It is proportional to `count / (1 + x * (result - score))`, with the `x` that yields this mean
    (https://www.cantate.be/Fishtest/support_MLE_multinomial.pdf, proposition 1.1).
    """
    counts = _seen(counts)
    total = sum(counts)
    offsets = [each - score for each in PAIR_SCORES]
    low, high, x = -1 / offsets[-1], -1 / offsets[0], 0.0
    for _ in range(_STEPS):
        # Newton's method, with bisection where a step would leave the bracket of the root: the slope is decreasing.
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
    """Returns the log-likelihood of the counts if results are distributed in proportion to the weights."""
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
    """Returns the quantile of Student's t distribution, by an expansion around the normal quantile.

    Abramowitz and Stegun, "Handbook of Mathematical Functions", 26.7.5. The result is exact for one and two degrees of
    freedom, which have closed forms.
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
