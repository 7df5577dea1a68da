"""The charts of a run: the measures worth plotting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from shirokuro.runs.measures import MEASURES
from shirokuro.runs.metrics import resample
from shirokuro.runs.view import WINDOW_GAMES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from shirokuro.runs.view import RunView

POINTS = 400
"""Maximum number of points of a curve; each is the mean over an equal part of the run."""


@dataclass(frozen=True, slots=True)
class Curve:
    """A measure plotted over a run's games."""

    key: str
    """The key of the measure."""

    @property
    def label(self) -> str:
        """The name in charts."""
        measure = MEASURES[self.key]
        return measure.chart_title or measure.title

    def points(self, view: RunView) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Returns games played and values, at most `POINTS` of each; unknown values are left out."""
        games = view.metrics["games_played"]
        bins = min(POINTS, len(games))
        x, y = resample(games, games, bins), resample(games, view.curve(self.key), bins)
        shown = ~np.isnan(y)
        return x[shown], y[shown]


@dataclass(frozen=True, slots=True, kw_only=True)
class CurveChart:
    """Curves of the same unit, drawn on the same axes."""

    curves: tuple[Curve, ...]
    topic: str = ""
    """The title of a chart with several curves; a chart with one curve has its label."""
    low: float | None = None
    """The lower limit of the vertical axis; `None` to fit the values."""
    high: float | None = None
    """The upper limit of the vertical axis; `None` to fit the values."""
    zero: bool = False
    """Whether to draw a line at 0."""

    @property
    def title(self) -> str:
        """The title, capitalised."""
        title = self.topic or self.curves[0].label
        return title[:1].upper() + title[1:]

    @property
    def unit(self) -> str:
        """The unit, in full."""
        measure = MEASURES[self.curves[0].key]
        return measure.chart_unit or measure.unit.shown

    @property
    def note(self) -> str:
        """A note on the unit, which may be left out to save room, or empty."""
        if not MEASURES[self.curves[0].key].rolling:
            return ""
        return f"last {WINDOW_GAMES:,}" + ("" if self.unit.endswith("games") else " games")


def known_charts(view: RunView) -> list[CurveChart]:
    """Returns the charts for which the run has values."""
    return [chart for chart in _CHARTS if not np.isnan(view.curve(chart.curves[0].key)).all()]


def comparable_charts(views: Sequence[RunView]) -> list[CurveChart]:
    """Returns the charts, each with one curve per run, for which any of the runs has values."""
    return [chart for chart in _COMPARED if any(not np.isnan(view.curve(chart.curves[0].key)).all() for view in views)]


_CHARTS = (
    CurveChart(curves=(Curve("mean_stone_difference"),), zero=True),
    CurveChart(topic="results", curves=(Curve("black_win_rate"), Curve("white_win_rate"), Curve("draw_rate")), low=0),
    CurveChart(curves=(Curve("td_error"),)),
    CurveChart(topic="search values", curves=(Curve("values.sd"), Curve("values.mean"))),
    CurveChart(curves=(Curve("games_per_second"),), low=0),
    CurveChart(curves=(Curve("convergence.coverage"),), low=0, high=100),
)

_COMPARED = (
    CurveChart(curves=(Curve("td_error"),)),
    CurveChart(curves=(Curve("strength.elo"),)),
    CurveChart(curves=(Curve("mean_stone_difference"),), zero=True),
    CurveChart(topic="evaluation spread", curves=(Curve("values.sd"),)),
    CurveChart(curves=(Curve("games_per_second"),), low=0),
    CurveChart(curves=(Curve("convergence.coverage"),), low=0),
)
