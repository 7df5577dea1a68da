"""Stagnation: a TD error whose variance no longer decreases.

A run that learns predicts its own games better and better: the mean square of target − evaluation falls. The spread of
the results doesn't: equally strong sides play games of the same spread, however well they play.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

import numpy as np

from shirokuro.display.format import counted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from shirokuro.config import GenerationSettings
    from shirokuro.training.convergence import Window

MARGIN = 4.0
"""Standard errors by which a decrease must fall short of the least one that counts, if there are many windows."""

SHARE = 0.75
"""Share of the comparable games that is judged, if that is more than `stagnation_games`.

Learning curves flatten: the longer a run has learned, the longer it takes for a decrease to exceed the noise.
"""

LEAST_WINDOWS = 5
"""Least number of windows judged; the scatter of fewer says little about the noise."""


class ErrorSums:
    """Sums over the games of a window, for the variance of the TD error and its standard error."""

    def __init__(self, numbers: list[float] | None = None) -> None:
        self.numbers = numbers or [0.0] * 5
        """Sums of n, e, e², e·n and n², where a game has n positions and a squared error of e discs²."""

    def add(self, positions: Sequence[int], squared_errors: Sequence[float]) -> None:
        """Adds games, one after the other: sums of floating-point numbers depend on their grouping."""
        n, e, e_e, e_n, n_n = self.numbers
        for count, error in zip(positions, squared_errors, strict=True):
            n += count
            e += error
            e_e += error * error
            e_n += error * count
            n_n += count * count
        self.numbers = [n, e, e_e, e_n, n_n]

    @property
    def mean(self) -> float | None:
        """Mean squared error of a position."""
        positions, error, *_ = self.numbers
        return error / positions if positions else None

    @property
    def standard_error(self) -> float | None:
        """Standard error of `mean`, with games as independent samples."""
        if (mean := self.mean) is None:
            return None
        positions, _, error_squares, products, position_squares = self.numbers
        residual = error_squares - 2 * mean * products + mean * mean * position_squares
        return math.sqrt(max(0.0, residual)) / positions


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """The decrease of the variance of the TD error over some games."""

    games: int
    """Number of games."""
    mean: float
    """Mean variance, in discs²."""
    decrease: float
    """Decrease over these games, as a share of the mean; negative if the variance rose."""
    error: float
    """Standard error of `decrease`."""
    windows: int
    """Number of windows that the line was fitted to."""

    @property
    def bound(self) -> float:
        """Upper confidence bound of `decrease`.

        The factor is close to Student's t at the probability of four standard deviations: few windows know their own
        scatter badly.
        """
        return self.decrease + MARGIN * (1 + 6 / (self.windows - 2)) * self.error

    def per(self, games: int) -> Trend:
        """Returns the same trend over another number of games."""
        factor = games / self.games
        return replace(self, games=games, decrease=self.decrease * factor, error=self.error * factor)


def trend(windows: Sequence[Window], since: int, games: int) -> Trend | None:
    """Fits a line to the variance of the TD error over the latest windows.

    The noise is estimated from the scatter of the windows about the line, which holds the wandering of the weights as
    well as the luck of the games. It is at least the latter.

    Args:
        windows: the completed windows, oldest first.
        since: games played when the windows began to be comparable with each other.
        games: minimum number of games judged.

    Returns:
        The trend over the games judged; `None` if there are not enough. Games before a window whose variance is unknown
        are not judged.
    """
    since, end = max([since, *(window.end for window in windows if window.td_variance is None)]), windows[-1].end
    begin = end - max(games, LEAST_WINDOWS * windows[-1].games, round(SHARE * (end - since)))
    if begin < since:
        return None
    judged = [window for window in windows if window.end - window.games >= begin]
    if len(judged) < LEAST_WINDOWS:
        return None
    x = np.array([window.end for window in judged]) / (end - begin)
    y = np.array([window.td_variance for window in judged])
    errors = np.array([window.td_variance_error for window in judged])
    x -= x.mean()
    mean, spread = float(y.mean()), float(np.sum(x * x))
    slope = float(np.sum(x * y)) / spread
    scatter = float(np.sum((y - mean - slope * x) ** 2)) / (len(y) - 2)
    noise = max(scatter, float(np.mean(errors * errors)))
    error = math.sqrt(noise / spread) / mean
    return Trend(games=end - begin, mean=mean, decrease=-slope / mean, error=error, windows=len(y))


def stagnation(windows: Sequence[Window], since: int, games: int, least: float) -> str | None:
    """Describes the stagnation of a run, or returns `None` if it still learns, or if the noise may hide a decrease.

    Args:
        windows: the completed windows, oldest first.
        since: games played when the windows began to be comparable with each other.
        games: minimum number of games judged.
        least: decrease over `games` games, as a share of the variance, below which a run has stagnated.
    """
    found = trend(windows, since, games)
    if found is None:
        return None
    usual = found.per(games)
    if usual.bound >= least:
        return None
    change = f"{-usual.decrease:+.2%} ± {usual.error:.2%} per {counted(games, 'game')}"
    return (
        f"the variance of the TD error has not decreased for {counted(found.games, 'game')}: "
        f"it is {found.mean:.2f} discs², and changed by {change}"
    )


class EqualSettings:
    """The games since a setting last changed that changes the TD error by itself."""

    def __init__(self, since: int = 0, settings: Mapping[str, float | None] | None = None) -> None:
        self.since = since
        """Games played when the present settings came into force."""
        self.settings = settings
        """The settings of the latest generation; `None` before the first one."""

    def update(self, now: GenerationSettings, games_played: int) -> None:
        """Notes the settings of the games that follow after `games_played` games.

        Every setting counts, but the rate only if it rises: larger steps make the weights noisier. A falling rate is
        a part of learning.
        """
        before, self.settings = self.settings, {field.name: getattr(now, field.name) for field in fields(now)}
        if before is None or before == self.settings:
            return
        if {**before, "rate": 0} != {**self.settings, "rate": 0} or now.rate > (before["rate"] or 0):
            self.since = games_played
