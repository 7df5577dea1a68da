"""Threads that search for the visitors: few of them, so that many visitors do not need more memory than one."""

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
"""What a request gives."""

TABLE_MB = 16
"""The transposition table of each thread. What a search finds does not depend on what is in it."""


class SearchJob:
    """A request that waits for a thread, is done, or was done."""

    def __init__(self, future: Future[Found | None], cancellation: Cancellation) -> None:
        self._future = future
        self._cancellation = cancellation

    def cancel(self) -> None:
        """Ends it, wherever it is: `found` does not wait any longer than the 50 ms that a search needs to end."""
        self._future.cancel()
        self._cancellation.cancel()

    async def found(self) -> Found | None:
        """Waits; `None` if it was cancelled."""
        waiting = asyncio.wrap_future(self._future)
        await asyncio.wait({waiting})  # whose end, unlike that of an `await`, is not taken for one's own cancellation
        return None if waiting.cancelled() else waiting.result()


class SearchPool:
    """A pool of engines; jobs wait for a free one in the order in which they came.

    Args:
        count: how many search at once.
    """

    def __init__(self, count: int) -> None:
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="shirokuro-thinker")
        self._local = threading.local()

    def begin(self, request: SearchRequest, evaluator: Evaluator) -> SearchJob:
        """Begins a request with a model, as soon as a thread is free."""
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
        except KeyboardInterrupt:  # how a cancelled search ends; in the event loop it would end the program
            return None

    def _engine(self, evaluator: Evaluator, limits: SearchLimits) -> Engine:
        """This thread's engine, made anew for another model."""
        known: tuple[Evaluator, Engine] | None = getattr(self._local, "known", None)
        if known is None or known[0] is not evaluator:
            self._local.known = None  # the old table goes before the new one comes
            self._local.known = known = (evaluator, Engine(evaluator, limits=limits, table_mb=TABLE_MB))
        engine = known[1]
        engine.limits = limits
        return engine

    def close(self) -> None:
        """Takes no more jobs. Those that run end when they are cancelled."""
        self._threads.shutdown(wait=False, cancel_futures=True)
