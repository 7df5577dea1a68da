"""The command line: `shirokuro train`, `monitor`, `evaluate`, `play`, `checkpoints`, `export` and others."""

from __future__ import annotations

import argparse
import logging
import sys
import time
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, NoReturn

import shirokuro
from shirokuro import startup
from shirokuro.cli import bench, checkpoints, debug, evaluate, export, gtp, monitor, nboard, play, serve, train
from shirokuro.cli.console import MessageHandler
from shirokuro.cli.exit_codes import ExitCode, of_error
from shirokuro.cli.terminal import drop_output, output_may_be_lost, printable, say, standard_streams
from shirokuro.extras import MissingExtraError
from shirokuro.runs.checkpoints import model_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from _typeshed import SupportsWrite

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

_OUTPUT_IS_A_REPORT = {"train", "serve"}
"""Commands whose work continues if their output is lost, as on a full disk."""


class Parser(argparse.ArgumentParser):
    """A parser that reports an error in one line, with the command that it is about."""

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> tuple[Any, list[str]]:  # noqa: ANN401
        """Reports unknown arguments itself; argparse leaves those of a command to the parser of the whole program."""
        namespace, unknown = super().parse_known_args(args, namespace)
        if unknown:
            self.error(f"unrecognized arguments: {' '.join(unknown)}")
        return namespace, unknown

    def error(self, message: str) -> NoReturn:
        """Exits with code 2."""
        self.exit(ExitCode.USAGE, f"{self.prog}: {printable(message)} (see {self.prog} --help)\n")

    def _print_message(self, message: str, file: SupportsWrite[str] | None = None) -> None:
        """Writes help or an error; unlike argparse, does not ignore that standard output can't be written."""
        (file or sys.stderr).write(message)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command and returns its exit code (see `ExitCode`), or 128 + the number of the signal that ended it."""
    name = "shirokuro"
    with standard_streams():
        try:
            with startup.interruptible():
                try:
                    options = _parser().parse_args(arguments)
                    name = f"shirokuro {options.command}"
                    logging.basicConfig(
                        level=logging.WARNING,
                        format="%(levelname)s %(name)s: %(message)s",
                        handlers=[MessageHandler()],
                    )
                    with output_may_be_lost() if options.command in _OUTPUT_IS_A_REPORT else nullcontext():
                        code = int(options.run(options))
                except SystemExit:  # help, the version, wrong arguments, or a signal
                    sys.stdout.flush()
                    raise
                sys.stdout.flush()
        except BrokenPipeError as error:
            code = of_error(error)
        except (ValueError, TypeError, OSError, MemoryError, MissingExtraError) as error:
            code = of_error(error)
            say(f"{name}: {str(error) or 'out of memory'}", error=True)
        except KeyboardInterrupt as error:
            code = of_error(error)
            say(f"{name}: interrupted", error=True)
        if code in {ExitCode.OUTPUT_CLOSED, ExitCode.IO_ERROR}:
            drop_output()
    return code


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
