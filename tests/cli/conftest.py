"""Fixtures of the tests of commands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import shirokuro as sk
from tests.support.runs import PATTERNS

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, small: sk.TrainConfig) -> Path:
    """A run with two checkpoints."""
    directory = tmp_path_factory.mktemp("runs") / "run"
    sk.Trainer(small, patterns=PATTERNS).start_training(128, directory=directory, checkpoint_every=64)
    return directory
