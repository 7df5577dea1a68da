"""Warnings issued during training, and the log that keeps them."""

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
    "lock",
    "log",
    "sudden",
    "strength",
    "cluster",
    "opponents",
]

REMEMBERED = 1_000
"""Maximum number of warnings kept in memory; older ones are dropped."""


class WarningLog:
    """Warnings of a training; each is logged at once."""

    def __init__(self) -> None:
        self._latest: deque[TrainingWarning] = deque(maxlen=REMEMBERED)
        self._count = 0

    def issue(self, kind: WarningKind, message: str, games_played: int, *, level: int = logging.WARNING) -> None:
        """Logs a warning and keeps it."""
        warning = TrainingWarning(kind=kind, message=message, games_played=games_played)
        self._latest.append(warning)
        self._count += 1
        _log.log(level, "%s: %s", kind, message, extra={"fields": {"kind": kind, "games_played": games_played}})

    @property
    def count(self) -> int:
        """Number of warnings issued, including those no longer kept."""
        return self._count

    def since(self, count: int) -> tuple[TrainingWarning, ...]:
        """Returns the warnings issued after the first `count` ones, except those no longer kept."""
        new = min(self._count - count, len(self._latest))
        return tuple(self._latest)[len(self._latest) - new :]
