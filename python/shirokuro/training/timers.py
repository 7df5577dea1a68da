"""Time that a session spends on playing, learning and everything else, and its use of the machine."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal

from shirokuro.config import cores
from shirokuro.training.throughput import Throughput

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shirokuro.config import GenerationSettings
    from shirokuro.training.report import BatchReport
    from shirokuro.training.throughput import Drop


class PhaseTimer:
    """Timer from one line of the metrics to the next."""

    def __init__(self) -> None:
        self._throughput = Throughput()
        self.restart()

    def restart(self) -> None:
        """Starts the measurement over."""
        self._wall, self._cpu = time.perf_counter(), time.process_time()
        self._added: dict[str, float] = {"saving": 0.0}

    @contextmanager
    def phase(self, name: Literal["saving", "strength", "held_out"]) -> Iterator[None]:
        """Counts the time within the context as this phase."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self._added[name] = self._added.get(name, 0.0) + time.perf_counter() - start

    def read(self, batch: BatchReport, play: GenerationSettings) -> tuple[dict[str, Any], Drop | None]:
        """Returns the fields to report since the last restart, and a drop if the throughput has fallen.

        `phases`: seconds by phase, averaged over the workers. They are those of `BatchReport.phases`, `saving`,
        `strength` (the matches that measure it, which are not part of the throughput), `held_out`, and `other` (the
        time of callbacks and Python), and add up to the wall-clock time. `cpu`: share of the cores that this process
        used, 0 … 1.
        """
        wall, cpu = time.perf_counter() - self._wall, time.process_time() - self._cpu
        line: dict[str, Any] = {"cpu": round(cpu / wall / cores(), 4)} if wall > 0 else {}
        phases = batch.phases
        if phases:
            phases |= self._added
            phases["other"] = max(wall - sum(phases.values()), 0.0)
            line["phases"] = {name: round(seconds, 6) for name, seconds in phases.items()}
        # Given games that teach their outcome are not searched, and take a fraction of the time.
        work = (play.depth, play.nodes, play.time_ms, play.exact_empties, batch.searches > 0)
        return line, self._throughput.add(batch.games, wall - self._added.get("strength", 0.0), phases, work)
