"""What a training measured."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from shirokuro._core import GenerationReport


def _short(value: float) -> str:
    """Whole numbers as they are, others to four digits."""
    return str(value) if isinstance(value, int) else f"{value:.4g}"


def _ratio(part: float, whole: float) -> float | None:
    return part / whole if whole else None


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchReport:
    """What was measured over some games. Sums are stored, so that reports add up; what can't be known is `None`."""

    games: int = 0
    """Games played to their end."""
    failures: int = 0
    """Games that failed; nothing was learned from them."""
    black_wins: int = 0
    """Games that Black won."""
    white_wins: int = 0
    """Games that White won."""
    stone_difference_sum: int = 0
    """Final disc differences, Black's view, added up."""
    moves: int = 0
    """Moves played, passes not counted."""
    positions: int = 0
    """Positions learned from."""
    squared_error_sum: float = 0.0
    """(target − evaluation before learning)², in discs², added up over the positions."""
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
    """What the workers spent on playing games, added up over them, like the next six."""
    timed_seconds: float = 0.0
    """The part of it that those games took in which every search was timed."""
    timed_search_seconds: float = 0.0
    """The part of that which searches took."""
    timed_solving_seconds: float = 0.0
    """The part of that which the exact solver took."""
    preparing_seconds: float = 0.0
    """What the workers spent on errors of positions, by table."""
    learning_seconds: float = 0.0
    """What they spent on changing weights."""
    waiting_seconds: float = 0.0
    """How long they had nothing to do."""

    @classmethod
    def of_generation(cls, generation: GenerationReport) -> Self:
        """The sums of one call of the core."""
        games = generation.games
        return cls(
            games=len(games),
            failures=len(generation.failures),
            black_wins=sum(game.winner == "black" for game in games),
            white_wins=sum(game.winner == "white" for game in games),
            stone_difference_sum=sum(game.stone_difference for game in games),
            moves=sum(game.move_count for game in games),
            positions=generation.positions,
            squared_error_sum=generation.positions * (generation.td_error or 0.0) ** 2,
            nodes=generation.nodes,
            table_probes=generation.probes,
            table_hits=generation.hits,
            play_seconds=generation.play_seconds,
            learn_seconds=generation.learn_seconds,
            **{f"{name}_seconds": seconds for name, seconds in (generation.phases or {}).items()},
        )

    def __add__(self, other: BatchReport) -> BatchReport:
        names = (field.name for field in dataclasses.fields(BatchReport))
        return BatchReport(**{name: getattr(self, name) + getattr(other, name) for name in names})

    def __sub__(self, other: BatchReport) -> BatchReport:
        return self + BatchReport(**{name: -value for name, value in other.sums().items()})  # type: ignore[arg-type]

    def __repr__(self) -> str:
        values = (f"{name}={_short(value)}" for name, value in self.measures().items())
        return f"BatchReport({', '.join(values)})"

    @property
    def draws(self) -> int:
        """Games without a winner."""
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
        """Share of the games without a winner."""
        return _ratio(self.draws, self.games)

    @property
    def mean_stone_difference(self) -> float | None:
        """Mean final disc difference, Black's view, empties counted for the winner."""
        return _ratio(self.stone_difference_sum, self.games)

    @property
    def mean_moves(self) -> float | None:
        """Mean number of moves in a game."""
        return _ratio(self.moves, self.games)

    @property
    def td_error(self) -> float | None:
        """Root mean square of target − evaluation before learning, in discs."""
        return math.sqrt(self.squared_error_sum / self.positions) if self.positions else None

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
        """Throughput, learning included."""
        return _ratio(self.games, self.seconds)

    @property
    def phases(self) -> dict[str, float]:
        """Seconds by phase, a worker's mean, so that they add up to `seconds`; empty if nothing was measured.

        `search`, `solving` and `bookkeeping` (moves, random numbers, records) are playing, split as in the games in
        which every search was timed; one number, `playing`, if there was none. `preparing` and `learning` are learning,
        `waiting` is what workers without anything to do lost.
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

    def sums(self) -> dict[str, int | float]:
        """The stored sums; `BatchReport(**…)` reads them."""
        return dataclasses.asdict(self)

    def measures(self) -> dict[str, int | float]:
        """What people read: counts, rates and means. What can't be known is absent."""
        values = {name: getattr(self, name) for name in _MEASURES}
        return {name: value for name, value in values.items() if value is not None}


_MEASURES = (
    "games",
    "mean_stone_difference",
    "black_win_rate",
    "white_win_rate",
    "draw_rate",
    "td_error",
    "games_per_second",
    "failures",
    "black_wins",
    "white_wins",
    "draws",
    "mean_moves",
    "positions",
    "nodes",
    "table_hit_rate",
    "play_seconds",
    "learn_seconds",
    "seconds",
)
"""What people look for first comes first."""
