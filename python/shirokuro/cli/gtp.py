"""`shirokuro gtp`: a model as a program that speaks the Go Text Protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shirokuro.cli import levels
from shirokuro.cli.lines import input_lines, output
from shirokuro.engine.gtp_server import GtpServer

if TYPE_CHECKING:
    import argparse

HELP = "Let other programs play against a model: the Go Text Protocol on standard input and output."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's options."""
    levels.add_arguments(parser)
    parser.epilog = "Once the other program has set a clock, time alone decides, if no limit is given here."


def run(options: argparse.Namespace) -> int:
    """Answers until the input ends, or until the other program has enough."""
    server = GtpServer(levels.engine_of(options), keep_limits=levels.has_limit(options))
    server.serve(input_lines(), output)
    return 0
