"""`shirokuro gtp`: a model as an engine that speaks the Go Text Protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shirokuro.cli import levels
from shirokuro.cli.lines import converse, output
from shirokuro.engine.gtp_server import GtpServer

if TYPE_CHECKING:
    import argparse

HELP = "Serve a model to other programs: the Go Text Protocol (GTP) on standard input and output."
EXAMPLE = "runs/first --depth 6"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's options."""
    levels.add_arguments(parser)
    parser.description = (
        f"{HELP} Without --depth, --nodes and --time-ms, the clock alone limits searches once the other program has "
        "set it."
    )


def run(options: argparse.Namespace) -> int:
    """Answers commands until the input ends, the output is closed, or the other program quits."""
    server = GtpServer(levels.engine_of(options), keep_limits=levels.has_limit(options))
    converse(lambda lines: server.serve(lines, output))
    return 0
