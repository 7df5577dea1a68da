"""The state of a run as its files show it."""

from __future__ import annotations

import json
import os
import shutil
import time
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import shirokuro as sk
from shirokuro.runs.view import RunView
from tests.support.runs import PATTERNS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def test_a_run_starts_continues_falls_silent_and_ends(run_of: Callable[..., Path], tmp_path: Path) -> None:
    view = RunView(tmp_path / "run")
    assert (view.state, view.target_games, view.games_per_second, view.seconds_left) == ("waiting", None, None, None)
    run_of(0)
    view.refresh()
    assert (view.state, view.target_games, view.age) == ("starting", 200_000, None)
    run_of(20_000)
    view.refresh()
    assert view.state == "running"
    assert view.games_per_second == pytest.approx(1000)
    assert view.seconds_left == pytest.approx(180)
    assert view.seconds == pytest.approx(20)
    shutil.rmtree(tmp_path / "run")
    run_of(20_000, age=100)
    view.refresh()
    assert (view.state, view.seconds_left) == ("silent", None)
    shutil.rmtree(tmp_path / "run")
    run_of(200_000, age=100)
    view.refresh()
    assert (view.state, view.seconds_left) == ("complete", None)


def test_a_slow_run_is_not_called_silent_between_two_lines(
    run_of: Callable[..., Path], line_of: Callable[..., dict[str, Any]]
) -> None:
    run = run_of(0)
    now = time.time()
    lines = [line_of(games, time=now - 100 - 90 * (5 - games // 1000)) for games in range(1000, 6000, 1000)]
    (run / "metrics.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    assert RunView(run).state == "running"


def test_a_clock_that_is_ahead_does_not_make_the_age_negative(run_of: Callable[..., Path]) -> None:
    view = RunView(run_of(1000, age=-1000))
    assert (view.age, view.state) == (0.0, "running")


def test_a_real_run_is_shown_as_stopped_running_and_complete(fast: sk.TrainConfig, tmp_path: Path) -> None:
    trainer = sk.Trainer(fast.replace(games=1000, compress=True), patterns=PATTERNS)
    trainer.start_training(directory=tmp_path, callback=lambda _: trainer.pause_training())
    assert trainer.games_played < 1000
    view = RunView(tmp_path)
    assert (view.state, view.metrics.games_played) == ("stopped", trainer.games_played)
    copy = tmp_path / "copy"
    shutil.copytree(tmp_path, copy, ignore=shutil.ignore_patterns("copy"), copy_function=shutil.copy2)
    assert RunView(copy).state == "stopped"
    seen = []

    def look(_: object) -> None:
        view.refresh()
        seen.append(view.state)

    trainer.resume_training(callback=look)
    assert set(seen[:-1]) == {"running"}
    view.refresh()
    assert (view.state, view.checkpoints[0].games_played) == ("complete", 1000)


def test_a_run_that_was_stopped_before_its_next_game_is_shown_as_stopped(fast: sk.TrainConfig, tmp_path: Path) -> None:
    trainer = sk.Trainer(fast.replace(games=1000, compress=True), patterns=PATTERNS)
    trainer.start_training(64, directory=tmp_path)
    for file in (tmp_path / "config.toml", tmp_path / "model.shiro", sk.list_checkpoints(tmp_path)[0].path):
        os.utime(file, (time.time() - 60, time.time() - 60))  # it was a minute ago
    assert RunView(tmp_path).state == "stopped"
    trainer.start_training(64)  # there is nothing to do
    assert RunView(tmp_path).state == "stopped"


def test_settings_that_can_not_be_read_count_as_unknown(run_of: Callable[..., Path]) -> None:
    run = run_of(2000)
    for text in ("games = ", "games = 0", 'games = "x"', "unheard_of = 1", ""):
        (run / "config.toml").write_text(text, encoding="utf-8")
        view = RunView(run)
        assert view.target_games == (None if text else sk.TrainConfig().games)
        assert view.state == "running"
    for text in ("games = 5000\nunheard_of = 1", "games = 5000"):
        for encoding in ("utf-8", "utf-8-sig"):  # without and with a byte order mark
            (run / "config.toml").write_text(text, encoding=encoding)
            assert RunView(run).target_games == 5000


def test_rolling_means_cover_the_last_games(run_of: Callable[..., Path]) -> None:
    random = np.random.default_rng(1)
    run = run_of(0)
    counts = random.integers(1, 40, 200)
    values = [random.normal(0, 20, count) for count in counts]
    with (run / "metrics.jsonl").open("w", encoding="utf-8") as file:
        played = 0
        for games in values:
            played += len(games)
            line = {"games_played": played, "games": len(games), "mean_stone_difference": games.mean()}
            file.write(json.dumps(line) + "\n")
    rolling = RunView(run).rolling("mean_stone_difference", games=300)
    for end in range(1, 201):
        start = end - 1
        while start and counts[start - 1 : end].sum() <= 300:
            start -= 1
        assert rolling[end - 1] == pytest.approx(np.concatenate(values[start:end]).mean())


def test_rolling_means_leave_out_absent_values(run_of: Callable[..., Path]) -> None:
    run = run_of(0)
    lines: list[dict[str, object]] = [
        {"games_played": 1},
        {"games_played": 2, "games": 1, "td_error": 5.0},
        {"games_played": 3, "games": 1},
    ]
    (run / "metrics.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    np.testing.assert_array_equal(RunView(run).rolling("td_error"), [np.nan, 5, 5])
    assert len(RunView(run / "nowhere").rolling("td_error")) == 0


def test_the_current_speed_is_measured_over_the_last_half_minute(
    run_of: Callable[..., Path], line_of: Callable[..., dict[str, Any]]
) -> None:
    run = run_of(0)
    seconds = [100.0, 10.0, 10.0, 10.0, 10.0]
    lines = [line_of(1000 * number, seconds=each) for number, each in enumerate(seconds, start=1)]
    (run / "metrics.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    view = RunView(run)
    assert view.games_per_second == pytest.approx(100)
    assert view.mean_games_per_second == pytest.approx(5000 / 140)


def test_failed_games_are_listed_among_the_warnings(
    run_of: Callable[..., Path], line_of: Callable[..., dict[str, Any]]
) -> None:
    run = run_of(2000)
    warning = {"kind": "coverage", "message": "low"}
    with (run / "metrics.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(line_of(3000, games=998, failures=2)) + "\n")
        file.write(json.dumps(line_of(4000, warnings=[warning])) + "\n")
    listed = [(each.games_played, each.kind, each.message) for each in RunView(run).warnings]
    assert listed == [(3000, "failed", "2 games"), (4000, "coverage", "low")]


def test_files_that_vanish_while_they_are_read_cause_no_error(run_of: Callable[..., Path]) -> None:
    view = RunView(run := run_of(20_000))
    (run / "checkpoints" / "checkpoint_000010000.shiro").unlink()
    view.refresh()
    assert [each.games_played for each in view.checkpoints] == [20_000]
    shutil.rmtree(run)
    view.refresh()
    assert (view.state, view.checkpoints, len(view.metrics)) == ("waiting", [], 0)
