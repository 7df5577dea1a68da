"""Fair shares of the search time among visitors."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass, field
from random import Random

import pytest

import shirokuro as sk
from shirokuro.web.fair_queue import SHORT_SECONDS, FairQueue, Share
from shirokuro.web.game_session import JUDGING, SCORING, SearchRequest
from shirokuro.web.messages import MAX_DEPTH, Strength
from shirokuro.web.search_pool import SearchPool, expected_seconds


@dataclass(eq=False)
class Wanted:
    """A job, and the time that it takes."""

    share: Share
    seconds: float
    takes: float = field(default=0.0)


def simulate(queue: FairQueue[Wanted], steps: int, jobs: dict[Share, tuple[float, float]]) -> dict[Share, float]:
    """Runs jobs one after another; each visitor asks again at once. Returns the time that each visitor got."""
    used = dict.fromkeys(jobs, 0.0)
    for share, (seconds, takes) in jobs.items():
        queue.put(Wanted(share, seconds, takes))
    for _ in range(steps):
        job = queue.take()
        assert job
        queue.charge(job, job.takes)
        used[job.share] += job.takes
        queue.put(Wanted(job.share, job.seconds, job.takes))
    return used


def test_visitors_who_always_ask_get_the_same_time_whatever_their_jobs_take() -> None:
    random = Random(1)
    for _ in range(20):
        jobs = {}
        for _ in range(random.randint(2, 10)):
            seconds = random.choice([0.5, 2.0, 6.0, 10.0])
            jobs[Share()] = (seconds, seconds * random.uniform(0.1, 1))
        used = simulate(FairQueue(), 2000, jobs)
        longest = max(seconds for seconds, _ in jobs.values())
        assert max(used.values()) - min(used.values()) <= 2 * longest


def test_a_short_job_goes_before_all_long_ones() -> None:
    queue: FairQueue[Wanted] = FairQueue()
    for _ in range(49):
        queue.put(Wanted(Share(), 10))
    for _ in range(10):
        job = queue.take()
        assert job
        queue.charge(job, 10)
        queue.put(Wanted(job.share, 10))
    short = Wanted(Share(), 0.5)
    queue.put(short)
    assert queue.take() is short


def test_a_new_visitor_gets_no_time_in_advance() -> None:
    queue, old = FairQueue[Wanted](), Share()
    queue.put(Wanted(old, 1))
    for _ in range(1000):
        job = queue.take()
        assert job
        queue.charge(job, 1)
        queue.put(Wanted(old, 1))
    queue.put(Wanted(new := Share(), 1))
    counts = dict.fromkeys((old, new), 0)
    for _ in range(100):
        job = queue.take()
        assert job
        queue.charge(job, 1)
        counts[job.share] += 1
        queue.put(Wanted(job.share, 1))
    assert abs(counts[old] - counts[new]) <= 2


def test_no_job_waits_forever() -> None:
    queue, busy = FairQueue[Wanted](), Share()
    long = Wanted(Share(), 10)
    queue.put(long)
    for taken in range(1000):
        queue.put(Wanted(busy, 0.1))
        job = queue.take()
        assert job
        if job is long:
            assert taken <= 1
            return
        queue.charge(job, 0.1)
    pytest.fail("the long job was never taken")


def test_threads_for_short_jobs_take_no_others_and_all_end_when_the_queue_is_closed() -> None:
    queue: FairQueue[Wanted] = FairQueue()
    taken: list[Wanted | None] = []
    took_one = threading.Event()

    def work() -> None:
        taken.append(queue.take(only_short=True))
        took_one.set()
        taken.append(queue.take(only_short=True))

    thread = threading.Thread(target=work)
    thread.start()
    long, short = Wanted(Share(), SHORT_SECONDS + 1), Wanted(Share(), SHORT_SECONDS)
    queue.put(long)
    queue.put(short)
    assert took_one.wait(60)
    assert queue.close() == [long]
    thread.join(60)
    assert taken == [short, None]


def test_shallow_searches_are_short_and_analyses_are_not() -> None:
    assert [expected_seconds(Strength(depth=depth).level.limits) <= SHORT_SECONDS for depth in (1, 3, 6)] == [True] * 3
    assert expected_seconds(Strength(seconds=0.1).level.limits) == pytest.approx(0.1)
    assert expected_seconds(Strength(seconds=10).level.limits) == 10
    assert expected_seconds(Strength(depth=MAX_DEPTH).level.limits) > SHORT_SECONDS
    assert expected_seconds(JUDGING) > SHORT_SECONDS
    assert expected_seconds(SCORING) > SHORT_SECONDS


def test_a_pool_ends_with_jobs_in_every_state(trained: sk.Trainer) -> None:
    async def main() -> None:
        pool = SearchPool(2)
        long = SearchRequest("move", sk.Position(), sk.SearchLimits(time_ms=600_000))
        short = SearchRequest("move", sk.Position(), sk.SearchLimits(depth=1))
        jobs = [pool.begin(long, trained.evaluator, Share()) for _ in range(10)]
        done = await pool.begin(short, trained.evaluator, Share()).found()
        assert done is not None
        for job in jobs:
            job.cancel()
        assert [await job.found() for job in jobs] == [None] * 10
        pool.close()
        after = pool.begin(short, trained.evaluator, Share())
        after.cancel()
        assert await after.found() is None

    asyncio.run(asyncio.wait_for(main(), 120))
    for thread in threading.enumerate():
        if thread.name.startswith("shirokuro-thinker"):
            thread.join(60)
            assert not thread.is_alive()
