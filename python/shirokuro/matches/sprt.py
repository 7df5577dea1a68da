"""A sequential test that ends a match once it has decided between two strengths."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from shirokuro.matches.elo import expected_score, likeliest_weights, log_likelihood

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_ELO = 2_000
"""The greatest difference that a test may ask about: that of 99,999 points of 100,000."""


@dataclass(frozen=True, slots=True)
class Sprt:
    """A sequential probability ratio test: is the first player `elo1` or only `elo0` points stronger?

    After each pair it computes the generalised likelihood ratio, and it stops when the ratio crosses one of Wald's
    bounds. The ratio is Fishtest's for logistic Elo. It compares the most likely distributions of pair results with
    the mean of either hypothesis (https://www.cantate.be/Fishtest/support_MLE_multinomial.pdf).

    Raises:
        ValueError: `elo0` or `elo1` is beyond ±2,000, `elo0` is not less than `elo1`, or `alpha` or `beta` is not
            between 0 and 0.5.
    """

    elo0: float
    """The Elo difference under the null hypothesis."""
    elo1: float
    """The Elo difference under the alternative hypothesis."""
    alpha: float = 0.05
    """The probability of deciding for `elo1` when `elo0` is true."""
    beta: float = 0.05
    """The probability of deciding for `elo0` when `elo1` is true."""

    def __post_init__(self) -> None:
        for name in ("elo0", "elo1"):
            if not abs(getattr(self, name)) <= MOST_ELO:
                raise ValueError(f"{name} = {getattr(self, name):g}: must be within ±{MOST_ELO:,}")
        if not self.elo0 < self.elo1:
            raise ValueError(f"elo0 = {self.elo0:g}: must be less than elo1 = {self.elo1:g}")
        for name in ("alpha", "beta"):
            if not 0 < getattr(self, name) < 0.5:  # noqa: PLR2004
                raise ValueError(f"{name} = {getattr(self, name):g}: must be greater than 0 and less than 0.5")

    @classmethod
    def parse(cls, text: str) -> Sprt:
        """Reads `elo0,elo1`, `elo0,elo1,alpha` or `elo0,elo1,alpha,beta`.

        Raises:
            ValueError: the text has another form, or a value is out of range.
        """
        try:
            numbers = [float(part) for part in text.split(",")]
        except ValueError:
            numbers = []
        if len(numbers) not in {2, 3, 4}:
            raise ValueError(f"sprt: {text!r} is not elo0,elo1[,alpha[,beta]], such as 0,10")
        return cls(*numbers)

    @property
    def bounds(self) -> tuple[float, float]:
        """The log-likelihood ratios at which the test decides for `elo0` and for `elo1`."""
        return math.log(self.beta / (1 - self.alpha)), math.log((1 - self.beta) / self.alpha)

    def log_likelihood_ratio(self, pair_counts: Sequence[int]) -> float:
        """Returns the ratio of `elo1` to `elo0`, given the numbers of pairs that scored 0, ½, 1, 1½ and 2 points."""
        if not sum(pair_counts):
            return 0.0
        null, alternative = (likeliest_weights(pair_counts, expected_score(elo)) for elo in (self.elo0, self.elo1))
        return log_likelihood(pair_counts, alternative) - log_likelihood(pair_counts, null)

    def decision(self, pair_counts: Sequence[int]) -> Literal["elo0", "elo1"] | None:
        """Returns the hypothesis that the pairs decide for; `None` while the test is undecided."""
        low, high = self.bounds
        ratio = self.log_likelihood_ratio(pair_counts)
        return "elo1" if ratio >= high else "elo0" if ratio <= low else None
