"""A session's reports match its games exactly, whether or not it was interrupted."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import shirokuro as sk
from tests.support.runs import PATTERNS

if TYPE_CHECKING:
    from pathlib import Path

GAMES = 1000

CLOCK = {"time", "games_per_second", "phases", "cpu", "memory", "checkpoint"}
"""Fields that depend on the machine."""


def lines(run: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (run / "metrics.jsonl").read_text(encoding="utf-8").splitlines()]


def without_clock(line: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in line.items() if name not in CLOCK and not name.endswith("seconds")}


@pytest.fixture(scope="module")
def config(small: sk.TrainConfig) -> sk.TrainConfig:
    # Other trainers share this process, so its budget is large.
    return small.replace(
        depth=2, shallow=0.2, window_games=100, settle_games=0, stagnation_games=400, min_decrease=1,
        min_updates=0.9, warn_again_games=300, budget_mb=100_000,
    )  # fmt: skip


@pytest.fixture(scope="module")
def run(config: sk.TrainConfig, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An uninterrupted run of a thousand games."""
    directory = tmp_path_factory.mktemp("run")
    sk.Trainer(config, patterns=PATTERNS).start_training(GAMES, directory=directory)
    return directory


def test_metrics_contain_all_measurements(run: Path) -> None:
    every = {"values", "search_depth", "convergence", "memory", "play", "positions", "searches"}
    assert all(every <= line.keys() for line in lines(run))
    assert sum(line["games"] for line in lines(run)) == GAMES
    assert lines(run)[-1]["games_played"] == GAMES


def test_an_interrupted_run_writes_the_same_metrics_as_an_uninterrupted_one(
    config: sk.TrainConfig, run: Path, tmp_path: Path
) -> None:
    trainer = sk.Trainer(config, patterns=PATTERNS)
    for target in (256, 300, 333, 704, GAMES):
        # To the trainer, each part looks like a new process. Some parts end in the middle of a generation.
        trainer.start_training(target, directory=tmp_path)
        trainer = sk.Trainer.load(tmp_path / "model.shiro")
    whole = {line["games_played"]: line for line in lines(run)}
    parts = {line["games_played"]: line for line in lines(tmp_path)}
    common = whole.keys() & parts.keys()
    assert len(common) > len(whole) // 2
    for games in common:
        assert parts[games]["convergence"] == whole[games]["convergence"]
        if parts[games]["games"] == whole[games]["games"]:
            assert without_clock(parts[games]) == without_clock(whole[games])
    warnings = [[warning for line in each.values() for warning in line.get("warnings", [])] for each in (whole, parts)]
    assert warnings[0] == warnings[1] != []
    before = sk.Trainer.load(run / "model.shiro")
    assert without_clock(before.get_statistics().sums()) == without_clock(trainer.get_statistics().sums())
    assert before.state.statistics.convergence.to_json() == trainer.state.statistics.convergence.to_json()


def test_games_kept_by_a_pause_within_a_generation_count_once(config: sk.TrainConfig, tmp_path: Path) -> None:
    slow = config.replace(nodes=5_000, generation_games=100)
    whole = sk.Trainer(slow, patterns=PATTERNS)
    whole.train_batch(100)
    trainer = sk.Trainer(slow, patterns=PATTERNS)

    def pause(count: int) -> None:
        if count >= 20:
            trainer.pause_training()

    trainer.start_training(100, directory=tmp_path, progress=pause)
    assert trainer.games_played == 0
    resumed = sk.Trainer.load(tmp_path / "model.shiro")
    resumed.train_batch(100)
    for name in ("searches", "nodes", "table_probes", "table_hits", "depth_sum", "depth_min", "depth_max"):
        assert getattr(resumed.get_statistics(), name) == getattr(whole.get_statistics(), name)
    assert resumed.digest() == whole.digest()


def test_games_kept_by_an_interrupted_call_are_not_used_with_other_settings(config: sk.TrainConfig) -> None:
    slow = config.replace(nodes=5_000, generation_games=100)
    changed, whole = sk.Trainer(slow, patterns=PATTERNS), sk.Trainer(slow, patterns=PATTERNS)

    def interrupt(finished: int) -> None:
        if finished >= 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        changed.train_batch(100, progress=interrupt)
    for trainer in (changed, whole):
        trainer.train_batch(100, depth=1, epsilon=0.5)
    assert changed.digest() == whole.digest()


