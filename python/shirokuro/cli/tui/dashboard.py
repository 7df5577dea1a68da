"""The monitor's dashboard of a run: pages of text for a terminal of any size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np
from rich.console import Console
from rich.text import Text

from shirokuro.cli.tui import help as words
from shirokuro.cli.tui import panels
from shirokuro.cli.tui.blocks import Block, axis, bar, beside, chart, ends, fit, panel, shares, visible
from shirokuro.display.format import DASH, ago, duration, number, percent
from shirokuro.runs.measures import MEASURES
from shirokuro.runs.view import STATE_WORDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shirokuro.runs.view import RunView, State

Page: TypeAlias = Literal["overview", "curves", "resources", "warnings"]

PAGES: tuple[Page, ...] = ("overview", "curves", "resources", "warnings")

ZOOMS: tuple[float, ...] = (1.0, 0.5, 0.1)
"""Zoom levels: the share of the games so far that curves show, counted from the newest game."""

ZOOM_WORDS = ("whole run", "last half", "last tenth")
"""The zoom levels as text."""

STATE_STYLES: Mapping[State, str] = {
    "waiting": "yellow",
    "starting": "yellow",
    "running": "green",
    "silent": "bold red",
    "stopped": "yellow",
    "complete": "green",
}

_TALL = 34
"""The minimum height in lines at which the overview shows longer panels."""


CURVES = (
    "td_error",
    "strength.elo",
    "held_out.mean_absolute",
    "mean_stone_difference",
    "values.sd",
    "games_per_second",
    "black_win_rate",
    "convergence.coverage",
    "table_hit_rate",
    "memory.resident",
    "play.epsilon",
    "play.rate",
)
"""Measures that are plotted, most important first."""


@dataclass(slots=True)
class Look:
    """The part of the run that is on screen; keys change it."""

    page: Page = "overview"
    zoom: int = 0
    """Index into `ZOOMS`."""
    scrolled: int = 0
    """Number of the newest warnings that are scrolled out of view."""
    help: bool = False
    """Whether the help is shown in place of the page."""
    help_scrolled: int = 0
    """Number of lines of the help that are scrolled out of view."""


def page(view: RunView, look: Look, width: int, height: int) -> Block:
    """Returns the screen: `height` lines of `width` columns."""
    if look.help:
        lines = words.lines_of(words.of_page(look.page, _plotted(view, look.page, width)), width)
        body, look.help_scrolled = visible(lines, look.help_scrolled, width, height - 1)
        return [*body, _footer(look, width)][:height]
    head = header(view, width)
    room = max(height - len(head) - 2, 0)
    if view.state == "waiting" and not view.checkpoints:
        body = [fit(Text(line, "dim"), width) for line in ("", f"No run in {view.directory.path} yet.")]
    elif look.page == "curves":
        body = _curves(view, look, _plotted(view, look.page, width), width, room)
    elif look.page == "resources":
        body = _resources(view, width, room)
    elif look.page == "warnings":
        body = _all_warnings(view, look, width, room, keys="; ↑ ↓ to scroll")
    else:
        body = _overview(view, look, width, room)
    body = (body + [Text(" " * width)] * room)[:room]
    return [*head, Text(" " * width), *body, _footer(look, width)][:height]


def report(view: RunView, width: int) -> Block:
    """Returns a full report of the run, of any number of lines."""
    blank = Text(" " * width)
    body = [*header(view, width), blank, *_curves(view, Look(), _with_values(view, 6), width, 24), blank]
    parts = [
        (panels.results, 8),
        (panels.evaluation, 8),
        (panels.memory, 9),
        (panels.phases, 8),
        (panels.checkpoints, 6),
        (panels.settings, 11),
    ]
    columns = min(max(width // 38, 1), 3)
    for first in range(0, len(parts), columns):
        shown = parts[first : first + columns]
        height = max(height for _, height in shown)
        widths = shares(width, columns)
        body += beside([make(view, each, height) for (make, _), each in zip(shown, widths, strict=False)])
        body.append(blank)
    body += _all_warnings(view, Look(), width, 12)
    while not body[-1].plain.strip():
        body.pop()
    return body


def header(view: RunView, width: int) -> Block:
    """Returns the lines with the run's path, state, progress and speed."""
    state = view.state
    word, style = STATE_WORDS[state], STATE_STYLES[state]
    age = f", {ago(view.age)}" if state in {"running", "silent", "stopped"} else ""
    title = ends(Text.assemble(("shirokuro  ", "bold"), str(view.directory.path)), Text(f"● {word}{age}", style), width)
    games, target = view.metrics.games_played if len(view.metrics) else None, view.target_games
    share = games / target if games is not None and target else None
    progress = Text.assemble(bar(share, width - 9, "green"), f"{percent(share):>9}")
    progress.stylize("on grey23", 0, max(width - 9, 0))
    left = duration(view.seconds_left) if state == "running" else DASH
    counts = Text.assemble((number(games), "bold"), f" / {number(target)} games")
    speeds = f"{number(view.games_per_second)} games/s (mean {number(view.mean_games_per_second)})"
    times = Text(f"{speeds}  {duration(view.seconds)} gone, {left} left")
    if counts.cell_len + times.cell_len >= width:
        counts.right_crop(len(" games"))
    return [title, progress, ends(counts, times, width)]


