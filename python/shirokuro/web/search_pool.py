"""A small pool of search threads, which keeps the memory independent of the number of visitors."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeAlias

from shirokuro._core import Cancellation
from shirokuro.engine.engine import Engine

if TYPE_CHECKING:
    from concurrent.futures import Future

    from shirokuro._core import Evaluator, SearchResult
    from shirokuro.engine.engine import MoveScores
    from shirokuro.engine.limits import SearchLimits
    from shirokuro.web.game_session import SearchRequest

Found: TypeAlias = "SearchResult | MoveScores"
"""The result of a request."""

TABLE_MB = 16
"""The size of each thread's transposition table; results do not depend on its content."""


class SearchJob:
    """A request that is waiting, in progress or done."""

    def __init__(self, future: Future[Found | None], cancellation: Cancellation) -> None:
        self._future = future
        self._cancellation = cancellation

    def cancel(self) -> None:
        """Cancels the job in any state; `found` then returns within the 50 ms that a search needs to end."""
        self._future.cancel()
        self._cancellation.cancel()

    async def found(self) -> Found | None:
        """Waits for the result and returns it; `None` if the job was cancelled."""
        waiting = asyncio.wrap_future(self._future)
        await asyncio.wait({waiting})  # a plain `await` would raise the job's cancellation as if it were the caller's
        return None if waiting.cancelled() else waiting.result()


class SearchPool:
    """A pool of engines; jobs wait for a free one in the order in which they came.

    Args:
        count: the number of threads.
    """

    def __init__(self, count: int) -> None:
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="shirokuro-thinker")
        self._local = threading.local()

    def begin(self, request: SearchRequest, evaluator: Evaluator) -> SearchJob:
        """Submits a request, which starts as soon as a thread is free."""
        cancellation = Cancellation()
        return SearchJob(self._threads.submit(self._search, request, evaluator, cancellation), cancellation)

    def _search(self, request: SearchRequest, evaluator: Evaluator, cancellation: Cancellation) -> Found | None:
        try:
            with cancellation:
                engine = self._engine(evaluator, request.limits)
                return (
                    engine.score_moves(request.position)
                    if request.kind == "scores"
                    else engine.search(request.position)
                )
        except KeyboardInterrupt:  # raised by a cancelled search; in the event loop it would end the program
            return None

    def _engine(self, evaluator: Evaluator, limits: SearchLimits) -> Engine:
        """Returns this thread's engine, which is replaced when the model changes."""
        known: tuple[Evaluator, Engine] | None = getattr(self._local, "known", None)
        if known is None or known[0] is not evaluator:
            self._local.known = None  # frees the old table before the new one is allocated
            self._local.known = known = (evaluator, Engine(evaluator, limits=limits, table_mb=TABLE_MB))
        engine = known[1]
        engine.limits = limits
        return engine

    def close(self) -> None:
        """Accepts no more jobs; jobs in progress end when they are cancelled."""
        self._threads.shutdown(wait=False, cancel_futures=True)
