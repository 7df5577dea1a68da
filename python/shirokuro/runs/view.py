"""The state of a run as its files show it: during training, after its end, and in a copy on another machine."""

from __future__ import annotations

import time
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from shirokuro.config import LIMITS, TrainConfig
from shirokuro.display.format import counted
from shirokuro.runs.checkpoints import Checkpoint, list_checkpoints
from shirokuro.runs.directory import RunDirectory
from shirokuro.runs.estimate import WINDOW_SECONDS, Limit, seconds_left
from shirokuro.runs.measures import MEASURES
from shirokuro.runs.metrics import Metrics, TrainingWarning

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from os import PathLike

    from numpy.typing import NDArray

State: TypeAlias = Literal["waiting", "starting", "running", "silent", "stopped", "complete"]

STATE_WORDS: Mapping[State, str] = {
    "waiting": "waiting for the run to start",
    "starting": "started, no metrics yet",
    "running": "running",
    "silent": "silent",
    "stopped": "stopped and saved",
    "complete": "complete",
}
"""The states as text for screens."""

WINDOW_GAMES = 10_000
"""The number of games over which results are averaged."""

_RECENT_SECONDS = WINDOW_SECONDS
"""The minimum training time over which the current speed is measured, in seconds."""

_PATIENCE_SECONDS = 60.0
"""The minimum time without a sign of life before a run is called silent, in seconds.

A run whose lines are usually further apart is given several of its usual intervals.
"""


