"""Throughput: real slowdowns are detected, and noise is ignored."""

from __future__ import annotations

import statistics
from random import Random

import pytest

from shirokuro.training.throughput import DROP, MIN_USUAL, RECENT, USUAL, Throughput

STEADY = {"search": 0.8, "waiting": 0.1, "learning": 0.1}


def feed(watched: Throughput, speeds: list[float], phases: dict[str, float] | None = None) -> list[str]:
    drops = (watched.add(round(speed * 1.5), 1.5, {n: 1.5 * t for n, t in (phases or {}).items()}) for speed in speeds)
    return [str(drop) for drop in drops if drop]


def test_a_drop_is_reported_once_with_the_phase_that_grew() -> None:
    watched = Throughput()
    assert feed(watched, [1000.0] * 10, STEADY) == []
    drops = feed(watched, [400.0] * 10, {"search": 0.3, "waiting": 0.6, "learning": 0.1})
    assert drops == [
        "throughput fell from 1,000 to 400 games/s; waiting took 10 % of the time before, and takes 60 % now"
    ]


def test_a_brief_drop_is_ignored() -> None:
    watched = Throughput()
    assert feed(watched, [1000.0] * 10) == []
    for _ in range(4):
        assert feed(watched, [300.0] * (RECENT - 1) + [1000.0] * 3) == []


@pytest.mark.parametrize("scatter", [0.02, 0.1, 0.3])
def test_noise_alone_is_not_a_drop(scatter: float) -> None:
    for seed in range(20):
        random, watched = Random(seed), Throughput()
        assert feed(watched, [1000 * random.lognormvariate(0, scatter) for _ in range(300)]) == [], seed


@pytest.mark.parametrize("scatter", [0.02, 0.1])
def test_a_real_drop_is_found_in_noise(scatter: float) -> None:
    for seed in range(20):
        random, watched = Random(seed), Throughput()
        speeds = [1000 * random.lognormvariate(0, scatter) for _ in range(40)]
        assert feed(watched, speeds[:30]) == []
        assert len(feed(watched, [0.4 * speed for speed in speeds[30:]])) == 1, seed


def test_the_next_drop_after_a_recovery_is_reported_again() -> None:
    watched = Throughput()
    assert len(feed(watched, [1000.0] * USUAL + [500.0] * 4)) == 1
    assert feed(watched, [1000.0] * USUAL) == []
    assert len(feed(watched, [500.0] * 4)) == 1


def test_a_change_of_work_is_not_a_drop() -> None:
    watched = Throughput()
    drops = [watched.add(speed, 1.5, {}, work=depth) for speed, depth in [(1000, 3)] * 10 + [(200, 5)] * 20]
    assert not any(drops)


def test_short_reports_are_merged() -> None:
    watched = Throughput()
    # The tenths of a second vary widely, but whole seconds are equal.
    speeds = [100, 0, 200, 50, 150, 0, 200, 100, 150, 50]
    assert not any(watched.add(games, 0.1) for games in speeds * 30)
    assert statistics.fmean(speeds) == 100
    drops = [drop for drop in (watched.add(games // 4, 0.1) for games in speeds * 5) if drop]
    assert [round(drop.usual) for drop in drops] == [1000]
    assert drops[0].recent < DROP * 1000


def test_no_drop_is_reported_before_there_are_enough_intervals() -> None:
    assert feed(Throughput(), [1000.0] * (MIN_USUAL - 1) + [100.0] * RECENT) == []
