"""What the page shows of a run's training, out of the files in its directory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shirokuro.matches.ladder import LADDER_FILE
from shirokuro.plots.charts import known_charts
from shirokuro.plots.run import read_ladder
from shirokuro.runs.measures import MEASURES
from shirokuro.runs.view import STATE_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shirokuro.plots.charts import CurveChart
    from shirokuro.runs.view import RunView

_WARNINGS = 50
"""Warnings that are shown, the newest ones."""

_DIGITS = 5


def training_snapshot(view: RunView) -> dict[str, Any]:
    """The run as it is, for JSON; what is not known is null, or a dash in a text."""
    metrics, state = view.metrics, view.state
    games = metrics.games_played if len(metrics) else None
    newest = next(iter(view.checkpoints), None)
    return {
        "type": "run",
        "name": view.directory.path.resolve().name,
        "state": state,
        "stateWords": STATE_WORDS[state],
        "age": view.age,
        "games": games,
        "target": view.target_games,
        "gamesPerSecond": view.games_per_second,
        "seconds": view.seconds,
        "secondsLeft": view.seconds_left,
        "measures": [
            {"title": MEASURES[key].title, "value": MEASURES[key].unit.text(metrics.value(key))} for key in _SHOWN
        ],
        "checkpoint": newest.games_played if newest else None,
        "warnings": [
            {"games": each.games_played, "kind": each.kind, "message": each.message}
            for each in reversed(view.warnings[-_WARNINGS:])
        ],
        "charts": [_chart(view, each) for each in known_charts(view)],
        "strength": [
            {"name": rung.name, "games": rung.games_played, "elo": rung.rating.elo, "error": rung.rating.error}
            for rung in read_ladder(view.directory.path / LADDER_FILE)
        ],
    }


_SHOWN = ("td_error", "convergence.coverage", "memory.resident")
"""Measures whose newest value is shown."""


def _chart(view: RunView, chart: CurveChart) -> dict[str, Any]:
    return {
        "title": chart.title,
        "unit": chart.unit,
        "note": chart.note,
        "low": chart.low,
        "high": chart.high,
        "zero": chart.zero,
        "series": [
            {
                "label": curve.label if len(chart.curves) > 1 else "",
                "points": list(zip(*map(_short, curve.points(view)), strict=True)),
            }
            for curve in chart.curves
        ],
    }


def _short(values: Iterable[float]) -> list[float]:
    """With as many digits as a screen can show."""
    return [float(f"{value:.{_DIGITS}g}") for value in values]
