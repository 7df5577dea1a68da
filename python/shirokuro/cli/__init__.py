"""The command line: `shirokuro train`, `monitor`, `evaluate`, `play`, `checkpoints`, `export` and others."""

from __future__ import annotations

import argparse
import logging
import os
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING, NoReturn

import shirokuro
from shirokuro.cli import bench, checkpoints, debug, evaluate, export, gtp, monitor, nboard, play, serve, train
from shirokuro.extras import MissingExtraError
from shirokuro.runs.checkpoints import model_of

if TYPE_CHECKING:
    from collections.abc import Sequence

_COMMANDS = {
    "train": train,
    "monitor": monitor,
    "serve": serve,
    "checkpoints": checkpoints,
    "export": export,
    "evaluate": evaluate,
    "play": play,
    "gtp": gtp,
    "nboard": nboard,
    "debug": debug,
    "bench": bench,
}


class Parser(argparse.ArgumentParser):
    """A parser that reports an error in one line."""

    def error(self, message: str) -> NoReturn:
        """Exits with code 2."""
        self.exit(2, f"{self.prog}: {message} (see {self.prog} --help)\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command.

    Returns:
        The exit code: 0 success, 1 damaged checkpoints, a match decided against the model or a figure that got worse,
        2 invalid arguments or files, 3 paused because too many games failed, 4 a match without a decision, 128 + the
        signal's number when interrupted, 141 when the reader of the output has closed it.
    """
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    try:
        code = int(options.run(options))
        sys.stdout.flush()
    except BrokenPipeError:
        code = train.OUTPUT_CLOSED
    except (ValueError, TypeError, OSError, MissingExtraError) as error:
        code = 2
        with suppress(OSError):  # the terminal may be closed
            print(f"shirokuro {options.command}: {error}", file=sys.stderr)
    except KeyboardInterrupt:
        return 130
    if code == train.OUTPUT_CLOSED:
        _close_output()
    return code


def _close_output() -> None:
    """Redirects standard output to the null device, so that the flush of its buffer at exit does not fail."""
    with suppress(OSError, ValueError):  # a file without a descriptor needs no redirection
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _parser() -> Parser:
    parser = Parser(prog="shirokuro", description="A trainer for Othello evaluation functions.")
    parser.add_argument(
        "--version", action="version", version=f"shirokuro {shirokuro.__version__} ({shirokuro.kernel()} kernel)"
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=Parser)
    for name, module in _COMMANDS.items():
        command = commands.add_parser(name, help=module.HELP, description=module.HELP)
        module.add_arguments(command)
        command.set_defaults(run=module.run)

    digest = commands.add_parser("digest", help="Print the digest of the training state in a run or a model file.")
    digest.add_argument("model", metavar="RUN|FILE", help="a run directory (its latest checkpoint) or a model file")
    digest.set_defaults(run=_digest)

    perft = commands.add_parser("perft", help="Count the move sequences of a given length from the initial position.")
    perft.add_argument("depth", type=int, help="length in plies; a pass counts as one")
    perft.set_defaults(run=_perft)
    return parser


def _digest(options: argparse.Namespace) -> int:
    print(shirokuro.file_digest(model_of(options.model)))
    return 0


def _perft(options: argparse.Namespace) -> int:
    start = time.perf_counter()
    leaves = shirokuro.perft(options.depth)
    seconds = time.perf_counter() - start
    print(f"perft {options.depth}: {leaves:,} leaves in {seconds:.2f} s ({leaves / seconds / 1e6:,.0f} M/s)")
    return 0
