"""A run's `metrics.jsonl`: appending lines, and reading them while a run writes them.

A reader may find incomplete lines, repeated lines, and a file that grows or is replaced.
"""

from __future__ import annotations

import errno
import json
import math
import os
from array import array
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TypeAlias

import numpy as np

from shirokuro.files import open_own

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from os import PathLike

    from numpy.typing import NDArray

Line: TypeAlias = "Mapping[str, Any]"

_LEVELS = 3
"""The depth down to which nested objects in a line are read."""

_REMEMBERED = 4096
"""Bytes of the last line that are compared, to detect that the file was replaced."""


def append_line(path: Path, games_played: int, measured: Mapping[str, object]) -> None:
    """Appends a line, completely or not at all: the time, the number of games of the run, and the measured values.

    Args:
        path: the file; it need not exist yet.
        games_played: the number of games of the run when the line is written.
        measured: the other values of the line, by name, as JSON values.

    Raises:
        OSError: the line can't be written.
    """
    line = {"time": datetime.now(UTC).isoformat(timespec="seconds"), "games_played": games_played, **measured}
    text = json.dumps(line).encode() + b"\n"
    with open_own(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT) as file:
        end = file.seek(0, os.SEEK_END)
        if file.write(text) < len(text):  # the disk is full, and half a line would spoil the next one too
            file.truncate(end)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingWarning:
    """A warning issued during training."""

    kind: str
    """The subject, in a word, such as `"coverage"`."""

    message: str
    """The description of the problem, with its numbers."""

    games_played: int
    """The number of games when it was issued; if read from a file, that of the line that reported it."""

    time: float | None = None
    """The time of that line in POSIX seconds; `None` in the training process itself."""


class Metrics:
    """The valid lines of a `metrics.jsonl`, as columns of numbers.

    A line is valid if it is an object with the number `games_played`, and every later line has a greater number: a run
    that resumes after its process was killed repeats the reports since its last checkpoint.

    Keys of nested objects are joined by dots, as in `play.epsilon`. `time` is in POSIX seconds. A value that is absent
    or not a finite number is NaN in its column. Unknown keys are kept.
    """

    def __init__(self, path: str | PathLike[str]) -> None:
        self.path = Path(path)
        """The path of the file; it need not exist yet."""
        self._forget()
        self.refresh()

    def _forget(self) -> None:
        self.last: Line = {}
        """The newest line as it was parsed, with all its values; empty before the first line."""
        self.unreadable = 0
        """The number of lines that are not JSON objects with a number of games."""
        self._columns: dict[str, array[float]] = {}
        self._games: list[int] = []
        self._warnings: list[TrainingWarning] = []
        self._offset = 0
        self._tail = b""
        self._file: tuple[int, int] | None = None

    def __len__(self) -> int:
        """Returns the number of valid lines."""
        return len(self._games)

    @property
    def names(self) -> list[str]:
        """The names of the columns, sorted."""
        return sorted(self._columns)

    @property
    def games_played(self) -> int:
        """The number of games of the run at the newest line; 0 before the first line."""
        return self._games[-1] if self._games else 0

    @property
    def warnings(self) -> list[TrainingWarning]:
        """The warnings in the valid lines, oldest first."""
        return list(self._warnings)

    def column(self, name: str) -> NDArray[np.float64]:
        """Returns a copy of a measure's values, one per line, shape (len,); NaN where the measure is absent."""
        values = self._columns.get(name)
        return np.full(len(self), np.nan) if values is None else np.array(values)

    def total(self, name: str) -> float | None:
        """Returns the sum of a measure over the lines that have it; `None` if there are none."""
        values = self.column(name)
        present = values[~np.isnan(values)]
        return float(present.sum()) if len(present) else None

    def __getitem__(self, name: str) -> NDArray[np.float64]:
        """Returns the same as `column`."""
        return self.column(name)

    def value(self, name: str, line: int = -1) -> float | None:
        """Returns the value of a measure in one line, by default the newest; `None` if it is absent."""
        if not self._games or name not in self._columns:
            return None
        value = self._columns[name][line]
        return None if math.isnan(value) else value

    def newest(self, name: str) -> float | None:
        """Returns the newest known value of a measure; `None` if no line has it."""
        values = self.column(name)
        known = values[~np.isnan(values)]
        return float(known[-1]) if len(known) else None

    def row(self, line: int) -> dict[str, float]:
        """Returns the measures of a line, without absent ones."""
        values = ((name, column[line]) for name, column in sorted(self._columns.items()))
        return {name: value for name, value in values if not math.isnan(value)}

    def refresh(self) -> int:
        """Reads the lines added since the last call, or the whole file again if it was replaced.

        Returns:
            The number of lines from the front that have not changed; the lines after them are new.

        Raises:
            OSError: the file exists but can't be read.
        """
        before = len(self)
        try:
            with self.path.open("rb") as file:
                if not self._is_same_file(file):
                    self._forget()
                    before = 0
                self._file = _identity(file)
                kept = before
                for count in self._add(file):
                    kept = min(kept, count)
                return kept
        except (FileNotFoundError, NotADirectoryError):
            self._forget()
            return 0

    def _is_same_file(self, file: BinaryIO) -> bool:
        """Checks whether this is the file that was read before, and has only grown."""
        if not self._offset:
            return True
        file.seek(self._offset - len(self._tail))
        return self._file == _identity(file) and file.read(len(self._tail)) == self._tail

    def _add(self, file: BinaryIO) -> Iterator[int]:
        """Adds the lines that were not read yet; yields for each the number of lines before it that are still valid."""
        file.seek(self._offset)
        for raw in file:
            if not raw.endswith(b"\n"):  # the line is still incomplete
                return
            self._offset += len(raw)
            self._tail = raw[-_REMEMBERED:]
            line = _parsed(raw)
            if line is None:
                self.unreadable += 1
                continue
            yield self._withdraw(_first_game(line))
            self._append(line)

    def _withdraw(self, games_played: int) -> int:
        """Removes the lines from `games_played` on, whose games a new line repeats; returns how many lines are left."""
        count = len(self._games)
        while count and self._games[count - 1] >= games_played:
            count -= 1
        if count < len(self._games):
            del self._games[count:]
            for column in self._columns.values():
                del column[count:]
            while self._warnings and self._warnings[-1].games_played >= games_played:
                self._warnings.pop()
        return count

    def _append(self, line: Line) -> None:
        count = len(self._games)
        values = dict(_flattened(line, ""))
        time = _seconds(line.get("time"))
        if time is not None:
            values["time"] = time
        for name in values.keys() - self._columns.keys():
            self._columns[name] = array("d", [math.nan]) * count
        for name, column in self._columns.items():
            column.append(values.get(name, math.nan))
        self._games.append(line["games_played"])
        self._warnings += _warnings(line, time)
        self.last = line


