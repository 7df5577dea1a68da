"""The throughput of training, and the time that its workers spend in each phase."""

from __future__ import annotations

import dataclasses
import statistics
import time
from typing import TYPE_CHECKING

from shirokuro._core import time_games
from shirokuro.config import TrainConfig, cores
from shirokuro.training.trainer import Trainer

if TYPE_CHECKING:
    from collections.abc import Callable

    from shirokuro.training.report import BatchReport

ONE_PLY = TrainConfig(depth=1, exact_empties=0, threads=1)
THREE_PLIES = TrainConfig(depth=3, exact_empties=10, threads=1)
ALL_CORES = THREE_PLIES.replace(threads=0)
TIMED_MOVES = TrainConfig(time_ms=15, generation_games=16 * cores())
"""Training with 15 ms per move and defaults otherwise.

Generations are short to keep the measurement short. The end of a generation, when workers wait for the last games,
therefore weighs more than in a real run.
"""


@dataclasses.dataclass(frozen=True, slots=True)
class Sample:
    """One training call and the processor time that it took."""

    report: BatchReport
    """The report of the call."""
    seconds: float
    """Wall-clock time, including Python."""
    cpu_seconds: float
    """Processor time of all threads of the process."""
    threads: int
    """The number of workers."""

    @property
    def games_per_second(self) -> float:
        """Games per second."""
        return self.report.games / self.seconds

    @property
    def cpu_percent(self) -> float:
        """The share of all cores that was used, in percent."""
        return 100 * self.cpu_seconds / self.seconds / cores()

    @property
    def taken_percent(self) -> float:
        """The share of the workers' time in which they had work but no processor, in percent."""
        report = self.report
        busy = report.playing_seconds + report.preparing_seconds + report.learning_seconds
        return 100 * max(0.0, 1 - self.cpu_seconds / busy) if busy else 0.0


def train(trainer: Trainer, games: int) -> Sample:
    """Trains and measures the wall-clock and processor time."""
    start, cpu = time.perf_counter(), time.process_time()
    report = trainer.train_batch(games)
    seconds, cpu_seconds = time.perf_counter() - start, time.process_time() - cpu
    return Sample(report, seconds, cpu_seconds, trainer.config.worker_threads)


class Training:
    """Measurements of training, whose trainers are reused from round to round."""

    def __init__(self, *, quick: bool, prepare: Callable[[Trainer], None] | None = None) -> None:
        self._prepare = prepare
        """A hook that tests use to slow a trainer down."""
        self._quick = quick
        self._trainers: dict[TrainConfig, Trainer] = {}
        self.samples: dict[str, list[Sample]] = {}
        """The samples, by the key of the figure."""

    def trainer(self, config: TrainConfig) -> Trainer:
        """Returns a trainer whose memory is already resident, because its first games have touched it."""
        if config not in self._trainers:
            self._trainers[config] = trainer = Trainer(config)
            if config.time_ms is None:
                trainer.train_batch(256 if self._quick else 512)
            if self._prepare:
                self._prepare(trainer)
        return self._trainers[config]

    def _measure(self, key: str, config: TrainConfig, games: int) -> Sample:
        sample = train(self.trainer(config), games)
        self.samples.setdefault(key, []).append(sample)
        return sample

    def fixed_depth(self) -> dict[str, float]:
        """Measures games per second at fixed depths, the time to learn, and the gain from more cores."""
        quick = self._quick
        one_ply = self._measure("train1", ONE_PLY, 256 if quick else 2048)
        # Both play the same games, because the duration of a model's games changes as it learns.
        games = 256 if quick else 1024
        three = self._measure("train3", THREE_PLIES, games)
        every = self._measure("train_all", ALL_CORES, games)
        return {
            "train1": one_ply.games_per_second,
            "train3": three.games_per_second,
            "train_all": every.games_per_second,
            "speedup": every.games_per_second / three.games_per_second,
            "cpu": every.cpu_percent,
            "td_update": 1000 * three.report.learn_seconds / three.report.games,
        }

    def timed_moves(self) -> dict[str, float]:
        """Measures games per second and the use of all cores at 15 ms per move."""
        games = (8 if self._quick else 16) * cores()
        sample = self._measure("train_15ms", TIMED_MOVES, games)
        return {"train_15ms": sample.games_per_second, "cpu_15ms": sample.cpu_percent}

    def cost_of_timing(self) -> dict[str, float]:
        """Measures the cost of timing the phases, by playing the same games alternately with and without it.

        Two trainers with the same seed play the same games, so each pair differs only in the timing. Processor time is
        compared because other programs affect it less. The result is the median of the pairs' ratios.
        """
        pairs = 40 if self._quick else 150
        plain, timed = (Trainer(ONE_PLY) for _ in range(2))
        time_games(plain._core, 0)  # noqa: SLF001 (meant for this)
        ratios = []
        for pair in range(-4, pairs):
            # The second one finds the caches warm, so the order alternates.
            order = (plain, timed) if pair % 2 else (timed, plain)
            samples = {trainer: train(trainer, 64).cpu_seconds for trainer in order}
            if pair >= 0:  # the first ones touch memory for the first time
                ratios.append(samples[timed] / samples[plain])
        return {"timing_cost": 100 * (statistics.median(ratios) - 1)}
