"""The progress display of training: a live panel on a terminal, plain lines elsewhere."""

from __future__ import annotations

import json
import logging
import sys
import time
from collections import deque
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from rich.cells import cell_len
from rich.console import Group
from rich.live import Live
from rich.text import Text

from shirokuro.cli.terminal import console as new_console
from shirokuro.cli.tui import braille
from shirokuro.cli.tui.blocks import bar, ends
from shirokuro.display.format import duration, number, percent
from shirokuro.runs.measures import MEASURES
from shirokuro.runs.metrics import resample
from shirokuro.training.report import BatchReport

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.console import Console

    from shirokuro.training.results import TrainingProgress
    from shirokuro.training.strength_history import StrengthReport

RESULTS_GAMES = 10_000
"""Games over which the panel averages results."""

_TD_ERROR, _DISCS = MEASURES["td_error"], MEASURES["mean_stone_difference"]

_REFRESH_SECONDS = 0.125

_SPARKS = 32
"""The number of bars in the sparkline of the TD error."""


class Display(Protocol):
    """A display of the progress of training."""

    def tick(self, games_played: int) -> None:
        """Notes the number of games played; called many times per second."""

    def report(self, progress: TrainingProgress) -> None:
        """Shows a report."""


@contextmanager
def display(
    name: str,
    games: int,
    games_played: int,
    *,
    left: Callable[[], float | None],
    quiet: bool = False,
    as_json: bool = False,
) -> Iterator[Display]:
    """Yields the display that suits standard output, for training from `games_played` to `games` games.

    `left` returns the estimated seconds left.
    """
    console = new_console()
    clock = _Clock(games, games_played, left)
    if quiet:
        yield _Nothing()
    elif not console.is_terminal:
        yield _JsonLines() if as_json else _Lines(clock)
    else:
        with _panel(name, clock, console) as panel:
            yield panel


class _Clock:
    """Speed of this session, and remaining time, which the training estimates."""

    def __init__(self, games: int, games_played: int, left: Callable[[], float | None]) -> None:
        self.left = left
        self.games = games
        self.first = games_played
        self._start = time.monotonic()

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._start

    def speed(self, games_played: int) -> float | None:
        """Returns the games per second; `None` before the first game."""
        return (games_played - self.first) / max(self.seconds, 1e-9) or None


class _Nothing:
    def tick(self, games_played: int) -> None:
        pass

    def report(self, progress: TrainingProgress) -> None:
        pass


class _Lines:
    """One line per report."""

    def __init__(self, clock: _Clock) -> None:
        self._clock = clock
        self._strength: StrengthReport | None = None

    def tick(self, games_played: int) -> None:
        pass

    def report(self, progress: TrainingProgress) -> None:
        if progress.strength != self._strength:
            self._strength = progress.strength
            print(_strength(progress.strength), flush=True)
        clock, games, batch = self._clock, progress.games_played, progress.batch
        speed = clock.speed(games)
        left = f"ETA {duration(progress.seconds_left, unknown='unknown')}"
        pace = f"{speed:,.0f} games/s  {left}" if speed else left
        words = [f"{games:,}/{clock.games:,} games", pace]
        if not progress.generation_complete:
            words.append("generation not complete")
        if batch.mean_stone_difference is not None:
            words.append(f"discs {batch.mean_stone_difference:+.2f}")
        if batch.td_error is not None:
            words.append(f"{_TD_ERROR.title} {number(batch.td_error, _TD_ERROR.unit.form)}")
        print("  ".join(words), flush=True)


def _strength(report: StrengthReport | None) -> str:
    return f"strength after {report.games_played:,} games: {report}" if report else ""


class _JsonLines:
    """One JSON object per report."""

    def __init__(self) -> None:
        self._strength: StrengthReport | None = None

    def tick(self, games_played: int) -> None:
        pass

    def report(self, progress: TrainingProgress) -> None:
        line: dict[str, Any] = {
            "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "level": "info",
            "message": "progress",
            "games_played": progress.games_played,
            "target_games": progress.target_games,
            "elapsed_seconds": round(progress.seconds, 3),
            "generation_complete": progress.generation_complete,
            "seconds_left": progress.seconds_left and round(progress.seconds_left, 3),
            **progress.batch.measures(),
        }
        if progress.strength != self._strength and progress.strength:
            self._strength = progress.strength
            line["strength"] = {"games_played": progress.strength.games_played, **progress.strength.line()}
        print(json.dumps(line), flush=True)


