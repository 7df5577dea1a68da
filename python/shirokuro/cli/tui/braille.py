"""Curves in a terminal, drawn with braille characters of two by four dots per cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_BLANK = 0x2800
_DOTS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]])
"""The bit of each dot in a cell, [row, column]."""

_BARS = "▁▂▃▄▅▆▇█"


def limits(values: NDArray[np.float64]) -> tuple[float, float] | None:
    """Returns the minimum and the maximum, slightly apart if they are equal; `None` if there are no values."""
    known = values[~np.isnan(values)]
    if not len(known):
        return None
    low, high = float(known.min()), float(known.max())
    if low == high:
        margin = abs(low) * 0.1 or 1.0
        return low - margin, high + margin
    return low, high


def curve(values: NDArray[np.float64], height: int, low: float, high: float) -> list[str]:
    """Draws a curve as lines of text, with one value per column of dots; gaps of NaN are bridged.

    Args:
        values: the values, twice as many as the width in cells.
        height: the height in cells.
        low: the value at the lower edge.
        high: the value at the upper edge.
    """
    width = len(values) // 2
    dots = np.zeros((height * 4, width * 2), dtype=bool)
    rows = height * 4 - 1
    columns = np.flatnonzero(~np.isnan(values))
    levels = np.rint((high - values[columns]) / (high - low) * rows).clip(0, rows).astype(int)
    for index, (column, level) in enumerate(zip(columns, levels, strict=True)):
        first, start = (columns[index - 1], levels[index - 1]) if index else (column, level)
        before = start
        for step in range(first, column + 1):
            at = round(start + (level - start) * (step - first) / max(column - first, 1))
            # A steep segment fills the rows that it crosses, except the one where the previous column ended.
            top, bottom = (min(before + 1, at), at) if at >= before else (at, before - 1)
            dots[top : bottom + 1, step] = True
            before = at
    cells = dots.reshape(height, 4, width, 2).transpose(0, 2, 1, 3)
    codes = _BLANK + (cells * _DOTS).sum(axis=(2, 3))
    return ["".join(map(chr, line)).replace(chr(_BLANK), " ") for line in codes]


def merged(cells: Sequence[str]) -> str:
    """Returns the character with the dots of all these cells."""
    code = 0
    for cell in cells:
        code |= 0 if cell == " " else ord(cell) - _BLANK
    return chr(_BLANK + code) if code else " "


def sparkline(values: NDArray[np.float64], span: tuple[float, float] | None = None) -> str:
    """Draws a line of bars, one per value, scaled to a span, or from the minimum to the maximum; NaN is a blank."""
    span = span or limits(values)
    if span is None:
        return " " * len(values)
    low, high = span
    steps = (np.nan_to_num(values, nan=low) - low) / (high - low) * (len(_BARS) - 1)
    return "".join(
        " " if np.isnan(value) else _BARS[int(step)] for value, step in zip(values, np.rint(steps), strict=True)
    )
