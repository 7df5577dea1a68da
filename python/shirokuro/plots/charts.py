"""The curves of a run: the measures that are worth drawing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from shirokuro.runs.measures import MEASURES
from shirokuro.runs.metrics import resample
from shirokuro.runs.view import WINDOW_GAMES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shirokuro.runs.view import RunView

POINTS = 400
"""Points of a curve at most: means over equal parts of the run."""


@dataclass(frozen=True, slots=True)
class Curve:
    """One measure over a run's games."""

    key: str
    """The measure's key."""

    @property
    def label(self) -> str:
        """Its name in pictures."""
        measure = MEASURES[self.key]
        return measure.chart_title or measure.title

    def points(self, view: RunView) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Games played and values, at most `POINTS` of them; unknown values are left out."""
        games = view.metrics["games_played"]
        bins = min(POINTS, len(games))
        x, y = resample(games, games, bins), resample(games, view.curve(self.key), bins)
        shown = ~np.isnan(y)
        return x[shown], y[shown]


@dataclass(frozen=True, slots=True, kw_only=True)
class CurveChart:
    """Curves of one unit that are drawn over the same axes."""

    curves: tuple[Curve, ...]
    topic: str = ""
    """The title of several curves; a single one has its own."""
    low: float | None = None
    """Where the vertical axis begins; `None`: where the values do."""
    high: float | None = None
    """Where it ends."""
    zero: bool = False
    """Draw a line at 0."""

    @property
    def title(self) -> str:
        """The title, with a capital letter."""
        title = self.topic or self.curves[0].label
        return title[:1].upper() + title[1:]

    @property
    def unit(self) -> str:
        """The unit, in full."""
        measure = MEASURES[self.curves[0].key]
        return measure.chart_unit or measure.unit.shown

    @property
    def note(self) -> str:
        """More about the unit, for which there may be no room."""
        if not MEASURES[self.curves[0].key].rolling:
            return ""
        return f"last {WINDOW_GAMES:,}" + ("" if self.unit.endswith("games") else " games")


def known_charts(view: RunView) -> list[CurveChart]:
    """Returns the charts for which a run has measured anything."""
    return [chart for chart in _CHARTS if not np.isnan(view.curve(chart.curves[0].key)).all()]


_CHARTS = (
    CurveChart(curves=(Curve("mean_stone_difference"),), zero=True),
    CurveChart(topic="results", curves=(Curve("black_win_rate"), Curve("white_win_rate"), Curve("draw_rate")), low=0),
    CurveChart(curves=(Curve("td_error"),)),
    CurveChart(topic="search values", curves=(Curve("values.sd"), Curve("values.mean"))),
    CurveChart(curves=(Curve("games_per_second"),), low=0),
    CurveChart(curves=(Curve("convergence.coverage"),), low=0, high=100),
)
