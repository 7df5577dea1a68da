"""Blocks of text of a known size, and how they are put beside one another: what the dashboard is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from rich.text import Text

from shirokuro.cli.tui import braille
from shirokuro.display.format import number, short
from shirokuro.runs.metrics import resample

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shirokuro.runs.measures import Measure
    from shirokuro.runs.view import RunView

Block: TypeAlias = list[Text]
"""Lines of the same width."""

_GAP = 2
"""Columns between two blocks."""

_LABELS = 7
"""Columns for the numbers of a chart's axis."""


def fit(line: Text, width: int) -> Text:
    """A line that is exactly so wide."""
    line = line.copy()
    line.truncate(width, overflow="ellipsis", pad=True)
    return line


def ends(left: Text, right: Text, width: int) -> Text:
    """A line with text at both of its ends; the right one has precedence."""
    room = max(width - right.cell_len - 1, 0)
    return fit(Text.assemble(fit(left, room), " ", right), width)


def panel(title: str, lines: Sequence[Text], width: int, height: int, note: str = "") -> Block:
    """A title, and as many of the lines as fit."""
    head = ends(Text(title, "bold"), Text(note, "dim"), width)
    body = [fit(line, width) for line in lines[: max(height - 1, 0)]]
    return [head, *body, *[Text(" " * width)] * (height - 1 - len(body))][:height]


def beside(blocks: Sequence[Block]) -> Block:
    """Blocks of the same height, from left to right."""
    return [Text(" " * _GAP).join(lines) for lines in zip(*blocks, strict=True)]


def shares(width: int, count: int) -> list[int]:
    """The widths of so many blocks that stand beside one another."""
    room = width - _GAP * (count - 1)
    return [room // count + (place < room % count) for place in range(count)]


def bar(share: float | None, width: int, style: str = "cyan") -> Text:
    """A bar that fills a share of the width."""
    if share is None or not width > 0:
        return Text(" " * max(width, 0))
    eighths = round(min(max(share, 0.0), 1.0) * width * 8)
    filled = "█" * (eighths // 8) + (" ▏▎▍▌▋▊▉"[eighths % 8] if eighths % 8 else "")
    return Text(filled.ljust(width), style)


def pair(name: str, value: str, width: int, style: str = "") -> Text:
    """A name, and what it has, at the right edge."""
    return ends(Text(name), Text(value, style), width)


def chart(measure: Measure, view: RunView, since: float, width: int, height: int) -> Block:
    """Draws a measure since a number of games: its title, its newest value, and its curve."""
    games, values = view.metrics["games_played"], view.curve(measure.key)
    shown = games >= since
    games, values = games[shown], values[shown]
    cells = max(width - _LABELS, 1)
    span = braille.limits(values)
    # The newest line may be a short one that lacks a measure which others have.
    known = values[~np.isnan(values)]
    latest = number(float(known[-1]) if len(known) else None, measure.unit.form, measure.unit.suffix)
    head = ends(Text(measure.title, "bold"), Text(latest), width)
    rows = max(height - 1, 1)
    if span is None:
        return [head, *[Text(" " * width)] * rows]
    points = resample(games, values, 2 * cells)
    low, high = braille.limits(points) or span
    drawn = braille.curve(points, rows, low, high)
    labels = [""] * rows
    labels[0] = short(high)
    if rows > 1:
        labels[-1] = short(low)
    return [
        head,
        *(
            fit(Text.assemble((f"{label:>{_LABELS - 1}} ", "dim"), (line, "cyan")), width)
            for label, line in zip(labels, drawn, strict=True)
        ),
    ]
