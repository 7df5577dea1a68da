"""What a training gets done, and what its workers spend their time on."""

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
"""15 ms a move, everything else by default. A generation is short, so that one of them is soon over; its end, when
workers wait for the last games, counts for more than in a real training."""


@dataclasses.dataclass(frozen=True, slots=True)
class Sample:
    """One training call, and the processor time that it took."""

    report: BatchReport
    """What it measured."""
    seconds: float
    """Wall-clock time, Python included."""
    cpu_seconds: float
    """Processor time of all threads of the process."""
    threads: int
    """Workers."""

    @property
    def games_per_second(self) -> float:
        """Throughput."""
        return self.report.games / self.seconds

    @property
    def cpu_percent(self) -> float:
        """Share of all cores that was used."""
        return 100 * self.cpu_seconds / self.seconds / cores()

    @property
    def taken_percent(self) -> float:
        """Share of the workers' time that other programs took: they had work, and no processor."""
        report = self.report
        busy = report.playing_seconds + report.preparing_seconds + report.learning_seconds
        return 100 * max(0.0, 1 - self.cpu_seconds / busy) if busy else 0.0


def train(trainer: Trainer, games: int) -> Sample:
    """Trains, and looks at the clocks."""
    start, cpu = time.perf_counter(), time.process_time()
    report = trainer.train_batch(games)
    seconds, cpu_seconds = time.perf_counter() - start, time.process_time() - cpu
    return Sample(report, seconds, cpu_seconds, trainer.config.worker_threads)


class Training:
    """Measures training; its trainers go on from round to round."""

    def __init__(self, *, quick: bool, prepare: Callable[[Trainer], None] | None = None) -> None:
        self._prepare = prepare
        """What tests do to a trainer, to make it slow."""
        self._quick = quick
        self._trainers: dict[TrainConfig, Trainer] = {}
        self.samples: dict[str, list[Sample]] = {}
        """What was measured, by the key of the figure."""

    def trainer(self, config: TrainConfig) -> Trainer:
        """A trainer whose memory is in use: the first games touch it for the first time."""
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
        """Games a second at fixed depths, the time of learning, and what another core brings."""
        quick = self._quick
        one_ply = self._measure("train1", ONE_PLY, 256 if quick else 2048)
        # The same games on one core and on all, for their quotient: a model's games take longer, or less, as it learns.
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
        """Games a second, and the use of all cores, at 15 ms a move."""
        games = (8 if self._quick else 16) * cores()
        sample = self._measure("train_15ms", TIMED_MOVES, games)
        return {"train_15ms": sample.games_per_second, "cpu_15ms": sample.cpu_percent}

    def cost_of_timing(self) -> dict[str, float]:
        """What measuring phases costs: the same games with and without it, in turn.

        Two trainers with the same seed play the same games, so that every pair differs in nothing else. Processor time
        is compared, which other programs take less from; of the pairs' ratios, the median counts.
        """
        pairs = 40 if self._quick else 150
        plain, timed = (Trainer(ONE_PLY) for _ in range(2))
        time_games(plain._core, 0)  # noqa: SLF001 (it is for this)
        ratios = []
        for pair in range(-4, pairs):
            # Who comes second finds the caches warm: they take turns.
            order = (plain, timed) if pair % 2 else (timed, plain)
            samples = {trainer: train(trainer, 64).cpu_seconds for trainer in order}
            if pair >= 0:  # the first ones touch memory for the first time
                ratios.append(samples[timed] / samples[plain])
        return {"timing_cost": 100 * (statistics.median(ratios) - 1)}
