"""Convergence of a training: the spread of results and values, and the share of the weights that is learned."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from shirokuro._core import PATTERN_ENTRIES, STAGE_ENTRIES, STAGES, PatternSet, mirror_entries
from shirokuro.training.typical_entries import TYPICAL_ENTRIES

if TYPE_CHECKING:
    from numpy.typing import NDArray

PATTERNS = tuple(PATTERN_ENTRIES)
"""Names of the default patterns, in the order of the arrays' columns."""

ENTRIES = STAGES * STAGE_ENTRIES
"""Number of weight entries of the default patterns, including mirror images."""

PLIES = 60
"""Positions in a game, as assumed for `expected_updates`."""

TABLE_ENTRIES: NDArray[np.int64] = np.array(list(PATTERN_ENTRIES.values()))
"""Number of entries in the table of each default pattern for one stage, shape (14,)."""


@cache
def updates_per_position(patterns: PatternSet) -> NDArray[np.int64]:
    """Returns the number of entries that one position updates by pattern, as assumed for `expected_updates`.

    Each feature reads one entry. Its mirror image is updated too, if the pattern has mirror images: 8 for each of the
    default patterns.
    """
    mirrors = mirror_entries(patterns)
    features = ((len(orientations), mirrors[name]) for name, orientations in patterns.features.items())
    return np.array([count * (1 + bool((np.arange(len(mirror)) != mirror).any())) for count, mirror in features])


def expected_updates(games: int, patterns: PatternSet | None = None) -> float:
    """Returns the mean number of updates that an entry should have had after `games` games: 233 after a million.

    Without `patterns`, they are the default ones.
    """
    patterns = patterns or PatternSet.default()
    return games * PLIES * int(updates_per_position(patterns).sum()) / (STAGES * sum(patterns.entries.values()))


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
    """Convergence of a training. Per-table arrays have the shape (60 stages, number of patterns): 14 by default."""

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

    patterns: PatternSet = field(default_factory=PatternSet.default)
    """Patterns, in the order of the columns."""

    @property
    def reachable_entries(self) -> int:
        """Number of reachable entries, out of 28,868,400 with the default patterns."""
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
    def typical_coverage(self) -> float | None:
        """Share of the entries that a typical run reaches (`TYPICAL_ENTRIES`) that were updated at least once.

        Entries beyond the typical number of their table do not count, so this is at most 1. It is `None` unless the
        patterns are the default ones: what a typical run reaches was measured for these.
        """
        if not self.patterns.is_default:
            return None
        return int(np.minimum(self.updated, TYPICAL_ENTRIES).sum()) / int(TYPICAL_ENTRIES.sum())

    @property
    def mean_updates(self) -> float:
        """Mean number of updates per entry, over all entries."""
        return int(self.updates.sum()) / (STAGES * sum(self.patterns.entries.values()))

    @property
    def expected_updates(self) -> float:
        """Value of `mean_updates` if every game had 60 positions to learn from: by default 233 after a million."""
        return expected_updates(self.games_played, self.patterns)

    @property
    def coverage_by_table(self) -> NDArray[np.float64]:
        """`coverage` of each table."""
        return self.updated / self.reachable

    @property
    def typical_coverage_by_table(self) -> NDArray[np.float64] | None:
        """`typical_coverage` of each table."""
        if not self.patterns.is_default:
            return None
        return np.minimum(self.updated / TYPICAL_ENTRIES, 1.0)

    @property
    def mean_updates_by_table(self) -> NDArray[np.float64]:
        """Mean number of updates per reachable entry of each table."""
        return self.updates / self.reachable

    @property
    def expected_updates_by_table(self) -> NDArray[np.float64]:
        """Expected number of updates per entry of each table: those of all games, spread evenly over the table."""
        row = self.games_played * updates_per_position(self.patterns) / list(self.patterns.entries.values())
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
