"""The history of a run's strength: its ratings, their gain, its file, and which moments and snapshots are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from shirokuro.matches.elo import expected_score
from shirokuro.runs.snapshots import thinned
from shirokuro.training.strength_history import ANCHOR, MOMENTS, StrengthHistory
from tests.support.strength import STEP

if TYPE_CHECKING:
    from pathlib import Path

    from shirokuro.matches.result import PairCounts
    from shirokuro.training.strength_history import Rated


def filled(elos: dict[int, float], pairs: int = 4000) -> StrengthHistory:
    """Returns a history of moments with these ratings over the heuristic player, without luck."""
    history = StrengthHistory()

    def counts(elo: float) -> PairCounts:
        won = round(pairs * expected_score(elo))
        return pairs - won, 0, 0, 0, won

    for games, elo in elos.items():
        history.results[games, ANCHOR] = counts(elo)
        for other in [each for each in elos if each < games][-2:]:
            history.results[games, other] = counts(elo - elos[other])
    return history


def test_ratings_are_those_of_the_results_and_one_scale_holds_all_players() -> None:
    ratings = filled({100: 50.0, 200: 120.0, 300: 160.0}).ratings()
    assert ratings.players == [100, 200, 300, ANCHOR]
    assert [ratings.of(games).elo for games in (100, 200, 300)] == pytest.approx([50, 120, 160], abs=1)
    assert sum(rating.elo for rating in ratings.among_moments()[:3]) == pytest.approx(0, abs=1e-6)
    assert ratings.strongest([100, 300, 200]) == 300
    assert ratings.strongest([100, 200]) == 200


def test_the_gain_is_the_slope_of_the_ratings_over_the_last_games() -> None:
    ratings = filled({100: 0.0, 200: 100.0, 300: 120.0, 400: 140.0, 500: 160.0}).ratings()
    gain = ratings.gain(300)
    assert gain
    assert gain.elo == pytest.approx(60, abs=1)
    assert gain.games == 300
    assert str(gain).endswith("Elo over the last 300 games")
    whole = ratings.gain(10_000)
    assert whole
    assert whole.games == 400
    assert whole.elo == pytest.approx(4 * (320 - 0 + 40) / 10, abs=3)  # the slope by least squares
    assert filled({100: 0.0}).ratings().gain(300) is None


@pytest.mark.parametrize("pairs", [40, 400])
def test_intervals_of_the_gain_contain_the_true_gain_as_often_as_they_claim(pairs: int) -> None:
    random, inside = np.random.default_rng(3), 0
    truth = {1: 150.0, 2: 160.0, 3: 170.0, 4: 180.0}
    for _ in range(300):
        history = StrengthHistory()
        for games, elo in truth.items():
            others: list[Rated] = [ANCHOR, *(each for each in truth if each < games)]
            for other in others:
                chance = expected_score(elo - (0 if isinstance(other, str) else truth[other]))
                chances = np.convolve([1 - chance, 0, chance], [1 - chance, 0, chance])
                history.results[games, other] = tuple(map(int, random.multinomial(pairs, chances)))  # type: ignore[assignment]
        gain = history.ratings().gain(3)
        assert gain
        inside += abs(gain.elo - 30) <= gain.error
    assert 0.91 * 300 <= inside <= 0.99 * 300


def test_a_history_is_read_as_it_was_written(tmp_path: Path) -> None:
    file = tmp_path / "strength.json"
    assert StrengthHistory.load(file).results == {}
    history = filled({100: 50.0, 200: 120.0})
    history.seconds = 1.5
    history.save(file, history.ratings())
    read = StrengthHistory.load(file)
    assert (read.results, read.seconds, read.moments) == (history.results, 1.5, [100, 200])
    content = file.read_text(encoding="utf-8")
    for wrong in (
        "",
        "[]",
        "{}",
        content[:-9],
        content.replace('"first": 0', '"first": 9'),
        content.replace("heur", "x"),
    ):
        file.write_text(wrong, encoding="utf-8")
        with pytest.raises(ValueError, match="not a history of strength"):
            StrengthHistory.load(file)


def test_moments_that_are_dropped_leave_the_others_connected() -> None:
    history = filled({games: 10.0 * games for games in range(1, 2 * MOMENTS)}, pairs=50)
    history.drop_after(2 * MOMENTS - 10)
    assert history.moments[-1] == 2 * MOMENTS - 10
    history.thin(always=[3, 4, 5])
    assert len(history.moments) == MOMENTS
    assert {1, 3, 4, 5, 2 * MOMENTS - 10} <= set(history.moments)
    assert len(history.ratings().players) == MOMENTS + 1


def test_snapshots_are_kept_at_distances_that_grow_with_their_age() -> None:
    kept: list[int] = []
    for step in range(1, 1001):
        kept = thinned([*kept, STEP * step], 12)
        assert len(kept) == min(step, 12)
        assert (kept[0], kept[-1]) == (STEP, STEP * step)
    ages = [1000 - games // STEP for games in kept]
    for age in range(1, 999):
        assert min(max(age / each, each / age) for each in ages if each) <= 2, (age, ages)


def test_thinning_never_drops_what_is_always_kept() -> None:
    assert {5, 6, 7} <= set(thinned(range(100), 5, always=[5, 6, 7]))
    assert thinned(range(6), 2, always=range(6)) == list(range(6))
