"""The weight tables as people name them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from shirokuro._core import NEUTRAL_WEIGHT, STAGES, UNITS_PER_DISC, mirror_entries, pattern_squares

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

PATTERNS: dict[str, list[list[str]]] = pattern_squares()
"""Each pattern's squares in the four rotations, in the order of an entry's digits, least first."""

NAMES = np.array(list(PATTERNS))
"""The patterns' names by their numbers."""


@cache
def mirrors() -> dict[str, NDArray[np.uint16]]:
    """For each pattern and each entry of its table, the entry of the mirror image."""
    return mirror_entries()


def discs(weight: int) -> float:
    """What a weight stands for, in discs."""
    return (weight - NEUTRAL_WEIGHT) / UNITS_PER_DISC


def digits(pattern: str, entry: int) -> str:
    """An entry's digits in the order of the pattern's squares: 0 empty, 1 side to move, 2 opponent."""
    return "".join(str(entry // 3**k % 3) for k in range(len(PATTERNS[pattern][0])))


def bit_sets(stages: Iterable[int] | None, patterns: Iterable[str] | None) -> tuple[int, int]:
    """Tables as the core is told of them; `None` for all.

    Raises:
        ValueError: there is no such stage or pattern.
    """
    numbers = set(range(STAGES)) if stages is None else set(stages)
    names = set(PATTERNS) if patterns is None else set(patterns)
    for stage in numbers:
        if stage not in range(STAGES):
            raise ValueError(f"stages: {stage!r}: must be from 0 to {STAGES - 1}")
    for name in names:
        if name not in PATTERNS:
            raise ValueError(f"patterns: {name!r}: must be of {NAMES[0]} to {NAMES[-1]}")
    return sum(1 << stage for stage in numbers), sum(
        1 << number for number, name in enumerate(PATTERNS) if name in names
    )
