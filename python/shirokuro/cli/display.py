"""How a training shows its progress: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskProgressColumn, TextColumn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shirokuro.report import BatchReport


class Display(Protocol):
    """Shows a training's progress."""

    def tick(self, games_played: int) -> None:
        """Called many times a second."""

    def report(self, games_played: int, batch: BatchReport) -> None:
        """Called for each report."""


@contextmanager
def display(games: int, games_played: int) -> Iterator[Display]:
    """The display that suits standard output, for a training that goes on at `games_played` and ends at `games`."""
    console = Console()
    clock = _Clock(games, games_played)
    if not console.is_terminal:
        yield _Lines(clock)
        return
    columns = (BarColumn(), TaskProgressColumn(), MofNCompleteColumn(), TextColumn("{task.fields[measures]}"))
    with Progress(*columns, console=console) as progress:
        yield _Bar(clock, progress)


class _Clock:
    """Speed and remaining time, from this session's games alone."""

    def __init__(self, games: int, games_played: int) -> None:
        self.games = games
        self.first = games_played
        self._start = time.monotonic()

    def words(self, games_played: int) -> str:
        speed = (games_played - self.first) / max(time.monotonic() - self._start, 1e-9)
        if not speed:
            return "ETA unknown"
        minutes, seconds = divmod(round((self.games - games_played) / speed), 60)
        return f"{speed:,.0f} games/s  ETA {minutes // 60}:{minutes % 60:02}:{seconds:02}"


def _measures(batch: BatchReport) -> str:
    words = []
    if batch.mean_stone_difference is not None:
        words.append(f"discs {batch.mean_stone_difference:+.2f}")
    if batch.td_error is not None:
        words.append(f"TD error {batch.td_error:.2f}")
    return "  ".join(words)


class _Lines:
    """A line a report."""

    def __init__(self, clock: _Clock) -> None:
        self._clock = clock

    def tick(self, games_played: int) -> None:
        pass

    def report(self, games_played: int, batch: BatchReport) -> None:
        clock = self._clock
        print(f"{games_played:,}/{clock.games:,} games  {clock.words(games_played)}  {_measures(batch)}", flush=True)


class _Bar:
    """A progress bar."""

    def __init__(self, clock: _Clock, progress: Progress) -> None:
        self._clock = clock
        self._progress = progress
        self._task = progress.add_task("", total=clock.games, completed=clock.first, measures="")
        self._measures = ""

    def tick(self, games_played: int) -> None:
        words = f"{self._clock.words(games_played)}  {self._measures}"
        self._progress.update(self._task, completed=games_played, measures=words)

    def report(self, games_played: int, batch: BatchReport) -> None:
        self._measures = _measures(batch)
        self.tick(games_played)
