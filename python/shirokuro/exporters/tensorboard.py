"""A run's metrics as TensorBoard event files."""

from __future__ import annotations

import io
import os
import socket
import struct
import time
from typing import TYPE_CHECKING, Any

import numpy as np

from shirokuro import extras
from shirokuro.files import open_own
from shirokuro.runs.directory import RunDirectory
from shirokuro.runs.measures import MEASURES
from shirokuro.runs.metrics import Metrics

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import ModuleType

_SUFFIX = ".shirokuro"
"""The suffix that marks event files written by this package."""

_AXES = frozenset({"games_played", "time"})


def tag(key: str) -> str | None:
    """Returns the tag of a measure in TensorBoard; `None` if it isn't shown there."""
    if "." in key:
        return key.replace(".", "/")
    group = MEASURES[key].group if key in MEASURES else "other"
    return f"{group}/{key}" if group and key not in _AXES else None


def _load(module: str) -> ModuleType:
    return extras.load(module, extra="tensorboard", purpose="writing event files")


class _Writer:
    """A file of records, which refuses symbolic links and special files, unlike that of tensorboardX."""

    def __init__(self, path: Path, checksum: Callable[[bytes], int]) -> None:
        self._file = io.BufferedWriter(open_own(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC))
        self._checksum = checksum

    def write_event(self, event: Any) -> None:  # noqa: ANN401 (a class that is generated)
        content = event.SerializeToString()
        size = struct.pack("<Q", len(content))
        for part in (size, content):
            self._file.write(part + struct.pack("<I", self._checksum(part)))

    def flush(self) -> None:
        self._file.flush()

    def close(self) -> None:
        self._file.close()

    @property
    def closed(self) -> bool:
        return self._file.closed


class EventFiles:
    """Event files in a run's folder `tensorboard` that mirror its metrics and follow them.

    Steps are games played. The files are rewritten from the metrics at the start, and whenever lines of the metrics are
    repeated. They never contain games that the run did not continue from.

    Raises:
        MissingExtraError: tensorboardX is not installed.
        OSError: the files can't be written.
    """

    def __init__(self, run: Path) -> None:
        # Only the formats: the usual writer queues events, and doesn't show which of them it has written.
        self._checksum = _load("tensorboardX.record_writer").masked_crc32c
        self._summary = _load("tensorboardX.summary")
        self._events = _load("tensorboardX.proto.event_pb2")
        self.folder = run / "tensorboard"
        """The folder of the event files."""
        self._metrics = Metrics(RunDirectory(run).metrics)
        self._written = 0
        self._writer = self._start()
        self._write()

    def update(self) -> None:
        """Writes the lines of metrics added since the last call."""
        if self._metrics.refresh() < self._written:
            self._written = 0
            self._writer.close()
        if self._writer.closed:  # also where the last call could not begin a new file
            self._writer = self._start()
        self._write()

    def close(self) -> None:
        """Writes the remaining lines, and closes the file."""
        self.update()
        self._writer.close()

    def _start(self) -> _Writer:
        """Begins a new file."""
        self.folder.mkdir(parents=True, exist_ok=True)
        # The newest file is kept: a TensorBoard that is reading it would never get past it if it were deleted.
        for file in sorted(self.folder.glob(f"events.out.tfevents.*{_SUFFIX}"))[:-1]:
            file.unlink(missing_ok=True)
        name = f"events.out.tfevents.{int(time.time())}.{socket.gethostname()}{_SUFFIX}"
        writer = _Writer(self.folder / name, self._checksum)
        events = self._events
        writer.write_event(events.Event(wall_time=time.time(), file_version="brain.Event:2"))
        # This event makes a TensorBoard discard what it read from earlier files.
        writer.write_event(events.Event(step=0, session_log=events.SessionLog(status=events.SessionLog.START)))
        return writer

    def _write(self) -> None:
        for line in range(self._written, len(self._metrics)):
            self._add(line)
        self._written = len(self._metrics)
        self._writer.flush()

    def _add(self, line: int) -> None:
        row = self._metrics.row(line)
        values = [
            self._summary.scalar(shown, np.float64(value)).value[0]
            for key, value in row.items()
            if (shown := tag(key)) is not None
        ]
        event = self._events.Event(
            wall_time=row.get("time", time.time()),
            step=int(row["games_played"]),
            summary=self._summary.Summary(value=values),
        )
        self._writer.write_event(event)
