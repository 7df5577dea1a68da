"""A run's `metrics.jsonl`: appending a line, and reading them while they are written.

A reader meets half lines, repeated lines, and a file that grows or is replaced.
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

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from os import PathLike

    from numpy.typing import NDArray

Line: TypeAlias = "Mapping[str, Any]"

_LEVELS = 3
"""How deep objects within a line are read."""

_REMEMBERED = 4096
"""Bytes of the last line that must be found again, or else the file is another one."""


def append_line(path: Path, games_played: int, measured: Mapping[str, object]) -> None:
    """Appends a line, whole or not at all: the time, the games of the run so far, and what was measured.

    Args:
        path: the file; it need not exist yet.
        games_played: games of the run at the end of the line.
        measured: what the line says besides, as JSON values.

    Raises:
        OSError: the line can't be written.
    """
    line = {"time": datetime.now(UTC).isoformat(timespec="seconds"), "games_played": games_played, **measured}
    text = json.dumps(line).encode() + b"\n"
    with path.open("ab", buffering=0) as file:
        end = file.tell()
        if file.write(text) < len(text):  # the disk is full, and half a line would spoil the next one too
            file.truncate(end)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingWarning:
    """A warning issued during training."""

    kind: str
    """The subject, in a word, such as `"coverage"`."""

    message: str
    """What is wrong, with the figures."""

    games_played: int
    """Games of the run when it was issued; read from a file, at the end of the line that reported it."""

    time: float | None = None
    """POSIX seconds of that line; `None` in the training itself."""


class Metrics:
    """The lines of a `metrics.jsonl` that count, as columns of numbers.

    A line counts if it is an object with the number `games_played`, and every later one has a greater number: after a
    process was killed, a run reports again what came after its last checkpoint. Keys of nested objects are joined by
    dots, as in `play.epsilon`; `time` is in POSIX seconds; what a line does not have, and what is no finite number, is
    NaN in its column. Unknown keys are kept.
    """

    def __init__(self, path: str | PathLike[str]) -> None:
        self.path = Path(path)
        """The file; it need not exist yet."""
        self._forget()
        self.refresh()

    def _forget(self) -> None:
        self.last: Line = {}
        """The newest line as it is, all its values included; empty before the first one."""
        self.unreadable = 0
        """Lines that are no JSON object with a number of games."""
        self._columns: dict[str, array[float]] = {}
        self._games: list[int] = []
        self._warnings: list[TrainingWarning] = []
        self._offset = 0
        self._tail = b""
        self._file: tuple[int, int] | None = None

    def __len__(self) -> int:
        """How many lines count."""
        return len(self._games)

    @property
    def names(self) -> list[str]:
        """The columns' names, sorted."""
        return sorted(self._columns)

    @property
    def games_played(self) -> int:
        """Games of the run up to the newest line; 0 before the first one."""
        return self._games[-1] if self._games else 0

    @property
    def warnings(self) -> list[TrainingWarning]:
        """The warnings in the lines that count, the oldest first."""
        return list(self._warnings)

    def column(self, name: str) -> NDArray[np.float64]:
        """A measure over the lines, shape (len,): a copy, NaN where it is absent."""
        values = self._columns.get(name)
        return np.full(len(self), np.nan) if values is None else np.array(values)

    def total(self, name: str) -> float | None:
        """The sum of a measure over all lines that have it; `None` if none has."""
        values = self.column(name)
        known = values[~np.isnan(values)]
        return float(known.sum()) if len(known) else None

    def __getitem__(self, name: str) -> NDArray[np.float64]:
        """As `column`."""
        return self.column(name)

    def value(self, name: str, line: int = -1) -> float | None:
        """A measure in one line, by default the newest; `None` if it is absent."""
        if not self._games or name not in self._columns:
            return None
        value = self._columns[name][line]
        return None if math.isnan(value) else value

    def row(self, line: int) -> dict[str, float]:
        """All measures of a line that it has."""
        values = ((name, column[line]) for name, column in sorted(self._columns.items()))
        return {name: value for name, value in values if not math.isnan(value)}

    def refresh(self) -> int:
        """Reads what was added since the last time; everything again if the file was replaced.

        Returns:
            How many lines at the front are the same as before the call; those after them are new.

        Raises:
            OSError: the file is there and can't be read.
        """
        before = len(self)
        try:
            with self.path.open("rb") as file:
                if not self._is_known(file):
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

    def _is_known(self, file: BinaryIO) -> bool:
        """It is the file that was read before, and has only grown."""
        if not self._offset:
            return True
        file.seek(self._offset - len(self._tail))
        return self._file == _identity(file) and file.read(len(self._tail)) == self._tail

    def _add(self, file: BinaryIO) -> Iterator[int]:
        """Takes in the lines after those that were read; for each one, how many before it still count."""
        file.seek(self._offset)
        for raw in file:
            if not raw.endswith(b"\n"):  # the rest is not written yet
                return
            self._offset += len(raw)
            self._tail = raw[-_REMEMBERED:]
            line = _parsed(raw)
            if line is None:
                self.unreadable += 1
                continue
            yield self._withdraw(line["games_played"])
            self._append(line)

    def _withdraw(self, games_played: int) -> int:
        """Forgets lines that a later one repeats."""
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
            with suppress(OverflowError):  # a whole number may be of any size
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
    """The mean of `y` in each of so many equal parts of the range of `x`, shape (bins,); NaN where there is none.

    `x` ascends; points whose `y` is NaN are left out, but still stretch the range.
    """
    result = np.full(bins, np.nan)
    known = ~np.isnan(y) & ~np.isnan(x)
    if not known.any():
        return result
    span = x[-1] - x[0]
    place = ((x[known] - x[0]) / span * bins).astype(int) if span > 0 else np.zeros(known.sum(), dtype=int)
    place = np.minimum(place, bins - 1)
    sums, counts = (np.bincount(place, weights, minlength=bins) for weights in (y[known], None))
    result[counts > 0] = sums[counts > 0] / counts[counts > 0]
    return result
