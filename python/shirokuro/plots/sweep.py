"""The picture of a sweep: strength by setting, with error bars."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import cycle
from typing import TYPE_CHECKING

from shirokuro.plots.style import MARKERS, PALETTES, picture

if TYPE_CHECKING:
    from collections.abc import Sequence
    from os import PathLike

    from shirokuro.matches.bradley_terry import Rating
    from shirokuro.plots.style import Theme

_ROW = 0.34
"""The height of a row in inches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """The strength at one combination of values."""

    row: str
    """The label of the row."""
    series: str
    """The name in the legend, if there are several."""
    rating: Rating | None
    """The mean with its interval; `None` if it is unknown."""
    points: Sequence[float]
    """The strengths of the single runs, in Elo points."""


def draw_estimates(
    path: str | PathLike[str],
    estimates: Sequence[Estimate],
    *,
    title: str,
    zero: str,
    axis: str = "",
    theme: Theme = "light",
) -> None:
    """Draws strengths with their 95 % intervals: a row for each value of an axis, and a colour for each series.

    Args:
        path: the file to write; its name must end in .svg, .png or .pdf.
        estimates: the strengths, in the order from top to bottom.
        title: the title of the picture.
        zero: the name of the player whose strength is zero.
        axis: the name of the setting that differs between rows.
        theme: the colours, light or dark.

    Raises:
        ValueError: nothing was measured yet, or `path` has a different ending.
        MissingExtraError: matplotlib is not installed.
        OSError: the file can't be written.
    """
    if not any(each.rating for each in estimates):
        raise ValueError("no match of a finished run has been played yet")
    rows = list(dict.fromkeys(each.row for each in estimates))
    series = list(dict.fromkeys(each.series for each in estimates))
    palette = PALETTES[theme]
    styles = dict(zip(series, zip(cycle(palette.series), cycle(MARKERS), strict=False), strict=False))
    step = 0.8 / len(series)
    legend = len(series) > 1
    height = 1.3 + _ROW * len(rows) * max(1.0, 0.62 * len(series)) + (0.2 * -(-len(series) // 2) + 0.1) * legend
    with picture(path, theme=theme, size=(8.0, max(height, 2.2))) as [axes]:
        axes.axvline(0, color=palette.text, linewidth=0.8)
        for name, (colour, marker) in styles.items():
            label = name
            for each in (each for each in estimates if each.series == name):
                if not each.rating:
                    continue
                y = rows.index(each.row) + (series.index(name) - (len(series) - 1) / 2) * step
                axes.plot(
                    each.points,
                    [y] * len(each.points),
                    ".",
                    color=colour,
                    markersize=6,
                    mfc=palette.background,
                    zorder=3,
                )
                axes.errorbar(
                    each.rating.elo,
                    y,
                    xerr=each.rating.error,
                    marker=marker,
                    markersize=7,
                    capsize=4,
                    color=colour,
                    label=label,
                )
                label = "_"  # one entry in the legend
        axes.set_yticks(range(len(rows)), rows, parse_math=False)
        axes.set_ylim(len(rows) - 0.5, -0.5)
        axes.grid(visible=False, axis="y")
        axes.set_ylabel(axis)
        axes.set_xlabel(f"Elo points above {zero}, 95 % intervals; small points: single runs", parse_math=False)
        axes.set_title(title, parse_math=False)
        if legend:
            axes.figure.legend(fontsize=9, ncols=2, loc="outside lower center")
