"""Named levels of strength, from one that knows little more than the rules to all that the model can do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shirokuro.engine.limits import SearchLimits

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from shirokuro._core import Position, SearchResult
    from shirokuro.engine.engine import Engine, MoveScore


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A level of strength: how far the model looks ahead, and how much it misjudges moves on purpose."""

    name: str
    """The name, in one word."""
    about: str
    """A short description."""
    limits: SearchLimits
    """The limits of the search for a move."""
    error: float = 0.0
    """The standard deviation of the error, in discs, that is added to the score of each move before the best is played.

    Large differences survive it, so that even the weakest level often takes a corner.
    """

    def choose(
        self,
        engine: Engine,
        position: Position,
        random: Random,
        *,
        progress: Callable[[SearchResult], object] | None = None,
    ) -> Choice:
        """Chooses a move in a position that has one.

        Args:
            engine: the engine that searches.
            position: the position.
            random: the source of the errors.
            progress: called with the results of shallower searches, as by `Engine.search`; not by levels with errors.
        """
        if not self.error:
            return Choice.of(engine.search(position, self.limits, progress=progress))
        scores = engine.score_moves(position, self.limits)
        return Choice.of(max(scores, key=lambda scored: scored.score + random.gauss(0.0, self.error)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A move to play, and what the search found it worth."""

    move: str
    """The square."""
    score: float
    """The score in discs, for the side that plays the move."""
    depth: int
    """The search depth in plies."""
    exact: bool
    """Whether the score is the game's true result under best play."""

    @classmethod
    def of(cls, found: SearchResult | MoveScore) -> Choice:
        """Makes a choice of a result of the engine."""
        move = getattr(found, "move", None) or getattr(found, "best_move", None)
        if move is None:
            raise ValueError("no legal move to choose from")
        return cls(move=move, score=found.score, depth=found.depth, exact=found.exact)


_ALL = (
    Level(
        name="novice",
        about="knows the rules, and often takes a corner",
        limits=SearchLimits(depth=1),
        error=40,
    ),
    Level(name="beginner", about="sees the next move, and misjudges it", limits=SearchLimits(depth=1), error=20),
    Level(name="casual", about="makes fewer mistakes", limits=SearchLimits(depth=1), error=9),
    Level(
        name="club",
        about="looks two plies ahead, with small mistakes",
        limits=SearchLimits(depth=2, exact_empties=4),
        error=5,
    ),
    Level(
        name="strong",
        about="looks four plies ahead, with few mistakes",
        limits=SearchLimits(depth=4, exact_empties=8),
        error=2.5,
    ),
    Level(
        name="expert",
        about="looks ten plies ahead, and solves the last 16 squares",
        limits=SearchLimits(depth=10, exact_empties=16, time_ms=10_000),
    ),
    Level(
        name="full",
        about="thinks for three seconds, and solves the last 20 squares",
        limits=SearchLimits(time_ms=3_000, exact_empties=20),
    ),
)

LEVELS = {level.name: level for level in _ALL}
"""The levels by name, the weakest first."""

FIRST = LEVELS["beginner"]
"""The level of a first game, which a beginner can beat sometimes."""


def level_of(name: str) -> Level:
    """Returns a level by name.

    Raises:
        ValueError: there is no such level.
    """
    if name not in LEVELS:
        raise ValueError(f"level = {name!r}: must be one of {', '.join(LEVELS)}")
    return LEVELS[name]