def test_measurements_match_the_games(config: sk.TrainConfig) -> None:
    """Compares with NumPy over the core's report of each game."""
    trainer = sk.Trainer(config, patterns=PATTERNS)
    window = trainer.stats_window()
    differences, moves, values = [], [], np.zeros((0, 6))
    for _ in range(GAMES // 8):
        generation = trainer._advance(8, config, None)
        differences += [game.stone_difference for game in generation.games]
        moves += [game.move_count for game in generation.games]
        values = np.concatenate([values, np.array(generation.game_sums)])
    report = window.report
    assert report.games == GAMES == len(differences)
    assert report.mean_stone_difference == pytest.approx(np.mean(differences))
    assert report.black_win_rate == np.mean(np.array(differences) > 0)
    assert report.white_win_rate == np.mean(np.array(differences) < 0)
    assert report.draw_rate == np.mean(np.array(differences) == 0)
    assert report.mean_moves == np.mean(moves)
    count, total, squares, positions, errors, _ = values.sum(axis=0)
    assert (report.value_count, report.positions) == (count, positions) == (positions, positions)
    assert report.mean_value == pytest.approx(total / count / 256)
    assert report.value_variance == pytest.approx(squares / count / 256**2 - (total / count / 256) ** 2)
    assert report.td_error == pytest.approx(np.sqrt(errors / positions))
    last = trainer.convergence().last_games
    assert last.stone_difference_mean == pytest.approx(np.mean(differences[-100:]))
    assert last.stone_difference_variance == pytest.approx(np.var(differences[-100:]))
    windows = trainer.convergence().windows
    assert [window.end for window in windows] == list(range(100, 1001, 100))
    by_window = np.array(differences).reshape(10, 100)
    assert [window.stone_difference_variance for window in windows] == pytest.approx(by_window.var(axis=1))
    positions_by_window, errors_by_window = values[:, 3:5].reshape(10, 100, 2).sum(axis=1).T
    assert [window.td_variance for window in windows] == pytest.approx(errors_by_window / positions_by_window)
    assert [window.stone_difference_mean for window in windows] == pytest.approx(by_window.mean(axis=1))
    sums = values[:, :3].reshape(10, 100, 3).sum(axis=1).T
    variances = sums[2] / sums[0] / 256**2 - (sums[1] / sums[0] / 256) ** 2
    assert [window.value_variance for window in windows] == pytest.approx(variances)


def test_search_values_match_searches_of_the_positions(small: sk.TrainConfig) -> None:
    """At one ply, and without learning in between, every search equals that of `sk.search`."""
    config = small.replace(shallow=0, epsilon=0, random_plies=5, generation_games=20)
    trainer = sk.Trainer(config, patterns=PATTERNS)
    report = trainer._advance(20, config, None)
    evaluator, values = sk.Evaluator(PATTERNS), []
    for game in report.games:
        position = sk.Position()
        for ply, move in enumerate(game.moves):
            if ply >= game.random_plies:
                values.append(sk.search(position, evaluator=evaluator, depth=1).score)
            position = position.play(move)
    statistics = trainer.get_statistics()
    assert statistics.value_count == len(values)
    assert statistics.mean_value == np.mean(values)
    assert statistics.value_sd == pytest.approx(np.std(values))
    assert (statistics.value_min, statistics.value_max) == (min(values), max(values))
    assert statistics.searches == len(values)
    assert (statistics.mean_depth, statistics.depth_min, statistics.depth_max) == (1, 1, 1)


def test_searches_one_ply_deep_are_counted(small: sk.TrainConfig) -> None:
    deep, both = (
        sk.Trainer(small.replace(depth=3, shallow=0), patterns=PATTERNS),
        sk.Trainer(small.replace(depth=3, shallow=1), patterns=PATTERNS),
    )
    for trainer in (deep, both):
        trainer.train_batch(200)
    assert deep.get_statistics().depth_min == 1  # the last ply, after a random move left the solved line
    statistics = both.get_statistics()
    assert statistics.searches > 1.5 * statistics.value_count
    assert statistics.mean_depth is not None
    assert 1 < statistics.mean_depth < 3


@pytest.mark.parametrize("learning", [False, True])
def test_out_of_range_evaluations_count_as_divergence(learning: bool, small: sk.TrainConfig) -> None:  # noqa: FBT001
    rate = "10" if learning else "0"
    trainer = sk.Trainer(small.replace(rate=rate, settle_games=500, warn_again_games=10**6), patterns=PATTERNS)
    trainer.train_batch(500)
    assert "divergence" not in {warning.kind for warning in trainer.warnings}  # the weights are still settling
    trainer.train_batch(140)
    warnings = [warning for warning in trainer.warnings if warning.kind == "divergence"]
    assert bool(warnings) == learning
    assert all("are evaluated beyond 64 discs" in warning.message for warning in warnings)
    assert len(warnings) <= 1
    assert (trainer.get_statistics().out_of_range > 0) == learning


def log(run: Path) -> str:
    return "".join(path.read_text(encoding="utf-8") for path in sorted((run / "logs").iterdir()))


def test_the_log_has_a_line_per_hundred_games_details_and_a_summary_per_checkpoint(
    config: sk.TrainConfig, tmp_path: Path
) -> None:
    trainer = sk.Trainer(config.replace(depth=3, detail_games=500, generation_games=100), patterns=PATTERNS)
    trainer.start_training(GAMES, directory=tmp_path, checkpoint_every=500, log_json=True)
    records = [json.loads(line) for line in log(tmp_path).splitlines()]
    progress = [record for record in records if "ETA" in record["message"]]
    assert [record["games_played"] for record in progress] == list(range(100, GAMES + 1, 100))
    assert [record["games"] for record in progress] == [100] * 10
    for record, line in zip(progress, lines(tmp_path), strict=True):
        assert record["mean_stone_difference"] == line["mean_stone_difference"]
        assert record["mean_moves"] == line["mean_moves"]
        assert record["elapsed_seconds"] > 0
        assert record["seconds_left"] >= 0
    assert progress[-1]["seconds_left"] == 0
    details = [record for record in records if record["message"].startswith("the last 500 games")]
    assert [record["games_played"] for record in details] == [500, 1000]
    assert {"values", "search_depth", "table_hit_rate", "convergence", "memory"} <= details[0].keys()
    summaries = [record for record in records if record["message"].startswith("summary after ")]
    assert [record["games"] for record in summaries] == [500, 1000]
    assert summaries[1]["values"]["count"] == trainer.get_statistics().value_count
    assert summaries[1]["convergence"] == trainer.convergence().line()
    assert summaries[0]["checkpoint"]["path"] == "checkpoint_000000500.shiro"
    saved = [line["checkpoint"] for line in lines(tmp_path) if "checkpoint" in line]
    assert saved == [summaries[0]["checkpoint"]]


def test_a_long_generation_logs_its_progress(config: sk.TrainConfig, tmp_path: Path) -> None:
    trainer = sk.Trainer(config.replace(nodes=5_000, generation_games=100, log_games=10), patterns=PATTERNS)
    trainer.start_training(100, directory=tmp_path, log_json=True)
    records = [json.loads(line) for line in log(tmp_path).splitlines()]
    within = [record["games_finished"] for record in records if "games_finished" in record]
    assert within == sorted(within)
    assert len(within) > 1
    assert within[-1] < 100


@pytest.mark.timing
def test_the_remaining_time_is_estimated_from_the_current_session_only(config: sk.TrainConfig, tmp_path: Path) -> None:
    trainer = sk.Trainer(config, patterns=PATTERNS)
    trainer.train_batch(320, depth=5)  # at a tenth of the session's speed
    trainer.start_training(640, directory=tmp_path, log_json=True)
    record = next(record for line in log(tmp_path).splitlines() if "seconds_left" in (record := json.loads(line)))
    played = record["games_played"] - 320
    expected = record["elapsed_seconds"] / played * (640 - record["games_played"])
    assert record["seconds_left"] == pytest.approx(expected, rel=0.7)


def test_a_nan_value_causes_a_warning_at_once(
    config: sk.TrainConfig, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    trainer = sk.Trainer(config, patterns=PATTERNS)
    sk._core.inject_faults(trainer._core, {"nan": 0.05})
    with caplog.at_level(logging.WARNING):
        trainer.start_training(64, directory=tmp_path)
    kinds = {warning.message.split(" in game")[0] for warning in trainer.warnings if warning.kind == "divergence"}
    assert "NaN or infinite values" in kinds
    assert any("became NaN or infinite and were reset to neutral" in kind for kind in kinds)
    assert "divergence: NaN or infinite values in game" in log(tmp_path)
    assert "divergence: NaN or infinite values in game" in caplog.text
    assert {warning["kind"] for warning in lines(tmp_path)[-1]["warnings"]} == {"divergence"}
