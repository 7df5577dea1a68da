"""Work on many positions in parallel, with results in order."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor, wait
from itertools import chain, islice
from typing import TYPE_CHECKING, TypeVar

from shirokuro._core import Cancellation
from shirokuro.config import TrainConfig, cores
from shirokuro.signals import wait_for

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator

T = TypeVar("T")
R = TypeVar("R")

AHEAD = 4
"""Items per thread that are taken before the first of them is done."""


def thread_count(threads: int | None) -> int:
    """Returns the number of threads to use: one per core by default.

    Raises:
        ValueError: the number is out of range.
    """
    if threads is not None:
        TrainConfig.SETTINGS["threads"].convert("threads", threads)
    return threads or cores()


def in_order(items: Iterable[T], work: Callable[[T, int], R], threads: int) -> Generator[R]:
    """Yields the results of `work` in the order of the items.

    Ctrl-C ends the searches in progress. The iterator then yields the results that are complete, and raises
    `KeyboardInterrupt`. An error of `items` is raised after the results of the items before it.

    Args:
        items: the items, which are taken one after another.
        work: is called on another thread with an item and the number of threads that its searches may use: one, or all
            of them if there is a single item.
        threads: the number of threads.
    """
    failures = list[Exception]()

    def taken() -> Iterator[T]:
        try:
            yield from items
        except Exception as error:  # noqa: BLE001 (raised after the results before it)
            failures.append(error)

    remaining = taken()
    first = list(islice(remaining, 2))
    workers, together = (1, threads) if len(first) == 1 else (threads, 1)
    waiting = chain(first, remaining)
    cancellation = Cancellation()

    def run(item: T) -> R:
        with cancellation:
            return work(item, together)

    pending = deque[Future[R]]()
    with ThreadPoolExecutor(workers) as executor:
        try:
            while True:
                pending.extend(executor.submit(run, item) for item in islice(waiting, AHEAD * workers - len(pending)))
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


def _cancel(searches: Iterable[Future[R]], cancellation: Cancellation) -> None:
    """Ends the searches in progress, and drops those that have not started."""
    for each in searches:
        each.cancel()
    cancellation.cancel()
    _wait_for_all(searches)


def _wait_for_all(searches: Iterable[Future[R]]) -> None:
    wait_for(lambda seconds: not wait(searches, timeout=seconds).not_done)
