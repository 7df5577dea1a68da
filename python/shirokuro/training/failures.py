"""Games that failed: counted over the last games, so that a training with too many of them pauses."""

from __future__ import annotations

import dataclasses
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from shirokuro._core import GenerationReport

EXAMPLES = 3
"""Failed games of each kind that a report shows."""

_NOT_A_NUMBER = "a position's target is not a finite number"


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedGame:
    """A game that went wrong. It counts as played, and nothing bad is learned from it."""

    index: int
    """The game's number in its training, from 0."""

    kind: str
    """`"panic"`, `"hang"`, `"search_error"`, or `"nan"` for a game with values that are no numbers."""

    message: str
    """What went wrong."""

    seed: int
    """The training's seed: with the number it gives the game's random numbers."""

    transcript: str
    """The moves up to the failure."""

    @classmethod
    def of_generation(cls, generation: GenerationReport, seed: int) -> list[Self]:
        """The games of one call of the core that went wrong."""
        names = [field.name for field in dataclasses.fields(cls)]
        failed = [cls(**{name: getattr(failure, name) for name in names}) for failure in generation.failures]
        not_numbers = set(generation.nan_games)
        failed += [
            cls(index=game.index, kind="nan", message=_NOT_A_NUMBER, seed=seed, transcript=game.transcript)
            for game in generation.games
            if game.index in not_numbers
        ]
        return sorted(failed, key=lambda failure: failure.index)

    def __str__(self) -> str:
        moves = self.transcript or "none"
        return f"game {self.index} failed ({self.kind}: {self.message}); seed {self.seed}, moves {moves}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureReport:
    """The failed games among the last games of a training."""

    window_games: int
    """The games that were looked at: the last ones, this many at most."""

    failures: tuple[FailedGame, ...]
    """Those that failed, by number."""

    @property
    def rate(self) -> float | None:
        """Share of the games that failed; `None` when none was played."""
        return len(self.failures) / self.window_games if self.window_games else None

    @property
    def kinds(self) -> Mapping[str, int]:
        """Failed games by kind, the most frequent first."""
        return dict(Counter(failure.kind for failure in self.failures).most_common())

    @property
    def examples(self) -> tuple[FailedGame, ...]:
        """The newest failures of each kind."""
        return tuple(
            failure
            for kind in self.kinds
            for failure in [each for each in self.failures if each.kind == kind][-EXAMPLES:]
        )

    def __str__(self) -> str:
        kinds = ", ".join(f"{kind} {count}" for kind, count in self.kinds.items()) or "none"
        head = f"{len(self.failures)} of the last {self.window_games:,} games failed: {kinds}"
        return "\n".join([head, *(f"  {failure}" for failure in self.examples)])


class FailureWindow:
    """The failed games among a training's last games."""

    def __init__(self, failures: Iterable[FailedGame] = ()) -> None:
        self._failures = list(failures)

    def add(self, failures: Iterable[FailedGame]) -> None:
        """Counts failed games."""
        self._failures += failures

    def report(self, games_played: int, window: int) -> FailureReport:
        """The failures among the last `window` games; older ones are forgotten."""
        self._failures = [failure for failure in self._failures if failure.index >= games_played - window]
        return FailureReport(window_games=min(games_played, window), failures=tuple(self._failures))

    def clear(self) -> None:
        """Counts from zero."""
        self._failures = []

    def to_json(self) -> list[dict[str, Any]]:
        """The window as plain values."""
        return [dataclasses.asdict(failure) for failure in self._failures]

    @classmethod
    def from_json(cls, failures: Iterable[Mapping[str, Any]]) -> Self:
        """Reads what `to_json` gives.

        Raises:
            TypeError: it is something else.
        """
        return cls(FailedGame(**failure) for failure in failures)
