"""Values that change over a run."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias


@dataclass(frozen=True, slots=True, repr=False)
class Schedule:
    """A value over the progress of a run: straight lines between points, constant before the first and after the last.

    Written `0.1` for a constant, and `0:0.3,0.5:0.1,1:0.02` for points (progress:value, progress a fraction of the
    run).
    """

    points: tuple[tuple[float, float], ...]
    """(progress, value), progress ascending within 0…1."""

    def __post_init__(self) -> None:
        progress = [point[0] for point in self.points]
        if not progress or not all(0 <= p <= 1 for p in progress) or any(a >= b for a, b in pairwise(progress)):
            raise ValueError(f"{self}: a schedule's points must ascend within 0…1 of the run")

    @classmethod
    def constant(cls, value: float) -> Schedule:
        """The same value for the whole run."""
        return cls(((0.0, float(value)),))

    @classmethod
    def linear(cls, start: float, end: float) -> Schedule:
        """A straight line from the run's start to its end."""
        return cls(((0.0, float(start)), (1.0, float(end))))

    @classmethod
    def parse(cls, text: str) -> Schedule:
        """Reads what `str()` writes.

        Raises:
            ValueError: the text is not a schedule.
        """
        try:
            if ":" not in text:
                return cls.constant(float(text))
            pairs = [point.split(":") for point in text.split(",")]
            points = tuple((float(progress), float(value)) for progress, value in pairs)
        except ValueError:
            raise ValueError(f"{text!r} is no schedule: write a number, or points such as 0:0.3,1:0.02") from None
        return cls(points)

    @classmethod
    def of(cls, value: ScheduleLike) -> Schedule:
        """A schedule, from a number, a text or a schedule."""
        if isinstance(value, Schedule):
            return value
        return cls.parse(value) if isinstance(value, str) else cls.constant(value)

    def at(self, progress: float) -> float:
        """The value at a progress of 0…1; beyond the run's end the last value holds."""
        for (left, start), (right, end) in pairwise(self.points):
            if left <= progress < right:
                return start + (end - start) * (progress - left) / (right - left)
        return self.points[0][1] if progress < self.points[0][0] else self.points[-1][1]

    @property
    def values(self) -> tuple[float, ...]:
        """The values at the points; every other value lies between two of them."""
        return tuple(value for _, value in self.points)

    def __str__(self) -> str:
        if len(self.points) == 1:
            return _shortest(self.points[0][1])
        return ",".join(f"{_shortest(progress)}:{_shortest(value)}" for progress, value in self.points)

    def __repr__(self) -> str:
        return f"Schedule({str(self)!r})"


def _shortest(number: float) -> str:
    """The shortest text that reads back to the bit."""
    return repr(number).removesuffix(".0")


ScheduleLike: TypeAlias = Schedule | float | str
"""What a setting that may change over the run accepts."""
