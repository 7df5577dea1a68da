"""The style of pictures.

Matplotlib is imported where it is used, because it is large and other tests measure the memory of this process.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest

from shirokuro.extras import MissingExtraError
from shirokuro.plots.style import PALETTES, check_picture, picture, thousands

if TYPE_CHECKING:
    from pathlib import Path

    from shirokuro.plots.style import Theme


def draw(path: Path, theme: Theme = "light") -> None:
    with picture(path, theme=theme, columns=2) as (left, right):
        left.plot([0, 1_000_000], [0, 500])
        left.set_title("Title")
        left.set_xlabel("games")
        thousands(left)
        right.plot([0, 5000], [1, 2])
        thousands(right)


def test_equal_pictures_are_identical_files_in_every_format(tmp_path: Path) -> None:
    for ending in ("svg", "png", "pdf"):
        one, two = tmp_path / f"one.{ending}", tmp_path / f"two.{ending}"
        draw(one)
        draw(two)
        assert one.read_bytes() == two.read_bytes()
        assert one.stat().st_size > 1000


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_theme_has_its_background_and_legible_text(theme: Theme, tmp_path: Path) -> None:
    from matplotlib import image  # noqa: PLC0415

    draw(tmp_path / "picture.png", theme)
    corner = image.imread(tmp_path / "picture.png")[0, 0, :3]
    palette = PALETTES[theme]

    def rgb(colour: str) -> list[float]:
        return [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]

    def luminance(colour: str) -> float:
        # Web Content Accessibility Guidelines 2.2, relative luminance.
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in rgb(colour)]
        return float(np.dot(linear, [0.2126, 0.7152, 0.0722]))

    def contrast(one: str, two: str) -> float:
        dark, bright = sorted((luminance(one), luminance(two)))
        return (bright + 0.05) / (dark + 0.05)

    assert corner == pytest.approx(rgb(palette.background), abs=0.01)
    assert contrast(palette.text, palette.background) > 7
    assert all(contrast(colour, palette.background) >= 3 for colour in palette.series)
    assert len(set(palette.series)) == len(palette.series)


def test_drawing_leaves_the_settings_of_matplotlib_unchanged(tmp_path: Path) -> None:
    import matplotlib as mpl  # noqa: PLC0415

    before = dict(mpl.rcParams)
    draw(tmp_path / "picture.svg", "dark")
    assert dict(mpl.rcParams) == before


def test_a_drawing_that_fails_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="no data"), picture(tmp_path / "picture.svg"):
        raise RuntimeError("no data")
    assert not list(tmp_path.iterdir())


def test_games_are_counted_in_thousands_and_millions(tmp_path: Path) -> None:
    with picture(tmp_path / "picture.svg") as [axes]:
        thousands(axes)
        write = axes.xaxis.get_major_formatter()
        assert [write(x, None) for x in (0, 500, 20_000, 2500, 1_500_000)] == ["0", "500", "20k", "2.5k", "1.5M"]


def test_a_wrong_ending_and_a_missing_package_are_reported_before_drawing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ValueError, match=r"picture.gif: a picture's file must end in .svg, .png or .pdf"):
        check_picture(tmp_path / "picture.gif")
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingExtraError, match=r"matplotlib, .*: pip install 'shirokuro\[plot\]'"):
        check_picture(tmp_path / "picture.svg")
