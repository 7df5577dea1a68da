"""Stagnation: a TD error that no longer decreases, distinguished from noise and from changed settings."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import shirokuro as sk
from shirokuro.training.convergence import Window
from shirokuro.training.convergence_tracker import ConvergenceTracker
from shirokuro.training.stagnation import ErrorSums, stagnation, trend
from tests.support.runs import PATTERNS

WINDOW = 10_000

# Mean squared TD error of each 10,000 games, in discs², in runs with default settings and seed 1. Its standard error is
# about half a per cent. The first 10,000 games of a run are not judged.
MEASURED = {
    "200,000 games": (
        149.8,
        121.9,
        124.8,
        115.6,
        102.8,
        103.3,
        99.3,
        93.1,
        82.3,
        79.9,
        75.3,
        75.1,
        67.3,
        65.2,
        62.0,
        59.1,
        55.7,
        54.6,
        52.9,
        51.3,
    ),
    "1,000,000 games, the first 70,000": (123.0, 121.8, 118.7, 122.5, 152.2, 132.8, 122.7),
}


def windows_of(variances: Any, error: float) -> list[Window]:
    """Returns windows with the given variances of the TD error, each with a relative standard error."""
    return [
        Window(
            end=WINDOW * (number + 1),
            games=WINDOW,
            stone_difference_mean=0.0,
            stone_difference_variance=800.0,
            value_variance=600.0,
            td_variance=variance,
            td_variance_error=error * variance,
        )
        for number, variance in enumerate(map(float, variances))
    ]


def alarms(windows: list[Window], since: int = WINDOW) -> list[int]:
    """Returns after which numbers of games stagnation is found."""
    seen = [windows[: number + 1] for number in range(len(windows))]
    return [some[-1].end for some in seen if stagnation(some, since, 50_000, 0.01)]


def noisy(variances: Any, noise: float, seed: int) -> Any:
    return variances * (1 + noise * np.random.default_rng(seed).standard_normal(len(variances)))


@pytest.mark.parametrize("run", MEASURED)
def test_measured_runs_with_default_settings_do_not_stagnate(run: str) -> None:
    assert alarms(windows_of(MEASURED[run], 0.005)) == []


@pytest.mark.parametrize("noise", [0.005, 0.02, 0.1])
@pytest.mark.parametrize("final", [60, 90])
def test_a_million_games_of_slow_progress_do_not_count_as_stagnation(final: float, noise: float) -> None:
    # A run of 1,000,000 games starts as the measured one. Its error falls as the rate does, at least by a quarter.
    falling = np.linspace(122, final, 100)
    assert sum(bool(alarms(windows_of(noisy(falling, noise, seed), 0.005))) for seed in range(20)) == 0


@pytest.mark.parametrize("noise", [0.0, 0.005, 0.02])
def test_a_variance_that_stays_the_same_counts_as_stagnation(noise: float) -> None:
    for seed in range(20):
        found = alarms(windows_of(noisy(np.full(100, 100.0), noise, seed), max(noise, 0.004)))
        assert found
        assert 60_000 <= found[0] <= 600_000


def test_a_rising_variance_counts_as_stagnation_after_the_set_number_of_games() -> None:
    assert alarms(windows_of(100 * 1.1 ** np.arange(10), 0.004))[0] == 60_000


def test_stagnation_is_found_although_the_run_learned_before() -> None:
    learned = np.concatenate([np.linspace(120, 80, 30), np.full(120, 80.0)])
    found = alarms(windows_of(noisy(learned, 0.005, 1), 0.005))
    assert found
    assert found[0] > 300_000


def test_a_trend_is_that_of_the_line() -> None:
    found = trend(windows_of(np.linspace(110, 90, 6)[1:], 0.001), 0, 50_000)
    assert found is not None
    assert (found.games, found.windows) == (50_000, 5)
    assert found.mean == pytest.approx(98)
    assert found.decrease == pytest.approx(20 / 98)
    # The windows lie on the line, so only the games' own noise is left: a standard error of 0.1 % each.
    assert found.error == pytest.approx(0.001 * 5 / np.sqrt(10), rel=0.02)
    assert found.per(25_000).decrease == pytest.approx(found.decrease / 2)


def test_windows_without_a_known_error_are_not_judged() -> None:
    windows = windows_of(np.full(12, 100.0), 0.0)
    assert alarms(windows)
    older = Window(end=WINDOW, games=WINDOW, stone_difference_mean=0, stone_difference_variance=1, value_variance=1)
    assert alarms([older, *windows[1:]], since=0)[0] > alarms(windows, since=0)[0]


def test_the_standard_error_agrees_with_the_scatter_of_samples() -> None:
    random = np.random.default_rng(3)
    means, errors = [], []
    for _ in range(300):
        sums = ErrorSums()
        positions = [int(random.integers(20, 60)) for _ in range(200)]
        sums.add(positions, [count * float(random.exponential(100.0)) for count in positions])
        means.append(sums.mean)
        errors.append(sums.standard_error)
    assert np.mean(np.array(errors, dtype=float)) == pytest.approx(np.std(np.array(means, dtype=float)), rel=0.1)


class Fake:
    """The report of a call of the core: games of 50 positions with a mean squared error each, in discs²."""

    def __init__(self, first: int, errors: list[float]) -> None:
        self.games = [Game(first + number) for number in range(len(errors))]
        self.failures: list[object] = []
        self.game_sums = [(1, 0, 0, 50, 50 * error, 0) for error in errors]
        self.generation_complete = True


class Game:
    def __init__(self, index: int) -> None:
        self.index = index
        self.stone_difference = 0


CONFIG = sk.TrainConfig(
    games=1000, generation_games=10, window_games=20, settle_games=0, stagnation_games=100, warn_again_games=10**6
)


def played(tracker: ConvergenceTracker, config: sk.TrainConfig, first: int, errors: list[float]) -> list[str]:
    """Counts games in generations of ten; returns the kinds of the warnings."""
    found: list[str] = []
    for start in range(0, len(errors), 10):
        fake: Any = Fake(first + start, errors[start : start + 10])
        found += [kind for kind, _ in tracker.add(fake, fake.game_sums, first + start + 10, config)]
    return found


FLAT = [90.0, 110.0] * 50


@pytest.mark.parametrize(
    ("changes", "stagnant"),
    [
        ({}, True),
        ({"rate": "0.001"}, True),
        ({"rate": "5"}, False),
        ({"depth": 4}, False),
        ({"epsilon": "0.2"}, False),
        ({"epsilon": "0:0.2,1:0.1"}, False),
        ({"lambda_": "0.8"}, False),
        ({"warn_again_games": 10**7}, True),
    ],
)
def test_only_games_with_equal_settings_and_no_higher_rate_are_compared(
    changes: dict[str, object],
    stagnant: bool,  # noqa: FBT001
) -> None:
    config = CONFIG.replace(rate="0.1", min_decrease=0.9)
    tracker = ConvergenceTracker(20)
    assert played(tracker, config, 0, FLAT[:60]) == []
    found = played(tracker, config.replace(**changes), 60, FLAT[:60])
    assert found == ["stagnation"] * stagnant
    if "epsilon" not in changes or ":" not in str(changes["epsilon"]):
        found += played(tracker, config.replace(**changes), 120, FLAT[:60])
        assert found == ["stagnation"]


def test_the_first_games_of_a_run_are_not_judged() -> None:
    tracker = ConvergenceTracker(20)
    config = CONFIG.replace(min_decrease=0.9, settle_games=400)
    assert played(tracker, config, 0, FLAT * 4) == []
    assert played(tracker, config, 400, FLAT) == ["stagnation"]


def test_a_saved_tracker_continues_exactly() -> None:
    config, errors = CONFIG.replace(min_decrease=0.9, games=10**6), [100 + 0.1 * number for number in range(130)]
    whole, parts = ConvergenceTracker(20), ConvergenceTracker(20)
    expected, found = played(whole, config, 0, errors), []
    for first in range(0, 130, 10):
        found += played(parts, config, first, errors[first : first + 10])
        parts = ConvergenceTracker.from_json(parts.to_json())
    assert found == expected == ["stagnation"]
    assert parts.to_json() == whole.to_json()


def test_the_state_of_an_older_file_is_read_and_judged_from_there_on() -> None:
    config = CONFIG.replace(min_decrease=0.9)
    tracker = ConvergenceTracker(20)
    played(tracker, config, 0, FLAT[:90])
    state = tracker.to_json()
    for new in ("errors", "equal"):
        del state[new]
    state["windows"] = [window[:5] for window in state["windows"]]
    state["best"] = [800.0, 40]
    older = ConvergenceTracker.from_json(state)
    # Nothing before the first whole window after 100 games is known.
    assert played(older, config, 90, FLAT) == []
    assert played(older, config, 190, FLAT[:20]) == ["stagnation"]


@pytest.mark.parametrize(("later", "stagnant"), [({}, True), ({"adam_epsilon": 4}, False)])
def test_a_setting_that_an_older_file_lacks_had_its_default(
    later: dict[str, object],
    stagnant: bool,  # noqa: FBT001
) -> None:
    config = CONFIG.replace(min_decrease=0.9)
    tracker = ConvergenceTracker(20)
    assert played(tracker, config, 0, FLAT[:60]) == []
    state = tracker.to_json()
    for new in ("adam_epsilon", "share_stages", "share_weight"):
        del state["equal"][1][new]
    older = ConvergenceTracker.from_json(state)
    assert played(older, config.replace(**later), 60, FLAT[:60]) == ["stagnation"] * stagnant


def test_a_run_that_does_not_learn_stagnates_and_is_warned_about(small: sk.TrainConfig) -> None:
    config = small.replace(
        window_games=64, settle_games=0, stagnation_games=320, min_decrease=0.5, min_updates=0, warn_again_games=10**6
    )
    trainer = sk.Trainer(config.replace(rate=0), patterns=PATTERNS)
    trainer.train_batch(960)
    (warning,) = trainer.warnings
    assert warning.kind == "stagnation"
    assert warning.message.startswith("the variance of the TD error has not decreased for ")
    assert " discs²" in warning.message
    learning = sk.Trainer(config.replace(rate="0.02"), patterns=PATTERNS)
    learning.train_batch(384)
    assert list(learning.warnings) == []
