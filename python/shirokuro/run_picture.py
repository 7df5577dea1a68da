"""The picture of a run: its training curves."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np

from shirokuro.bradley_terry import Rating
from shirokuro.ladder import LADDER_FILE, Rung
from shirokuro.ladder_picture import draw_strength
from shirokuro.metrics import resample
from shirokuro.plot import PALETTES, picture, thousands
from shirokuro.run_view import WINDOW_GAMES

if TYPE_CHECKING:
    from collections.abc import Callable
    from os import PathLike
    from pathlib import Path

    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from shirokuro.plot import Palette, Theme
    from shirokuro.run_view import RunView

_POINTS = 400
"""Points of a curve at most: means over equal parts of the run."""


def draw_run(path: str | PathLike[str], view: RunView, *, theme: Theme = "light") -> None:
    """Draws what a run has measured over its games; what it has not measured is left out.

    Stone difference, win rates, TD error, evaluation spread, throughput, learned entries, and strength if the run has a
    ladder.

    Args:
        path: the file, which ends in .svg, .png or .pdf.
        view: the run.
        theme: light or dark.

    Raises:
        ValueError: the run has no metrics yet, or the file has another ending.
        MissingExtraError: matplotlib is not installed.
        OSError: the file can't be written.
    """
    if not len(view.metrics):
        raise ValueError(f"{view.directory.path}: there are no metrics yet")
    palette = PALETTES[theme]
    known = [draw for name, draw in _CURVES if not np.isnan(view.metrics[name]).all()]
    rungs = read_ladder(view.directory.path / LADDER_FILE)
    count = len(known) + bool(rungs)
    rows = max(-(-count // 2), 1)
    with picture(path, theme=theme, rows=rows, columns=2, size=(11, 0.4 + 2.8 * rows)) as axes:
        for each, draw in zip(axes, known, strict=False):
            draw(each, view, palette)
            each.set_xlabel("games")
            each.set_xlim(0, max(view.metrics.games_played, 1))
            thousands(each)
        if rungs:
            draw_strength(axes[len(known)], rungs, palette)
            axes[len(known)].set(
                title="Strength, 95 % intervals", xlabel="games", ylabel="Elo points\n(mean of the checkpoints 0)"
            )
            axes[len(known)].set_xlim(0, max(view.metrics.games_played, 1))
        for each in axes[count:]:
            each.set_visible(False)
        figure = axes[0].figure
        figure.suptitle(_title(view), x=0.01, ha="left", fontsize=11)


def _title(view: RunView) -> str:
    seed = f", seed {view.config.seed}" if view.config else ""
    return f"{view.directory.path.name}: {view.metrics.games_played:,} games{seed}"


def read_ladder(path: Path) -> tuple[Rung, ...]:
    """The players of a ladder that was played; none if there is no such file, or it is not of this kind."""
    try:
        players = json.loads(path.read_text(encoding="utf-8"))["players"]
        return tuple(
            Rung(
                name=str(player["name"]),
                games_played=player["games_played"],
                rating=Rating(elo=float(player["elo"]), error=float(player["error"])),
                score=float(player["score"]),
                games=int(player["games"]),
            )
            for player in players
        )
    except (OSError, ValueError, TypeError, LookupError):
        return ()


def _line(axes: Axes, view: RunView, values: NDArray[np.float64], colour: str, label: str | None = None) -> None:
    games = view.metrics["games_played"]
    bins = min(_POINTS, len(games))
    x, y = resample(games, games, bins), resample(games, values, bins)
    shown = ~np.isnan(y)
    axes.plot(x[shown], y[shown], color=colour, label=label)


def _stone_difference(axes: Axes, view: RunView, palette: Palette) -> None:
    axes.axhline(0, color=palette.text, linewidth=0.8)
    _line(axes, view, view.rolling("mean_stone_difference"), palette.series[0])
    axes.set_title("Stone difference")
    axes.set_ylabel(f"discs, Black's view\n(last {WINDOW_GAMES:,} games)")


def _results(axes: Axes, view: RunView, palette: Palette) -> None:
    rates = (("Black wins", "black_win_rate"), ("White wins", "white_win_rate"), ("draws", "draw_rate"))
    for colour, (label, name) in zip(palette.series, rates, strict=False):
        _line(axes, view, 100 * view.rolling(name), colour, label)
    axes.set_title("Results")
    axes.set_ylabel(f"% of the games\n(last {WINDOW_GAMES:,})")
    axes.set_ylim(0, None)
    axes.legend(ncols=3, loc="upper center", bbox_to_anchor=(0.5, 0.42), fontsize=9)


def _td_error(axes: Axes, view: RunView, palette: Palette) -> None:
    _line(axes, view, view.metrics["td_error"], palette.series[0])
    axes.set_title("TD error")
    axes.set_ylabel("discs, root mean square")


def _spread(axes: Axes, view: RunView, palette: Palette) -> None:
    _line(axes, view, view.metrics["values.sd"], palette.series[0], "standard deviation")
    _line(axes, view, view.metrics["values.mean"], palette.series[1], "mean")
    axes.set_title("Search values")
    axes.set_ylabel("discs, side to move")
    axes.legend(fontsize=9)


def _throughput(axes: Axes, view: RunView, palette: Palette) -> None:
    _line(axes, view, view.metrics["games_per_second"], palette.series[0])
    axes.set_title("Throughput")
    axes.set_ylabel("games a second")
    axes.set_ylim(0, None)


def _coverage(axes: Axes, view: RunView, palette: Palette) -> None:
    _line(axes, view, 100 * view.metrics["convergence.coverage"], palette.series[0])
    axes.set_title("Entries learned")
    axes.set_ylabel("% of those that can occur")
    axes.set_ylim(0, 100)


_CURVES: tuple[tuple[str, Callable[[Axes, RunView, Palette], None]], ...] = (
    ("mean_stone_difference", _stone_difference),
    ("black_win_rate", _results),
    ("td_error", _td_error),
    ("values.sd", _spread),
    ("games_per_second", _throughput),
    ("convergence.coverage", _coverage),
)
"""What is drawn, and the measure that it needs."""
