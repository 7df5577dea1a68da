"""Metrics in TensorBoard, as the real program reads them."""

from __future__ import annotations

import errno
import json
import os
import socket
import time
from contextlib import closing
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from shirokuro.cli import main
from shirokuro.exporters.tensorboard import EventFiles
from shirokuro.runs.metrics import Metrics
from tests.support.runs import QUICK_ARGS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def curves(run: Path) -> dict[str, list[tuple[int, float, float]]]:
    """Returns the curves that TensorBoard reads: step, value and time of each point, by tag."""
    events = EventAccumulator(str(run / "tensorboard"), size_guidance={"scalars": 0})
    events.Reload()
    return {tag: [(e.step, e.value, e.wall_time) for e in events.Scalars(tag)] for tag in events.Tags()["scalars"]}


def assert_same(run: Path) -> None:
    """Asserts that TensorBoard reads the same values as the metrics have."""
    metrics = Metrics(run / "metrics.jsonl")
    shown = curves(run)
    for tag, name in {
        "learning/td_error": "td_error",
        "results/black_win_rate": "black_win_rate",
        "speed/games_per_second": "games_per_second",
        "play/epsilon": "play.epsilon",
    }.items():
        steps, values, times = (np.array(each) for each in zip(*shown[tag], strict=True))
        assert steps.tolist() == metrics["games_played"].tolist()
        np.testing.assert_allclose(values, metrics[name], rtol=1e-6)
        np.testing.assert_array_equal(times, metrics["time"])


def test_tensorboard_reads_the_values_of_the_metrics(run_of: Callable[..., Path]) -> None:
    run = run_of(20_000)
    with closing(EventFiles(run)):
        pass
    assert_same(run)
    shown = curves(run)
    measures = {name for name in Metrics(run / "metrics.jsonl").names if name not in {"games_played", "time"}}
    assert len(shown) == len(measures - {"black_wins", "white_wins", "draws"})
    assert shown["memory/adam"][-1][1] == pytest.approx(230_947_200)


def test_event_files_follow_a_run_that_is_killed_and_resumed(
    run_of: Callable[..., Path], line_of: Callable[..., Any]
) -> None:
    run = run_of(5000)
    with closing(EventFiles(run)) as files:
        for games in (6000, 7000, 5500, 6500):
            with (run / "metrics.jsonl").open("a", encoding="utf-8") as file:
                file.write(json.dumps(line_of(games, games=500, time=1_800_000_000 + games)) + "\n")
            files.update()
            assert_same(run)
    assert [step for step, *_ in curves(run)["learning/td_error"]] == [1000, 2000, 3000, 4000, 5000, 5500, 6500]
    with closing(EventFiles(run)):  # a new process rewrites them
        assert_same(run)
    foreign = run / "tensorboard" / "events.out.tfevents.1.other"
    foreign.write_bytes(b"")
    with closing(EventFiles(run)):
        pass
    assert foreign.exists()
    assert len(list((run / "tensorboard").iterdir())) <= 3  # a TensorBoard may still be reading the previous one


def test_a_tensorboard_that_is_reading_a_run_discards_repeated_games(
    run_of: Callable[..., Path], line_of: Callable[..., Any]
) -> None:
    run = run_of(5000)
    with closing(EventFiles(run)) as files:
        events = EventAccumulator(str(run / "tensorboard"), size_guidance={"scalars": 0})
        events.Reload()
        time.sleep(1.1)  # the names of event files have a resolution of one second
        with (run / "metrics.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(line_of(4500, games=500)) + "\n")
        files.update()
        events.Reload()
        assert [event.step for event in events.Scalars("learning/td_error")] == [1000, 2000, 3000, 4000, 4500]


def test_a_new_event_file_that_can_not_be_made_is_made_later(
    run_of: Callable[..., Path], line_of: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    run = run_of(5000)
    with closing(EventFiles(run)) as files:
        (run / "metrics.jsonl").write_text(json.dumps(line_of(500)) + "\n", encoding="utf-8")
        with monkeypatch.context() as patch:
            patch.setattr("shirokuro.exporters.tensorboard.open_own", fail)
            for _ in range(2):
                with pytest.raises(OSError, match="No space left"):
                    files.update()
        files.update()
        assert_same(run)


def test_event_files_are_not_written_through_links_or_into_pipes(
    run_of: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, victim = run_of(20_000), tmp_path / "victim"
    monkeypatch.setattr("shirokuro.exporters.tensorboard.time.time", lambda: 1_700_000_000.0)
    file = run / "tensorboard" / f"events.out.tfevents.1700000000.{socket.gethostname()}.shirokuro"
    file.parent.mkdir()
    victim.write_text("precious", encoding="utf-8")
    file.symlink_to(victim)
    with pytest.raises(OSError, match="is a symbolic link"):
        EventFiles(run)
    assert victim.read_text(encoding="utf-8") == "precious"
    file.unlink()
    os.mkfifo(file)
    with pytest.raises(OSError, match=r"events\.out"):  # does not wait for a reader
        EventFiles(run)


def test_a_run_continues_its_event_files_after_it_is_resumed(tmp_path: Path) -> None:
    arguments = ["train", "--out", str(tmp_path), "--report-games=100", "--tensorboard", *QUICK_ARGS]
    assert main([*arguments, "--games=500"]) == 0
    assert_same(tmp_path)
    assert main([*arguments, "--games=800", "--resume"]) == 0
    assert_same(tmp_path)
    assert curves(tmp_path)["results/games"][-1][0] == 800
