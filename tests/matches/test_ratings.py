"""Elo differences, the sequential test and joint ratings, against independent computations and simulated matches.

SciPy is imported only where it is used: it is large, and other tests measure the memory of this process.
"""

from __future__ import annotations

import math
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pytest

import shirokuro as sk
from shirokuro.matches.bradley_terry import Pairing, fit_ratings
from shirokuro.matches.elo import (
    PAIR_SCORES,
    elo_of_score,
    expected_score,
    likeliest_weights,
    log_likelihood,
    student_quantile,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.random import Generator
    from numpy.typing import NDArray

Counts = tuple[int, int, int, int, int]


def pair_chances(elo: float, bias: float = 200.0, draws: float = 0.1) -> list[float]:
    """Returns the probabilities of 0, ½, 1, 1½ and 2 points if openings favour a side by `bias` Elo points (RMS).

    The two games of a pair depend on each other through their opening.
    """
    nodes, weights = np.polynomial.hermite_e.hermegauss(40)
    chances = np.zeros(5)
    for node, weight in zip(nodes, weights / weights.sum(), strict=True):
        first, second = ((1 - draws) * expected_score(elo + sign * node * bias) for sign in (1, -1))
        chances += weight * np.convolve((1 - draws - first, draws, first), (1 - draws - second, draws, second))
    return [float(chance) for chance in chances]


def score_of(chances: Sequence[float] | NDArray[np.float64]) -> float:
    return float(np.dot(chances, PAIR_SCORES))


def drawn(random: Generator, pairs: int, chances: Sequence[float]) -> Counts:
    a, b, c, d, e = (int(count) for count in random.multinomial(pairs, chances))
    return a, b, c, d, e


def test_converting_elo_to_a_score_and_back_changes_nothing() -> None:
    assert expected_score(0) == 0.5
    assert expected_score(400) == pytest.approx(10 / 11)
    assert [elo_of_score(score) for score in (0, 0.5, 1)] == [-math.inf, 0, math.inf]
    for elo in (-800, -3, 17, 250):
        assert elo_of_score(expected_score(elo)) == pytest.approx(elo)


@pytest.mark.parametrize("probability", [0.9, 0.975, 0.995])
def test_quantiles_match_student_t(probability: float) -> None:
    from scipy import stats  # noqa: PLC0415

    for freedom in (1, 2):
        assert student_quantile(probability, freedom) == pytest.approx(stats.t.ppf(probability, freedom))
    for freedom in (3, 4, 5, 9, 49, 500):
        assert student_quantile(probability, freedom) == pytest.approx(stats.t.ppf(probability, freedom), rel=0.03)


@pytest.mark.parametrize("counts", [(3, 1, 9, 4, 7), (1, 2, 30, 40, 50), (0, 0, 5, 2, 20)])
@pytest.mark.parametrize("score", [0.4, 0.55, 0.8])
def test_the_likeliest_distribution_with_a_given_mean_matches_an_optimiser(counts: Counts, score: float) -> None:
    from scipy import optimize  # noqa: PLC0415

    weights = likeliest_weights(counts, score)
    assert sum(weights) == pytest.approx(1)
    assert score_of(weights) == pytest.approx(score)
    found = optimize.minimize(
        lambda p: -sum(c * math.log(x) for c, x in zip(counts, p, strict=True) if c) / sum(counts),
        np.full(5, 0.2),
        bounds=[(1e-9, 1)] * 5,
        constraints=[
            {"type": "eq", "fun": lambda p: p.sum() - 1},
            {"type": "eq", "fun": lambda p: p @ np.array(PAIR_SCORES) - score},
        ],
        options={"maxiter": 1000, "ftol": 1e-12},
    )
    assert found.success
    assert log_likelihood(counts, weights) == pytest.approx(-found.fun * sum(counts), abs=0.1)
    assert weights == pytest.approx(list(found.x), abs=0.01)


def test_an_interval_contains_its_estimate_and_mirrors_with_the_counts() -> None:
    there = sk.elo_difference((1, 2, 10, 5, 3))
    back = sk.elo_difference((3, 5, 10, 2, 1))
    assert there.low < there.difference < there.high
    assert there.difference == pytest.approx(400 * math.log10((24.5 / 42) / (17.5 / 42)))
    assert (-there.difference, -there.high, -there.low) == pytest.approx((back.difference, back.low, back.high))


def test_an_interval_is_meaningful_if_all_games_were_won() -> None:
    every = sk.elo_difference((0, 0, 0, 0, 200))
    fewer = sk.elo_difference((0, 0, 0, 0, 20))
    assert (every.difference, every.high) == (math.inf, math.inf)
    assert 700 < every.low < 1000
    assert 300 < fewer.low < 600
    assert sk.elo_difference((0, 0, 1, 0, 0)).low == -math.inf
    with pytest.raises(ValueError, match="no games were played"):
        sk.elo_difference((0, 0, 0, 0, 0))


@pytest.mark.parametrize(("pairs", "elo"), [(10, 0), (25, 150), (100, 0), (100, 150), (100, 500), (200, 800)])
def test_intervals_contain_the_true_strength_as_often_as_stated(pairs: int, elo: float) -> None:
    chances = pair_chances(elo)
    true = elo_of_score(score_of(chances))
    random = np.random.default_rng(1)
    contained = 0
    for _ in range(300):
        estimate = sk.elo_difference(drawn(random, pairs, chances))
        contained += estimate.low <= true <= estimate.high
    # At most four standard errors (of 300 trials) below 95 %; intervals of short matches may be wider than needed.
    assert contained / 300 > 0.95 - 4 * math.sqrt(0.95 * 0.05 / 300)


def test_openings_that_favour_a_side_do_not_widen_the_interval() -> None:
    # The same colour wins each opening, so all pairs are drawn, though single games vary widely.
    assert sk.elo_difference((0, 0, 100, 0, 0)).high < 15
    assert sk.elo_difference((25, 0, 50, 0, 25)).high > 45


def test_the_likelihood_ratio_is_close_to_its_normal_approximation_and_has_the_same_sign() -> None:
    test = sk.Sprt(0, 30)
    for counts in ((3, 10, 40, 20, 9), (10, 10, 10, 10, 10), (0, 3, 7, 3, 0), (0, 0, 0, 0, 5)):
        mean, size = score_of(np.array(counts) / sum(counts)), sum(counts)
        seen = np.array([count or 1e-3 for count in counts])
        variance = float(seen @ (np.array(PAIR_SCORES) - mean) ** 2) / size
        s0, s1 = expected_score(0), expected_score(30)
        # The normal approximation, https://www.cantate.be/Fishtest/GSPRT_approximation.pdf.
        near = size * (s1 - s0) * (2 * mean - s0 - s1) / variance / 2
        assert math.copysign(1, near) == math.copysign(1, test.log_likelihood_ratio(counts))
        if variance > 0.01:
            assert test.log_likelihood_ratio(counts) == pytest.approx(near, rel=0.15, abs=0.05)
    assert test.log_likelihood_ratio((0, 0, 0, 0, 0)) == 0
    assert test.bounds == pytest.approx((-math.log(19), math.log(19)))


def simulated(test: sk.Sprt, elo: float, seed: int, limit: int = 2000) -> tuple[str | None, int]:
    """Returns the decision of a test and the number of pairs that it took."""
    random = np.random.default_rng(seed)
    chances = pair_chances(elo)
    counts = [0] * 5
    for pair, points in enumerate(random.choice(5, limit, p=chances), 1):
        counts[points] += 1
        if pair % 2 == 0 and (decision := test.decision(counts)):
            return decision, pair
    return None, limit


def test_a_sequential_test_keeps_its_error_rates() -> None:
    # The true score must be exactly that of the hypothesis, although openings and draws distort the Elo scale.
    grid = np.arange(-50, 500, 0.5)
    scale = [elo_of_score(score_of(pair_chances(elo))) for elo in grid]

    def elo_for(target: float) -> float:
        return float(np.interp(target, scale, grid))

    test, matches = sk.Sprt(0, 80, alpha=0.1, beta=0.1), 150
    for truth, target in (("elo0", 0.0), ("elo1", 80.0)):
        results = [simulated(test, elo_for(target), seed) for seed in range(matches)]
        wrong = sum(decision != truth for decision, _ in results)
        assert wrong / matches < 0.1 + 3 * math.sqrt(0.1 * 0.9 / matches)
        assert wrong > 0
        assert np.mean([pairs for _, pairs in results]) < 150
    strong = [simulated(test, elo_for(250), seed) for seed in range(20)]
    assert {decision for decision, _ in strong} == {"elo1"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("0", "sprt: '0' is not elo0,elo1"),
        ("a,b", "is not elo0,elo1"),
        ("1,2,3,4,5", "is not elo0,elo1"),
        ("5,5", "elo0 = 5: must be less than elo1 = 5"),
        ("0,5,0.6", "alpha = 0.6: must be greater than 0 and less than 0.5"),
        ("0,5,0.05,0", "beta = 0: must be greater than 0"),
    ],
)
def test_an_invalid_test_is_rejected(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        sk.Sprt.parse(text)


def test_a_test_is_parsed_from_text() -> None:
    assert sk.Sprt.parse("0,5") == sk.Sprt(0, 5)
    assert sk.Sprt.parse("-3, 1,0.1,0.2") == sk.Sprt(-3, 1, 0.1, 0.2)


def test_the_ratings_of_two_players_follow_from_their_score() -> None:
    counts = (10, 20, 200, 90, 80)
    first, second = fit_ratings(2, [Pairing(0, 1, counts)], zero=[1])
    # The added drawn pair is included.
    score = (score_of(np.array(counts) / 400) * 400 + 0.5) / 401
    assert first.elo == pytest.approx(elo_of_score(score), abs=1e-6)
    assert (second.elo, second.error) == (0, 0)
    interval = sk.elo_difference(counts)
    assert first.error == pytest.approx((interval.high - interval.low) / 2, rel=0.05)


def test_rating_intervals_contain_the_true_strengths_as_often_as_stated() -> None:
    truth = np.array([-300.0, -100.0, 0.0, 60.0, 140.0])
    centred = truth - truth[1:].mean()
    random = np.random.default_rng(3)
    contained = np.zeros(5)
    for _ in range(200):
        pairings = []
        for first, second in combinations(range(5), 2):
            # Without openings that favour a side, Elo differences add up exactly.
            chances = pair_chances(truth[first] - truth[second], bias=0, draws=0)
            pairings.append(Pairing(first, second, drawn(random, 50, chances)))
        ratings = fit_ratings(5, pairings, zero=[1, 2, 3, 4])
        contained += [abs(rating.elo - true) <= rating.error for rating, true in zip(ratings, centred, strict=True)]
    assert (contained / 200 > 0.95 - 4 * math.sqrt(0.95 * 0.05 / 200)).all()
    assert (contained / 200 < 1).all()


def test_ratings_stay_finite_with_large_errors_if_all_games_were_won() -> None:
    won: Counts = (0, 0, 0, 0, 50)
    strong, middle, weak = fit_ratings(3, [Pairing(0, 1, won), Pairing(1, 2, won), Pairing(0, 2, won)], zero=[1])
    assert strong.elo > 400
    assert weak.elo < -400
    assert min(strong.error, weak.error) > 150
    assert middle.elo == middle.error == 0


def test_players_that_are_not_connected_are_rejected() -> None:
    with pytest.raises(ValueError, match="not connected"):
        fit_ratings(3, [Pairing(0, 1, (1, 1, 1, 1, 1))], zero=[0])
    with pytest.raises(ValueError, match="zero"):
        fit_ratings(2, [Pairing(0, 1, (1, 1, 1, 1, 1))], zero=[])


def test_the_representation_of_a_match_is_one_short_line() -> None:
    result = sk.MatchResult((10, -4, 0, 2) * 50, forfeits=(sk.Forfeit(1, "b", "resigned", ()),))
    assert repr(result) == f"<MatchResult: 200 games, +100 =50 -50, Elo {result.elo}, 1 forfeited>"
    assert repr(sk.MatchResult(())) == "<MatchResult: 0 games, +0 =0 -0>"


def test_a_difference_needs_five_counts() -> None:
    with pytest.raises(ValueError, match=r"pair_counts = \[1, 2\]: must be 5 numbers of pairs"):
        sk.elo_difference([1, 2])
