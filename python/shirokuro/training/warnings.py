"""What a training warns about, and where it is remembered."""

from __future__ import annotations

import logging
from collections import deque
from typing import Literal, TypeAlias

from shirokuro.runs.metrics import TrainingWarning

_log = logging.getLogger(__name__)

WarningKind: TypeAlias = Literal[
    "divergence",
    "coverage",
    "stagnation",
    "undertrained",
    "memory",
    "fragmentation",
    "throughput",
    "checkpoint",
    "errors",
    "log",
    "sudden",
]

REMEMBERED = 1_000
"""The newest warnings, which are kept in memory."""


class WarningLog:
    """The warnings of a training, each logged at once."""

    def __init__(self) -> None:
        self._latest: deque[TrainingWarning] = deque(maxlen=REMEMBERED)
        self._count = 0

    def issue(self, kind: WarningKind, message: str, games_played: int, *, level: int = logging.WARNING) -> None:
        """Logs a warning and remembers it."""
        warning = TrainingWarning(kind=kind, message=message, games_played=games_played)
        self._latest.append(warning)
        self._count += 1
        _log.log(level, "%s: %s", kind, message, extra={"fields": {"kind": kind, "games_played": games_played}})

    @property
    def count(self) -> int:
        """How many were given, those included that are not remembered any more."""
        return self._count

    def since(self, count: int) -> tuple[TrainingWarning, ...]:
        """Those given since there were so many of them, as far as they are remembered."""
        new = min(self._count - count, len(self._latest))
        return tuple(self._latest)[len(self._latest) - new :]
