"""Measurements of a cluster."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True, kw_only=True)
class ClusterReport:
    """Measurements of the nodes since the last report."""

    nodes: int = 0
    """Nodes that play now."""
    games: dict[str, int] = field(default_factory=dict)
    """Games by node; each is counted once."""
    bytes_sent: int = 0
    """Bytes of weights that nodes have fetched."""
    bytes_received: int = 0
    """Bytes of games that nodes have returned."""
    playing_seconds: float = 0.0
    """Time in which nodes played, summed over the nodes."""
    node_seconds: float = 0.0
    """Time in which nodes were there, summed over the nodes."""
    seconds: float = 0.0
    """Time of the report."""

    @property
    def waited(self) -> float | None:
        """Share of the nodes' time in which they did not play; `None` without nodes."""
        return max(0.0, 1 - self.playing_seconds / self.node_seconds) if self.node_seconds > 0 else None

    @property
    def games_per_second(self) -> dict[str, float]:
        """Games per second by node."""
        return {name: games / self.seconds for name, games in self.games.items()} if self.seconds > 0 else {}

    def line(self) -> dict[str, Any]:
        """Returns the content of a line of metrics."""
        waited = {} if self.waited is None else {"waited": self.waited}
        sizes = {"bytes_sent": self.bytes_sent, "bytes_received": self.bytes_received}
        line: dict[str, Any] = {"cluster": {"nodes": self.nodes, **sizes, **waited}}
        if speeds := self.games_per_second:
            line["node_speed"] = {name: round(speed, 3) for name, speed in speeds.items()}
        return line
