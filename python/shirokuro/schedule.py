"""Schedules: values that change over a run."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias


@dataclass(frozen=True, slots=True, repr=False)
class Schedule:
    """A value as a function of a run's progress.

    It is interpolated linearly between points, and constant before the first and after the last one. As text, `0.1` is
    a constant, and `0:0.3,0.5:0.1,1:0.02` a list of points, `progress:value`, with progress as a fraction of the run.
    """

    points: tuple[tuple[float, float], ...]
    """Pairs of progress and value, in strictly ascending order of progress, within 0…1."""

    def __post_init__(self) -> None:
        if isinstance(self.points, str):
            raise TypeError(f"points = {self.points!r}: must be pairs of progress and value; Schedule.parse reads text")
        # NumPy scalars and lists of points are accepted as well.
        object.__setattr__(self, "points", tuple((float(progress), float(value)) for progress, value in self.points))
        progress = [point[0] for point in self.points]
        if not progress or not all(0 <= p <= 1 for p in progress) or any(a >= b for a, b in pairwise(progress)):
            raise ValueError(f"{self}: a schedule's points must ascend within 0…1 of the run")

    @classmethod
    def constant(cls, value: float) -> Schedule:
        """Returns a schedule with the same value for the whole run."""
        return cls(((0.0, float(value)),))

    @classmethod
    def linear(cls, start: float, end: float) -> Schedule:
        """Returns a straight line from `start` at the run's start to `end` at its end."""
        return cls(((0.0, float(start)), (1.0, float(end))))

    @classmethod
    def parse(cls, text: str) -> Schedule:
        """Reads what `str()` writes.

        Raises:
            ValueError: `text` is not a schedule.
        """
        try:
            if ":" not in text:
                return cls.constant(float(text))
            pairs = [point.split(":") for point in text.split(",")]
            points = tuple((float(progress), float(value)) for progress, value in pairs)
        except ValueError:
            raise ValueError(f"{text!r} is not a schedule: write a number, or points such as 0:0.3,1:0.02") from None
        return cls(points)

    @classmethod
    def of(cls, value: ScheduleLike) -> Schedule:
        """Converts a number, a text or a schedule to a schedule."""
        if isinstance(value, Schedule):
            return value
        return cls.parse(value) if isinstance(value, str) else cls.constant(value)

    def at(self, progress: float) -> float:
        """Returns the value at a progress of 0…1. Beyond the end of the run, the last value holds."""
        for (left, start), (right, end) in pairwise(self.points):
            if left <= progress < right:
                return start + (end - start) * (progress - left) / (right - left)
        return self.points[0][1] if progress < self.points[0][0] else self.points[-1][1]

    @property
    def values(self) -> tuple[float, ...]:
        """The values at the points. All other values lie between two of them."""
        return tuple(value for _, value in self.points)

    def __str__(self) -> str:
        if len(self.points) == 1 and self.points[0][0] == 0:
            return _shortest(self.points[0][1])
        return ",".join(f"{_shortest(progress)}:{_shortest(value)}" for progress, value in self.points)

    def __repr__(self) -> str:
        return f"Schedule.parse({str(self)!r})"


def _shortest(number: float) -> str:
    """Returns the shortest text that reads back as exactly the same number."""
    return repr(number).removesuffix(".0")


ScheduleLike: TypeAlias = Schedule | float | str
"""The types that a setting which may change over the run accepts."""
