"""Convergence, tracked game by game, and the warnings that follow from it."""

from __future__ import annotations

import base64
import zlib
from bisect import bisect_left
from collections import deque
from dataclasses import asdict
from operator import attrgetter, mul
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from shirokuro._core import UNITS_PER_DISC, PatternSet
from shirokuro.config import TrainConfig
from shirokuro.display.format import counted
from shirokuro.runs.texts import build, typed
from shirokuro.training.convergence import ConvergenceReport, Window
from shirokuro.training.report import variance
from shirokuro.training.stagnation import EqualSettings, ErrorSums, stagnation

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from shirokuro._core import Game, GenerationReport, TableCoverage
    from shirokuro.training.report import GameSums
    from shirokuro.training.warnings import WarningKind

REMEMBERED = 10_000
"""Number of windows kept; older ones are dropped."""


class Sums:
    """Sums over games and search values. All are integers, so nothing is ever rounded."""

    def __init__(self, numbers: list[int] | None = None) -> None:
        self.numbers = numbers or [0] * 6
        """Games, disc differences and their squares; values, their sum and the sum of their squares, in 1/256 disc."""

    def add(self, games: Sequence[tuple[int, int, int, int]], sign: int = 1) -> None:
        """Adds games, or removes them if `sign` is -1: disc difference, number of values, their sum, sum of squares."""
        if not games:
            return
        differences, counts, totals, squares = zip(*games, strict=True)
        numbers = self.numbers
        numbers[0] += sign * len(games)
        numbers[1] += sign * sum(differences)
        numbers[2] += sign * sum(map(mul, differences, differences))
        numbers[3] += sign * sum(counts)
        numbers[4] += sign * sum(totals)
        numbers[5] += sign * sum(squares)

    def window(self, end: int, errors: ErrorSums | None = None) -> Window:
        """Returns the mean and variances of these games as a window that ended after `end` games."""
        games, differences, difference_squares, values, value_sum, value_squares = self.numbers
        return Window(
            end=end,
            games=games,
            stone_difference_mean=differences / games if games else None,
            stone_difference_variance=variance(games, differences, difference_squares),
            value_variance=variance(values, value_sum, value_squares, unit=1 / UNITS_PER_DISC),
            td_variance=errors.mean if errors else None,
            td_variance_error=errors.standard_error if errors else None,
        )


