"""Names and units of the weight tables: stages, patterns, digits and discs."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from shirokuro._core import NEUTRAL_WEIGHT, STAGES, UNITS_PER_DISC, Evaluator, mirror_entries, pattern_squares
from shirokuro.runs.checkpoints import model_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from os import PathLike

    from numpy.typing import NDArray

PATTERNS: dict[str, list[list[str]]] = pattern_squares()
"""The squares of each pattern in the four rotations, in the order of an entry's digits, least significant first."""

NAMES = np.array(list(PATTERNS))
"""The names of the patterns by index."""


@cache
def mirrors() -> dict[str, NDArray[np.uint16]]:
    """Returns, for each pattern, the mirror image of each entry of its table."""
    return mirror_entries()


def discs(weight: int) -> float:
    """Converts a stored weight to discs."""
    return (weight - NEUTRAL_WEIGHT) / UNITS_PER_DISC


def digits(pattern: str, entry: int) -> str:
    """Returns an entry's digits in the order of the pattern's squares: 0 empty, 1 side to move, 2 opponent."""
    return "".join(str(entry // 3**k % 3) for k in range(len(PATTERNS[pattern][0])))


def evaluator_of(model: Evaluator | str | PathLike[str]) -> Evaluator:
    """Returns an evaluator, or loads it from a model file or a run's directory (its latest checkpoint).

    Raises:
        FileNotFoundError: the file does not exist, or the directory contains no model.
        ModelFileError: the file is damaged.
    """
    return model if isinstance(model, Evaluator) else Evaluator.load(model_of(model))


def selected(pattern: str | None, stage: int | None) -> tuple[list[str], list[int]]:
    """Returns the patterns and stages of one table, of the tables of a pattern or stage, or of all.

    Raises:
        ValueError: the pattern or stage does not exist.
    """
    names, stages = list(PATTERNS), list(range(STAGES))
    if pattern is not None and pattern not in names:
        raise ValueError(f"pattern = {pattern!r}: must be one of {', '.join(names)}")
    if stage is not None and stage not in stages:
        raise ValueError(f"stage = {stage!r}: must be from 0 to {STAGES - 1}")
    return names if pattern is None else [pattern], stages if stage is None else [stage]


def bit_sets(stages: Iterable[int] | None, patterns: Iterable[str] | None) -> tuple[int, int]:
    """Returns the bit sets of stages and patterns by which the core selects tables; `None` selects all.

    Raises:
        ValueError: a stage or pattern does not exist.
    """
    numbers = set(range(STAGES)) if stages is None else set(stages)
    names = set(PATTERNS) if patterns is None else set(patterns)
    for stage in numbers:
        if stage not in range(STAGES):
            raise ValueError(f"stages: {stage!r}: must be from 0 to {STAGES - 1}")
    for name in names:
        if name not in PATTERNS:
            raise ValueError(f"patterns: {name!r}: must be from {NAMES[0]} to {NAMES[-1]}")
    return sum(1 << stage for stage in numbers), sum(
        1 << number for number, name in enumerate(PATTERNS) if name in names
    )
