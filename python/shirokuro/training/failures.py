"""Failed games, counted over the latest games. A training with too many of them pauses."""

from __future__ import annotations

import dataclasses
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from shirokuro.display.format import counted
from shirokuro.runs.texts import build

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from shirokuro._core import GenerationReport

EXAMPLES = 3
"""Number of failed games of each kind that a report shows."""

_NAN_MESSAGE = "a position's target is NaN or infinite"


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedGame:
    """A game that failed. It counts as played, and no invalid value is learned from it."""

    index: int
    """The game's number in its training, from 0."""

    kind: str
    """`"panic"`, `"hang"`, `"search_error"`, or `"nan"` for a game with NaN or infinite values."""

    message: str
    """Description of the failure."""

    seed: int
    """The training's seed. Together with `index`, it determines the game's random numbers."""

    transcript: str
    """Moves up to the failure."""

    @classmethod
    def of_generation(cls, generation: GenerationReport, seed: int) -> list[Self]:
        """Returns the failed games of one call of the core, ordered by index."""
        if not generation.failures and not generation.nan_games:
            return []
        names = [field.name for field in dataclasses.fields(cls)]
        failed = [cls(**{name: getattr(failure, name) for name in names}) for failure in generation.failures]
        nan_games = set(generation.nan_games)
        failed += [
            cls(index=game.index, kind="nan", message=_NAN_MESSAGE, seed=seed, transcript=game.transcript)
            for game in generation.games
            if game.index in nan_games
        ]
        return sorted(failed, key=lambda failure: failure.index)

    def __str__(self) -> str:
        moves = self.transcript or "none"
        return f"game {self.index} failed ({self.kind}: {self.message}); seed {self.seed}, moves {moves}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureReport:
    """Failed games among the latest games of a training."""

    window_games: int
    """Number of games considered: the latest ones, at most the size of the window."""

    failures: tuple[FailedGame, ...]
    """The failed games, ordered by index."""

    @property
    def rate(self) -> float | None:
        """Share of the games that failed; `None` before the first game."""
        return len(self.failures) / self.window_games if self.window_games else None

    @property
    def kinds(self) -> Mapping[str, int]:
        """Number of failed games by kind, most frequent first."""
        return dict(Counter(failure.kind for failure in self.failures).most_common())

    @property
    def examples(self) -> tuple[FailedGame, ...]:
        """The latest failures of each kind."""
        return tuple(
            failure
            for kind in self.kinds
            for failure in [each for each in self.failures if each.kind == kind][-EXAMPLES:]
        )

    def __str__(self) -> str:
        kinds = ", ".join(f"{kind} {count}" for kind, count in self.kinds.items()) or "none"
        head = f"{len(self.failures)} of the last {counted(self.window_games, 'game')} failed: {kinds}"
        return "\n".join([head, *(f"  {failure}" for failure in self.examples)])


class FailureWindow:
    """Sliding window over the failed games of a training."""

    def __init__(self, failures: Iterable[FailedGame] = ()) -> None:
        self._failures = list(failures)

    def add(self, failures: Iterable[FailedGame]) -> None:
        """Adds failed games."""
        self._failures += failures

    def report(self, games_played: int, window: int) -> FailureReport:
        """Returns the failures among the last `window` games and drops older ones."""
        self._failures = [failure for failure in self._failures if failure.index >= games_played - window]
        return FailureReport(window_games=min(games_played, window), failures=tuple(self._failures))

    def clear(self) -> None:
        """Drops all failures, so that the count starts from zero."""
        self._failures = []

    def to_json(self) -> list[dict[str, Any]]:
        """Returns the failures as plain values."""
        return [dataclasses.asdict(failure) for failure in self._failures]

    @classmethod
    def from_json(cls, failures: Iterable[Mapping[str, Any]]) -> Self:
        """Restores a window from the result of `to_json`.

        Raises:
            TypeError: `failures` has the wrong structure.
        """
        return cls(build(FailedGame, failure) for failure in failures)
