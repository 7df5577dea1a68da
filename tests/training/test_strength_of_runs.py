"""Strength in real sessions: the training does not change, and the session reports, warns, stops and resumes."""

from __future__ import annotations

import gc
import json
import time
import weakref
from typing import TYPE_CHECKING, Any

import pytest

import shirokuro as sk
from shirokuro.cli import main
from shirokuro.matches.result import MatchResult
from shirokuro.runs.estimate import Pace
from shirokuro.runs.metrics import Metrics
from shirokuro.training import strength
from shirokuro.training.report import BatchReport
from shirokuro.training.statistics import RunStatistics
from shirokuro.training.strength_history import StrengthHistory
from shirokuro.training.timers import PhaseTimer
from tests.support.runs import PATTERNS, PATTERNS_FILE

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from shirokuro.training.results import TrainingProgress

GAMES = 512


@pytest.fixture
def config(small: sk.TrainConfig, monkeypatch: pytest.MonkeyPatch) -> sk.TrainConfig:
    """Settings with which strength is measured four times, whatever the speed of the machine."""
    monkeypatch.setattr(strength, "MIN_PAIRS", 0)
    monkeypatch.setattr(strength, "MAX_PAIRS", 16)
    monkeypatch.setattr(strength.StrengthMeter, "_allowed", lambda _: 1e6)
    # Other trainers share this process, so its budget is large.
    return small.replace(games=GAMES, strength_games=GAMES // 4, flat_games=256, budget_mb=100_000)


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], None]:
    """Replaces matches by drawn games."""

    def replace(during: Callable[[], object] = lambda: None) -> None:
        def play(*_players: Any, games: int, progress: Callable[[int], None], **_: Any) -> MatchResult:
            for game in range(games):
                during()
                progress(game + 1)
            return MatchResult((0,) * games)

        monkeypatch.setattr(strength, "play_match", play)

    return replace


def test_measuring_strength_changes_no_bit_of_the_training(config: sk.TrainConfig, tmp_path: Path) -> None:
    digests, sums = set(), []
    for name, settings in {"off": {"strength_games": 0}, "on": {}, "on, one thread": {"threads": 1}}.items():
        trainer = sk.Trainer(config.replace(**settings), patterns=PATTERNS)
        trainer.start_training(directory=tmp_path / name)
        digests.add(trainer.digest())
        measured = trainer.get_statistics().sums()
        sums.append({key: value for key, value in measured.items() if not key.endswith("seconds")})
    assert len(digests) == 1
    assert sums[0] == sums[1] == sums[2]
    assert not (tmp_path / "off" / "strength.json").exists()
    histories = [StrengthHistory.load(tmp_path / name / "strength.json").results for name in ("on", "on, one thread")]
    assert histories[0] == histories[1]
    assert len(histories[0]) > 8
    best = sk.Evaluator.load(tmp_path / "on" / "best.shiro")
    assert 0 < abs(best.evaluate(sk.Position.from_moves("f5d6c3"))) < 64


def test_a_run_that_is_resumed_has_the_digest_and_the_ratings_of_one_that_was_not(
    config: sk.TrainConfig, tmp_path: Path
) -> None:
    whole = sk.Trainer(config, patterns=PATTERNS)
    whole.start_training(directory=tmp_path / "whole")
    sk.Trainer(config, patterns=PATTERNS).start_training(200, directory=tmp_path / "parts")
    trainer = sk.Trainer.load(tmp_path / "parts" / "model.shiro")  # as in a new process
    trainer.start_training(GAMES, directory=tmp_path / "parts")
    assert trainer.digest() == whole.digest()
    histories = [StrengthHistory.load(tmp_path / name / "strength.json") for name in ("whole", "parts")]
    assert histories[0].moments == histories[1].moments == [128, 256, 384, 512]
    assert histories[0].results == histories[1].results


def test_lines_of_the_metrics_the_log_and_callbacks_report_each_measurement(
    config: sk.TrainConfig, tmp_path: Path
) -> None:
    seen: list[TrainingProgress] = []
    trainer = sk.Trainer(config, patterns=PATTERNS)
    trainer.start_training(directory=tmp_path, callback=seen.append, callback_every=64)
    metrics = Metrics(tmp_path / "metrics.jsonl")
    lines = [json.loads(line) for line in metrics.path.read_text(encoding="utf-8").splitlines()]
    measured = [line for line in lines if "strength" in line]
    assert [line["games_played"] for line in measured] == [128, 256, 384, 512]
    assert set(measured[0]["strength"]) == {"elo", "error", "games", "best"}
    assert set(measured[1]["strength"]) == {"elo", "error", "gain", "gain_error", "gain_games", "games", "best"}
    assert trainer.strength
    assert measured[-1]["strength"] == trainer.strength.line()
    assert all(line["phases"]["strength"] > 0 for line in measured)
    assert all("strength" not in line["phases"] for line in lines if line not in measured)
    assert [each.strength.games_played for each in seen if each.strength] == [128, 128, 256, 256, 384, 384, 512]
    log = next((tmp_path / "logs").iterdir()).read_text(encoding="utf-8")
    assert f"strength after 512 games: {trainer.strength} (" in log


