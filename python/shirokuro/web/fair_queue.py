"""The order in which searches run: fair shares of the time among visitors, and short searches first."""

from __future__ import annotations

import threading
from typing import Generic, Protocol, TypeVar

SHORT_SECONDS = 1.0
"""A job is short if it is expected to take at most this time."""


class Job(Protocol):
    """A search that waits for a thread."""

    share: Share
    """The visitor's share."""
    seconds: float
    """The longest time that the job is expected to take."""


class Share:
    """A visitor's share of the search time."""

    def __init__(self) -> None:
        self.used = 0.0
        """The search time used, in seconds, counted from a common start; see `FairQueue`."""


J = TypeVar("J", bound=Job)


class FairQueue(Generic[J]):
    """Waiting jobs. The first to go is that of the visitor who has used the least time; of equals, the shortest.

    This is start-time fair queueing (Goyal, Vin and Cheng, 1996), of searches instead of packets: a visitor who is new
    or was idle starts from the share at which the latest job began. Idling and opening tabs therefore save up no time,
    and someone who needs little time hardly waits.
    """

    def __init__(self) -> None:
        self._jobs: list[J] = []
        self._now = 0.0
        self._changed = threading.Condition()
        self._closed = False

    def put(self, job: J) -> None:
        """Adds a job; after `close`, it is never taken."""
        with self._changed:
            job.share.used = max(job.share.used, self._now)
            self._jobs.append(job)
            self._changed.notify_all()

    def discard(self, job: J) -> None:
        """Removes a job if it is still waiting."""
        with self._changed:
            if job in self._jobs:
                self._jobs.remove(job)

    def take(self, *, only_short: bool = False) -> J | None:
        """Waits for a job and returns it; `None` when the queue is closed."""
        with self._changed:
            while not self._closed:
                jobs = [job for job in self._jobs if not only_short or job.seconds <= SHORT_SECONDS]
                if jobs:
                    job = min(jobs, key=lambda job: (job.share.used, job.seconds))
                    self._jobs.remove(job)
                    self._now = max(self._now, job.share.used)
                    return job
                self._changed.wait()
            return None

    def charge(self, job: J, seconds: float) -> None:
        """Counts the time that a job took against its visitor's share."""
        with self._changed:
            job.share.used += seconds

    def close(self) -> list[J]:
        """Ends all waits, and returns the jobs that are left."""
        with self._changed:
            self._closed = True
            left, self._jobs = self._jobs, []
            self._changed.notify_all()
            return left
