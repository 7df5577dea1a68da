"""What convergence is judged by, game after game, and the warnings that it leads to."""

from __future__ import annotations

import base64
import zlib
from collections import deque
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from shirokuro._core import UNITS_PER_DISC
from shirokuro.training.convergence import PATTERNS, ConvergenceReport, Window
from shirokuro.training.report import variance

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from shirokuro._core import GenerationReport, TableCoverage
    from shirokuro.config import TrainConfig
    from shirokuro.training.warnings import WarningKind

REMEMBERED = 10_000
"""The newest windows, which are remembered."""


class Sums:
    """Games and values, added up. All are whole numbers: nothing is ever rounded."""

    def __init__(self, numbers: list[int] | None = None) -> None:
        self.numbers = numbers or [0] * 6
        """Games, disc differences, their squares; values, their sum, their squares, in 1/256 disc."""

    def add(self, game: tuple[int, int, int, int], sign: int = 1) -> None:
        """Adds a game: disc difference, values, their sum, their squares; or takes it away."""
        difference, count, total, squares = game
        numbers = self.numbers  # a loop took a microsecond more, twice for every game
        numbers[0] += sign
        numbers[1] += sign * difference
        numbers[2] += sign * difference * difference
        numbers[3] += sign * count
        numbers[4] += sign * total
        numbers[5] += sign * squares

    def window(self, end: int) -> Window:
        """What they say."""
        games, differences, difference_squares, values, value_sum, value_squares = self.numbers
        return Window(
            end=end,
            games=games,
            stone_difference_mean=differences / games if games else None,
            stone_difference_variance=variance(games, differences, difference_squares),
            value_variance=variance(values, value_sum, value_squares, unit=1 / UNITS_PER_DISC),
        )