def test_a_short_run_measures_nothing(small: sk.TrainConfig, tmp_path: Path) -> None:
    trainer = sk.Trainer(small)
    trainer.start_training(128, directory=tmp_path)
    assert trainer.strength is None
    assert {path.name for path in tmp_path.iterdir()} == {
        ".lock", "config.toml", "metrics.jsonl", "logs", "games", "checkpoints", "model.shiro",
    }  # fmt: skip
    assert "strength" not in (tmp_path / "metrics.jsonl").read_text(encoding="utf-8")


def test_a_trainer_that_measured_is_freed_with_its_last_reference(
    config: sk.TrainConfig, tmp_path: Path, drawn: Callable[..., None]
) -> None:
    drawn()
    trainer = sk.Trainer(config.replace(games=128), patterns=PATTERNS)
    gc.disable()  # a cycle would keep its 300 MB until the next collection
    try:
        trainer.start_training(directory=tmp_path)
        assert trainer.strength
        freed = weakref.ref(trainer)
        del trainer
        assert freed() is None
    finally:
        gc.enable()


def test_a_pause_in_the_middle_of_a_measurement_drops_it_at_once_until_the_run_is_resumed(
    config: sk.TrainConfig, tmp_path: Path, drawn: Callable[..., None]
) -> None:
    trainer = sk.Trainer(config, patterns=PATTERNS)
    played: list[int] = []

    def pause() -> None:
        played.append(1)
        if len(played) == 3:
            assert trainer._session
            trainer._session.pause(wait=False)

    drawn(pause)
    result = trainer.start_training(directory=tmp_path)
    assert result
    assert (result.outcome, result.games_played, len(played)) == ("paused", 128, 3)
    assert not (tmp_path / "strength.json").exists()
    assert trainer.strength is None
    drawn()
    trainer.resume_training()
    assert trainer.strength
    assert StrengthHistory.load(tmp_path / "strength.json").moments == [128, 256, 384, 512]
    alone = sk.Trainer(config.replace(strength_games=0), patterns=PATTERNS)
    alone.train_batch(GAMES)
    assert trainer.digest() == alone.digest()


def test_a_real_match_ends_within_the_time_of_a_pause(config: sk.TrainConfig, tmp_path: Path) -> None:
    trainer, paused = sk.Trainer(config.replace(strength_games=64), patterns=PATTERNS), [0.0]

    def progress(count: int) -> None:
        if count == 64 and not paused[0] and trainer.games_played == 64:
            paused[0] = time.monotonic()
            trainer.pause_training()

    strength.MAX_PAIRS = 10_000  # minutes; the fixture restores it
    result = trainer.start_training(directory=tmp_path, progress=progress)
    assert result
    assert (result.outcome, result.games_played) == ("paused", 64)
    assert paused[0]
    assert not (tmp_path / "strength.json").exists()


def test_a_flat_run_stops_if_asked_to_warns_and_says_why(
    config: sk.TrainConfig, tmp_path: Path, drawn: Callable[..., None]
) -> None:
    drawn()
    trainer = sk.Trainer(config.replace(stop_when_flat=True, min_gain=30), patterns=PATTERNS)
    result = trainer.start_training(directory=tmp_path)
    assert result
    assert (result.outcome, result.games_played) == ("flat", 384)
    assert result.checkpoint.name == "checkpoint_000000384.shiro"
    warning = next(warning for warning in trainer.warnings if warning.kind == "stagnation")
    assert "the strength no longer grows: +0 ± " in warning.message
    assert "Elo over the last 256 games, surely less than 30 (min_gain)" in warning.message
    assert "flat after 384 games" in next((tmp_path / "logs").iterdir()).read_text(encoding="utf-8")
    trainer.configure(stop_when_flat=False)
    result = trainer.start_training(directory=tmp_path)
    assert result
    assert result.outcome == "completed"


def test_a_run_that_proves_to_be_flat_at_its_target_is_complete(
    config: sk.TrainConfig, tmp_path: Path, drawn: Callable[..., None]
) -> None:
    drawn()
    result = sk.Trainer(config.replace(stop_when_flat=True, min_gain=30), patterns=PATTERNS).start_training(
        384, directory=tmp_path
    )
    assert result
    assert (result.outcome, result.games_played) == ("completed", 384)


