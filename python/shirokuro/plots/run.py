"""The picture of a run: its training curves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shirokuro.display.format import counted
from shirokuro.matches.ladder import read_ladder, read_rungs
from shirokuro.plots.charts import known_charts
from shirokuro.plots.ladder import draw_strength
from shirokuro.plots.style import PALETTES, picture, thousands

if TYPE_CHECKING:
    from os import PathLike

    from matplotlib.axes import Axes

    from shirokuro.plots.charts import CurveChart
    from shirokuro.plots.style import Palette, Theme
    from shirokuro.runs.view import RunView


def draw_run(path: str | PathLike[str], view: RunView, *, theme: Theme = "light") -> None:
    """Draws the measures of a run over its games.

    The charts show disc difference, win rates, TD error, evaluation spread, throughput, learned entries, the strength
    that was measured during training, and that of the ladder if the run has one. Charts without values are left out.

    Args:
        path: the file to write; its name must end in .svg, .png or .pdf.
        view: the run.
        theme: the colours, light or dark.

    Raises:
        ValueError: the run has no metrics yet, its ladder or its strength is damaged, or `path` has a different ending.
        MissingExtraError: matplotlib is not installed.
        OSError: the file can't be written.
    """
    if not len(view.metrics):
        raise ValueError(f"{view.directory.path}: there are no metrics yet")
    palette = PALETTES[theme]
    charts = known_charts(view)
    measured, ladder = read_rungs(view.directory.strength), read_ladder(view.directory.path)
    strengths = [
        (f"{title}, 95 % intervals", name, rungs)
        for title, name, rungs in (
            ("Strength during training", "snapshots", measured),
            ("Strength", "checkpoints", ladder),
        )
        if rungs
    ]
    count = len(charts) + len(strengths)
    rows = max(-(-count // 2), 1)
    with picture(path, theme=theme, rows=rows, columns=2, size=(11, 0.4 + 2.8 * rows)) as axes:
        for each, chart in zip(axes, charts, strict=False):
            _draw(each, view, chart, palette)
            each.set_xlabel("games")
            each.set_xlim(0, max(view.metrics.games_played, 1))
            thousands(each)
        for each, (title, name, rungs) in zip(axes[len(charts) :], strengths, strict=False):
            draw_strength(each, rungs, palette)
            each.set(title=title, xlabel="games", ylabel=f"Elo points\n(mean of the {name} = 0)")
            each.set_xlim(0, 1.03 * max(view.metrics.games_played, 1))
        for each in axes[count:]:
            each.set_visible(False)
        figure = axes[0].figure
        figure.suptitle(_title(view), x=0.01, ha="left", fontsize=11)


def _title(view: RunView) -> str:
    seed = f", seed {view.config.seed}" if view.config else ""
    return f"{view.directory.path.name}: {counted(view.metrics.games_played, 'game')}{seed}"


def _draw(axes: Axes, view: RunView, chart: CurveChart, palette: Palette) -> None:
    if chart.zero:
        axes.axhline(0, color=palette.text, linewidth=0.8)
    for colour, curve in zip(palette.series, chart.curves, strict=False):
        axes.plot(*curve.points(view), color=colour, label=curve.label)
    axes.set_title(chart.title)
    axes.set_ylabel(f"{chart.unit}\n({chart.note})" if chart.note else chart.unit)
    if chart.low is not None or chart.high is not None:
        axes.set_ylim(chart.low, chart.high)
    if len(chart.curves) > 2:  # noqa: PLR2004 (in one row, in the gap between wins and draws)
        axes.legend(ncols=3, loc="upper center", bbox_to_anchor=(0.5, 0.42), fontsize=9)
    elif len(chart.curves) > 1:
        axes.legend(fontsize=9)
