"""A small pool of search threads, which keeps the memory independent of the number of visitors."""

from __future__ import annotations

import asyncio
import threading
import time
from concurrent.futures import Future
from random import Random
from typing import TYPE_CHECKING, TypeAlias

from shirokuro._core import Cancellation
from shirokuro.engine.engine import CONFIDENCE, Engine
from shirokuro.web.fair_queue import FairQueue

if TYPE_CHECKING:
    from collections.abc import Callable

    from shirokuro._core import Evaluator, SearchResult
    from shirokuro.engine.engine import MoveScores
    from shirokuro.engine.levels import Choice
    from shirokuro.engine.limits import SearchLimits
    from shirokuro.web.fair_queue import Share
    from shirokuro.web.game_session import SearchRequest

Found: TypeAlias = "SearchResult | MoveScores | Choice"
"""The result of a request."""

TABLE_MB = 16
"""The size of each thread's transposition table; results do not depend on its content."""

_QUICK_DEPTH = 6
"""Searches of at most this depth usually take much less time than they may."""

_QUICK_SECONDS = 0.5


class SearchJob:
    """A request that is waiting, in progress or done."""

    def __init__(
        self,
        request: SearchRequest,
        evaluator: Evaluator,
        share: Share,
        waiting: FairQueue[SearchJob],
        progress: Callable[[SearchResult], object] | None = None,
    ) -> None:
        self.share = share
        self.seconds = expected_seconds(request.limits)
        self._request = request
        self._evaluator = evaluator
        self._waiting = waiting
        self._progress = progress
        self._cancellation = Cancellation()
        self._future: Future[Found | None] = Future()

    def cancel(self) -> None:
        """Cancels the job in any state; `found` then returns within the 50 ms that a search needs to end."""
        self._waiting.discard(self)
        self._future.cancel()
        self._cancellation.cancel()

    async def found(self) -> Found | None:
        """Waits for the result and returns it; `None` if the job was cancelled."""
        waiting = asyncio.wrap_future(self._future)
        await asyncio.wait({waiting})  # a plain `await` would raise the job's cancellation as if it were the caller's
        return None if waiting.cancelled() else waiting.result()

    def run(self, engines: Engines) -> None:
        """Searches on the current thread."""
        if not self._future.set_running_or_notify_cancel():
            return
        try:
            self._future.set_result(self._search(engines))
        except BaseException as error:  # noqa: BLE001 (whoever waits for the result gets the error)
            self._future.set_exception(error)

    def _search(self, engines: Engines) -> Found | None:
        try:
            with self._cancellation:
                engine = engines.get(self._evaluator, self._request.limits)
                position, level = self._request.position, self._request.level
                if level:
                    return level.choose(engine, position, Random(), progress=self._progress)
                return engine.score_moves(position) if self._request.kind == "scores" else engine.search(position)
        except KeyboardInterrupt:  # raised by a cancelled search; in the event loop it would end the program
            return None


def expected_seconds(limits: SearchLimits) -> float:
    """Returns the time that a search is expected to take at most; a limit in time is taken as it is."""
    quick = limits.depth is not None and limits.depth <= _QUICK_DEPTH
    allowed = (limits.time_ms or 0.0) / 1000
    return min(_QUICK_SECONDS, allowed) if quick else allowed


class Engines:
    """The engine of one thread, which is replaced when the model changes."""

    def __init__(self) -> None:
        self._known: tuple[Evaluator, Engine] | None = None

    def get(self, evaluator: Evaluator, limits: SearchLimits) -> Engine:
        """Returns the engine of this model."""
        if self._known is None or self._known[0] is not evaluator:
            self._known = None  # frees the old table before the new one is allocated
            self._known = (evaluator, Engine(evaluator, limits=limits, table_mb=TABLE_MB, confidence=CONFIDENCE))
        engine = self._known[1]
        engine.limits = limits
        return engine


class SearchPool:
    """A pool of engines. Jobs wait for a free one in the order of `FairQueue`.

    Args:
        count: the number of threads. One more takes only short jobs, which therefore never wait for long ones.
    """

    def __init__(self, count: int) -> None:
        self._waiting: FairQueue[SearchJob] = FairQueue()
        try:
            for number in range(count + 1):
                name = f"shirokuro-thinker-{number}"
                threading.Thread(target=self._work, name=name, kwargs={"only_short": number == count}).start()
        except RuntimeError:  # the system allows no more threads
            self.close()
            raise

    def begin(
        self,
        request: SearchRequest,
        evaluator: Evaluator,
        share: Share,
        progress: Callable[[SearchResult], object] | None = None,
    ) -> SearchJob:
        """Submits a request of the visitor with this share.

        Args:
            request: the request.
            evaluator: the model.
            share: the visitor's share.
            progress: called on the search thread with the results of shallower searches for a move.
        """
        job = SearchJob(request, evaluator, share, self._waiting, progress)
        self._waiting.put(job)
        return job

    def _work(self, *, only_short: bool) -> None:
        engines = Engines()
        while job := self._waiting.take(only_short=only_short):
            start = time.monotonic()
            job.run(engines)
            self._waiting.charge(job, time.monotonic() - start)

    def close(self) -> None:
        """Cancels the jobs that wait, and accepts no more; jobs in progress end when they are cancelled."""
        for job in self._waiting.close():
            job.cancel()
