"""Convergence of a training: the spread of results and values, and the share of the weights that is learned."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from shirokuro._core import PATTERN_ENTRIES, STAGE_ENTRIES, STAGES
from shirokuro.training.typical_entries import TYPICAL_ENTRIES

if TYPE_CHECKING:
    from numpy.typing import NDArray

PATTERNS = tuple(PATTERN_ENTRIES)
"""Pattern names, in the order of the arrays' columns."""

ENTRIES = STAGES * STAGE_ENTRIES
"""Number of weight entries, including mirror images."""

UPDATES_PER_POSITION = 112
"""Entries that one position updates, as assumed for `expected_updates`: 56 and their mirror images."""

PLIES = 60
"""Positions in a game, under the same assumption."""

TABLE_ENTRIES: NDArray[np.int64] = np.array(list(PATTERN_ENTRIES.values()))
"""Number of entries in each pattern's table for one stage, shape (14,)."""


def expected_updates(games: int) -> float:
    """Returns the mean number of updates that an entry should have had after `games` games: 233 after a million."""
    return games * PLIES * UPDATES_PER_POSITION / ENTRIES


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Measurements over a window of consecutive games."""

    end: int
    """Games played in the run when the window ended."""

    games: int
    """Games in the window that were played to the end."""

    stone_difference_mean: float | None
    """Mean final disc difference, from Black's view."""

    stone_difference_variance: float | None
    """Variance of the final disc difference, in discs²."""

    value_variance: float | None
    """Variance of the search values, from the side to move's view, in discs²."""

    td_variance: float | None = None
    """Mean square of target − evaluation before learning, in discs²; unknown in windows of older files."""

    td_variance_error: float | None = None
    """Standard error of `td_variance`, with games as independent samples."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ConvergenceReport:
    """Convergence of a training. Per-table arrays have the shape (60 stages, 14 patterns)."""

    games_played: int
    """Games played in the run."""

    last_games: Window
    """The latest games, at most one window."""

    windows: tuple[Window, ...]
    """The completed windows, oldest first."""

    reachable: NDArray[np.uint64]
    """Upper bound on the entries that positions can read, by table, including mirror images. The others never occur."""

    updated: NDArray[np.uint64]
    """Entries updated at least once, by table."""

    updates: NDArray[np.uint64]
    """Number of updates, by table. An entry and its mirror image are counted separately."""

    @property
    def reachable_entries(self) -> int:
        """Number of reachable entries, out of 28,868,400."""
        return int(self.reachable.sum())

    @property
    def updated_entries(self) -> int:
        """Number of entries updated at least once."""
        return int(self.updated.sum())

    @property
    def coverage(self) -> float:
        """Share of the reachable entries that were updated at least once."""
        return self.updated_entries / self.reachable_entries

    @property
    def typical_coverage(self) -> float:
        """Share of the entries that a typical run reaches (`TYPICAL_ENTRIES`) that were updated at least once.

        Entries beyond the typical number of their table do not count, so this is at most 1.
        """
        return int(np.minimum(self.updated, TYPICAL_ENTRIES).sum()) / int(TYPICAL_ENTRIES.sum())

    @property
    def mean_updates(self) -> float:
        """Mean number of updates per entry, over all entries."""
        return int(self.updates.sum()) / ENTRIES

    @property
    def expected_updates(self) -> float:
        """Value of `mean_updates` if every game had 60 positions to learn from: 233 after a million games."""
        return expected_updates(self.games_played)

    @property
    def coverage_by_table(self) -> NDArray[np.float64]:
        """`coverage` of each table."""
        return self.updated / self.reachable

    @property
    def typical_coverage_by_table(self) -> NDArray[np.float64]:
        """`typical_coverage` of each table."""
        return np.minimum(self.updated / TYPICAL_ENTRIES, 1.0)

    @property
    def mean_updates_by_table(self) -> NDArray[np.float64]:
        """Mean number of updates per reachable entry of each table."""
        return self.updates / self.reachable

    @property
    def expected_updates_by_table(self) -> NDArray[np.float64]:
        """Expected number of updates per entry of each table: those of all games, spread evenly over the table."""
        row = self.games_played * UPDATES_PER_POSITION / len(PATTERNS) / TABLE_ENTRIES
        return np.broadcast_to(row, self.updates.shape)

    @property
    def stone_difference_sd(self) -> float | None:
        """Standard deviation of the final disc differences of the latest games."""
        variance = self.last_games.stone_difference_variance
        return None if variance is None else math.sqrt(variance)

    def line(self) -> dict[str, float]:
        """Returns the fields for a line of the metrics, without unknown ones."""
        values = {
            "stone_difference_mean": self.last_games.stone_difference_mean,
            "stone_difference_sd": self.stone_difference_sd,
            "value_variance": self.last_games.value_variance,
            "coverage": self.coverage,
            "typical_coverage": self.typical_coverage,
            "reachable_entries": self.reachable_entries,
            "updated_entries": self.updated_entries,
            "mean_updates": self.mean_updates,
            "expected_updates": self.expected_updates,
        }
        return {name: value for name, value in values.items() if value is not None}
