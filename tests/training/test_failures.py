"""Failures: a few do not stop a training, many pause it with a report, and none affects what is learned."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import numpy as np
import pytest

import shirokuro as sk
from shirokuro._core import inject_faults
from shirokuro.runs.metrics import Metrics
from shirokuro.training.failures import FailureWindow
from tests.support.runs import PATTERNS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

KINDS = ["panic", "hang", "search_error", "nan"]


@pytest.fixture(scope="module")
def window(small: sk.TrainConfig, size: Callable[[int, int], int]) -> sk.TrainConfig:
    """Settings with a window of 400 games, of which four may fail; a worker that stalls for a second counts as hung."""
    return small.replace(error_window=size(400, 10_000), hang_seconds=1)


def training(config: sk.TrainConfig, kind: str, rate: float) -> sk.Trainer:
    trainer = sk.Trainer(config, patterns=PATTERNS)
    inject_faults(trainer._core, {kind: rate})
    return trainer


def finished(result: sk.TrainingResult | None) -> sk.TrainingResult:
    assert result is not None
    return result


@pytest.mark.proof("panic, hang, search error, NaN in 0.5 % of the games")
@pytest.mark.parametrize("kind", KINDS)
def test_a_training_continues_if_one_game_in_two_hundred_fails(
    kind: str, window: sk.TrainConfig, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    games = window.error_window * 3 // 2
    trainer = training(window, kind, 0.005)
    result = finished(trainer.start_training(games, directory=tmp_path))
    assert (result.outcome, result.games_played) == ("completed", games)
    failed = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert 0 < len(failed) < games * 0.01
    assert all(f"({kind}: " in record.getMessage() for record in failed)
    lost = 0 if kind == "nan" else len(failed)
    assert (result.statistics.games, result.statistics.failures) == (games - lost, lost)
    assert trainer._core.threads == 2


@pytest.mark.proof("panic, hang, search error, NaN in 2 % of the games")
@pytest.mark.parametrize("kind", KINDS)
def test_a_training_pauses_and_reports_if_one_game_in_fifty_fails(
    kind: str, window: sk.TrainConfig, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    trainer = training(window, kind, 0.02)
    result = finished(trainer.start_training(5 * window.error_window, directory=tmp_path))
    assert result.outcome == "too_many_errors"
    metrics = Metrics(tmp_path / "metrics.jsonl")
    metrics.refresh()
    assert [each.message for each in metrics.warnings if each.kind == "errors"] == [f"paused: {result.errors}"]
    assert 0 < result.games_played < window.error_window
    assert result.games_played % window.generation_games == 0
    assert len(result.errors.failures) > 0.01 * window.error_window
    assert result.errors.kinds == {kind: len(result.errors.failures)}
    assert sk.file_digest(result.checkpoint) == trainer.digest()
    for failure in result.errors.failures:
        assert failure.seed == window.seed
        assert 0 <= failure.index < result.games_played
        sk.Position.from_moves(failure.transcript)
    message = caplog.records[-1].getMessage()
    assert f"of the last {result.games_played:,} games failed: {kind} {len(result.errors.failures)}" in message
    assert str(result.errors.examples[0]) in message


def test_failures_are_reproducible_from_the_seed(window: sk.TrainConfig) -> None:
    trainers = [training(window.replace(threads=threads), "panic", 0.02) for threads in (1, 3)]
    for trainer in trainers:
        trainer.train_batch(300)
    assert trainers[0].errors == trainers[1].errors
    assert trainers[0].digest() == trainers[1].digest()
    assert len(trainers[0].errors.failures) > 0


def test_nan_values_do_not_reach_the_weights_and_are_reported_by_pattern_and_stage(
    window: sk.TrainConfig, caplog: pytest.LogCaptureFixture
) -> None:
    trainer = training(window, "nan", 0.05)
    trainer.train_batch(256)
    assert "entries of edge, stage " in caplog.text
    boards = np.array([sk.Position.from_moves(trainer.train_game().transcript).board for _ in range(4)])
    assert np.isfinite(trainer.evaluator.evaluate_batch(boards)).all()
    inject_faults(trainer._core, None)
    report = trainer.train_batch(256)
    assert report.td_error is not None
    assert np.isfinite(report.td_error)


def test_failed_games_are_still_counted_after_saving_and_loading(window: sk.TrainConfig, tmp_path: Path) -> None:
    whole = training(window, "search_error", 0.02)
    whole.train_batch(192)
    trainer = training(window, "search_error", 0.02)
    trainer.train_batch(100)
    trainer.save(tmp_path / "model.shiro")
    loaded = sk.Trainer.load(tmp_path / "model.shiro")
    assert loaded.errors == trainer.errors
    inject_faults(loaded._core, {"search_error": 0.02})
    loaded.train_batch(92)
    assert loaded.errors == whole.errors
    assert len(loaded.errors.failures) > len(trainer.errors.failures) > 0
    assert loaded.digest() == whole.digest()


def test_resuming_after_too_many_errors_restarts_the_count(window: sk.TrainConfig, tmp_path: Path) -> None:
    trainer = training(window, "panic", 0.05)
    first = finished(trainer.start_training(2000, directory=tmp_path))
    inject_faults(trainer._core, None)
    result = finished(trainer.resume_training(first.games_played + 100))
    assert (result.outcome, result.errors.failures) == ("completed", ())


def failure(index: int, kind: str = "panic") -> sk.FailedGame:
    return sk.FailedGame(index=index, kind=kind, message="broken", seed=7, transcript="f5")


def test_a_window_drops_older_failures() -> None:
    window = FailureWindow(failure(index) for index in (5, 100, 149))
    assert [each.index for each in window.report(105, 100).failures] == [5, 100, 149]
    assert [each.index for each in window.report(106, 100).failures] == [100, 149]
    assert [each.index for each in window.report(250, 100).failures] == []


def test_a_report_shows_kinds_and_the_latest_examples() -> None:
    failures = (*(failure(index) for index in range(10)), failure(20, "hang"))
    report = sk.FailureReport(window_games=50, failures=failures)
    assert report.rate == 0.22
    assert report.kinds == {"panic": 10, "hang": 1}
    assert [each.index for each in report.examples] == [7, 8, 9, 20]
    assert str(report).splitlines()[0] == "11 of the last 50 games failed: panic 10, hang 1"
    assert "game 20 failed (hang: broken); seed 7, moves f5" in str(report)


def test_the_error_rate_is_unknown_before_the_first_game() -> None:
    report = sk.Trainer().errors
    assert (report.window_games, report.failures, report.rate) == (0, (), None)


@pytest.mark.parametrize("kind", ["panic", "hang"])
def test_faults_occur_only_where_they_are_injected(kind: str, small: sk.TrainConfig) -> None:
    trainer = training(small, kind, 0.5)
    inject_faults(trainer._core, None)
    trainer.train_batch(64)
    assert trainer.errors.failures == ()
