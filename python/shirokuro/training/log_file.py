"""A run's log file. A separate thread writes it, so a training never waits for the disk."""

from __future__ import annotations

import copy
import logging
import os
import queue
import threading
import time
from io import BufferedWriter, TextIOWrapper
from logging.handlers import QueueHandler, QueueListener
from pathlib import Path
from typing import TYPE_CHECKING, Self

from shirokuro.display.format import counted
from shirokuro.display.log_lines import PACKAGE, JsonFormatter, TextFormatter
from shirokuro.files import open_own

if TYPE_CHECKING:
    from types import TracebackType

_log = logging.getLogger(__name__)

CAPACITY = 10_000
"""Maximum number of messages waiting to be written; further ones are dropped and counted."""


class DroppingQueueHandler(QueueHandler):
    """Handler that passes messages to the writing thread. If the thread can't keep up, they are dropped and counted."""

    def __init__(self, waiting: queue.Queue[logging.LogRecord | None]) -> None:
        super().__init__(waiting)
        self.dropped = 0

    def prepare(self, record: logging.LogRecord) -> logging.LogRecord:
        """Returns a copy with its text already formatted, because only the calling thread knows the current values."""
        ready = copy.copy(record)
        ready.msg, ready.args = record.getMessage(), None
        if record.exc_info and not record.exc_text:
            ready.exc_text = logging.Formatter().formatException(record.exc_info)
        ready.exc_info = None
        return ready

    def enqueue(self, record: logging.LogRecord) -> None:
        """Queues the message, or drops it if the queue is full."""
        try:
            self.queue.put_nowait(record)
        except queue.Full:
            self.dropped += 1


class _File(logging.FileHandler):
    """File handler that loses and counts messages it can't write: a full disk does not end a training."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, encoding="utf-8", errors="backslashreplace")
        self.lost = 0

    def _open(self) -> TextIOWrapper:
        file = open_own(Path(self.baseFilename), os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        return TextIOWrapper(BufferedWriter(file), encoding=self.encoding, errors=self.errors)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: ARG002, N802 (logging's name)
        self.lost += 1

    def close(self) -> None:
        """Closes the file; anything that still can't be written is lost."""
        try:
            super().close()
        except OSError:
            self.lost += 1


class _Listener(QueueListener):
    """The thread that writes the file."""

    def __init__(self, waiting: queue.Queue[logging.LogRecord | None], file: logging.Handler) -> None:
        super().__init__(waiting, file)
        self._waiting = waiting

    def enqueue_sentinel(self) -> None:
        self._waiting.put(None)  # blocks until there is room, so that the end of the queue is never dropped


class _PassOn(logging.Handler):
    """Handler that passes on to the parent loggers only the messages they would receive without a log file."""

    def __init__(self, above: logging.Logger, level: int) -> None:
        super().__init__(level)
        self._above = above

    def emit(self, record: logging.LogRecord) -> None:
        self._above.callHandlers(record)


class RunLog:
    """Log file `training_YYYYMMDD_HHMMSS.log` in a folder, which receives the package's messages while it is open.

    The host program's handlers are not affected: they receive messages at the level set for the package's logger.

    Args:
        folder: folder of the file; it is created if it is missing.
        level: lowest level that is written, such as `"DEBUG"`.
        as_json: write JSON lines instead of text.
        capacity: maximum number of messages waiting to be written.

    Raises:
        ValueError: `level` is not the name of a level.
        OSError: the file can't be created.
    """

    def __init__(
        self, folder: Path, *, level: int | str = logging.INFO, as_json: bool = False, capacity: int = CAPACITY
    ) -> None:
        self.level = checked_level(level)
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / time.strftime("training_%Y%m%d_%H%M%S.log")
        self._file = _File(self.path)
        self._file.setFormatter(JsonFormatter() if as_json else TextFormatter())
        waiting: queue.Queue[logging.LogRecord | None] = queue.Queue(capacity)
        self._handler = DroppingQueueHandler(waiting)
        self._handler.setLevel(self.level)
        self._listener = _Listener(waiting, self._file)

    @property
    def dropped(self) -> int:
        """Number of messages missing in the file, because there were too many at once or the disk was full."""
        return self._handler.dropped + self._file.lost

    def __enter__(self) -> Self:
        self._listener.start()
        _package.add(self._handler)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        _package.remove(self._handler)
        self._listener.stop()  # returns once all waiting messages are written
        if self.dropped:
            text = f"{self.dropped} messages were dropped: they came faster than they could be written"
            self._file.handle(logging.LogRecord(__name__, logging.WARNING, __file__, 0, text, None, None))
        self._file.close()
        if self.dropped:
            _log.warning("%s missing in %s", counted(self.dropped, "message is", "messages are"), self.path)


class _Package:
    """The package's logger, and its configuration before the first log file was opened."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._handlers: list[DroppingQueueHandler] = []
        self._pass_on: _PassOn | None = None
        self._level = logging.NOTSET

    def add(self, handler: DroppingQueueHandler) -> None:
        logger = logging.getLogger(PACKAGE)
        with self._lock:
            if not self._handlers:
                self._level = logger.level
                if logger.propagate and logger.parent:
                    self._pass_on = _PassOn(logger.parent, logger.getEffectiveLevel())
                    logger.addHandler(self._pass_on)
                    logger.propagate = False
            self._handlers.append(handler)
            logger.addHandler(handler)
            self._choose(logger)

    def remove(self, handler: DroppingQueueHandler) -> None:
        logger = logging.getLogger(PACKAGE)
        with self._lock:
            logger.removeHandler(handler)
            self._handlers.remove(handler)
            if self._handlers:
                self._choose(logger)
                return
            if self._pass_on:
                logger.removeHandler(self._pass_on)
                logger.propagate = True
                self._pass_on = None
            logger.setLevel(self._level)

    def set_level(self, level: int) -> None:
        logger = logging.getLogger(PACKAGE)
        with self._lock:
            self._level = level
            if not self._handlers:
                logger.setLevel(level)
                return
            for handler in (*self._handlers, *([self._pass_on] if self._pass_on else [])):
                handler.setLevel(level)
            self._choose(logger)

    def _choose(self, logger: logging.Logger) -> None:
        """Sets the logger to the lowest level that any handler asks for."""
        handlers = [*self._handlers, *([self._pass_on] if self._pass_on else [])]
        logger.setLevel(min(handler.level for handler in handlers))


_package = _Package()


def set_level(level: int | str) -> None:
    """Sets the lowest level of messages that are logged, including in the log files of active trainings.

    Raises:
        ValueError: `level` is not the name of a level.
        TypeError: `level` is neither a number nor a name.
    """
    _package.set_level(checked_level(level))


def checked_level(level: int | str) -> int:
    """Returns a level of `logging` as a number.

    Raises:
        ValueError: `level` is not the name of a level.
        TypeError: `level` is neither a number nor a name.
    """
    if isinstance(level, bool) or not isinstance(level, (int, str)):
        raise TypeError(f"log_level = {level!r}: must be a logging level, such as 'INFO'")
    if isinstance(level, int):
        return level
    numbers = logging.getLevelNamesMapping()
    if level.upper() not in numbers:
        raise ValueError(f"log_level = {level!r}: must be debug, info, warning or error")
    return numbers[level.upper()]
