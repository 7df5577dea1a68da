"""Trainings that tests observe, pause and interrupt."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import shirokuro as sk

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

GAMES = 500
"""Seven generations and part of an eighth."""


def finished(result: sk.TrainingResult | None) -> sk.TrainingResult:
    assert result is not None
    return result


class Progress(list[sk.TrainingProgress]):
    """Callback that records its arguments and calls `act` once after `games` games."""

    def __init__(self, games: int = 0, act: Callable[[], object] | None = None) -> None:
        super().__init__()
        self._games = games
        self._act = act

    def __call__(self, progress: sk.TrainingProgress) -> None:
        self.append(progress)
        if self._act and progress.games_played >= self._games:
            act, self._act = self._act, None
            act()


def wait_until(condition: Callable[[], bool]) -> None:
    while not condition():
        time.sleep(0.005)


def log_of(run: Path) -> str:
    return "".join(each.read_text(encoding="utf-8") for each in (run / "logs").glob("*.log"))