class RunView:
    """A run's directory as it was at the last `refresh`. Unknown values are `None`."""

    def __init__(self, path: str | PathLike[str]) -> None:
        self.directory = RunDirectory(Path(path))
        self.metrics = Metrics(self.directory.metrics)
        self.config: TrainConfig | None = None
        """The settings; `None` without a readable file of settings."""
        self.checkpoints: list[Checkpoint] = []
        """The checkpoints, newest first."""
        self.refresh()

    def refresh(self) -> None:
        """Reads the changes in the directory."""
        self.metrics.refresh()
        self.checkpoints = list_checkpoints(self.directory.path)
        try:
            self.config = TrainConfig.from_toml(self.directory.config.read_text(encoding="utf-8"))
        except (OSError, ValueError, TypeError):  # not written yet, or by another version
            self.config = None

    @property
    def warnings(self) -> list[TrainingWarning]:
        """The warnings and the failed games, oldest first."""
        metrics = self.metrics
        failed = [
            TrainingWarning(
                kind="failed",
                message=counted(int(count), "game"),
                games_played=int(games),
                time=None if np.isnan(at) else float(at),
            )
            for games, at, count in zip(metrics["games_played"], metrics["time"], metrics["failures"], strict=True)
            if count > 0
        ]
        return sorted(metrics.warnings + failed, key=lambda warning: warning.games_played)

    @property
    def target_games(self) -> int | None:
        """The target length of the run in games."""
        if self.config:
            return self.config.games
        try:  # settings of another version may still contain this one
            games = tomllib.loads(self.directory.config.read_text(encoding="utf-8-sig")).get("games")
        except (OSError, ValueError):
            return None
        return games if isinstance(games, int) and games > 0 else None

    @property
    def age(self) -> float | None:
        """The seconds since the newest line of metrics; 0 if its time is in the future, by a clock that is ahead."""
        written = self.metrics.value("time")
        return None if written is None else max(0.0, time.time() - written)

    @property
    def state(self) -> State:
        """The state of the run, as its files show it.

        `"waiting"`: no run yet. `"starting"`: it has settings, but no line of metrics. `"stopped"`: it was
        saved and ended before its target. `"silent"`: it should have written a line, but has not.
        """
        started = _modified(self.directory.config)
        if not len(self.metrics):
            return "waiting" if started is None else "starting"
        if self.target_games is not None and self.metrics.games_played >= self.target_games:
            return "complete"
        if self._is_stopped(started):
            return "stopped"
        signs = [sign for sign in (self.metrics.value("time"), started) if sign is not None]
        silence = time.time() - max(signs, default=0.0)
        return "silent" if silence > max(_PATIENCE_SECONDS, 5 * self._usual_interval()) else "running"

    def _is_stopped(self, started: float | None) -> bool:
        """Checks whether the model is the newest checkpoint, matches the newest line, and no session started since."""
        ended = _modified(self.directory.model)
        if ended is None or not self.checkpoints or (started is not None and started > ended):
            return False
        newest = self.checkpoints[0]
        same = abs(newest.saved.timestamp() - ended) < 1 and newest.size == self.directory.model.stat().st_size
        return same and newest.games_played == self.metrics.games_played

    def _usual_interval(self) -> float:
        steps = np.diff(self.metrics["time"][-20:])
        valid = steps[~np.isnan(steps)]
        return float(np.median(valid)) if len(valid) else 0.0

    @property
    def seconds(self) -> float | None:
        """The seconds spent on playing and learning since the start of the run, without pauses."""
        return self.metrics.total("seconds")

    @property
    def games_per_second(self) -> float | None:
        """The current speed, measured over the newest lines."""
        return self._speed(self._recent())

    @property
    def mean_games_per_second(self) -> float | None:
        """The mean speed since the start of the run."""
        return self._speed(slice(None))

    def _speed(self, lines: slice) -> float | None:
        games, seconds = (_total(self.metrics[name][lines]) for name in ("games", "seconds"))
        return games / seconds if games is not None and seconds else None

    @property
    def seconds_left(self) -> float | None:
        """The estimated seconds left (see `runs.estimate`); `None` if it is not running, or its speed is unknown."""
        speed = self._speed(self._recent())
        if self.state != "running" or not speed or self.target_games is None:
            return None
        limits = {name: self.metrics.value(f"play.{name}") for name in LIMITS}
        measured = next((Limit(name, value) for name, value in limits.items() if value is not None), None)
        games, target = self.metrics.games_played, self.target_games
        if self.metrics.value("searches") == 0:  # given games that teach their outcome
            given = self.metrics.value("given_left") or 0
            return (target - games) / speed if target <= games + given else None
        if self.config is None or measured is None:
            return max(target - games, 0) / speed
        left = seconds_left(self.config, games, target, seconds_per_game=1 / speed, measured=measured)
        overhead = (self.metrics.total("phases.strength") or 0.0) / (self.seconds or 1.0)
        return None if left is None else left * (1 + overhead)

    def _recent(self) -> slice:
        """Returns the newest lines, those over which speed is measured, as far back as the searches are alike."""
        seconds = np.nan_to_num(self.metrics["seconds"])
        lines = 1 + int(np.searchsorted(np.cumsum(seconds[::-1]), _RECENT_SECONDS))
        columns = [*(self.metrics[f"play.{name}"] for name in LIMITS), self.metrics["searches"] > 0]
        for column in columns:
            values = column[::-1]
            differs = ~np.isclose(values, values[:1], equal_nan=True)
            lines = min(lines, int(differs.argmax()) if differs.any() else lines)
        return slice(-lines, None)

    def curve(self, key: str) -> NDArray[np.float64]:
        """Returns a measure's values as curves show them, in the unit of displayed values; shape (lines,)."""
        measure = MEASURES[key]
        return (self.rolling(key) if measure.rolling else self.metrics[key]) * measure.unit.scale

    def rolling(self, name: str, *, games: int = WINDOW_GAMES) -> NDArray[np.float64]:
        """Returns the rolling mean of a per-game mean, such as `black_win_rate`, at each line; shape (lines,).

        The window consists of whole lines: the last ones with at most `games` games in total, but always at least one.
        """
        counts, values = self.metrics["games"], self.metrics[name]
        valid = ~np.isnan(counts) & ~np.isnan(values)
        sums = np.concatenate([[0.0], np.cumsum(np.where(valid, counts * values, 0.0))])
        totals = np.concatenate([[0.0], np.cumsum(np.where(valid, counts, 0.0))])
        ends = np.arange(1, len(totals))
        starts = np.minimum(np.searchsorted(totals, totals[1:] - games), ends - 1)
        weight = totals[ends] - totals[starts]
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(weight > 0, (sums[ends] - sums[starts]) / weight, np.nan)


def names_of(views: Sequence[RunView]) -> list[str]:
    """Returns a short name for each run: the last parts of its path, as many as make the names differ."""
    paths = [view.directory.path.absolute().parts for view in views]
    longest = max(map(len, paths), default=1)
    for count in range(1, longest + 1):
        names = ["/".join(parts[-count:]) for parts in paths]
        if len(set(names)) == len(set(paths)):
            return names
    return [str(view.directory.path) for view in views]


def _total(values: NDArray[np.float64]) -> float | None:
    """Returns the sum without NaN values; `None` if there are no others."""
    valid = values[~np.isnan(values)]
    return float(valid.sum()) if len(valid) else None


def _modified(path: Path) -> float | None:
    try:
        return path.stat().st_mtime
    except (FileNotFoundError, NotADirectoryError):
        return None
