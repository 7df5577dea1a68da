"""Reports: the measurements of training over a number of games."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from operator import add, attrgetter
from typing import TYPE_CHECKING, Any, Self

from shirokuro._core import UNITS_PER_DISC
from shirokuro.display import notebook
from shirokuro.runs.measures import MEASURES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from shirokuro._core import GenerationReport

    GameSums = tuple[int, int, int, int, float, int]
    """A row of `GenerationReport.game_sums`."""


def _short(value: float) -> str:
    """Formats integers in full, and other numbers to four significant digits."""
    return str(value) if isinstance(value, int) else f"{value:.4g}"


def _ratio(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def variance(count: int, total: int, squares: int, *, unit: float = 1.0) -> float | None:
    """Returns the variance of integers, each a multiple of `unit`, from their count, sum and sum of squares.

    Nothing is rounded before the division. The result is `None` if there are no integers.
    """
    return (count * squares - total * total) / (count * count) * unit * unit if count else None


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchReport:
    """The measurements of training over a number of games.

    Sums are stored, so reports can be added. Unknown values are `None`: the difference of two reports has no minimum
    and maximum values. Notebooks show a report as a table of its measures.
    """

    games: int = 0
    """Games played to their end."""
    failures: int = 0
    """Games that failed; nothing was learned from them."""
    black_wins: int = 0
    """Games that Black won."""
    white_wins: int = 0
    """Games that White won."""
    stone_difference_sum: int = 0
    """Sum of the final disc differences, Black's view."""
    moves: int = 0
    """Moves played, without passes."""
    positions: int = 0
    """Positions learned from."""
    squared_error_sum: float = 0.0
    """Sum of (target − evaluation before learning)² over the positions, in discs²."""
    searches: int = 0
    """Number of searches."""
    depth_sum: int = 0
    """Sum of the depths that searches reached, in plies."""
    depth_min: int | None = None
    """Depth of the shallowest search, in plies."""
    depth_max: int | None = None
    """Depth of the deepest search, in plies."""
    value_count: int = 0
    """Number of search values."""
    value_sum: int = 0
    """Sum of the search values, for the side to move, in 1/256 disc."""
    value_sum_of_squares: int = 0
    """Sum of the squares of the search values, in (1/256 disc)²."""
    value_min: float | None = None
    """Minimum search value, for the side to move, in discs."""
    value_max: float | None = None
    """Maximum search value, for the side to move, in discs."""
    out_of_range: int = 0
    """Positions whose evaluation before learning was beyond ±64 discs, where it is clipped."""
    nodes: int = 0
    """Positions visited by the searches."""
    table_probes: int = 0
    """Probes of the transposition tables."""
    table_hits: int = 0
    """Probes that found their position."""
    play_seconds: float = 0.0
    """Wall-clock time of playing."""
    learn_seconds: float = 0.0
    """Wall-clock time of learning."""
    playing_seconds: float = 0.0
    """Time spent playing games, summed over the workers, like the next six."""
    timed_seconds: float = 0.0
    """Part of `playing_seconds`: the games in which every search was timed."""
    timed_search_seconds: float = 0.0
    """Part of `timed_seconds` spent in searches."""
    timed_solving_seconds: float = 0.0
    """Part of `timed_seconds` spent in the exact solver."""
    preparing_seconds: float = 0.0
    """Time spent preparing the errors of positions, by table."""
    learning_seconds: float = 0.0
    """Time spent updating weights."""
    waiting_seconds: float = 0.0
    """Time without anything to do."""

    @classmethod
    def of_generation(cls, generation: GenerationReport, game_sums: Sequence[GameSums]) -> Self:
        """Returns the measurements of one call of the core, with the report's `game_sums`."""
        games = generation.games
        differences = [game.stone_difference for game in games]
        return cls(
            games=len(games),
            failures=len(generation.failures),
            black_wins=sum([difference > 0 for difference in differences]),
            white_wins=sum([difference < 0 for difference in differences]),
            stone_difference_sum=sum(differences),
            moves=sum([game.move_count for game in games]),
            positions=generation.positions,
            squared_error_sum=sum([squared_error for _, _, _, _, squared_error, _ in game_sums]),
            searches=generation.searches,
            depth_sum=generation.depth_sum,
            depth_min=generation.depth_min,
            depth_max=generation.depth_max if generation.searches else None,
            value_count=generation.value_count,
            value_sum=generation.value_sum,
            value_sum_of_squares=generation.value_sum_of_squares,
            value_min=generation.value_min,
            value_max=generation.value_max,
            out_of_range=sum([out_of_range for _, _, _, _, _, out_of_range in game_sums]),
            nodes=generation.nodes,
            table_probes=generation.probes,
            table_hits=generation.hits,
            play_seconds=generation.play_seconds,
            learn_seconds=generation.learn_seconds,
            **{f"{name}_seconds": seconds for name, seconds in (generation.phases or {}).items()},
        )

    def after(self, new: BatchReport, squared_errors: Sequence[float]) -> BatchReport:
        """Returns these measurements plus those of one more call of the core.

        `squared_errors` has the sum of squared errors of each game of that call. They are added game by game, because
        a sum of floating-point numbers depends on their grouping. However the games are split into calls, the result
        is the same to the last bit, except for the times.
        """
        squared_error_sum = self.squared_error_sum
        for squared_error in squared_errors:
            squared_error_sum += squared_error
        return BatchReport(**{**self._plus(new), "squared_error_sum": squared_error_sum})

    def __add__(self, other: BatchReport) -> BatchReport:
        return BatchReport(**self._plus(other))

    def _plus(self, other: BatchReport) -> dict[str, Any]:
        """Returns the stored values of a sum."""
        values: dict[str, Any] = dict(zip(_SUMS, map(add, _sums(self), _sums(other)), strict=True))
        for name, choose in _EXTREMES.items():
            values[name] = _extreme(choose, getattr(self, name), getattr(other, name))
        return values

    def __sub__(self, other: BatchReport) -> BatchReport:
        """Returns the measurements without the other report's games. Minimum and maximum values are then unknown."""
        sums = {name: getattr(self, name) - getattr(other, name) for name in _SUMS}
        extremes = {name: getattr(self, name) for name in _EXTREMES} if other == BatchReport() else {}
        return BatchReport(**sums, **extremes)

    def __repr__(self) -> str:
        values = (f"{name}={_short(value)}" for name, value in self.measures().items())
        return f"BatchReport({', '.join(values)})"

    @property
    def draws(self) -> int:
        """Games that were drawn."""
        return self.games - self.black_wins - self.white_wins

    @property
    def black_win_rate(self) -> float | None:
        """Share of the games that Black won."""
        return _ratio(self.black_wins, self.games)

    @property
    def white_win_rate(self) -> float | None:
        """Share of the games that White won."""
        return _ratio(self.white_wins, self.games)

    @property
    def draw_rate(self) -> float | None:
        """Share of the games that were drawn."""
        return _ratio(self.draws, self.games)

    @property
    def mean_stone_difference(self) -> float | None:
        """Mean final disc difference, Black's view, with empty squares counted for the winner."""
        return _ratio(self.stone_difference_sum, self.games)

    @property
    def mean_moves(self) -> float | None:
        """Mean number of moves per game."""
        return _ratio(self.moves, self.games)

    @property
    def td_error(self) -> float | None:
        """Root mean square of target − evaluation before learning, in discs."""
        return math.sqrt(self.squared_error_sum / self.positions) if self.positions else None

    @property
    def mean_depth(self) -> float | None:
        """Mean depth that searches reached, in plies."""
        return _ratio(self.depth_sum, self.searches)

    @property
    def mean_value(self) -> float | None:
        """Mean search value, for the side to move, in discs."""
        return _ratio(self.value_sum, UNITS_PER_DISC * self.value_count)

    @property
    def value_variance(self) -> float | None:
        """Variance of the search values, in discs²."""
        return variance(self.value_count, self.value_sum, self.value_sum_of_squares, unit=1 / UNITS_PER_DISC)

    @property
    def value_sd(self) -> float | None:
        """Standard deviation of the search values, in discs."""
        return None if self.value_variance is None else math.sqrt(self.value_variance)

    @property
    def table_hit_rate(self) -> float | None:
        """Share of the table probes that found their position."""
        return _ratio(self.table_hits, self.table_probes)

    @property
    def seconds(self) -> float:
        """Wall-clock time of playing and learning."""
        return self.play_seconds + self.learn_seconds

    @property
    def games_per_second(self) -> float | None:
        """Throughput in games per second, including learning."""
        return _ratio(self.games, self.seconds)

    @property
    def phases(self) -> dict[str, float]:
        """Seconds by phase, as a mean over the workers, which add up to `seconds`; empty if nothing was measured.

        Playing is split into `search`, `solving` and `bookkeeping` (moves, random numbers, records), in the proportions
        of the games in which every search was timed. Without such games, it is one number, `playing`. Learning is split
        into `preparing` and `learning`. `waiting` is the idle time of workers.
        """
        whole = self.playing_seconds + self.preparing_seconds + self.learning_seconds + self.waiting_seconds
        if whole <= 0 or self.seconds <= 0:
            return {}
        playing = {"playing": self.playing_seconds}
        if self.timed_seconds > 0:
            scale = self.playing_seconds / self.timed_seconds
            search, solving = self.timed_search_seconds, self.timed_solving_seconds
            rest = self.timed_seconds - search - solving
            playing = {"search": search * scale, "solving": solving * scale, "bookkeeping": rest * scale}
        learning = {"preparing": self.preparing_seconds, "learning": self.learning_seconds}
        phases = {**playing, **learning, "waiting": self.waiting_seconds}
        return {name: seconds * self.seconds / whole for name, seconds in phases.items()}

    def sums(self) -> dict[str, int | float | None]:
        """Returns the stored values; `BatchReport(**…)` restores the report."""
        return dataclasses.asdict(self)

    def measures(self) -> dict[str, int | float]:
        """Returns the measures to display: counts, rates and means. Unknown ones are absent."""
        values = {key: getattr(self, key, None) for key in MEASURES}
        return {name: value for name, value in values.items() if value is not None}

    def _repr_html_(self) -> str:
        """Returns the measures as HTML, for notebooks."""
        return notebook.figures({name: notebook.number(value) for name, value in self.measures().items()})

    def line(self) -> dict[str, Any]:
        """Returns the content of a line of metrics: the measures, and the spread of values and depths."""
        spread = {
            "values": {
                "count": self.value_count,
                "mean": self.mean_value,
                "sd": self.value_sd,
                "min": self.value_min,
                "max": self.value_max,
            },
            "search_depth": {"mean": self.mean_depth, "min": self.depth_min, "max": self.depth_max},
        }
        present = {name: _present(values) for name, values in spread.items() if values["mean"] is not None}
        phases = {"phases": self.phases} if self.phases else {}
        return {**self.measures(), **present, **phases}


_EXTREMES: Mapping[str, Callable[[float, float], float]] = {
    "depth_min": min,
    "depth_max": max,
    "value_min": min,
    "value_max": max,
}
"""Fields that are not sums, each with the function that combines two values."""

_SUMS = tuple(field.name for field in dataclasses.fields(BatchReport) if field.name not in _EXTREMES)

_sums = attrgetter(*_SUMS)


def _extreme(choose: Callable[[float, float], float], first: float | None, second: float | None) -> float | None:
    if first is None or second is None:
        return second if first is None else first
    return choose(first, second)


def _present(values: Mapping[str, float | None]) -> dict[str, float]:
    return {name: value for name, value in values.items() if value is not None}
