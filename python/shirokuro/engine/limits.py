"""Search limits: the conditions that end a search."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from shirokuro.config import LIMITS, TrainConfig
from shirokuro.display.format import counted

_SETTINGS = {name: TrainConfig.SETTINGS[name] for name in (*LIMITS, "exact_empties")}
_SETTINGS["depth"] = dataclasses.replace(_SETTINGS["depth"], kind="whole")
"""The settings of a training define the ranges; here, a depth is a number and not a schedule."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchLimits:
    """The limits of a search, which ends when it reaches the first of them. At least one must be given.

    Raises:
        TypeError: a value has the wrong type.
        ValueError: no limit is given, or a value is out of range.
    """

    depth: int | None = None
    """Search depth in plies."""
    nodes: int | None = None
    """Number of positions to visit."""
    time_ms: float | None = None
    """Time per move in milliseconds."""
    exact_empties: int = 0
    """Positions with at most this many empty squares are solved exactly."""

    def __post_init__(self) -> None:
        for name, setting in _SETTINGS.items():
            if (value := getattr(self, name)) is not None:
                setting.convert(name, value)
        if all(getattr(self, name) is None for name in LIMITS):
            raise ValueError("one of depth, nodes and time_ms must be given")

    def as_dict(self) -> dict[str, Any]:
        """Returns the limits that are set, by name; `SearchLimits(**…)` reads them."""
        values = dataclasses.asdict(self)
        return {name: value for name, value in values.items() if value is not None}

    def __str__(self) -> str:
        """Describes the limits, such as `depth 8, exact from 14 empty squares`."""
        parts = [
            None if self.depth is None else f"depth {self.depth}",
            None if self.nodes is None else counted(self.nodes, "node"),
            None if self.time_ms is None else f"{self.time_ms:g} ms",
            f"exact from {counted(self.exact_empties, 'empty square')}" if self.exact_empties else None,
        ]
        return ", ".join(part for part in parts if part)

    def shared_out(self, searches: int) -> SearchLimits:
        """Returns the limits for each of several searches that share these nodes and this time."""
        return dataclasses.replace(
            self,
            nodes=None if self.nodes is None else max(1, self.nodes // searches),
            time_ms=None if self.time_ms is None else self.time_ms / searches,
        )

    def within(self, time_ms: float) -> SearchLimits:
        """Returns the same limits with at most `time_ms` milliseconds."""
        return dataclasses.replace(self, time_ms=min(time_ms, self.time_ms or time_ms))
