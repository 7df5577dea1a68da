"""Settings that change during a session."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING

import pytest

import shirokuro as sk
from shirokuro.runs.games import read_games
from tests.support.runs import PATTERNS
from tests.support.sessions import GAMES, Progress, finished, log_of, wait_until

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("checkpoint_games", [30, 10_000])
def test_settings_that_are_changed_within_a_generation_change_the_next_one(
    small: sk.TrainConfig, tmp_path: Path, checkpoint_games: int
) -> None:
    config = small.replace(generation_games=100, checkpoint_games=checkpoint_games, nodes=1_000)
    trainer = sk.Trainer(config, patterns=PATTERNS)
    change = Progress(10, lambda: trainer.configure(epsilon=0.9))
    trainer.start_training(200, directory=tmp_path, callback=change, callback_every=10)
    assert change[0].games_played < 100
    expected = sk.Trainer(config, patterns=PATTERNS)
    expected.train_batch(100)
    expected.configure(epsilon=0.9)
    expected.train_batch(100)
    assert trainer.digest() == expected.digest()


def test_settings_of_files_and_logs_change_in_a_running_session(small: sk.TrainConfig, tmp_path: Path) -> None:
    trainer = sk.Trainer(small.replace(record_games=0, log_games=10_000), patterns=PATTERNS)
    change = Progress(64, lambda: trainer.configure(checkpoint_games=64, log_games=64, record_games=1000))
    trainer.start_training(256, directory=tmp_path, callback=change, callback_every=64)
    assert [each.games_played for each in sk.list_checkpoints(tmp_path)] == [256, 192, 128]
    assert re.findall(r"(\d+)/256 games", log_of(tmp_path)) == ["128", "192", "256"]
    assert [game.index for game in read_games(tmp_path)] == [*range(64, 256)]


def test_a_callback_can_change_settings_for_later_games(
    trainer: sk.Trainer, small: sk.TrainConfig, tmp_path: Path
) -> None:
    change = Progress(200, lambda: trainer.configure(depth=2, epsilon=0.5, threads=1, log_level=logging.INFO))
    trainer.start_training(GAMES, directory=tmp_path, callback=change)
    logging.getLogger("shirokuro").setLevel(logging.NOTSET)
    assert trainer.config == small.replace(depth=2, epsilon=0.5, threads=1)
    by_hand = sk.Trainer(small, patterns=PATTERNS)
    by_hand.train_batch(256)
    by_hand.configure(depth=2, epsilon=0.5)
    by_hand.train_batch(GAMES - 256)
    assert trainer.digest() == by_hand.digest()


def test_settings_can_be_changed_from_another_thread_during_play(trainer: sk.Trainer, tmp_path: Path) -> None:
    trainer.start_training(10**6, directory=tmp_path, background=True)
    trainer.configure(epsilon=0.4, threads=1, table_mb=2)
    played = trainer.games_played
    wait_until(lambda: trainer.games_played > played + 64)
    finished(trainer.pause_training())
    assert trainer.config.table_mb == 2
