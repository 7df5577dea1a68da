"""`shirokuro perft`: counting move sequences."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from shirokuro import _core

if TYPE_CHECKING:
    import argparse

HELP = "Count the move sequences of a given length from the initial position."

EXAMPLE = "9"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of the command."""
    parser.add_argument("depth", metavar="N", type=int, help="length in plies; a pass counts as one")


def run(options: argparse.Namespace) -> int:
    """Counts, and prints the number and the speed."""
    start = time.perf_counter()
    leaves = _core.perft(options.depth)
    seconds = time.perf_counter() - start
    print(f"perft {options.depth}: {leaves:,} leaves in {seconds:.2f} s ({leaves / seconds / 1e6:,.0f} M/s)")
    return 0
