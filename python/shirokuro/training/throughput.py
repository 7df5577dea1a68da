"""Detection of slowdowns: compares a training with its own recent past, and allows for noise."""

from __future__ import annotations

import statistics
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

USUAL = 20
"""Number of intervals that define the usual throughput."""

MIN_USUAL = 6
"""Minimum number of intervals needed to define it."""

RECENT = 3
"""Number of latest intervals compared with it; all of them have to be slow."""

DROP = 0.75
"""An interval is slow if it has less than this share of the usual throughput …"""

DEVIATIONS = 4
"""… and is at least this many standard deviations of the usual intervals below it."""

RECOVERED = 0.9
"""Share of the usual throughput at which a drop ends."""

SHORTEST = 1.0
"""Minimum length of an interval, in seconds; shorter reports are merged."""

_NORMAL = 1.4826
"""Standard deviation of normal noise, in units of its median absolute deviation."""


@dataclass(frozen=True, slots=True)
class Drop:
    """A drop in throughput."""

    usual: float
    """Games per second before."""
    recent: float
    """Games per second now."""
    phase: str | None
    """Phase whose share of the time grew most; `None` if phases were not measured."""
    before: float
    """Share of the phase before, 0 … 1."""
    now: float
    """Share of the phase now, 0 … 1."""

    def __str__(self) -> str:
        text = f"throughput fell from {self.usual:,.4g} to {self.recent:,.4g} games/s"
        if self.phase is None:
            return text
        before, now = (f"{100 * share:.0f} %" for share in (self.before, self.now))
        return f"{text}; {self.phase} took {before} of the time before, and takes {now} now"


@dataclass(slots=True)
class _Interval:
    """Consecutive reports that together last at least `SHORTEST` seconds."""

    games: int = 0
    seconds: float = 0.0
    phases: dict[str, float] = field(default_factory=dict)

    @property
    def speed(self) -> float:
        return self.games / self.seconds


class Throughput:
    """Games per second of one training, watched for drops."""

    def __init__(self) -> None:
        self._intervals: deque[_Interval] = deque(maxlen=USUAL + RECENT)
        self._open = _Interval()
        self._work: object = None
        self._dropped = False

    def add(
        self, games: int, seconds: float, phases: Mapping[str, float] | None = None, work: object = None
    ) -> Drop | None:
        """Adds a report; returns a drop, once, if the throughput has fallen.

        Args:
            games: games played since the last report.
            seconds: wall-clock time of these games.
            phases: seconds by phase.
            work: settings that decide how long a game takes, such as the search depth. When they change, the usual
                throughput is measured from scratch.
        """
        if work != self._work:
            self._work = work
            self._intervals.clear()
            self._open = _Interval()
            self._dropped = False
        interval = self._open
        interval.games += games
        interval.seconds += seconds
        for name, time in (phases or {}).items():
            interval.phases[name] = interval.phases.get(name, 0.0) + time
        if interval.seconds < SHORTEST:
            return None
        self._intervals.append(interval)
        self._open = _Interval()
        return self._find_drop()

    def _find_drop(self) -> Drop | None:
        intervals = list(self._intervals)
        before, recent = intervals[:-RECENT], intervals[-RECENT:]
        if len(before) < MIN_USUAL:
            return None
        speeds = [interval.speed for interval in before]
        median = statistics.median(speeds)
        scatter = _NORMAL * statistics.median(abs(speed - median) for speed in speeds)
        fastest = max(interval.speed for interval in recent)
        if self._dropped:
            self._dropped = fastest < RECOVERED * median
            return None
        if fastest >= DROP * median or fastest > median - DEVIATIONS * scatter:
            return None
        self._dropped = True
        return _drop(before, recent, median)


def _drop(before: list[_Interval], recent: list[_Interval], usual: float) -> Drop:
    now = statistics.median(interval.speed for interval in recent)
    shares = [_shares(before), _shares(recent)]
    growth = {name: share - shares[0].get(name, 0.0) for name, share in shares[1].items()}
    if not growth:
        return Drop(usual, now, None, 0.0, 0.0)
    phase = max(growth, key=growth.__getitem__)
    return Drop(usual, now, phase, shares[0].get(phase, 0.0), shares[1][phase])


def _shares(intervals: list[_Interval]) -> dict[str, float]:
    seconds = sum(interval.seconds for interval in intervals)
    names = {name for interval in intervals for name in interval.phases}
    return {name: sum(interval.phases.get(name, 0.0) for interval in intervals) / seconds for name in sorted(names)}
