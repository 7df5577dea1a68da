"""The options for a model's strength, which several commands share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

from shirokuro import models
from shirokuro._core import Evaluator
from shirokuro.engine.engine import CONFIDENCE, Confidence, Engine
from shirokuro.engine.limits import SearchLimits
from shirokuro.runs.checkpoints import model_of

if TYPE_CHECKING:
    import argparse

DEPTH = 14
"""The default search depth in plies."""

EXACT_EMPTIES = 18
"""The default number of empty squares from which positions are solved."""

TABLE_MB = 64

MODEL_HELP = (
    "a run directory (its latest checkpoint), a model file, or default (also if left out) for the model that ships "
    "with the package"
)
"""The help of an argument that names a model."""


def add_arguments(parser: argparse.ArgumentParser, *, when: str = "") -> None:
    """Declares the model and the options for its strength; `when` says when the default depth holds."""
    add_model(parser)
    level = parser.add_argument_group("strength of the model", "A search ends at the first limit that it reaches.")
    add_limits(level, depth=DEPTH, exact_empties=EXACT_EMPTIES, when=when)
    add_search(level, threads="--threads", confidence=CONFIDENCE, table_mb=TABLE_MB)


def add_search(group: argparse._ArgumentGroup, *, threads: str, confidence: Confidence, table_mb: float) -> None:
    """Declares how positions are searched within the limits: `search_threads`, `confidence` and `table_mb`."""
    group.add_argument(
        threads,
        dest="search_threads",
        type=int,
        metavar="N",
        default=1,
        help="threads per search (default: %(default)s)",
    )
    add_confidence(group, default=confidence)
    add_table(group, default=table_mb)


def add_table(group: argparse._ArgumentGroup, *, default: float = 16) -> None:
    """Declares the size of the transposition table."""
    group.add_argument(
        "--table-mb",
        type=float,
        metavar="X",
        default=default,
        help="size of each search's transposition table in MB (default: %(default)s)",
    )


def add_model(parser: argparse.ArgumentParser, more: str = "") -> None:
    """Declares the model, which may be left out: then it is the one that ships with the package."""
    parser.add_argument("model", nargs="?", default=models.DEFAULT, metavar="RUN|FILE", help=f"{MODEL_HELP}{more}")


def add_limits(group: argparse._ArgumentGroup, *, depth: int | None, exact_empties: int, when: str = "") -> None:
    """Declares the limits of a search; `limits_of` reads them, with the same defaults."""
    default = "" if depth is None else f" (default: {depth}{when})"
    group.add_argument("--depth", type=int, metavar="N", help=f"search depth in plies{default}")
    group.add_argument("--nodes", type=int, metavar="N", help="positions to visit per move")
    group.add_argument("--time-ms", type=float, metavar="X", help="milliseconds per move")
    group.add_argument(
        "--exact-empties",
        type=int,
        metavar="N",
        help=f"solve positions with at most this many empty squares exactly (default: {exact_empties})",
    )


def add_confidence(group: argparse._ArgumentGroup, *, default: Confidence = 100) -> None:
    """Declares the confidence at which a search prunes lines."""
    group.add_argument(
        "--confidence",
        type=int,
        metavar="PERCENT",
        choices=get_args(Confidence),
        default=default,
        help="prune moves that shallow searches predict to fail with this confidence, to search deeper in the same "
        "time; one of %(choices)s; 100 prunes nothing (default: %(default)s)",
    )


def has_limit(options: argparse.Namespace) -> bool:
    """Checks whether a depth, a number of nodes or a time is given."""
    return not options.depth is options.nodes is options.time_ms is None


def limits_of(
    options: argparse.Namespace,
    *,
    depth: int | None = DEPTH,
    exact_empties: int = EXACT_EMPTIES,
    time_ms: float | None = None,
) -> SearchLimits:
    """Reads the limits of a search from the options.

    Args:
        options: the command's options.
        depth: the depth if no limit is given; `None` for none.
        time_ms: the time if no limit is given; `None` for none.
        exact_empties: the number of empty squares for the exact solver if none is given.

    Raises:
        ValueError: a value is out of its range.
    """
    return SearchLimits(
        depth=options.depth if has_limit(options) else depth,
        nodes=options.nodes,
        time_ms=options.time_ms if has_limit(options) else time_ms,
        exact_empties=exact_empties if options.exact_empties is None else options.exact_empties,
    )


def player_arguments(options: argparse.Namespace, limits: SearchLimits) -> dict[str, Any]:
    """Returns the arguments of `ModelPlayer` that say how it searches."""
    how = {"confidence": options.confidence, "threads": options.search_threads, "table_mb": options.table_mb}
    return {**limits.as_dict(), **how}


def engine_of(options: argparse.Namespace) -> Engine:
    """Loads the model and returns an engine that plays it.

    Raises:
        ValueError: a value is out of its range, or the file is not a model.
        OSError: the file can't be read.
    """
    limits = limits_of(options)  # checked before a file is read
    return Engine(
        Evaluator.load(model_of(options.model)),
        limits=limits,
        table_mb=options.table_mb,
        threads=options.search_threads,
        confidence=options.confidence,
    )