class ConvergenceTracker:
    """Remembers what convergence is judged by. After N games it is the same however the games were split into calls."""

    def __init__(self, window_games: int) -> None:
        self._last: deque[tuple[int, int, int, int]] = deque()
        self._last_sums = Sums()
        self._size = window_games
        self._window = Sums()
        self._end = window_games
        self._windows: deque[Window] = deque(maxlen=REMEMBERED)
        self._best: tuple[float, int] | None = None
        self._out_of_range = [0, 0]
        self._warned: dict[str, int] = {}
        self._check_due = False

    def add(
        self, generation: GenerationReport, games_played: int, config: TrainConfig
    ) -> Iterator[tuple[WarningKind, str]]:
        """Counts the games of one call of the core, after which so many were played; gives the warnings of them."""
        self._resize(config.window_games, games_played - len(generation.games) - len(generation.failures))
        for game, (count, total, squares, positions, _, out_of_range) in zip(
            generation.games, generation.game_sums, strict=True
        ):
            while game.index >= self._end:
                yield from self._close(config)
            numbers = (game.stone_difference, count, total, squares)
            self._last.append(numbers)
            self._last_sums.add(numbers)
            self._window.add(numbers)
            if len(self._last) > self._size:
                self._last_sums.add(self._last.popleft(), -1)
            self._out_of_range[0] += out_of_range
            self._out_of_range[1] += positions
        while games_played >= self._end:
            yield from self._close(config)
        if generation.generation_complete:
            yield from self._judge_range(games_played, config)

    def _resize(self, size: int, games_played: int) -> None:
        """Another length of windows, from the present one on."""
        if size == self._size:
            return
        self._size = size
        while len(self._last) > size:
            self._last_sums.add(self._last.popleft(), -1)
        self._window = Sums()
        self._end = (games_played // size + 1) * size

    def _close(self, config: TrainConfig) -> Iterator[tuple[WarningKind, str]]:
        """Ends a window."""
        window = self._window.window(self._end)
        self._window, self._end, self._check_due = Sums(), self._end + self._size, True
        if window.stone_difference_variance is None:
            return
        self._windows.append(window)
        if self._best is None or window.stone_difference_variance < self._best[0]:
            self._best = (window.stone_difference_variance, window.end)
            return
        best, since = self._best
        if window.end - since >= config.stagnation_games and self._is_new("stagnation", window.end, config):
            yield (
                "stagnation",
                (
                    f"the variance of the disc difference has not decreased for {window.end - since:,} games: "
                    f"{window.stone_difference_variance:.2f} over the last {window.games:,} games, "
                    f"the least was {best:.2f} after {since:,} games"
                ),
            )

    def _judge_range(self, games_played: int, config: TrainConfig) -> Iterator[tuple[WarningKind, str]]:
        """Looks at the evaluations of a generation that is complete."""
        (beyond, positions), self._out_of_range = self._out_of_range, [0, 0]
        if beyond > config.max_out_of_range * positions and self._is_new("divergence", games_played, config):
            yield (
                "divergence",
                (
                    f"{beyond} of {positions} positions are evaluated beyond 64 discs: "
                    f"{beyond / max(positions, 1):.1%}, more than {config.max_out_of_range:.1%}"
                ),
            )

    def _is_new(self, kind: str, games_played: int, config: TrainConfig) -> bool:
        """The warning was not given for some time; now it is."""
        last = self._warned.get(kind)
        if last is not None and games_played - last < config.warn_again_games:
            return False
        self._warned[kind] = games_played
        return True

    @property
    def check_due(self) -> bool:
        """A window has ended since the last `check`."""
        return self._check_due

    def check(self, tables: TableCoverage, games_played: int, config: TrainConfig) -> Iterator[tuple[WarningKind, str]]:
        """Gives the warnings that the weights' coverage leads to."""
        self._check_due = False
        report = self.report(tables, games_played)
        if (
            games_played >= config.coverage_games
            and report.coverage < config.min_coverage
            and self._is_new("coverage", games_played, config)
        ):
            yield (
                "coverage",
                (
                    f"{report.updated_entries:,} of {report.reachable_entries:,} entries that can occur are learned "
                    f"({report.coverage:.1%}, {config.min_coverage:.0%} after {config.coverage_games:,} games wanted); "
                    f"least of {_places(report.coverage_by_table, config.min_coverage)}"
                ),
            )
        ratios = report.mean_updates_by_table / report.expected_updates_by_table
        few = report.mean_updates < config.min_updates * report.expected_updates
        if (few or (ratios < config.min_updates).any()) and self._is_new("undertrained", games_played, config):
            below = _places(ratios, config.min_updates)
            yield (
                "undertrained",
                (
                    f"{report.mean_updates:.4g} updates an entry, expected {report.expected_updates:.4g} after "
                    f"{games_played:,} games"
                    + (f"; below {config.min_updates:.0%} of theirs: {below}" if below else "")
                ),
            )

    def report(self, tables: TableCoverage, games_played: int) -> ConvergenceReport:
        """What is known."""
        return ConvergenceReport(
            games_played=games_played,
            last_games=self._last_sums.window(games_played),
            windows=tuple(self._windows),
            **tables,
        )

    def to_json(self) -> dict[str, Any]:
        """All of it as plain values."""
        games = np.array(self._last, dtype="<i8").tobytes()
        return {
            "size": self._size,
            "last": base64.b64encode(zlib.compress(games, 1)).decode(),
            "window": self._window.numbers,
            "end": self._end,
            "windows": [[getattr(window, name) for name in Window.__slots__] for window in self._windows],
            "best": self._best,
            "out_of_range": self._out_of_range,
            "warned": self._warned,
            "check_due": self._check_due,
        }

    @classmethod
    def from_json(cls, known: Mapping[str, Any]) -> Self:
        """Reads what `to_json` gives.

        Raises:
            ValueError: it is something else; so do KeyError, TypeError and zlib.error.
        """
        monitor = cls(known["size"])
        games = np.frombuffer(zlib.decompress(base64.b64decode(known["last"])), dtype="<i8").reshape(-1, 4)
        for difference, count, total, squares in games.tolist():
            monitor._last.append((difference, count, total, squares))
            monitor._last_sums.add(monitor._last[-1])
        monitor._window, monitor._end = Sums(list(known["window"])), known["end"]
        windows = (dict(zip(Window.__slots__, window, strict=True)) for window in known["windows"])
        monitor._windows.extend(Window(**window) for window in windows)
        monitor._best = tuple(known["best"]) if known["best"] else None
        monitor._out_of_range = list(known["out_of_range"])
        monitor._warned, monitor._check_due = dict(known["warned"]), known["check_due"]
        return monitor


def _places(values: NDArray[np.float64], limit: float, most: int = 6) -> str:
    """Names the tables whose value is below a limit, the lowest patterns first: "P03 stages 9–14 (21 %), …"."""
    found: list[tuple[float, str]] = []
    for pattern, name in enumerate(PATTERNS):
        stages = np.flatnonzero(values[:, pattern] < limit)
        for run in np.split(stages, np.flatnonzero(np.diff(stages) > 1) + 1):
            if run.size:
                lowest = float(values[run, pattern].min())
                span = f"stage {run[0]}" if run.size == 1 else f"stages {run[0]}–{run[-1]}"
                found.append((lowest, f"{name} {span} ({lowest:.0%})"))
    found.sort()
    more = f" and {len(found) - most} more" if len(found) > most else ""
    return ", ".join(text for _, text in found[:most]) + more
