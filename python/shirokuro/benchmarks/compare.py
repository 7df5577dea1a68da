"""Comparison of two runs of the suite, which separates changes from noise."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from shirokuro.benchmarks.figures import Figure, Results

YARDSTICK = "perft"
"""The figure that represents the machine's speed: it is measured in every round, and others are divided by it."""

SMALLEST = 0.05
"""The smallest relative change of a time or rate that counts as a change."""

SMALLEST_COUNT = 0.005
"""The same for figures that are not timed: nodes and bytes."""

SMALLEST_YARDSTICK = 0.25
"""The same for the yardstick itself, which also depends on the machine and its clock rate."""

Change: TypeAlias = Literal["worse", "better", "same"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A figure before and now."""

    before: Figure
    now: Figure
    ratio: float
    """The figure now divided by the figure before, each relative to the yardstick if the machine's speed affects it."""
    noise: float
    """The ratio's distance from 1 that the spread of the rounds explains."""
    change: Change
    """`"same"` if the ratio is within the noise."""


def compare(before: Results, now: Results) -> list[Comparison]:
    """Compares the figures that two runs have in common.

    A figure has changed if the rounds of the two runs do not overlap and its median has moved by more than half of
    their combined spreads and by more than 5 %. Times and rates are taken relative to perft in the same round, which
    cancels the effects of a faster machine and of other programs.

    Raises:
        ValueError: a full run is compared with a quick one.
    """
    if before.quick != now.quick:
        kinds = ["a quick run" if results.quick else "a full run" for results in (before, now)]
        raise ValueError(f"{kinds[0]} can't be compared with {kinds[1]}: they measure different amounts of work")
    cores = before.machine.get("cores") == now.machine.get("cores")
    return list(_comparisons(before, now, same_cores=cores))


def _comparisons(before: Results, now: Results, *, same_cores: bool) -> Iterator[Comparison]:
    for new in now.figures:
        old = before.figure(new.key)
        if (
            old is None
            or new.scaling == "points"
            or (old.unit, old.scaling) != (new.unit, new.scaling)
            or (new.all_cores and not same_cores)
        ):
            continue
        yield _comparison(old, new, _relative(before, old), _relative(now, new))


def _relative(results: Results, figure: Figure) -> tuple[float, ...]:
    """Returns the measurements relative to the yardstick in the same round."""
    yardstick = results.figure(YARDSTICK)
    if yardstick is None or figure.key == YARDSTICK or figure.scaling not in ("rate", "time"):
        return figure.measured
    seconds = [*yardstick.measured, *[yardstick.median] * len(figure.measured)]  # a figure may have more rounds
    if figure.scaling == "rate":
        return tuple(value * second for value, second in zip(figure.measured, seconds, strict=False))
    return tuple(value / second for value, second in zip(figure.measured, seconds, strict=False))


def _comparison(old: Figure, new: Figure, before: Sequence[float], now: Sequence[float]) -> Comparison:
    middle_before, middle_now = statistics.median(before), statistics.median(now)
    if min(middle_before, middle_now) <= 0:  # no ratio exists: only equality can be checked
        ratio, distance, noise = (
            1.0 if middle_before == middle_now else float("inf"),
            abs(middle_now - middle_before),
            0.0,
        )
    else:
        ratio = middle_now / middle_before
        distance = max(ratio, 1 / ratio) - 1
        noise = ((max(before) - min(before)) / middle_before + (max(now) - min(now)) / middle_now) / 2
    apart = min(now) > max(before) or max(now) < min(before)
    smallest = SMALLEST_COUNT if new.scaling == "count" else SMALLEST_YARDSTICK if new.key == YARDSTICK else SMALLEST
    change: Change = "same"
    if apart and distance > max(noise, smallest):
        change = "better" if (middle_now > middle_before) == new.more_is_better else "worse"
    return Comparison(before=old, now=new, ratio=ratio, noise=max(noise, smallest), change=change)
