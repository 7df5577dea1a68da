"""Whether a training learns: how games and values spread, and how much of the weights is learned."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from shirokuro._core import PATTERN_ENTRIES, STAGE_ENTRIES, STAGES

if TYPE_CHECKING:
    from numpy.typing import NDArray

PATTERNS = tuple(PATTERN_ENTRIES)
"""The patterns' names, in the order of the arrays' columns."""

ENTRIES = STAGES * STAGE_ENTRIES
"""Weight entries, mirror images included."""

UPDATES_PER_POSITION = 112
"""Entries that a position updates, by what a million games are promised: 56, and their mirror images."""

PLIES = 60
"""Positions of a game, by the same promise."""

TABLE_ENTRIES: NDArray[np.int64] = np.array(list(PATTERN_ENTRIES.values()))
"""Entries of each pattern's table in one stage, shape (14,)."""


def expected_updates(games: int) -> float:
    """Mean updates that an entry should have had after so many games: 233 after a million."""
    return games * PLIES * UPDATES_PER_POSITION / ENTRIES


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """What was measured over the games of one window, one behind the other."""

    end: int
    """Games of the run at its end."""

    games: int
    """Its games that were played to their end."""

    stone_difference_mean: float | None
    """Mean final disc difference, Black's view."""

    stone_difference_variance: float | None
    """Its variance, in discs²."""

    value_variance: float | None
    """Variance of the search values, for the side to move, in discs²."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ConvergenceReport:
    """How far a training is. Arrays by table have the shape (60 stages, 14 patterns)."""

    games_played: int
    """Games of the run."""

    last_games: Window
    """The last games, as many as a window has at most."""

    windows: tuple[Window, ...]
    """The windows that are complete, the oldest first."""

    reachable: NDArray[np.uint64]
    """Entries that a position can read at most, by table, mirror images included: the others never occur."""

    updated: NDArray[np.uint64]
    """Entries that were ever updated, by table."""

    updates: NDArray[np.uint64]
    """Updates of each table's entries, an entry and its mirror image each counted."""

    @property
    def reachable_entries(self) -> int:
        """Entries that can occur, of 28,868,400."""
        return int(self.reachable.sum())

    @property
    def updated_entries(self) -> int:
        """Entries that were ever updated."""
        return int(self.updated.sum())

    @property
    def coverage(self) -> float:
        """Share of the entries that can occur that were ever updated."""
        return self.updated_entries / self.reachable_entries

    @property
    def mean_updates(self) -> float:
        """Mean updates of an entry, over all entries."""
        return int(self.updates.sum()) / ENTRIES

    @property
    def expected_updates(self) -> float:
        """What `mean_updates` would be if every game had 60 positions to learn from: 233 after a million games."""
        return expected_updates(self.games_played)

    @property
    def coverage_by_table(self) -> NDArray[np.float64]:
        """`coverage` of each table."""
        return self.updated / self.reachable

    @property
    def mean_updates_by_table(self) -> NDArray[np.float64]:
        """Mean updates of a table's entries that can occur."""
        return self.updates / self.reachable

    @property
    def expected_updates_by_table(self) -> NDArray[np.float64]:
        """Updates that an entry of a table should have had: those of each game, shared by all entries of the table."""
        row = self.games_played * UPDATES_PER_POSITION / len(PATTERNS) / TABLE_ENTRIES
        return np.broadcast_to(row, self.updates.shape)

    @property
    def stone_difference_sd(self) -> float | None:
        """Standard deviation of the last games' final disc differences."""
        spread = self.last_games.stone_difference_variance
        return None if spread is None else math.sqrt(spread)

    def line(self) -> dict[str, float]:
        """What a line of the metrics says."""
        values = {
            "stone_difference_mean": self.last_games.stone_difference_mean,
            "stone_difference_sd": self.stone_difference_sd,
            "value_variance": self.last_games.value_variance,
            "coverage": self.coverage,
            "reachable_entries": self.reachable_entries,
            "updated_entries": self.updated_entries,
            "mean_updates": self.mean_updates,
            "expected_updates": self.expected_updates,
        }
        return {name: value for name, value in values.items() if value is not None}