@contextmanager
def _panel(name: str, clock: _Clock, console: Console) -> Iterator[_Panel]:
    """Yields a panel that stays below printed and logged lines; a closed terminal does not end training."""
    # Standard error that goes to a file must not be redirected to the terminal.
    live = Live(console=console, auto_refresh=False, redirect_stderr=sys.stderr.isatty())
    panel = _Panel(name, clock, live)
    handlers = [each for each in logging.getLogger().handlers if isinstance(each, logging.StreamHandler)]
    handlers = [each for each in handlers if each.stream is sys.stderr]
    live.start()
    streams = [(each, each.setStream(sys.stderr)) for each in handlers]
    try:
        yield panel
    finally:
        for handler, stream in streams:
            handler.setStream(stream)
        panel.refresh()
        with suppress(OSError):
            live.stop()


class _Panel:
    """Several lines that are redrawn in place."""

    def __init__(self, name: str, clock: _Clock, live: Live) -> None:
        self._name = name
        self._clock = clock
        self._live = live
        self._games = clock.first
        self._batches: deque[BatchReport] = deque()
        self._errors: list[float] = []
        self._strength: StrengthReport | None = None
        self._drawn = 0.0
        self._closed = False

    def tick(self, games_played: int) -> None:
        self._games = games_played
        if time.monotonic() - self._drawn > _REFRESH_SECONDS:
            self.refresh()

    def report(self, progress: TrainingProgress) -> None:
        self._games, self._strength = progress.games_played, progress.strength
        self._batches.append(progress.batch)
        while sum(batch.games for batch in self._batches) - self._batches[0].games >= RESULTS_GAMES:
            self._batches.popleft()
        if progress.batch.td_error is not None:
            self._errors.append(progress.batch.td_error)
        self.refresh()

    def refresh(self) -> None:
        """Redraws the panel."""
        self._drawn = time.monotonic()
        if self._closed:
            return
        try:
            self._live.update(self._lines(), refresh=True)
        except OSError:  # the terminal was closed
            self._closed = True

    def _lines(self) -> Group:
        clock, games = self._clock, self._games
        width = self._live.console.width
        share = games / clock.games
        progress = Text.assemble(bar(share, width - 9, "green"), f"{percent(share):>9}")
        progress.stylize("on grey23", 0, max(width - 9, 0))
        counts = Text.assemble((number(games), "bold"), f" / {number(clock.games)} games")
        left = duration(clock.left())
        pace = Text(f"{number(clock.speed(games))} games/s  {duration(clock.seconds)} elapsed, {left} left")
        batch = sum(self._batches, BatchReport())
        measured = batch.measures()
        rates = [MEASURES[key] for key in ("black_win_rate", "white_win_rate", "draw_rate")]
        results = Text(
            "  ".join(f"{each.side or each.title} {each.unit.text(measured.get(each.key))}" for each in rates)
        )
        discs = Text(f"{_DISCS.title} {number(batch.mean_stone_difference, _DISCS.unit.form)}")
        error = self._errors[-1] if self._errors else None
        course = np.array(self._errors)
        bins = min(_SPARKS, len(course))
        sparks = braille.sparkline(resample(np.arange(len(course), dtype=float), course, bins))
        learning = Text.assemble(f"{_TD_ERROR.title} {_TD_ERROR.unit.text(error)}  ", (sparks, "cyan"))
        lines = [
            Text(self._name, "bold"),
            progress,
            ends(counts, pace, width),
            ends(results, discs, width),
            learning,
        ]
        if self._strength:
            text = _strength(self._strength)
            parts = [text] if cell_len(text) <= width else text.split("; ")
            lines += [ends(Text(part), Text(), width) for part in parts]
        return Group(*lines)