def test_the_command_stops_a_flat_run_and_says_how_to_continue(
    config: sk.TrainConfig, tmp_path: Path, drawn: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    drawn()
    settings = (f"--{name}={value}" for name, value in {
        "games": GAMES, "strength-games": 128, "flat-games": 256, "min-gain": 30, "budget-mb": 100_000, "depth": 1,
        "exact-empties": 0, "table-mb": 1, "match-games": 0, "report-games": 128, "out": tmp_path,
        "patterns": PATTERNS_FILE,
    }.items())  # fmt: skip
    assert config.strength_games == 128
    assert main(["train", "--compress", "--stop-when-flat", *settings]) == 0
    shown = capsys.readouterr()
    assert "strength after 256 games: +0 ± " in shown.out
    said = "".join((shown.out + shown.err).split("\n"))
    assert "stopped after 384 games, because the strength no longer grows: +0 ± " in said
    assert "--resume --no-stop-when-flat" in said
    assert (
        main(["train", "--resume", "--no-stop-when-flat", "--out", str(tmp_path), "--match-games=0", "--json-logs"])
        == 0
    )
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith("{")]
    assert [line["strength"]["games_played"] for line in lines if "strength" in line] == [512]


def test_the_stagnation_of_the_td_error_is_not_reported_where_strength_judges(
    monkeypatch: pytest.MonkeyPatch, config: sk.TrainConfig, tmp_path: Path, drawn: Callable[..., None]
) -> None:
    drawn()
    trainer = sk.Trainer(config, patterns=PATTERNS)
    judged: list[bool] = []
    trainer.start_training(
        directory=tmp_path,
        callback=lambda _: judged.append(trainer.state.statistics.is_judged_by_strength),
        callback_every=64,
    )
    assert judged == [False] * 5 + [True] * 3
    assert not trainer.state.statistics.is_judged_by_strength  # the session has ended

    def stagnates(*_: object) -> Any:
        yield "stagnation", "of the TD error"
        yield "divergence", "of something"

    monkeypatch.setattr(trainer.state.statistics.convergence, "add", stagnates)
    before = len(trainer.warnings)
    trainer.state.statistics.is_judged_by_strength = True
    trainer.train_batch(64)
    assert [warning.kind for warning in trainer.warnings[before:]] == ["divergence"]
    trainer.state.statistics.is_judged_by_strength = False
    trainer.train_batch(64)
    assert [warning.kind for warning in trainer.warnings[before:]] == ["divergence", "stagnation", "divergence"]
    assert RunStatistics.empty(config).is_judged_by_strength is False


def test_an_error_while_measuring_costs_a_warning_and_never_the_run(
    config: sk.TrainConfig, tmp_path: Path, drawn: Callable[..., None]
) -> None:
    drawn()
    (tmp_path / "snapshots").write_text("a file where the folder should be", encoding="utf-8")
    trainer = sk.Trainer(config, patterns=PATTERNS)
    result = trainer.start_training(directory=tmp_path)
    assert result
    assert result.outcome == "completed"
    assert [warning.kind for warning in trainer.warnings] == ["strength"] * 4
    assert "strength was not measured, training continues: " in trainer.warnings[0].message


def test_an_exception_from_progress_during_a_measurement_ends_the_training(
    config: sk.TrainConfig, tmp_path: Path, drawn: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    measuring: list[bool] = []
    drawn(lambda: measuring.append(True))
    monkeypatch.setattr("shirokuro.training.loop._TICK_SECONDS", 0)

    def progress(_: int) -> None:
        if measuring:
            raise OSError("the terminal is closed")

    trainer = sk.Trainer(config, patterns=PATTERNS)
    with pytest.raises(OSError, match="the terminal is closed"):
        trainer.start_training(directory=tmp_path, progress=progress)
    assert trainer.games_played == 128
    assert trainer.warnings == ()


def test_the_time_of_measuring_is_part_of_the_time_left_but_not_of_the_speed(config: sk.TrainConfig) -> None:
    now = [0.0]
    plain, with_strength = (Pace(lambda: now[0]) for _ in range(2))
    for pace in (plain, with_strength):
        now[0] = 0.0
        pace.start(0)
        for count in (100, 200):
            now[0] += 1.0
            pace.played(count, config.at(0), complete=True)
            if pace is with_strength:
                now[0] += 50.0
                pace.interrupted(50.0)
        assert pace.left(config, 400) == pytest.approx(2.0)
    with_strength.overhead = 0.02
    assert with_strength.left(config, 400) == pytest.approx(2.04)


def test_the_time_of_measuring_is_a_phase_and_not_part_of_the_throughput(
    config: sk.TrainConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    monkeypatch.setattr(time, "perf_counter", lambda: now[0])
    timer = PhaseTimer()
    batch = BatchReport(games=1000, play_seconds=2.0, learn_seconds=0.0, playing_seconds=2.0)
    for step in range(20):
        now[0] += 2.0
        if step > 10:
            with timer.phase("strength"):
                now[0] += 5.0
        line, drop = timer.read(batch, config.at(0))
        timer.restart()
        assert drop is None
        assert line["phases"].get("strength") == (5.0 if step > 10 else None)
        assert line["phases"]["other"] == pytest.approx(0)
