"""The picture of several runs: their curves on the same axes."""

from __future__ import annotations

from textwrap import fill
from typing import TYPE_CHECKING

import numpy as np

from shirokuro.plots.charts import comparable_charts
from shirokuro.plots.style import LINES, PALETTES, picture, thousands
from shirokuro.runs.view import RunView, names_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from os import PathLike

    from matplotlib.axes import Axes

    from shirokuro.plots.charts import CurveChart
    from shirokuro.plots.style import Theme

_LONGEST_UNIT = 28
"""The length of a line on the vertical axis, in characters."""

_ERROR = {"strength.elo": "strength.error"}
"""Measures with intervals, and the measure with half their width."""


def draw_runs(
    path: str | PathLike[str], runs: Sequence[RunView | str | PathLike[str]], *, theme: Theme = "light"
) -> None:
    """Draws the curves of several runs over their games, each run in its own colour, with a legend.

    The charts show TD error, strength during training with 95 % intervals, disc difference, evaluation spread,
    throughput and learned entries. Charts without values are left out.

    Args:
        path: the file to write; its name must end in .svg, .png or .pdf.
        runs: the runs, or their directories. After seven of them, colours repeat with another kind of line.
        theme: the colours, light or dark.

    Raises:
        ValueError: no run has metrics yet, or `path` has a different ending.
        MissingExtraError: matplotlib is not installed.
        OSError: the file can't be written.
    """
    views = [run if isinstance(run, RunView) else RunView(run) for run in runs]
    charts = comparable_charts(views)
    if not charts:
        raise ValueError(f"{', '.join(str(view.directory.path) for view in views)}: there are no metrics yet")
    palette, names = PALETTES[theme], names_of(views)
    colours = len(palette.series)
    styles = [(palette.series[index % colours], LINES[index // colours % len(LINES)]) for index in range(len(views))]
    columns = 2 if max(map(len, names)) > 32 else 3  # noqa: PLR2004 (names that fit into a third of the width)
    rows = -(-len(charts) // 2)
    height = 0.4 + 2.8 * rows + 0.22 * -(-len(views) // columns)
    end = max(view.metrics.games_played for view in views if len(view.metrics))
    with picture(path, theme=theme, rows=rows, columns=2, size=(11, height)) as axes:
        for each, chart in zip(axes, charts, strict=False):
            if chart.zero:
                each.axhline(0, color=palette.text, linewidth=0.8)
            for view, (colour, line) in zip(views, styles, strict=True):
                _draw(each, view, chart, colour, line)
            each.set_title(chart.title)
            unit = fill(chart.unit, _LONGEST_UNIT)
            each.set_ylabel(f"{unit}\n({chart.note})" if chart.note else unit)
            each.set_xlabel("games")
            each.set_xlim(0, 1.01 * max(end, 1))
            if chart.low is not None or chart.high is not None:
                each.set_ylim(chart.low, chart.high)
            thousands(each)
        for each in axes[len(charts) :]:
            each.set_visible(False)
        from matplotlib.lines import Line2D  # noqa: PLC0415 (an extra)

        handles = [Line2D([], [], color=colour, linestyle=line) for colour, line in styles]
        legend = axes[0].figure.legend(handles, names, loc="outside upper left", ncols=columns, fontsize=9)
        for text in legend.get_texts():
            text.set_parse_math(False)


def _draw(axes: Axes, view: RunView, chart: CurveChart, colour: str, line: str) -> None:
    if not len(view.metrics):
        return
    (curve,) = chart.curves
    if curve.key not in _ERROR:
        axes.plot(*curve.points(view), color=colour, linestyle=line, linewidth=1.4)
        return
    games, values, errors = (view.metrics[key] for key in ("games_played", curve.key, _ERROR[curve.key]))
    known = ~np.isnan(values)
    axes.errorbar(
        games[known],
        values[known],
        yerr=np.nan_to_num(errors[known]),
        color=colour,
        linestyle=line,
        marker="o",
        markersize=4,
        capsize=3,
        linewidth=1.4,
    )
