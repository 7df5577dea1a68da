"""An engine that plays and evaluates moves with a model."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias, overload

from shirokuro._core import Position, Searcher
from shirokuro.display import notebook
from shirokuro.engine.limits import SearchLimits

if TYPE_CHECKING:
    from collections.abc import Callable

    from shirokuro._core import Evaluator, SearchResult

Confidence: TypeAlias = Literal[73, 87, 95, 98, 99, 100]
"""Confidence levels at which a search cuts off lines, in percent. At 100, only proven cuts are made."""

CONFIDENCE: Confidence = 73
"""The confidence with which a model is strongest for its time; players use it unless told otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveScore:
    """The result of searching one legal move."""

    move: str
    """The square."""
    score: float
    """The score in discs, for the side that plays the move."""
    depth: int
    """Search depth in plies, including the move itself."""
    exact: bool
    """Whether the score is the game's true result under best play after the move."""
    line: tuple[str, ...]
    """The moves that the search expects, starting with this one. Passes are left out."""
    nodes: int
    """Positions visited."""


@dataclass(frozen=True, slots=True)
class MoveScores(Sequence[MoveScore]):
    """The scores of all legal moves, best first. Notebooks show them on the board and in a table."""

    position: Position
    """The position before the moves."""
    scores: tuple[MoveScore, ...]
    """The scores, best first."""

    def __len__(self) -> int:
        return len(self.scores)

    @overload
    def __getitem__(self, index: int) -> MoveScore: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[MoveScore, ...]: ...
    def __getitem__(self, index: int | slice) -> MoveScore | tuple[MoveScore, ...]:
        return self.scores[index]

    def _repr_html_(self) -> str:
        """Shows the scores on the board and in a table, in notebooks."""
        labels = {each.move: f"{each.score:+.0f}" for each in self.scores}
        header = ("move", "discs", "depth", "expected")
        rows = [
            (each.move, f"{each.score:+.2f}", "exact" if each.exact else each.depth, " ".join(each.line))
            for each in self.scores
        ]
        shown = notebook.table(header, rows, left=("move", "expected"))
        return notebook.beside(notebook.board(self.position, labels=labels), shown)


_BEFORE_SOLVING = 8
"""The depth up to which a search that reports its progress deepens before it solves a position."""


def _until(end: float | None, limits: SearchLimits) -> SearchLimits:
    """Returns the limits with the time that is left."""
    return limits if end is None else limits.within(max(1000 * (end - time.monotonic()), 1.0))


class Engine:
    """A model with a search, which keeps its transposition table between searches. Not thread-safe.

    A copy, also a pickled one, starts with an empty table.

    Args:
        evaluator: the evaluator of positions.
        limits: the limits of each search.
        table_mb: size of the transposition table in MB.
        threads: number of search threads; see `search`.
        confidence: confidence at which lines are cut off, in percent; see `search`.

    Raises:
        ValueError: a value is out of range.
    """

    def __init__(
        self,
        evaluator: Evaluator,
        *,
        limits: SearchLimits,
        table_mb: float = 16,
        threads: int = 1,
        confidence: Confidence = 100,
    ) -> None:
        self.limits = limits
        """The limits of each search. They may be changed at any time."""
        self.threads = threads
        """Number of search threads."""
        self.confidence: Confidence = confidence
        """Confidence at which lines are cut off, in percent."""
        self._evaluator = evaluator
        self._table_mb = table_mb
        self._searcher = Searcher(evaluator, table_mb=table_mb)
        # The core checks the ranges. This search reports an invalid value here instead of at the first move.
        self._search(Position(), SearchLimits(depth=1))

    @property
    def evaluator(self) -> Evaluator:
        """The evaluator of positions."""
        return self._evaluator

    def __repr__(self) -> str:
        return (
            f"Engine({self._evaluator!r}, limits={self.limits!r}, table_mb={self._table_mb}, "
            f"threads={self.threads}, confidence={self.confidence})"
        )

    def __getstate__(self) -> dict[str, object]:
        """Returns what a copy needs; it starts with an empty table, on which no value depends."""
        return {name: value for name, value in vars(self).items() if name != "_searcher"}

    def __setstate__(self, state: dict[str, object]) -> None:
        """Restores what `__getstate__` returned."""
        vars(self).update(state)
        self._searcher = Searcher(self._evaluator, table_mb=self._table_mb)

    def search(
        self,
        position: Position,
        limits: SearchLimits | None = None,
        *,
        progress: Callable[[SearchResult], object] | None = None,
    ) -> SearchResult:
        """Searches a position within `limits`, by default those of the engine.

        Args:
            position: the position.
            limits: the limits.
            progress: called with the result of each shallower search, until the one that is returned. The search is
                then repeated with increasing depth, which takes little longer. With a limit of nodes, it is not called.
        """
        limits = limits or self.limits
        if progress is None or limits.nodes is not None:
            return self._search(position, limits)
        end = None if limits.time_ms is None else time.monotonic() + limits.time_ms / 1000
        solves = position.empties <= limits.exact_empties
        last = min(limits.depth or position.empties, position.empties)
        for depth in range(1, min(last, _BEFORE_SOLVING) if solves else last):
            found = self._search(position, _until(end, SearchLimits(depth=depth)))
            if end is not None and (time.monotonic() >= end or found.depth < depth):
                return found
            progress(found)
        return self._search(position, _until(end, limits))

    def score_moves(self, position: Position, limits: SearchLimits | None = None) -> MoveScores:
        """Scores each legal move, best first, to the same depth as `search`.

        Node and time limits are shared out among the moves.
        """
        moves = position.legal_moves
        limits = (limits or self.limits).shared_out(max(1, len(moves)))
        scores = [self.score_move(position, move, limits) for move in moves]
        return MoveScores(position, tuple(sorted(scores, key=lambda scored: -scored.score)))

    def score_move(self, position: Position, move: str, limits: SearchLimits | None = None) -> MoveScore:
        """Scores a legal move to the same depth as `search`.

        Raises:
            ValueError: the move is not legal.
        """
        limits = limits or self.limits
        after = position.play(move)
        sign = 1 if after.side_to_move == position.side_to_move else -1
        if after.is_over:
            return MoveScore(move=move, score=float(sign * after.score), depth=1, exact=True, line=(move,), nodes=1)
        if limits.depth == 1 and after.empties > limits.exact_empties:
            score = sign * self._evaluator.evaluate(after)
            return MoveScore(move=move, score=score, depth=1, exact=False, line=(move,), nodes=1)
        if limits.depth is not None:
            limits = dataclasses.replace(limits, depth=max(1, limits.depth - 1))
        found = self._search(after, limits)
        return MoveScore(
            move=move,
            score=sign * found.score,
            depth=found.depth + 1,
            exact=found.exact,
            line=(move, *found.principal_variation),
            nodes=found.nodes,
        )

    def _search(self, position: Position, limits: SearchLimits) -> SearchResult:
        return self._searcher.search(
            position,
            depth=limits.depth,
            nodes=limits.nodes,
            time_ms=limits.time_ms,
            exact_empties=limits.exact_empties,
            threads=self.threads,
            confidence=self.confidence,
        )
