"""Snapshots of a run's training for the page, read from the files in its directory."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from shirokuro.display.format import number, short
from shirokuro.matches.ladder import LADDER_FILE, read_rungs
from shirokuro.plots.charts import known_charts
from shirokuro.runs.measures import MEASURES
from shirokuro.runs.view import STATE_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shirokuro.matches.round_robin import Rung
    from shirokuro.plots.charts import CurveChart
    from shirokuro.runs.view import RunView

_WARNINGS = 50
"""Maximum number of warnings shown; older ones are left out."""

_DIGITS = 5

_DIRECTORIES = re.compile(r"(?<=['\"])/[^'\"\n]*/|(?<![\w.~/:'\"-])/(?:[^/\s'\"]+/)+")
"""The directories of an absolute path, between quotation marks or without spaces."""


def training_snapshot(view: RunView) -> dict[str, Any]:
    """Returns the current state of the run as JSON values; unknown ones are null, or a dash in texts."""
    metrics, state = view.metrics, view.state
    games = metrics.games_played if len(metrics) else None
    newest = next(iter(view.checkpoints), None)
    strengths, damage = _strengths(view)
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
        ]
        + [
            {"title": MEASURES[key].title, "value": _with_error(view, key, error)}
            for key, error in _LASTING.items()
            if metrics.newest(key) is not None
        ]
        + [
            {"title": MEASURES[key].title, "value": MEASURES[key].unit.text(value)}
            for key in _OF_CLUSTER
            if (value := metrics.value(key)) is not None
        ],
        "checkpoint": newest.games_played if newest else None,
        "warnings": [
            *damage,
            *(
                {"games": each.games_played, "kind": each.kind, "message": _without_directories(each.message, view)}
                for each in reversed(view.warnings[-_WARNINGS:])
            ),
        ],
        "charts": [_chart(view, each) for each in known_charts(view)],
        "strength": strengths,
    }


_SHOWN = ("td_error", "convergence.coverage", "memory.resident")
"""Measures whose newest values are shown."""

_OF_CLUSTER = ("cluster.nodes", "cluster.waited", "cluster.bytes_sent", "cluster.bytes_received")
"""Measures whose newest values are shown of a training with a cluster."""

_LASTING = {"strength.elo": "strength.error", "strength.gain": "strength.gain_error"}
"""Measures shown with their intervals if they were ever measured, each with the key of its error."""


def _with_error(view: RunView, key: str, error: str) -> str:
    value, games = view.metrics.newest(key), view.metrics.newest("strength.gain_games")
    text = f"{number(value, MEASURES[key].unit.form)} ± {MEASURES[error].unit.text(view.metrics.newest(error))}"
    return f"{text}, {short(games or 0)} games" if key == "strength.gain" else text


def _without_directories(message: str, view: RunView) -> str:
    """Shortens absolute paths in a message to file names, because visitors need not know the server's directories."""
    return _DIRECTORIES.sub("", message.replace(f"{view.directory.path.resolve()}/", ""))


def _strengths(view: RunView) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Returns the charts of strength, and warnings about damaged files, so the rest of the run can still be shown."""
    charts, damage = [], []
    for path, kind, title, players in (
        (view.directory.strength, "strength", "Strength during training", "snapshots"),
        (view.directory.path / LADDER_FILE, "ladder", "Strength", "checkpoints"),
    ):
        try:
            rungs = read_rungs(path)
        except (OSError, ValueError):
            message = f"{path.name} is damaged or can't be read"
            damage.append({"games": view.metrics.games_played, "kind": kind, "message": message})
            continue
        if rungs:
            charts.append({"title": title, "players": players, "rungs": list(map(_rung, rungs))})
    return charts, damage


def _rung(rung: Rung) -> dict[str, Any]:
    return {"name": rung.name, "games": rung.games_played, "elo": rung.rating.elo, "error": rung.rating.error}


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
    """Rounds values to the digits that a screen can show."""
    return [float(f"{value:.{_DIGITS}g}") for value in values]
