"""Messages as lines of text or JSON."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import Any

PACKAGE = "shirokuro"
"""Name of the logger that all messages of the package go through."""


class TextFormatter(logging.Formatter):
    """Text format: one line per message with local time, level and text."""

    default_msec_format = "%s.%03d"

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(message)s")


class JsonFormatter(logging.Formatter):
    """JSON format: one object per message with `time` (ISO 8601, UTC), `level`, `logger`, `message` and figures."""

    def format(self, record: logging.LogRecord) -> str:
        """Returns the line without a line break."""
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
