"""The style of all pictures: axes with units, colours that are safe for colour-blind readers, light and dark themes.

Requires the extra `plot`. Figures are drawn without pyplot, and matplotlib's settings are restored after each picture.
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
"""The endings allowed for the name of a picture's file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """The colours of a theme."""

    background: str
    text: str
    faint: str
    """The colour of the grid, the axes and secondary elements."""
    series: tuple[str, ...]
    """The colours of curves, in the order of their use."""


PALETTES: Mapping[Theme, Palette] = {
    # After the colour-blind safe palette of Okabe and Ito, https://jfly.uni-koeln.de/color/; some darker, for contrast.
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

LINES: tuple[Literal["-", "--", ":", "-."], ...] = ("-", "--", ":", "-.")
"""The kinds of lines, for more curves than there are colours."""

MARKERS = ("o", "s", "D", "^", "v", "P", "X")
"""The shapes of points, which differ like the colours."""


def check_picture(path: str | PathLike[str]) -> None:
    """Checks whether a picture can be drawn, before the work for it is done.

    Raises:
        ValueError: the ending of `path` is not one of `FORMATS`.
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
    """Opens a picture for drawing: yields its axes, row by row, and writes the file at the end.

    Args:
        path: the file to write; its ending determines the format. Equal pictures produce identical files.
        theme: the colours, see `PALETTES`.
        rows: number of rows of axes.
        columns: number of axes per row.
        size: width and height in inches; a PNG file has 150 dots per inch.

    Raises:
        ValueError: the ending of `path` is not one of `FORMATS`.
        MissingExtraError: matplotlib is not installed.
        OSError: the file can't be written.
    """
    check_picture(path)
    # Imported here because the extra may be missing where no picture is drawn.
    from matplotlib import rc_context  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    with rc_context(_settings(PALETTES[theme])):
        figure = Figure(figsize=size, layout="constrained")
        axes = figure.subplots(rows, columns, squeeze=False)
        yield list(axes.ravel())
        _save(figure, Path(path))


def _save(figure: Figure, path: Path) -> None:
    # No date, so that equal pictures produce identical files.
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
    """Shortens the numbers of games on the horizontal axis, such as 500, 20k and 1.5M."""

    def short(value: float, _position: float | None) -> str:
        for divisor, unit in ((1e6, "M"), (1e3, "k")):
            if abs(value) >= divisor:
                return f"{value / divisor:g}{unit}"
        return f"{value:g}"

    axes.xaxis.set_major_formatter(short)
