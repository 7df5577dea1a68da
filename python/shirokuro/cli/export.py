"""`shirokuro export`: writes a model's weights alone into a small file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from shirokuro._core import Evaluator
from shirokuro.runs.checkpoints import model_of

if TYPE_CHECKING:
    import argparse

HELP = "Write a model's weights alone, compressed: what playing and evaluating needs."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's options."""
    parser.add_argument(
        "model", metavar="RUN|FILE", help="a run's directory, for its latest checkpoint, or a model file"
    )
    parser.add_argument("file", metavar="OUT", type=Path, help="the file to write; it must not exist")


def run(options: argparse.Namespace) -> int:
    """Writes the file."""
    if options.file.exists():
        raise FileExistsError(17, "there is such a file already", str(options.file))
    model = model_of(options.model)
    Evaluator.load(model).save(options.file, compress=True)
    print(f"{options.file}: {options.file.stat().st_size / 1e6:.1f} MB, the weights of {model}")
    return 0
