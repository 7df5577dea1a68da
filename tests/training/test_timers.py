"""A training records the time of each phase, and warns when it slows down."""

from __future__ import annotations

import json
import logging
import time
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

import shirokuro as sk
from shirokuro._core import inject_faults, time_games
from shirokuro.config import cores
from shirokuro.training import throughput
from shirokuro.training.timers import PhaseTimer

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.timing


def lines_of(run: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (run / "metrics.jsonl").read_text(encoding="utf-8").splitlines()]


def test_every_line_has_phases_and_the_use_of_the_cores(fast: sk.TrainConfig, tmp_path: Path) -> None:
    trainer = sk.Trainer(fast.replace(games=1000, exact_empties=4))
    start = time.monotonic()
    result = trainer.start_training(directory=tmp_path, callback_every=100, checkpoint_every=300)
    whole = time.monotonic() - start
    assert result is not None
    lines = lines_of(tmp_path)
    names = {"search", "solving", "bookkeeping", "preparing", "learning", "waiting", "saving", "other"}
    assert all(line["phases"].keys() == names and min(line["phases"].values()) >= 0 for line in lines)
    playing = sum(sum(line["phases"].values()) - line["phases"]["saving"] - line["phases"]["other"] for line in lines)
    assert playing == pytest.approx(result.statistics.seconds, abs=0.01)
    # All lines together cover the whole time, except the time before the first line and after the last one.
    assert result.statistics.seconds < sum(sum(line["phases"].values()) for line in lines) <= whole + 0.01
    assert sum(line["phases"]["saving"] > 0 for line in lines) >= 2
    assert all(0 < line["cpu"] < 1.2 for line in lines)
    times = [datetime.fromisoformat(line["time"]) for line in lines]
    assert times == sorted(times)


def test_the_time_of_a_callback_counts_as_other(fast: sk.TrainConfig, tmp_path: Path) -> None:
    trainer = sk.Trainer(fast.replace(games=512))
    trainer.start_training(directory=tmp_path, callback=lambda _: time.sleep(0.2), callback_every=128)
    lines = lines_of(tmp_path)
    assert len(lines) == 4
    assert all(line["phases"]["other"] >= 0.2 for line in lines[1:])


def test_the_use_of_the_cores_is_cpu_time_divided_by_time_and_cores(fast: sk.TrainConfig) -> None:
    timer = PhaseTimer()
    time.sleep(0.3)
    idle, _ = timer.read(sk.BatchReport(), sk.TrainConfig().at(0))
    assert idle["cpu"] < 0.5 / cores()
    assert "phases" not in idle
    timer.restart()
    end = time.process_time() + 0.3
    while time.process_time() < end:
        pass
    busy, _ = timer.read(sk.BatchReport(), fast.at(0))
    assert idle["cpu"] < busy["cpu"] <= 1.05 / cores()


def test_a_training_that_slows_down_warns_once_and_names_the_phase(
    fast: sk.TrainConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(throughput, "SHORTEST", 0.2)
    # No checkpoint on the way: it would take longer than the stalled games.
    trainer = sk.Trainer(fast.replace(games=1_000_000, threads=1, checkpoint_games=1_000_000))
    # Intervals this short have few games: time them all, so that stalled games are among the timed ones.
    time_games(trainer._core, 1)
    slow, slow_from, noticed = False, 0, 0
    start = since = time.monotonic()

    def warnings() -> list[Any]:
        return [warning for warning in trainer.warnings if warning.kind == "throughput"]

    def watch(progress: sk.TrainingProgress) -> None:
        nonlocal slow, slow_from, noticed, since
        now = time.monotonic()
        warned = len(warnings()) > noticed
        if (slow and warned) or now - start > 80:
            trainer.pause_training()
        elif warned:  # caused by other programs on this machine
            noticed, since = len(warnings()), now
        elif now - since > 4:
            # Stall every fifth game for a while. Try again if the speed before was too uneven for a warning.
            slow, slow_from, since = not slow, progress.games_played, now
            inject_faults(trainer._core, {"hang": 0.2} if slow else None, hang_seconds=0.02)

    with caplog.at_level(logging.WARNING, logger="shirokuro"):
        trainer.start_training(directory=tmp_path, callback=watch, callback_every=64)
    issued = [warning for warning in warnings() if warning.games_played > slow_from]
    assert len(issued) == 1
    assert "throughput fell from " in issued[0].message
    assert "bookkeeping took " in issued[0].message
    assert issued[0].message in caplog.text
    in_lines = [warning for line in lines_of(tmp_path) for warning in line.get("warnings", [])]
    assert {"kind": "throughput", "message": issued[0].message} in in_lines


def test_measuring_does_not_change_the_weights(fast: sk.TrainConfig, tmp_path: Path) -> None:
    watched, alone = sk.Trainer(fast.replace(games=500)), sk.Trainer(fast.replace(games=500))
    watched.start_training(directory=tmp_path, callback_every=50)
    alone.train_batch(500)
    assert watched.digest() == alone.digest()


def test_a_line_costs_far_less_than_one_percent_of_an_interval() -> None:
    timer, play, report = PhaseTimer(), sk.TrainConfig().at(0), sk.Trainer(sk.TrainConfig(depth=1)).train_batch(8)
    seconds = []
    for _ in range(200):
        start = time.thread_time()
        timer.read(report, play)
        timer.restart()
        seconds.append(time.thread_time() - start)
    assert sorted(seconds)[100] < 0.01 * throughput.SHORTEST
