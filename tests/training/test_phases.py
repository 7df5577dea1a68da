"""Time that a training spends in each phase."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

import shirokuro as sk
from shirokuro import _core

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.timing

PLAYING = {"search", "solving", "bookkeeping"}
LEARNING = {"preparing", "learning", "waiting"}


@pytest.mark.parametrize("threads", [1, 3])
def test_phases_add_up_to_the_time_of_playing_and_learning(fast: sk.TrainConfig, threads: int) -> None:
    report = sk.Trainer(fast.replace(threads=threads, exact_empties=6)).train_batch(200)
    assert report.phases.keys() == PLAYING | LEARNING
    assert all(seconds > 0 for seconds in report.phases.values())
    assert sum(report.phases.values()) == pytest.approx(report.seconds)
    assert report.timed_search_seconds + report.timed_solving_seconds < report.timed_seconds < report.playing_seconds


def test_phases_of_added_reports_add_up(fast: sk.TrainConfig) -> None:
    trainer = sk.Trainer(fast.replace(threads=1))
    first, second = trainer.train_batch(100), trainer.train_batch(64)
    both = trainer.get_statistics()
    assert both.waiting_seconds == pytest.approx(first.waiting_seconds + second.waiting_seconds)
    assert sum(both.phases.values()) == pytest.approx(both.seconds)
    assert sk.BatchReport().phases == {}


def test_deeper_searches_and_longer_solving_take_a_larger_share(fast: sk.TrainConfig) -> None:
    searched = sk.Trainer(fast.replace(depth=4, threads=1)).train_batch(64).phases
    solved = sk.Trainer(fast.replace(exact_empties=12, threads=1)).train_batch(64).phases
    assert searched["search"] > searched["solving"] == 0
    assert solved["solving"] > solved["search"]


def test_without_a_timed_game_playing_is_a_single_phase(fast: sk.TrainConfig) -> None:
    trainer = sk.Trainer(fast)
    _core.time_games(trainer._core, 10_000)
    trainer.train_batch(64)  # game 0 is timed
    assert trainer.train_batch(64).phases.keys() == {"playing"} | LEARNING


def test_timing_can_be_switched_off_and_changes_only_the_times(fast: sk.TrainConfig) -> None:
    plain, timed, untimed = (sk.Trainer(fast) for _ in range(3))
    _core.time_games(timed._core, 1)
    _core.time_games(untimed._core, 0)
    reports = [trainer.train_batch(100) for trainer in (plain, timed, untimed)]
    assert reports[1].timed_seconds == pytest.approx(reports[1].playing_seconds)
    assert (reports[2].phases, reports[2].waiting_seconds) == ({}, 0)
    assert reports[2].seconds > 0
    assert plain.digest() == timed.digest() == untimed.digest()


def test_phases_survive_saving_and_loading(fast: sk.TrainConfig, tmp_path: Path) -> None:
    trainer = sk.Trainer(fast)
    trainer.train_batch(64)
    trainer.save(tmp_path / "model.shiro")
    assert sk.Trainer.load(tmp_path / "model.shiro").get_statistics().phases == trainer.get_statistics().phases


@pytest.mark.parametrize(
    ("every", "error", "message"),
    [
        (-1, ValueError, "every = -1: must be from 0 to 4294967295"),
        (0.5, TypeError, "every: must be an integer, not float"),
        (True, TypeError, "every"),
    ],
)
def test_time_games_checks_its_argument(
    fast: sk.TrainConfig, every: object, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=re.escape(message)):
        _core.time_games(sk.Trainer(fast)._core, every)  # type: ignore[arg-type]
