"""The curves of a run: which measures are worth drawing, under which titles and in which units."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from shirokuro.runs.metrics import resample
from shirokuro.runs.view import WINDOW_GAMES

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from shirokuro.runs.view import RunView

POINTS = 400
"""Points of a curve at most: means over equal parts of the run."""


@dataclass(frozen=True, slots=True)
class Curve:
    """One measure over a run's games."""

    label: str
    """What it is, beside the others in its chart; empty where it is alone."""
    measure: Callable[[RunView], NDArray[np.float64]]
    """Its values, one a line of the metrics."""

    def points(self, view: RunView) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Games played and values, `POINTS` of them at most; what is not known is left out."""
        games = view.metrics["games_played"]
        bins = min(POINTS, len(games))
        x, y = resample(games, games, bins), resample(games, self.measure(view), bins)
        shown = ~np.isnan(y)
        return x[shown], y[shown]


@dataclass(frozen=True, slots=True, kw_only=True)
class CurveChart:
    """Curves that are drawn over the same axes."""

    title: str
    unit: str
    note: str = ""
    """More about the unit, for which there may be no room."""
    curves: tuple[Curve, ...]
    low: float | None = None
    """Where the vertical axis begins; `None`: where the values do."""
    high: float | None = None
    """Where it ends."""
    zero: bool = False
    """Draw a line at 0."""


def known_charts(view: RunView) -> list[CurveChart]:
    """The charts for which a run has measured anything."""
    return [chart for chart in _CHARTS if not np.isnan(chart.curves[0].measure(view)).all()]


def _measure(name: str, scale: float = 1.0) -> Callable[[RunView], NDArray[np.float64]]:
    return lambda view: scale * view.metrics[name]


def _rolling(name: str, scale: float = 1.0) -> Callable[[RunView], NDArray[np.float64]]:
    return lambda view: scale * view.rolling(name)


_CHARTS = (
    CurveChart(
        title="Stone difference",
        unit="discs, Black's view",
        note=f"last {WINDOW_GAMES:,} games",
        curves=(Curve("", _rolling("mean_stone_difference")),),
        zero=True,
    ),
    CurveChart(
        title="Results",
        unit="% of the games",
        note=f"last {WINDOW_GAMES:,}",
        curves=(
            Curve("Black wins", _rolling("black_win_rate", 100)),
            Curve("White wins", _rolling("white_win_rate", 100)),
            Curve("draws", _rolling("draw_rate", 100)),
        ),
        low=0,
    ),
    CurveChart(title="TD error", unit="discs, root mean square", curves=(Curve("", _measure("td_error")),)),
    CurveChart(
        title="Search values",
        unit="discs, side to move",
        curves=(Curve("standard deviation", _measure("values.sd")), Curve("mean", _measure("values.mean"))),
    ),
    CurveChart(title="Throughput", unit="games a second", curves=(Curve("", _measure("games_per_second")),), low=0),
    CurveChart(
        title="Entries learned",
        unit="% of those that can occur",
        curves=(Curve("", _measure("convergence.coverage", 100)),),
        low=0,
        high=100,
    ),
)
