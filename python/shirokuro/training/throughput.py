"""Noticing that a training has become slower: against its own recent past, and only when noise does not explain it."""

from __future__ import annotations

import statistics
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

USUAL = 20
"""Stretches that say what is usual."""

LEAST_USUAL = 6
"""Before there are so many, nothing is."""

RECENT = 3
"""The last stretches: all of them have to be slow."""

DROP = 0.75
"""Slow is less than this share of the usual throughput …"""

DEVIATIONS = 4
"""… and so many standard deviations below it, by how the usual stretches scatter."""

RECOVERED = 0.9
"""The share of the usual throughput at which a drop is over."""

SHORTEST = 1.0
"""Seconds of a stretch: shorter reports are put together."""

_NORMAL = 1.4826
"""The standard deviation of normal noise in units of its median absolute deviation."""


@dataclass(frozen=True, slots=True)
class Drop:
    """The throughput fell."""

    usual: float
    """Games a second before."""
    recent: float
    """Games a second now."""
    phase: str | None
    """The phase whose share of the time has grown most; `None` if phases were not measured."""
    before: float
    """Its share before, 0 … 1."""
    now: float
    """Its share now."""

    def __str__(self) -> str:
        text = f"throughput fell from {self.usual:,.4g} to {self.recent:,.4g} games/s"
        if self.phase is None:
            return text
        before, now = (f"{100 * share:.0f} %" for share in (self.before, self.now))
        return f"{text}; {self.phase} took {before} of the time before, and takes {now} now"


@dataclass(slots=True)
class _Stretch:
    """Reports of a second or more."""

    games: int = 0
    seconds: float = 0.0
    phases: dict[str, float] = field(default_factory=dict)

    @property
    def speed(self) -> float:
        return self.games / self.seconds


class Throughput:
    """Watches the games a second of one training."""

    def __init__(self) -> None:
        self._stretches: deque[_Stretch] = deque(maxlen=USUAL + RECENT)
        self._open = _Stretch()
        self._work: object = None
        self._dropped = False

    def add(
        self, games: int, seconds: float, phases: Mapping[str, float] | None = None, work: object = None
    ) -> Drop | None:
        """Takes in a report; says so, once, if the throughput has fallen.

        Args:
            games: played since the last report.
            seconds: wall-clock time that they took.
            phases: seconds by phase.
            work: what a game consists of, such as the depth of its searches. When it changes, so does what is usual.
        """
        if work != self._work:
            self._work = work
            self._stretches.clear()
            self._open = _Stretch()
            self._dropped = False
        stretch = self._open
        stretch.games += games
        stretch.seconds += seconds
        for name, time in (phases or {}).items():
            stretch.phases[name] = stretch.phases.get(name, 0.0) + time
        if stretch.seconds < SHORTEST:
            return None
        self._stretches.append(stretch)
        self._open = _Stretch()
        return self._look()

    def _look(self) -> Drop | None:
        stretches = list(self._stretches)
        before, recent = stretches[:-RECENT], stretches[-RECENT:]
        if len(before) < LEAST_USUAL:
            return None
        speeds = [stretch.speed for stretch in before]
        middle = statistics.median(speeds)
        scatter = _NORMAL * statistics.median(abs(speed - middle) for speed in speeds)
        fastest = max(stretch.speed for stretch in recent)
        if self._dropped:
            self._dropped = fastest < RECOVERED * middle
            return None
        if fastest >= DROP * middle or fastest > middle - DEVIATIONS * scatter:
            return None
        self._dropped = True
        return _drop(before, recent, middle)


def _drop(before: list[_Stretch], recent: list[_Stretch], usual: float) -> Drop:
    now = statistics.median(stretch.speed for stretch in recent)
    shares = [_shares(before), _shares(recent)]
    growth = {name: share - shares[0].get(name, 0.0) for name, share in shares[1].items()}
    if not growth:
        return Drop(usual, now, None, 0.0, 0.0)
    phase = max(growth, key=growth.__getitem__)
    return Drop(usual, now, phase, shares[0].get(phase, 0.0), shares[1][phase])


def _shares(stretches: list[_Stretch]) -> dict[str, float]:
    seconds = sum(stretch.seconds for stretch in stretches)
    names = {name for stretch in stretches for name in stretch.phases}
    return {name: sum(stretch.phases.get(name, 0.0) for stretch in stretches) / seconds for name in sorted(names)}
