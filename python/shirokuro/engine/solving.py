"""Solving many positions in parallel."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from itertools import chain, islice
from typing import TYPE_CHECKING

from shirokuro._core import Cancellation, Position, SearchResult, search, solve
from shirokuro.config import TrainConfig, cores
from shirokuro.engine.limits import SearchLimits
from shirokuro.game.moves import NO_MOVE
from shirokuro.game.positions import Problem
from shirokuro.signals import wait_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from shirokuro._core import Evaluator
    from shirokuro.engine.engine import Confidence

_AHEAD = 4
"""Positions per thread that are taken before the first of them is solved."""


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
    """
    if threads is not None:
        TrainConfig.SETTINGS["threads"].convert("threads", threads)
    threads = threads or cores()

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

    run(Position(), 1, SearchLimits(depth=1))  # the core checks the ranges, here and not at the first solution
    return _in_order(positions, run, threads)


def _in_order(
    positions: Iterable[Position | Problem], run: Callable[[Position, int], SearchResult], threads: int
) -> Iterator[Solution]:
    failures = list[Exception]()

    def taken() -> Iterator[Problem]:
        try:
            for each in positions:
                yield Problem(position=each, values={}) if isinstance(each, Position) else each
        except Exception as error:  # noqa: BLE001 (raised after the solutions before it)
            failures.append(error)

    remaining = taken()
    first = list(islice(remaining, 2))
    workers, together = (1, threads) if len(first) == 1 else (threads, 1)
    numbered = enumerate(chain(first, remaining), start=1)
    cancellation = Cancellation()

    def solved(number: int, problem: Problem) -> Solution:
        with cancellation:
            return Solution(number=number, problem=problem, search=run(problem.position, together))

    pending = deque[Future[Solution]]()
    with ThreadPoolExecutor(workers) as executor:
        try:
            while True:
                for number, problem in islice(numbered, _AHEAD * workers - len(pending)):
                    pending.append(executor.submit(solved, number, problem))
                if not pending:
                    break
                _wait_for_all([pending[0]])
                yield pending.popleft().result()
        except KeyboardInterrupt:
            _cancel(pending, cancellation)
            yield from (each.result() for each in pending if not each.cancelled() and not each.exception())
            raise
        finally:
            _cancel(pending, cancellation)
    if failures:
        raise failures[0]


def _cancel(searches: Iterable[Future[Solution]], cancellation: Cancellation) -> None:
    """Ends the searches in progress, and drops those that have not started."""
    for each in searches:
        each.cancel()
    cancellation.cancel()
    _wait_for_all(searches)


def _wait_for_all(searches: Iterable[Future[Solution]]) -> None:
    wait_for(lambda seconds: not wait(searches, timeout=seconds).not_done)
