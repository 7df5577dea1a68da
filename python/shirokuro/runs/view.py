"""What a run's files tell about it: while it trains, after its end, and in a copy on another machine."""

from __future__ import annotations

import time
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from shirokuro.config import TrainConfig
from shirokuro.runs.checkpoints import Checkpoint, list_checkpoints
from shirokuro.runs.directory import RunDirectory
from shirokuro.runs.measures import MEASURES
from shirokuro.runs.metrics import Metrics, TrainingWarning

if TYPE_CHECKING:
    from collections.abc import Mapping
    from os import PathLike

    from numpy.typing import NDArray

State: TypeAlias = Literal["waiting", "starting", "running", "silent", "stopped", "complete"]

STATE_WORDS: Mapping[State, str] = {
    "waiting": "waiting for the run to begin",
    "starting": "started, no measures yet",
    "running": "running",
    "silent": "silent",
    "stopped": "stopped and saved",
    "complete": "complete",
}
"""The states in words."""

WINDOW_GAMES = 10_000
"""Games over which results are averaged."""

_RECENT_SECONDS = 30.0
"""Training time over which the present speed is measured, at least."""

_PATIENCE_SECONDS = 60.0
"""A run that has given no sign for so long, and for several times the usual while, is called silent."""


class RunView:
    """A run's directory, as it was at the last `refresh`. What is not known is `None`."""

    def __init__(self, path: str | PathLike[str]) -> None:
        self.directory = RunDirectory(Path(path))
        self.metrics = Metrics(self.directory.metrics)
        self.config: TrainConfig | None = None
        """The settings; `None` while there are none that can be read."""
        self.checkpoints: list[Checkpoint] = []
        """The newest first."""
        self.refresh()

    def refresh(self) -> None:
        """Reads what has changed."""
        self.metrics.refresh()
        self.checkpoints = list_checkpoints(self.directory.path)
        try:
            self.config = TrainConfig.from_toml(self.directory.config.read_text(encoding="utf-8"))
        except (OSError, ValueError, TypeError):  # not there yet, or of another version
            self.config = None

    @property
    def warnings(self) -> list[TrainingWarning]:
        """Warnings, and games that failed, the oldest first."""
        metrics = self.metrics
        failed = [
            TrainingWarning(
                kind="failed",
                message=f"{int(count)} games",
                games_played=int(games),
                time=None if np.isnan(at) else float(at),
            )
            for games, at, count in zip(metrics["games_played"], metrics["time"], metrics["failures"], strict=True)
            if count > 0
        ]
        return sorted(metrics.warnings + failed, key=lambda warning: warning.games_played)

    @property
    def target_games(self) -> int | None:
        """The run's length in games."""
        if self.config:
            return self.config.games
        try:  # settings of another version may have this one all the same
            games = tomllib.loads(self.directory.config.read_text(encoding="utf-8")).get("games")
        except (OSError, ValueError):
            return None
        return games if isinstance(games, int) and games > 0 else None

    @property
    def age(self) -> float | None:
        """Seconds since the newest line of the metrics; 0 if that is of a clock that is ahead."""
        written = self.metrics.value("time")
        return None if written is None else max(0.0, time.time() - written)

    @property
    def state(self) -> State:
        """What the run is doing, as far as its files tell.

        `"waiting"`: there is no run yet. `"starting"`: it has settings and no line of metrics. `"stopped"`: it was
        saved and ended before its target. `"silent"`: it should have written a line, and has not.
        """
        started = _modified(self.directory.config)
        if not len(self.metrics):
            return "waiting" if started is None else "starting"
        if self.target_games is not None and self.metrics.games_played >= self.target_games:
            return "complete"
        if self._is_stopped(started):
            return "stopped"
        signs = [sign for sign in (self.metrics.value("time"), started) if sign is not None]
        quiet = time.time() - max(signs, default=0.0)
        return "silent" if quiet > max(_PATIENCE_SECONDS, 5 * self._usual_interval()) else "running"

    def _is_stopped(self, started: float | None) -> bool:
        """The model is the newest checkpoint, of the newest line's games, and the run was not started since."""
        ended = _modified(self.directory.model)
        if ended is None or not self.checkpoints or (started is not None and started > ended):
            return False
        newest = self.checkpoints[0]
        same = abs(newest.saved.timestamp() - ended) < 1 and newest.size == self.directory.model.stat().st_size
        return same and newest.games_played == self.metrics.games_played

    def _usual_interval(self) -> float:
        steps = np.diff(self.metrics["time"][-20:])
        known = steps[~np.isnan(steps)]
        return float(np.median(known)) if len(known) else 0.0

    @property
    def seconds(self) -> float | None:
        """Time spent on playing and learning since the start of the run, pauses not counted."""
        return self.metrics.total("seconds")

    @property
    def games_per_second(self) -> float | None:
        """The speed in the newest lines."""
        seconds = np.nan_to_num(self.metrics["seconds"])
        back = np.cumsum(seconds[::-1])
        lines = 1 + int(np.searchsorted(back, _RECENT_SECONDS))
        return self._speed(slice(-lines, None))

    @property
    def mean_games_per_second(self) -> float | None:
        """The speed since the start of the run."""
        return self._speed(slice(None))

    def _speed(self, lines: slice) -> float | None:
        games, seconds = (_total(self.metrics[name][lines]) for name in ("games", "seconds"))
        return games / seconds if games is not None and seconds else None

    @property
    def seconds_left(self) -> float | None:
        """By the present speed; `None` if the run is not known to go on."""
        speed = self.games_per_second
        if self.state != "running" or not speed or self.target_games is None:
            return None
        return (self.target_games - self.metrics.games_played) / speed

    def curve(self, key: str) -> NDArray[np.float64]:
        """Returns a measure's values as curves show them, in the unit of screens; shape (lines,)."""
        measure = MEASURES[key]
        return (self.rolling(key) if measure.rolling else self.metrics[key]) * measure.unit.scale

    def rolling(self, name: str, *, games: int = WINDOW_GAMES) -> NDArray[np.float64]:
        """The mean of a mean by game, such as `black_win_rate`, over the last games up to each line; shape (lines,).

        Lines are taken whole: as many as have `games` games together, or the newest one alone.
        """
        counts, values = self.metrics["games"], self.metrics[name]
        known = ~np.isnan(counts) & ~np.isnan(values)
        sums = np.concatenate([[0.0], np.cumsum(np.where(known, counts * values, 0.0))])
        totals = np.concatenate([[0.0], np.cumsum(np.where(known, counts, 0.0))])
        ends = np.arange(1, len(totals))
        starts = np.minimum(np.searchsorted(totals, totals[1:] - games), ends - 1)
        weight = totals[ends] - totals[starts]
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(weight > 0, (sums[ends] - sums[starts]) / weight, np.nan)


def _total(values: NDArray[np.float64]) -> float | None:
    """The sum of what is known; `None` if nothing is."""
    known = values[~np.isnan(values)]
    return float(known.sum()) if len(known) else None


def _modified(path: Path) -> float | None:
    try:
        return path.stat().st_mtime
    except (FileNotFoundError, NotADirectoryError):
        return None
