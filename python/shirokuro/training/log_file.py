"""A run's log file: written by a thread of its own, so that no training ever waits for a disk."""

from __future__ import annotations

import copy
import json
import logging
import queue
import threading
import time
from datetime import UTC, datetime
from logging.handlers import QueueHandler, QueueListener
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

_log = logging.getLogger(__name__)

PACKAGE = "shirokuro"
"""The logger that all of the package's messages go through."""

CAPACITY = 10_000
"""Messages that wait to be written; more than that are dropped and counted."""


class TextFormatter(logging.Formatter):
    """One line a message: local time, level, text."""

    default_msec_format = "%s.%03d"

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(message)s")


class JsonFormatter(logging.Formatter):
    """One JSON object a message: `time` (ISO 8601, UTC), `level`, `logger`, `message`, and the figures by name."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_text:
            line["exception"] = record.exc_text
        return json.dumps(line, ensure_ascii=False, default=str)


class DroppingQueueHandler(QueueHandler):
    """Hands messages to the thread that writes them. Where that can't keep up, they are dropped and counted."""

    def __init__(self, waiting: queue.Queue[logging.LogRecord | None]) -> None:
        super().__init__(waiting)
        self.dropped = 0

    def prepare(self, record: logging.LogRecord) -> logging.LogRecord:
        """A copy that does not change any more: its text is made here, by the thread that knows its values."""
        ready = copy.copy(record)
        ready.msg, ready.args = record.getMessage(), None
        if record.exc_info and not record.exc_text:
            ready.exc_text = logging.Formatter().formatException(record.exc_info)
        ready.exc_info = None
        return ready

    def enqueue(self, record: logging.LogRecord) -> None:
        """Puts the message where the writer finds it, or drops it."""
        try:
            self.queue.put_nowait(record)
        except queue.Full:
            self.dropped += 1


class _File(logging.FileHandler):
    """A log file. A message that can't be written is lost, and counted: a full disk ends no training."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, encoding="utf-8", errors="backslashreplace")
        self.lost = 0

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: ARG002, N802 (logging's name for it)
        self.lost += 1

    def close(self) -> None:
        """Closes the file; what still can't be written is lost."""
        try:
            super().close()
        except OSError:
            self.lost += 1


class _Listener(QueueListener):
    """The writing thread."""

    def __init__(self, waiting: queue.Queue[logging.LogRecord | None], file: logging.Handler) -> None:
        super().__init__(waiting, file)
        self._waiting = waiting

    def enqueue_sentinel(self) -> None:
        self._waiting.put(None)  # the end; whoever closes the file waits until there is room to say so


class _PassOn(logging.Handler):
    """Gives the handlers of the loggers above what they would have got if nobody had asked for more."""

    def __init__(self, above: logging.Logger, level: int) -> None:
        super().__init__(level)
        self._above = above

    def emit(self, record: logging.LogRecord) -> None:
        self._above.callHandlers(record)


class RunLog:
    """Writes the package's messages to `training_YYYYMMDD_HHMMSS.log` in a folder, as long as it is open.

    Handlers of the host program get what they always got: messages of the level that holds for the package's logger.

    Args:
        folder: where the file is made; the folder as well, if it is missing.
        level: the least level that is written, such as `"DEBUG"`.
        as_json: JSON lines instead of text.
        capacity: messages that may wait to be written.

    Raises:
        ValueError: there is no such level.
        OSError: the file can't be made.
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
        """Messages that are not in the file: too many at once, or the disk was full."""
        return self._handler.dropped + self._file.lost

    def __enter__(self) -> Self:
        self._listener.start()
        _package.add(self._handler)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        _package.remove(self._handler)
        self._listener.stop()  # after it has written what waits
        if self.dropped:
            text = f"{self.dropped} messages were dropped: they came faster than they could be written"
            self._file.handle(logging.LogRecord(__name__, logging.WARNING, __file__, 0, text, None, None))
        self._file.close()
        if self.dropped:
            _log.warning("%d messages are missing in %s", self.dropped, self.path)


class _Package:
    """The package's logger, and what it was before the first log file was opened."""

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
        """The least level that somebody wants."""
        wanted = [*self._handlers, *([self._pass_on] if self._pass_on else [])]
        logger.setLevel(min(handler.level for handler in wanted))


_package = _Package()


def set_level(level: int | str) -> None:
    """Sets the least level of messages that are logged, in the files of trainings under way as well.

    Raises:
        ValueError: there is no such level.
        TypeError: it is neither a number nor a name.
    """
    _package.set_level(checked_level(level))


def checked_level(level: int | str) -> int:
    """A level of `logging` as a number.

    Raises:
        ValueError: there is none of this name.
        TypeError: it is neither a number nor a name.
    """
    if isinstance(level, bool) or not isinstance(level, (int, str)):
        raise TypeError(f"log_level = {level!r}: must be a level of logging, such as 'INFO'")
    if isinstance(level, int):
        return level
    known = logging.getLevelNamesMapping()
    if level.upper() not in known:
        raise ValueError(f"log_level = {level!r}: must be debug, info, warning or error")
    return known[level.upper()]
