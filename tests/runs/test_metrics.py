"""Metrics: reading the lines of a run while it writes them."""

from __future__ import annotations

import json
import math
import shutil
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import shirokuro as sk
from shirokuro.runs.metrics import Metrics, TrainingWarning
from tests.support.runs import PATTERNS

if TYPE_CHECKING:
    from pathlib import Path


def line(games_played: int, **values: object) -> bytes:
    return json.dumps({"time": "2026-11-22T10:00:00+00:00", "games_played": games_played, **values}).encode() + b"\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "metrics.jsonl"


def append(file: Path, content: bytes) -> None:
    with file.open("ab") as opened:
        opened.write(content)


def games(metrics: Metrics) -> list[float]:
    counts: list[float] = metrics["games_played"].tolist()
    return counts


def test_a_run_that_has_not_started_has_no_lines_and_no_values(file: Path) -> None:
    metrics = Metrics(file)
    assert (len(metrics), metrics.last, metrics.games_played, metrics.names, metrics.warnings) == (0, {}, 0, [], [])
    assert metrics.value("td_error") is None
    assert metrics["td_error"].shape == (0,)
    append(file, line(100, td_error=5.5))
    assert metrics.refresh() == 0
    assert metrics.value("td_error") == 5.5


def test_the_lines_of_a_real_run_are_read(fast: sk.TrainConfig, tmp_path: Path) -> None:
    trainer = sk.Trainer(fast.replace(generation_games=100), patterns=PATTERNS)
    trainer.start_training(1000, directory=tmp_path)
    metrics = Metrics(tmp_path / "metrics.jsonl")
    statistics = trainer.get_statistics()
    assert metrics.games_played == 1000
    assert metrics["games"].sum() == statistics.games
    assert metrics["black_wins"].sum() == statistics.black_wins
    assert metrics["positions"].sum() == statistics.positions
    mean = (metrics["mean_stone_difference"] * metrics["games"]).sum() / 1000
    assert mean == pytest.approx(statistics.mean_stone_difference)
    assert metrics["play.lambda"].tolist() == [0.9] * len(metrics)
    assert (np.diff(metrics["time"]) >= 0).all()
    assert metrics.unreadable == 0


def test_an_incomplete_line_is_read_once_it_is_complete(file: Path) -> None:
    whole = line(100, td_error=5.0) + line(200, td_error=4.0)
    file.write_bytes(b"")
    metrics = Metrics(file)
    end = whole.index(b"\n") + 1
    for count, byte in enumerate(whole, start=1):
        append(file, bytes([byte]))
        metrics.refresh()
        assert len(metrics) == (count >= end) + (count >= len(whole))
    assert metrics.unreadable == 0
    assert metrics["td_error"].tolist() == [5.0, 4.0]


def test_lines_that_a_resumed_run_repeats_count_once(file: Path) -> None:
    file.write_bytes(line(100, run=1) + line(200, run=1) + line(300, run=1) + line(400, run=1))
    metrics = Metrics(file)
    assert metrics.refresh() == 4
    append(file, line(250, run=2))
    assert metrics.refresh() == 2
    assert games(metrics) == [100, 200, 250]
    append(file, line(300, run=2) + line(400, run=2))
    assert metrics.refresh() == 3
    assert games(metrics) == [100, 200, 250, 300, 400]
    assert metrics["run"].tolist() == [1, 1, 2, 2, 2]


def test_a_line_replaces_those_of_the_games_that_it_measures_again(file: Path) -> None:
    file.write_bytes(line(100, games=100) + line(110, games=9, failures=1))
    metrics = Metrics(file)
    metrics.refresh()
    append(file, line(200, games=97, failures=3))  # the run was resumed from a checkpoint after 100 games
    assert metrics.refresh() == 1
    assert games(metrics) == [100, 200]
    assert metrics.total("games") == 197
    append(file, line(64, games=64))  # it starts over
    assert metrics.refresh() == 0
    assert games(metrics) == [64]


@given(st.lists(st.integers(0, 20)), st.integers(1, 5))
def test_a_line_is_valid_if_every_later_one_has_more_games(
    tmp_path_factory: pytest.TempPathFactory, numbers: list[int], step: int
) -> None:
    file = tmp_path_factory.mktemp("metrics") / "metrics.jsonl"
    metrics = Metrics(file)
    shown: list[float] = []
    for start in range(0, len(numbers), step):
        append(file, b"".join(line(number) for number in numbers[start : start + step]))
        kept = metrics.refresh()
        assert games(metrics)[:kept] == shown[:kept]
        shown = games(metrics)
    valid = [each for index, each in enumerate(numbers) if all(later > each for later in numbers[index + 1 :])]
    assert shown == games(Metrics(file)) == valid


