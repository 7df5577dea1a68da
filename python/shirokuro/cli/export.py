"""`shirokuro export`: writes only a model's weights, to a small file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from shirokuro._core import Evaluator
from shirokuro.cli.terminal import say
from shirokuro.runs.checkpoints import model_of

if TYPE_CHECKING:
    import argparse

HELP = "Write only the weights of a model, compressed: enough to play and to evaluate."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's options."""
    parser.add_argument("model", metavar="RUN|FILE", help="a run directory (its latest checkpoint) or a model file")
    parser.add_argument("file", metavar="OUT", type=Path, help="the new file")


def run(options: argparse.Namespace) -> int:
    """Writes the file."""
    if options.file.exists():
        raise FileExistsError(17, "the file already exists", str(options.file))
    model = model_of(options.model)
    Evaluator.load(model).save(options.file, compress=True)
    say(f"{options.file}: {options.file.stat().st_size / 1e6:.1f} MB, weights of {model}")
    return 0
