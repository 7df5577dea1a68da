"""The panels of the dashboard: blocks of text with figures of a run."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np
from rich.text import Text

from shirokuro.cli.tui.blocks import Block, bar, ends, pair, panel
from shirokuro.display.format import DASH, ago, number, percent, short
from shirokuro.runs.measures import MEASURES
from shirokuro.runs.view import WINDOW_GAMES

if TYPE_CHECKING:
    from shirokuro.runs.view import RunView

_RESULTS = {"black_win_rate": "blue", "white_win_rate": "yellow", "draw_rate": "magenta"}
"""The results shown, with the colours of their bars."""

_COMPONENTS = ("weights", "adam", "tables", "records", "learning", "python", "other", "allocator_free")
"""The parts of the memory shown."""


def results(view: RunView, width: int, height: int) -> Block:
    """Returns the panel of results: winners and length of the last games, and failures."""

    def newest(key: str) -> float | None:
        rolling = view.rolling(key)
        return None if not len(rolling) or np.isnan(rolling[-1]) else float(rolling[-1])

    lines = []
    for key, style in _RESULTS.items():
        measure, share = MEASURES[key], newest(key)
        title = f"{measure.side or measure.title:<6}{measure.unit.text(share):>7} "
        lines.append(Text.assemble(title, bar(share, width - 14, style)))
    failures = view.metrics.total("failures")
    lines += [
        _pair("mean_moves", newest("mean_moves"), width),
        pair(MEASURES["failures"].title, number(failures), width, "red" if failures else ""),
    ]
    if (elo := _interval(view, "strength.elo", "strength.error")) is not None:
        lines.append(pair(MEASURES["strength.elo"].title, elo, width))
    if (gain := _interval(view, "strength.gain", "strength.gain_error")) is not None:
        games = view.metrics.newest("strength.gain_games")
        lines.append(pair(f"{MEASURES['strength.gain'].title}, {short(games or 0)} games", gain, width))
    if (nodes := view.metrics.value("cluster.nodes")) is not None:
        waited = MEASURES["cluster.waited"]
        text = f"{number(nodes)}, {waited.unit.text(view.metrics.value(waited.key))} waiting"
        lines.append(pair(MEASURES["cluster.nodes"].title, text, width))
    return panel("results", lines, width, height, f"last {WINDOW_GAMES:,}")


def _interval(view: RunView, key: str, error: str) -> str | None:
    """Returns the newest value of a measure with its interval; `None` if it was never measured."""
    value = view.metrics.newest(key)
    if value is None:
        return None
    unit = MEASURES[key].unit
    return f"{number(value, unit.form)} ± {MEASURES[error].unit.text(view.metrics.newest(error))}"


def _pair(key: str, value: float | None, width: int) -> Text:
    """Returns a line with a measure's title at the left and a value at the right edge."""
    return pair(MEASURES[key].title, MEASURES[key].unit.text(value), width)


def evaluation(view: RunView, width: int, height: int) -> Block:
    """Returns the panel of the evaluation: search values, depths, learned entries, λ and ε."""
    value = view.metrics.value

    def text(key: str, form: str = ".1f") -> str:
        return number(value(key), form)

    lines = [
        pair("values, discs", f"{text('values.mean', '+.1f')} ± {text('values.sd')}", width),
        pair("value range", f"{text('values.min', '+.0f')} … {text('values.max', '+.0f')}", width),
        pair(
            "depth reached",
            f"{text('search_depth.mean')} ({text('search_depth.min', '.0f')}…{text('search_depth.max', '.0f')})",
            width,
        ),
        _pair("convergence.coverage", value("convergence.coverage"), width),
        pair(
            MEASURES["convergence.mean_updates"].title,
            f"{text('convergence.mean_updates')} of {text('convergence.expected_updates', '.0f')}",
            width,
        ),
        _pair("table_hit_rate", value("table_hit_rate"), width),
        pair(
            f"{MEASURES['play.lambda'].title}, {MEASURES['play.epsilon'].title}",
            f"{text('play.lambda', 'g')}, {text('play.epsilon', '.3g')}",
            width,
        ),
    ]
    return panel("evaluation", lines, width, height)


def memory(view: RunView, width: int, height: int) -> Block:
    """Returns the panel of memory: its parts, largest first."""
    value = view.metrics.value
    resident, budget = value("memory.resident"), value("memory.budget")
    share = resident / budget if resident is not None and budget else None
    style = "red" if share is not None and share > 0.95 else "cyan"  # noqa: PLR2004 (nearly full)
    unit = MEASURES["memory.resident"].unit
    used = pair("in use", f"{number(resident and unit.scale * resident)} / {unit.text(budget)}", width)
    lines = [used, bar(share, width, style)] if height > 6 else [used]  # noqa: PLR2004 (enough for a bar)
    parts = {key: value(key) for key in (f"memory.{name}" for name in _COMPONENTS)}
    lines += [_pair(key, parts[key], width) for key in sorted(parts, key=lambda key: -(parts[key] or 0))]
    return panel("memory", lines, width, height)


def checkpoints(view: RunView, width: int, height: int) -> Block:
    """Returns the panel of checkpoints, newest first."""
    now = time.time()
    lines = [
        ends(
            Text(f"{checkpoint.games_played:>11,} games"),
            Text(f"{checkpoint.size / 1e6:,.0f} MB  {ago(max(0.0, now - checkpoint.saved.timestamp())):>10}"),
            width,
        )
        for checkpoint in view.checkpoints
    ]
    return panel("checkpoints", lines or [Text(DASH)], width, height, number(len(view.checkpoints)))


def phases(view: RunView, width: int, height: int) -> Block:
    """Returns the panel of phases, with their shares of the time."""
    metrics = view.metrics
    names = [name for name in metrics.names if name.startswith("phases.")] or ["play_seconds", "learn_seconds"]
    sums = {name: metrics.total(name) or 0.0 for name in names}
    total = sum(sums.values())
    lines = [
        Text.assemble(
            f"{name.removeprefix('phases.').removesuffix('_seconds'):<12}{percent(share):>7} ", bar(share, width - 20)
        )
        for name, seconds in sorted(sums.items(), key=lambda item: -item[1])
        for share in [seconds / total if total else None]
    ]
    cpu = metrics.value("cpu")
    return panel("where the time goes", lines, width, height, f"{percent(cpu, '.0f')} of the cores" if cpu else "")


def settings(view: RunView, width: int, height: int) -> Block:
    """Returns the panel of the settings in force."""
    row = view.metrics.row(-1) if len(view.metrics) else {}
    lines = [
        pair(name.removeprefix("play."), f"{value:g}", width) for name, value in row.items() if name.startswith("play.")
    ]
    seed = view.config.seed if view.config else None
    return panel("settings in force", [pair("seed", number(seed, "d"), width), *lines], width, height)
