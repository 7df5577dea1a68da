"""The monitor's dashboard of several runs: a table, and their curves on the same axes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from rich.text import Text

from shirokuro.cli.tui import braille
from shirokuro.cli.tui import help as words
from shirokuro.cli.tui.blocks import LABELS, Block, axis, beside, ends, fit, labelled, shares, visible
from shirokuro.cli.tui.dashboard import STATE_STYLES, ZOOM_WORDS, ZOOMS
from shirokuro.display.format import number, percent
from shirokuro.runs.measures import MEASURES
from shirokuro.runs.metrics import resample
from shirokuro.runs.view import names_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from shirokuro.cli.tui.dashboard import Look
    from shirokuro.runs.measures import Measure
    from shirokuro.runs.view import RunView

CURVES = (
    "td_error",
    "strength.elo",
    "mean_stone_difference",
    "values.sd",
    "games_per_second",
    "convergence.coverage",
)
"""Measures that are plotted, most important first."""

_COLOURS = ("cyan", "yellow", "magenta", "green", "blue", "red", "white")
"""The colours of the runs, in their order; they repeat."""

_FIGURES = ("td_error", "mean_stone_difference", "convergence.coverage", "strength.elo")
"""Measures in the table."""

_SPARKS = 40
"""The number of bars in the sparklines of a report."""


def page(views: Sequence[RunView], look: Look, width: int, height: int) -> Block:
    """Returns the screen: `height` lines of `width` columns."""
    if look.help:
        lines = words.lines_of(words.of_comparison(CURVES, _FIGURES), width)
        body, look.help_scrolled = visible(lines, look.help_scrolled, width, height - 1)
        return [*body, ends(Text(), Text("↑ ↓ to scroll  ? back ", "dim"), width)][:height]
    rows = _table(views, width)
    shown = max(min(len(rows), height // 2), 2)
    look.scrolled = min(look.scrolled, max(len(rows) - shown, 0))
    body = [rows[0], *rows[1 + look.scrolled :][: shown - 1], Text(" " * width)]
    room = max(height - len(body) - 1, 0)
    body += _charts(views, look, width, room)
    body = (body + [Text(" " * width)] * height)[: max(height - 1, 0)]
    scroll = "↑ ↓ to scroll  " if len(rows) > shown else ""
    return [*body, ends(Text(), Text(f"{scroll}z {ZOOM_WORDS[look.zoom]}  ? help  q quit ", "dim"), width)][:height]


def report(views: Sequence[RunView], width: int) -> Block:
    """Returns a report of the runs: the table, and a line with the course of each measure for each run."""
    lines = _table(views, width)
    names, end = names_of(views), _end(views)
    for key in CURVES:
        measure = MEASURES[key]
        courses = [_course(view, key, 0.0, end, _SPARKS) for view in views]
        if all(np.isnan(course).all() for course in courses):
            continue
        lines += [Text(" " * width), ends(Text(measure.title, "bold"), Text(f"0 … {end:,.0f} games"), width)]
        limits = braille.limits(np.concatenate(courses))
        for view, name, course in zip(views, names, courses, strict=True):
            value = Text(f"{braille.sparkline(course, limits)} {_newest(view, measure):>14}")
            lines.append(ends(Text(name), value, width))
    return lines


def _table(views: Sequence[RunView], width: int) -> Block:
    """Returns a header, and a line for each run."""
    titles = ("games", "", "speed", *(MEASURES[key].title for key in _FIGURES))
    names, rows = names_of(views), [_figures(view) for view in views]
    states = [f"● {view.state}" for view in views]
    widths = [max(map(len, column)) for column in zip(titles, *rows, strict=True)]
    need = max(map(len, states)) + min(max(map(len, names)), 2 * width // 5) + 1
    while widths and need + sum(widths) + 2 * len(widths) > width:
        widths.pop()  # the least important figures make room for the names

    def line(name: Text, state: Text, figures: Sequence[str]) -> Text:
        cells = "  ".join(f"{text:>{size}}" for text, size in zip(figures, widths, strict=False))
        state.pad_right(max(map(len, states)) - len(state))
        return ends(name, Text.assemble(state, "  ", cells), width)

    return [
        line(Text("run", "bold"), Text("state", "bold"), titles),
        *(
            line(Text(name, _colour(index)), Text(state, STATE_STYLES[view.state]), row)
            for index, (view, name, state, row) in enumerate(zip(views, names, states, rows, strict=True))
        ),
    ]


def _figures(view: RunView) -> tuple[str, ...]:
    games = view.metrics.games_played if len(view.metrics) else None
    target = view.target_games
    return (
        number(games),
        percent(games / target if games is not None and target else None),
        number(view.games_per_second, unit="/s"),
        *(_newest(view, MEASURES[key]).removesuffix(" discs").removesuffix(" Elo") for key in _FIGURES),
    )


def _newest(view: RunView, measure: Measure) -> str:
    values = view.curve(measure.key)
    known = values[~np.isnan(values)]
    return number(float(known[-1]) if len(known) else None, measure.unit.form, measure.unit.suffix)


def _colour(index: int) -> str:
    return _COLOURS[index % len(_COLOURS)]


def _end(views: Sequence[RunView]) -> float:
    return float(max((view.metrics.games_played for view in views if len(view.metrics)), default=0))


def _course(view: RunView, key: str, since: float, end: float, bins: int) -> NDArray[np.float64]:
    """Returns a measure at equal steps from `since` to `end` games; NaN where the run has no value."""
    games, values = view.metrics["games_played"], view.curve(key)
    shown = games >= since
    return resample(
        np.concatenate([[since], games[shown], [end]]), np.concatenate([[np.nan], values[shown], [np.nan]]), bins
    )


def _charts(views: Sequence[RunView], look: Look, width: int, height: int) -> Block:
    known = [key for key in CURVES if any(not np.isnan(view.curve(key)).all() for view in views)]
    columns = min(max(width // 38, 1), 3)
    height -= 1  # the last line is the axis of all charts
    rows = min(-(-len(known) // columns), max(height // 5, 1))
    if not rows:
        return []
    tall = height // rows
    end = _end(views)
    since = end * (1 - ZOOMS[look.zoom])
    body: Block = []
    for row in range(rows):
        keys = known[row * columns : (row + 1) * columns]
        blocks = [
            _chart(views, key, (since, end), each, tall)
            for key, each in zip(keys, shares(width, columns), strict=False)
        ]
        body += [fit(line, width) for line in beside(blocks)]
    return body + beside([[axis((since, end), each)] for each in shares(width, columns)])


def _chart(views: Sequence[RunView], key: str, span: tuple[float, float], width: int, height: int) -> Block:
    """Returns a block with the title of a measure and the curves of all runs, the first one on top."""
    measure = MEASURES[key]
    head = ends(Text(measure.title, "bold"), Text(measure.unit.shown, "dim"), width)
    cells, rows = max(width - LABELS, 1), max(height - 1, 1)
    courses = [_course(view, key, *span, 2 * cells) for view in views]
    limits = braille.limits(np.concatenate(courses))
    if limits is None:
        return [head, *[Text(" " * width)] * rows]
    drawn = [braille.curve(course, rows, *limits) for course in courses]
    lines = [_overlaid([curve[row] for curve in drawn]) for row in range(rows)]
    return [head, *labelled(lines, *limits, width)]


def _overlaid(lines: Sequence[str]) -> Text:
    """Joins lines of braille characters: each cell has the dots of all of them, and the colour of the first."""
    text = Text()
    for cells in zip(*lines, strict=True):
        colour = next((_colour(index) for index, cell in enumerate(cells) if cell != " "), "")
        text.append(braille.merged(cells), colour)
    return text
