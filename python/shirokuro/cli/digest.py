"""`shirokuro digest`: the digest of a training state or of weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shirokuro._core import file_digest
from shirokuro.runs.checkpoints import model_of

if TYPE_CHECKING:
    import argparse

HELP = "Print the digest of the training state in a run or a model file."

EXAMPLE = "runs/first"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of the command."""
    parser.add_argument("model", metavar="RUN|FILE", help="a run directory (its latest checkpoint) or a model file")


def run(options: argparse.Namespace) -> int:
    """Prints the digest."""
    print(file_digest(model_of(options.model)))
    return 0
