"""What several test files use."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import hypothesis
import pytest

import shirokuro as sk
from shirokuro import checkpoints

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

# How long an example takes says nothing here: machines differ.
hypothesis.settings.register_profile("shirokuro", deadline=None)
hypothesis.settings.load_profile("shirokuro")

FAST = sk.TrainConfig(seed=7, games=2000, depth=1, exact_empties=0, epsilon=0.2, random_plies=10, threads=2, table_mb=1)
"""Settings that play thousands of games a second."""


SMALL = FAST.replace(compress=True)
"""The same, for tests that save often."""


@pytest.fixture(scope="session")
def small() -> sk.TrainConfig:
    return SMALL


@pytest.fixture
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """A save that failed is tried again at once."""
    monkeypatch.setattr(checkpoints, "RETRY_SECONDS", 0.01)


@pytest.fixture(scope="session")
def fast() -> sk.TrainConfig:
    return FAST


@pytest.fixture(scope="session")
def trained() -> sk.Trainer:
    """A trainer after a thousand games; tests leave it as it is."""
    trainer = sk.Trainer(FAST)
    trainer.train_batch(1000)
    return trainer


@pytest.fixture(scope="session")
def model(trained: sk.Trainer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its file, with training state."""
    path = tmp_path_factory.mktemp("model") / "model.shiro"
    trained.save(path)
    return path


@pytest.fixture(scope="session")
def positions() -> Callable[[int], list[sk.Position]]:
    """Positions of random games, every disc count among them, by seed."""

    def random_game(seed: int) -> list[sk.Position]:
        random = Random(seed)
        game = [sk.Position()]
        while not game[-1].is_over:
            game.append(game[-1].play(random.choice(game[-1].legal_moves)))
        return game

    return random_game
