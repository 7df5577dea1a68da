"""The time that a training has left: one estimate, for the log, the consoles, the service manager and the web page."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shirokuro.config import LIMITS
from shirokuro.schedule import Schedule

if TYPE_CHECKING:
    from collections.abc import Callable

    from shirokuro.config import GenerationSettings, TrainConfig

WINDOW_SECONDS = 30.0
"""The time over which the present speed is measured."""

_SAMPLE_SECONDS = 2.0
"""Time without the end of a generation after which finished games are measured within it."""

_PLY_COST = 2.0
"""Cost of a game with one ply more. Measured with the default settings on one core, in ms a game at depths 1 to 6:
0.31, 0.48, 1.05, 2.65, 5.01, 9.83."""

OUTCOME = "outcome"
"""The limit of games that are learned by their outcome: nothing is searched."""

_PARTS = 256
"""Number of parts of the rest of a run at which a schedule of the depth is read."""


@dataclass(frozen=True, slots=True)
class Limit:
    """The search limit in force, on which the cost of a game depends most."""

    name: str
    """`"depth"`, `"nodes"` or `"time_ms"`; `"outcome"` if nothing is searched."""
    value: float

    @classmethod
    def of(cls, play: GenerationSettings) -> Limit:
        """Returns the limit that is set."""
        return next(cls(name, value) for name in LIMITS if (value := getattr(play, name)) is not None)

    @property
    def cost(self) -> float:
        """Cost of a game, comparable between values of the same limit."""
        return _PLY_COST**self.value if self.name == "depth" else self.value


def seconds_left(
    config: TrainConfig, games_played: int, target: int, *, seconds_per_game: float, measured: Limit
) -> float | None:
    """Returns the time for the games up to the target, at the present speed and what the schedules will cost.

    Args:
        config: the settings.
        games_played: games finished.
        target: games at the end.
        seconds_per_game: present time of a game.
        measured: the limit with which that was measured.

    Returns:
        The time in seconds; `None` if the limit is now of another kind, whose cost is not known.
    """
    rest = max(target - games_played, 0)
    if rest == 0:
        return 0.0
    if Limit.of(config.at(games_played)).name != measured.name:
        return None
    parts = 1 if config.depth is None or len(Schedule.of(config.depth).points) == 1 else _PARTS
    games = (games_played + int(rest * (part + 0.5) / parts) for part in range(parts))
    costs = [Limit.of(config.at(each)).cost for each in games]
    return rest * seconds_per_game * sum(costs) / (parts * measured.cost)


class Pace:
    """The present speed of a training.

    It is measured over the last half minute, from the last change of the limit on. Until there is a measurement with
    the new limit, the one with the old limit is kept: `seconds_left` allows for the difference.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._samples: deque[tuple[float, int]] = deque()
        self._limit: Limit | None = None
        self._measured: tuple[float, Limit] | None = None
        self._games = 0
        self.overhead = 0.0
        """Time of measuring strength, as a share of the rest: it is not part of the speed, but of the time left."""
        self.outcome_until: int | None = None
        """Games of the run up to which given games are now learned by their outcome; `None` if games are played."""

    def start(self, games_played: int) -> None:
        """Starts to measure."""
        self._games = games_played
        self._samples = deque([(self._clock(), games_played)])

    def played(self, games_played: int, play: GenerationSettings, *, complete: bool) -> None:
        """Notes the games finished, and the settings with which the last of them were played.

        Args:
            games_played: games finished.
            play: the settings of the generation.
            complete: whether it is complete. Within one, games count only if it lasts long.
        """
        now = self._clock()
        limit = Limit.of(play) if self.outcome_until is None else Limit(OUTCOME, 1.0)
        self._games = games_played
        last, before = self._samples[-1]
        if limit != self._limit:  # all samples so far were played with another one
            self._samples = deque([(last, before)])
            self._limit = limit
        if games_played <= before or not (complete or now - last >= _SAMPLE_SECONDS):
            return
        self._samples.append((now, games_played))
        while len(self._samples) > 2 and now - self._samples[1][0] >= WINDOW_SECONDS:  # noqa: PLR2004 (two make a span)
            self._samples.popleft()
        start, first = self._samples[0]
        self._measured = ((now - start) / (games_played - first), limit)

    def interrupted(self, seconds: float) -> None:
        """Leaves out the last seconds, in which no games were to be played."""
        self._samples = deque((time + seconds, games) for time, games in self._samples)

    def left(self, config: TrainConfig, target: int) -> float | None:
        """Returns the seconds left up to the target; `None` before the first measurement."""
        if self._games >= target:
            return 0.0
        if self._measured is None:
            return None
        seconds, limit = self._measured
        if self.outcome_until is not None and limit.name == OUTCOME:
            if target > self.outcome_until:  # what games of self-play will cost is not known
                return None
            return (target - self._games) * seconds * (1 + self.overhead)
        left = seconds_left(config, self._games, target, seconds_per_game=seconds, measured=limit)
        return None if left is None else left * (1 + self.overhead)
