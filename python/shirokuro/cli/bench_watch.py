"""`shirokuro bench --watch`: the speed of a training run in progress."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any

from shirokuro.benchmarks.bottlenecks import percentages
from shirokuro.cli.terminal import say
from shirokuro.runs.directory import RunDirectory
from shirokuro.runs.metrics import Metrics
from shirokuro.training.throughput import Throughput

if TYPE_CHECKING:
    from pathlib import Path

_INTERVAL = 0.5
"""Seconds between two checks of the metrics file."""

_WORK = ("play.depth", "play.nodes", "play.time_ms", "play.exact_empties")


def watch(path: Path) -> int:
    """Prints a line for each line of the run's metrics until its training ends, and warns when training slows down.

    Raises:
        FileNotFoundError: `path` does not contain a run.
    """
    directory = RunDirectory(path)
    if not directory.config.exists():
        raise FileNotFoundError(2, "no run in this directory", str(path))
    metrics, shown, throughput = Metrics(directory.metrics), 0, Throughput()
    print(f"{'games':>10}  {'games/s':>8}  {'cores':>6}  phases")
    while True:
        active = directory.is_held()  # checked before reading, so that the last lines are read too
        shown = min(metrics.refresh(), shown)
        for line in range(shown, len(metrics)):
            _show(metrics.row(line), throughput)
        shown = len(metrics)
        if not active:
            return 0
        sys.stdout.flush()
        time.sleep(_INTERVAL)


def _show(row: dict[str, float], throughput: Throughput) -> None:
    phases = {name.removeprefix("phases."): value for name, value in row.items() if name.startswith("phases.")}
    games, seconds = row.get("games", 0), sum(phases.values()) or row.get("seconds", 0.0)
    speed = f"{games / seconds:,.4g}" if seconds else ""
    cpu = f"{100 * row['cpu']:.0f} %" if "cpu" in row else ""
    parts = ", ".join(f"{name} {share:.0f} %" for name, share in percentages(phases).items() if share >= 1)
    print(f"{row['games_played']:>10,.0f}  {speed:>8}  {cpu:>6}  {parts}")
    work: Any = tuple(row.get(name) for name in _WORK)
    if drop := throughput.add(int(games), seconds, phases, work):
        say(f"warning: {drop}")
