"""Solving many positions in parallel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shirokuro._core import Position, SearchResult, search, solve
from shirokuro.engine.limits import SearchLimits
from shirokuro.engine.parallel import in_order, thread_count
from shirokuro.game.moves import NO_MOVE
from shirokuro.game.positions import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from shirokuro._core import Evaluator
    from shirokuro.engine.engine import Confidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Solution:
    """A position and its search."""

    number: int
    """The place of the position among those given, from 1."""
    problem: Problem
    """The position, with the values that are known of it."""
    search: SearchResult
    """The search, with score, best move, principal variation, nodes and time."""

    @property
    def error(self) -> float | None:
        """The distance in discs between the score and the known value of the best move; `None` without one."""
        best = self.problem.best
        return None if best is None else abs(self.search.score - best)

    @property
    def right(self) -> bool | None:
        """Whether the best move has the best known value; `None` without known values.

        A move whose value isn't known is right if its score is exact and equal to the best known value.
        """
        best, found = self.problem.best, self.search
        if best is None:
            return None
        return self.problem.values.get(found.best_move or NO_MOVE) == best or (found.exact and found.score == best)


def solve_many(
    positions: Iterable[Position | Problem],
    *,
    evaluator: Evaluator | None = None,
    limits: SearchLimits | None = None,
    confidence: Confidence = 100,
    threads: int | None = None,
    table_mb: float = 16,
) -> Iterator[Solution]:
    """Solves positions in parallel, or searches them within limits.

    Each position is searched by one thread with a table of its own, so a result doesn't depend on the other positions,
    nor on the number of threads. A single position is searched by all threads together.

    Args:
        positions: the positions, which are taken one after another, such as the iterable of `read_problems`.
        evaluator: evaluates the leaves, or orders moves (default: the model that ships with the package).
        limits: the limits of each search (default: none, positions are solved exactly).
        confidence: the confidence at which searches within limits prune lines, in percent; see `search`.
        threads: positions searched at a time (default: one per core).
        table_mb: the size of each thread's transposition table in MB.

    Returns:
        An iterator over the solutions in the order of the positions. Ctrl-C ends the searches in progress; the iterator
        then yields the solutions that are complete, and raises `KeyboardInterrupt`.

    Raises:
        ValueError: a value is out of range. An error of `positions` is raised after the solutions before it.
        TypeError: `limits` are no `SearchLimits`, or one of the positions is neither a `Position` nor a `Problem`.
    """
    if not (limits is None or isinstance(limits, SearchLimits)):
        raise TypeError(f"limits = {limits!r}: must be SearchLimits or None")
    threads = thread_count(threads)

    def run(position: Position, together: int, limits: SearchLimits | None = limits) -> SearchResult:
        if limits is None:
            return solve(position, evaluator=evaluator, table_mb=table_mb, threads=together)
        return search(
            position,
            evaluator=evaluator,
            **limits.as_dict(),
            confidence=confidence,
            table_mb=table_mb,
            threads=together,
        )

    def solved(numbered: tuple[int, Position | Problem], together: int) -> Solution:
        number, each = numbered
        problem = Problem(position=each, values={}) if isinstance(each, Position) else each
        if not isinstance(problem, Problem):
            raise TypeError(f"positions: {each!r}, number {number}: must be a Position or a Problem")
        return Solution(number=number, problem=problem, search=run(problem.position, together))

    run(Position(), 1, SearchLimits(depth=1))  # the core checks the ranges, here and not at the first solution
    return in_order(enumerate(positions, start=1), solved, threads)
