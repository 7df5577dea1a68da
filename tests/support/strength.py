"""A run whose strength is measured without training, by matches that cost time on a fake clock."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np

import shirokuro as sk
from shirokuro.matches.elo import expected_score
from shirokuro.matches.result import MatchResult
from shirokuro.training import memory
from shirokuro.training.strength import StrengthMeter
from shirokuro.training.warnings import WarningLog

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from shirokuro.runs.directory import RunDirectory


STEP = 20_000
"""Games between two measurements."""


@dataclass
class World:
    """A run that is not trained, whose matches cost time on a fake clock and end as the strengths given demand."""

    directory: RunDirectory
    config: sk.TrainConfig = field(default_factory=lambda: sk.TrainConfig(threads=1, budget_mb=100_000))
    games_played: int = 0
    seconds: float = 0.0
    """Time of playing and learning."""
    time: float = 0.0
    game_seconds: float = 0.002
    load_seconds: float = 0.1
    save_seconds: float = 0.2
    elo: Callable[[int], float] = lambda games: games / 1000
    """Strength by games of training; the fixed opponents have 0."""
    matches: list[dict[str, Any]] = field(default_factory=list)
    during: Callable[[], object] = lambda: None
    """Called after each game."""

    @property
    def evaluator(self) -> World:
        return self

    @property
    def state(self) -> Any:
        return SimpleNamespace(plan=memory.plan(self.config), statistics=SimpleNamespace(warnings=self.warnings))

    def __post_init__(self) -> None:
        self.warnings = WarningLog()
        self.random = np.random.default_rng(7)

    def get_statistics(self) -> Any:
        return SimpleNamespace(seconds=self.seconds)

    def save(self, path: Path) -> None:
        self.time += self.save_seconds
        path.write_text(str(self.games_played), encoding="utf-8")

    def load(self, path: Path) -> int:
        self.time += self.load_seconds
        try:
            return int(path.read_text(encoding="utf-8"))
        except ValueError:
            raise sk.ModelFileError(f"{path}: damaged") from None

    def play(self, first: Any, second: Any, **options: Any) -> MatchResult:
        self.matches.append({"opponent": second, **options})
        other = second if isinstance(second, int) else None
        chance = expected_score(self.elo(self.games_played) - (0 if other is None else self.elo(other)))
        differences: list[int] = []
        while len(differences) < options["games"]:
            for _ in range(2):
                self.time += self.game_seconds
                self.during()
                options["progress"](len(differences) + 1)
                differences.append(1 if self.random.random() < chance else -1)
            if options["stop"](None):
                break
        assert first is self or first == self
        return MatchResult(tuple(differences))

    def meter(self) -> StrengthMeter:
        return StrengthMeter(self, self.directory, clock=lambda: self.time)  # type: ignore[arg-type]

    def train(self, games: int = STEP, *, speed: float = 1000) -> None:
        """Advances the run."""
        self.games_played += games
        self.seconds += games / speed