def _identity(file: BinaryIO) -> tuple[int, int]:
    status = os.fstat(file.fileno())
    return status.st_dev, status.st_ino


def _first_game(line: Line) -> int:
    """Returns the number of the first game that a line measures, from 1; that of its last one if it measures none."""
    counts = [count for name in ("games", "failures") if isinstance(count := line.get(name), int)]
    return max(1, line["games_played"] - max(sum(counts), 1) + 1) if line["games_played"] else 0


def _parsed(raw: bytes) -> Line | None:
    try:
        line = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    games = line.get("games_played") if isinstance(line, dict) else None
    return line if isinstance(games, int) and not isinstance(games, bool) and games >= 0 else None


def _flattened(values: Line, prefix: str, level: int = 1) -> Iterator[tuple[str, float]]:
    for key, value in values.items():
        if isinstance(value, dict) and level < _LEVELS:
            yield from _flattened(value, f"{prefix}{key}.", level + 1)
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            with suppress(OverflowError):  # an integer may have any size
                if math.isfinite(number := float(value)):
                    yield prefix + key, number


def _seconds(time: object) -> float | None:
    try:
        return datetime.fromisoformat(time).timestamp() if isinstance(time, str) else None
    except (ValueError, OverflowError):
        return None


def _warnings(line: Line, time: float | None) -> Iterator[TrainingWarning]:
    warnings = line.get("warnings")
    for warning in warnings if isinstance(warnings, list) else []:
        if isinstance(warning, dict):
            kind, text = (warning.get(key) for key in ("kind", "message"))
            yield TrainingWarning(
                kind=str(kind or "warning"), message=str(text or ""), games_played=line["games_played"], time=time
            )


def resample(x: NDArray[np.float64], y: NDArray[np.float64], bins: int) -> NDArray[np.float64]:
    """Returns the mean of `y` in each of `bins` equal parts of the range of `x`, shape (bins,); NaN in empty parts.

    `x` must be ascending. Points whose `y` is NaN are left out, but count for the range.
    """
    result = np.full(bins, np.nan)
    valid = ~np.isnan(y) & ~np.isnan(x)
    if not valid.any():
        return result
    span = x[-1] - x[0]
    index = ((x[valid] - x[0]) / span * bins).astype(int) if span > 0 else np.zeros(valid.sum(), dtype=int)
    index = np.minimum(index, bins - 1)
    sums, counts = (np.bincount(index, weights, minlength=bins) for weights in (y[valid], None))
    result[counts > 0] = sums[counts > 0] / counts[counts > 0]
    return result