def _footer(look: Look, width: int) -> Text:
    line = Text()
    for index, name in enumerate(PAGES, start=1):
        line.append(f" {index} {name} ", "reverse" if name == look.page else "dim")
    keys = "↑ ↓ to scroll  ? back " if look.help else f"z {ZOOM_WORDS[look.zoom]}  ? help  q quit "
    if line.cell_len + len(keys) >= width:
        keys = "? back " if look.help else "? help  q quit "
    return ends(line, Text(keys, "dim"), width)


def _overview(view: RunView, look: Look, width: int, height: int) -> Block:
    columns = _overview_columns(width)
    tall = height >= _TALL
    facts, last = (8 if tall else 6), (6 if tall else 3)
    shown = [panels.results, panels.evaluation, panels.memory, panels.checkpoints][: max(columns, 3)]
    body = _curves(view, look, _plotted(view, "overview", width), width, max(height - facts - last - 1, 5))
    widths = shares(width, len(shown))
    body += beside([make(view, each, facts) for make, each in zip(shown, widths, strict=True)])
    body.append(Text(" " * width))
    if len(shown) < 4:  # noqa: PLR2004 (no room for the checkpoints above)
        left, right = shares(width, 2)
        body += beside([panels.checkpoints(view, left, last), _newest_warnings(view, right, last)])
    else:
        body += _newest_warnings(view, width, last)
    return body


def _overview_columns(width: int) -> int:
    return min(max(width // 38, 2), 4)


def _plotted(view: RunView, name: Page, width: int) -> tuple[str, ...]:
    """Returns the measures that a page plots, most important first."""
    counts = {"overview": 2 * _overview_columns(width), "curves": len(CURVES)}
    return _with_values(view, counts.get(name, 0))


def _with_values(view: RunView, count: int) -> tuple[str, ...]:
    """Returns the first `count` curves, those with values before those without.

    The error of games that are held out is left out where it has no values: most runs have no such games.
    """
    empty = {key for key in CURVES if np.isnan(view.curve(key)).all()}
    shown = [key for key in CURVES if key not in empty or key != "held_out.mean_absolute"]
    return tuple(sorted(shown, key=empty.__contains__)[:count])


def _curves(view: RunView, look: Look, keys: tuple[str, ...], width: int, height: int) -> Block:
    columns = min(max(width // 38, 1), 4)
    height -= 1  # the last line is the axis of all charts
    rows = min(-(-len(keys) // columns), max(height // 4, 1))
    tall = max(height // rows, 2)
    since = view.metrics.games_played * (1 - ZOOMS[look.zoom])
    body: Block = []
    for row in range(rows):
        shown = keys[row * columns : (row + 1) * columns]
        blocks = [
            chart(MEASURES[key], view, since, each, tall)
            for key, each in zip(shown, shares(width, columns), strict=False)
        ]
        body += [fit(line, width) for line in beside(blocks)]
    games = view.metrics["games_played"]
    games = games[games >= since]
    span = (float(games[0]), float(games[-1])) if len(games) else None
    return body + beside([[axis(span, each)] for each in shares(width, columns)])


def _newest_warnings(view: RunView, width: int, height: int) -> Block:
    warnings = view.warnings
    lines = [_warning(each.message, each.games_played, each.kind) for each in reversed(warnings[-height:])]
    return panel("warnings", lines or [Text("none", "dim")], width, height, number(len(warnings)))


def _warning(text: str, games: int | None, kind: str) -> Text:
    at = f"{games:>11,}  " if games is not None else " " * 13
    return Text.assemble((at, "dim"), (f"{kind}: ", "red" if kind in {"error", "failed"} else "yellow"), text)


def _all_warnings(view: RunView, look: Look, width: int, height: int, *, keys: str = "") -> Block:
    warnings = view.warnings[::-1]
    look.scrolled = min(look.scrolled, max(len(warnings) - 1, 0))
    lines: Block = []
    for each in warnings[look.scrolled :]:
        first, *rest = _wrapped(_warning(each.message, each.games_played, each.kind), width)
        lines += [first, *rest]
        if len(lines) >= height:
            break
    note = f"{number(len(warnings))}, newest first{keys}"
    return panel("warnings and errors", lines or [Text("none", "dim")], width, height, note)


def _wrapped(message: Text, width: int) -> Block:
    return [*message.wrap(Console(width=width), width)]


def _resources(view: RunView, width: int, height: int) -> Block:
    top = min(max(height // 2, 5), 10)
    left, right = shares(width, 2)
    body = beside([panels.memory(view, left, top), panels.phases(view, right, top)])
    body.append(Text(" " * width))
    rest = max(height - len(body), 1)
    return body + beside([panels.checkpoints(view, left, rest), panels.settings(view, right, rest)])