@pytest.mark.parametrize(
    "damage",
    [
        b"\n",
        b'{"time": "2026-11-2\n',
        b"[1, 2]\n",
        b"null\n",
        b'"games_played"\n',
        b"{}\n",
        b'{"games_played": "many"}\n',
        b'{"games_played": true}\n',
        b'{"games_played": -1}\n',
        b'{"games_played": 1.5}\n',
        b"\xff\x00\x00\n",
        b"[" * 100_000 + b"\n",
    ],
    ids=lambda damage: repr(damage[:24]),
)
def test_unreadable_lines_are_skipped_and_counted(damage: bytes, file: Path) -> None:
    file.write_bytes(line(100) + damage + line(200))
    metrics = Metrics(file)
    assert games(metrics) == [100, 200]
    assert metrics.unreadable == 1


def test_a_file_that_was_replaced_shortened_or_removed_is_read_again(file: Path) -> None:
    file.write_bytes(line(100) + line(200))
    metrics = Metrics(file)
    other = file.with_name("other")
    other.write_bytes(line(100, td_error=1.0) + line(200) + line(300))
    other.replace(file)
    assert metrics.refresh() == 0
    assert games(metrics) == [100, 200, 300]
    file.write_bytes(line(50))
    assert metrics.refresh() == 0
    assert games(metrics) == [50]
    file.write_bytes(line(10) + line(20) + line(30))  # from another run, and longer than the part already read
    assert metrics.refresh() == 0
    assert games(metrics) == [10, 20, 30]
    file.unlink()
    assert metrics.refresh() == 0
    assert len(metrics) == 0


def test_a_copy_that_is_updated_is_read_on_from_where_it_was(file: Path, tmp_path: Path) -> None:
    file.write_bytes(line(100) + line(200)[:-5])
    copy = tmp_path / "copy.jsonl"
    shutil.copyfile(file, copy)
    metrics = Metrics(copy)
    append(file, line(200)[-5:] + line(300))
    shutil.copyfile(file, copy)
    assert metrics.refresh() == 1
    assert games(metrics) == [100, 200, 300]


def test_unknown_keys_are_kept_and_absent_ones_are_nan(file: Path) -> None:
    nested: dict[str, Any] = {"memory": {"weights": 5, "deep": {"er": 1, "more": {"er": 2}}}, "name": "x", "list": [1]}
    file.write_bytes(line(1) + line(2, **nested) + line(3, bad=math.nan, huge=10**400, on=True))
    metrics = Metrics(file)
    assert metrics.names == ["games_played", "memory.deep.er", "memory.weights", "time"]
    np.testing.assert_array_equal(metrics["memory.weights"], [np.nan, 5, np.nan])
    assert metrics.value("memory.weights") is None
    assert metrics.value("memory.weights", 1) == 5
    assert set(metrics.row(2)) == {"games_played", "time"}
    assert metrics.last["on"] is True


def test_an_invalid_time_is_absent(file: Path) -> None:
    file.write_bytes(b'{"games_played": 1, "time": "yesterday"}\n{"games_played": 2, "time": 5}\n{"games_played": 3}\n')
    metrics = Metrics(file)
    assert np.isnan(metrics["time"]).tolist() == [True, False, True]


def test_warnings_are_collected_and_are_removed_with_their_lines(file: Path) -> None:
    first, second = {"kind": "coverage", "message": "low"}, {"kind": "memory"}
    file.write_bytes(line(1, warnings=[first]) + line(2, warnings=[second, "odd", 3]) + line(3, warnings="none"))
    metrics = Metrics(file)
    time = metrics.value("time")
    assert metrics.warnings == [
        TrainingWarning(kind="coverage", message="low", games_played=1, time=time),
        TrainingWarning(kind="memory", message="", games_played=2, time=time),
    ]
    append(file, line(2))
    metrics.refresh()
    assert [warning.kind for warning in metrics.warnings] == ["coverage"]


def test_a_file_that_can_not_be_read_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError):
        Metrics(tmp_path)
