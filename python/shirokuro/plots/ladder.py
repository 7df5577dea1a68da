"""The picture of a ladder: strength over games, with error bars."""

from __future__ import annotations

import math
from itertools import cycle
from typing import TYPE_CHECKING

from shirokuro.display.format import counted
from shirokuro.plots.style import PALETTES, picture, thousands

if TYPE_CHECKING:
    from os import PathLike

    from matplotlib.axes import Axes

    from shirokuro.matches.round_robin import Rung
    from shirokuro.plots.style import Palette, Theme

_LONGEST_NAME = 24
"""The maximum length of a name in characters; longer names would leave no room for the curve."""


def draw_ladder(path: str | PathLike[str], rungs: tuple[Rung, ...], *, title: str = "", theme: Theme = "light") -> None:
    """Draws strength over games.

    Args:
        path: the file to write; its name must end in .svg, .png or .pdf.
        rungs: the players of a ladder.
        title: the title of the picture; empty for a default.
        theme: the colours, light or dark.

    Raises:
        ValueError: `path` has a different ending, or there are no rungs.
        MissingExtraError: matplotlib is not installed.
        OSError: the file can't be written.
    """
    if not rungs:
        raise ValueError("rungs: there are none")
    with picture(path, theme=theme) as [axes]:
        axes.set_title(title or "Strength over games of training, 95 % intervals", parse_math=False)
        draw_strength(axes, rungs, PALETTES[theme])


def draw_strength(axes: Axes, rungs: tuple[Rung, ...], palette: Palette) -> None:
    """Draws the curve of the checkpoints with 95 % intervals, and a line for each fixed opponent."""
    checkpoints = [(rung.games_played, rung.rating) for rung in rungs if rung.games_played is not None]
    axes.errorbar(
        [games for games, _ in checkpoints],
        [rating.elo for _, rating in checkpoints],
        yerr=[rating.error for _, rating in checkpoints],
        marker="o",
        markersize=5,
        capsize=4,
        color=palette.series[0],
        label="checkpoints",
    )
    fixed = list(zip(cycle(palette.series[1:]), [rung for rung in rungs if rung.games_played is None], strict=False))
    for colour, rung in fixed:
        elo, error = rung.rating.elo, rung.rating.error
        axes.axhline(elo, color=colour, linewidth=1.2, linestyle="--")
        axes.axhspan(elo - error, elo + error, color=colour, alpha=0.12, linewidth=0)
    # Labels are placed next to the axes in the order of the lines, without overlapping.
    bottom, top = axes.get_ylim()
    height = -math.inf
    for colour, rung in sorted(fixed, key=lambda each: each[1].rating.elo):
        height = max(rung.rating.elo, height + 0.11 * (top - bottom))
        name = rung.name if len(rung.name) <= _LONGEST_NAME else f"{rung.name[: _LONGEST_NAME - 1]}…"
        text = f"{name}\n{'−' if rung.rating.elo < 0 else '+'}{abs(rung.rating.elo):.0f} ± {rung.rating.error:.0f}"
        if rung.forfeits:
            text += f", {counted(rung.forfeits, 'forfeit')}"
        axes.annotate(
            text,
            xy=(1.01, height),
            xycoords=axes.get_yaxis_transform(),
            va="center",
            color=colour,
            fontsize=9,
            annotation_clip=False,
            parse_math=False,
        )
    thousands(axes)
    axes.set_xlabel("games of training")
    axes.set_ylabel("Elo points (mean of the checkpoints = 0)")
