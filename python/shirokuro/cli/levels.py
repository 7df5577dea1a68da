"""How strongly a model plays, as options of several commands."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from shirokuro._core import Evaluator
from shirokuro.engine.engine import Confidence, Engine
from shirokuro.engine.limits import SearchLimits
from shirokuro.runs.checkpoints import model_of

if TYPE_CHECKING:
    import argparse

DEPTH = 8
"""Plies that a model looks ahead if nothing is said."""

EXACT_EMPTIES = 14
"""Empty squares from which on it then solves."""

TABLE_MB = 64


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the model and how it plays."""
    parser.add_argument("model", metavar="RUN|FILE", help="a run's directory, for its latest checkpoint, or a model")
    level = parser.add_argument_group("how the model plays", "The first limit that is reached ends a search.")
    add_limits(level, depth=DEPTH, exact_empties=EXACT_EMPTIES)
    level.add_argument(
        "--threads", type=int, metavar="N", default=1, help="threads that search together (default: %(default)s)"
    )
    level.add_argument(
        "--confidence",
        type=int,
        metavar="PERCENT",
        choices=get_args(Confidence),
        default=100,
        help="cut off what shallower searches say is decided, with this confidence: deeper in the same time; one of "
        "%(choices)s (default: %(default)s, never)",
    )
    level.add_argument(
        "--table-mb", type=float, metavar="X", default=TABLE_MB, help="size of its memory in MB (default: %(default)s)"
    )


def add_limits(group: argparse._ArgumentGroup, *, depth: int, exact_empties: int) -> None:
    """Declares the limits of a search; `limits_of` reads them, with the same defaults."""
    group.add_argument("--depth", type=int, metavar="N", help=f"plies to look ahead (default: {depth})")
    group.add_argument("--nodes", type=int, metavar="N", help="positions to visit for a move")
    group.add_argument("--time-ms", type=float, metavar="X", help="milliseconds for a move")
    group.add_argument(
        "--exact-empties",
        type=int,
        metavar="N",
        help=f"solve positions with at most this many empty squares exactly (default: {exact_empties})",
    )


def has_limit(options: argparse.Namespace) -> bool:
    """True if a limit is given, other than that from which on positions are solved."""
    return not options.depth is options.nodes is options.time_ms is None


def limits_of(options: argparse.Namespace, *, depth: int = DEPTH, exact_empties: int = EXACT_EMPTIES) -> SearchLimits:
    """Reads the limits of a search from the options.

    Args:
        options: the command's options.
        depth: the depth if no limit is given.
        exact_empties: the default of this limit.

    Raises:
        ValueError: a value is out of its range.
    """
    return SearchLimits(
        depth=options.depth if has_limit(options) else depth,
        nodes=options.nodes,
        time_ms=options.time_ms,
        exact_empties=exact_empties if options.exact_empties is None else options.exact_empties,
    )


def engine_of(options: argparse.Namespace) -> Engine:
    """The model, ready to play.

    Raises:
        ValueError: a value is out of its range, or the file is no model.
        OSError: the file can't be read.
    """
    limits = limits_of(options)  # before a file is read
    return Engine(
        Evaluator.load(model_of(options.model)),
        limits=limits,
        table_mb=options.table_mb,
        threads=options.threads,
        confidence=options.confidence,
    )