class ConvergenceTracker:
    """Convergence statistics so far. After N games they do not depend on how the games were split into calls."""

    def __init__(self, window_games: int) -> None:
        self._last: deque[tuple[int, int, int, int]] = deque()
        self._last_sums = Sums()
        self._size = window_games
        self._window = Sums()
        self._errors: ErrorSums | None = ErrorSums()
        self._equal = EqualSettings()
        self._end = window_games
        self._windows: deque[Window] = deque(maxlen=REMEMBERED)
        self._out_of_range = [0, 0]
        self._warned: dict[str, int] = {}
        self._check_due = False

    def add(
        self, generation: GenerationReport, game_sums: Sequence[GameSums], games_played: int, config: TrainConfig
    ) -> Iterator[tuple[WarningKind, str]]:
        """Counts the games of one call of the core, which ended after `games_played` games; yields their warnings.

        `game_sums` are those of `generation`, which computes them at each access.
        """
        before = games_played - len(generation.games) - len(generation.failures)
        self._resize(config.window_games, before)
        self._equal.update(config.at(before - before % config.generation_games), before)
        games, start = generation.games, 0
        while start < len(games):
            while games[start].index >= self._end:
                yield from self._close(config)
            # All games up to the end of the window are added together.
            stop = bisect_left(games, self._end, lo=start, key=attrgetter("index"))
            self._add(games[start:stop], game_sums[start:stop])
            start = stop
        while games_played >= self._end:
            yield from self._close(config)
        if generation.generation_complete:
            yield from self._judge_range(games_played, config)

    def compare_from(self, games_played: int) -> None:
        """Notes that the games change their nature: those from here on can't be compared with those before."""
        self._equal.since = max(self._equal.since, games_played)

    def _add(self, games: Sequence[Game], game_sums: Sequence[GameSums]) -> None:
        """Adds games that belong to the current window."""
        numbers = [
            (game.stone_difference, count, total, squares)
            for game, (count, total, squares, _, _, _) in zip(games, game_sums, strict=True)
        ]
        _, _, _, positions, squared_errors, out_of_range = zip(*game_sums, strict=True)
        self._last.extend(numbers)
        self._last_sums.add(numbers)
        self._drop_oldest()
        self._window.add(numbers)
        if self._errors:
            self._errors.add(positions, squared_errors)
        self._out_of_range[0] += sum(out_of_range)
        self._out_of_range[1] += sum(positions)

    def _drop_oldest(self) -> None:
        """Drops the games beyond the length of a window."""
        self._last_sums.add([self._last.popleft() for _ in range(len(self._last) - self._size)], -1)

    def _resize(self, size: int, games_played: int) -> None:
        """Changes the length of windows and starts the current window over."""
        if size == self._size:
            return
        self._size = size
        self._drop_oldest()
        self._window, self._errors = Sums(), ErrorSums()
        self._end = (games_played // size + 1) * size

    def _close(self, config: TrainConfig) -> Iterator[tuple[WarningKind, str]]:
        """Ends the current window; yields a warning if learning has stagnated."""
        window = self._window.window(self._end, self._errors)
        self._window, self._errors, self._end, self._check_due = Sums(), ErrorSums(), self._end + self._size, True
        if not window.games:
            return
        self._windows.append(window)
        since = max(config.settle_games, self._equal.since)
        found = stagnation(self._windows, since, config.stagnation_games, config.min_decrease)
        if found and self._is_new("stagnation", window.end, config):
            yield "stagnation", found

    def _judge_range(self, games_played: int, config: TrainConfig) -> Iterator[tuple[WarningKind, str]]:
        """Yields a warning if too many evaluations of a completed generation are out of range."""
        (beyond, positions), self._out_of_range = self._out_of_range, [0, 0]
        if (
            games_played > config.settle_games
            and beyond > config.max_out_of_range * positions
            and self._is_new("divergence", games_played, config)
        ):
            yield (
                "divergence",
                (
                    f"{beyond} of {positions} positions are evaluated beyond 64 discs: "
                    f"{beyond / max(positions, 1):.1%}, more than {config.max_out_of_range:.1%}"
                ),
            )

    def _is_new(self, kind: str, games_played: int, config: TrainConfig) -> bool:
        """Checks whether a warning of this kind is due again; if so, records that it is issued now."""
        last = self._warned.get(kind)
        if last is not None and games_played - last < config.warn_again_games:
            return False
        self._warned[kind] = games_played
        return True

    @property
    def check_due(self) -> bool:
        """Whether a window has ended since the last `check`."""
        return self._check_due

    def check(
        self, tables: TableCoverage, games_played: int, config: TrainConfig, patterns: PatternSet | None = None
    ) -> Iterator[tuple[WarningKind, str]]:
        """Yields warnings about low coverage and undertrained tables of these patterns, or of the default ones."""
        self._check_due = False
        report = self.report(tables, games_played, patterns)
        typical, by_table = report.typical_coverage, report.typical_coverage_by_table
        names = list(report.patterns.entries)
        if (
            typical is not None
            and by_table is not None
            and games_played >= config.coverage_games
            and typical < config.min_coverage
            and self._is_new("coverage", games_played, config)
        ):
            yield (
                "coverage",
                (
                    f"{typical:.1%} of the entries that a typical run reaches have been learned, "
                    f"expected {config.min_coverage:.0%} after {counted(config.coverage_games, 'game')}; "
                    f"lowest: {_tables_below(names, by_table, config.min_coverage)}"
                ),
            )
        ratios = report.mean_updates_by_table / report.expected_updates_by_table
        few = report.mean_updates < config.min_updates * report.expected_updates
        if (few or (ratios < config.min_updates).any()) and self._is_new("undertrained", games_played, config):
            below = _tables_below(names, ratios, config.min_updates)
            yield (
                "undertrained",
                (
                    f"{report.mean_updates:.4g} updates per entry, expected {report.expected_updates:.4g} after "
                    f"{counted(games_played, 'game')}"
                    + (f"; below {config.min_updates:.0%} of the expected number: {below}" if below else "")
                ),
            )

    def report(self, tables: TableCoverage, games_played: int, patterns: PatternSet | None = None) -> ConvergenceReport:
        """Returns the current state as a report on tables of these patterns, or of the default ones."""
        return ConvergenceReport(
            games_played=games_played,
            last_games=self._last_sums.window(games_played),
            windows=tuple(self._windows),
            patterns=patterns or PatternSet.default(),
            **tables,
        )

    def to_json(self) -> dict[str, Any]:
        """Returns the whole state as plain values."""
        games = np.array(self._last, dtype="<i8").tobytes()
        return {
            "size": self._size,
            "last": base64.b64encode(zlib.compress(games, 1)).decode(),
            "window": self._window.numbers,
            "errors": self._errors and self._errors.numbers,
            "equal": [self._equal.since, self._equal.settings],
            "end": self._end,
            "windows": [[getattr(window, name) for name in Window.__slots__] for window in self._windows],
            "out_of_range": self._out_of_range,
            "warned": self._warned,
            "check_due": self._check_due,
        }

    @classmethod
    def from_json(cls, state: Mapping[str, Any]) -> Self:
        """Restores a tracker from the result of `to_json`, possibly that of an older version.

        Raises:
            ValueError: `state` has the wrong structure; KeyError, TypeError and zlib.error are also possible.
        """
        size = TrainConfig.SETTINGS["window_games"].convert("size", state["size"])
        tracker = cls(typed(size, int))
        games = np.frombuffer(_decompressed(state["last"], 32 * tracker._size), dtype="<i8").reshape(-1, 4)
        tracker._last.extend(map(tuple, games.tolist()))
        tracker._last_sums.add(tracker._last)
        tracker._window, tracker._end = Sums(_whole_numbers(state["window"], 6)), typed(state["end"], int)
        if "equal" in state:
            tracker._errors = ErrorSums(_numbers(state["errors"], 5)) if state["errors"] else None
            since, settings = state["equal"]
            if settings is not None:  # what an older file lacks had its default
                known = {key: typed(each, float | None) for key, each in settings.items()}
                settings = {**asdict(TrainConfig().at(0)), **known}
            tracker._equal = EqualSettings(typed(since, int), settings)
        else:  # older files have no sums for the current window
            tracker._errors = None
        windows = (dict(zip(Window.__slots__, window, strict=False)) for window in state["windows"])
        tracker._windows.extend(build(Window, window) for window in windows)
        tracker._out_of_range = _whole_numbers(state["out_of_range"], 2)
        tracker._warned = {kind: typed(games, int) for kind, games in dict(state["warned"]).items()}
        tracker._check_due = typed(state["check_due"], bool)
        return tracker


def _decompressed(text: str, limit: int) -> bytes:
    """Returns the content of a compressed text.

    Raises:
        ValueError: the content is damaged, incomplete, or longer than `limit` bytes.
    """
    decompressor = zlib.decompressobj()
    content = decompressor.decompress(base64.b64decode(text, validate=True), limit + 1)
    if len(content) > limit or not decompressor.eof or decompressor.unused_data:
        raise ValueError(f"last: not a compressed text of at most {limit:,} bytes")
    return content


def _numbers(values: object, count: int) -> list[float]:
    if not isinstance(values, list) or len(values) != count:
        raise ValueError(f"{values!r:.40}: must be {count} numbers")
    return [typed(value, float) for value in values]


def _whole_numbers(values: object, count: int) -> list[int]:
    if not isinstance(values, list) or len(values) != count:
        raise ValueError(f"{values!r:.40}: must be {count} whole numbers")
    return [typed(value, int) for value in values]


def _tables_below(names: Sequence[str], values: NDArray[np.float64], limit: float, at_most: int = 6) -> str:
    """Names the tables whose value is below a limit, lowest first: "P03 stages 9–14 (21%), …"."""
    found: list[tuple[float, str]] = []
    for pattern, name in enumerate(names):
        stages = np.flatnonzero(values[:, pattern] < limit)
        for run in np.split(stages, np.flatnonzero(np.diff(stages) > 1) + 1):
            if run.size:
                lowest = float(values[run, pattern].min())
                span = f"stage {run[0]}" if run.size == 1 else f"stages {run[0]}–{run[-1]}"
                found.append((lowest, f"{name} {span} ({lowest:.0%})"))
    found.sort()
    more = f" and {len(found) - at_most} more" if len(found) > at_most else ""
    return ", ".join(text for _, text in found[:at_most]) + more
