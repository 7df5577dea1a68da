"""Log messages of the package on standard error."""

from __future__ import annotations

import logging
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

from shirokuro.cli.terminal import printable
from shirokuro.display.log_lines import PACKAGE, JsonFormatter

if TYPE_CHECKING:
    from collections.abc import Iterator

_LEVELS = {-1: logging.WARNING, 0: logging.WARNING, 1: logging.INFO}


class MessageHandler(logging.StreamHandler[TextIO]):
    """A handler for standard error that removes control characters, which may come from files and other programs."""

    def format(self, record: logging.LogRecord) -> str:
        """Returns the text of a message."""
        return printable(super().format(record))


def _is_notable(record: logging.LogRecord) -> bool:
    """Checks whether a record is anything but a progress report, which the screen and the log file already show."""
    return record.levelno > logging.INFO or record.name != "shirokuro.training.reporter"


@contextmanager
def messages(verbosity: int, *, as_json: bool) -> Iterator[None]:
    """Writes log messages to standard error: warnings, with verbosity 1 also file operations, with 2 everything.

    Args:
        verbosity: −1 to 2.
        as_json: write JSON objects if standard error is not a terminal.
    """
    logger = logging.getLogger(PACKAGE)
    level = logger.level
    logger.setLevel(_LEVELS.get(verbosity, logging.DEBUG))
    handlers = [each for each in logging.getLogger().handlers if isinstance(each, logging.StreamHandler)]
    formatters = [each.formatter for each in handlers]
    for handler in handlers:
        if as_json and not sys.stderr.isatty():
            handler.setFormatter(JsonFormatter())
        if verbosity == 1:
            handler.addFilter(_is_notable)
    try:
        yield
    finally:
        logger.setLevel(level)
        for handler, formatter in zip(handlers, formatters, strict=True):
            handler.setFormatter(formatter)
            handler.removeFilter(_is_notable)
