"""`shirokuro completion`: prints a script with which a shell completes the command line."""

from __future__ import annotations

import argparse
import re
from typing import TYPE_CHECKING

from shirokuro import extras
from shirokuro.benchmarks.suite import GROUPS
from shirokuro.engine.levels import LEVELS
from shirokuro.matches.players import FIXED_PLAYERS
from shirokuro.models import DEFAULT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

HELP = "Print a script with which a shell completes commands, options, presets, models and files."
EXAMPLE = "bash"

SHELLS = ("bash", "zsh", "fish")

_FILES = {"FILE", "FILE.toml", "OUT", "MOVES|FILE", "FILE|POSITION", "FILE|MOVES"}
_DIRECTORIES = {"RUN", "DIRECTORY"}

_OFFERED = {"RUN|FILE": (DEFAULT,), "--opponent": (*FIXED_PLAYERS, DEFAULT)}
"""Names that stand for a model or a player, where a file or a run directory may be given as well."""

_WORDS = {
    "--only": GROUPS,
    "--level": tuple(LEVELS),
    "--pattern": tuple(f"P{number:02}" for number in range(1, 15)),
}
"""The values of options that are not checked by the parser."""

_DETAILS = re.compile(r"; |\. | \((?:default|range)\b")
"""The end of the part of an option's help that a list of options has room for."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's options."""
    parser.add_argument("shell", choices=SHELLS, help="the shell that will read the script")


def script(parser: argparse.ArgumentParser, shell: str) -> str:
    """Returns the script for a shell. Changes the parser, which is then only good for that.

    Raises:
        MissingExtraError: the package that writes the script is not installed.
    """
    shtab = extras.load("shtab", extra="completion", purpose="shell completion")
    for action in _actions(parser):
        if action.help:
            action.help = _DETAILS.split(action.help)[0]
        name = action.option_strings[-1] if action.option_strings else ""
        if name in _WORDS:
            action.choices = _WORDS[name]
        elif words := _OFFERED.get(name or str(action.metavar)):
            _complete(action, _words_or_files(words))
        elif action.metavar in _FILES:
            _complete(action, shtab.FILE)
        elif action.metavar in _DIRECTORIES:
            _complete(action, shtab.DIRECTORY)
    return str(shtab.complete(parser, shell))


def _actions(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    """Yields the options and arguments of a command and of its subcommands."""
    for action in parser._actions:  # noqa: SLF001 (argparse has no other way to list them)
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            for each in action.choices.values():
                yield from _actions(each)
        else:
            yield action


def _complete(action: argparse.Action, how: object) -> None:
    """Sets the attribute by which shtab finds out how an argument is completed."""
    action.complete = how  # type: ignore[attr-defined]


def _words_or_files(words: Sequence[str]) -> dict[str, object]:
    """Returns shtab's description of an argument that is a file or one of these words."""
    listed = " ".join(words)
    function = f"_shirokuro_files_or_{'_'.join(words)}"  # in bash, shtab knows by the name that there are files
    return {
        "bash": function,
        "zsh": function,
        "fish": f"(string split ' ' '{listed}'; __fish_complete_path (commandline -ct))",
        "preamble": {
            "bash": f'{function}() {{\n  compgen -W "{listed}" -- "$1"\n  compgen -f -- "$1"\n}}\n',
            "zsh": f"{function}() {{\n  _alternative 'names:name:({listed})' 'files:file:_files'\n}}\n",
        },
    }
