"""The look of all pictures: axes with units, colours that people who see few can tell apart, light and dark.

Needs the extra `plot`. No global state of matplotlib is used or changed: figures can be drawn from any thread.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from shirokuro.extras import load
from shirokuro.files import temporary_for

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from os import PathLike

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Theme: TypeAlias = Literal["light", "dark"]
"""Dark lines on white, or light lines on near black."""

FORMATS = (".svg", ".png", ".pdf")
"""The endings that a picture's file may have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """A theme's colours."""

    background: str
    text: str
    faint: str
    """For the grid, axes and what is of less weight."""
    series: tuple[str, ...]
    """For curves, in this order."""


PALETTES: Mapping[Theme, Palette] = {
    # After Okabe and Ito, https://jfly.uni-koeln.de/color/, for eyes that see few colours; some darker, for contrast.
    "light": Palette(
        background="#ffffff",
        text="#1f2328",
        faint="#c8ccd2",
        series=("#0072b2", "#d55e00", "#00855f", "#b8578e", "#7b4fb5", "#8a6d00", "#5b5f66"),
    ),
    "dark": Palette(
        background="#0d1117",
        text="#e6edf3",
        faint="#3d444d",
        series=("#56b4e9", "#f0853a", "#2fc79a", "#e29ac4", "#7d9bff", "#f0e442", "#a0a6ae"),
    ),
}


def check_picture(path: str | PathLike[str]) -> None:
    """Finds out, before the work for a picture is done, whether it can be drawn.

    Raises:
        ValueError: the file's ending is not one of `FORMATS`.
        MissingExtraError: matplotlib is not installed.
    """
    if Path(path).suffix.lower() not in FORMATS:
        raise ValueError(f"{path}: a picture's file must end in {', '.join(FORMATS[:-1])} or {FORMATS[-1]}")
    load("matplotlib", extra="plot", purpose="drawing pictures")


@contextmanager
def picture(
    path: str | PathLike[str],
    *,
    theme: Theme = "light",
    rows: int = 1,
    columns: int = 1,
    size: tuple[float, float] = (8.0, 4.5),
) -> Iterator[list[Axes]]:
    """Draws a picture: gives the axes, row by row, and writes the file at the end.

    Args:
        path: the file; its ending says the format. Equal pictures give equal SVG files.
        theme: the colours, see `PALETTES`.
        rows: rows of axes.
        columns: axes in a row.
        size: width and height in inches, of 150 dots each in a PNG file.

    Raises:
        ValueError: the file's ending is not one of `FORMATS`.
        MissingExtraError: matplotlib is not installed.
        OSError: the file can't be written.
    """
    check_picture(path)
    # Only here: the extra may be missing where no picture is drawn.
    from matplotlib import rc_context  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    with rc_context(_settings(PALETTES[theme])):
        figure = Figure(figsize=size, layout="constrained")
        axes = figure.subplots(rows, columns, squeeze=False)
        yield list(axes.ravel())
        _save(figure, Path(path))


def _save(figure: Figure, path: Path) -> None:
    # No date: equal pictures are equal files.
    metadata = {".svg": {"Date": None}, ".pdf": {"CreationDate": None}}.get(path.suffix.lower())
    with temporary_for(path) as temporary:
        figure.savefig(temporary, dpi=150, metadata=metadata)


def _settings(palette: Palette) -> dict[Any, Any]:
    from cycler import cycler  # noqa: PLC0415

    return {
        "axes.axisbelow": True,
        "axes.edgecolor": palette.faint,
        "axes.facecolor": palette.background,
        "axes.grid": True,
        "axes.labelcolor": palette.text,
        "axes.prop_cycle": cycler(color=palette.series),
        "axes.spines.right": False,
        "axes.spines.top": False,
        "axes.titlecolor": palette.text,
        "axes.titlelocation": "left",
        "axes.titlesize": 11,
        "axes.titleweight": "bold",
        "figure.facecolor": palette.background,
        "font.family": "DejaVu Sans",
        "font.size": 10,
        "grid.color": palette.faint,
        "grid.linewidth": 0.6,
        "legend.frameon": False,
        "legend.labelcolor": palette.text,
        "lines.linewidth": 1.8,
        "svg.fonttype": "path",
        "svg.hashsalt": "shirokuro",
        "text.color": palette.text,
        "xtick.color": palette.faint,
        "xtick.labelcolor": palette.text,
        "ytick.color": palette.faint,
        "ytick.labelcolor": palette.text,
    }


def thousands(axes: Axes) -> None:
    """Writes the numbers at the horizontal axis, which count games, as 500, 20k and 1.5M."""

    def short(value: float, _place: float | None) -> str:
        for divisor, unit in ((1e6, "M"), (1e3, "k")):
            if abs(value) >= divisor:
                return f"{value / divisor:g}{unit}"
        return f"{value:g}"

    axes.xaxis.set_major_formatter(short)
