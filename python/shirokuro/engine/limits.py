"""Search limits: what ends a search."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from shirokuro.config import LIMITS, TrainConfig

_SETTINGS = {name: TrainConfig.SETTINGS[name] for name in (*LIMITS, "exact_empties")}
_SETTINGS["depth"] = dataclasses.replace(_SETTINGS["depth"], kind="whole")
"""The ranges are those of a training, but a depth is a number and not a schedule."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchLimits:
    """The limits of a search, which ends at the first one that it reaches; at least one is given.

    Raises:
        TypeError: a value is of the wrong type.
        ValueError: no limit is given, or a value is out of its range.
    """

    depth: int | None = None
    """Plies that the search looks ahead."""
    nodes: int | None = None
    """Positions that the search visits."""
    time_ms: float | None = None
    """Milliseconds for a move."""
    exact_empties: int = 0
    """Positions with at most this many empty squares are solved exactly."""

    def __post_init__(self) -> None:
        for name, setting in _SETTINGS.items():
            if (value := getattr(self, name)) is not None:
                setting.convert(name, value)
        if all(getattr(self, name) is None for name in LIMITS):
            raise ValueError("one of depth, nodes and time_ms must be given")

    def as_dict(self) -> dict[str, Any]:
        """Returns the limits that are given, by name; `SearchLimits(**…)` reads them."""
        values = dataclasses.asdict(self)
        return {name: value for name, value in values.items() if value is not None}

    def __str__(self) -> str:
        """Such as `depth 8, exact from 14 empty squares`."""
        parts = [
            None if self.depth is None else f"depth {self.depth}",
            None if self.nodes is None else f"{self.nodes:,} nodes",
            None if self.time_ms is None else f"{self.time_ms:g} ms",
            f"exact from {self.exact_empties} empty squares" if self.exact_empties else None,
        ]
        return ", ".join(part for part in parts if part)

    def shared_out(self, searches: int) -> SearchLimits:
        """Returns the limits of each of several searches that together take no more nodes and time."""
        return dataclasses.replace(
            self,
            nodes=None if self.nodes is None else max(1, self.nodes // searches),
            time_ms=None if self.time_ms is None else self.time_ms / searches,
        )

    def within(self, time_ms: float) -> SearchLimits:
        """Returns the same limits with at most this much time."""
        return dataclasses.replace(self, time_ms=min(time_ms, self.time_ms or time_ms))
