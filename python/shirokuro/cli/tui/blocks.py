"""Blocks of text of a fixed size, the building blocks of the dashboard, and their layout."""

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

LABELS = 7
"""Columns for the numbers of a chart's axis."""


def fit(line: Text, width: int) -> Text:
    """Returns the line truncated or padded to the width."""
    line = line.copy()
    line.truncate(width, overflow="ellipsis", pad=True)
    return line


def ends(left: Text, right: Text, width: int) -> Text:
    """Returns a line with text at both ends; the right text takes precedence."""
    room = max(width - right.cell_len - 1, 0)
    return fit(Text.assemble(fit(left, room), " ", right), width)


def panel(title: str, lines: Sequence[Text], width: int, height: int, note: str = "") -> Block:
    """Returns a block with a title, an optional note, and the lines that fit."""
    head = ends(Text(title, "bold"), Text(note, "dim"), width)
    body = [fit(line, width) for line in lines[: max(height - 1, 0)]]
    return [head, *body, *[Text(" " * width)] * (height - 1 - len(body))][:height]


def beside(blocks: Sequence[Block]) -> Block:
    """Joins blocks of the same height from left to right."""
    return [Text(" " * _GAP).join(lines) for lines in zip(*blocks, strict=True)]


def shares(width: int, count: int) -> list[int]:
    """Returns the widths of `count` blocks placed side by side."""
    room = width - _GAP * (count - 1)
    return [room // count + (index < room % count) for index in range(count)]


def bar(share: float | None, width: int, style: str = "cyan") -> Text:
    """Returns a bar that fills a share of the width."""
    if share is None or not width > 0:
        return Text(" " * max(width, 0))
    eighths = round(min(max(share, 0.0), 1.0) * width * 8)
    filled = "█" * (eighths // 8) + (" ▏▎▍▌▋▊▉"[eighths % 8] if eighths % 8 else "")
    return Text(filled.ljust(width), style)


def pair(name: str, value: str, width: int, style: str = "") -> Text:
    """Returns a line with a name at the left and its value at the right edge."""
    return ends(Text(name), Text(value, style), width)


def chart(measure: Measure, view: RunView, since: float, width: int, height: int) -> Block:
    """Returns a block with the title of a measure, its newest value, and its chart from `since` games on."""
    games, values = view.metrics["games_played"], view.curve(measure.key)
    shown = games >= since
    games, values = games[shown], values[shown]
    cells = max(width - LABELS, 1)
    span = braille.limits(values)
    # The newest line may cover few games and lack a measure that other lines have.
    known = values[~np.isnan(values)]
    latest = number(float(known[-1]) if len(known) else None, measure.unit.form, measure.unit.suffix)
    head = ends(Text(measure.title, "bold"), Text(latest), width)
    rows = max(height - 1, 1)
    if span is None:
        return [head, *[Text(" " * width)] * rows]
    points = resample(games, values, 2 * cells)
    low, high = braille.limits(points) or span
    drawn = braille.curve(points, rows, low, high)
    return [head, *labelled([Text(line, "cyan") for line in drawn], low, high, width)]


def labelled(lines: Sequence[Text], low: float, high: float, width: int) -> Block:
    """Returns the lines of a chart with an axis on their left, and the values at its lower and upper edge."""
    labels = [""] * len(lines)
    labels[0] = _label(high)
    if len(lines) > 1:
        labels[-1] = _label(low)
    return [
        fit(Text.assemble((f"{label:>{LABELS - 1}}{'┤' if label else '│'}", "dim"), line), width)
        for label, line in zip(labels, lines, strict=True)
    ]


def _label(value: float) -> str:
    """Returns a number that fits next to a chart."""
    texts = (short(value), *(f"{value:.{digits}g}" for digits in (2, 1)))
    return next((text for text in texts if len(text) < LABELS), texts[-1])


def axis(games: tuple[float, float] | None, width: int) -> Text:
    """Returns the line below a chart, from the first to the last number of games; a blank line without any."""
    if games is None:
        return Text(" " * width)
    first, last = map(short, games)
    line = " games ".center(max(width - LABELS - len(first) - len(last) - 3, 0), "─")
    return fit(Text(f"{'└':>{LABELS}} {first} {line} {last}", "dim"), width)


def visible(lines: Block, scrolled: int, width: int, height: int) -> tuple[Block, int]:
    """Returns the lines that fit after those that are scrolled out of view, and how many of these there are."""
    height = max(height, 0)
    scrolled = max(min(scrolled, len(lines) - height), 0)
    return (lines[scrolled : scrolled + height] + [Text(" " * width)] * height)[:height], scrolled
