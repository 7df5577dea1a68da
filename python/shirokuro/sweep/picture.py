"""The picture of a sweep's results."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shirokuro.plots.sweep import Estimate, draw_estimates

if TYPE_CHECKING:
    from os import PathLike

    from shirokuro.plots.style import Theme
    from shirokuro.sweep.results import SweepResults


def draw_sweep(path: str | PathLike[str], results: SweepResults, *, title: str = "", theme: Theme = "light") -> None:
    """Draws the strength of each combination of values with its 95 % interval.

    The values of the first axis are the rows, those of the others the colours.

    Args:
        path: the file to write; its name must end in .svg, .png or .pdf.
        results: the results.
        title: the title of the picture; empty for a default.
        theme: the colours, light or dark.

    Raises:
        ValueError: no match was played yet, or `path` has a different ending.
        MissingExtraError: matplotlib is not installed.
        OSError: the file can't be written.
    """
    axis = next(iter(results.settings[0].values), "")
    estimates = [
        Estimate(
            row=each.values.get(axis, "all runs"),
            series=", ".join(f"{name} = {value}" for name, value in each.values.items() if name != axis),
            rating=each.rating,
            points=[run.rating.elo for run in each.runs if run.rating],
        )
        for each in results.settings
    ]
    draw_estimates(path, estimates, title=title or "Strength by setting", zero=results.zero, axis=axis, theme=theme)
