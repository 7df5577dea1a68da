"""The command line: `shirokuro train`, `sweep`, `monitor`, `evaluate`, `play`, `checkpoints`, `export` and others."""

from __future__ import annotations

import argparse
import logging
import sys
from contextlib import nullcontext
from importlib import import_module
from typing import TYPE_CHECKING, Any, NoReturn

import shirokuro
from shirokuro import startup
from shirokuro.cli.console import MessageHandler
from shirokuro.cli.exit_codes import ExitCode, of_error
from shirokuro.cli.terminal import drop_output, output_may_be_lost, printable, say, standard_streams
from shirokuro.display.format import message_of
from shirokuro.extras import MissingExtraError
from shirokuro.suggest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from _typeshed import SupportsWrite

_COMMANDS = (
    "train",
    "sweep",
    "monitor",
    "serve",
    "checkpoints",
    "export",
    "evaluate",
    "play",
    "solve",
    "analyse",
    "gtp",
    "nboard",
    "debug",
    "bench",
    "digest",
    "perft",
)
"""The commands, each a module of this package."""

_OUTPUT_IS_A_REPORT = {"train", "serve"}
"""Commands whose work continues if their output is lost, as on a full disk."""


class _HelpFormatter(argparse.HelpFormatter):
    """Breaks no line of an example, which is to be copied."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        return text if text.startswith("example: ") else super()._fill_text(text, width, indent)


class Parser(argparse.ArgumentParser):
    """A parser that reports an error in one line, with the command that it is about."""

    def __init__(self, *arguments: Any, **known: Any) -> None:  # noqa: ANN401 (as argparse takes them)
        super().__init__(*arguments, **known)
        self.formatter_class = _HelpFormatter

    def parse_known_args(  # type: ignore[override]  # the overloads of the stubs differ only in the namespace's type
        self, args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None
    ) -> tuple[argparse.Namespace, list[str]]:
        """Parses arguments; refuses those that it does not know, with the command that they were given to."""
        parsed, unknown = super().parse_known_args(args, namespace)
        if unknown:
            word = unknown[0].partition("=")[0]
            known = [name for name in self._option_string_actions if name.startswith("--")]
            self.error(f"unrecognized arguments: {' '.join(unknown)}{did_you_mean(word, known)}")
        return parsed, unknown

    def _check_value(self, action: argparse.Action, value: Any) -> None:  # noqa: ANN401
        """Adds a suggestion to the error for a choice that does not exist."""
        try:
            super()._check_value(action, value)
        except argparse.ArgumentError as error:
            error.message += did_you_mean(str(value), map(str, action.choices or ()))
            raise

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
                    words = sys.argv[1:] if arguments is None else arguments
                    options = _parser(words[0] if words else None).parse_args(words)
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
            say(f"{name}: {message_of(error) or 'out of memory'}", error=True)
        except KeyboardInterrupt as error:
            code = of_error(error)
            say(f"{name}: interrupted", error=True)
        if code in {ExitCode.OUTPUT_CLOSED, ExitCode.IO_ERROR}:
            drop_output()
    return code


def _parser(named: str | None = None) -> Parser:
    """Returns a parser of the named command, of none for `--version`, or of all commands if there is none of this name.

    The modules of other commands are not imported: their start would take longer.
    """
    parser = Parser(prog="shirokuro", description="A trainer for Othello evaluation functions.")
    parser.add_argument(
        "--version", action="version", version=f"shirokuro {shirokuro.__version__} ({shirokuro.kernel()} kernel)"
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=Parser)
    for name in (named,) if named in _COMMANDS else () if named == "--version" else (*_COMMANDS, "completion"):
        module = import_module(f"shirokuro.cli.{name}")
        command = commands.add_parser(
            name,
            help=module.HELP,
            description=module.HELP,
            epilog=f"example: shirokuro {name} {module.EXAMPLE}".rstrip(),
        )
        module.add_arguments(command)
        command.set_defaults(run=_completion if name == "completion" else module.run)
    return parser


def _completion(options: argparse.Namespace) -> int:
    print(import_module("shirokuro.cli.completion").script(_parser(), options.shell))
    return 0
