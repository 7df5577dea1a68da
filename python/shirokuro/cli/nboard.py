"""`shirokuro nboard`: a model as an engine for NBoard."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shirokuro.cli import levels
from shirokuro.cli.lines import converse, output
from shirokuro.engine.nboard_server import NBoardServer

if TYPE_CHECKING:
    import argparse

HELP = "Serve a model to NBoard, for play and analysis: the NBoard protocol on standard input and output."
EXAMPLE = "runs/first"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's options."""
    levels.add_arguments(parser)
    parser.description = f"{HELP} --depth applies until NBoard sets a depth."


def run(options: argparse.Namespace) -> int:
    """Answers commands until the input ends, the output is closed, or NBoard quits."""
    server = NBoardServer(levels.engine_of(options), lambda line: output(f"{line}\n"))
    converse(server.serve)
    return 0
