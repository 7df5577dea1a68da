"""Statistics of a run's games: measurements, failures, convergence and warnings."""

from __future__ import annotations

import logging
import threading
import weakref
from typing import TYPE_CHECKING, Any, Self

from shirokuro._core import NEUTRAL_WEIGHT, UNITS_PER_DISC
from shirokuro.display.boards import board_line
from shirokuro.display.format import counted
from shirokuro.runs.texts import build
from shirokuro.training.convergence_tracker import ConvergenceTracker
from shirokuro.training.failures import FailedGame, FailureWindow
from shirokuro.training.report import BatchReport
from shirokuro.training.warnings import WarningLog

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from shirokuro._core import GenerationReport, PatternSet, TableCoverage
    from shirokuro.config import TrainConfig
    from shirokuro.training.convergence import ConvergenceReport
    from shirokuro.training.report import GameSums

_log = logging.getLogger(__name__)

_SHOWN = 5
"""Maximum number of games or tables that a warning names."""


class StatsWindow:
    """Measurements of the games since the last `take`."""

    def __init__(self) -> None:
        self.report = BatchReport()
        """Measurements so far."""

    def add(self, new: BatchReport, squared_errors: Sequence[float]) -> None:
        """Adds the games of one call of the core."""
        self.report = self.report.after(new, squared_errors)

    def take(self) -> BatchReport:
        """Returns the measurements so far and starts over."""
        report, self.report = self.report, BatchReport()
        return report


class RunStatistics:
    """Statistics of the core's reports. After N games they do not depend on how the games were split into calls.

    Args:
        seed: the run's seed.
        totals: measurements of all games so far.
        failures: failed games among the latest ones.
        convergence: convergence statistics so far.
    """

    def __init__(
        self, seed: int, totals: BatchReport, failures: FailureWindow, convergence: ConvergenceTracker
    ) -> None:
        self._seed = seed
        self.totals = totals
        self.failures = failures
        self.convergence = convergence
        self.warnings = WarningLog()
        self.reports: list[GenerationReport] = []
        """Reports of the core that are not counted yet."""
        self.observers: tuple[Callable[[GenerationReport], object], ...] = ()
        """Functions called with each report when it is counted."""
        self.is_judged_by_strength = False
        """Whether measured strength shows if the run stagnates, in place of the TD error."""
        self._counting = threading.RLock()
        self._windows: weakref.WeakSet[StatsWindow] = weakref.WeakSet()

    @classmethod
    def empty(cls, config: TrainConfig) -> Self:
        """Returns the statistics of a new run."""
        return cls(config.seed, BatchReport(), FailureWindow(), ConvergenceTracker(config.window_games))

    @classmethod
    def from_json(cls, seed: int, statistics: Mapping[str, Any], monitor: Mapping[str, Any]) -> Self:
        """Restores the statistics from the saved totals and the result of `to_json`.

        Raises:
            ValueError: an argument has the wrong structure; TypeError, AttributeError, LookupError and zlib.error are
                also possible.
        """
        errors = FailureWindow.from_json(monitor["errors"])
        convergence = ConvergenceTracker.from_json(monitor["convergence"])
        return cls(seed, build(BatchReport, statistics), errors, convergence)

    def to_json(self) -> dict[str, Any]:
        """Returns everything except the totals as plain values."""
        return {"errors": self.failures.to_json(), "convergence": self.convergence.to_json()}

    def stats_window(self, config: TrainConfig) -> StatsWindow:
        """Returns a window that measures all games from now on, for as long as a reference to it is held."""
        with self._counting:
            self.count(config)
            window = StatsWindow()
            self._windows.add(window)
            return window

    def count(self, config: TrainConfig) -> None:
        """Counts all pending reports, including those left over after an exception from a signal handler."""
        with self._counting:
            while self.reports:
                generation = self.reports[0]
                failures = FailedGame.of_generation(generation, self._seed)
                game_sums = generation.game_sums
                new = BatchReport.of_generation(generation, game_sums)
                squared_errors = [squared_error for _, _, _, _, squared_error, _ in game_sums]
                self.totals = self.totals.after(new, squared_errors)
                del self.reports[0]
                for window in self._windows:
                    window.add(new, squared_errors)
                self.failures.add(failures)
                for failure in failures:
                    _log.error("%s", failure)
                self._warn(generation, game_sums, config)
                for observer in self.observers:
                    observer(generation)

    def _warn(self, generation: GenerationReport, game_sums: Sequence[GameSums], config: TrainConfig) -> None:
        """Issues the warnings that follow from one call of the core."""
        games_played = self.totals.games + self.totals.failures
        if nan := generation.nan_games:
            games = ", ".join(map(str, nan[:_SHOWN])) + (", …" if len(nan) > _SHOWN else "")
            self.warnings.issue("divergence", f"NaN or infinite values in game {games}", games_played)
        self.warn_of_resets(generation.resets, games_played)
        self._warn_of_sudden_changes(generation, games_played)
        for kind, message in self.convergence.add(generation, game_sums, games_played, config):
            if not (kind == "stagnation" and self.is_judged_by_strength):
                self.warnings.issue(kind, message, games_played)

    def _warn_of_sudden_changes(self, generation: GenerationReport, games_played: int) -> None:
        for change in generation.sudden[:1]:
            before, after = ((weight - NEUTRAL_WEIGHT) / UNITS_PER_DISC for weight in (change.before, change.after))
            self.warnings.issue(
                "sudden",
                f"{counted(generation.sudden_count, 'weight', form='')} changed suddenly; "
                f"largest change: {change.pattern}, entry {change.entry}, stage {change.stage}, "
                f"from {before:+.2f} to {after:+.2f} discs; "
                f"its largest error: {change.error:+.2f} discs in game {change.game} "
                f"after {counted(change.ply, 'move')}: {board_line(change.position)}",
                games_played,
            )
        for change in generation.sudden[1:]:
            _log.debug("sudden change: %r", change)

    def convergence_report(self, tables: TableCoverage, games_played: int, patterns: PatternSet) -> ConvergenceReport:
        """Reports the convergence of the run."""
        with self._counting:
            return self.convergence.report(tables, games_played, patterns)

    def warn_of_resets(self, resets: list[tuple[str, int, int]], games_played: int) -> None:
        """Warns about entries that were reset, listed as pattern, stage and number of entries."""
        if not resets:
            return
        shown = ", ".join(
            f"{counted(count, 'entry', 'entries')} of {pattern}, stage {stage}"
            for pattern, stage, count in resets[:_SHOWN]
        )
        more = f" and of {len(resets) - _SHOWN} other tables" if len(resets) > _SHOWN else ""
        self.warnings.issue(
            "divergence", f"{shown}{more} became NaN or infinite and were reset to neutral", games_played
        )
