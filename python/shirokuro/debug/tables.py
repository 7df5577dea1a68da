"""Names and units of the weight tables: stages, patterns, digits and discs."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from shirokuro._core import NEUTRAL_WEIGHT, STAGES, UNITS_PER_DISC, Evaluator, PatternSet, mirror_entries
from shirokuro.runs.checkpoints import model_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from os import PathLike

    from numpy.typing import NDArray


def names(patterns: PatternSet) -> NDArray[np.str_]:
    """Returns the names of the patterns by index."""
    return np.array(list(patterns.entries))


@cache
def mirrors(patterns: PatternSet) -> dict[str, NDArray[np.uint16]]:
    """Returns, for each pattern, the mirror image of each entry of its table."""
    return mirror_entries(patterns)


def discs(weight: int) -> float:
    """Converts a stored weight to discs."""
    return (weight - NEUTRAL_WEIGHT) / UNITS_PER_DISC


def digits(squares: int, entry: int) -> str:
    """Returns an entry's digits in the order of the pattern's squares: 0 empty, 1 side to move, 2 opponent."""
    return "".join(str(entry // 3**k % 3) for k in range(squares))


def sizes(patterns: PatternSet) -> dict[str, int]:
    """Returns the number of squares of each pattern."""
    return {name: len(squares) for name, squares in patterns.squares.items()}


def evaluator_of(model: Evaluator | str | PathLike[str]) -> Evaluator:
    """Returns an evaluator, or loads it from a model file or a run's directory (its latest checkpoint).

    Raises:
        FileNotFoundError: the file does not exist, or the directory contains no model.
        ModelFileError: the file is damaged.
    """
    return model if isinstance(model, Evaluator) else Evaluator.load(model_of(model))


def check_pattern(patterns: PatternSet, name: str) -> None:
    """Checks whether a pattern exists.

    Raises:
        ValueError: it does not.
    """
    if name not in (known := patterns.entries):
        raise ValueError(f"pattern = {name!r}: must be one of {', '.join(known)}")


def selected(patterns: PatternSet, pattern: str | None, stage: int | None) -> tuple[list[str], list[int]]:
    """Returns the patterns and stages of one table, of the tables of a pattern or stage, or of all.

    Raises:
        ValueError: the pattern or stage does not exist.
    """
    if pattern is not None:
        check_pattern(patterns, pattern)
    stages = list(range(STAGES))
    if stage is not None and stage not in stages:
        raise ValueError(f"stage = {stage!r}: must be from 0 to {STAGES - 1}")
    return list(patterns.entries) if pattern is None else [pattern], stages if stage is None else [stage]


def bit_sets(patterns: PatternSet, stages: Iterable[int] | None, chosen: Iterable[str] | None) -> tuple[int, int]:
    """Returns the bit sets of stages and patterns by which the core selects tables; `None` selects all.

    Raises:
        ValueError: a stage or pattern does not exist.
    """
    numbers, known = set(range(STAGES)) if stages is None else set(stages), list(patterns.entries)
    for stage in numbers:
        if stage not in range(STAGES):
            raise ValueError(f"stages: {stage!r}: must be from 0 to {STAGES - 1}")
    wanted = set(known) if chosen is None else set(chosen)
    for name in wanted:
        if name not in known:
            allowed = f"from {known[0]} to {known[-1]}" if patterns.is_default else f"one of {', '.join(known)}"
            raise ValueError(f"patterns: {name!r}: must be {allowed}")
    return sum(1 << stage for stage in numbers), sum(1 << at for at, name in enumerate(known) if name in wanted)
