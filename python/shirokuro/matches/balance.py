"""Balanced openings: random ones that neither side has won already."""

from __future__ import annotations

from contextlib import closing
from itertools import islice
from typing import TYPE_CHECKING

from shirokuro._core import Evaluator
from shirokuro.engine.engine import Engine
from shirokuro.engine.limits import SearchLimits
from shirokuro.engine.parallel import in_order, thread_count
from shirokuro.matches.openings import default_plies, random_openings

if TYPE_CHECKING:
    from collections.abc import Callable

    from shirokuro.engine.engine import Confidence
    from shirokuro.matches.openings import Opening

DEPTH = 10
"""The plies of the search that judges an opening."""

_CONFIDENCE: Confidence = 87
_MOST_DISCS = 64


def check_within(name: str, discs: float) -> None:
    """Checks by how much a side may be ahead.

    Raises:
        ValueError: `discs` is not above 0, or larger than a board; the message calls it `name`.
        TypeError: `discs` is not a number.
    """
    if isinstance(discs, bool) or not isinstance(discs, (int, float)):
        raise TypeError(f"{name} = {discs!r}: must be a number")
    if not 0 < discs <= _MOST_DISCS:
        raise ValueError(f"{name} = {discs:g}: must be above 0, at most {_MOST_DISCS}")


def balanced_openings(
    count: int,
    *,
    within: float,
    seed: int = 1,
    plies: int | None = None,
    evaluator: Evaluator | None = None,
    threads: int | None = None,
    progress: Callable[[int], object] | None = None,
) -> list[Opening]:
    """Draws random openings that a search of ten plies calls nearly even, for `play_match(openings=…)`.

    Nearly half of all random openings of eight plies put a side ahead by more than 8 discs. That side often wins both
    games of a pair, whoever plays it.

    Args:
        count: the number of openings. No two are equal or symmetric to each other.
        within: the most discs by which a side may be ahead, above 0.
        seed: the seed of the random moves.
        plies: random moves per opening (default: 8, or 10 for more than 5,000 openings).
        evaluator: the model that judges (default: the one that ships with the package).
        threads: openings judged at a time (default: one per core). The number does not change the result.
        progress: called after each opening that was found with their number so far.

    Raises:
        ValueError: a value is out of range, or there are not enough different openings of this kind.
    """
    if count < 1:
        raise ValueError(f"count = {count}: must be at least 1")
    check_within("within", within)
    model = evaluator or Evaluator.default()
    plies = default_plies(count) if plies is None else plies

    def judged(opening: Opening, threads: int) -> tuple[Opening, float]:
        # Each search starts with an empty table, so that it doesn't depend on the others.
        engine = Engine(model, limits=SearchLimits(depth=DEPTH), confidence=_CONFIDENCE, table_mb=1, threads=threads)
        return opening, engine.search(opening.position).score

    found: list[Opening] = []
    with closing(in_order(random_openings(plies, seed), judged, thread_count(threads))) as judgements:
        for opening in islice((opening for opening, score in judgements if abs(score) <= within), count):
            found.append(opening)
            if progress:
                progress(len(found))
    if len(found) < count:
        raise ValueError(
            f"within = {within:g}, opening_plies = {plies}: there are hardly more than {len(found):,} different "
            f"openings of this kind, and {count:,} are needed"
        )
    return found
