"""The time left: from the present speed, and from what the schedules of the search will cost."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

import shirokuro as sk
from shirokuro.runs.estimate import WINDOW_SECONDS, Limit, Pace, seconds_left
from shirokuro.runs.view import RunView
from tests.support.runs import PATTERNS, write_run

if TYPE_CHECKING:
    from pathlib import Path


class Clock:
    seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


class Run:
    """A training on a clock of its own, whose games take as long as one says."""

    def __init__(self, config: sk.TrainConfig) -> None:
        self.config = config
        self.clock = Clock()
        self.pace = Pace(self.clock)
        self.games = 0
        self.pace.start(0)

    def play(self, games: int, seconds: float, *, complete: bool = True) -> None:
        play = self.config.at(self.games)
        self.games += games
        self.clock.seconds += seconds
        self.pace.played(self.games, play, complete=complete)

    @property
    def left(self) -> float | None:
        return self.pace.left(self.config, self.config.games)


def test_the_estimate_is_unknown_before_a_generation_and_zero_at_the_end() -> None:
    run = Run(sk.TrainConfig(games=100, depth=1))
    assert run.left is None
    run.play(10, 1, complete=False)
    assert run.left is None  # the games that finish first are not the mean game
    run.play(40, 4)
    assert run.left == pytest.approx(5)
    run.play(50, 5)
    assert run.left == 0


def test_the_present_speed_counts_and_not_the_mean() -> None:
    run = Run(sk.TrainConfig(games=100_000, depth=1))
    for _ in range(100):
        run.play(10, 1)
    for _ in range(int(WINDOW_SECONDS) + 1):
        run.play(100, 1)
    assert run.left == pytest.approx((100_000 - run.games) / 100, rel=0.01)


def test_a_changed_depth_changes_the_estimate_at_once_and_then_by_measurement() -> None:
    run = Run(sk.TrainConfig(games=1000, depth=1))
    for _ in range(5):
        run.play(100, 1)
    assert run.left == pytest.approx(5)
    run.config = run.config.replace(depth=4)
    assert run.left == pytest.approx(5 * 2**3)
    run.play(100, 6)
    assert run.left == pytest.approx(4 * 6)


def test_a_limit_of_another_kind_is_unknown_until_it_is_measured() -> None:
    run = Run(sk.TrainConfig(games=1000, depth=1))
    run.play(100, 1)
    run.config = run.config.replace(nodes=500)
    assert run.left is None
    run.play(100, 3)
    assert run.left == pytest.approx(24)


def test_a_schedule_of_the_depth_counts_what_the_deeper_games_will_cost() -> None:
    config = sk.TrainConfig(games=1000, depth="0:1,0.5:1,0.500001:3,1:3")
    left = seconds_left(config, 200, 1000, seconds_per_game=0.1, measured=Limit("depth", 1))
    assert left == pytest.approx(0.1 * (300 + 500 * 4), rel=0.01)
    assert seconds_left(config, 600, 1000, seconds_per_game=0.4, measured=Limit("depth", 3)) == pytest.approx(160)


def test_within_a_long_generation_finished_games_count_after_a_while() -> None:
    run = Run(sk.TrainConfig(games=10_000, depth=1, generation_games=5000))
    run.play(10, 1, complete=False)
    assert run.left is None
    run.play(20, 2, complete=False)
    assert run.left == pytest.approx(9970 / 10)


def test_a_view_of_the_files_estimates_in_the_same_way(tmp_path: Path) -> None:
    config = sk.TrainConfig(games=1000, depth="0:1,0.5:1,0.500001:3,1:3")
    (tmp_path / "config.toml").write_text(config.to_toml(), encoding="utf-8")

    def write(games: int, seconds: float, depth: int) -> None:
        now = datetime.fromtimestamp(time.time(), UTC).isoformat()
        line = {"time": now, "games_played": games, "games": 100, "seconds": seconds, "play": {"depth": depth}}
        with (tmp_path / "metrics.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")

    write(100, 1, 1)
    write(200, 1, 1)
    expected = seconds_left(config, 200, 1000, seconds_per_game=0.01, measured=Limit("depth", 1))
    assert RunView(tmp_path).seconds_left == pytest.approx(expected)
    write(600, 6, 3)  # the lines before were played with another depth
    assert RunView(tmp_path).seconds_left == pytest.approx(400 * 0.06)


def test_log_callbacks_and_trainer_have_the_same_estimate(tmp_path: Path, small: sk.TrainConfig) -> None:
    trainer = sk.Trainer(small, patterns=PATTERNS)
    seen: list[tuple[float | None, float | None]] = []
    trainer.start_training(
        256,
        directory=tmp_path,
        callback=lambda progress: seen.append((progress.seconds_left, trainer.seconds_left)),
        callback_every=64,
        log_json=True,
    )
    assert all(given == asked for given, asked in seen)
    (log,) = (tmp_path / "logs").iterdir()
    records = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    logged = {record["games_played"]: record["seconds_left"] for record in records if "seconds_left" in record}
    assert logged[128] == pytest.approx(seen[1][0], abs=0.001)
    assert trainer.seconds_left is None


def test_what_self_play_after_given_games_will_cost_is_unknown() -> None:
    run = Run(sk.TrainConfig(games=300, depth=1))
    run.pace.outcome_until = 300
    run.play(100, 10.0)
    assert run.left == pytest.approx(20.0)
    run.pace.outcome_until = 200
    run.play(50, 5.0)
    assert run.left is None
    run.pace.outcome_until = None
    assert run.left is None, "the speed of given games says nothing about self-play"
    run.play(50, 50.0)
    assert run.left == pytest.approx(100.0)


@pytest.mark.parametrize(("given_left", "expected"), [(195_000, 195.0), (194_999, None)])
def test_a_reader_of_the_files_knows_that_too(given_left: int, expected: float | None, tmp_path: Path) -> None:
    write_run(tmp_path, 5000, searches=0, given_left=given_left)
    assert RunView(tmp_path).seconds_left == (expected and pytest.approx(expected))
