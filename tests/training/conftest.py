"""Fixtures for trainings that are paused and interrupted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import shirokuro as sk
from tests.support.runs import PATTERNS
from tests.support.sessions import GAMES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def reference(small: sk.TrainConfig) -> str:
    """The digest after `GAMES` games with small patterns in one call."""
    trainer = sk.Trainer(small, patterns=PATTERNS)
    trainer.train_batch(GAMES)
    return trainer.digest()


@pytest.fixture(scope="session")
def default_reference(small: sk.TrainConfig) -> str:
    """The digest after `GAMES` games with the default patterns in one call."""
    trainer = sk.Trainer(small)
    trainer.train_batch(GAMES)
    return trainer.digest()


@pytest.fixture
def trainer(small: sk.TrainConfig, tmp_path: Path) -> Iterator[sk.Trainer]:  # noqa: ARG001 (deleted after that)
    """A new trainer with small patterns, whose training stops when the test ends."""
    trainer = sk.Trainer(small, patterns=PATTERNS)
    yield trainer
    trainer.pause_training()
